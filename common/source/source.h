/*
 * common/source/source.h: where directories come from.
 *
 * A source gives bytes of a directory document and decodes them; it never decides, never publishes.
 */
#ifndef IAM_SOURCE_SOURCE_H
#define IAM_SOURCE_SOURCE_H

#include "base/complaint.h"
#include "config/config.h"
#include "directory/directory.h"

enum { SOURCE_BYTES_MAX = 0x7fffffff }; /* of a document */

/* Of a decoded directory: what a document says once it holds once, with pointers around it. */
static const uint64_t SOURCE_DIRECTORY_BYTES_MAX = (uint64_t)4 * SOURCE_BYTES_MAX;

/* What a source needs of the program that asks. */
struct source_options {
	const char *root; /* "" or the folder below which paths of the host are looked up */
	struct file_trust trust;
	int64_t now;
	/* A variable of the environment, or NULL when it is not set: sources that sign ask for
	   keys. NULL itself for none at all. */
	const char *(*variable)(const char *name);
	/* Told what was asked how often, once it is over, in a sentence a call; may be NULL. */
	void (*tell)(void *context, const char *sentence);
	void *context;
};

/* The document as the source has it, appended and not looked at: for those who pass it on. The
   complaint's place is the file or the server. */
MUST_CHECK enum status source_read(const struct config *config,
				   const struct source_options *options,
				   struct buffer *out_document, struct complaint *out_complaint);

/* Fetches and decodes what the configuration names. The caller releases the directory in any case.
   A complaint's place begins with the file or the server:
   "/etc/iam/directory.json: UserDetailList[3].Tags[1].Key". STATUS_NOT_FOUND when it is not there,
   STATUS_UNAVAILABLE when it cannot be reached or refuses, STATUS_BAD_DATA when it is not to be
   trusted, STATUS_BAD_INPUT when it is wrong. */
MUST_CHECK enum status source_fetch(const struct config *config,
				    const struct source_options *options,
				    struct iam_directory *out_directory,
				    struct complaint *out_complaint);

#endif
