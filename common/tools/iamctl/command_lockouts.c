#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/user_names.h"

const struct command_option COMMAND_LOCKOUTS_OPTIONS[1] = {
	{ "all", NULL, "failures that lock nobody out too", 0, false },
};

struct listing {
	const struct invocation *invocation;
	struct credential_store *store; /* NULL: there is none */
	struct user_names names;
	struct credential_lockout rules;
	bool wants_all;
	struct output_table table;
};

static void listing_release(struct listing *listing)
{
	user_names_release(&listing->names);
	credential_store_close(listing->store);
}

static void show_budget(struct listing *listing, struct text user, const char *of,
			const struct lockout_state *state, const struct lockout_rule *rule)
{
	int64_t until = lockout_until(state, rule, listing->invocation->now);

	if (until > 0 || (listing->wants_all && state->failures > 0))
		output_table_row(&listing->table, (struct cell[]){ cell_text(user), cell_string(of),
								   cell_number(state->failures),
								   cell_time(state->last_failure),
								   cell_time(until) });
}

static bool show_user(void *context, const struct credential_user_failures *user)
{
	struct listing *listing = context;
	struct text name = user_names_find(&listing->names, text_of(user->user_id));

	show_budget(listing, name, credential_lock_name(CREDENTIAL_LOCK_PASSWORDS),
		    &user->budgets.passwords, &listing->rules.passwords);
	show_budget(listing, name, credential_lock_name(CREDENTIAL_LOCK_CODES),
		    &user->budgets.codes, &listing->rules.codes);
	return true;
}

static bool show_address(void *context, const struct credential_address_failures *address)
{
	struct listing *listing = context;
	const struct lockout_address_rule *rule = &listing->rules.address;
	int64_t now = listing->invocation->now;
	int64_t until = lockout_address_until(&address->state, rule, now);

	if (until > 0 || listing->wants_all)
		output_table_row(
			&listing->table,
			(struct cell[]){
				cell_string(address->address),
				cell_number(lockout_address_failures(&address->state, rule, now)),
				cell_time(address->state.last_failure), cell_time(until) });
	return true;
}

static enum status show_users(struct listing *listing)
{
	static const char *const columns[] = { "user", "of", "failures", "last_failure",
					       "locked_until" };
	enum status status = STATUS_OK;

	output_table(&listing->table, listing->invocation->output, "users", columns,
		     ARRAY_LENGTH(columns));
	while (output_table_pass(&listing->table))
		if (listing->store && status == STATUS_OK)
			status = credential_list_user_failures(listing->store, show_user, listing);
	return status;
}

static enum status show_addresses(struct listing *listing)
{
	static const char *const columns[] = { "address", "failures", "last_failure",
					       "locked_until" };
	enum status status = STATUS_OK;

	output_table(&listing->table, listing->invocation->output, "addresses", columns,
		     ARRAY_LENGTH(columns));
	while (output_table_pass(&listing->table))
		if (listing->store && status == STATUS_OK)
			status = credential_list_address_failures(
				listing->store, listing->invocation->now, show_address, listing);
	return status;
}

static int show(struct listing *listing)
{
	struct output *output = listing->invocation->output;
	enum status status;

	output_object(output);
	status = show_users(listing);
	if (status == STATUS_OK)
		status = show_addresses(listing);
	output_close_object(output);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}

int command_lockouts(struct invocation *invocation)
{
	CLEANUP(listing_release)
	struct listing listing = { .invocation = invocation,
				   .wants_all = invocation_option(invocation, "all") != NULL };
	AUTO_CONFIG config = { 0 };
	int code = read_config(invocation, &config);

	if (code == EX_OK)
		code = open_store(invocation, false, &listing.store);
	if (code == EX_OK && listing.store)
		code = user_names_read(invocation, &listing.names);
	if (code != EX_OK)
		return code;
	listing.rules = signin_lockout_rules(&config);
	return show(&listing);
}
