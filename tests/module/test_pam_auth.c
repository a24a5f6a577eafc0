/* pam_sm_authenticate of the shipped module: what it asks, what it answers, what it logs. */
#include <sys/wait.h>
#include <time.h>

#include "check.h"
#include "support/pam_stage.h"

#define WRONG_PASSWORD "Incorrect horse 7"
#define CODE "\1" /* the right one, put in when the row runs */
#define BOTH "Password: \nOne-time code: \n"

static const struct auth_case {
	const char *arguments, *user;
	const char *replies[2];
	int code;
	const char *reason; /* NULL: nothing is logged by us */
	const char *asked;
} auth_cases[] = {
	/* everything right */
	{ "", "alice", { PERSON_PASSWORD, CODE }, PAM_SUCCESS, "accepted", BOTH },
	{ "debug", "alice", { PERSON_PASSWORD, CODE }, PAM_SUCCESS, "accepted", BOTH },
	{ "factors=password+code mfa=required",
	  "alice",
	  { PERSON_PASSWORD, CODE },
	  PAM_SUCCESS,
	  "accepted",
	  BOTH },
	{ "factors=password",
	  "alice",
	  { PERSON_PASSWORD },
	  PAM_SUCCESS,
	  "accepted",
	  "Password: \n" },
	{ "factors=password", "bob", { PERSON_PASSWORD }, PAM_SUCCESS, "accepted", "Password: \n" },
	{ "factors=code", "alice", { CODE }, PAM_SUCCESS, "accepted", "One-time code: \n" },
	{ "factors=code", "carol", { CODE }, PAM_SUCCESS, "accepted", "One-time code: \n" },
	{ "factors=code", "dave", { CODE }, PAM_SUCCESS, "accepted", "One-time code: \n" },
	{ "mfa=off", "alice", { PERSON_PASSWORD }, PAM_SUCCESS, "accepted", "Password: \n" },
	{ "mfa=enrolled", "bob", { PERSON_PASSWORD }, PAM_SUCCESS, "accepted", "Password: \n" },
	{ "mfa=enrolled", "alice", { PERSON_PASSWORD, CODE }, PAM_SUCCESS, "accepted", BOTH },
	/* something wrong or missing */
	{ "", "alice", { WRONG_PASSWORD, CODE }, PAM_AUTH_ERR, "password-wrong", BOTH },
	{ "", "alice", { PERSON_PASSWORD, "000000" }, PAM_AUTH_ERR, "code-wrong", BOTH },
	{ "", "alice", { PERSON_PASSWORD, "" }, PAM_AUTH_ERR, "code-wrong", BOTH },
	{ "", "alice", { "", CODE }, PAM_AUTH_ERR, "password-wrong", BOTH },
	{ "", "alice", { CODE, PERSON_PASSWORD }, PAM_AUTH_ERR, "password-wrong", BOTH },
	{ "", "alice", { PERSON_PASSWORD, PERSON_PASSWORD }, PAM_AUTH_ERR, "code-wrong", BOTH },
	{ "", "alice", { PERSON_PASSWORD, "287082x" }, PAM_AUTH_ERR, "code-wrong", BOTH },
	{ "factors=code",
	  "alice",
	  { PERSON_PASSWORD },
	  PAM_AUTH_ERR,
	  "code-wrong",
	  "One-time code: \n" },
	{ "factors=password", "alice", { CODE }, PAM_AUTH_ERR, "password-wrong", "Password: \n" },
	{ "", "bob", { PERSON_PASSWORD, CODE }, PAM_AUTH_ERR, "mfa-not-enrolled", BOTH },
	{ "factors=code mfa=off",
	  "bob",
	  { CODE },
	  PAM_AUTH_ERR,
	  "mfa-not-enrolled",
	  "One-time code: \n" },
	{ "mfa=enrolled", "alice", { PERSON_PASSWORD, "" }, PAM_AUTH_ERR, "code-wrong", BOTH },
	{ "", "carol", { PERSON_PASSWORD, CODE }, PAM_AUTH_ERR, "password-not-set", BOTH },
	{ "", "carol", { "", CODE }, PAM_AUTH_ERR, "password-not-set", BOTH },
	{ "", "dave", { PERSON_PASSWORD, CODE }, PAM_AUTH_ERR, "password-disabled", BOTH },
	{ "", "deployer", { PERSON_PASSWORD, CODE }, PAM_AUTH_ERR, "role-direct", BOTH },
	/* not IAM's */
	{ "", "mallory", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "unknown_user=ignore", "mallory", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "root", { "", "" }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "localuser", { "", "" }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "shadowed", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "Alice", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "alice\n", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "alice ", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "../alice", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "$(id)", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "", "%s%n", { PERSON_PASSWORD, CODE }, PAM_USER_UNKNOWN, NULL, "" },
	{ "unknown_user=refuse",
	  "mallory",
	  { PERSON_PASSWORD, CODE },
	  PAM_AUTH_ERR,
	  "user-unknown",
	  BOTH },
	{ "unknown_user=refuse",
	  "shadowed",
	  { PERSON_PASSWORD, CODE },
	  PAM_USER_UNKNOWN,
	  NULL,
	  "" },
	{ "unknown_user=refuse", "root", { "", "" }, PAM_USER_UNKNOWN, NULL, "" },
	{ "unknown_user=refuse mfa=enrolled",
	  "mallory",
	  { PERSON_PASSWORD, CODE },
	  PAM_AUTH_ERR,
	  "user-unknown",
	  BOTH },
	{ "unknown_user=refuse factors=password",
	  "mallory",
	  { "", "" },
	  PAM_AUTH_ERR,
	  "user-unknown",
	  "Password: \n" },
	{ "unknown_user=refuse",
	  "alice",
	  { PERSON_PASSWORD, CODE },
	  PAM_SUCCESS,
	  "accepted",
	  BOTH },
	/* arguments that nobody knows */
	{ "mfa=requird", "alice", { PERSON_PASSWORD, CODE }, PAM_SERVICE_ERR, "options", "" },
	{ "nullok", "alice", { PERSON_PASSWORD, CODE }, PAM_SERVICE_ERR, "options", "" },
	{ "DEBUG", "alice", { PERSON_PASSWORD, CODE }, PAM_SERVICE_ERR, "options", "" },
	{ "mfa=off mfa=required",
	  "alice",
	  { PERSON_PASSWORD, CODE },
	  PAM_SERVICE_ERR,
	  "options",
	  "" },
	{ "mfa=requird", "root", { "", "" }, PAM_USER_UNKNOWN, NULL, "" },
};

static void fill_replies(const struct auth_case *row, struct talk *talk)
{
	for (size_t i = 0; i < ARRAY_LENGTH(row->replies); i++) {
		bool is_code = row->replies[i] && strcmp(row->replies[i], CODE) == 0;

		talk->replies[i] = is_code ? stage_code() : row->replies[i];
	}
}

static void test_matrix(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(auth_cases); i++) {
		const struct auth_case *row = &auth_cases[i];
		struct talk talk = { .kind = TALK_ANSWERS };
		struct stage_call call = { .service = "matrix", .user = row->user };
		bool is_pass_through = row->reason == NULL;
		int code;

		stage_reset();
		stage_plain_service("matrix", row->arguments);
		fill_replies(row, &talk);
		code = stage_authenticate(&call, &talk);
		CHECK(code == row->code, "matrix %zu: '%s' %s: %s", i, row->arguments, row->user,
		      pam_strerror(NULL, code));
		CHECK(strcmp(talk.asked, row->asked) == 0 && !talk.echoed &&
			      talk.calls == (row->asked[0] != '\0'),
		      "matrix %zu: asks in one dialogue, unseen", i);
		CHECK(is_pass_through ? !stage_logged("sign-in") : stage_logged(row->reason),
		      "matrix %zu: logs %s", i, row->reason ? row->reason : "nothing");
		CHECK(talk.told[0] == '\0', "matrix %zu: tells nothing before all is proven", i);
		CHECK((talk.delay > 0) == (row->code != PAM_SUCCESS && !is_pass_through),
		      "matrix %zu: a refusal takes its time", i);
	}
}

static const struct talk_case {
	enum talk_kind kind;
	const char *label;
} talk_cases[] = {
	{ TALK_FAILS, "fails" },
	{ TALK_ABORTS, "is aborted" },
	{ TALK_NO_ARRAY, "brings no replies" },
	{ TALK_NO_REPLIES, "brings NULL" },
	{ TALK_LAST_IS_NULL, "ends early" },
	{ TALK_IS_MISSING, "does not exist" },
};

static const char *const argument_cases[] = { "",
					      "factors=password",
					      "factors=code",
					      "mfa=off",
					      "mfa=enrolled",
					      "use_first_pass",
					      "try_first_pass",
					      "unknown_user=refuse" };

static void test_dialogues(void)
{
	static const char *const users[] = { "alice", "bob", "mallory" };

	stage_reset();
	for (size_t i = 0; i < ARRAY_LENGTH(argument_cases); i++) {
		stage_plain_service("dialogue", argument_cases[i]);
		for (size_t j = 0; j < ARRAY_LENGTH(talk_cases) * ARRAY_LENGTH(users); j++) {
			const struct talk_case *row = &talk_cases[j / ARRAY_LENGTH(users)];
			const char *user = users[j % ARRAY_LENGTH(users)];
			struct talk talk = { .kind = row->kind,
					     .replies = { PERSON_PASSWORD, stage_code() } };
			struct stage_call call = { .service = "dialogue", .user = user };
			int code = stage_authenticate(&call, &talk);
			bool is_ours = strcmp(user, "mallory") != 0 ||
				       strcmp(argument_cases[i], "unknown_user=refuse") == 0;

			CHECK(code == (is_ours ? PAM_CONV_ERR : PAM_USER_UNKNOWN),
			      "dialogue that %s, '%s', %s: %s", row->label, argument_cases[i], user,
			      pam_strerror(NULL, code));
			CHECK(!is_ours || stage_logged("reason=conversation"),
			      "dialogue that %s: logged", row->label);
		}
	}
	CHECK(person_failures(STAGE_STATE, FILE_OF_ROOT, "AIDAEXAMPLEALICE0001") == 0,
	      "dialogue: what was not answered is not counted");
}

static void test_no_user(void)
{
	struct talk talk = { .kind = TALK_FAILS };
	int code;

	stage_reset();
	stage_plain_service("nobody", "");
	code = stage_authenticate(&(struct stage_call){ .service = "nobody" }, &talk);
	CHECK(code == PAM_CONV_ERR && stage_logged("reason=conversation"),
	      "no user: nobody to ask who: %s", pam_strerror(NULL, code));
	talk = (struct talk){ .replies = { "alice", PERSON_PASSWORD, stage_code() } };
	code = stage_authenticate(&(struct stage_call){ .service = "nobody" }, &talk);
	CHECK(code == PAM_SUCCESS && talk.calls == 2, "no user: asked by PAM, then as ever: %s",
	      pam_strerror(NULL, code));
	talk = (struct talk){ .replies = { "" } };
	code = stage_authenticate(&(struct stage_call){ .service = "nobody" }, &talk);
	CHECK(code == PAM_USER_UNKNOWN, "no user: an empty name is nobody's: %s",
	      pam_strerror(NULL, code));
}

static void test_long_replies(void)
{
	static char reply[100001];

	stage_reset();
	stage_plain_service("long", "");
	memset(reply, '1', sizeof(reply) - 1);
	for (size_t length = 511; length < sizeof(reply); length = length * 2 + 1) {
		struct talk talk = { .replies = { reply, stage_code() } };
		struct talk swapped = { .replies = { PERSON_PASSWORD, reply } };
		struct stage_call call = { .service = "long", .user = "erin" };
		int code, other;

		reply[length] = '\0';
		code = stage_authenticate(&call, &talk);
		other = stage_authenticate(&call, &swapped);
		CHECK(code != PAM_SUCCESS && code != PAM_IGNORE && other != PAM_SUCCESS &&
			      other != PAM_IGNORE,
		      "long: a reply of %zu bytes is refused", length);
		reply[length] = '1';
	}
}

/* An earlier module that asks and cannot know: pam_unix has none of our users. */
static const struct first_case {
	const char *arguments, *replies[3];
	int code;
	const char *asked;
} first_cases[] = {
	{ "try_first_pass", { PERSON_PASSWORD, CODE }, PAM_SUCCESS, BOTH },
	{ "use_first_pass", { PERSON_PASSWORD, CODE }, PAM_SUCCESS, BOTH },
	{ "try_first_pass", { WRONG_PASSWORD, CODE }, PAM_AUTH_ERR, BOTH },
	{ "use_first_pass", { WRONG_PASSWORD, CODE }, PAM_AUTH_ERR, BOTH },
	{ "use_first_pass factors=password", { PERSON_PASSWORD }, PAM_SUCCESS, "Password: \n" },
	{ "", { WRONG_PASSWORD, PERSON_PASSWORD, CODE }, PAM_SUCCESS, "Password: \n" BOTH },
};

static void test_first_pass(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(first_cases); i++) {
		const struct first_case *row = &first_cases[i];
		struct talk talk = { .kind = TALK_ANSWERS };
		char lines[512];
		int code;

		(void)snprintf(lines, sizeof(lines),
			       "auth [default=ignore] pam_unix.so nodelay\n"
			       "auth required pam_iam.so %s\n",
			       row->arguments);
		stage_reset();
		stage_service("first", lines);
		for (size_t j = 0; j < ARRAY_LENGTH(row->replies); j++)
			talk.replies[j] = row->replies[j] && strcmp(row->replies[j], CODE) == 0
						  ? stage_code()
						  : row->replies[j];
		code = stage_authenticate(
			&(struct stage_call){ .service = "first", .user = "alice" }, &talk);
		CHECK(code == row->code && strcmp(talk.asked, row->asked) == 0,
		      "first pass %zu: '%s': %s", i, row->arguments, pam_strerror(NULL, code));
	}
}

static void test_later_module(void)
{
	struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };

	stage_reset();
	stage_service("later", "auth required pam_iam.so\n"
			       "auth required pam_iam.so factors=password use_first_pass\n");
	CHECK(stage_authenticate(&(struct stage_call){ .service = "later", .user = "alice" },
				 &talk) == PAM_SUCCESS &&
		      talk.calls == 1,
	      "a later module finds the password");
}

static void test_key(void)
{
	static const struct key_case {
		const char *service, *environment, *arguments, *asked;
	} rows[] = {
		{ "sshd", "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n", "", "One-time code: \n" },
		{ "sshd", "SSH_AUTH_INFO_0=password\npublickey ssh-rsa AAAA\n", "",
		  "One-time code: \n" },
		{ "sshd", "SSH_AUTH_INFO_0=", "", BOTH },
		{ "sshd", NULL, "", BOTH },
		{ "sshd", "SSH_AUTH_INFO_0=publickeyless x\n", "", BOTH },
		{ "sshd", "SSH_AUTH_INFO_0=password publickey x\n", "", BOTH },
		{ "sshd", "SSH_AUTH_INFO_1=publickey ssh-rsa AAAA\n", "", BOTH },
		{ "su", "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n", "", BOTH },
		{ "sshd2", "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n", "", BOTH },
		{ "sshd", "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n", "factors=password",
		  "Password: \n" },
		{ "sshd", "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n", "mfa=off",
		  "Password: \n" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct talk talk = { .replies = { "wrong", "wrong" } };
		struct stage_call call = { .service = rows[i].service,
					   .user = "alice",
					   .environment = rows[i].environment };

		stage_reset();
		stage_plain_service(rows[i].service, rows[i].arguments);
		CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR &&
			      strcmp(talk.asked, rows[i].asked) == 0,
		      "key %zu: asked for %s", i, rows[i].asked);
	}
}

/* A user name that the dialogue tries to change, and the items that PAM keeps. */
static void test_user_is_kept(void)
{
	struct talk talk = { .replies = { "root", "root" } };
	struct stage_call call = { .service = "kept", .user = "alice" };
	pam_handle_t *pamh;
	const void *user = NULL;

	stage_reset();
	stage_plain_service("kept", "");
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, 0) == PAM_AUTH_ERR &&
		      pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS &&
		      strcmp(user, "alice") == 0,
	      "PAM_USER is the same after a refusal");
	talk = (struct talk){ .replies = { PERSON_PASSWORD, stage_code() } };
	CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS &&
		      pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS &&
		      strcmp(user, "alice") == 0,
	      "and after success");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
}

static void test_lockout(void)
{
	struct stage_call call = { .service = "lock", .user = "alice" };

	stage_reset();
	stage_plain_service("lock", "");
	for (unsigned i = 0; i < 5; i++) {
		struct talk talk = { .replies = { WRONG_PASSWORD, "" } };

		CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR, "lockout: failure %u", i);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };

		CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR &&
			      stage_logged("reason=locked locked=passwords until=2") &&
			      talk.told[0] == '\0' && strcmp(talk.asked, BOTH) == 0,
		      "lockout: all right is refused, and reads like a wrong password");
	}
}

/* The log tells which lock it is, the person nothing. */
static void test_address_lockout(void)
{
	struct stage_call call = { .service = "sshd", .remote_host = "192.0.2.7" };
	const char *const users[] = { "alice", "mallory" };

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[lockout]\naddress_failures = 3\n"), 0644);
	stage_plain_service("sshd", "unknown_user=refuse");
	for (unsigned i = 0; i < 3; i++) {
		struct talk talk = { .replies = { WRONG_PASSWORD, "" } };

		call.user = users[i % 2];
		CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR,
		      "address lockout: failure %u", i);
	}
	CHECK(stage_logged("reason=password-wrong locked=address until=2"),
	      "address lockout: the failure that locks says so");
	for (unsigned i = 0; i < 2; i++) {
		struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };

		call.user = users[i];
		CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR && talk.told[0] == '\0' &&
			      strcmp(talk.asked, BOTH) == 0,
		      "address lockout: %s reads like a wrong password", users[i]);
		CHECK(stage_logged(i == 0 ? "user=alice service=sshd rhost=192.0.2.7"
					    " reason=address-locked locked=address until=2"
					  : "user=UNKNOWN service=sshd rhost=192.0.2.7"
					    " reason=user-unknown locked=address until=2"),
		      "address lockout: the log says why");
	}
	call.user = "alice";
	call.remote_host = "192.0.2.8";
	CHECK(stage_authenticate(&call,
				 &(struct talk){ .replies = { PERSON_PASSWORD, stage_code() } }) ==
		      PAM_SUCCESS,
	      "address lockout: her neighbour's address is open");
}

enum { PROCESSES = 50 };

static void test_one_of_many(void)
{
	unsigned let_in = 0, refused = 0, ended = 0;
	char code[OTP_CODE_SIZE];
	int gate[2];

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[lockout]\ncode_failures = 0\n"), 0644);
	stage_plain_service("many", "factors=code");
	person_code(time(NULL), 0, code);
	CHECK_REQUIRE(pipe(gate) == 0, "pipe");
	for (unsigned i = 0; i < PROCESSES; i++) {
		pid_t child = fork();

		CHECK_REQUIRE(child >= 0, "fork");
		if (child == 0) {
			struct talk talk = { .replies = { code } };
			struct stage_call call = { .service = "many", .user = "alice" };
			char byte;

			close(gate[1]);
			(void)!read(gate[0], &byte, 1); /* until all are there */
			_exit(stage_authenticate(&call, &talk) == PAM_SUCCESS ? 0 : 1);
		}
	}
	close(gate[0]);
	close(gate[1]);
	while (ended < PROCESSES) {
		int status = 0;
		pid_t child = waitpid(-1, &status, WNOHANG);

		(void)stage_log(); /* or its queue fills, and they wait for us */
		if (child <= 0)
			continue;
		ended++;
		let_in += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		refused += WIFEXITED(status) && WEXITSTATUS(status) == 1;
	}
	CHECK(let_in == 1 && refused == PROCESSES - 1,
	      "one code, %d processes: %u let in, %u refused", PROCESSES, let_in, refused);
}

int main(void)
{
	stage_init();
	test_matrix();
	test_dialogues();
	test_no_user();
	test_long_replies();
	test_first_pass();
	test_later_module();
	test_key();
	test_user_is_kept();
	test_lockout();
	test_address_lockout();
	test_one_of_many();
	return check_done();
}
