/* One-time codes: the vectors of both RFCs, windows, drift, replay, enrolment. */
#include "check.h"
#include "otp/otp.h"
#include "otp/otp_enrolment.h"

#define SEED_20 "12345678901234567890"
#define SEED_32 SEED_20 "123456789012"
#define SEED_64 SEED_20 SEED_20 SEED_20 "1234"

static const struct otp_settings usual = { OTP_SHA1, 6, 30, OTP_TOTP };

/* RFC 4226, appendix D. */
static const char *const hotp_vectors[] = { "755224", "287082", "359152", "969429", "338314",
					    "254676", "287922", "162583", "399871", "520489" };

/* RFC 6238, appendix B; six digits are the last six of eight. */
static const struct totp_vector {
	int64_t time;
	const char *codes[3]; /* SHA1, SHA256, SHA512 */
} totp_vectors[] = {
	{ 59, { "94287082", "46119246", "90693936" } },
	{ 1111111109, { "07081804", "68084774", "25091201" } },
	{ 1111111111, { "14050471", "67062674", "99943326" } },
	{ 1234567890, { "89005924", "91819424", "93441116" } },
	{ 2000000000, { "69279037", "90698825", "38618901" } },
	{ 20000000000, { "65353130", "77737706", "47863826" } },
};

/* What a caller does that need not tell a used code from a wrong one. */
static enum status verify(const struct otp_settings *settings, struct text seed, struct text code,
			  int64_t now, unsigned window, struct otp_position *position)
{
	const struct otp_reach reach = { window, 0 };
	struct otp_finding finding = { OTP_NO_MATCH, 0 };
	enum status status = otp_compare(settings, seed, code, now, &reach, position, &finding);

	if (status != STATUS_OK)
		return status;
	return finding.match == OTP_MATCH ? STATUS_OK : STATUS_NOT_FOUND;
}

static const struct text seeds[] = { TEXT(SEED_20), TEXT(SEED_32), TEXT(SEED_64) };

static void test_hotp_vectors(void)
{
	char code[OTP_CODE_SIZE];

	for (uint64_t step = 0; step < ARRAY_LENGTH(hotp_vectors); step++)
		CHECK(otp_generate(&usual, seeds[0], step, code) == STATUS_OK &&
			      strcmp(code, hotp_vectors[step]) == 0,
		      "RFC 4226, counter %d", (int)step);
}

static void check_totp(const struct totp_vector *row, enum otp_algorithm algorithm, unsigned digits)
{
	struct otp_settings settings = { algorithm, digits, 30, OTP_TOTP };
	struct text seed = seeds[algorithm];
	struct text code = text_skip(text_of(row->codes[algorithm]), 8 - digits);
	struct otp_position position = { 0 };
	char made[OTP_CODE_SIZE];

	CHECK(otp_generate(&settings, seed, otp_step(&settings, row->time), made) == STATUS_OK &&
		      text_is(code, made),
	      "RFC 6238, %s, %u digits, at %lld", otp_algorithm_name(algorithm), digits,
	      (long long)row->time);
	CHECK(verify(&settings, seed, code, row->time, 0, &position) == STATUS_OK &&
		      position.next_step == (uint64_t)row->time / 30 + 1 && position.drift == 0,
	      "and it is accepted then");
}

static void test_totp_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(totp_vectors); i++)
		for (int algorithm = OTP_SHA1; algorithm <= OTP_SHA512; algorithm++) {
			check_totp(&totp_vectors[i], (enum otp_algorithm)algorithm, 6);
			check_totp(&totp_vectors[i], (enum otp_algorithm)algorithm, 8);
		}
}

static const struct settings_case {
	struct otp_settings settings;
	bool valid;
} settings_cases[] = {
	{ { OTP_SHA1, 6, 30, OTP_TOTP }, true },
	{ { OTP_SHA256, 8, 60, OTP_TOTP }, true },
	{ { OTP_SHA512, 6, 60, OTP_TOTP }, true },
	{ { OTP_SHA1, 7, 30, OTP_TOTP }, false },
	{ { OTP_SHA1, 0, 30, OTP_TOTP }, false },
	{ { OTP_SHA1, 9, 30, OTP_TOTP }, false },
	{ { OTP_SHA1, 6, 0, OTP_TOTP }, false },
	{ { OTP_SHA1, 6, 29, OTP_TOTP }, false },
	{ { OTP_SHA1, 6, 90, OTP_TOTP }, false },
	{ { (enum otp_algorithm)3, 6, 30, OTP_TOTP }, false },
};

static void test_settings(void)
{
	char code[OTP_CODE_SIZE];
	enum otp_algorithm algorithm;

	for (size_t i = 0; i < ARRAY_LENGTH(settings_cases); i++) {
		const struct settings_case *row = &settings_cases[i];

		CHECK(otp_settings_are_valid(&row->settings) == row->valid, "settings %zu", i);
		CHECK((otp_generate(&row->settings, seeds[0], 1, code) == STATUS_OK) == row->valid,
		      "settings %zu make a code or none", i);
	}
	for (int i = OTP_SHA1; i <= OTP_SHA512; i++)
		CHECK(otp_algorithm_parse(text_of(otp_algorithm_name((enum otp_algorithm)i)),
					  &algorithm) == STATUS_OK &&
			      (int)algorithm == i,
		      "algorithm %d by its name", i);
	CHECK(otp_algorithm_parse(TEXT("sha1"), &algorithm) == STATUS_BAD_INPUT &&
		      otp_algorithm_parse(TEXT("MD5"), &algorithm) == STATUS_BAD_INPUT &&
		      otp_algorithm_parse(TEXT(""), &algorithm) == STATUS_BAD_INPUT,
	      "no other name");
	CHECK(*otp_algorithm_name((enum otp_algorithm)3) == '\0', "no other algorithm has a name");
	CHECK(otp_step(&usual, 59) == 1 && otp_step(&usual, 60) == 2 && otp_step(&usual, -1) == 0,
	      "steps of a time");
	CHECK(otp_generate(&usual, seeds[0], (uint64_t)INT64_MAX + 1, code) == STATUS_BAD_DATA,
	      "no step beyond time");
}

/* Codes are those of step `of`, asked for at step `at`. */
static const struct compare_case {
	const char *label;
	uint64_t of, at;
	unsigned window;
	struct otp_position before;
	enum otp_match match;
	int32_t drift; /* afterwards, on OTP_MATCH */
} compare_cases[] = {
	{ "now", 5000, 5000, 1, { 0, 0 }, OTP_MATCH, 0 },
	{ "the step before", 4999, 5000, 1, { 0, 0 }, OTP_MATCH, -1 },
	{ "the step after", 5001, 5000, 1, { 0, 0 }, OTP_MATCH, 1 },
	{ "two before", 4998, 5000, 1, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "two after", 5002, 5000, 1, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "two before, window two", 4998, 5000, 2, { 0, 0 }, OTP_MATCH, -1 },
	{ "two after, window two", 5002, 5000, 2, { 0, 0 }, OTP_MATCH, 2 },
	{ "three before, window two", 4997, 5000, 2, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "three after, window two", 5003, 5000, 2, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "the step before, no window", 4999, 5000, 0, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "the step after, no window", 5001, 5000, 0, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "used", 5000, 5000, 1, { 5001, 0 }, OTP_MATCH_USED, 0 },
	{ "older than one used", 4999, 5000, 1, { 5001, 0 }, OTP_MATCH_USED, 0 },
	{ "newer than one used", 5000, 5000, 1, { 5000, 0 }, OTP_MATCH, 0 },
	{ "used while the clock was ahead", 5000, 5000, 1, { 9001, 0 }, OTP_MATCH_USED, 0 },
	{ "wrong, after a use", 4000, 5000, 1, { 5000, 0 }, OTP_NO_MATCH, 0 },
	{ "a device ahead", 5010, 5000, 1, { 4001, 10 }, OTP_MATCH, 10 },
	{ "a device ahead, a code in time for the host",
	  5000,
	  5000,
	  1,
	  { 4001, 10 },
	  OTP_MATCH_OUTSIDE,
	  0 },
	{ "a device behind", 4990, 5000, 1, { 4001, -10 }, OTP_MATCH, -10 },
	{ "ahead follows at once", 5000, 5000, 1, { 5000, -1 }, OTP_MATCH, 0 },
	{ "ahead by two at once", 5001, 5000, 2, { 5000, -1 }, OTP_MATCH, 1 },
	{ "behind, soon after a code", 4999, 5000, 1, { 4999, 0 }, OTP_MATCH, 0 },
	{ "behind, one step too soon", 4999, 5000, 1, { 4501, 0 }, OTP_MATCH, 0 },
	{ "behind, late enough", 4999, 5000, 1, { 4500, 0 }, OTP_MATCH, -1 },
	{ "behind by two moves one", 4998, 5000, 2, { 4001, 0 }, OTP_MATCH, -1 },
	{ "drift ends ahead", 6001, 5000, 1, { 0, 1000 }, OTP_MATCH, 1000 },
	{ "drift ends behind", 3999, 5000, 1, { 0, -1000 }, OTP_MATCH, -1000 },
	{ "the first step ever", 0, 0, 1, { 0, 0 }, OTP_MATCH, 0 },
	{ "as far ahead as is looked", 5025, 5000, 1, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "further ahead", 5026, 5000, 1, { 0, 0 }, OTP_NO_MATCH, 0 },
	{ "as far behind as is looked", 4975, 5000, 1, { 0, 0 }, OTP_MATCH_OUTSIDE, 0 },
	{ "further behind", 4974, 5000, 1, { 0, 0 }, OTP_NO_MATCH, 0 },
	{ "far behind, and older than one used", 4990, 5000, 1, { 4995, 0 }, OTP_NO_MATCH, 0 },
	{ "the second step ever", 1, 0, 1, { 0, 0 }, OTP_MATCH, 1 },
	/* Steps 910737 and 910738 of this seed have one code, 911617. */
	{ "two steps of one code use up both", 910737, 910737, 1, { 0, 0 }, OTP_MATCH, 1 },
	{ "a used step does not hide a new one", 910737, 910738, 1, { 910738, 0 }, OTP_MATCH, 0 },
};

static void test_compare(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(compare_cases); i++) {
		const struct compare_case *row = &compare_cases[i];
		const struct otp_reach reach = { row->window, 0 };
		struct otp_position position = row->before;
		struct otp_finding finding = { OTP_NO_MATCH, 0 };
		char code[OTP_CODE_SIZE];
		enum status status = otp_generate(&usual, seeds[0], row->of, code);

		if (status == STATUS_OK)
			status = otp_compare(&usual, seeds[0], text_of(code),
					     (int64_t)row->at * 30 + 29, &reach, &position,
					     &finding);
		CHECK(status == STATUS_OK && finding.match == row->match, "%s: match", row->label);
		if (row->match == OTP_MATCH)
			CHECK(position.next_step > row->of && position.drift == row->drift,
			      "%s: position (%d)", row->label, position.drift);
		else
			CHECK(memcmp(&position, &row->before, sizeof(position)) == 0,
			      "%s: nothing moves", row->label);
		if (row->match == OTP_MATCH_OUTSIDE)
			CHECK((int64_t)row->at + row->before.drift + finding.away ==
				      (int64_t)row->of,
			      "%s: how far (%d)", row->label, finding.away);
	}
}

static void test_one_code_for_two_steps(void)
{
	struct otp_position position = { 0 };
	const int64_t first = 910737 * 30, second = 910738 * 30;

	CHECK(verify(&usual, seeds[0], TEXT("911617"), first, 1, &position) == STATUS_OK &&
		      position.next_step == 910739,
	      "the newest step of a code that two steps share is taken");
	CHECK(verify(&usual, seeds[0], TEXT("911617"), second, 1, &position) == STATUS_NOT_FOUND,
	      "so that the code is not good a second time");
}

static const struct refusal_case {
	const char *label;
	struct text seed, code;
	unsigned window;
	struct otp_position position;
	enum status expected;
} refusal_cases[] = {
	{ "five digits", TEXT(SEED_20), TEXT("87082"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "seven digits", TEXT(SEED_20), TEXT("2870820"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "eight digits", TEXT(SEED_20), TEXT("94287082"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "no digit", TEXT(SEED_20), TEXT(""), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "a letter", TEXT(SEED_20), TEXT("28708a"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "a sign", TEXT(SEED_20), TEXT("+28708"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "a blank", TEXT(SEED_20), TEXT("28708 "), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "a NUL", TEXT(SEED_20), TEXT("28708\0"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "a NUL behind it", TEXT(SEED_20), TEXT("287082\0"), 1, { 0, 0 }, STATUS_BAD_INPUT },
	{ "other people's digits",
	  TEXT(SEED_20),
	  TEXT("\xd9\xa2\xd9\xa8\xd9\xa7"),
	  1,
	  { 0, 0 },
	  STATUS_BAD_INPUT },
	{ "a short seed", TEXT("123456789012345"), TEXT("287082"), 1, { 0, 0 }, STATUS_BAD_DATA },
	{ "no seed", TEXT(""), TEXT("287082"), 1, { 0, 0 }, STATUS_BAD_DATA },
	{ "a long seed", TEXT(SEED_64 SEED_64 "1"), TEXT("287082"), 1, { 0, 0 }, STATUS_BAD_DATA },
	{ "a wide window", TEXT(SEED_20), TEXT("287082"), 3, { 0, 0 }, STATUS_BAD_DATA },
	{ "drift too far ahead", TEXT(SEED_20), TEXT("287082"), 1, { 0, 1001 }, STATUS_BAD_DATA },
	{ "drift too far behind", TEXT(SEED_20), TEXT("287082"), 1, { 0, -1001 }, STATUS_BAD_DATA },
	{ "a step beyond time",
	  TEXT(SEED_20),
	  TEXT("287082"),
	  1,
	  { UINT64_MAX, 0 },
	  STATUS_BAD_DATA },
	{ "used", TEXT(SEED_20), TEXT("287082"), 1, { 2, 0 }, STATUS_NOT_FOUND },
	{ "wrong", TEXT(SEED_20), TEXT("287083"), 1, { 0, 0 }, STATUS_NOT_FOUND },
	{ "right", TEXT(SEED_20), TEXT("287082"), 1, { 0, 0 }, STATUS_OK },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusal_cases); i++) {
		const struct refusal_case *row = &refusal_cases[i];
		struct otp_position position = row->position;

		CHECK(verify(&usual, row->seed, row->code, 59, row->window, &position) ==
			      row->expected,
		      "verify: %s", row->label);
	}
}

/* Somebody hoards the codes of an hour and uses each as late as the window lets him. */
static void test_window_cannot_be_walked(void)
{
	struct otp_position position = { 100001, 0 };
	unsigned accepted = 0;
	int32_t latest = 0;

	for (uint64_t of = 100001; of < 100121; of++) {
		char code[OTP_CODE_SIZE];
		uint64_t at = of + (uint64_t)(1 - position.drift);

		if (otp_generate(&usual, seeds[0], of, code) != STATUS_OK)
			break;
		accepted += verify(&usual, seeds[0], text_of(code), (int64_t)at * 30, 1,
				   &position) == STATUS_OK;
		latest = position.drift < latest ? position.drift : latest;
	}
	CHECK(accepted == 120, "each code is good once, one step late (%u)", accepted);
	CHECK(latest == 0, "but lateness buys no more lateness (%d)", latest);
}

static void test_one_late_code_is_forgiven(void)
{
	struct otp_position position = { 100001, 0 };
	char late[OTP_CODE_SIZE], in_time[OTP_CODE_SIZE];

	CHECK_REQUIRE(otp_generate(&usual, seeds[0], 104999, late) == STATUS_OK &&
			      otp_generate(&usual, seeds[0], 105003, in_time) == STATUS_OK,
		      "codes");
	CHECK(verify(&usual, seeds[0], text_of(late), 105000 * 30, 1, &position) == STATUS_OK &&
		      position.drift == -1,
	      "a late code after a long time moves the drift");
	CHECK(verify(&usual, seeds[0], text_of(in_time), 105003 * 30, 1, &position) == STATUS_OK &&
		      position.drift == 0,
	      "the next one that is in time moves it back");
}

static const struct synchronize_case {
	const char *label;
	uint64_t first, second, at; /* steps */
	unsigned search;
	enum status expected;
	int32_t drift;
	uint64_t next_step; /* before */
} synchronize_cases[] = {
	{ "in time", 4999, 5000, 5000, 1000, STATUS_OK, 0, 8 },
	{ "a fast clock", 5009, 5010, 5000, 1000, STATUS_OK, 10, 8 },
	{ "a slow clock", 4989, 4990, 5000, 1000, STATUS_OK, -10, 8 },
	{ "as fast as can be", 5999, 6000, 5000, 1000, STATUS_OK, 1000, 8 },
	{ "faster", 6000, 6001, 5000, 1000, STATUS_NOT_FOUND, 0, 8 },
	{ "as slow as can be", 4000, 4001, 5000, 1000, STATUS_OK, -999, 8 },
	{ "slower", 3999, 4000, 5000, 1000, STATUS_NOT_FOUND, 0, 8 },
	{ "a narrow search", 5001, 5002, 5000, 2, STATUS_OK, 2, 8 },
	{ "outside a narrow search", 5002, 5003, 5000, 2, STATUS_NOT_FOUND, 0, 8 },
	{ "the wrong way round", 5000, 4999, 5000, 1000, STATUS_NOT_FOUND, 0, 8 },
	{ "one code twice", 5000, 5000, 5000, 1000, STATUS_NOT_FOUND, 0, 8 },
	{ "one left out between", 4998, 5000, 5000, 1000, STATUS_NOT_FOUND, 0, 8 },
	{ "at the beginning of time", 0, 1, 0, 1000, STATUS_OK, 1, 0 },
	{ "a search too wide", 4999, 5000, 5000, 1001, STATUS_BAD_DATA, 0, 8 },
	{ "both used before", 106, 107, 110, 1000, STATUS_NOT_FOUND, 0, 108 },
	{ "the first used before", 107, 108, 110, 1000, STATUS_NOT_FOUND, 0, 108 },
	{ "newer than those used before", 108, 109, 110, 1000, STATUS_OK, -1, 108 },
};

static void test_synchronize(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(synchronize_cases); i++) {
		const struct synchronize_case *row = &synchronize_cases[i];
		struct otp_position position = { row->next_step, 7 };
		char first[OTP_CODE_SIZE], second[OTP_CODE_SIZE];

		CHECK_REQUIRE(otp_generate(&usual, seeds[0], row->first, first) == STATUS_OK &&
				      otp_generate(&usual, seeds[0], row->second, second) ==
					      STATUS_OK,
			      "codes");
		CHECK(otp_synchronize(&usual, seeds[0], text_of(first), text_of(second),
				      (int64_t)row->at * 30, row->search,
				      &position) == row->expected,
		      "synchronize: %s", row->label);
		if (row->expected == STATUS_OK)
			CHECK(position.next_step == row->second + 1 && position.drift == row->drift,
			      "synchronize: %s: position (%d)", row->label, position.drift);
		else
			CHECK(position.next_step == row->next_step && position.drift == 7,
			      "synchronize: %s: nothing moves", row->label);
	}
}

static void test_synchronize_refusals(void)
{
	struct otp_position position = { 0, 0 };
	struct otp_settings odd = { OTP_SHA1, 7, 30, OTP_TOTP };

	CHECK(otp_synchronize(&usual, seeds[0], TEXT("755224"), TEXT("28708"), 0, 10, &position) ==
		      STATUS_BAD_INPUT,
	      "synchronize: a second code too short");
	CHECK(otp_synchronize(&usual, seeds[0], TEXT("75522x"), TEXT("287082"), 0, 10, &position) ==
		      STATUS_BAD_INPUT,
	      "synchronize: a first code with a letter");
	CHECK(otp_synchronize(&odd, seeds[0], TEXT("755224"), TEXT("287082"), 0, 10, &position) ==
		      STATUS_BAD_DATA,
	      "synchronize: settings out of range");
	CHECK(otp_synchronize(&usual, TEXT("short"), TEXT("755224"), TEXT("287082"), 0, 10,
			      &position) == STATUS_BAD_DATA,
	      "synchronize: a seed out of range");
}

static void test_seed(void)
{
	AUTO_SECRET one, other;

	CHECK(otp_seed_new(&one) == STATUS_OK && one.length == OTP_SEED_BYTES_NEW,
	      "a new seed has the recommended length");
	CHECK(otp_seed_new(&other) == STATUS_OK && memcmp(one.bytes, other.bytes, one.length) != 0,
	      "and is another one each time");
	CHECK(secret_set_bytes(&one, TEXT("a\0b")) == STATUS_OK && one.length == 3 &&
		      memcmp(one.bytes, "a\0b", 4) == 0,
	      "a seed may hold NUL");
}

static const struct uri_case {
	const char *label;
	struct otp_settings settings;
	struct text seed, issuer, account;
	const char *uri; /* NULL: STATUS_BAD_INPUT */
} uri_cases[] = {
	{ "what apps assume",
	  { OTP_SHA1, 6, 30, OTP_TOTP },
	  TEXT(SEED_20),
	  TEXT("example"),
	  TEXT("ann"),
	  "otpauth://totp/example:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=example" },
	{ "everything else",
	  { OTP_SHA256, 8, 60, OTP_TOTP },
	  TEXT(SEED_20),
	  TEXT("example"),
	  TEXT("ann"),
	  "otpauth://totp/example:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=example"
	  "&algorithm=SHA256&digits=8&period=60" },
	{ "escaped",
	  { OTP_SHA512, 6, 30, OTP_TOTP },
	  TEXT(SEED_20),
	  TEXT("A & B: 1/2"),
	  TEXT("ann@x?y=z%#"),
	  "otpauth://totp/A%20%26%20B%3A%201%2F2:ann%40x%3Fy%3Dz%25%23?secret="
	  "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%26%20B%3A%201%2F2&algorithm=SHA512" },
	{ "no issuer",
	  { OTP_SHA1, 6, 30, OTP_TOTP },
	  TEXT(SEED_20),
	  TEXT(""),
	  TEXT("ann"),
	  "otpauth://totp/ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
	{ "no account",
	  { OTP_SHA1, 6, 30, OTP_TOTP },
	  TEXT(SEED_20),
	  TEXT("example"),
	  TEXT(""),
	  NULL },
	{ "a short seed",
	  { OTP_SHA1, 6, 30, OTP_TOTP },
	  TEXT("short"),
	  TEXT("example"),
	  TEXT("ann"),
	  NULL },
	{ "seven digits",
	  { OTP_SHA1, 7, 30, OTP_TOTP },
	  TEXT(SEED_20),
	  TEXT("example"),
	  TEXT("ann"),
	  NULL },
};

static void test_uri(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(uri_cases); i++) {
		const struct uri_case *row = &uri_cases[i];
		AUTO_SECRET_BUFFER uri;
		enum status status;

		buffer_init(&uri, OTP_URI_BYTES_MAX);
		status = otp_uri(&row->settings, row->seed, row->issuer, row->account, &uri);
		CHECK(status == (row->uri ? STATUS_OK : STATUS_BAD_INPUT), "uri: %s", row->label);
		if (row->uri)
			CHECK(text_is(buffer_text(&uri), row->uri), "uri: %s: %s", row->label,
			      uri.bytes ? uri.bytes : "");
	}
}

static void test_uri_limit(void)
{
	AUTO_SECRET_BUFFER uri;

	buffer_init(&uri, 40);
	CHECK(otp_uri(&usual, seeds[0], TEXT("example"), TEXT("ann"), &uri) == STATUS_BAD_INPUT,
	      "uri: longer than its buffer");
}

static void test_letters(void)
{
	AUTO_SECRET_BUFFER letters, small;

	buffer_init(&letters, SECRET_BYTES_MAX);
	buffer_init(&small, 20);
	CHECK(otp_seed_letters(TEXT("12345678901234567890"), &letters) == STATUS_OK &&
		      text_is(buffer_text(&letters), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"),
	      "letters: four at a time: %s", letters.bytes);
	CHECK(otp_seed_letters(TEXT("12345678901234567890"), &small) == STATUS_BAD_INPUT,
	      "letters: longer than their buffer");
}

int main(void)
{
	test_letters();
	test_hotp_vectors();
	test_totp_vectors();
	test_settings();
	test_compare();
	test_one_code_for_two_steps();
	test_refusals();
	test_window_cannot_be_walked();
	test_one_late_code_is_forgiven();
	test_synchronize();
	test_synchronize_refusals();
	test_seed();
	test_uri();
	test_uri_limit();
	return check_done();
}
