#include <fcntl.h>

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

static enum status read_file(const struct source_opener *opener, const char *path,
			     struct file_trust trust, struct buffer *out_bytes)
{
	AUTO_CLOSE int fd = -1;
	struct stat info;
	enum status status = source_open_file(opener, path, trust, SOURCE_BYTES_MAX, &fd);

	if (status != STATUS_OK)
		return status;
	if (fstat(fd, &info) < 0)
		return STATUS_SYSTEM;
	/* Once, and not again and again while it grows: it may be large. */
	status = buffer_reserve(out_bytes, (size_t)info.st_size);
	return status == STATUS_OK ? file_read_all(fd, out_bytes) : status;
}

enum status source_file_read(const struct config *config, const struct source_options *options,
			     struct source_document *document, struct complaint *out_complaint)
{
	enum status status = text_format(document->origin, sizeof(document->origin), "%s%.*s",
					 options->root, TEXT_ARGUMENTS(config->source_path));

	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "the source's path is too long");
	status = read_file(options->opener, document->origin, options->trust, &document->bytes);
	return status == STATUS_OK ? status : refuse(status, out_complaint);
}
