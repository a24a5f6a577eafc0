/* pam_sm_chauthtok of the shipped module. */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "support/pam_stage.h"

#define NEW_PASSWORD "Another horse 8"
#define OLD "Current password: \n"
#define NEW "New password: \nRetype new password: \n"

/* A program that runs as root for the user, as login does when a password has expired, has to prove
   the old one: this is how root's tests can be the user. */
enum { BY_USER = PAM_CHANGE_EXPIRED_AUTHTOK, BY_ROOT = 0 };

static const struct change_case {
	const char *user;
	int flags;
	const char *replies[7];
	int code;
	const char *logged; /* NULL: nothing */
	const char *asked, *told;
	const char *works; /* the password that is good afterwards */
} change_cases[] = {
	{ "bob",
	  BY_USER,
	  { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  "password change accepted: user=bob",
	  OLD NEW,
	  "",
	  NEW_PASSWORD },
	{ "bob",
	  BY_ROOT,
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  "password change accepted: user=bob",
	  NEW,
	  "",
	  NEW_PASSWORD },
	{ "bob",
	  BY_USER,
	  { "wrong", NEW_PASSWORD, NEW_PASSWORD },
	  PAM_AUTH_ERR,
	  "reason=password-wrong",
	  OLD,
	  "password-wrong",
	  PERSON_PASSWORD },
	{ "bob",
	  BY_USER,
	  { "", NEW_PASSWORD, NEW_PASSWORD },
	  PAM_AUTH_ERR,
	  "reason=password-wrong",
	  OLD,
	  "password-wrong",
	  PERSON_PASSWORD },
	{ "bob",
	  BY_USER,
	  { PERSON_PASSWORD, "short", "short", NEW_PASSWORD, "typo", NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  "password change accepted",
	  OLD NEW NEW NEW,
	  "differ",
	  NEW_PASSWORD },
	{ "bob",
	  BY_USER,
	  { PERSON_PASSWORD, "short", "short", "short", "short", "s", "s" },
	  PAM_MAXTRIES,
	  "reason=password-policy",
	  OLD NEW NEW NEW,
	  "password-policy",
	  PERSON_PASSWORD },
	{ "bob",
	  BY_ROOT,
	  { "short", "short", "short", "short", "s", "s" },
	  PAM_MAXTRIES,
	  "reason=password-policy",
	  NEW NEW NEW,
	  "8 characters",
	  PERSON_PASSWORD },
	{ "bob",
	  BY_USER,
	  { PERSON_PASSWORD, "1", "2", "3", "4", "5", "6" },
	  PAM_MAXTRIES,
	  "reason=conversation",
	  OLD NEW NEW NEW,
	  "differ",
	  PERSON_PASSWORD },
	{ "bob",
	  BY_USER,
	  { PERSON_PASSWORD, PERSON_PASSWORD, PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  "accepted",
	  OLD NEW NEW,
	  "present password",
	  NEW_PASSWORD },
	{ "carol",
	  BY_ROOT,
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  "accepted",
	  NEW,
	  "",
	  NEW_PASSWORD },
	{ "carol",
	  BY_USER,
	  { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD },
	  PAM_AUTH_ERR,
	  "reason=password-not-set",
	  OLD,
	  "password-not-set",
	  NULL },
	{ "dave",
	  BY_ROOT,
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_PERM_DENIED,
	  "reason=password-disabled",
	  "",
	  "password-disabled",
	  NULL },
	{ "deployer",
	  BY_ROOT,
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_PERM_DENIED,
	  "reason=role-direct",
	  "",
	  "role-direct",
	  NULL },
	{ "mallory",
	  BY_ROOT,
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_USER_UNKNOWN,
	  NULL,
	  "",
	  "",
	  NULL },
	{ "root",
	  BY_USER,
	  { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD },
	  PAM_USER_UNKNOWN,
	  NULL,
	  "",
	  "",
	  NULL },
	{ "shadowed",
	  BY_ROOT,
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_USER_UNKNOWN,
	  NULL,
	  "",
	  "",
	  NULL },
};

static int change(const struct stage_call *call, struct talk *talk, int flags)
{
	pam_handle_t *pamh = stage_start(call, talk);
	int code = pam_chauthtok(pamh, flags);

	pam_end(pamh, code);
	(void)stage_log();
	return code;
}

static bool password_works(const char *user, const char *password)
{
	struct talk talk = { .replies = { password } };
	struct stage_call call = { .service = "works", .user = user };

	return stage_authenticate(&call, &talk) == PAM_SUCCESS;
}

static void test_changes(void)
{
	stage_plain_service("works", "factors=password");
	stage_plain_service("change", "");
	for (size_t i = 0; i < ARRAY_LENGTH(change_cases); i++) {
		const struct change_case *row = &change_cases[i];
		struct stage_call call = { .service = "change", .user = row->user };
		struct talk talk = { .kind = TALK_ANSWERS };
		int code;

		stage_reset();
		memcpy(talk.replies, row->replies, sizeof(row->replies));
		code = change(&call, &talk, row->flags);
		CHECK(code == row->code, "change %zu: %s: %s", i, row->user,
		      pam_strerror(NULL, code));
		CHECK(row->logged ? stage_logged(row->logged) : !stage_logged("password change"),
		      "change %zu: logs %s", i, row->logged ? row->logged : "nothing");
		CHECK(strcmp(talk.asked, row->asked) == 0 && !talk.echoed,
		      "change %zu: asks, unseen", i);
		CHECK(row->told[0] ? strstr(talk.told, row->told) != NULL : talk.told[0] == '\0',
		      "change %zu: tells '%s'", i, row->told);
		CHECK(!row->works || password_works(row->user, row->works),
		      "change %zu: the right password works afterwards", i);
		CHECK(!row->works || row->works == row->replies[0] ||
			      strcmp(row->works, PERSON_PASSWORD) == 0 ||
			      !password_works(row->user, PERSON_PASSWORD),
		      "change %zu: and the old one no more", i);
	}
}

static void test_dialogues(void)
{
	static const enum talk_kind kinds[] = {
		TALK_FAILS,      TALK_ABORTS,       TALK_NO_ARRAY,
		TALK_NO_REPLIES, TALK_LAST_IS_NULL, TALK_IS_MISSING
	};

	stage_reset();
	for (size_t i = 0; i < ARRAY_LENGTH(kinds) * 2; i++) {
		struct talk talk = { .kind = kinds[i / 2],
				     .replies = { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD } };
		struct stage_call call = { .service = "change", .user = "bob" };
		int code = change(&call, &talk, i % 2 ? BY_USER : BY_ROOT);

		CHECK(code == PAM_CONV_ERR && stage_logged("reason=conversation"),
		      "a dialogue of kind %d changes nothing: %s", kinds[i / 2],
		      pam_strerror(NULL, code));
	}
	CHECK(password_works("bob", PERSON_PASSWORD), "the old password is as it was");
}

static void test_lockout(void)
{
	struct stage_call call = { .service = "change", .user = "bob" };
	struct talk talk;

	stage_reset();
	for (unsigned i = 0; i < 5; i++) {
		talk = (struct talk){ .replies = { "wrong" } };
		CHECK(change(&call, &talk, BY_USER) == PAM_AUTH_ERR && talk.delay > 0,
		      "lockout: wrong current password %u", i);
	}
	talk = (struct talk){ .replies = { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD } };
	CHECK(change(&call, &talk, BY_USER) == PAM_AUTH_ERR && stage_logged("reason=locked"),
	      "lockout: guessing through passwd locks the account");
}

static void test_not_allowed(void)
{
	static const struct iam_password_policy closed = { .minimum_length = 6 };
	struct people people = stage_people();
	struct stage_call call = { .service = "change", .user = "erin" };
	struct talk talk = { .replies = { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD } };
	struct talk root = { .replies = { NEW_PASSWORD, NEW_PASSWORD } };

	stage_reset();
	people.policy = &closed;
	people_publish(&people, STAGE_STATE, 0600);
	CHECK(change(&call, &talk, BY_USER) == PAM_PERM_DENIED && talk.calls == 0 &&
		      stage_logged("reason=change-not-allowed"),
	      "a policy that lets no user change is said before anything is asked");
	CHECK(change(&call, &root, BY_ROOT) == PAM_SUCCESS, "root may");
}

#ifdef IAM_WITH_PWQUALITY
enum { HAS_PWQUALITY = true };
#else
enum { HAS_PWQUALITY = false };
#endif

/* The host's own rule beside IAM's; where it cannot be asked, nothing is changed. */
static void test_strength(void)
{
	struct stage_call call = { .service = "change", .user = "bob" };
	struct talk weak = { .replies = { PERSON_PASSWORD, "Elephants1", "Elephants1",
					  "Vq7#mZr2-kT9w", "Vq7#mZr2-kT9w" } };
	struct talk blind = { .replies = { PERSON_PASSWORD, "Vq7#mZr2-kT9w", "Vq7#mZr2-kT9w" } };
	struct talk broken = { .replies = { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD } };

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf.d/check.conf",
		      TEXT("[password]\ncheck = pwquality\n"), 0644);
	CHECK(change(&call, &blind, BY_USER) == (HAS_PWQUALITY ? PAM_MAXTRIES : PAM_SERVICE_ERR) &&
		      password_works("bob", PERSON_PASSWORD),
	      "strength: without a dictionary nothing is strong");
	scratch_write("/etc/security", "pwquality.conf", TEXT("dictcheck = 0\nminclass = 4\n"),
		      0644);
	CHECK(change(&call, &weak, BY_USER) == (HAS_PWQUALITY ? PAM_SUCCESS : PAM_SERVICE_ERR),
	      "strength: a password that IAM takes and the host does not, then another");
	CHECK(!HAS_PWQUALITY || strstr(weak.told, "too easy to guess.\n"),
	      "strength: told so, and why: %s", weak.told);
	stage_reset();
	scratch_write("/etc/security", "pwquality.conf", TEXT("no such setting = 1\n"), 0644);
	CHECK(change(&call, &broken, BY_USER) == PAM_SERVICE_ERR && stage_logged("reason=config"),
	      "strength: a file that is wrong refuses");
	CHECK(password_works("bob", PERSON_PASSWORD), "strength: and nothing was changed");
	scratch_remove("/etc/security/pwquality.conf");
	scratch_remove(STAGE_CONFIG "/iam.conf.d");
}

/* A module in front that asks: pam_unix has none of our users, so it only leaves the passwords. */
static const struct first_case {
	const char *lines, *replies[3];
	int code;
	bool asks;
} first_cases[] = {
	{ "password required pam_iam.so use_authtok\n", { NULL }, PAM_CONV_ERR, false },
	{ "password required pam_iam.so use_first_pass\n", { NULL }, PAM_CONV_ERR, false },
	{ "password required pam_iam.so try_first_pass\n",
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  true },
	{ "password required pam_iam.so\npassword required pam_iam.so use_authtok\n",
	  { NEW_PASSWORD, NEW_PASSWORD },
	  PAM_SUCCESS,
	  true },
};

static void test_first_pass(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(first_cases); i++) {
		const struct first_case *row = &first_cases[i];
		struct stage_call call = { .service = "first", .user = "bob" };
		struct talk talk = { .kind = TALK_ANSWERS };
		int code;

		stage_reset();
		stage_service("first", row->lines);
		memcpy(talk.replies, row->replies, sizeof(row->replies));
		code = change(&call, &talk, BY_ROOT);
		CHECK(code == row->code && talk.calls == row->asks, "first pass %zu: %s", i,
		      pam_strerror(NULL, code));
	}
}

static void test_prelim_alone(void)
{
	struct stage_call call = { .service = "change", .user = "bob" };
	struct talk talk = { .replies = { PERSON_PASSWORD } };

	stage_reset();
	scratch_remove(STAGE_STATE "/access.snapshot");
	CHECK(change(&call, &talk, BY_USER) == PAM_AUTHTOK_ERR && talk.calls == 0 &&
		      stage_logged("reason=snapshot"),
	      "without a snapshot nothing is asked");
	stage_reset();
	scratch_write(STAGE_STATE, "credentials.db", TEXT("no database"), 0600);
	CHECK(change(&call, &talk, BY_USER) == PAM_AUTHTOK_ERR && talk.calls == 0 &&
		      stage_logged("reason=store"),
	      "nor without a store");
}

/* What a setuid program is: the effective user is root, the real one is not. */
static int change_as_user(void)
{
	struct stage_call call = { .service = "change", .user = "bob" };
	struct talk wrong = { .replies = { NEW_PASSWORD, NEW_PASSWORD } };
	struct talk right = { .replies = { PERSON_PASSWORD, NEW_PASSWORD, NEW_PASSWORD } };

	if (setresuid(1000, 0, 0) != 0)
		return 2;
	return change(&call, &wrong, 0) == PAM_AUTH_ERR && change(&call, &right, 0) == PAM_SUCCESS
		       ? 0
		       : 1;
}

static void test_setuid(void)
{
	int status = 0;
	pid_t child;

	stage_reset();
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0)
		_exit(change_as_user());
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status), "waitpid");
	(void)stage_log();
	if (WEXITSTATUS(status) == 2) {
		CHECK(setresuid(1000, 0, 0) != 0,
		      "setuid: left out, there is nobody but root here");
		return;
	}
	CHECK(WEXITSTATUS(status) == 0, "setuid: who is not root proves the current password");
}

/* libpam always makes the first pass; a program that calls the module by itself need not. */
static void test_second_pass_alone(void)
{
	struct stage_call call = { .service = "change", .user = "bob" };
	struct talk talk = { .replies = { NEW_PASSWORD, NEW_PASSWORD } };
	int (*chauthtok)(pam_handle_t *, int, int, const char **);
	char path[SCRATCH_PATH_SIZE];
	pam_handle_t *pamh;
	void *module, *symbol;

	module = dlopen(scratch_path(path, getenv("IAM_TEST_BUILD"), "pam_iam.so"), RTLD_NOW);
	CHECK_REQUIRE(module, "dlopen");
	symbol = dlsym(module, "pam_sm_chauthtok");
	CHECK_REQUIRE(symbol, "dlsym");
	memcpy(&chauthtok, &symbol, sizeof(symbol));
	stage_reset();
	pamh = stage_start(&call, &talk);
	CHECK(chauthtok(pamh, 0x2000 /* PAM_UPDATE_AUTHTOK */ | PAM_CHANGE_EXPIRED_AUTHTOK, 0,
			NULL) == PAM_AUTH_ERR &&
		      talk.calls == 0,
	      "second pass alone: without proof of the old password nothing is asked");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
	CHECK(password_works("bob", PERSON_PASSWORD), "second pass alone: nor changed");
	dlclose(module);
}

int main(void)
{
	stage_init();
	test_changes();
	test_dialogues();
	test_lockout();
	test_not_allowed();
	test_first_pass();
	test_prelim_alone();
	test_setuid();
	test_second_pass_alone();
	test_strength();
	return check_done();
}
