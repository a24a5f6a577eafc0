/*
 * common/signin/signin_reason.h: why somebody was let in or not, in stable words.
 *
 * The codes are for logs, scripts and search: once released, a code never changes its meaning. One
 * table holds code and explanation; pam_iam(8) lists the same and a test compares them.
 */
#ifndef IAM_SIGNIN_SIGNIN_REASON_H
#define IAM_SIGNIN_SIGNIN_REASON_H

#include "base/text.h"

enum signin_reason {
	SIGNIN_REASON_NONE = 0, /* refuses: nobody decided */
	SIGNIN_REASON_ALLOWED,
	SIGNIN_REASON_USER_UNKNOWN,
	SIGNIN_REASON_PASSWORD_WRONG,
	SIGNIN_REASON_CODE_WRONG,
	SIGNIN_REASON_CODE_REUSED,
	SIGNIN_REASON_BREAK_GLASS_NOT_DUE, /* a right code of that kind, while the directory is
					      fresh */
	SIGNIN_REASON_BREAK_GLASS_EXPIRED,
	SIGNIN_REASON_LOCKED,
	SIGNIN_REASON_ADDRESS_LOCKED,
	SIGNIN_REASON_PASSWORD_NOT_SET,
	SIGNIN_REASON_PASSWORD_DISABLED, /* no login profile in IAM */
	SIGNIN_REASON_MFA_NOT_ENROLLED,
	SIGNIN_REASON_MFA_TOO_OLD, /* has devices, and all are past their time */
	SIGNIN_REASON_FLEET_STALE, /* the host follows a fleet, and has not heard of it for long */
	SIGNIN_REASON_ROLE_DIRECT,
	SIGNIN_REASON_SNAPSHOT_STALE,
	SIGNIN_REASON_SNAPSHOT_EXPIRED,    /* the document's own Expires has passed */
	SIGNIN_REASON_NOT_AUTHORIZED,      /* no policy allows it */
	SIGNIN_REASON_POLICY_DENIED,       /* a policy denies it */
	SIGNIN_REASON_POLICY_UNREADABLE,   /* a policy that may deny it cannot be read */
	SIGNIN_REASON_HOST_POLICY,         /* host-policy.json is wrong or not to be trusted */
	SIGNIN_REASON_SOURCE_UNREADABLE,   /* no address, and a policy asks for it */
	SIGNIN_REASON_ROLE_NOT_ASSUMED,    /* a role without a session in which it was taken */
	SIGNIN_REASON_ROLE_SESSION_OVER,   /* whose time is up */
	SIGNIN_REASON_ROLE_SCOPE,          /* whose end nothing would see to */
	SIGNIN_REASON_CHANGE_REQUIRED,     /* the password has expired or is temporary */
	SIGNIN_REASON_PASSWORD_EXPIRED,    /* and only an administrator can set another */
	SIGNIN_REASON_PASSWORD_UNATTENDED, /* and nobody can be asked for another here */
	SIGNIN_REASON_CHANGE_NOT_ALLOWED,
	SIGNIN_REASON_FLEET_MANAGED, /* changed where the fleet's are, not on this host */
	SIGNIN_REASON_PASSWORD_POLICY,
	SIGNIN_REASON_DEVICE_NAME,  /* of a new MFA device: taken, or not as IAM's are */
	SIGNIN_REASON_DEVICE_QUOTA, /* there is no room for another */
	SIGNIN_REASON_CODES_WRONG,  /* two codes, and not two consecutive ones of the device */
	SIGNIN_REASON_DEVICE_UNKNOWN,
	SIGNIN_REASON_NOT_OWN_ACCOUNT, /* the caller is not root, and asks for somebody else */
	SIGNIN_REASON_NOT_ROOT,        /* what was asked for is root's alone to do */
	SIGNIN_REASON_HELPER_ABSENT,   /* iam-self(8) cannot be reached, or trusted */
	SIGNIN_REASON_HELPER_REFUSED,  /* and has told its log why, not the caller */
	SIGNIN_REASON_CONVERSATION,    /* aborted, or the application cannot ask */
	SIGNIN_REASON_OPTIONS,         /* the module's arguments in pam.d are wrong */
	SIGNIN_REASON_CONFIG,          /* iam.conf is wrong or not to be trusted */
	SIGNIN_REASON_SNAPSHOT,        /* absent, damaged or not to be trusted */
	SIGNIN_REASON_STORE,           /* credentials cannot be read or written */
	SIGNIN_REASON_AUDIT,           /* it cannot be recorded, and iam.conf wants that */
	SIGNIN_REASON_SYSTEM,          /* out of memory, or the system refused a call */
	SIGNIN_REASON_COUNT,
};

/* "password-wrong"; never NULL. */
const char *signin_reason_code(enum signin_reason reason);

/* The other way round; SIGNIN_REASON_NONE for a code that is none. */
enum signin_reason signin_reason_of_code(struct text code);

/* One sentence for the administrator; never NULL. */
const char *signin_reason_text(enum signin_reason reason);

#endif
