#include "audit/audit_digest.h"

#include <sodium.h>

_Static_assert(crypto_hash_sha256_BYTES * 2 == AUDIT_DIGEST_LENGTH, "two digits a byte");

void audit_digest(struct text line, char out_digest[AUDIT_DIGEST_SIZE])
{
	unsigned char bytes[crypto_hash_sha256_BYTES];

	/* Cannot fail, and needs no sodium_init(). */
	(void)crypto_hash_sha256(bytes, (const unsigned char *)line.bytes, line.length);
	(void)sodium_bin2hex(out_digest, AUDIT_DIGEST_SIZE, bytes, sizeof(bytes));
}

bool audit_digest_is_valid(struct text digest)
{
	for (size_t i = 0; i < digest.length; i++)
		if (!strchr("0123456789abcdef", digest.bytes[i]))
			return false;
	return digest.length == AUDIT_DIGEST_LENGTH;
}
