#include "json/json.h"

/* Checked text needs no second check: strings end at a quote without a backslash before it, and
   brackets match. Damaged text gives wrong pieces, never a byte outside of it. */

static struct text without_blanks(struct text rest)
{
	size_t blanks = 0;

	while (blanks < rest.length && rest.bytes[blanks] <= ' ')
		blanks++;
	return text_skip(rest, blanks);
}

/* Is there an odd number of backslashes before at? */
static bool is_escaped(const char *start, const char *at)
{
	const char *before = at;

	while (before > start && before[-1] == '\\')
		before--;
	return (at - before) % 2 != 0;
}

/* The length of the string at the start, with its quotes. */
static size_t string_length(struct text rest)
{
	const char *start = rest.bytes + 1, *end = rest.bytes + rest.length, *at = start;

	while (at < end) {
		const char *quote = memchr(at, '"', (size_t)(end - at));

		if (!quote)
			break;
		at = quote + 1;
		if (!is_escaped(start, quote))
			return (size_t)(at - rest.bytes);
	}
	return rest.length;
}

/* The length of the array or object at the start. */
static size_t container_length(struct text rest)
{
	static const signed char steps[256] = { ['['] = 1, ['{'] = 1, [']'] = -1, ['}'] = -1 };
	size_t at = 0;
	ptrdiff_t depth = 0;

	while (at < rest.length) {
		if (rest.bytes[at] == '"') {
			at += string_length(text_skip(rest, at));
			continue;
		}
		depth += steps[(unsigned char)rest.bytes[at++]];
		if (depth == 0)
			return at;
	}
	return rest.length;
}

static size_t value_length(struct text rest)
{
	size_t at = 0;

	if (rest.length == 0)
		return 0;
	if (rest.bytes[0] == '"')
		return string_length(rest);
	if (rest.bytes[0] == '[' || rest.bytes[0] == '{')
		return container_length(rest);
	while (at < rest.length && rest.bytes[at] > ' ' && !strchr(",]}", rest.bytes[at]))
		at++;
	return at;
}

enum status json_pieces_init(struct json_pieces *pieces, struct text document)
{
	struct text rest = without_blanks(document);

	if (rest.length == 0 || (rest.bytes[0] != '[' && rest.bytes[0] != '{'))
		return STATUS_BAD_INPUT;
	pieces->kind = rest.bytes[0] == '[' ? JSON_ARRAY : JSON_OBJECT;
	pieces->rest = text_skip(rest, 1);
	return STATUS_OK;
}

/* Cuts length bytes off the front. */
static struct text cut(struct text *inout_rest, size_t length)
{
	struct text piece = { inout_rest->bytes, length };

	*inout_rest = text_skip(*inout_rest, length);
	return piece;
}

bool json_pieces_next(struct json_pieces *pieces, struct text *out_name, struct text *out_value)
{
	struct text rest = without_blanks(pieces->rest), name = TEXT("");

	if (rest.length > 0 && rest.bytes[0] == ',')
		rest = without_blanks(text_skip(rest, 1));
	if (rest.length == 0 || rest.bytes[0] == ']' || rest.bytes[0] == '}')
		return false;
	if (pieces->kind == JSON_OBJECT) {
		struct text quoted = cut(&rest, string_length(rest));

		name = text_skip(quoted, 1);
		name.length -= name.length > 0;
		rest = without_blanks(text_skip(without_blanks(rest), 1)); /* past the colon */
	}
	*out_value = cut(&rest, value_length(rest));
	*out_name = name;
	pieces->rest = rest;
	return true;
}
