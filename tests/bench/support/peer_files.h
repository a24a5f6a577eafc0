/*
 * tests/bench/support/peer_files.h: the same directory in the files of each peer.
 */
#ifndef IAM_BENCH_PEER_FILES_H
#define IAM_BENCH_PEER_FILES_H

#include "crowd.h"

/* Writes below /etc, /var/lib/extrausers and /var/lib/misc: only ever inside a root of our own. */
void peer_files_write(const struct crowd *crowd);

void bench_write_file(const char *path, struct text bytes, mode_t mode);

#endif
