#include "tokens/pskc_cipher.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define XMLENC "http://www.w3.org/2001/04/xmlenc#"
#define XMLDSIG "http://www.w3.org/2000/09/xmldsig#"
#define XMLDSIG_MORE "http://www.w3.org/2001/04/xmldsig-more#"

enum { BLOCK = 16, WRAP_PIECE = 8 };

static const struct {
	struct pskc_cipher cipher;
	const EVP_CIPHER *(*implementation)(void);
} ciphers[] = {
	{ { XMLENC "aes128-cbc", 16, false }, EVP_aes_128_cbc },
	{ { XMLENC "aes192-cbc", 24, false }, EVP_aes_192_cbc },
	{ { XMLENC "aes256-cbc", 32, false }, EVP_aes_256_cbc },
	{ { XMLENC "kw-aes128", 16, true }, EVP_aes_128_wrap },
	{ { XMLENC "kw-aes192", 24, true }, EVP_aes_192_wrap },
	{ { XMLENC "kw-aes256", 32, true }, EVP_aes_256_wrap },
};

static const struct {
	const char *name;
	const EVP_MD *(*implementation)(void);
} macs[] = {
	{ XMLDSIG "hmac-sha1", EVP_sha1 },
	{ XMLDSIG_MORE "hmac-sha256", EVP_sha256 },
	{ XMLDSIG_MORE "hmac-sha384", EVP_sha384 },
	{ XMLDSIG_MORE "hmac-sha512", EVP_sha512 },
};

struct pskc_cipher pskc_cipher_of(struct text name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ciphers); i++)
		if (text_is(name, ciphers[i].cipher.name))
			return ciphers[i].cipher;
	return (struct pskc_cipher){ 0 };
}

static const EVP_CIPHER *implementation_of(const struct pskc_cipher *cipher)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ciphers); i++)
		if (cipher->name == ciphers[i].cipher.name)
			return ciphers[i].implementation();
	return NULL;
}

static void context_cleanup(EVP_CIPHER_CTX **context)
{
	EVP_CIPHER_CTX_free(*context);
}

#define AUTO_CIPHER_CONTEXT CLEANUP(context_cleanup) EVP_CIPHER_CTX

static const unsigned char *octets(struct text bytes)
{
	return (const unsigned char *)bytes.bytes;
}

/* The padding of XML Encryption: the last byte says how many go; the others may be anything. */
static enum status drop_padding(struct secret *plain)
{
	size_t padding = plain->length > 0 ? (unsigned char)plain->bytes[plain->length - 1] : 0;

	if (padding == 0 || padding > BLOCK || padding > plain->length)
		return STATUS_BAD_INPUT;
	plain->length -= padding;
	explicit_bzero(plain->bytes + plain->length, padding);
	return STATUS_OK;
}

static bool shape_is_right(const struct pskc_cipher *cipher, struct text key, struct text bytes)
{
	size_t piece = cipher->is_wrap ? WRAP_PIECE : BLOCK;
	size_t least = cipher->is_wrap ? 3 * WRAP_PIECE : 2 * BLOCK;

	return key.length == cipher->key_length && bytes.length >= least &&
	       bytes.length % piece == 0 && bytes.length <= SECRET_BYTES_MAX;
}

enum status pskc_decrypt(const struct pskc_cipher *cipher, struct text key, struct text bytes,
			 struct secret *out_plain)
{
	const EVP_CIPHER *implementation = implementation_of(cipher);
	const unsigned char *vector = cipher->is_wrap ? NULL : octets(bytes);
	struct text body = text_skip(bytes, cipher->is_wrap ? 0 : BLOCK);
	AUTO_CIPHER_CONTEXT *context = EVP_CIPHER_CTX_new();
	AUTO_SECRET plain = { 0 };
	int got = 0, rest = 0;

	if (!context)
		return STATUS_NO_MEMORY;
	if (!implementation || !shape_is_right(cipher, key, bytes))
		return STATUS_BAD_INPUT;
	EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_DecryptInit_ex(context, implementation, NULL, octets(key), vector) != 1)
		return STATUS_UNAVAILABLE;
	(void)EVP_CIPHER_CTX_set_padding(context, 0); /* always 1 */
	if (EVP_DecryptUpdate(context, (unsigned char *)plain.bytes, &got, octets(body),
			      (int)body.length) != 1 ||
	    EVP_DecryptFinal_ex(context, (unsigned char *)plain.bytes + got, &rest) != 1)
		return STATUS_BAD_INPUT;
	plain.length = (size_t)got + (size_t)rest;
	if (!cipher->is_wrap && drop_padding(&plain) != STATUS_OK)
		return STATUS_BAD_INPUT;
	return secret_set_bytes(out_plain, secret_text(&plain));
}

static const EVP_MD *digest_of(struct text name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(macs); i++)
		if (text_is(name, macs[i].name))
			return macs[i].implementation();
	return NULL;
}

bool pskc_mac_is_known(struct text name)
{
	return digest_of(name) != NULL;
}

enum status pskc_mac(struct text name, struct text key, struct text bytes,
		     char out_mac[PSKC_MAC_MAX], size_t *out_length)
{
	const EVP_MD *digest = digest_of(name);
	unsigned length = 0;

	if (!digest || key.length > INT_MAX)
		return STATUS_BAD_INPUT;
	if (!HMAC(digest, key.bytes, (int)key.length, octets(bytes), bytes.length,
		  (unsigned char *)out_mac, &length))
		return STATUS_UNAVAILABLE;
	*out_length = length;
	return STATUS_OK;
}

enum status pskc_derive(const struct pskc_derivation *derivation, struct text passphrase,
			struct secret *out_key)
{
	const struct text usual = text_of(macs[0].name);
	const EVP_MD *digest = digest_of(derivation->prf.length > 0 ? derivation->prf : usual);

	secret_wipe(out_key);
	if (!digest || derivation->key_length > SECRET_BYTES_MAX || passphrase.length > INT_MAX ||
	    derivation->salt.length > INT_MAX || derivation->rounds > INT_MAX)
		return STATUS_BAD_INPUT;
	if (PKCS5_PBKDF2_HMAC(passphrase.bytes, (int)passphrase.length, octets(derivation->salt),
			      (int)derivation->salt.length, (int)derivation->rounds, digest,
			      (int)derivation->key_length, (unsigned char *)out_key->bytes) != 1)
		return STATUS_UNAVAILABLE;
	out_key->length = derivation->key_length;
	return STATUS_OK;
}
