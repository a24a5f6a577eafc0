#include "source/source_internal.h"

static const struct source {
	enum config_source kind;
	enum status (*fetch)(const struct config *config, const char *root, struct file_trust trust,
			     struct iam_directory *inout_directory,
			     struct complaint *out_complaint);
} sources[] = {
	{ CONFIG_SOURCE_FILE, source_file_fetch },
};

enum status source_fetch(const struct config *config, const char *root, struct file_trust trust,
			 struct iam_directory *out_directory, struct complaint *out_complaint)
{
	const size_t bytes_max = SOURCE_DIRECTORY_BYTES_MAX < SIZE_MAX / 2
					 ? (size_t)SOURCE_DIRECTORY_BYTES_MAX
					 : SIZE_MAX / 2;

	iam_directory_init(out_directory, bytes_max);
	for (size_t i = 0; i < ARRAY_LENGTH(sources); i++)
		if (sources[i].kind == config->source)
			return sources[i].fetch(config, root, trust, out_directory, out_complaint);
	return complain(out_complaint, STATUS_BAD_INPUT, "this source is not known");
}
