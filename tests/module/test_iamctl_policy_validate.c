/*
 * tests/module/test_iamctl_policy_validate.c: documents checked, as text, JSON and SARIF.
 */
#include <sys/stat.h>
#include <sysexits.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/spoken.h"
#include "json/json.h"

#define GOOD                                                                    \
	"{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\"," \
	" \"Action\": \"host:Login\", \"Resource\": \"*\"}]}\n"

static const struct {
	const char *name, *text;
} documents[] = {
	{ "good.json", GOOD },
	{ "bad.json",
	  "{\n"
	  "  \"Version\": \"2012-10-17\",\n"
	  "  \"Statement\": [\n"
	  "    { \"Effect\": \"Allow\", \"Action\": \"host:Login\", \"Resource\": \"*\" },\n"
	  "    {\n"
	  "      \"Effect\": \"Allow\",\n"
	  "      \"Action\": [ \"host:Sudo\", \"nocolon\" ],\n"
	  "      \"Resource\": \"arn:aws:host:::host/*\",\n"
	  "      \"Condition\": {\n"
	  "        \"ForAllValues:StringEquals\": { \"host:Group\": \"x\" }\n"
	  "      }\n"
	  "    }\n"
	  "  ]\n"
	  "}\n" },
	{ "single.json", "{\n"
			 " \"Version\": \"2012-10-17\",\n"
			 " \"Statement\": {\n"
			 "  \"Effect\": \"Allow\",\n"
			 "  \"Action\": \"bad\",\n"
			 "  \"Resource\": \"*\"\n"
			 " }\n"
			 "}\n" },
	{ "broken.json", "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [,]\n}\n" },
	{ "effect.json", "{\"Version\": \"2012-10-17\",\n"
			 " \"Statement\": [{\"Effect\": \"allow\", \"Action\": \"*\", "
			 "\"Resource\": \"*\"}]}\n" },
	{ "doubled.json", "{\"Version\": \"2012-10-17\", \"Version\": \"2012-10-17\"}" },
	{ "element.json", "{\"Version\": \"2012-10-17\", \"Statements\": []}" },
	{ "empty.json", "" },
	{ "word.json", "null" },
	{ "old.json", "{\"Version\": \"2008-10-17\", \"Statement\": [{\"Effect\": \"Allow\","
		      " \"Action\": \"*\", \"Resource\": \"*\"}]}" },
	{ "latin.json",
	  "{\"Version\": \"2012-10-17\", \"Statement\": [{ \"Sid\": \"\xc3\xa4\xc3\xb6\","
	  " \"Effect\": \"Allow\", \"Action\": \"x\", \"Resource\": \"*\"}]}" },
	{ "host.json",
	  "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\","
	  " \"Principal\": \"*\", \"Action\": \"host:Login\", \"Resource\": \"*\"}]}" },
	{ "trust.json", "{\"Version\": \"2008-10-17\", \"Statement\": [{\"Effect\": \"Allow\","
			" \"Principal\": {\"AWS\": \"123456789012\"},"
			" \"Action\": \"sts:AssumeRole\"}]}" },
	{ "service.json", "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\",\n"
			  " \"Action\": [\"S3:GetObject\", \"hots:Login\", \"hots:Sudo\"],"
			  " \"Resource\": \"*\"}]}" },
	{ "a b:c%\033[2J\xff.json", "{}" },
};

#define VALIDATE "policy", "validate"

static const struct spoken rows[] = {
	{ { VALIDATE, "good.json" }, EX_OK, { "Good.\n" }, { "error", "warning" } },
	{ { VALIDATE, "bad.json" },
	  EX_DATAERR,
	  { "bad.json:7:17: error: an action is SERVICE:NAME or \"*\" (Statement[1].Action)\n",
	    "bad.json:9:20: warning: ForAllValues is true when the key is absent",
	    "1 error, 1 warning\n" },
	  { "Good" } },
	{ { VALIDATE, "single.json" },
	  EX_DATAERR,
	  { "single.json:5:13: error: an action" },
	  { NULL } },
	{ { VALIDATE, "broken.json" },
	  EX_DATAERR,
	  { "broken.json:3:16: error: not valid JSON: no JSON value\n" },
	  { NULL } },
	{ { VALIDATE, "effect.json" },
	  EX_DATAERR,
	  { "effect.json:2:27: error: must be Allow or Deny (Statement[0].Effect)\n" },
	  { NULL } },
	{ { VALIDATE, "doubled.json" },
	  EX_DATAERR,
	  { "doubled.json:1:1: error: an element is given twice\n" },
	  { NULL } },
	{ { VALIDATE, "element.json" },
	  EX_DATAERR,
	  { "element.json:1:1: error: has an element that IAM does not know\n" },
	  { NULL } },
	{ { VALIDATE, "empty.json" }, EX_DATAERR, { "empty.json:1:1: error: empty\n" }, { NULL } },
	{ { VALIDATE, "word.json" },
	  EX_DATAERR,
	  { "word.json:1:1: error: a policy is a JSON object\n" },
	  { NULL } },
	{ { VALIDATE, "latin.json" }, EX_DATAERR, { "latin.json:1:87: error:" }, { NULL } },
	/* All of several files, in their order. */
	{ { VALIDATE, "good.json", "effect.json", "empty.json" },
	  EX_DATAERR,
	  { "effect.json:2:27: error", "empty.json:1:1: error", "2 errors, 0 warnings\n" },
	  { "good.json" } },
	/* What a document is for decides what it may say. */
	{ { VALIDATE, "old.json" },
	  EX_DATAERR,
	  { "old.json:1:13: error: a new policy must have Version \"2012-10-17\" (Version)\n" },
	  { NULL } },
	{ { VALIDATE, "--kind", "identity", "host.json" },
	  EX_DATAERR,
	  { "an identity policy has no principal (Statement[0].Principal)\n" },
	  { NULL } },
	{ { VALIDATE, "--kind", "host", "host.json" }, EX_OK, { "Good.\n" }, { NULL } },
	{ { VALIDATE, "--kind=host", "old.json" },
	  EX_DATAERR,
	  { "a statement needs a principal", "warning: before \"2012-10-17\"" },
	  { "a new policy" } },
	{ { VALIDATE, "--kind", "trust", "trust.json" },
	  EX_OK,
	  { "warning: before \"2012-10-17\" variables are plain text (Version)\n",
	    "0 errors, 1 warning\n" },
	  { "error:" } },
	{ { VALIDATE, "--kind", "trust", "host.json" },
	  EX_DATAERR,
	  { "a trust policy has no resource" },
	  { NULL } },
	/* A service that is none is doubtful, no more. */
	{ { VALIDATE, "service.json" },
	  EX_OK,
	  { "service.json:2:12: warning: no service that is known has the prefix \"hots\""
	    " (Statement[0].Action)\n0 errors, 1 warning\n" },
	  { "S3", "Good" } },
	{ { VALIDATE, "--json", "service.json" },
	  EX_OK,
	  { "\"level\": \"warning\"",
	    "\"message\": \"no service that is known has the prefix \\\"hots\\\"\"" },
	  { NULL } },
	/* A name can be anything. */
	{ { VALIDATE, "--", "a b:c%\033[2J\xff.json" },
	  EX_DATAERR,
	  { "a b:c%\\x1b[2J\\xff.json:1:1: error: a policy needs a statement" },
	  { "\033" } },
	{ { VALIDATE, "--json", "good.json" }, EX_OK, { "[]" }, { "{" } },
	{ { VALIDATE, "--json", "effect.json" },
	  EX_DATAERR,
	  { "\"file\": \"effect.json\"", "\"line\": 2", "\"column\": 27", "\"level\": \"error\"",
	    "\"place\": \"Statement[0].Effect\"", "\"message\": \"must be Allow or Deny\"" },
	  { NULL } },
};

static const struct refusal refusals[] = {
	{ { VALIDATE }, EX_USAGE, "policy validate: needs FILE" },
	{ { "policy" }, EX_USAGE, "policy: must be followed by one of: validate, evaluate" },
	{ { VALIDATE, "--kind", "session", "good.json" }, EX_USAGE, "session: --kind is identity" },
	{ { VALIDATE, "absent.json" }, EX_NOINPUT, "iamctl: absent.json: No such file" },
	{ { VALIDATE, "good.json", "absent.json" }, EX_NOINPUT, "absent.json: No such file" },
	{ { VALIDATE, "folder" }, EX_OSERR, "folder: Is a directory" },
	{ { VALIDATE, "large.json" }, EX_DATAERR, "large.json: larger than 1048576 bytes" },
};

static void test_standard_input(void)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { VALIDATE, "-" }, .input = GOOD }, &outcome);
	iamctl_check(&outcome, EX_OK, "Good.\n", NULL, "standard input");
}

/* One file that is not there hides nothing of the others. */
static void test_absent_beside(void)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { VALIDATE, "absent.json", "effect.json" } },
		   &outcome);
	iamctl_check(&outcome, EX_NOINPUT, "effect.json:2:27: error", "absent.json: No such file",
		     "an absent file beside another");
}

static const struct json *member(const struct json *json, const char *const *path)
{
	for (; json && *path; path++)
		json = **path == '0' ? json_first(json) : json_member(json, *path);
	return json;
}

#define MEMBER(json, ...) member(json, (const char *const[]){ __VA_ARGS__, NULL })

static void check_rules(const struct json *run)
{
	const struct json *rules = MEMBER(run, "tool", "driver", "rules");

	CHECK(json_count(rules) > 5, "SARIF: rules");
	for (const struct json *rule = json_first(rules); rule; rule = json_next(rule))
		CHECK(json_text(MEMBER(rule, "id")).length > 0 &&
			      json_text(MEMBER(rule, "shortDescription", "text")).length > 0,
		      "SARIF: rule %s", json_text(MEMBER(rule, "id")).bytes);
	for (const struct json *result = json_first(MEMBER(run, "results")); result;
	     result = json_next(result)) {
		double index = json_double(MEMBER(result, "ruleIndex"));
		const struct json *rule = json_first(rules);

		while (rule && index-- > 0)
			rule = json_next(rule);
		CHECK(rule && text_equal(json_text(MEMBER(rule, "id")),
					 json_text(MEMBER(result, "ruleId"))),
		      "SARIF: a result's index is its rule's");
	}
}

static const struct sarif_case {
	const char *file, *rule, *level, *uri, *place;
	unsigned line, column;
	int code;
} sarif_cases[] = {
	{ "bad.json", "policy-action", "error", "bad.json", "Statement[1].Action", 7, 17,
	  EX_DATAERR },
	{ "service.json", "policy-action", "warning", "service.json", "Statement[0].Action", 2, 12,
	  EX_OK },
	{ "broken.json", "policy-document", "error", "broken.json", NULL, 3, 16, EX_DATAERR },
	{ "old.json", "policy-version", "error", "old.json", "Version", 1, 13, EX_DATAERR },
	/* In characters: two of the bytes before it are second ones. */
	{ "latin.json", "policy-action", "error", "latin.json", "Statement[0].Action", 1, 85,
	  EX_DATAERR },
	{ "/tmp/policies/effect.json", "policy-effect", "error", "file:///tmp/policies/effect.json",
	  "Statement[0].Effect", 2, 27, EX_DATAERR },
	{ "./../policies/effect.json", "policy-effect", "error", "./../policies/effect.json",
	  "Statement[0].Effect", 2, 27, EX_DATAERR },
	{ "a b:c%\033[2J\xff.json", "policy-statement", "error", "a%20b%3Ac%25%1B%5B2J%FF.json",
	  "Statement", 1, 1, EX_DATAERR },
};

static void check_sarif(const struct sarif_case *row)
{
	const struct json *run, *result, *place, *region;
	struct text name;
	AUTO_OUTCOME outcome;
	AUTO_JSON *json = NULL;

	iamctl_run(&(struct program){ .arguments = { VALIDATE, "--sarif", row->file } }, &outcome);
	CHECK(outcome.code == row->code && outcome.errors.length == 0 &&
		      json_parse(buffer_text(&outcome.output), 1 << 20, &json, NULL) == STATUS_OK,
	      "SARIF: %s: JSON", row->uri);
	CHECK(text_is(json_text(MEMBER(json, "version")), "2.1.0") &&
		      json_text(MEMBER(json, "$schema")).length > 0 &&
		      json_count(MEMBER(json, "runs")) == 1,
	      "SARIF: %s: version, schema, one run", row->uri);
	run = MEMBER(json, "runs", "0");
	CHECK(text_is(json_text(MEMBER(run, "tool", "driver", "name")), "iamctl") &&
		      text_is(json_text(MEMBER(run, "columnKind")), "unicodeCodePoints"),
	      "SARIF: %s: tool and columns", row->uri);
	check_rules(run);
	result = MEMBER(run, "results", "0");
	place = MEMBER(result, "locations", "0", "physicalLocation");
	region = MEMBER(place, "region");
	name = json_text(
		MEMBER(result, "locations", "0", "logicalLocations", "0", "fullyQualifiedName"));
	CHECK(text_is(json_text(MEMBER(result, "ruleId")), row->rule) &&
		      text_is(json_text(MEMBER(result, "level")), row->level) &&
		      json_text(MEMBER(result, "message", "text")).length > 0,
	      "SARIF: %s: %s", row->uri, row->rule);
	CHECK(text_is(json_text(MEMBER(place, "artifactLocation", "uri")), row->uri) &&
		      json_double(MEMBER(region, "startLine")) == row->line &&
		      json_double(MEMBER(region, "startColumn")) == row->column,
	      "SARIF: %s: at %g:%g", row->uri, json_double(MEMBER(region, "startLine")),
	      json_double(MEMBER(region, "startColumn")));
	CHECK(row->place ? text_is(name, row->place) : name.length == 0, "SARIF: %s: place %s",
	      row->uri, row->place ? row->place : "none");
}

static void test_sarif(void)
{
	AUTO_OUTCOME outcome;
	AUTO_JSON *json = NULL;

	for (size_t i = 0; i < ARRAY_LENGTH(sarif_cases); i++)
		check_sarif(&sarif_cases[i]);
	iamctl_run(&(struct program){ .arguments = { VALIDATE, "--sarif", "good.json" } },
		   &outcome);
	CHECK(outcome.code == EX_OK &&
		      json_parse(buffer_text(&outcome.output), 1 << 20, &json, NULL) == STATUS_OK &&
		      json_count(MEMBER(json, "runs", "0", "results")) == 0 &&
		      json_kind(MEMBER(json, "runs", "0", "results")) == JSON_ARRAY,
	      "SARIF: no findings are an empty list");
}

static void write_documents(void)
{
	AUTO_BUFFER large;

	CHECK_REQUIRE(mkdir("/tmp/policies", 0755) == 0 && chdir("/tmp/policies") == 0 &&
			      mkdir("folder", 0755) == 0,
		      "/tmp/policies");
	for (size_t i = 0; i < ARRAY_LENGTH(documents); i++)
		scratch_write("/tmp/policies", documents[i].name, text_of(documents[i].text), 0644);
	buffer_init(&large, 2 << 20);
	CHECK_REQUIRE(buffer_append_zeros(&large, (1 << 20) + 1) == STATUS_OK, "large");
	scratch_write("/tmp/policies", "large.json", buffer_text(&large), 0644);
}

int main(void)
{
	write_documents();
	spoken_check("validate", rows, ARRAY_LENGTH(rows));
	refusal_check("validate", refusals, ARRAY_LENGTH(refusals));
	test_standard_input();
	test_absent_beside();
	test_sarif();
	return check_done();
}
