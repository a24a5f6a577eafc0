#include "credentials/lockout.h"
#include "signin/signin.h"
#include "signin/signin_grace.h"
#include "snapshot/snapshot_key.h"
#include "tools/iamctl/devices.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/mfa_setting.h"
#include "tools/iamctl/principal.h"
#include "tools/iamctl/records.h"

enum { ACCOUNT_BYTES_MAX = 1 << 20 };

/* One key a line, each line with its end. */
static size_t count_lines(struct text lines)
{
	size_t count = 0;

	for (size_t i = 0; i < lines.length; i++)
		count += lines.bytes[i] == '\n';
	return count;
}

static void list_user(struct output_table *table, const struct snapshot *directory,
		      const struct snapshot_user *user)
{
	struct snapshot_gids gids = { 0 };
	struct text keys = TEXT("");
	bool has_gids = snapshot_memberships(directory, user, &gids) == STATUS_OK;
	bool has_keys = snapshot_keys(directory, user, &keys) == STATUS_OK;

	output_table_row(table,
			 (struct cell[]){ cell_text(user->name), cell_number(user->uid),
					  has_gids ? cell_number(gids.count) : (struct cell){ 0 },
					  has_keys ? cell_number((int64_t)count_lines(keys))
						   : (struct cell){ 0 },
					  cell_text(user->home), cell_text(user->shell) });
}

static int list_users(const struct invocation *invocation)
{
	static const char *const columns[] = { "name", "uid", "groups", "keys", "home", "shell" };
	AUTO_SNAPSHOT directory = { 0 };
	struct output_table table;
	enum status status = STATUS_OK;
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);

	if (code != EX_OK)
		return code;
	output_table(&table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		struct snapshot_user user;

		for (uint32_t i = 0; (status = snapshot_user_at(&directory, i, &user)) == STATUS_OK;
		     i++)
			if (!user.is_role)
				list_user(&table, &directory, &user);
	}
	return status == STATUS_NOT_FOUND ? EX_OK : fail_with(status, NULL, "directory.snapshot");
}

static void show_groups(struct output *output, const struct access_principal *principal)
{
	static const char *const columns[] = { "name", "iam_name", "arn" };
	struct output_table table;

	output_table(&table, output, "groups", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < principal->group_count; i++) {
			const struct access_group *group = &principal->groups[i];

			output_table_row(&table, (struct cell[]){ cell_text(group->unix_name),
								  cell_text(group->iam_name),
								  cell_text(group->arn) });
		}
}

static int show_keys(const struct invocation *invocation, const struct access_principal *principal)
{
	static const char *const columns[] = { "type", "id", "verify_required" };
	AUTO_SNAPSHOT directory = { 0 };
	struct snapshot_user user;
	struct output_table table;
	struct text lines = TEXT("");
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);

	if (code != EX_OK)
		return code;
	if (snapshot_find_user(&directory, principal->unix_name, &user) != STATUS_OK ||
	    snapshot_keys(&directory, &user, &lines) != STATUS_OK)
		return fail(EX_DATAERR, invocation_name(invocation), "its keys cannot be read");
	output_table(&table, invocation->output, "keys", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		struct text rest = lines;
		struct snapshot_key key;

		while (snapshot_next_key(&rest, &key))
			output_table_row(&table,
					 (struct cell[]){ cell_text(key.type), cell_text(key.id),
							  cell_flag(key.verify_required) });
	}
	return EX_OK;
}

static int show_devices(const struct invocation *invocation, const struct subject *subject)
{
	struct output_table table;
	unsigned left = 0;
	enum status status = devices_recovery_left(subject->store, &subject->principal, &left);

	if (status == STATUS_OK)
		output_field(invocation->output, "recovery_codes_left", cell_number(left));
	devices_table(&table, invocation->output, "mfa_here");
	while (output_table_pass(&table))
		if (status == STATUS_OK)
			status = devices_rows(&table, subject->store, &subject->principal);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "credentials.db");
}

static const char *const origins[CREDENTIAL_ORIGIN_COUNT] = {
	[CREDENTIAL_ORIGIN_UNKNOWN] = NULL,
	[CREDENTIAL_ORIGIN_USER] = "user",
	[CREDENTIAL_ORIGIN_ADMINISTRATOR] = "administrator",
};

static int show_password(const struct invocation *invocation, const struct subject *subject,
			 const struct credential_summary *summary)
{
	struct output *output = invocation->output;
	struct access_account account = { 0 };
	struct complaint complaint = { 0 };
	struct password_age age;
	struct text record;
	AUTO_ARENA arena = { 0 };
	enum status status = snapshot_find_record(&subject->access, SNAPSHOT_MAP_SETTINGS,
						  TEXT("account"), &record);

	arena_init(&arena, ACCOUNT_BYTES_MAX);
	if (status == STATUS_OK)
		status = access_account_decode(record, &arena, &account, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, "access.snapshot");
	age = signin_password_age_of(&subject->principal, &account.password_policy, summary,
				     invocation->now);
	output_field(output, "password_here", cell_flag(summary->has_password));
	output_field(output, "password_changed", cell_time(summary->password_changed));
	output_field(output, "password_set_by",
		     origins[summary->password_origin]
			     ? cell_string(origins[summary->password_origin])
			     : (struct cell){ 0 });
	output_field(output, "must_change",
		     cell_flag(summary->has_password ? password_must_change(age.standing)
						     : subject->principal.password_reset_required));
	output_field(output, "password_expires",
		     summary->has_password ? cell_time(age.expires) : (struct cell){ 0 });
	output_field(output, "password_days_left",
		     summary->has_password && age.expires ? cell_number(age.days_left)
							  : (struct cell){ 0 });
	return EX_OK;
}

/* Names of the fields: how many, the last of them, until when they lock. */
static void show_failures(struct output *output, const char *const names[3],
			  const struct lockout_state *state, const struct lockout_rule *rule,
			  int64_t now)
{
	output_field(output, names[0], cell_number(state->failures));
	output_field(output, names[1], cell_time(state->last_failure));
	output_field(output, names[2], cell_time(lockout_until(state, rule, now)));
}

/* Until when a user who has no device need not have one. */
static void show_grace(const struct invocation *invocation, const struct subject *subject,
		       const struct config *config, bool has_device)
{
	struct signin_grace grace =
		signin_grace_of(config, &subject->access, &subject->principal, invocation->now);

	output_field(invocation->output, "mfa_grace_until",
		     grace.is_running && !has_device ? cell_time(grace.until) : (struct cell){ 0 });
}

static int show_credentials(const struct invocation *invocation, const struct subject *subject)
{
	struct output *output = invocation->output;
	struct credential_summary summary = { 0 };
	AUTO_CONFIG config = { 0 };
	static const char *const password_fields[] = { "password_failures", "last_password_failure",
						       "passwords_locked_until" };
	static const char *const code_fields[] = { "code_failures", "last_code_failure",
						   "codes_locked_until" };
	const struct credential_budgets *budgets = &summary.budgets;
	struct credential_lockout rules;
	enum status status = STATUS_OK;
	int code = read_config(invocation, &config);

	if (code != EX_OK)
		return code;
	if (subject->store)
		status = credential_summary(subject->store, subject->principal.id, &summary);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "credentials.db");
	rules = signin_lockout_rules(&config);
	output_field(output, "password_at_iam", cell_flag(subject->principal.password_enabled));
	code = show_password(invocation, subject, &summary);
	if (code != EX_OK)
		return code;
	output_field(output, "last_success", cell_time(summary.last_success));
	show_failures(output, password_fields, &budgets->passwords, &rules.passwords,
		      invocation->now);
	show_failures(output, code_fields, &budgets->codes, &rules.codes, invocation->now);
	mfa_setting_show_user(output, &config, &subject->principal);
	show_grace(invocation, subject, &config,
		   summary.device_count > 0 || summary.has_recovery_set);
	output_list(output, "mfa_at_iam", subject->principal.devices,
		    subject->principal.device_count);
	return show_devices(invocation, subject);
}

static int show_user(const struct invocation *invocation)
{
	AUTO_SUBJECT subject = { 0 };
	int code = subject_open(invocation, SUBJECT_USER, &subject);

	if (code != EX_OK)
		return code;
	output_object(invocation->output);
	code = principal_show_account(invocation, &subject.principal);
	if (code == EX_OK)
		code = show_credentials(invocation, &subject);
	if (code == EX_OK)
		code = show_keys(invocation, &subject.principal);
	show_groups(invocation->output, &subject.principal);
	principal_show_policies(invocation->output, &subject.principal);
	principal_show_tags(invocation->output, &subject.principal);
	output_close_object(invocation->output);
	return code;
}

int command_user(struct invocation *invocation)
{
	return invocation_name(invocation) ? show_user(invocation) : list_users(invocation);
}
