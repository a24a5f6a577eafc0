#include "credentials/last_login.h"

#include "credentials/credential_database.h"

static enum status read_row(sqlite3_stmt *row, struct last_login *out_login)
{
	int64_t failures = sqlite3_column_int64(row, 3);

	if (text_copy(column_text(row, 1), out_login->service, sizeof(out_login->service)) !=
		    STATUS_OK ||
	    text_copy(column_text(row, 2), out_login->address, sizeof(out_login->address)) !=
		    STATUS_OK ||
	    failures < 0 || failures > UINT32_MAX)
		return STATUS_BAD_DATA;
	out_login->at = sqlite3_column_int64(row, 0);
	out_login->failures = (uint32_t)failures;
	out_login->last_failure = sqlite3_column_int64(row, 4);
	return STATUS_OK;
}

static enum status find(struct credential_store *store, struct text user_id,
			struct last_login *out_login)
{
	AUTO_STATEMENT *row = NULL;
	enum status status = database_query(store,
					    "SELECT at, service, address, failures, last_failure "
					    "FROM last_login WHERE user = ?1",
					    BINDINGS(BIND_TEXT(user_id)), &row);

	if (status == STATUS_OK)
		status = database_next_row(store, row);
	return status == STATUS_OK ? read_row(row, out_login) : status;
}

enum status last_login_replace(struct credential_store *store, struct text user_id,
			       const struct last_login *now, struct last_login *out_before)
{
	static const char write[] =
		"INSERT INTO last_login (user, at, service, address) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT DO UPDATE SET at = ?2, service = ?3, address = ?4, failures = 0,"
		" last_failure = 0";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	*out_before = (struct last_login){ .at = 0 };
	if (!credential_user_id_is_valid(user_id) || now->at < 0)
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);
	if (status == STATUS_OK)
		status = find(store, user_id, out_before);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = database_run(store, write,
				      BINDINGS(BIND_TEXT(user_id), BIND_INTEGER(now->at),
					       BIND_TEXT(text_of(now->service)),
					       BIND_TEXT(text_of(now->address))));
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

static void add_cleared(const struct lockout_state *before, const struct lockout_state *after,
			uint64_t *inout_failures, int64_t *inout_last)
{
	if (before->failures <= after->failures)
		return;
	*inout_failures += before->failures - after->failures;
	if (before->last_failure > *inout_last)
		*inout_last = before->last_failure;
}

enum status last_login_add_failures(struct credential_store *store, struct text user_id,
				    const struct credential_budgets *before,
				    const struct credential_budgets *after)
{
	static const char sql[] =
		"INSERT INTO last_login (user, failures, last_failure) VALUES (?1, min(?2, "
		"4294967295), ?3)"
		" ON CONFLICT DO UPDATE SET failures = min(failures + ?2, 4294967295),"
		" last_failure = max(last_failure, ?3)";
	uint64_t failures = 0;
	int64_t last = 0;

	add_cleared(&before->passwords, &after->passwords, &failures, &last);
	add_cleared(&before->codes, &after->codes, &failures, &last);
	if (failures == 0)
		return STATUS_OK;
	return database_run(
		store, sql,
		BINDINGS(BIND_TEXT(user_id), BIND_INTEGER((int64_t)failures), BIND_INTEGER(last)));
}
