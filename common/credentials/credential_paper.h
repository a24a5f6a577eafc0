/*
 * common/credentials/credential_paper.h: recovery and break-glass codes in an attempt to sign in.
 * Private to this part.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_PAPER_H
#define IAM_CREDENTIALS_CREDENTIAL_PAPER_H

#include "credentials/credential_database.h"

enum paper_match {
	PAPER_NO_MATCH = 0,
	PAPER_MATCH,
	PAPER_USED,
	PAPER_EXPIRED,
	PAPER_NOT_DUE,
};

struct paper_answer {
	bool has_set;  /* of recovery codes */
	bool is_asked; /* the user has codes of the kind that was given */
	enum paper_match match;
	int64_t number; /* of the recovery code that matches */
	unsigned left;  /* recovery codes that are not used, that one among them */
};

/* Compares with each of the user's, in a time that does not tell which. */
MUST_CHECK enum status paper_ask(struct credential_store *store,
				 const struct credential_attempt *attempt,
				 struct paper_answer *out_answer);

/* Uses up the one of PAPER_MATCH. */
MUST_CHECK enum status paper_record(struct credential_store *store,
				    const struct credential_attempt *attempt,
				    const struct paper_answer *answer);

#endif
