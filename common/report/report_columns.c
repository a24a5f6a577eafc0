#include "report/report_internal.h"

#include "base/timestamp.h"
#include "password/password_expiry.h"

/* IAM's words for what is not there, was never used, and cannot be known here. */
#define NOTHING "N/A"
#define NEVER "no_information"
#define UNSUPPORTED "not_supported"

static const char *put_time(int64_t time, const char *otherwise, struct report_cell *buffer)
{
	return time > 0 ? timestamp_format(time, buffer->bytes) : otherwise;
}

static const char *put_flag(bool flag)
{
	return flag ? "true" : "false";
}

static const char *put_number(int64_t number, struct report_cell *buffer)
{
	if (text_format(buffer->bytes, sizeof(buffer->bytes), "%lld", (long long)number) !=
	    STATUS_OK)
		return NOTHING;
	return buffer->bytes;
}

static const char *put_text(struct text text, struct report_cell *buffer)
{
	return text_copy(text, buffer->bytes, sizeof(buffer->bytes)) == STATUS_OK ? buffer->bytes
										  : NOTHING;
}

static const char *user_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_text(row->principal->iam_name, buffer);
}

static const char *arn_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_text(row->principal->arn, buffer);
}

static const char *created_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_time(row->principal->created, NEVER, buffer);
}

static bool has_password(const struct report_row *row)
{
	return row->principal->password_enabled && row->summary.has_password;
}

static const char *password_enabled(const struct report_row *row, struct report_cell *buffer)
{
	(void)buffer;
	return put_flag(has_password(row));
}

static const char *password_used(const struct report_row *row, struct report_cell *buffer)
{
	return has_password(row) ? put_time(row->summary.last_success, NEVER, buffer) : NOTHING;
}

static const char *password_changed(const struct report_row *row, struct report_cell *buffer)
{
	return has_password(row) ? put_time(row->summary.password_changed, NEVER, buffer) : NOTHING;
}

static const char *password_rotation(const struct report_row *row, struct report_cell *buffer)
{
	const struct report_source *source = row->source;
	struct password_age age;

	if (!has_password(row) || source->policy->max_age_days == 0)
		return NOTHING;
	age = password_age(source->policy, row->summary.password_changed, row->summary.must_change,
			   source->now);
	return put_time(age.expires, NOTHING, buffer);
}

static const char *mfa_active(const struct report_row *row, struct report_cell *buffer)
{
	(void)buffer;
	return put_flag(row->summary.device_count > 0 || row->principal->device_count > 0);
}

static const char *of_aws(const struct report_row *row, struct report_cell *buffer)
{
	(void)row;
	(void)buffer;
	return UNSUPPORTED;
}

static const char *none(const struct report_row *row, struct report_cell *buffer)
{
	(void)row;
	(void)buffer;
	return NOTHING;
}

static const char *unix_name_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_text(row->principal->unix_name, buffer);
}

static const char *uid_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_number(row->principal->uid, buffer);
}

static const char *last_login_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_time(row->last_login, NEVER, buffer);
}

static const char *must_change_of(const struct report_row *row, struct report_cell *buffer)
{
	(void)buffer;
	return put_flag(has_password(row) &&
			(row->summary.must_change || row->principal->password_reset_required));
}

static const char *devices_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_number(row->summary.device_count, buffer);
}

static const char *aws_devices_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_number((int64_t)row->principal->device_count, buffer);
}

static const char *recovery_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_number(row->recovery_left, buffer);
}

static const char *keys_of(const struct report_row *row, struct report_cell *buffer)
{
	return put_number((int64_t)row->ssh_keys, buffer);
}

static const char *oldest_key_of(const struct report_row *row, struct report_cell *buffer)
{
	return row->ssh_keys > 0 ? put_time(row->principal->oldest_ssh_key, NEVER, buffer)
				 : NOTHING;
}

static const char *lock_of(const struct report_row *row, bool password, struct report_cell *buffer)
{
	const struct credential_lock lock =
		credential_lock_of(&row->summary.budgets, &row->source->lockout, password,
				   !password, row->source->now);

	return lock.kind == CREDENTIAL_LOCK_NONE ? NOTHING : put_time(lock.until, NOTHING, buffer);
}

static const char *password_lock_of(const struct report_row *row, struct report_cell *buffer)
{
	return lock_of(row, true, buffer);
}

static const char *code_lock_of(const struct report_row *row, struct report_cell *buffer)
{
	return lock_of(row, false, buffer);
}

/* What root's row has instead: the account's root user, with this host's facts. */
static const char *root_arn(const struct report_source *source, struct report_cell *buffer)
{
	if (source->account.length == 0 ||
	    text_format(buffer->bytes, sizeof(buffer->bytes), "arn:aws:iam::%.*s:root",
			TEXT_ARGUMENTS(source->account)) != STATUS_OK)
		return NOTHING;
	return buffer->bytes;
}

static const char *root_password(const struct report_source *source, struct report_cell *buffer)
{
	(void)buffer;
	return source->root->is_known ? put_flag(source->root->has_password) : UNSUPPORTED;
}

static const char *root_changed(const struct report_source *source, struct report_cell *buffer)
{
	return source->root->has_password ? put_time(source->root->password_changed, NEVER, buffer)
					  : NOTHING;
}

static const char *root_login(const struct report_source *source, struct report_cell *buffer)
{
	return put_time(source->root->last_login, NEVER, buffer);
}

static const char *root_keys(const struct report_source *source, struct report_cell *buffer)
{
	return put_number((int64_t)source->root->ssh_keys, buffer);
}

#define ACCESS_KEY(number)                                                         \
	{ "access_key_" number "_active", of_aws, NULL, UNSUPPORTED },             \
		{ "access_key_" number "_last_rotated", none, NULL, NOTHING },     \
		{ "access_key_" number "_last_used_date", none, NULL, NOTHING },   \
		{ "access_key_" number "_last_used_region", none, NULL, NOTHING }, \
	{                                                                          \
		"access_key_" number "_last_used_service", none, NULL, NOTHING     \
	}

static const struct column {
	const char *name;
	const char *(*of_user)(const struct report_row *row, struct report_cell *buffer);
	const char *(*of_root)(const struct report_source *source, struct report_cell *buffer);
	const char *of_any_root; /* where of_root is NULL */
} columns[] = {
	{ "user", user_of, NULL, "<root_account>" },
	{ "arn", arn_of, root_arn, NULL },
	{ "user_creation_time", created_of, NULL, NEVER },
	{ "password_enabled", password_enabled, root_password, NULL },
	{ "password_last_used", password_used, root_login, NULL },
	{ "password_last_changed", password_changed, root_changed, NULL },
	{ "password_next_rotation", password_rotation, NULL, UNSUPPORTED },
	{ "mfa_active", mfa_active, NULL, "false" },
	ACCESS_KEY("1"),
	ACCESS_KEY("2"),
	{ "cert_1_active", of_aws, NULL, UNSUPPORTED },
	{ "cert_1_last_rotated", none, NULL, NOTHING },
	{ "cert_2_active", of_aws, NULL, UNSUPPORTED },
	{ "cert_2_last_rotated", none, NULL, NOTHING },
	/* of the host */
	{ "unix_name", unix_name_of, NULL, "root" },
	{ "uid", uid_of, NULL, "0" },
	{ "last_login", last_login_of, root_login, NULL },
	{ "password_must_change", must_change_of, NULL, "false" },
	{ "password_locked_until", password_lock_of, NULL, NOTHING },
	{ "code_locked_until", code_lock_of, NULL, NOTHING },
	{ "mfa_devices", devices_of, NULL, "0" },
	{ "mfa_devices_at_aws", aws_devices_of, NULL, UNSUPPORTED },
	{ "recovery_codes_left", recovery_of, NULL, "0" },
	{ "ssh_keys", keys_of, root_keys, NULL },
	{ "ssh_key_oldest", oldest_key_of, NULL, NEVER },
};

enum { IAM_COLUMNS = 22 };

_Static_assert(ARRAY_LENGTH(columns) <= REPORT_COLUMNS_MAX, "all of them have room");

static size_t column_count(bool wants_host)
{
	return wants_host ? ARRAY_LENGTH(columns) : IAM_COLUMNS;
}

size_t credential_report_columns(bool wants_host, const char *out_names[REPORT_COLUMNS_MAX])
{
	for (size_t i = 0; i < column_count(wants_host); i++)
		out_names[i] = columns[i].name;
	return column_count(wants_host);
}

size_t report_user_cells(const struct report_row *row, struct report_cell *buffers,
			 struct text out_cells[REPORT_COLUMNS_MAX])
{
	size_t count = column_count(row->source->wants_host);

	for (size_t i = 0; i < count; i++)
		out_cells[i] = text_of(columns[i].of_user(row, &buffers[i]));
	return count;
}

size_t report_root_cells(const struct report_source *source, struct report_cell *buffers,
			 struct text out_cells[REPORT_COLUMNS_MAX])
{
	size_t count = column_count(source->wants_host);

	for (size_t i = 0; i < count; i++)
		out_cells[i] = text_of(columns[i].of_root ? columns[i].of_root(source, &buffers[i])
							  : columns[i].of_any_root);
	return count;
}
