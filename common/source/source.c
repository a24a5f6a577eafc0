#include "source/directory_json.h"
#include "source/source_host.h"
#include "source/source_internal.h"

static const struct source {
	enum config_source kind;
	const char *folder; /* below the state folder; NULL: nothing is kept */
	enum status (*read)(const struct config *config, const struct source_options *options,
			    struct source_document *document, struct complaint *out_complaint);
} sources[] = {
	{ CONFIG_SOURCE_FILE, NULL, source_file_read },
	{ CONFIG_SOURCE_HTTPS, "bundle", source_https_read },
	{ CONFIG_SOURCE_AWS, "aws", source_aws_read },
};

static void document_release(struct source_document *document)
{
	buffer_release(&document->bytes);
}

#define AUTO_DOCUMENT CLEANUP(document_release) struct source_document

/* Cut to fit: what is lost of a long path is known to its reader. */
static void append_place(struct complaint *complaint, const char *more)
{
	size_t used = strlen(complaint->place), length = strlen(more);
	size_t room = sizeof(complaint->place) - 1 - used;

	length = length < room ? length : room;
	memcpy(complaint->place + used, more, length);
	complaint->place[used + length] = '\0';
}

/* The file or the server first, then where in it. */
static void name_origin(const char *origin, struct complaint *complaint)
{
	struct complaint inner = *complaint;

	complaint->place[0] = '\0';
	append_place(complaint, origin);
	append_place(complaint, inner.place[0] ? ": " : "");
	append_place(complaint, inner.place);
}

static const struct source *find_source(enum config_source kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sources); i++)
		if (sources[i].kind == kind)
			return &sources[i];
	return NULL;
}

static enum status add_host(const struct config *config, const struct source_options *options,
			    struct buffer *inout_document, struct complaint *complaint)
{
	if (!options->is_offline)
		return config->host_metadata
			       ? source_host_add(config, options, inout_document, complaint)
			       : STATUS_OK;
	return options->host.length > 0 ? source_host_put(options->host, inout_document)
					: STATUS_OK;
}

static enum status read_source(const struct config *config, const struct source_options *options,
			       struct source_document *document, struct complaint *complaint)
{
	const struct source *source = find_source(config->source);
	enum status status;

	buffer_init(&document->bytes, SOURCE_BYTES_MAX);
	if (!source)
		return complain(complaint, STATUS_BAD_INPUT, "this source is not known");
	status = source->read(config, options, document, complaint);
	return status == STATUS_OK ? add_host(config, options, &document->bytes, complaint)
				   : status;
}

/* What the caller is told: the whole place, and never nothing. */
static enum status tell(const char *origin, enum status status, struct complaint *complaint,
			struct complaint *out_complaint)
{
	if (status == STATUS_OK)
		return status;
	if (!complaint->reason[0])
		(void)complain(complaint, status, "%s", status_text(status));
	name_origin(origin, complaint);
	if (out_complaint)
		*out_complaint = *complaint;
	return status;
}

enum status source_read(const struct config *config, const struct source_options *options,
			struct buffer *out_document, char out_origin[SOURCE_ORIGIN_SIZE],
			struct complaint *out_complaint)
{
	AUTO_DOCUMENT document = { .origin = "" };
	struct complaint complaint = { .line = 0 };
	enum status status = read_source(config, options, &document, &complaint);

	if (out_origin)
		memcpy(out_origin, document.origin, sizeof(document.origin));
	if (status == STATUS_OK)
		status = buffer_append(out_document, buffer_text(&document.bytes));
	return tell(document.origin, status, &complaint, out_complaint);
}

enum status source_decode(struct text document, const char *origin,
			  struct iam_directory *out_directory, struct complaint *out_complaint)
{
	const size_t bytes_max = SOURCE_DIRECTORY_BYTES_MAX < SIZE_MAX / 2
					 ? (size_t)SOURCE_DIRECTORY_BYTES_MAX
					 : SIZE_MAX / 2;
	struct complaint complaint = { .line = 0 };
	enum status status;

	iam_directory_init(out_directory, bytes_max);
	status = directory_json_decode(document, out_directory, &complaint);
	return tell(origin, status, &complaint, out_complaint);
}

enum status source_fetch(const struct config *config, const struct source_options *options,
			 struct iam_directory *out_directory, struct complaint *out_complaint)
{
	AUTO_DOCUMENT document = { .origin = "" };
	struct complaint complaint = { .line = 0 };
	enum status status = read_source(config, options, &document, &complaint);

	if (status == STATUS_OK)
		return source_decode(buffer_text(&document.bytes), document.origin, out_directory,
				     out_complaint);
	iam_directory_init(out_directory, 0);
	return tell(document.origin, status, &complaint, out_complaint);
}

static enum status take_below(const struct source_options *options, struct text path,
			      enum status (*take)(void *context, const char *path), void *context)
{
	char whole[PATH_MAX];

	if (text_format(whole, sizeof(whole), "%s%.*s", options->root, TEXT_ARGUMENTS(path)) !=
	    STATUS_OK)
		return STATUS_OK; /* nor will the source be able to open it */
	return take(context, whole);
}

enum status source_files(const struct config *config, const struct source_options *options,
			 enum status (*take)(void *context, const char *path), void *context)
{
	switch (config->source) {
	case CONFIG_SOURCE_FILE:
		return take_below(options, config->source_path, take, context);
	case CONFIG_SOURCE_AWS:
		return source_aws_files(config, options, take, context);
	case CONFIG_SOURCE_HTTPS:
		break;
	}
	return STATUS_OK;
}

const char *source_folder(const struct config *config)
{
	const struct source *source = find_source(config->source);

	return source ? source->folder : NULL;
}

enum status source_open_folder(const struct config *config, const struct source_options *options,
			       int *out_fd)
{
	const char *name = source_folder(config);
	char path[PATH_MAX];
	AUTO_CLOSE int state = -1;
	enum status status;
	int fd;

	if (!name)
		return STATUS_NOT_FOUND;
	if (options->opener)
		return options->opener->folder(options->opener->context, out_fd);
	status = text_format(path, sizeof(path), "%s%s", options->root, IAM_STATE_FOLDER);
	if (status == STATUS_OK)
		status = folder_open_trusted(path, options->trust, &state);
	if (status != STATUS_OK)
		return status;
	if (mkdirat(state, name, 0700) < 0 && errno != EEXIST)
		return STATUS_SYSTEM;
	fd = openat(state, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return STATUS_SYSTEM;
	*out_fd = fd;
	return STATUS_OK;
}
