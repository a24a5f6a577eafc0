/*
 * common/source/source_internal.h: what a source is, one row each in source.c.
 */
#ifndef IAM_SOURCE_SOURCE_INTERNAL_H
#define IAM_SOURCE_SOURCE_INTERNAL_H

#include "source/source.h"

/* Each fills a directory that has been initialised. */
enum status source_file_fetch(const struct config *config, const struct source_options *options,
			      struct iam_directory *inout_directory,
			      struct complaint *out_complaint);
enum status source_aws_fetch(const struct config *config, const struct source_options *options,
			     struct iam_directory *inout_directory,
			     struct complaint *out_complaint);

/* Puts the file, or the server, in front of the complaint's place. */
void source_name_origin(const char *origin, struct complaint *complaint);

#endif
