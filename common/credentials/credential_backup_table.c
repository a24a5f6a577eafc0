#include "credentials/credential_backup_table.h"

const struct backup_table BACKUP_TABLES[] = {
	{ "user",
	  "id",
	  { [CREDENTIAL_SCOPE_DEVICES] = 1, [CREDENTIAL_SCOPE_FLEET] = 6 },
	  {
		  { "id", BACKUP_TEXT },
		  { "password_hash", BACKUP_TEXT },
		  { "password_changed", BACKUP_NUMBER },
		  { "must_change", BACKUP_NUMBER },
		  { "password_origin", BACKUP_TEXT },
		  { "changed_at", BACKUP_NUMBER },
		  { "followed", BACKUP_NUMBER },
		  { "failures", BACKUP_NUMBER },
		  { "last_failure", BACKUP_NUMBER },
		  { "code_failures", BACKUP_NUMBER },
		  { "last_code_failure", BACKUP_NUMBER },
		  { "last_success", BACKUP_NUMBER },
	  } },
	{ "former_password",
	  "number",
	  { [CREDENTIAL_SCOPE_FLEET] = 2 },
	  {
		  { "user", BACKUP_TEXT },
		  { "hash", BACKUP_TEXT },
	  } },
	{ "device",
	  "number",
	  { [CREDENTIAL_SCOPE_DEVICES] = 12, [CREDENTIAL_SCOPE_FLEET] = 11 },
	  {
		  { "user", BACKUP_TEXT },
		  { "name", BACKUP_TEXT },
		  { "serial", BACKUP_TEXT },
		  { "kind", BACKUP_TEXT },
		  { "seed", BACKUP_BYTES },
		  { "algorithm", BACKUP_TEXT },
		  { "digits", BACKUP_NUMBER },
		  { "period", BACKUP_NUMBER },
		  { "next_step", BACKUP_NUMBER },
		  { "drift", BACKUP_NUMBER },
		  { "enabled_at", BACKUP_NUMBER },
		  { "last_used", BACKUP_NUMBER },
	  } },
	{ "recovery_set",
	  "user",
	  { [CREDENTIAL_SCOPE_FLEET] = 3 },
	  {
		  { "user", BACKUP_TEXT },
		  { "setting", BACKUP_TEXT },
		  { "made_at", BACKUP_NUMBER },
	  } },
	{ "recovery_code",
	  "number",
	  { [CREDENTIAL_SCOPE_FLEET] = 3 },
	  {
		  { "user", BACKUP_TEXT },
		  { "hash", BACKUP_TEXT },
		  { "used_at", BACKUP_NUMBER },
	  } },
	{ "break_glass",
	  "name",
	  { 0 },
	  {
		  { "name", BACKUP_TEXT },
		  { "user", BACKUP_TEXT },
		  { "hash", BACKUP_TEXT },
		  { "made_at", BACKUP_NUMBER },
		  { "expires", BACKUP_NUMBER },
		  { "used_at", BACKUP_NUMBER },
	  } },
	{ "permission_use",
	  "principal, action, object",
	  { 0 },
	  {
		  { "principal", BACKUP_TEXT },
		  { "action", BACKUP_TEXT },
		  { "object", BACKUP_TEXT },
		  { "first_used", BACKUP_NUMBER },
		  { "last_used", BACKUP_NUMBER },
	  } },
};

const size_t BACKUP_TABLE_COUNT = ARRAY_LENGTH(BACKUP_TABLES);

const char *const BACKUP_SCOPES[CREDENTIAL_SCOPES] = {
	[CREDENTIAL_SCOPE_ALL] = "all",
	[CREDENTIAL_SCOPE_DEVICES] = "devices",
	[CREDENTIAL_SCOPE_FLEET] = "fleet",
};

size_t backup_column_count(const struct backup_table *table, enum credential_scope scope)
{
	size_t count = 0;

	if (scope != CREDENTIAL_SCOPE_ALL)
		return table->scoped_columns[scope];
	while (count < BACKUP_COLUMNS_MAX && table->columns[count].name)
		count++;
	return count;
}

enum status backup_append_columns(const struct backup_table *table, size_t count,
				  struct buffer *out_sql)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = buffer_append_format(out_sql, "%s%s", i > 0 ? ", " : "",
					      table->columns[i].name);
	return status;
}

enum status backup_count(struct credential_store *store,
			 struct credential_backup_facts *inout_facts)
{
	enum status status =
		database_number(store, "SELECT count(*) FROM user", &inout_facts->users);

	if (status == STATUS_OK)
		status = database_number(store, "SELECT count(password_hash) FROM user",
					 &inout_facts->passwords);
	if (status == STATUS_OK)
		status = database_number(store, "SELECT count(*) FROM device",
					 &inout_facts->devices);
	if (status == STATUS_OK)
		status = database_number(store, "SELECT count(*) FROM device WHERE kind = 'HOTP'",
					 &inout_facts->counting_devices);
	return status;
}
