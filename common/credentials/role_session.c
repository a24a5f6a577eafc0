#include "credentials/credential_database.h"
#include "credentials/login_session.h"
#include "credentials/session_place.h"

#define ROLE_SESSION_FIELDS                                                           \
	"number, audit, pid, start, role, role_name, user, user_name, session_name, " \
	"source_identity,"                                                            \
	" address, since, until, mfa_at, state, boot"

static enum status read_row(sqlite3_stmt *row, struct role_session *out_session)
{
	const struct session_text texts[] = {
		{ out_session->role_id, sizeof(out_session->role_id) },
		{ out_session->role_name, sizeof(out_session->role_name) },
		{ out_session->user_id, sizeof(out_session->user_id) },
		{ out_session->user_name, sizeof(out_session->user_name) },
		{ out_session->session_name, sizeof(out_session->session_name) },
		{ out_session->source_identity, sizeof(out_session->source_identity) },
		{ out_session->address, sizeof(out_session->address) },
	};
	int column = PLACE_COLUMNS + (int)ARRAY_LENGTH(texts), state;

	if (session_texts_read(row, texts, ARRAY_LENGTH(texts)) != STATUS_OK)
		return STATUS_BAD_DATA;
	out_session->number = sqlite3_column_int64(row, 0);
	out_session->since = sqlite3_column_int64(row, column);
	out_session->until = sqlite3_column_int64(row, column + 1);
	out_session->mfa_at = sqlite3_column_int64(row, column + 2);
	state = sqlite3_column_int(row, column + 3);
	if (state < ROLE_SESSION_APPROVED || state > ROLE_SESSION_ENDED)
		return STATUS_BAD_DATA;
	out_session->state = (enum role_session_state)state;
	return session_process_read(row, column + 4, &out_session->opener);
}

enum status role_session_approve(struct credential_store *store,
				 const struct process_lineage *lineage,
				 const struct role_session *session)
{
	static const char insert[] =
		"INSERT INTO role_session (boot, audit, pid, start, role, role_name, user,"
		" user_name, session_name, source_identity, address, since, until, mfa_at, state)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0)";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (lineage->count == 0 || !credential_user_id_is_valid(text_of(session->role_id)) ||
	    !credential_user_id_is_valid(text_of(session->user_id)))
		return STATUS_BAD_INPUT;
	status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);
	if (status == STATUS_OK)
		status = database_run(
			store, insert,
			BINDINGS(PLACE_BINDINGS(lineage), BIND_TEXT(text_of(session->role_id)),
				 BIND_TEXT(text_of(session->role_name)),
				 BIND_TEXT(text_of(session->user_id)),
				 BIND_TEXT(text_of(session->user_name)),
				 BIND_TEXT(text_of(session->session_name)),
				 BIND_TEXT(text_of(session->source_identity)),
				 BIND_TEXT(text_of(session->address)), BIND_INTEGER(session->since),
				 BIND_INTEGER(session->until), BIND_INTEGER(session->mfa_at)));
	if (status == STATUS_OK)
		status =
			database_run(store,
				     "DELETE FROM role_session WHERE number <= (SELECT number FROM "
				     "role_session ORDER BY number DESC LIMIT 1 OFFSET ?1)",
				     BINDINGS(BIND_INTEGER(SESSIONS_MAX)));
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

/* The nearest session of the role in one of two states; out_place tells where. */
static enum status find(struct credential_store *store, const struct process_lineage *lineage,
			struct text role_id, enum role_session_state state,
			struct role_session *out_session, struct session_place *out_place)
{
	static const char sql[] = "SELECT " ROLE_SESSION_FIELDS " FROM role_session"
				  " WHERE boot = ?1 AND role = ?2 AND state = ?3"
				  " ORDER BY number DESC";
	struct session_place best = PLACE_NONE;
	AUTO_STATEMENT *row = NULL;
	enum status status;

	if (lineage->count == 0 || !credential_user_id_is_valid(role_id))
		return STATUS_NOT_FOUND;
	status = database_query(store, sql,
				BINDINGS(BIND_TEXT(text_of(lineage->boot_id)), BIND_TEXT(role_id),
					 BIND_INTEGER(state)),
				&row);
	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK && session_place_is_nearer(lineage, row, &best))
			status = read_row(row, out_session);
	}
	*out_place = best;
	if (status == STATUS_NOT_FOUND && best.distance != PLACE_NOWHERE)
		return STATUS_OK;
	return status;
}

enum status role_session_open(struct credential_store *store, const struct process_lineage *lineage,
			      struct text role_id, int64_t now, struct role_session *out_session)
{
	static const char update[] = "UPDATE role_session SET state = 1, audit = ?2, pid = ?3,"
				     " start = ?4 WHERE number = ?5 AND boot = ?1 AND state = 0";
	AUTO_TRANSACTION transaction = { 0 };
	struct session_place place;
	enum status status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);

	if (status == STATUS_OK)
		status = find(store, lineage, role_id, ROLE_SESSION_APPROVED, out_session, &place);
	if (status != STATUS_OK)
		return status;
	/* An approval is for the process it was given to and its children, not for a whole login
	   session. */
	if (place.distance == PLACE_AUDIT || out_session->until <= now)
		return STATUS_NOT_FOUND;
	status = database_run(store, update,
			      BINDINGS(PLACE_BINDINGS(lineage), BIND_INTEGER(place.number)));
	if (status == STATUS_OK && sqlite3_changes(store->connection) != 1)
		return STATUS_BAD_DATA;
	out_session->state = ROLE_SESSION_OPEN;
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status role_session_find(struct credential_store *store, const struct process_lineage *lineage,
			      struct text role_id, struct role_session *out_session)
{
	struct session_place place;

	return find(store, lineage, role_id, ROLE_SESSION_OPEN, out_session, &place);
}

enum status role_session_close(struct credential_store *store,
			       const struct process_lineage *lineage, int64_t now)
{
	static const char sql[] = "UPDATE role_session SET state = 2, until = min(until, ?5)"
				  " WHERE boot = ?1 AND pid = ?3 AND start = ?4 AND state < 2";
	AUTO_TRANSACTION transaction = { 0 };
	enum status status;

	if (lineage->count == 0)
		return STATUS_NOT_FOUND;
	status = transaction_begin(store, TRANSACTION_UNTIL_RESTART, &transaction);
	if (status == STATUS_OK)
		status = database_run(store, sql,
				      BINDINGS(PLACE_BINDINGS(lineage), BIND_INTEGER(now)));
	if (status == STATUS_OK && sqlite3_changes(store->connection) == 0)
		return STATUS_NOT_FOUND;
	return status == STATUS_OK ? transaction_commit(&transaction) : status;
}

enum status role_session_list(struct credential_store *store,
			      bool (*tell)(void *context, const struct role_session *session),
			      void *context)
{
	AUTO_STATEMENT *row = NULL;
	struct role_session session;
	enum status status = database_query(
		store, "SELECT " ROLE_SESSION_FIELDS " FROM role_session ORDER BY number DESC",
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
