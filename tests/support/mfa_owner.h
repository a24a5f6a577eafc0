/*
 * tests/support/mfa_owner.h: somebody with an app, who is given a new MFA device by iamctl.
 *
 * Reads the key where it is shown and gives two codes by oathtool, which shares no code with us.
 */
#ifndef IAM_TESTS_MFA_OWNER_H
#define IAM_TESTS_MFA_OWNER_H

#include "program.h"

enum { MFA_SEED_LETTERS = 32 }; /* 20 bytes in base32 */

struct mfa_owner {
	const char *totp;            /* oathtool's option; NULL: --totp */
	const char *digits, *period; /* NULL: 6 and 30 */
	int periods_off;             /* how far the app's clock is ahead */
	const char *separator;       /* in the middle of a code; NULL: none */
	bool swaps, gives_wrong;     /* the second code first; codes of no time */
	bool sees_json;
	char seed[MFA_SEED_LETTERS + 1];
	unsigned given;
};

/* Finds the key in the output so far; false while it is not there. */
bool mfa_owner_take_seed(struct mfa_owner *owner, struct text output);

/* One line: the code of now plus so many periods. */
void mfa_owner_append_code(const struct mfa_owner *owner, int period, struct buffer *input);

/* Fits struct program's answer; context is a struct mfa_owner. */
bool mfa_owner_answer(void *context, struct text output, struct buffer *inout_input);

#endif
