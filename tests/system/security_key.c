/*
 * tests/system/security_key.c: a security key without the hardware, for the real ssh client.
 *
 * What OpenSSH calls a provider (ssh-keygen(1) -w, PROTOCOL.u2f): makes Ed25519 keys, whose handle
 * is their seed, and signs with them. Whoever knows the PIN is the one who holds it.
 */
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/base.h"

#define PIN "2468"

enum {
	INTERFACE_VERSION = 0x000a0000, /* since OpenSSH 9.1 */
	ALGORITHM_ED25519 = 1,
	FLAG_PRESENT = 0x01,
	FLAG_VERIFIED = 0x04,
	FAILED = -1,
	NOT_SUPPORTED = -2,
	PIN_WANTED = -3,
	SEED_SIZE = 32,
	SIGNATURE_SIZE = 64,
};

struct piece {
	uint8_t *bytes;
	size_t length;
};

struct made_key {
	uint8_t flags;
	struct piece public_key, handle, signature, certificate, authenticator;
};

struct signed_data {
	uint8_t flags;
	uint32_t counter;
	struct piece r, s;
};

struct option;
struct resident_key;

EXPORT uint32_t sk_api_version(void);
EXPORT int sk_enroll(uint32_t algorithm, const uint8_t *challenge, size_t challenge_length,
		     const char *application, uint8_t flags, const char *pin,
		     struct option **options, struct made_key **out_key);
EXPORT int sk_sign(uint32_t algorithm, const uint8_t *data, size_t length, const char *application,
		   const uint8_t *handle, size_t handle_length, uint8_t flags, const char *pin,
		   struct option **options, struct signed_data **out_signed);
EXPORT int sk_load_resident_keys(const char *pin, struct option **options,
				 struct resident_key ***out_keys, size_t *out_count);

uint32_t sk_api_version(void)
{
	return INTERFACE_VERSION;
}

static struct piece piece_of(size_t length)
{
	return (struct piece){ calloc(1, length), length };
}

static bool make(struct made_key *key)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	bool is_made =
		pair && key->public_key.bytes && key->handle.bytes &&
		EVP_PKEY_get_raw_public_key(pair, key->public_key.bytes, &key->public_key.length) ==
			1 &&
		EVP_PKEY_get_raw_private_key(pair, key->handle.bytes, &key->handle.length) == 1;

	EVP_PKEY_free(pair);
	return is_made;
}

int sk_enroll(uint32_t algorithm, const uint8_t *challenge, size_t challenge_length,
	      const char *application, uint8_t flags, const char *pin, struct option **options,
	      struct made_key **out_key)
{
	struct made_key *key = calloc(1, sizeof(*key));

	(void)challenge;
	(void)challenge_length;
	(void)application;
	(void)pin;
	(void)options;
	if (!key)
		return FAILED;
	*out_key = key; /* the caller frees it in any case */
	if (algorithm != ALGORITHM_ED25519)
		return NOT_SUPPORTED;
	*key = (struct made_key){ .flags = flags,
				  .public_key = piece_of(SEED_SIZE),
				  .handle = piece_of(SEED_SIZE),
				  .signature = piece_of(1),
				  .authenticator = piece_of(1) };
	return make(key) ? 0 : FAILED;
}

/* What is signed: the application, who was there, how often, and the data. */
static bool sign(struct signed_data *made, const uint8_t *data, size_t length,
		 const char *application, const uint8_t *seed)
{
	EVP_PKEY *pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SEED_SIZE);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t message[2 * SHA256_DIGEST_LENGTH + 5] = { 0 };
	uint8_t *next = message + SHA256_DIGEST_LENGTH;
	bool is_signed;

	SHA256((const uint8_t *)application, strlen(application), message);
	*next++ = made->flags;
	for (int shift = 24; shift >= 0; shift -= 8)
		*next++ = (uint8_t)(made->counter >> shift);
	SHA256(data, length, next);
	made->r = piece_of(SIGNATURE_SIZE);
	is_signed = pair && context && made->r.bytes &&
		    EVP_DigestSignInit(context, NULL, NULL, NULL, pair) == 1 &&
		    EVP_DigestSign(context, made->r.bytes, &made->r.length, message,
				   sizeof(message)) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pair);
	return is_signed;
}

int sk_sign(uint32_t algorithm, const uint8_t *data, size_t length, const char *application,
	    const uint8_t *handle, size_t handle_length, uint8_t flags, const char *pin,
	    struct option **options, struct signed_data **out_signed)
{
	struct signed_data *made;

	(void)options;
	if (algorithm != ALGORITHM_ED25519)
		return NOT_SUPPORTED;
	if (handle_length != SEED_SIZE)
		return FAILED;
	if (flags & FLAG_VERIFIED && (!pin || strcmp(pin, PIN) != 0))
		return PIN_WANTED;
	made = calloc(1, sizeof(*made));
	if (!made)
		return FAILED;
	made->flags = FLAG_PRESENT | (flags & FLAG_VERIFIED);
	made->counter = 1;
	*out_signed = made; /* the caller frees it in any case */
	return sign(made, data, length, application, handle) ? 0 : FAILED;
}

int sk_load_resident_keys(const char *pin, struct option **options, struct resident_key ***out_keys,
			  size_t *out_count)
{
	(void)pin;
	(void)options;
	(void)out_keys;
	(void)out_count;
	return NOT_SUPPORTED;
}
