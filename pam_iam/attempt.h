/*
 * pam_iam/attempt.h: one call of PAM as a sign-in request.
 *
 * Reads the module's arguments, PAM's items, the process's place among others and the records;
 * decides nothing. PAM_USER is read once and never written.
 */
#ifndef IAM_PAM_ATTEMPT_H
#define IAM_PAM_ATTEMPT_H

#include <security/pam_modules.h>

#include "options.h"
#include "signin/signin_role.h"

/* Whom the call is about. */
enum attempt_user {
	ATTEMPT_FAILED = 0, /* it cannot be told, or it is IAM's and cannot be served: the answer of
			       the attempt has the reason */
	ATTEMPT_NOT_OURS,
	ATTEMPT_OURS,
};

struct attempt {
	pam_handle_t *pamh;
	unsigned flags; /* as PAM passed them */
	struct options options;
	struct signin_request request;
	struct text actor; /* whose factors are asked for: request.user, but for a role */
	bool is_inside;    /* of a login session: sudo, su */
	bool asks_helper;  /* no program of root's: own.h; the records are not open */
	char security_key[SIGNIN_KEY_ID_SIZE];   /* what request.security_key is a view of */
	char key_words[SIGNIN_KEY_ID_SIZE + 16]; /* "security-key:ID" for the log; "" without one */
	struct signin_place place;
	struct signin_records records;
	enum status opened; /* of the records */
	struct signin_answer answer;
	enum status status; /* of the last use case */
};

/* Release in any case, whatever it returns. */
MUST_CHECK enum attempt_user attempt_begin(struct attempt *out_attempt, pam_handle_t *pamh,
					   int flags, int argc, const char **argv);
void attempt_end(struct attempt *attempt);

/* unknown_user=refuse: a name that is neither IAM's nor the host's own goes on as if it were IAM's.
 */
MUST_CHECK enum attempt_user attempt_unknown(struct attempt *attempt);

/* For the phases that prove or change something; false with the answer filled when it fails. */
MUST_CHECK bool attempt_open_store(struct attempt *attempt);

/* For what can do without: the store and the place among processes; false, and logged, when either
   is not to be had. */
bool attempt_open_place(struct attempt *attempt);

/* For a program that runs inside of a login session: what is known of that, and the actor. A
   session that cannot be known is no failure: the request says so, and the log why. */
MUST_CHECK enum status attempt_find_actor(struct attempt *attempt);

#define AUTO_ATTEMPT CLEANUP(attempt_end) struct attempt

#endif
