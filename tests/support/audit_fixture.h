/*
 * tests/support/audit_fixture.h: an audit log of a test's own.
 */
#ifndef IAM_TESTS_AUDIT_FIXTURE_H
#define IAM_TESTS_AUDIT_FIXTURE_H

#include "audit/audit_sink.h"
#include "scratch.h"

enum { AUDIT_FIXTURE_TIME = 1760000000 };

struct audit_fixture {
	char folder[SCRATCH_PATH_SIZE];
	char path[SCRATCH_PATH_SIZE]; /* FOLDER/audit.jsonl */
	struct audit_sink sink;
};

void audit_fixture_make(struct audit_fixture *fixture);

/* Nothing is left of the log. */
void audit_fixture_clear(const struct audit_fixture *fixture);

/* alice signs in, with the number as her terminal. */
MUST_CHECK enum status audit_fixture_write(const struct audit_fixture *fixture, unsigned number,
					   struct complaint *out_complaint);

/* So many of them, one after the other; ends the test when one cannot be written. */
void audit_fixture_fill(const struct audit_fixture *fixture, unsigned first, unsigned count);

/* "changed:4 missing:7-8" of what is found; "" for a whole log. Valid until the next call. */
const char *audit_fixture_verify(const struct audit_fixture *fixture, const char *known);

/* What the last call summed up. */
uint64_t audit_fixture_lines(void);
const char *audit_fixture_digest(void);

#endif
