#include "source/bundle_store.h"

#include <fcntl.h>
#include <stdio.h>

/* A file on its way; no digest is spelt like this. */
#define SIBLING "new"

enum status bundle_store_read(const struct bundle_store *store, const char *name, size_t bytes_max,
			      struct buffer *out_bytes)
{
	AUTO_CLOSE int fd =
		openat(store->folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) ||
	    info.st_size > (off_t)bytes_max)
		return STATUS_NOT_FOUND;
	return file_read_all(fd, out_bytes);
}

/* One that cannot be written is taken away: on a full disk it would be in the next sync's way. */
static enum status write_sibling(int folder_fd, struct text bytes)
{
	AUTO_CLOSE int fd = -1;
	enum status status;

	if (unlinkat(folder_fd, SIBLING, 0) < 0 && errno != ENOENT)
		return STATUS_SYSTEM;
	fd = openat(folder_fd, SIBLING, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return STATUS_SYSTEM;
	status = file_write_all(fd, bytes);
	if (status != STATUS_OK) {
		int saved_errno = errno;

		unlinkat(folder_fd, SIBLING, 0);
		errno = saved_errno;
	}
	return status;
}

enum status bundle_store_write(const struct bundle_store *store, const char *name,
			       struct text bytes)
{
	enum status status = write_sibling(store->folder_fd, bytes);

	if (status == STATUS_OK && renameat(store->folder_fd, SIBLING, store->folder_fd, name) < 0)
		status = STATUS_SYSTEM;
	return status;
}

void bundle_store_prune(const struct bundle_store *store, const struct map *kept)
{
	int fd = openat(store->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		cleanup_close(&fd);
		return;
	}
	while ((entry = readdir(folder))) {
		struct text name = text_of(entry->d_name);

		if (digest_is_valid(name) && !map_find(kept, name))
			unlinkat(store->folder_fd, entry->d_name, 0);
	}
}
