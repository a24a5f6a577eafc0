/*
 * common/credentials/credential_recovery.h: a user's recovery codes, each good once in the place of
 * a device's.
 *
 * Their hashes: the codes themselves are shown to their user when they are made, and to nobody
 * again. An attempt to sign in (credential_store.h) compares and uses them up.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_RECOVERY_H
#define IAM_CREDENTIALS_CREDENTIAL_RECOVERY_H

#include "credentials/credential_store.h"

enum { CREDENTIAL_RECOVERY_CODES = 10 };

/* One salt for the whole set, so that a code that is typed is hashed once to be compared with all
   of it; the codes are random, so that it tells nothing. */
struct credential_recovery_set {
	char setting[CREDENTIAL_HASH_SIZE]; /* crypt(5)'s; each hash begins with it */
	char hashes[CREDENTIAL_RECOVERY_CODES][CREDENTIAL_HASH_SIZE];
	int64_t made_at;
};

/* In the place of the codes before it, used or not. STATUS_BAD_INPUT when a hash is not of the
   setting, or two are the same. */
MUST_CHECK enum status credential_recovery_replace(struct credential_store *store,
						   struct text user_id,
						   const struct credential_recovery_set *set);

/* STATUS_NOT_FOUND when the user has no set. */
MUST_CHECK enum status credential_recovery_remove(struct credential_store *store,
						  struct text user_id);

struct credential_recovery {
	int64_t made_at, last_used; /* last_used 0: none was */
	unsigned left;
};

/* STATUS_NOT_FOUND when the user has no set. */
MUST_CHECK enum status credential_recovery_state(struct credential_store *store,
						 struct text user_id,
						 struct credential_recovery *out_recovery);

/* What a code has to be hashed with to be compared. STATUS_NOT_FOUND when the user has no set. */
MUST_CHECK enum status credential_recovery_setting(struct credential_store *store,
						   struct text user_id,
						   char out_setting[CREDENTIAL_HASH_SIZE]);

#endif
