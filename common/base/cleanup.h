/*
 * common/base/cleanup.h: scopes release what their locals own.
 *
 * Releasing keeps errno, because STATUS_SYSTEM promises it. A local leaves its scope only through
 * TAKE_POINTER or TAKE_FD, so ownership is readable where it moves. It begins empty, where it is
 * declared (make lint checks): whatever returns first would release what the stack held.
 */
#ifndef IAM_BASE_CLEANUP_H
#define IAM_BASE_CLEANUP_H

#include <dirent.h>
#include <unistd.h>

#include "base/base.h"

#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void cleanup_free(void *local)
{
	void *pointer;

	memcpy(&pointer, local, sizeof(pointer));
	free(pointer);
}

static inline void cleanup_close(const int *fd)
{
	int saved_errno = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved_errno;
}

static inline void cleanup_closedir(DIR **folder)
{
	int saved_errno = errno;

	if (*folder)
		closedir(*folder);
	errno = saved_errno;
}

#define AUTO_FREE CLEANUP(cleanup_free)
#define AUTO_CLOSE CLEANUP(cleanup_close)
#define AUTO_CLOSEDIR CLEANUP(cleanup_closedir)

#define TAKE_POINTER(pointer)                                  \
	({                                                     \
		__typeof__(pointer) taken_pointer = (pointer); \
		(pointer) = NULL;                              \
		taken_pointer;                                 \
	})

#define TAKE_FD(fd)                  \
	({                           \
		int taken_fd = (fd); \
		(fd) = -1;           \
		taken_fd;            \
	})

#endif
