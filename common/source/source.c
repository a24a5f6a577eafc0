#include "source/directory_json.h"
#include "source/source_host.h"
#include "source/source_internal.h"

static const struct source {
	enum config_source kind;
	enum status (*read)(const struct config *config, const struct source_options *options,
			    struct source_document *document, struct complaint *out_complaint);
} sources[] = {
	{ CONFIG_SOURCE_FILE, source_file_read },
	{ CONFIG_SOURCE_HTTPS, source_https_read },
	{ CONFIG_SOURCE_AWS, source_aws_read },
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

static enum status read_source(const struct config *config, const struct source_options *options,
			       struct source_document *document, struct complaint *complaint)
{
	const struct source *source = find_source(config->source);
	enum status status;

	buffer_init(&document->bytes, SOURCE_BYTES_MAX);
	if (!source)
		return complain(complaint, STATUS_BAD_INPUT, "this source is not known");
	status = source->read(config, options, document, complaint);
	if (status == STATUS_OK && config->host_metadata)
		status = source_host_add(config, options, &document->bytes, complaint);
	return status;
}

/* What the caller is told: the whole place, and never nothing. */
static enum status tell(const struct source_document *document, enum status status,
			struct complaint *complaint, struct complaint *out_complaint)
{
	if (status == STATUS_OK)
		return status;
	if (!complaint->reason[0])
		(void)complain(complaint, status, "%s", status_text(status));
	name_origin(document->origin, complaint);
	if (out_complaint)
		*out_complaint = *complaint;
	return status;
}

enum status source_read(const struct config *config, const struct source_options *options,
			struct buffer *out_document, struct complaint *out_complaint)
{
	AUTO_DOCUMENT document = { .origin = "" };
	struct complaint complaint = { .line = 0 };
	enum status status = read_source(config, options, &document, &complaint);

	if (status == STATUS_OK)
		status = buffer_append(out_document, buffer_text(&document.bytes));
	return tell(&document, status, &complaint, out_complaint);
}

enum status source_fetch(const struct config *config, const struct source_options *options,
			 struct iam_directory *out_directory, struct complaint *out_complaint)
{
	const size_t bytes_max = SOURCE_DIRECTORY_BYTES_MAX < SIZE_MAX / 2
					 ? (size_t)SOURCE_DIRECTORY_BYTES_MAX
					 : SIZE_MAX / 2;
	AUTO_DOCUMENT document = { .origin = "" };
	struct complaint complaint = { .line = 0 };
	enum status status;

	iam_directory_init(out_directory, bytes_max);
	status = read_source(config, options, &document, &complaint);
	if (status == STATUS_OK)
		status = directory_json_decode(buffer_text(&document.bytes), out_directory,
					       &complaint);
	return tell(&document, status, &complaint, out_complaint);
}
