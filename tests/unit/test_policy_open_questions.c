#include "check.h"
#include "policy/policy.h"

/* What could still be allowed, when the keys that only a later decision knows are left open. */
static const struct {
	const char *effect, *rest;
	bool could_be_allowed, is_certain; /* with an Allow of everything beside a Deny */
} open_questions[] = {
	{ "Allow", "\"Resource\":\"*\"", true, true },
	{ "Allow", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"host:Command\":\"/x\"}}",
	  true, false },
	{ "Allow", "\"Resource\":\"*\",\"Condition\":{\"Null\":{\"HOST:command\":\"true\"}}", true,
	  false },
	{ "Allow", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"k:none\":\"x\"}}", false,
	  false },
	{ "Allow",
	  "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"host:Command\":\"/"
	  "x\",\"k:none\":\"x\"}}",
	  false, false },
	{ "Allow", "\"Resource\":\"arn:aws:host:::host/${host:Command}\"", true, false },
	{ "Allow", "\"NotResource\":\"arn:aws:host:::host/${host:Command}\"", true, false },
	{ "Allow", "\"Resource\":\"arn:aws:host:::host/${k:none}\"", false, false },
	{ "Deny", "\"Resource\":\"*\"", false, false },
	{ "Deny", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"host:Command\":\"/x\"}}",
	  true, false },
	{ "Deny",
	  "\"Resource\":\"*\",\"Condition\":{\"StringNotEquals\":{\"host:Command\":\"/x\"}}", true,
	  false },
	{ "Deny",
	  "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"k:a\":\"${host:Command}\"}}", true,
	  false },
	{ "Deny", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"k:a\":\"a\"}}", false,
	  false },
	{ "Deny", "\"Resource\":\"arn:aws:host:::host/${host:Command}\"", true, false },
	{ "Deny", "\"NotResource\":\"arn:aws:host:::host/${host:Command}\"", true, false },
	{ "Allow", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"k:a\":\"a\"}}", true,
	  true },
	{ "Deny", "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"k:a\":\"b\"}}", true,
	  true },
	{ "Deny",
	  "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"k:a\":\"b\",\"host:Command\":\"/"
	  "x\"}}",
	  true, true },
	{ "Allow",
	  "\"Resource\":[\"arn:aws:host:::host/web1\",\"arn:aws:host:::host/${host:Command}\"]",
	  true, true },
	{ "Deny", "\"Resource\":\"arn:aws:host:::host/db${host:Command}\"", true, false },
};

static void test_open_questions(void)
{
	static const struct text open_keys[] = { TEXT("host:Command") };
	static const struct text value[] = { TEXT("a") };
	static const struct policy_key keys[] = {
		{ .name = TEXT("k:a"), .values = value, .count = 1 }
	};
	struct policy_context context = {
		.keys = keys, .count = 1, .undetermined = open_keys, .undetermined_count = 1
	};

	for (size_t i = 0; i < ARRAY_LENGTH(open_questions); i++) {
		AUTO_ARENA arena;
		char text[1024];
		struct policy_document documents[2];
		struct policy_source sources[] = { { TEXT("a"), &documents[0] },
						   { TEXT("b"), &documents[1] } };
		bool is_deny = strcmp(open_questions[i].effect, "Deny") == 0;
		struct policy_set_of_documents set = { .identity = { sources, is_deny ? 2 : 1 } };
		struct policy_request request = { .action = TEXT("host:Sudo"),
						  .resource = TEXT("arn:aws:host:::host/web1"),
						  .context = &context };
		struct policy_verdict verdict;

		arena_init(&arena, 1 << 20);
		(void)snprintf(text, sizeof(text),
			       "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"%s\","
			       "\"Action\":\"*\",%s}}",
			       open_questions[i].effect, open_questions[i].rest);
		CHECK_REQUIRE(policy_parse(text_of(text), &arena, &documents[0], NULL) ==
					      STATUS_OK &&
				      policy_parse(TEXT("{\"Version\":\"2012-10-17\",\"Statement\":"
							"{\"Effect\":\"Allow\",\"Action\":\"*\","
							"\"Resource\":\"*\"}}"),
						   &arena, &documents[1], NULL) == STATUS_OK,
			      text);
		CHECK(policy_evaluate(&set, &request, NULL, &verdict) == STATUS_OK &&
			      (verdict.decision == POLICY_ALLOW) ==
				      open_questions[i].could_be_allowed,
		      "%s %s could %s", open_questions[i].effect, open_questions[i].rest,
		      open_questions[i].could_be_allowed ? "be allowed" : "never be allowed");
		context.wants_certainty = true;
		CHECK(policy_evaluate(&set, &request, NULL, &verdict) == STATUS_OK &&
			      (verdict.decision == POLICY_ALLOW) == open_questions[i].is_certain,
		      "%s %s is %s", open_questions[i].effect, open_questions[i].rest,
		      open_questions[i].is_certain ? "certainly allowed" : "not certain");
		context.wants_certainty = false;
	}
}

int main(void)
{
	test_open_questions();
	return check_done();
}
