/* Token files in CSV: what is understood, and what is refused with its line. */
#include "base/buffer.h"
#include "check.h"
#include "tokens/tokens.h"

#define HEX "3132333435363738393031323334353637383930" /* "12345678901234567890" */
#define BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static const struct good_case {
	const char *label, *file;
	size_t count;
	struct token first; /* without its seed, which is the same in all */
} good_cases[] = {
	{ "the least there must be",
	  "serial,seed_hex\nSN1," HEX "\n",
	  1,
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 30, OTP_TOTP }, .place = 2 } },
	{ "base32",
	  "serial,seed_base32\nSN1," BASE32,
	  1,
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 30, OTP_TOTP }, .place = 2 } },
	{ "everything, in another order",
	  "counter,period,digits,algorithm,kind,seed_base32,user,serial\r\n"
	  "17,,8,SHA512,HOTP," BASE32 ",alice,A-z_0@9\r\n",
	  1,
	  { .serial = "A-z_0@9",
	    .user = "alice",
	    .settings = { OTP_SHA512, 8, 0, OTP_HOTP },
	    .position = { 17, 0 },
	    .place = 2 } },
	{ "small letters and dashes",
	  "serial,seed_hex,kind,algorithm\nSN1," HEX ",hotp,sha-256\n",
	  1,
	  { .serial = "SN1", .settings = { OTP_SHA256, 6, 0, OTP_HOTP }, .place = 2 } },
	{ "blanks, quotes and empty lines",
	  "\xef\xbb\xbf \"serial\" , seed_hex , period \n\n  \t\r\n \"SN1\" ,\t\"" HEX
	  "\" , 60\n\n",
	  1,
	  { .serial = "SN1", .settings = { OTP_SHA1, 6, 60, OTP_TOTP }, .place = 4 } },
	{ "two of them",
	  "serial,seed_hex,counter,kind\nSN1," HEX ",9223372036854775807,HOTP\nSN2," HEX ",,\n",
	  2,
	  { .serial = "SN1",
	    .settings = { OTP_SHA1, 6, 0, OTP_HOTP },
	    .position = { INT64_MAX, 0 },
	    .place = 2 } },
};

static void test_good(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(good_cases); i++) {
		const struct good_case *row = &good_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };
		const struct token *token;

		CHECK(tokens_read_csv(text_of(row->file), &list, &complaint) == STATUS_OK &&
			      list.count == row->count,
		      "%s: %u: %s", row->label, complaint.line, complaint.reason);
		token = &list.tokens[0];
		CHECK(strcmp(token->serial, row->first.serial) == 0 &&
			      strcmp(token->user, row->first.user) == 0 &&
			      token->place == row->first.place,
		      "%s: whose it is", row->label);
		CHECK(memcmp(&token->settings, &row->first.settings, sizeof(token->settings)) ==
				      0 &&
			      token->position.next_step == row->first.position.next_step &&
			      token->position.drift == 0,
		      "%s: how it works", row->label);
		CHECK(text_is(secret_text(&token->seed), "12345678901234567890"), "%s: its seed",
		      row->label);
	}
}

static const struct bad_case {
	const char *label;
	struct text file;
	unsigned line;
	const char *reason;
} bad_cases[] = {
	{ "nothing", TEXT(""), 1, "names of columns" },
	{ "empty lines", TEXT("\n\r\n \n"), 4, "names of columns" },
	{ "names alone", TEXT("serial,seed_hex\n"), 0, "no token" },
	{ "no column for the seed", TEXT("serial,kind\nSN1,TOTP\n"), 0, "seed_hex" },
	{ "two columns for the seed", TEXT("serial,seed_hex,seed_base32\nSN1," HEX ",\n"), 0,
	  "one of the columns" },
	{ "no column for the serial number", TEXT("seed_hex\n" HEX "\n"), 0, "'serial'" },
	{ "a column twice", TEXT("serial,seed_hex,serial\nSN1," HEX ",SN1\n"), 1, "twice" },
	{ "a column nobody knows", TEXT("serial,seed_hex,\033[2J\nSN1," HEX ",x\n"), 1,
	  "field 3 is none" },
	{ "a column without a name", TEXT("serial,seed_hex,\nSN1," HEX ",\n"), 1,
	  "field 3 is none" },
	{ "no serial number", TEXT("serial,seed_hex\n," HEX "\n"), 2, "no serial number" },
	{ "a blank in a serial number", TEXT("serial,seed_hex\nS N," HEX "\n"), 2, "letters" },
	{ "a slash in a user's name", TEXT("serial,seed_hex,user\nSN1," HEX ",a/b\n"), 2,
	  "letters" },
	{ "a serial number twice", TEXT("serial,seed_hex\nSN1," HEX "\nSN1," HEX "\n"), 0,
	  "SN1 is there twice, in 2 and 3" },
	{ "too few fields", TEXT("serial,seed_hex\nSN1\n"), 2, "fewer fields" },
	{ "too many fields", TEXT("serial,seed_hex\nSN1," HEX ",\n"), 2, "more fields" },
	{ "an open quote", TEXT("serial,seed_hex\n\"SN1," HEX "\n"), 2, "quote" },
	{ "a quote inside", TEXT("serial,seed_hex\nS\"N1," HEX "\n"), 2, "quote" },
	{ "a doubled quote", TEXT("serial,seed_hex\n\"S\"\"N\"," HEX "\n"), 2, "quote" },
	{ "letters behind a quote", TEXT("serial,seed_hex\n\"SN\"1," HEX "\n"), 2, "quote" },
	{ "a NUL", TEXT("serial,seed_hex\nSN\0," HEX "\n"), 2, "NUL" },
	{ "a seed in base32 called hex", TEXT("serial,seed_hex\nSN1," BASE32 "\n"), 2,
	  "hexadecimal" },
	{ "a seed in hex called base32", TEXT("serial,seed_base32\nSN1," HEX "\n"), 2, "base32" },
	{ "half a byte", TEXT("serial,seed_hex\nSN1," HEX "0\n"), 2, "hexadecimal" },
	{ "no seed", TEXT("serial,seed_hex\nSN1,\n"), 2, "16 to 128 bytes" },
	{ "a seed of 15 bytes", TEXT("serial,seed_hex\nSN1,313233343536373839303132333435\n"), 2,
	  "16 to 128 bytes" },
	{ "a seed of 129 bytes",
	  TEXT("serial,seed_hex\nSN1," HEX HEX HEX HEX HEX HEX "313233343536373839\n"), 2,
	  "16 to 128 bytes" },
	{ "another kind", TEXT("serial,seed_hex,kind\nSN1," HEX ",OCRA\n"), 2, "TOTP or HOTP" },
	{ "another algorithm", TEXT("serial,seed_hex,algorithm\nSN1," HEX ",MD5\n"), 2,
	  "is not SHA1" },
	{ "seven digits", TEXT("serial,seed_hex,digits\nSN1," HEX ",7\n"), 2, "7 digits" },
	{ "digits in words", TEXT("serial,seed_hex,digits\nSN1," HEX ",six\n"), 2, "digits" },
	{ "another period", TEXT("serial,seed_hex,period\nSN1," HEX ",90\n"), 2, "90 seconds" },
	{ "a period of nothing", TEXT("serial,seed_hex,period\nSN1," HEX ",0\n"), 2, "0 seconds" },
	{ "a period of a counter", TEXT("serial,seed_hex,kind,period\nSN1," HEX ",HOTP,30\n"), 2,
	  "no period" },
	{ "a counter of a clock", TEXT("serial,seed_hex,counter\nSN1," HEX ",5\n"), 2,
	  "no counter" },
	{ "a counter below nothing", TEXT("serial,seed_hex,kind,counter\nSN1," HEX ",HOTP,-1\n"), 2,
	  "counter" },
	{ "a counter beyond its end",
	  TEXT("serial,seed_hex,kind,counter\nSN1," HEX ",HOTP,9223372036854775808\n"), 2,
	  "counter" },
	{ "good ones before a bad one",
	  TEXT("serial,seed_hex\nSN1," HEX "\n\nSN2," HEX "\nSN3,x\n"), 5, "hexadecimal" },
};

/* No complaint tells a seed, whatever it stood for. */
static bool tells_a_seed(const struct complaint *complaint)
{
	return strstr(complaint->reason, "3132") || strstr(complaint->reason, "GEZD") ||
	       strstr(complaint->place, "3132") || strstr(complaint->place, "GEZD");
}

static void test_bad(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad_cases); i++) {
		const struct bad_case *row = &bad_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };

		CHECK(tokens_read_csv(row->file, &list, &complaint) == STATUS_BAD_INPUT &&
			      list.count == 0 && !list.tokens,
		      "refused: %s", row->label);
		CHECK(complaint.line == row->line && strstr(complaint.reason, row->reason) &&
			      !tells_a_seed(&complaint),
		      "%s: line %u: %s", row->label, complaint.line, complaint.reason);
	}
}

/* A seed in the wrong column, or without a name above it, is not repeated either. */
static void test_misplaced_seeds(void)
{
	static const char *const files[] = {
		"serial,seed_hex,algorithm\nSN1,x," HEX "\n",
		"serial,seed_hex,kind\nSN1," HEX "," HEX "\n",
		"serial,seed_hex,digits\nSN1," HEX "," HEX "\n",
		"SN1," HEX "\n",
		BASE32 ",SN1\n",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_LIST list = { 0 };

		CHECK(tokens_read_csv(text_of(files[i]), &list, &complaint) == STATUS_BAD_INPUT &&
			      !tells_a_seed(&complaint),
		      "misplaced seed %zu: %s", i, complaint.reason);
	}
}

static void test_limits(void)
{
	struct complaint complaint = { .reason = "" };
	AUTO_TOKEN_LIST list = { 0 }, too_long = { 0 };
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, TOKENS_BYTES_MAX);
	CHECK_REQUIRE(buffer_append(&file, TEXT("serial,seed_hex\n")) == STATUS_OK, "memory");
	for (unsigned i = 0; i < TOKENS_MAX; i++)
		CHECK_REQUIRE(buffer_append_format(&file, "SN%u," HEX "\n", i) == STATUS_OK,
			      "memory");
	CHECK(tokens_read_csv(buffer_text(&file), &list, &complaint) == STATUS_OK &&
		      list.count == TOKENS_MAX,
	      "as many as there may be");
	token_list_release(&list);
	CHECK_REQUIRE(buffer_append(&file, TEXT("SNX," HEX "\n")) == STATUS_OK, "memory");
	CHECK(tokens_read_csv(buffer_text(&file), &list, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "more than 10000 tokens"),
	      "and one more: %s", complaint.reason);
	file.length = 16;
	for (unsigned i = 0; i < 5000; i++)
		CHECK_REQUIRE(buffer_append(&file, TEXT("x")) == STATUS_OK, "memory");
	CHECK(tokens_read_csv(buffer_text(&file), &too_long, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "too long"),
	      "a long line: %s", complaint.reason);
}

static const struct owners_case {
	const char *label, *file;
	enum status expected;
	unsigned line;
	const char *reason;
} owners_cases[] = {
	{ "two", "user,serial\nalice,SN1\nbob,SN2\n", STATUS_OK, 0, "" },
	{ "none", "serial,user\n", STATUS_OK, 0, "" },
	{ "one user twice", "serial,user\nSN1,alice\nSN2,alice\n", STATUS_OK, 0, "" },
	{ "one token twice", "serial,user\nSN1,alice\nSN1,bob\n", STATUS_BAD_INPUT, 3,
	  "is there twice" },
	{ "no user", "serial,user\nSN1,\n", STATUS_BAD_INPUT, 2, "are needed" },
	{ "no serial number", "serial,user\n,alice\n", STATUS_BAD_INPUT, 2, "are needed" },
	{ "field 3", "serial\nSN1\n", STATUS_BAD_INPUT, 0, "'serial' and 'user'" },
	{ "another column", "serial,user,seed_hex\nSN1,alice,x\n", STATUS_BAD_INPUT, 1, "field 3" },
	{ "nothing", "", STATUS_BAD_INPUT, 1, "names of columns" },
};

static void test_owners(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(owners_cases); i++) {
		const struct owners_case *row = &owners_cases[i];
		struct complaint complaint = { .reason = "" };
		AUTO_TOKEN_OWNERS owners = { 0 };

		CHECK(tokens_read_owners(text_of(row->file), &owners, &complaint) ==
				      row->expected &&
			      complaint.line == row->line && strstr(complaint.reason, row->reason),
		      "owners: %s: %u: %s", row->label, complaint.line, complaint.reason);
		if (i == 0)
			CHECK(owners.count == 2 && text_is(owners.owners[0].serial, "SN1") &&
				      text_is(owners.owners[0].user, "alice") &&
				      text_is(owners.owners[1].user, "bob") &&
				      owners.owners[1].line == 3,
			      "owners: who has which");
	}
}

int main(void)
{
	test_good();
	test_bad();
	test_misplaced_seeds();
	test_limits();
	test_owners();
	return check_done();
}
