#include "policy/policy_address.h"
#include "policy/policy_internal.h"

bool policy_address_parse(struct text text, struct address *out_address)
{
	struct address address;

	if (!address_parse(text, &address))
		return false;
	*out_address = address_unmapped(&address);
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

	if (!text_next_piece(&text, '/', &address) || !address_parse(address, &network.address))
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

bool policy_network_contains(const struct policy_network *network, const struct address *address)
{
	return network->address.is_v6 == address->is_v6 &&
	       same_prefix(network->address.bytes, address->bytes, network->prefix);
}

bool policy_address_is_literal(struct text text)
{
	struct address ignored;

	return policy_address_parse(text, &ignored);
}
