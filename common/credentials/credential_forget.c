#include "credentials/credential_forget.h"

#include "credentials/credential_database.h"

static enum status delete_rows(struct credential_store *store, const char *sql, struct text user_id,
			       int *inout_count)
{
	enum status status = database_run(store, sql, BINDINGS(BIND_TEXT(user_id)));

	*inout_count += sqlite3_changes(store->connection);
	return status;
}

/* What refers to the user goes with it. */
enum status credential_forget(struct credential_store *store, struct text user_id)
{
	AUTO_TRANSACTION transaction = { 0 };
	int count = 0;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = delete_rows(store, "DELETE FROM user WHERE id = ?1", user_id, &count);
	if (status == STATUS_OK)
		status = delete_rows(store, "DELETE FROM permission_use WHERE principal = ?1",
				     user_id, &count);
	if (status == STATUS_OK)
		status = delete_rows(store, "DELETE FROM last_login WHERE user = ?1", user_id,
				     &count);
	if (status == STATUS_OK && count == 0)
		return STATUS_NOT_FOUND;
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_known(struct credential_store *store,
			     bool (*tell)(void *context, struct text user_id), void *context)
{
	AUTO_STATEMENT *row = NULL;
	enum status status =
		database_query(store,
			       "SELECT id FROM user UNION SELECT principal FROM permission_use"
			       " UNION SELECT user FROM last_login ORDER BY 1",
			       NULL, 0, &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK && !tell(context, column_text(row, 0)))
			return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
