/*
 * nss_iam/reply.h: the caller's buffer, and the border between status and NSS.
 *
 * A reply is packed with a sticky flag that is looked at once, at the end. Every pointer of a reply
 * points into the caller's buffer. The contract, for each function of the module:
 *
 *   found            NSS_STATUS_SUCCESS   errno and *errnop untouched, the result assigned whole
 *   not ours         NSS_STATUS_NOTFOUND  ENOENT
 *   small buffer     NSS_STATUS_TRYAGAIN  ERANGE: the caller comes back with a larger one
 *   no resources     NSS_STATUS_TRYAGAIN  the reason, such as EMFILE
 *   no snapshot      NSS_STATUS_UNAVAIL   ENOENT
 *   not to be used   NSS_STATUS_UNAVAIL   EIO when damaged or not to be trusted, else the reason
 *
 * In all but the first the result is untouched.
 */
#ifndef IAM_NSS_REPLY_H
#define IAM_NSS_REPLY_H

#include <nss.h>

#include "base/text.h"

struct reply {
	char *next;
	size_t left;
	bool overflowed;
};

/* Room for bytes without alignment; NULL when there is not enough. */
static inline char *reply_bytes(struct reply *reply, size_t size)
{
	char *taken = reply->next;

	if (reply->overflowed || size > reply->left) {
		reply->overflowed = true;
		return NULL;
	}
	reply->next += size;
	reply->left -= size;
	return taken;
}

/* Room for count pointers, aligned whatever the buffer's own alignment is. */
char **reply_pointers(struct reply *reply, size_t count);

/* A NUL-terminated copy. */
char *reply_text(struct reply *reply, struct text text);

/* For STATUS_SYSTEM, errno must still be that of the failed call. */
enum nss_status nss_status_from(enum status status, int *errnop);

#endif
