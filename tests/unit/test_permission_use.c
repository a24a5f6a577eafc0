/* Which permissions were used: at most once an hour, no more than there is room for, and never a
   wait for long. */
#include <sqlite3.h>

#include "check.h"
#include "credentials/login_session.h"
#include "credentials/permission_use.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define BOB "AIDAEXAMPLEBOB000001"

enum { NOW = 1760000000, HOUR = PERMISSION_USE_SECONDS };

static char folder[SCRATCH_PATH_SIZE];

static enum status record(struct credential_store *store, const char *principal, const char *action,
			  const char *object, int64_t now)
{
	return permission_use_record(store, text_of(principal), text_of(action), text_of(object),
				     now);
}

static struct permission_use listed[300];
static size_t listed_count;

static bool take(void *context, const struct permission_use *use)
{
	const size_t *most = context;

	listed[listed_count++] = *use;
	return listed_count < *most;
}

static void list(struct credential_store *store, size_t most)
{
	listed_count = 0;
	CHECK_REQUIRE(permission_use_list(store, take, &most) == STATUS_OK, "list");
}

static bool is_use(size_t index, const char *principal, const char *action, const char *object,
		   int64_t first, int64_t last)
{
	const struct permission_use *use = &listed[index];

	return index < listed_count && strcmp(use->principal_id, principal) == 0 &&
	       strcmp(use->action, action) == 0 && strcmp(use->object, object) == 0 &&
	       use->first_used == first && use->last_used == last;
}

/* One after the other, on the same row. */
static const struct {
	const char *label;
	int64_t now, first, last;
} times[] = {
	{ "the first", NOW, NOW, NOW },
	{ "at the same second", NOW, NOW, NOW },
	{ "a second before the hour", NOW + HOUR - 1, NOW, NOW },
	{ "an hour later", NOW + HOUR, NOW, NOW + HOUR },
	{ "soon after that", NOW + HOUR + 5, NOW, NOW + HOUR },
	{ "years later", 2 * (int64_t)NOW, NOW, 2 * (int64_t)NOW },
	{ "with the clock set back", NOW + 9, NOW, NOW + 9 },
	{ "to before the first", NOW - 9, NOW - 9, NOW - 9 },
	{ "in 1970", 0, 0, 0 },
};

static void test_times(struct credential_store *store)
{
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		CHECK(record(store, ALICE, "host:Login", "sshd", times[i].now) == STATUS_OK,
		      "%s: no failure", times[i].label);
		list(store, SIZE_MAX);
		CHECK(listed_count == 1 &&
			      is_use(0, ALICE, "host:Login", "sshd", times[i].first, times[i].last),
		      "%s: from %lld to %lld", times[i].label, (long long)listed[0].first_used,
		      (long long)listed[0].last_used);
	}
}

static void test_rows(struct credential_store *store)
{
	CHECK(record(store, BOB, "host:Sudo", "root", NOW) == STATUS_OK &&
		      record(store, ALICE, "host:Sudo", "postgres", NOW) == STATUS_OK &&
		      record(store, ALICE, "host:Login", "cron", NOW) == STATUS_OK &&
		      record(store, ALICE, "host:Login", "", NOW) == STATUS_OK,
	      "other objects, actions and principals");
	list(store, SIZE_MAX);
	CHECK(listed_count == 5 && is_use(0, ALICE, "host:Login", "", NOW, NOW) &&
		      is_use(1, ALICE, "host:Login", "cron", NOW, NOW) &&
		      is_use(2, ALICE, "host:Login", "sshd", 0, 0) &&
		      is_use(3, ALICE, "host:Sudo", "postgres", NOW, NOW) &&
		      is_use(4, BOB, "host:Sudo", "root", NOW, NOW),
	      "are rows of their own, a principal's together");
	list(store, 2);
	CHECK(listed_count == 2, "whoever has heard enough is told no more");
	CHECK(credential_store_verify(store, NULL) == STATUS_OK, "and the store is sound");
}

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

static const struct {
	const char *label, *principal, *action, *object;
	int64_t now;
} refused[] = {
	{ "nobody", "", "host:Login", "sshd", NOW },
	{ "no id", "alice smith", "host:Login", "sshd", NOW },
	{ "no action", ALICE, "", "sshd", NOW },
	{ "a long action", ALICE, FIFTY TEN "abcde", "sshd", NOW },
	{ "a long object", ALICE, "host:Login", FIFTY FIFTY TEN TEN TEN, NOW },
	{ "before 1970", ALICE, "host:Login", "sshd", -1 },
};

static void test_refusals(struct credential_store *store)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
		CHECK(record(store, refused[i].principal, refused[i].action, refused[i].object,
			     refused[i].now) == STATUS_BAD_INPUT,
		      "refused: %s", refused[i].label);
	list(store, SIZE_MAX);
	CHECK(listed_count == 5, "and nothing of it is written");
}

/* What was not used for longest gives way, and only to the principal's own. */
static void test_room(struct credential_store *store)
{
	size_t of_bob = 0;

	for (int i = 0; i < PERMISSION_USES_MAX + 4; i++) {
		char role[32];

		(void)snprintf(role, sizeof(role), "AROA%d", i);
		CHECK_REQUIRE(record(store, BOB, "sts:AssumeRole", role, NOW + 1 + i) == STATUS_OK,
			      "a role");
	}
	list(store, SIZE_MAX);
	for (size_t i = 0; i < listed_count; i++)
		of_bob += strcmp(listed[i].principal_id, BOB) == 0;
	CHECK(of_bob == PERMISSION_USES_MAX, "there is room for %d, not for %zu",
	      PERMISSION_USES_MAX, of_bob);
	CHECK(listed_count == of_bob + 4, "somebody else's stay");
	CHECK(fixture_number(folder, "SELECT min(last_used) FROM permission_use"
				     " WHERE principal = '" BOB "'") == NOW + 5,
	      "the oldest are gone");
	CHECK(credential_store_verify(store, NULL) == STATUS_OK, "and the store is sound");
}

/* A reader sees by this number whether anybody wrote. */
static int64_t version_of(sqlite3 *watch)
{
	sqlite3_stmt *statement = NULL;
	int64_t version;

	CHECK_REQUIRE(sqlite3_prepare_v2(watch, "PRAGMA data_version", -1, &statement, NULL) ==
				      SQLITE_OK &&
			      sqlite3_step(statement) == SQLITE_ROW,
		      "data_version");
	version = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return version;
}

static void test_steady_use(struct credential_store *store)
{
	char path[SCRATCH_PATH_SIZE];
	sqlite3 *watch;
	int64_t before;

	CHECK_REQUIRE(sqlite3_open(scratch_path(path, folder, "credentials.db"), &watch) ==
			      SQLITE_OK,
		      path);
	CHECK_REQUIRE(record(store, ALICE, "host:Sudo", "steady", NOW) == STATUS_OK, "once");
	before = version_of(watch);
	for (int i = 1; i < 100; i++)
		CHECK_REQUIRE(record(store, ALICE, "host:Sudo", "steady", NOW + i) == STATUS_OK,
			      "again");
	CHECK(version_of(watch) == before, "a hundred uses in an hour are one write");
	CHECK(record(store, ALICE, "host:Sudo", "steady", NOW + HOUR) == STATUS_OK &&
		      version_of(watch) != before,
	      "the next hour has its own");
	sqlite3_close(watch);
}

/* Somebody else holds the database: a use that is due is given up, soon, and one that is not costs
   no wait. What has to be written afterwards waits as long as ever. */
static void test_busy(struct credential_store *store)
{
	struct process_lineage lineage;
	struct login_session session = { .user_id = ALICE, .service = "sshd", .started = NOW };
	char path[SCRATCH_PATH_SIZE];
	sqlite3 *other;

	CHECK_REQUIRE(process_lineage_read("/proc", &lineage) == STATUS_OK, "/proc");
	CHECK_REQUIRE(sqlite3_open(scratch_path(path, folder, "credentials.db"), &other) ==
				      SQLITE_OK &&
			      sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK,
		      "a writer that stays");
	CHECK(record(store, ALICE, "host:Sudo", "steady", NOW + 2 * HOUR) == STATUS_UNAVAILABLE,
	      "a busy store: the use is not recorded");
	CHECK(record(store, ALICE, "host:Sudo", "steady", NOW + HOUR + 1) == STATUS_OK,
	      "a busy store: nothing is due, nothing is missed");
	sqlite3_close(other);
	CHECK(record(store, ALICE, "host:Sudo", "steady", NOW + 2 * HOUR) == STATUS_OK,
	      "free again: it is");
	CHECK(login_session_open(store, &lineage, &session) == STATUS_OK, "and so is the rest");
}

int main(void)
{
	struct credential_store *store;

	scratch_make(folder);
	store = fixture_open(folder);
	test_times(store);
	test_rows(store);
	test_refusals(store);
	test_room(store);
	test_steady_use(store);
	test_busy(store);
	credential_store_close(store);
	return check_done();
}
