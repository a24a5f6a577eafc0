/*
 * pam_iam/local_groups.h: joins the groups of the host that iam.conf gives an IAM user.
 */
#ifndef IAM_PAM_LOCAL_GROUPS_H
#define IAM_PAM_LOCAL_GROUPS_H

#include "attempt.h"

/* Adds them to the groups of this process, which must be root's. A group that the host does not
   have is logged and left out. */
MUST_CHECK enum status local_groups_join(struct attempt *attempt);

#endif
