/*
 * common/source/directory_json.h: the directory document, decoded.
 *
 * One format for every source: what `aws iam get-account-authorization-details` prints, with
 * optional members beside it. iam-directory(5) describes it. Unknown members are ignored; wrong
 * types, keys given twice, bad ARNs and documents that are no JSON are refused with their place.
 */
#ifndef IAM_SOURCE_DIRECTORY_JSON_H
#define IAM_SOURCE_DIRECTORY_JSON_H

#include "base/complaint.h"
#include "directory/directory.h"

/* Fills an initialised directory; everything is copied, the document may go. */
MUST_CHECK enum status directory_json_decode(struct text document,
					     struct iam_directory *inout_directory,
					     struct complaint *out_complaint);

#endif
