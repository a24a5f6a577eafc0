#include "json/json_write.h"

#include <stdio.h>

static const char INDENTATION[] = "                                "
				  "                                ";

_Static_assert(sizeof(INDENTATION) - 1 == 2 * (size_t)JSON_DEPTH_MAX, "two blanks a level");

static void put(struct json_writer *writer, struct text text)
{
	if (writer->status == STATUS_OK)
		writer->status = buffer_append(writer->out, text);
}

/* What stands for one character: itself, or its escape. */
static struct text escaped(struct text character, char buffer[8])
{
	static const struct {
		char byte;
		const char *escape;
	} short_ones[] = {
		{ '"', "\\\"" }, { '\\', "\\\\" }, { '\n', "\\n" },
		{ '\r', "\\r" }, { '\t', "\\t" },
	};
	unsigned char first = (unsigned char)character.bytes[0];
	unsigned char last = (unsigned char)character.bytes[character.length - 1];

	for (size_t i = 0; i < ARRAY_LENGTH(short_ones); i++)
		if (character.bytes[0] == short_ones[i].byte)
			return text_of(short_ones[i].escape);
	/* U+007F to U+009F too: a terminal obeys them. */
	if (first >= ' ' && first != 0x7f && !(first == 0xc2 && last < 0xa0))
		return character;
	(void)snprintf(buffer, 8, "\\u%04x", last); /* always fits */
	return text_of(buffer);
}

static bool is_written_as_is(unsigned char byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

static void put_string(struct json_writer *writer, struct text text)
{
	char buffer[8];

	put(writer, TEXT("\""));
	while (text.length > 0 && writer->status == STATUS_OK) {
		size_t plain = 0, length;

		while (plain < text.length && is_written_as_is((unsigned char)text.bytes[plain]))
			plain++;
		put(writer, (struct text){ text.bytes, plain });
		text = text_skip(text, plain);
		if (text.length == 0)
			break;
		length = text_utf8_length(text);
		if (length == 0)
			put(writer, TEXT("\xef\xbf\xbd"));
		else
			put(writer, escaped((struct text){ text.bytes, length }, buffer));
		text = text_skip(text, length > 0 ? length : 1);
	}
	put(writer, TEXT("\""));
}

static void put_line_break(struct json_writer *writer)
{
	if (!writer->indented)
		return;
	put(writer, TEXT("\n"));
	put(writer, (struct text){ INDENTATION, 2 * (size_t)writer->depth });
}

/* What goes before each value: comma, line, name. */
static void put_start(struct json_writer *writer, const char *name)
{
	if (writer->needs_comma)
		put(writer, TEXT(","));
	if (writer->depth > 0)
		put_line_break(writer);
	writer->needs_comma = true;
	if (!name)
		return;
	put_string(writer, text_of(name));
	put(writer, writer->indented ? TEXT(": ") : TEXT(":"));
}

static void open_bracket(struct json_writer *writer, const char *name, struct text bracket)
{
	put_start(writer, name);
	put(writer, bracket);
	writer->needs_comma = false;
	if (writer->depth == JSON_DEPTH_MAX) /* nobody could read it */
		writer->status = STATUS_BAD_INPUT;
	else
		writer->depth++;
}

void json_write_begin(struct json_writer *writer, struct buffer *out, bool indented)
{
	*writer = (struct json_writer){ .out = out, .status = STATUS_OK, .indented = indented };
}

void json_write_object(struct json_writer *writer, const char *name)
{
	open_bracket(writer, name, TEXT("{"));
}

void json_write_array(struct json_writer *writer, const char *name)
{
	open_bracket(writer, name, TEXT("["));
}

void json_write_close(struct json_writer *writer, char bracket)
{
	bool was_empty = !writer->needs_comma;

	if (writer->depth == 0) { /* more closed than opened */
		writer->status = STATUS_BAD_INPUT;
		return;
	}
	writer->depth--;
	if (!was_empty)
		put_line_break(writer);
	put(writer, (struct text){ &bracket, 1 });
	writer->needs_comma = true;
}

void json_write_text(struct json_writer *writer, const char *name, struct text value)
{
	put_start(writer, name);
	put_string(writer, value);
}

void json_write_int(struct json_writer *writer, const char *name, int64_t value)
{
	char digits[24];

	put_start(writer, name);
	(void)snprintf(digits, sizeof(digits), "%lld", (long long)value); /* always fits */
	put(writer, text_of(digits));
}

void json_write_bool(struct json_writer *writer, const char *name, bool value)
{
	put_start(writer, name);
	put(writer, value ? TEXT("true") : TEXT("false"));
}

void json_write_null(struct json_writer *writer, const char *name)
{
	put_start(writer, name);
	put(writer, TEXT("null"));
}

/* The fewest digits that read back as the same number. The host program's locale may want another
   point, maybe of several bytes; JSON has one. */
static void put_double(struct json_writer *writer, double value)
{
	char digits[40];
	bool in_point = false;

	(void)snprintf(digits, sizeof(digits), "%.15g", value); /* always fits */
	if (strtod(digits, NULL) != value)
		(void)snprintf(digits, sizeof(digits), "%.17g", value);
	for (const char *byte = digits; *byte; byte++) {
		bool is_point = !strchr("0123456789+-e", *byte);

		if (!is_point)
			put(writer, (struct text){ byte, 1 });
		else if (!in_point)
			put(writer, TEXT("."));
		in_point = is_point;
	}
}

void json_write_value(struct json_writer *writer, const char *name, const struct json *value)
{
	enum json_kind kind = json_kind(value);
	bool is_object = kind == JSON_OBJECT;

	switch (kind) {
	case JSON_NULL:
		json_write_null(writer, name);
		return;
	case JSON_BOOLEAN:
		json_write_bool(writer, name, json_is_true(value));
		return;
	case JSON_NUMBER:
		put_start(writer, name);
		put_double(writer, json_double(value));
		return;
	case JSON_STRING:
		json_write_text(writer, name, json_text(value));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	open_bracket(writer, name, is_object ? TEXT("{") : TEXT("["));
	for (const struct json *child = json_first(value); child; child = json_next(child))
		json_write_value(writer, is_object ? json_name(child) : NULL, child);
	json_write_close(writer, is_object ? '}' : ']');
}

enum status json_write_end(struct json_writer *writer)
{
	if (writer->status == STATUS_OK && writer->depth > 0)
		writer->status = STATUS_BAD_INPUT;
	return writer->status;
}

enum status json_print(const struct json *json, struct buffer *out_text)
{
	size_t length = out_text->length;
	struct json_writer writer;
	enum status status;

	json_write_begin(&writer, out_text, false);
	json_write_value(&writer, NULL, json);
	status = json_write_end(&writer);
	if (status != STATUS_OK && out_text->bytes) {
		out_text->length = length;
		out_text->bytes[length] = '\0';
	}
	return status;
}
