/*
 * common/seal/seal.h: bytes that only those can read who are meant to, by libsodium.
 *
 * A header, then pieces. The body is encrypted to a random key of its own, and the header has a
 * slot for each way to that key: a passphrase, somebody's public key, or a key that is kept
 * elsewhere. What was changed, reordered or cut off is found. Knows nothing of files, users or what
 * is sealed. iam-credentials(5) describes the format.
 *
 * Whoever knows a public key can seal to it: being able to open something says nothing about who
 * made it.
 */
#ifndef IAM_SEAL_SEAL_H
#define IAM_SEAL_SEAL_H

#include "base/buffer.h"
#include "base/complaint.h"

enum {
	SEAL_KEY_BYTES = 32,
	SEAL_KEY_TEXT_SIZE = 64, /* of a key as text, with its NUL */
	SEAL_SLOTS_MAX = 64,
	SEAL_NOTE_MAX = 16 << 10, /* where a key is that is kept elsewhere */
	SEAL_START_BYTES = 16,    /* what tells how long the header is */
	SEAL_HEADER_MAX = 64 << 10,
	SEAL_PIECE_BYTES = 64 << 10, /* every piece but the last, before it is sealed */
	SEAL_SEALED_BYTES = SEAL_PIECE_BYTES + 17,
	/* What a passphrase costs: three passes over 256 MiB. A header that asks for more than
	   these limits is refused unread. */
	SEAL_PASSES = 3,
	SEAL_PASSES_MAX = 16,
	SEAL_MEMORY_KIB = 256 << 10,
	SEAL_MEMORY_KIB_MAX = 1 << 20,
};

/* A public key, a secret key, or the key of a slot; wipe those that are secret. */
struct seal_key {
	unsigned char bytes[SEAL_KEY_BYTES];
};

static inline void seal_key_wipe(struct seal_key *key)
{
	explicit_bzero(key, sizeof(*key));
}

#define AUTO_SEAL_KEY CLEANUP(seal_key_wipe) struct seal_key

/* The first two open and seal, the others sign and check: none does both. */
enum seal_key_kind { SEAL_PUBLIC_KEY = 0, SEAL_SECRET_KEY, SEAL_VERIFY_KEY, SEAL_SIGNER_KEY };

/* An X25519 pair. */
MUST_CHECK enum status seal_key_pair_new(struct seal_key *out_secret, struct seal_key *out_public);
MUST_CHECK enum status seal_key_public_of(const struct seal_key *secret,
					  struct seal_key *out_public);

/* "iam-public-key:...", "iam-secret-key:...", "iam-verify-key:..." and "iam-signer-key:...", one
   word, with a check of the kind and of every letter: a backup that is sealed to a misspelt key
   would be lost. */
MUST_CHECK enum status seal_key_format(const struct seal_key *key, enum seal_key_kind kind,
				       char out_text[SEAL_KEY_TEXT_SIZE]);
MUST_CHECK enum status seal_key_parse(struct text text, enum seal_key_kind kind,
				      struct seal_key *out_key);

struct seal_writer;

/* Add at least one slot, begin, then push pieces of SEAL_PIECE_BYTES and a last one. */
MUST_CHECK enum status seal_writer_new(struct seal_writer **out_writer);
void seal_writer_free(struct seal_writer *writer);

static inline void seal_writer_cleanup(struct seal_writer **writer)
{
	seal_writer_free(*writer);
}

#define AUTO_SEAL_WRITER CLEANUP(seal_writer_cleanup) struct seal_writer

/* STATUS_BAD_INPUT past SEAL_SLOTS_MAX or SEAL_HEADER_MAX, and as said. */

/* Once at most, and not empty. Takes a second, and SEAL_MEMORY_KIB of memory for it. */
MUST_CHECK enum status seal_add_passphrase(struct seal_writer *writer, struct text passphrase);

/* For who holds the secret half; a point of low order is STATUS_BAD_INPUT. */
MUST_CHECK enum status seal_add_public_key(struct seal_writer *writer,
					   const struct seal_key *public_key);

/* For who can get the key by what the note says, which is not secret; once at most. */
MUST_CHECK enum status seal_add_kept_key(struct seal_writer *writer, const struct seal_key *key,
					 struct text note);

MUST_CHECK enum status seal_begin(struct seal_writer *writer, struct buffer *out_header);

/* STATUS_BAD_INPUT for a piece of another size, and after the last one. */
MUST_CHECK enum status seal_push(struct seal_writer *writer, struct text piece, bool is_last,
				 struct buffer *out_sealed);

struct seal_reader;

/* How long the header is that begins so; STATUS_BAD_DATA when nothing of ours does. */
MUST_CHECK enum status seal_header_length(struct text start, size_t *out_length,
					  struct complaint *out_complaint);

/* Looks at all of a header, SEAL_HEADER_MAX at most; STATUS_BAD_DATA when it is wrong. */
MUST_CHECK enum status seal_reader_new(struct text header, struct seal_reader **out_reader,
				       struct complaint *out_complaint);
void seal_reader_free(struct seal_reader *reader);

static inline void seal_reader_cleanup(struct seal_reader **reader)
{
	seal_reader_free(*reader);
}

#define AUTO_SEAL_READER CLEANUP(seal_reader_cleanup) struct seal_reader

/* Which ways there are. */
bool seal_takes_passphrase(const struct seal_reader *reader);
bool seal_takes_secret_key(const struct seal_reader *reader);

/* The note of the key that is kept elsewhere; false when there is none. */
bool seal_kept_key_note(const struct seal_reader *reader, struct text *out_note);

/* Each opens, or is STATUS_NOT_FOUND: not for this key, the wrong passphrase, or damaged. */
MUST_CHECK enum status seal_open_by_passphrase(struct seal_reader *reader, struct text passphrase);
MUST_CHECK enum status seal_open_by_secret_key(struct seal_reader *reader,
					       const struct seal_key *secret_key);
MUST_CHECK enum status seal_open_by_kept_key(struct seal_reader *reader,
					     const struct seal_key *key);

/* The next piece, as it was pushed; SEAL_SEALED_BYTES but for the last. STATUS_BAD_DATA when it is
   not the next one of this header's, or comes after the last; STATUS_BAD_INPUT when nothing was
   opened. The piece is secret: use an AUTO_SECRET_BUFFER. */
MUST_CHECK enum status seal_pull(struct seal_reader *reader, struct text sealed,
				 struct buffer *out_piece, bool *out_is_last);

#endif
