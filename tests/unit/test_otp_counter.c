/* Devices that count (HOTP): the vectors again, as sign-ins, look-ahead, replay, resynchronization.
 */
#include "check.h"
#include "otp/otp.h"

#define SEED "12345678901234567890"

static const struct otp_settings counting = { OTP_SHA1, 6, 0, OTP_HOTP };

/* RFC 4226, appendix D. */
static const char *const vectors[] = { "755224", "287082", "359152", "969429", "338314",
				       "254676", "287922", "162583", "399871", "520489" };

static const char *code_of(uint64_t counter, char out_code[OTP_CODE_SIZE])
{
	CHECK_REQUIRE(otp_generate(&counting, TEXT(SEED), counter, out_code) == STATUS_OK, "code");
	return out_code;
}

static enum otp_match give(const char *code, unsigned look_ahead, struct otp_position *position,
			   int32_t *out_away)
{
	const struct otp_reach reach = { OTP_WINDOW_MAX, look_ahead };
	struct otp_finding finding = { OTP_NO_MATCH, 0 };

	/* The time is any: a counter does not look at it. */
	CHECK_REQUIRE(otp_compare(&counting, TEXT(SEED), text_of(code), 1234567890, &reach,
				  position, &finding) == STATUS_OK,
		      "a comparison");
	*out_away = finding.away;
	return finding.match;
}

/* Counter 0 is the first, and each code is good when its turn has come and never again. */
static void test_vectors(void)
{
	struct otp_position position = { 0, 0 };
	int32_t away;

	for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
		CHECK(give(vectors[i], 0, &position, &away) == OTP_MATCH && away == 0 &&
			      position.next_step == i + 1 && position.drift == 0,
		      "RFC 4226, counter %zu, is accepted", i);
		CHECK(give(vectors[i], 0, &position, &away) == OTP_MATCH_USED &&
			      position.next_step == i + 1,
		      "RFC 4226, counter %zu, is not a second time", i);
	}
}

static const struct case_row {
	const char *label;
	uint64_t next, of;
	unsigned look_ahead;
	enum otp_match match;
	int32_t away; /* of OTP_MATCH and OTP_MATCH_OUTSIDE */
} cases[] = {
	{ "the next one", 100, 100, 10, OTP_MATCH, 0 },
	{ "the last of the look-ahead", 100, 110, 10, OTP_MATCH, 10 },
	{ "behind the look-ahead", 100, 111, 10, OTP_MATCH_OUTSIDE, 11 },
	{ "the first again, no look-ahead", 100, 101, 0, OTP_MATCH_OUTSIDE, 1 },
	{ "the widest look-ahead", 100, 125, OTP_LOOK_AHEAD_MAX, OTP_MATCH, 25 },
	{ "behind the widest look-ahead", 100, 126, OTP_LOOK_AHEAD_MAX, OTP_MATCH_OUTSIDE, 26 },
	{ "the last that is seen", 100, 140, 10, OTP_MATCH_OUTSIDE, 40 },
	{ "further", 100, 141, 10, OTP_NO_MATCH, 0 },
	{ "the one used last", 100, 99, 10, OTP_MATCH_USED, 0 },
	{ "one used long ago", 100, 90, 10, OTP_MATCH_USED, 0 },
	{ "one used longer ago than is seen", 100, 89, 10, OTP_NO_MATCH, 0 },
	{ "nothing before the first", 3, 4, 10, OTP_MATCH, 1 },
	{ "a counter of eight bytes", 1ULL << 40, (1ULL << 40) + 3, 10, OTP_MATCH, 3 },
	{ "the last but one of all", INT64_MAX - 1, INT64_MAX - 1, 10, OTP_MATCH, 0 },
	{ "the end of counting", INT64_MAX, INT64_MAX, 10, OTP_NO_MATCH, 0 },
};

static void test_look_ahead(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct case_row *row = &cases[i];
		struct otp_position position = { row->next, 0 };
		char code[OTP_CODE_SIZE];
		int32_t away = 0;

		CHECK(give(code_of(row->of, code), row->look_ahead, &position, &away) == row->match,
		      "%s: match", row->label);
		if (row->match == OTP_MATCH || row->match == OTP_MATCH_OUTSIDE)
			CHECK(away == row->away, "%s: away (%d)", row->label, away);
		CHECK(position.next_step == (row->match == OTP_MATCH ? row->of + 1 : row->next) &&
			      position.drift == 0,
		      "%s: the counter", row->label);
	}
}

/* Skipped codes are as used as those that were given. */
static void test_skipped(void)
{
	struct otp_position position = { 0, 0 };
	int32_t away;

	CHECK(give(vectors[4], 10, &position, &away) == OTP_MATCH && away == 4,
	      "four codes are skipped");
	for (size_t i = 0; i <= 4; i++)
		CHECK(give(vectors[i], 10, &position, &away) == OTP_MATCH_USED,
		      "counter %zu is over", i);
	CHECK(give(vectors[5], 10, &position, &away) == OTP_MATCH && away == 0, "the next is due");
}

static const struct bad_case {
	const char *label;
	struct otp_settings settings;
	struct otp_position position;
	struct otp_reach reach;
} bad_cases[] = {
	{ "a period", { OTP_SHA1, 6, 30, OTP_HOTP }, { 0, 0 }, { 1, 10 } },
	{ "a drift ahead", { OTP_SHA1, 6, 0, OTP_HOTP }, { 0, 1 }, { 1, 10 } },
	{ "a drift behind", { OTP_SHA1, 6, 0, OTP_HOTP }, { 0, -1 }, { 1, 10 } },
	{ "a counter beyond its end",
	  { OTP_SHA1, 6, 0, OTP_HOTP },
	  { (uint64_t)INT64_MAX + 1, 0 },
	  { 1, 10 } },
	{ "a look-ahead too wide",
	  { OTP_SHA1, 6, 0, OTP_HOTP },
	  { 0, 0 },
	  { 1, OTP_LOOK_AHEAD_MAX + 1 } },
	{ "no period and no counter", { OTP_SHA1, 6, 0, OTP_TOTP }, { 0, 0 }, { 1, 10 } },
	{ "no such kind", { OTP_SHA1, 6, 30, (enum otp_kind)2 }, { 0, 0 }, { 1, 10 } },
};

static void test_bad_data(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad_cases); i++) {
		const struct bad_case *row = &bad_cases[i];
		struct otp_position position = row->position;
		struct otp_finding finding = { OTP_NO_MATCH, 0 };

		CHECK(otp_compare(&row->settings, TEXT(SEED), TEXT("755224"), 0, &row->reach,
				  &position, &finding) == STATUS_BAD_DATA &&
			      finding.match == OTP_NO_MATCH,
		      "refused: %s", row->label);
	}
}

static const struct pair_case {
	const char *label;
	uint64_t next, first, second;
	unsigned search;
	enum status expected;
} pair_cases[] = {
	{ "the first two of all", 0, 0, 1, 1000, STATUS_OK },
	{ "the next two", 100, 100, 101, 1000, STATUS_OK },
	{ "far ahead", 100, 900, 901, 1000, STATUS_OK },
	{ "as far as is searched", 100, 1099, 1100, 1000, STATUS_OK },
	{ "further", 100, 1100, 1101, 1000, STATUS_NOT_FOUND },
	{ "the second beyond a narrow search", 100, 110, 111, 10, STATUS_NOT_FOUND },
	{ "the first used already", 100, 99, 100, 1000, STATUS_NOT_FOUND },
	{ "both used already", 100, 98, 99, 1000, STATUS_NOT_FOUND },
	{ "the wrong way round", 100, 901, 900, 1000, STATUS_NOT_FOUND },
	{ "one twice", 100, 900, 900, 1000, STATUS_NOT_FOUND },
	{ "one left out between", 100, 900, 902, 1000, STATUS_NOT_FOUND },
	{ "a search too wide", 100, 100, 101, 1001, STATUS_BAD_DATA },
};

static void test_synchronize(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(pair_cases); i++) {
		const struct pair_case *row = &pair_cases[i];
		struct otp_position position = { row->next, 0 };
		char first[OTP_CODE_SIZE], second[OTP_CODE_SIZE];
		bool is_found = row->expected == STATUS_OK;

		CHECK(otp_synchronize(&counting, TEXT(SEED), text_of(code_of(row->first, first)),
				      text_of(code_of(row->second, second)), 0, row->search,
				      &position) == row->expected,
		      "synchronize: %s", row->label);
		CHECK(position.next_step == (is_found ? row->second + 1 : row->next) &&
			      position.drift == 0,
		      "synchronize: %s: the counter", row->label);
	}
}

static void test_kinds(void)
{
	enum otp_kind kind = OTP_TOTP;

	CHECK(otp_kind_parse(text_of(otp_kind_name(OTP_HOTP)), &kind) == STATUS_OK &&
		      kind == OTP_HOTP,
	      "HOTP by its name");
	CHECK(otp_kind_parse(text_of(otp_kind_name(OTP_TOTP)), &kind) == STATUS_OK &&
		      kind == OTP_TOTP,
	      "TOTP by its name");
	CHECK(otp_kind_parse(TEXT("hotp"), &kind) == STATUS_BAD_INPUT &&
		      otp_kind_parse(TEXT(""), &kind) == STATUS_BAD_INPUT &&
		      *otp_kind_name((enum otp_kind)2) == '\0',
	      "and no other");
	CHECK(otp_step(&counting, 59) == 0, "a counter has no step of a time");
}

int main(void)
{
	test_vectors();
	test_look_ahead();
	test_skipped();
	test_bad_data();
	test_synchronize();
	test_kinds();
	return check_done();
}
