/*
 * common/bundle/bundle_members.h: the members of a document that travel, for split and join.
 */
#ifndef IAM_BUNDLE_BUNDLE_MEMBERS_H
#define IAM_BUNDLE_BUNDLE_MEMBERS_H

#include "base/base.h"

struct bundle_member {
	const char *name;
	const char *key; /* of a list: what tells its elements apart; NULL for a single value */
};

enum { BUNDLE_MEMBERS = 11 };

/* iam-directory(5) has them all; those that are not here tell of one fetch, not of the account. */
extern const struct bundle_member bundle_members[BUNDLE_MEMBERS];

#endif
