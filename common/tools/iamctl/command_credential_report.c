#include "report/credential_report.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum { LINE_BYTES_MAX = 1 << 20, FLUSH_BYTES = 64 << 10, ACCOUNT_ARENA_MAX = 4 << 20 };

const struct command_option COMMAND_CREDENTIAL_REPORT_OPTIONS[1] = {
	{ "host", NULL, "columns of this host behind those of IAM", 0, false },
};

struct printing {
	struct output *output;
	const char *names[REPORT_COLUMNS_MAX];
	struct buffer csv;
};

static void printing_release(struct printing *printing)
{
	buffer_release(&printing->csv);
}

static enum status print_json(struct printing *printing, const struct text *cells, size_t count)
{
	struct output *output = printing->output;

	json_write_object(&output->writer, NULL);
	for (size_t i = 0; i < count; i++)
		json_write_text(&output->writer, printing->names[i], cells[i]);
	json_write_close(&output->writer, '}');
	if (output->buffer.length > FLUSH_BYTES)
		output_flush(output);
	return STATUS_OK;
}

/* As IAM's: the last line has no end. */
static enum status print_row(void *context, const struct text *cells, size_t count)
{
	struct printing *printing = context;
	struct buffer *csv = &printing->csv;
	enum status status;

	if (printing->output->is_json)
		return print_json(printing, cells, count);
	csv->length = 0;
	status = buffer_append(csv, TEXT("\n"));
	if (status == STATUS_OK)
		status = report_csv_line(cells, count, csv);
	if (status == STATUS_OK)
		(void)fwrite(csv->bytes, 1, csv->length, printing->output->file); /* checked at the
										     end */
	return status;
}

static void print_names(const struct printing *printing, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(printing->output->file, "%s%s", i > 0 ? "," : "", printing->names[i]);
}

static enum status print(const struct report_source *source, struct output *output,
			 struct complaint *out_complaint)
{
	CLEANUP(printing_release) struct printing printing = { .output = output };
	size_t count = credential_report_columns(source->wants_host, printing.names);
	enum status status;

	buffer_init(&printing.csv, LINE_BYTES_MAX);
	if (output->is_json)
		json_write_array(&output->writer, NULL);
	else
		print_names(&printing, count);
	status = credential_report(source, print_row, &printing, out_complaint);
	if (output->is_json)
		json_write_close(&output->writer, ']');
	return status;
}

int command_credential_report(struct invocation *invocation)
{
	AUTO_SIGNIN_RECORDS records = { 0 };
	AUTO_SNAPSHOT directory = { 0 };
	AUTO_CREDENTIAL_STORE *store = NULL;
	AUTO_ARENA arena = { 0 };
	struct access_account account;
	struct host_root root;
	struct complaint complaint = { .reason = "" };
	enum status status;
	int code = open_signin_records(invocation, &records);

	if (code == EX_OK)
		code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);
	if (code == EX_OK)
		code = open_store(invocation, false, &store);
	if (code != EX_OK)
		return code;
	arena_init(&arena, ACCOUNT_ARENA_MAX);
	status = signin_account_settings(&records, &arena, &account, &complaint);
	if (status == STATUS_OK)
		status = host_root_read(invocation->root, invocation->trust, &root, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, "access.snapshot");
	const struct report_source source = {
		.access = &records.access,
		.directory = &directory,
		.store = store,
		.lockout = signin_lockout_rules(&records.config),
		.policy = &account.password_policy,
		.account = account.account_id,
		.root = &root,
		.wants_host = invocation_option(invocation, "host") != NULL,
		.now = invocation->now,
	};
	status = print(&source, invocation->output, &complaint);
	return status == STATUS_OK ? EX_OK
				   : fail_with(status, &complaint, invocation->state_folder);
}
