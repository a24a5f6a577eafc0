/*
 * common/signin/signin_mfa.h: is a user asked for a one-time code, and who says so?
 *
 * Knows the lines of iam.conf and the module's argument. Whether the user can answer is asked
 * elsewhere.
 */
#ifndef IAM_SIGNIN_SIGNIN_MFA_H
#define IAM_SIGNIN_SIGNIN_MFA_H

#include "signin/signin.h"

enum signin_mfa_source {
	SIGNIN_MFA_GENERAL = 0, /* [mfa] mode: no line applies */
	SIGNIN_MFA_ARGUMENT,    /* mfa= in pam.d, in the place of the service's line */
	SIGNIN_MFA_SERVICE,
	SIGNIN_MFA_GROUP,
};

struct signin_mfa {
	enum config_mfa mode;
	enum signin_mfa_source source;
	struct text name; /* of the service or group, as iam.conf has it; else empty */
};

/* The strictest of the lines that apply, or the general mode where none does: so a line can ask for
   more than that, and for less. A service without a name has no line; principal NULL, and a role,
   is in no group. Texts are the configuration's. */
struct signin_mfa signin_mfa_of(const struct config *config, const struct signin_request *request,
				const struct access_principal *principal);

#endif
