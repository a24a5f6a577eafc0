/*
 * nss_iam/reply.c: the caller's buffer, and the border between status and NSS.
 */
#include "reply.h"

#include <stdalign.h>

char **reply_pointers(struct reply *reply, size_t count)
{
	size_t padding = -(uintptr_t)reply->next % alignof(char *);

	if (count > reply->left / sizeof(char *)) {
		reply->overflowed = true;
		return NULL;
	}
	if (!reply_bytes(reply, padding))
		return NULL;
	return (char **)(void *)reply_bytes(reply, count * sizeof(char *));
}

char *reply_text(struct reply *reply, struct text text)
{
	char *copy = reply_bytes(reply, text.length + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text.bytes, text.length);
	copy[text.length] = '\0';
	return copy;
}

/* Passing shortages: glibc tells the caller to come back, and the next service is asked. */
static bool is_shortage(int error)
{
	return error == EAGAIN || error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == EINTR;
}

enum nss_status nss_status_from(enum status status, int *errnop)
{
	switch (status) {
	case STATUS_OK:
		return NSS_STATUS_SUCCESS;
	case STATUS_NOT_FOUND:
	case STATUS_BAD_INPUT: /* a name or an id that we could never have issued */
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case STATUS_NO_SPACE:
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	case STATUS_NO_MEMORY:
		*errnop = ENOMEM;
		return NSS_STATUS_TRYAGAIN;
	case STATUS_UNAVAILABLE:
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	case STATUS_BAD_DATA: /* not ENOENT: callers must not take it for "no such user" */
		*errnop = EIO;
		return NSS_STATUS_UNAVAIL;
	case STATUS_SYSTEM:
		break;
	}
	*errnop = errno;
	return is_shortage(*errnop) ? NSS_STATUS_TRYAGAIN : NSS_STATUS_UNAVAIL;
}
