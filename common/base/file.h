/*
 * common/base/file.h: files opened one way, replaced one way.
 *
 * Trusted means: every open is O_NOFOLLOW and O_CLOEXEC, and the descriptor (never the path) shows
 * a regular file of root's that nobody else may write, no larger than its limit.
 */
#ifndef IAM_BASE_FILE_H
#define IAM_BASE_FILE_H

#include <sys/stat.h>

#include "base/buffer.h"

/* Who must own a trusted file: 0, except in tests of programs that run as somebody else. */
struct file_trust {
	uid_t owner;
};

static const struct file_trust FILE_OF_ROOT = { 0 };

/* STATUS_NOT_FOUND when absent, STATUS_BAD_DATA when not to be trusted (a link, a folder, another
   owner, writable by group or others), STATUS_BAD_INPUT when larger than bytes_max. */
MUST_CHECK enum status file_open_trusted(int folder_fd, const char *path, struct file_trust trust,
					 off_t bytes_max, int *out_fd);

/* Reads the rest of fd; STATUS_BAD_INPUT past the buffer's maximum. */
MUST_CHECK enum status file_read_all(int fd, struct buffer *out_bytes);

/* STATUS_SYSTEM when some of it could not be written. */
MUST_CHECK enum status file_write_all(int fd, struct text bytes);

/* Opens an absolute folder component by component, each one a real folder of root's that nobody
   else may write (sticky ones such as /tmp excepted when trust.owner is not root). */
MUST_CHECK enum status folder_open_trusted(const char *path, struct file_trust trust, int *out_fd);

/* The same, but those above the last may be their group's to write, when they are root's: /var/log
   is the system log's on some systems. */
MUST_CHECK enum status folder_open_of_logs(const char *path, struct file_trust trust, int *out_fd);

/* Replaces name in the folder by bytes: a new sibling, fsync, rename, fsync of the folder. Readers
   see the old file or the new one. On failure the old file stands and the sibling is gone. */
MUST_CHECK enum status file_replace(int folder_fd, const char *name, struct text bytes,
				    mode_t mode);

/* The two halves of file_replace, for files that change together: all are staged before the first
   is committed, so that a full disk changes none. What was staged last under a name counts. */
MUST_CHECK enum status file_stage(int folder_fd, const char *name, struct text bytes, mode_t mode);
MUST_CHECK enum status file_commit(int folder_fd, const char *name);

/* Takes a staged sibling away again; none is fine. */
void file_unstage(int folder_fd, const char *name);

/* An exclusive lock on a file of the folder that is never renamed or removed; waits up to
   timeout_ms, then STATUS_UNAVAILABLE. Closing the descriptor gives it back. */
MUST_CHECK enum status file_lock(int folder_fd, const char *name, unsigned timeout_ms, int *out_fd);

#endif
