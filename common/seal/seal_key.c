#include "base/encoding.h"
#include "seal/seal_format.h"

enum {
	CHECK_BYTES = 4,
	KEY_LETTERS = (SEAL_KEY_BYTES + CHECK_BYTES) / 3 * 4,
};

static const char *const prefixes[] = {
	[SEAL_PUBLIC_KEY] = "iam-public-key:",
	[SEAL_SECRET_KEY] = "iam-secret-key:",
	[SEAL_VERIFY_KEY] = "iam-verify-key:",
	[SEAL_SIGNER_KEY] = "iam-signer-key:",
};

/* Without padding, so that each key has one spelling. */
_Static_assert((SEAL_KEY_BYTES + CHECK_BYTES) % 3 == 0 &&
		       sizeof("iam-secret-key:") + KEY_LETTERS == SEAL_KEY_TEXT_SIZE,
	       "a key as text");

enum status seal_prepare(void)
{
	return sodium_init() < 0 ? STATUS_UNAVAILABLE : STATUS_OK;
}

enum status seal_stretch(struct text passphrase, const struct seal_passphrase_slot *slot,
			 struct seal_key *out_key)
{
	size_t memory = (size_t)le32toh(slot->memory_kib) << 10;

	if (crypto_pwhash(out_key->bytes, sizeof(out_key->bytes), passphrase.bytes,
			  passphrase.length, slot->salt, le32toh(slot->passes), memory,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return STATUS_NO_MEMORY;
	return STATUS_OK;
}

void seal_digest(struct text header, unsigned char out_digest[SEAL_DIGEST_BYTES])
{
	(void)crypto_generichash(out_digest, SEAL_DIGEST_BYTES, (const unsigned char *)header.bytes,
				 header.length, NULL,
				 0); /* fails for sizes it does not know alone */
}

enum status seal_key_pair_new(struct seal_key *out_secret, struct seal_key *out_public)
{
	enum status status = seal_prepare();

	if (status == STATUS_OK && crypto_box_keypair(out_public->bytes, out_secret->bytes) != 0)
		return STATUS_SYSTEM;
	return status;
}

enum status seal_key_public_of(const struct seal_key *secret, struct seal_key *out_public)
{
	enum status status = seal_prepare();

	if (status == STATUS_OK && crypto_scalarmult_base(out_public->bytes, secret->bytes) != 0)
		return STATUS_BAD_INPUT;
	return status;
}

/* The key, and what is wrong when a letter or the kind is. */
static enum status check_of(const struct seal_key *key, enum seal_key_kind kind,
			    unsigned char out_check[CHECK_BYTES])
{
	unsigned char digest[crypto_generichash_BYTES_MIN];
	struct text prefix = text_of(prefixes[kind]);
	enum status status = seal_prepare();

	if (status != STATUS_OK)
		return status;
	(void)crypto_generichash(digest, sizeof(digest), key->bytes, sizeof(key->bytes),
				 (const unsigned char *)prefix.bytes, prefix.length);
	memcpy(out_check, digest, CHECK_BYTES);
	explicit_bzero(digest, sizeof(digest));
	return STATUS_OK;
}

enum status seal_key_format(const struct seal_key *key, enum seal_key_kind kind,
			    char out_text[SEAL_KEY_TEXT_SIZE])
{
	unsigned char checked[SEAL_KEY_BYTES + CHECK_BYTES];
	AUTO_SECRET_BUFFER letters = { 0 };
	enum status status = check_of(key, kind, checked + SEAL_KEY_BYTES);

	buffer_init(&letters, KEY_LETTERS);
	memcpy(checked, key->bytes, SEAL_KEY_BYTES);
	if (status == STATUS_OK)
		status = base64_encode((struct text){ (const char *)checked, sizeof(checked) },
				       &letters);
	explicit_bzero(checked, sizeof(checked));
	if (status != STATUS_OK)
		return status;
	return text_format(out_text, SEAL_KEY_TEXT_SIZE, "%s%.*s", prefixes[kind],
			   TEXT_ARGUMENTS(buffer_text(&letters)));
}

enum status seal_key_parse(struct text text, enum seal_key_kind kind, struct seal_key *out_key)
{
	struct text prefix = text_of(prefixes[kind]);
	AUTO_SECRET_BUFFER checked = { 0 };
	unsigned char check[CHECK_BYTES];
	AUTO_SEAL_KEY key = { 0 };
	enum status status;

	buffer_init(&checked, SEAL_KEY_BYTES + CHECK_BYTES);
	if (!text_starts_with(text, prefix))
		return STATUS_BAD_INPUT;
	status = base64_decode(text_skip(text, prefix.length), &checked);
	if (status == STATUS_OK && checked.length != SEAL_KEY_BYTES + CHECK_BYTES)
		status = STATUS_BAD_INPUT;
	if (status != STATUS_OK)
		return status;
	memcpy(key.bytes, checked.bytes, SEAL_KEY_BYTES);
	status = check_of(&key, kind, check);
	if (status == STATUS_OK && memcmp(check, checked.bytes + SEAL_KEY_BYTES, CHECK_BYTES) != 0)
		return STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		*out_key = key;
	return status;
}
