/* Files of tokens while our own allocations fail: a list is whole, or there is none. */
#include "base/buffer.h"
#include "check.h"
#include "fault.h"
#include "support/scratch.h"
#include "tokens/tokens.h"

enum { NOW = 1760000000, FILE_MAX = 1 << 20, FAULTS_MAX = 20000 };

#define HEX "3132333435363738393031323334353637383930"

static const char csv[] = "serial,seed_hex,user\nSN-1," HEX ",alice\nSN-2," HEX ",bob\n";
static const char owners_csv[] = "serial,user\nSN-1,alice\nSN-2,bob\n";
static struct buffer by_key, by_passphrase;

static enum status read_csv(struct token_list *out_list)
{
	return tokens_read_csv(text_of(csv), out_list, NULL);
}

static enum status read_by_key(struct token_list *out_list)
{
	static const char key[] =
		"\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12";

	return tokens_read_pskc(buffer_text(&by_key),
				&(struct tokens_key){ .bytes = { key, sizeof(key) - 1 } }, NOW,
				out_list, NULL);
}

static enum status read_by_passphrase(struct token_list *out_list)
{
	return tokens_read_pskc(buffer_text(&by_passphrase),
				&(struct tokens_key){ .passphrase = TEXT("qwerty") }, NOW, out_list,
				NULL);
}

static const struct read_case {
	const char *label;
	enum status (*read)(struct token_list *out_list);
	size_t count;
	const char *serial; /* of the last */
} read_cases[] = {
	{ "CSV", read_csv, 2, "SN-2" },
	{ "PSKC by a key", read_by_key, 1, "987654321" },
	{ "PSKC by a passphrase", read_by_passphrase, 1, "987654321" },
};

static bool is_whole(const struct token_list *list, const struct read_case *row)
{
	const struct token *last = &list->tokens[row->count - 1];

	return list->count == row->count && strcmp(last->serial, row->serial) == 0 &&
	       text_is(secret_text(&last->seed), "12345678901234567890");
}

static void test_read(const struct read_case *row)
{
	unsigned at = 1, lied = 0, partial = 0;
	bool reached = true;

	for (; reached && at < FAULTS_MAX; at++) {
		AUTO_TOKEN_LIST list = { 0 };
		enum status status;

		fault_arm(FAULT_MEMORY, at, false);
		status = row->read(&list);
		reached = fault_disarm();
		lied += status == STATUS_OK && (reached || !is_whole(&list, row));
		partial += status != STATUS_OK && (list.count > 0 || list.tokens);
	}
	CHECK(at > 5 && at < FAULTS_MAX, "%s: %u allocations failed", row->label, at - 2);
	CHECK(lied == 0, "%s: what was read was whole", row->label);
	CHECK(partial == 0, "%s: of what was not, nothing is left", row->label);
}

static void test_owners(void)
{
	unsigned at = 1, lied = 0;
	bool reached = true;

	for (; reached && at < FAULTS_MAX; at++) {
		AUTO_TOKEN_OWNERS owners = { 0 };
		enum status status;

		fault_arm(FAULT_MEMORY, at, false);
		status = tokens_read_owners(text_of(owners_csv), &owners, NULL);
		reached = fault_disarm();
		lied += (status == STATUS_OK) != (owners.count == 2) ||
			(reached && status == STATUS_OK);
	}
	CHECK(at > 2 && at < FAULTS_MAX && lied == 0, "owners: %u allocations failed", at - 2);
}

int main(void)
{
	buffer_init(&by_key, FILE_MAX);
	buffer_init(&by_passphrase, FILE_MAX);
	CHECK_REQUIRE(scratch_read("tests/data/tokens", "figure-6.pskcxml", &by_key) &&
			      scratch_read("tests/data/tokens", "figure-7.pskcxml", &by_passphrase),
		      "files");
	for (size_t i = 0; i < ARRAY_LENGTH(read_cases); i++)
		test_read(&read_cases[i]);
	test_owners();
	buffer_release(&by_key);
	buffer_release(&by_passphrase);
	return check_done();
}
