#include "credentials/credential_break_glass.h"

#include "credentials/credential_database.h"

#define BREAK_GLASS_FIELDS "name, user, made_at, expires, used_at"

static bool name_is_valid(struct text name)
{
	for (size_t i = 0; i < name.length; i++)
		if (name.bytes[i] == '\0' ||
		    !strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", name.bytes[i]))
			return false;
	return name.length == CREDENTIAL_BREAK_GLASS_NAME_SIZE - 1;
}

static struct text text_in(const char *array, size_t size)
{
	return (struct text){ array, strnlen(array, size) };
}

static bool code_is_valid(const struct credential_break_glass_new *code)
{
	return name_is_valid(text_in(code->code.name, sizeof(code->code.name))) &&
	       credential_user_id_is_valid(
		       text_in(code->code.user_id, sizeof(code->code.user_id))) &&
	       credential_hash_is_valid(text_in(code->hash, sizeof(code->hash))) &&
	       code->code.made_at >= 0 && code->code.expires > code->code.made_at;
}

static enum status room_for(struct credential_store *store,
			    const struct credential_break_glass *code,
			    struct complaint *out_complaint)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM break_glass WHERE name = ?1),"
				  " (SELECT count(*) FROM break_glass WHERE user = ?2 AND used_at "
				  "= 0 AND expires > ?3)";
	AUTO_STATEMENT *statement = NULL;
	enum status status = database_query(store, sql,
					    BINDINGS(BIND_TEXT(text_of(code->name)),
						     BIND_TEXT(text_of(code->user_id)),
						     BIND_INTEGER(code->made_at)),
					    &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status != STATUS_OK)
		return status;
	if (sqlite3_column_int64(statement, 0) > 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "there is a code %s already",
				code->name);
	if (sqlite3_column_int64(statement, 1) >= CREDENTIAL_BREAK_GLASS_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"a user has at most %d break-glass codes that can be used",
				CREDENTIAL_BREAK_GLASS_MAX);
	return STATUS_OK;
}

static enum status insert(struct credential_store *store,
			  const struct credential_break_glass_new *code,
			  struct complaint *out_complaint)
{
	static const char sql[] = "INSERT INTO break_glass (name, user, hash, made_at, expires)"
				  " VALUES (?1, ?2, ?3, ?4, ?5)";
	struct text user_id = text_of(code->code.user_id);
	enum status status;

	status = database_run(store, "INSERT OR IGNORE INTO user (id) VALUES (?1)",
			      BINDINGS(BIND_TEXT(user_id)));
	if (status == STATUS_OK)
		status = room_for(store, &code->code, out_complaint);
	if (status != STATUS_OK)
		return status;
	return database_run(store, sql,
			    BINDINGS(BIND_TEXT(text_of(code->code.name)), BIND_TEXT(user_id),
				     BIND_TEXT(text_of(code->hash)),
				     BIND_INTEGER(code->code.made_at),
				     BIND_INTEGER(code->code.expires)));
}

enum status credential_break_glass_add(struct credential_store *store,
				       const struct credential_break_glass_new *codes, size_t count,
				       struct complaint *out_complaint)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	for (size_t i = 0; i < count; i++)
		if (!code_is_valid(&codes[i]))
			return complain(out_complaint, STATUS_BAD_INPUT, "not a break-glass code");
	if (count == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "no break-glass code");
	status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);
	if (status == STATUS_OK)
		status = database_run(store, "DELETE FROM break_glass WHERE expires < ?1",
				      BINDINGS(BIND_INTEGER(codes[0].code.made_at -
							    CREDENTIAL_BREAK_GLASS_KEPT)));
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = insert(store, &codes[i], out_complaint);
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_break_glass_revoke(struct credential_store *store, struct text name)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);

	if (status == STATUS_OK)
		status = database_run(store, "DELETE FROM break_glass WHERE name = ?1",
				      BINDINGS(BIND_TEXT(name)));
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

static enum status read_row(sqlite3_stmt *row, struct credential_break_glass *out_code)
{
	struct credential_break_glass code = {
		.made_at = sqlite3_column_int64(row, 2),
		.expires = sqlite3_column_int64(row, 3),
		.used_at = sqlite3_column_int64(row, 4),
	};

	if (text_copy(column_text(row, 0), code.name, sizeof(code.name)) != STATUS_OK ||
	    text_copy(column_text(row, 1), code.user_id, sizeof(code.user_id)) != STATUS_OK)
		return STATUS_BAD_DATA;
	*out_code = code;
	return STATUS_OK;
}

enum status credential_break_glass_find(struct credential_store *store, struct text name,
					struct credential_break_glass *out_code)
{
	AUTO_STATEMENT *row = NULL;
	enum status status = database_query(
		store, "SELECT " BREAK_GLASS_FIELDS " FROM break_glass WHERE name = ?1",
		BINDINGS(BIND_TEXT(name)), &row);

	if (status == STATUS_OK)
		status = database_next_row(store, row);
	return status == STATUS_OK ? read_row(row, out_code) : status;
}

enum status credential_break_glass_list(struct credential_store *store,
					bool (*tell)(void *context,
						     const struct credential_break_glass *code),
					void *context)
{
	AUTO_STATEMENT *row = NULL;
	struct credential_break_glass code;
	enum status status = database_query(store,
					    "SELECT " BREAK_GLASS_FIELDS " FROM break_glass"
					    " ORDER BY made_at DESC, name",
					    NULL, 0, &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK)
			status = read_row(row, &code);
		if (status == STATUS_OK && !tell(context, &code))
			return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status credential_break_glass_setting(struct credential_store *store, struct text user_id,
					   struct text name, char out_setting[CREDENTIAL_HASH_SIZE])
{
	AUTO_STATEMENT *row = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, "SELECT hash FROM break_glass WHERE name = ?1 AND user = ?2",
				BINDINGS(BIND_TEXT(name), BIND_TEXT(user_id)), &row);
	if (status == STATUS_OK)
		status = database_next_row(store, row);
	if (status == STATUS_OK &&
	    text_copy(column_text(row, 0), out_setting, CREDENTIAL_HASH_SIZE) != STATUS_OK)
		return STATUS_BAD_DATA;
	return status;
}
