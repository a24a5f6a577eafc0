#include <fcntl.h>
#include <sys/file.h>

#include "publish/place_internal.h"
#include "seal/signature.h"

struct folder {
	char *path;
	int fd;
};

static void folder_free(struct folder *folder)
{
	if (!folder)
		return;
	cleanup_close(&folder->fd);
	free(folder->path);
	free(folder);
}

static void folder_cleanup(struct folder **folder)
{
	folder_free(*folder);
}

#define AUTO_FOLDER CLEANUP(folder_cleanup) struct folder

static enum status complain_of(const struct folder *folder, enum status status,
			       struct complaint *out_complaint)
{
	complaint_at(out_complaint, "%s", folder->path);
	return complain(out_complaint, status, "%s",
			status == STATUS_SYSTEM ? strerrordesc_np(errno) : status_text(status));
}

static enum status folder_read(void *state, const char *name, size_t bytes_max,
			       struct buffer *out_bytes, struct complaint *out_complaint)
{
	const struct folder *folder = state;
	AUTO_CLOSE int fd =
		openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	enum status status;

	if (fd < 0 && errno == ENOENT)
		return STATUS_NOT_FOUND;
	if (fd < 0 || fstat(fd, &info) < 0)
		return complain_of(folder, STATUS_SYSTEM, out_complaint);
	if (!S_ISREG(info.st_mode) || info.st_size > (off_t)bytes_max)
		return STATUS_NOT_FOUND;
	status = file_read_all(fd, out_bytes);
	return status == STATUS_OK ? status : complain_of(folder, status, out_complaint);
}

/* Web servers and rsync tell versions apart by length and second: one that is written within a
   second of the last is dated a second later. */
static void date_after(const struct folder *folder, const char *name, time_t last)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = last + 1 } };
	struct stat info;

	if (fstatat(folder->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_mtime <= last)
		utimensat(folder->fd, name, times, AT_SYMLINK_NOFOLLOW);
}

static enum status folder_write(void *state, const char *name, struct text bytes,
				struct complaint *out_complaint)
{
	const struct folder *folder = state;
	struct stat last;
	bool has_last = fstatat(folder->fd, name, &last, AT_SYMLINK_NOFOLLOW) == 0;
	enum status status = file_replace(folder->fd, name, bytes, 0644);

	if (status != STATUS_OK)
		return complain_of(folder, status, out_complaint);
	if (has_last)
		date_after(folder, name, last.st_mtime);
	return STATUS_OK;
}

static enum status folder_remove(void *state, const char *name, struct complaint *out_complaint)
{
	const struct folder *folder = state;

	if (unlinkat(folder->fd, name, 0) < 0 && errno != ENOENT)
		return complain_of(folder, STATUS_SYSTEM, out_complaint);
	return STATUS_OK;
}

static enum status
folder_list(void *state, enum status (*take)(void *context, struct text digest, uint64_t bytes),
	    void *context, struct complaint *out_complaint)
{
	const struct folder *folder = state;
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	enum status status = STATUS_OK;

	if (!entries) {
		cleanup_close(&fd);
		return complain_of(folder, STATUS_SYSTEM, out_complaint);
	}
	while (status == STATUS_OK && (entry = readdir(entries))) {
		struct text name = text_of(entry->d_name);
		struct stat info;

		if (digest_is_valid(name) &&
		    fstatat(folder->fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(info.st_mode))
			status = take(context, name, (uint64_t)info.st_size);
	}
	return status;
}

static void folder_close(void *state)
{
	folder_free(state);
}

/* Two at once would take each other's files away. */
static enum status lock(const struct folder *folder, struct complaint *out_complaint)
{
	if (flock(folder->fd, LOCK_EX | LOCK_NB) == 0)
		return STATUS_OK;
	if (errno != EWOULDBLOCK)
		return complain_of(folder, STATUS_SYSTEM, out_complaint);
	complaint_at(out_complaint, "%s", folder->path);
	return complain(out_complaint, STATUS_UNAVAILABLE, "another publish is at work there");
}

enum status place_folder_open(const char *path, struct place *out_place,
			      struct complaint *out_complaint)
{
	AUTO_FOLDER *folder = calloc(1, sizeof(*folder));
	enum status status;

	if (!folder)
		return STATUS_NO_MEMORY;
	folder->fd = -1;
	status = text_duplicate(text_of(path), &folder->path);
	if (status != STATUS_OK)
		return status;
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0)
		return complain_of(folder, STATUS_SYSTEM, out_complaint);
	status = lock(folder, out_complaint);
	if (status != STATUS_OK)
		return status;
	*out_place = (struct place){ .read = folder_read,
				     .write = folder_write,
				     .remove = folder_remove,
				     .list = folder_list,
				     .close = folder_close };
	out_place->state = TAKE_POINTER(folder);
	return STATUS_OK;
}
