/*
 * common/credentials/permission_use.h: which permissions were used on this host, and when last.
 *
 * Only for people who look for permissions that nobody needs: nothing is decided by it, so what
 * cannot be written is lost and keeps nobody out.
 */
#ifndef IAM_CREDENTIALS_PERMISSION_USE_H
#define IAM_CREDENTIALS_PERMISSION_USE_H

#include "credentials/credential_store.h"

enum {
	PERMISSION_ACTION_MAX = 64,
	PERMISSION_OBJECT_MAX = 128,
	PERMISSION_USES_MAX = 256, /* of a principal; what was not used for longest gives way */
	/* Another use so soon is not written down: steady sudo costs a look, and no write. */
	PERMISSION_USE_SECONDS = 3600,
	PERMISSION_USE_WAIT_MS = 500, /* for another writer, and no longer */
};

struct permission_use {
	char principal_id[CREDENTIAL_USER_ID_MAX + 1]; /* a user's, or a role's */
	char action[PERMISSION_ACTION_MAX + 1];        /* as IAM spells it: "host:Login" */
	char object[PERMISSION_OBJECT_MAX + 1];        /* what it was used for */
	int64_t first_used, last_used;
};

/* The principal was allowed the action just now. Waits for no disk. */
MUST_CHECK enum status permission_use_record(struct credential_store *store,
					     struct text principal_id, struct text action,
					     struct text object, int64_t now);

/* All of them, those of a principal together, told one by one until tell returns false. */
MUST_CHECK enum status
permission_use_list(struct credential_store *store,
		    bool (*tell)(void *context, const struct permission_use *use), void *context);

#endif
