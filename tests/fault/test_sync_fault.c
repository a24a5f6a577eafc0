/*
 * tests/fault/test_sync_fault.c: a sync in which one call after the other fails, or is the last.
 *
 * The old snapshots stand byte for byte after every failure, and whatever is there after a kill is
 * whole.
 */
#include <stdio.h>
#include <sys/wait.h>

#include "check.h"
#include "fault.h"
#include "snapshot/snapshot_verify.h"
#include "support/scratch.h"
#include "support/sync_host.h"

enum { CALLS_MAX = 5000, BYTES_MAX = 16 << 20 };

static const struct host_entity groups[] = { { "ops", 1, 1, NULL, NULL, NULL }, { .name = NULL } };
static const struct host_entity before[] = { { "alice", 1, 1, "ops", NULL, NULL },
					     { "bob", 2, 2, "", "UnixUid=6000", NULL },
					     { "carol", 3, 3, "", NULL, NULL },
					     { .name = NULL } };
static const struct host_entity after[] = { { "alicia", 1, 1, "", NULL, NULL },
					    { "bob", 2, 2, "ops", "UnixUid=6001", NULL },
					    { "dave", 4, 4, "ops", NULL, NULL },
					    { .name = NULL } };

static const char *root;
static struct buffer old_access, old_directory, new_access, new_directory;

static const char ACCESS[] = "var/lib/iam/access.snapshot";
static const char DIRECTORY[] = "var/lib/iam/directory.snapshot";

static void read_file(const char *name, struct buffer *out_bytes)
{
	buffer_release(out_bytes);
	buffer_init(out_bytes, BYTES_MAX);
	CHECK_REQUIRE(scratch_read(root, name, out_bytes), name);
}

static bool file_is(const char *name, const struct buffer *wanted)
{
	AUTO_BUFFER bytes;

	buffer_init(&bytes, BYTES_MAX);
	return scratch_read(root, name, &bytes) &&
	       text_equal(buffer_text(&bytes), buffer_text(wanted));
}

static bool has_leftovers(void)
{
	char path[SCRATCH_PATH_SIZE];

	return access(scratch_path(path, root, "var/lib/iam/access.snapshot.new"), F_OK) == 0 ||
	       access(scratch_path(path, root, "var/lib/iam/directory.snapshot.new"), F_OK) == 0;
}

static enum status sync_once(void)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;

	return host_sync((struct host_run){ .now = 0 }, &result, &complaint);
}

/* The old snapshots, and the document that would change them. */
static void start_old(void)
{
	root = host_start();
	host_write("etc/iam/iam.conf", "[access]\nsudo_groups = ops\n");
	host_write("etc/iam/iam.conf.d/1.conf", "[mfa]\nmode = off\n");
	host_sync_document(&(struct host_document){ .users = before, .groups = groups });
	host_document(&(struct host_document){ .users = after, .groups = groups });
}

static void restore_old(void)
{
	scratch_write(root, ACCESS, buffer_text(&old_access), 0600);
	scratch_write(root, DIRECTORY, buffer_text(&old_directory), 0644);
}

static void learn_both(void)
{
	start_old();
	read_file(ACCESS, &old_access);
	read_file(DIRECTORY, &old_directory);
	CHECK_REQUIRE(sync_once() == STATUS_OK, "a sync without faults");
	read_file(ACCESS, &new_access);
	read_file(DIRECTORY, &new_directory);
	CHECK(!file_is(ACCESS, &old_access) && !file_is(DIRECTORY, &old_directory),
	      "the two documents give different snapshots");
	restore_old();
}

static void test_single_faults(const char *what, unsigned kind)
{
	unsigned at, succeeded = 0, changed = 0, leftovers = 0;

	for (at = 1; at < CALLS_MAX; at++) {
		enum status status;
		bool fired;

		fault_arm(kind, at, false);
		status = sync_once();
		fired = fault_disarm();
		if (!fired)
			break;
		succeeded += status == STATUS_OK;
		changed += !file_is(ACCESS, &old_access) || !file_is(DIRECTORY, &old_directory);
		leftovers += has_leftovers();
		restore_old();
	}
	CHECK(at > 10 && at < CALLS_MAX, "%s: %u calls failed, one a run", what, at - 1);
	CHECK(succeeded == 0, "%s: no run with a failure succeeds (%u did)", what, succeeded);
	CHECK(changed == 0, "%s: the old snapshots stand, byte for byte (%u did not)", what,
	      changed);
	CHECK(leftovers == 0, "%s: nothing half-written stays (%u times)", what, leftovers);
	CHECK(file_is(ACCESS, &new_access) && file_is(DIRECTORY, &new_directory),
	      "%s: the run without a failure publishes", what);
	restore_old();
}

static bool is_whole(enum snapshot_kind kind)
{
	struct snapshot snapshot = host_snapshot(kind);
	bool is_good = snapshot_verify(&snapshot, NULL) == STATUS_OK;

	snapshot_close(&snapshot);
	return is_good;
}

static bool is_old_or_new(void)
{
	bool is_new_access = file_is(ACCESS, &new_access);

	/* The directory never runs ahead of the access it needs. */
	return (is_new_access || file_is(ACCESS, &old_access)) &&
	       (file_is(DIRECTORY, &old_directory) ||
		(is_new_access && file_is(DIRECTORY, &new_directory)));
}

/* From some call on, nothing works any more: a disk that went read-only. */
static void test_lasting_faults(void)
{
	unsigned at, succeeded = 0, torn = 0;

	for (at = 1; at < CALLS_MAX; at++) {
		enum status status;

		fault_arm(FAULT_SYSTEM, at, true);
		status = sync_once();
		if (!fault_disarm())
			break;
		succeeded += status == STATUS_OK;
		torn += !is_old_or_new() || !is_whole(SNAPSHOT_ACCESS) ||
			!is_whole(SNAPSHOT_DIRECTORY);
		restore_old();
	}
	CHECK(at > 10 && at < CALLS_MAX, "everything fails from one of %u calls on", at - 1);
	CHECK(succeeded == 0, "no such run succeeds (%u did)", succeeded);
	CHECK(torn == 0, "each file is the old or the new one, whole (%u were not)", torn);
	restore_old();
}

static bool killed_at(unsigned at)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		fault_kills = true;
		fault_arm(FAULT_SYSTEM, at, false);
		_exit(sync_once() == STATUS_OK ? 0 : 1);
	}
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status), "waitpid");
	return WEXITSTATUS(status) == FAULT_KILLED;
}

static void test_kills(void)
{
	unsigned at, torn = 0, stuck = 0;

	for (at = 1; at < CALLS_MAX && killed_at(at); at++) {
		torn += !is_old_or_new() || !is_whole(SNAPSHOT_ACCESS) ||
			!is_whole(SNAPSHOT_DIRECTORY);
		/* What the dead left behind is in nobody's way. */
		stuck += sync_once() != STATUS_OK || has_leftovers() ||
			 !is_whole(SNAPSHOT_ACCESS) || host_uid("dave") == 0;
		restore_old();
	}
	CHECK(at > 10 && at < CALLS_MAX, "killed at each of %u calls", at - 1);
	CHECK(torn == 0, "each file is the old or the new one, whole (%u were not)", torn);
	CHECK(stuck == 0, "the next sync works (%u did not)", stuck);
}

/* The same, where there were no snapshots before. */
static void test_first_sync(void)
{
	unsigned at, succeeded = 0, there = 0;
	char path[SCRATCH_PATH_SIZE];

	for (at = 1; at < CALLS_MAX; at++) {
		enum status status;

		root = host_start();
		host_document(&(struct host_document){ .users = before, .groups = groups });
		fault_arm(FAULT_SYSTEM, at, false);
		status = sync_once();
		if (!fault_disarm())
			break;
		succeeded += status == STATUS_OK;
		there += access(scratch_path(path, root, ACCESS), F_OK) == 0 ||
			 access(scratch_path(path, root, DIRECTORY), F_OK) == 0;
	}
	CHECK(at > 10 && at < CALLS_MAX, "a first sync with each of %u calls failing", at - 1);
	CHECK(succeeded == 0 && there == 0, "gives no snapshot (%u did, %u files were there)",
	      succeeded, there);
}

/* A lock that is held: the sync waits its time and says so. */
static void test_busy(void)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;
	char path[SCRATCH_PATH_SIZE];
	AUTO_CLOSE int folder = -1;
	AUTO_CLOSE int lock = -1;

	start_old();
	folder = open(scratch_path(path, root, "var/lib/iam"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_REQUIRE(folder >= 0 && file_lock(folder, "sync.lock", 0, &lock) == STATUS_OK, "lock");
	fault_skips_sleep = true;
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_UNAVAILABLE &&
		      strstr(complaint.reason, "another sync"),
	      "a sync beside another gives up: %s", complaint.reason);
	fault_skips_sleep = false;
	CHECK(fault_slept_ms >= 29000 && fault_slept_ms <= 31000, "after %lu ms", fault_slept_ms);
	CHECK(host_uid("alice") != 0, "and changes nothing");
}

int main(void)
{
	learn_both();
	test_single_faults("memory", FAULT_MEMORY);
	test_single_faults("system calls", FAULT_SYSTEM);
	test_lasting_faults();
	test_kills();
	test_first_sync();
	test_busy();
	buffer_release(&old_access);
	buffer_release(&old_directory);
	buffer_release(&new_access);
	buffer_release(&new_directory);
	return check_done();
}
