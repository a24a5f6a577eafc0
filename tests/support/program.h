/*
 * tests/support/program.h: a real program, run with what a row of a table says, and what it did.
 */
#ifndef IAM_TESTS_PROGRAM_H
#define IAM_TESTS_PROGRAM_H

#include <sys/types.h>

#include "base/buffer.h"

enum { PROGRAM_OUTPUT_MAX = 16 << 20, PROGRAM_ARGUMENTS_MAX = 32 };

struct program {
	const char *path;
	const char *arguments[PROGRAM_ARGUMENTS_MAX]; /* without the name; ends at NULL */
	const char *input;                            /* all of standard input; NULL: empty */
	/* Called with each piece of output while the program runs: what it appends to inout_input
	   is given to it. The input is then closed only when it returns true. NULL: not called. */
	bool (*answer)(void *context, struct text output, struct buffer *inout_input);
	void *context;
	uid_t uid;                  /* 0: as the test itself */
	const char *environment[8]; /* beside PATH; ends at NULL */
	bool on_terminal;        /* standard streams are a terminal of its own; all output is one */
	int closed_fd;           /* 1 or 2: started without it; 0: with all */
	bool reader_is_gone;     /* standard output is a pipe that nobody reads */
	const char *output_path; /* standard output goes there; NULL: is collected */
};

struct outcome {
	int code; /* the exit code; 128 + signal when one ended it */
	struct buffer output, errors;
};

/* Runs it to its end; ends the test with "Bail out!" when that cannot be done. */
void program_run(const struct program *program, struct outcome *out_outcome);
void outcome_release(struct outcome *outcome);

#define AUTO_OUTCOME CLEANUP(outcome_release) struct outcome

/* Whether text is somewhere in the bytes. */
bool buffer_has(const struct buffer *buffer, const char *text);

/* The test may take another uid: not in a user namespace with a single one. */
bool program_can_change_uid(void);

#endif
