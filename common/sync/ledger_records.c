/*
 * Assignments as records of access.snapshot.
 */
#include "sync/sync_internal.h"
#include "json/json.h"
#include "json/json_write.h"

enum { ASSIGNMENT_JSON_MAX = 4096 };

static const char *const kind_words[] = {
	[ENTITY_USER] = "user",
	[ENTITY_ROLE] = "role",
	[ENTITY_GROUP] = "group",
};

static enum status decode_former(struct sync_work *work, const struct json *json,
				 const struct json_place *place, struct assignment *assignment)
{
	const struct json *list = NULL;
	enum status status = json_want_kind(json, (struct json_want){ place, "former", false },
					    JSON_ARRAY, &list, work->complaint);
	uint32_t *former;
	size_t count = 0;

	if (status != STATUS_OK || !list)
		return status;
	for (const struct json *item = json_first(list); item; item = json_next(item))
		count++;
	former = arena_take(&work->arena, count, sizeof(*former));
	if (!former)
		return STATUS_NO_MEMORY;
	assignment->former = former;
	assignment->former_count = count;
	count = 0;
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		uint64_t number;

		status = json_value_uint(item, place, UINT32_MAX, &number, work->complaint);
		if (status != STATUS_OK)
			return status;
		former[count++] = (uint32_t)number;
	}
	return STATUS_OK;
}

static enum status decode_kind(struct text word, enum entity_kind *out_kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kind_words); i++) {
		if (!text_is(word, kind_words[i]))
			continue;
		*out_kind = (enum entity_kind)i;
		return STATUS_OK;
	}
	return STATUS_BAD_INPUT;
}

struct assignment_numbers {
	uint64_t unix_id, unix_gid, created, retired_at;
};

static enum status decode_numbers(struct sync_work *work, const struct json *json,
				  const struct json_place *place,
				  struct assignment_numbers *out_numbers)
{
	const struct {
		const char *name;
		uint64_t maximum, *out;
	} rows[] = {
		{ "unix_id", UINT32_MAX, &out_numbers->unix_id },
		{ "unix_gid", UINT32_MAX, &out_numbers->unix_gid },
		{ "created", INT64_MAX / 1024, &out_numbers->created },
		{ "retired_at", INT64_MAX / 1024, &out_numbers->retired_at },
	};
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(rows); i++)
		status = json_want_uint(json, (struct json_want){ place, rows[i].name, i == 0 },
					rows[i].maximum, rows[i].out, work->complaint);
	return status;
}

static enum status decode(struct sync_work *work, struct text key, struct text value,
			  struct assignment *assignment)
{
	AUTO_JSON *json = NULL;
	struct json_place place = { NULL, key.bytes, 0 };
	struct assignment_numbers numbers = { 0, 0, 0, 0 };
	struct text name = TEXT(""), kind = TEXT("");
	enum status status = json_parse(value, ASSIGNMENT_JSON_MAX, &json, work->complaint);

	if (status == STATUS_OK)
		status = decode_numbers(work, json, &place, &numbers);
	if (status == STATUS_OK)
		status = json_want_text(json, (struct json_want){ &place, "unix_name", true },
					UNIX_NAME_MAX, &name, work->complaint);
	if (status == STATUS_OK)
		status = json_want_text(json, (struct json_want){ &place, "kind", true }, 8, &kind,
					work->complaint);
	if (status == STATUS_OK)
		status = decode_former(work, json, &place, assignment);
	if (status != STATUS_OK)
		return status;
	if (decode_kind(kind, &assignment->kind) != STATUS_OK)
		return json_refuse(&place, work->complaint, "\"kind\" is no kind");
	assignment->unix_id = (uint32_t)numbers.unix_id;
	assignment->unix_gid = (uint32_t)numbers.unix_gid;
	assignment->created = (int64_t)numbers.created;
	assignment->retired_at = (int64_t)numbers.retired_at;
	assignment->unix_name = arena_text(&work->arena, name);
	assignment->was_mapped = is_mapped(name) && assignment->retired_at == 0;
	return assignment->unix_name.bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status read_record(struct sync_work *work, struct text key, struct text value)
{
	struct assignment *assignment = arena_take(&work->arena, 1, sizeof(*assignment));
	enum status status;

	if (!assignment)
		return STATUS_NO_MEMORY;
	*assignment = (struct assignment){ .iam_id = arena_text(&work->arena, key) };
	if (!assignment->iam_id.bytes)
		return STATUS_NO_MEMORY;
	status = decode(work, assignment->iam_id, value, assignment);
	if (status == STATUS_OK)
		status = ledger_add(work, assignment);
	return status == STATUS_OK ? ledger_claim_all(work, assignment) : status;
}

static size_t count_records(const struct snapshot *access)
{
	struct text key, value;
	uint32_t count = 0;

	while (snapshot_record_at(access, SNAPSHOT_MAP_ASSIGNMENTS, count, &key, &value) ==
	       STATUS_OK)
		count++;
	return count;
}

enum status ledger_read(struct sync_work *work)
{
	const struct iam_directory *directory = &work->directory;
	const struct previous *previous = &work->previous;
	size_t before = previous->has_access ? count_records(&previous->access) : 0;
	struct ledger *ledger = &work->ledger;
	enum status status = STATUS_OK;
	struct text key, value;

	ledger->capacity =
		before + directory->user_count + directory->role_count + directory->group_count + 1;
	ledger->entries = arena_take(&work->arena, ledger->capacity, sizeof(*ledger->entries));
	if (!ledger->entries)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; status == STATUS_OK && i < before; i++) {
		status = snapshot_record_at(&previous->access, SNAPSHOT_MAP_ASSIGNMENTS, i, &key,
					    &value);
		if (status == STATUS_OK)
			status = read_record(work, key, value);
	}
	return status;
}

static enum status encode(const struct assignment *assignment, struct buffer *out_json)
{
	struct json_writer writer;

	json_write_begin(&writer, out_json, false);
	json_write_object(&writer, NULL);
	json_write_int(&writer, "unix_id", assignment->unix_id);
	if (assignment->unix_gid != 0)
		json_write_int(&writer, "unix_gid", assignment->unix_gid);
	json_write_text(&writer, "unix_name", assignment->unix_name);
	json_write_text(&writer, "kind", text_of(kind_words[assignment->kind]));
	json_write_int(&writer, "created", assignment->created);
	if (assignment->retired_at != 0)
		json_write_int(&writer, "retired_at", assignment->retired_at);
	if (assignment->former_count > 0) {
		json_write_array(&writer, "former");
		for (size_t i = 0; i < assignment->former_count; i++)
			json_write_int(&writer, NULL, assignment->former[i]);
		json_write_close(&writer, ']');
	}
	json_write_close(&writer, '}');
	return json_write_end(&writer);
}

/* An entity that never got a number leaves no trace. One that went away keeps its last name, for
   people who look up whose files these were. */
static enum status write_entry(struct sync_work *work, struct assignment *assignment,
			       struct buffer *json)
{
	enum status status;

	if (assignment->unix_id == 0)
		return STATUS_OK;
	if (assignment->is_present)
		assignment->retired_at = 0;
	else if (assignment->retired_at == 0)
		assignment->retired_at = work->options->now;
	json->length = 0;
	status = encode(assignment, json);
	if (status != STATUS_OK)
		return status;
	return record_add(work, SNAPSHOT_MAP_ASSIGNMENTS, assignment->iam_id, buffer_text(json));
}

enum status ledger_write(struct sync_work *work)
{
	AUTO_BUFFER json = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&json, ASSIGNMENT_JSON_MAX);
	for (size_t i = 0; status == STATUS_OK && i < work->ledger.count; i++)
		status = write_entry(work, work->ledger.entries[i], &json);
	return status;
}
