/* Whole stacks: the one of pam_iam(8), beside pam_unix, as an administrator would have it. */
#include <sys/wait.h>

#include "check.h"
#include "password/password_hash.h"
#include "support/pam_stage.h"

#define LOCAL_PASSWORD "Local horse 1"
#define NEW_PASSWORD "Another horse 8"

/* The lines of the manual's example, so that what is printed is what is tested. */
static void write_stack_of_manual(void)
{
	AUTO_BUFFER manual, lines;
	struct text rest, line;

	buffer_init(&manual, 1 << 20);
	buffer_init(&lines, 1 << 14);
	CHECK_REQUIRE(scratch_read("pam_iam", "pam_iam.8", &manual), "pam_iam.8");
	rest = text_of(strstr(manual.bytes, ".Sh EXAMPLES"));
	while (rest.bytes && text_next_piece(&rest, '\n', &line) && !text_is(line, ".Ed"))
		if (line.length > 0 && line.bytes[0] != '.')
			CHECK_REQUIRE(buffer_append_format(&lines, "%.*s\n",
							   TEXT_ARGUMENTS(line)) == STATUS_OK,
				      "append");
	CHECK(strstr(lines.bytes,
		     "auth     [success=2 user_unknown=ignore default=die]  pam_iam.so"),
	      "the manual has a stack");
	/* The last words of its first line are text. */
	stage_service("stack", strstr(lines.bytes, "auth "));
}

static void write_local_accounts(void)
{
	char hash[PASSWORD_HASH_SIZE];
	AUTO_BUFFER shadow;

	buffer_init(&shadow, 4096);
	CHECK_REQUIRE(password_hash_new(TEXT(LOCAL_PASSWORD), hash) == STATUS_OK, "hash");
	CHECK_REQUIRE(buffer_append_format(&shadow,
					   "root:*:19000:0:99999:7:::\n"
					   "localuser:%s:19000:0:99999:7:::\n"
					   "shadowed:%s:19000:0:99999:7:::\n",
					   hash, hash) == STATUS_OK,
		      "append");
	scratch_write("/etc", "shadow", buffer_text(&shadow), 0600);
}

static const struct stack_case {
	const char *label, *user;
	enum talk_kind kind;
	const char *replies[3]; /* "code": the right one */
	bool passes;
} stack_cases[] = {
	{ "both", "alice", TALK_ANSWERS, { PERSON_PASSWORD, "code" }, true },
	{ "a wrong password", "alice", TALK_ANSWERS, { "wrong", "code", PERSON_PASSWORD }, false },
	{ "a wrong code", "alice", TALK_ANSWERS, { PERSON_PASSWORD, "000000", "code" }, false },
	{ "no code", "alice", TALK_ANSWERS, { PERSON_PASSWORD }, false },
	{ "nothing", "alice", TALK_ANSWERS, { "" }, false },
	{ "no device", "bob", TALK_ANSWERS, { PERSON_PASSWORD, "code" }, false },
	{ "a role", "deployer", TALK_ANSWERS, { PERSON_PASSWORD, "code" }, false },
	{ "an error in the dialogue", "alice", TALK_FAILS, { PERSON_PASSWORD, "code" }, false },
	{ "an abort", "alice", TALK_ABORTS, { PERSON_PASSWORD, "code" }, false },
	{ "no replies", "alice", TALK_NO_ARRAY, { PERSON_PASSWORD, "code" }, false },
	{ "replies that are not there", "alice", TALK_NO_REPLIES, { PERSON_PASSWORD }, false },
	{ "an early end", "alice", TALK_LAST_IS_NULL, { PERSON_PASSWORD, "code" }, false },
	{ "no dialogue", "alice", TALK_IS_MISSING, { NULL }, false },
	{ "a stranger", "mallory", TALK_ANSWERS, { PERSON_PASSWORD, "code" }, false },
	{ "a stranger with a local password", "mallory", TALK_ANSWERS, { LOCAL_PASSWORD }, false },
	{ "a local account", "localuser", TALK_ANSWERS, { LOCAL_PASSWORD }, true },
	{ "a local account, wrong", "localuser", TALK_ANSWERS, { "wrong" }, false },
	{ "a local account, empty", "localuser", TALK_ANSWERS, { "" }, false },
	{ "a local account of an IAM name", "shadowed", TALK_ANSWERS, { LOCAL_PASSWORD }, true },
	{ "the IAM user of a local name",
	  "shadowed",
	  TALK_ANSWERS,
	  { PERSON_PASSWORD, "code" },
	  false },
	{ "root without a password", "root", TALK_ANSWERS, { "" }, false },
};

static void test_authentication(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(stack_cases); i++) {
		const struct stack_case *row = &stack_cases[i];
		struct stage_call call = { .service = "stack", .user = row->user };
		struct talk talk = { .kind = row->kind };
		int code;

		stage_reset();
		for (size_t j = 0; j < ARRAY_LENGTH(row->replies); j++)
			talk.replies[j] = row->replies[j] && strcmp(row->replies[j], "code") == 0
						  ? stage_code()
						  : row->replies[j];
		code = stage_authenticate(&call, &talk);
		CHECK((code == PAM_SUCCESS) == row->passes, "stack: %s: %s: %s", row->user,
		      row->label, pam_strerror(NULL, code));
	}
}

static void test_account(void)
{
	struct talk talk = { .kind = TALK_ANSWERS };
	const struct {
		const char *user;
		int code;
	} rows[] = {
		{ "erin", PAM_PERM_DENIED },
		{ "deployer", PAM_PERM_DENIED },
		{ "localuser", PAM_SUCCESS },
		{ "root", PAM_SUCCESS },
	};

	stage_reset();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct stage_call call = { .service = "stack", .user = rows[i].user };
		int code = stage_account(&call, &talk);

		CHECK(code == rows[i].code, "stack: account of %s: %s", rows[i].user,
		      pam_strerror(NULL, code));
	}
}

/* cron and sshd (after a key) set credentials and open sessions where nobody authenticated. */
static void test_without_authentication(void)
{
	static const char *const users[] = { "root", "localuser", "erin" };

	for (size_t i = 0; i < 2 * ARRAY_LENGTH(users); i++) {
		struct stage_call call = { .service = "stack",
					   .user = users[i % ARRAY_LENGTH(users)] };
		bool is_broken = i >= ARRAY_LENGTH(users), is_ours = i % ARRAY_LENGTH(users) == 2;
		struct talk talk = { .kind = TALK_IS_MISSING };
		pam_handle_t *pamh;
		int code;

		stage_reset();
		if (is_broken)
			scratch_remove(STAGE_STATE "/access.snapshot");
		pamh = stage_start(&call, &talk);
		code = pam_setcred(pamh, PAM_ESTABLISH_CRED);
		CHECK((code == PAM_SUCCESS) == !(is_broken && is_ours),
		      "stack: credentials of %s%s: %s", call.user,
		      is_broken ? " without a snapshot" : "", pam_strerror(NULL, code));
		code = pam_open_session(pamh, 0);
		CHECK(code == PAM_SUCCESS || is_ours, "stack: session of %s: %s", call.user,
		      pam_strerror(NULL, code));
		pam_end(pamh, PAM_SUCCESS);
		(void)stage_log();
	}
}

static void test_whole_way(void)
{
	struct stage_call call = { .service = "stack", .user = "localuser" };
	struct talk talk = { .replies = { LOCAL_PASSWORD } };
	pam_handle_t *pamh;

	stage_reset();
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS && pam_acct_mgmt(pamh, 0) == PAM_SUCCESS &&
		      pam_setcred(pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS &&
		      pam_open_session(pamh, 0) == PAM_SUCCESS &&
		      pam_close_session(pamh, 0) == PAM_SUCCESS &&
		      pam_setcred(pamh, PAM_DELETE_CRED) == PAM_SUCCESS,
	      "stack: a local account goes all the way");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
	CHECK(!stage_logged("pam_iam("), "stack: without a word from us");
}

static void test_password(void)
{
	struct stage_call call = { .service = "stack", .user = "bob" };
	struct talk talk = { .replies = { NEW_PASSWORD, NEW_PASSWORD } };
	struct talk weak = { .replies = { "x", "x", "x", "x", "x", "x" } };
	pam_handle_t *pamh;

	stage_reset();
	pamh = stage_start(&call, &weak);
	CHECK(pam_chauthtok(pamh, 0) != PAM_SUCCESS, "stack: a weak password is not taken");
	pam_end(pamh, PAM_SUCCESS);
	pamh = stage_start(&call, &talk);
	CHECK(pam_chauthtok(pamh, 0) == PAM_SUCCESS && talk.calls == 1,
	      "stack: a password is changed with us alone");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
}

int main(void)
{
	stage_init();
	write_local_accounts();
	write_stack_of_manual();
	test_authentication();
	test_account();
	test_without_authentication();
	test_whole_way();
	test_password();
	return check_done();
}
