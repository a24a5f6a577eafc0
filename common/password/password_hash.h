/*
 * common/password/password_hash.h: yescrypt by libxcrypt.
 */
#ifndef IAM_PASSWORD_PASSWORD_HASH_H
#define IAM_PASSWORD_PASSWORD_HASH_H

#include "base/secret.h"

enum {
	PASSWORD_HASH_SIZE = 384,
	PASSWORD_BYTES_MAX = 511, /* libxcrypt's limit; a longer one is refused, at the same cost */
};

/* A yescrypt hash with a fresh salt at libxcrypt's default cost ("$y$j9T$"). STATUS_BAD_INPUT for
   an empty password, one that is too long or one with a NUL inside. */
MUST_CHECK enum status password_hash_new(struct text password, char out_hash[PASSWORD_HASH_SIZE]);

/* STATUS_OK when it is the password, STATUS_NOT_FOUND when not; any other status means that nobody
   can say. stored NULL, "", "*", "!...", "x" or anything else that is not a hash of crypt(5)'s "$"
   kind: never, at the cost of a real one (a fixed hash of nobody's). The empty password: never.
   Always one crypt call that costs. */
MUST_CHECK enum status password_hash_verify(const char *stored, struct text password);

/* For a history, in which what cannot be compared must not pass for different: STATUS_BAD_DATA when
   stored is no hash that crypt(3) knows. False for what nobody's password can be. */
MUST_CHECK enum status password_hash_compare(const char *stored, struct text password,
					     bool *out_is_same);

/*
 * For random texts of eighty bits or more, such as recovery codes: nobody finds one by guessing, so
 * the hash has the least cost that yescrypt knows, a millisecond, and one salt may serve several.
 */
MUST_CHECK enum status password_hash_light_setting(char out_setting[PASSWORD_HASH_SIZE]);

/* setting: one of the above, or a hash made with it; NULL: nobody's, at the same cost, and the hash
   is like no other. STATUS_BAD_DATA for any other setting. */
MUST_CHECK enum status password_hash_light(const char *setting, struct text random_text,
					   char out_hash[PASSWORD_HASH_SIZE]);

#endif
