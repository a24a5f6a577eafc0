#include <stdio.h>

#include "base/map.h"
#include "base/timestamp.h"
#include "directory/arn.h"
#include "signin/signin_decision.h"
#include "tools/iamctl/access.h"
#include "tools/iamctl/failure.h"

enum { ROWS_BYTES_MAX = 1 << 30, LOGIN_AND_SUDO = 2 };

/* One line of the table. */
struct row {
	struct row *next;
	struct text name;
	enum access_answer login, sudo;
	struct text *certain, *conditional, *unused; /* names of roles; permissions never used */
	size_t certain_count, conditional_count, unused_count;
	int64_t last_seen;
	const char *problem; /* why policies say nothing; NULL */
};

struct table {
	const struct invocation *invocation;
	struct signin_records records;
	struct arena arena;
	struct access_roles roles;
	struct access_usage usage;
	struct row *first, *last;
};

static void table_release(struct table *table)
{
	access_usage_release(&table->usage);
	signin_records_close(&table->records);
	arena_release(&table->arena);
}

static const char *answer_name(enum access_answer answer)
{
	switch (answer) {
	case ACCESS_YES:
		return "yes";
	case ACCESS_CONDITIONAL:
		return "conditional";
	case ACCESS_NO:
		break;
	}
	return "no";
}

/* What was allowed and never used, as far as there are records. */
static void add_unused(struct row *row, struct text what)
{
	row->unused[row->unused_count++] = what;
}

static void ask_roles(const struct table *table, const struct access_person *person,
		      struct row *row)
{
	for (size_t i = 0; i < table->roles.count; i++) {
		const struct access_role *role = &table->roles.items[i];
		enum access_answer answer = access_ask_role(person, role);

		if (answer == ACCESS_NO)
			continue;
		if (answer == ACCESS_YES)
			row->certain[row->certain_count++] = role->principal.unix_name;
		else
			row->conditional[row->conditional_count++] = role->principal.unix_name;
		if (access_usage_last_used(&table->usage, person->principal->id, "sts:AssumeRole",
					   role->principal.id) == 0)
			add_unused(row, role->principal.unix_name);
	}
}

static enum status fill_row(struct table *table, const struct access_principal *principal,
			    struct row *row)
{
	AUTO_ACCESS_PERSON person = { 0 };
	enum status status =
		access_person_open(&person, &table->records, principal, table->invocation->now);

	if (status != STATUS_OK)
		return status;
	row->name = arena_text(&table->arena, principal->unix_name);
	row->certain = arena_take(&table->arena, table->roles.count, sizeof(*row->certain));
	row->conditional = arena_take(&table->arena, table->roles.count, sizeof(*row->conditional));
	row->unused = arena_take(&table->arena, table->roles.count + LOGIN_AND_SUDO,
				 sizeof(*row->unused));
	if (!row->name.bytes || !row->certain || !row->conditional || !row->unused)
		return STATUS_NO_MEMORY;
	if (access_person_is_refused(&person)) {
		row->problem = signin_reason_code(person.decision.reason);
		return STATUS_OK;
	}
	row->login = access_ask_host(&person, "host:Login");
	row->sudo = access_ask_host(&person, "host:Sudo");
	status = access_usage_last_seen(&table->usage, principal->id, &row->last_seen);
	if (row->login != ACCESS_NO && row->last_seen == 0)
		add_unused(row, TEXT("login"));
	if (row->sudo != ACCESS_NO &&
	    access_usage_last_used(&table->usage, principal->id, "host:Sudo", TEXT("")) == 0)
		add_unused(row, TEXT("sudo"));
	ask_roles(table, &person, row);
	return status;
}

static enum status add_row(struct table *table, struct text name)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	struct row *row;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_principal(&table->records, name, &arena, &principal);
	/* An account of the host's own is none of IAM's, whatever the directory says. */
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && principal.is_role))
		return STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return status;
	row = arena_take(&table->arena, 1, sizeof(*row));
	if (!row)
		return STATUS_NO_MEMORY;
	status = fill_row(table, &principal, row);
	*(table->last ? &table->last->next : &table->first) = row;
	table->last = row;
	return status;
}

static int add_rows(struct table *table)
{
	const char *wanted = invocation_name(table->invocation);
	struct text name, record;
	enum status status = STATUS_OK;

	if (wanted) {
		status = add_row(table, text_of(wanted));
		if (status == STATUS_NOT_FOUND)
			return fail(EX_NOUSER, wanted,
				    "not an IAM user of this host; 'iamctl user' lists them");
		return status == STATUS_OK ? EX_OK : fail_with(status, NULL, wanted);
	}
	for (uint32_t i = 0; status == STATUS_OK; i++) {
		status = snapshot_record_at(&table->records.access, SNAPSHOT_MAP_PRINCIPALS, i,
					    &name, &record);
		if (status != STATUS_OK)
			break;
		status = add_row(table, name);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? EX_OK : fail_with(status, NULL, "access.snapshot");
}

/* For people once, below the table; for programs in each row. */
static void show_since(const struct table *table)
{
	char since[TIMESTAMP_TEXT_SIZE];

	if (table->usage.since == 0)
		output_say(table->invocation->output, TONE_PLAIN, "No use is recorded yet.");
	else
		output_say(table->invocation->output, TONE_PLAIN, "Uses are recorded since %s.",
			   timestamp_format(table->usage.since, since));
}

static void show(const struct table *table)
{
	static const char *const columns[] = {
		"name",      "login",      "sudo",    "roles",         "roles_conditional",
		"last_seen", "never_used", "problem", "recorded_since"
	};
	bool is_json = table->invocation->output->is_json;
	size_t count = ARRAY_LENGTH(columns) - (is_json ? 0 : 1);
	struct output_table output;

	output_table(&output, table->invocation->output, NULL, columns, count);
	while (output_table_pass(&output))
		for (const struct row *row = table->first; row; row = row->next)
			output_table_row(
				&output,
				(struct cell[]){
					cell_text(row->name), cell_string(answer_name(row->login)),
					cell_string(answer_name(row->sudo)),
					cell_list(row->certain, row->certain_count),
					cell_list(row->conditional, row->conditional_count),
					cell_time(row->last_seen),
					cell_list(row->unused, row->unused_count),
					cell_string(row->problem), cell_time(table->usage.since) });
	show_since(table);
}

int command_access(struct invocation *invocation)
{
	CLEANUP(table_release) struct table table = { .invocation = invocation };
	struct credential_store *store = NULL;
	enum status status;
	int code;

	arena_init(&table.arena, ROWS_BYTES_MAX);
	code = open_signin_records(invocation, &table.records);
	if (code == EX_OK)
		code = open_store(invocation, false, &store);
	if (code != EX_OK)
		return code;
	status = access_usage_open(&table.usage, store);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "credentials.db");
	status = access_roles_read(&table.roles, &table.records, &table.arena);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "access.snapshot");
	code = add_rows(&table);
	if (code == EX_OK)
		show(&table);
	return code;
}
