#include "source/source_internal.h"

static const struct source {
	enum config_source kind;
	enum status (*fetch)(const struct config *config, const struct source_options *options,
			     struct iam_directory *inout_directory,
			     struct complaint *out_complaint);
} sources[] = {
	{ CONFIG_SOURCE_FILE, source_file_fetch },
	{ CONFIG_SOURCE_AWS, source_aws_fetch },
};

/* Cut to fit: what is lost of a long path is known to its reader. */
static void append_place(struct complaint *complaint, const char *more)
{
	size_t used = strlen(complaint->place), length = strlen(more);
	size_t room = sizeof(complaint->place) - 1 - used;

	length = length < room ? length : room;
	memcpy(complaint->place + used, more, length);
	complaint->place[used + length] = '\0';
}

void source_name_origin(const char *origin, struct complaint *complaint)
{
	struct complaint inner = *complaint;

	complaint->place[0] = '\0';
	append_place(complaint, origin);
	append_place(complaint, inner.place[0] ? ": " : "");
	append_place(complaint, inner.place);
}

enum status source_fetch(const struct config *config, const struct source_options *options,
			 struct iam_directory *out_directory, struct complaint *out_complaint)
{
	const size_t bytes_max = SOURCE_DIRECTORY_BYTES_MAX < SIZE_MAX / 2
					 ? (size_t)SOURCE_DIRECTORY_BYTES_MAX
					 : SIZE_MAX / 2;

	iam_directory_init(out_directory, bytes_max);
	for (size_t i = 0; i < ARRAY_LENGTH(sources); i++)
		if (sources[i].kind == config->source)
			return sources[i].fetch(config, options, out_directory, out_complaint);
	return complain(out_complaint, STATUS_BAD_INPUT, "this source is not known");
}
