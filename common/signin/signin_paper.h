/*
 * common/signin/signin_paper.h: recovery and break-glass codes: made, and made comparable.
 *
 * A code is known here while it is shown to whom it is for, or while it is typed; what is kept is
 * its hash.
 */
#ifndef IAM_SIGNIN_SIGNIN_PAPER_H
#define IAM_SIGNIN_SIGNIN_PAPER_H

#include "credentials/credential_break_glass.h"
#include "credentials/credential_recovery.h"
#include "otp/paper_code.h"

enum { SIGNIN_BREAK_GLASS_AT_ONCE = 256 };

/* Ten new codes for the user, in the place of the old ones; the caller wipes them. */
MUST_CHECK enum status
signin_make_recovery_codes(struct credential_store *store, struct text user_id, int64_t now,
			   struct paper_code out_codes[CREDENTIAL_RECOVERY_CODES]);

struct signin_break_glass {
	struct text user_id;
	struct paper_code code; /* filled in; the caller wipes it */
};

/* A code for each, at most SIGNIN_BREAK_GLASS_AT_ONCE: all are stored, or none. */
MUST_CHECK enum status signin_make_break_glass(struct credential_store *store,
					       struct signin_break_glass *inout_codes, size_t count,
					       int64_t now, int64_t expires,
					       struct complaint *out_complaint);

/* What was typed at the prompt for a code, made comparable; not to be copied, because paper views
   what is behind it. */
struct signin_paper {
	struct credential_paper paper;
	char name[PAPER_CODE_NAME_SIZE];
	char hash[CREDENTIAL_HASH_SIZE];
};

static inline void signin_paper_wipe(struct signin_paper *paper)
{
	explicit_bzero(paper, sizeof(*paper));
}

#define AUTO_SIGNIN_PAPER CLEANUP(signin_paper_wipe) struct signin_paper

/* Does it look like a break-glass code? */
bool signin_is_break_glass(struct text typed);

/* CREDENTIAL_PAPER_NONE for what is neither a recovery nor a break-glass code. One look into the
   store and one hash for everything else, whatever the user has, and whoever it is. */
MUST_CHECK enum status signin_read_paper(struct credential_store *store, struct text user_id,
					 struct text typed, struct signin_paper *out_paper);

#endif
