/*
 * common/password/password_strength.h: is a password among those that are guessed first?
 *
 * By libpwquality and cracklib's dictionary, with what pwquality.conf(5) of the host says beside: a
 * rule of the host's own, on top of IAM's. Depends on files of the host, unlike the rest of this
 * part.
 */
#ifndef IAM_PASSWORD_PASSWORD_STRENGTH_H
#define IAM_PASSWORD_PASSWORD_STRENGTH_H

#include "base/complaint.h"
#include "base/text.h"

enum { PASSWORD_WEAKNESS_SIZE = 320 };

struct password_strength {
	bool is_weak;
	char why[PASSWORD_WEAKNESS_SIZE]; /* a sentence, never the password */
};

/* STATUS_UNAVAILABLE, with a complaint, when it cannot be told: this program was built without the
   library, or pwquality.conf is wrong. A dictionary that cannot be read makes every password weak.
 */
MUST_CHECK enum status password_strength_check(struct text password, struct text unix_name,
					       struct password_strength *out_strength,
					       struct complaint *out_complaint);

#endif
