#include "json/json.h"

/* What may stand next. */
enum expected {
	EXPECT_VALUE,
	EXPECT_FIRST_ELEMENT, /* a value or ']' */
	EXPECT_FIRST_KEY,     /* a key or '}' */
	EXPECT_KEY,
	EXPECT_MORE, /* ',' or the closing bracket; at the top, the end */
};

struct checker {
	const char *next, *end;
	enum expected expected;
	unsigned depth;
	char open[JSON_DEPTH_MAX]; /* the brackets that are open */
};

/* Each check below moves on and returns NULL, or stays at the fault and returns the reason. */
typedef const char *reason;

static bool is_at(const struct checker *checker, char byte)
{
	return checker->next < checker->end && *checker->next == byte;
}

static bool take(struct checker *checker, char byte)
{
	if (!is_at(checker, byte))
		return false;
	checker->next++;
	return true;
}

static void skip_blanks(struct checker *checker)
{
	while (is_at(checker, ' ') || is_at(checker, '\n') || is_at(checker, '\t') ||
	       is_at(checker, '\r'))
		checker->next++;
}

/* Four hexadecimal digits; -1 when they are not. */
static int take_hex(struct checker *checker)
{
	int value = 0;

	if (checker->end - checker->next < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char digit = checker->next[i];

		if (digit >= '0' && digit <= '9')
			value = value * 16 + (digit - '0');
		else if (digit >= 'a' && digit <= 'f')
			value = value * 16 + (digit - 'a' + 10);
		else if (digit >= 'A' && digit <= 'F')
			value = value * 16 + (digit - 'A' + 10);
		else
			return -1;
	}
	checker->next += 4;
	return value;
}

/* What follows a backslash and 'u'. */
static reason check_unicode_escape(struct checker *checker)
{
	int unit = take_hex(checker), second;

	if (unit < 0)
		return "'\\u' without four hexadecimal digits";
	if (unit == 0)
		return "a NUL character in a string";
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return "half of a surrogate pair";
	if (unit < 0xd800 || unit > 0xdbff)
		return NULL;
	if (!take(checker, '\\') || !take(checker, 'u'))
		return "half of a surrogate pair";
	second = take_hex(checker);
	return second >= 0xdc00 && second <= 0xdfff ? NULL : "half of a surrogate pair";
}

static reason check_escape(struct checker *checker)
{
	checker->next++;
	if (take(checker, 'u'))
		return check_unicode_escape(checker);
	if (checker->next == checker->end || *checker->next == '\0' ||
	    !strchr("\"\\/bfnrt", *checker->next))
		return "an unknown escape in a string";
	checker->next++;
	return NULL;
}

/* A run of bytes above ASCII holds whole characters, or it is not UTF-8. */
static reason check_beyond_ascii(struct checker *checker)
{
	const char *start = checker->next;

	while (checker->next < checker->end && (unsigned char)*checker->next >= 0x80)
		checker->next++;
	if (text_is_utf8((struct text){ start, (size_t)(checker->next - start) }))
		return NULL;
	checker->next = start;
	return "not UTF-8";
}

static reason check_string(struct checker *checker)
{
	static const bool is_plain[256] = {
		[' ' ... '!'] = true,
		['#' ... '['] = true,
		[']' ... 0x7f] = true,
	};
	reason fault = NULL;

	checker->next++;
	while (!fault) {
		while (checker->next < checker->end && is_plain[(unsigned char)*checker->next])
			checker->next++;
		if (checker->next == checker->end)
			return "a string without an end";
		if (take(checker, '"'))
			return NULL;
		if (*checker->next == '\\')
			fault = check_escape(checker);
		else if ((unsigned char)*checker->next < ' ')
			fault = "a control character in a string";
		else
			fault = check_beyond_ascii(checker);
	}
	return fault;
}

static bool take_digits(struct checker *checker)
{
	const char *start = checker->next;

	while (checker->next < checker->end && *checker->next >= '0' && *checker->next <= '9')
		checker->next++;
	return checker->next > start;
}

static reason check_number(struct checker *checker)
{
	const char *start = checker->next;

	(void)take(checker, '-'); /* may be there or not */
	if (!take(checker, '0') && !take_digits(checker))
		return "a sign without a number";
	if (take(checker, '.') && !take_digits(checker))
		return "a number without digits behind the point";
	if (take(checker, 'e') || take(checker, 'E')) {
		if (!take(checker, '+'))
			(void)take(checker, '-');
		if (!take_digits(checker))
			return "a number without digits in its exponent";
	}
	return checker->next - start > JSON_NUMBER_BYTES_MAX ? "a number too long" : NULL;
}

static reason check_word(struct checker *checker)
{
	static const struct text words[] = {
		{ "true", 4 },
		{ "false", 5 },
		{ "null", 4 },
	};
	struct text rest = { checker->next, (size_t)(checker->end - checker->next) };

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		if (!text_starts_with(rest, words[i]))
			continue;
		checker->next += words[i].length;
		return NULL;
	}
	return rest.length == 0 ? "the document ends too early" : "no JSON value";
}

static reason open_bracket(struct checker *checker, char bracket)
{
	if (checker->depth == JSON_DEPTH_MAX)
		return "nested too deeply";
	checker->next++;
	checker->open[checker->depth++] = bracket;
	checker->expected = bracket == '{' ? EXPECT_FIRST_KEY : EXPECT_FIRST_ELEMENT;
	return NULL;
}

static reason check_value(struct checker *checker)
{
	char first = checker->next < checker->end ? *checker->next : '\0';

	if (first == '{' || first == '[')
		return open_bracket(checker, first);
	checker->expected = EXPECT_MORE;
	if (first == '"')
		return check_string(checker);
	if (first == '-' || (first >= '0' && first <= '9'))
		return check_number(checker);
	return check_word(checker);
}

static reason check_key(struct checker *checker)
{
	reason fault = is_at(checker, '"') ? check_string(checker) : "expected a key in quotes";

	if (fault)
		return fault;
	skip_blanks(checker);
	checker->expected = EXPECT_VALUE;
	return take(checker, ':') ? NULL : "expected ':' behind a key";
}

static bool take_closing(struct checker *checker)
{
	if (!take(checker, checker->open[checker->depth - 1] == '{' ? '}' : ']'))
		return false;
	checker->depth--;
	checker->expected = EXPECT_MORE;
	return true;
}

static reason check_more(struct checker *checker)
{
	bool is_object;

	if (checker->depth == 0)
		return "something behind the end of the document";
	if (take_closing(checker))
		return NULL;
	is_object = checker->open[checker->depth - 1] == '{';
	checker->expected = is_object ? EXPECT_KEY : EXPECT_VALUE;
	if (take(checker, ','))
		return NULL;
	if (checker->next == checker->end)
		return "the document ends too early";
	return is_object ? "expected ',' or '}'" : "expected ',' or ']'";
}

static reason check_next(struct checker *checker)
{
	switch (checker->expected) {
	case EXPECT_FIRST_ELEMENT:
		if (take_closing(checker))
			return NULL;
		return check_value(checker);
	case EXPECT_VALUE:
		return check_value(checker);
	case EXPECT_FIRST_KEY:
		if (take_closing(checker))
			return NULL;
		return check_key(checker);
	case EXPECT_KEY:
		return check_key(checker);
	case EXPECT_MORE:
		break;
	}
	return check_more(checker);
}

static void locate(struct text document, const char *at, struct complaint *out_complaint)
{
	const char *line_start = document.bytes;

	out_complaint->line = 1;
	for (const char *byte = document.bytes; byte < at; byte++)
		if (*byte == '\n') {
			out_complaint->line++;
			line_start = byte + 1;
		}
	out_complaint->column = (unsigned)(at - line_start) + 1;
}

static reason check_all(struct checker *checker)
{
	reason fault = NULL;

	for (;;) {
		skip_blanks(checker);
		if (checker->expected == EXPECT_MORE && checker->depth == 0 &&
		    checker->next == checker->end)
			return NULL;
		fault = check_next(checker);
		if (fault)
			return fault;
	}
}

enum status json_check(struct text document, size_t bytes_max, struct complaint *out_complaint)
{
	struct checker checker = { .next = document.bytes,
				   .end = document.bytes + document.length };
	reason fault;

	if (out_complaint)
		out_complaint->line = out_complaint->column = 0;
	if (document.length > bytes_max)
		return complain(out_complaint, STATUS_BAD_INPUT, "larger than %zu bytes",
				bytes_max);
	if (document.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "empty");
	if (text_starts_with(document, TEXT("\xef\xbb\xbf")))
		return complain(out_complaint, STATUS_BAD_INPUT, "begins with a byte order mark");
	fault = check_all(&checker);
	if (!fault)
		return STATUS_OK;
	if (out_complaint)
		locate(document, checker.next, out_complaint);
	return complain(out_complaint, STATUS_BAD_INPUT, "not valid JSON: %s", fault);
}
