/*
 * tests/support/stand_in.h: the stand-in for AWS as a process, and what a test says to it.
 */
#ifndef IAM_TESTS_STAND_IN_H
#define IAM_TESTS_STAND_IN_H

#include <sys/types.h>

#include "base/buffer.h"

struct stand_in {
	pid_t pid;
	char url[64]; /* "http://127.0.0.1:PORT" */
};

/* Ends the test with "Bail out!" when it does not come up. Further arguments of the program end at
   NULL. */
void stand_in_start(struct stand_in *stand_in, const char *fixture, const char *const *arguments);
void stand_in_stop(struct stand_in *stand_in);

#define AUTO_STAND_IN CLEANUP(stand_in_stop) struct stand_in

/* "_fault", "_allow", "_clock", "_fixture", "_forget" with JSON. */
void stand_in_say(const struct stand_in *stand_in, const char *what, const char *json);

/* How often "iam:GetPolicy" was called; all calls for "". */
unsigned stand_in_calls(const struct stand_in *stand_in, const char *action);

#endif
