#include "credentials/credential_check.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum { FINDINGS_MAX = 64 };

struct findings {
	struct credential_finding list[FINDINGS_MAX];
	size_t count;
};

static void keep(void *context, const struct credential_finding *finding)
{
	struct findings *findings = context;

	if (findings->count < FINDINGS_MAX)
		findings->list[findings->count++] = *finding;
}

static void show_findings(struct output *output, const struct findings *findings)
{
	static const char *const columns[] = { "file", "problem", "advice" };
	struct output_table table;

	output_table(&table, output, "problems", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < findings->count; i++) {
			const struct credential_finding *finding = &findings->list[i];

			output_table_row(&table, (struct cell[]){ cell_string(finding->file),
								  cell_string(finding->problem),
								  cell_string(finding->advice) });
		}
}

static void tell_people(struct output *output, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct credential_finding *finding = &findings->list[i];

		output_say(output, TONE_BAD, "%s%s%s", finding->file, *finding->file ? " " : "",
			   finding->problem);
		output_say(output, TONE_PLAIN, "  %s", finding->advice);
	}
}

/* Of the first finding, which matters most. */
static int exit_code(const struct credential_check *check, const struct findings *findings)
{
	if (!check->exists && findings->count == 0)
		return EX_NOINPUT;
	if (findings->count == 0)
		return EX_OK;
	errno = findings->list[0].error;
	return exit_code_of(findings->list[0].status);
}

int command_credentials_check(struct invocation *invocation)
{
	struct output *output = invocation->output;
	struct findings findings = { .count = 0 };
	struct credential_check check = { 0 };
	char path[PATH_MAX];

	credential_check(invocation->state_folder, invocation->trust, keep, &findings, &check);
	output_object(output);
	output_field(output, "file",
		     cell_string(path_below(invocation->state_folder, "credentials.db", path)));
	output_field(output, "state",
		     cell_string(findings.count > 0 ? "not good"
				 : check.exists     ? "good"
						    : "none yet"));
	if (check.schema > 0) {
		output_field(output, "schema", cell_number(check.schema));
		output_field(output, "users", cell_number(check.users));
		output_field(output, "passwords", cell_number(check.passwords));
		output_field(output, "devices", cell_number(check.devices));
	}
	if (output->is_json)
		show_findings(output, &findings);
	else
		tell_people(output, &findings);
	output_close_object(output);
	return exit_code(&check, &findings);
}
