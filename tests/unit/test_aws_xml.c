/* Replies of the Query API as JSON: whole, in pieces, wrong, and those that must not be believed.
 */
#include "check.h"
#include "source/aws/aws_xml.h"

#define RESPONSE(name, inside)                                                         \
	"<" name "Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><" name \
	"Result>" inside "</" name                                                     \
	"Result><ResponseMetadata><RequestId>e1</RequestId></ResponseMetadata>"        \
	"</" name "Response>"

struct run {
	enum status fed, ended;
	struct aws_answer answer;
	struct complaint complaint;
	struct buffer json;
};

static struct run run(const char *reply, size_t step)
{
	struct run run = { .fed = STATUS_OK };
	AUTO_AWS_XML *xml = NULL;
	struct text rest = text_of(reply);

	buffer_init(&run.json, 2 * AWS_XML_LONG_MAX);
	CHECK_REQUIRE(aws_xml_new(&run.json, &xml) == STATUS_OK, "a parser");
	while (rest.length > 0 && run.fed == STATUS_OK) {
		struct text piece = { rest.bytes, step < rest.length ? step : rest.length };

		run.fed = aws_xml_feed(xml, piece);
		rest = text_skip(rest, piece.length);
	}
	run.ended = aws_xml_end(xml, &run.answer, &run.complaint);
	return run;
}

static const struct whole_case {
	const char *label, *reply, *json;
} whole_cases[] = {
	{ "an empty result", RESPONSE("X", ""), "{}" },
	{ "text, true, and a number",
	  RESPONSE("X", "<PasswordPolicy><HardExpiry>true</HardExpiry><MaxPasswordAge>90"
			"</MaxPasswordAge></PasswordPolicy><Marker>a/+==</Marker>"),
	  "{\"PasswordPolicy\":{\"HardExpiry\":true,\"MaxPasswordAge\":90},\"Marker\":\"a/+==\"}" },
	{ "lists of objects and of texts",
	  RESPONSE("X", "<UserDetailList><member><UserName>ada</UserName><GroupList>"
			"<member>admins</member><member>ops</member></GroupList><Tags/>"
			"</member><member><UserName>bob</UserName></member></UserDetailList>"),
	  "{\"UserDetailList\":[{\"UserName\":\"ada\",\"GroupList\":[\"admins\",\"ops\"],"
	  "\"Tags\":[]},{\"UserName\":\"bob\"}]}" },
	{ "what is not asked for, with all that is in it",
	  RESPONSE("X", "<RoleDetailList><member><RoleName>a</RoleName><InstanceProfileList>"
			"<member><Roles><member><RoleName>evil</RoleName></member></Roles>"
			"</member></InstanceProfileList><RoleId>AROA1</RoleId></member>"
			"</RoleDetailList>"),
	  "{\"RoleDetailList\":[{\"RoleName\":\"a\",\"RoleId\":\"AROA1\"}]}" },
	{ "seeds are left out unread",
	  RESPONSE("X", "<VirtualMFADevices><member><SerialNumber>s</SerialNumber>"
			"<Base32StringSeed>JBSWY3DP</Base32StringSeed><QRCodePNG>eHg=</QRCodePNG>"
			"</member></VirtualMFADevices>"),
	  "{\"VirtualMFADevices\":[{\"SerialNumber\":\"s\"}]}" },
	{ "white space between elements, and inside of text",
	  RESPONSE("X", "\n  <IsTruncated>\n false </IsTruncated>\n  <Path> /a b/ </Path>\n"),
	  "{\"IsTruncated\":false,\"Path\":\" /a b/ \"}" },
	{ "XML's own escapes, and a quote for JSON",
	  RESPONSE("X", "<Value>&lt;&amp;&#65;\"\\</Value>"), "{\"Value\":\"<&A\\\"\\\\\"}" },
	{ "policies stay percent-encoded", RESPONSE("X", "<Document>%7B%22a%22%3A1%7D</Document>"),
	  "{\"Document\":\"%7B%22a%22%3A1%7D\"}" },
	{ "a member outside of a list is nobody's", RESPONSE("X", "<member>a</member>"), "{}" },
	{ "an element with other letters is another", RESPONSE("X", "<username>a</username>"),
	  "{}" },
};

static void test_whole(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(whole_cases); i++) {
		const struct whole_case *row = &whole_cases[i];
		bool is_same = true;

		/* Cut anywhere, the reply is the same. */
		for (size_t step = 1; step < strlen(row->reply) + 1; step++) {
			struct run got = run(row->reply, step);

			is_same = is_same && got.ended == STATUS_OK &&
				  text_is(buffer_text(&got.json), row->json) &&
				  !got.answer.error_code[0] &&
				  strcmp(got.answer.request_id, "e1") == 0;
			buffer_release(&got.json);
		}
		CHECK(is_same, "%s", row->label);
	}
}

static const struct error_case {
	const char *label, *reply, *code, *words;
} error_cases[] = {
	{ "an error",
	  "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender"
	  "</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
	  "<RequestId>r1</RequestId></ErrorResponse>",
	  "Throttling", "Rate exceeded" },
	{ "an error inside of one more element",
	  "<ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
	  "</Errors><RequestId>r1</RequestId></ErrorResponse>",
	  "AccessDenied", "no" },
	{ "words that a terminal would obey",
	  "<ErrorResponse><Error><Code>A</Code><Message>x&#10;y</Message></Error>"
	  "<RequestId>r1</RequestId></ErrorResponse>",
	  "A", "x\\x0ay" },
};

static void test_errors(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(error_cases); i++) {
		const struct error_case *row = &error_cases[i];
		struct run got = run(row->reply, 7);

		CHECK(got.ended == STATUS_OK && got.json.length == 0 &&
			      strcmp(got.answer.error_code, row->code) == 0 &&
			      strcmp(got.answer.error_words, row->words) == 0 &&
			      strcmp(got.answer.request_id, "r1") == 0,
		      "%s", row->label);
		buffer_release(&got.json);
	}
}

static const struct refused_case {
	const char *label, *reply, *reason;
} refused_cases[] = {
	{ "nothing", "", "cut short" },
	{ "a page of a proxy", "<html><body>Welcome</body></html>", "not a reply" },
	{ "cut behind the last user",
	  "<XResponse><XResult><UserDetailList><member><UserName>ada</UserName></member>",
	  "cut short" },
	{ "bytes behind the end", RESPONSE("X", "") "<a/>", "cut short" },
	{ "a document type", "<!DOCTYPE a [<!ENTITY b \"c\">]>" RESPONSE("X", "&b;"),
	  "document type" },
	{ "an entity that nobody declared", RESPONSE("X", "<Value>&b;</Value>"),
	  "not well-formed" },
	{ "no result", "<XResponse><ResponseMetadata/></XResponse>", "without a result" },
	{ "two results", "<XResponse><XResult/><YResult/></XResponse>", "two results" },
	{ "an error without code", "<ErrorResponse><Error/></ErrorResponse>", "without a code" },
	{ "true or false that is neither", RESPONSE("X", "<IsTruncated>maybe</IsTruncated>"),
	  "true or false" },
	{ "true or false that is empty", RESPONSE("X", "<IsTruncated/>"), "true or false" },
	{ "a number that is none", RESPONSE("X", "<MaxPasswordAge>-1</MaxPasswordAge>"), "number" },
	{ "a byte that XML does not have", RESPONSE("X", "<Value>a\001b</Value>"),
	  "not well-formed" },
	{ "not UTF-8", RESPONSE("X", "<Value>\xff</Value>"), "not well-formed" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refused_cases); i++) {
		const struct refused_case *row = &refused_cases[i];
		struct run got = run(row->reply, 5);

		CHECK(got.ended == STATUS_BAD_INPUT && strstr(got.complaint.reason, row->reason),
		      "%s (%s)", row->label, got.complaint.reason);
		buffer_release(&got.json);
	}
}

/* count times open, then close: a text that is freed by the caller. */
static char *nested(size_t count, const char *open, const char *close)
{
	size_t size = count * (strlen(open) + strlen(close)) + 256;
	char *text = malloc(size), *next = text;

	CHECK_REQUIRE(text, "memory");
	next = stpcpy(next, "<XResponse><XResult>");
	for (size_t i = 0; i < count; i++)
		next = stpcpy(next, open);
	for (size_t i = 0; i < count; i++)
		next = stpcpy(next, close);
	stpcpy(next, "</XResult></XResponse>");
	return text;
}

static void test_limits(void)
{
	AUTO_FREE char *deep = nested(AWS_XML_DEPTH_MAX - 2, "<a>", "</a>");
	AUTO_FREE char *deeper = nested(AWS_XML_DEPTH_MAX - 1, "<a>", "</a>");
	AUTO_FREE char *users = nested(AWS_XML_DEPTH_MAX - 2, "<User>", "</User>");
	struct run got = run(deep, 4096);

	CHECK(got.ended == STATUS_OK, "as deep as may be");
	buffer_release(&got.json);
	got = run(deeper, 4096);
	CHECK(got.ended == STATUS_BAD_INPUT, "one deeper");
	buffer_release(&got.json);
	got = run(users, 4096);
	CHECK(got.ended == STATUS_OK, "objects as deep as may be");
	buffer_release(&got.json);
}

static const struct long_case {
	const char *name;
	size_t most;
} long_cases[] = {
	{ "Value", AWS_XML_TEXT_MAX },
	{ "Content", AWS_XML_LONG_MAX },
};

static void test_long_text(const struct long_case *row)
{
	for (size_t over = 0; over < 2; over++) {
		AUTO_FREE char *value = malloc(row->most + over + 1);
		AUTO_BUFFER reply = { 0 };
		struct run got;

		CHECK_REQUIRE(value, "memory");
		memset(value, 'a', row->most + over);
		value[row->most + over] = '\0';
		buffer_init(&reply, 2 * AWS_XML_LONG_MAX);
		CHECK_REQUIRE(buffer_append_format(&reply, RESPONSE("X", "<%s>%s</%s>"), row->name,
						   value, row->name) == STATUS_OK,
			      "memory");
		got = run(reply.bytes, 1 << 20);
		CHECK(got.ended == (over ? STATUS_BAD_INPUT : STATUS_OK),
		      "%s: text %zu over its limit", row->name, over);
		buffer_release(&got.json);
	}
}

int main(void)
{
	test_whole();
	test_errors();
	test_refusals();
	test_limits();
	for (size_t i = 0; i < ARRAY_LENGTH(long_cases); i++)
		test_long_text(&long_cases[i]);
	return check_done();
}
