/* Roles through libpam: su takes one with the factors of who runs it, and nobody else's; and what
   may be done from the role's shell. */
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "support/role_stage.h"

#define ASKED "Password for alice: \nOne-time code: \n"

static uid_t alice, bob, deploy;
static char *runtime_max; /* shared */

/* What the module leaves to pam_systemd: PAM lets no application look at it. */
EXPORT int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
			void (*cleanup)(pam_handle_t *, void *, int));

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
		 void (*cleanup)(pam_handle_t *, void *, int))
{
	int (*real)(pam_handle_t *, const char *, void *, void (*)(pam_handle_t *, void *, int));
	void *symbol = dlsym(RTLD_NEXT, "pam_set_data");

	CHECK_REQUIRE(symbol, "pam_set_data");
	memcpy(&real, &symbol, sizeof(real));
	if (strcmp(name, "systemd.runtime_max_sec") == 0)
		(void)snprintf(runtime_max, 32, "%s", (const char *)data);
	return real(pamh, name, data, cleanup);
}

static void set_up(void)
{
	role_stage_reset();
	alice = role_stage_uid("alice");
	bob = role_stage_uid("bob");
	deploy = role_stage_uid("deploy");
	runtime_max[0] = '\0';
}

static void test_taking(void)
{
	struct visit *visit;

	set_up();
	visit = role_stage_su("deploy", "alice", alice, VISIT_ALL);
	visit_go(visit);
	CHECK(strcmp(visit->talk.asked, ASKED) == 0, "taking: it is said whose password");
	CHECK(visit->auth == PAM_SUCCESS && visit->account == PAM_SUCCESS &&
		      visit->open == PAM_SUCCESS && visit->close == PAM_SUCCESS,
	      "taking: alice becomes deploy");
	CHECK(visit->user_is_kept, "taking: PAM_USER is deploy all the time");
	CHECK(strstr(visit->environment, "IAM_ROLE=deploy\n") &&
		      strstr(visit->environment, "IAM_ROLE_SESSION_NAME=alice\n") &&
		      strstr(visit->environment, "IAM_ROLE_SESSION_EXPIRATION=20"),
	      "taking: the session's programs are told: %s", visit->environment);
	CHECK(strcmp(runtime_max, "3600") == 0, "taking: pam_systemd is told: %s", runtime_max);
	CHECK(stage_logged("sign-in accepted: user=deploy service=su rhost=- by=alice ") &&
		      stage_logged("account accepted: user=deploy service=su rhost=- by=alice") &&
		      stage_logged("role session opened: user=deploy by=alice session=alice ") &&
		      stage_logged("session closed: user=deploy service=su"),
	      "taking: the log says all of it");
}

/* Whose factors, under whose name. */
static const struct factor_case {
	const char *label, *invoker, *password;
	char who; /* runs su: a, b, d or r */
	bool has_code;
	int auth;
	const char *reason;
} factor_cases[] = {
	{ "alice by hers", "alice", PERSON_PASSWORD, 'a', true, PAM_SUCCESS, NULL },
	{ "without a code", "alice", PERSON_PASSWORD, 'a', false, PAM_AUTH_ERR, "code-wrong" },
	{ "by the role's password", "alice", ROLE_PASSWORD, 'a', true, PAM_AUTH_ERR,
	  "password-wrong" },
	{ "by bob's", "alice", BOB_PASSWORD, 'a', true, PAM_AUTH_ERR, "password-wrong" },
	{ "by none", "alice", "", 'a', true, PAM_AUTH_ERR, "password-wrong" },
	{ "bob without a device", "bob", BOB_PASSWORD, 'b', true, PAM_AUTH_ERR,
	  "mfa-not-enrolled" },
	{ "bob by hers", "bob", PERSON_PASSWORD, 'b', true, PAM_AUTH_ERR, "mfa-not-enrolled" },
	{ "bob under her name by hers", "alice", PERSON_PASSWORD, 'b', true, PAM_AUTH_ERR,
	  "role-direct" },
	{ "bob under the role's name", "deploy", ROLE_PASSWORD, 'b', true, PAM_AUTH_ERR,
	  "role-direct" },
	{ "bob under root's name", "root", BOB_PASSWORD, 'b', true, PAM_AUTH_ERR, "role-direct" },
	{ "bob under no name", "", BOB_PASSWORD, 'b', true, PAM_AUTH_ERR, "role-direct" },
	{ "bob without a name", NULL, BOB_PASSWORD, 'b', true, PAM_AUTH_ERR, "role-direct" },
	{ "alice under bob's name", "bob", PERSON_PASSWORD, 'a', true, PAM_AUTH_ERR,
	  "role-direct" },
	{ "alice in another case", "Alice", PERSON_PASSWORD, 'a', true, PAM_AUTH_ERR,
	  "role-direct" },
	{ "alice with a line behind", "alice\nroot", PERSON_PASSWORD, 'a', true, PAM_AUTH_ERR,
	  "role-direct" },
	{ "the role itself", "deploy", ROLE_PASSWORD, 'd', true, PAM_AUTH_ERR, "role-direct" },
	{ "the role under her name", "alice", PERSON_PASSWORD, 'd', true, PAM_AUTH_ERR,
	  "role-direct" },
	{ "a local account", "localuser", PERSON_PASSWORD, 'l', true, PAM_AUTH_ERR, "role-direct" },
};

static uid_t uid_of(char who)
{
	return who == 'a' ? alice : who == 'b' ? bob : who == 'd' ? deploy : 1000;
}

static void test_factors(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(factor_cases); i++) {
		const struct factor_case *row = &factor_cases[i];
		struct visit *visit;
		char words[64];

		set_up();
		visit = role_stage_su("deploy", row->invoker, uid_of(row->who), VISIT_AUTH);
		visit->talk.replies[0] = row->password;
		if (!row->has_code)
			visit->talk.replies[1] = "000000";
		visit_go(visit);
		CHECK(visit->auth == row->auth, "factors: %s: %s", row->label,
		      pam_strerror(NULL, visit->auth));
		(void)snprintf(words, sizeof(words), "reason=%s\n", row->reason ? row->reason : "");
		CHECK(row->reason ? stage_logged(words) : stage_logged("sign-in accepted"),
		      "factors: %s: the log says why", row->label);
		CHECK(visit->user_is_kept && visit->talk.calls == 1,
		      "factors: %s: one dialogue, and PAM_USER stays", row->label);
		/* Had an earlier module let them in, the account phase would not. */
		visit = role_stage_su("deploy", row->invoker, uid_of(row->who),
				      VISIT_ACCOUNT | VISIT_OPEN);
		visit_go(visit);
		CHECK(visit->account == PAM_PERM_DENIED && visit->open == VISIT_NOT_RUN,
		      "factors: %s: no account without a code", row->label);
	}
}

/* Failures are counted against who runs su. */
static void test_failures(void)
{
	struct visit *visit;

	set_up();
	visit = role_stage_su("deploy", "alice", alice, VISIT_AUTH);
	visit->talk.replies[0] = ROLE_PASSWORD;
	visit_go(visit);
	CHECK(person_failures(STAGE_STATE, FILE_OF_ROOT, "AIDAEXAMPLEALICE0001") == 1 &&
		      person_failures(STAGE_STATE, FILE_OF_ROOT, "AROAEXAMPLEDEPLOY001") == 0,
	      "failures: alice's, not the role's");
}

static void test_root(void)
{
	struct visit *visit;

	set_up();
	visit = role_stage_su("deploy", "root", 0, VISIT_ALL);
	visit_go(visit);
	CHECK(visit->auth == PAM_SUCCESS && visit->talk.calls == 0 &&
		      visit->account == PAM_SUCCESS && visit->open == PAM_SUCCESS &&
		      visit->close == PAM_SUCCESS,
	      "root: becomes deploy without being asked");
	CHECK(!strstr(visit->environment, "IAM_ROLE") && runtime_max[0] == '\0' &&
		      !stage_logged("role session"),
	      "root: without a session of the role's");
	visit = role_stage_su("deploy", "root", 0, VISIT_ALL);
	visit->call.service = "sshd";
	visit_go(visit);
	CHECK(visit->auth == PAM_AUTH_ERR && visit->talk.calls == 1, "root: sshd is no su");
	visit = role_stage_su("deploy", "root", 0, VISIT_ACCOUNT | VISIT_OPEN);
	visit->call.service = "cron";
	visit_go(visit);
	CHECK(visit->account == PAM_PERM_DENIED && stage_logged("reason=role-direct"),
	      "root: cron is none either");
	visit = role_stage_su("deploy", "root", 0, VISIT_OPEN);
	visit->call.service = "cron";
	visit_go(visit);
	CHECK(visit->open == PAM_PERM_DENIED && stage_logged("reason=role-not-assumed"),
	      "root: nor when it asks nobody first");
}

/* From the role's shell. */
static struct visit *second;

static void run_second(struct visit *visit)
{
	(void)visit;
	visit_go(second);
}

static void end_time(struct visit *visit)
{
	sqlite3 *connection = NULL;

	(void)visit;
	CHECK_REQUIRE(sqlite3_open(STAGE_STATE "/credentials.db", &connection) == SQLITE_OK &&
			      sqlite3_exec(connection,
					   "UPDATE role_session SET since = since - 7200,"
					   " until = until - 7200",
					   NULL, NULL, NULL) == SQLITE_OK,
		      "UPDATE");
	sqlite3_close(connection);
}

static void run_second_late(struct visit *visit)
{
	end_time(visit);
	visit_go(second);
}

static const struct shell_case {
	const char *label, *service, *user;
	bool is_late;
	unsigned phases;
	const char *asked;
	int auth, account;
	const char *told;
} shell_cases[] = {
	{ "sudo", "sudo", "deploy", false, VISIT_AUTH | VISIT_ACCOUNT, "Password for alice: \n",
	  PAM_SUCCESS, PAM_SUCCESS, NULL },
	{ "sudo when the time is up", "sudo", "deploy", true, VISIT_ACCOUNT, "", VISIT_NOT_RUN,
	  PAM_PERM_DENIED, "role-session-over" },
	{ "su to the next role", "su", "other", false, VISIT_ACCOUNT, "", VISIT_NOT_RUN,
	  PAM_PERM_DENIED, "role-direct" },
	{ "su to a user", "su", "bob", false, VISIT_ACCOUNT, "", VISIT_NOT_RUN, PAM_SUCCESS, NULL },
	{ "su to a user when the time is up", "su", "bob", true, VISIT_ACCOUNT, "", VISIT_NOT_RUN,
	  PAM_PERM_DENIED, "role-session-over" },
	{ "su to root", "su", "root", false, VISIT_ACCOUNT, "", VISIT_NOT_RUN, PAM_ACCT_EXPIRED,
	  NULL },
	{ "su to root when the time is up", "su", "root", true, VISIT_ACCOUNT, "", VISIT_NOT_RUN,
	  PAM_PERM_DENIED, "role-session-over" },
};

static void test_shell(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shell_cases); i++) {
		const struct shell_case *row = &shell_cases[i];
		struct visit *visit;

		set_up();
		/* What is left to other modules ends in a code that none of ours has. */
		stage_service(row->service,
			      "auth required pam_iam.so\n"
			      "account [success=done ignore=ignore default=die] pam_iam.so\n"
			      "account [default=die] pam_debug.so acct=acct_expired\n"
			      "session required pam_iam.so\n");
		visit = role_stage_su("deploy", "alice", alice, VISIT_ALL);
		visit->call.service = "su-l";
		second = role_stage_su(row->user, "deploy", deploy, row->phases);
		second->call.service = row->service;
		visit->inside = row->is_late ? run_second_late : run_second;
		visit_go(visit);
		CHECK(visit->open == PAM_SUCCESS && visit->close == PAM_SUCCESS,
		      "shell: %s: a role's", row->label);
		CHECK(second->auth == row->auth && strcmp(second->talk.asked, row->asked) == 0,
		      "shell: %s: asks for what alice can give: %s", row->label,
		      second->talk.asked);
		CHECK(second->account == row->account, "shell: %s: %s", row->label,
		      pam_strerror(NULL, second->account));
		CHECK(row->told ? strstr(second->talk.told, row->told) != NULL
				: !strstr(second->talk.told, "denied"),
		      "shell: %s: told %s", row->label, second->talk.told);
	}
}

/* Once it is closed, nobody acts as the role any more. */
static void test_ended(void)
{
	struct visit *visit;

	set_up();
	visit_go(role_stage_su("deploy", "alice", alice, VISIT_ALL));
	visit = role_stage_su("deploy", "deploy", deploy, VISIT_ACCOUNT);
	visit->call.service = "sudo";
	visit_go(visit);
	CHECK(visit->account == PAM_PERM_DENIED && stage_logged("reason=role-not-assumed"),
	      "ended: sudo of the role's is refused");
	visit = role_stage_su("root", "deploy", deploy, VISIT_ACCOUNT);
	visit_go(visit);
	CHECK(visit->account == PAM_PERM_DENIED && stage_logged("reason=role-not-assumed"),
	      "ended: and so is its su");
}

int main(void)
{
	runtime_max = visit_shared(32);
	stage_init();
	if (!role_stage_can_be_somebody()) {
		CHECK(true, "left out: the kernel gives no other uid here");
		return check_done();
	}
	test_taking();
	test_factors();
	test_failures();
	test_root();
	test_shell();
	test_ended();
	return check_done();
}
