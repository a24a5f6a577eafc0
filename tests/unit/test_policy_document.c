/* What is read, what IAM would refuse, and where. */
#include "base/arena.h"
#include "base/buffer.h"
#include "check.h"
#include "policy/policy.h"

#define START "{\"Version\":\"2012-10-17\",\"Statement\":"
#define GOOD "\"Effect\":\"Allow\",\"Action\":\"host:Login\",\"Resource\":\"*\""

/* Not read at all: the place of the complaint. */
static const struct {
	const char *text, *place;
} unreadable[] = {
	{ "", "" },
	{ "[]", "" },
	{ "\"text\"", "" },
	{ "{\"Version\":\"2012-10-17\",\"Statement\":[]", "" },
	{ "{\"Version\":\"2012-10-18\",\"Statement\":[]}", "Version" },
	{ "{\"Version\":2012,\"Statement\":[]}", "Version" },
	{ "{\"version\":\"2012-10-17\",\"Statement\":[]}", "" },
	{ "{\"Version\":\"2012-10-17\",\"Version\":\"2012-10-17\"}", "" },
	{ "{\"Id\":{}}", "Id" },
	{ "{\"Statement\":\"text\"}", "Statement" },
	{ "{\"Statement\":[\"text\"]}", "Statement" },
	{ "{\"Statement\":[{" GOOD ",\"Extra\":1}]}", "Statement" },
	{ "{\"Statement\":[{" GOOD ",\"effect\":\"Allow\"}]}", "Statement" },
	{ "{\"Statement\":[{\"Action\":\"*\",\"Resource\":\"*\"}]}", "Statement[0].Effect" },
	{ "{\"Statement\":{\"Effect\":\"allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
	  "Statement.Effect" },
	{ "{\"Statement\":[{" GOOD "},{\"Effect\":[\"Allow\"]}]}", "Statement[1].Effect" },
	{ "{\"Statement\":[{" GOOD ",\"Sid\":1}]}", "Statement[0].Sid" },
	{ "{\"Statement\":[{" GOOD ",\"NotAction\":\"*\"}]}", "Statement[0].NotAction" },
	{ "{\"Statement\":[{" GOOD ",\"NotResource\":\"*\"}]}", "Statement[0].NotResource" },
	{ "{\"Statement\":[{" GOOD ",\"Action\":\"*\"}]}", "Statement[0].Action" },
	{ "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":1}]}", "Statement[0].Action" },
	{ "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[1]}]}", "Statement[0].Action" },
	{ "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":{}}]}", "Statement[0].Action" },
	{ "{\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":[1]}]}", "Statement[0].Resource" },
	{ "{\"Statement\":[{" GOOD ",\"Principal\":\"alice\"}]}", "Statement[0].Principal" },
	{ "{\"Statement\":[{" GOOD ",\"Principal\":[\"*\"]}]}", "Statement[0].Principal" },
	{ "{\"Statement\":[{" GOOD ",\"Principal\":{\"aws\":\"*\"}}]}", "Statement[0].Principal" },
	{ "{\"Statement\":[{" GOOD ",\"Principal\":{\"AWS\":\"1\",\"AWS\":\"2\"}}]}",
	  "Statement[0].Principal" },
	{ "{\"Statement\":[{" GOOD ",\"Principal\":\"*\",\"NotPrincipal\":\"*\"}]}",
	  "Statement[0].NotPrincipal" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":[]}]}", "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"StringEquals\":[]}}]}",
	  "Statement[0].Condition" },
	{ "{\"Id\":\"x\",\"Id\":\"x\"}", "" },
	{ "{\"Statement\":[],\"Statement\":[{" GOOD "}]}", "" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"Bool\":{\"a:b\":\"c\",\"a:b\":\"d\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD
	  ",\"Condition\":{\"Bool\":{\"a:b\":\"c\",\"a\\u003ab\":\"d\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD
	  ",\"Condition\":{\"Bool\":{\"a:b\":\"c\"},\"Null\":{},\"Bool\":{\"d:e\":\"f\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"Null\":{},\"Null\":{}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"StringIs\":{\"a:b\":\"c\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"StringEquals\":{\"\":\"c\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD
	  ",\"Condition\":{\"StringEqualsIfExistsIfExists\":{\"a:b\":\"c\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"IfExists\":{\"a:b\":\"c\"}}}]}",
	  "Statement[0].Condition" },
	{ "{\"Statement\":[{" GOOD ",\"Condition\":{\"StringEquals\":{\"a:b\":[[\"c\"]]}}}]}",
	  "Statement[0].Condition" },
};

static void test_unreadable(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(unreadable); i++) {
		AUTO_ARENA arena;
		struct policy_document document;
		struct complaint complaint = { .place = "" };
		enum status status;

		arena_init(&arena, 1 << 20);
		status = policy_parse(text_of(unreadable[i].text), &arena, &document, &complaint);
		CHECK(status == STATUS_BAD_INPUT, "unreadable: %s", unreadable[i].text);
		CHECK(strcmp(complaint.place, unreadable[i].place) == 0, "place \"%s\" is \"%s\"",
		      complaint.place, unreadable[i].place);
		CHECK(complaint.reason[0] != '\0', "a reason: %s", complaint.reason);
	}
}

static struct text sid_at(const struct policy_document *document, size_t index)
{
	return document->statements[index].sid;
}

static struct text action_at(const struct policy_document *document, size_t index)
{
	return document->statements[0].actions.items[index];
}

static struct text key_at(const struct policy_document *document, size_t index)
{
	return document->statements[0].conditions[index].key;
}

static struct text principal_at(const struct policy_document *document, size_t index)
{
	return document->statements[0].principals[index].value;
}

/* As many as there may be, each with its number; one more is refused. */
static const struct {
	const char *start, *before, *after, *end;
	size_t most;
	const char *place;
	struct text (*text_at)(const struct policy_document *document, size_t index);
} counts[] = {
	{ START "[", "{\"Sid\":\"", "\",\"Effect\":\"Deny\"}", "]}", POLICY_STATEMENTS_MAX,
	  "Statement", sid_at },
	{ START "[{\"Effect\":\"Deny\",\"Action\":[", "\"", "\"", "]}]}", POLICY_LIST_MAX,
	  "Statement[0].Action", action_at },
	{ START "[{\"Effect\":\"Deny\",\"Principal\":{\"AWS\":[", "\"", "\"", "]}}]}",
	  POLICY_LIST_MAX, "Statement[0].Principal", principal_at },
	{ START "[{\"Effect\":\"Deny\",\"Condition\":{\"Bool\":{", "\"", "\":[]", "}}}]}", 1000,
	  "Statement[0].Condition", key_at },
};

static void write_many(size_t row, size_t count, struct buffer *json)
{
	json->length = 0;
	CHECK_REQUIRE(buffer_append(json, text_of(counts[row].start)) == STATUS_OK, "append");
	for (size_t i = 0; i < count; i++)
		CHECK_REQUIRE(buffer_append_format(json, "%s%s%zu%s", i > 0 ? "," : "",
						   counts[row].before, i,
						   counts[row].after) == STATUS_OK,
			      "append");
	CHECK_REQUIRE(buffer_append(json, text_of(counts[row].end)) == STATUS_OK, "append");
}

static size_t count_misplaced(size_t row, const struct policy_document *document)
{
	size_t misplaced = 0;
	char number[24];

	for (size_t i = 0; i < counts[row].most; i++) {
		(void)snprintf(number, sizeof(number), "%zu", i);
		misplaced += !text_is(counts[row].text_at(document, i), number);
	}
	return misplaced;
}

static void test_counts(void)
{
	AUTO_BUFFER json;

	buffer_init(&json, POLICY_BYTES_MAX);
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
		AUTO_ARENA arena;
		struct policy_document document;
		struct complaint complaint = { .place = "" };

		arena_init(&arena, 8 << 20);
		write_many(i, counts[i].most, &json);
		CHECK(policy_parse(buffer_text(&json), &arena, &document, &complaint) ==
				      STATUS_OK &&
			      count_misplaced(i, &document) == 0,
		      "%s: %zu of them, in their order", counts[i].place, counts[i].most);
		write_many(i, counts[i].most + 1, &json);
		CHECK(policy_parse(buffer_text(&json), &arena, &document, &complaint) ==
				      STATUS_BAD_INPUT &&
			      strcmp(complaint.place, counts[i].place) == 0,
		      "%s: one more is refused (%s)", counts[i].place, complaint.reason);
	}
}

enum { NEW = 1, STORED = 0 };

/* Read, and then judged: place is NULL when the document is accepted. */
static const struct {
	const char *text;
	enum policy_kind kind;
	int is_new;
	const char *place;
} judged[] = {
	{ START "[{" GOOD "}]}", POLICY_IDENTITY, NEW, NULL },
	{ START "{" GOOD "}}", POLICY_IDENTITY, NEW, NULL },
	{ START "{" GOOD "},\"Id\":\"x\"}", POLICY_IDENTITY, NEW, NULL },
	{ START "[]}", POLICY_IDENTITY, NEW, "Statement" },
	{ "{\"Version\":\"2012-10-17\"}", POLICY_IDENTITY, NEW, "Statement" },
	{ "{\"Statement\":[{" GOOD "}]}", POLICY_IDENTITY, NEW, "Version" },
	{ "{\"Statement\":[{" GOOD "}]}", POLICY_IDENTITY, STORED, NULL },
	{ "{\"Version\":\"2008-10-17\",\"Statement\":[{" GOOD "}]}", POLICY_IDENTITY, NEW,
	  "Version" },
	{ "{\"Version\":\"2008-10-17\",\"Statement\":[{" GOOD "}]}", POLICY_IDENTITY, STORED,
	  NULL },
	{ START "[{\"Sid\":\"a b\"," GOOD "},{\"Sid\":\"b\"," GOOD "}]}", POLICY_IDENTITY, NEW,
	  NULL },
	{ START "[{\"Sid\":\"a\"," GOOD "},{\"Sid\":\"a\"," GOOD "}]}", POLICY_IDENTITY, NEW,
	  "Statement[1].Sid" },
	{ START "[{\"Sid\":\"\"," GOOD "},{\"Sid\":\"\"," GOOD "}]}", POLICY_IDENTITY, NEW, NULL },
	{ START "[{\"Effect\":\"Allow\",\"Resource\":\"*\"}]}", POLICY_IDENTITY, NEW,
	  "Statement[0].Action" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\"}]}", POLICY_IDENTITY, NEW,
	  "Statement[0].Action" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"login\",\"Resource\":\"*\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Action" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b:c\",\"Resource\":\"*\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Action" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a b:c\",\"Resource\":\"*\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Action" },
	{ START "[{\"Effect\":\"Allow\",\"NotAction\":\"a*:c\",\"Resource\":\"*\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].NotAction" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"*:c\",\"Resource\":\"*\"}]}", POLICY_IDENTITY,
	  NEW, NULL },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\"}]}", POLICY_IDENTITY, NEW,
	  "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":[]}]}", POLICY_IDENTITY,
	  NEW, "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"web1\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:mars:host:::x\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:h*:::x\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:host::x\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START
	  "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:iam:eu:1:role/x\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START
	  "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:iam::1:tree/x\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START
	  "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"NotResource\":\"arn:aws:host:::${}\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].NotResource" },
	{ START
	  "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:host:::${a:b\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START
	  "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:host:${x}::h\"}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Resource" },
	{ START
	  "[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"arn:aws:host:::${a:b}\"}]}",
	  POLICY_IDENTITY, NEW, NULL },
	{ START "[{" GOOD ",\"Principal\":\"*\"}]}", POLICY_IDENTITY, NEW,
	  "Statement[0].Principal" },
	{ START "[{" GOOD ",\"Principal\":\"*\"}]}", POLICY_RESOURCE, NEW, NULL },
	{ START "[{" GOOD "}]}", POLICY_RESOURCE, NEW, "Statement[0].Principal" },
	{ START "[{" GOOD ",\"Principal\":{}}]}", POLICY_RESOURCE, NEW, "Statement[0].Principal" },
	{ START "[{" GOOD ",\"Principal\":{\"AWS\":\"arn:aws:iam::1:user/*\"}}]}", POLICY_RESOURCE,
	  NEW, "Statement[0].Principal" },
	{ START "[{" GOOD ",\"NotPrincipal\":{\"AWS\":\"1\"}}]}", POLICY_RESOURCE, NEW,
	  "Statement[0].NotPrincipal" },
	{ START
	  "[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"NotPrincipal\":{\"AWS\":"
	  "\"1\"}}]}",
	  POLICY_RESOURCE, NEW, NULL },
	{ START "[{" GOOD ",\"Principal\":\"*\"}]}", POLICY_TRUST, NEW, "Statement[0].Resource" },
	{ START "[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":\"*\"}]}",
	  POLICY_TRUST, NEW, NULL },
	{ START
	  "[{\"Effect\":\"Deny\",\"Action\":\"sts:AssumeRole\",\"NotPrincipal\":{\"AWS\":\"1\"}}]}",
	  POLICY_TRUST, NEW, "Statement[0].NotPrincipal" },
	{ START "[{" GOOD ",\"Condition\":{\"NumericEquals\":{\"a:b\":\"x\"}}}]}", POLICY_IDENTITY,
	  NEW, "Statement[0].Condition" },
	{ START "[{" GOOD ",\"Condition\":{\"DateEquals\":{\"a:b\":\"soon\"}}}]}", POLICY_IDENTITY,
	  NEW, "Statement[0].Condition" },
	{ START "[{" GOOD ",\"Condition\":{\"DateEquals\":{\"a:b\":\"01T\"}}}]}", POLICY_IDENTITY,
	  NEW, NULL },
	{ START "[{" GOOD ",\"Condition\":{\"DateEquals\":{\"a:b\":\"2026-13-01\"}}}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Condition" },
	{ START "[{" GOOD ",\"Condition\":{\"IpAddress\":{\"a:b\":\"1.2.3.4/40\"}}}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Condition" },
	{ START "[{" GOOD ",\"Condition\":{\"IpAddress\":{\"a:b\":\"2001:db8::1/32\"}}}]}",
	  POLICY_IDENTITY, NEW, "Statement[0].Condition" },
	{ START "[{" GOOD ",\"Condition\":{\"Bool\":{\"a:b\":\"perhaps\"}}}]}", POLICY_IDENTITY,
	  NEW, NULL },
	{ START "[{" GOOD ",\"Condition\":{\"StringLike\":{\"a:b\":\"${\"}}}]}", POLICY_IDENTITY,
	  NEW, "Statement[0].Condition" },
	{ START "[{" GOOD ",\"Condition\":{\"StringLike\":{}}}]}", POLICY_IDENTITY, NEW, NULL },
	{ START "[{" GOOD ",\"Condition\":{}}]}", POLICY_IDENTITY, NEW, NULL },
};

static void test_judged(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(judged); i++) {
		AUTO_ARENA arena;
		struct policy_document document;
		struct complaint complaint = { .place = "" };
		enum status status;

		arena_init(&arena, 1 << 20);
		status = policy_parse(text_of(judged[i].text), &arena, &document, &complaint);
		CHECK(status == STATUS_OK, "read: %s (%s)", judged[i].text, complaint.reason);
		if (status != STATUS_OK)
			continue;
		status = policy_validate(&document, judged[i].kind, judged[i].is_new == NEW, NULL,
					 &complaint);
		CHECK(status == (judged[i].place ? STATUS_BAD_INPUT : STATUS_OK), "%s: %s (%s)",
		      judged[i].place ? "refused" : "accepted", judged[i].text, complaint.reason);
		CHECK(strcmp(complaint.place, judged[i].place ? judged[i].place : "") == 0,
		      "place \"%s\"", complaint.place);
	}
}

struct findings {
	unsigned errors, warnings;
};

static void count_finding(void *context, const struct policy_finding *finding)
{
	struct findings *findings = context;

	*(finding->is_error ? &findings->errors : &findings->warnings) += 1;
}

static void test_all_findings_are_told(void)
{
	AUTO_ARENA arena;
	struct policy_document document;
	struct findings findings = { 0, 0 };
	struct policy_report report = { count_finding, &findings };
	static const char text[] = START
		"[{\"Effect\":\"Allow\",\"Action\":\"x\",\"Resource\":\"y\"},{\"Effect\":\"Allow\","
		"\"Action\":\"*:z\",\"Resource\":\"arn:aws:host\",\"Condition\":{\"ForAllValues:"
		"StringEquals\":{\"nokey\":\"v\"},\"StringLike\":{}}}]}";

	arena_init(&arena, 1 << 20);
	CHECK_REQUIRE(policy_parse(text_of(text), &arena, &document, NULL) == STATUS_OK, "parse");
	CHECK(policy_validate(&document, POLICY_IDENTITY, true, &report, NULL) == STATUS_BAD_INPUT,
	      "a document with errors is refused");
	CHECK(findings.errors == 2, "two errors, got %u", findings.errors);
	CHECK(findings.warnings == 5, "five warnings, got %u", findings.warnings);
}

static const struct {
	const char *place;
	unsigned line, column;
} places[] = {
	{ "", 1, 1 },
	{ "Version", 2, 14 },
	{ "Statement", 3, 15 },
	{ "Statement[0]", 3, 16 },
	{ "Statement[1]", 5, 3 },
	{ "Statement[1].Action", 6, 14 },
	{ "Statement[1].Condition", 5, 3 },
	{ "Statement[7]", 3, 15 },
};

static void test_locate(void)
{
	static const char text[] =
		"{\n \"Version\" : \"2012-10-17\",\n \"Statement\": [{ \"Effect\": "
		"\"Allow\"\n },\n  {\n   \"Action\": \"x\"}]}";

	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		unsigned line, column;

		policy_locate(text_of(text), places[i].place, &line, &column);
		CHECK(line == places[i].line && column == places[i].column,
		      "%s is at %u:%u, got %u:%u", places[i].place, places[i].line,
		      places[i].column, line, column);
	}
}

static const struct {
	const char *place;
	unsigned line, column;
} single_places[] = {
	{ "Statement", 2, 15 },           { "Statement[0]", 2, 15 },
	{ "Statement[0].Effect", 3, 13 }, { "Statement.Effect", 3, 13 },
	{ "Statement[1].Effect", 2, 15 },
};

static void test_locate_single(void)
{
	static const char text[] = "{\n \"Statement\": {\n  \"Effect\": \"Allow\"\n }\n}";

	for (size_t i = 0; i < ARRAY_LENGTH(single_places); i++) {
		unsigned line, column;

		policy_locate(text_of(text), single_places[i].place, &line, &column);
		CHECK(line == single_places[i].line && column == single_places[i].column,
		      "a single statement: %s is at %u:%u, got %u:%u", single_places[i].place,
		      single_places[i].line, single_places[i].column, line, column);
	}
}

static const struct {
	const char *value;
	const char *expanded; /* NULL: nothing to expand, or no value */
	bool is_2008;
} expansions[] = {
	{ "${aws:username}", "alice", false },
	{ "home/${AWS:UserName}/*", "home/alice/*", false },
	{ "${k:none, 'nobody'}", "nobody", false },
	{ "${*}${?}${$}", "*?$", false },
	{ "plain", NULL, false },
	{ "$", NULL, false },
	{ "", NULL, false },
	{ "${k:none}", NULL, false },
	{ "${aws:username", NULL, false },
	{ "${k:many}", NULL, false },
	{ "${aws:username}", NULL, true },
	{ "${aws:username}${aws:username}${aws:username}", NULL,
	  false }, /* longer than the buffer */
};

static void test_expand(void)
{
	static const struct text values[] = { TEXT("alice"), TEXT("b") };
	static const struct policy_key keys[] = {
		{ .name = TEXT("aws:username"), .values = values, .count = 1 },
		{ .name = TEXT("k:many"), .values = values, .count = 2, .is_many = true },
	};
	static const struct policy_context context = { .keys = keys, .count = 2 };

	for (size_t i = 0; i < ARRAY_LENGTH(expansions); i++) {
		struct policy_document document = { .is_2012 = !expansions[i].is_2008 };
		struct text expanded;
		char buffer[13];
		bool is_expanded = policy_expand(&document, text_of(expansions[i].value), &context,
						 buffer, sizeof(buffer), &expanded);

		CHECK(expansions[i].expanded
			      ? is_expanded && text_is(expanded, expansions[i].expanded)
			      : !is_expanded,
		      "%s stands for %s", expansions[i].value,
		      expansions[i].expanded ? expansions[i].expanded : "nothing");
	}
}

static void test_limits(void)
{
	AUTO_ARENA small;
	struct policy_document document;
	static char large[POLICY_BYTES_MAX + 64];

	memset(large, ' ', sizeof(large) - 1);
	memcpy(large, START "[{" GOOD "}]}", sizeof(START "[{" GOOD "}]}") - 1);
	arena_init(&small, 1 << 20);
	CHECK(policy_parse((struct text){ large, POLICY_BYTES_MAX }, &small, &document, NULL) ==
		      STATUS_OK,
	      "a document of the largest size");
	CHECK(policy_parse((struct text){ large, POLICY_BYTES_MAX + 1 }, &small, &document, NULL) ==
		      STATUS_BAD_INPUT,
	      "a document one byte larger");
	arena_release(&small);
	arena_init(&small, 64);
	CHECK(policy_parse(text_of(START "[{" GOOD "}]}"), &small, &document, NULL) ==
		      STATUS_NO_MEMORY,
	      "an arena that is too small");
}

int main(void)
{
	test_unreadable();
	test_counts();
	test_judged();
	test_all_findings_are_told();
	test_locate();
	test_locate_single();
	test_expand();
	test_limits();
	return check_done();
}
