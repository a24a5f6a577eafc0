#include "password/password_hash.h"

#include <crypt.h>

/* The hash, at the default cost, of 32 random bytes that were thrown away: what a user without a
   password is checked against, so that the answer takes as long as anybody's. */
static const char HASH_OF_NOBODY[] =
	"$y$j9T$QPBDqY4zSO3FecLJymdFs1$3s4ckdQkRxRA9yQyIAB5CcHqTNL5eM.UJuX2V5c.aH8";

/* yescrypt's smallest cost, and a salt that was thrown away. */
#define LIGHT_PREFIX "$y$j75$"

enum { LIGHT_COST = 1 };

static const char LIGHT_SETTING_OF_NOBODY[] = LIGHT_PREFIX "T7HqPpxCHOr46FsuId0F41";

static void crypt_data_wipe_and_free(struct crypt_data **data)
{
	if (*data)
		explicit_bzero(*data, sizeof(**data));
	free(*data);
}

/* 32 KiB: too much for the stack of a thread in somebody else's program. */
#define AUTO_CRYPT_DATA CLEANUP(crypt_data_wipe_and_free) struct crypt_data

/* Never one of crypt's failure tokens ("*0"): STATUS_UNAVAILABLE when it does not know the setting.
 */
static enum status hash_with(const char *setting, const struct secret *password,
			     char out_hash[PASSWORD_HASH_SIZE])
{
	AUTO_CRYPT_DATA *data = calloc(1, sizeof(*data));
	const char *hash;

	if (!data)
		return STATUS_NO_MEMORY;
	errno = 0;
	hash = crypt_rn(password->bytes, setting, data, sizeof(*data));
	if (!hash || hash[0] != '$')
		return errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_UNAVAILABLE;
	return text_copy(text_of(hash), out_hash, PASSWORD_HASH_SIZE);
}

/* False, and the secret empty, for what nobody's password can be. */
static bool take_password(struct secret *out_password, struct text password)
{
	if (secret_set(out_password, password) != STATUS_OK)
		return false;
	if (password.length > 0 && password.length <= PASSWORD_BYTES_MAX)
		return true;
	secret_wipe(out_password);
	return false;
}

enum status password_hash_new(struct text password, char out_hash[PASSWORD_HASH_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	AUTO_SECRET plain = { 0 };

	if (!take_password(&plain, password))
		return STATUS_BAD_INPUT;
	/* Cost 0 is libxcrypt's own default; no random bytes of ours: it asks the kernel. */
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)))
		return STATUS_UNAVAILABLE;
	return hash_with(setting, &plain, out_hash);
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
	AUTO_SECRET plain = { 0 };
	char hash[PASSWORD_HASH_SIZE];
	bool possible = take_password(&plain, password) && can_match(stored);
	enum status status = hash_with(possible ? stored : HASH_OF_NOBODY, &plain, hash);
	bool matches;

	if (status == STATUS_UNAVAILABLE && possible) {
		/* A hash that crypt does not know took no time: take it now. */
		possible = false;
		status = hash_with(HASH_OF_NOBODY, &plain, hash);
	}
	if (status != STATUS_OK)
		return status;
	matches = same_hash(hash, possible ? stored : HASH_OF_NOBODY);
	explicit_bzero(hash, sizeof(hash));
	return matches && possible ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status password_hash_compare(const char *stored, struct text password, bool *out_is_same)
{
	AUTO_SECRET plain = { 0 };
	char hash[PASSWORD_HASH_SIZE];
	enum status status;

	if (!can_match(stored))
		return STATUS_BAD_DATA;
	*out_is_same = false;
	if (!take_password(&plain, password))
		return STATUS_OK;
	status = hash_with(stored, &plain, hash);
	if (status != STATUS_OK)
		return status == STATUS_NO_MEMORY ? status : STATUS_BAD_DATA;
	*out_is_same = same_hash(hash, stored);
	explicit_bzero(hash, sizeof(hash));
	return STATUS_OK;
}

enum status password_hash_light_setting(char out_setting[PASSWORD_HASH_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (!crypt_gensalt_rn("$y$", LIGHT_COST, NULL, 0, setting, sizeof(setting)))
		return STATUS_UNAVAILABLE;
	return text_copy(text_of(setting), out_setting, PASSWORD_HASH_SIZE);
}

enum status password_hash_light(const char *setting, struct text random_text,
				char out_hash[PASSWORD_HASH_SIZE])
{
	AUTO_SECRET plain = { 0 };
	enum status status;

	if (!setting)
		setting = LIGHT_SETTING_OF_NOBODY;
	/* At another cost it would tell whose it is by the time it takes. */
	if (!text_starts_with(text_of(setting), TEXT(LIGHT_PREFIX)))
		return STATUS_BAD_DATA;
	if (!take_password(&plain, random_text))
		return STATUS_BAD_INPUT;
	status = hash_with(setting, &plain, out_hash);
	return status == STATUS_UNAVAILABLE ? STATUS_BAD_DATA : status;
}
