/*
 * common/signin/signin_fleet.h: users whose credentials are a fleet's, on a host that follows it.
 *
 * Their passwords and devices came from elsewhere, are changed elsewhere, and are good for a while
 * without word from there. iam.conf says which host follows, and whose credentials are its own all
 * the same.
 */
#ifndef IAM_SIGNIN_SIGNIN_FLEET_H
#define IAM_SIGNIN_SIGNIN_FLEET_H

#include "signin/signin.h"

/* Is the principal a member of one of these groups, by IAM's name or by the one of this host? */
bool signin_is_in_groups(const struct access_principal *principal, const struct text *names,
			 size_t count);

/* Are the user's credentials the fleet's? Never a role's, which has none. */
bool signin_is_fleets(const struct config *config, const struct access_principal *principal);

/* Sets answer->reason when the fleet was not heard of for too long, or never. Nothing on a host
   that follows none. Needs the store where it follows one. */
MUST_CHECK enum status signin_check_fleet(const struct signin_records *records, int64_t now,
					  struct signin_answer *answer);

/* The same of a user for whom the fleet has not been asked yet: without its devices nobody can tell
   whether a code is due. */
MUST_CHECK enum status signin_check_followed(const struct signin_records *records,
					     const struct access_principal *principal,
					     struct signin_answer *answer);

#endif
