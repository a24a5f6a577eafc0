#include "base/encoding.h"
#include "credentials/credential_backup_table.h"
#include "credentials/credential_schema.h"
#include "json/json.h"

enum { SQL_MAX = 1024, BYTES_COLUMNS_MAX = 2 };

struct credential_backup {
	struct credential_store *rows;
	struct credential_backup_facts facts;
	unsigned line;
	size_t bytes;
	int64_t row_count;
	enum { BACKUP_BEGINS = 0, BACKUP_GOES_ON, BACKUP_ENDS, BACKUP_IS_GOOD } stage;
	bool (*is_wanted)(void *context, struct text user_id); /* NULL: everybody is */
	void *context;
};

enum status credential_backup_new(struct credential_backup **out_backup)
{
	AUTO_CREDENTIAL_BACKUP *backup = calloc(1, sizeof(*backup));
	enum status status = STATUS_NO_MEMORY;

	if (backup)
		status = credential_store_open_in_memory(&backup->rows);
	if (status == STATUS_OK)
		status = database_script(backup->rows, "BEGIN");
	if (status == STATUS_OK)
		*out_backup = TAKE_POINTER(backup);
	return status;
}

void credential_backup_free(struct credential_backup *backup)
{
	if (!backup)
		return;
	credential_store_close(backup->rows);
	free(backup);
}

void credential_backup_keep(struct credential_backup *backup,
			    bool (*is_wanted)(void *context, struct text user_id), void *context)
{
	backup->is_wanted = is_wanted;
	backup->context = context;
	backup->facts.scope = CREDENTIAL_SCOPE_FLEET;
	backup->stage = BACKUP_ENDS;
}

struct credential_store *backup_rows(struct credential_backup *backup)
{
	return backup->stage == BACKUP_IS_GOOD ? backup->rows : NULL;
}

const struct credential_backup_facts *backup_facts(const struct credential_backup *backup)
{
	return &backup->facts;
}

static enum status read_scope(struct text word, const struct json_place *place,
			      enum credential_scope *out_scope, struct complaint *out_complaint)
{
	for (size_t i = 0; i < ARRAY_LENGTH(BACKUP_SCOPES); i++) {
		if (!text_is(word, BACKUP_SCOPES[i]))
			continue;
		*out_scope = (enum credential_scope)i;
		return STATUS_OK;
	}
	return json_refuse(place, out_complaint, "is a scope that this program does not know");
}

static enum status read_versions(const struct json *json, struct complaint *out_complaint)
{
	uint64_t version = 0, schema = 0;
	struct text format = TEXT("");
	enum status status = json_want_text(json, (struct json_want){ NULL, "format", true }, 32,
					    &format, out_complaint);

	if (status == STATUS_OK && !text_is(format, BACKUP_FORMAT_NAME))
		return json_refuse(NULL, out_complaint, "not an export of credentials");
	if (status == STATUS_OK)
		status = json_want_uint(json, (struct json_want){ NULL, "version", true },
					UINT32_MAX, &version, out_complaint);
	if (status == STATUS_OK)
		status = json_want_uint(json, (struct json_want){ NULL, "schema", true },
					UINT32_MAX, &schema, out_complaint);
	if (status == STATUS_OK &&
	    (version != CREDENTIAL_BACKUP_FORMAT || schema < CREDENTIAL_BACKUP_SCHEMA_MIN ||
	     schema > CREDENTIAL_SCHEMA_VERSION))
		return json_refuse(NULL, out_complaint,
				   "version %llu with schema %llu; this program reads version %d "
				   "with schemas %d to %d",
				   (unsigned long long)version, (unsigned long long)schema,
				   CREDENTIAL_BACKUP_FORMAT, CREDENTIAL_BACKUP_SCHEMA_MIN,
				   CREDENTIAL_SCHEMA_VERSION);
	return status;
}

static enum status read_header(struct credential_backup *backup, const struct json *json,
			       struct complaint *out_complaint)
{
	const struct json_place scope_place = { .name = "scope" };
	struct credential_backup_facts *facts = &backup->facts;
	struct text scope = TEXT(""), host = TEXT("");
	uint64_t made = 0;
	enum status status = read_versions(json, out_complaint);

	if (status == STATUS_OK)
		status = json_want_text(json, (struct json_want){ NULL, "scope", true }, 32, &scope,
					out_complaint);
	if (status == STATUS_OK)
		status = read_scope(scope, &scope_place, &facts->scope, out_complaint);
	if (status == STATUS_OK)
		status = json_want_bool(json, (struct json_want){ NULL, "everybody", true },
					&facts->is_of_everybody, out_complaint);
	if (status == STATUS_OK)
		status = json_want_text(json, (struct json_want){ NULL, "host", true },
					sizeof(facts->host) - 1, &host, out_complaint);
	if (status == STATUS_OK)
		status = json_want_uint(json, (struct json_want){ NULL, "made", true },
					(uint64_t)BACKUP_NUMBER_MAX, &made, out_complaint);
	if (status == STATUS_OK)
		status = text_copy(host, facts->host, sizeof(facts->host));
	facts->made = (int64_t)made;
	return status;
}

static enum status read_end(struct credential_backup *backup, const struct json *end,
			    struct complaint *out_complaint)
{
	const struct json_place place = { .name = "end" };
	uint64_t rows = 0;
	enum status status = json_want_uint(end, (struct json_want){ &place, "rows", true },
					    (uint64_t)BACKUP_NUMBER_MAX, &rows, out_complaint);

	if (status == STATUS_OK && (int64_t)rows != backup->row_count)
		return json_refuse(&place, out_complaint, "%llu rows were written, %lld are here",
				   (unsigned long long)rows, (long long)backup->row_count);
	if (status == STATUS_OK)
		backup->stage = BACKUP_ENDS;
	return status;
}

/* One row on its way into its table: the columns that the line has. */
struct incoming {
	const struct backup_table *table;
	size_t count;
	const struct backup_column *columns[BACKUP_COLUMNS_MAX];
	struct binding values[BACKUP_COLUMNS_MAX];
	struct secret bytes[BYTES_COLUMNS_MAX];
	size_t bytes_count;
};

static void incoming_wipe(struct incoming *row)
{
	explicit_bzero(row, sizeof(*row));
}

static enum status read_bytes(struct incoming *row, const struct json *value,
			      const struct json_place *place, struct binding *out_binding,
			      struct complaint *out_complaint)
{
	struct secret *bytes = &row->bytes[row->bytes_count];
	AUTO_SECRET_BUFFER decoded = { 0 };
	struct text text = TEXT("");
	enum status status =
		json_value_text(value, place, CREDENTIAL_BACKUP_LINE_MAX, &text, out_complaint);

	buffer_init(&decoded, SECRET_BYTES_MAX);
	if (status != STATUS_OK)
		return status;
	status = row->bytes_count < BYTES_COLUMNS_MAX ? base64_decode(text, &decoded)
						      : STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		status = secret_set_bytes(bytes, buffer_text(&decoded));
	if (status == STATUS_BAD_INPUT)
		return json_refuse(place, out_complaint, "must be base64");
	row->bytes_count += status == STATUS_OK;
	*out_binding = BIND_BLOB(secret_text(bytes));
	return status;
}

static enum status read_value(struct incoming *row, const struct backup_column *column,
			      const struct json *value, const struct json_place *place,
			      struct complaint *out_complaint)
{
	struct binding *binding = &row->values[row->count];
	struct text text = TEXT("");
	int64_t number = 0;
	enum status status = STATUS_BAD_INPUT;

	switch (column->kind) {
	case BACKUP_TEXT:
		status = json_value_text(value, place, CREDENTIAL_BACKUP_LINE_MAX, &text,
					 out_complaint);
		*binding = BIND_TEXT(text);
		break;
	case BACKUP_NUMBER:
		status = json_value_int(value, place, -BACKUP_NUMBER_MAX, BACKUP_NUMBER_MAX,
					&number, out_complaint);
		*binding = BIND_INTEGER(number);
		break;
	case BACKUP_BYTES:
		status = read_bytes(row, value, place, binding, out_complaint);
		break;
	}
	row->columns[row->count] = column;
	row->count += status == STATUS_OK;
	return status;
}

static const struct backup_column *find_column(const struct backup_table *table, size_t count,
					       const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

/* A member that is not known may be what matters to a program that is newer: refused. */
static enum status read_row(struct incoming *row, const struct json *object,
			    enum credential_scope scope, struct complaint *out_complaint)
{
	const struct json_place table_place = { .name = row->table->name };
	size_t known = backup_column_count(row->table, scope);
	enum status status = json_value_kind(object, &table_place, JSON_OBJECT, out_complaint);

	for (const struct json *value = status == STATUS_OK ? json_first(object) : NULL;
	     value && status == STATUS_OK; value = json_next(value)) {
		const struct json_place place = { &table_place, json_name(value), 0 };
		const struct backup_column *column =
			find_column(row->table, known, json_name(value));

		if (!column)
			return json_refuse(&place, out_complaint, "is not known");
		if (json_kind(value) != JSON_NULL)
			status = read_value(row, column, value, &place, out_complaint);
	}
	if (status == STATUS_OK && row->count == 0)
		return json_refuse(&table_place, out_complaint, "is empty");
	return status;
}

static bool is_wanted(const struct credential_backup *backup, const struct incoming *row)
{
	for (size_t i = 0; backup->is_wanted && i < row->count; i++)
		if (row->columns[i] == &row->table->columns[0])
			return backup->is_wanted(backup->context, row->values[i].bytes);
	return true;
}

/* What the line does not have is as the schema says: a backup may be older than a column. */
static enum status insert_row(struct credential_backup *backup, const struct incoming *row,
			      struct complaint *out_complaint)
{
	const struct json_place place = { .name = row->table->name };
	AUTO_BUFFER sql = { 0 };
	enum status status;

	buffer_init(&sql, SQL_MAX);
	status = buffer_append_format(&sql, "INSERT INTO %s (", row->table->name);
	for (size_t i = 0; i < row->count && status == STATUS_OK; i++)
		status = buffer_append_format(&sql, "%s%s", i > 0 ? ", " : "",
					      row->columns[i]->name);
	for (size_t i = 0; i < row->count && status == STATUS_OK; i++)
		status = buffer_append_format(&sql, "%s?%zu", i > 0 ? ", " : ") VALUES (", i + 1);
	if (status == STATUS_OK)
		status = buffer_append(&sql, TEXT(")"));
	if (status == STATUS_OK)
		status = database_run(backup->rows, sql.bytes, row->values, row->count);
	if (status == STATUS_BAD_DATA)
		return json_refuse(&place, out_complaint,
				   "a value is missing, out of its range, there twice, or belongs "
				   "to nobody");
	backup->row_count += status == STATUS_OK;
	return status;
}

static enum status read_table(struct credential_backup *backup, const struct json *object,
			      struct complaint *out_complaint)
{
	const struct json_place place = { .name = json_name(object) };
	CLEANUP(incoming_wipe) struct incoming row = { .table = NULL };
	enum status status;

	for (size_t i = 0; i < BACKUP_TABLE_COUNT && !row.table; i++)
		if (strcmp(BACKUP_TABLES[i].name, json_name(object)) == 0 &&
		    backup_column_count(&BACKUP_TABLES[i], backup->facts.scope) > 0)
			row.table = &BACKUP_TABLES[i];
	if (!row.table)
		return json_refuse(&place, out_complaint, "is not known");
	status = read_row(&row, object, backup->facts.scope, out_complaint);
	if (status == STATUS_OK && !is_wanted(backup, &row)) {
		backup->row_count++;
		return STATUS_OK;
	}
	return status == STATUS_OK ? insert_row(backup, &row, out_complaint) : status;
}

static enum status begin(struct credential_backup *backup, const struct json *json,
			 struct complaint *out_complaint)
{
	bool is_first = backup->stage == BACKUP_BEGINS;
	enum status status = read_header(backup, json, out_complaint);

	if (status != STATUS_OK)
		return status;
	if (!is_first && backup->facts.scope != CREDENTIAL_SCOPE_FLEET)
		return json_refuse(NULL, out_complaint, "comes after one of a fleet's");
	backup->row_count = 0;
	backup->stage = BACKUP_GOES_ON;
	return status;
}

static enum status read_line(struct credential_backup *backup, const struct json *json,
			     struct complaint *out_complaint)
{
	switch (backup->stage) {
	case BACKUP_BEGINS:
		return begin(backup, json, out_complaint);
	case BACKUP_GOES_ON:
		if (json_kind(json) != JSON_OBJECT || json_count(json) != 1)
			break;
		if (strcmp(json_name(json_first(json)), "end") == 0)
			return read_end(backup, json_first(json), out_complaint);
		return read_table(backup, json_first(json), out_complaint);
	case BACKUP_ENDS:
		if (backup->facts.scope == CREDENTIAL_SCOPE_FLEET)
			return begin(backup, json, out_complaint);
		return json_refuse(NULL, out_complaint, "comes after the end");
	case BACKUP_IS_GOOD:
		return json_refuse(NULL, out_complaint, "comes after the end");
	}
	return json_refuse(NULL, out_complaint, "must be an object with one member");
}

enum status credential_backup_add_line(struct credential_backup *backup, struct text line,
				       struct complaint *out_complaint)
{
	struct complaint complaint = { .reason = "" };
	AUTO_JSON *json = NULL;
	enum status status;

	backup->line++;
	backup->bytes += line.length;
	if (backup->bytes > CREDENTIAL_BACKUP_BYTES_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "larger than %d bytes",
				CREDENTIAL_BACKUP_BYTES_MAX);
	status = json_parse(line, CREDENTIAL_BACKUP_LINE_MAX, &json, &complaint);
	if (status == STATUS_OK)
		status = read_line(backup, json, &complaint);
	complaint.line = backup->line;
	if (status != STATUS_OK && out_complaint)
		*out_complaint = complaint;
	return status;
}

enum status credential_backup_end(struct credential_backup *backup,
				  struct credential_backup_facts *out_facts,
				  struct complaint *out_complaint)
{
	enum status status;

	if (backup->stage != BACKUP_ENDS)
		return complain(out_complaint, STATUS_BAD_INPUT, "the end is missing");
	status = database_script(backup->rows, "COMMIT");
	if (status == STATUS_OK)
		status = credential_schema_check_rows(backup->rows, out_complaint);
	if (status == STATUS_BAD_DATA)
		return STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		status = backup_count(backup->rows, &backup->facts);
	if (status != STATUS_OK)
		return status;
	backup->stage = BACKUP_IS_GOOD;
	*out_facts = backup->facts;
	return STATUS_OK;
}
