/*
 * common/password/password_history.h: was a password used before?
 *
 * Former passwords are hashed at the cost of present ones, because people make the new from the
 * old: a cheaper hash of an old one would be a cheap way to guess the present one. So a check costs
 * one crypt call for each of up to 25 hashes, some seconds at most; a change is rare, and made by
 * somebody who has proven the old password. Whoever waits can be shown how far it is.
 */
#ifndef IAM_PASSWORD_PASSWORD_HISTORY_H
#define IAM_PASSWORD_PASSWORD_HISTORY_H

#include "base/text.h"

/* Called before each comparison. */
struct password_history_watch {
	void (*step)(void *context, size_t done, size_t total);
	void *context;
};

/* hashes: the present one first. out_at: which of them it is, count when none. watch may be NULL.
   STATUS_BAD_DATA when one that was looked at is no hash that crypt(3) knows: then nobody can say
   that the password is new. What nobody's password can be (empty, too long) is none of them. */
MUST_CHECK enum status password_history_find(const char *const *hashes, size_t count,
					     struct text password,
					     const struct password_history_watch *watch,
					     size_t *out_at);

#endif
