/* The shipped module in a program that is not root's, with the shipped iam-self(8) at the other end
   of the socket: what a screen locker of alice's sees. */
#include <time.h>

#include "check.h"
#include "support/program.h"
#include "support/self_host.h"
#include "support/self_visit.h"

#define WRONG_PASSWORD "Incorrect horse 7"
#define BOTH "Password: \nOne-time code: \n"

static void check_visit(const char *who)
{
	CHECK(self_visit_run(who), "%s's program is as it was: no descriptor more, no signal", who);
}

static const struct auth_case {
	const char *who, *arguments, *user;
	const char *replies[2];
	int auth, account;
	const char *module, *helper; /* reasons in their logs; NULL: none */
	const char *asked;
} auth_cases[] = {
	/* everything right */
	{ "alice",
	  "",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_SUCCESS,
	  PAM_SUCCESS,
	  "accepted",
	  "accepted",
	  BOTH },
	{ "alice",
	  "debug",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_SUCCESS,
	  PAM_SUCCESS,
	  "accepted",
	  "accepted",
	  BOTH },
	{ "alice",
	  "factors=code",
	  "alice",
	  { SELF_VISIT_CODE },
	  PAM_SUCCESS,
	  PAM_SUCCESS,
	  "accepted",
	  "accepted",
	  "One-time code: \n" },
	/* pam.d cannot make it less than iam.conf wants: it is the user's to choose what is run */
	{ "alice",
	  "factors=password",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_SUCCESS,
	  PAM_SUCCESS,
	  "accepted",
	  "accepted",
	  BOTH },
	{ "alice",
	  "mfa=off",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_SUCCESS,
	  PAM_SUCCESS,
	  "accepted",
	  "accepted",
	  BOTH },
	{ "alice",
	  "factors=password",
	  "alice",
	  { PERSON_PASSWORD, "" },
	  PAM_AUTH_ERR,
	  PAM_SUCCESS,
	  "helper-refused",
	  "code-wrong",
	  BOTH },
	/* something wrong or missing: the log of root's program says what, and it alone */
	{ "alice",
	  "",
	  "alice",
	  { WRONG_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_SUCCESS,
	  "helper-refused",
	  "password-wrong",
	  BOTH },
	{ "alice",
	  "",
	  "alice",
	  { PERSON_PASSWORD, "000000" },
	  PAM_AUTH_ERR,
	  PAM_SUCCESS,
	  "helper-refused",
	  "code-wrong",
	  BOTH },
	{ "bob",
	  "",
	  "bob",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_SUCCESS,
	  "helper-refused",
	  "mfa-not-enrolled",
	  BOTH },
	{ "carol",
	  "",
	  "carol",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_SUCCESS,
	  "helper-refused",
	  "password-not-set",
	  BOTH },
	{ "dave",
	  "",
	  "dave",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_SUCCESS,
	  "helper-refused",
	  "password-disabled",
	  BOTH },
	/* proven, and not allowed here */
	{ "erin",
	  "",
	  "erin",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_SUCCESS,
	  PAM_PERM_DENIED,
	  "not-authorized",
	  "not-authorized",
	  BOTH },
	/* somebody else */
	{ "alice",
	  "",
	  "bob",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_PERM_DENIED,
	  "not-own-account",
	  "not-own-account",
	  "" },
	{ "localuser",
	  "",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_PERM_DENIED,
	  "not-own-account",
	  "not-own-account",
	  "" },
	{ "deployer",
	  "",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_PERM_DENIED,
	  "not-own-account",
	  "not-own-account",
	  "" },
	{ "deployer",
	  "",
	  "deployer",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_PERM_DENIED,
	  "role-direct",
	  NULL,
	  "" },
	{ "alice",
	  "",
	  "deployer",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_PERM_DENIED,
	  "role-direct",
	  NULL,
	  "" },
	/* not IAM's */
	{ "alice", "", "root", { "", "" }, PAM_USER_UNKNOWN, PAM_IGNORE, NULL, NULL, "" },
	{ "alice", "", "localuser", { "", "" }, PAM_USER_UNKNOWN, PAM_IGNORE, NULL, NULL, "" },
	{ "alice",
	  "",
	  "shadowed",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_USER_UNKNOWN,
	  PAM_IGNORE,
	  NULL,
	  NULL,
	  "" },
	{ "alice",
	  "",
	  "mallory",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_USER_UNKNOWN,
	  PAM_IGNORE,
	  NULL,
	  NULL,
	  "" },
	{ "alice",
	  "",
	  "../alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_USER_UNKNOWN,
	  PAM_IGNORE,
	  NULL,
	  NULL,
	  "" },
	{ "alice",
	  "unknown_user=refuse",
	  "mallory",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_AUTH_ERR,
	  PAM_IGNORE,
	  "not-own-account",
	  "not-own-account",
	  "" },
	/* the module itself */
	{ "alice",
	  "factor=none",
	  "alice",
	  { PERSON_PASSWORD, SELF_VISIT_CODE },
	  PAM_SERVICE_ERR,
	  PAM_SERVICE_ERR,
	  "options",
	  NULL,
	  "" },
};

static void test_auth(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(auth_cases); i++) {
		const struct auth_case *row = &auth_cases[i];
		/* libpam makes of "ignore" in the only line that there is no say at all. */
		int account = row->account == PAM_IGNORE ? PAM_PERM_DENIED : row->account;

		self_visit_reset();
		*self_visit =
			(struct self_visit){ .arguments = row->arguments,
					     .user = row->user,
					     .replies = { row->replies[0], row->replies[1] } };
		check_visit(row->who);
		CHECK(self_visit->auth == row->auth && self_visit->account == account,
		      "auth %zu: %s for %s '%s': %d %d", i, row->who, row->user, row->arguments,
		      self_visit->auth, self_visit->account);
		CHECK(strcmp(self_visit->asked, row->asked) == 0, "auth %zu: what is asked for", i);
		CHECK(self_visit_logged("pam_iam", row->module), "auth %zu: the module logs %s", i,
		      row->module ? row->module : "nothing");
		CHECK(self_visit_logged("iam-self", row->helper), "auth %zu: iam-self logs %s", i,
		      row->helper ? row->helper : "nothing");
		if (self_visit->auth == PAM_SUCCESS && self_visit->account == PAM_SUCCESS)
			CHECK(self_visit->credentials == PAM_SUCCESS &&
				      self_visit->opened == PAM_SUCCESS &&
				      self_visit->closed == PAM_SUCCESS,
			      "auth %zu: the other phases have nothing to do", i);
	}
}

static void visit_alice(const char *password, const char *code)
{
	*self_visit = (struct self_visit){ .arguments = "",
					   .user = "alice",
					   .replies = { password, code } };
	check_visit("alice");
}

/* The same count, whoever asks. */
static void test_lockout(void)
{
	const char alice_id[] = "AIDAEXAMPLEALICE0001";
	struct stage_call call = { .service = "locker", .user = "alice" };
	struct talk talk;

	self_visit_reset();
	for (unsigned i = 1; i <= 4; i++) {
		visit_alice(WRONG_PASSWORD, SELF_VISIT_CODE);
		CHECK(person_failures(STAGE_STATE, FILE_OF_ROOT, alice_id) == i,
		      "lockout: failure %u is counted", i);
	}
	talk = (struct talk){ .replies = { WRONG_PASSWORD, "000000" } };
	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR, "lockout: a fifth, by root's sshd");
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTH_ERR && self_visit_logged("iam-self", "locked") &&
		      self_visit_logged("pam_iam", "helper-refused"),
	      "lockout: her own program is refused, and not told why");
	talk = (struct talk){ .replies = { PERSON_PASSWORD, stage_code() } };
	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR && stage_logged("reason=locked"),
	      "lockout: and so is root's");
}

/* A code works once, whoever was told it first. */
static void test_code(void)
{
	self_visit_reset();
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_SUCCESS, "code: once");
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTH_ERR && self_visit_logged("iam-self", "code-reused"),
	      "code: not twice");
}

static const struct account_case {
	const char *who;
	int code;
	const char *reason, *told;
} account_cases[] = {
	{ "alice", PAM_SUCCESS, "accepted", "" },
	{ "erin", PAM_PERM_DENIED, "not-authorized", "Permission denied (not-authorized)\n" },
	{ "dave", PAM_SUCCESS, "accepted", "" },
};

static void test_account(void)
{
	self_visit_reset();
	for (size_t i = 0; i < ARRAY_LENGTH(account_cases); i++) {
		const struct account_case *row = &account_cases[i];

		*self_visit = (struct self_visit){ .arguments = "",
						   .user = row->who,
						   .account_alone = true };
		check_visit(row->who);
		CHECK(self_visit->account == row->code &&
			      self_visit_logged("iam-self", row->reason) &&
			      self_visit_logged("pam_iam", row->reason),
		      "account alone: %s: %d", row->who, self_visit->account);
		CHECK(strcmp(self_visit->told, row->told) == 0, "account alone: what %s is told",
		      row->who);
	}
}

static void test_expired(void)
{
	static const struct iam_password_policy policy = { .minimum_length = 6,
							   .allow_users_to_change = true,
							   .max_age_days = 1 };
	static const char *const files[] = { "credentials.db", "credentials.db-wal",
					     "credentials.db-shm", "credentials.lock" };
	struct people people = stage_people();
	char path[SCRATCH_PATH_SIZE];

	self_visit_reset();
	people.policy = &policy;
	people_publish(&people, STAGE_STATE, 0600);
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		scratch_remove(scratch_path(path, STAGE_STATE, files[i]));
	people_enroll(&people, STAGE_STATE, FILE_OF_ROOT, time(NULL) - 2 * DAY);
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_SUCCESS && self_visit->account == PAM_AUTHTOK_EXPIRED &&
		      self_visit_logged("iam-self", "password-unattended"),
	      "an expired password cannot be changed here: %d", self_visit->account);
	*self_visit = (struct self_visit){
		.arguments = "", .user = "alice", .account_alone = true, .changes_password = true
	};
	check_visit("alice");
	CHECK(self_visit->account == PAM_SUCCESS, "and stops nobody who used none");
	CHECK(self_visit->password == PAM_PERM_DENIED && self_visit_logged("pam_iam", "not-root"),
	      "chauthtok is root's: %d", self_visit->password);
}

/* With the helper there, root's own programs do not need it. */
static void test_root(void)
{
	self_visit_reset();
	*self_visit = (struct self_visit){ .arguments = "",
					   .user = "alice",
					   .replies = { PERSON_PASSWORD, SELF_VISIT_CODE } };
	check_visit("root");
	CHECK(self_visit->auth == PAM_SUCCESS && self_visit_logged("iam-self", NULL),
	      "root asks nobody");
}

int main(void)
{
	stage_init();
	self_visit_init();
	test_root();
	if (!program_can_change_uid()) {
		puts("# left out: programs of others need root");
		return check_done();
	}
	self_host_listen(SELF_LISTENER_REAL, TEXT(""));
	test_auth();
	test_lockout();
	test_code();
	test_account();
	test_expired();
	self_host_stop();
	return check_done();
}
