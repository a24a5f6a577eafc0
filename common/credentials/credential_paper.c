#include "credentials/credential_paper.h"

static bool is_same(struct text left, struct text right)
{
	return left.length == right.length && secret_equal(left.bytes, right.bytes, left.length);
}

static void compare_recovery(struct text given, sqlite3_stmt *row, struct paper_answer *answer)
{
	bool is_used = sqlite3_column_int64(row, 2) != 0;

	answer->left += !is_used;
	if (!is_same(given, column_text(row, 1)))
		return;
	answer->match = is_used ? PAPER_USED : PAPER_MATCH;
	answer->number = sqlite3_column_int64(row, 0);
}

static enum status ask_recovery(struct credential_store *store,
				const struct credential_attempt *attempt,
				struct paper_answer *answer)
{
	static const char sql[] = "SELECT number, hash, used_at FROM recovery_code WHERE user = ?1";
	AUTO_STATEMENT *row = NULL;
	enum status status =
		database_query(store, sql, BINDINGS(BIND_TEXT(attempt->user_id)), &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status == STATUS_OK)
			compare_recovery(attempt->paper.hash, row, answer);
	}
	answer->is_asked = answer->has_set;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum paper_match match_of_break_glass(const struct credential_attempt *attempt,
					     sqlite3_stmt *row)
{
	if (!text_equal(attempt->paper.name, column_text(row, 0)) ||
	    !is_same(attempt->paper.hash, column_text(row, 1)))
		return PAPER_NO_MATCH;
	if (sqlite3_column_int64(row, 3) != 0)
		return PAPER_USED;
	if (sqlite3_column_int64(row, 2) <= attempt->now)
		return PAPER_EXPIRED;
	return attempt->paper.is_due ? PAPER_MATCH : PAPER_NOT_DUE;
}

static enum status ask_break_glass(struct credential_store *store,
				   const struct credential_attempt *attempt,
				   struct paper_answer *answer)
{
	static const char sql[] =
		"SELECT name, hash, expires, used_at FROM break_glass WHERE user = ?1";
	AUTO_STATEMENT *row = NULL;
	enum status status =
		database_query(store, sql, BINDINGS(BIND_TEXT(attempt->user_id)), &row);

	while (status == STATUS_OK) {
		status = database_next_row(store, row);
		if (status != STATUS_OK)
			break;
		answer->is_asked = true;
		if (answer->match == PAPER_NO_MATCH)
			answer->match = match_of_break_glass(attempt, row);
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status find_set(struct credential_store *store,
			    const struct credential_attempt *attempt, bool *out_has_set)
{
	AUTO_STATEMENT *row = NULL;
	enum status status = database_query(store, "SELECT 1 FROM recovery_set WHERE user = ?1",
					    BINDINGS(BIND_TEXT(attempt->user_id)), &row);

	if (status == STATUS_OK)
		status = database_next_row(store, row);
	*out_has_set = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status paper_ask(struct credential_store *store, const struct credential_attempt *attempt,
		      struct paper_answer *out_answer)
{
	struct paper_answer answer = { .match = PAPER_NO_MATCH };
	enum status status = find_set(store, attempt, &answer.has_set);

	if (status == STATUS_OK && attempt->paper.kind == CREDENTIAL_PAPER_RECOVERY)
		status = ask_recovery(store, attempt, &answer);
	else if (status == STATUS_OK && attempt->paper.kind == CREDENTIAL_PAPER_BREAK_GLASS)
		status = ask_break_glass(store, attempt, &answer);
	if (status == STATUS_OK)
		*out_answer = answer;
	return status;
}

enum status paper_record(struct credential_store *store, const struct credential_attempt *attempt,
			 const struct paper_answer *answer)
{
	static const char recovery[] =
		"UPDATE recovery_code SET used_at = ?2 WHERE number = ?1 AND used_at = 0";
	static const char break_glass[] =
		"UPDATE break_glass SET used_at = ?2 WHERE name = ?1 AND used_at = 0";
	/* 0 would say that it is not used. */
	const struct binding used = BIND_INTEGER(attempt->now > 0 ? attempt->now : 1);

	if (attempt->paper.kind == CREDENTIAL_PAPER_RECOVERY)
		return database_run_on_one_row(store, recovery,
					       BINDINGS(BIND_INTEGER(answer->number), used));
	return database_run_on_one_row(store, break_glass,
				       BINDINGS(BIND_TEXT(attempt->paper.name), used));
}
