#include "credentials/credential_import_step.h"
#include "credentials/credential_schema.h"

static enum status take_step(struct credential_store *store, const struct import_step *step,
			     struct credential_import_outcome *outcome,
			     struct complaint *out_complaint)
{
	int64_t count = 0;
	enum status status = STATUS_OK;

	if (step->count)
		status = database_number(store, step->count, &count);
	if (status == STATUS_OK && step->reason && count > 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "%s", step->reason);
	if (status == STATUS_OK && step->count && !step->reason)
		memcpy((char *)outcome + step->counted, &count, sizeof(count));
	return status == STATUS_OK && step->sql ? database_script(store, step->sql) : status;
}

/* Everything that is a credential is a user's; a host on which people have signed in by their keys
   knows what they used. */
static enum status refuse_unless_empty(struct credential_store *store,
				       struct complaint *out_complaint)
{
	int64_t users = 0;
	enum status status = database_number(store, "SELECT count(*) FROM main.user", &users);

	if (status != STATUS_OK || users == 0)
		return status;
	errno = EEXIST;
	return complain(out_complaint, STATUS_SYSTEM,
			"there are credentials already; merge the backup with them, or replace "
			"them by it");
}

/* A store that an import makes gets its tables and its rows at once: an empty one would let people
   in. */
static enum status begin(struct credential_store *store,
			 const struct credential_backup_facts *facts,
			 enum credential_import_mode mode, int64_t now,
			 struct complaint *out_complaint)
{
	enum status status = credential_schema_migrate(store);

	if (status == STATUS_OK && mode == CREDENTIAL_IMPORT_FIRST)
		status = refuse_unless_empty(store, out_complaint);
	if (status == STATUS_OK)
		status = database_script(
			store, "CREATE TABLE backup.import (now INTEGER, everybody INTEGER)");
	if (status == STATUS_OK)
		status = database_run(
			store, "INSERT INTO backup.import VALUES (?1, ?2)",
			BINDINGS(BIND_INTEGER(now), BIND_INTEGER(facts->is_of_everybody)));
	return status;
}

static enum status import_attached(struct credential_store *store,
				   const struct credential_backup_facts *facts,
				   enum credential_import_mode mode, int64_t now,
				   struct credential_import_outcome *out_outcome,
				   struct complaint *out_complaint)
{
	struct credential_import_outcome outcome = { 0 };
	AUTO_TRANSACTION transaction = { 0 };
	enum status status = transaction_begin(store, TRANSACTION_CHANGE, &transaction);

	if (status == STATUS_OK)
		status = begin(store, facts, mode, now, out_complaint);
	for (size_t i = 0; i < IMPORT_STEP_COUNT && status == STATUS_OK; i++)
		if (IMPORT_STEPS[i].modes & 1U << mode &&
		    IMPORT_STEPS[i].scopes & 1U << facts->scope)
			status = take_step(store, &IMPORT_STEPS[i], &outcome, out_complaint);
	/* Two stores that keep to the rules may break one together: nine devices. */
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

enum status credential_import(struct credential_store *store, struct credential_backup *backup,
			      enum credential_import_mode mode, int64_t now,
			      struct credential_import_outcome *out_outcome,
			      struct complaint *out_complaint)
{
	struct credential_store *rows = backup_rows(backup);
	enum status status;

	if (!rows || now < 0)
		return STATUS_BAD_INPUT;
	if (backup_facts(backup)->scope == CREDENTIAL_SCOPE_FLEET)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"it is a fleet's, which hosts follow by 'iamctl credentials pull'");
	status = database_script(store, "ATTACH ':memory:' AS backup");
	if (status != STATUS_OK)
		return status;
	status = database_copy(rows, store, "backup");
	if (status == STATUS_OK)
		status = import_attached(store, backup_facts(backup), mode, now, out_outcome,
					 out_complaint);
	detach(store);
	return status;
}
