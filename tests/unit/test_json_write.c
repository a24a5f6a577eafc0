/*
 * tests/unit/test_json_write.c: what is written can be read, and says the same.
 */
#include "check.h"
#include "json/json_write.h"

#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

enum { LIMIT = 1 << 16 };

static const struct string_case {
	struct text text;
	const char *written;
} string_cases[] = {
	{ BYTES(""), "\"\"" },
	{ BYTES("plain text/"), "\"plain text/\"" },
	{ BYTES("\"\\"), "\"\\\"\\\\\"" },
	{ BYTES("\n\r\t"), "\"\\n\\r\\t\"" },
	{ BYTES("\x01\x1f\x7f"), "\"\\u0001\\u001f\\u007f\"" },
	{ BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\"\\u0080\\u009b\\u009f\"" },
	{ BYTES("\xc2\xa0\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
	  "\"\xc2\xa0\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
	{ BYTES("a\0b"), "\"a\xef\xbf\xbd"
			 "b\"" },
	{ BYTES("a\xff\xfe"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ BYTES("\xc3"), "\"\xef\xbf\xbd\"" },
	{ BYTES("\xe2\x82\""), "\"\xef\xbf\xbd\xef\xbf\xbd\\\"\"" },
	{ BYTES("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
};

static void test_strings(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(string_cases); i++) {
		const struct string_case *row = &string_cases[i];
		struct json_writer writer;
		AUTO_BUFFER out;

		buffer_init(&out, LIMIT);
		json_write_begin(&writer, &out, false);
		json_write_text(&writer, NULL, row->text);
		CHECK(json_write_end(&writer) == STATUS_OK &&
			      text_is(buffer_text(&out), row->written),
		      "string %zu is written as %s", i, out.bytes);
		CHECK(json_check(buffer_text(&out), LIMIT, NULL) == STATUS_OK, "and is valid JSON");
	}
}

static void write_example(struct json_writer *writer)
{
	json_write_object(writer, NULL);
	json_write_text(writer, "na\"me", TEXT("alice"));
	json_write_array(writer, "numbers");
	json_write_int(writer, NULL, INT64_MIN);
	json_write_int(writer, NULL, 0);
	json_write_int(writer, NULL, INT64_MAX);
	json_write_close(writer, ']');
	json_write_array(writer, "empty");
	json_write_close(writer, ']');
	json_write_object(writer, "object");
	json_write_bool(writer, "yes", true);
	json_write_bool(writer, "no", false);
	json_write_null(writer, "none");
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

static const char compact[] =
	"{\"na\\\"me\":\"alice\",\"numbers\":[-9223372036854775808,0,9223372036854775807],"
	"\"empty\":[],\"object\":{\"yes\":true,\"no\":false,\"none\":null}}";

static const char indented[] = "{\n"
			       "  \"na\\\"me\": \"alice\",\n"
			       "  \"numbers\": [\n"
			       "    -9223372036854775808,\n"
			       "    0,\n"
			       "    9223372036854775807\n"
			       "  ],\n"
			       "  \"empty\": [],\n"
			       "  \"object\": {\n"
			       "    \"yes\": true,\n"
			       "    \"no\": false,\n"
			       "    \"none\": null\n"
			       "  }\n"
			       "}";

static void test_forms(void)
{
	struct json_writer writer;
	AUTO_BUFFER out;

	buffer_init(&out, LIMIT);
	json_write_begin(&writer, &out, false);
	write_example(&writer);
	CHECK(json_write_end(&writer) == STATUS_OK && text_is(buffer_text(&out), compact),
	      "compact: %s", out.bytes);
	out.length = 0;
	json_write_begin(&writer, &out, true);
	write_example(&writer);
	CHECK(json_write_end(&writer) == STATUS_OK && text_is(buffer_text(&out), indented),
	      "for people");
}

static void test_misuse(void)
{
	struct json_writer writer;
	AUTO_BUFFER out;

	buffer_init(&out, LIMIT);
	json_write_begin(&writer, &out, false);
	json_write_object(&writer, NULL);
	CHECK(json_write_end(&writer) == STATUS_BAD_INPUT, "an object left open");
	json_write_begin(&writer, &out, false);
	json_write_close(&writer, '}');
	CHECK(json_write_end(&writer) == STATUS_BAD_INPUT, "more closed than opened");
	json_write_begin(&writer, &out, true);
	for (unsigned i = 0; i <= JSON_DEPTH_MAX; i++)
		json_write_array(&writer, NULL);
	CHECK(json_write_end(&writer) == STATUS_BAD_INPUT, "deeper than can be read");
}

/* Each maximum short of the whole fails, and the failure sticks. */
static void test_full(void)
{
	bool is_refused = true;

	for (size_t maximum = 0; maximum < sizeof(compact) - 1; maximum++) {
		struct json_writer writer;
		AUTO_BUFFER out;

		buffer_init(&out, maximum);
		json_write_begin(&writer, &out, false);
		write_example(&writer);
		is_refused = is_refused && json_write_end(&writer) == STATUS_BAD_INPUT;
	}
	CHECK(is_refused, "no maximum below the length is enough");
}

static const struct print_case {
	const char *document, *printed;
} print_cases[] = {
	{ " { \"a\" : [ 1 , 2.50 , true , null , { } ] } ", "{\"a\":[1,2.5,true,null,{}]}" },
	{ "\"caf\\u00e9 \\ud83d\\ude00 \\/\"", "\"caf\xc3\xa9 \xf0\x9f\x98\x80 /\"" },
	{ "[0,-0.1,0.1,100,3600,1e2]", "[0,-0.1,0.1,100,3600,100]" },
	{ "[123456789012,9007199254740992]", "[123456789012,9007199254740992]" },
	{ "[1e300,5e-324,0.30000000000000004]",
	  "[1e+300,4.94065645841247e-324,0.30000000000000004]" },
	{ "{\"\\u007f\\n\":\"\\u0001\"}", "{\"\\u007f\\n\":\"\\u0001\"}" },
	{ "[]", "[]" },
	{ "\"x\"", "\"x\"" },
};

static void test_print(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(print_cases); i++) {
		AUTO_JSON *json = NULL, *again = NULL;
		AUTO_BUFFER out;

		buffer_init(&out, LIMIT);
		CHECK_REQUIRE(json_parse(text_of(print_cases[i].document), LIMIT, &json, NULL) ==
				      STATUS_OK,
			      print_cases[i].document);
		CHECK(json_print(json, &out) == STATUS_OK &&
			      text_is(buffer_text(&out), print_cases[i].printed),
		      "%s is printed as %s", print_cases[i].document, out.bytes);
		CHECK(json_parse(buffer_text(&out), LIMIT, &again, NULL) == STATUS_OK,
		      "and can be read");
	}
}

static void test_print_full(void)
{
	AUTO_JSON *json = NULL;
	AUTO_BUFFER out;

	CHECK_REQUIRE(json_parse(TEXT("[1,2,3]"), LIMIT, &json, NULL) == STATUS_OK, "parse");
	buffer_init(&out, 8);
	CHECK(buffer_append(&out, TEXT("ab")) == STATUS_OK, "two bytes");
	CHECK(json_print(json, &out) == STATUS_BAD_INPUT && text_is(buffer_text(&out), "ab") &&
		      out.bytes[2] == '\0',
	      "what does not fit leaves the buffer as it was");
	out.length = 1;
	CHECK(json_print(json, &out) == STATUS_OK && text_is(buffer_text(&out), "a[1,2,3]"),
	      "what fits is appended");
}

static void test_value_inside(void)
{
	struct json_writer writer;
	AUTO_JSON *json = NULL;
	AUTO_BUFFER out;

	buffer_init(&out, LIMIT);
	CHECK(json_parse(TEXT("[0.5,1e-7]"), LIMIT, &json, NULL) == STATUS_OK, "fractions");
	json_write_begin(&writer, &out, true);
	json_write_array(&writer, NULL);
	json_write_value(&writer, NULL, json_first(json));
	json_write_close(&writer, ']');
	CHECK(json_write_end(&writer) == STATUS_OK && text_is(buffer_text(&out), "[\n  0.5\n]"),
	      "a value in its place");
}

int main(void)
{
	test_strings();
	test_forms();
	test_misuse();
	test_full();
	test_print();
	test_print_full();
	test_value_inside();
	return check_done();
}
