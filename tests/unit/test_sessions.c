/* Sessions are found by descent, then by the kernel's audit session, never across boots. */
#include "check.h"
#include "credentials/login_session.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define BOB "AIDAEXAMPLEBOB000001"
#define ROLE "AROAEXAMPLEDEPLOY001"
#define BOOT "11111111-2222-3333-4444-555555555555"
#define OTHER_BOOT "99999999-2222-3333-4444-555555555555"

enum { NOW = 1760000000, NO_AUDIT = -1 };

/* A process whose ancestors are the pids given, up to 0; each started at 100 times its pid. */
static struct process_lineage lineage_of(const char *boot, int audit, const int *pids)
{
	struct process_lineage lineage = { .audit_session =
						   audit < 0 ? UINT32_MAX : (uint32_t)audit };

	memcpy(lineage.boot_id, boot, sizeof(lineage.boot_id));
	for (; *pids != 0; pids++)
		lineage.ancestors[lineage.count++] =
			(struct process){ *pids, (uint64_t)*pids * 100 };
	return lineage;
}

#define LINEAGE(boot, audit, ...) lineage_of(boot, audit, (const int[]){ __VA_ARGS__, 0 })

static void open_login(struct credential_store *store, const struct process_lineage *lineage,
		       const char *user, const char *address, int64_t mfa_at)
{
	struct login_session session = { .started = NOW, .mfa_at = mfa_at };

	(void)snprintf(session.user_id, sizeof(session.user_id), "%s", user);
	(void)snprintf(session.service, sizeof(session.service), "sshd");
	(void)snprintf(session.address, sizeof(session.address), "%s", address);
	CHECK_REQUIRE(login_session_open(store, lineage, &session) == STATUS_OK, "open a session");
}

static void test_login_sessions(struct credential_store *store)
{
	struct process_lineage first = LINEAGE(BOOT, 7, 50, 1), second = LINEAGE(BOOT, 8, 60, 1);
	struct process_lineage none = LINEAGE(BOOT, NO_AUDIT, 70, 1);
	struct login_session found;
	const struct {
		const char *label;
		struct process_lineage lineage;
		const char *user, *address; /* NULL: not found */
	} rows[] = {
		{ "the process itself", LINEAGE(BOOT, 7, 50, 1), ALICE, "192.0.2.1" },
		{ "a child", LINEAGE(BOOT, 7, 51, 50, 1), ALICE, "192.0.2.1" },
		{ "a child of the other", LINEAGE(BOOT, 8, 61, 60, 1), ALICE, "192.0.2.2" },
		{ "a child that lost its audit session", LINEAGE(BOOT, NO_AUDIT, 61, 60, 1), ALICE,
		  "192.0.2.2" },
		{ "one whose parent ended", LINEAGE(BOOT, 7, 99, 1), ALICE, "192.0.2.1" },
		{ "the nearest ancestor comes first", LINEAGE(BOOT, 8, 62, 50, 60, 1), ALICE,
		  "192.0.2.1" },
		{ "no audit session is none to share", LINEAGE(BOOT, NO_AUDIT, 99, 1), ALICE,
		  NULL },
		{ "another audit session", LINEAGE(BOOT, 9, 99, 1), ALICE, NULL },
		{ "somebody else's session", LINEAGE(BOOT, 7, 51, 50, 1), BOB, NULL },
		{ "a process of the same number later", lineage_of(BOOT, 9, (const int[]){ 1, 0 }),
		  ALICE, NULL },
	};

	open_login(store, &none, ALICE, "192.0.2.3", 0);
	open_login(store, &first, ALICE, "192.0.2.1", NOW - 5);
	open_login(store, &second, ALICE, "192.0.2.2", 0);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		enum status status =
			login_session_find(store, &rows[i].lineage, text_of(rows[i].user), &found);

		CHECK(status == (rows[i].address ? STATUS_OK : STATUS_NOT_FOUND), "%s: %s",
		      rows[i].label, status_text(status));
		if (rows[i].address && status == STATUS_OK)
			CHECK(strcmp(found.address, rows[i].address) == 0, "%s: from %s",
			      rows[i].label, found.address);
	}
}

static void test_login_session_changes(struct credential_store *store)
{
	struct process_lineage first = LINEAGE(BOOT, 7, 50, 1), second = LINEAGE(BOOT, 8, 60, 1);
	struct process_lineage later = LINEAGE(OTHER_BOOT, 7, 50, 1), reused = first;
	struct login_session found;

	reused.audit_session = UINT32_MAX;
	reused.ancestors[0].start++;
	CHECK(login_session_find(store, &reused, TEXT(ALICE), &found) == STATUS_NOT_FOUND,
	      "the same pid with another start is another process");
	CHECK(login_session_find(store, &first, TEXT(ALICE), &found) == STATUS_OK &&
		      found.mfa_at == NOW - 5,
	      "the code's time is kept");
	CHECK(login_session_prove(store, &second, TEXT(ALICE), NOW + 9) == STATUS_OK &&
		      login_session_find(store, &second, TEXT(ALICE), &found) == STATUS_OK &&
		      found.mfa_at == NOW + 9,
	      "a code proven later counts");
	CHECK(login_session_prove(store, &second, TEXT(BOB), NOW) == STATUS_NOT_FOUND,
	      "not for somebody else");
	CHECK(login_session_close(store, &second) == STATUS_OK &&
		      login_session_find(store, &second, TEXT(ALICE), &found) == STATUS_NOT_FOUND,
	      "a closed session is gone");
	CHECK(login_session_close(store, &second) == STATUS_NOT_FOUND, "and closed once");
	CHECK(login_session_find(store, &later, TEXT(ALICE), &found) == STATUS_NOT_FOUND,
	      "another boot, the same numbers");
	open_login(store, &later, BOB, "", 0);
	CHECK(login_session_find(store, &first, TEXT(ALICE), &found) == STATUS_NOT_FOUND,
	      "sessions of an earlier boot are forgotten");
}

static void approve(struct credential_store *store, const struct process_lineage *lineage,
		    int64_t until)
{
	struct role_session session = { .since = NOW, .until = until, .mfa_at = NOW - 3 };

	(void)snprintf(session.role_id, sizeof(session.role_id), ROLE);
	(void)snprintf(session.role_name, sizeof(session.role_name), "deploy");
	(void)snprintf(session.user_id, sizeof(session.user_id), ALICE);
	(void)snprintf(session.user_name, sizeof(session.user_name), "alice");
	(void)snprintf(session.session_name, sizeof(session.session_name), "alice");
	CHECK_REQUIRE(role_session_approve(store, lineage, &session) == STATUS_OK, "approve");
}

static bool look_at_opener(void *context, const struct login_session *session)
{
	unsigned *count = context;
	const struct process *process = &session->opener.process;

	*count += strcmp(session->opener.boot_id, BOOT) == 0 &&
		  process->start == (uint64_t)process->pid * 100;
	return *count < 2;
}

static void test_list(struct credential_store *store)
{
	struct process_lineage first = LINEAGE(BOOT, 7, 50, 1), second = LINEAGE(BOOT, 8, 60, 1),
			       third = LINEAGE(BOOT, 9, 70, 1);
	unsigned seen = 0;

	open_login(store, &first, ALICE, "192.0.2.1", 0);
	open_login(store, &second, BOB, "", 0);
	CHECK(login_session_list(store, look_at_opener, &seen) == STATUS_OK && seen == 2,
	      "open sessions with their processes: %u", seen);
	open_login(store, &third, BOB, "", 0);
	seen = 0;
	CHECK(login_session_list(store, look_at_opener, &seen) == STATUS_OK && seen == 2,
	      "as many as are wanted: %u", seen);
}

static bool count_one(void *context, const struct role_session *session)
{
	unsigned *count = context;

	*count += session->state == ROLE_SESSION_ENDED && session->opener.process.pid == 80 &&
		  strcmp(session->opener.boot_id, BOOT) == 0;
	return true;
}

static void test_role_sessions(struct credential_store *store)
{
	struct process_lineage sudo = LINEAGE(BOOT, 7, 80, 50, 1),
			       shell = LINEAGE(BOOT, 7, 81, 80, 1);
	struct process_lineage other = LINEAGE(BOOT, 7, 90, 50, 1);
	struct role_session found;
	unsigned ended = 0;

	CHECK(role_session_open(store, &sudo, TEXT(ROLE), NOW, &found) == STATUS_NOT_FOUND,
	      "nothing was approved");
	approve(store, &sudo, NOW + 3600);
	CHECK(role_session_find(store, &shell, TEXT(ROLE), &found) == STATUS_NOT_FOUND,
	      "approved is not begun");
	CHECK(role_session_open(store, &other, TEXT(ROLE), NOW, &found) == STATUS_NOT_FOUND,
	      "an approval is not for another process of the login session");
	CHECK(role_session_open(store, &sudo, TEXT(BOB), NOW, &found) == STATUS_NOT_FOUND,
	      "nor for another role");
	CHECK(role_session_open(store, &sudo, TEXT(ROLE), NOW + 3600, &found) == STATUS_NOT_FOUND,
	      "nor when its time is up");
	CHECK(role_session_open(store, &sudo, TEXT(ROLE), NOW, &found) == STATUS_OK &&
		      found.state == ROLE_SESSION_OPEN && found.until == NOW + 3600 &&
		      found.mfa_at == NOW - 3 && strcmp(found.user_name, "alice") == 0,
	      "it begins");
	CHECK(role_session_open(store, &sudo, TEXT(ROLE), NOW, &found) == STATUS_NOT_FOUND,
	      "and begins once");
	CHECK(role_session_find(store, &shell, TEXT(ROLE), &found) == STATUS_OK,
	      "a child is in it");
	CHECK(role_session_find(store, &other, TEXT(ROLE), &found) == STATUS_OK,
	      "so is a process of the same audit session");
	CHECK(role_session_close(store, &shell, NOW + 60) == STATUS_NOT_FOUND,
	      "a child does not end it");
	CHECK(role_session_close(store, &sudo, NOW + 60) == STATUS_OK, "its process does");
	CHECK(role_session_find(store, &shell, TEXT(ROLE), &found) == STATUS_NOT_FOUND,
	      "an ended session is nobody's");
	CHECK(role_session_list(store, count_one, &ended) == STATUS_OK && ended == 1,
	      "it stays in the records: %u", ended);
}

int main(void)
{
	char folder[SCRATCH_PATH_SIZE];
	struct credential_store *store;

	scratch_make(folder);
	store = fixture_open(folder);
	test_login_sessions(store);
	test_login_session_changes(store);
	test_role_sessions(store);
	test_list(store);
	credential_store_close(store);
	return check_done();
}
