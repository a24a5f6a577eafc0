#include "tools/iamctl/private_file.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tools/iamctl/failure.h"

static int failed_on(const char *path)
{
	return fail_with(STATUS_SYSTEM, NULL, path);
}

static int check_private(int fd, const char *path)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return failed_on(path);
	if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode))
		return fail(EX_NOINPUT, path, "neither a file nor a pipe");
	if ((info.st_uid != 0 && info.st_uid != geteuid()) ||
	    (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return fail(EX_NOPERM, path,
			    "others may read it or change it: it has to be yours, with mode 0600");
	return EX_OK;
}

int private_file_read(const char *path, size_t bytes_max, struct buffer *out_bytes)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum status status;
	int code;

	buffer_init(out_bytes, bytes_max);
	if (fd < 0)
		return failed_on(path);
	code = check_private(fd, path);
	if (code != EX_OK)
		return code;
	status = file_read_all(fd, out_bytes);
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, path, "larger than %zu bytes", bytes_max);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, path);
}

/* A device or a link is nothing to put a file in the place of. */
static int find_sibling(const char *path, char sibling[PATH_MAX])
{
	struct stat info;

	if (lstat(path, &info) < 0 && errno != ENOENT)
		return failed_on(path);
	if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return fail(EX_CANTCREAT, path, "is no regular file");
	if (text_format(sibling, PATH_MAX, "%s.%ld.new", path, (long)getpid()) != STATUS_OK)
		return fail(EX_USAGE, path, "the path is too long");
	return EX_OK;
}

static const char *present_path(const struct private_file *file)
{
	return file->sibling[0] ? file->sibling : file->path;
}

int private_file_create(const char *path, bool replaces, struct private_file *out_file)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, code = EX_OK;

	*out_file = (struct private_file){ .fd = -1 };
	if (text_copy(text_of(path), out_file->path, PATH_MAX) != STATUS_OK)
		return fail(EX_USAGE, path, "the path is too long");
	if (replaces)
		code = find_sibling(path, out_file->sibling);
	if (code != EX_OK)
		return code;
	out_file->fd = open(present_path(out_file), flags, 0600);
	if (out_file->fd < 0 && errno == EEXIST && !replaces)
		return fail(EX_CANTCREAT, path, "is there already, and not replaced unasked");
	if (out_file->fd < 0)
		return failed_on(present_path(out_file));
	out_file->is_unfinished = true;
	/* The umask may have taken more away than others' rights. */
	return fchmod(out_file->fd, 0600) == 0 ? EX_OK : failed_on(path);
}

static int sync_folder_of(const char *path)
{
	char copy[PATH_MAX];
	AUTO_CLOSE int fd = -1;

	if (text_copy(text_of(path), copy, sizeof(copy)) != STATUS_OK)
		return EX_SOFTWARE;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? EX_OK : failed_on(path);
}

int private_file_commit(struct private_file *file)
{
	if (fsync(file->fd) < 0)
		return failed_on(file->path);
	if (file->sibling[0] && rename(file->sibling, file->path) < 0)
		return failed_on(file->path);
	file->is_unfinished = false;
	return sync_folder_of(file->path);
}

void private_file_close(struct private_file *file)
{
	cleanup_close(&file->fd);
	file->fd = -1;
	if (file->is_unfinished)
		(void)unlink(present_path(file)); /* what led here is what is told */
	file->is_unfinished = false;
}

int write_whole(int fd, struct text bytes, const char *name)
{
	while (bytes.length > 0) {
		ssize_t written = write(fd, bytes.bytes, bytes.length);

		if (written < 0 && errno != EINTR)
			return failed_on(name);
		bytes = text_skip(bytes, written > 0 ? (size_t)written : 0);
	}
	return EX_OK;
}
