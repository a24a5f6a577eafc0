/*
 * pam_iam/role_limit.h: what ends the session of a role when its time is up.
 *
 * Where systemd runs, a scope of its own, which ends with all that is in it. Elsewhere, and where
 * iam.conf says so, a timer of this process, su's or sudo's, which ends what it started when it is
 * told to: what went into the background stays. One does not stand in for the other: whoever runs
 * su can stop it for a while, limit it, and kill it. A session that pam_systemd(8) makes has the
 * same limit.
 */
#ifndef IAM_PAM_ROLE_LIMIT_H
#define IAM_PAM_ROLE_LIMIT_H

#include "attempt.h"

/* The session in attempt->place.role begins in this process. Any status but STATUS_OK is in the
   attempt too, with the reason: nothing would end it, so it must not begin. */
MUST_CHECK enum status role_limit_begin(struct attempt *attempt);

/* The session that this process began ends: the user and the log are told if its time was up. */
void role_limit_end(struct attempt *attempt);

#endif
