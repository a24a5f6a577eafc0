/*
 * common/tokens/tokens.h: files in which hardware tokens are delivered, as one list.
 *
 * CSV, and PSKC (RFC 6030) by libpskc. A file is good as a whole: with one token in it that this
 * product could not keep, there is no list. Knows nothing of who has an account or where devices
 * are stored; whose a token is stays a text. No complaint holds a seed.
 */
#ifndef IAM_TOKENS_TOKENS_H
#define IAM_TOKENS_TOKENS_H

#include "base/complaint.h"
#include "base/secret.h"
#include "otp/otp.h"

enum {
	TOKENS_MAX = 10000, /* in a file */
	TOKENS_BYTES_MAX = 16 << 20,
	TOKEN_SERIAL_MAX = 128,
	TOKEN_USER_MAX = 128,
	TOKENS_ROUNDS_MAX = 10000000, /* of PBKDF2, that a file may ask for */
};

struct token {
	char serial[TOKEN_SERIAL_MAX + 1]; /* "" when the file gives it none */
	char user[TOKEN_USER_MAX + 1];     /* "" when the file does not say whose it is */
	struct otp_settings settings;
	struct otp_position position;
	struct secret seed;
	unsigned place; /* CSV: its line; PSKC: the number of its key package, from 1 */
};

struct token_list {
	struct token *tokens;
	size_t count, capacity;
};

/* Wipes the seeds; safe on a zeroed list. */
void token_list_release(struct token_list *list);

#define AUTO_TOKEN_LIST CLEANUP(token_list_release) struct token_list

/*
 * The first line names the columns, in any order: serial and one of seed_base32 and seed_hex, and
 * if wanted user, kind, algorithm, digits, period and counter, which are TOTP, SHA1, 6, 30 and 0
 * where they are left out or empty. STATUS_BAD_INPUT with line and reason.
 */
MUST_CHECK enum status tokens_read_csv(struct text file, struct token_list *out_list,
				       struct complaint *out_complaint);

/* What an encrypted file is opened with; both empty for one that is not. */
struct tokens_key {
	struct text bytes; /* a key of 16, 24 or 32 bytes */
	struct text passphrase;
};

/*
 * Every key package of a PSKC file has to be a TOTP or HOTP key of a kind that otp.h knows, without
 * a policy that could not be kept here. With a key each secret has to be encrypted, and its MAC
 * right: one in the clear could be anybody's. now is for the dates of policies. STATUS_BAD_INPUT
 * with the place of the key package and the reason.
 */
MUST_CHECK enum status tokens_read_pskc(struct text file, const struct tokens_key *key, int64_t now,
					struct token_list *out_list,
					struct complaint *out_complaint);

/* The key in a file: 16, 24 or 32 bytes, or as many in hexadecimal digits, on a line. */
MUST_CHECK enum status tokens_read_key(struct text file, struct secret *out_key);

/* Who gets which token: a CSV file with the columns serial and user. Views of the file. */
struct token_owner {
	struct text serial, user;
	unsigned line;
};

struct token_owners {
	struct token_owner *owners;
	size_t count;
};

void token_owners_release(struct token_owners *owners);

#define AUTO_TOKEN_OWNERS CLEANUP(token_owners_release) struct token_owners

/* No serial twice, none empty, and no user empty. */
MUST_CHECK enum status tokens_read_owners(struct text file, struct token_owners *out_owners,
					  struct complaint *out_complaint);

#endif
