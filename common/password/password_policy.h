/*
 * common/password/password_policy.h: IAM's account password policy.
 *
 * Source: IAM User Guide, "Setting an account password policy for IAM users". Pure.
 */
#ifndef IAM_PASSWORD_PASSWORD_POLICY_H
#define IAM_PASSWORD_PASSWORD_POLICY_H

#include "base/buffer.h"
#include "directory/directory.h"

enum { PASSWORD_CHARACTERS_MAX = 128, PASSWORD_DEFAULT_LENGTH_MIN = 8 };

/* One bit each, so that everything that is wrong is said at once. */
enum password_fault {
	PASSWORD_TOO_SHORT = 1 << 0,
	PASSWORD_TOO_LONG = 1 << 1,
	PASSWORD_NEEDS_SYMBOL = 1 << 2,
	PASSWORD_NEEDS_NUMBER = 1 << 3,
	PASSWORD_NEEDS_UPPERCASE = 1 << 4,
	PASSWORD_NEEDS_LOWERCASE = 1 << 5,
	PASSWORD_NEEDS_THREE_CLASSES = 1 << 6,
	PASSWORD_IS_NAME = 1 << 7,           /* the user's name or e-mail, ignoring case */
	PASSWORD_HAS_BAD_CHARACTER = 1 << 8, /* outside U+0020-U+007E */
	/* Found out by the caller, with the hashes. */
	PASSWORD_IS_CURRENT = 1 << 9,
	PASSWORD_WAS_USED = 1 << 10,
	PASSWORD_IS_WEAK = 1 << 11, /* in a dictionary of guesses; the host's own rule, not IAM's */
};

struct password_owner {
	struct text iam_name, unix_name;
};

/* The faults of a new password, 0 when there are none. */
unsigned password_policy_check(const struct iam_password_policy *policy, struct text password,
			       const struct password_owner *owner);

/* A sentence for each fault, in plain words, separated by newlines; never the password. */
MUST_CHECK enum status password_policy_explain(const struct iam_password_policy *policy,
					       unsigned faults, struct buffer *out_text);

#endif
