/*
 * common/credentials/last_login.h: a user's login before this one, and what was refused since.
 *
 * For people who look whether somebody else tried: nothing is decided by it. Failures come to it
 * when a right password or code clears their count, so what a lockout rule counts is one thing and
 * what is told afterwards another.
 */
#ifndef IAM_CREDENTIALS_LAST_LOGIN_H
#define IAM_CREDENTIALS_LAST_LOGIN_H

#include "credentials/login_session.h"

struct last_login {
	int64_t at; /* 0: none is known */
	char service[SESSION_TEXT_SIZE];
	char address[SESSION_ADDRESS_SIZE]; /* "" when local */
	uint32_t failures;                  /* since then, refused and counted */
	int64_t last_failure;               /* 0 when there were none */
};

/* The user's login of now in the place of the one before, which has to be given out: all zero when
   there was none. No failures are left behind it. Waits for no disk. */
MUST_CHECK enum status last_login_replace(struct credential_store *store, struct text user_id,
					  const struct last_login *now,
					  struct last_login *out_before);

/* Inside of the transaction of an attempt: what its success has cleared is kept here. */
MUST_CHECK enum status last_login_add_failures(struct credential_store *store, struct text user_id,
					       const struct credential_budgets *before,
					       const struct credential_budgets *after);

#endif
