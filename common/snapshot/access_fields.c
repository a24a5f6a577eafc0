#include "snapshot/access_fields.h"

static void refuse(struct json_writer *writer)
{
	if (writer->status == STATUS_OK)
		writer->status = STATUS_BAD_INPUT;
}

void fields_encode_texts(struct json_writer *writer, const void *base,
			 const struct text_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text text;

		memcpy(&text, (const char *)base + fields[i].offset, sizeof(text));
		if (text.length > fields[i].bytes_max || (fields[i].required && text.length == 0))
			refuse(writer);
		else if (text.length > 0)
			json_write_text(writer, fields[i].name, text);
	}
}

void fields_encode_bools(struct json_writer *writer, const void *base,
			 const struct bool_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool value;

		memcpy(&value, (const char *)base + fields[i].offset, sizeof(value));
		if (value || fields[i].required)
			json_write_bool(writer, fields[i].name, value);
	}
}

void fields_encode_numbers(struct json_writer *writer, const void *base,
			   const struct number_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t value;

		memcpy(&value, (const char *)base + fields[i].offset, sizeof(value));
		if (value > FIELDS_NUMBER_MAX)
			refuse(writer);
		else if (value > 0 || fields[i].required)
			json_write_int(writer, fields[i].name, value);
	}
}

void fields_encode_list(struct json_writer *writer, const struct list_field *list,
			const void *elements, size_t count)
{
	if (count > list->count_max) {
		refuse(writer);
		return;
	}
	if (count == 0)
		return;
	json_write_array(writer, list->name);
	for (size_t i = 0; i < count && writer->status == STATUS_OK; i++) {
		const char *element = (const char *)elements + i * list->element_size;

		if (list->fields[0].name)
			json_write_object(writer, NULL);
		fields_encode_texts(writer, element, list->fields, list->field_count);
		if (list->fields[0].name)
			json_write_close(writer, '}');
	}
	json_write_close(writer, ']');
}

enum status fields_encode_end(struct json_writer *writer, size_t length_before, size_t bytes_max)
{
	enum status status = json_write_end(writer);

	if (status == STATUS_OK && writer->out->length - length_before > bytes_max)
		status = STATUS_BAD_INPUT;
	if (status != STATUS_OK)
		writer->out->length = length_before;
	return status;
}

enum status fields_parse(struct text json, size_t bytes_max, struct json **out_object,
			 struct complaint *out_complaint)
{
	enum status status = json_parse(json, bytes_max, out_object, out_complaint);

	return status == STATUS_OK ? json_value_kind(*out_object, NULL, JSON_OBJECT, out_complaint)
				   : status;
}

static enum status keep_text(const struct decoder *decoder, const struct json_place *place,
			     const struct text_field *field, struct text found, void *base)
{
	struct text *kept = (void *)((char *)base + field->offset);

	if (field->required && found.length == 0)
		return json_refuse(place, decoder->complaint, "%s is empty",
				   field->name ? field->name : "an element");
	*kept = arena_text(decoder->arena, found);
	return kept->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status fields_decode_texts(const struct decoder *decoder, const struct json *object,
				const struct json_place *place, const struct text_field *fields,
				size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		struct json_want want = { place, fields[i].name, fields[i].required };
		struct text found = TEXT("");
		enum status status = json_want_text(object, want, fields[i].bytes_max, &found,
						    decoder->complaint);

		if (status == STATUS_OK)
			status = keep_text(decoder, place, &fields[i], found, base);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status fields_decode_bools(const struct decoder *decoder, const struct json *object,
				const struct json_place *place, const struct bool_field *fields,
				size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		struct json_want want = { place, fields[i].name, fields[i].required };
		bool value = false;
		enum status status = json_want_bool(object, want, &value, decoder->complaint);

		if (status != STATUS_OK)
			return status;
		memcpy((char *)base + fields[i].offset, &value, sizeof(value));
	}
	return STATUS_OK;
}

enum status fields_decode_numbers(const struct decoder *decoder, const struct json *object,
				  const struct json_place *place, const struct number_field *fields,
				  size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		struct json_want want = { place, fields[i].name, fields[i].required };
		uint64_t value = 0;
		uint32_t narrow;
		enum status status =
			json_want_uint(object, want, FIELDS_NUMBER_MAX, &value, decoder->complaint);

		if (status != STATUS_OK)
			return status;
		narrow = (uint32_t)value;
		memcpy((char *)base + fields[i].offset, &narrow, sizeof(narrow));
	}
	return STATUS_OK;
}

static enum status decode_element(const struct decoder *decoder, const struct json *json,
				  const struct json_place *place, const struct list_field *list,
				  void *element)
{
	const struct text_field *only = &list->fields[0];
	struct text found;
	enum status status;

	if (only->name) {
		status = json_value_kind(json, place, JSON_OBJECT, decoder->complaint);
		if (status != STATUS_OK)
			return status;
		return fields_decode_texts(decoder, json, place, list->fields, list->field_count,
					   element);
	}
	status = json_value_text(json, place, only->bytes_max, &found, decoder->complaint);
	return status == STATUS_OK ? keep_text(decoder, place, only, found, element) : status;
}

enum status fields_decode_list(const struct decoder *decoder, const struct json *object,
			       const struct list_field *list, void **out_elements,
			       size_t *out_count)
{
	struct json_place place = { .name = list->name }, at = { .parent = &place };
	struct json_want want = { NULL, list->name, false };
	const struct json *array = NULL;
	enum status status = json_want_kind(object, want, JSON_ARRAY, &array, decoder->complaint);
	const struct json *first = array ? json_first(array) : NULL;
	size_t count = array ? json_count(array) : 0;
	char *elements;

	if (status != STATUS_OK)
		return status;
	if (count > list->count_max)
		return json_refuse(&place, decoder->complaint, "more than %zu", list->count_max);
	elements = arena_take(decoder->arena, count, list->element_size);
	if (!elements)
		return STATUS_NO_MEMORY;
	*out_elements = elements;
	*out_count = count;
	for (const struct json *each = first; each && status == STATUS_OK;
	     each = json_next(each), at.index++, elements += list->element_size)
		status = decode_element(decoder, each, &at, list, elements);
	return status;
}
