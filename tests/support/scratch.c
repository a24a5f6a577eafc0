#include "scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>

#include "../check.h"

static char made[SCRATCH_PATH_SIZE];

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

void scratch_remove(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_made(void)
{
	scratch_remove(made);
}

void scratch_make(char out_path[SCRATCH_PATH_SIZE])
{
	char path[] = "/tmp/iam-test-XXXXXX";

	CHECK_REQUIRE(mkdtemp(path), "mkdtemp");
	CHECK_REQUIRE(chmod(path, 0755) == 0, "chmod");
	memcpy(made, path, sizeof(path));
	memcpy(out_path, path, sizeof(path));
	CHECK_REQUIRE(atexit(remove_made) == 0, "atexit");
}

struct file_trust scratch_trust(void)
{
	return (struct file_trust){ getuid() ? getuid() : 1 };
}

const char *scratch_path(char out_path[SCRATCH_PATH_SIZE], const char *folder, const char *name)
{
	int length = snprintf(out_path, SCRATCH_PATH_SIZE, "%s/%s", folder, name);

	CHECK_REQUIRE(length > 0 && length < SCRATCH_PATH_SIZE, "a path that fits");
	return out_path;
}

static void make_folders_above(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) == 0)
			CHECK_REQUIRE(chmod(path, 0755) == 0, path);
		*slash = '/';
	}
}

void scratch_write(const char *folder, const char *name, struct text bytes, mode_t mode)
{
	char path[SCRATCH_PATH_SIZE];
	int fd;

	(void)scratch_path(path, folder, name);
	make_folders_above(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK_REQUIRE(fd >= 0, path);
	CHECK_REQUIRE(write(fd, bytes.bytes, bytes.length) == (ssize_t)bytes.length, path);
	CHECK_REQUIRE(fchmod(fd, mode) == 0, path);
	close(fd);
}

bool scratch_read(const char *folder, const char *name, struct buffer *out_bytes)
{
	char path[SCRATCH_PATH_SIZE];
	int fd = open(scratch_path(path, folder, name), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	CHECK_REQUIRE(file_read_all(fd, out_bytes) == STATUS_OK, path);
	close(fd);
	return true;
}
