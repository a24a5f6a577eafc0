#include "credentials/credential_database.h"

static const struct {
	int code; /* SQLite's primary result code */
	enum status status;
	int system_error; /* for STATUS_SYSTEM, when the system said nothing */
} statuses[] = {
	{ SQLITE_OK, STATUS_OK, 0 },
	{ SQLITE_ROW, STATUS_OK, 0 },
	{ SQLITE_DONE, STATUS_OK, 0 },
	{ SQLITE_BUSY, STATUS_UNAVAILABLE, 0 },
	{ SQLITE_LOCKED, STATUS_UNAVAILABLE, 0 },
	{ SQLITE_PROTOCOL, STATUS_UNAVAILABLE, 0 },
	{ SQLITE_NOMEM, STATUS_NO_MEMORY, 0 },
	{ SQLITE_READONLY, STATUS_SYSTEM, EROFS },
	{ SQLITE_FULL, STATUS_SYSTEM, ENOSPC },
	{ SQLITE_PERM, STATUS_SYSTEM, EACCES },
	{ SQLITE_CANTOPEN, STATUS_SYSTEM, EIO },
	{ SQLITE_IOERR, STATUS_SYSTEM, EIO },
};

enum status database_status(const struct credential_store *store, int code)
{
	int system_error = store->connection ? sqlite3_system_errno(store->connection) : 0;

	if (code == SQLITE_IOERR_NOMEM)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++) {
		if (statuses[i].code != (code & 0xff))
			continue;
		if (statuses[i].status == STATUS_SYSTEM)
			errno = system_error ? system_error : statuses[i].system_error;
		return statuses[i].status;
	}
	/* Damage, another schema than its number says, a value that breaks a rule of the schema. */
	return STATUS_BAD_DATA;
}

enum status database_complain(const struct credential_store *store, int code, const char *what,
			      struct complaint *out_complaint)
{
	return complain(out_complaint, database_status(store, code), "%s: %s", what,
			sqlite3_errstr(code));
}

static int bind(sqlite3_stmt *statement, int number, const struct binding *binding)
{
	const char *bytes = binding->bytes.bytes ? binding->bytes.bytes : "";

	switch (binding->kind) {
	case BINDING_INTEGER:
		return sqlite3_bind_int64(statement, number, binding->integer);
	case BINDING_TEXT:
		return sqlite3_bind_text64(statement, number, bytes, binding->bytes.length,
					   SQLITE_STATIC, SQLITE_UTF8);
	case BINDING_BLOB:
		return sqlite3_bind_blob64(statement, number, bytes, binding->bytes.length,
					   SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

enum status database_query(struct credential_store *store, const char *sql,
			   const struct binding *bindings, size_t count,
			   sqlite3_stmt **out_statement)
{
	AUTO_STATEMENT *statement = NULL;
	int code = sqlite3_prepare_v2(store->connection, sql, -1, &statement, NULL);

	for (size_t i = 0; i < count && code == SQLITE_OK; i++)
		code = bind(statement, (int)i + 1, &bindings[i]);
	if (code != SQLITE_OK)
		return database_status(store, code);
	*out_statement = TAKE_POINTER(statement);
	return STATUS_OK;
}

enum status database_next_row(struct credential_store *store, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return STATUS_OK;
	return code == SQLITE_DONE ? STATUS_NOT_FOUND : database_status(store, code);
}

enum status database_run(struct credential_store *store, const char *sql,
			 const struct binding *bindings, size_t count)
{
	AUTO_STATEMENT *statement = NULL;
	enum status status = database_query(store, sql, bindings, count, &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK) /* a row that nobody asked for */
		return STATUS_BAD_DATA;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status database_run_on_one_row(struct credential_store *store, const char *sql,
				    const struct binding *bindings, size_t count)
{
	enum status status = database_run(store, sql, bindings, count);

	if (status == STATUS_OK && sqlite3_changes(store->connection) != 1)
		return STATUS_BAD_DATA;
	return status;
}

enum status database_script(struct credential_store *store, const char *sql)
{
	return database_status(store, sqlite3_exec(store->connection, sql, NULL, NULL, NULL));
}

enum status database_number(struct credential_store *store, const char *sql, int64_t *out_number)
{
	AUTO_STATEMENT *statement = NULL;
	enum status status = database_query(store, sql, NULL, 0, &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_NOT_FOUND)
		return STATUS_BAD_DATA;
	if (status == STATUS_OK)
		*out_number = sqlite3_column_int64(statement, 0);
	return status;
}

enum status database_note_change(struct credential_store *store, struct text user_id)
{
	return database_run(store,
			    "UPDATE user SET changed_at = max(changed_at + 1,"
			    " CAST(strftime('%s', 'now') AS INTEGER)) WHERE id = ?1",
			    BINDINGS(BIND_TEXT(user_id)));
}

enum status database_copy(struct credential_store *store, struct credential_store *out_copy,
			  const char *name)
{
	sqlite3_backup *copying =
		sqlite3_backup_init(out_copy->connection, name, store->connection, "main");
	int code, ended;

	if (!copying)
		return database_status(out_copy, sqlite3_errcode(out_copy->connection));
	/* A writer that holds the store now is done in a moment, as everywhere. */
	code = sqlite3_backup_step(copying, -1);
	ended = sqlite3_backup_finish(copying);
	return database_status(store, ended != SQLITE_OK ? ended : code);
}

/* The order matters to SQLite: the pointer first, then the number of bytes behind it. */
struct text column_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *bytes = sqlite3_column_text(statement, column);

	if (!bytes)
		return TEXT("");
	return (struct text){ (const char *)bytes,
			      (size_t)sqlite3_column_bytes(statement, column) };
}

struct text column_blob(sqlite3_stmt *statement, int column)
{
	const void *bytes = sqlite3_column_blob(statement, column);

	if (!bytes)
		return TEXT("");
	return (struct text){ bytes, (size_t)sqlite3_column_bytes(statement, column) };
}

enum status column_uint32(sqlite3_stmt *statement, int column, uint32_t *out_value)
{
	int64_t value = sqlite3_column_int64(statement, column);

	if (value < 0 || value > UINT32_MAX)
		return STATUS_BAD_DATA;
	*out_value = (uint32_t)value;
	return STATUS_OK;
}

static const char *const begin[] = {
	[TRANSACTION_CHANGE] = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
	[TRANSACTION_ATTEMPT] = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
	[TRANSACTION_UNTIL_RESTART] = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
};

enum status transaction_begin(struct credential_store *store, enum transaction_kind kind,
			      struct transaction *out_transaction)
{
	enum status status = database_script(store, begin[kind]);

	if (status == STATUS_OK)
		*out_transaction = (struct transaction){ store, kind };
	return status;
}

enum status transaction_commit(struct transaction *transaction)
{
	struct credential_store *store = transaction->store;
	enum status status = database_script(store, "COMMIT");

	/* A commit that could not be synced may be whole in the log, for the next one to find. */
	if (status != STATUS_OK || transaction->kind == TRANSACTION_CHANGE)
		store->empties_log = true;
	if (status == STATUS_OK)
		transaction->store = NULL;
	else
		transaction_abandon(transaction);
	return status;
}

void transaction_abandon(struct transaction *transaction)
{
	int saved_errno = errno;

	/* SQLite has undone it already after some failures; a failure to undo is no news: the
	   connection is closed next, and the file is as it was. */
	if (transaction->store && !sqlite3_get_autocommit(transaction->store->connection))
		(void)sqlite3_exec(transaction->store->connection, "ROLLBACK", NULL, NULL, NULL);
	transaction->store = NULL;
	errno = saved_errno;
}

bool credential_user_id_is_valid(struct text id)
{
	for (size_t i = 0; i < id.length; i++) {
		char byte = id.bytes[i];

		if (!(byte >= 'A' && byte <= 'Z') && !(byte >= 'a' && byte <= 'z') &&
		    !(byte >= '0' && byte <= '9') && byte != '_')
			return false;
	}
	return id.length > 0 && id.length <= CREDENTIAL_USER_ID_MAX;
}

bool credential_hash_is_valid(struct text hash)
{
	for (size_t i = 0; i < hash.length; i++)
		if (hash.bytes[i] <= ' ' || hash.bytes[i] > '~' || strchr(":;*!\\", hash.bytes[i]))
			return false; /* crypt(5): in no hash, in no field of shadow(5) */
	return text_starts_with(hash, TEXT("$")) && hash.length < CREDENTIAL_HASH_SIZE;
}
