/* The phases behind authentication: account, setcred, session, with and without a hand-off. */
#include <grp.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "support/pam_stage.h"

static const struct account_case {
	const char *service, *user;
	int code;
	const char *reason, *told; /* NULL: nothing */
} account_cases[] = {
	{ "sshd", "alice", PAM_SUCCESS, "account accepted: user=alice service=sshd rhost=-", NULL },
	{ "sudo", "alice", PAM_SUCCESS, "account accepted: user=alice service=sudo", NULL },
	{ "cron", "bob", PAM_SUCCESS, "account accepted: user=bob service=cron", NULL },
	{ "sudo", "bob", PAM_PERM_DENIED, "account refused: user=bob service=sudo rhost=-",
	  "not-authorized" },
	{ "sudo-i", "bob", PAM_PERM_DENIED, "reason=not-authorized", "not-authorized" },
	{ "sshd", "erin", PAM_PERM_DENIED, "reason=not-authorized", "not-authorized" },
	{ "sshd", "deployer", PAM_PERM_DENIED, "reason=role-direct", "role-direct" },
	{ "sshd", "mallory", PAM_IGNORE, NULL, NULL },
	{ "sshd", "root", PAM_IGNORE, NULL, NULL },
	{ "sshd", "shadowed", PAM_IGNORE, NULL, NULL },
	{ "sshd", "", PAM_IGNORE, NULL, NULL },
};

/* What our lines leave to others ends in codes that none of ours has. */
#define LEFT_AUTH PAM_CRED_EXPIRED
#define LEFT_ACCOUNT PAM_ACCT_EXPIRED

static void write_service(const char *name, const char *arguments)
{
	char lines[1024];

	(void)snprintf(lines, sizeof(lines),
		       "auth [success=done user_unknown=ignore default=die] pam_iam.so %s\n"
		       "auth [default=die] pam_debug.so auth=cred_expired\n"
		       "account [success=done ignore=ignore default=die] pam_iam.so %s\n"
		       "account [default=die] pam_debug.so acct=acct_expired\n",
		       arguments, arguments);
	stage_service(name, lines);
}

static void test_accounts(void)
{
	stage_reset();
	for (size_t i = 0; i < ARRAY_LENGTH(account_cases); i++) {
		const struct account_case *row = &account_cases[i];
		struct stage_call call = { .service = row->service, .user = row->user };
		struct talk talk = { .kind = TALK_ANSWERS };
		int code;

		write_service(row->service, "");
		code = stage_account(&call, &talk);
		CHECK(code == (row->code == PAM_IGNORE ? LEFT_ACCOUNT : row->code),
		      "account: %s by %s: %s", row->user, row->service, pam_strerror(NULL, code));
		CHECK(row->reason ? stage_logged(row->reason) : !stage_logged("account "),
		      "account: %s by %s: logs %s", row->user, row->service,
		      row->reason ? row->reason : "nothing");
		CHECK(row->told ? strstr(talk.told, row->told) != NULL
				: !strstr(talk.told, "denied"),
		      "account: %s by %s: tells %s", row->user, row->service,
		      row->told ? row->told : "nothing");
		CHECK(talk.calls == 0, "account: asks nothing");
	}
}

static void test_silence(void)
{
	struct talk talk = { .kind = TALK_ANSWERS }, missing = { .kind = TALK_IS_MISSING };
	struct stage_call call = { .service = "sshd", .user = "erin" };
	pam_handle_t *pamh = stage_start(&call, &talk);

	CHECK(pam_acct_mgmt(pamh, PAM_SILENT) == PAM_PERM_DENIED && talk.told[0] == '\0',
	      "account: PAM_SILENT is kept");
	pam_end(pamh, PAM_SUCCESS);
	CHECK(stage_account(&call, &missing) == PAM_PERM_DENIED,
	      "account: that nobody can be told changes nothing");
}

/* The states of a host, as the lines of root and of an IAM user see them. */

static void remove_snapshot(void)
{
	scratch_remove(STAGE_STATE "/access.snapshot");
}

static void write_snapshot_for_group(void)
{
	struct people people = stage_people();

	people_publish(&people, STAGE_STATE, 0660);
}

static void cut_snapshot(void)
{
	CHECK_REQUIRE(truncate(STAGE_STATE "/access.snapshot", 300) == 0, "truncate");
}

static void link_snapshot(void)
{
	CHECK_REQUIRE(rename(STAGE_STATE "/access.snapshot", "/tmp/real.snapshot") == 0, "rename");
	CHECK_REQUIRE(symlink("/tmp/real.snapshot", STAGE_STATE "/access.snapshot") == 0,
		      "symlink");
}

static void misspell_config(void)
{
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[access]\nlogin_group = all\n"), 0644);
}

static void write_config_for_all(void)
{
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[access]\nlogin_groups = Developers\n"),
		      0666);
}

static void age_snapshot(void)
{
	struct people people = stage_people();

	people.created -= 8 * DAY;
	people_publish(&people, STAGE_STATE, 0600);
}

static void date_snapshot_ahead(void)
{
	struct people people = stage_people();

	people.created += DAY;
	people_publish(&people, STAGE_STATE, 0600);
}

static void expire_document(void)
{
	struct people people = stage_people();

	people.expires = people.created - 1;
	people_publish(&people, STAGE_STATE, 0600);
}

static void misspell_options(void)
{
	write_service("state", "mfa");
}

static const struct state_case {
	const char *label;
	void (*damage)(void);
	int auth, account;
	const char *reason;
} state_cases[] = {
	{ "no snapshot", remove_snapshot, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, "snapshot" },
	{ "a snapshot that its group may write", write_snapshot_for_group, PAM_AUTHINFO_UNAVAIL,
	  PAM_AUTHINFO_UNAVAIL, "snapshot" },
	{ "a snapshot cut short", cut_snapshot, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	  "snapshot" },
	{ "a link in its place", link_snapshot, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	  "snapshot" },
	{ "a wrong iam.conf", misspell_config, PAM_SERVICE_ERR, PAM_SERVICE_ERR, "config" },
	{ "an iam.conf that all may write", write_config_for_all, PAM_SERVICE_ERR, PAM_SERVICE_ERR,
	  "config" },
	{ "wrong arguments", misspell_options, PAM_SERVICE_ERR, PAM_SERVICE_ERR, "options" },
	{ "a stale snapshot", age_snapshot, PAM_SUCCESS, PAM_AUTHINFO_UNAVAIL, "snapshot-stale" },
	{ "a snapshot from tomorrow", date_snapshot_ahead, PAM_SUCCESS, PAM_AUTHINFO_UNAVAIL,
	  "snapshot-stale" },
	{ "an expired document", expire_document, PAM_SUCCESS, PAM_AUTHINFO_UNAVAIL,
	  "snapshot-expired" },
};

static void test_states(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(state_cases); i++) {
		const struct state_case *row = &state_cases[i];
		struct stage_call call = { .service = "state", .user = "alice" };
		struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };
		struct talk quiet = { .kind = TALK_FAILS };
		bool without_snapshot = row->auth == PAM_AUTHINFO_UNAVAIL;
		char words[64];
		int code;

		(void)snprintf(words, sizeof(words), "reason=%s\n", row->reason);
		stage_reset();
		write_service("state", "");
		row->damage();
		code = stage_authenticate(&call, &talk);
		CHECK(code == row->auth, "%s: auth: %s", row->label, pam_strerror(NULL, code));
		CHECK(code == PAM_SUCCESS || (stage_logged(words) && talk.calls == 0),
		      "%s: auth: says why, and asks for nothing in vain", row->label);
		code = stage_account(&call, &talk);
		CHECK(code == row->account && stage_logged(words), "%s: account: %s", row->label,
		      pam_strerror(NULL, code));
		call.user = "root";
		CHECK(stage_authenticate(&call, &quiet) == LEFT_AUTH &&
			      stage_account(&call, &quiet) == LEFT_ACCOUNT,
		      "%s: root is left to the other modules", row->label);
		call.user = "mallory";
		CHECK(stage_authenticate(&call, &quiet) ==
				      (without_snapshot ? row->auth : LEFT_AUTH) &&
			      stage_account(&call, &quiet) ==
				      (without_snapshot ? row->account : LEFT_ACCOUNT),
		      "%s: a name that is neither is refused while it may be IAM's", row->label);
	}
}

/* Hand-off */

static void test_hand_off(void)
{
	static const struct handed_case {
		const char *arguments, *user, *replies[2], *mfa;
	} rows[] = {
		{ "", "alice", { PERSON_PASSWORD, NULL }, "mfa=phone" },
		{ "factors=password", "bob", { PERSON_PASSWORD, "" }, "mfa=none" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct talk talk = { .kind = TALK_ANSWERS };
		struct stage_call call = { .service = "handed",
					   .user = rows[i].user,
					   .remote_host = "192.0.2.7" };
		pam_handle_t *pamh;

		stage_reset();
		stage_plain_service("handed", rows[i].arguments);
		talk.replies[0] = rows[i].replies[0];
		talk.replies[1] = rows[i].replies[1] ? rows[i].replies[1] : stage_code();
		pamh = stage_start(&call, &talk);
		CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS &&
			      pam_acct_mgmt(pamh, 0) == PAM_SUCCESS &&
			      pam_open_session(pamh, 0) == PAM_SUCCESS,
		      "hand-off: %s signs in", rows[i].user);
		(void)stage_log();
		CHECK(stage_logged("session opened: user=") && stage_logged("rhost=192.0.2.7") &&
			      stage_logged(rows[i].mfa),
		      "hand-off: the session knows %s", rows[i].mfa);
		CHECK_REQUIRE(pam_set_item(pamh, PAM_USER, "carol") == PAM_SUCCESS, "PAM_USER");
		CHECK(pam_close_session(pamh, 0) == PAM_SUCCESS, "hand-off: session closes");
		(void)stage_log();
		CHECK(stage_logged("session closed: user=carol") && stage_logged("mfa=unknown"),
		      "hand-off: what one proved is not said of another");
		pam_end(pamh, PAM_SUCCESS);
	}
}

static void test_session_alone(void)
{
	struct talk talk = { .kind = TALK_IS_MISSING };
	struct stage_call call = { .service = "alone", .user = "bob" };
	pam_handle_t *pamh;

	stage_reset();
	stage_plain_service("alone", "");
	pamh = stage_start(&call, &talk);
	CHECK(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS && pam_open_session(pamh, 0) == PAM_SUCCESS,
	      "alone: account and session without authentication");
	(void)stage_log();
	CHECK(stage_logged("session opened: user=bob service=alone rhost=- mfa=unknown"),
	      "alone: nothing is known of its factors");
	remove_snapshot();
	CHECK(pam_close_session(pamh, 0) == PAM_SUCCESS, "alone: a session ends whatever fails");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
}

/* Local groups */

static bool is_in_group(gid_t gid)
{
	gid_t gids[64];
	int count = getgroups(64, gids);

	for (int i = 0; i < count; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

enum { DOCKER_GID = 998, VIDEO_GID = 44, OTHER_GID = 4711 };

/* In a process of its own; bits of what it saw. */
static int set_credentials(const char *user, int flags)
{
	struct talk talk = { .kind = TALK_IS_MISSING };
	struct stage_call call = { .service = "groups", .user = user };
	pam_handle_t *pamh = stage_start(&call, &talk);
	gid_t other = OTHER_GID;
	int code;

	if (setgroups(1, &other) != 0)
		return 1 << 6;
	code = pam_setcred(pamh, flags);
	return (code == PAM_SUCCESS) | is_in_group(DOCKER_GID) << 1 | is_in_group(VIDEO_GID) << 2 |
	       is_in_group(OTHER_GID) << 3 | (code == PAM_USER_UNKNOWN) << 4;
}

static int in_a_child(const char *user, int flags)
{
	int status = 0;
	pid_t child = fork();

	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0)
		_exit(set_credentials(user, flags));
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status), "waitpid");
	(void)stage_log();
	return WEXITSTATUS(status);
}

static const struct groups_case {
	const char *user;
	int flags, seen;
} groups_cases[] = {
	{ "alice", PAM_ESTABLISH_CRED, 1 | 2 | 4 | 8 },
	{ "alice", PAM_REINITIALIZE_CRED, 1 | 2 | 4 | 8 },
	{ "alice", PAM_DELETE_CRED, 1 | 8 },
	{ "bob", PAM_ESTABLISH_CRED, 1 | 4 | 8 },
	{ "erin", PAM_ESTABLISH_CRED, 1 | 8 },
	{ "mallory", PAM_ESTABLISH_CRED, 16 | 8 },
	{ "root", PAM_ESTABLISH_CRED, 16 | 8 },
	{ "shadowed", PAM_ESTABLISH_CRED, 16 | 8 },
};

static void test_groups(void)
{
	gid_t none = OTHER_GID;

	stage_reset();
	stage_plain_service("groups", "");
	if (in_a_child("erin", PAM_ESTABLISH_CRED) == 1 << 6) {
		CHECK(setgroups(1, &none) != 0,
		      "groups: left out, the kernel lets nobody set them here");
		return;
	}
	scratch_write("/etc", "group", TEXT("root:x:0:\ndocker:x:998:\nvideo:x:44:\n"), 0644);
	for (size_t i = 0; i < ARRAY_LENGTH(groups_cases); i++) {
		int seen = in_a_child(groups_cases[i].user, groups_cases[i].flags);

		CHECK(seen == groups_cases[i].seen, "groups: %s, flags %#x: %#x",
		      groups_cases[i].user, (unsigned)groups_cases[i].flags, (unsigned)seen);
	}
	scratch_write("/etc", "group", TEXT("root:x:0:\ndocker:x:998:\n"), 0644);
	CHECK(in_a_child("alice", PAM_ESTABLISH_CRED) == (1 | 2 | 8) &&
		      stage_logged("local group video is left out"),
	      "groups: one that the host does not have is logged and left out");
	remove_snapshot();
	CHECK(in_a_child("alice", PAM_ESTABLISH_CRED) == 8,
	      "groups: without a snapshot nobody joins anything");
	CHECK(in_a_child("root", PAM_ESTABLISH_CRED) == (16 | 8),
	      "groups: and root is left to the other modules");
}

int main(void)
{
	stage_init();
	test_accounts();
	test_silence();
	test_states();
	test_hand_off();
	test_session_alone();
	test_groups();
	return check_done();
}
