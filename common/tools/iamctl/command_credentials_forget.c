#include "credentials/credential_forget.h"
#include "directory/name.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/user_names.h"

enum { FORGETTING_BYTES_MAX = 256 << 20 };

const struct command_option COMMAND_CREDENTIALS_FORGET_OPTIONS[2] = {
	{ "absent", NULL, "everybody who has no account on this host any more", 0, false },
	{ "dry-run", NULL, "say who it would be, and forget nobody", 'n', false },
};

/* Somebody to forget, with what is known before. */
struct forgotten {
	struct forgotten *next;
	struct text id, name;
	struct credential_summary summary;
};

struct forgetting {
	const struct invocation *invocation;
	struct credential_store *store; /* NULL: there is none */
	struct user_names names;
	struct arena arena;
	struct forgotten *first, **next;
	size_t count;
	enum status status; /* of collecting them */
};

static void forgetting_release(struct forgetting *forgetting)
{
	user_names_release(&forgetting->names);
	arena_release(&forgetting->arena);
	credential_store_close(forgetting->store);
}

/* name: empty for who has no account. */
static enum status add(struct forgetting *forgetting, struct text id, struct text name)
{
	struct forgotten *forgotten = arena_take(&forgetting->arena, 1, sizeof(*forgotten));
	enum status status;

	if (!forgotten)
		return STATUS_NO_MEMORY;
	*forgotten = (struct forgotten){ .id = arena_text(&forgetting->arena, id),
					 .name = arena_text(&forgetting->arena, name) };
	if (!forgotten->id.bytes || !forgotten->name.bytes)
		return STATUS_NO_MEMORY;
	status = credential_summary(forgetting->store, id, &forgotten->summary);
	if (status != STATUS_OK)
		return status;
	*forgetting->next = forgotten;
	forgetting->next = &forgotten->next;
	forgetting->count++;
	return STATUS_OK;
}

static bool add_absent(void *context, struct text id)
{
	struct forgetting *forgetting = context;

	if (!map_find(&forgetting->names.names, id))
		forgetting->status = add(forgetting, id, TEXT(""));
	return forgetting->status == STATUS_OK;
}

/* A damaged snapshot, or none, says of nobody that they left. */
static int find_absent(struct forgetting *forgetting)
{
	AUTO_SNAPSHOT access = { 0 };
	enum status status;
	int code = open_snapshot(forgetting->invocation, SNAPSHOT_ACCESS, &access);

	if (code != EX_OK || !forgetting->store)
		return code;
	status = user_names_of(&access, &forgetting->names);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "access.snapshot");
	status = credential_known(forgetting->store, add_absent, forgetting);
	if (status == STATUS_OK)
		status = forgetting->status;
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}

static bool is_known(void *context, struct text id)
{
	struct text *wanted = context;

	if (!text_equal(*wanted, id))
		return true;
	*wanted = TEXT("");
	return false;
}

/* Unique ids have capitals, and no account's name has. */
static int find_one(struct forgetting *forgetting, const char *wanted)
{
	struct text id = text_of(wanted), name = TEXT(""), left;
	AUTO_SUBJECT subject = { 0 };
	enum status status = STATUS_OK;

	if (unix_name_is_valid(id)) {
		int code = subject_open(forgetting->invocation, SUBJECT_USER, &subject);

		if (code != EX_OK)
			return code;
		id = subject.principal.id;
		name = subject.principal.unix_name;
	}
	left = id;
	if (forgetting->store)
		status = credential_known(forgetting->store, is_known, &left);
	if (status == STATUS_OK && left.length > 0)
		return fail(EX_NOUSER, wanted, "nothing is stored of such a user");
	if (status == STATUS_OK)
		status = add(forgetting, id, name);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, wanted);
}

static enum status forget(struct forgetting *forgetting)
{
	enum status status = STATUS_OK;

	for (const struct forgotten *forgotten = forgetting->first;
	     forgotten && status == STATUS_OK; forgotten = forgotten->next) {
		const struct access_principal principal = {
			.id = forgotten->id,
			.unix_name = forgotten->name.length > 0 ? forgotten->name : TEXT("-"),
		};

		status = credential_forget(forgetting->store, forgotten->id);
		if (status == STATUS_OK)
			log_change(forgetting->invocation, "DeleteCredentials", &principal,
				   "credentials forgotten");
		else if (status == STATUS_NOT_FOUND) /* somebody else was faster */
			status = STATUS_OK;
	}
	return status;
}

static void show(const struct forgetting *forgetting)
{
	static const char *const columns[] = { "id", "name", "password", "devices",
					       "last_success" };
	struct output_table table;

	output_table(&table, forgetting->invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (const struct forgotten *forgotten = forgetting->first; forgotten;
		     forgotten = forgotten->next)
			output_table_row(
				&table,
				(struct cell[]){ cell_text(forgotten->id),
						 cell_text(forgotten->name),
						 cell_flag(forgotten->summary.has_password),
						 cell_number(forgotten->summary.device_count),
						 cell_time(forgotten->summary.last_success) });
}

static int forget_and_show(struct forgetting *forgetting)
{
	const struct invocation *invocation = forgetting->invocation;
	bool is_dry = invocation_option(invocation, "dry-run") != NULL;
	enum status status = is_dry ? STATUS_OK : forget(forgetting);

	if (status != STATUS_OK)
		return fail_with(status, NULL, "credentials.db");
	show(forgetting);
	output_say(invocation->output, TONE_PLAIN, "%zu %s%s", forgetting->count,
		   is_dry ? "would be " : "", "forgotten");
	return EX_OK;
}

int command_credentials_forget(struct invocation *invocation)
{
	CLEANUP(forgetting_release) struct forgetting forgetting = { .invocation = invocation };
	const char *wanted = invocation_name(invocation);
	bool is_absent = invocation_option(invocation, "absent") != NULL;
	int code;

	arena_init(&forgetting.arena, FORGETTING_BYTES_MAX);
	forgetting.next = &forgetting.first;
	if (is_absent == (wanted != NULL))
		return fail(EX_USAGE, wanted ? wanted : "credentials forget",
			    "needs a user, or --absent and none");
	code = open_store(invocation, false, &forgetting.store);
	if (code == EX_OK)
		code = is_absent ? find_absent(&forgetting) : find_one(&forgetting, wanted);
	return code == EX_OK ? forget_and_show(&forgetting) : code;
}
