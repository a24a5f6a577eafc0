#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"

const struct command_option COMMAND_UNLOCK_OPTIONS[1] = {
	{ "address", "ADDRESS", "forget those from an address instead", 0, false },
};

static int show(const struct invocation *invocation, const char *whose, bool had_any)
{
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "unlocked", cell_flag(had_any));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_PLAIN,
		   had_any ? "%s: failed attempts forgotten"
			   : "%s: no failed attempts, nothing to do",
		   whose);
	return EX_OK;
}

static int unlock_user(const struct invocation *invocation)
{
	AUTO_SUBJECT subject = { 0 };
	const char *name = invocation_name(invocation);
	enum status status = STATUS_NOT_FOUND;
	int code = subject_open(invocation, SUBJECT_USER, &subject);

	if (code != EX_OK)
		return code;
	if (subject.store)
		status = credential_unlock(subject.store, subject.principal.id);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return fail_with(status, NULL, name);
	if (status == STATUS_OK)
		log_change(invocation, "UnlockUser", &subject.principal,
			   "failed attempts forgotten");
	return show(invocation, name, status == STATUS_OK);
}

/* Also as it is listed, with its /64. */
static bool name_address(const char *given, char out_address[LOCKOUT_ADDRESS_SIZE])
{
	struct text rest = text_of(given), address = TEXT("");

	(void)text_next_piece(&rest, '/', &address);
	return (!rest.bytes || text_is(rest, "64")) && lockout_address_of(address, out_address);
}

static int unlock_address(const struct invocation *invocation, const char *given)
{
	char address[LOCKOUT_ADDRESS_SIZE];
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status = STATUS_NOT_FOUND;
	int code;

	if (!name_address(given, address))
		return fail(EX_USAGE, given, "not an IPv4 or IPv6 address");
	code = open_store(invocation, false, &store);
	if (code != EX_OK)
		return code;
	if (store)
		status = credential_unlock_address(store, text_of(address), invocation->now);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return fail_with(status, NULL, address);
	if (status == STATUS_OK)
		log_address_change(invocation, "UnlockAddress", address,
				   "failed attempts forgotten");
	return show(invocation, address, status == STATUS_OK);
}

int command_unlock(struct invocation *invocation)
{
	const char *address = invocation_option(invocation, "address");

	if ((address != NULL) == (invocation_name(invocation) != NULL))
		return fail(EX_USAGE, "unlock", "needs either a user's name or --address");
	return address ? unlock_address(invocation, address) : unlock_user(invocation);
}
