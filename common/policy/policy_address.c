#include <arpa/inet.h>

#include "policy/policy_address.h"
#include "policy/policy_internal.h"

enum { ADDRESS_TEXT_MAX = 45 };

static const unsigned char mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

/* Four decimal numbers; leading zeros do not make them octal. */
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
	char copy[ADDRESS_TEXT_MAX + 1];

	return text_copy(text, copy, sizeof(copy)) == STATUS_OK && strlen(copy) == text.length &&
	       inet_pton(AF_INET6, copy, bytes) == 1;
}

static bool parse_either(struct text text, struct policy_address *out_address)
{
	struct policy_address address = { .is_v6 = false };

	if (!parse_v4(text, address.bytes)) {
		address.is_v6 = true;
		if (!parse_v6(text, address.bytes))
			return false;
	}
	*out_address = address;
	return true;
}

bool policy_address_parse(struct text text, struct policy_address *out_address)
{
	struct policy_address address;

	if (!parse_either(text, &address))
		return false;
	if (address.is_v6 && memcmp(address.bytes, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		struct policy_address inner = { .is_v6 = false };

		memcpy(inner.bytes, address.bytes + sizeof(mapped_prefix), 4);
		address = inner;
	}
	*out_address = address;
	return true;
}

/* The first bits of both. */
static bool same_prefix(const unsigned char *left, const unsigned char *right, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(left, right, whole) != 0)
		return false;
	return rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0;
}

static bool has_host_bits(const struct policy_network *network)
{
	unsigned char cleared[16] = { 0 };
	unsigned whole = network->prefix / 8, rest = network->prefix % 8;

	memcpy(cleared, network->address.bytes, whole);
	if (rest > 0)
		cleared[whole] =
			(unsigned char)(network->address.bytes[whole] & (0xff << (8 - rest)));
	return memcmp(cleared, network->address.bytes, sizeof(cleared)) != 0;
}

bool policy_network_parse(struct text text, struct policy_network *out_network)
{
	struct policy_network network;
	struct text address;
	uint32_t longest, prefix;
	bool has_prefix;

	if (!text_next_piece(&text, '/', &address) || !parse_either(address, &network.address))
		return false;
	has_prefix = text.bytes != NULL;
	longest = network.address.is_v6 ? 128 : 32;
	prefix = longest;
	if (has_prefix && text_parse_uint32(text, 0, longest, &prefix) != STATUS_OK)
		return false;
	network.prefix = prefix;
	if (network.address.is_v6 && has_host_bits(&network))
		return false;
	*out_network = network;
	return true;
}

bool policy_network_contains(const struct policy_network *network,
			     const struct policy_address *address)
{
	return network->address.is_v6 == address->is_v6 &&
	       same_prefix(network->address.bytes, address->bytes, network->prefix);
}

bool policy_address_is_literal(struct text text)
{
	struct policy_address ignored;

	return policy_address_parse(text, &ignored);
}
