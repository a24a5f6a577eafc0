#include "credentials/credential_lockout.h"

static const char *const names[CREDENTIAL_LOCK_KINDS] = {
	[CREDENTIAL_LOCK_NONE] = "",           [CREDENTIAL_LOCK_PASSWORDS] = "passwords",
	[CREDENTIAL_LOCK_CODES] = "codes",     [CREDENTIAL_LOCK_TRIES] = "tries",
	[CREDENTIAL_LOCK_ADDRESS] = "address",
};

const char *credential_lock_name(enum credential_lock_kind kind)
{
	size_t at = (size_t)kind;

	return at < ARRAY_LENGTH(names) ? names[at] : "";
}

struct credential_lock credential_lock_of(const struct credential_budgets *budgets,
					  const struct credential_lockout *rules, bool password,
					  bool code, int64_t now)
{
	int64_t passwords = 0, codes = 0;

	if (password)
		passwords = lockout_until(&budgets->passwords, &rules->passwords, now);
	if (code)
		codes = lockout_until(&budgets->codes, &rules->codes, now);
	if (passwords == 0 && codes == 0)
		return (struct credential_lock){ 0 };
	return passwords >= codes ? (struct credential_lock){ CREDENTIAL_LOCK_PASSWORDS, passwords }
				  : (struct credential_lock){ CREDENTIAL_LOCK_CODES, codes };
}

enum status budgets_read(sqlite3_stmt *statement, int first, struct credential_budgets *out_budgets)
{
	struct credential_budgets budgets = { 0 };
	enum status status = column_uint32(statement, first, &budgets.passwords.failures);

	if (status == STATUS_OK)
		status = column_uint32(statement, first + 2, &budgets.codes.failures);
	if (status != STATUS_OK)
		return status;
	budgets.passwords.last_failure = sqlite3_column_int64(statement, first + 1);
	budgets.codes.last_failure = sqlite3_column_int64(statement, first + 3);
	*out_budgets = budgets;
	return STATUS_OK;
}

#define STATE_FIELDS "last_failure, clear_at, locked_until"

static enum status state_read(sqlite3_stmt *statement, int first,
			      struct lockout_address_state *out_state)
{
	struct lockout_address_state state = { sqlite3_column_int64(statement, first),
					       sqlite3_column_int64(statement, first + 1),
					       sqlite3_column_int64(statement, first + 2) };

	if (state.last_failure < 0 || state.clear_at < 0 || state.locked_until < 0)
		return STATUS_BAD_DATA;
	*out_state = state;
	return STATUS_OK;
}

static enum status row_of(struct credential_store *store, const char *sql,
			  const struct binding *bindings, size_t count, struct address_row *out_row)
{
	struct address_row row = { 0 };
	AUTO_STATEMENT *statement = NULL;
	enum status status = database_query(store, sql, bindings, count, &statement);

	if (status == STATUS_OK)
		status = database_next_row(store, statement);
	if (status == STATUS_OK) {
		row.slot = sqlite3_column_int64(statement, 0);
		status = state_read(statement, 1, &row.state);
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_row = row;
	return STATUS_OK;
}

enum status address_read(struct credential_store *store, struct text address,
			 struct address_row *out_row)
{
	return row_of(store, "SELECT slot, " STATE_FIELDS " FROM address WHERE address = ?1",
		      BINDINGS(BIND_TEXT(address)), out_row);
}

/* 0: there is none. Slots are never given back, so the last one says how many there are. */
static enum status find_slot(struct credential_store *store, int64_t now, int64_t *out_slot)
{
	struct address_row least = { 0 };
	int64_t used = 0;
	enum status status = row_of(
		store, "SELECT slot, " STATE_FIELDS " FROM address ORDER BY clear_at LIMIT 1", NULL,
		0, &least);

	if (status == STATUS_OK)
		status =
			database_number(store, "SELECT coalesce(max(slot), 0) FROM address", &used);
	if (status != STATUS_OK)
		return status;
	if (least.slot > 0 && least.state.clear_at <= now)
		*out_slot = least.slot;
	else if (used < CREDENTIAL_ADDRESSES_MAX)
		*out_slot = used + 1;
	else
		*out_slot = least.state.locked_until <= now ? least.slot : 0;
	return STATUS_OK;
}

#define STATE_BINDINGS(state)                                               \
	BIND_INTEGER((state).last_failure), BIND_INTEGER((state).clear_at), \
		BIND_INTEGER((state).locked_until)

static enum status address_insert(struct credential_store *store, struct text address,
				  const struct address_row *row, int64_t now)
{
	static const char sql[] =
		"INSERT INTO address (" STATE_FIELDS ", slot, address) VALUES (?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT (slot) DO UPDATE"
		" SET last_failure = ?1, clear_at = ?2, locked_until = ?3, address = ?5";
	int64_t slot = 0;
	enum status status = find_slot(store, now, &slot);

	if (status != STATUS_OK || slot == 0)
		return status;
	return database_run(
		store, sql,
		BINDINGS(STATE_BINDINGS(row->state), BIND_INTEGER(slot), BIND_TEXT(address)));
}

enum status address_write(struct credential_store *store, struct text address,
			  const struct address_row *row, int64_t now)
{
	static const char sql[] = "UPDATE address SET last_failure = ?1, clear_at = ?2,"
				  " locked_until = ?3 WHERE slot = ?4";

	if (row->slot == 0)
		return address_insert(store, address, row, now);
	return database_run(store, sql,
			    BINDINGS(STATE_BINDINGS(row->state), BIND_INTEGER(row->slot)));
}

/* STATUS_NOT_FOUND when it concerns no row. */
static enum status change(struct credential_store *store, const char *sql,
			  const struct binding *bindings, size_t count)
{
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);

	if (status == STATUS_OK)
		status = database_run(store, sql, bindings, count);
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status credential_unlock(struct credential_store *store, struct text user_id)
{
	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	return change(
		store,
		"UPDATE user SET failures = 0, last_failure = 0, code_failures = 0,"
		" last_code_failure = 0 WHERE id = ?1 AND (failures > 0 OR code_failures > 0)",
		BINDINGS(BIND_TEXT(user_id)));
}

enum status credential_unlock_address(struct credential_store *store, struct text address,
				      int64_t now)
{
	return change(store,
		      "UPDATE address SET clear_at = 0, locked_until = 0"
		      " WHERE address = ?1 AND clear_at > ?2",
		      BINDINGS(BIND_TEXT(address), BIND_INTEGER(now)));
}

enum status credential_list_user_failures(struct credential_store *store,
					  bool (*tell)(void *context,
						       const struct credential_user_failures *user),
					  void *context)
{
	static const char sql[] = "SELECT id, " BUDGET_FIELDS " FROM user"
				  " WHERE failures > 0 OR code_failures > 0 ORDER BY id";
	AUTO_STATEMENT *row = NULL;
	struct credential_user_failures user;
	enum status status = database_query(store, sql, NULL, 0, &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK)
			status = budgets_read(row, 1, &user.budgets);
		if (status == STATUS_OK &&
		    text_copy(column_text(row, 0), user.user_id, sizeof(user.user_id)) != STATUS_OK)
			return STATUS_BAD_DATA;
		if (status == STATUS_OK && !tell(context, &user))
			return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status credential_list_address_failures(
	struct credential_store *store, int64_t now,
	bool (*tell)(void *context, const struct credential_address_failures *address),
	void *context)
{
	static const char sql[] = "SELECT address, " STATE_FIELDS " FROM address"
				  " WHERE clear_at > ?1 ORDER BY clear_at DESC, address";
	AUTO_STATEMENT *row = NULL;
	struct credential_address_failures address;
	enum status status = database_query(store, sql, BINDINGS(BIND_INTEGER(now)), &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK)
			status = state_read(row, 1, &address.state);
		if (status == STATUS_OK && text_copy(column_text(row, 0), address.address,
						     sizeof(address.address)) != STATUS_OK)
			return STATUS_BAD_DATA;
		if (status == STATUS_OK && !tell(context, &address))
			return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
