#include "tools/iamctl/records.h"

#include "signin/signin_fleet.h"
#include "snapshot/snapshot_verify.h"
#include "tools/iamctl/failure.h"

enum { SUBJECT_BYTES_MAX = 64 << 20 };

int read_config(const struct invocation *invocation, struct config *out_config)
{
	struct complaint complaint = { 0 };
	enum status status;

	config_init(out_config);
	status = config_read(out_config, invocation->config_folder, invocation->trust, &complaint);
	if (status == STATUS_OK)
		return EX_OK;
	if (status == STATUS_BAD_INPUT || status == STATUS_BAD_DATA) {
		(void)fail_with(status, &complaint, invocation->config_folder);
		return EX_CONFIG;
	}
	return fail_with(status, &complaint, invocation->config_folder);
}

const char *path_below(const char *folder, const char *name, char *buffer)
{
	if (text_format(buffer, PATH_MAX, "%s/%s", folder, name) != STATUS_OK)
		buffer[0] = '\0'; /* cannot be: FOLDER was held to its length at the start */
	return buffer;
}

const char *snapshot_path(const struct invocation *invocation, enum snapshot_kind kind,
			  char *buffer)
{
	return path_below(invocation->state_folder,
			  kind == SNAPSHOT_ACCESS ? "access.snapshot" : "directory.snapshot",
			  buffer);
}

int open_snapshot(const struct invocation *invocation, enum snapshot_kind kind,
		  struct snapshot *out_snapshot)
{
	struct complaint complaint = { 0 };
	char path[PATH_MAX];
	enum status status;

	*out_snapshot = (struct snapshot){ 0 };
	status = snapshot_open(out_snapshot, snapshot_path(invocation, kind, path), kind,
			       invocation->trust.owner);
	if (status == STATUS_OK)
		status = snapshot_verify_checksums(out_snapshot, &complaint);
	if (status == STATUS_OK)
		return EX_OK;
	if (status == STATUS_UNAVAILABLE)
		return fail(EX_UNAVAILABLE, path, "no snapshot yet; run 'iamctl sync' first");
	if (status == STATUS_BAD_DATA)
		return fail(EX_DATAERR, path,
			    "damaged, or not its owner's alone to write%s%s; "
			    "'iamctl sync' makes a new one",
			    complaint.reason[0] ? ": " : "", complaint.reason);
	return fail_with(status, &complaint, path);
}

int open_store(const struct invocation *invocation, bool create,
	       struct credential_store **out_store)
{
	struct complaint complaint = { 0 };
	enum status status;

	*out_store = NULL;
	status = credential_store_open(invocation->state_folder, invocation->trust, create,
				       out_store, &complaint);
	if (status == STATUS_OK || (status == STATUS_NOT_FOUND && !create))
		return EX_OK;
	return fail_with(status, &complaint, invocation->state_folder);
}

int open_signin_records(const struct invocation *invocation, struct signin_records *out_records)
{
	const struct signin_paths paths = { .config_folder = invocation->config_folder,
					    .state_folder = invocation->state_folder,
					    .trust = invocation->trust,
					    .local_accounts = invocation->accounts_file };
	struct complaint complaint = { 0 };
	AUTO_SNAPSHOT access = { 0 };
	AUTO_CONFIG config = { 0 };
	enum status status;
	int code = open_snapshot(invocation, SNAPSHOT_ACCESS, &access);

	*out_records = (struct signin_records){ 0 };
	/* For their words, and because here there is time to compare the checksums. */
	if (code == EX_OK)
		code = read_config(invocation, &config);
	if (code != EX_OK)
		return code;
	status = signin_records_open(out_records, &paths, &complaint);
	return status == STATUS_OK ? EX_OK
				   : fail_with(status, &complaint, invocation->state_folder);
}

static int find_principal(struct subject *subject, const char *name, bool is_role)
{
	struct complaint complaint = { 0 };
	struct text record;
	enum status status = snapshot_find_record(&subject->access, SNAPSHOT_MAP_PRINCIPALS,
						  text_of(name), &record);

	if (status == STATUS_OK)
		status = access_principal_decode(&subject->access, record, &subject->arena,
						 &subject->principal, &complaint);
	if (status == STATUS_OK && subject->principal.is_role == is_role)
		return EX_OK;
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		return fail(EX_NOUSER, name, "not an IAM %s of this host; 'iamctl %s' lists them",
			    is_role ? "role" : "user", is_role ? "role" : "user");
	return fail_with(status, &complaint, name);
}

int subject_find_user(struct subject *subject, const char *name)
{
	return find_principal(subject, name, false);
}

int subject_open(const struct invocation *invocation, enum subject_need need,
		 struct subject *out_subject)
{
	return subject_open_named(invocation, invocation_name(invocation), need, out_subject);
}

int subject_open_named(const struct invocation *invocation, const char *name,
		       enum subject_need need, struct subject *out_subject)
{
	int code;

	*out_subject = (struct subject){ 0 };
	arena_init(&out_subject->arena, SUBJECT_BYTES_MAX);
	code = open_snapshot(invocation, SNAPSHOT_ACCESS, &out_subject->access);
	if (code == EX_OK)
		code = find_principal(out_subject, name, need == SUBJECT_ROLE);
	if (code == EX_OK && need != SUBJECT_ROLE)
		code = open_store(invocation, need == SUBJECT_USER_TO_CHANGE, &out_subject->store);
	return code;
}

void subject_close(struct subject *subject)
{
	credential_store_close(subject->store);
	snapshot_close(&subject->access);
	arena_release(&subject->arena);
	subject->store = NULL;
}

int check_is_changed_here(const struct invocation *invocation,
			  const struct access_principal *principal)
{
	AUTO_CONFIG config = { 0 };
	char name[64];
	int code = read_config(invocation, &config);

	if (code != EX_OK || !signin_is_fleets(&config, principal))
		return code;
	return fail(EX_NOPERM, text_printable(principal->unix_name, name, sizeof(name)), "%s%s%.*s",
		    signin_reason_text(SIGNIN_REASON_FLEET_MANAGED),
		    config.change_at.length > 0 ? " Where: " : "",
		    TEXT_ARGUMENTS(config.change_at));
}
