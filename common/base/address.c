#include "base/address.h"

#include <arpa/inet.h>

static bool parse_v4(struct text text, unsigned char bytes[4])
{
	struct text piece;
	size_t count = 0;

	while (text_next_piece(&text, '.', &piece)) {
		uint32_t number;

		if (count == 4 || piece.length > 3 ||
		    text_parse_uint32(piece, 0, 255, &number) != STATUS_OK)
			return false;
		bytes[count++] = (unsigned char)number;
	}
	return count == 4;
}

static bool parse_v6(struct text text, unsigned char bytes[16])
{
	char copy[INET6_ADDRSTRLEN];

	return text_copy(text, copy, sizeof(copy)) == STATUS_OK && strlen(copy) == text.length &&
	       inet_pton(AF_INET6, copy, bytes) == 1;
}

bool address_parse(struct text text, struct address *out_address)
{
	struct address address = { .is_v6 = false };

	if (!parse_v4(text, address.bytes)) {
		address = (struct address){ .is_v6 = true };
		if (!parse_v6(text, address.bytes))
			return false;
	}
	*out_address = address;
	return true;
}

struct address address_unmapped(const struct address *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct address inner = { .is_v6 = false };

	if (!address->is_v6 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
		return *address;
	memcpy(inner.bytes, address->bytes + sizeof(mapped), 4);
	return inner;
}
