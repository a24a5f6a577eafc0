/*
 * tests/unit/test_json.c: what is JSON, what is refused and where, and what is written.
 */
#include "check.h"
#include "json/json_write.h"

#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

enum { LIMIT = 1 << 16 };

/* reason NULL: accepted. line 0: not said. */
static const struct grammar_case {
	struct text document;
	const char *reason;
	unsigned line;
} grammar_cases[] = {
	{ BYTES("{}"), NULL, 0 },
	{ BYTES(" \t\r\n[ ] \n"), NULL, 0 },
	{ BYTES("null"), NULL, 0 },
	{ BYTES("true"), NULL, 0 },
	{ BYTES("\"\""), NULL, 0 },
	{ BYTES("-0.5e-3"), NULL, 0 },
	{ BYTES("{\"a\":[1,2.0,{\"b\":null}],\"c\":false}"), NULL, 0 },
	{ BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\uD83D\\uDE00\""), NULL, 0 },
	{ BYTES("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\""), NULL, 0 },
	{ BYTES(""), "empty", 0 },
	{ BYTES(" \n"), "the document ends too early", 2 },
	{ BYTES("\xef\xbb\xbf{}"), "byte order mark", 0 },
	{ BYTES("{} {}"), "behind the end", 1 },
	{ BYTES("{}\0"), "behind the end", 1 },
	{ BYTES("[\n1,\n2\n"), "the document ends too early", 4 },
	{ BYTES("{\"a\":1"), "the document ends too early", 1 },
	{ BYTES("{\"a\""), "expected ':'", 1 },
	{ BYTES("{\"a\":"), "the document ends too early", 1 },
	{ BYTES("[1\n2]"), "expected ',' or ']'", 2 },
	{ BYTES("{\"a\":1\n\"b\":2}"), "expected ',' or '}'", 2 },
	{ BYTES("{\"a\":1]"), "expected ',' or '}'", 1 },
	{ BYTES("[1}"), "expected ',' or ']'", 1 },
	{ BYTES("]"), "no JSON value", 1 },
	{ BYTES("[1,]"), "no JSON value", 1 },
	{ BYTES("[,1]"), "no JSON value", 1 },
	{ BYTES("{\"a\":1,}"), "expected a key", 1 },
	{ BYTES("{a:1}"), "expected a key", 1 },
	{ BYTES("{1:1}"), "expected a key", 1 },
	{ BYTES("{'a':1}"), "expected a key", 1 },
	{ BYTES("{\"a\" 1}"), "expected ':'", 1 },
	{ BYTES("[1] // x"), "behind the end", 1 },
	{ BYTES("/* x */ 1"), "no JSON value", 1 },
	{ BYTES("True"), "no JSON value", 1 },
	{ BYTES("nul"), "no JSON value", 1 },
	{ BYTES("nulls"), "behind the end", 1 },
	{ BYTES("NaN"), "no JSON value", 1 },
	{ BYTES("Infinity"), "no JSON value", 1 },
	{ BYTES("01"), "behind the end", 1 },
	{ BYTES("-"), "a sign without a number", 1 },
	{ BYTES("+1"), "no JSON value", 1 },
	{ BYTES(".5"), "no JSON value", 1 },
	{ BYTES("1."), "behind the point", 1 },
	{ BYTES("1.e3"), "behind the point", 1 },
	{ BYTES("1e"), "in its exponent", 1 },
	{ BYTES("1e+-1"), "in its exponent", 1 },
	{ BYTES("0x10"), "behind the end", 1 },
	{ BYTES("100000000000000000000000000000000000000000000000000000000000"), NULL, 0 },
	{ BYTES("1000000000000000000000000000000000000000000000000000000000000"), "too long", 1 },
	{ BYTES("\"abc"), "without an end", 1 },
	{ BYTES("\"abc\\"), "unknown escape", 1 },
	{ BYTES("\"\\x41\""), "unknown escape", 1 },
	{ BYTES("\"\\\0\""), "unknown escape", 1 },
	{ BYTES("\"\\u12\""), "four hexadecimal digits", 1 },
	{ BYTES("\"\\u12g4\""), "four hexadecimal digits", 1 },
	{ BYTES("\"\\u0000\""), "a NUL character", 1 },
	{ BYTES("{\"a\\u0000\":1}"), "a NUL character", 1 },
	{ BYTES("\"a\0b\""), "a control character", 1 },
	{ BYTES("\"a\nb\""), "a control character", 1 },
	{ BYTES("\"a\tb\""), "a control character", 1 },
	{ BYTES("\"\\ud800\""), "surrogate", 1 },
	{ BYTES("\"\\ud800x\""), "surrogate", 1 },
	{ BYTES("\"\\ud800\\u0041\""), "surrogate", 1 },
	{ BYTES("\"\\ud800\\ud800\""), "surrogate", 1 },
	{ BYTES("\"\\udc00\""), "surrogate", 1 },
	{ BYTES("\"\\ud800\\n\""), "surrogate", 1 },
	{ BYTES("\n\n\"\xff\""), "not UTF-8", 3 },
	{ BYTES("\"\xc3\""), "not UTF-8", 1 },
	{ BYTES("\"\xc0\x80\""), "not UTF-8", 1 },
	{ BYTES("\"\xed\xa0\x80\""), "not UTF-8", 1 },
	{ BYTES("\xc2\xa0[]"), "no JSON value", 1 },
	{ BYTES("[]\v"), "behind the end", 1 },
};

static void test_grammar(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(grammar_cases); i++) {
		const struct grammar_case *row = &grammar_cases[i];
		struct complaint complaint = { .line = 99 };
		AUTO_JSON *json = NULL;
		enum status expected = row->reason ? STATUS_BAD_INPUT : STATUS_OK;

		CHECK(json_check(row->document, LIMIT, &complaint) == expected, "check row %zu", i);
		if (row->reason)
			CHECK(strstr(complaint.reason, row->reason) && complaint.line == row->line,
			      "row %zu: line %u, %s", i, complaint.line, complaint.reason);
		CHECK(json_parse(row->document, LIMIT, &json, NULL) == expected &&
			      (json != NULL) == (expected == STATUS_OK),
		      "parse row %zu", i);
	}
}

static void test_columns(void)
{
	static const struct {
		const char *document;
		unsigned line, column;
	} rows[] = {
		{ "]", 1, 1 },   { "{\"a\":1]", 1, 7 }, { "[\n1,\n  x]", 3, 3 },
		{ "[\n", 2, 1 }, { "", 0, 0 }, /* a place says nothing */
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct complaint complaint = { .line = 99, .column = 99 };

		CHECK(json_check(text_of(rows[i].document), LIMIT, &complaint) ==
				      STATUS_BAD_INPUT &&
			      complaint.line == rows[i].line && complaint.column == rows[i].column,
		      "'%s' is wrong at %u:%u", rows[i].document, complaint.line, complaint.column);
	}
}

static struct text nested(unsigned depth, char *buffer)
{
	memset(buffer, '[', depth);
	memset(buffer + depth, ']', depth);
	return (struct text){ buffer, 2 * (size_t)depth };
}

static void test_limits(void)
{
	char buffer[4 * JSON_DEPTH_MAX];
	struct complaint complaint;

	CHECK(json_check(nested(JSON_DEPTH_MAX, buffer), LIMIT, NULL) == STATUS_OK, "depth 32");
	CHECK(json_check(nested(JSON_DEPTH_MAX + 1, buffer), LIMIT, &complaint) ==
			      STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "too deeply"),
	      "depth 33");
	CHECK(json_check(TEXT("[1]"), 3, NULL) == STATUS_OK, "as many bytes as are allowed");
	CHECK(json_check(TEXT("[1]"), 2, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "larger than 2 bytes"),
	      "one more");
}

static const struct tree_case {
	const char *document, *place, *reason; /* place NULL: accepted */
} tree_cases[] = {
	{ "{\"a\":1,\"A\":2}", NULL, NULL },
	{ "{\"a\":{\"x\":1},\"b\":{\"x\":1}}", NULL, NULL },
	{ "[1e308,-1e308,1e-999]", NULL, NULL },
	{ "{\"a\":1,\"a\":1}", "", "key \"a\" is given twice" },
	{ "{\"a\":1,\"\\u0061\":1}", "", "key \"a\" is given twice" },
	{ "{\"\":1,\"\":1}", "", "key \"\" is given twice" },
	{ "[0,{\"a\":[{\"x\":1,\"y\":2,\"x\":3}]}]", "[1].a[0]", "key \"x\" is given twice" },
	{ "{\"a\":{\"b\\n\":{\"c\":1,\"c\":1}}}", "a.b\\x0a", "key \"c\" is given twice" },
	{ "{\"a\":[1,1e309]}", "a[1]", "a number out of range" },
};

static void test_trees(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(tree_cases); i++) {
		const struct tree_case *row = &tree_cases[i];
		struct complaint complaint = { .place = "old", .line = 9 };
		AUTO_JSON *json = NULL;
		enum status status = json_parse(text_of(row->document), LIMIT, &json, &complaint);

		CHECK(status == (row->place ? STATUS_BAD_INPUT : STATUS_OK), "%s", row->document);
		if (row->place)
			CHECK(!json && strcmp(complaint.place, row->place) == 0 &&
				      complaint.line == 0 &&
				      strcmp(complaint.reason, row->reason) == 0,
			      "'%s': %s", complaint.place, complaint.reason);
	}
}

/* {"k0":0,...}, and maybe one more key that is there already. */
static void write_members(struct buffer *out, unsigned count, const char *extra)
{
	struct json_writer writer;
	char name[16];

	json_write_begin(&writer, out, false);
	json_write_object(&writer, NULL);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "k%u", i);
		json_write_int(&writer, name, i);
	}
	if (extra)
		json_write_null(&writer, extra);
	json_write_close(&writer, '}');
	CHECK_REQUIRE(json_write_end(&writer) == STATUS_OK, "json_write");
}

static void test_many_members(void)
{
	static const struct members_case {
		unsigned count;
		const char *extra, *reason;
	} cases[] = {
		{ JSON_MEMBERS_MAX, NULL, NULL },
		{ JSON_MEMBERS_MAX + 1, NULL, "an object of more than 4096 members" },
		{ 1000, "k0", "key \"k0\" is given twice" },
		{ 1000, "k999", "key \"k999\" is given twice" },
		{ 1000, "k1000", NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct complaint complaint = { .line = 0 };
		AUTO_JSON *json = NULL;
		AUTO_BUFFER text;

		buffer_init(&text, LIMIT);
		write_members(&text, cases[i].count, cases[i].extra);
		CHECK(json_parse(buffer_text(&text), LIMIT, &json, &complaint) ==
			      (cases[i].reason ? STATUS_BAD_INPUT : STATUS_OK),
		      "%u members", cases[i].count);
		CHECK(!cases[i].reason || strcmp(complaint.reason, cases[i].reason) == 0, "%s",
		      complaint.reason);
	}
}

static const struct pieces_case {
	const char *document, *pieces;
} pieces_cases[] = {
	{ "[]", "" },
	{ "{ }", "" },
	{ " [1, \"a,]\\\"}\" ,{\"b\":[2,3]} , null]", "<1><\"a,]\\\"}\"><{\"b\":[2,3]}><null>" },
	{ "{\"a\" : 1 , \"b\\\"}\":[\"]\"],\n\"\":{}}", "a=<1>b\\\"}=<[\"]\"]>=<{}>" },
	{ "[[[]],[[],[]]]", "<[[]]><[[],[]]>" },
	{ "[true,false,-1.5e3]", "<true><false><-1.5e3>" },
};

static void test_pieces(void)
{
	struct json_pieces pieces;
	struct text name, value;

	for (size_t i = 0; i < ARRAY_LENGTH(pieces_cases); i++) {
		const struct pieces_case *row = &pieces_cases[i];
		char shown[200] = "";
		size_t used = 0;

		CHECK_REQUIRE(json_check(text_of(row->document), LIMIT, NULL) == STATUS_OK,
			      row->document);
		CHECK(json_pieces_init(&pieces, text_of(row->document)) == STATUS_OK, "row %zu", i);
		while (json_pieces_next(&pieces, &name, &value))
			used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%.*s%s<%.*s>",
						 TEXT_ARGUMENTS(name),
						 pieces.kind == JSON_OBJECT ? "=" : "",
						 TEXT_ARGUMENTS(value));
		CHECK(strcmp(shown, row->pieces) == 0, "pieces %s", shown);
		CHECK(!json_pieces_next(&pieces, &name, &value), "the end stays the end");
	}
	CHECK(json_pieces_init(&pieces, TEXT("1")) == STATUS_BAD_INPUT, "a number has no pieces");
	CHECK(json_pieces_init(&pieces, TEXT("\"[]\"")) == STATUS_BAD_INPUT, "nor has a string");
	CHECK(json_pieces_init(&pieces, TEXT(" ")) == STATUS_BAD_INPUT, "nor has nothing");
}

static void test_piece_place(void)
{
	struct json_place list = { .name = "UserDetailList" }, place = { &list, NULL, 3 };
	struct complaint complaint;
	AUTO_JSON *json = NULL;

	CHECK(json_parse_piece(TEXT("{\"Tags\":[{\"Key\":1,\"Key\":2}]}"), &place, &json,
			       &complaint) == STATUS_BAD_INPUT &&
		      strcmp(complaint.place, "UserDetailList[3].Tags[0]") == 0,
	      "a piece's place goes before what is in it: %s", complaint.place);
	CHECK(json_parse_piece(TEXT("{\"Tags\":[]}"), &place, &json, NULL) == STATUS_OK && json,
	      "a piece without a fault");
}

static const char example[] = "{\"text\":\"caf\\u00e9\",\"number\":42,\"half\":0.5,\"minus\":-1,"
			      "\"huge\":9007199254740993,\"yes\":true,\"no\":false,\"none\":null,"
			      "\"list\":[1,2],\"object\":{\"in\":1}}";

static void test_reading(void)
{
	AUTO_JSON *json = NULL;
	const struct json *list;

	CHECK_REQUIRE(json_parse(text_of(example), LIMIT, &json, NULL) == STATUS_OK, "example");
	CHECK(json_kind(json) == JSON_OBJECT && json_count(json) == 10, "an object of ten");
	CHECK(text_is(json_text(json_member(json, "text")), "caf\xc3\xa9"), "text is decoded");
	CHECK(!json_member(json, "none"), "null is absent");
	CHECK(!json_member(json, "Text"), "names compare with their case");
	CHECK(!json_member(json_member(json, "list"), "text"), "an array has no members");
	CHECK(!json_member(NULL, "text"), "nor has nothing");
	CHECK(json_is_true(json_member(json, "yes")), "true");
	CHECK(!json_is_true(json_member(json, "no")), "false");
	CHECK(!json_is_true(json_member(json, "number")), "a number is not true");
	CHECK(json_double(json_member(json, "half")) == 0.5, "a half");
	CHECK(json_double(json_member(json, "text")) == 0, "text is no number");
	CHECK(json_text(json_member(json, "number")).length == 0, "a number is no text");
	list = json_member(json, "list");
	CHECK(json_kind(list) == JSON_ARRAY && json_count(list) == 2, "a list of two");
	CHECK(json_double(json_first(list)) == 1 && json_double(json_next(json_first(list))) == 2,
	      "in order");
	CHECK(!json_next(json_next(json_first(list))), "and no more");
	CHECK(strcmp(json_name(json_first(json)), "text") == 0, "a member knows its name");
	CHECK(strcmp(json_name(json_first(list)), "") == 0, "an element has none");
	CHECK(!json_first(NULL) && json_count(NULL) == 0, "nothing has no children");
}

/* Asks for a member as a type and says what came of it. */
enum wanted { WANT_TEXT, WANT_UINT, WANT_BOOL, WANT_ARRAY };

static const struct want_case {
	enum wanted wanted;
	const char *name;
	bool required;
	uint64_t maximum;
	const char *reason; /* NULL: accepted */
} want_cases[] = {
	{ WANT_TEXT, "text", true, 5, NULL },
	{ WANT_TEXT, "text", true, 4, "longer than 4 bytes" },
	{ WANT_TEXT, "number", false, 9, "must be a string, not a number" },
	{ WANT_TEXT, "list", false, 9, "must be a string, not an array" },
	{ WANT_TEXT, "absent", false, 9, NULL },
	{ WANT_TEXT, "none", false, 9, NULL },
	{ WANT_TEXT, "absent", true, 9, "is missing" },
	{ WANT_TEXT, "none", true, 9, "is missing" },
	{ WANT_UINT, "number", true, 42, NULL },
	{ WANT_UINT, "number", true, 41, "must be a whole number from 0 to 41" },
	{ WANT_UINT, "half", true, 41, "must be a whole number from 0 to 41" },
	{ WANT_UINT, "minus", true, 41, "must be a whole number from 0 to 41" },
	{ WANT_UINT, "huge", true, UINT64_MAX, NULL }, /* 2^53, as far as a double tells */
	{ WANT_UINT, "text", false, 41, "must be a number, not a string" },
	{ WANT_UINT, "absent", true, 41, "is missing" },
	{ WANT_BOOL, "yes", true, 0, NULL },
	{ WANT_BOOL, "number", false, 0, "must be true or false, not a number" },
	{ WANT_BOOL, "absent", true, 0, "is missing" },
	{ WANT_ARRAY, "list", true, 0, NULL },
	{ WANT_ARRAY, "object", false, 0, "must be an array, not an object" },
	{ WANT_ARRAY, "absent", false, 0, NULL },
	{ WANT_ARRAY, "absent", true, 0, "is missing" },
};

static enum status want_it(const struct json *json, const struct want_case *row,
			   struct json_want want, struct complaint *complaint)
{
	struct text text = TEXT("before");
	uint64_t number = 7;
	bool flag = false;
	const struct json *list = json;
	bool absent = json_member(json, row->name) == NULL;
	enum status status = STATUS_BAD_INPUT;

	switch (row->wanted) {
	case WANT_TEXT:
		status = json_want_text(json, want, row->maximum, &text, complaint);
		CHECK(text_is(text, "before") == (absent || row->reason), "text of %s", row->name);
		break;
	case WANT_UINT:
		status = json_want_uint(json, want, row->maximum, &number, complaint);
		CHECK((number == 7) == (absent || row->reason), "number of %s", row->name);
		break;
	case WANT_BOOL:
		status = json_want_bool(json, want, &flag, complaint);
		CHECK(flag == (!absent && !row->reason), "flag of %s", row->name);
		break;
	case WANT_ARRAY:
		status = json_want_kind(json, want, JSON_ARRAY, &list, complaint);
		CHECK(row->reason ? list == json : list == json_member(json, row->name),
		      "list of %s", row->name);
		break;
	}
	return status;
}

static const struct int_case {
	const char *document;
	int64_t minimum, maximum, expected;
	bool is_good;
} int_cases[] = {
	{ "-1000", -1000, 1000, -1000, true },
	{ "-1001", -1000, 1000, 0, false },
	{ "1000", -1000, 1000, 1000, true },
	{ "1001", -1000, 1000, 0, false },
	{ "0.5", -1000, 1000, 0, false },
	{ "-0", 0, 9, 0, true },
	{ "1e3", 0, 1000, 1000, true },
	{ "1e300", 0, INT64_C(1) << 53, 0, false },
	{ "\"7\"", 0, 9, 0, false },
	{ "9007199254740992", 0, INT64_C(1) << 53, INT64_C(1) << 53, true },
};

static void test_ints(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(int_cases); i++) {
		const struct int_case *row = &int_cases[i];
		struct complaint complaint = { .line = 5 };
		AUTO_JSON *json = NULL;
		int64_t value = 77;

		CHECK_REQUIRE(json_parse(text_of(row->document), LIMIT, &json, NULL) == STATUS_OK,
			      row->document);
		CHECK(json_value_int(json, NULL, row->minimum, row->maximum, &value, &complaint) ==
				      (row->is_good ? STATUS_OK : STATUS_BAD_INPUT) &&
			      value == (row->is_good ? row->expected : 77),
		      "%s as a number of %lld to %lld", row->document, (long long)row->minimum,
		      (long long)row->maximum);
	}
}

static void test_wants(void)
{
	struct json_place top = { .name = "Top" }, place = { &top, NULL, 2 };
	AUTO_JSON *json = NULL;

	CHECK_REQUIRE(json_parse(text_of(example), LIMIT, &json, NULL) == STATUS_OK, "example");
	for (size_t i = 0; i < ARRAY_LENGTH(want_cases); i++) {
		const struct want_case *row = &want_cases[i];
		struct complaint complaint = { .line = 5 };
		char where[64];

		CHECK(want_it(json, row, (struct json_want){ &place, row->name, row->required },
			      &complaint) == (row->reason ? STATUS_BAD_INPUT : STATUS_OK),
		      "want %s (row %zu)", row->name, i);
		if (!row->reason)
			continue;
		(void)snprintf(where, sizeof(where), "Top[2].%s", row->name);
		CHECK(strcmp(complaint.place, where) == 0 &&
			      strcmp(complaint.reason, row->reason) == 0 && complaint.line == 0,
		      "%s: %s", complaint.place, complaint.reason);
	}
}

static void test_places(void)
{
	struct json_place chain[60] = { { .name = "Top" } };
	struct complaint complaint;
	char small[8];

	for (size_t i = 1; i < ARRAY_LENGTH(chain); i++)
		chain[i] = (struct json_place){ &chain[i - 1], "Member", 0 };
	CHECK(json_refuse(&chain[59], &complaint, "%s", "deep") == STATUS_BAD_INPUT &&
		      strlen(complaint.place) < sizeof(complaint.place) &&
		      strncmp(complaint.place, "Top.Member.Member", 17) == 0,
	      "a place too long is cut");
	CHECK(json_refuse(&chain[1], NULL, "nobody listens") == STATUS_BAD_INPUT, "to nobody");
	CHECK(strcmp(json_place_text(&chain[1], small, sizeof(small)), "Top.Mem") == 0, "cut to %s",
	      small);
	CHECK(strcmp(json_place_text(NULL, small, sizeof(small)), "") == 0, "the top has no name");
}

int main(void)
{
	test_grammar();
	test_columns();
	test_limits();
	test_trees();
	test_many_members();
	test_pieces();
	test_piece_place();
	test_reading();
	test_wants();
	test_ints();
	test_places();
	return check_done();
}
