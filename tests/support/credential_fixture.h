/*
 * tests/support/credential_fixture.h: a credential store in a test's folder, and users in it.
 */
#ifndef IAM_TESTS_CREDENTIAL_FIXTURE_H
#define IAM_TESTS_CREDENTIAL_FIXTURE_H

#include "credentials/credential_store.h"

#define FIXTURE_SEED "12345678901234567890"
#define FIXTURE_HASH "$y$j9T$salt$hash"

/* Opened for the scratch's owner, made when absent; a failure ends the test. */
struct credential_store *fixture_open(const char *folder);

/* Puts a store into a state that only time, damage or another program would bring about. */
void fixture_by_hand(const char *folder, const char *sql);

/* One file again: what sign-ins left in the log goes into the database. */
void fixture_empty_log(const char *folder);

/* What a statement answers, as a number or a text. */
int64_t fixture_number(const char *folder, const char *sql);
void fixture_text(const char *folder, const char *sql, char *buffer, size_t size);

/* SHA1, 6 digits, 30 seconds, enabled at 1. */
enum status fixture_add_device(struct credential_store *store, struct text user_id,
			       const char *name, struct text seed, struct complaint *complaint);

/* HOTP of FIXTURE_SEED: SHA1, 6 digits, nothing used yet; serial may be "". */
enum status fixture_add_counter(struct credential_store *store, struct text user_id,
				const char *name, const char *serial, struct complaint *complaint);

/* Its code of a counter. */
const char *fixture_counter_code(uint64_t counter, char out_code[OTP_CODE_SIZE]);

/* The hash as it is, every former one kept. */
enum status fixture_set_password(struct credential_store *store, struct text user_id,
				 const char *hash, int64_t now);

/* A user with FIXTURE_HASH and a device "phone" of FIXTURE_SEED. */
void fixture_add_user(struct credential_store *store, struct text user_id);

/* The code of such a device at a time. */
const char *fixture_code(int64_t now, char out_code[OTP_CODE_SIZE]);

/* Five failures of either kind lock for 900 seconds, at most for an hour; addresses do not. */
extern const struct credential_lockout FIXTURE_LOCKOUT;

/* Right password, this code, a window of one, FIXTURE_LOCKOUT. */
struct credential_attempt fixture_attempt(struct text user_id, const char *code, int64_t now);

#endif
