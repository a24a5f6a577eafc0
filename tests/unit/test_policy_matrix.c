/*
 * Every operator against every kind of value: rows made by crossing lists, each expectation from a
 * rule of the documentation that this file writes down for itself.
 */
#include "check.h"
#include "support/policy_fixture.h"

enum { NO = 0, YES = 1, DOUBT = 2 };

static unsigned rows, wrong;

static void expect(const char *condition, const char *context, int expected)
{
	int got = policy_fixture_condition(condition, context, "2012-10-17");

	rows++;
	if (got == expected)
		return;
	wrong++;
	CHECK(false, "%s with %s is %d, got %d", condition, context, expected, got);
}

static void report(const char *what)
{
	CHECK(wrong == 0 && rows > 0, "%s: %u rows", what, rows);
	rows = wrong = 0;
}

/* Numbers: each spelling with its place in the order; equal places are equal numbers. */
static const struct ordered {
	const char *text;
	int place;
} numbers[] = {
	{ "-1e400", -9 },
	{ "-9007199254740993", -8 },
	{ "-9007199254740992", -7 },
	{ "-100", -6 },
	{ "-1e2", -6 },
	{ "-10", -5 },
	{ "-9.99", -4 },
	{ "-1", -3 },
	{ "-0.1", -2 },
	{ "-1e-400", -1 },
	{ "0", 0 },
	{ "-0", 0 },
	{ "+0.000", 0 },
	{ "0e9", 0 },
	{ "1e-400", 1 },
	{ "0.1", 2 },
	{ "1E-1", 2 },
	{ "00.10", 2 },
	{ "0.11", 3 },
	{ "1", 4 },
	{ "+1", 4 },
	{ "1.0", 4 },
	{ "10e-1", 4 },
	{ "9", 5 },
	{ "9.5", 6 },
	{ "10", 7 },
	{ "99", 8 },
	{ "100", 9 },
	{ "1e2", 9 },
	{ "9007199254740992", 10 },
	{ "9007199254740993", 11 },
	{ "123456789012345678901234567890", 12 },
	{ "123456789012345678901234567891", 13 },
	{ "1e400", 14 },
};

static const struct ordered dates[] = {
	{ "1969-12-31T23:59:59Z", -1 },
	{ "-1", -1 },
	{ "0", 0 },
	{ "1970-01-01", 0 },
	{ "1970-01-01T00:00Z", 0 },
	{ "1970-01", 0 },
	{ "1970-01-01T02:00:00+02:00", 0 },
	{ "1", 1 },
	{ "1970-01-01T00:00:01", 1 },
	{ "951782400", 2 }, /* the leap day of 2000 */
	{ "2000-02-29T00:00:00Z", 2 },
	{ "2000-02-28T19:30:00-04:30", 2 },
	{ "2000-03-01", 3 },
	{ "951868800.0", 3 },
	{ "2026-01-02T03:04:05Z", 4 },
	{ "1767323045", 4 },
	{ "2026-01-02T03:04:05.001Z", 5 },
	{ "1767323045.001", 5 },
	{ "2026-01-02T03:04:05.0019Z", 5 },
	{ "2026-01-02T03:04:05.5Z", 6 },
	{ "2100-02-28T23:59:59Z", 7 },
	{ "2100-03-01T00:00:00Z", 8 }, /* 2100 is no leap year */
	{ "9999-12-31T23:59:59Z", 9 },
};

static const struct {
	const char *suffix;
	bool less, equal, greater, is_negated;
} comparisons[] = {
	{ "Equals", false, true, false, false },
	{ "NotEquals", true, false, true, true },
	{ "LessThan", true, false, false, false },
	{ "LessThanEquals", true, true, false, false },
	{ "GreaterThan", false, false, true, false },
	{ "GreaterThanEquals", false, true, true, false },
};

static void cross(const char *type, const struct ordered *list, size_t count)
{
	for (size_t operation = 0; operation < ARRAY_LENGTH(comparisons); operation++)
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < count; j++) {
				char condition[256], context[128];
				bool holds = list[i].place < list[j].place
						     ? comparisons[operation].less
					     : list[i].place > list[j].place
						     ? comparisons[operation].greater
						     : comparisons[operation].equal;

				(void)snprintf(condition, sizeof(condition),
					       "\"%s%s\":{\"k:v\":\"%s\"}", type,
					       comparisons[operation].suffix, list[j].text);
				(void)snprintf(context, sizeof(context), "{\"k:v\":\"%s\"}",
					       list[i].text);
				expect(condition, context, holds ? YES : NO);
			}
}

/* What is no number or date at all, on either side. */
static const char *const no_numbers[] = { "",         "x",   "1x",  " 1",  "1 ",      "--1",  "+-1",
					  "1e",       "1e+", "e1",  ".5",  "5.",      "1..2", "0x1",
					  "Infinity", "NaN", "1,0", "1_0", "\xc2\xb2" };
static const char *const no_dates[] = { "",
					"now",
					"2026-13-01",
					"2026-00-01",
					"2026-02-30",
					"2026-1-1",
					"26-01-01",
					"2026-01-01T",
					"2026-01-01T24:00Z",
					"2026-01-01T00:60Z",
					"2026-01-01T00:00:60Z",
					"2026-01-01 00:00:00Z",
					"2026-01-01T00:00:00+0000",
					"2026-01-01T00:00:00+1",
					"2026-01-01T00:00:00.Z",
					"2026-01-01T00:00:00z",
					"T",
					"2026-01-01T00" };

static void garbage(const char *type, const char *good, const char *const *bad, size_t count)
{
	for (size_t operation = 0; operation < ARRAY_LENGTH(comparisons); operation++)
		for (size_t i = 0; i < count; i++) {
			char condition[256], context[128];

			(void)snprintf(condition, sizeof(condition), "\"%s%s\":{\"k:v\":\"%s\"}",
				       type, comparisons[operation].suffix, good);
			(void)snprintf(context, sizeof(context), "{\"k:v\":\"%s\"}", bad[i]);
			/* Two readings are on record for a negated operator. */
			expect(condition, context, comparisons[operation].is_negated ? DOUBT : NO);
			(void)snprintf(condition, sizeof(condition), "\"%s%s\":{\"k:v\":\"%s\"}",
				       type, comparisons[operation].suffix, bad[i]);
			(void)snprintf(context, sizeof(context), "{\"k:v\":\"%s\"}", good);
			expect(condition, context, DOUBT);
		}
}

/* Patterns against values, judged by the plainest matcher there is. */
static bool plain_match(const char *pattern, const char *value)
{
	if (*pattern == '\0')
		return *value == '\0';
	if (*pattern == '*')
		return plain_match(pattern + 1, value) ||
		       (*value && plain_match(pattern, value + 1));
	return *value && (*pattern == '?' || *pattern == *value) &&
	       plain_match(pattern + 1, value + 1);
}

static const char *const patterns[] = { "",     "*",   "**",   "?",    "??",    "*?",
					"?*",   "a",   "ab",   "a*",   "*a",    "*a*",
					"a*b",  "a?b", "a*b*", "*a*b", "a**b",  "a*?b",
					"*ab*", "?a?", "a*a",  "*b?",  "ab*ab", "a*b*c" };
static const char *const values[] = { "",      "a",   "b",    "aa",  "ab",  "ba",    "aab",
				      "abb",   "aba", "abab", "axb", "aXb", "abcab", "abc",
				      "aabbc", "bab", "*",    "?",   "a*b", "a?b",   "abcabc" };

static void cross_patterns(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++)
		for (size_t j = 0; j < ARRAY_LENGTH(values); j++) {
			bool matches = plain_match(patterns[i], values[j]);
			char condition[128], context[128];

			(void)snprintf(context, sizeof(context), "{\"k:v\":\"%s\"}", values[j]);
			(void)snprintf(condition, sizeof(condition),
				       "\"StringLike\":{\"k:v\":\"%s\"}", patterns[i]);
			expect(condition, context, matches ? YES : NO);
			(void)snprintf(condition, sizeof(condition),
				       "\"StringNotLike\":{\"k:v\":\"%s\"}", patterns[i]);
			expect(condition, context, matches ? NO : YES);
			(void)snprintf(condition, sizeof(condition),
				       "\"StringEquals\":{\"k:v\":\"%s\"}", patterns[i]);
			expect(condition, context, strcmp(patterns[i], values[j]) == 0 ? YES : NO);
		}
}

/* Addresses and networks: bit n of inside says whether the n-th address is in the network. */
static const char *const addresses[] = {
	"10.0.0.0", "10.0.0.1",   "10.0.1.0",     "10.255.255.255", "11.0.0.0",       "192.0.2.128",
	"::1",      "2001:db8::", "2001:db8::ff", "2001:db9::",     "::ffff:10.0.0.1"
};
static const struct {
	const char *network;
	unsigned inside;
} networks[] = {
	{ "10.0.0.0/8", 0x40f },
	{ "10.0.0.0/24", 0x403 },
	{ "10.0.0.0/31", 0x403 },
	{ "10.0.0.0/32", 0x001 },
	{ "10.0.0.0", 0x001 },
	{ "10.9.9.9/8", 0x40f },
	{ "0.0.0.0/0", 0x43f },
	{ "128.0.0.0/1", 0x020 },
	{ "192.0.2.128/25", 0x020 },
	{ "192.0.2.0/25", 0x000 },
	{ "::/0", 0x3c0 },
	{ "::1", 0x040 },
	{ "::1/128", 0x040 },
	{ "2001:db8::/32", 0x180 },
	{ "2001:db8::/31", 0x380 },
	{ "2001:DB8:0::/128", 0x080 },
	{ "::ffff:10.0.0.0/104", 0x000 },
};

static void cross_addresses(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(networks); i++)
		for (size_t j = 0; j < ARRAY_LENGTH(addresses); j++) {
			bool is_inside = networks[i].inside >> j & 1;
			char condition[128], context[128];

			(void)snprintf(context, sizeof(context), "{\"k:v\":\"%s\"}", addresses[j]);
			(void)snprintf(condition, sizeof(condition),
				       "\"IpAddress\":{\"k:v\":\"%s\"}", networks[i].network);
			expect(condition, context, is_inside ? YES : NO);
			(void)snprintf(condition, sizeof(condition),
				       "\"NotIpAddress\":{\"k:v\":\"%s\"}", networks[i].network);
			expect(condition, context, is_inside ? NO : YES);
		}
}

/* Sets: which of the request's values satisfy the operator decides, value by value. */
static void cross_sets(void)
{
	static const char *const members[] = { "a", "b", "c", "d" };

	for (unsigned request = 1; request < 16; request++)
		for (unsigned policy = 1; policy < 16; policy++)
			for (unsigned negated = 0; negated < 2; negated++) {
				char list[64] = "", wanted[64] = "", condition[256], context[128];
				unsigned good = negated ? request & ~policy : request & policy;

				for (unsigned i = 0; i < 4; i++) {
					if (request >> i & 1)
						(void)snprintf(list + strlen(list), 8, "%s\"%s\"",
							       *list ? "," : "", members[i]);
					if (policy >> i & 1)
						(void)snprintf(wanted + strlen(wanted), 8,
							       "%s\"%s\"", *wanted ? "," : "",
							       members[i]);
				}
				(void)snprintf(context, sizeof(context), "{\"k:v\":[%s]}", list);
				(void)snprintf(condition, sizeof(condition),
					       "\"ForAllValues:String%sEquals\":{\"k:v\":[%s]}",
					       negated ? "Not" : "", wanted);
				expect(condition, context, good == request ? YES : NO);
				(void)snprintf(condition, sizeof(condition),
					       "\"ForAnyValue:String%sEquals\":{\"k:v\":[%s]}",
					       negated ? "Not" : "", wanted);
				expect(condition, context, good != 0 ? YES : NO);
			}
}

int main(void)
{
	cross("Numeric", numbers, ARRAY_LENGTH(numbers));
	report("numbers in order");
	cross("Date", dates, ARRAY_LENGTH(dates));
	report("dates in order");
	garbage("Numeric", "1", no_numbers, ARRAY_LENGTH(no_numbers));
	report("what is no number");
	garbage("Date", "2026-01-02", no_dates, ARRAY_LENGTH(no_dates));
	report("what is no date");
	cross_patterns();
	report("patterns and values");
	cross_addresses();
	report("networks and addresses");
	cross_sets();
	report("sets");
	return check_done();
}
