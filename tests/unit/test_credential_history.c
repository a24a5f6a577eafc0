/* Former passwords, who chose the present one, and stores of older versions. */
#include "check.h"
#include "credentials/credential_forget.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, SQL_BYTES_MAX = 16384 };

static char folder[SCRATCH_PATH_SIZE];

/* "$y$j9T$salt$hash" and a number, to be told apart by. */
static const char *numbered(unsigned number, char out_hash[64])
{
	snprintf(out_hash, 64, FIXTURE_HASH "%u", number);
	return out_hash;
}

static enum status replace(struct credential_store *store, struct text id, unsigned number,
			   unsigned former_kept)
{
	char hash[64];
	struct credential_password password = { .hash = numbered(number, hash),
						.now = NOW + number,
						.former_kept = former_kept };

	return credential_password_replace(store, id, &password);
}

/* Whether the history is exactly newest, newest - 1, ... */
static bool history_is(struct credential_store *store, struct text id, unsigned newest,
		       size_t count)
{
	struct credential_history history;
	char hash[64];

	if (credential_password_history(store, id, &history) != STATUS_OK || history.count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(history.hashes[i], numbered(newest - (unsigned)i, hash)) != 0)
			return false;
	return true;
}

static void test_history(struct credential_store *store)
{
	struct text id = TEXT("AIDAHISTORY00000001"), other = TEXT("AIDAHISTORY00000002");
	bool is_stored = true;

	CHECK(history_is(store, id, 0, 0), "nobody has no history");
	CHECK(replace(store, id, 1, 3) == STATUS_OK && history_is(store, id, 1, 1),
	      "the first password is all there is");
	for (unsigned i = 2; i <= 6; i++)
		is_stored = is_stored && replace(store, id, i, 3) == STATUS_OK;
	CHECK(is_stored && history_is(store, id, 6, 4), "the present one and three before it");
	CHECK(replace(store, other, 9, 3) == STATUS_OK && history_is(store, other, 9, 1) &&
		      history_is(store, id, 6, 4),
	      "each user has their own");
	CHECK(replace(store, id, 7, 0) == STATUS_OK && history_is(store, id, 7, 1),
	      "a policy that prevents no reuse keeps none");
	for (unsigned i = 8; i <= 40; i++)
		is_stored = is_stored && replace(store, id, i, CREDENTIAL_FORMER_MAX) == STATUS_OK;
	CHECK(is_stored && history_is(store, id, 40, 1 + CREDENTIAL_FORMER_MAX),
	      "never more than IAM's greatest number");
	CHECK(replace(store, id, 41, CREDENTIAL_FORMER_MAX + 1) == STATUS_BAD_INPUT &&
		      history_is(store, id, 40, 1 + CREDENTIAL_FORMER_MAX),
	      "to keep more is refused, and nothing changes");
	CHECK(credential_forget(store, id) == STATUS_OK && history_is(store, id, 0, 0),
	      "a user who is forgotten takes the history along");
	CHECK(fixture_number(folder, "SELECT count(*) FROM former_password") == 0, "on disk too");
}

static void test_must_change(struct credential_store *store)
{
	struct text id = TEXT("AIDAMUSTCHANGE00001");
	struct credential_password password = { .hash = FIXTURE_HASH,
						.now = NOW,
						.origin = CREDENTIAL_ORIGIN_ADMINISTRATOR,
						.must_change = true };
	struct credential_summary summary;

	CHECK(credential_password_replace(store, id, &password) == STATUS_OK &&
		      credential_summary(store, id, &summary) == STATUS_OK && summary.must_change &&
		      summary.password_origin == CREDENTIAL_ORIGIN_ADMINISTRATOR,
	      "a temporary password of an administrator's");
	password.must_change = false;
	password.origin = CREDENTIAL_ORIGIN_USER;
	CHECK(credential_password_replace(store, id, &password) == STATUS_OK &&
		      credential_summary(store, id, &summary) == STATUS_OK &&
		      !summary.must_change && summary.password_origin == CREDENTIAL_ORIGIN_USER,
	      "the user's own is not");
	password.must_change = true;
	CHECK(credential_password_replace(store, id, &password) == STATUS_OK &&
		      credential_forget(store, id) == STATUS_OK &&
		      credential_summary(store, id, &summary) == STATUS_OK &&
		      !summary.must_change && summary.password_origin == CREDENTIAL_ORIGIN_UNKNOWN,
	      "none is neither");
	password.origin = CREDENTIAL_ORIGIN_COUNT;
	CHECK(credential_password_replace(store, id, &password) == STATUS_BAD_INPUT,
	      "an origin that there is not is refused");
}

static void test_refusals(struct credential_store *store)
{
	struct text id = TEXT("AIDAREFUSALS0000001");
	struct credential_history history;
	struct credential_password bad = { .hash = "*", .now = NOW };

	CHECK(credential_password_history(store, TEXT("no id"), &history) == STATUS_BAD_INPUT,
	      "a history of what is no id");
	CHECK(credential_password_replace(store, id, &bad) == STATUS_BAD_INPUT,
	      "a hash that is none");
	CHECK(replace(store, id, 1, 3) == STATUS_OK && replace(store, id, 2, 3) == STATUS_OK,
	      "two passwords");
	fixture_by_hand(folder, "UPDATE former_password SET hash = '$y$ with blanks'"
				" WHERE user = 'AIDAREFUSALS0000001'");
	CHECK(credential_password_history(store, id, &history) == STATUS_BAD_DATA,
	      "a former hash that is none makes the history unreadable");
	fixture_by_hand(folder, "DELETE FROM former_password");
	for (int i = 0; i < 1 + CREDENTIAL_FORMER_MAX; i++)
		fixture_by_hand(folder, "INSERT INTO former_password (user, hash)"
					" VALUES ('AIDAREFUSALS0000001', '$y$j9T$salt$hash')");
	CHECK(credential_password_history(store, id, &history) == STATUS_BAD_DATA,
	      "so does more of it than there can be");
}

static const struct verify_case {
	const char *sql, *reason;
} verify_cases[] = {
	{ "INSERT INTO former_password (user, hash) SELECT 'AIDAVERIFY000000001', '$y$' FROM"
	  " (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)"
	  " SELECT i FROM n)",
	  "24 former passwords" },
	{ "UPDATE user SET password_hash = NULL, must_change = 1", "must be changed" },
	{ "PRAGMA foreign_keys = OFF; DELETE FROM former_password;"
	  "INSERT INTO former_password (user, hash) VALUES ('nobody', '$y$')",
	  "belongs to nobody" },
	{ "UPDATE device SET serial = 'S N'", "serial number has a character" },
	{ "INSERT INTO permission_use VALUES ('no id', 'host:Login', '', 1, 1)",
	  "by what is no IAM id" },
	{ "INSERT INTO permission_use VALUES ('AIDA', 'host:Login', '', 2, 1)",
	  "before it was first used" },
	{ "INSERT INTO permission_use VALUES ('AIDA', 'host:Login', '', -1, 1)",
	  "before it was first used" },
	{ "INSERT INTO permission_use SELECT 'AIDA', 'sts:AssumeRole', i, 1, 1 FROM"
	  " (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 257)"
	  " SELECT i FROM n)",
	  "than there is room for" },
};

static void test_verify(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(verify_cases); i++) {
		char path[SCRATCH_PATH_SIZE], name[16];
		struct complaint complaint = { .reason = "" };
		struct credential_store *store;

		snprintf(name, sizeof(name), "verify-%zu", i);
		store = fixture_open(scratch_path(path, folder, name));
		fixture_add_user(store, TEXT("AIDAVERIFY000000001"));
		CHECK(credential_store_verify(store, NULL) == STATUS_OK, "verify %zu: sound", i);
		fixture_by_hand(path, verify_cases[i].sql);
		CHECK(credential_store_verify(store, &complaint) == STATUS_BAD_DATA &&
			      strstr(complaint.reason, verify_cases[i].reason),
		      "verify %zu: %s", i, complaint.reason);
		credential_store_close(store);
	}
}

static void run_file(const char *path, const char *name)
{
	AUTO_BUFFER sql;

	buffer_init(&sql, SQL_BYTES_MAX);
	CHECK_REQUIRE(scratch_read("tests/data/credentials", name, &sql) &&
			      buffer_append(&sql, TEXT("\0")) == STATUS_OK,
		      name);
	fixture_by_hand(path, sql.bytes);
}

/* A store as a host of that version left it, with a user in. */
static void make_old_store(const char *path, unsigned version)
{
	char name[32];

	scratch_write(path, "credentials.db", TEXT(""), 0600);
	fixture_by_hand(path, "PRAGMA journal_mode = WAL");
	for (unsigned i = 1; i <= version; i++) {
		snprintf(name, sizeof(name), "schema-%u.sql", i);
		run_file(path, name);
	}
	fixture_by_hand(path, "INSERT INTO user (id, password_hash, password_changed, failures,"
			      " last_failure) VALUES ('AIDAOLD000000000001', '" FIXTURE_HASH
			      "', 77, 2, 88);"
			      "INSERT INTO user (id) VALUES ('AIDAOLD000000000002');"
			      "INSERT INTO device (number, user, name, seed, algorithm, digits,"
			      " period, last_step, drift, enabled_at, last_used, tries, tries_span)"
			      " VALUES (3, 'AIDAOLD000000000001', 'used', CAST('" FIXTURE_SEED
			      "' AS BLOB), 'SHA256', 8, 60, 500, -7, 5, 30000, 4, 166),"
			      " (9, 'AIDAOLD000000000001', 'gone', CAST('" FIXTURE_SEED
			      "' AS BLOB), 'SHA1', 6, 30, 0, 0, 5, 0, 0, 0),"
			      " (4, 'AIDAOLD000000000002', 'new', CAST('" FIXTURE_SEED
			      "' AS BLOB), 'SHA1', 6, 30, 0, 0, 6, 0, 0, 0);"
			      "DELETE FROM device WHERE name = 'gone'");
}

/* Codes that were used up stay so, and no number comes back. */
static void check_old_devices(struct credential_store *store, const char *path, unsigned version)
{
	struct text id = TEXT("AIDAOLD000000000001"), other = TEXT("AIDAOLD000000000002");
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	const struct credential_device *device = &devices[0];
	size_t count = 0;

	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK && count == 1 &&
		      device->settings.kind == OTP_TOTP && device->settings.period_seconds == 60 &&
		      device->settings.digits == 8 && device->settings.algorithm == OTP_SHA256,
	      "version %u: its device has its settings", version);
	CHECK(device->position.next_step == 501 && device->position.drift == -7 &&
		      device->last_used == 30000 && device->enabled_at == 5 &&
		      device->serial[0] == '\0',
	      "version %u: and goes on where it was", version);
	CHECK(fixture_number(path, "SELECT tries * 1000 + tries_span FROM device WHERE number = 3"
				   " AND seed = CAST('" FIXTURE_SEED "' AS BLOB)") == 4166,
	      "version %u: seed and tries too", version);
	CHECK(credential_devices(store, other, devices, &count) == STATUS_OK && count == 1 &&
		      device->position.next_step == 0,
	      "version %u: one that was never used was not", version);
	CHECK(fixture_add_device(store, other, "newer", TEXT(FIXTURE_SEED), NULL) == STATUS_OK &&
		      fixture_number(path, "SELECT max(number) FROM device") == 10,
	      "version %u: its number is new", version);
}

static void test_migration(unsigned version)
{
	struct text id = TEXT("AIDAOLD000000000001");
	char path[SCRATCH_PATH_SIZE], name[16];
	struct credential_summary summary = { 0 };
	struct credential_store *store;

	snprintf(name, sizeof(name), "version-%u", version);
	make_old_store(scratch_path(path, folder, name), version);
	store = fixture_open(path);
	CHECK(credential_store_verify(store, NULL) == STATUS_OK, "version %u: sound after",
	      version);
	CHECK(fixture_number(path, "PRAGMA user_version") == 4, "version %u: brought up", version);
	CHECK(credential_summary(store, id, &summary) == STATUS_OK && summary.has_password &&
		      summary.password_changed == 77 && summary.budgets.passwords.failures == 2 &&
		      summary.budgets.passwords.last_failure == 88 &&
		      memcmp(&summary.budgets.passwords, &summary.budgets.codes,
			     sizeof(summary.budgets.codes)) == 0,
	      "version %u: what was known still is", version);
	CHECK(!summary.must_change && summary.password_origin == CREDENTIAL_ORIGIN_UNKNOWN,
	      "version %u: what was not is not made up", version);
	check_old_devices(store, path, version);
	CHECK(replace(store, id, 1, 24) == STATUS_OK &&
		      fixture_number(path,
				     "SELECT hash = '" FIXTURE_HASH "' FROM former_password") == 1,
	      "version %u: its password becomes history", version);
	credential_store_close(store);
	credential_store_close(fixture_open(path));
	CHECK(fixture_number(path, "SELECT count(*) FROM user") == 2, "version %u: only once",
	      version);
}

/* The last of its statements fails: the first ones are undone. */
static void test_half_a_migration(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct complaint complaint = { .reason = "" };
	struct credential_store *store = NULL;

	make_old_store(scratch_path(path, folder, "half"), 2);
	fixture_by_hand(path, "CREATE TABLE former_password (user TEXT)");
	CHECK(credential_store_open(path, scratch_trust(), true, &store, &complaint) != STATUS_OK,
	      "a migration that cannot be done is told");
	CHECK(fixture_number(path, "PRAGMA user_version") == 2 &&
		      fixture_number(path, "SELECT count(*) FROM pragma_table_info('user')"
					   " WHERE name = 'must_change'") == 0,
	      "and nothing of it is left");
}

int main(void)
{
	struct credential_store *store;

	scratch_make(folder);
	store = fixture_open(folder);
	test_history(store);
	test_must_change(store);
	test_refusals(store);
	credential_store_close(store);
	test_verify();
	test_migration(1);
	test_migration(2);
	test_migration(3);
	test_half_a_migration();
	return check_done();
}
