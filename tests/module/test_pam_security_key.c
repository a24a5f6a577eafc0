/* Security keys that sshd has verified, through libpam: what is asked, and what policies and sudo
   know of them. */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "support/pam_visit.h"
#include "support/policy_words.h"
#include "support/snapshot_fixture.h"
#include "support/ssh_keys.h"

#define INFO(key) "SSH_AUTH_INFO_0=publickey " key "\n"
#define BOTH "Password: \nOne-time code: \n"
#define CODE "One-time code: \n"
#define PASSWORD "Password: \n"
#define MFA_OF_A_MINUTE                                       \
	"\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}," \
	"\"NumericLessThan\":{\"aws:MultiFactorAuthAge\":\"60\"}"

static const struct policy_text texts[] = {
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "login-mfa", POLICY(ALLOW("host:Login", IF(MFA_OF_A_MINUTE))) },
	{ "sudo-mfa", POLICY(ALLOW("host:Sudo", IF(MFA_OF_A_MINUTE))) },
	{ NULL, NULL },
};

/* alice has a key that asks who holds it and one that does not; bob, without a device, the first
   kind. */
static const struct fixture_user accounts[] = {
	{ .name = "alice",
	  .uid = 0x70000001,
	  .keys = "verify-required " KEY_SK_ED25519 " SshKey1\n" KEY_SK_ECDSA " SshKey2\n" },
	{ .name = "bob", .uid = 0x70000002, .keys = "verify-required " KEY_SK_ECDSA " SshKey1\n" },
	{ .name = NULL },
};

static void set_up(const char *policies, const char *arguments)
{
	const struct person persons[] = {
		{ "alice", NULL, "AIDAEXAMPLEALICE0001", .has_password = true, .has_device = true,
		  .policies = policies },
		{ "bob", NULL, "AIDAEXAMPLEBOB000001", .has_password = true, .policies = policies },
		{ .name = NULL },
	};
	struct people people = { .persons = persons, .created = time(NULL), .policies = texts };

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[mfa]\nsecurity_keys = yes\n"), 0644);
	people_publish(&people, STAGE_STATE, 0600);
	fixture_publish(&(struct fixture){ .users = accounts }, SNAPSHOT_DIRECTORY,
			STAGE_STATE "/directory.snapshot", 0644);
	stage_plain_service("sshd", arguments);
	stage_plain_service("login", arguments);
	stage_plain_service("sudo", "");
}

static const struct asked_case {
	const char *service, *user, *arguments, *environment;
	const char *asked;
	int code; /* when nothing right is answered */
} asked_cases[] = {
	{ "sshd", "alice", "", INFO(KEY_SK_ED25519), "", PAM_SUCCESS },
	{ "sshd", "bob", "", INFO(KEY_SK_ECDSA), "", PAM_SUCCESS },
	{ "sshd", "bob", "mfa=enrolled", INFO(KEY_SK_ECDSA), "", PAM_SUCCESS },
	/* a key that does not ask, somebody else's, one of no record */
	{ "sshd", "alice", "", INFO(KEY_SK_ECDSA), CODE, PAM_AUTH_ERR },
	{ "sshd", "bob", "", INFO(KEY_SK_ED25519), CODE, PAM_AUTH_ERR },
	{ "sshd", "alice", "", INFO(KEY_ED25519), CODE, PAM_AUTH_ERR },
	/* another service's environment is anybody's */
	{ "login", "alice", "", INFO(KEY_SK_ED25519), BOTH, PAM_AUTH_ERR },
	/* where something else is wanted */
	{ "sshd", "alice", "mfa=off", INFO(KEY_SK_ED25519), PASSWORD, PAM_AUTH_ERR },
	{ "sshd", "alice", "factors=password", INFO(KEY_SK_ED25519), PASSWORD, PAM_AUTH_ERR },
	{ "sshd", "alice", "factors=code", INFO(KEY_SK_ED25519), CODE, PAM_AUTH_ERR },
	{ "sshd", "mallory", "unknown_user=refuse", INFO(KEY_SK_ED25519), CODE, PAM_AUTH_ERR },
};

static void test_asked(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(asked_cases); i++) {
		const struct asked_case *row = &asked_cases[i];
		struct talk talk = { .replies = { "wrong", "wrong" } };
		struct stage_call call = { .service = row->service,
					   .user = row->user,
					   .environment = row->environment };
		int code;

		set_up("login", row->arguments);
		code = stage_authenticate(&call, &talk);
		CHECK(code == row->code && strcmp(talk.asked, row->asked) == 0,
		      "asked %zu: %s by %s: %s", i, row->user, row->service,
		      pam_strerror(NULL, code));
		CHECK(code != PAM_SUCCESS || stage_logged("password=no mfa=security-key:SshKey1"),
		      "asked %zu: the log says which key", i);
	}
}

/* What the account phase knows. (sshd tells it of the key in the process of its dialogue; where
   there is none, only the session phase is told.) */
static void test_policies(void)
{
	static const struct policy_case {
		const char *environment;
		int code;
	} rows[] = {
		{ INFO(KEY_SK_ED25519), PAM_SUCCESS },
		{ INFO(KEY_SK_ECDSA), PAM_PERM_DENIED },
		{ INFO(KEY_ED25519), PAM_PERM_DENIED },
		{ NULL, PAM_PERM_DENIED },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct talk talk = { .kind = TALK_FAILS };
		struct stage_call call = { .service = "sshd",
					   .user = "alice",
					   .remote_host = "192.0.2.7",
					   .environment = rows[i].environment };

		set_up("login-mfa", "");
		CHECK(stage_account(&call, &talk) == rows[i].code, "policies %zu: MFA is %s", i,
		      rows[i].code == PAM_SUCCESS ? "present, and young" : "not");
	}
}

static struct visit *sudo;

static void run_sudo(struct visit *visit)
{
	(void)visit;
	visit_go(sudo);
}

/* As a code does, the key counts for sudo in the session. */
static void test_sudo(void)
{
	static const struct session_case {
		const char *label, *environment;
		unsigned phases;
		bool is_divided;
		const char *asked;
	} rows[] = {
		{ "the key alone", INFO(KEY_SK_ED25519), VISIT_ACCOUNT | VISIT_OPEN | VISIT_CLOSE,
		  false, PASSWORD },
		{ "the key and a dialogue", INFO(KEY_SK_ED25519), VISIT_ALL, true, PASSWORD },
		{ "a key that does not ask", INFO(KEY_SK_ECDSA),
		  VISIT_ACCOUNT | VISIT_OPEN | VISIT_CLOSE, false, BOTH },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *login;
		bool counts = strcmp(rows[i].asked, PASSWORD) == 0;

		set_up("login sudo-mfa", "");
		login = visit_new("sshd", "alice", rows[i].phases);
		login->call.environment = rows[i].environment;
		login->call.remote_host = "192.0.2.7";
		login->is_divided = rows[i].is_divided;
		login->inside = run_sudo;
		sudo = visit_new("sudo", "alice", VISIT_AUTH | VISIT_ACCOUNT);
		sudo->talk.replies[0] = PERSON_PASSWORD;
		sudo->talk.replies[1] = stage_code();
		visit_go(login);
		CHECK(login->open == PAM_SUCCESS && login->talk.asked[0] == '\0',
		      "sudo: %s: a session, and nothing was asked", rows[i].label);
		CHECK(strcmp(sudo->talk.asked, rows[i].asked) == 0 && sudo->auth == PAM_SUCCESS &&
			      sudo->account == PAM_SUCCESS,
		      "sudo: %s: asked for %s", rows[i].label,
		      counts ? "the password alone" : "both");
		CHECK(!counts || strstr(stage_whole_log(), "service=sshd rhost=192.0.2.7 "
							   "mfa=security-key:SshKey1"),
		      "sudo: %s: the log says how the session began", rows[i].label);
	}
}

/* Without the file the key is one like any other, and the log says so. */
static void test_no_file(void)
{
	struct talk talk = { .replies = { "wrong" } };
	struct stage_call call = { .service = "sshd",
				   .user = "alice",
				   .environment = INFO(KEY_SK_ED25519) };

	set_up("login", "");
	scratch_remove(STAGE_STATE "/directory.snapshot");
	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR && strcmp(talk.asked, CODE) == 0 &&
		      stage_logged("directory.snapshot does not tell of the security key"),
	      "no file: the code is asked for");
}

int main(void)
{
	stage_init();
	test_asked();
	test_policies();
	test_sudo();
	test_no_file();
	return check_done();
}
