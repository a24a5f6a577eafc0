/*
 * tests/support/iamctl.h: iamctl as it was built, in the private root of the module tests.
 */
#ifndef IAM_TESTS_IAMCTL_H
#define IAM_TESTS_IAMCTL_H

#include "program.h"

/* Fills in the path and runs it. */
void iamctl_run(const struct program *program, struct outcome *out_outcome);

/* The code, and what standard output and standard error hold; NULL: they are empty. Says all of it
   when one of them is wrong. */
bool iamctl_matches(const struct outcome *outcome, int code, const char *output,
		    const char *errors);

/* Prints what it did, as comments. */
void iamctl_show(const struct outcome *outcome);

/* Puts tests/data/iamctl/directory.json below the root ("" or a tree) and publishes it. */
void iamctl_publish(const char *root);

/* The bytes of a file of the checkout; ends the test when there is none. */
void iamctl_read_file(const char *path, struct buffer *out_bytes);

/* Writes FOLDER/NAME for the programs to read, whole or not at all. */
void iamctl_write_file(const char *folder, const char *name, struct text bytes);

#define iamctl_check(outcome, code, output, errors, ...)                                 \
	do {                                                                             \
		bool iamctl_as_expected = iamctl_matches(outcome, code, output, errors); \
		CHECK(iamctl_as_expected, __VA_ARGS__);                                  \
		if (!iamctl_as_expected)                                                 \
			iamctl_show(outcome);                                            \
	} while (0)

#endif
