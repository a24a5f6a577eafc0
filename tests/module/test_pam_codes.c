/* Recovery codes through libpam: what is asked, logged and told, and that they count as MFA. */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "support/credential_fixture.h"
#include "support/pam_visit.h"
#include "support/paper_fixture.h"
#include "support/policy_words.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define MFA "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}"

static const struct policy_text texts[] = {
	{ "login-mfa", POLICY(ALLOW("host:Login", IF(MFA))) },
	{ "sudo-mfa", POLICY(ALLOW("host:Sudo", IF(MFA))) },
	{ NULL, NULL },
};

static paper_text codes[CREDENTIAL_RECOVERY_CODES];

/* alice, who has to have a second factor for everything, and ten codes. */
static void set_up(bool has_device)
{
	const struct person persons[] = {
		{ "alice", NULL, ALICE, .has_password = true, .has_device = has_device,
		  .policies = "login-mfa sudo-mfa" },
		{ .name = NULL },
	};
	struct people people = { .persons = persons, .created = time(NULL), .policies = texts };

	stage_reset();
	people_publish(&people, STAGE_STATE, 0600);
	stage_plain_service("sshd", "");
	stage_plain_service("login", "");
	stage_plain_service("sudo", "");
	stage_plain_service("vsftpd", "");
	paper_recovery(STAGE_STATE, FILE_OF_ROOT, ALICE, time(NULL), codes);
}

static struct visit *sign_in(const char *service, const char *code)
{
	struct visit *visit = visit_new(service, "alice", VISIT_ALL);

	visit->call.tty = "tty1";
	visit->call.remote_host = "192.0.2.7";
	visit->is_divided = strcmp(service, "sshd") == 0;
	visit->talk.replies[0] = PERSON_PASSWORD;
	visit->talk.replies[1] = code;
	return visit;
}

static struct visit *sudo;

static void run_sudo(struct visit *visit)
{
	(void)visit;
	visit_go(sudo);
}

static void test_sign_in(const char *service, bool has_device)
{
	struct visit *login;

	set_up(has_device);
	login = sign_in(service, codes[0]);
	sudo = sign_in("sudo", codes[1]);
	sudo->phases = VISIT_AUTH | VISIT_ACCOUNT;
	login->inside = run_sudo;
	visit_go(login);
	CHECK(strcmp(login->talk.asked, "Password: \nOne-time code: \n") == 0 &&
		      login->auth == PAM_SUCCESS && login->account == PAM_SUCCESS &&
		      login->open == PAM_SUCCESS,
	      "%s: a recovery code signs in, and policies take it for a code", service);
	CHECK(strcmp(sudo->talk.asked, "Password: \n") == 0 && sudo->auth == PAM_SUCCESS &&
		      sudo->account == PAM_SUCCESS,
	      "%s: sudo in the session asks for none", service);
	CHECK(strcmp(login->talk.told, "You have used a recovery code: 9 are left.\n") == 0,
	      "%s: the user is told in the session: %s", service, login->talk.told);
	login = sign_in(service, codes[0]);
	login->phases = VISIT_AUTH;
	visit_go(login);
	CHECK(login->auth == PAM_AUTH_ERR && stage_logged("reason=code-reused"),
	      "%s: the same code is refused the second time", service);
}

/* By themselves: a session inside would have read the log. */
static void test_log(const char *service)
{
	struct visit *login;
	char line[160];

	set_up(true);
	login = sign_in(service, codes[7]);
	visit_go(login);
	snprintf(line, sizeof(line),
		 "recovery code used: user=alice service=%s rhost=192.0.2.7 left=9", service);
	CHECK(stage_logged(line), "%s: the log says how many are left", service);
	snprintf(line, sizeof(line),
		 "sign-in accepted: user=alice service=%s rhost=192.0.2.7 password=yes"
		 " mfa=(recovery-code)",
		 service);
	CHECK(stage_logged(line), "%s: and what proved the code", service);
	CHECK(stage_logged(strcmp(service, "sshd") == 0 ? "mfa=proven" : "mfa=(recovery-code)"),
	      "%s: which the session knows", service);
}

static const struct notice_case {
	const char *label, *service, *tty;
	unsigned used_before;
	const char *told;
} notice_cases[] = {
	{ "one is left", "login", "tty1", 8, "You have used a recovery code: 1 is left.\n" },
	{ "none is left", "login", "tty1", 9,
	  "That was your last recovery code. Ask an administrator to run: iamctl mfa "
	  "recovery-codes alice\n" },
	{ "a script", "login", NULL, 0, "" },
	{ "a protocol for files", "vsftpd", "ftp", 0, "" },
};

static void test_notices(void)
{
	struct visit *login;

	for (size_t i = 0; i < ARRAY_LENGTH(notice_cases); i++) {
		const struct notice_case *row = &notice_cases[i];
		char sql[128];

		set_up(true);
		snprintf(sql, sizeof(sql),
			 "UPDATE recovery_code SET used_at = 1 WHERE number %% 10 BETWEEN 1 AND %u",
			 row->used_before);
		fixture_by_hand(STAGE_STATE, sql);
		login = sign_in(row->service, codes[9]);
		login->call.tty = row->tty;
		visit_go(login);
		CHECK(login->open == PAM_SUCCESS && strcmp(login->talk.told, row->told) == 0,
		      "notice: %s: '%s'", row->label, login->talk.told);
	}
	set_up(true);
	fixture_by_hand(STAGE_STATE,
			"UPDATE recovery_code SET used_at = 1000 WHERE number % 10 = 1");
	login = sign_in("login", stage_code());
	visit_go(login);
	CHECK(login->open == PAM_SUCCESS && login->talk.told[0] == '\0',
	      "notice: not for a session that began with a device's code");
}

static void test_wrong(void)
{
	static const char *const wrong[] = { "0000-0000-0000-0000", "7K3M-Q9TW-X2VD-H5NB",
					     "00000000000000000000" };
	struct visit *login;

	set_up(false);
	for (size_t i = 0; i < 5; i++) {
		login = sign_in("login", wrong[i % ARRAY_LENGTH(wrong)]);
		login->phases = VISIT_AUTH;
		visit_go(login);
		CHECK(login->auth == PAM_AUTH_ERR && stage_logged("reason=code-wrong"),
		      "wrong: attempt %zu", i + 1);
	}
	login = sign_in("login", codes[0]);
	login->phases = VISIT_AUTH;
	visit_go(login);
	CHECK(login->auth == PAM_AUTH_ERR && stage_logged("reason=locked"),
	      "wrong: five recovery codes lock, as other codes do");
}

/* Not one of them is in any line that was logged. */
static void test_secrets(void)
{
	unsigned found = 0;

	for (size_t i = 0; i < CREDENTIAL_RECOVERY_CODES; i++) {
		struct paper_code code;

		CHECK_REQUIRE(paper_code_read(text_of(codes[i]), &code) == STATUS_OK, "a code");
		found += strstr(stage_whole_log(), codes[i]) != NULL;
		found += strstr(stage_whole_log(), code.symbols) != NULL;
	}
	CHECK(found == 0 && strstr(stage_whole_log(), "recovery code used"),
	      "the log has no code in it");
}

int main(void)
{
	stage_init();
	test_sign_in("login", true);
	test_sign_in("sshd", true);
	test_sign_in("login", false);
	test_log("login");
	test_log("sshd");
	test_notices();
	test_wrong();
	test_secrets();
	return check_done();
}
