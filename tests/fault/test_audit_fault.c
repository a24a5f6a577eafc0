/* The audit log when memory, the disk or the process fails: no half line stays for a whole one, and
   the chain goes on. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"
#include "fault.h"
#include "support/audit_fixture.h"

enum { CALLS_MAX = 2000 };

static struct audit_fixture fixture;

static bool is_whole(uint64_t lines)
{
	return strcmp(audit_fixture_verify(&fixture, NULL), "") == 0 &&
	       audit_fixture_lines() == lines;
}

static void reset(bool is_behind)
{
	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, 2);
	if (is_behind) /* so that the log itself is read */
		scratch_write(fixture.folder, "audit.jsonl.state", TEXT(""), 0600);
}

/* Each call of a kind fails once: the line is there, or the failure is told and it is not. */
static void test_each(enum fault_kind kind, bool is_behind, const char *what)
{
	unsigned at = 0, wrong = 0;
	bool fired = true;

	while (fired && at++ < CALLS_MAX) {
		struct complaint complaint = { .reason = "" };
		enum status status;

		reset(is_behind);
		fault_arm(kind, at, false);
		status = audit_fixture_write(&fixture, 3, &complaint);
		fired = fault_disarm();
		wrong += status != STATUS_OK && complaint.reason[0] == '\0';
		wrong += status != STATUS_OK && !is_behind && !is_whole(2);
		wrong += status == STATUS_OK && !is_whole(3);
		audit_fixture_fill(&fixture, 4, 1);
		wrong += !is_whole(status == STATUS_OK ? 4 : 3);
	}
	CHECK(at > 2 && at < CALLS_MAX, "%s: %u calls were made to fail", what, at - 1);
	CHECK(wrong == 0, "%s: each time the log was whole (%u were not)", what, wrong);
}

/* The process ends at each of its calls, as if killed there. */
static void test_kills(void)
{
	unsigned at = 0, wrong = 0;
	int code = FAULT_KILLED;

	while (code == FAULT_KILLED && at++ < CALLS_MAX) {
		pid_t child;
		int state = 0;

		reset(false);
		child = fork();
		CHECK_REQUIRE(child >= 0, "a process");
		if (child == 0) {
			struct complaint complaint = { .reason = "" };

			fault_kills = true;
			fault_arm(FAULT_SYSTEM, at, false);
			_exit(audit_fixture_write(&fixture, 3, &complaint) == STATUS_OK ? 0 : 1);
		}
		(void)waitpid(child, &state, 0);
		code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
		audit_fixture_fill(&fixture, 4, 1);
		wrong += !is_whole(3) && !is_whole(4);
	}
	CHECK(code == 0 && at > 2, "killed at %u calls", at - 1);
	CHECK(wrong == 0, "the chain goes on behind each (%u do not)", wrong);
}

/* A file that may not grow takes the beginning of a line, as a disk does that is nearly full. */
static void test_full_disk(void)
{
	struct rlimit before, full;
	struct complaint complaint = { .reason = "" };
	struct stat info;
	unsigned wrong = 0;

	CHECK_REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR,
		      "limits");
	for (rlim_t room = 1; room < 600; room += 37) {
		enum status status;

		reset(false);
		CHECK_REQUIRE(stat(fixture.path, &info) == 0, "the log");
		full = (struct rlimit){ (rlim_t)info.st_size + room, before.rlim_max };
		CHECK_REQUIRE(setrlimit(RLIMIT_FSIZE, &full) == 0, "a limit");
		status = audit_fixture_write(&fixture, 3, &complaint);
		CHECK_REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0, "no limit");
		wrong += status != STATUS_SYSTEM || !is_whole(2);
		audit_fixture_fill(&fixture, 4, 1);
		wrong += !is_whole(3);
	}
	CHECK(wrong == 0, "nothing stays of a line without room (%u times it did)", wrong);
	CHECK(strstr(complaint.reason, "the disk is full"), "and it is said: %s", complaint.reason);
}

int main(void)
{
	audit_fixture_make(&fixture);
	test_each(FAULT_MEMORY, false, "memory");
	test_each(FAULT_MEMORY, true, "memory, while the log is read");
	test_each(FAULT_SYSTEM, false, "system calls");
	test_kills();
	test_full_disk();
	return check_done();
}
