/*
 * tests/module/test_iamctl_mfa_import.c: hardware tokens from files, for one user and for many.
 *
 * What a token shows comes from oathtool, which shares no code with the program.
 */
#include <sysexits.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "support/iamctl.h"

#define HEX "3132333435363738393031323334353637383930"
#define SEED "12345678901234567890"
#define RFC_KEY "12345678901234567890123456789012"
#define DATA "tests/data/tokens/"

static const char alice_id[] = "AIDAEXAMPLEALICE00001";
static const char bob_id[] = "AIDAEXAMPLEBOB0000002";

static size_t devices_of(const char *id, struct credential_device *out_devices)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	size_t count = 0;

	CHECK_REQUIRE(
		credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store, &complaint) ==
				STATUS_OK &&
			credential_devices(store, text_of(id), out_devices, &count) == STATUS_OK,
		complaint.reason);
	return count;
}

static void forget_devices(const char *id)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_CREDENTIAL_STORE *store = NULL;
	size_t count = devices_of(id, devices);

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store, NULL) ==
			      STATUS_OK,
		      "the store");
	for (size_t i = 0; i < count; i++)
		CHECK_REQUIRE(credential_device_remove(store, text_of(id), devices[i].name) ==
				      STATUS_OK,
			      "remove");
}

/* Files for the rows below, written where the program may read them. */
static const struct file {
	const char *name, *content;
} files[] = {
	{ "one.csv", "serial,seed_hex,kind,counter\nSN-1," HEX ",HOTP,3\n" },
	{ "two.csv", "serial,seed_hex,user\nSN-1," HEX ",alice\nSN-2," HEX ",bob\n" },
	{ "three.csv", "serial,seed_hex\nSN-1," HEX "\nSN-2," HEX "\nSN-3," HEX "\n" },
	{ "stranger.csv", "serial,seed_hex,user\nSN-1," HEX ",alice\nSN-2," HEX ",mallory\n" },
	{ "role.csv", "serial,seed_hex,user\nSN-1," HEX ",deployer\n" },
	{ "bad.csv", "serial,seed_hex,user,digits\nSN-1," HEX ",alice,6\nSN-2," HEX ",bob,7\n" },
	{ "nine.csv", "serial,seed_hex,user\n"
		      "A1," HEX ",alice\nA2," HEX ",alice\nA3," HEX ",alice\n"
		      "A4," HEX ",alice\nA5," HEX ",alice\nA6," HEX ",alice\n"
		      "A7," HEX ",alice\nA8," HEX ",alice\nA9," HEX ",alice\n" },
	{ "who.csv", "serial,user\nSN-3,bob\nSN-1,alice\n" },
	{ "who-else.csv", "serial,user\nSN-1,alice\nSN-9,bob\n" },
	{ "key", RFC_KEY "\n" },
	{ "wrong-key", "12345678901234567890123456789013\n" },
	{ "bad-key", "swordfish\n" },
	{ "no-serial.pskcxml",
	  "<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\">"
	  "<KeyPackage><Key Id=\"1\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:totp\">"
	  "<AlgorithmParameters><ResponseFormat Length=\"6\" Encoding=\"DECIMAL\"/>"
	  "</AlgorithmParameters><Data><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="
	  "</PlainValue></Secret></Data></Key></KeyPackage></KeyContainer>" },
};

static const struct import_case {
	const char *label;
	const char *arguments[10];
	const char *input;
	int code;
	const char *output, *errors;
	const char *alice, *bob; /* the names of their devices afterwards */
} import_cases[] = {
	{ "one for alice",
	  { "alice", "--csv", "/tmp/one.csv" },
	  NULL,
	  EX_OK,
	  "1 of 1 tokens imported\n",
	  NULL,
	  "SN-1",
	  "" },
	{ "two, each to whom the file says",
	  { "--csv", "/tmp/two.csv" },
	  NULL,
	  EX_OK,
	  "2 of 2 tokens imported\n",
	  NULL,
	  "SN-1",
	  "SN-2" },
	{ "one of three",
	  { "alice", "--csv", "/tmp/three.csv", "--serial", "SN-2" },
	  NULL,
	  EX_OK,
	  "1 of 3 tokens imported\n",
	  NULL,
	  "SN-2",
	  "" },
	{ "three by a list of two",
	  { "--csv", "/tmp/three.csv", "--assign", "/tmp/who.csv" },
	  NULL,
	  EX_OK,
	  "2 of 3 tokens imported\n",
	  NULL,
	  "SN-1",
	  "SN-3" },
	{ "a list that overrides the file",
	  { "--csv", "/tmp/two.csv", "--assign", "/tmp/who.csv" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /tmp/who.csv:2: no token has this serial number",
	  "",
	  "" },
	{ "from standard input",
	  { "alice", "--csv", "-" },
	  "serial,seed_hex\nSN-7," HEX "\n",
	  EX_OK,
	  "imported\n",
	  NULL,
	  "SN-7",
	  "" },
	{ "nothing is stored",
	  { "--csv", "/tmp/two.csv", "--dry-run" },
	  NULL,
	  EX_OK,
	  "2 of 2 tokens can be imported; nothing was stored\n",
	  NULL,
	  "",
	  "" },
	{ "in the clear",
	  { "alice", "--pskc", DATA "figure-2.pskcxml" },
	  NULL,
	  EX_OK,
	  "imported\n",
	  NULL,
	  "987654321",
	  "" },
	{ "by a key",
	  { "alice", "--pskc", DATA "figure-6.pskcxml", "--key-file", "/tmp/key" },
	  NULL,
	  EX_OK,
	  "imported\n",
	  NULL,
	  "987654321",
	  "" },
	{ "by a passphrase",
	  { "bob", "--pskc", DATA "figure-7.pskcxml", "--passphrase-stdin" },
	  "qwerty\n",
	  EX_OK,
	  "imported\n",
	  NULL,
	  "",
	  "987654321" },
	{ "a serial number given",
	  { "alice", "--pskc", "/tmp/no-serial.pskcxml", "--serial", "OUT-7" },
	  NULL,
	  EX_OK,
	  "imported\n",
	  NULL,
	  "OUT-7",
	  "" },
	/* refused */
	{ "no serial number",
	  { "alice", "--pskc", "/tmp/no-serial.pskcxml" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "key package 1: has no serial number",
	  "",
	  "" },
	{ "three, and nobody says which",
	  { "alice", "--csv", "/tmp/three.csv" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "holds 3 tokens",
	  "",
	  "" },
	{ "three, and nobody says whose",
	  { "--csv", "/tmp/three.csv" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "/tmp/three.csv: serial number SN-1: the file does not say whose",
	  "",
	  "" },
	{ "a serial number that is not there",
	  { "alice", "--csv", "/tmp/three.csv", "--serial", "SN-9" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: SN-9: /tmp/three.csv has no token",
	  "",
	  "" },
	{ "the serial number of another",
	  { "alice", "--csv", "/tmp/one.csv", "--serial", "SN-2" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: SN-2: /tmp/one.csv has no token",
	  "",
	  "" },
	{ "somebody unknown among them",
	  { "--csv", "/tmp/stranger.csv" },
	  NULL,
	  EX_NOUSER,
	  NULL,
	  "iamctl: mallory: not an IAM user",
	  "",
	  "" },
	{ "a role",
	  { "--csv", "/tmp/role.csv" },
	  NULL,
	  EX_NOUSER,
	  NULL,
	  "not an IAM user",
	  "",
	  "" },
	{ "nobody of this host",
	  { "mallory", "--csv", "/tmp/one.csv" },
	  NULL,
	  EX_NOUSER,
	  NULL,
	  "mallory",
	  "",
	  "" },
	{ "a bad one among them",
	  { "--csv", "/tmp/bad.csv" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /tmp/bad.csv:3: codes of 7 digits",
	  "",
	  "" },
	{ "nine for one",
	  { "--csv", "/tmp/nine.csv" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "/tmp/nine.csv: serial number A9: the user already has 8 devices",
	  "",
	  "" },
	{ "nine for one, looked at",
	  { "--csv", "/tmp/nine.csv", "--dry-run" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "serial number A9: the user already has 8 devices",
	  "",
	  "" },
	{ "a list with one that is not there",
	  { "--csv", "/tmp/three.csv", "--assign", "/tmp/who-else.csv" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /tmp/who-else.csv:3: no token has this serial number",
	  "",
	  "" },
	{ "another key",
	  { "alice", "--pskc", DATA "figure-6.pskcxml", "--key-file", "/tmp/wrong-key" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "the key or the passphrase is wrong",
	  "",
	  "" },
	{ "no key",
	  { "alice", "--pskc", DATA "figure-6.pskcxml", "--key-file", "/tmp/bad-key" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /tmp/bad-key: a key is 16, 24 or 32 bytes",
	  "",
	  "" },
	{ "another passphrase",
	  { "alice", "--pskc", DATA "figure-7.pskcxml", "--passphrase-stdin" },
	  "qwertz\n",
	  EX_DATAERR,
	  NULL,
	  "the key or the passphrase is wrong",
	  "",
	  "" },
	{ "no passphrase",
	  { "alice", "--pskc", DATA "figure-7.pskcxml", "--passphrase-stdin" },
	  "",
	  EX_NOINPUT,
	  NULL,
	  "there is no passphrase",
	  "",
	  "" },
	{ "a policy that has ended",
	  { "alice", "--pskc", DATA "figure-10.pskcxml" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "figure-10.pskcxml: KeyPackage[1] (serial number 654321): its policy ends",
	  "",
	  "" },
	{ "no file",
	  { "alice", "--csv", "/tmp/none" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: /tmp/none: No such file",
	  "",
	  "" },
	{ "neither", { "alice" }, NULL, EX_USAGE, NULL, "one of --pskc and --csv", "", "" },
	{ "both",
	  { "alice", "--csv", "/tmp/one.csv", "--pskc", "x" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "one of --pskc and --csv",
	  "",
	  "" },
	{ "a key for CSV",
	  { "alice", "--csv", "/tmp/one.csv", "--key-file", "/tmp/key" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "only PSKC files",
	  "",
	  "" },
	{ "a user and a list",
	  { "alice", "--csv", "/tmp/one.csv", "--assign", "/tmp/who.csv" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "one is named",
	  "",
	  "" },
	{ "a serial number for all",
	  { "--csv", "/tmp/two.csv", "--serial", "SN-1" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "none is named",
	  "",
	  "" },
};

static bool has_only(const char *id, const char *name)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count = devices_of(id, devices);

	if (name[0] == '\0')
		return count == 0;
	return count == 1 && strcmp(devices[0].name, name) == 0 &&
	       strcmp(devices[0].serial, name) == 0 && devices[0].enabled_at > 0;
}

static bool tells_a_seed(const struct buffer *buffer)
{
	return buffer_has(buffer, "31323334") || buffer_has(buffer, SEED) ||
	       buffer_has(buffer, "MTIz") || buffer_has(buffer, "qwert");
}

static void test_import(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(import_cases); i++) {
		const struct import_case *row = &import_cases[i];
		struct program program = { .arguments = { "mfa", "import" }, .input = row->input };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments + 2, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "mfa import: %s",
			     row->label);
		CHECK(!tells_a_seed(&outcome.output) && !tells_a_seed(&outcome.errors),
		      "mfa import: %s: no secret is repeated", row->label);
		CHECK(has_only(alice_id, row->alice) && has_only(bob_id, row->bob),
		      "mfa import: %s: who has what", row->label);
		forget_devices(alice_id);
		forget_devices(bob_id);
	}
}

/* The whole of a token is kept, and it works. */
static void test_what_is_kept(void)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	struct program oathtool = { .path = "/usr/bin/oathtool",
				    .arguments = { "--hotp", "--counter", "4", HEX } };
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct credential_attempt attempt = { .user_id = text_of(alice_id),
					      .code_wanted = true,
					      .hotp_look_ahead = 1,
					      .now = 1800000000 };
	struct credential_outcome verdict = { 0 };
	AUTO_OUTCOME outcome, json, code;

	iamctl_run(&(struct program){ .arguments = { "mfa", "import", "alice", "--csv",
						     "/tmp/one.csv", "--json" } },
		   &json);
	iamctl_check(&json, EX_OK, "\"serial\": \"SN-1\"", NULL, "mfa import: JSON");
	CHECK(devices_of(alice_id, devices) == 1 && devices[0].settings.kind == OTP_HOTP &&
		      devices[0].position.next_step == 3,
	      "mfa import: the counter is the file's");
	iamctl_run(&(struct program){ .arguments = { "mfa", "import", "bob", "--csv",
						     "/tmp/one.csv" } },
		   &outcome);
	iamctl_check(&outcome, EX_DATAERR, NULL, "SN-1 of the user AIDAEXAMPLEALICE00001",
		     "mfa import: a token is not given to a second user");
	program_run(&oathtool, &code);
	CHECK_REQUIRE(code.code == 0 && code.output.length == 7, "oathtool");
	attempt.code = (struct text){ code.output.bytes, 6 };
	CHECK(credential_store_open("/var/lib/iam", FILE_OF_ROOT, false, &store, NULL) ==
			      STATUS_OK &&
		      credential_attempt(store, &attempt, &verdict) == STATUS_OK &&
		      verdict.verdict == CREDENTIAL_ACCEPTED && strcmp(verdict.device, "SN-1") == 0,
	      "mfa import: its code is good");
}

int main(void)
{
	iamctl_publish("");
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		iamctl_write_file("/tmp", files[i].name, text_of(files[i].content));
	test_import();
	test_what_is_kept();
	return check_done();
}
