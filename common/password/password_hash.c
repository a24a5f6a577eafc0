#include "password/password_hash.h"

#include <crypt.h>

/* The hash, at the default cost, of 32 random bytes that were thrown away: what a user without a
   password is checked against, so that the answer takes as long as anybody's. */
static const char HASH_OF_NOBODY[] =
	"$y$j9T$QPBDqY4zSO3FecLJymdFs1$3s4ckdQkRxRA9yQyIAB5CcHqTNL5eM.UJuX2V5c.aH8";

static void crypt_data_wipe_and_free(struct crypt_data **data)
{
	if (*data)
		explicit_bzero(*data, sizeof(**data));
	free(*data);
}

/* 32 KiB: too much for the stack of a thread in somebody else's program. */
#define AUTO_CRYPT_DATA CLEANUP(crypt_data_wipe_and_free) struct crypt_data

/* NULL when crypt could not do it; never one of its failure tokens ("*0"). */
static const char *crypt_or_null(const struct secret *password, const char *setting,
				 struct crypt_data *data)
{
	const char *hash;

	errno = 0;
	hash = crypt_rn(password->bytes, setting, data, sizeof(*data));
	return hash && hash[0] == '$' ? hash : NULL;
}

static enum status crypt_failure(void)
{
	return errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_UNAVAILABLE;
}

enum status password_hash_new(struct text password, char out_hash[PASSWORD_HASH_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	AUTO_CRYPT_DATA *data = calloc(1, sizeof(*data));
	AUTO_SECRET plain;
	const char *hash;

	if (secret_set(&plain, password) != STATUS_OK || password.length == 0 ||
	    password.length > PASSWORD_BYTES_MAX)
		return STATUS_BAD_INPUT;
	if (!data)
		return STATUS_NO_MEMORY;
	/* Cost 0 is libxcrypt's own default; no random bytes of ours: it asks the kernel. */
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)))
		return STATUS_UNAVAILABLE;
	hash = crypt_or_null(&plain, setting, data);
	if (!hash)
		return crypt_failure();
	return text_copy(text_of(hash), out_hash, PASSWORD_HASH_SIZE);
}

static bool can_match(const char *stored)
{
	/* Whatever else shadow(5) allows there ("", "*", "!...", "x", DES) is nobody's password. */
	return stored && stored[0] == '$' && strlen(stored) < PASSWORD_HASH_SIZE;
}

static bool same_hash(const char *left, const char *right)
{
	size_t length = strlen(left);

	return length == strlen(right) && secret_equal(left, right, length);
}

enum status password_hash_verify(const char *stored, struct text password)
{
	AUTO_CRYPT_DATA *data = calloc(1, sizeof(*data));
	AUTO_SECRET plain;
	bool matches = false, possible = can_match(stored);
	const char *hash;

	if (!data)
		return STATUS_NO_MEMORY;
	if (secret_set(&plain, password) != STATUS_OK || password.length == 0 ||
	    password.length > PASSWORD_BYTES_MAX) {
		secret_wipe(&plain);
		possible = false;
	}
	hash = crypt_or_null(&plain, possible ? stored : HASH_OF_NOBODY, data);
	if (!hash && errno == ENOMEM)
		return STATUS_NO_MEMORY;
	if (!hash && possible) {
		/* A hash that crypt does not know took no time: take it now. */
		possible = false;
		hash = crypt_or_null(&plain, HASH_OF_NOBODY, data);
	}
	if (!hash)
		return crypt_failure();
	matches = same_hash(hash, possible ? stored : HASH_OF_NOBODY);
	return matches && possible ? STATUS_OK : STATUS_NOT_FOUND;
}
