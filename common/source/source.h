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

enum { SOURCE_BYTES_MAX = 0x7fffffff };

/* Fetches and decodes what the configuration names. root is "" or the folder below which paths of
   the host are looked up. The caller releases the directory in any case. */
MUST_CHECK enum status source_fetch(const struct config *config, const char *root,
				    struct file_trust trust, struct iam_directory *out_directory,
				    struct complaint *out_complaint);

#endif
