/*
 * common/otp/paper_code.h: codes that are printed once and typed once: recovery and break-glass.
 *
 * Eighty random bits in sixteen symbols of Crockford's base32, which has no I, L, O or U to
 * mistake. Four more in front are the code's name where it has one: no secret, so that lists and
 * logs can say which code it was. Knows nothing of users, files or hashes.
 */
#ifndef IAM_OTP_PAPER_CODE_H
#define IAM_OTP_PAPER_CODE_H

#include "base/secret.h"

enum {
	PAPER_CODE_SYMBOLS = 16,
	PAPER_CODE_NAME_SYMBOLS = 4,
	PAPER_CODE_NAME_SIZE = PAPER_CODE_NAME_SYMBOLS + 1,
	PAPER_CODE_TEXT_SIZE = 5 * 4 + 4 + 1, /* five groups of four, dashes between, NUL */
};

struct paper_code {
	char name[PAPER_CODE_NAME_SIZE]; /* "" of a recovery code, which has none */
	char symbols[PAPER_CODE_SYMBOLS + 1];
};

static inline void paper_code_wipe(struct paper_code *code)
{
	explicit_bzero(code, sizeof(*code));
}

#define AUTO_PAPER_CODE CLEANUP(paper_code_wipe) struct paper_code

/* STATUS_SYSTEM when the kernel gives no random bytes. */
MUST_CHECK enum status paper_code_new(bool is_named, struct paper_code *out_code);

/* In upper case and groups of four: "7K3M-Q9TW-X2VD-H5NB". */
void paper_code_write(const struct paper_code *code, char out_text[PAPER_CODE_TEXT_SIZE]);

/* As people type it: either case, blanks and dashes anywhere, O for 0, I and L for 1.
   STATUS_BAD_INPUT for what has neither sixteen symbols nor twenty, or has others. */
MUST_CHECK enum status paper_code_read(struct text typed, struct paper_code *out_code);

/* A name alone, typed likewise. */
MUST_CHECK enum status paper_code_read_name(struct text typed, char out_name[PAPER_CODE_NAME_SIZE]);

static inline struct text paper_code_symbols(const struct paper_code *code)
{
	return (struct text){ code->symbols, PAPER_CODE_SYMBOLS };
}

#endif
