#include "json/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* Above it not every whole number is a double. */
static const double EXACT_MAX = 9007199254740992.0;

/* struct json is cJSON's node under another name, so that its header stays in this folder. */
static const cJSON *node_of(const struct json *json)
{
	return (const cJSON *)(const void *)json;
}

static const struct json *json_of(const cJSON *node)
{
	return (const struct json *)(const void *)node;
}

static void append_place(const struct json_place *place, char *buffer, size_t size)
{
	char name[64];
	size_t used;

	if (place->parent)
		append_place(place->parent, buffer, size);
	used = strlen(buffer);
	/* A place cut short still says most of it. */
	if (!place->name)
		(void)snprintf(buffer + used, size - used, "[%zu]", place->index);
	else
		(void)snprintf(buffer + used, size - used, "%s%s", used > 0 ? "." : "",
			       text_printable(text_of(place->name), name, sizeof(name)));
}

const char *json_place_text(const struct json_place *place, char *buffer, size_t size)
{
	buffer[0] = '\0';
	if (place)
		append_place(place, buffer, size);
	return buffer;
}

enum status json_refuse(const struct json_place *place, struct complaint *out_complaint,
			const char *format, ...)
{
	va_list arguments;

	if (!out_complaint)
		return STATUS_BAD_INPUT;
	(void)json_place_text(place, out_complaint->place, sizeof(out_complaint->place));
	out_complaint->line = 0;
	va_start(arguments, format);
	(void)vsnprintf(out_complaint->reason, sizeof(out_complaint->reason), format, arguments);
	va_end(arguments);
	return STATUS_BAD_INPUT;
}

static enum status refuse_twice(const struct json_place *place, struct complaint *out_complaint,
				const char *name)
{
	char printable[64];

	return json_refuse(place, out_complaint, "key \"%s\" is given twice",
			   text_printable(text_of(name), printable, sizeof(printable)));
}

static int compare_names(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

/* Sorted, because a hostile object has thousands of members. */
static enum status check_names(const cJSON *object, const struct json_place *place,
			       struct complaint *out_complaint)
{
	AUTO_FREE const char **names = NULL;
	size_t count = json_count(json_of(object)), at = 0;

	if (count < 2)
		return STATUS_OK;
	if (count > JSON_MEMBERS_MAX)
		return json_refuse(place, out_complaint, "an object of more than %d members",
				   JSON_MEMBERS_MAX);
	names = reallocarray(NULL, count, sizeof(*names));
	if (!names)
		return complain(out_complaint, STATUS_NO_MEMORY, "out of memory");
	for (const cJSON *child = object->child; child; child = child->next)
		names[at++] = child->string;
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			return refuse_twice(place, out_complaint, names[i]);
	return STATUS_OK;
}

/* What the grammar cannot say. Goes as deep as the text that was checked: JSON_DEPTH_MAX. */
static enum status check_tree(const cJSON *node, const struct json_place *place,
			      struct complaint *out_complaint)
{
	struct json_place below = { .parent = place };
	enum status status = STATUS_OK;

	if (cJSON_IsNumber(node) && !isfinite(node->valuedouble))
		return json_refuse(place, out_complaint, "a number out of range");
	if (cJSON_IsObject(node))
		status = check_names(node, place, out_complaint);
	for (const cJSON *child = node->child; child && status == STATUS_OK; child = child->next) {
		below.name = child->string;
		status = check_tree(child, &below, out_complaint);
		below.index++;
	}
	return status;
}

enum status json_parse_piece(struct text piece, const struct json_place *place,
			     struct json **out_json, struct complaint *out_complaint)
{
	/* What is checked is whole, so cJSON's own leniency and its reads past a cut string or
	   number cannot happen here; all it can still run out of is memory. */
	cJSON *node = cJSON_ParseWithLength(piece.bytes, piece.length);
	struct json *json = (struct json *)(void *)node;
	enum status status;

	if (!node)
		return complain(out_complaint, STATUS_NO_MEMORY, "out of memory");
	status = check_tree(node, place, out_complaint);
	if (status != STATUS_OK) {
		json_free(json);
		return status;
	}
	*out_json = json;
	return STATUS_OK;
}

enum status json_parse(struct text document, size_t bytes_max, struct json **out_json,
		       struct complaint *out_complaint)
{
	enum status status = json_check(document, bytes_max, out_complaint);

	if (status != STATUS_OK)
		return status;
	return json_parse_piece(document, NULL, out_json, out_complaint);
}

void json_free(struct json *json)
{
	cJSON_Delete((cJSON *)(void *)json);
}

enum json_kind json_kind(const struct json *json)
{
	const cJSON *node = node_of(json);

	if (cJSON_IsObject(node))
		return JSON_OBJECT;
	if (cJSON_IsArray(node))
		return JSON_ARRAY;
	if (cJSON_IsString(node))
		return JSON_STRING;
	if (cJSON_IsNumber(node))
		return JSON_NUMBER;
	if (cJSON_IsBool(node))
		return JSON_BOOLEAN;
	return JSON_NULL;
}

const struct json *json_member(const struct json *json, const char *name)
{
	if (!json || !cJSON_IsObject(node_of(json)))
		return NULL;
	for (const cJSON *child = node_of(json)->child; child; child = child->next)
		if (strcmp(child->string, name) == 0)
			return cJSON_IsNull(child) ? NULL : json_of(child);
	return NULL;
}

const struct json *json_first(const struct json *json)
{
	return json ? json_of(node_of(json)->child) : NULL;
}

const struct json *json_next(const struct json *json)
{
	return json_of(node_of(json)->next);
}

size_t json_count(const struct json *json)
{
	size_t count = 0;

	for (const struct json *child = json_first(json); child; child = json_next(child))
		count++;
	return count;
}

const char *json_name(const struct json *json)
{
	return node_of(json)->string ? node_of(json)->string : "";
}

struct text json_text(const struct json *json)
{
	return cJSON_IsString(node_of(json)) ? text_of(node_of(json)->valuestring) : TEXT("");
}

bool json_is_true(const struct json *json)
{
	return cJSON_IsTrue(node_of(json));
}

double json_double(const struct json *json)
{
	return cJSON_IsNumber(node_of(json)) ? node_of(json)->valuedouble : 0;
}

enum status json_value_kind(const struct json *json, const struct json_place *place,
			    enum json_kind kind, struct complaint *out_complaint)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",       [JSON_BOOLEAN] = "true or false",
		[JSON_NUMBER] = "a number", [JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",  [JSON_OBJECT] = "an object",
	};
	enum json_kind found = json_kind(json);

	if (found == kind)
		return STATUS_OK;
	return json_refuse(place, out_complaint, "must be %s, not %s", names[kind], names[found]);
}

enum status json_value_text(const struct json *json, const struct json_place *place,
			    size_t bytes_max, struct text *out_text,
			    struct complaint *out_complaint)
{
	enum status status = json_value_kind(json, place, JSON_STRING, out_complaint);
	struct text text = json_text(json);

	if (status != STATUS_OK)
		return status;
	if (text.length > bytes_max)
		return json_refuse(place, out_complaint, "longer than %zu bytes", bytes_max);
	*out_text = text;
	return STATUS_OK;
}

enum status json_value_uint(const struct json *json, const struct json_place *place,
			    uint64_t maximum, uint64_t *out_value, struct complaint *out_complaint)
{
	enum status status = json_value_kind(json, place, JSON_NUMBER, out_complaint);
	double value = json_double(json);

	if (status != STATUS_OK)
		return status;
	if (value < 0 || value > EXACT_MAX || value != (double)(uint64_t)value ||
	    (uint64_t)value > maximum)
		return json_refuse(place, out_complaint, "must be a whole number from 0 to %llu",
				   (unsigned long long)maximum);
	*out_value = (uint64_t)value;
	return STATUS_OK;
}

enum status json_value_int(const struct json *json, const struct json_place *place, int64_t minimum,
			   int64_t maximum, int64_t *out_value, struct complaint *out_complaint)
{
	enum status status = json_value_kind(json, place, JSON_NUMBER, out_complaint);
	double value = json_double(json);

	if (status != STATUS_OK)
		return status;
	if (value < (double)minimum || value > (double)maximum || value != (double)(int64_t)value)
		return json_refuse(place, out_complaint, "must be a whole number from %lld to %lld",
				   (long long)minimum, (long long)maximum);
	*out_value = (int64_t)value;
	return STATUS_OK;
}

enum status json_value_bool(const struct json *json, const struct json_place *place,
			    bool *out_value, struct complaint *out_complaint)
{
	enum status status = json_value_kind(json, place, JSON_BOOLEAN, out_complaint);

	if (status == STATUS_OK)
		*out_value = json_is_true(json);
	return status;
}

/* The member that is wanted; NULL when it may be absent and is. */
static enum status find_wanted(const struct json *object, struct json_want want,
			       const struct json **out_value, struct complaint *out_complaint)
{
	struct json_place place = { .parent = want.place, .name = want.name };

	*out_value = json_member(object, want.name);
	if (!*out_value && want.required)
		return json_refuse(&place, out_complaint, "is missing");
	return STATUS_OK;
}

enum status json_want_text(const struct json *object, struct json_want want, size_t bytes_max,
			   struct text *out_text, struct complaint *out_complaint)
{
	struct json_place place = { .parent = want.place, .name = want.name };
	const struct json *value;
	enum status status = find_wanted(object, want, &value, out_complaint);

	if (status != STATUS_OK || !value)
		return status;
	return json_value_text(value, &place, bytes_max, out_text, out_complaint);
}

enum status json_want_uint(const struct json *object, struct json_want want, uint64_t maximum,
			   uint64_t *out_value, struct complaint *out_complaint)
{
	struct json_place place = { .parent = want.place, .name = want.name };
	const struct json *value;
	enum status status = find_wanted(object, want, &value, out_complaint);

	if (status != STATUS_OK || !value)
		return status;
	return json_value_uint(value, &place, maximum, out_value, out_complaint);
}

enum status json_want_bool(const struct json *object, struct json_want want, bool *out_value,
			   struct complaint *out_complaint)
{
	struct json_place place = { .parent = want.place, .name = want.name };
	const struct json *value;
	enum status status = find_wanted(object, want, &value, out_complaint);

	if (status != STATUS_OK || !value)
		return status;
	return json_value_bool(value, &place, out_value, out_complaint);
}

enum status json_want_kind(const struct json *object, struct json_want want, enum json_kind kind,
			   const struct json **out_value, struct complaint *out_complaint)
{
	struct json_place place = { .parent = want.place, .name = want.name };
	const struct json *value;
	enum status status = find_wanted(object, want, &value, out_complaint);

	if (status == STATUS_OK && value)
		status = json_value_kind(value, &place, kind, out_complaint);
	if (status == STATUS_OK)
		*out_value = value;
	return status;
}
