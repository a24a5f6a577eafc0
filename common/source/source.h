/*
 * common/source/source.h: where directories come from.
 *
 * A source gives bytes of a directory document and decodes them; it never decides, never publishes.
 */
#ifndef IAM_SOURCE_SOURCE_H
#define IAM_SOURCE_SOURCE_H

#include <fcntl.h>

#include "base/complaint.h"
#include "config/config.h"
#include "directory/directory.h"

enum {
	SOURCE_BYTES_MAX = 0x7fffffff, /* of a document */
	SOURCE_ORIGIN_SIZE = 4096,
};

/* Of a decoded directory: what a document says once it holds once, with pointers around it. */
static const uint64_t SOURCE_DIRECTORY_BYTES_MAX = (uint64_t)4 * SOURCE_BYTES_MAX;

/* What a process that may not open it itself was given beforehand. */
struct source_opener {
	/* As file_open_trusted() would. */
	enum status (*file)(const void *context, const char *path, struct file_trust trust,
			    off_t bytes_max, int *out_fd);
	/* The folder of source_folder(). */
	enum status (*folder)(const void *context, int *out_fd);
	const void *context;
};

/* What a source needs of the program that asks. */
struct source_options {
	const char *root; /* "" or the folder below which paths of the host are looked up */
	struct file_trust trust;
	int64_t now;
	const struct source_opener *opener; /* NULL: this process opens files by their paths */
	/* The files of a signed bundle are fetched, and stay where they are for somebody else to
	   put together: the document is an object without their members. */
	bool is_fetch_only;
	/* Nothing is asked. A bundle is put together of what was fetched and is signed; what this
	   instance was told of itself is the object host, or TEXT("") for nothing. */
	bool is_offline;
	struct text host;
	/* A variable of the environment, or NULL when it is not set: sources that sign ask for
	   keys. NULL itself for none at all. */
	const char *(*variable)(const char *name);
	/* Told what was asked how often, once it is over, in a sentence a call; may be NULL. */
	void (*tell)(void *context, const char *sentence);
	void *context;
};

/* The document as the source has it, appended and not looked at: for those who pass it on. The
   complaint's place is the file or the server; so is out_origin, for complaints about what is in
   it, which may be NULL. */
MUST_CHECK enum status source_read(const struct config *config,
				   const struct source_options *options,
				   struct buffer *out_document, char out_origin[SOURCE_ORIGIN_SIZE],
				   struct complaint *out_complaint);

/* What source_read() gave, decoded; the caller releases the directory in any case. A complaint's
   place begins with origin. */
MUST_CHECK enum status source_decode(struct text document, const char *origin,
				     struct iam_directory *out_directory,
				     struct complaint *out_complaint);

/* Fetches and decodes what the configuration names. The caller releases the directory in any case.
   A complaint's place begins with the file or the server:
   "/etc/iam/directory.json: UserDetailList[3].Tags[1].Key". STATUS_NOT_FOUND when it is not there,
   STATUS_UNAVAILABLE when it cannot be reached or refuses, STATUS_BAD_DATA when it is not to be
   trusted, STATUS_BAD_INPUT when it is wrong. */
MUST_CHECK enum status source_fetch(const struct config *config,
				    const struct source_options *options,
				    struct iam_directory *out_directory,
				    struct complaint *out_complaint);

/* For those who read a source in a process that may do less than they may. */

/* Tells of each file that only root may be able to read; those that are not there too. */
MUST_CHECK enum status source_files(const struct config *config,
				    const struct source_options *options,
				    enum status (*take)(void *context, const char *path),
				    void *context);

/* The name below the state folder of what the source keeps from one time to the next; NULL when it
   keeps nothing. */
const char *source_folder(const struct config *config);

/* Makes that folder when it is not there. */
MUST_CHECK enum status source_open_folder(const struct config *config,
					  const struct source_options *options, int *out_fd);

/* Whether what it gives proves by itself who made it: a folder in which it was fetched by somebody
   else need not be trusted. */
static inline bool source_is_signed(const struct config *config)
{
	return config->source == CONFIG_SOURCE_HTTPS;
}

/* The member "Host" of a document that source_read() gave; empty when there is none. */
struct text source_host_of(struct text document);

static inline enum status source_open_file(const struct source_opener *opener, const char *path,
					   struct file_trust trust, off_t bytes_max, int *out_fd)
{
	return opener ? opener->file(opener->context, path, trust, bytes_max, out_fd)
		      : file_open_trusted(AT_FDCWD, path, trust, bytes_max, out_fd);
}

#endif
