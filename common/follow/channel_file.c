#include "follow/channel.h"

#include <fcntl.h>
#include <limits.h>

#include "base/file.h"

/* A folder that rsync, NFS or a configuration manager fills: whose it is does not matter, because
   nothing of it is believed unread. */
struct folder {
	int fd;
	char path[PATH_MAX];
};

static void folder_close(void *state)
{
	struct folder *folder = state;

	cleanup_close(&folder->fd);
	free(folder);
}

static enum status folder_read(const struct folder *folder, const char *name, size_t bytes_max,
			       struct buffer *out_bytes, struct complaint *out_complaint)
{
	AUTO_CLOSE int fd =
		openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	enum status status;

	complaint_at(out_complaint, "%s/%.16s", folder->path, name);
	if (fd < 0)
		return complain(out_complaint,
				errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE, "%s",
				strerrordesc_np(errno));
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size > (off_t)bytes_max)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"no file, or one that is too long");
	status = file_read_all(fd, out_bytes);
	return status == STATUS_SYSTEM
		       ? complain(out_complaint, STATUS_UNAVAILABLE, "%s", strerrordesc_np(errno))
		       : status;
}

static enum status read_manifest(void *state, struct buffer *out_bytes,
				 struct complaint *out_complaint)
{
	return folder_read(state, CHANNEL_MANIFEST, FLEET_MANIFEST_MAX, out_bytes, out_complaint);
}

static enum status read_pack(void *state, size_t shard, const struct fleet_pack *pack,
			     struct buffer *out_bytes, struct complaint *out_complaint)
{
	(void)shard; /* a file is named by what is in it */
	return folder_read(state, pack->digest, FLEET_PACK_MAX, out_bytes, out_complaint);
}

enum status channel_file_open(const struct config *config, const struct follow_options *options,
			      struct channel *out_channel, struct complaint *out_complaint)
{
	AUTO_FREE struct folder *folder = calloc(1, sizeof(*folder));
	enum status status = STATUS_NO_MEMORY;

	if (folder)
		status = text_format(folder->path, sizeof(folder->path), "%s%.*s", options->root,
				     TEXT_ARGUMENTS(config->credentials_url));
	if (status != STATUS_OK || config->credentials_url.bytes[0] != '/')
		/* cppcheck-suppress memleak ; CLEANUP frees it */
		return complain(out_complaint,
				status == STATUS_NO_MEMORY ? status : STATUS_BAD_INPUT,
				"[credentials] url must be the path of a folder");
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0) {
		complaint_at(out_complaint, "%s", folder->path);
		/* cppcheck-suppress memleak ; CLEANUP frees it */
		return complain(out_complaint,
				errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE, "%s",
				strerrordesc_np(errno));
	}
	*out_channel = (struct channel){ .read_manifest = read_manifest,
					 .read_pack = read_pack,
					 .close = folder_close };
	out_channel->state = TAKE_POINTER(folder);
	return STATUS_OK;
}
