/* Decisions as events: who, of what name, with which outcome; and what becomes of a decision that
   cannot be recorded. */
#include <stdio.h>

#include "audit/audit_record.h"
#include "check.h"
#include "signin/signin_audit.h"
#include "support/role_host.h"

#define CONFIG \
	"[host]\nname = iam-demo\n[access]\nsudo_groups = Admins\n[source]\nregion = eu-west-1\n"

static struct host host;

/* The only line of a log made anew, as JSON; has it all of the words? */
static struct json *last;

static const struct act_case {
	const char *label, *user, *service, *actor;
	enum signin_act act;
	enum signin_reason reason;
	const char *run_as;              /* NULL: no command */
	bool acts;                       /* as a role, in its session */
	const char *event, *who, *error; /* userName; errorMessage or "" */
} act_cases[] = {
	{ "a password that was right", "alice", "sshd", "", SIGNIN_ACT_AUTHENTICATE,
	  SIGNIN_REASON_ALLOWED, NULL, false, "Authenticate", "Alice", "" },
	{ "one that was wrong", "alice", "sshd", "", SIGNIN_ACT_AUTHENTICATE,
	  SIGNIN_REASON_PASSWORD_WRONG, NULL, false, "Authenticate", "Alice",
	  "Failed authentication" },
	{ "nobody", "hunter2", "sshd", "", SIGNIN_ACT_AUTHENTICATE, SIGNIN_REASON_USER_UNKNOWN,
	  NULL, false, "Authenticate", "HIDDEN_DUE_TO_SECURITY_REASONS", "Failed authentication" },
	{ "a name that is none", "Hunter 2!", "sshd", "", SIGNIN_ACT_ACCOUNT,
	  SIGNIN_REASON_USER_UNKNOWN, NULL, false, "HostLogin", "HIDDEN_DUE_TO_SECURITY_REASONS",
	  "The name is no user of the snapshot on this host." },
	{ "a login", "alice", "sshd", "", SIGNIN_ACT_ACCOUNT, SIGNIN_REASON_ALLOWED, NULL, false,
	  "HostLogin", "Alice", "" },
	{ "sudo, as PAM asks", "alice", "sudo", "", SIGNIN_ACT_ACCOUNT,
	  SIGNIN_REASON_NOT_AUTHORIZED, NULL, false, "Sudo", "Alice", "No policy allows it." },
	{ "a command", "alice", "sudo", "", SIGNIN_ACT_COMMAND, SIGNIN_REASON_ALLOWED, "root",
	  false, "Sudo", "Alice", "" },
	{ "a command as a role", "alice", "sudo", "", SIGNIN_ACT_COMMAND, SIGNIN_REASON_ALLOWED,
	  "deploy", false, "AssumeRole", "Alice", "" },
	{ "su to a role", "deploy", "su", "alice", SIGNIN_ACT_ACCOUNT, SIGNIN_REASON_POLICY_DENIED,
	  NULL, false, "AssumeRole", "Alice", "A policy denies it." },
	{ "su to a role, its factors", "deploy", "su", "alice", SIGNIN_ACT_AUTHENTICATE,
	  SIGNIN_REASON_ALLOWED, NULL, false, "Authenticate", "Alice", "" },
	{ "a role's sudo", "deploy", "sudo", "", SIGNIN_ACT_COMMAND, SIGNIN_REASON_ALLOWED, "root",
	  true, "Sudo", "", "" },
	{ "a role outside of a session", "deploy", "sshd", "", SIGNIN_ACT_ACCOUNT,
	  SIGNIN_REASON_ROLE_DIRECT, NULL, false, "HostLogin", "deploy",
	  "The name is a role's, which nobody signs in to directly." },
	{ "a password changed", "alice", "passwd", "", SIGNIN_ACT_CHANGE_PASSWORD,
	  SIGNIN_REASON_ALLOWED, NULL, false, "ChangePassword", "Alice", "" },
};

static void configure(const char *audit)
{
	char text[1024];

	CHECK_REQUIRE(text_format(text, sizeof(text),
				  CONFIG "[audit]\npath = %s/log/audit.jsonl\n"
					 "journal = no\n%s\n",
				  host.root, audit) == STATUS_OK,
		      "room");
	scratch_write(host.root, "etc/iam.conf", text_of(text), 0644);
}

static struct text text_at(const char *object, const char *name)
{
	return json_text(json_member(object ? json_member(last, object) : last, name));
}

static void read_line(struct buffer *out_log)
{
	struct complaint complaint = { .reason = "" };
	char path[SCRATCH_PATH_SIZE];

	json_free(last);
	last = NULL;
	buffer_init(out_log, 1 << 20);
	if (!scratch_read(host.root, "log/audit.jsonl", out_log))
		return;
	CHECK_REQUIRE(json_parse((struct text){ out_log->bytes, out_log->length - 1 },
				 AUDIT_LINE_MAX, &last, &complaint) == STATUS_OK,
		      complaint.reason);
	scratch_remove(scratch_path(path, host.root, "log"));
}

static void check_words(const struct act_case *row, const struct buffer *log)
{
	CHECK(text_is(text_at(NULL, "eventName"), row->event), "%s: event", row->label);
	CHECK(text_is(text_at("userIdentity", "userName"), row->who), "%s: who: %.*s", row->label,
	      TEXT_ARGUMENTS(text_at("userIdentity", "userName")));
	CHECK(text_is(text_at(NULL, "errorMessage"), row->error), "%s: error %.*s", row->label,
	      TEXT_ARGUMENTS(text_at(NULL, "errorMessage")));
	CHECK(text_is(text_at("additionalEventData", "reason"), signin_reason_code(row->reason)),
	      "%s: reason", row->label);
	CHECK(text_is(text_at(NULL, "userAgent"), row->service) &&
		      text_is(text_at(NULL, "awsRegion"), "eu-west-1") &&
		      text_is(text_at(NULL, "recipientAccountId"), "123456789012"),
	      "%s: where", row->label);
	CHECK(!memmem(log->bytes, log->length, "unter", 5), "%s: no name of nobody's", row->label);
	CHECK(!memmem(log->bytes, log->length, "s3cret", 6), "%s: no arguments", row->label);
}

static void test_act(const struct act_case *row)
{
	AUTO_SIGNIN_RECORDS records = { 0 };
	struct signin_request request = request_of(row->user, row->service, NOW);
	const struct signin_audit audit = { .act = row->act,
					    .request = &request,
					    .actor = text_of(row->actor) };
	struct signin_answer answer = { .reason = row->reason };
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER log;

	host_open(&host, &records);
	if (row->run_as)
		request.command = (struct signin_command){ .is_known = true,
							   .run_as_user = text_of(row->run_as),
							   .path = TEXT("/bin/ls"),
							   .arguments = TEXT("s3cret") };
	if (row->acts)
		request.acting = (struct signin_acting){ .is_known = true,
							 .session_name = TEXT("alice"),
							 .source_identity = TEXT("Alice"),
							 .since = NOW - 60,
							 .until = NOW + 60 };
	CHECK(signin_audit(&records, &audit, &answer, &complaint) == STATUS_OK, "%s: %s",
	      row->label, complaint.reason);
	CHECK(answer.reason == row->reason, "%s: the decision stays", row->label);
	read_line(&log);
	check_words(row, &log);
	if (row->acts)
		CHECK(strstr(log.bytes, "\"type\":\"AssumedRole\"") &&
			      strstr(log.bytes, "assumed-role/deploy/alice\"") &&
			      strstr(log.bytes, "\"sourceIdentity\":\"Alice\""),
		      "%s: its session", row->label);
	if (strcmp(row->event, "AssumeRole") == 0)
		CHECK(strstr(log.bytes, "\"roleArn\":\"arn:aws:iam::123456789012:role/") &&
			      strstr(log.bytes, "\"eventSource\":\"sts.host\"") &&
			      strstr(log.bytes, "\"type\":\"AWS::IAM::Role\""),
		      "%s: the role: %s", row->label, log.bytes);
}

/* What is said of the proof, and of a lock. */
static void test_details(void)
{
	AUTO_SIGNIN_RECORDS records = { 0 };
	struct signin_request request = request_of("alice", "sshd", NOW);
	const struct signin_audit audit = { .act = SIGNIN_ACT_AUTHENTICATE, .request = &request };
	struct signin_answer answer = { .reason = SIGNIN_REASON_ALLOWED,
					.device = "phone",
					.used_code = true,
					.used_password = true,
					.lock = { CREDENTIAL_LOCK_CODES, NOW + 900 } };
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER log;

	request.remote_host = TEXT("192.0.2.7");
	request.tty = TEXT("ssh");
	host_open(&host, &records);
	CHECK_REQUIRE(signin_audit(&records, &audit, &answer, &complaint) == STATUS_OK,
		      complaint.reason);
	read_line(&log);
	CHECK(strstr(log.bytes,
		     "\"additionalEventData\":{\"MFAUsed\":\"Yes\",\"MFAIdentifier\":"
		     "\"phone\",\"passwordUsed\":\"Yes\",\"locked\":\"codes\","
		     "\"lockedUntil\":\"2025-10-09T09:08:20Z\",\"tty\":\"ssh\",\"reason\":"
		     "\"allowed\"}"),
	      "the proof: %s", log.bytes);
	CHECK(strstr(log.bytes, "\"mfaAuthenticated\":\"true\"") &&
		      strstr(log.bytes, "\"sourceIPAddress\":\"192.0.2.7\"") &&
		      strstr(log.bytes, "\"ARN\":\"arn:aws:host:::host/iam-demo\""),
	      "the circumstances");
}

static const struct {
	const char *label, *config;
	bool is_writable, is_later;
	enum signin_reason before, after;
	bool is_recorded, is_failure;
} mode_cases[] = {
	{ "required, and there", "mode = required", true, false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED, true, false },
	{ "required, and not to be had", "mode = required", false, false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_AUDIT, false, true },
	{ "a password that must be changed", "mode = required", false, false,
	  SIGNIN_REASON_CHANGE_REQUIRED, SIGNIN_REASON_AUDIT, false, true },
	{ "a refusal keeps its reason", "mode = required", false, false,
	  SIGNIN_REASON_PASSWORD_WRONG, SIGNIN_REASON_PASSWORD_WRONG, false, true },
	{ "best effort", "mode = best-effort", false, false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED, false, true },
	{ "off", "mode = off", true, false, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED, false,
	  false },
	{ "what sudo's plugin will decide", "", true, true, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED, false, false },
	{ "what it will never be asked", "", true, true, SIGNIN_REASON_NOT_AUTHORIZED,
	  SIGNIN_REASON_NOT_AUTHORIZED, true, false },
};

static void test_modes(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(mode_cases); i++) {
		AUTO_SIGNIN_RECORDS records = { 0 };
		struct signin_request request = request_of("alice", "sudo", NOW);
		const struct signin_audit audit = { .act = SIGNIN_ACT_ACCOUNT,
						    .request = &request };
		struct signin_answer answer = { .reason = mode_cases[i].before };
		struct complaint complaint = { .reason = "" };
		char path[SCRATCH_PATH_SIZE];
		enum status status;
		AUTO_BUFFER log;

		configure(mode_cases[i].config);
		if (!mode_cases[i].is_writable) /* a file where the folder should be */
			scratch_write(host.root, "log", TEXT(""), 0644);
		host_open(&host, &records);
		request.command.is_known_later = mode_cases[i].is_later;
		status = signin_audit(&records, &audit, &answer, &complaint);
		CHECK((status != STATUS_OK) == mode_cases[i].is_failure &&
			      (status != STATUS_OK) == (complaint.reason[0] != '\0'),
		      "%s: %s: %s", mode_cases[i].label, status_text(status), complaint.reason);
		CHECK(answer.reason == mode_cases[i].after, "%s: reason %s", mode_cases[i].label,
		      signin_reason_code(answer.reason));
		read_line(&log);
		CHECK((last != NULL) == mode_cases[i].is_recorded, "%s: recorded or not",
		      mode_cases[i].label);
		scratch_remove(scratch_path(path, host.root, "log"));
	}
}

/* Without a snapshot nobody is known, and that too is recorded. */
static void test_without_snapshot(void)
{
	AUTO_SIGNIN_RECORDS records = { 0 };
	struct signin_paths paths = host.paths;
	struct signin_request request = request_of("alice", "sshd", NOW);
	const struct signin_audit audit = { .act = SIGNIN_ACT_ACCOUNT,
					    .request = &request,
					    .status = STATUS_UNAVAILABLE };
	struct signin_answer answer = { .reason = SIGNIN_REASON_SNAPSHOT };
	struct complaint complaint = { .reason = "" };
	AUTO_BUFFER log;

	configure("");
	paths.state_folder = "/nowhere";
	CHECK_REQUIRE(signin_records_open(&records, &paths, &answer.complaint) != STATUS_OK,
		      "no snapshot");
	CHECK(signin_audit(&records, &audit, &answer, &complaint) == STATUS_OK, "%s",
	      complaint.reason);
	read_line(&log);
	CHECK(text_is(text_at(NULL, "errorCode"), "ServiceUnavailable") &&
		      text_is(text_at(NULL, "errorMessage"), "the folder does not exist") &&
		      text_is(text_at("userIdentity", "userName"),
			      "HIDDEN_DUE_TO_SECURITY_REASONS"),
	      "what could not be decided: %s", log.bytes);
}

int main(void)
{
	AUTO_SIGNIN_RECORDS first = { 0 };

	role_host_make(&host, &first);
	configure("");
	for (size_t i = 0; i < ARRAY_LENGTH(act_cases); i++)
		test_act(&act_cases[i]);
	test_details();
	test_modes();
	test_without_snapshot();
	json_free(last);
	return check_done();
}
