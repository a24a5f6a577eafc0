/*
 * common/source/aws/aws_leaves.h: a reply of S3 as its words, by expat.
 *
 * S3's replies have another form than the Query API's, and little of them is wanted: the text of
 * elements that hold nothing but text, each with the name of the element around it. No DTD, no
 * entities of the document's own, limits on depth, text and size.
 */
#ifndef IAM_SOURCE_AWS_AWS_LEAVES_H
#define IAM_SOURCE_AWS_AWS_LEAVES_H

#include "base/buffer.h"

enum {
	AWS_LEAVES_DEPTH_MAX = 8,
	AWS_LEAVES_TEXT_MAX = 4096, /* bytes of one element */
	AWS_LEAVES_BYTES_MAX = 8 << 20,
};

/* Tells of each in the order of the document: "Contents", "Key", "prefix/manifest". Any status but
   STATUS_OK ends it. STATUS_BAD_INPUT for what is no XML of this kind. */
MUST_CHECK enum status aws_leaves_read(struct text document,
				       enum status (*take)(void *context, const char *around,
							   const char *name, struct text text),
				       void *context);

#endif
