#include "seal/signature.h"

#include "seal/seal_format.h"

SEAL_KEY_IS(crypto_sign_SEEDBYTES);
SEAL_KEY_IS(crypto_sign_PUBLICKEYBYTES);
_Static_assert(SIGNATURE_BYTES == crypto_sign_BYTES &&
		       DIGEST_SIZE == 2 * crypto_hash_sha256_BYTES + 1,
	       "libsodium's sizes are ours");

/* libsodium's secret key is the seed and the public key together. */
struct expanded {
	unsigned char bytes[crypto_sign_SECRETKEYBYTES];
};

static void expanded_wipe(struct expanded *key)
{
	explicit_bzero(key, sizeof(*key));
}

static enum status expand(const struct seal_key *signer, struct expanded *out_expanded,
			  struct seal_key *out_verifier)
{
	enum status status = seal_prepare();

	if (status == STATUS_OK &&
	    crypto_sign_seed_keypair(out_verifier->bytes, out_expanded->bytes, signer->bytes))
		return STATUS_SYSTEM;
	return status;
}

enum status signature_pair_new(struct seal_key *out_signer, struct seal_key *out_verifier)
{
	enum status status = seal_prepare();

	if (status != STATUS_OK)
		return status;
	randombytes_buf(out_signer->bytes, sizeof(out_signer->bytes));
	return signature_verifier_of(out_signer, out_verifier);
}

enum status signature_verifier_of(const struct seal_key *signer, struct seal_key *out_verifier)
{
	CLEANUP(expanded_wipe) struct expanded expanded = { { 0 } };

	return expand(signer, &expanded, out_verifier);
}

enum status signature_make(const struct seal_key *signer, struct text bytes,
			   unsigned char out_signature[SIGNATURE_BYTES])
{
	CLEANUP(expanded_wipe) struct expanded expanded = { { 0 } };
	struct seal_key verifier;
	enum status status = expand(signer, &expanded, &verifier);

	if (status == STATUS_OK &&
	    crypto_sign_detached(out_signature, NULL, (const unsigned char *)bytes.bytes,
				 bytes.length, expanded.bytes) != 0)
		return STATUS_SYSTEM;
	return status;
}

enum status signature_check(const struct seal_key *verifier, struct text bytes,
			    const unsigned char signature[SIGNATURE_BYTES])
{
	enum status status = seal_prepare();

	if (status == STATUS_OK &&
	    crypto_sign_verify_detached(signature, (const unsigned char *)bytes.bytes, bytes.length,
					verifier->bytes) != 0)
		return STATUS_NOT_FOUND;
	return status;
}

void digest_of(struct text bytes, char out_digest[DIGEST_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(hash, (const unsigned char *)bytes.bytes, bytes.length);
	(void)sodium_bin2hex(out_digest, DIGEST_SIZE, hash, sizeof(hash));
}

void digest_keyed_of(const struct seal_key *key, struct text bytes, char out_digest[DIGEST_SIZE])
{
	unsigned char hash[DIGEST_SIZE / 2];

	(void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)bytes.bytes,
				 bytes.length, key->bytes,
				 sizeof(key->bytes)); /* fails for sizes it does not know alone */
	(void)sodium_bin2hex(out_digest, DIGEST_SIZE, hash, sizeof(hash));
}

bool digest_is_valid(struct text digest)
{
	for (size_t i = 0; i < digest.length; i++)
		if (!(digest.bytes[i] >= '0' && digest.bytes[i] <= '9') &&
		    !(digest.bytes[i] >= 'a' && digest.bytes[i] <= 'f'))
			return false;
	return digest.length == DIGEST_SIZE - 1;
}
