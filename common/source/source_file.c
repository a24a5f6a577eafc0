#include <fcntl.h>
#include <limits.h>

#include "source/directory_json.h"
#include "source/source_internal.h"

static enum status refuse(enum status status, struct complaint *out_complaint)
{
	switch (status) {
	case STATUS_NOT_FOUND:
		return complain(out_complaint, status, "there is no such file");
	case STATUS_BAD_DATA:
		return complain(out_complaint, status,
				"must be a regular file of root's that nobody else may write");
	case STATUS_BAD_INPUT:
		return complain(out_complaint, status, "larger than %d bytes", SOURCE_BYTES_MAX);
	case STATUS_SYSTEM:
		return complain(out_complaint, status, "cannot be read: %s",
				strerrordesc_np(errno) ? strerrordesc_np(errno) : "unknown error");
	case STATUS_OK:
	case STATUS_NO_SPACE:
	case STATUS_NO_MEMORY:
	case STATUS_UNAVAILABLE:
		break;
	}
	return complain(out_complaint, status, "%s", status_text(status));
}

static enum status read_file(const char *path, struct file_trust trust, struct buffer *out_bytes)
{
	AUTO_CLOSE int fd = -1;
	struct stat info;
	enum status status = file_open_trusted(AT_FDCWD, path, trust, SOURCE_BYTES_MAX, &fd);

	if (status != STATUS_OK)
		return status;
	if (fstat(fd, &info) < 0)
		return STATUS_SYSTEM;
	/* Once, and not again and again while it grows: it may be large. */
	status = buffer_reserve(out_bytes, (size_t)info.st_size);
	return status == STATUS_OK ? file_read_all(fd, out_bytes) : status;
}

enum status source_file_fetch(const struct config *config, const struct source_options *options,
			      struct iam_directory *inout_directory,
			      struct complaint *out_complaint)
{
	struct complaint complaint = { .line = 0 };
	AUTO_BUFFER document = { 0 };
	char path[PATH_MAX];
	enum status status = text_format(path, sizeof(path), "%s%.*s", options->root,
					 TEXT_ARGUMENTS(config->source_path));

	buffer_init(&document, SOURCE_BYTES_MAX);
	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "the source's path is too long");
	status = read_file(path, options->trust, &document);
	if (status != STATUS_OK)
		status = refuse(status, &complaint);
	else
		status = directory_json_decode(buffer_text(&document), inout_directory, &complaint);
	if (status != STATUS_OK && out_complaint) {
		source_name_origin(path, &complaint);
		*out_complaint = complaint;
	}
	return status;
}
