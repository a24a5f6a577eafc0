/*
 * common/password/password_expiry.h: how long a password is good for.
 *
 * Source: IAM User Guide, "Password expiration". Pure: the policy, the day of the last change and
 * now in, a standing out. Applies at once when the policy changes. Knows no user and no service.
 */
#ifndef IAM_PASSWORD_PASSWORD_EXPIRY_H
#define IAM_PASSWORD_PASSWORD_EXPIRY_H

#include "directory/directory.h"

enum {
	PASSWORD_DAY_SECONDS = 86400,
	PASSWORD_WARNING_DAYS = 15,
	PASSWORD_WARNING_SECONDS = PASSWORD_WARNING_DAYS * PASSWORD_DAY_SECONDS,
};

enum password_standing {
	PASSWORD_HARD_EXPIRED = 0, /* only an administrator can set another */
	PASSWORD_EXPIRED,          /* to be changed before anything else */
	PASSWORD_TEMPORARY,        /* the same, because it was given out to be changed */
	PASSWORD_EXPIRES_SOON,
	PASSWORD_GOOD,
};

struct password_age {
	enum password_standing standing;
	int64_t expires;    /* when it expires or did; 0: never, or nobody knows when it was set */
	uint32_t days_left; /* whole days until then; 0 when it never expires */
};

/* changed: seconds since 1970. Where passwords expire, one that was changed at no known time or in
   the future has expired. */
struct password_age password_age(const struct iam_password_policy *policy, int64_t changed,
				 bool is_temporary, int64_t now);

static inline bool password_must_change(enum password_standing standing)
{
	return standing != PASSWORD_EXPIRES_SOON && standing != PASSWORD_GOOD;
}

#endif
