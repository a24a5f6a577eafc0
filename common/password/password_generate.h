/*
 * common/password/password_generate.h: a password that nobody has thought up.
 */
#ifndef IAM_PASSWORD_PASSWORD_GENERATE_H
#define IAM_PASSWORD_PASSWORD_GENERATE_H

#include "base/secret.h"
#include "password/password_policy.h"

enum { PASSWORD_GENERATED_LENGTH = 20 }; /* 119 bits; more when the policy wants more */

/*
 * One that the policy accepts, each with the same chance. Of letters, digits and a few of IAM's
 * symbols, without those that are taken for each other (l I O 0 1); it begins with a letter, and
 * means nothing but itself to a shell.
 */
MUST_CHECK enum status password_generate(const struct iam_password_policy *policy,
					 const struct password_owner *owner,
					 struct secret *out_password);

#endif
