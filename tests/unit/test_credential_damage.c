/* Stores that are gone, cut or damaged: told as that, and never taken for an empty one. */
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "credentials/credential_store.h"
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

static const struct gone_case {
	const char *label;
	bool is_removed, is_cut; /* the database, or all that is in it */
	const char *sql;         /* NULL: nothing was done to it by SQLite */
	bool forgets;            /* that there was one, by the administrator's hand */
	enum status to_use, to_make;
} gone_cases[] = {
	{ "removed", true, false, NULL, false, STATUS_BAD_DATA, STATUS_BAD_DATA },
	{ "cut to nothing", false, true, NULL, false, STATUS_BAD_DATA, STATUS_BAD_DATA },
	{ "without its tables", false, true, "PRAGMA journal_mode = WAL", false, STATUS_BAD_DATA,
	  STATUS_BAD_DATA },
	{ "removed, to begin anew", true, false, NULL, true, STATUS_NOT_FOUND, STATUS_OK },
	{ "cut, to begin anew", false, true, NULL, true, STATUS_NOT_FOUND, STATUS_OK },
};

/* What was there is not made anew in silence: nobody would have a device. */
static void test_gone(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(gone_cases); i++) {
		const struct gone_case *row = &gone_cases[i];
		char path[SCRATCH_PATH_SIZE], file[SCRATCH_PATH_SIZE], name[16];
		struct complaint complaint;
		AUTO_BUFFER log;

		buffer_init(&log, 1 << 20);
		snprintf(name, sizeof(name), "gone-%zu", i);
		credential_store_close(fixture_open(scratch_path(path, folder, name)));
		(void)scratch_path(file, path, "credentials.db");
		CHECK_REQUIRE(!row->is_removed || unlink(file) == 0, file);
		CHECK_REQUIRE(!row->is_cut || truncate(file, 0) == 0, file);
		if (row->sql)
			fixture_by_hand(path, row->sql);
		else
			scratch_write(path, "credentials.db-wal", TEXT("its log"), 0600);
		CHECK_REQUIRE(!row->forgets ||
				      unlink(scratch_path(file, path, "credentials.lock")) == 0,
			      file);
		CHECK(try_open(path, false, &complaint) == row->to_use, "%s: %s", row->label,
		      complaint.reason);
		CHECK(try_open(path, true, &complaint) == row->to_make &&
			      (row->forgets || strstr(complaint.reason, "gone")),
		      "%s: making: %s", row->label, complaint.reason);
		CHECK(row->forgets || row->sql ||
			      (scratch_read(path, "credentials.db-wal", &log) &&
			       text_is(buffer_text(&log), "its log")),
		      "%s: and its log is left alone", row->label);
		CHECK(!row->is_removed || row->forgets ||
			      mode_of(scratch_path(file, path, "credentials.db")) == 0,
		      "%s: nothing is made", row->label);
	}
}

/* A host that made its store before this was remembered remembers it from the next use on. */
static void test_remembering(void)
{
	char path[SCRATCH_PATH_SIZE], file[SCRATCH_PATH_SIZE];
	struct complaint complaint;

	credential_store_close(fixture_open(scratch_path(path, folder, "remembering")));
	scratch_write(path, "credentials.lock", TEXT(""), 0600);
	CHECK(try_open(path, false, &complaint) == STATUS_OK, "used once");
	CHECK_REQUIRE(unlink(scratch_path(file, path, "credentials.db")) == 0, file);
	CHECK(try_open(path, true, &complaint) == STATUS_BAD_DATA, "and missed from then on");
	CHECK(mode_of(scratch_path(file, path, "credentials.lock")) == 0600, "its mode");
}

int main(void)
{
	scratch_make(folder);
	test_gone();
	test_remembering();
	return check_done();
}
