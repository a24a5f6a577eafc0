#include "snapshot/snapshot_verify.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

struct finding {
	struct text path;
	int code; /* EX_OK, or what was said already */
	const char *state;
};

static struct finding verify_snapshot(const struct invocation *invocation, enum snapshot_kind kind,
				      char path[PATH_MAX])
{
	struct finding finding = { .path = text_of(snapshot_path(invocation, kind, path)) };
	struct complaint complaint = { 0 };
	AUTO_SNAPSHOT snapshot = { 0 };
	enum status status;

	finding.state = "not readable";
	finding.code = open_snapshot(invocation, kind, &snapshot);
	if (finding.code != EX_OK)
		return finding;
	status = snapshot_verify(&snapshot, &complaint);
	if (status != STATUS_OK) {
		finding.state = "damaged";
		finding.code = fail_with(status, &complaint, path);
		return finding;
	}
	finding.state = "good";
	return finding;
}

static struct finding verify_store(const struct invocation *invocation, char path[PATH_MAX])
{
	struct finding finding = { .state = "not readable" };
	struct complaint complaint = { 0 };
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status;

	finding.path = text_of(path_below(invocation->state_folder, "credentials.db", path));
	finding.code = open_store(invocation, false, &store);
	if (finding.code != EX_OK)
		return finding;
	if (!store) {
		finding.state = "none yet";
		return finding;
	}
	status = credential_store_verify(store, &complaint);
	finding.state = status == STATUS_OK ? "good" : "damaged";
	if (status != STATUS_OK)
		finding.code = fail_with(status, &complaint, path);
	return finding;
}

/* All three are looked at, whatever the first one says. */
int command_verify(struct invocation *invocation)
{
	static const char *const columns[] = { "file", "state" };
	char paths[3][PATH_MAX];
	struct finding findings[] = {
		verify_snapshot(invocation, SNAPSHOT_DIRECTORY, paths[0]),
		verify_snapshot(invocation, SNAPSHOT_ACCESS, paths[1]),
		verify_store(invocation, paths[2]),
	};
	struct output_table table;
	int code = EX_OK;

	output_table(&table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < ARRAY_LENGTH(findings); i++)
			output_table_row(&table, (struct cell[]){ cell_text(findings[i].path),
								  cell_string(findings[i].state) });
	for (size_t i = 0; i < ARRAY_LENGTH(findings); i++)
		if (code == EX_OK)
			code = findings[i].code;
	return code;
}
