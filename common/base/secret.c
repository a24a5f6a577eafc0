#include "base/secret.h"

#include <sys/random.h>

enum status secret_set(struct secret *secret, struct text bytes)
{
	if (text_has_byte(bytes, '\0')) {
		secret_wipe(secret);
		return STATUS_BAD_INPUT;
	}
	return secret_set_bytes(secret, bytes);
}

enum status secret_set_bytes(struct secret *secret, struct text bytes)
{
	secret_wipe(secret);
	if (bytes.length > SECRET_BYTES_MAX)
		return STATUS_BAD_INPUT;
	if (bytes.length > 0)
		memcpy(secret->bytes, bytes.bytes, bytes.length);
	secret->length = bytes.length;
	return STATUS_OK;
}

bool secret_equal(const void *left, const void *right, size_t size)
{
	const volatile unsigned char *a = left, *b = right;
	unsigned char difference = 0;

	for (size_t i = 0; i < size; i++)
		difference = (unsigned char)(difference | (a[i] ^ b[i]));
	return difference == 0;
}

enum status secret_random(void *bytes, size_t size)
{
	unsigned char *next = bytes;

	while (size > 0) {
		ssize_t got = getrandom(next, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return STATUS_SYSTEM;
		next += got;
		size -= (size_t)got;
	}
	return STATUS_OK;
}
