/* Who is whose child, by files of proc's that say anything. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "check.h"

static const struct {
	const char *stat;
	enum status status;
	pid_t parent;
	uint64_t start;
} stats[] = {
	{ "7 (sh) S 5 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 1234 0", STATUS_OK, 5, 1234 },
	{ "7 (a) b) ) S 5 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 99 0", STATUS_OK, 5, 99 },
	{ "7 (x) S 1 0 (evil) R 5 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 18446744073709551615 0",
	  STATUS_OK, 5, UINT64_MAX },
	{ "7 (sh) S 5 7", STATUS_BAD_DATA, 0, 0 },
	{ "7 (sh) S -5 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 1234 0", STATUS_BAD_DATA, 0, 0 },
	{ "7 (sh) S 5 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 x 0", STATUS_BAD_DATA, 0, 0 },
	{ "7 sh S 5", STATUS_BAD_DATA, 0, 0 },
	{ "", STATUS_BAD_DATA, 0, 0 },
};

static void test_parse(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(stats); i++) {
		pid_t parent = 0;
		uint64_t start = 0;
		enum status status = process_stat_parse(text_of(stats[i].stat), &parent, &start);

		CHECK(status == stats[i].status && parent == stats[i].parent &&
			      start == stats[i].start,
		      "stat '%s'", stats[i].stat);
	}
}

static void test_lineage(void)
{
	struct process_lineage here, child = { .count = 0 };
	int pipe_fds[2];
	pid_t pid;

	CHECK_REQUIRE(process_lineage_read("/proc", &here) == STATUS_OK, "/proc");
	CHECK(here.ancestors[0].pid == getpid(), "this process comes first");
	CHECK(here.count < 2 || here.ancestors[1].pid == getppid(), "then its parent");
	CHECK(strlen(here.boot_id) == PROCESS_BOOT_ID_SIZE - 1, "boot %s", here.boot_id);
	CHECK_REQUIRE(pipe(pipe_fds) == 0, "pipe");
	pid = fork();
	CHECK_REQUIRE(pid >= 0, "fork");
	if (pid == 0) {
		enum status status = process_lineage_read("/proc", &child);
		ssize_t written = write(pipe_fds[1], &child, sizeof(child));

		_exit(status == STATUS_OK && written == (ssize_t)sizeof(child) ? 0 : 1);
	}
	CHECK(read(pipe_fds[0], &child, sizeof(child)) == (ssize_t)sizeof(child), "a child reads");
	CHECK(waitpid(pid, NULL, 0) == pid, "and ends");
	CHECK(child.ancestors[0].pid == pid && child.ancestors[1].pid == getpid(),
	      "a child's parent is this process");
	CHECK(child.ancestors[1].start == here.ancestors[0].start, "with the same start time");
	CHECK(strcmp(child.boot_id, here.boot_id) == 0 && child.audit_session == here.audit_session,
	      "in the same boot and session");
	CHECK(process_is_alive("/proc", &here.ancestors[0]), "this process is alive");
	CHECK(!process_is_alive("/proc", &child.ancestors[0]), "the child is not any more");
	here.ancestors[0].start++;
	CHECK(!process_is_alive("/proc", &here.ancestors[0]), "nor one that started later");
	here.ancestors[0].start--;
	CHECK(!process_is_alive("/nonexistent", &here.ancestors[0]), "nor any without proc");
	CHECK(process_lineage_read("/nonexistent", &child) == STATUS_UNAVAILABLE, "without proc");
	CHECK(process_lineage_read("/tmp", &child) == STATUS_UNAVAILABLE,
	      "a folder that is no proc");
}

/* Another process, as the other end of a socket tells of it. */
static void test_lineage_of(void)
{
	struct process_lineage of_child = { .count = 0 };
	pid_t pid = fork();

	CHECK_REQUIRE(pid >= 0, "fork");
	if (pid == 0) {
		for (;;)
			(void)pause();
	}
	CHECK(process_lineage_of("/proc", pid, getuid(), &of_child) == STATUS_OK &&
		      of_child.ancestors[0].pid == pid && of_child.ancestors[1].pid == getpid(),
	      "of a child: it, then this process");
	of_child.count = 0;
	CHECK(process_lineage_of("/proc", pid, getuid() + 1, &of_child) == STATUS_NOT_FOUND &&
		      of_child.count == 0,
	      "of a child that is somebody else's: nothing");
	CHECK(process_lineage_of("/nonexistent", pid, getuid(), &of_child) == STATUS_UNAVAILABLE,
	      "of a child, without proc");
	CHECK(process_lineage_of("/tmp", pid, getuid(), &of_child) == STATUS_UNAVAILABLE,
	      "of a child, in a folder that is no proc");
	CHECK(kill(pid, SIGKILL) == 0 && waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT) == 0,
	      "the child ends");
	CHECK(process_lineage_of("/proc", pid, getuid(), &of_child) == STATUS_NOT_FOUND,
	      "of a child that has ended: nothing");
	CHECK(waitpid(pid, NULL, 0) == pid &&
		      process_lineage_of("/proc", pid, getuid(), &of_child) == STATUS_NOT_FOUND,
	      "nor once nobody waits for it");
	CHECK(process_lineage_of("/proc", 0, getuid(), &of_child) == STATUS_NOT_FOUND &&
		      process_lineage_of("/proc", -1, getuid(), &of_child) == STATUS_NOT_FOUND,
	      "a pid of another namespace is nobody's");
}

int main(void)
{
	test_parse();
	test_lineage();
	test_lineage_of();
	return check_done();
}
