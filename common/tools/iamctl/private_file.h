/*
 * common/tools/iamctl/private_file.h: files that hold a secret: keys, passphrases, exports.
 *
 * They are the caller's own, wherever they lie, and nobody else may read them.
 */
#ifndef IAM_TOOLS_IAMCTL_PRIVATE_FILE_H
#define IAM_TOOLS_IAMCTL_PRIVATE_FILE_H

#include <limits.h>

#include "base/buffer.h"

/* All of a file or of a pipe. Returns EX_OK or the exit code, having said why: a file that others
   may read is EX_NOPERM, because what is in it is no secret any more. Wipe and release the buffer
   in any case. */
MUST_CHECK int private_file_read(const char *path, size_t bytes_max, struct buffer *out_bytes);

/* A file that is made, 0600. */
struct private_file {
	int fd;                 /* -1 when there is none */
	char path[PATH_MAX];    /* where it is to be */
	char sibling[PATH_MAX]; /* where it is until then; "" when it is made in its place */
	bool is_unfinished;
};

/* replaces: a regular file that is there already gives way when the new one is whole; otherwise it
   is EX_CANTCREAT. Each returns EX_OK or the exit code, having said why. */
MUST_CHECK int private_file_create(const char *path, bool replaces, struct private_file *out_file);
MUST_CHECK int private_file_commit(struct private_file *file);

/* Without a commit nothing is left of it. */
void private_file_close(struct private_file *file);

#define AUTO_PRIVATE_FILE CLEANUP(private_file_close) struct private_file

/* EX_OK, or the exit code having said what went wrong with the file of that name. */
MUST_CHECK int write_whole(int fd, struct text bytes, const char *name);

#endif
