/*
 * common/source/source_internal.h: what a source is, one row each in source.c.
 */
#ifndef IAM_SOURCE_SOURCE_INTERNAL_H
#define IAM_SOURCE_SOURCE_INTERNAL_H

#include "source/source.h"

/* Fills a directory that has been initialised. */
enum status source_file_fetch(const struct config *config, const char *root,
			      struct file_trust trust, struct iam_directory *inout_directory,
			      struct complaint *out_complaint);

#endif
