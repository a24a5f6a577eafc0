/*
 * common/seal/signature.h: who made some bytes, by Ed25519 (RFC 8032), and which bytes they are, by
 * SHA-256; both of libsodium.
 */
#ifndef IAM_SEAL_SIGNATURE_H
#define IAM_SEAL_SIGNATURE_H

#include "seal/seal.h"

enum {
	SIGNATURE_BYTES = 64,
	DIGEST_SIZE = 65, /* SHA-256 in lower-case hexadecimal, and NUL: as sha256sum(1) has it */
};

/* A pair; the signer key is the seed of both. */
MUST_CHECK enum status signature_pair_new(struct seal_key *out_signer,
					  struct seal_key *out_verifier);
MUST_CHECK enum status signature_verifier_of(const struct seal_key *signer,
					     struct seal_key *out_verifier);

MUST_CHECK enum status signature_make(const struct seal_key *signer, struct text bytes,
				      unsigned char out_signature[SIGNATURE_BYTES]);

/* STATUS_NOT_FOUND when it is not this key's signature of these bytes. */
MUST_CHECK enum status signature_check(const struct seal_key *verifier, struct text bytes,
				       const unsigned char signature[SIGNATURE_BYTES]);

void digest_of(struct text bytes, char out_digest[DIGEST_SIZE]);

/* By BLAKE2b with a key: who does not have it can neither make one nor try out what was hashed. */
void digest_keyed_of(const struct seal_key *key, struct text bytes, char out_digest[DIGEST_SIZE]);

/* 64 lower-case hexadecimal digits. */
bool digest_is_valid(struct text digest);

#endif
