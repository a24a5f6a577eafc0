/* Stores that are gone, cut or damaged: told as that, and never taken for an empty one. */
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000 };

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

static const struct text USER = TEXT("AIDADAMAGE000000001");

/* The files of a store with a user, and with a sign-in that is in the log alone. */
static struct buffer whole, whole_log;

static void sign_in_once(const char *path)
{
	struct credential_store *store = fixture_open(path);
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(USER, fixture_code(NOW, code), NOW);

	CHECK_REQUIRE(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
			      outcome.verdict == CREDENTIAL_ACCEPTED,
		      "a sign-in");
	credential_store_close(store);
}

static void keep_whole(const char *path)
{
	struct credential_store *store = fixture_open(path);

	fixture_add_user(store, USER);
	credential_store_close(store);
	sign_in_once(path);
	buffer_init(&whole, 1 << 20);
	buffer_init(&whole_log, 1 << 20);
	CHECK_REQUIRE(scratch_read(path, "credentials.db", &whole) &&
			      scratch_read(path, "credentials.db-wal", &whole_log) &&
			      whole_log.length > 0,
		      "a database and its log");
}

static void put_back(const char *path, struct text database, struct text log)
{
	char file[SCRATCH_PATH_SIZE];

	(void)unlink(scratch_path(file, path, "credentials.db-shm")); /* when it is there */
	(void)unlink(scratch_path(file, path, "credentials.db-wal"));
	scratch_write(path, "credentials.db", database, 0600);
	if (log.bytes)
		scratch_write(path, "credentials.db-wal", log, 0600);
}

/* What a damaged store says to somebody who knows neither the password nor a code. */
struct answers {
	unsigned let_in, refused, failed, unsound;
};

static void ask_damaged(const char *path, struct answers *answers)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct credential_attempt asked = fixture_attempt(USER, "000000", NOW + 300);
	struct credential_outcome outcome = { .verdict = CREDENTIAL_ACCEPTED };
	struct complaint complaint = { .reason = "" };
	enum status status = credential_store_open(path, scratch_trust(), true, &store, &complaint);

	asked.password_is_right = false;
	if (status == STATUS_OK && credential_store_verify(store, &complaint) != STATUS_OK)
		answers->unsound++;
	if (status == STATUS_OK)
		status = credential_attempt(store, &asked, &outcome);
	if (status != STATUS_OK)
		answers->failed++;
	else if (outcome.verdict == CREDENTIAL_ACCEPTED)
		answers->let_in++;
	else
		answers->refused++;
}

/* A bit here and there, in every page. */
static void test_flipped_bits(const char *path)
{
	struct answers answers = { 0 };
	unsigned flips = 0;

	for (size_t at = 0; at < whole.length; at += at < 4096 ? 23 : 199, flips++) {
		char bit = (char)(1 << flips % 8);

		whole.bytes[at] ^= bit;
		put_back(path, buffer_text(&whole), (struct text){ NULL, 0 });
		ask_damaged(path, &answers);
		whole.bytes[at] ^= bit;
	}
	CHECK(answers.let_in == 0 && answers.refused + answers.failed == flips,
	      "%u bits flipped: nobody is let in", flips);
	CHECK(answers.failed > 0 && answers.unsound > 0,
	      "damage that can be seen is seen (%u times when it was opened, %u by a check)",
	      answers.failed, answers.unsound);
}

/* Behind the last of what is in its last page there is nothing to miss. */
static void test_cut_files(const char *path)
{
	enum { PAGE = 4096 };
	struct answers answers = { 0 }, in_last_page = { 0 };
	unsigned cuts = 0;

	for (size_t length = 1; length <= whole.length - PAGE; length += 1021, cuts++) {
		put_back(path, (struct text){ whole.bytes, length }, (struct text){ NULL, 0 });
		ask_damaged(path, &answers);
	}
	CHECK(answers.let_in == 0 && answers.failed + answers.unsound >= cuts,
	      "%u files cut: nobody is let in, and each is seen (%u, %u)", cuts, answers.failed,
	      answers.unsound);
	for (size_t left = 1; left < PAGE; left += 1021) {
		put_back(path, (struct text){ whole.bytes, whole.length - left },
			 (struct text){ NULL, 0 });
		ask_damaged(path, &in_last_page);
	}
	CHECK(in_last_page.let_in == 0, "nor when less than a page is missing");
}

static const struct log_case {
	const char *label;
	bool is_there, is_noise;
	size_t cut, flip; /* bytes that are left, a byte that is another; 0: all, none */
	bool knows;       /* the sign-in that is in it */
} log_cases[] = {
	{ "whole", true, false, 0, 0, true },
	{ "gone", false, false, 0, 0, false },
	{ "noise", true, true, 0, 0, false },
	{ "noise of a few bytes", true, true, 17, 0, false },
	{ "empty", true, false, 1, 0, false },
	{ "cut in its header", true, false, 20, 0, false },
	{ "cut in its first page", true, false, 1000, 0, false },
	{ "with a bit of its header flipped", true, false, 0, 9, false },
	{ "with a bit of its last page flipped", true, false, 0, 40, false },
};

/* A log that is not good is as if it were not there: the rows are those before it, and sound. */
static void test_logs(const char *path)
{
	for (size_t i = 0; i < ARRAY_LENGTH(log_cases); i++) {
		const struct log_case *row = &log_cases[i];
		struct text log = { NULL, 0 };
		struct answers answers = { 0 };
		AUTO_BUFFER bytes;

		buffer_init(&bytes, 1 << 20);
		CHECK_REQUIRE(buffer_append(&bytes, buffer_text(&whole_log)) == STATUS_OK, "log");
		for (size_t at = 0; row->is_noise && at < bytes.length; at++)
			bytes.bytes[at] = (char)(at * 89 + 7);
		if (row->flip)
			bytes.bytes[row->flip] ^= 1;
		if (row->is_there)
			log = (struct text){ bytes.bytes, row->cut ? row->cut : bytes.length };
		put_back(path, buffer_text(&whole), log);
		CHECK(fixture_number(path, "SELECT count(*) FROM user WHERE last_success > 0") ==
			      row->knows,
		      "a log that is %s: what is known", row->label);
		ask_damaged(path, &answers);
		CHECK(answers.unsound == 0 && answers.refused == 1,
		      "a log that is %s: the rows are sound, and nobody is let in", row->label);
	}
}

int main(void)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_make(folder);
	test_gone();
	test_remembering();
	keep_whole(scratch_path(path, folder, "damaged"));
	test_flipped_bits(path);
	test_cut_files(path);
	test_logs(path);
	buffer_release(&whole);
	buffer_release(&whole_log);
	return check_done();
}
