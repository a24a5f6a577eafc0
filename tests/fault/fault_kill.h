/*
 * tests/fault/fault_kill.h: a process that is killed when it is about to make its n-th system call.
 *
 * What it has written by then is on its way, as after a kill by hand; locks and memory of its own
 * are gone.
 */
#ifndef IAM_TESTS_FAULT_KILL_H
#define IAM_TESTS_FAULT_KILL_H

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* How such a child ends when nobody kills it: with what the work returned. */
struct fault_end {
	bool was_killed;
	int code;
};

/* The next stop of the child; false when it has come to its end. */
static inline bool fault_next_stop(pid_t child, int *out_status)
{
	CHECK_REQUIRE(ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0 &&
			      waitpid(child, out_status, 0) == child,
		      "a child that is traced");
	return WIFSTOPPED(*out_status);
}

/* Runs the work in a child; at counts its system calls from 1. */
static inline struct fault_end fault_kill(unsigned at, int (*work)(const void *context),
					  const void *context)
{
	pid_t child = fork();
	int status;

	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
			_exit(125);
		_exit(work(context));
	}
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFSTOPPED(status), "a child");
	CHECK_REQUIRE(ptrace(PTRACE_SETOPTIONS, child, NULL,
			     PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD) == 0,
		      "ptrace");
	/* It stops before each call and after it. */
	for (unsigned stops = 0; fault_next_stop(child, &status); stops++) {
		if (stops != 2 * (at - 1))
			continue;
		CHECK_REQUIRE(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child,
			      "a kill");
		return (struct fault_end){ .was_killed = true };
	}
	CHECK_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) != 125, "a child that ended");
	return (struct fault_end){ .code = WEXITSTATUS(status) };
}

#endif
