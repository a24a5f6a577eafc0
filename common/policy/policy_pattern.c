#include "policy/policy_internal.h"

/*
 * A pattern is read character by character with its variables replaced on the fly: nothing is
 * allocated, and what comes out of a variable is marked, because a "*" in a tag's value is an
 * ordinary character and must never become a wildcard.
 */

enum {
	UNIT_END = -1,
	UNIT_STAR = -2,
	UNIT_ONE = -3,
	UNIT_BROKEN_BYTE = 0x110000, /* bytes that are no UTF-8 stay apart from all characters */
	UNIT_SURROGATES = 0x10000,   /* from here on a character is two UTF-16 units */
};

/* A place in the value. IAM counts UTF-16 units: "?" may stand for half of a character. */
struct value_cursor {
	struct text rest;
	bool is_half;
};

struct pattern_cursor {
	struct text rest;
	struct text replacement; /* of the variable being read; empty between variables */
};

static int32_t decode_utf8(struct text text, size_t *out_length)
{
	const unsigned char *bytes = (const unsigned char *)text.bytes;
	size_t length = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	int32_t character;

	*out_length = 1;
	if (length == 1)
		return bytes[0];
	if (length > text.length || !text_is_utf8((struct text){ text.bytes, length }))
		return UNIT_BROKEN_BYTE | bytes[0];
	character = bytes[0] & (0xff >> (length + 1));
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	*out_length = length;
	return character;
}

static int32_t take_character(struct text *inout_rest)
{
	size_t length;
	int32_t character;

	if (inout_rest->length == 0)
		return UNIT_END;
	character = decode_utf8(*inout_rest, &length);
	*inout_rest = text_skip(*inout_rest, length);
	return character;
}

/* Simple lower case for what a document may hold (up to U+00FF) and its few partners beyond. */
static int32_t lower_case(int32_t character)
{
	if ((character >= 'A' && character <= 'Z') ||
	    (character >= 0xc0 && character <= 0xde && character != 0xd7))
		return character + 0x20;
	switch (character) {
	case 0x178: /* Y with diaeresis */
		return 0xff;
	case 0x1e9e: /* capital sharp s */
		return 0xdf;
	case 0x212a: /* Kelvin sign */
		return 'k';
	case 0x212b: /* Angstrom sign */
		return 0xe5;
	default:
		return character;
	}
}

static bool find_byte(struct text text, char byte, size_t *out_at)
{
	const char *found = text.length ? memchr(text.bytes, byte, text.length) : NULL;

	if (!found)
		return false;
	*out_at = (size_t)(found - text.bytes);
	return true;
}

/* "key" or "key, 'default'" between the braces. */
static void split_variable(struct text inside, struct text *out_key, bool *out_has_default,
			   struct text *out_default)
{
	struct text separator = TEXT(", '");

	*out_key = inside;
	*out_has_default = false;
	if (inside.length == 0 || inside.bytes[inside.length - 1] != '\'')
		return;
	for (size_t at = 0; at + separator.length < inside.length; at++) {
		if (!text_starts_with(text_skip(inside, at), separator))
			continue;
		*out_key = (struct text){ inside.bytes, at };
		*out_default = text_skip(inside, at + separator.length);
		out_default->length--; /* the closing quote */
		*out_has_default = true;
		return;
	}
}

/* The text a variable stands for. */
static enum policy_resolution replace_variable(const struct policy_context *context,
					       struct text inside, struct text *out_replacement)
{
	const struct policy_key *key;
	struct text name, fallback;
	bool has_default;

	/* ${*}, ${?} and ${$} are those characters themselves. */
	if (inside.length == 1 && text_has_byte(TEXT("*?$"), inside.bytes[0])) {
		*out_replacement = inside;
		return POLICY_RESOLVED;
	}
	split_variable(inside, &name, &has_default, &fallback);
	key = policy_context_find(context, name);
	if (key && key->is_many)
		return POLICY_UNRESOLVED_MANY;
	if (key && !key->is_unparsable) {
		*out_replacement = key->values[0];
		return POLICY_RESOLVED;
	}
	if (!key && policy_context_is_undetermined(context, name))
		return POLICY_UNDETERMINED;
	if (!key && has_default) {
		*out_replacement = fallback;
		return POLICY_RESOLVED;
	}
	return POLICY_UNRESOLVED;
}

/* Is there a whole variable at the start of rest? out_inside is what stands between the braces. */
static bool variable_at(struct text rest, struct text *out_inside)
{
	size_t end;

	if (!text_starts_with(rest, TEXT("${")) || !find_byte(rest, '}', &end))
		return false;
	*out_inside = (struct text){ rest.bytes + 2, end - 2 };
	return true;
}

static int32_t fold(const struct policy_pattern *pattern, int32_t character)
{
	return pattern->ignores_case ? lower_case(character) : character;
}

/* The next character or wildcard. Variables were found resolvable before. */
static int32_t take_unit(const struct policy_pattern *pattern, struct pattern_cursor *cursor)
{
	struct text inside;

	for (;;) {
		if (cursor->replacement.length > 0)
			return fold(pattern, take_character(&cursor->replacement));
		if (!pattern->context || !variable_at(cursor->rest, &inside))
			break;
		cursor->rest = text_skip(cursor->rest, inside.length + 3);
		if (replace_variable(pattern->context, inside, &cursor->replacement) !=
		    POLICY_RESOLVED)
			cursor->replacement = TEXT("");
	}
	if (pattern->has_wildcards && cursor->rest.length > 0) {
		char byte = cursor->rest.bytes[0];

		if (byte == '*' || byte == '?') {
			cursor->rest = text_skip(cursor->rest, 1);
			return byte == '*' ? UNIT_STAR : UNIT_ONE;
		}
	}
	return fold(pattern, take_character(&cursor->rest));
}

enum policy_resolution policy_pattern_resolution(const struct policy_pattern *pattern)
{
	struct text rest = pattern->text, inside, ignored;
	size_t at;

	if (!pattern->context)
		return POLICY_RESOLVED;
	while (find_byte(rest, '$', &at)) {
		rest = text_skip(rest, at);
		if (variable_at(rest, &inside)) {
			enum policy_resolution resolution =
				replace_variable(pattern->context, inside, &ignored);

			if (resolution != POLICY_RESOLVED)
				return resolution;
			rest = text_skip(rest, inside.length + 3);
			continue;
		}
		rest = text_skip(rest, 1);
	}
	return POLICY_RESOLVED;
}

/* One UTF-16 unit further. */
static void skip_unit(struct value_cursor *cursor)
{
	size_t length;

	if (!cursor->is_half && decode_utf8(cursor->rest, &length) >= UNIT_SURROGATES &&
	    length == 4) {
		cursor->is_half = true;
		return;
	}
	(void)take_character(&cursor->rest);
	cursor->is_half = false;
}

/* Does the value go on with what the unit asks for? Moves the cursor when it does. */
static bool accept_unit(const struct policy_pattern *pattern, int32_t unit,
			struct value_cursor *cursor)
{
	struct text rest = cursor->rest;

	if (rest.length == 0)
		return false;
	if (unit == UNIT_ONE) {
		skip_unit(cursor);
		return true;
	}
	if (cursor->is_half || fold(pattern, take_character(&rest)) != unit)
		return false;
	cursor->rest = rest;
	return true;
}

bool policy_pattern_matches(const struct policy_pattern *pattern, struct text value)
{
	struct pattern_cursor next = { .rest = pattern->text }, behind_star = next;
	struct value_cursor at = { .rest = value }, resume = at;
	bool has_star = false;

	if (policy_pattern_resolution(pattern) != POLICY_RESOLVED)
		return false;
	for (;;) {
		int32_t unit = take_unit(pattern, &next);

		if (unit == UNIT_STAR) {
			has_star = true;
			behind_star = next;
			resume = at;
		} else if (unit == UNIT_END && at.rest.length == 0) {
			return true;
		} else if (unit == UNIT_END || !accept_unit(pattern, unit, &at)) {
			/* Only the last star can still help: let it swallow one more. */
			if (!has_star || resume.rest.length == 0)
				return false;
			skip_unit(&resume);
			at = resume;
			next = behind_star;
		}
	}
}

static bool encode_utf8(int32_t character, char **inout_next, const char *end)
{
	unsigned char bytes[4];
	size_t length = 0;

	if (character >= UNIT_BROKEN_BYTE || character < 0x80) {
		bytes[length++] = (unsigned char)(character & 0xff);
	} else if (character < 0x800) {
		bytes[length++] = (unsigned char)(0xc0 | character >> 6);
		bytes[length++] = (unsigned char)(0x80 | (character & 0x3f));
	} else if (character < UNIT_SURROGATES) {
		bytes[length++] = (unsigned char)(0xe0 | character >> 12);
		bytes[length++] = (unsigned char)(0x80 | (character >> 6 & 0x3f));
		bytes[length++] = (unsigned char)(0x80 | (character & 0x3f));
	} else {
		bytes[length++] = (unsigned char)(0xf0 | character >> 18);
		bytes[length++] = (unsigned char)(0x80 | (character >> 12 & 0x3f));
		bytes[length++] = (unsigned char)(0x80 | (character >> 6 & 0x3f));
		bytes[length++] = (unsigned char)(0x80 | (character & 0x3f));
	}
	if (length > (size_t)(end - *inout_next))
		return false;
	memcpy(*inout_next, bytes, length);
	*inout_next += length;
	return true;
}

bool policy_expand(const struct policy_document *document, struct text value,
		   const struct policy_context *context, char *buffer, size_t size,
		   struct text *out_text)
{
	struct policy_pattern pattern = { .text = value, .context = context };
	struct text rest = value, inside;

	while (rest.length > 0 && !variable_at(rest, &inside))
		rest = text_skip(rest, 1);
	if (!document->is_2012 || rest.length == 0 ||
	    policy_pattern_resolution(&pattern) != POLICY_RESOLVED)
		return false;
	return policy_pattern_expand(&pattern, buffer, size, out_text);
}

bool policy_pattern_expand(const struct policy_pattern *pattern, char *buffer, size_t size,
			   struct text *out_text)
{
	struct policy_pattern plain = *pattern;
	struct pattern_cursor cursor = { .rest = pattern->text };
	char *next = buffer;

	plain.has_wildcards = false;
	for (;;) {
		int32_t unit = take_unit(&plain, &cursor);

		if (unit == UNIT_END)
			break;
		if (!encode_utf8(unit, &next, buffer + size))
			return false;
	}
	*out_text = (struct text){ buffer, (size_t)(next - buffer) };
	return true;
}
