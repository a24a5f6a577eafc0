#include "credential_fixture.h"

#include <sqlite3.h>

#include "../check.h"
#include "scratch.h"

const struct credential_lockout FIXTURE_LOCKOUT = {
	.passwords = { 5, 900, 3600 },
	.codes = { 5, 900, 3600 },
};

static const struct otp_settings usual = { OTP_SHA1, 6, 30, OTP_TOTP };
static const struct otp_settings counting = { OTP_SHA1, 6, 0, OTP_HOTP };

struct credential_store *fixture_open(const char *folder)
{
	struct credential_store *store = NULL;
	struct complaint complaint;

	CHECK_REQUIRE(credential_store_open(folder, scratch_trust(), true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	return store;
}

static sqlite3 *database_open(const char *folder)
{
	char path[SCRATCH_PATH_SIZE];
	sqlite3 *database;

	CHECK_REQUIRE(sqlite3_open(scratch_path(path, folder, "credentials.db"), &database) ==
			      SQLITE_OK,
		      path);
	sqlite3_busy_timeout(database, 1000);
	return database;
}

void fixture_by_hand(const char *folder, const char *sql)
{
	sqlite3 *database = database_open(folder);

	CHECK_REQUIRE(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK,
		      sqlite3_errmsg(database));
	sqlite3_close(database);
}

void fixture_empty_log(const char *folder)
{
	fixture_by_hand(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
}

/* The first row of a statement. */
static sqlite3_stmt *ask(sqlite3 *database, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	CHECK_REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
			      sqlite3_step(statement) == SQLITE_ROW,
		      sqlite3_errmsg(database));
	return statement;
}

int64_t fixture_number(const char *folder, const char *sql)
{
	sqlite3 *database = database_open(folder);
	sqlite3_stmt *statement = ask(database, sql);
	int64_t number = sqlite3_column_int64(statement, 0);

	sqlite3_finalize(statement);
	sqlite3_close(database);
	return number;
}

void fixture_text(const char *folder, const char *sql, char *buffer, size_t size)
{
	sqlite3 *database = database_open(folder);
	sqlite3_stmt *statement = ask(database, sql);

	snprintf(buffer, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(database);
}

enum status fixture_add_device(struct credential_store *store, struct text user_id,
			       const char *name, struct text seed, struct complaint *complaint)
{
	struct credential_device device = { .settings = usual, .enabled_at = 1 };
	AUTO_SECRET secret;

	CHECK_REQUIRE(secret_set_bytes(&secret, seed) == STATUS_OK &&
			      text_copy(text_of(name), device.name, sizeof(device.name)) ==
				      STATUS_OK,
		      "a device");
	return credential_device_add(store, user_id, &device, &secret, complaint);
}

enum status fixture_add_counter(struct credential_store *store, struct text user_id,
				const char *name, const char *serial, struct complaint *complaint)
{
	struct credential_device device = { .settings = counting, .enabled_at = 1 };
	AUTO_SECRET secret;

	CHECK_REQUIRE(secret_set_bytes(&secret, TEXT(FIXTURE_SEED)) == STATUS_OK &&
			      text_copy(text_of(name), device.name, sizeof(device.name)) ==
				      STATUS_OK &&
			      text_copy(text_of(serial), device.serial, sizeof(device.serial)) ==
				      STATUS_OK,
		      "a counter");
	return credential_device_add(store, user_id, &device, &secret, complaint);
}

const char *fixture_counter_code(uint64_t counter, char out_code[OTP_CODE_SIZE])
{
	CHECK_REQUIRE(otp_generate(&counting, TEXT(FIXTURE_SEED), counter, out_code) == STATUS_OK,
		      "a code");
	return out_code;
}

enum status fixture_set_password(struct credential_store *store, struct text user_id,
				 const char *hash, int64_t now)
{
	const struct credential_password password = { .hash = hash,
						      .now = now,
						      .former_kept = CREDENTIAL_FORMER_MAX };

	return credential_password_replace(store, user_id, &password);
}

void fixture_add_user(struct credential_store *store, struct text user_id)
{
	CHECK_REQUIRE(fixture_set_password(store, user_id, FIXTURE_HASH, 1) == STATUS_OK,
		      "a password");
	CHECK_REQUIRE(fixture_add_device(store, user_id, "phone", TEXT(FIXTURE_SEED), NULL) ==
			      STATUS_OK,
		      "a device");
}

const char *fixture_code(int64_t now, char out_code[OTP_CODE_SIZE])
{
	CHECK_REQUIRE(otp_generate(&usual, TEXT(FIXTURE_SEED), otp_step(&usual, now), out_code) ==
			      STATUS_OK,
		      "a code");
	return out_code;
}

struct credential_attempt fixture_attempt(struct text user_id, const char *code, int64_t now)
{
	return (struct credential_attempt){ .user_id = user_id,
					    .password_wanted = true,
					    .password_is_right = true,
					    .code_wanted = true,
					    .code = text_of(code),
					    .otp_window = 1,
					    .hotp_look_ahead = 10,
					    .lockout = FIXTURE_LOCKOUT,
					    .now = now };
}
