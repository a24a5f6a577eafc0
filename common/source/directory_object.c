#include <stdarg.h>
#include <stdio.h>

#include "base/encoding.h"
#include "base/timestamp.h"
#include "directory/arn.h"
#include "source/directory_decoder.h"

static struct complaint *complaint_of(const struct object *object)
{
	return object->decoder->complaint;
}

enum status decoder_no_memory(const struct directory_decoder *decoder)
{
	return complain(decoder->complaint, STATUS_NO_MEMORY, "out of memory");
}

static void copy(struct object *object, struct text text, struct text *out_text)
{
	struct text copied = arena_text(&object->decoder->directory->arena, text);

	if (copied.bytes)
		*out_text = copied;
	else
		object->status = decoder_no_memory(object->decoder);
}

/* A text member as it stands in the tree; out_text.bytes is NULL when it is absent. */
static void read_text(struct object *object, const char *name, bool required, size_t bytes_max,
		      struct text *out_text)
{
	struct json_want want = { object->place, name, required };

	*out_text = (struct text){ NULL, 0 };
	if (object->status == STATUS_OK)
		object->status = json_want_text(object->json, want, bytes_max, out_text,
						complaint_of(object));
}

void object_text(struct object *object, const struct text_rule *rule, struct text *out_text)
{
	struct text text;

	read_text(object, rule->name, rule->required, rule->bytes_max, &text);
	if (object->status != STATUS_OK || !text.bytes)
		return;
	if (rule->is_valid && !rule->is_valid(text))
		object->status = json_refuse(MEMBER_OF(object, rule->name), complaint_of(object),
					     "is not %s", rule->wanted);
	else
		copy(object, text, out_text);
}

void object_arn(struct object *object, const char *name, const char *kind, bool required,
		struct text *out_arn)
{
	struct text text;

	read_text(object, name, required, IAM_ARN_MAX, &text);
	if (object->status != STATUS_OK || !text.bytes)
		return;
	if (!arn_is_iam(text, kind))
		object->status = json_refuse(MEMBER_OF(object, name), complaint_of(object),
					     "is not the ARN of a %s", kind);
	else
		copy(object, text, out_arn);
}

void object_time(struct object *object, const char *name, int64_t *out_seconds)
{
	struct text text;

	read_text(object, name, false, 64, &text);
	if (object->status == STATUS_OK && text.bytes &&
	    timestamp_parse(text, out_seconds) != STATUS_OK)
		object->status = json_refuse(MEMBER_OF(object, name), complaint_of(object),
					     "is not a time such as 2026-01-02T03:04:05Z");
}

void object_uint32(struct object *object, const char *name, uint32_t maximum, uint32_t *out_value)
{
	struct json_want want = { object->place, name, false };
	uint64_t value = *out_value;

	if (object->status == STATUS_OK)
		object->status =
			json_want_uint(object->json, want, maximum, &value, complaint_of(object));
	if (object->status == STATUS_OK)
		*out_value = (uint32_t)value;
}

void object_bool(struct object *object, const char *name, bool *out_value)
{
	struct json_want want = { object->place, name, false };

	if (object->status == STATUS_OK)
		object->status =
			json_want_bool(object->json, want, out_value, complaint_of(object));
}

/* Percent-encoding leaves no brace as it is. */
static bool is_percent_encoded(struct text text)
{
	size_t blanks = 0;

	while (blanks < text.length && strchr(" \t\r\n", text.bytes[blanks]))
		blanks++;
	return !text_starts_with(text_skip(text, blanks), TEXT("{"));
}

/* The tree of a document that came as a string. */
static enum status parse_document(struct object *object, struct text text,
				  const struct json_place *place, struct json **out_json)
{
	struct buffer *scratch = &object->decoder->scratch;
	struct complaint inner = { .line = 0 };
	char line[32] = "";
	enum status status;

	scratch->length = 0;
	if (is_percent_encoded(text)) {
		if (percent_decode(text, scratch) != STATUS_OK)
			return json_refuse(place, complaint_of(object),
					   "is neither JSON nor percent-encoded JSON of at most %d "
					   "bytes",
					   IAM_POLICY_BYTES_MAX);
		text = buffer_text(scratch);
	}
	status = json_parse(text, IAM_POLICY_BYTES_MAX, out_json, &inner);
	if (status == STATUS_NO_MEMORY)
		return decoder_no_memory(object->decoder);
	if (status == STATUS_OK)
		return STATUS_OK;
	if (inner.line > 0)
		(void)snprintf(line, sizeof(line), "line %u of it: ", inner.line); /* fits */
	return json_refuse(place, complaint_of(object), "%s%s%s%s", line, inner.place,
			   inner.place[0] ? ": " : "", inner.reason);
}

static void print_document(struct object *object, const struct json *document,
			   const struct json_place *place, struct text *out_document)
{
	struct buffer *scratch = &object->decoder->scratch;
	enum status status;

	object->status = json_value_kind(document, place, JSON_OBJECT, complaint_of(object));
	if (object->status != STATUS_OK)
		return;
	scratch->length = 0;
	status = json_print(document, scratch);
	if (status == STATUS_OK)
		copy(object, buffer_text(scratch), out_document);
	else if (status == STATUS_NO_MEMORY)
		object->status = decoder_no_memory(object->decoder);
	else
		object->status = json_refuse(place, complaint_of(object), "larger than %d bytes",
					     IAM_POLICY_BYTES_MAX);
}

void object_document(struct object *object, const char *name, bool required,
		     struct text *out_document)
{
	struct json_place place = { .parent = object->place, .name = name };
	const struct json *member = json_member(object->json, name);
	AUTO_JSON *parsed = NULL;

	if (object->status != STATUS_OK || (!member && !required))
		return;
	if (!member) {
		object->status = json_refuse(&place, complaint_of(object), "is missing");
		return;
	}
	if (json_kind(member) == JSON_STRING) {
		object->status = parse_document(object, json_text(member), &place, &parsed);
		member = parsed;
	}
	if (object->status == STATUS_OK)
		print_document(object, member, &place, out_document);
}

void *object_take(struct object *object, size_t count, size_t size)
{
	void *taken;

	if (object->status != STATUS_OK)
		return NULL;
	taken = arena_take(&object->decoder->directory->arena, count, size);
	if (!taken)
		object->status = decoder_no_memory(object->decoder);
	return taken;
}

void *object_grow(struct object *object, void *array, size_t count, size_t size)
{
	void *grown;

	/* Full at 0 and at each power of two. */
	if (object->status != STATUS_OK || (count & (count - 1)) != 0)
		return object->status == STATUS_OK ? array : NULL;
	grown = object_take(object, count > 0 ? count * 2 : 1, size);
	if (grown && count > 0)
		memcpy(grown, array, count * size);
	return grown;
}

struct object object_inner(struct object *object, const char *name, struct json_place *place)
{
	struct json_want want = { object->place, name, false };
	struct object inner = *object;
	const struct json *member = NULL;

	if (object->status != STATUS_OK)
		return inner;
	inner.status =
		json_want_kind(object->json, want, JSON_OBJECT, &member, complaint_of(object));
	if (inner.status != STATUS_OK || !member)
		return inner;
	*place = (struct json_place){ .parent = object->place, .name = name };
	inner.json = member;
	inner.place = place;
	return inner;
}

void elements_begin(struct object *object, const char *name, size_t limit,
		    struct elements *out_elements)
{
	struct json_want want = { object->place, name, false };
	const struct json *list = NULL;

	*out_elements = (struct elements){
		.list = { .parent = object->place, .name = name },
	};
	out_elements->element.parent = &out_elements->list;
	if (object->status == STATUS_OK)
		object->status =
			json_want_kind(object->json, want, JSON_ARRAY, &list, complaint_of(object));
	out_elements->next = json_first(list);
	out_elements->count = list ? json_count(list) : 0;
	if (out_elements->count > limit)
		object->status = json_refuse(&out_elements->list, complaint_of(object),
					     "more than %zu elements", limit);
}

/* Steps on; the value stepped over, or NULL. */
static const struct json *step(struct object *object, struct elements *elements,
			       enum json_kind kind)
{
	const struct json *value = elements->next;

	if (object->status != STATUS_OK || !value)
		return NULL;
	elements->element.index = elements->stepped++;
	object->status = json_value_kind(value, &elements->element, kind, complaint_of(object));
	elements->next = json_next(value);
	return object->status == STATUS_OK ? value : NULL;
}

bool elements_next_object(struct object *object, struct elements *elements,
			  struct object *out_element)
{
	const struct json *value = step(object, elements, JSON_OBJECT);

	*out_element = (struct object){ object->decoder, value, &elements->element, STATUS_OK };
	return value;
}

bool elements_next_text(struct object *object, struct elements *elements, struct text *out_text)
{
	const struct json *value = step(object, elements, JSON_STRING);

	if (value)
		*out_text = json_text(value);
	return value;
}

enum status decoder_warn(struct directory_decoder *decoder, const struct json_place *place,
			 const char *format, ...)
{
	struct iam_directory *directory = decoder->directory;
	struct object whole = { .decoder = decoder, .status = STATUS_OK };
	char where[200], why[240];
	struct iam_warning *warnings;
	va_list arguments;

	if (directory->warning_count == DIRECTORY_WARNINGS_MAX) {
		directory->warnings_left_out++;
		return STATUS_OK;
	}
	va_start(arguments, format);
	(void)vsnprintf(why, sizeof(why), format, arguments); /* cut, it still warns */
	va_end(arguments);
	warnings = object_grow(&whole, directory->warnings, directory->warning_count,
			       sizeof(*warnings));
	if (!warnings)
		return whole.status;
	directory->warnings = warnings;
	warnings += directory->warning_count;
	copy(&whole, text_of(json_place_text(place, where, sizeof(where))), &warnings->place);
	copy(&whole, text_of(why), &warnings->reason);
	directory->warning_count += whole.status == STATUS_OK;
	return whole.status;
}

static enum status begin_list(struct directory_decoder *decoder, struct text value,
			      const struct json_place *place, struct json_pieces *out_pieces)
{
	if (json_pieces_init(out_pieces, value) != STATUS_OK || out_pieces->kind != JSON_ARRAY)
		return json_refuse(place, decoder->complaint, "must be an array");
	return STATUS_OK;
}

enum status decoder_count(struct directory_decoder *decoder, struct text value,
			  const struct json_place *place, size_t limit, size_t *out_count)
{
	struct text name, element;
	struct json_pieces pieces;
	enum status status = begin_list(decoder, value, place, &pieces);
	size_t count = 0;

	if (status != STATUS_OK)
		return status;
	while (json_pieces_next(&pieces, &name, &element))
		count++;
	if (count > limit)
		return json_refuse(place, decoder->complaint, "more than %zu elements", limit);
	*out_count = count;
	return STATUS_OK;
}

static enum status decode_element(struct directory_decoder *decoder, struct text text,
				  const struct json_place *place, element_decoder decode)
{
	AUTO_JSON *json = NULL;
	enum status status = json_parse_piece(text, place, &json, decoder->complaint);

	if (status == STATUS_OK)
		status = json_value_kind(json, place, JSON_OBJECT, decoder->complaint);
	return status == STATUS_OK ? decode(decoder, json, place) : status;
}

enum status decoder_walk(struct directory_decoder *decoder, struct text value,
			 const struct json_place *place, size_t limit, element_decoder decode)
{
	struct json_place below = { .parent = place };
	struct text name, element;
	struct json_pieces pieces;
	enum status status = begin_list(decoder, value, place, &pieces);

	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &element)) {
		if (below.index == limit)
			return json_refuse(place, decoder->complaint, "more than %zu elements",
					   limit);
		status = decode_element(decoder, element, &below, decode);
		below.index++;
	}
	return status;
}
