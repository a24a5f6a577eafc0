/*
 * tests/module/test_iamctl_policy_evaluate.c: requests from standard input, an answer a line.
 */
#include <sysexits.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "json/json.h"

#define DOCUMENT(statement) \
	"{\"Version\":\"2012-10-17\",\"Statement\":{" statement ",\"Resource\":\"*\"}}"
#define ALLOW DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"host:Login\"")
#define DENY DOCUMENT("\"Effect\":\"Deny\",\"Action\":\"host:Login\"")
#define TAGGED                                                           \
	DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"*\",\"Condition\":{" \
		 "\"StringEquals\":{\"k:one\":\"${aws:username}\"}}")
#define MANY                                                             \
	DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"*\",\"Condition\":{" \
		 "\"ForAnyValue:StringEquals\":{\"k:many\":\"b\"}}")
#define NOT_TEN                                                          \
	DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"*\",\"Condition\":{" \
		 "\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}")
#define LOGIN "\"request\":{\"action\":\"host:Login\",\"resource\":\"arn:aws:host:::host/a\"}"
#define WITH(context) \
	"\"request\":{\"action\":\"host:Login\",\"resource\":\"*\",\"context\":{" context "}}"
#define TRUST(principal)                                                              \
	"\"trust\":{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"," \
	"\"Principal\":" principal ",\"Action\":\"sts:AssumeRole\"}]}"
#define ALICE "arn:aws:iam::111111111111:user/alice"
#define TAKES(principal)                          \
	"\"request\":{\"principal\":\"" principal \
	"\",\"resource\":\"arn:aws:iam::111111111111:role/r\"}"
#define MAY_TAKE DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"sts:*\"")
#define MATCH(principal, statement)                                        \
	"{\"kind\":\"principal-match\"," TRUST(statement) ",\"request\":{" \
							  "\"principal\":\"" principal "\"}}"

static const struct {
	const char *line, *answer; /* "Invalid: ...": what it begins with */
} lines[] = {
	{ "{\"policies\":[" ALLOW "]," LOGIN "}", "Allowed" },
	{ "{\"policies\":[]," LOGIN "}", "ImplicitlyDenied" },
	{ "{" LOGIN "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" ALLOW "," DENY "]," LOGIN "}", "ExplicitlyDenied" },
	{ "  {" LOGIN " , \"policies\" : [ " ALLOW " ] } ", "Allowed" },
	/* Whatever else is there says nothing. */
	{ "{\"source\":\"a\\u0000b\",\"policies\":[" ALLOW "]," LOGIN "}", "Invalid: not valid" },
	{ "{\"source\":{\"x\":[]},\"expect\":1,\"policies\":[" ALLOW "]," LOGIN "}", "Allowed" },
	{ "{\"boundary\":null,\"policies\":[" ALLOW "]," LOGIN "}", "Allowed" },
	/* As text: a document in a string. */
	{ "{\"policies\":[\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[]}\"]," LOGIN
	  "}",
	  "ImplicitlyDenied" },
	{ "{\"policies\":[\"nonsense\"]," LOGIN "}", "Invalid: policies[0]: not valid JSON" },
	/* Limits of what is allowed. */
	{ "{\"policies\":[" ALLOW "],\"boundary\":[]," LOGIN "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" ALLOW "],\"boundary\":[" ALLOW "]," LOGIN "}", "Allowed" },
	{ "{\"policies\":[" ALLOW "],\"boundary\":[" DENY "]," LOGIN "}", "ExplicitlyDenied" },
	{ "{\"policies\":[],\"boundary\":[" ALLOW "]," LOGIN "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" ALLOW "],\"session\":[]," LOGIN "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" ALLOW "],\"session\":[" ALLOW "]," LOGIN "}", "Allowed" },
	/* Context. */
	{ "{\"policies\":[" TAGGED "]," WITH("\"k:one\":\"x\",\"aws:username\":\"x\"") "}",
	  "Allowed" },
	{ "{\"policies\":[" TAGGED "]," WITH("\"K:One\":\"x\",\"AWS:UserName\":\"x\"") "}",
	  "Allowed" },
	{ "{\"policies\":[" TAGGED "]," WITH("\"k:one\":[\"x\"],\"aws:username\":\"x\"") "}",
	  "ImplicitlyDenied" },
	{ "{\"policies\":[" MANY "]," WITH("\"k:many\":[\"a\",\"b\"]") "}", "Allowed" },
	{ "{\"policies\":[" MANY "]," WITH("\"k:many\":[]") "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" NOT_TEN "]," WITH("") "}", "Allowed" },
	{ "{\"policies\":[" NOT_TEN "]," WITH("\"aws:SourceIp\":{}") "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" NOT_TEN "]," WITH("\"aws:SourceIp\":7") "}", "ImplicitlyDenied" },
	{ "{\"policies\":[" NOT_TEN "]," WITH("\"aws:SourceIp\":[\"1.2.3.4\",7]") "}",
	  "ImplicitlyDenied" },
	{ "{\"policies\":[" ALLOW "]," WITH("\"k\":\"1\",\"K\":\"2\"") "}",
	  "Invalid: request.context: has a key twice" },
	{ "{\"policies\":[" ALLOW "]," WITH("\"k\":\"1\",\"k\":\"2\"") "}", "Invalid: request" },
	/* Documents that cannot be read. */
	{ "{\"policies\":[" ALLOW ",{\"Statement\":1}]," LOGIN "}",
	  "Invalid: policies[1].Statement: must be an object or a list of objects" },
	{ "{\"policies\":[{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"allow\"}]}]"
	  "," LOGIN "}",
	  "Invalid: policies[0].Statement[0].Effect: must be Allow or Deny" },
	{ "{\"policies\":[],\"boundary\":[7]," LOGIN "}",
	  "Invalid: boundary[0]: a policy is a JSON object" },
	{ "{\"policies\":[],\"trust\":[]," LOGIN "}", "Invalid: trust: a policy is a JSON object" },
	{ "{\"policies\":{}," LOGIN "}", "Invalid: policies: must be a list of policies" },
	{ "{\"policies\":[" ALLOW "],\"policies\":[]," LOGIN "}", "Invalid: policies: is given" },
	/* Requests that are none. */
	{ "{\"policies\":[" ALLOW "]}", "Invalid: request: is missing" },
	{ "{\"request\":[]}", "Invalid: request: must be an object" },
	{ "{\"request\":{\"resource\":\"*\"}}", "Invalid: request.action: is missing" },
	{ "{\"request\":{\"action\":\"a:b\"}}", "Invalid: request.resource: is missing" },
	{ "{\"request\":{\"action\":7,\"resource\":\"*\"}}", "Invalid: request.action: must be" },
	{ "{\"request\":{\"action\":\"a:b\",\"resource\":\"*\",\"context\":[]}}",
	  "Invalid: request.context: must be" },
	{ "", "Invalid: empty" },
	{ "[]", "Invalid: must be a JSON object" },
	{ "{", "Invalid: not valid JSON" },
	{ "{} {}", "Invalid: not valid JSON: something behind the end" },
	{ "\033[2J\xff", "Invalid: not valid JSON" },
	/* Taking a role. */
	{ "{" TRUST("{\"AWS\":\"" ALICE "\"}") ",\"policies\":[]," TAKES(ALICE) "}", "Allowed" },
	{ "{" TRUST("{\"AWS\":\"111111111111\"}") ",\"policies\":[]," TAKES(ALICE) "}",
	  "ImplicitlyDenied" },
	{ "{" TRUST("{\"AWS\":\"111111111111\"}") ",\"policies\":[" MAY_TAKE "]," TAKES(ALICE) "}",
	  "Allowed" },
	{ "{" TRUST("{\"AWS\":\"222222222222\"}") ",\"policies\":[" MAY_TAKE "]," TAKES(ALICE) "}",
	  "ImplicitlyDenied" },
	{ "{" TRUST("{\"AWS\":\"arn:aws:iam::222222222222:user/b\"}") ",\"policies\":[]," TAKES(
		  "arn:aws:iam::222222222222:user/b") "}",
	  "ImplicitlyDenied" }, /* of another account: both sides */
	{ "{" TRUST("{\"Service\":\"cron.example\"}") "," TAKES("cron.example") "}", "Allowed" },
	{ "{\"policies\":[]," TRUST("{\"AWS\":\"" ALICE "\"}") "," LOGIN "}",
	  "Invalid: request.principal: is missing" },
	/* How a principal fits. */
	{ MATCH(ALICE, "{\"AWS\":\"" ALICE "\"}"), "Match" },
	{ MATCH(ALICE, "{\"AWS\":\"111111111111\"}"), "AccountLevelMatch" },
	{ MATCH("arn:aws:sts::111111111111:assumed-role/r/s",
		"{\"AWS\":\"arn:aws:iam::111111111111:role/p/r\"}"),
	  "SessionRoleMatch" },
	{ MATCH(ALICE, "{\"AWS\":\"222222222222\"}"), "NoMatch" },
	{ "{\"kind\":\"other\"," LOGIN "}", "Invalid: kind: must be \"principal-match\"" },
	{ "{\"kind\":\"principal-match\"," TAKES(ALICE) "}", "Invalid: trust: is missing" },
};

static void append(struct buffer *buffer, const char *text)
{
	CHECK_REQUIRE(buffer_append(buffer, text_of(text)) == STATUS_OK, "input");
}

static void join(struct buffer *out_input)
{
	buffer_init(out_input, 1 << 20);
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		append(out_input, lines[i].line);
		/* The last line has no end, and is one all the same. */
		if (i + 1 < ARRAY_LENGTH(lines))
			append(out_input, "\n");
	}
}

static bool is_answer(struct text given, const char *expected)
{
	return text_starts_with(text_of(expected), TEXT("Invalid: "))
		       ? text_starts_with(given, text_of(expected))
		       : text_is(given, expected);
}

static void test_lines(void)
{
	struct text rest, answer = TEXT("");
	AUTO_OUTCOME outcome;
	AUTO_BUFFER input;

	join(&input);
	iamctl_run(&(struct program){ .arguments = { "policy", "evaluate" }, .input = input.bytes },
		   &outcome);
	CHECK(outcome.code == EX_OK && outcome.errors.length == 0, "invalid lines are no failure");
	rest = buffer_text(&outcome.output);
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		CHECK(text_next_piece(&rest, '\n', &answer) && is_answer(answer, lines[i].answer),
		      "line %zu: %s: %.*s", i, lines[i].answer, TEXT_ARGUMENTS(answer));
	}
	CHECK(rest.length == 0, "one answer a line");
	CHECK(!buffer_has(&outcome.output, "\033"), "nothing that a terminal would obey");
}

static void test_json(void)
{
	const struct json *row;
	AUTO_OUTCOME outcome;
	AUTO_BUFFER input;
	AUTO_JSON *json = NULL;

	join(&input);
	iamctl_run(&(struct program){ .arguments = { "--json", "policy", "evaluate" },
				      .input = input.bytes },
		   &outcome);
	CHECK(outcome.code == EX_OK &&
		      json_parse(buffer_text(&outcome.output), 1 << 20, &json, NULL) == STATUS_OK &&
		      json_count(json) == ARRAY_LENGTH(lines),
	      "JSON: one array");
	row = json_first(json);
	for (size_t i = 0; row && i < ARRAY_LENGTH(lines); i++, row = json_next(row)) {
		struct text answer = json_text(json_member(row, "answer"));
		bool is_invalid = strncmp(lines[i].answer, "Invalid", 7) == 0;

		CHECK(text_is(answer, is_invalid ? "Invalid" : lines[i].answer) &&
			      (json_text(json_member(row, "reason")).length > 0) == is_invalid,
		      "JSON: line %zu: %s", i, lines[i].answer);
	}
}

/* Input that fills pipes comes from a file. */
static void run_on_file(const struct buffer *input, struct outcome *out_outcome)
{
	char iamctl[512];

	snprintf(iamctl, sizeof(iamctl), "%s/iamctl", getenv("IAM_TEST_BUILD"));
	scratch_write("/tmp", "questions", buffer_text(input), 0644);
	program_run(&(struct program){ .path = "/bin/sh",
				       .arguments = { "-c", "exec \"$0\" policy evaluate <\"$1\"",
						      iamctl, "/tmp/questions" } },
		    out_outcome);
}

/* As many as a fleet's decisions of a day. */
static void test_many(void)
{
	enum { COUNT = 100000 };
	static const char line[] = "{\"policies\":[" ALLOW "]," LOGIN "}\n";
	size_t allowed = 0, all = 0;
	struct text rest, answer;
	AUTO_OUTCOME outcome;
	AUTO_BUFFER input;

	buffer_init(&input, 64 << 20);
	for (size_t i = 0; i < COUNT; i++)
		append(&input, line);
	run_on_file(&input, &outcome);
	rest = buffer_text(&outcome.output);
	while (rest.length > 0 && text_next_piece(&rest, '\n', &answer)) {
		all++;
		allowed += text_is(answer, "Allowed");
	}
	CHECK(outcome.code == EX_OK && all == COUNT && allowed == COUNT, "%zu of %d lines answered",
	      allowed, COUNT);
}

/* A line that is too long is passed over, whole; the next one is answered. */
static void test_long_line(void)
{
	enum { LINE_MAX_BYTES = 16 << 20 };
	AUTO_OUTCOME outcome;
	AUTO_BUFFER input;

	buffer_init(&input, 64 << 20);
	append(&input, "{\"policies\":[" ALLOW "]," LOGIN "}\n");
	for (size_t i = 0; i < LINE_MAX_BYTES / 16 + 1; i++)
		append(&input, "{\"request\":{}}  ");
	append(&input, "\n{\"policies\":[" DENY "]," LOGIN "}");
	run_on_file(&input, &outcome);
	iamctl_check(&outcome, EX_OK,
		     "Allowed\nInvalid: longer than 16777216 bytes\nExplicitlyDenied\n", NULL,
		     "a line that is too long");
}

/* Whoever sends a line and waits gets its answer before the next. */
struct dialogue {
	unsigned sent;
};

static bool send_next(void *context, struct text output, struct buffer *inout_input)
{
	struct dialogue *dialogue = context;
	unsigned answered = 0;

	for (size_t i = 0; i < output.length; i++)
		answered += output.bytes[i] == '\n';
	if (answered < dialogue->sent)
		return false;
	if (dialogue->sent == 3)
		return true;
	append(inout_input, "{\"policies\":[" ALLOW "]," LOGIN "}\n");
	dialogue->sent++;
	return false;
}

static void test_dialogue(void)
{
	struct dialogue dialogue = { 0 };
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "policy", "evaluate" },
				      .answer = send_next,
				      .context = &dialogue },
		   &outcome);
	iamctl_check(&outcome, EX_OK, "Allowed\nAllowed\nAllowed\n", NULL, "a dialogue");
}

static void test_failures(void)
{
	AUTO_OUTCOME full, none;

	iamctl_run(&(struct program){ .arguments = { "policy", "evaluate" },
				      .input = "{}\n",
				      .output_path = "/dev/full" },
		   &full);
	iamctl_check(&full, EX_IOERR, NULL, "standard output: No space left", "a full disk");
	iamctl_run(&(struct program){ .arguments = { "policy", "evaluate" } }, &none);
	iamctl_check(&none, EX_OK, NULL, NULL, "no lines, no answers");
}

int main(void)
{
	test_lines();
	test_json();
	test_many();
	test_long_line();
	test_dialogue();
	test_failures();
	return check_done();
}
