/*
 * tests/unit/test_base.c: text, numbers, the hash, encodings and times.
 */
#include "base/complaint.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/timestamp.h"
#include "check.h"

/* Bytes with a NUL or more in them. */
#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* Part of the snapshot's format and of every uid: these numbers never change. */
static const struct hash_case {
	struct text text;
	uint64_t unseeded, seeded;
} hash_cases[] = {
	{ BYTES(""), 0x0000000000000000U, 0x87cbfbfe89022ceaU },
	{ BYTES("a"), 0xf05da57d93a4cf13U, 0x024e84e362db2695U },
	{ BYTES("\0"), 0x7d6e4ac38b2b1be2U, 0x00d5d7b560733281U },
	{ BYTES("\0\0"), 0x2f001c5a9cf66fa8U, 0xdc2234fc0683c009U },
	{ BYTES("alice"), 0x5b0846e9bf077026U, 0xc891e21f3dc4d12eU },
	{ BYTES("AIDAQWJ"), 0xa5249bd691f0dfaaU, 0xfde04b4dfcda77f0U },
	{ BYTES("AIDAQWJX"), 0xdf630fcd1dcb3129U, 0xdbb4c2aefcf52efaU },
	{ BYTES("AIDAQWJX5"), 0x3720350a40a18f9aU, 0x1d1c97ff98b741b9U },
	{ BYTES("AIDAQWJX5EXAMPLEALICE"), 0xea5478a3887c3063U, 0x7c425fd59df33e9aU },
	{ BYTES("\xff\xfe\x80"), 0x9827cf92cb67c6e4U, 0x94891be48c39a3e7U },
	{ BYTES("user-0000000000000000000000000000001"), 0xab5ed5af7e1e8d4fU, 0x88c76b72a14347caU },
};

static void test_hash(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(hash_cases); i++) {
		const struct hash_case *row = &hash_cases[i];
		char unaligned[64] = "x";

		memcpy(unaligned + 1, row->text.bytes, row->text.length);
		CHECK(hash64(row->text, 0) == row->unseeded, "hash %zu without a seed", i);
		CHECK(hash64((struct text){ unaligned + 1, row->text.length },
			     0x0123456789abcdefU) == row->seeded,
		      "hash %zu with a seed, unaligned", i);
	}
}

static const struct compare_case {
	const char *left, *right;
	int order;
	bool equal_ignoring_case;
} compare_cases[] = {
	{ "", "", 0, true },
	{ "a", "a", 0, true },
	{ "a", "b", -1, false },
	{ "b", "a", 1, false },
	{ "a", "ab", -1, false },
	{ "ab", "a", 1, false },
	{ "", "a", -1, false },
	{ "A", "a", -1, true },
	{ "Admins", "aDMINS", -1, true },
	{ "\xc3\x84", "\xc3\xa4", -1, false }, /* no locale: only ASCII is folded */
	{ "[", "{", -1, false },
	{ "@", "`", -1, false },
	{ "\x7f", "\x80", -1, false },
};

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void test_compare(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(compare_cases); i++) {
		const struct compare_case *row = &compare_cases[i];
		struct text left = text_of(row->left), right = text_of(row->right);

		CHECK(sign(text_compare(left, right)) == row->order, "'%s' to '%s'", row->left,
		      row->right);
		CHECK(text_equal(left, right) == (row->order == 0), "'%s' is '%s'", row->left,
		      row->right);
		CHECK(text_equal_ignoring_case(left, right) == row->equal_ignoring_case,
		      "'%s' is '%s' but for case", row->left, row->right);
	}
	CHECK(text_starts_with(TEXT("abc"), TEXT("ab")), "a start");
	CHECK(text_starts_with(TEXT("abc"), TEXT("")), "an empty start");
	CHECK(!text_starts_with(TEXT("ab"), TEXT("abc")), "a start that is longer");
	CHECK(!text_starts_with(TEXT("abc"), TEXT("b")), "no start");
	CHECK(text_of(NULL).length == 0, "no string is empty text");
}

static const struct number_case {
	const char *text;
	uint64_t minimum, maximum;
	enum status status;
	uint64_t value;
} number_cases[] = {
	{ "0", 0, UINT64_MAX, STATUS_OK, 0 },
	{ "7", 7, 7, STATUS_OK, 7 },
	{ "18446744073709551615", 0, UINT64_MAX, STATUS_OK, UINT64_MAX },
	{ "18446744073709551616", 0, UINT64_MAX, STATUS_BAD_INPUT, 0 },
	{ "99999999999999999999999", 0, UINT64_MAX, STATUS_BAD_INPUT, 0 },
	{ "6", 7, 9, STATUS_BAD_INPUT, 0 },
	{ "10", 7, 9, STATUS_BAD_INPUT, 0 },
	{ "", 0, 9, STATUS_BAD_INPUT, 0 },
	{ "-1", 0, UINT64_MAX, STATUS_BAD_INPUT, 0 },
	{ "+1", 0, 9, STATUS_BAD_INPUT, 0 },
	{ " 1", 0, 9, STATUS_BAD_INPUT, 0 },
	{ "1 ", 0, 9, STATUS_BAD_INPUT, 0 },
	{ "1e3", 0, 9999, STATUS_BAD_INPUT, 0 },
	{ "0x10", 0, 99, STATUS_BAD_INPUT, 0 },
	{ "1.0", 0, 99, STATUS_BAD_INPUT, 0 },
	{ "\xd9\xa1", 0, 99, STATUS_BAD_INPUT, 0 }, /* an Arabic one */
};

static void test_numbers(void)
{
	uint32_t small = 42;

	for (size_t i = 0; i < ARRAY_LENGTH(number_cases); i++) {
		const struct number_case *row = &number_cases[i];
		uint64_t value = 42;

		CHECK(text_parse_uint64(text_of(row->text), row->minimum, row->maximum, &value) ==
			      row->status,
		      "number '%s'", row->text);
		CHECK(value == (row->status == STATUS_OK ? row->value : 42), "value of '%s'",
		      row->text);
	}
	CHECK(text_parse_uint32(TEXT("4294967296"), 0, UINT32_MAX, &small) == STATUS_BAD_INPUT &&
		      small == 42,
	      "2^32 is no 32-bit number");
	CHECK(text_parse_uint32(TEXT("4294967295"), 0, UINT32_MAX, &small) == STATUS_OK &&
		      small == UINT32_MAX,
	      "2^32-1 is one");
}

static const struct pieces_case {
	const char *text, *joined; /* the pieces, each in brackets */
} pieces_cases[] = {
	{ "", "[]" },      { "a", "[a]" },    { "a,b", "[a][b]" },    { ",", "[][]" },
	{ "a,", "[a][]" }, { ",a", "[][a]" }, { "a,,b", "[a][][b]" },
};

static void test_pieces(void)
{
	struct text none = { NULL, 0 }, piece;

	for (size_t i = 0; i < ARRAY_LENGTH(pieces_cases); i++) {
		struct text rest = text_of(pieces_cases[i].text);
		char joined[64] = "";
		size_t used = 0;

		while (text_next_piece(&rest, ',', &piece))
			used += (size_t)snprintf(joined + used, sizeof(joined) - used, "[%.*s]",
						 TEXT_ARGUMENTS(piece));
		CHECK(strcmp(joined, pieces_cases[i].joined) == 0, "pieces of '%s' are %s",
		      pieces_cases[i].text, joined);
	}
	CHECK(!text_next_piece(&none, ',', &piece), "nothing has no piece");
	CHECK(text_is(text_trim(TEXT(" \t a b\t ")), "a b"), "blanks are trimmed");
	CHECK(text_is(text_trim(TEXT(" \t ")), ""), "blanks alone leave nothing");
	CHECK(text_is(text_trim(TEXT("\na\n")), "\na\n"), "line ends stay");
	CHECK(text_is(text_skip(TEXT("abc"), 2), "c"), "two skipped of three");
	CHECK(text_is(text_skip(TEXT("abc"), 9), ""), "more skipped than there is");
}

static void test_copies(void)
{
	char buffer[4] = "xyz", *copy = NULL;

	CHECK(text_copy(TEXT("abc"), buffer, sizeof(buffer)) == STATUS_OK, "three bytes in four");
	CHECK(strcmp(buffer, "abc") == 0, "are copied");
	CHECK(text_copy(TEXT("abcd"), buffer, sizeof(buffer)) == STATUS_NO_SPACE, "four do not");
	CHECK(text_copy(TEXT(""), buffer, 1) == STATUS_OK && buffer[0] == '\0', "nothing in one");
	CHECK(text_format(buffer, sizeof(buffer), "%d", 123) == STATUS_OK, "a format that fits");
	CHECK(text_format(buffer, sizeof(buffer), "%d", 1234) == STATUS_NO_SPACE,
	      "one that is cut");
	CHECK(text_duplicate((struct text){ "abc", 2 }, &copy) == STATUS_OK &&
		      strcmp(copy, "ab") == 0,
	      "a copy on the heap");
	free(copy);
}

static const struct printable_case {
	struct text text;
	const char *shown;
} printable_cases[] = {
	{ BYTES(""), "" },
	{ BYTES("alice"), "alice" },
	{ BYTES("a'b\"c\\"), "a\\x27b\\x22c\\x5c" },
	{ BYTES("\n\x1b[0m"), "\\x0a\\x1b[0m" },
	{ BYTES("\0\x7f\xff"), "\\x00\\x7f\\xff" },
	{ BYTES("1234567890123456789"), "1234567890123456789" },
	{ BYTES("12345678901234567890"), "1234567890123456..." },
	{ BYTES("123456789012345\n\n"), "123456789012345..." },
};

static void test_printable(void)
{
	char buffer[20], tiny[3];

	for (size_t i = 0; i < ARRAY_LENGTH(printable_cases); i++) {
		struct text text = printable_cases[i].text;

		memset(buffer, '#', sizeof(buffer));
		CHECK(strcmp(text_printable(text, buffer, sizeof(buffer)),
			     printable_cases[i].shown) == 0,
		      "row %zu is shown as %s", i, buffer);
	}
	CHECK(strcmp(text_printable(TEXT("abc"), tiny, sizeof(tiny)), "") == 0, "no room at all");
}

static const struct utf8_case {
	struct text text;
	size_t first; /* bytes of the first character */
	bool is_utf8;
} utf8_cases[] = {
	{ BYTES(""), 0, true },
	{ BYTES("a"), 1, true },
	{ BYTES("\0"), 0, false },
	{ BYTES("a\0"), 1, false },
	{ BYTES("\x7f"), 1, true },
	{ BYTES("\x80"), 0, false },
	{ BYTES("\xc2\x80"), 2, true },
	{ BYTES("\xc1\xbf"), 0, false }, /* overlong */
	{ BYTES("\xc2"), 0, false },
	{ BYTES("\xc2\x41"), 0, false },
	{ BYTES("\xe0\xa0\x80"), 3, true },
	{ BYTES("\xe0\x9f\xbf"), 0, false }, /* overlong */
	{ BYTES("\xe2\x82\xac!"), 3, true },
	{ BYTES("\xe2\x82"), 0, false },
	{ BYTES("\xe2\x82\x41"), 0, false },
	{ BYTES("\xed\x9f\xbf"), 3, true },
	{ BYTES("\xed\xa0\x80"), 0, false }, /* a surrogate */
	{ BYTES("\xef\xbf\xbf"), 3, true },
	{ BYTES("\xf0\x90\x80\x80"), 4, true },
	{ BYTES("\xf0\x8f\xbf\xbf"), 0, false }, /* overlong */
	{ BYTES("\xf4\x8f\xbf\xbf"), 4, true },
	{ BYTES("\xf4\x90\x80\x80"), 0, false }, /* above U+10FFFF */
	{ BYTES("\xf5\x80\x80\x80"), 0, false },
	{ BYTES("\xff"), 0, false },
	{ BYTES("a\xe2\x82\xac\xc3"), 1, false },
};

static void test_utf8(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(utf8_cases); i++) {
		const struct utf8_case *row = &utf8_cases[i];

		CHECK(text_utf8_length(row->text) == row->first, "first character of row %zu", i);
		CHECK(text_is_utf8(row->text) == row->is_utf8, "row %zu is UTF-8 or not", i);
	}
}

typedef enum status (*coder)(struct text text, struct buffer *out_bytes);

static const struct coding_case {
	coder code;
	struct text text;
	enum status status;
	struct text result;
} coding_cases[] = {
	{ base64_decode, BYTES(""), STATUS_OK, BYTES("") },
	{ base64_decode, BYTES("Zg=="), STATUS_OK, BYTES("f") },
	{ base64_decode, BYTES("Zm8="), STATUS_OK, BYTES("fo") },
	{ base64_decode, BYTES("Zm9vYmFy"), STATUS_OK, BYTES("foobar") },
	{ base64_decode, BYTES("AP/+"), STATUS_OK, BYTES("\0\xff\xfe") },
	{ base64_decode, BYTES("Zg"), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zg="), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zh=="), STATUS_BAD_INPUT, BYTES("") }, /* bits left over */
	{ base64_decode, BYTES("Zm9="), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Z==="), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("===="), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zg==Zg=="), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zm9v\n"), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zm 9"), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zm_v"), STATUS_BAD_INPUT, BYTES("") },
	{ base64_decode, BYTES("Zm\0v"), STATUS_BAD_INPUT, BYTES("") },
	{ base64_encode, BYTES(""), STATUS_OK, BYTES("") },
	{ base64_encode, BYTES("f"), STATUS_OK, BYTES("Zg==") },
	{ base64_encode, BYTES("fo"), STATUS_OK, BYTES("Zm8=") },
	{ base64_encode, BYTES("foo"), STATUS_OK, BYTES("Zm9v") },
	{ base64_encode, BYTES("\0\xff\xfe\x80"), STATUS_OK, BYTES("AP/+gA==") },
	{ base32_decode, BYTES(""), STATUS_OK, BYTES("") },
	{ base32_decode, BYTES("MY======"), STATUS_OK, BYTES("f") },
	{ base32_decode, BYTES("my"), STATUS_OK, BYTES("f") },
	{ base32_decode, BYTES("MZXW6YTBOI======"), STATUS_OK, BYTES("foobar") },
	{ base32_decode, BYTES("MZXW6YTBOI"), STATUS_OK, BYTES("foobar") },
	{ base32_decode, BYTES("MZXW6YTB"), STATUS_OK, BYTES("fooba") },
	{ base32_decode, BYTES("MY="), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("MZXW6YTB========"), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("========"), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("MZ"), STATUS_BAD_INPUT, BYTES("") }, /* bits left over */
	{ base32_decode, BYTES("M"), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("MZX"), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("M=Y====="), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("M1"), STATUS_BAD_INPUT, BYTES("") },
	{ base32_decode, BYTES("M Y"), STATUS_BAD_INPUT, BYTES("") },
	{ base32_encode, BYTES(""), STATUS_OK, BYTES("") },
	{ base32_encode, BYTES("f"), STATUS_OK, BYTES("MY") },
	{ base32_encode, BYTES("fooba"), STATUS_OK, BYTES("MZXW6YTB") },
	{ base32_encode, BYTES("foobar"), STATUS_OK, BYTES("MZXW6YTBOI") },
	{ base32_encode, BYTES("\xff\xff\xff\xff\xff"), STATUS_OK, BYTES("77777777") },
	{ percent_encode, BYTES("Az09-_.~"), STATUS_OK, BYTES("Az09-_.~") },
	{ percent_encode, BYTES(" +/=\0\xff"), STATUS_OK, BYTES("%20%2B%2F%3D%00%FF") },
	{ percent_decode, BYTES("%7B%22a%22%3a1%7d"), STATUS_OK, BYTES("{\"a\":1}") },
	{ percent_decode, BYTES("a+b/c"), STATUS_OK, BYTES("a+b/c") },
	{ percent_decode, BYTES("%"), STATUS_BAD_INPUT, BYTES("") },
	{ percent_decode, BYTES("%4"), STATUS_BAD_INPUT, BYTES("") },
	{ percent_decode, BYTES("%4g"), STATUS_BAD_INPUT, BYTES("") },
	{ percent_decode, BYTES("%00"), STATUS_BAD_INPUT, BYTES("") },
	{ percent_decode, BYTES("%-1"), STATUS_BAD_INPUT, BYTES("") },
};

static void test_encodings(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(coding_cases); i++) {
		const struct coding_case *row = &coding_cases[i];
		AUTO_BUFFER result, full;

		buffer_init(&result, 64);
		buffer_init(&full, row->result.length > 0 ? row->result.length - 1 : 0);
		CHECK(row->code(row->text, &result) == row->status, "coding row %zu", i);
		if (row->status != STATUS_OK)
			continue;
		CHECK(text_equal(buffer_text(&result), row->result), "result of row %zu", i);
		CHECK(row->result.length == 0 || row->code(row->text, &full) == STATUS_BAD_INPUT,
		      "row %zu does not pass the buffer's maximum", i);
	}
}

static const struct time_case {
	const char *text;
	int64_t seconds; /* -1: refused */
} time_cases[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-01-02T03:04:05Z", 1767323045 },
	{ "2026-01-02T03:04:05+00:00", 1767323045 },
	{ "2026-01-02T05:04:05+02:00", 1767323045 },
	{ "2026-01-01T21:34:05-05:30", 1767323045 },
	{ "2026-01-02T03:04:05.998859Z", 1767323045 },
	{ "2000-02-29T00:00:00Z", 951782400 },
	{ "2024-02-29T12:00:00Z", 1709208000 },
	{ "2038-01-19T03:14:08Z", 2147483648 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "2023-02-29T00:00:00Z", -1 },
	{ "2100-02-29T00:00:00Z", -1 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "1970-01-01T00:00:00+00:01", -1 },
	{ "9999-12-31T23:59:59-00:01", -1 },
	{ "2026-13-01T00:00:00Z", -1 },
	{ "2026-00-01T00:00:00Z", -1 },
	{ "2026-04-31T00:00:00Z", -1 },
	{ "2026-01-02T24:00:00Z", -1 },
	{ "2026-01-02T03:60:00Z", -1 },
	{ "2026-01-02T03:04:60Z", -1 },
	{ "2026-01-02T03:04:05.Z", -1 },
	{ "2026-01-02T03:04:05", -1 },
	{ "2026-01-02T03:04:05+0000", -1 },
	{ "2026-01-02T03:04:05+24:00", -1 },
	{ "2026-01-02T03:04:05Z ", -1 },
	{ "2026-1-2T03:04:05Z", -1 },
	{ "+026-01-02T03:04:05Z", -1 },
	{ "2026-01-02 03:04:05Z", -1 },
	{ "2026-01-02", -1 },
	{ "", -1 },
};

static const struct format_case {
	int64_t seconds;
	const char *text;
} format_cases[] = {
	{ 0, "1970-01-01T00:00:00Z" },
	{ 1767323045, "2026-01-02T03:04:05Z" },
	{ 253402300799, "9999-12-31T23:59:59Z" },
	{ 253402300800, "9999-12-31T23:59:59Z" },
	{ INT64_MAX, "9999-12-31T23:59:59Z" },
	{ -1, "1970-01-01T00:00:00Z" },
	{ INT64_MIN, "1970-01-01T00:00:00Z" },
};

static void test_times(void)
{
	char buffer[TIMESTAMP_TEXT_SIZE];

	CHECK_REQUIRE(setenv("TZ", "America/New_York", 1) == 0, "setenv");
	for (size_t i = 0; i < ARRAY_LENGTH(time_cases); i++) {
		const struct time_case *row = &time_cases[i];
		int64_t seconds = -1;
		enum status status = timestamp_parse(text_of(row->text), &seconds);

		CHECK(status == (row->seconds < 0 ? STATUS_BAD_INPUT : STATUS_OK) &&
			      seconds == row->seconds,
		      "time '%s'", row->text);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(format_cases); i++)
		CHECK(strcmp(timestamp_format(format_cases[i].seconds, buffer),
			     format_cases[i].text) == 0,
		      "format of %lld", (long long)format_cases[i].seconds);
	CHECK(timestamp_now() > 1767323045, "the clock runs");
}

static void test_complaint(void)
{
	struct complaint complaint = { .place = "here", .line = 7 };
	char longer[400];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK(complain(&complaint, STATUS_BAD_DATA, "%d of %s", 3, "four") == STATUS_BAD_DATA &&
		      strcmp(complaint.reason, "3 of four") == 0,
	      "the reason is filled in, the status comes back");
	CHECK(strcmp(complaint.place, "here") == 0 && complaint.line == 7, "place and line stay");
	CHECK(complain(NULL, STATUS_SYSTEM, "nobody listens") == STATUS_SYSTEM, "to nobody");
	(void)complain(&complaint, STATUS_BAD_INPUT, "%s", longer);
	CHECK(strlen(complaint.reason) == sizeof(complaint.reason) - 1, "a long one is cut");
	for (enum status status = STATUS_OK; status <= STATUS_SYSTEM; status++)
		CHECK(strcmp(status_text(status), "unknown status") != 0, "words for status %u",
		      status);
}

static const struct duration_case {
	const char *text;
	uint32_t minimum, maximum, seconds; /* seconds 0: refused */
} duration_cases[] = {
	{ "90", 1, 100, 90 },
	{ "90s", 1, 100, 90 },
	{ "15m", 900, 43200, 900 },
	{ "12h", 900, 43200, 43200 },
	{ "7d", 1, UINT32_MAX, 604800 },
	{ "14m", 900, 43200, 0 },
	{ "13h", 900, 43200, 0 },
	{ "49711d", 1, UINT32_MAX, 0 }, /* more than 32 bits hold */
	{ "4294967296", 1, UINT32_MAX, 0 },
	{ "", 1, 100, 0 },
	{ "s", 1, 100, 0 },
	{ "-1s", 1, 100, 0 },
	{ " 9", 1, 100, 0 },
	{ "1h30m", 1, 10000, 0 },
	{ "1.5h", 1, 10000, 0 },
	{ "1H", 1, 10000, 0 },
};

static void test_durations(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(duration_cases); i++) {
		const struct duration_case *row = &duration_cases[i];
		uint32_t seconds = 0;
		enum status status =
			duration_parse(text_of(row->text), row->minimum, row->maximum, &seconds);

		CHECK(status == (row->seconds ? STATUS_OK : STATUS_BAD_INPUT) &&
			      seconds == row->seconds,
		      "duration '%s': %u", row->text, seconds);
	}
}

int main(void)
{
	test_hash();
	test_compare();
	test_numbers();
	test_pieces();
	test_copies();
	test_printable();
	test_utf8();
	test_encodings();
	test_times();
	test_complaint();
	test_durations();
	return check_done();
}
