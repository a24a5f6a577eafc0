#include "sync/sync.h"

#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/progress.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/sandbox.h"

const struct command_option COMMAND_SYNC_OPTIONS[4] = {
	{ "dry-run", NULL, "say what would change and change nothing", 'n', false },
	{ "accept-shrink", NULL, "publish although many users are gone from the source", 0, false },
	{ "strict", NULL, "publish nothing when a policy is missing or cannot be read", 0, false },
	{ "verbose", NULL, "name each account and group that changes", 'v', false },
};

static void show_count(struct output_table *table, const char *kind, size_t added, size_t removed,
		       size_t changed)
{
	output_table_row(table, (struct cell[]){ cell_string(kind), cell_number((int64_t)added),
						 cell_number((int64_t)removed),
						 cell_number((int64_t)changed) });
}

/* Accounts are users and roles; groups have the one made for sudo among them. */
static void show_counts(struct output *output, const struct sync_result *result)
{
	static const char *const columns[] = { "kind", "added", "removed", "changed" };
	struct output_table table;

	output_field(output, "users", cell_number((int64_t)result->users));
	output_field(output, "groups", cell_number((int64_t)result->groups));
	output_field(output, "roles", cell_number((int64_t)result->roles));
	output_table(&table, output, "changes", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		show_count(&table, "accounts", result->users_added, result->users_removed,
			   result->users_changed);
		show_count(&table, "groups", result->groups_added, result->groups_removed,
			   result->groups_changed);
	}
}

static void show_reports(struct output *output, const struct sync_result *result)
{
	static const char *const columns[] = { "code", "report" };
	struct output_table table;

	output_table(&table, output, "reports", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < result->report_count; i++)
			output_table_row(&table,
					 (struct cell[]){ cell_string(result->reports[i].code),
							  cell_string(result->reports[i].text) });
}

static void show_result(const struct invocation *invocation, const struct sync_result *result)
{
	struct output *output = invocation->output;
	bool is_dry = invocation_option(invocation, "dry-run");

	output_object(output);
	output_field(output, "generation", cell_number((int64_t)result->generation));
	output_field(output, "published", cell_flag(result->published));
	show_counts(output, result);
	if (is_dry || invocation_option(invocation, "verbose"))
		output_lines(output, "details", result->changes, result->change_count);
	show_reports(output, result);
	output_close_object(output);
	if (is_dry)
		output_say(output, TONE_PLAIN, "\nA dry run: nothing was changed.");
}

/* On the side of what people read: standard output is for the result. */
static void tell(void *context, const char *sentence)
{
	(void)context;
	fprintf(stderr, "%s\n", sentence);
}

static const char *variable(const char *name)
{
	return secure_getenv(name);
}

int command_sync(struct invocation *invocation)
{
	struct progress progress;
	struct sync_options options = {
		.root = invocation->root,
		.trust = invocation->trust,
		.dry_run = invocation_option(invocation, "dry-run"),
		.accept_shrink = invocation_option(invocation, "accept-shrink"),
		.strict = invocation_option(invocation, "strict"),
		.now = invocation->now,
		.progress = progress_update,
		.progress_context = &progress,
		.read = sandbox_read,
		.variable = variable,
		.tell = invocation_option(invocation, "verbose") ? tell : NULL,
	};
	AUTO_SYNC_RESULT result = { 0 };
	struct complaint complaint = { 0 };
	AUTO_CONFIG config = { 0 };
	enum status status;
	/* Read for its own sake: a wrong iam.conf has an exit code of its own. */
	int code = read_config(invocation, &config);

	if (code != EX_OK)
		return code;
	progress_init(&progress);
	status = sync_run(&options, &result, &complaint);
	progress_end(&progress);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, invocation->state_folder);
	if (result.published)
		log_host_change(invocation, "SyncDirectory",
				"generation %llu published: accounts +%zu -%zu ~%zu, groups +%zu "
				"-%zu ~%zu",
				(unsigned long long)result.generation, result.users_added,
				result.users_removed, result.users_changed, result.groups_added,
				result.groups_removed, result.groups_changed);
	show_result(invocation, &result);
	return EX_OK;
}
