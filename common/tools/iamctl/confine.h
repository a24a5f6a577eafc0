/*
 * common/tools/iamctl/confine.h: a process that gives up what it will not need, for good.
 */
#ifndef IAM_TOOLS_IAMCTL_CONFINE_H
#define IAM_TOOLS_IAMCTL_CONFINE_H

#include <sys/types.h>

#include "base/file.h"

enum { CONFINE_DESCRIPTORS_MAX = 16 };

struct confinement {
	uid_t uid;
	gid_t gid;
	pid_t parent;                             /* with which it ends */
	int descriptors[CONFINE_DESCRIPTORS_MAX]; /* that stay open, -1 for none; the standard ones
						       lead nowhere */
	size_t count;
	uint64_t bytes_max; /* of a file that it writes */
};

/* The ids of an account in /etc/passwd, or those of nobody; true when it is there. */
bool confine_account(const char *name, uid_t *out_uid, gid_t *out_gid);

/* For a child that is alone in its process. STATUS_SYSTEM when any of it could not be done; then
   the process is to end. */
MUST_CHECK enum status confine(const struct confinement *confinement);

#endif
