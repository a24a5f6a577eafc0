/* The shipped pam_iam.so and its log: each decision is a line, and none, where one is required,
   refuses. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "support/role_stage.h"

#define LOG "/var/log/iam/audit.jsonl"
#define CONFIG "[access]\nlogin_groups = Developers ops\nsudo_groups = admins\n[audit]\nmode = "

/* What was written since the last call. */
static struct buffer seen;

static const char *events(void)
{
	buffer_release(&seen);
	buffer_init(&seen, 1 << 20);
	(void)scratch_read("/var/log/iam", "audit.jsonl", &seen);
	(void)unlink(LOG);
	return buffer_text(&seen).bytes;
}

static bool has(const char *words)
{
	return strstr(buffer_text(&seen).bytes, words) != NULL;
}

static void test_sign_in(void)
{
	struct stage_call call = { .service = "sshd", .user = "alice", .remote_host = "192.0.2.7" };
	struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };
	struct stat info;

	stage_reset();
	stage_plain_service("sshd", "");
	CHECK(stage_authenticate(&call, &talk) == PAM_SUCCESS, "a sign-in");
	CHECK(stat(LOG, &info) == 0 && (info.st_mode & 07777) == 0640 && info.st_uid == 0,
	      "the log is root's, and its group's to read");
	events();
	CHECK(has("\"eventName\":\"Authenticate\"") && has("\"userName\":\"Alice\"") &&
		      has("\"sourceIPAddress\":\"192.0.2.7\"") && has("\"MFAUsed\":\"Yes\"") &&
		      has("\"MFAIdentifier\":\"phone\"") && has("\"passwordUsed\":\"Yes\"") &&
		      !has("errorCode"),
	      "with password and code: %s", buffer_text(&seen).bytes);
	CHECK(!has(PERSON_PASSWORD) && !has(stage_code()), "and neither of them in it");
	talk = (struct talk){ .replies = { "Wrong horse 8", "000000" } };
	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR, "a wrong one");
	events();
	CHECK(has("\"errorCode\":\"AccessDenied\",\"errorMessage\":\"Failed authentication\"") &&
		      has("\"Authenticate\":\"Failure\"") && !has("Wrong horse"),
	      "refused: %s", buffer_text(&seen).bytes);
	CHECK(stage_account(&call, &talk) == PAM_SUCCESS, "the account");
	events();
	CHECK(has("\"eventName\":\"HostLogin\"") && has("\"type\":\"Host\""), "is a login: %s",
	      buffer_text(&seen).bytes);
}

static void test_names(void)
{
	struct stage_call call = { .service = "sshd", .user = "hunter2" };
	struct talk talk = { .replies = { "a password", "123456" } };

	stage_reset();
	stage_plain_service("sshd", "unknown_user=refuse");
	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR, "nobody is refused");
	events();
	CHECK(has("HIDDEN_DUE_TO_SECURITY_REASONS") && has("\"reason\":\"user-unknown\"") &&
		      !has("hunter2"),
	      "and not named: %s", buffer_text(&seen).bytes);
	stage_plain_service("sshd", "");
	call.user = "root";
	(void)stage_account(&call, &talk);
	CHECK(*events() == '\0', "the host's own accounts are no matter of ours");
}

/* A role that alice takes by su. */
static void test_role(void)
{
	struct visit *visit;

	role_stage_reset();
	if (!role_stage_can_be_somebody())
		return;
	events();
	visit = role_stage_su("deploy", "alice", role_stage_uid("alice"), VISIT_ALL);
	visit_go(visit);
	CHECK(visit->open == PAM_SUCCESS, "alice becomes deploy");
	events();
	CHECK(has("\"eventName\":\"AssumeRole\"") && has("\"eventName\":\"BeginRoleSession\"") &&
		      has("\"eventName\":\"EndRoleSession\"") && has("\"type\":\"AssumedRole\"") &&
		      has("\"takenBy\":\"alice\"") && !has("errorCode"),
	      "the role's session: %s", buffer_text(&seen).bytes);
}

/* A folder that takes no line: on a file system of its own, full or read-only. */
static void fill_disk(void)
{
	static char bytes[4096];
	AUTO_CLOSE int fd = -1;

	CHECK_REQUIRE(mkdir("/var/log/iam", 0750) == 0 || errno == EEXIST, "a folder");
	CHECK_REQUIRE(mount("tmpfs", "/var/log/iam", "tmpfs", 0, "size=16k,mode=0750") == 0,
		      "a disk");
	scratch_write("/var/log/iam", "full", TEXT(""), 0600);
	fd = open("/var/log/iam/full", O_WRONLY | O_CLOEXEC);
	while (fd >= 0 && write(fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static void test_full_disk(const char *mode, int code, const char *reason)
{
	struct stage_call call = { .service = "sshd", .user = "alice" };
	struct talk talk = { .kind = TALK_ANSWERS };
	AUTO_BUFFER config;

	buffer_init(&config, 1024);
	CHECK_REQUIRE(buffer_append_format(&config, "%s%s\n", CONFIG, mode) == STATUS_OK, "room");
	stage_reset();
	stage_plain_service("sshd", "");
	scratch_write(STAGE_CONFIG, "iam.conf", buffer_text(&config), 0644);
	fill_disk();
	CHECK(stage_account(&call, &talk) == code, "%s, and the disk is full", mode);
	CHECK(stage_logged(reason) || strstr(stage_whole_log(), reason), "%s: %s", mode, reason);
	CHECK((strstr(talk.told, "(audit)") != NULL) == (code != PAM_SUCCESS),
	      "%s: who is refused is told why", mode);
	CHECK(strstr(stage_whole_log(), "not in the audit log: /var/log/iam/audit.jsonl: "),
	      "%s: and the administrator", mode);
	CHECK_REQUIRE(umount("/var/log/iam") == 0, "umount");
}

int main(void)
{
	stage_init();
	test_sign_in();
	test_names();
	test_role();
	test_full_disk("required", PAM_AUTHINFO_UNAVAIL, "reason=audit");
	test_full_disk("best-effort", PAM_SUCCESS, "account accepted: user=alice");
	buffer_release(&seen);
	return check_done();
}
