/*
 * common/credentials/credential_break_glass.h: codes that let a user in while the directory is
 * stale.
 *
 * Each is one user's, good once and for a time. Its name is no secret. The store keeps its hash; an
 * attempt to sign in (credential_store.h) compares and uses it up. A code that is over stays listed
 * for a year.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_BREAK_GLASS_H
#define IAM_CREDENTIALS_CREDENTIAL_BREAK_GLASS_H

#include "credentials/credential_store.h"

enum {
	CREDENTIAL_BREAK_GLASS_MAX = 20, /* of a user's that can still be used */
	CREDENTIAL_BREAK_GLASS_KEPT = 365 * 86400,
};

struct credential_break_glass {
	char name[CREDENTIAL_BREAK_GLASS_NAME_SIZE]; /* four symbols of Crockford's base32 */
	char user_id[CREDENTIAL_USER_ID_MAX + 1];
	int64_t made_at;
	int64_t expires; /* from then on it is good for nothing */
	int64_t used_at; /* 0 when it was not */
};

struct credential_break_glass_new {
	struct credential_break_glass code; /* used_at is not looked at */
	char hash[CREDENTIAL_HASH_SIZE];
};

/* All or none, in one transaction. STATUS_BAD_INPUT with a reason when a name is taken, a user
   would have more than CREDENTIAL_BREAK_GLASS_MAX, or a field is out of its range. */
MUST_CHECK enum status credential_break_glass_add(struct credential_store *store,
						  const struct credential_break_glass_new *codes,
						  size_t count, struct complaint *out_complaint);

/* Takes the code away, whatever its state; STATUS_NOT_FOUND when there is none of this name. */
MUST_CHECK enum status credential_break_glass_revoke(struct credential_store *store,
						     struct text name);

/* STATUS_NOT_FOUND when there is none of this name. */
MUST_CHECK enum status credential_break_glass_find(struct credential_store *store, struct text name,
						   struct credential_break_glass *out_code);

/* All of them, newest first, told one by one until tell returns false. */
MUST_CHECK enum status
credential_break_glass_list(struct credential_store *store,
			    bool (*tell)(void *context, const struct credential_break_glass *code),
			    void *context);

/* What a code of this name has to be hashed with to be compared. STATUS_NOT_FOUND when the user has
   none of this name. */
MUST_CHECK enum status credential_break_glass_setting(struct credential_store *store,
						      struct text user_id, struct text name,
						      char out_setting[CREDENTIAL_HASH_SIZE]);

#endif
