#include "credentials/credential_lockout.h"

static const char *const origins[CREDENTIAL_ORIGIN_COUNT] = {
	[CREDENTIAL_ORIGIN_UNKNOWN] = "unknown",
	[CREDENTIAL_ORIGIN_USER] = "user",
	[CREDENTIAL_ORIGIN_ADMINISTRATOR] = "administrator",
};

/* The schema has no others. */
static enum credential_origin origin_of(struct text word)
{
	for (size_t i = 0; i < ARRAY_LENGTH(origins); i++)
		if (text_is(word, origins[i]))
			return (enum credential_origin)i;
	return CREDENTIAL_ORIGIN_UNKNOWN;
}

enum status credential_summary(struct credential_store *store, struct text user_id,
			       struct credential_summary *out_summary)
{
	static const char sql[] =
		"SELECT password_hash IS NOT NULL, password_changed, last_success,"
		" (SELECT count(*) FROM device WHERE user = ?1), must_change, password_origin,"
		" EXISTS (SELECT 1 FROM recovery_set WHERE user = ?1), " BUDGET_FIELDS
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
		summary.last_success = sqlite3_column_int64(statement, 2);
		summary.device_count = (unsigned)sqlite3_column_int(statement, 3);
		summary.must_change = sqlite3_column_int64(statement, 4) != 0;
		summary.password_origin = origin_of(column_text(statement, 5));
		summary.has_recovery_set = sqlite3_column_int64(statement, 6) != 0;
		status = budgets_read(statement, 7, &summary.budgets);
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

/* The present hash is the youngest of the former ones from now on; the oldest are wiped, which
   secret_delete sees to. */
static enum status retire_present(struct credential_store *store, struct text user_id,
				  unsigned former_kept)
{
	static const char keep[] = "INSERT INTO former_password (user, hash)"
				   " SELECT id, password_hash FROM user"
				   " WHERE id = ?1 AND password_hash IS NOT NULL";
	static const char wipe[] = "DELETE FROM former_password WHERE user = ?1 AND number NOT IN"
				   " (SELECT number FROM former_password WHERE user = ?1"
				   " ORDER BY number DESC LIMIT ?2)";
	enum status status = database_run(store, keep, BINDINGS(BIND_TEXT(user_id)));

	if (status == STATUS_OK)
		status = database_run(store, wipe,
				      BINDINGS(BIND_TEXT(user_id), BIND_INTEGER(former_kept)));
	return status;
}

enum status credential_password_replace(struct credential_store *store, struct text user_id,
					const struct credential_password *password)
{
	static const char sql[] =
		"INSERT INTO user (id, password_hash, password_changed, must_change,"
		" password_origin) VALUES (?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT (id) DO UPDATE SET password_hash = ?2, password_changed = ?3,"
		" must_change = ?4, password_origin = ?5, failures = 0, last_failure = 0";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (!credential_user_id_is_valid(user_id) ||
	    !credential_hash_is_valid(text_of(password->hash)) ||
	    password->former_kept > CREDENTIAL_FORMER_MAX ||
	    (unsigned)password->origin >= CREDENTIAL_ORIGIN_COUNT)
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = retire_present(store, user_id, password->former_kept);
	if (status == STATUS_OK)
		status = database_run(
			store, sql,
			BINDINGS(BIND_TEXT(user_id), BIND_TEXT(text_of(password->hash)),
				 BIND_INTEGER(password->now), BIND_INTEGER(password->must_change),
				 BIND_TEXT(text_of(origins[password->origin]))));
	if (status == STATUS_OK)
		status = database_note_change(store, user_id);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_password_history(struct credential_store *store, struct text user_id,
					struct credential_history *out_history)
{
	static const char sql[] =
		"SELECT password_hash, 9223372036854775807 AS age FROM user"
		" WHERE id = ?1 AND password_hash IS NOT NULL"
		" UNION ALL SELECT hash, number FROM former_password WHERE user = ?1"
		" ORDER BY age DESC";
	AUTO_STATEMENT *statement = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	out_history->count = 0;
	status = database_query(store, sql, BINDINGS(BIND_TEXT(user_id)), &statement);
	while (status == STATUS_OK && (status = database_next_row(store, statement)) == STATUS_OK) {
		struct text hash = column_text(statement, 0);

		if (out_history->count == ARRAY_LENGTH(out_history->hashes) ||
		    !credential_hash_is_valid(hash))
			return STATUS_BAD_DATA;
		status = text_copy(hash, out_history->hashes[out_history->count++],
				   CREDENTIAL_HASH_SIZE);
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
