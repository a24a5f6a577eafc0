/*
 * tests/fault/fault.h: the n-th call of a kind fails. For programs linked with --wrap, one file
 * each: it defines the wrappers.
 *
 * Arm it with a number and run the code; disarm says whether the call was reached. A test counts up
 * until it was not: then every call has failed once.
 */
#ifndef IAM_TESTS_FAULT_H
#define IAM_TESTS_FAULT_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum fault_kind {
	FAULT_MEMORY = 1 << 0,   /* an allocation */
	FAULT_SYSTEM = 1 << 1,   /* a system call of ours */
	FAULT_DATABASE = 1 << 2, /* a file operation of SQLite's, where fault_vfs.h is in use */
};

static struct {
	unsigned kinds;
	unsigned calls, at; /* at 0: nothing fails */
	bool for_good;      /* every call from there on, not that one alone */
	bool fired;
} fault;

static inline void fault_arm(unsigned kinds, unsigned at, bool for_good)
{
	fault.kinds = kinds;
	fault.calls = 0;
	fault.at = at;
	fault.for_good = for_good;
	fault.fired = false;
}

static inline bool fault_disarm(void)
{
	fault.at = 0;
	return fault.fired;
}

/* Set in a child that is to end at the call, as if killed there. */
static bool fault_kills;

enum { FAULT_KILLED = 99 }; /* how such a child exits */

/* Set while waiting is what is tested: sleeps take no time and are added up here. */
static bool fault_skips_sleep;
static unsigned long fault_slept_ms;

/* Is it this call's turn? */
static inline bool fault_is_due(enum fault_kind kind)
{
	if (fault.at == 0 || !(fault.kinds & kind))
		return false;
	fault.calls++;
	if (fault.calls != fault.at && !(fault.for_good && fault.calls > fault.at))
		return false;
	fault.fired = true;
	if (fault_kills)
		_exit(FAULT_KILLED);
	return true;
}

static inline bool fault_fails(enum fault_kind kind, int error)
{
	if (!fault_is_due(kind))
		return false;
	errno = error;
	return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
void *__real_reallocarray(void *pointer, size_t count, size_t size);
void *__wrap_reallocarray(void *pointer, size_t count, size_t size);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from_folder, const char *from, int to_folder, const char *to);
int __wrap_renameat(int from_folder, const char *from, int to_folder, const char *to);
int __real_nanosleep(const struct timespec *pause, struct timespec *left);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);

void *__wrap_malloc(size_t size)
{
	return fault_fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fault_fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *pointer, size_t size)
{
	return fault_fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_realloc(pointer, size);
}

void *__wrap_reallocarray(void *pointer, size_t count, size_t size)
{
	return fault_fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_reallocarray(pointer, count, size);
}

/* The mode is there only when a file may be made. */
static inline mode_t fault_mode(int flags, va_list arguments)
{
	return flags & O_CREAT ? (mode_t)va_arg(arguments, int) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = fault_mode(flags, arguments);
	va_end(arguments);
	return fault_fails(FAULT_SYSTEM, EMFILE) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = fault_mode(flags, arguments);
	va_end(arguments);
	return fault_fails(FAULT_SYSTEM, EMFILE) ? -1 : __real_openat(folder, path, flags, mode);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	return fault_fails(FAULT_SYSTEM, ENOSPC) ? -1 : __real_write(fd, bytes, size);
}

int __wrap_fsync(int fd)
{
	return fault_fails(FAULT_SYSTEM, EIO) ? -1 : __real_fsync(fd);
}

int __wrap_renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return fault_fails(FAULT_SYSTEM, EIO) ? -1
					      : __real_renameat(from_folder, from, to_folder, to);
}

int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
	if (!fault_skips_sleep)
		return __real_nanosleep(pause, left);
	fault_slept_ms +=
		(unsigned long)pause->tv_sec * 1000 + (unsigned long)pause->tv_nsec / 1000000;
	return 0;
}

#endif
