/* The store as files: who may own them, what may be in them, what is made and with which mode. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "credentials/credential_forget.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

static char folder[SCRATCH_PATH_SIZE];

static enum status try_open(const char *path, bool create, struct complaint *complaint)
{
	AUTO_CREDENTIAL_STORE *store = NULL;

	return credential_store_open(path, scratch_trust(), create, &store, complaint);
}

static unsigned mode_of(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 ? info.st_mode & 07777 : 0;
}

static void test_making(void)
{
	char path[SCRATCH_PATH_SIZE], file[SCRATCH_PATH_SIZE], deep[SCRATCH_PATH_SIZE];
	struct complaint complaint;
	mode_t mask;

	(void)scratch_path(path, folder, "made");
	CHECK(try_open(path, false, &complaint) == STATUS_NOT_FOUND && complaint.reason[0],
	      "no folder: %s", complaint.reason);
	CHECK(mode_of(path) == 0, "and none is made unasked");
	CHECK(try_open(scratch_path(deep, path, "er"), true, &complaint) == STATUS_NOT_FOUND,
	      "nor is a whole path, asked or not");
	mask = umask(0277); /* takes away what even its owner needs */
	CHECK(try_open(path, true, &complaint) == STATUS_OK, "made when asked for");
	CHECK(umask(mask) == 0277, "the umask is the process's own");
	CHECK(mode_of(path) == 0755, "the folder is for everybody to read");
	CHECK(mode_of(scratch_path(file, path, "credentials.db")) == 0600,
	      "the database is not, whatever the umask");
	CHECK(try_open(path, false, &complaint) == STATUS_OK, "found from then on");
	CHECK(try_open(scratch_path(file, folder, "made///"), true, &complaint) == STATUS_OK,
	      "slashes at the end mean nothing");
}

static void test_files_beside_it(void)
{
	char path[SCRATCH_PATH_SIZE], file[SCRATCH_PATH_SIZE];
	struct credential_store *store;
	mode_t mask = umask(0);

	(void)scratch_path(path, folder, "beside");
	store = fixture_open(path);
	fixture_add_user(store, TEXT("AIDABESIDE000000001"));
	CHECK(mode_of(scratch_path(file, path, "credentials.db-wal")) == 0600,
	      "the log has the mode of the database");
	CHECK(mode_of(scratch_path(file, path, "credentials.db-shm")) == 0600,
	      "and so has its index");
	credential_store_close(store);
	umask(mask);
	CHECK(mode_of(scratch_path(file, path, "credentials.db-wal")) == 0 &&
		      mode_of(scratch_path(file, path, "credentials.db-shm")) == 0,
	      "whoever leaves last takes both away");
}

static void sign_in(const char *path, struct text id, int64_t now)
{
	struct credential_store *store = fixture_open(path);
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(id, fixture_code(now, code), now);

	CHECK_REQUIRE(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
			      outcome.verdict == CREDENTIAL_ACCEPTED,
		      "a sign-in");
	credential_store_close(store);
}

static off_t size_of(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 ? info.st_size : 0;
}

enum { SIGN_INS = 200, LOG_MAX = 64 << 10 };

/* Signing in leaves the log for the next one, but not for ever. */
static void test_log_stays(void)
{
	char path[SCRATCH_PATH_SIZE], log[SCRATCH_PATH_SIZE];
	struct text id = TEXT("AIDALOG000000000001");
	struct credential_store *store;
	unsigned with_log = 0, without = 0;
	off_t largest = 0;

	(void)scratch_path(path, folder, "log");
	(void)scratch_path(log, path, "credentials.db-wal");
	store = fixture_open(path);
	fixture_add_user(store, id);
	credential_store_close(store);
	CHECK(size_of(log) == 0, "a change leaves none");
	for (int64_t i = 1; i <= SIGN_INS; i++) {
		off_t size;

		sign_in(path, id, i * 300);
		size = size_of(log);
		largest = size > largest ? size : largest;
		with_log += size > 0;
		without += size == 0;
	}
	CHECK(with_log > SIGN_INS * 3 / 4, "most sign-ins leave one (%u)", with_log);
	CHECK(without > 1 && largest <= LOG_MAX, "which is cut before it is long (%ld bytes)",
	      (long)largest);
	sign_in(path, id, (SIGN_INS + 1) * 300);
	CHECK(size_of(log) > 0 && mode_of(log) == 0600, "it is as private as the database");
	CHECK(fixture_number(path, "SELECT next_step FROM device") == (SIGN_INS + 1) * 10 + 1,
	      "and the last sign-in is in it");
}

enum trouble {
	MODE,
	OWNER,
	LINK,
	FOLDER,
	FIFO,
	BYTES,
};

static const struct file_case {
	const char *label, *name;
	enum trouble trouble;
	unsigned number;
} file_cases[] = {
	{ "readable by the group", "credentials.db", MODE, 0640 },
	{ "readable by others", "credentials.db", MODE, 0604 },
	{ "writable by others", "credentials.db", MODE, 0602 },
	{ "somebody else's", "credentials.db", OWNER, 4242 },
	{ "a link", "credentials.db", LINK, 0 },
	{ "a folder", "credentials.db", FOLDER, 0 },
	{ "a fifo", "credentials.db", FIFO, 0 },
	{ "not a database", "credentials.db", BYTES, 0 },
	{ "a log readable by others", "credentials.db-wal", MODE, 0604 },
	{ "a log that is a link", "credentials.db-wal", LINK, 0 },
	{ "somebody else's log", "credentials.db-wal", OWNER, 4242 },
	{ "an index that is a link", "credentials.db-shm", LINK, 0 },
	{ "an index readable by the group", "credentials.db-shm", MODE, 0640 },
	{ "a journal that is a link", "credentials.db-journal", LINK, 0 },
	{ "a journal of somebody else's", "credentials.db-journal", OWNER, 4242 },
};

static void make_trouble(const char *path, const struct file_case *row)
{
	char file[SCRATCH_PATH_SIZE], target[SCRATCH_PATH_SIZE];

	(void)scratch_path(file, path, row->name);
	if (access(file, F_OK) != 0)
		scratch_write(path, row->name, TEXT(""), 0600);
	switch (row->trouble) {
	case MODE:
		CHECK_REQUIRE(chmod(file, row->number) == 0, file);
		break;
	case OWNER:
		CHECK_REQUIRE(chown(file, row->number, row->number) == 0, file);
		break;
	case LINK:
		CHECK_REQUIRE(rename(file, scratch_path(target, path, "target")) == 0 &&
				      symlink("target", file) == 0,
			      file);
		break;
	case FOLDER:
		CHECK_REQUIRE(unlink(file) == 0 && mkdir(file, 0700) == 0, file);
		break;
	case FIFO:
		CHECK_REQUIRE(unlink(file) == 0 && mkfifo(file, 0600) == 0, file);
		break;
	case BYTES:
		scratch_write(path, row->name, TEXT("what is this? not SQLite's, at any rate"),
			      0600);
		break;
	}
}

static void test_untrusted_files(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(file_cases); i++) {
		const struct file_case *row = &file_cases[i];
		char path[SCRATCH_PATH_SIZE], name[16];
		struct complaint complaint;

		if (row->trouble == OWNER && getuid() != 0)
			continue; /* only root can give a file away */
		snprintf(name, sizeof(name), "files-%zu", i);
		credential_store_close(fixture_open(scratch_path(path, folder, name)));
		make_trouble(path, row);
		CHECK(try_open(path, false, &complaint) == STATUS_BAD_DATA, "refused: %s: %s",
		      row->label, complaint.reason);
		CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA &&
			      strstr(complaint.place, "credentials.db") && complaint.reason[0],
		      "making does not help: %s", row->label);
	}
}

static void test_untrusted_folders(void)
{
	char path[SCRATCH_PATH_SIZE], link[SCRATCH_PATH_SIZE], inner[SCRATCH_PATH_SIZE];
	struct complaint complaint;

	credential_store_close(fixture_open(scratch_path(path, folder, "open")));
	CHECK_REQUIRE(symlink("open", scratch_path(link, folder, "link")) == 0, "symlink");
	CHECK(try_open(link, true, &complaint) == STATUS_BAD_DATA, "a link to a folder: %s",
	      complaint.reason);
	CHECK_REQUIRE(chmod(path, 0777) == 0, "chmod");
	CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA, "a folder for all to write");
	CHECK(try_open(scratch_path(inner, path, "inner"), true, &complaint) == STATUS_BAD_DATA &&
		      mode_of(inner) == 0,
	      "nothing is made inside it");
	CHECK_REQUIRE(chmod(path, 0775) == 0, "chmod");
	CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA, "for its group to write");
	CHECK_REQUIRE(chmod(path, 0755) == 0, "chmod");
	CHECK(try_open(path, true, &complaint) == STATUS_OK, "and again for its owner alone");
	if (getuid() == 0) {
		CHECK_REQUIRE(chown(path, 4242, 4242) == 0, "chown");
		CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA, "somebody else's");
	}
	CHECK(try_open("relative", true, &complaint) == STATUS_BAD_INPUT, "a relative path");
	CHECK(try_open("", true, &complaint) == STATUS_BAD_INPUT, "no path");
}

static const struct schema_case {
	const char *label, *sql;
	const char *reason;
} schema_cases[] = {
	{ "a newer schema", "PRAGMA user_version = 5", "newer" },
	{ "a schema of the far future", "PRAGMA user_version = 2147483647", "newer" },
	{ "a schema below zero", "PRAGMA user_version = -1", "not a credential database" },
	{ "no schema number", "PRAGMA user_version = 0", "not a credential database" },
	{ "another program's", "PRAGMA application_id = 7", "not a credential database" },
};

static void test_schemas(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(schema_cases); i++) {
		const struct schema_case *row = &schema_cases[i];
		char path[SCRATCH_PATH_SIZE], name[16];
		AUTO_BUFFER before, after;
		struct complaint complaint;

		buffer_init(&before, 1 << 20);
		buffer_init(&after, 1 << 20);
		snprintf(name, sizeof(name), "schema-%zu", i);
		credential_store_close(fixture_open(scratch_path(path, folder, name)));
		fixture_by_hand(path, row->sql);
		CHECK_REQUIRE(scratch_read(path, "credentials.db", &before), "read");
		CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA &&
			      strstr(complaint.reason, row->reason),
		      "refused: %s: %s", row->label, complaint.reason);
		CHECK(scratch_read(path, "credentials.db", &after) &&
			      text_equal(buffer_text(&before), buffer_text(&after)),
		      "and left alone: %s", row->label);
	}
}

static void test_somebody_elses_tables(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct complaint complaint;

	(void)scratch_path(path, folder, "foreign");
	scratch_write(path, "credentials.db", TEXT(""), 0600);
	CHECK(try_open(path, false, &complaint) == STATUS_NOT_FOUND,
	      "an empty file is a store not made yet");
	fixture_by_hand(path, "CREATE TABLE user (name TEXT)");
	CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA,
	      "tables of somebody else's are not taken over");
}

static const char *const needed_tables[] = { "user", "device", "attempts" };

static void test_missing_tables(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(needed_tables); i++) {
		char path[SCRATCH_PATH_SIZE], sql[100], code[OTP_CODE_SIZE];
		struct text id = TEXT("AIDAMISSING00000001");
		struct credential_attempt asked =
			fixture_attempt(id, fixture_code(1000000, code), 1000000);
		struct credential_outcome outcome;
		struct complaint complaint;
		struct credential_store *store;

		asked.password_is_right = i != 2; /* so that each table is needed */
		asked.user_id = i == 2 ? TEXT("") : id;
		snprintf(sql, sizeof(sql), "missing-%zu", i);
		store = fixture_open(scratch_path(path, folder, sql));
		fixture_add_user(store, id);
		snprintf(sql, sizeof(sql), "DROP TABLE %s", needed_tables[i]);
		fixture_by_hand(path, sql);
		CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_DATA &&
			      outcome.verdict == CREDENTIAL_REFUSED,
		      "without table %s nobody gets in", needed_tables[i]);
		CHECK(credential_store_verify(store, &complaint) == STATUS_BAD_DATA,
		      "and verify says why: %s", complaint.reason);
		credential_store_close(store);
	}
}

/* Every page of a small database overwritten, one at a time. */
static void test_damaged_pages(void)
{
	enum { PAGE = 4096, NOW = 1000000 };
	char path[SCRATCH_PATH_SIZE], junk[PAGE], code[OTP_CODE_SIZE];
	struct text id = TEXT("AIDADAMAGE000000001");
	struct credential_attempt asked = fixture_attempt(id, fixture_code(NOW, code), NOW);
	struct credential_store *store;
	AUTO_BUFFER whole;

	memset(junk, 0xa5, sizeof(junk));
	buffer_init(&whole, 1 << 20);
	store = fixture_open(scratch_path(path, folder, "damaged"));
	fixture_add_user(store, id);
	credential_store_close(store);
	CHECK_REQUIRE(scratch_read(path, "credentials.db", &whole) && whole.length >= 4 * PAGE,
		      "the whole file");
	for (size_t at = 0; at + PAGE <= whole.length; at += PAGE) {
		AUTO_CREDENTIAL_STORE *damaged = NULL;
		struct credential_outcome outcome = { 0 };
		struct complaint complaint = { 0 };
		AUTO_BUFFER bytes;
		enum status status;

		buffer_init(&bytes, 1 << 20);
		CHECK_REQUIRE(buffer_append(&bytes, buffer_text(&whole)) == STATUS_OK, "memory");
		memcpy(bytes.bytes + at, junk, PAGE);
		scratch_write(path, "credentials.db", buffer_text(&bytes), 0600);
		status = credential_store_open(path, scratch_trust(), true, &damaged, &complaint);
		if (status == STATUS_OK)
			status = credential_store_verify(damaged, &complaint);
		CHECK(status == STATUS_BAD_DATA, "damage to page %zu is found: %s", at / PAGE + 1,
		      complaint.reason);
		if (damaged && credential_attempt(damaged, &asked, &outcome) != STATUS_OK)
			CHECK(outcome.verdict == CREDENTIAL_REFUSED, "page %zu refuses",
			      at / PAGE + 1);
	}
}

/* Nothing of a seed or a hash is left in the file once its owner is gone. */
static void test_secrets_are_erased(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct text id = TEXT("AIDAERASED000000001"), seed = TEXT(FIXTURE_SEED);
	struct credential_store *store;
	AUTO_BUFFER with, without;

	buffer_init(&with, 1 << 20);
	buffer_init(&without, 1 << 20);
	store = fixture_open(scratch_path(path, folder, "erased"));
	fixture_add_user(store, id);
	credential_store_close(store);
	CHECK(scratch_read(path, "credentials.db", &with) &&
		      memmem(with.bytes, with.length, seed.bytes, seed.length) &&
		      memmem(with.bytes, with.length, FIXTURE_HASH, strlen(FIXTURE_HASH)),
	      "seed and hash are in the file");
	store = fixture_open(path);
	CHECK(credential_forget(store, id) == STATUS_OK, "both are removed");
	credential_store_close(store);
	CHECK(scratch_read(path, "credentials.db", &without) && without.length > 0 &&
		      !memmem(without.bytes, without.length, seed.bytes, seed.length) &&
		      !memmem(without.bytes, without.length, FIXTURE_HASH, strlen(FIXTURE_HASH)),
	      "and neither is in the file any more");
}

static bool has_secrets(const char *path, const char *name)
{
	struct text seed = TEXT(FIXTURE_SEED), hash = TEXT(FIXTURE_HASH);
	AUTO_BUFFER bytes;

	buffer_init(&bytes, 1 << 20);
	return scratch_read(path, name, &bytes) && bytes.length > 0 &&
	       (memmem(bytes.bytes, bytes.length, seed.bytes, seed.length) ||
		memmem(bytes.bytes, bytes.length, hash.bytes, hash.length));
}

/* The log of earlier sign-ins holds the rows as they were, and somebody else has the store open. */
static void test_secrets_are_erased_from_the_log(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct text id = TEXT("AIDAERASED000000002");
	struct credential_store *store, *other;

	store = fixture_open(scratch_path(path, folder, "erased-log"));
	fixture_add_user(store, id);
	credential_store_close(store);
	sign_in(path, id, 3000);
	CHECK(has_secrets(path, "credentials.db-wal"), "the log holds secrets");
	other = fixture_open(path);
	store = fixture_open(path);
	CHECK(credential_device_remove(store, id, "phone") == STATUS_OK &&
		      credential_forget(store, id) == STATUS_OK,
	      "both are removed");
	credential_store_close(store);
	CHECK(!has_secrets(path, "credentials.db-wal") && !has_secrets(path, "credentials.db"),
	      "and are in no file any more, though the store is open elsewhere");
	credential_store_close(other);
}

int main(void)
{
	scratch_make(folder);
	test_making();
	test_files_beside_it();
	test_log_stays();
	test_untrusted_files();
	test_untrusted_folders();
	test_schemas();
	test_somebody_elses_tables();
	test_missing_tables();
	test_damaged_pages();
	test_secrets_are_erased();
	test_secrets_are_erased_from_the_log();
	return check_done();
}
