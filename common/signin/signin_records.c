#include "signin/signin_records.h"

#include <limits.h>

#include "access/host_facts.h"
#include "directory/name.h"
#include "signin/signin_internal.h"

static enum status open_snapshot(struct signin_records *records, struct complaint *out_complaint)
{
	AUTO_CLOSE int folder_fd = -1;
	char path[PATH_MAX];
	enum status status =
		text_format(path, sizeof(path), "%s/access.snapshot", records->paths.state_folder);

	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "the path is too long");
	text_printable(text_of(path), out_complaint->place, sizeof(out_complaint->place));
	/* Who may rename in the folder could put an older snapshot in the place of this one. */
	status = folder_open_trusted(records->paths.state_folder, records->paths.trust, &folder_fd);
	if (status == STATUS_NOT_FOUND)
		return complain(out_complaint, STATUS_UNAVAILABLE, "the folder does not exist");
	if (status != STATUS_OK)
		return complain(out_complaint, status,
				"the folder, or one above it, is not root's alone to write");
	status = snapshot_open(&records->access, path, SNAPSHOT_ACCESS, records->paths.trust.owner);
	if (status == STATUS_UNAVAILABLE || status == STATUS_NOT_FOUND)
		return complain(out_complaint, STATUS_UNAVAILABLE, "there is no snapshot yet");
	if (status == STATUS_SYSTEM)
		return complain(out_complaint, status, "cannot be opened: %s",
				errno == EACCES ? "permission denied" : "the system refused");
	if (status != STATUS_OK)
		return complain(out_complaint, status, "%s", status_text(status));
	return STATUS_OK;
}

static enum signin_reason reason_unless_no_memory(enum status status, enum signin_reason reason)
{
	return status == STATUS_NO_MEMORY ? SIGNIN_REASON_SYSTEM : reason;
}

enum status signin_records_open(struct signin_records *out_records,
				const struct signin_paths *paths, struct complaint *out_complaint)
{
	struct complaint config_complaint = { .reason = "" };
	enum status opened, configured;

	*out_records = (struct signin_records){ .paths = *paths };
	config_init(&out_records->config);
	*out_complaint = (struct complaint){ .reason = "" };
	/* The snapshot even when iam.conf is wrong: it tells whose sign-in it is that fails. */
	opened = open_snapshot(out_records, out_complaint);
	configured = config_read(&out_records->config, paths->config_folder, paths->trust,
				 &config_complaint);
	if (opened != STATUS_OK) {
		out_records->unusable = reason_unless_no_memory(opened, SIGNIN_REASON_SNAPSHOT);
		return opened;
	}
	if (configured != STATUS_OK) {
		out_records->unusable = reason_unless_no_memory(configured, SIGNIN_REASON_CONFIG);
		*out_complaint = config_complaint;
		return configured;
	}
	opened = host_facts_read(&out_records->access, &out_records->config);
	if (opened != STATUS_OK) {
		out_records->unusable = reason_unless_no_memory(opened, SIGNIN_REASON_SNAPSHOT);
		return complain(out_complaint, opened,
				"what access.snapshot says of this host cannot be read");
	}
	return STATUS_OK;
}

void signin_records_close(struct signin_records *records)
{
	credential_store_close(records->store);
	records->store = NULL;
	snapshot_close(&records->access);
	config_release(&records->config);
}

enum status signin_records_open_store(struct signin_records *records,
				      struct complaint *out_complaint)
{
	if (records->store)
		return STATUS_OK;
	*out_complaint = (struct complaint){ .reason = "" };
	return credential_store_open(records->paths.state_folder, records->paths.trust, true,
				     &records->store, out_complaint);
}

struct credential_lockout signin_lockout_rules(const struct config *config)
{
	struct lockout_rule rule = { .failures = config->lockout_failures,
				     .seconds = config->lockout_seconds,
				     .seconds_max = config->lockout_seconds_max };
	struct credential_lockout rules = { .passwords = rule, .codes = rule };

	rules.codes.failures = config->lockout_code_failures;
	rules.address.lock = rule;
	rules.address.lock.failures = config->lockout_address_failures;
	rules.address.forget_seconds = config->lockout_address_forget;
	return rules;
}

enum status signin_account_settings(const struct signin_records *records, struct arena *arena,
				    struct access_account *out_account,
				    struct complaint *out_complaint)
{
	struct text json;
	enum status status = snapshot_find_record(&records->access, SNAPSHOT_MAP_SETTINGS,
						  TEXT("account"), &json);

	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_DATA,
				"access.snapshot has no settings of the account");
	return access_account_decode(json, arena, out_account, out_complaint);
}

/* A name that is not there must not be told by the time it takes: somebody's record is read for it
   all the same, and nothing made of it. */
static void read_in_its_place(const struct signin_records *records, struct arena *arena)
{
	struct access_principal ignored;
	struct text name, json;
	enum status status =
		snapshot_record_at(&records->access, SNAPSHOT_MAP_PRINCIPALS, 0, &name, &json);

	if (status == STATUS_OK)
		status = access_principal_decode(&records->access, json, arena, &ignored, NULL);
	(void)status; /* whatever it is, the name is not there */
}

static enum status principal_of(const struct signin_records *records, struct text user,
				struct arena *arena, struct access_principal *out_principal,
				struct complaint *out_complaint)
{
	struct text json;
	enum status status, local;

	if (!records->access.base)
		return complain(out_complaint, STATUS_UNAVAILABLE, "there is no snapshot");
	if (!unix_name_is_valid(user))
		return STATUS_NOT_FOUND;
	status = snapshot_find_record(&records->access, SNAPSHOT_MAP_PRINCIPALS, user, &json);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return complain(out_complaint, status, "access.snapshot is damaged");
	local = signin_check_local(records, user);
	if (status == STATUS_NOT_FOUND)
		read_in_its_place(records, arena);
	if (status == STATUS_NOT_FOUND || local == STATUS_NOT_FOUND)
		return STATUS_NOT_FOUND;
	if (local != STATUS_OK)
		return complain(out_complaint, local, "the file of local accounts cannot be read");
	status = access_principal_decode(&records->access, json, arena, out_principal,
					 out_complaint);
	if (status != STATUS_OK)
		return status;
	if (!text_equal(out_principal->unix_name, user) || !iam_id_is_valid(out_principal->id))
		return complain(out_complaint, STATUS_BAD_DATA,
				"access.snapshot: the record is not this user's");
	return STATUS_OK;
}

enum status signin_principal(const struct signin_records *records, struct text user,
			     struct arena *arena, struct access_principal *out_principal)
{
	struct complaint unread = { .reason = "" };

	return principal_of(records, user, arena, out_principal, &unread);
}

/* The store has no words for what a full disk or a read-only file system does to an attempt. */
static void complain_of_store(struct signin_answer *answer, enum status status)
{
	const char *why = status == STATUS_SYSTEM ? strerrordesc_np(errno) : NULL;

	if (answer->complaint.reason[0])
		return;
	complaint_at(&answer->complaint, "credentials.db");
	(void)complain(&answer->complaint, status, "%s", why ? why : status_text(status));
}

enum status signin_fail(struct signin_answer *answer, enum status status, enum signin_reason reason)
{
	if (reason == SIGNIN_REASON_STORE && status != STATUS_OK)
		complain_of_store(answer, status);
	answer->reason = reason_unless_no_memory(status, reason);
	return status;
}

enum status signin_find_person(const struct signin_records *records,
			       const struct signin_request *request, struct arena *arena,
			       struct access_principal *out_principal, struct signin_answer *answer)
{
	enum status status =
		principal_of(records, request->user, arena, out_principal, &answer->complaint);

	if (status == STATUS_NOT_FOUND)
		answer->reason = SIGNIN_REASON_USER_UNKNOWN;
	else if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SNAPSHOT);
	else if (out_principal->is_role)
		answer->reason = SIGNIN_REASON_ROLE_DIRECT;
	return STATUS_OK;
}
