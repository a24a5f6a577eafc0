/*
 * tests/bench/support/reference.h: the least that a lookup can be.
 *
 * A 64-bit hash with open addressing over a mapped file; a record is packed into the caller's
 * buffer. No question is checked, no byte is distrusted, no newer file is looked for. Member
 * lengths are stored; reference_scanning() is what it would be without them.
 */
#ifndef IAM_BENCH_REFERENCE_H
#define IAM_BENCH_REFERENCE_H

#include "crowd.h"
#include "module.h"

/* Writes the file of the reference; mapped by reference_open. */
void reference_write(const struct crowd *crowd, const char *path);
void reference_open(const char *path);

extern const struct module reference, reference_scanning;

#endif
