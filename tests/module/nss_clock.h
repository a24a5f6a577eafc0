/*
 * tests/module/nss_clock.h: a clock that moves when a test says so.
 *
 * The module imports clock_gettime, and the program's own comes first: no hook in the module.
 */
#ifndef IAM_TESTS_NSS_CLOCK_H
#define IAM_TESTS_NSS_CLOCK_H

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

static atomic_long clock_seconds = 1000;

EXPORT int clock_gettime(clockid_t clock, struct timespec *out_now)
{
	if (clock != CLOCK_MONOTONIC_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, out_now);
	*out_now = (struct timespec){ .tv_sec = clock_seconds };
	return 0;
}

/* The next lookup of each thread looks at the file again. */
static inline void clock_advance(void)
{
	clock_seconds++;
}

#endif
