/*
 * tests/module/test_iamctl_policy_access.c: who may do what on this host, and what was never used;
 * the sessions of roles and of users.
 */
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "check.h"
#include "credentials/login_session.h"
#include "credentials/permission_use.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/spoken.h"
#include "json/json.h"

#define ALICE "AIDAEXAMPLEALICE00001"
#define BOB "AIDAEXAMPLEBOB0000002"
#define DEPLOY "AROAEXAMPLEDEPLOY0001"
#define OTHER_BOOT "11111111-2222-3333-4444-555555555555"

/* A user's answers; lists with one blank between. */
static const struct access_case {
	const char *name, *login, *sudo, *roles, *conditional, *never_used, *problem;
} access_cases[] = {
	{ "alice", "conditional", "conditional", "audit", "deploy", "login sudo audit deploy", "" },
	{ "bob", "conditional", "yes", "", "", "login sudo", "" },
	{ "carol", "no", "no", "", "", "", "" },
	{ "dave", "no", "no", "", "", "", "policy-unreadable" },
	{ "erin", "no", "no", "", "", "", "" },
	{ "frank", "conditional", "no", "", "vendor", "login vendor", "" },
	{ "nobody-special", "no", "no", "", "", "", "" },
};

/* The host's Deny for one service made each login conditional. */
static const struct access_case without_host_policy[] = {
	{ "alice", "yes", "conditional", "audit", "deploy", "login sudo audit deploy", "" },
	{ "bob", "conditional", "yes", "", "", "login sudo", "" },
	{ "frank", "no", "no", "", "vendor", "vendor", "" },
};

static void read_json(const char *const *arguments, struct json **out_json)
{
	struct program program = { 0 };
	AUTO_OUTCOME outcome;

	for (size_t i = 0; arguments[i]; i++)
		program.arguments[i] = arguments[i];
	iamctl_run(&program, &outcome);
	if (outcome.code != EX_OK)
		iamctl_show(&outcome);
	CHECK_REQUIRE(outcome.code == EX_OK && outcome.errors.length == 0 &&
			      json_parse(buffer_text(&outcome.output), 1 << 20, out_json, NULL) ==
				      STATUS_OK,
		      "JSON");
}

#define READ_JSON(json, ...) read_json((const char *const[]){ __VA_ARGS__, "--json", NULL }, json)

static bool is_list(const struct json *list, const char *words)
{
	struct text rest = text_of(words), word;
	const struct json *item = json_first(list);

	while (rest.length > 0 && text_next_piece(&rest, ' ', &word)) {
		if (!item || !text_equal(json_text(item), word))
			return false;
		item = json_next(item);
	}
	return json_kind(list) == JSON_ARRAY && !item;
}

static const struct json *row_of(const struct json *table, const char *name)
{
	const struct json *row = json_first(table);

	while (row && !text_is(json_text(json_member(row, "name")), name))
		row = json_next(row);
	return row;
}

static void check_access(const char *what, const struct access_case *cases, size_t count)
{
	AUTO_JSON *table = NULL;

	READ_JSON(&table, "access");
	for (size_t i = 0; i < count; i++) {
		const struct json *row = row_of(table, cases[i].name);

		CHECK(text_is(json_text(json_member(row, "login")), cases[i].login) &&
			      text_is(json_text(json_member(row, "sudo")), cases[i].sudo),
		      "%s: %s: login %s, sudo %s", what, cases[i].name, cases[i].login,
		      cases[i].sudo);
		CHECK(is_list(json_member(row, "roles"), cases[i].roles) &&
			      is_list(json_member(row, "roles_conditional"), cases[i].conditional),
		      "%s: %s: roles", what, cases[i].name);
		CHECK(is_list(json_member(row, "never_used"), cases[i].never_used),
		      "%s: %s: never used", what, cases[i].name);
		CHECK(text_is(json_text(json_member(row, "problem")), cases[i].problem),
		      "%s: %s: problem '%s'", what, cases[i].name, cases[i].problem);
	}
}

static void test_access(void)
{
	AUTO_JSON *table = NULL, *one = NULL;

	check_access("access", access_cases, ARRAY_LENGTH(access_cases));
	READ_JSON(&table, "access");
	CHECK(json_count(table) == ARRAY_LENGTH(access_cases), "access: all users, no roles");
	READ_JSON(&one, "access", "bob");
	CHECK(json_count(one) == 1 && row_of(one, "bob"), "access: one user");
	scratch_remove("/etc/iam/host-policy.json");
	check_access("without host policy", without_host_policy, ARRAY_LENGTH(without_host_policy));
	spoken_publish();
}

static const struct spoken rows[] = {
	{ { "access" },
	  EX_OK,
	  { "NAME", "ROLES CONDITIONAL", "alice", "conditional", "policy-unreadable",
	    "\nNo use is recorded yet.\n" },
	  { "deploy  conditional", "RECORDED" } },
	{ { "access", "bob" }, EX_OK, { "bob" }, { "alice" } },
	{ { "sessions" },
	  EX_OK,
	  { "roles:               -\n", "logins:              -\n" },
	  { NULL } },
};

static const struct refusal refusals[] = {
	{ { "access", "deploy" }, EX_NOUSER, "deploy: not an IAM user" },
	{ { "access", "root" }, EX_NOUSER, "root: not an IAM user" },
	{ { "access", "../x" }, EX_NOUSER, "../x: not an IAM user" },
	{ { "access", "\033[2J" }, EX_NOUSER, "\\x1b[2J: not an IAM user" },
	{ { "access", "" }, EX_NOUSER, "not an IAM user" },
	{ { "access", "a", "b" }, EX_USAGE, "one argument too many" },
	{ { "sessions", "alice" }, EX_USAGE, "one argument too many" },
};

static struct credential_store *open_store(void)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { 0 };

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	return store;
}

/* This process, or one that has ended, or one of another boot. */
static struct process_lineage lineage_of(pid_t pid, const char *boot)
{
	struct process_lineage lineage;

	CHECK_REQUIRE(process_lineage_read("/proc", &lineage) == STATUS_OK, "/proc");
	if (pid != 0)
		lineage.ancestors[0] = (struct process){ pid, 1 };
	if (boot)
		snprintf(lineage.boot_id, sizeof(lineage.boot_id), "%s", boot);
	return lineage;
}

static void open_login(struct credential_store *store, pid_t pid, const char *user, const char *tty)
{
	struct process_lineage lineage = lineage_of(pid, NULL);
	struct login_session session = { .started = timestamp_now() - 60,
					 .mfa_at = timestamp_now() - 30 };

	snprintf(session.user_id, sizeof(session.user_id), "%s", user);
	snprintf(session.service, sizeof(session.service), "sshd");
	snprintf(session.tty, sizeof(session.tty), "%s", tty);
	snprintf(session.address, sizeof(session.address), "192.0.2.7");
	CHECK_REQUIRE(login_session_open(store, &lineage, &session) == STATUS_OK, "a login");
}

static void approve(struct credential_store *store, const struct process_lineage *lineage,
		    const char *user, const char *name, int64_t until)
{
	struct role_session session = { .since = timestamp_now() - 100, .until = until };

	snprintf(session.role_id, sizeof(session.role_id), DEPLOY);
	snprintf(session.role_name, sizeof(session.role_name), "deploy");
	snprintf(session.user_id, sizeof(session.user_id), "%s", user);
	snprintf(session.user_name, sizeof(session.user_name), "alice");
	snprintf(session.session_name, sizeof(session.session_name), "%s", name);
	snprintf(session.address, sizeof(session.address), "192.0.2.7");
	CHECK_REQUIRE(role_session_approve(store, lineage, &session) == STATUS_OK, "approve");
}

/* Opened while there was time; until may have passed since. */
static void open_role(struct credential_store *store, const struct process_lineage *lineage,
		      const char *name, int64_t until)
{
	struct role_session session;

	approve(store, lineage, ALICE, name, until);
	CHECK_REQUIRE(role_session_open(store, lineage, TEXT(DEPLOY), until - 1, &session) ==
			      STATUS_OK,
		      "a role session");
}

static void end_roles(struct credential_store *store, const struct process_lineage *lineage)
{
	CHECK_REQUIRE(role_session_close(store, lineage, timestamp_now()) == STATUS_OK, "close");
}

/* One that ended a moment ago: its number is nobody's. */
static pid_t ended_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	CHECK_REQUIRE(pid > 0 && waitpid(pid, NULL, 0) == pid, "fork");
	return pid;
}

static const struct {
	const char *session, *state;
	bool is_always_shown;
} role_states[] = {
	{ "begun", "open", true },        { "too-long", "over", true },
	{ "waiting", "approved", false }, { "killed", "gone", false },
	{ "last-boot", "gone", false },   { "finished", "ended", false },
};

static const struct json *session_of(const struct json *all, const char *name)
{
	const struct json *row = json_first(json_member(all, "roles"));

	while (row && !text_is(json_text(json_member(row, "session_name")), name))
		row = json_next(row);
	return row;
}

static void check_sessions(void)
{
	AUTO_JSON *open = NULL, *all = NULL;
	const struct json *login;

	READ_JSON(&open, "sessions");
	READ_JSON(&all, "sessions", "--all");
	for (size_t i = 0; i < ARRAY_LENGTH(role_states); i++) {
		const struct json *row = session_of(all, role_states[i].session);

		CHECK(text_is(json_text(json_member(row, "state")), role_states[i].state),
		      "sessions: %s is %s", role_states[i].session, role_states[i].state);
		CHECK((session_of(open, role_states[i].session) != NULL) ==
			      role_states[i].is_always_shown,
		      "sessions: %s without --all", role_states[i].session);
		CHECK(text_is(json_text(json_member(row, "user")), "alice") &&
			      text_is(json_text(json_member(row, "role")), "deploy") &&
			      text_is(json_text(json_member(row, "from")), "192.0.2.7") &&
			      json_text(json_member(row, "until")).length == 20,
		      "sessions: %s: who, which role, from where, until when",
		      role_states[i].session);
	}
	login = json_first(json_member(open, "logins"));
	CHECK(json_count(json_member(open, "logins")) == 1 &&
		      json_count(json_member(all, "logins")) == 2,
	      "sessions: logins whose process is gone are shown with --all");
	CHECK(text_is(json_text(json_member(login, "user")), "alice") &&
		      text_is(json_text(json_member(login, "service")), "sshd") &&
		      text_is(json_text(json_member(login, "tty")), "\033[2J") &&
		      text_is(json_text(json_member(login, "state")), "open"),
	      "sessions: a login by its user's name");
}

static const struct spoken session_rows[] = {
	{ { "sessions" },
	  EX_OK,
	  { "alice  deploy  begun", "over\n", "\\x1b[2J" },
	  { "\033", "waiting", "killed", "last-boot", "finished" } },
	{ { "sessions", "--all" }, EX_OK, { "approved\n", "gone\n", "ended\n" }, { "\033" } },
};

/* A session that is open shows that its user was let in, whatever is recorded. */
static const struct access_case seen_cases[] = {
	{ "alice", "conditional", "conditional", "audit", "deploy", "sudo audit deploy", "" },
	{ "bob", "conditional", "yes", "", "", "sudo", "" },
	{ "frank", "conditional", "no", "", "vendor", "login vendor", "" },
};

static void test_sessions(void)
{
	struct credential_store *store = open_store();
	int64_t now = timestamp_now();
	struct process_lineage here = lineage_of(0, NULL), gone = lineage_of(ended_process(), NULL),
			       other = lineage_of(0, OTHER_BOOT);

	open_role(store, &here, "finished", now + 900);
	end_roles(store, &here);
	open_role(store, &gone, "killed", now + 900);
	open_role(store, &other, "last-boot", now + 900);
	open_role(store, &here, "begun", now + 900);
	open_role(store, &here, "too-long", now - 5);
	approve(store, &here, ALICE, "waiting", now + 900);
	open_login(store, gone.ancestors[0].pid, BOB, "pts/1");
	open_login(store, 0, ALICE, "\033[2J");
	credential_store_close(store);
	check_sessions();
	spoken_check("sessions", session_rows, ARRAY_LENGTH(session_rows));
	check_access("seen", seen_cases, ARRAY_LENGTH(seen_cases));
}

enum { FIRST_USE = 1760000000, LAST_USE = FIRST_USE + 86400 };

static const struct {
	const char *principal, *action, *object;
	int64_t at;
} uses[] = {
	{ ALICE, "host:Login", "cron", FIRST_USE + 5 },
	{ ALICE, "host:Login", "sshd", LAST_USE },
	{ ALICE, "host:Login", "su", FIRST_USE + 7 },
	{ ALICE, "sts:AssumeRole", DEPLOY, FIRST_USE },
	{ BOB, "host:Sudo", "postgres", FIRST_USE + 9 },
	{ BOB, "sts:AssumeRole", "AROAEXAMPLEVENDOR0001", FIRST_USE + 9 },
	{ DEPLOY, "host:Login", "sshd", FIRST_USE + 9 },
	{ "AIDAGONE000000000001", "host:Sudo", "root", FIRST_USE + 9 },
};

static const struct access_case used_cases[] = {
	{ "alice", "conditional", "conditional", "audit", "deploy", "sudo audit", "" },
	{ "bob", "conditional", "yes", "", "", "login", "" },
	{ "carol", "no", "no", "", "", "", "" },
	{ "frank", "conditional", "no", "", "vendor", "login vendor", "" },
};

static const struct spoken last_used_rows[] = {
	{ { "last-used", "alice" },
	  EX_OK,
	  { "NAME   ACTION          FOR     FIRST USED            LAST USED\n"
	    "alice  host:Login      cron    2025-10-09T08:53:25Z  2025-10-09T08:53:25Z\n"
	    "alice  host:Login      sshd    2025-10-10T08:53:20Z  2025-10-10T08:53:20Z\n"
	    "alice  host:Login      su      2025-10-09T08:53:27Z  2025-10-09T08:53:27Z\n"
	    "alice  sts:AssumeRole  deploy  2025-10-09T08:53:20Z  2025-10-09T08:53:20Z\n" },
	  { "bob", "Sudo" } },
	{ { "last-used" },
	  EX_OK,
	  { "AIDAGONE000000000001  host:Sudo       root", "bob ", "postgres" },
	  { ALICE, DEPLOY } },
	{ { "last-used", "deploy", "--json" },
	  EX_OK,
	  { "\"name\": \"deploy\"", "\"action\": \"host:Login\"", "\"for\": \"sshd\"",
	    "\"first_used\": \"2025-10-09T08:53:29Z\"", "\"last_used\": \"2025-10-09T08:53:29Z\"" },
	  { "alice" } },
	{ { "last-used", "carol", "--json" }, EX_OK, { "[]" }, { "{" } },
};

static const struct refusal last_used_refusals[] = {
	{ { "last-used", "root" }, EX_NOUSER, "root: not an IAM user or role of this host" },
	{ { "last-used", "\033[2J" }, EX_NOUSER, "\\x1b[2J: not an IAM user or role" },
	{ { "last-used", "alice", "bob" }, EX_USAGE, "one argument too many" },
};

static void test_uses(void)
{
	static const struct spoken said = { { "access", "bob" },
					    EX_OK,
					    { "\nUses are recorded since 2025-10-09T08:53:20Z.\n" },
					    { "RECORDED", "No use" } };
	AUTO_CREDENTIAL_STORE *store = open_store();
	AUTO_JSON *table = NULL;

	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++)
		CHECK_REQUIRE(permission_use_record(
				      store, text_of(uses[i].principal), text_of(uses[i].action),
				      text_of(uses[i].object), uses[i].at) == STATUS_OK,
			      "a use");
	check_access("used", used_cases, ARRAY_LENGTH(used_cases));
	READ_JSON(&table, "access");
	CHECK(text_is(json_text(json_member(row_of(table, "alice"), "last_seen")),
		      "2025-10-10T08:53:20Z"),
	      "used: seen when last let in, by whatever service");
	for (const struct json *row = json_first(table); row; row = json_next(row))
		CHECK(text_is(json_text(json_member(row, "recorded_since")),
			      "2025-10-09T08:53:20Z"),
		      "used: each row says since when uses are recorded");
	spoken_check("used", &said, 1);
	spoken_check("last-used", last_used_rows, ARRAY_LENGTH(last_used_rows));
	refusal_check("last-used", last_used_refusals, ARRAY_LENGTH(last_used_refusals));
	scratch_remove("/var/lib/iam/credentials.db");
	scratch_remove("/var/lib/iam/credentials.db-wal");
	scratch_remove("/var/lib/iam/credentials.db-shm");
	scratch_remove("/var/lib/iam/credentials.lock");
}

/* Without a snapshot, and with a user that it does not know, a session has an id. */
static void test_sessions_without_names(void)
{
	static const struct spoken row = { { "sessions" }, EX_OK, { ALICE }, { "alice  sshd" } };

	scratch_remove("/var/lib/iam/access.snapshot");
	spoken_check("sessions without a snapshot", &row, 1);
}

int main(void)
{
	static const struct refusal absent = { { "access" },
					       EX_UNAVAILABLE,
					       "access.snapshot: no snapshot yet" };

	refusal_check("before a sync", &absent, 1);
	spoken_publish();
	spoken_check("access", rows, ARRAY_LENGTH(rows));
	refusal_check("access", refusals, ARRAY_LENGTH(refusals));
	test_access();
	test_uses();
	test_sessions();
	test_sessions_without_names();
	return check_done();
}
