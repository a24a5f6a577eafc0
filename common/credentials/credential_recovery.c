#include "credentials/credential_recovery.h"

#include "credentials/credential_database.h"

static struct text hash_of(const struct credential_recovery_set *set, size_t index)
{
	return (struct text){ set->hashes[index],
			      strnlen(set->hashes[index], CREDENTIAL_HASH_SIZE) };
}

static bool set_is_valid(const struct credential_recovery_set *set)
{
	struct text setting = { set->setting, strnlen(set->setting, CREDENTIAL_HASH_SIZE) };

	if (!credential_hash_is_valid(setting) || set->made_at < 0)
		return false;
	for (size_t i = 0; i < CREDENTIAL_RECOVERY_CODES; i++) {
		struct text hash = hash_of(set, i);

		if (!credential_hash_is_valid(hash) || !text_starts_with(hash, setting) ||
		    hash.length == setting.length)
			return false;
		for (size_t j = 0; j < i; j++)
			if (text_equal(hash, hash_of(set, j)))
				return false;
	}
	return true;
}

static enum status set_insert(struct credential_store *store, struct text user_id,
			      const struct credential_recovery_set *set)
{
	enum status status = database_run(
		store, "INSERT INTO recovery_set (user, setting, made_at) VALUES (?1, ?2, ?3)",
		BINDINGS(BIND_TEXT(user_id), BIND_TEXT(text_of(set->setting)),
			 BIND_INTEGER(set->made_at)));

	for (size_t i = 0; status == STATUS_OK && i < CREDENTIAL_RECOVERY_CODES; i++)
		status = database_run(store,
				      "INSERT INTO recovery_code (user, hash) VALUES (?1, ?2)",
				      BINDINGS(BIND_TEXT(user_id), BIND_TEXT(hash_of(set, i))));
	return status;
}

enum status credential_recovery_replace(struct credential_store *store, struct text user_id,
					const struct credential_recovery_set *set)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (!credential_user_id_is_valid(user_id) || !set_is_valid(set))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = database_run(store, "INSERT OR IGNORE INTO user (id) VALUES (?1)",
				      BINDINGS(BIND_TEXT(user_id)));
	if (status == STATUS_OK) /* and with it its codes */
		status = database_run(store, "DELETE FROM recovery_set WHERE user = ?1",
				      BINDINGS(BIND_TEXT(user_id)));
	if (status == STATUS_OK)
		status = set_insert(store, user_id, set);
	if (status == STATUS_OK)
		status = database_note_change(store, user_id);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_recovery_remove(struct credential_store *store, struct text user_id)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = database_run(store, "DELETE FROM recovery_set WHERE user = ?1",
				      BINDINGS(BIND_TEXT(user_id)));
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = database_note_change(store, user_id);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_recovery_state(struct credential_store *store, struct text user_id,
				      struct credential_recovery *out_recovery)
{
	static const char sql[] =
		"SELECT made_at, coalesce(sum(used_at = 0), 0), coalesce(max(used_at), 0)"
		" FROM recovery_set LEFT JOIN recovery_code USING (user)"
		" WHERE recovery_set.user = ?1 GROUP BY recovery_set.user";
	AUTO_STATEMENT *statement = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, sql, BINDINGS(BIND_TEXT(user_id)), &statement);
	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK)
		*out_recovery = (struct credential_recovery){
			.made_at = sqlite3_column_int64(statement, 0),
			.left = (unsigned)sqlite3_column_int(statement, 1),
			.last_used = sqlite3_column_int64(statement, 2),
		};
	return status;
}

enum status credential_recovery_setting(struct credential_store *store, struct text user_id,
					char out_setting[CREDENTIAL_HASH_SIZE])
{
	AUTO_STATEMENT *statement = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, "SELECT setting FROM recovery_set WHERE user = ?1",
				BINDINGS(BIND_TEXT(user_id)), &statement);
	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK &&
	    text_copy(column_text(statement, 0), out_setting, CREDENTIAL_HASH_SIZE) != STATUS_OK)
		return STATUS_BAD_DATA;
	return status;
}
