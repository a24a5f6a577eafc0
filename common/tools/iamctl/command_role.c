#include "tools/iamctl/failure.h"
#include "tools/iamctl/principal.h"
#include "tools/iamctl/records.h"

static int list_roles(const struct invocation *invocation)
{
	static const char *const columns[] = { "name", "uid", "home", "shell" };
	AUTO_SNAPSHOT directory = { 0 };
	struct output_table table;
	enum status status = STATUS_OK;
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);

	if (code != EX_OK)
		return code;
	output_table(&table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		struct snapshot_user role;

		for (uint32_t i = 0; (status = snapshot_user_at(&directory, i, &role)) == STATUS_OK;
		     i++)
			if (role.is_role)
				output_table_row(&table, (struct cell[]){ cell_text(role.name),
									  cell_number(role.uid),
									  cell_text(role.home),
									  cell_text(role.shell) });
	}
	return status == STATUS_NOT_FOUND ? EX_OK : fail_with(status, NULL, "directory.snapshot");
}

static int show_role(const struct invocation *invocation)
{
	AUTO_SUBJECT subject = { 0 };
	int code = subject_open(invocation, SUBJECT_ROLE, &subject);

	if (code != EX_OK)
		return code;
	output_object(invocation->output);
	code = principal_show_account(invocation, &subject.principal);
	output_field(invocation->output, "session_limit",
		     cell_span(subject.principal.session_seconds_max));
	principal_show_policies(invocation->output, &subject.principal);
	principal_show_tags(invocation->output, &subject.principal);
	output_document(invocation->output, "trust_policy", subject.principal.trust_policy);
	output_close_object(invocation->output);
	return code;
}

int command_role(struct invocation *invocation)
{
	return invocation_name(invocation) ? show_role(invocation) : list_roles(invocation);
}
