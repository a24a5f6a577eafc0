/*
 * Laws that hold for every policy, tried on random ones from a fixed seed: a Deny more never allows
 * more, an Allow less never allows more, order never matters, a condition more never helps,
 * and what is about other actions may as well not be there.
 */
#include "check.h"
#include "support/policy_fixture.h"

enum { ROUNDS = 4000, STATEMENTS = 6, STATEMENT_MAX = 512, LIST_SIZE = 8192 };

static uint64_t state = 20260102;

static unsigned roll(unsigned sides)
{
	state = state * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(state >> 33) % sides;
}

#define PICK(list) list[roll(ARRAY_LENGTH(list))]

static const char *const actions[] = { "\"Action\":\"*\"",
				       "\"Action\":\"host:*\"",
				       "\"Action\":[\"host:Sudo\",\"host:Login\"]",
				       "\"Action\":\"host:Sudo\"",
				       "\"NotAction\":\"host:Sudo\"",
				       "\"NotAction\":\"*:Login\"",
				       "\"Action\":\"*:Login\"" };
static const char *const resources[] = {
	"\"Resource\":\"*\"",
	"\"Resource\":\"arn:aws:host:::host/*\"",
	"\"Resource\":\"arn:aws:host:::host/${k:a}\"",
	"\"Resource\":\"arn:*:host/web1\"",
	"\"NotResource\":\"arn:aws:host:::host/web2\"",
	"\"NotResource\":\"arn:aws:host:::host/${k:none}\"",
};
static const char *const conditions[] = {
	"\"StringEquals\":{\"k:a\":\"web1\"}",
	"\"StringNotEquals\":{\"k:a\":[\"x\",\"${k:b}\"]}",
	"\"StringLikeIfExists\":{\"k:none\":\"a*\"}",
	"\"ForAnyValue:StringEquals\":{\"k:m\":[\"a\",\"c\"]}",
	"\"ForAllValues:StringNotLike\":{\"k:m\":\"b*\"}",
	"\"ForAnyValue:StringEqualsIfExists\":{\"k:none\":\"a\"}",
	"\"NumericLessThan\":{\"k:n\":\"10\"}",
	"\"NumericNotEquals\":{\"k:a\":\"1\"}",
	"\"IpAddress\":{\"k:i\":\"192.0.2.0/24\"}",
	"\"NotIpAddress\":{\"k:i\":\"198.51.100.0/24\"}",
	"\"Bool\":{\"k:t\":\"true\"}",
	"\"Null\":{\"k:none\":\"true\"}",
	"\"StringLike\":{}",
};
static const char *const contexts[] = {
	("{\"k:a\":\"web1\",\"k:m\":[\"a\",\"b\"],\"k:n\":\"7\",\"k:i\":\"192.0.2.9\","
	 "\"k:t\":\"true\"}"),
	"{\"k:a\":\"x\",\"k:b\":\"x\",\"k:n\":\"junk\",\"k:i\":\"2001:db8::1\"}",
	"{\"k:m\":[],\"k:t\":\"false\",\"k:i\":\"198.51.100.3\"}",
	"{\"k:a\":\"\",\"k:m\":[\"\"],\"k:n\":\"10\"}",
	"{}",
};

struct statement {
	char text[STATEMENT_MAX];
	bool is_deny;
};

static void make_statement(struct statement *out, bool is_deny, unsigned condition_count)
{
	char inside[STATEMENT_MAX / 2] = "";
	size_t used = 0;
	unsigned first = roll(ARRAY_LENGTH(conditions));

	for (unsigned i = 0; i < condition_count; i++) /* neighbours differ, so no key twice */
		used += (size_t)snprintf(inside + used, sizeof(inside) - used, "%s%s", i ? "," : "",
					 conditions[(first + i) % ARRAY_LENGTH(conditions)]);
	out->is_deny = is_deny;
	(void)snprintf(out->text, sizeof(out->text), "{\"Effect\":\"%s\",%s,%s,\"Condition\":{%s}}",
		       is_deny ? "Deny" : "Allow", PICK(actions), PICK(resources), inside);
}

static int ask_narrowed(const struct statement *statements, size_t count, const char *context,
			bool is_narrowed)
{
	static char list[LIST_SIZE];
	struct policy_question question = { .identity = list,
					    .context = context,
					    .is_narrowed = is_narrowed };
	size_t used = (size_t)snprintf(list, sizeof(list),
				       "[{\"Version\":\"2012-10-17\",\"Statement\":[");

	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? "," : "",
					 statements[i].text);
	(void)snprintf(list + used, sizeof(list) - used, "]}]");
	return policy_fixture_ask(&question, NULL);
}

static int ask(const struct statement *statements, size_t count, const char *context)
{
	return ask_narrowed(statements, count, context, false);
}

static void shuffle(struct statement *statements, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = roll((unsigned)i);
		struct statement kept = statements[i - 1];

		statements[i - 1] = statements[other];
		statements[other] = kept;
	}
}

/* The same statement with one condition more, put first. */
static struct statement restrict_statement(const struct statement *statement)
{
	struct statement result = { .is_deny = statement->is_deny };
	const char *inside = strstr(statement->text, "\"Condition\":{") + strlen("\"Condition\":{");
	bool was_empty = *inside == '}';

	(void)snprintf(result.text, sizeof(result.text),
		       "%.*s\"DateGreaterThan\":{\"k:d\":\"%u\"}%s%s",
		       (int)(inside - statement->text), statement->text, roll(2),
		       was_empty ? "" : ",", inside);
	return result;
}

int main(void)
{
	unsigned broken[6] = { 0 }, allowed = 0, denied = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct statement statements[STATEMENTS + 1], changed[STATEMENTS + 1];
		size_t count = 1 + roll(STATEMENTS), victim;
		const char *context = PICK(contexts);
		int before;

		for (size_t i = 0; i < count; i++)
			make_statement(&statements[i], roll(4) == 0, roll(3));
		before = ask(statements, count, context);
		CHECK_REQUIRE(before >= 0, statements[0].text);
		allowed += before == POLICY_ALLOW;
		denied += before == POLICY_EXPLICIT_DENY;
		broken[5] += ask_narrowed(statements, count, context, true) != before;

		make_statement(&statements[count], true, roll(2));
		broken[0] += ask(statements, count + 1, context) == POLICY_ALLOW &&
			     before != POLICY_ALLOW;

		victim = roll((unsigned)count);
		memcpy(changed, statements, sizeof(changed));
		changed[victim] = changed[count - 1];
		if (!statements[victim].is_deny)
			broken[1] += ask(changed, count - 1, context) == POLICY_ALLOW &&
				     before != POLICY_ALLOW;

		memcpy(changed, statements, sizeof(changed));
		shuffle(changed, count);
		broken[2] += ask(changed, count, context) != before;

		memcpy(changed, statements, sizeof(changed));
		changed[victim] = restrict_statement(&statements[victim]);
		if (statements[victim].is_deny)
			broken[3] += before == POLICY_ALLOW &&
				     ask(changed, count, context) != POLICY_ALLOW;
		else
			broken[4] += before != POLICY_ALLOW &&
				     ask(changed, count, context) == POLICY_ALLOW;
	}
	CHECK(allowed > ROUNDS / 20 && denied > ROUNDS / 20, "both answers occur: %u, %u", allowed,
	      denied);
	CHECK(broken[0] == 0, "a Deny more never allows more: %u broken", broken[0]);
	CHECK(broken[1] == 0, "an Allow less never allows more: %u broken", broken[1]);
	CHECK(broken[2] == 0, "order never matters: %u broken", broken[2]);
	CHECK(broken[3] == 0, "a condition more on a Deny never denies more: %u broken", broken[3]);
	CHECK(broken[4] == 0, "a condition more on an Allow never allows more: %u broken",
	      broken[4]);
	CHECK(broken[5] == 0, "statements about other actions never matter: %u broken", broken[5]);
	return check_done();
}
