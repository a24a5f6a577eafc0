#include "publish/place_internal.h"

enum status place_open(const char *to, const struct config *config,
		       const struct source_options *options, struct place *out_place,
		       struct complaint *out_complaint)
{
	if (text_starts_with(text_of(to), TEXT("https://")) ||
	    text_starts_with(text_of(to), TEXT("http://")))
		return place_s3_open(to, config, options, out_place, out_complaint);
	return place_folder_open(to, out_place, out_complaint);
}
