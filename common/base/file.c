#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

enum { READ_CHUNK = 1 << 16, LOCK_RETRY_MS = 20 };

static enum status open_failure(void)
{
	switch (errno) {
	case ENOENT:
		return STATUS_NOT_FOUND;
	case ELOOP: /* a link where none may be */
	case ENOTDIR:
	case ENXIO: /* a socket */
		return STATUS_BAD_DATA;
	case ENOMEM:
		return STATUS_NO_MEMORY;
	default:
		return STATUS_SYSTEM;
	}
}

static bool is_trusted(const struct stat *info, struct file_trust trust)
{
	return (info->st_uid == 0 || info->st_uid == trust.owner) &&
	       (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

enum status file_open_trusted(int folder_fd, const char *path, struct file_trust trust,
			      off_t bytes_max, int *out_fd)
{
	/* Non-blocking, so that a fifo in the file's place cannot hang a login. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
	AUTO_CLOSE int fd = openat(folder_fd, path, flags);
	struct stat info;

	if (fd < 0)
		return open_failure();
	if (fstat(fd, &info) < 0)
		return STATUS_SYSTEM;
	if (!S_ISREG(info.st_mode) || !is_trusted(&info, trust))
		return STATUS_BAD_DATA;
	if (info.st_size > bytes_max)
		return STATUS_BAD_INPUT;
	*out_fd = TAKE_FD(fd);
	return STATUS_OK;
}

enum status file_read_all(int fd, struct buffer *out_bytes)
{
	AUTO_FREE char *chunk = malloc(READ_CHUNK);

	if (!chunk)
		return STATUS_NO_MEMORY;
	for (;;) {
		ssize_t got = read(fd, chunk, READ_CHUNK);
		enum status status;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return STATUS_SYSTEM;
		if (got == 0)
			return STATUS_OK;
		status = buffer_append(out_bytes, (struct text){ chunk, (size_t)got });
		explicit_bzero(chunk, (size_t)got);
		if (status != STATUS_OK)
			return status;
	}
}

static bool is_trusted_folder(const struct stat *info, struct file_trust trust)
{
	if (!S_ISDIR(info->st_mode))
		return false;
	if (trust.owner != 0 && info->st_uid == 0 && (info->st_mode & S_ISVTX))
		return true;
	return is_trusted(info, trust);
}

static bool is_roots_and_its_groups(const struct stat *info)
{
	return S_ISDIR(info->st_mode) && info->st_uid == 0 && !(info->st_mode & S_IWOTH);
}

static enum status open_folder(const char *path, struct file_trust trust, bool is_shared_above,
			       int *out_fd)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
	struct text rest = text_of(path), piece;
	char name[NAME_MAX + 1] = "/";
	AUTO_CLOSE int fd = open("/", flags);

	if (rest.length == 0 || path[0] != '/')
		return STATUS_BAD_INPUT;
	while (fd >= 0) {
		struct stat info;
		bool is_good;
		int next;

		if (fstat(fd, &info) < 0)
			return STATUS_SYSTEM;
		is_good = is_trusted_folder(&info, trust);
		if (!is_good && !(is_shared_above && is_roots_and_its_groups(&info)))
			return STATUS_BAD_DATA;
		do {
			if (!text_next_piece(&rest, '/', &piece)) {
				if (!is_good)
					return STATUS_BAD_DATA;
				*out_fd = TAKE_FD(fd);
				return STATUS_OK;
			}
		} while (piece.length == 0);
		if (text_copy(piece, name, sizeof(name)) != STATUS_OK || text_is(piece, ".."))
			return STATUS_BAD_INPUT;
		next = openat(fd, name, flags);
		cleanup_close(&fd);
		fd = next;
	}
	return open_failure();
}

enum status folder_open_trusted(const char *path, struct file_trust trust, int *out_fd)
{
	return open_folder(path, trust, false, out_fd);
}

enum status folder_open_of_logs(const char *path, struct file_trust trust, int *out_fd)
{
	return open_folder(path, trust, true, out_fd);
}

enum status file_write_all(int fd, struct text bytes)
{
	while (bytes.length > 0) {
		ssize_t written = write(fd, bytes.bytes, bytes.length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return STATUS_SYSTEM;
		bytes = text_skip(bytes, (size_t)written);
	}
	return STATUS_OK;
}

static enum status write_sibling(int folder_fd, const char *name, struct text bytes, mode_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	AUTO_CLOSE int fd = openat(folder_fd, name, flags, 0600);
	enum status status;

	if (fd < 0)
		return STATUS_SYSTEM;
	status = file_write_all(fd, bytes);
	if (status != STATUS_OK)
		return status;
	/* The mode last: half a file is nobody's to read. */
	if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

static void unlink_keeping_errno(int folder_fd, const char *name)
{
	int saved_errno = errno;

	(void)unlinkat(folder_fd, name, 0); /* the failure that led here is the one to report */
	errno = saved_errno;
}

static enum status sibling_name(const char *name, char out_name[NAME_MAX + 1])
{
	return text_format(out_name, NAME_MAX + 1, "%s.new", name) == STATUS_OK ? STATUS_OK
										: STATUS_BAD_INPUT;
}

enum status file_stage(int folder_fd, const char *name, struct text bytes, mode_t mode)
{
	char sibling[NAME_MAX + 1];
	enum status status = sibling_name(name, sibling);

	if (status != STATUS_OK)
		return status;
	/* Left behind by a power cut; the caller holds the folder's lock, so it is nobody's. */
	if (unlinkat(folder_fd, sibling, 0) < 0 && errno != ENOENT)
		return STATUS_SYSTEM;
	status = write_sibling(folder_fd, sibling, bytes, mode);
	if (status != STATUS_OK)
		unlink_keeping_errno(folder_fd, sibling);
	return status;
}

enum status file_commit(int folder_fd, const char *name)
{
	char sibling[NAME_MAX + 1];
	enum status status = sibling_name(name, sibling);

	if (status != STATUS_OK)
		return status;
	if (renameat(folder_fd, sibling, folder_fd, name) < 0) {
		unlink_keeping_errno(folder_fd, sibling);
		return STATUS_SYSTEM;
	}
	/* The folder last, or a crash could lose the rename. */
	return fsync(folder_fd) < 0 ? STATUS_SYSTEM : STATUS_OK;
}

void file_unstage(int folder_fd, const char *name)
{
	char sibling[NAME_MAX + 1];

	if (sibling_name(name, sibling) == STATUS_OK)
		unlink_keeping_errno(folder_fd, sibling);
}

enum status file_replace(int folder_fd, const char *name, struct text bytes, mode_t mode)
{
	enum status status = file_stage(folder_fd, name, bytes, mode);

	return status == STATUS_OK ? file_commit(folder_fd, name) : status;
}

static void sleep_ms(unsigned ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&pause, NULL); /* woken early, it only asks once more */
}

enum status file_lock(int folder_fd, const char *name, unsigned timeout_ms, int *out_fd)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
	AUTO_CLOSE int fd = openat(folder_fd, name, flags, 0600);

	if (fd < 0)
		return open_failure();
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return STATUS_SYSTEM;
		if (timeout_ms < LOCK_RETRY_MS)
			return STATUS_UNAVAILABLE;
		timeout_ms -= LOCK_RETRY_MS;
		sleep_ms(LOCK_RETRY_MS);
	}
	*out_fd = TAKE_FD(fd);
	return STATUS_OK;
}
