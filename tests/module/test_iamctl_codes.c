/*
 * tests/module/test_iamctl_codes.c: recovery and break-glass codes made, counted, listed, taken
 * away.
 */
#include <crypt.h>
#include <sysexits.h>

#include "base/timestamp.h"
#include "check.h"
#include "otp/paper_code.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "json/json.h"

enum { JSON_MAX = 1 << 20 };

static const char state_folder[] = "/var/lib/iam";

static void parse(const struct outcome *outcome, struct json **out_document)
{
	struct complaint complaint = { .reason = "" };

	if (outcome->code != EX_OK)
		iamctl_show(outcome);
	CHECK_REQUIRE(outcome->code == EX_OK && json_parse(buffer_text(&outcome->output), JSON_MAX,
							   out_document, &complaint) == STATUS_OK,
		      complaint.reason);
}

/* Whether a code of the set has the hash of the symbols, by crypt(3) itself. */
static bool is_stored(struct text symbols)
{
	struct crypt_data data = { 0 };
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], plain[PAPER_CODE_SYMBOLS + 1], sql[300];
	const char *hash;

	CHECK_REQUIRE(text_copy(symbols, plain, sizeof(plain)) == STATUS_OK, "a code");
	fixture_text(state_folder, "SELECT setting FROM recovery_set", setting, sizeof(setting));
	hash = crypt_rn(plain, setting, &data, sizeof(data));
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM recovery_code WHERE hash = '%s'",
		 hash ? hash : "");
	return fixture_number(state_folder, sql) == 1;
}

static bool is_anywhere(const char *path, struct text text)
{
	AUTO_BUFFER bytes;

	iamctl_read_file(path, &bytes);
	return bytes.length > 0 && memmem(bytes.bytes, bytes.length, text.bytes, text.length);
}

static void check_code(struct text written, size_t number)
{
	AUTO_PAPER_CODE code = { .name = "" };
	char grouped[PAPER_CODE_TEXT_SIZE];

	CHECK(paper_code_read(written, &code) == STATUS_OK && !code.name[0],
	      "recovery code %zu can be read", number);
	paper_code_write(&code, grouped);
	CHECK(text_is(written, grouped), "recovery code %zu is in groups", number);
	CHECK(is_stored(paper_code_symbols(&code)), "recovery code %zu is stored by its hash",
	      number);
	CHECK(!is_anywhere("/var/lib/iam/credentials.db", written) &&
		      !is_anywhere("/var/lib/iam/credentials.db", paper_code_symbols(&code)),
	      "recovery code %zu is not stored itself", number);
}

static void test_recovery(void)
{
	AUTO_OUTCOME made;
	AUTO_JSON *document = NULL;
	size_t count = 0;

	iamctl_run(&(struct program){ .arguments = { "mfa", "recovery-codes", "alice", "--json" } },
		   &made);
	parse(&made, &document);
	for (const struct json *code = json_first(json_member(document, "codes")); code;
	     code = json_next(code))
		check_code(json_text(code), ++count);
	CHECK(count == 10, "recovery: ten codes (%zu)", count);
	CHECK(buffer_has(&made.output, "\"replaced\": false"), "recovery: the first set");
}

static const struct step {
	const char *label, *before; /* done to the store by hand; NULL: nothing */
	const char *arguments[6];
	int code;
	const char *output, *errors;
} recovery_steps[] = {
	{ "two are used",
	  "UPDATE recovery_code SET used_at = 1000 WHERE number % 5 = 0",
	  { "mfa", "recovery-codes", "--count", "alice" },
	  EX_OK,
	  "alice: 8 recovery codes left\n",
	  NULL },
	{ "counted as JSON",
	  NULL,
	  { "mfa", "recovery-codes", "-c", "alice", "--json" },
	  EX_OK,
	  "\"last_used\": \"1970-01-01T00:16:40Z\"",
	  NULL },
	{ "in the list of devices",
	  NULL,
	  { "mfa", "list", "alice" },
	  EX_OK,
	  "alice: 8 recovery codes left\n",
	  NULL },
	{ "and nobody else's",
	  NULL,
	  { "mfa", "list", "bob" },
	  EX_OK,
	  "bob: 0 recovery codes left\n",
	  NULL },
	{ "which JSON leaves out",
	  NULL,
	  { "mfa", "list", "alice", "--json" },
	  EX_OK,
	  "[]\n",
	  NULL },
	{ "of one user", NULL, { "user", "alice" }, EX_OK, "recovery codes left: 8\n", NULL },
	{ "a second set",
	  NULL,
	  { "mfa", "recovery-codes", "alice" },
	  EX_OK,
	  "the codes before these are good no more\n",
	  NULL },
	{ "is whole",
	  NULL,
	  { "mfa", "recovery-codes", "--count", "alice" },
	  EX_OK,
	  "alice: 10 recovery codes left\n",
	  NULL },
	{ "the last device goes",
	  "INSERT INTO device (user, name, kind, seed, algorithm, digits, period, next_step, drift,"
	  " enabled_at) VALUES ('AIDAEXAMPLEALICE00001', 'phone', 'TOTP', zeroblob(20), 'SHA1', 6, "
	  "30, 0,"
	  " 0, 1)",
	  { "mfa", "disable", "alice", "phone" },
	  EX_OK,
	  "alice: no device is left, but 10 recovery codes are",
	  NULL },
	{ "taken away",
	  NULL,
	  { "mfa", "recovery-codes", "--remove", "alice" },
	  EX_OK,
	  "alice: recovery codes taken away\n",
	  NULL },
	{ "once",
	  NULL,
	  { "mfa", "recovery-codes", "--remove", "alice" },
	  EX_NOINPUT,
	  NULL,
	  "iamctl: alice: has no recovery codes\n" },
	{ "none are left",
	  NULL,
	  { "mfa", "recovery-codes", "--count", "alice" },
	  EX_OK,
	  "alice: 0 recovery codes left\n",
	  NULL },
	{ "for nobody",
	  NULL,
	  { "mfa", "recovery-codes", "nobody" },
	  EX_NOUSER,
	  NULL,
	  "iamctl: nobody: not an IAM user" },
};

static void take(const struct step *step, const char *what)
{
	struct program program = { 0 };
	AUTO_OUTCOME outcome;

	if (step->before)
		fixture_by_hand(state_folder, step->before);
	memcpy(program.arguments, step->arguments, sizeof(step->arguments));
	iamctl_run(&program, &outcome);
	iamctl_check(&outcome, step->code, step->output, step->errors, "%s: %s", what, step->label);
}

/* For people: ten lines of one code each, then what they are. */
static void test_printed(void)
{
	AUTO_OUTCOME outcome;
	struct text rest, line;
	size_t codes = 0, others = 0;

	iamctl_run(&(struct program){ .arguments = { "mfa", "recovery-codes", "bob" } }, &outcome);
	rest = buffer_text(&outcome.output);
	while (text_next_piece(&rest, '\n', &line)) {
		AUTO_PAPER_CODE code = { .name = "" };

		if (paper_code_read(line, &code) == STATUS_OK)
			codes++;
		else
			others += line.length > 0;
	}
	CHECK(outcome.code == EX_OK && codes == 10 && others == 1,
	      "recovery, printed: %zu codes, %zu other lines", codes, others);
	CHECK(buffer_has(&outcome.output, "bob: each is good once"), "recovery, printed: whose");
}

static void test_break_glass(void)
{
	AUTO_OUTCOME made;
	AUTO_JSON *document = NULL;
	const struct json *row;
	int64_t expires = 0;
	AUTO_PAPER_CODE code = { .name = "" };
	size_t count = 0;

	iamctl_run(&(struct program){ .arguments = { "--json", "break-glass", "create", "--user",
						     "alice", "--user", "bob", "--count=2",
						     "--valid", "90d" } },
		   &made);
	parse(&made, &document);
	for (row = json_first(document); row; row = json_next(row), count++) {
		struct text name = json_text(json_member(row, "name"));

		CHECK(text_is(json_text(json_member(row, "user")), count < 2 ? "alice" : "bob") &&
			      paper_code_read(json_text(json_member(row, "code")), &code) ==
				      STATUS_OK &&
			      text_is(name, code.name),
		      "break-glass: code %zu", count);
		CHECK(!is_anywhere("/var/lib/iam/credentials.db", paper_code_symbols(&code)),
		      "break-glass: code %zu is not stored itself", count);
		CHECK(timestamp_parse(json_text(json_member(row, "expires")), &expires) ==
				      STATUS_OK &&
			      expires > timestamp_now() + 89 * 86400 &&
			      expires <= timestamp_now() + 90 * 86400,
		      "break-glass: code %zu is good for ninety days", count);
	}
	CHECK(count == 4, "break-glass: two for each of two (%zu)", count);
	fixture_by_hand(state_folder, "DELETE FROM break_glass");
}

#define GLASS(name, user, expires, used)                                                          \
	"INSERT INTO break_glass VALUES ('" name "', '" user "', '$y$', 1000, " expires ", " used \
	");"

static const struct step break_glass_steps[] = {
	{ "none yet", NULL, { "break-glass", "list", "--json" }, EX_OK, "[]\n", NULL },
	{ "good",
	  "INSERT OR IGNORE INTO user (id) VALUES ('AIDAEXAMPLEALICE00001'), ('AIDAGONE1');" GLASS(
		  "AAAA", "AIDAEXAMPLEALICE00001", "9000000000", "0")
		  GLASS("BBBB", "AIDAEXAMPLEALICE00001", "2000", "0")
			  GLASS("CCCC", "AIDAGONE1", "9000000000", "1500"),
	  { "break-glass", "list", "alice" },
	  EX_OK,
	  "AAAA  alice  1970-01-01T00:16:40Z  2255-03-14T16:00:00Z  -     good\n",
	  NULL },
	{ "expired",
	  NULL,
	  { "break-glass", "list", "alice" },
	  EX_OK,
	  "BBBB  alice  1970-01-01T00:16:40Z  1970-01-01T00:33:20Z  -     expired\n",
	  NULL },
	{ "used, by a user who is no more",
	  NULL,
	  { "break-glass", "list", "--json" },
	  EX_OK,
	  "\"user\": \"AIDAGONE1\"",
	  NULL },
	{ "taken away by its name",
	  NULL,
	  { "break-glass", "revoke", "aaaa" },
	  EX_OK,
	  "AAAA: taken away\n",
	  NULL },
	{ "one that is not there beside one that is",
	  NULL,
	  { "break-glass", "revoke", "ZZZZ", "CCCC" },
	  EX_NOINPUT,
	  "CCCC: taken away\n",
	  "iamctl: ZZZZ: no break-glass code has this name" },
	{ "counted as JSON",
	  NULL,
	  { "break-glass", "revoke", "BBBB", "--json" },
	  EX_OK,
	  "\"revoked\": 1",
	  NULL },
	{ "none left", NULL, { "break-glass", "list", "--json" }, EX_OK, "[]\n", NULL },
	{ "for nobody",
	  NULL,
	  { "break-glass", "create", "--user", "alice", "--user=nobody" },
	  EX_NOUSER,
	  NULL,
	  "iamctl: nobody: not an IAM user" },
	{ "nor for those beside", NULL, { "break-glass", "list", "--json" }, EX_OK, "[]\n", NULL },
	{ "twenty",
	  NULL,
	  { "break-glass", "create", "--user=bob", "--count=20" },
	  EX_OK,
	  "bob ",
	  NULL },
	{ "and no more",
	  NULL,
	  { "break-glass", "create", "--user=bob" },
	  EX_DATAERR,
	  NULL,
	  "a user has at most 20 break-glass codes" },
};

int main(void)
{
	iamctl_publish("");
	test_recovery();
	for (size_t i = 0; i < ARRAY_LENGTH(recovery_steps); i++)
		take(&recovery_steps[i], "recovery");
	test_printed();
	test_break_glass();
	for (size_t i = 0; i < ARRAY_LENGTH(break_glass_steps); i++)
		take(&break_glass_steps[i], "break-glass");
	return check_done();
}
