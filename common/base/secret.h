/*
 * common/base/secret.h: bytes that wipe themselves, comparison without a clock, random bytes.
 *
 * A secret is never copied into a plain char array, never formatted, never in an error.
 */
#ifndef IAM_BASE_SECRET_H
#define IAM_BASE_SECRET_H

#include "base/cleanup.h"
#include "base/text.h"

enum { SECRET_BYTES_MAX = 1023 };

struct secret {
	size_t length;
	char bytes[SECRET_BYTES_MAX + 1]; /* NUL behind the last byte */
};

static inline void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

#define AUTO_SECRET CLEANUP(secret_wipe) struct secret

/* STATUS_BAD_INPUT when longer than SECRET_BYTES_MAX or with a NUL inside a byte string that will
   be used as C text; the secret is then empty. */
MUST_CHECK enum status secret_set(struct secret *secret, struct text bytes);

/* secret_set() for keys, which may hold any bytes, NUL too. */
MUST_CHECK enum status secret_set_bytes(struct secret *secret, struct text bytes);

static inline struct text secret_text(const struct secret *secret)
{
	return (struct text){ secret->bytes, secret->length };
}

/* Time depends on size alone. */
bool secret_equal(const void *left, const void *right, size_t size);

/* From the kernel by getrandom(2): nothing in the environment or the process can weaken it. */
MUST_CHECK enum status secret_random(void *bytes, size_t size);

#endif
