/*
 * common/credentials/credential_forget.h: users whom the store need not know any longer.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_FORGET_H
#define IAM_CREDENTIALS_CREDENTIAL_FORGET_H

#include "credentials/credential_store.h"

/* Password and those before it, devices, codes, failures, and what was used: nothing of them stays.
   Sessions that are recorded do. STATUS_NOT_FOUND when there was nothing. */
MUST_CHECK enum status credential_forget(struct credential_store *store, struct text user_id);

/* Everybody of whom there is something to forget, by id, one by one until tell returns false. */
MUST_CHECK enum status credential_known(struct credential_store *store,
					bool (*tell)(void *context, struct text user_id),
					void *context);

#endif
