#include "tools/iamctl/principal.h"

#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

int principal_show_account(const struct invocation *invocation,
			   const struct access_principal *principal)
{
	struct output *output = invocation->output;
	AUTO_SNAPSHOT directory = { 0 };
	struct snapshot_user account = { 0 };
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);
	enum status status;

	if (code != EX_OK)
		return code;
	status = snapshot_find_user(&directory, principal->unix_name, &account);
	if (status != STATUS_OK)
		return fail(EX_DATAERR, invocation_name(invocation),
			    "the two snapshots do not agree; run 'iamctl sync'");
	output_field(output, "name", cell_text(principal->unix_name));
	output_field(output, "uid", cell_number(account.uid));
	output_field(output, "gid", cell_number(account.gid));
	output_field(output, "gecos", cell_text(account.gecos));
	output_field(output, "home", cell_text(account.home));
	output_field(output, "shell", cell_text(account.shell));
	output_field(output, "iam_name", cell_text(principal->iam_name));
	output_field(output, "iam_id", cell_text(principal->id));
	output_field(output, "arn", cell_text(principal->arn));
	return EX_OK;
}

/* The last part of an ARN or of "ID/NAME". */
static struct text policy_name(struct text key)
{
	struct text rest = key, name = key;

	while (text_next_piece(&rest, '/', &name))
		;
	return name;
}

void principal_show_policies(struct output *output, const struct access_principal *principal)
{
	static const char *const columns[] = { "name", "from", "arn" };
	struct output_table table;

	output_table(&table, output, "policies", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < principal->policy_count; i++) {
			const struct access_policy *policy = &principal->policies[i];
			bool has_arn = text_starts_with(policy->key, TEXT("arn:"));

			output_table_row(&table,
					 (struct cell[]){ cell_text(policy_name(policy->key)),
							  cell_text(policy->from),
							  has_arn ? cell_text(policy->key)
								  : (struct cell){ 0 } });
		}
	output_field(output, "boundary", cell_text(principal->boundary_key));
}

void principal_show_tags(struct output *output, const struct access_principal *principal)
{
	static const char *const columns[] = { "key", "value" };
	struct output_table table;

	output_table(&table, output, "tags", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < principal->tag_count; i++)
			output_table_row(&table,
					 (struct cell[]){ cell_text(principal->tags[i].key),
							  cell_text(principal->tags[i].value) });
}
