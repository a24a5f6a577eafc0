/*
 * tests/bench/support/crowd_document.h: a crowd as IAM would list it.
 */
#ifndef IAM_BENCH_CROWD_DOCUMENT_H
#define IAM_BENCH_CROWD_DOCUMENT_H

#include "crowd.h"

/* How many bytes it has. */
size_t crowd_document_write(const struct crowd *crowd, const char *path);

#endif
