#include "credentials/permission_use.h"

#include "credentials/credential_database.h"

#define KEY_BINDINGS(principal, action, object) \
	BIND_TEXT(principal), BIND_TEXT(action), BIND_TEXT(object)

/* A clock that was set back makes every use of before one of the future: then it is time too. */
static enum status is_time(struct credential_store *store, const struct binding *key, size_t count,
			   int64_t now, bool *out_is_time)
{
	static const char sql[] = "SELECT last_used FROM permission_use"
				  " WHERE principal = ?1 AND action = ?2 AND object = ?3";
	AUTO_STATEMENT *row = NULL;
	enum status status = database_query(store, sql, key, count, &row);

	*out_is_time = true;
	if (status == STATUS_OK)
		status = database_next_row(store, row);
	if (status == STATUS_OK) {
		int64_t last_used = sqlite3_column_int64(row, 0);

		*out_is_time = last_used > now || now - last_used >= PERMISSION_USE_SECONDS;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status begin(struct credential_store *store, struct transaction *out_transaction)
{
	enum status status;

	store->busy_ms = PERMISSION_USE_WAIT_MS;
	status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, out_transaction);
	store->busy_ms = CREDENTIAL_BUSY_MS;
	return status;
}

static enum status write_use(struct credential_store *store, struct text principal_id,
			     struct text action, struct text object, int64_t now)
{
	static const char write[] =
		"INSERT INTO permission_use (principal, action, object, first_used, last_used)"
		" VALUES (?1, ?2, ?3, ?4, ?4)"
		" ON CONFLICT DO UPDATE SET first_used = min(first_used, ?4), last_used = ?4";
	static const char give_way[] =
		"DELETE FROM permission_use WHERE principal = ?1 AND (action, object) IN"
		" (SELECT action, object FROM permission_use WHERE principal = ?1"
		" ORDER BY last_used DESC LIMIT -1 OFFSET ?2)";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = begin(store, &transaction);

	if (status == STATUS_OK)
		status = database_run(
			store, write,
			BINDINGS(KEY_BINDINGS(principal_id, action, object), BIND_INTEGER(now)));
	if (status == STATUS_OK)
		status = database_run(
			store, give_way,
			BINDINGS(BIND_TEXT(principal_id), BIND_INTEGER(PERMISSION_USES_MAX)));
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status permission_use_record(struct credential_store *store, struct text principal_id,
				  struct text action, struct text object, int64_t now)
{
	bool is_due;
	enum status status;

	if (!credential_user_id_is_valid(principal_id) || action.length == 0 ||
	    action.length > PERMISSION_ACTION_MAX || object.length > PERMISSION_OBJECT_MAX ||
	    now < 0)
		return STATUS_BAD_INPUT;
	status = is_time(store, BINDINGS(KEY_BINDINGS(principal_id, action, object)), now, &is_due);
	if (status != STATUS_OK || !is_due)
		return status;
	return write_use(store, principal_id, action, object, now);
}

static enum status read_row(sqlite3_stmt *row, struct permission_use *out_use)
{
	if (text_copy(column_text(row, 0), out_use->principal_id, sizeof(out_use->principal_id)) !=
		    STATUS_OK ||
	    text_copy(column_text(row, 1), out_use->action, sizeof(out_use->action)) != STATUS_OK ||
	    text_copy(column_text(row, 2), out_use->object, sizeof(out_use->object)) != STATUS_OK)
		return STATUS_BAD_DATA;
	out_use->first_used = sqlite3_column_int64(row, 3);
	out_use->last_used = sqlite3_column_int64(row, 4);
	return STATUS_OK;
}

enum status permission_use_list(struct credential_store *store,
				bool (*tell)(void *context, const struct permission_use *use),
				void *context)
{
	AUTO_STATEMENT *row = NULL;
	struct permission_use use;
	enum status status = database_query(
		store,
		"SELECT principal, action, object, first_used, last_used FROM permission_use"
		" ORDER BY principal, action, object",
		NULL, 0, &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK)
			status = read_row(row, &use);
		if (status == STATUS_OK && !tell(context, &use))
			return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
