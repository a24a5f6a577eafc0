/*
 * tests/bench/support/process.h: programs run for their time, their memory, or what they say.
 */
#ifndef IAM_BENCH_PROCESS_H
#define IAM_BENCH_PROCESS_H

#include "base/text.h"

struct process_cost {
	double nanoseconds; /* from spawn to wait */
	long kibibytes_max; /* largest resident set */
	int status;         /* as wait(2) gives it */
	char output[256];   /* what it printed first, if asked for */
};

/* arguments[0] is the program's path; a NULL ends them. */
void process_run(const char *const *arguments, bool wants_output, struct process_cost *out_cost);

#endif
