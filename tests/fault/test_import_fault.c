/* An import while memory, system calls, the disk or the power fail, or while it is killed: all of
   it or nothing. */
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "fault_kill.h"
#include "fault_vfs.h"
#include "support/backup_fixture.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum {
	NOW = 6000000,
	FAULTS_MAX = 20000, /* more than any run makes calls */
#ifdef __SANITIZE_ADDRESS__
	MEMORY_STRIDE = 7, /* thousands of allocations, each several times as slow */
#else
	MEMORY_STRIDE = 1,
#endif
};

static const char people[] =
	"INSERT INTO user (id, password_hash, password_changed) VALUES"
	" ('AIDAA', '$new', 9), ('AIDAB', '$b', 5);"
	"INSERT INTO former_password (user, hash) VALUES ('AIDAB', '$c');"
	"INSERT INTO device (user, name, seed, kind, period, algorithm, digits, drift, next_step,"
	" enabled_at) VALUES ('AIDAA', 'd', x'31323334353637383930313233343531', 'TOTP', 30, "
	"'SHA1',"
	" 6, 0, 1, 1);"
	"INSERT INTO recovery_set VALUES ('AIDAA', '$5$s', 5);"
	"INSERT INTO recovery_code (user, hash) VALUES ('AIDAA', '$5$s1');"
	"INSERT INTO break_glass VALUES ('ABCD', 'AIDAA', '$5$h', 10, 99, 0)";

static const char older_people[] =
	"INSERT INTO user (id, password_hash, password_changed) VALUES ('AIDAA', '$old', 5),"
	" ('AIDAGONE', '$x', 5)";

/* A bit for everything that an import brings; one more for what a replacement takes away. */
static const char brought[] =
	"SELECT (SELECT count(*) FROM user WHERE password_hash IN ('$new', '$b'))"
	" + 4 * (SELECT count(*) FROM former_password WHERE hash = '$c')"
	" + 8 * (SELECT count(*) FROM device) + 16 * (SELECT count(*) FROM recovery_code)"
	" + 32 * (SELECT count(*) FROM break_glass)"
	" + 64 * (SELECT count(*) = 0 FROM user WHERE id = 'AIDAGONE')";

static char folder[SCRATCH_PATH_SIZE];
static struct buffer lines, database;    /* what is imported, and what it is imported into */
static struct credential_backup *backup; /* the lines, read */

static const struct import_case {
	const char *label;
	enum credential_import_mode mode;
	bool is_gone; /* there was a store and is none */
	int64_t before, after;
} import_cases[] = {
	{ "merge", CREDENTIAL_IMPORT_MERGE, false, 0, 62 },
	{ "replace", CREDENTIAL_IMPORT_REPLACE, false, 0, 126 },
	{ "put back", CREDENTIAL_IMPORT_FIRST, true, -1, 126 },
};

static void restore(const struct import_case *row)
{
	static const char *const beside[] = { "credentials.db", "credentials.db-wal",
					      "credentials.db-shm" };

	for (size_t i = 0; i < ARRAY_LENGTH(beside); i++) {
		char path[SCRATCH_PATH_SIZE];

		(void)unlink(scratch_path(path, folder, beside[i])); /* if it is there */
	}
	scratch_write(folder, "credentials.lock", TEXT("made\n"), 0600);
	if (!row->is_gone)
		scratch_write(folder, "credentials.db", buffer_text(&database), 0600);
}

static enum status read_backup(struct credential_backup **out_backup)
{
	AUTO_CREDENTIAL_BACKUP *read = NULL;
	struct credential_backup_facts facts;
	struct text rest = buffer_text(&lines), line;
	enum status status = credential_backup_new(&read);

	while (status == STATUS_OK && rest.length > 0 && text_next_piece(&rest, '\n', &line))
		status = credential_backup_add_line(read, line, NULL);
	if (status == STATUS_OK)
		status = credential_backup_end(read, &facts, NULL);
	if (status == STATUS_OK)
		*out_backup = TAKE_POINTER(read);
	return status;
}

static void prepare(void)
{
	char other[SCRATCH_PATH_SIZE];

	credential_store_close(fixture_open(scratch_path(other, folder, "other")));
	fixture_by_hand(other, people);
	backup_fixture_export(other, &lines);
	credential_store_close(fixture_open(folder));
	fixture_by_hand(folder, older_people);
	fixture_empty_log(folder);
	CHECK_REQUIRE(read_backup(&backup) == STATUS_OK, "the backup");
	buffer_init(&database, 1 << 20);
	CHECK_REQUIRE(scratch_read(folder, "credentials.db", &database), "the database");
}

static enum status import(const struct import_case *row)
{
	struct credential_import_outcome outcome;
	AUTO_CREDENTIAL_STORE *store = NULL;
	enum status status = credential_store_open_to_import(folder, scratch_trust(), &store, NULL);

	if (status == STATUS_OK)
		status = credential_import(store, backup, row->mode, NOW, &outcome, NULL);
	return status;
}

/* What is in the store; -1 when there is none, and none is made. */
static int64_t state(void)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { .reason = "" };
	enum status status =
		credential_store_open(folder, scratch_trust(), true, &store, &complaint);

	if (status == STATUS_BAD_DATA && strstr(complaint.reason, "gone"))
		return -1;
	CHECK_REQUIRE(status == STATUS_OK, complaint.reason);
	CHECK_REQUIRE(credential_store_verify(store, &complaint) == STATUS_OK, complaint.reason);
	credential_store_close(store);
	return fixture_number(folder, brought);
}

static void test_faults(const struct import_case *row, unsigned kinds, const char *what)
{
	unsigned at = 1, between = 0, lied = 0, done = 0;
	bool reached = true;

	for (; reached && at < FAULTS_MAX; at += kinds == FAULT_MEMORY ? MEMORY_STRIDE : 1) {
		enum status status;
		int64_t after;

		restore(row);
		fault_arm(kinds, at, false);
		status = import(row);
		reached = fault_disarm();
		after = state();
		between += after != row->before && after != row->after;
		lied += status == STATUS_OK && after != row->after;
		done += after == row->after;
	}
	CHECK(at > 3 && at < FAULTS_MAX && done > 0, "%s, %s: %u calls failed", row->label, what,
	      at - 2);
	CHECK(between == 0, "%s, %s: all or nothing (%u between)", row->label, what, between);
	CHECK(lied == 0, "%s, %s: done when it was said to be", row->label, what);
}

/* A child imports and loses power at its n-th operation on a file. True when it was cut. */
static bool cut_power(const struct import_case *row, unsigned at, bool *out_told)
{
	int report[2], status;
	pid_t child;
	char byte;

	CHECK_REQUIRE(pipe(report) == 0, "pipe");
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		fault_cuts_power = true;
		fault_arm(FAULT_DATABASE, at, false);
		if (import(row) == STATUS_OK && write(report[1], "d", 1) != 1)
			_exit(8);
		_exit(7);
	}
	close(report[1]);
	*out_told = read(report[0], &byte, 1) == 1;
	close(report[0]);
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) &&
			      (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 7),
		      "a child that came to its end");
	return WEXITSTATUS(status) == 0;
}

static void test_power_cuts(const struct import_case *row)
{
	unsigned between = 0, lied = 0, at = 1;
	bool was_cut = true;

	for (; was_cut && at < FAULTS_MAX; at++) {
		bool told = false;
		int64_t after;

		restore(row);
		was_cut = cut_power(row, at, &told);
		after = state();
		between += after != row->before && after != row->after;
		lied += told && after != row->after;
	}
	CHECK(at > 10 && at < FAULTS_MAX, "%s: power was cut at %u places", row->label, at - 2);
	CHECK(between == 0, "%s: before or after a power cut (%u between)", row->label, between);
	CHECK(lied == 0, "%s: what was told is on disk", row->label);
}

static int import_whole(const void *context)
{
	return import(context) == STATUS_OK ? 0 : 1;
}

static void test_kills(const struct import_case *row)
{
	struct fault_end end = { .was_killed = true };
	unsigned between = 0, done_when_killed = 0, at = 1;

	for (; end.was_killed && at < FAULTS_MAX; at++) {
		int64_t after;

		restore(row);
		end = fault_kill(at, import_whole, row);
		after = state();
		between += after != row->before && after != row->after;
		done_when_killed += end.was_killed && after == row->after;
	}
	CHECK(at > 40 && at < FAULTS_MAX && end.code == 0, "%s: killed at %u system calls",
	      row->label, at - 2);
	CHECK(between == 0, "%s: before or after a kill (%u between)", row->label, between);
	CHECK(done_when_killed > 0 && done_when_killed < at - 2,
	      "%s: some died before it was done, some after (%u)", row->label, done_when_killed);
}

/* Nothing is read as less than it is. */
static void test_reading(void)
{
	unsigned at = 1, read = 0;
	bool reached = true;

	for (; reached && at < FAULTS_MAX; at += MEMORY_STRIDE) {
		AUTO_CREDENTIAL_BACKUP *again = NULL;
		enum status status;

		fault_arm(FAULT_MEMORY, at, false);
		status = read_backup(&again);
		reached = fault_disarm();
		read += status == STATUS_OK;
	}
	CHECK(at > 100 && at < FAULTS_MAX && read > 0 && read < at,
	      "reading: memory failed at %u places", at - 2);
}

int main(void)
{
	fault_vfs_install();
	scratch_make(folder);
	prepare();
	for (size_t i = 0; i < ARRAY_LENGTH(import_cases); i++) {
		test_faults(&import_cases[i], FAULT_SYSTEM, "system calls");
		test_faults(&import_cases[i], FAULT_DATABASE, "disk");
		test_power_cuts(&import_cases[i]);
		test_kills(&import_cases[i]);
	}
	test_faults(&import_cases[0], FAULT_MEMORY, "memory");
	test_reading();
	credential_backup_free(backup);
	buffer_release(&lines);
	buffer_release(&database);
	return check_done();
}
