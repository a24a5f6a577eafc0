#include <stdio.h>

#include "base/encoding.h"
#include "credentials/credential_backup_table.h"
#include "credentials/credential_schema.h"
#include "json/json_write.h"

enum { SQL_MAX = 1024 };

/* One export: lines go out of a copy, so that a slow reader of them holds up nobody. */
struct export
{
	const struct credential_export *wanted;
	struct credential_store *copy;
	struct buffer line;
	size_t parts;
	int64_t *rows; /* of each part */
	struct complaint *complaint;
};

static void export_release(struct export *export)
{
	buffer_wipe_and_release(&export->line);
	free(export->rows);
	credential_store_close(export->copy);
}

static enum status write_line(struct export *export, size_t part, enum status status)
{
	if (status == STATUS_OK)
		status = buffer_append(&export->line, TEXT("\n"));
	if (status == STATUS_BAD_INPUT) /* longer than anybody would read */
		return complain(export->complaint, STATUS_BAD_DATA, "a row is too long");
	if (status == STATUS_OK)
		status = export->wanted->write(export->wanted->context, part,
					       buffer_text(&export->line));
	export->line.length = 0;
	return status;
}

static enum status write_header(struct export *export, size_t part)
{
	const struct credential_export *wanted = export->wanted;
	size_t length = strnlen(wanted->host, CREDENTIAL_BACKUP_HOST_SIZE - 1);
	struct json_writer writer;

	json_write_begin(&writer, &export->line, false);
	json_write_object(&writer, NULL);
	json_write_text(&writer, "format", TEXT(BACKUP_FORMAT_NAME));
	json_write_int(&writer, "version", CREDENTIAL_BACKUP_FORMAT);
	json_write_int(&writer, "schema", CREDENTIAL_SCHEMA_VERSION);
	json_write_text(&writer, "scope", text_of(BACKUP_SCOPES[wanted->scope]));
	json_write_bool(&writer, "everybody", !wanted->user_ids);
	json_write_text(&writer, "host", (struct text){ wanted->host, length });
	json_write_int(&writer, "made", wanted->now);
	json_write_close(&writer, '}');
	return write_line(export, part, json_write_end(&writer));
}

static enum status write_end(struct export *export, size_t part)
{
	struct json_writer writer;

	json_write_begin(&writer, &export->line, false);
	json_write_object(&writer, NULL);
	json_write_object(&writer, "end");
	json_write_int(&writer, "rows", export->rows[part]);
	json_write_close(&writer, '}');
	json_write_close(&writer, '}');
	return write_line(export, part, json_write_end(&writer));
}

static enum status write_bytes(struct json_writer *writer, const char *name, struct text bytes)
{
	AUTO_SECRET_BUFFER encoded = { 0 };
	enum status status;

	buffer_init(&encoded, CREDENTIAL_BACKUP_LINE_MAX);
	status = base64_encode(bytes, &encoded);
	if (status == STATUS_OK)
		json_write_text(writer, name, buffer_text(&encoded));
	return status;
}

static enum status write_value(struct json_writer *writer, const struct backup_column *column,
			       sqlite3_stmt *row, int at, struct complaint *complaint)
{
	int64_t number = sqlite3_column_int64(row, at);

	if (sqlite3_column_type(row, at) == SQLITE_NULL)
		return STATUS_OK;
	switch (column->kind) {
	case BACKUP_TEXT:
		json_write_text(writer, column->name, column_text(row, at));
		return STATUS_OK;
	case BACKUP_BYTES:
		return write_bytes(writer, column->name, column_blob(row, at));
	case BACKUP_NUMBER:
		break;
	}
	if (number < -BACKUP_NUMBER_MAX || number > BACKUP_NUMBER_MAX)
		return complain(complaint, STATUS_BAD_DATA, "%s is too large a number",
				column->name);
	json_write_int(writer, column->name, number);
	return STATUS_OK;
}

static enum status write_row(struct export *export, const struct backup_table *table, size_t count,
			     sqlite3_stmt *row)
{
	const struct credential_export *wanted = export->wanted;
	size_t part = wanted->part_of ? wanted->part_of(wanted->context, column_text(row, 0)) : 0;
	struct json_writer writer;
	enum status status = STATUS_OK;

	if (part >= export->parts)
		return STATUS_BAD_INPUT;
	json_write_begin(&writer, &export->line, false);
	json_write_object(&writer, NULL);
	json_write_object(&writer, table->name);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = write_value(&writer, &table->columns[i], row, (int)i, export->complaint);
	json_write_close(&writer, '}');
	json_write_close(&writer, '}');
	export->rows[part]++;
	return write_line(export, part, status == STATUS_OK ? json_write_end(&writer) : status);
}

static enum status write_table(struct export *export, const struct backup_table *table)
{
	size_t count = backup_column_count(table, export->wanted->scope);
	AUTO_STATEMENT *statement = NULL;
	AUTO_BUFFER sql = { 0 };
	enum status status;

	if (count == 0)
		return STATUS_OK;
	buffer_init(&sql, SQL_MAX);
	status = buffer_append(&sql, TEXT("SELECT "));
	if (status == STATUS_OK)
		status = backup_append_columns(table, count, &sql);
	if (status == STATUS_OK)
		status = buffer_append_format(&sql, " FROM %s ORDER BY %s", table->name,
					      table->order);
	if (status == STATUS_OK)
		status = database_query(export->copy, sql.bytes, NULL, 0, &statement);
	while (status == STATUS_OK &&
	       (status = database_next_row(export->copy, statement)) == STATUS_OK)
		status = write_row(export, table, count, statement);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* In the copy, whose other rows are nobody's concern. */
static enum status keep_wanted(const struct export *export)
{
	const struct credential_export *wanted = export->wanted;
	enum status status = STATUS_OK;

	if (!wanted->user_ids)
		return STATUS_OK;
	status = database_script(export->copy, "CREATE TABLE wanted (id TEXT PRIMARY KEY)");
	for (size_t i = 0; i < wanted->user_count && status == STATUS_OK; i++)
		status = database_run(export->copy, "INSERT OR IGNORE INTO wanted VALUES (?1)",
				      BINDINGS(BIND_TEXT(wanted->user_ids[i])));
	if (status == STATUS_OK)
		status = database_script(
			export->copy, "DELETE FROM user WHERE id NOT IN wanted;"
				      "DELETE FROM permission_use WHERE principal NOT IN wanted");
	return status;
}

static enum status copy_store(struct credential_store *store, struct export *export)
{
	enum status status = credential_store_open_in_memory(&export->copy);

	if (status == STATUS_OK)
		status = database_copy(store, export->copy, "main");
	if (status == STATUS_OK)
		status = credential_schema_verify(export->copy, export->complaint);
	if (status == STATUS_OK)
		status = keep_wanted(export);
	/* A user who has no device is of no interest there. */
	if (status == STATUS_OK && export->wanted->scope == CREDENTIAL_SCOPE_DEVICES)
		status = database_script(export->copy, "DELETE FROM user WHERE id NOT IN"
						       " (SELECT user FROM device)");
	return status;
}

enum status credential_export(struct credential_store *store,
			      const struct credential_export *wanted,
			      struct credential_backup_facts *out_facts,
			      struct complaint *out_complaint)
{
	CLEANUP(export_release)
	struct export export = { .wanted = wanted, .complaint = out_complaint };
	struct credential_backup_facts facts = { .scope = wanted->scope,
						 .is_of_everybody = !wanted->user_ids,
						 .made = wanted->now };
	enum status status;

	buffer_init(&export.line, CREDENTIAL_BACKUP_LINE_MAX);
	export.parts = wanted->parts > 0 ? wanted->parts : 1;
	export.rows = calloc(export.parts, sizeof(*export.rows));
	if (!export.rows)
		return STATUS_NO_MEMORY;
	(void)snprintf(facts.host, sizeof(facts.host), "%s", wanted->host);
	status = copy_store(store, &export);
	if (status == STATUS_OK)
		status = backup_count(export.copy, &facts);
	if (wanted->scope == CREDENTIAL_SCOPE_DEVICES)
		facts.passwords = 0;
	for (size_t i = 0; i < export.parts && status == STATUS_OK; i++)
		status = write_header(&export, i);
	for (size_t i = 0; i < BACKUP_TABLE_COUNT && status == STATUS_OK; i++)
		status = write_table(&export, &BACKUP_TABLES[i]);
	for (size_t i = 0; i < export.parts && status == STATUS_OK; i++)
		status = write_end(&export, i);
	if (status == STATUS_OK)
		*out_facts = facts;
	return status;
}
