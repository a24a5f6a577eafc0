/*
 * common/tokens/pskc_cipher.h: the algorithms that PSKC names, by libcrypto. Private to this part.
 *
 * Names are the addresses that XML Encryption and XML Signature give them (RFC 6030, section 6).
 */
#ifndef IAM_TOKENS_PSKC_CIPHER_H
#define IAM_TOKENS_PSKC_CIPHER_H

#include "base/secret.h"

enum { PSKC_MAC_MAX = 64 };

/* NULL name: unknown. is_wrap: it finds by itself what was changed, so that no MAC is needed. */
struct pskc_cipher {
	const char *name;
	size_t key_length;
	bool is_wrap;
};

struct pskc_cipher pskc_cipher_of(struct text name);

/* STATUS_BAD_INPUT when the key has another length than the cipher's, or the bytes are not what
   this cipher makes with this key; of a cipher that is no wrap that says little. */
MUST_CHECK enum status pskc_decrypt(const struct pskc_cipher *cipher, struct text key,
				    struct text bytes, struct secret *out_plain);

bool pskc_mac_is_known(struct text name);

/* HMAC; STATUS_BAD_INPUT for an unknown name. */
MUST_CHECK enum status pskc_mac(struct text name, struct text key, struct text bytes,
				char out_mac[PSKC_MAC_MAX], size_t *out_length);

/* PBKDF2 (RFC 8018). prf is the name of an HMAC; empty: HMAC-SHA1. */
struct pskc_derivation {
	struct text prf, salt;
	unsigned rounds;
	size_t key_length;
};

MUST_CHECK enum status pskc_derive(const struct pskc_derivation *derivation, struct text passphrase,
				   struct secret *out_key);

#endif
