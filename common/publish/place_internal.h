/*
 * common/publish/place_internal.h: the two kinds of places, for place.c.
 */
#ifndef IAM_PUBLISH_PLACE_INTERNAL_H
#define IAM_PUBLISH_PLACE_INTERNAL_H

#include "publish/place.h"

MUST_CHECK enum status place_folder_open(const char *path, struct place *out_place,
					 struct complaint *out_complaint);
MUST_CHECK enum status place_s3_open(const char *url, const struct config *config,
				     const struct source_options *options, struct place *out_place,
				     struct complaint *out_complaint);

#endif
