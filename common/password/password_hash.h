/*
 * common/password/password_hash.h: yescrypt by libxcrypt.
 */
#ifndef IAM_PASSWORD_PASSWORD_HASH_H
#define IAM_PASSWORD_PASSWORD_HASH_H

#include "base/secret.h"

enum { PASSWORD_HASH_SIZE = 384, PASSWORD_BYTES_MAX = 512 };

/* A yescrypt hash with a fresh salt at libxcrypt's default cost ("$y$j9T$"). */
MUST_CHECK enum status password_hash_new(struct text password, char out_hash[PASSWORD_HASH_SIZE]);

/* STATUS_OK when it is the password, STATUS_NOT_FOUND when not. stored NULL, empty, "*", "!" or
   "x": never, at the cost of a real one (a fixed hash of nobody's). Always exactly one crypt call.
 */
MUST_CHECK enum status password_hash_verify(const char *stored, struct text password);

#endif
