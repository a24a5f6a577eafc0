/* Recovery and break-glass codes as texts: made, written, and read as people type them. */
#include "check.h"
#include "otp/paper_code.h"

static const struct read_case {
	const char *label;
	struct text typed;
	const char *name, *symbols; /* symbols NULL: none is read */
} read_cases[] = {
	{ "as it is written", TEXT("7K3M-Q9TW-X2VD-H5NB"), "", "7K3MQ9TWX2VDH5NB" },
	{ "in lower case", TEXT("7k3m-q9tw-x2vd-h5nb"), "", "7K3MQ9TWX2VDH5NB" },
	{ "without dashes", TEXT("7K3MQ9TWX2VDH5NB"), "", "7K3MQ9TWX2VDH5NB" },
	{ "with blanks", TEXT(" 7K3M Q9TW x2vd H5NB "), "", "7K3MQ9TWX2VDH5NB" },
	{ "each symbol apart", TEXT("7 K-3 M Q 9 T W X 2 V D H 5 N B"), "", "7K3MQ9TWX2VDH5NB" },
	{ "letters for digits", TEXT("OoIi-lL00-1111-0O0o"), "", "0011110011110000" },
	{ "with a name", TEXT("ABCD-7K3M-Q9TW-X2VD-H5NB"), "ABCD", "7K3MQ9TWX2VDH5NB" },
	{ "with a name, typed in one", TEXT("abcd7k3mq9twx2vdh5nb"), "ABCD", "7K3MQ9TWX2VDH5NB" },
	{ "nothing", TEXT(""), "", NULL },
	{ "dashes alone", TEXT("---- ----"), "", NULL },
	{ "a device's code", TEXT("123456"), "", NULL },
	{ "a longer device's", TEXT("12345678"), "", NULL },
	{ "one symbol too few", TEXT("7K3M-Q9TW-X2VD-H5N"), "", NULL },
	{ "one too many", TEXT("7K3M-Q9TW-X2VD-H5NB-0"), "", NULL },
	{ "half a name", TEXT("AB-7K3M-Q9TW-X2VD-H5NB"), "", NULL },
	{ "longer than any", TEXT("ABCD-7K3M-Q9TW-X2VD-H5NB-0"), "", NULL },
	{ "a letter that is none", TEXT("7K3M-Q9TW-X2VD-H5NU"), "", NULL },
	{ "a dot between", TEXT("7K3M.Q9TW.X2VD.H5NB"), "", NULL },
	{ "a tab between", TEXT("7K3M\tQ9TWX2VDH5NB"), "", NULL },
	{ "a NUL in it", TEXT("7K3M-Q9TW-X2VD-H5N\0"), "", NULL },
	{ "not ASCII", TEXT("7K3M-Q9TW-X2VD-H5N\xc3\x84"), "", NULL },
	{ "more blanks than there is room",
	  TEXT("7K3M-Q9TW-X2VD-H5NB                                              "), "", NULL },
};

static void test_reading(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(read_cases); i++) {
		const struct read_case *row = &read_cases[i];
		struct paper_code code = { .name = "ABCD", .symbols = "0000000000000000" };
		enum status status = paper_code_read(row->typed, &code);

		CHECK(status == (row->symbols ? STATUS_OK : STATUS_BAD_INPUT), "read: %s",
		      row->label);
		CHECK(strcmp(code.name, row->name) == 0 &&
			      strcmp(code.symbols, row->symbols ? row->symbols : "") == 0,
		      "read: %s: what it is", row->label);
	}
}

static void test_names(void)
{
	char name[PAPER_CODE_NAME_SIZE] = "";

	CHECK(paper_code_read_name(TEXT("ab-1o"), name) == STATUS_OK && strcmp(name, "AB10") == 0,
	      "a name is typed as its code is");
	CHECK(paper_code_read_name(TEXT("abc"), name) == STATUS_BAD_INPUT &&
		      paper_code_read_name(TEXT("abcde"), name) == STATUS_BAD_INPUT &&
		      paper_code_read_name(TEXT("abc!"), name) == STATUS_BAD_INPUT &&
		      paper_code_read_name(TEXT(""), name) == STATUS_BAD_INPUT,
	      "and has four symbols");
	CHECK(strcmp(name, "AB10") == 0, "what is none changes nothing");
}

static bool is_same(const struct paper_code *left, const struct paper_code *right)
{
	return strcmp(left->name, right->name) == 0 && strcmp(left->symbols, right->symbols) == 0;
}

/* Every symbol should be seen, and none of those that are easily mistaken. */
static void test_making(void)
{
	static const struct text mistaken = TEXT("ILOUilou");
	AUTO_PAPER_CODE last = { .name = "" };
	unsigned seen[256] = { 0 }, read = 0, repeated = 0, symbols = 0;

	for (unsigned i = 0; i < 200; i++) {
		AUTO_PAPER_CODE code = { .name = "" };
		AUTO_PAPER_CODE again = { .name = "" };
		char text[PAPER_CODE_TEXT_SIZE];

		CHECK_REQUIRE(paper_code_new(i % 2, &code) == STATUS_OK, "a new code");
		paper_code_write(&code, text);
		read += strlen(text) == (i % 2 ? 24 : 19) &&
			paper_code_read(text_of(text), &again) == STATUS_OK &&
			is_same(&code, &again);
		repeated += strcmp(code.symbols, last.symbols) == 0;
		last = code;
		for (const char *symbol = code.symbols; *symbol; symbol++)
			symbols += seen[(unsigned char)*symbol]++ == 0;
	}
	CHECK(read == 200, "what is written can be read (%u of 200)", read);
	CHECK(repeated == 0, "no code is like the one before");
	CHECK(symbols == 32, "all symbols are used (%u)", symbols);
	for (size_t i = 0; i < mistaken.length; i++)
		CHECK(seen[(unsigned char)mistaken.bytes[i]] == 0, "%c is not", mistaken.bytes[i]);
}

int main(void)
{
	test_reading();
	test_names();
	test_making();
	return check_done();
}
