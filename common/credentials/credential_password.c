#include "credentials/credential_database.h"

enum status credential_summary(struct credential_store *store, struct text user_id,
			       struct credential_summary *out_summary)
{
	static const char sql[] =
		"SELECT password_hash IS NOT NULL, password_changed, failures, last_failure,"
		" last_success, (SELECT count(*) FROM device WHERE user = ?1)"
		" FROM user WHERE id = ?1";
	struct credential_summary summary = { 0 };
	AUTO_STATEMENT *statement = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, sql, BINDINGS(BIND_TEXT(user_id)), &statement);
	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK) {
		summary.has_password = sqlite3_column_int64(statement, 0) != 0;
		summary.password_changed = sqlite3_column_int64(statement, 1);
		status = column_uint32(statement, 2, &summary.lockout.failures);
		summary.lockout.last_failure = sqlite3_column_int64(statement, 3);
		summary.last_success = sqlite3_column_int64(statement, 4);
		summary.device_count = (unsigned)sqlite3_column_int(statement, 5);
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_summary = summary;
	return STATUS_OK;
}

enum status credential_password_hash(struct credential_store *store, struct text user_id,
				     char out_hash[CREDENTIAL_HASH_SIZE])
{
	static const char sql[] =
		"SELECT password_hash FROM user WHERE id = ?1 AND password_hash IS NOT NULL";
	AUTO_STATEMENT *statement = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, sql, BINDINGS(BIND_TEXT(user_id)), &statement);
	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK &&
	    text_copy(column_text(statement, 0), out_hash, CREDENTIAL_HASH_SIZE) != STATUS_OK)
		return STATUS_BAD_DATA;
	return status;
}

static bool hash_is_valid(struct text hash)
{
	for (size_t i = 0; i < hash.length; i++)
		if (hash.bytes[i] <= ' ' || hash.bytes[i] > '~' || strchr(":;*!\\", hash.bytes[i]))
			return false; /* crypt(5): in no hash, in no field of shadow(5) */
	return text_starts_with(hash, TEXT("$")) && hash.length < CREDENTIAL_HASH_SIZE;
}

enum status credential_password_set(struct credential_store *store, struct text user_id,
				    const char *hash, int64_t now)
{
	static const char sql[] =
		"INSERT INTO user (id, password_hash, password_changed) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (id) DO UPDATE SET password_hash = ?2, password_changed = ?3,"
		" failures = 0, last_failure = 0";

	if (!credential_user_id_is_valid(user_id) || !hash_is_valid(text_of(hash)))
		return STATUS_BAD_INPUT;
	return database_run(
		store, sql,
		BINDINGS(BIND_TEXT(user_id), BIND_TEXT(text_of(hash)), BIND_INTEGER(now)));
}

static enum status run_on_user(struct credential_store *store, const char *sql, struct text user_id)
{
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_run(store, sql, BINDINGS(BIND_TEXT(user_id)));
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	return status;
}

enum status credential_password_remove(struct credential_store *store, struct text user_id)
{
	return run_on_user(store,
			   "UPDATE user SET password_hash = NULL, password_changed = 0"
			   " WHERE id = ?1 AND password_hash IS NOT NULL",
			   user_id);
}

enum status credential_unlock(struct credential_store *store, struct text user_id)
{
	return run_on_user(store,
			   "UPDATE user SET failures = 0, last_failure = 0"
			   " WHERE id = ?1 AND failures > 0",
			   user_id);
}
