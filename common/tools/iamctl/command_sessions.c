#include <stdio.h>

#include "credentials/login_session.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/user_names.h"

const struct command_option COMMAND_SESSIONS_OPTIONS[1] = {
	{ "all", NULL, "those that are over or were never begun too", 0, false },
};

struct listing {
	const struct invocation *invocation;
	struct credential_store *store; /* NULL: there is none */
	struct user_names names;
	struct process_lineage lineage;
	bool wants_all;
	struct output_table table;
};

static void listing_release(struct listing *listing)
{
	user_names_release(&listing->names);
	credential_store_close(listing->store);
}

/* A session whose process is gone is over, though nobody said so: it was killed, or the host was
   switched off. */
static bool is_alive(const struct listing *listing, const struct session_process *opener)
{
	return strcmp(opener->boot_id, listing->lineage.boot_id) == 0 &&
	       process_is_alive("/proc", &opener->process);
}

static const char *role_state(const struct listing *listing, const struct role_session *session)
{
	switch (session->state) {
	case ROLE_SESSION_APPROVED:
		return "approved";
	case ROLE_SESSION_OPEN:
		if (!is_alive(listing, &session->opener))
			return "gone";
		return session->until <= listing->invocation->now ? "over" : "open";
	case ROLE_SESSION_ENDED:
		break;
	}
	return "ended";
}

static bool show_role(void *context, const struct role_session *session)
{
	struct listing *listing = context;
	const char *state = role_state(listing, session);

	if (listing->wants_all || strcmp(state, "open") == 0 || strcmp(state, "over") == 0)
		output_table_row(
			&listing->table,
			(struct cell[]){
				cell_string(session->user_name), cell_string(session->role_name),
				cell_string(session->session_name), cell_time(session->since),
				cell_time(session->until), cell_string(session->address),
				cell_time(session->mfa_at), cell_string(state) });
	return true;
}

static bool show_login(void *context, const struct login_session *session)
{
	struct listing *listing = context;
	bool is_open = is_alive(listing, &session->opener);
	struct text name = user_names_find(&listing->names, text_of(session->user_id));

	if (listing->wants_all || is_open)
		output_table_row(
			&listing->table,
			(struct cell[]){ cell_text(name), cell_string(session->service),
					 cell_string(session->tty), cell_time(session->started),
					 cell_string(session->address), cell_time(session->mfa_at),
					 cell_string(is_open ? "open" : "gone") });
	return true;
}

static enum status show_roles(struct listing *listing)
{
	static const char *const columns[] = { "user",  "role", "session_name", "since",
					       "until", "from", "mfa",          "state" };
	enum status status = STATUS_OK;

	output_table(&listing->table, listing->invocation->output, "roles", columns,
		     ARRAY_LENGTH(columns));
	while (output_table_pass(&listing->table))
		if (listing->store && status == STATUS_OK)
			status = role_session_list(listing->store, show_role, listing);
	return status;
}

static enum status show_logins(struct listing *listing)
{
	static const char *const columns[] = { "user", "service", "tty",  "since",
					       "from", "mfa",     "state" };
	enum status status = STATUS_OK;

	output_table(&listing->table, listing->invocation->output, "logins", columns,
		     ARRAY_LENGTH(columns));
	while (output_table_pass(&listing->table))
		if (listing->store && status == STATUS_OK)
			status = login_session_list(listing->store, show_login, listing);
	return status;
}

static int show(struct listing *listing)
{
	struct output *output = listing->invocation->output;
	enum status status;

	output_object(output);
	status = show_roles(listing);
	if (status == STATUS_OK)
		status = show_logins(listing);
	output_close_object(output);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}

int command_sessions(struct invocation *invocation)
{
	CLEANUP(listing_release)
	struct listing listing = { .invocation = invocation,
				   .wants_all = invocation_option(invocation, "all") != NULL };
	int code = open_store(invocation, false, &listing.store);

	if (code == EX_OK && process_lineage_read("/proc", &listing.lineage) != STATUS_OK)
		code = fail(EX_UNAVAILABLE, "/proc",
			    "not mounted; it tells which sessions are open");
	if (code == EX_OK && listing.store)
		code = user_names_read(invocation, &listing.names);
	return code == EX_OK ? show(&listing) : code;
}
