/*
 * common/credentials/credential_database.h: SQLite with its sharp edges off. Private to this part.
 *
 * Every statement is constant text with bound values. Nothing process-wide is touched: neither
 * sqlite3_config() nor the umask, since the process is somebody else's. A connection lives for one
 * chain of calls and belongs to one thread.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_DATABASE_H
#define IAM_CREDENTIALS_CREDENTIAL_DATABASE_H

#include <sqlite3.h>

#include "credentials/credential_store.h"

struct credential_store {
	sqlite3 *connection;
	int busy_ms;      /* how long to wait for another writer */
	bool empties_log; /* when it closes: see TRANSACTION_CHANGE */
};

/* A status for SQLite's code; sets errno for STATUS_SYSTEM. */
enum status database_status(const struct credential_store *store, int code);

/* database_status() with a complaint in SQLite's fixed words, which hold no value of ours. */
enum status database_complain(const struct credential_store *store, int code, const char *what,
			      struct complaint *out_complaint);

struct binding {
	enum { BINDING_INTEGER, BINDING_TEXT, BINDING_BLOB } kind;
	int64_t integer;
	struct text bytes; /* outlives the statement: not copied */
};

#define BIND_INTEGER(value) ((struct binding){ BINDING_INTEGER, .integer = (int64_t)(value) })
#define BIND_TEXT(text) ((struct binding){ BINDING_TEXT, .bytes = (text) })
#define BIND_BLOB(text) ((struct binding){ BINDING_BLOB, .bytes = (text) })
#define BINDINGS(...)                              \
	((const struct binding[]){ __VA_ARGS__ }), \
		ARRAY_LENGTH(((const struct binding[]){ __VA_ARGS__ }))

static inline void statement_cleanup(sqlite3_stmt **statement)
{
	int saved_errno = errno;

	(void)sqlite3_finalize(*statement); /* repeats what the last step said */
	errno = saved_errno;
}

#define AUTO_STATEMENT CLEANUP(statement_cleanup) sqlite3_stmt

/* Prepares and binds; the values are numbered ?1, ?2, ... in their order. */
MUST_CHECK enum status database_query(struct credential_store *store, const char *sql,
				      const struct binding *bindings, size_t count,
				      sqlite3_stmt **out_statement);

/* STATUS_NOT_FOUND when there is no further row. */
MUST_CHECK enum status database_next_row(struct credential_store *store, sqlite3_stmt *statement);

/* A statement that answers with no row. */
MUST_CHECK enum status database_run(struct credential_store *store, const char *sql,
				    const struct binding *bindings, size_t count);

/* The same, and it concerns exactly one row, or what was read a moment ago inside the same
   transaction was not true: STATUS_BAD_DATA. */
MUST_CHECK enum status database_run_on_one_row(struct credential_store *store, const char *sql,
					       const struct binding *bindings, size_t count);

/* Statements one after the other, without values. */
MUST_CHECK enum status database_script(struct credential_store *store, const char *sql);

/* The user's credentials were changed just now, by SQLite's clock and not before the last change:
   what a fleet compares, and nothing on this host is decided by. */
MUST_CHECK enum status database_note_change(struct credential_store *store, struct text user_id);

/* The one number that a query without values answers with. */
MUST_CHECK enum status database_number(struct credential_store *store, const char *sql,
				       int64_t *out_number);

/* All of the database as it is at one moment, in the place of what the copy holds under that name.
 */
MUST_CHECK enum status database_copy(struct credential_store *store,
				     struct credential_store *out_copy, const char *name);

/* A view of a column, good until the next step; empty for NULL. */
struct text column_text(sqlite3_stmt *statement, int column);
struct text column_blob(sqlite3_stmt *statement, int column);

/* STATUS_BAD_DATA outside the range. */
MUST_CHECK enum status column_uint32(sqlite3_stmt *statement, int column, uint32_t *out_value);

/* [A-Za-z0-9_], 1 to CREDENTIAL_USER_ID_MAX (IAM API Reference, idType). */
bool credential_user_id_is_valid(struct text id);

/* Of crypt(5)'s "$" kind, and shorter than CREDENTIAL_HASH_SIZE. */
bool credential_hash_is_valid(struct text hash);

/* Begun with the right to write, so that it never has to be done again because of somebody else's
   write; what is not committed when the scope ends is undone. Declare it before any statement. */
enum transaction_kind {
	/* A change that people make. The log is emptied afterwards, because it may hold what was
	   deleted. */
	TRANSACTION_CHANGE = 0,
	TRANSACTION_ATTEMPT, /* of many: the log may grow */
	/* What a restart of the host makes void, or may lose: everybody sees it, but no disk is
	   waited for. */
	TRANSACTION_UNTIL_RESTART,
};

struct transaction {
	struct credential_store *store; /* NULL when over */
	enum transaction_kind kind;
};

MUST_CHECK enum status transaction_begin(struct credential_store *store, enum transaction_kind kind,
					 struct transaction *out_transaction);

/* On disk (unless it is of the last kind) when it returns STATUS_OK; undone otherwise. */
MUST_CHECK enum status transaction_commit(struct transaction *transaction);

void transaction_abandon(struct transaction *transaction);

#define AUTO_TRANSACTION CLEANUP(transaction_abandon) struct transaction

#endif
