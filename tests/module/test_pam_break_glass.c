/* Break-glass codes through libpam, from the dialogue to sudo in the session. */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "support/credential_fixture.h"
#include "support/pam_visit.h"
#include "support/paper_fixture.h"
#include "support/policy_words.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define BOTH "Password: \nOne-time code: \n"

enum { AGE = 30 * DAY }; /* of a snapshot that may be a week old */

static const struct policy_text texts[] = {
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "sudo", POLICY(ALLOW("host:Sudo", EVERYWHERE)) },
	{ NULL, NULL },
};

static paper_text code;

/* alice, with a code for the emergency that the age of the snapshot makes. */
static void set_up(int64_t age, const char *policies, const char *arguments)
{
	static const char *const services[] = { "sshd", "login", "sudo", "su" };
	const struct person persons[] = {
		{ "alice", NULL, ALICE, .has_password = true, .has_device = true,
		  .policies = policies },
		{ .name = NULL },
	};
	struct people people = { .persons = persons,
				 .created = time(NULL) - age,
				 .policies = texts };

	stage_reset();
	people_publish(&people, STAGE_STATE, 0600);
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		stage_plain_service(services[i], arguments);
	paper_break_glass(STAGE_STATE, FILE_OF_ROOT, ALICE, time(NULL), time(NULL) + DAY, code);
}

static struct visit *sign_in(const char *service, const char *given)
{
	struct visit *visit = visit_new(service, "alice", VISIT_ALL);

	visit->call.tty = "tty1";
	visit->call.remote_host = "192.0.2.7";
	visit->is_divided = strcmp(service, "sshd") == 0;
	visit->talk.replies[0] = PERSON_PASSWORD;
	visit->talk.replies[1] = given;
	return visit;
}

static struct visit *inside;

static void run_inside(struct visit *visit)
{
	(void)visit;
	visit_go(inside);
}

/* What sudo says in a session that begins with the code. */
static struct visit *sudo_in(struct visit *login, const char *given)
{
	inside = sign_in("sudo", given);
	inside->phases = VISIT_AUTH | VISIT_ACCOUNT;
	login->inside = run_inside;
	return inside;
}

static void test_emergency(const char *service, const char *arguments)
{
	struct visit *login, *sudo;

	set_up(AGE, "login sudo", arguments);
	login = sign_in(service, code);
	sudo = sudo_in(login, stage_code());
	visit_go(login);
	CHECK(strcmp(login->talk.asked, BOTH) == 0 && login->auth == PAM_SUCCESS &&
		      login->account == PAM_SUCCESS && login->open == PAM_SUCCESS,
	      "%s %s: a code signs in although the directory is stale", service, arguments);
	CHECK(strstr(login->talk.told, "In this session sudo works all the same until 2"),
	      "%s %s: the user is told for how long: %s", service, arguments, login->talk.told);
	CHECK(sudo->auth == PAM_SUCCESS && sudo->account == PAM_SUCCESS &&
		      strcmp(sudo->talk.asked, "Password: \n") == 0,
	      "%s %s: sudo works in that session, and asks for no code again", service, arguments);
	login = sign_in(service, code);
	login->phases = VISIT_AUTH;
	visit_go(login);
	CHECK(login->auth == PAM_AUTH_ERR && stage_logged("reason=code-reused"),
	      "%s %s: the code is good once", service, arguments);
}

/* Behind a module that has asked for the password. */
static void test_code_alone(void)
{
	struct visit *login;

	set_up(AGE, "login", "factors=code");
	login = sign_in("login", NULL);
	login->talk.replies[0] = code;
	visit_go(login);
	CHECK(strcmp(login->talk.asked, "One-time code: \n") == 0 && login->open == PAM_SUCCESS,
	      "factors=code: a code signs in");
}

static void test_log(const char *service)
{
	struct visit *login;
	char line[200];

	set_up(AGE, "login", "");
	visit_go(sign_in(service, code));
	snprintf(line, sizeof(line),
		 "break-glass code used: user=alice service=%s rhost=192.0.2.7 code=%.4s"
		 " reason=snapshot-stale",
		 service, code);
	CHECK(stage_logged(line), "log, %s: the use, by the code's name", service);
	snprintf(line, sizeof(line),
		 "admitted by a break-glass code: user=alice service=%s rhost=192.0.2.7 until=2",
		 service);
	CHECK(stage_logged(line), "log, %s: the admission", service);
	/* authpriv is 10, alert is 1 */
	CHECK(stage_logged("<81>") && !strstr(stage_whole_log(), code) &&
		      !strstr(stage_whole_log(), code + 5),
	      "log, %s: loudly, and without the code", service);
	login = sign_in("sudo", code);
	login->phases = VISIT_AUTH;
	set_up(0, "login sudo", "");
	login->talk.replies[1] = code;
	visit_go(login);
	CHECK(login->auth == PAM_AUTH_ERR && stage_logged("<81>") &&
		      stage_logged("reason=break-glass-not-due"),
	      "log, %s: a right code where none helps is as loud", service);
}

/* The code is as good afterwards as before, where it was not taken. */
static bool is_unspent(void)
{
	return fixture_number(STAGE_STATE, "SELECT used_at FROM break_glass") == 0;
}

static void test_fresh(void)
{
	struct visit *login;

	set_up(0, "login sudo", "");
	login = sign_in("login", code);
	login->phases = VISIT_AUTH;
	visit_go(login);
	CHECK(login->auth == PAM_AUTH_ERR && stage_logged("reason=break-glass-not-due"),
	      "fresh: refused, %s", stage_logged("sign-in refused") ? "and logged" : "silently");
	CHECK(is_unspent(), "fresh: and not used up");
	login = sign_in("login", stage_code());
	visit_go(login);
	CHECK(login->open == PAM_SUCCESS && !strstr(login->talk.told, "out of date"),
	      "fresh: a device's code signs in as ever");
}

static const struct refusal_case {
	const char *label, *service, *policies, *arguments;
	const char *given; /* NULL: the code */
	const char *asked;
	int auth, account;
	const char *reason;
	bool is_spent;
} refusal_cases[] = {
	{ "a device's code", "login", "login", "", "device", BOTH, PAM_SUCCESS,
	  PAM_AUTHINFO_UNAVAIL, "reason=snapshot-stale", false },
	{ "nothing, where no code is due", "login", "login", "mfa=off", "", BOTH, PAM_SUCCESS,
	  PAM_AUTHINFO_UNAVAIL, "reason=snapshot-stale", false },
	{ "a wrong code of the kind", "login", "login", "", "0000-0000-0000-0000-0000", BOTH,
	  PAM_AUTH_ERR, VISIT_NOT_RUN, "reason=code-wrong", false },
	{ "where a policy is wanting", "login", "sudo", "", NULL, BOTH, PAM_SUCCESS,
	  PAM_PERM_DENIED, "reason=not-authorized", true },
	{ "where the password alone is asked for", "login", "login", "factors=password", NULL,
	  "Password: \n", PAM_SUCCESS, PAM_AUTHINFO_UNAVAIL, "reason=snapshot-stale", false },
	{ "sudo outside of any session", "sudo", "sudo", "", NULL, BOTH, PAM_AUTH_ERR,
	  VISIT_NOT_RUN, "reason=break-glass-not-due", false },
	{ "su", "su", "login", "", NULL, BOTH, PAM_AUTH_ERR, VISIT_NOT_RUN,
	  "reason=break-glass-not-due", false },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusal_cases); i++) {
		const struct refusal_case *row = &refusal_cases[i];
		struct visit *login;

		set_up(AGE, row->policies, row->arguments);
		login = sign_in(row->service, code);
		if (row->given)
			login->talk.replies[1] =
				strcmp(row->given, "device") == 0 ? stage_code() : row->given;
		visit_go(login);
		CHECK(strcmp(login->talk.asked, row->asked) == 0 && login->auth == row->auth &&
			      login->account == row->account,
		      "refused: %s: %d, %d", row->label, login->auth, login->account);
		CHECK(stage_logged(row->reason), "refused: %s: %s", row->label, row->reason);
		CHECK(is_unspent() != row->is_spent, "refused: %s: what becomes of the code",
		      row->label);
	}
}

/* sudo elsewhere, later, and by key. */
static void test_bounds(void)
{
	struct visit *login, *sudo;

	set_up(AGE, "login sudo", "");
	login = sign_in("login", code);
	sudo = sudo_in(login, stage_code());
	inside->invoker = "alice";
	inside->call.service = "su";
	visit_go(login);
	CHECK(login->open == PAM_SUCCESS && sudo->account == PAM_AUTHINFO_UNAVAIL,
	      "bounds: su in the session is refused (%d)", sudo->account);
	set_up(AGE, "login sudo", "");
	login = sign_in("login", code);
	login->phases = VISIT_AUTH | VISIT_ACCOUNT;
	visit_go(login);
	sudo = sign_in("sudo", stage_code());
	sudo->phases = VISIT_AUTH | VISIT_ACCOUNT;
	visit_go(sudo);
	CHECK(login->account == PAM_SUCCESS && sudo->auth == PAM_SUCCESS &&
		      sudo->account == PAM_AUTHINFO_UNAVAIL &&
		      stage_logged("reason=snapshot-stale"),
	      "bounds: sudo outside of the session is refused");
	login = sign_in("sshd", code);
	login->phases = VISIT_ACCOUNT;
	login->is_divided = false;
	visit_go(login);
	CHECK(login->account == PAM_AUTHINFO_UNAVAIL && stage_logged("reason=snapshot-stale"),
	      "bounds: a key alone asks nothing, and is refused");
}

int main(void)
{
	stage_init();
	test_emergency("login", "");
	test_emergency("sshd", "");
	test_emergency("login", "mfa=off");
	test_code_alone();
	test_log("login");
	test_log("sshd");
	test_fresh();
	test_refusals();
	test_bounds();
	return check_done();
}
