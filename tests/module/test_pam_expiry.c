/* Passwords that have expired or are temporary, from the dialogue to the session. */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "support/credential_fixture.h"
#include "support/pam_stage.h"

#define NEW_PASSWORD "Another horse 8"
#define BOB " WHERE id = 'AIDAEXAMPLEBOB000001'"

static const struct iam_password_policy quarter = { .minimum_length = 8,
						    .allow_users_to_change = true,
						    .max_age_days = 90 };
static const struct iam_password_policy hard = {
	.minimum_length = 8, .allow_users_to_change = true, .max_age_days = 90, .hard_expiry = true
};
static const struct iam_password_policy closed = { .minimum_length = 8, .max_age_days = 90 };

static void set_age(int days)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "UPDATE user SET password_changed = %lld" BOB,
		       (long long)time(NULL) - days * (long long)DAY);
	fixture_by_hand(STAGE_STATE, sql);
}

static void begin(const struct iam_password_policy *policy, const char *service, int days)
{
	struct people people = stage_people();

	stage_reset();
	people.policy = policy;
	people_publish(&people, STAGE_STATE, 0600);
	stage_plain_service(service, "factors=password");
	set_age(days);
}

static const struct expiry_case {
	const char *label;
	const struct iam_password_policy *policy;
	const char *service, *tty;
	int days;
	bool is_key; /* sshd has verified one, and nobody asks PAM to authenticate */
	int code;
	const char *logged, *told;
} expiry_cases[] = {
	{ "good", &quarter, "login", "tty1", 60, false, PAM_SUCCESS, "account accepted", "" },
	{ "expired: login", &quarter, "login", "tty1", 91, false, PAM_NEW_AUTHTOK_REQD,
	  "reason=change-required", "must choose a new one now" },
	{ "expired: sshd", &quarter, "sshd", "ssh", 91, false, PAM_NEW_AUTHTOK_REQD,
	  "reason=change-required", "must choose a new one now" },
	{ "expired: su on a terminal", &quarter, "su", "pts/1", 91, false, PAM_NEW_AUTHTOK_REQD,
	  "reason=change-required", "must choose a new one now" },
	{ "expired: su in a script", &quarter, "su", NULL, 91, false, PAM_AUTHTOK_EXPIRED,
	  "reason=password-unattended", "Sign in on a terminal" },
	{ "expired: FTP", &quarter, "vsftpd", "ftp", 91, false, PAM_AUTHTOK_EXPIRED,
	  "reason=password-unattended", "Sign in on a terminal" },
	{ "expired: a key", &quarter, "sshd", "ssh", 91, true, PAM_SUCCESS, "account accepted",
	  "" },
	{ "expired: cron", &quarter, "cron", "cron", 91, true, PAM_SUCCESS, "account accepted",
	  "" },
	{ "expired: sudo -n", &quarter, "su", NULL, 91, true, PAM_SUCCESS, "account accepted", "" },
	{ "hard expiry", &hard, "login", "tty1", 91, false, PAM_AUTHTOK_EXPIRED,
	  "reason=password-expired", "iamctl passwd bob" },
	{ "hard expiry: a key", &hard, "sshd", "ssh", 91, true, PAM_SUCCESS, "account accepted",
	  "" },
	{ "no right to change it", &closed, "login", "tty1", 91, false, PAM_NEW_AUTHTOK_REQD,
	  "reason=change-required", "must choose a new one now" }, /* bob's policy has it */
};

static void test_account(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(expiry_cases); i++) {
		const struct expiry_case *row = &expiry_cases[i];
		struct stage_call call = { .service = row->service,
					   .user = "bob",
					   .tty = row->tty };
		struct talk talk = { .replies = { PERSON_PASSWORD } };
		pam_handle_t *pamh;
		int code = PAM_SUCCESS;

		begin(row->policy, row->service, row->days);
		pamh = stage_start(&call, &talk);
		if (!row->is_key)
			code = pam_authenticate(pamh, 0);
		CHECK(code == PAM_SUCCESS && talk.told[0] == '\0',
		      "%s: the password is right, and nothing else is told before", row->label);
		(void)stage_log();
		code = pam_acct_mgmt(pamh, 0);
		(void)stage_log();
		CHECK(code == row->code, "%s: %s", row->label, pam_strerror(NULL, code));
		CHECK(stage_logged(row->logged), "%s: logs %s", row->label, row->logged);
		CHECK(row->told[0] ? strstr(talk.told, row->told) != NULL : talk.told[0] == '\0',
		      "%s: tells '%s'", row->label, talk.told);
		pam_end(pamh, code);
	}
}

/* One transaction as login makes it. */
static void test_forced_change(void)
{
	struct stage_call call = { .service = "login", .user = "bob", .tty = "tty1" };
	struct talk talk = { .replies = { PERSON_PASSWORD, PERSON_PASSWORD, "short", "short",
					  NEW_PASSWORD, NEW_PASSWORD } };
	struct talk again = { .replies = { NEW_PASSWORD } };
	pam_handle_t *pamh;

	begin(&quarter, "login", 91);
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS &&
		      pam_acct_mgmt(pamh, 0) == PAM_NEW_AUTHTOK_REQD,
	      "a password that has expired");
	CHECK(pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK) == PAM_SUCCESS,
	      "is changed before the session begins");
	CHECK(strstr(talk.told, "8 characters") != NULL, "by the policy's rules");
	CHECK(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS, "and is good from now on");
	pam_end(pamh, PAM_SUCCESS);
	pamh = stage_start(&call, &again);
	CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS && pam_acct_mgmt(pamh, 0) == PAM_SUCCESS,
	      "at the next login too");
	pam_end(pamh, PAM_SUCCESS);
}

static void test_hard_change(void)
{
	struct stage_call call = { .service = "passwd", .user = "bob", .tty = "tty1" };
	struct talk talk = { .replies = { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD } };
	pam_handle_t *pamh;

	begin(&hard, "passwd", 91);
	pamh = stage_start(&call, &talk);
	CHECK(pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK) == PAM_PERM_DENIED &&
		      talk.calls == 0 && strstr(talk.told, "iamctl passwd bob"),
	      "HardExpiry: not asked, and told who can help");
	pam_end(pamh, PAM_SUCCESS);
	pamh = stage_start(&call, &(struct talk){ .replies = { NEW_PASSWORD, NEW_PASSWORD } });
	CHECK(pam_chauthtok(pamh, 0) == PAM_SUCCESS, "HardExpiry: root can");
	pam_end(pamh, PAM_SUCCESS);
}

static void test_temporary(void)
{
	struct stage_call call = { .service = "login", .user = "bob", .tty = "tty1" };
	struct talk talk = { .replies = { PERSON_PASSWORD, PERSON_PASSWORD, NEW_PASSWORD,
					  NEW_PASSWORD } };
	pam_handle_t *pamh;

	begin(NULL, "login", 0);
	fixture_by_hand(STAGE_STATE, "UPDATE user SET must_change = 1" BOB);
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS &&
		      pam_acct_mgmt(pamh, 0) == PAM_NEW_AUTHTOK_REQD &&
		      pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK) == PAM_SUCCESS &&
		      pam_acct_mgmt(pamh, 0) == PAM_SUCCESS,
	      "a temporary password is good for its change alone");
	CHECK(fixture_number(STAGE_STATE, "SELECT must_change FROM user" BOB) == 0,
	      "and is none after it");
	pam_end(pamh, PAM_SUCCESS);
}

static const struct warning_case {
	const char *service, *tty;
	int days, flags;
	const char *told;
} warning_cases[] = {
	{ "login", "tty1", 60, 0, "" },
	{ "login", "tty1", 80, 0, "Your password expires in 9 days.\n" },
	{ "login", "tty1", 88, 0, "Your password expires in 1 day.\n" },
	{ "login", "tty1", 89, 0, "Your password expires today.\n" },
	{ "login", "tty1", 80, PAM_SILENT, "" },
	{ "login", NULL, 80, 0, "" },
	{ "sshd", "ssh", 80, 0, "Your password expires in 9 days.\n" },
	{ "cron", "cron", 80, 0, "" },
	{ "su", "pts/1", 80, 0, "" },
};

static void test_warnings(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(warning_cases); i++) {
		const struct warning_case *row = &warning_cases[i];
		struct stage_call call = { .service = row->service,
					   .user = "bob",
					   .tty = row->tty };
		struct talk talk = { .kind = TALK_ANSWERS };
		pam_handle_t *pamh;

		begin(&quarter, row->service, row->days);
		fixture_by_hand(STAGE_STATE,
				"UPDATE user SET password_changed = password_changed - 60" BOB);
		pamh = stage_start(&call, &talk);
		CHECK(pam_open_session(pamh, row->flags) == PAM_SUCCESS &&
			      strcmp(talk.told, row->told) == 0,
		      "session: %s after %d days: '%s'", row->service, row->days, talk.told);
		pam_end(pamh, PAM_SUCCESS);
	}
}

static const struct device_case {
	int days;
	int code;
	const char *logged, *told;
} device_cases[] = {
	{ 60, PAM_SUCCESS, "sign-in accepted", "" },
	{ 80, PAM_SUCCESS, "sign-in accepted", "Your MFA device phone expires in 9 days.\n" },
	{ 90, PAM_AUTH_ERR, "reason=mfa-too-old", "" },
};

static void test_devices(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(device_cases); i++) {
		const struct device_case *row = &device_cases[i];
		struct stage_call call = { .service = "login", .user = "alice", .tty = "tty1" };
		struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };
		char sql[128];
		pam_handle_t *pamh;
		int code;

		stage_reset();
		stage_plain_service("login", "");
		scratch_write(STAGE_CONFIG, "iam.conf.d/age.conf",
			      TEXT("[mfa]\nseed_age_max = 90d\n"), 0644);
		(void)snprintf(sql, sizeof(sql), "UPDATE device SET enabled_at = %lld",
			       (long long)time(NULL) - row->days * (long long)DAY - 60);
		fixture_by_hand(STAGE_STATE, sql);
		pamh = stage_start(&call, &talk);
		code = pam_authenticate(pamh, 0);
		(void)stage_log();
		CHECK(code == row->code && stage_logged(row->logged), "device of %d days: %s",
		      row->days, pam_strerror(NULL, code));
		CHECK(pam_open_session(pamh, 0) == PAM_SUCCESS && strcmp(talk.told, row->told) == 0,
		      "device of %d days: '%s'", row->days, talk.told);
		pam_end(pamh, code);
	}
	scratch_remove(STAGE_CONFIG "/iam.conf.d");
}

int main(void)
{
	stage_init();
	test_account();
	test_forced_change();
	test_hard_change();
	test_temporary();
	test_warnings();
	test_devices();
	return check_done();
}
