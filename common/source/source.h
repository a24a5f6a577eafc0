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

/* Fetches and decodes what the configuration names. root is "" or the folder below which paths of
   the host are looked up. The caller releases the directory in any case. A complaint's place begins
   with the file: "/etc/iam/directory.json: UserDetailList[3].Tags[1].Key". STATUS_NOT_FOUND when it
   is not there, STATUS_BAD_DATA when it is not to be trusted, STATUS_BAD_INPUT when it is wrong. */
MUST_CHECK enum status source_fetch(const struct config *config, const char *root,
				    struct file_trust trust, struct iam_directory *out_directory,
				    struct complaint *out_complaint);

#endif
