#include "credentials/credential_fleet.h"

#include "credentials/credential_backup_table.h"
#include "credentials/credential_fleet_step.h"
#include "credentials/credential_schema.h"

enum status credential_fleet(struct credential_store *store, struct credential_fleet *out_fleet)
{
	AUTO_STATEMENT *row = NULL;
	enum status status = database_query(
		store, "SELECT generation, created, pulled_at FROM main.fleet", NULL, 0, &row);

	if (status == STATUS_OK)
		status = database_next_row(store, row);
	if (status == STATUS_OK)
		*out_fleet = (struct credential_fleet){ .generation = sqlite3_column_int64(row, 0),
							.created = sqlite3_column_int64(row, 1),
							.pulled_at = sqlite3_column_int64(row, 2) };
	return status;
}

enum status credential_following(struct credential_store *store, struct text user_id,
				 enum credential_following *out_following)
{
	AUTO_STATEMENT *row = NULL;
	enum status status;

	if (!credential_user_id_is_valid(user_id))
		return STATUS_BAD_INPUT;
	status = database_query(store, "SELECT followed FROM user WHERE id = ?1",
				BINDINGS(BIND_TEXT(user_id)), &row);
	if (status == STATUS_OK)
		status = database_next_row(store, row);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_following = status == STATUS_OK ? (enum credential_following)sqlite3_column_int(row, 0)
					     : CREDENTIAL_FOLLOWS_NOT;
	return STATUS_OK;
}

enum status credential_fleet_has(struct credential_store *store,
				 const struct credential_fleet_pack *pack, bool *out_has)
{
	AUTO_STATEMENT *row = NULL;
	enum status status = database_query(
		store, "SELECT 1 FROM fleet_pack WHERE shard = ?1 AND digest = ?2 AND asked = ?3",
		BINDINGS(BIND_INTEGER(pack->shard), BIND_TEXT(text_of(pack->digest)),
			 BIND_TEXT(text_of(pack->asked))),
		&row);

	if (status == STATUS_OK)
		status = database_next_row(store, row);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_has = status == STATUS_OK;
	return STATUS_OK;
}

static enum status refuse_older(struct credential_store *store,
				const struct credential_fleet *fleet,
				struct complaint *out_complaint)
{
	struct credential_fleet last = { .generation = 0 };
	enum status status = credential_fleet(store, &last);

	if (status == STATUS_OK && last.generation > fleet->generation)
		return complain(out_complaint, STATUS_BAD_DATA,
				"the fleet's generation went back from %lld to %lld: an old one is "
				"shown again",
				(long long)last.generation, (long long)fleet->generation);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status list_people(struct credential_store *store, const char *insert,
			       const struct text *ids, size_t count)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = credential_user_id_is_valid(ids[i])
				 ? database_run(store, insert, BINDINGS(BIND_TEXT(ids[i])))
				 : STATUS_BAD_INPUT;
	return status;
}

static enum status list_all(struct credential_store *store, const struct credential_follow *follow)
{
	enum status status = database_script(
		store, "CREATE TABLE backup.admitted (id TEXT PRIMARY KEY) WITHOUT ROWID;"
		       "CREATE TABLE backup.asked (id TEXT PRIMARY KEY) WITHOUT ROWID;"
		       "CREATE TABLE backup.import (now INTEGER)");

	if (status == STATUS_OK)
		status = database_run(store, "INSERT INTO backup.import VALUES (?1)",
				      BINDINGS(BIND_INTEGER(follow->fleet.pulled_at)));
	if (status == STATUS_OK)
		status = list_people(store, "INSERT OR IGNORE INTO backup.admitted VALUES (?1)",
				     follow->admitted, follow->admitted_count);
	if (status == STATUS_OK)
		status = list_people(store, "INSERT OR IGNORE INTO backup.asked VALUES (?1)",
				     follow->asked, follow->asked_count);
	return status;
}

static enum status note_packs(struct credential_store *store,
			      const struct credential_follow *follow)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < follow->pack_count; i++) {
		const struct credential_fleet_pack *pack = &follow->packs[i];

		status = database_run(store,
				      "INSERT INTO main.fleet_pack (shard, digest, asked)"
				      " VALUES (?1, ?2, ?3) ON CONFLICT (shard) DO UPDATE"
				      " SET digest = ?2, asked = ?3",
				      BINDINGS(BIND_INTEGER(pack->shard),
					       BIND_TEXT(text_of(pack->digest)),
					       BIND_TEXT(text_of(pack->asked))));
	}
	return status;
}

static enum status note_fleet(struct credential_store *store, const struct credential_fleet *fleet)
{
	return database_run(store,
			    "INSERT INTO main.fleet (number, generation, created, pulled_at)"
			    " VALUES (1, ?1, ?2, ?3) ON CONFLICT (number) DO UPDATE SET"
			    " generation = ?1, created = ?2, pulled_at = ?3",
			    BINDINGS(BIND_INTEGER(fleet->generation), BIND_INTEGER(fleet->created),
				     BIND_INTEGER(fleet->pulled_at)));
}

static enum status take_steps(struct credential_store *store,
			      struct credential_follow_outcome *out_outcome)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < FLEET_STEP_COUNT; i++) {
		const struct fleet_step *step = &FLEET_STEPS[i];
		int64_t count = 0;

		if (step->count)
			status = database_number(store, step->count, &count);
		if (step->count && status == STATUS_OK)
			memcpy((char *)out_outcome + step->counted, &count, sizeof(count));
		if (step->sql && status == STATUS_OK)
			status = database_script(store, step->sql);
	}
	return status;
}

static enum status follow_attached(struct credential_store *store,
				   const struct credential_follow *follow,
				   struct credential_follow_outcome *out_outcome,
				   struct complaint *out_complaint)
{
	struct credential_follow_outcome outcome = { 0 };
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);

	if (status == STATUS_OK)
		status = refuse_older(store, &follow->fleet, out_complaint);
	if (status == STATUS_OK)
		status = list_all(store, follow);
	if (status == STATUS_OK)
		status = take_steps(store, &outcome);
	if (status == STATUS_OK)
		status = note_packs(store, follow);
	if (status == STATUS_OK)
		status = note_fleet(store, &follow->fleet);
	/* A device of the fleet may have the serial number, or the user the devices, of the host's
	   own. */
	if (status == STATUS_OK)
		status = credential_schema_check_rows(store, out_complaint);
	if (status == STATUS_OK)
		status = transaction_commit(&transaction);
	if (status == STATUS_OK)
		*out_outcome = outcome;
	return status;
}

/* What was attached is in memory, and ends with the store at the latest. */
static void detach(struct credential_store *store)
{
	(void)sqlite3_exec(store->connection, "DETACH backup", NULL, NULL, NULL);
}

enum status credential_follow(struct credential_store *store,
			      const struct credential_follow *follow,
			      struct credential_follow_outcome *out_outcome,
			      struct complaint *out_complaint)
{
	struct credential_store *rows = backup_rows(follow->backup);
	enum status status;

	if (!rows || backup_facts(follow->backup)->scope != CREDENTIAL_SCOPE_FLEET ||
	    follow->fleet.generation <= 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "not a fleet's credentials");
	status = database_script(store, "ATTACH ':memory:' AS backup");
	if (status != STATUS_OK)
		return status;
	status = database_copy(rows, store, "backup");
	if (status == STATUS_OK)
		status = follow_attached(store, follow, out_outcome, out_complaint);
	detach(store);
	return status;
}
