/*
 * tests/support/spoken.h: what iamctl says, held against what it should say, row by row.
 */
#ifndef IAM_TESTS_SPOKEN_H
#define IAM_TESTS_SPOKEN_H

#include "../check.h"
#include "iamctl.h"

enum { SPOKEN_ARGUMENTS_MAX = 20, SPOKEN_PIECES_MAX = 12, SPOKEN_LABEL_SIZE = 256 };

struct spoken {
	const char *arguments[SPOKEN_ARGUMENTS_MAX];
	int code;
	const char *holds[SPOKEN_PIECES_MAX]; /* of standard output; standard error is empty */
	const char *lacks[SPOKEN_PIECES_MAX];
};

struct refusal {
	const char *arguments[SPOKEN_ARGUMENTS_MAX];
	int code;
	const char *errors; /* what standard error holds; standard output is empty */
};

/* Runs one row; prints what was wrong. */
bool spoken_matches(const struct spoken *row);
bool refusal_matches(const struct refusal *row);

/* The command line as one text, what is not printable in escapes. */
const char *spoken_label(const char *const *arguments, char buffer[SPOKEN_LABEL_SIZE]);

/* Puts tests/data/policies (directory, host policy, iam.conf) on this host and publishes it. */
void spoken_publish(void);

/* what names the table. The checks are counted where they are made, so this is no function of its
   own file. */
static inline void spoken_check(const char *what, const struct spoken *rows, size_t count)
{
	char label[SPOKEN_LABEL_SIZE];

	for (size_t i = 0; i < count; i++)
		CHECK(spoken_matches(&rows[i]), "%s, row %zu: %s", what, i,
		      spoken_label(rows[i].arguments, label));
}

static inline void refusal_check(const char *what, const struct refusal *rows, size_t count)
{
	char label[SPOKEN_LABEL_SIZE];

	for (size_t i = 0; i < count; i++)
		CHECK(refusal_matches(&rows[i]), "%s, row %zu: %s", what, i,
		      spoken_label(rows[i].arguments, label));
}

#endif
