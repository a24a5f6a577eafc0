/*
 * common/source/source_internal.h: what a source is, one row each in source.c.
 */
#ifndef IAM_SOURCE_SOURCE_INTERNAL_H
#define IAM_SOURCE_SOURCE_INTERNAL_H

#include <limits.h>

#include "source/source.h"

/* A document and where it came from, for complaints about what is in it. */
struct source_document {
	struct buffer bytes;
	char origin[SOURCE_ORIGIN_SIZE]; /* "/etc/iam/directory.json" */
};

/* Each appends the document's bytes and names the origin first of all. */
enum status source_file_read(const struct config *config, const struct source_options *options,
			     struct source_document *document, struct complaint *out_complaint);
enum status source_https_read(const struct config *config, const struct source_options *options,
			      struct source_document *document, struct complaint *out_complaint);
enum status source_aws_read(const struct config *config, const struct source_options *options,
			    struct source_document *document, struct complaint *out_complaint);

/* Of source_files(). */
enum status source_aws_files(const struct config *config, const struct source_options *options,
			     enum status (*take)(void *context, const char *path), void *context);

#endif
