/* Literal addresses, and those that only look like ones. */
#include "base/address.h"
#include "check.h"

static const struct parse_case {
	const char *text;
	bool is_one, is_v6;
	unsigned char bytes[16];
} parse_cases[] = {
	{ "192.0.2.7", true, false, { 192, 0, 2, 7 } },
	{ "0.0.0.0", true, false, { 0 } },
	{ "255.255.255.255", true, false, { 255, 255, 255, 255 } },
	{ "010.002.003.004", true, false, { 10, 2, 3, 4 } },
	{ "::", true, true, { 0 } },
	{ "::1", true, true, { [15] = 1 } },
	{ "2001:db8::7", true, true, { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } },
	{ "2001:DB8::7", true, true, { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } },
	{ "::ffff:192.0.2.7", true, true, { [10] = 0xff, [11] = 0xff, 192, 0, 2, 7 } },
	{ "", false, false, { 0 } },
	{ "192.0.2", false, false, { 0 } },
	{ "192.0.2.7.1", false, false, { 0 } },
	{ "192.0.2.256", false, false, { 0 } },
	{ "192.0.2.0007", false, false, { 0 } },
	{ "192.0.2.-7", false, false, { 0 } },
	{ "192.0.2.", false, false, { 0 } },
	{ "192.0.2.7/32", false, false, { 0 } },
	{ " 192.0.2.7", false, false, { 0 } },
	{ "0xc0.0.2.7", false, false, { 0 } },
	{ "3221225991", false, false, { 0 } },
	{ ":::", false, false, { 0 } },
	{ "2001:db8::7::1", false, false, { 0 } },
	{ "[::1]", false, false, { 0 } },
	{ "fe80::1%eth0", false, false, { 0 } },
	{ "2001:db8::/32", false, false, { 0 } },
	{ "localhost", false, false, { 0 } },
};

static void test_parse(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(parse_cases); i++) {
		const struct parse_case *row = &parse_cases[i];
		struct address address = { 0 };
		bool is_one = address_parse(text_of(row->text), &address);

		CHECK(is_one == row->is_one && address.is_v6 == row->is_v6 &&
			      memcmp(address.bytes, row->bytes, sizeof(address.bytes)) == 0,
		      "parse: '%s'", row->text);
	}
}

static void test_hostile(void)
{
	static const char longest[] = "0000:0000:0000:0000:0000:0000:255.255.255.255";
	char longer[200];
	struct address address;

	memset(longer, '1', sizeof(longer));
	CHECK(address_parse(text_of(longest), &address) && address.bytes[15] == 255,
	      "the longest that there is");
	CHECK(!address_parse((struct text){ longer, sizeof(longer) }, &address), "a longer one");
	CHECK(!address_parse(TEXT("192.0.2.7\0"), &address) &&
		      !address_parse(TEXT("::1\0"), &address),
	      "a NUL is part of no address");
	CHECK(!address_parse((struct text){ NULL, 0 }, &address), "nothing at all");
}

static const struct {
	const char *text, *unmapped;
} unmapped_cases[] = {
	{ "::ffff:192.0.2.7", "192.0.2.7" }, { "::FFFF:c000:0207", "192.0.2.7" },
	{ "::192.0.2.7", "::192.0.2.7" },    { "1::ffff:192.0.2.7", "1::ffff:192.0.2.7" },
	{ "2001:db8::7", "2001:db8::7" },    { "192.0.2.7", "192.0.2.7" },
};

static void test_unmapped(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(unmapped_cases); i++) {
		struct address given = { 0 }, wanted = { 0 }, got;

		CHECK_REQUIRE(address_parse(text_of(unmapped_cases[i].text), &given) &&
				      address_parse(text_of(unmapped_cases[i].unmapped), &wanted),
			      unmapped_cases[i].text);
		got = address_unmapped(&given);
		CHECK(got.is_v6 == wanted.is_v6 &&
			      memcmp(got.bytes, wanted.bytes, sizeof(got.bytes)) == 0,
		      "unmapped: %s is %s", unmapped_cases[i].text, unmapped_cases[i].unmapped);
	}
}

int main(void)
{
	test_parse();
	test_hostile();
	test_unmapped();
	return check_done();
}
