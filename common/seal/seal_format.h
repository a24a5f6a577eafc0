/*
 * common/seal/seal_format.h: the header, written by one and read by the other. Private to this
 * part.
 *
 * Numbers are little-endian. The start, then the slots, each its kind, the length of what follows,
 * and that; then the start of the stream. Every piece is sealed with the checksum of all that.
 */
#ifndef IAM_SEAL_SEAL_FORMAT_H
#define IAM_SEAL_SEAL_FORMAT_H

#include <endian.h>
#include <sodium.h>

#include "seal/seal.h"

#define SEAL_MAGIC "iamseal\n"

enum {
	SEAL_FORMAT = 1,
	SEAL_DIGEST_BYTES = 32,
	SEAL_STREAM_START = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	SEAL_WRAPPED_BYTES = SEAL_KEY_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

struct seal_start {
	char magic[8];
	uint32_t format;
	uint32_t header_bytes; /* all of the header, this too */
};

enum seal_slot_kind {
	SEAL_SLOT_PASSPHRASE = 1,
	SEAL_SLOT_PUBLIC_KEY,
	SEAL_SLOT_KEPT_KEY,
};

struct seal_slot {
	uint32_t kind;
	uint32_t bytes; /* behind this */
};

struct seal_wrapped {
	unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	unsigned char key[SEAL_WRAPPED_BYTES];
};

struct seal_passphrase_slot {
	uint32_t passes, memory_kib; /* of Argon2id */
	unsigned char salt[crypto_pwhash_SALTBYTES];
	struct seal_wrapped wrapped;
};

struct seal_public_key_slot {
	unsigned char box[SEAL_KEY_BYTES + crypto_box_SEALBYTES];
};

/* struct seal_wrapped, then the note */

_Static_assert(sizeof(struct seal_start) == SEAL_START_BYTES && sizeof(struct seal_slot) == 8 &&
		       sizeof(struct seal_wrapped) == 72 &&
		       sizeof(struct seal_passphrase_slot) == 96 &&
		       sizeof(struct seal_public_key_slot) == 80,
	       "the format has no padding");
#define SEAL_KEY_IS(size) _Static_assert(SEAL_KEY_BYTES == (size), "libsodium's sizes are ours")

SEAL_KEY_IS(crypto_secretstream_xchacha20poly1305_KEYBYTES);
SEAL_KEY_IS(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
SEAL_KEY_IS(crypto_box_SECRETKEYBYTES);
SEAL_KEY_IS(crypto_box_PUBLICKEYBYTES);
_Static_assert(SEAL_SEALED_BYTES == SEAL_PIECE_BYTES + crypto_secretstream_xchacha20poly1305_ABYTES,
	       "libsodium's sizes are ours");
_Static_assert(sizeof(struct seal_start) + SEAL_STREAM_START +
			       SEAL_SLOTS_MAX * (sizeof(struct seal_slot) + 96) + SEAL_NOTE_MAX <=
		       SEAL_HEADER_MAX,
	       "the largest header");

/* libsodium made ready, which may be done again and again. */
MUST_CHECK enum status seal_prepare(void);

/* The key that a passphrase makes; STATUS_NO_MEMORY when there is not enough for it. */
MUST_CHECK enum status seal_stretch(struct text passphrase, const struct seal_passphrase_slot *slot,
				    struct seal_key *out_key);

void seal_digest(struct text header, unsigned char out_digest[SEAL_DIGEST_BYTES]);

#endif
