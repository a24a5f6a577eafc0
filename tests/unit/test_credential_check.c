/* What a check finds, all of it, and what it advises. */
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "credentials/credential_check.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { FINDINGS_MAX = 16, PAGE = 4096 };

static char folder[SCRATCH_PATH_SIZE];

struct found {
	struct credential_finding list[FINDINGS_MAX];
	size_t count;
	struct credential_check check;
};

static void keep(void *context, const struct credential_finding *finding)
{
	struct found *found = context;

	CHECK_REQUIRE(found->count < FINDINGS_MAX, "so many findings");
	found->list[found->count++] = *finding;
}

static void look_at(const char *path, struct found *out_found)
{
	*out_found = (struct found){ .count = 0 };
	credential_check(path, scratch_trust(), keep, out_found, &out_found->check);
}

static void change_mode(const char *path, const char *name, unsigned mode)
{
	char file[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(chmod(scratch_path(file, path, name), mode) == 0, file);
}

static void open_folder(const char *path)
{
	CHECK_REQUIRE(chmod(path, 0777) == 0, path);
}

static void open_database(const char *path)
{
	change_mode(path, "credentials.db", 0644);
}

static void open_both(const char *path)
{
	change_mode(path, "credentials.db", 0640);
	scratch_write(path, "credentials.db-wal", TEXT("x"), 0606);
}

static void make_link(const char *path)
{
	char file[SCRATCH_PATH_SIZE], target[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(rename(scratch_path(file, path, "credentials.db"),
			     scratch_path(target, path, "elsewhere")) == 0 &&
			      symlink("elsewhere", file) == 0,
		      file);
}

static void give_away(const char *path)
{
	char file[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(chown(scratch_path(file, path, "credentials.db"), 4242, 4242) == 0, file);
}

static void remove_database(const char *path)
{
	char file[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(unlink(scratch_path(file, path, "credentials.db")) == 0, file);
}

static void cut_to_nothing(const char *path)
{
	char file[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(truncate(scratch_path(file, path, "credentials.db"), 0) == 0, file);
}

static void begin_anew(const char *path)
{
	char file[SCRATCH_PATH_SIZE];

	remove_database(path);
	CHECK_REQUIRE(unlink(scratch_path(file, path, "credentials.lock")) == 0, file);
}

static void put_something_else(const char *path)
{
	scratch_write(path, "credentials.db", TEXT("something else, of some length, for SQLite"),
		      0600);
}

static void make_newer(const char *path)
{
	fixture_by_hand(path, "PRAGMA user_version = 99");
}

static void break_rules(const char *path)
{
	fixture_by_hand(path, "UPDATE user SET password_hash = '$y$ ', last_success = -1;"
			      "PRAGMA foreign_keys = OFF;"
			      "INSERT INTO former_password (user, hash) VALUES ('nobody', '$y$')");
}

/* The page where the users are. */
static void damage_page(const char *path)
{
	int64_t page =
		fixture_number(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'user'");
	AUTO_BUFFER bytes;

	buffer_init(&bytes, 1 << 20);
	CHECK_REQUIRE(scratch_read(path, "credentials.db", &bytes) &&
			      bytes.length >= (size_t)page * PAGE,
		      "the page");
	memset(bytes.bytes + (page - 1) * PAGE, 0xa5, PAGE);
	scratch_write(path, "credentials.db", buffer_text(&bytes), 0600);
}

static void leave(const char *path)
{
	(void)path;
}

static const struct check_case {
	const char *label;
	void (*harm)(const char *path);
	size_t count; /* of findings */
	bool exists;
	const char *file, *problem, *advice; /* of the first one */
} check_cases[] = {
	{ "nothing wrong", leave, 0, true, NULL, NULL, NULL },
	{ "a new beginning", begin_anew, 0, false, NULL, NULL, NULL },
	{ "a folder for all", open_folder, 1, false, "", "may change it", "chmod(1)" },
	{ "a file for all to read", open_database, 1, true, "credentials.db", "has mode 0644",
	  "chmod 0600; seeds" },
	{ "two files for some to read", open_both, 2, true, "credentials.db", "has mode 0640",
	  "chmod 0600" },
	{ "a link", make_link, 1, true, "credentials.db", "no regular file", "move it away" },
	{ "somebody else's", give_away, 1, true, "credentials.db", "belongs to uid 4242", "chown" },
	{ "gone", remove_database, 1, true, "credentials.db", "gone or empty", "import" },
	{ "empty", cut_to_nothing, 1, true, "credentials.db", "gone or empty", "import" },
	{ "something else", put_something_else, 1, true, "credentials.db", "not a database",
	  "put a backup back" },
	{ "of a newer program", make_newer, 1, true, "credentials.db", "version 99 is newer",
	  "newer program" },
	{ "a damaged page", damage_page, 1, true, "credentials.db", "integrity check failed",
	  "put a backup back" },
	{ "rows that cannot be", break_rules, 3, true, "credentials.db", "none of crypt(5)'s (2)",
	  "--replace" },
};

static void test_checks(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(check_cases); i++) {
		const struct check_case *row = &check_cases[i];
		char path[SCRATCH_PATH_SIZE], name[16];
		struct credential_store *store;
		struct found found;

		if (row->harm == give_away && getuid() != 0)
			continue; /* only root can give a file away */
		snprintf(name, sizeof(name), "check-%zu", i);
		store = fixture_open(scratch_path(path, folder, name));
		fixture_add_user(store, TEXT("AIDACHECK0000000001"));
		credential_store_close(store);
		if (row->harm == break_rules) {
			store = fixture_open(path);
			fixture_add_user(store, TEXT("AIDACHECK0000000002"));
			credential_store_close(store);
		}
		row->harm(path);
		look_at(path, &found);
		CHECK(found.count == row->count && found.check.findings == row->count &&
			      found.check.exists == row->exists,
		      "%s: %zu findings", row->label, found.count);
		CHECK(row->count > 0 || (found.check.schema > 0) == row->exists,
		      "%s: what is in it is told", row->label);
		if (found.count == 0 || row->count == 0)
			continue;
		CHECK(strcmp(found.list[0].file, row->file) == 0 &&
			      strstr(found.list[0].problem, row->problem) &&
			      strstr(found.list[0].advice, row->advice) &&
			      found.list[0].status != STATUS_OK,
		      "%s: %s %s: %s", row->label, found.list[0].file, found.list[0].problem,
		      found.list[0].advice);
	}
}

int main(void)
{
	scratch_make(folder);
	test_checks();
	return check_done();
}
