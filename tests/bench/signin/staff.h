/*
 * tests/bench/signin/staff.h: a directory document of any size, whose users have policies.
 *
 * STAFF_USER is in ten groups with two managed policies of 6 KB each, as large as IAM allows, and
 * may sign in by what the last of them says. So is every hundredth of the others; the rest are in
 * two groups.
 */
#ifndef IAM_BENCH_STAFF_H
#define IAM_BENCH_STAFF_H

#include "base/buffer.h"

#define STAFF_USER "user1"
#define STAFF_ADDRESS "10.20.30.40" /* from where its policies allow signing in */

enum { STAFF_GROUPS = 10, STAFF_POLICIES = 2 * STAFF_GROUPS, STAFF_ID_SIZE = 32 };

/* The id of the user "userNUMBER"; returns buffer. */
const char *staff_user_id(size_t number, char buffer[STAFF_ID_SIZE]);

/* The document of a policy, appended as compact JSON. */
void staff_policy(size_t number, struct buffer *out_json);

/* Writes /etc/iam/iam.conf and directory.json, and runs "iamctl sync" over nothing. */
void staff_publish(size_t users, const char *iamctl);

#endif
