#include "credentials/login_session.h"

#include "credentials/credential_database.h"
#include "credentials/session_place.h"

#define LOGIN_SESSION_FIELDS                                                       \
	"number, audit, pid, start, user, service, tty, address, started, mfa_at," \
	" break_glass_until, boot"

/* Reads column texts into a session's arrays; a row that does not fit is damaged. */
static enum status read_row(sqlite3_stmt *row, struct login_session *out_session)
{
	const struct session_text texts[] = {
		{ out_session->user_id, sizeof(out_session->user_id) },
		{ out_session->service, sizeof(out_session->service) },
		{ out_session->tty, sizeof(out_session->tty) },
		{ out_session->address, sizeof(out_session->address) },
	};

	if (session_texts_read(row, texts, ARRAY_LENGTH(texts)) != STATUS_OK)
		return STATUS_BAD_DATA;
	out_session->started = sqlite3_column_int64(row, PLACE_COLUMNS + 4);
	out_session->mfa_at = sqlite3_column_int64(row, PLACE_COLUMNS + 5);
	out_session->break_glass_until = sqlite3_column_int64(row, PLACE_COLUMNS + 6);
	return session_process_read(row, PLACE_COLUMNS + 7, &out_session->opener);
}

enum status login_session_open(struct credential_store *store,
			       const struct process_lineage *lineage,
			       const struct login_session *session)
{
	static const char insert[] =
		"INSERT OR REPLACE INTO login_session"
		" (boot, audit, pid, start, user, service, tty, address, started, mfa_at,"
		" break_glass_until)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (lineage->count == 0 || !credential_user_id_is_valid(text_of(session->user_id)))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);
	if (status == STATUS_OK)
		status = database_run(
			store, insert,
			BINDINGS(PLACE_BINDINGS(lineage), BIND_TEXT(text_of(session->user_id)),
				 BIND_TEXT(text_of(session->service)),
				 BIND_TEXT(text_of(session->tty)),
				 BIND_TEXT(text_of(session->address)),
				 BIND_INTEGER(session->started), BIND_INTEGER(session->mfa_at),
				 BIND_INTEGER(session->break_glass_until)));
	/* Nobody can be in a session of an earlier boot. */
	if (status == STATUS_OK)
		status = database_run(store, "DELETE FROM login_session WHERE boot != ?1",
				      BINDINGS(BIND_TEXT(text_of(lineage->boot_id))));
	if (status == STATUS_OK)
		status = database_run(
			store,
			"DELETE FROM login_session WHERE number <= (SELECT number FROM "
			"login_session ORDER BY number DESC LIMIT 1 OFFSET ?1)",
			BINDINGS(BIND_INTEGER(SESSIONS_MAX)));
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

/* The nearest of the rows, which are a statement's. */
static enum status nearest(struct credential_store *store, const struct process_lineage *lineage,
			   sqlite3_stmt *row, struct login_session *out_session,
			   int64_t *out_number)
{
	struct session_place best = PLACE_NONE;
	enum status status = STATUS_OK;

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK && session_place_is_nearer(lineage, row, &best))
			status = read_row(row, out_session);
	}
	if (status == STATUS_NOT_FOUND && best.distance != PLACE_NOWHERE) {
		*out_number = best.number;
		return STATUS_OK;
	}
	return status;
}

static enum status find(struct credential_store *store, const struct process_lineage *lineage,
			struct text user_id, struct login_session *out_session, int64_t *out_number)
{
	static const char sql[] = "SELECT " LOGIN_SESSION_FIELDS " FROM login_session"
				  " WHERE boot = ?1 AND user = ?2 ORDER BY number DESC";
	AUTO_STATEMENT *row = NULL;
	enum status status;

	if (lineage->count == 0 || !credential_user_id_is_valid(user_id))
		return STATUS_NOT_FOUND;
	status = database_query(store, sql,
				BINDINGS(BIND_TEXT(text_of(lineage->boot_id)), BIND_TEXT(user_id)),
				&row);
	return status == STATUS_OK ? nearest(store, lineage, row, out_session, out_number) : status;
}

enum status login_session_surrounding(struct credential_store *store,
				      const struct process_lineage *lineage,
				      struct login_session *out_session)
{
	static const char sql[] = "SELECT " LOGIN_SESSION_FIELDS " FROM login_session"
				  " WHERE boot = ?1 ORDER BY number DESC";
	AUTO_STATEMENT *row = NULL;
	int64_t number;
	enum status status;

	if (lineage->count == 0)
		return STATUS_NOT_FOUND;
	status = database_query(store, sql, BINDINGS(BIND_TEXT(text_of(lineage->boot_id))), &row);
	return status == STATUS_OK ? nearest(store, lineage, row, out_session, &number) : status;
}

enum status login_session_find(struct credential_store *store,
			       const struct process_lineage *lineage, struct text user_id,
			       struct login_session *out_session)
{
	int64_t number;

	return find(store, lineage, user_id, out_session, &number);
}

enum status login_session_prove(struct credential_store *store,
				const struct process_lineage *lineage, struct text user_id,
				int64_t now)
{
	AUTO_TRANSACTION transaction = { 0 };
	struct login_session session;
	int64_t number;
	enum status status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);

	if (status == STATUS_OK)
		status = find(store, lineage, user_id, &session, &number);
	if (status == STATUS_OK)
		status = database_run(store,
				      "UPDATE login_session SET mfa_at = ?2 WHERE number = ?1",
				      BINDINGS(BIND_INTEGER(number), BIND_INTEGER(now)));
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status login_session_close(struct credential_store *store,
				const struct process_lineage *lineage)
{
	static const char sql[] =
		"DELETE FROM login_session WHERE boot = ?1 AND pid = ?3 AND start = ?4";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (lineage->count == 0)
		return STATUS_NOT_FOUND;
	status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);
	if (status == STATUS_OK)
		status = database_run(store, sql, BINDINGS(PLACE_BINDINGS(lineage)));
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status login_session_list(struct credential_store *store,
			       bool (*tell)(void *context, const struct login_session *session),
			       void *context)
{
	AUTO_STATEMENT *row = NULL;
	struct login_session session;
	enum status status = database_query(store,
					    "SELECT " LOGIN_SESSION_FIELDS " FROM login_session"
					    " WHERE service NOT GLOB '(*' ORDER BY number DESC",
					    NULL, 0, &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK)
			status = read_row(row, &session);
		if (status == STATUS_OK && !tell(context, &session))
			return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
