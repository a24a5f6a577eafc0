/*
 * common/signin/signin_grace.h: how long a user who needs a device and has none may do without.
 */
#ifndef IAM_SIGNIN_SIGNIN_GRACE_H
#define IAM_SIGNIN_SIGNIN_GRACE_H

#include "signin/signin.h"

/* [mfa] grace, from the moment that a sync first brought the user to this host. Not running when
   there is none, it is over, or that moment is not known or lies in the future. */
struct signin_grace {
	bool is_running;
	int64_t until;
	uint32_t days_left; /* begun ones: one on the last day */
};

struct signin_grace signin_grace_of(const struct config *config, const struct snapshot *access,
				    const struct access_principal *principal, int64_t now);

#endif
