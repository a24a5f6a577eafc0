/* Where somebody comes from, as PAM_RHOST has it: the name that failures are counted by. */
#include "base/address.h"
#include "credentials/lockout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The name of an IPv4 address is an address, and counts for itself; that of a network is one. */
static bool is_canonical(const char *name)
{
	struct text rest = text_of(name), address;
	char again[LOCKOUT_ADDRESS_SIZE];
	struct address parsed;

	if (!text_next_piece(&rest, '/', &address) || !address_parse(address, &parsed) ||
	    !lockout_address_of(address, again) || strcmp(again, name) != 0)
		return false;
	return parsed.is_v6 ? text_is(rest, "64") : rest.bytes == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text remote_host = { (const char *)data, size };
	char name[LOCKOUT_ADDRESS_SIZE];
	struct address address;
	bool is_address = address_parse(remote_host, &address);
	bool has_name = lockout_address_of(remote_host, name);

	/* Beside addresses only those with a zone have a name. */
	if (has_name ? !is_canonical(name) || !(is_address || text_has_byte(remote_host, '%'))
		     : is_address)
		__builtin_trap();
	return 0;
}
