/*
 * tests/module/test_iamctl_export.c: keys, and exports sealed to them and to passphrases.
 */
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "support/backup_host.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "support/scratch.h"

enum { BYTES_MAX = 1 << 20 };

static char public_key[BACKUP_HOST_KEY_SIZE], other_key[BACKUP_HOST_KEY_SIZE];

static void test_keygen(void)
{
	AUTO_OUTCOME again, nowhere, json;
	AUTO_BUFFER file;

	buffer_init(&file, BYTES_MAX);
	backup_host_make_key("/root/key", public_key);
	backup_host_make_key("/root/other", other_key);
	CHECK(strncmp(public_key, "iam-public-key:", 15) == 0 && strcmp(public_key, other_key) != 0,
	      "a public key, each time another");
	CHECK(backup_host_mode("/root/key") == 0600, "the secret one is for its owner");
	CHECK(scratch_read("/root", "key", &file) && buffer_has(&file, "\niam-secret-key:") &&
		      buffer_has(&file, public_key),
	      "and tells which public one is its");
	iamctl_run(&(struct program){ .arguments = { "credentials", "keygen", "/root/key" } },
		   &again);
	iamctl_check(&again, EX_CANTCREAT, NULL, "iamctl: /root/key: is there already",
		     "keygen: no key is replaced");
	iamctl_run(&(struct program){ .arguments = { "credentials", "keygen", "/no/where" } },
		   &nowhere);
	iamctl_check(&nowhere, EX_NOINPUT, NULL, "iamctl: /no/where: ", "keygen: no such folder");
	iamctl_run(&(struct program){ .arguments = { "--json", "credentials", "keygen",
						     "/root/third" } },
		   &json);
	iamctl_check(&json, EX_OK, "\"public_key\": \"iam-public-key:", NULL, "keygen: --json");
}

static const struct export_case {
	const char *label;
	const char *arguments[12]; /* "@" stands for the public key */
	const char *input;
	int code;
	const char *output, *errors;
} export_cases[] = {
	{ "to a key",
	  { "credentials", "export", "--recipient", "@", "/root/by-key" },
	  NULL,
	  EX_OK,
	  "users:               2\npasswords:           2\ndevices:             1\n",
	  NULL },
	{ "to the keys of a file",
	  { "credentials", "export", "-r", "/root/keys", "/root/by-keys", "--json" },
	  NULL,
	  EX_OK,
	  "\"sealed_to_keys\": 2",
	  NULL },
	{ "to a passphrase",
	  { "credentials", "export", "--passphrase-stdin", "/root/by-passphrase" },
	  BACKUP_HOST_PASSPHRASE "\n",
	  EX_OK,
	  "sealed to passphrase: yes\n",
	  NULL },
	{ "to a passphrase of a file and a key",
	  { "credentials", "export", "--passphrase-file", "/root/passphrase", "-r", "@",
	    "/root/by-both" },
	  NULL,
	  EX_OK,
	  "sealed to keys:      1\n",
	  NULL },
	{ "to what is there",
	  { "credentials", "export", "-r", "@", "/root/by-key" },
	  NULL,
	  EX_CANTCREAT,
	  NULL,
	  "iamctl: /root/by-key: is there already" },
	{ "in its place",
	  { "credentials", "export", "-f", "-r", "@", "/root/by-key" },
	  NULL,
	  EX_OK,
	  "users:",
	  NULL },
	{ "in the place of a link",
	  { "credentials", "export", "-f", "-r", "@", "/root/link" },
	  NULL,
	  EX_CANTCREAT,
	  NULL,
	  "iamctl: /root/link: is no regular file" },
	{ "in the place of a device",
	  { "credentials", "export", "-f", "-r", "@", "/dev/null" },
	  NULL,
	  EX_CANTCREAT,
	  NULL,
	  "iamctl: /dev/null: is no regular file" },
	{ "in no folder",
	  { "credentials", "export", "-r", "@", "/no/where" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: /no/where: " },
	{ "devices alone",
	  { "credentials", "export", "--only", "devices", "-r", "@", "/root/devices" },
	  NULL,
	  EX_OK,
	  "users:               1\npasswords:           0\ndevices:             1\n",
	  NULL },
	{ "of one user",
	  { "credentials", "export", "--user", "alice", "-r", "@", "/root/alice" },
	  NULL,
	  EX_OK,
	  "users:               1\npasswords:           1\n",
	  NULL },
	{ "of two, one of whom has left",
	  { "credentials", "export", "-u", "alice", "-u", "AIDAEXAMPLEGONE000001", "-r", "@",
	    "/root/two" },
	  NULL,
	  EX_OK,
	  "users:               2\n",
	  NULL },
	{ "of nobody",
	  { "credentials", "export", "--user", "nobody-here", "-r", "@", "/root/x" },
	  NULL,
	  EX_NOUSER,
	  NULL,
	  "iamctl: nobody-here: neither an IAM user" },
	{ "of a role",
	  { "credentials", "export", "--user", "deploy", "-r", "@", "/root/x" },
	  NULL,
	  EX_NOUSER,
	  NULL,
	  "iamctl: deploy: neither" },
	{ "of something else",
	  { "credentials", "export", "--only", "passwords", "-r", "@", "/root/x" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "--only knows" },
	{ "a short passphrase",
	  { "credentials", "export", "--passphrase-stdin", "/root/x" },
	  "elevenbytes\n",
	  EX_DATAERR,
	  NULL,
	  "at least 12 bytes" },
	{ "no passphrase",
	  { "credentials", "export", "--passphrase-stdin", "/root/x" },
	  "",
	  EX_NOINPUT,
	  NULL,
	  "no passphrase was given" },
	{ "an empty one",
	  { "credentials", "export", "--passphrase-stdin", "/root/x" },
	  "\n",
	  EX_DATAERR,
	  NULL,
	  "the passphrase is empty" },
	{ "two of them",
	  { "credentials", "export", "--passphrase-stdin", "--passphrase-file", "/root/passphrase",
	    "/root/x" },
	  "",
	  EX_USAGE,
	  NULL,
	  "there is one passphrase" },
	{ "nobody to ask",
	  { "credentials", "export", "/root/x" },
	  "correct horse battery\n",
	  EX_NOINPUT,
	  NULL,
	  "there is no terminal" },
	{ "a passphrase that others may read",
	  { "credentials", "export", "--passphrase-file", "/root/open", "/root/x" },
	  NULL,
	  EX_NOPERM,
	  NULL,
	  "iamctl: /root/open: others may read it" },
	{ "no such file",
	  { "credentials", "export", "--passphrase-file", "/root/none", "/root/x" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: /root/none: No such file" },
	{ "a folder",
	  { "credentials", "export", "--passphrase-file", "/root", "/root/x" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: /root: neither a file nor a pipe" },
	{ "a secret key",
	  { "credentials", "export", "-r", "/root/key", "/root/x" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/key: not a public key" },
	{ "a key with a letter missing",
	  { "credentials", "export", "-r", "iam-public-key:AAAA", "/root/x" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: --recipient: not a public key" },
	{ "a secret key as it is",
	  { "credentials", "export", "-r", "iam-secret-key:AAAA", "/root/x" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "make another" },
	{ "a file without a key",
	  { "credentials", "export", "-r", "/root/empty", "/root/x" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/empty: no public key is in it" },
	{ "as JSON to nowhere",
	  { "credentials", "export", "--json", "-r", "@" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "needs a file" },
	{ "two files",
	  { "credentials", "export", "/root/x", "/root/y" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "iamctl: " },
};

static void run_row(const char *const *arguments, const char *input, struct outcome *outcome)
{
	struct program program = { .input = input };

	for (size_t i = 0; i < 12 && arguments[i]; i++)
		program.arguments[i] = arguments[i];
	backup_host_run(&program, public_key, outcome);
}

static void test_exports(void)
{
	AUTO_BUFFER keys;

	buffer_init(&keys, BYTES_MAX);
	CHECK_REQUIRE(buffer_append_format(&keys, "# ours\n\n  %s\n%s\n", public_key, other_key) ==
			      STATUS_OK,
		      "keys");
	scratch_write("/root", "keys", buffer_text(&keys), 0644);
	scratch_write("/root", "empty", TEXT("# none\n"), 0644);
	scratch_write("/root", "passphrase", TEXT(BACKUP_HOST_PASSPHRASE "\nmore\n"), 0600);
	scratch_write("/root", "open", TEXT(BACKUP_HOST_PASSPHRASE "\n"), 0640);
	CHECK_REQUIRE(symlink("/root/keys", "/root/link") == 0, "a link");
	for (size_t i = 0; i < ARRAY_LENGTH(export_cases); i++) {
		const struct export_case *row = &export_cases[i];
		AUTO_OUTCOME outcome;

		run_row(row->arguments, row->input, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "export: %s",
			     row->label);
	}
	CHECK(backup_host_mode("/root/x") == 0 && backup_host_mode("/root/by-key") == 0600,
	      "export: for its owner alone, and nothing is left where it failed");
	CHECK(access("/dev/null", W_OK) == 0 && backup_host_mode("/dev/null") == 0666,
	      "export: what is no file stays what it is");
}

/* What is sealed shows nothing, whatever the way. */
static void test_secrecy(void)
{
	static const char *const files[] = { "by-key", "by-passphrase", "by-both", "devices" };
	static const char *const secrets[] = { "hashofalice", "AIDAEXAMPLE", "iam-credentials",
					       "1234567890", "MTIzNDU2" };

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		unsigned seen = 0;
		AUTO_BUFFER bytes;

		buffer_init(&bytes, BYTES_MAX);
		CHECK_REQUIRE(scratch_read("/root", files[i], &bytes), files[i]);
		for (size_t j = 0; j < ARRAY_LENGTH(secrets); j++)
			seen += memmem(bytes.bytes, bytes.length, secrets[j], strlen(secrets[j])) !=
				NULL;
		CHECK(bytes.length > 500 && seen == 0, "secrecy: nothing is seen in %s", files[i]);
	}
}

static const struct typed_case {
	const char *label;
	const char *arguments[6];
	const char *lines[3];
	int code;
	const char *output;
} typed_cases[] = {
	{ "export",
	  { "credentials", "export", "/root/typed" },
	  { BACKUP_HOST_PASSPHRASE "\n", BACKUP_HOST_PASSPHRASE "\n" },
	  EX_OK,
	  "sealed to passphrase: yes" },
	{ "export, not the same twice",
	  { "credentials", "export", "/root/mistyped" },
	  { BACKUP_HOST_PASSPHRASE "\n", "correct horse batteri\n" },
	  EX_DATAERR,
	  "the two passphrases are not the same" },
	{ "an export to the terminal",
	  { "credentials", "export", "-r", "@" },
	  { NULL },
	  EX_USAGE,
	  "nothing for a" },
};

static void test_typed(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(typed_cases); i++) {
		const struct typed_case *row = &typed_cases[i];
		struct backup_host_typist typist = { row->lines, 0 };
		struct program program = { .on_terminal = true,
					   .answer = backup_host_type,
					   .context = &typist };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		backup_host_run(&program, public_key, &outcome);
		iamctl_check(&outcome, row->code, row->output, NULL, "typed: %s", row->label);
		CHECK(!buffer_has(&outcome.output, "horse"), "typed: %s: nothing is shown",
		      row->label);
	}
	CHECK(backup_host_mode("/root/mistyped") == 0, "typed: nothing is left of what failed");
}

/* An output that fails leaves nothing that could be taken for a backup. */
static void test_full_output(void)
{
	AUTO_OUTCOME full, gone;

	iamctl_run(&(struct program){ .arguments = { "credentials", "export", "-r", public_key },
				      .output_path = "/dev/full" },
		   &full);
	iamctl_check(&full, EX_IOERR, NULL, "iamctl: standard output: No space left on device",
		     "export: the output is full");
	iamctl_run(&(struct program){ .arguments = { "credentials", "export", "-r", public_key },
				      .reader_is_gone = true },
		   &gone);
	iamctl_check(&gone, EX_IOERR, NULL, "iamctl: standard output: Broken pipe",
		     "export: nobody reads it");
}

static void test_no_store(void)
{
	AUTO_OUTCOME outcome, damaged;

	backup_host_lose_store();
	scratch_remove(BACKUP_HOST_STORE "/credentials.lock");
	backup_host_run(
		&(struct program){ .arguments = { "credentials", "export", "-r", "@", "/root/x" } },
		public_key, &outcome);
	iamctl_check(&outcome, EX_NOINPUT, NULL, "no credentials have been stored yet",
		     "export: there is nothing");
	backup_host_make_store();
	fixture_by_hand(BACKUP_HOST_STORE, "UPDATE user SET password_hash = '$y$ '");
	backup_host_run(
		&(struct program){ .arguments = { "credentials", "export", "-r", "@", "/root/x" } },
		public_key, &damaged);
	iamctl_check(&damaged, EX_DATAERR, NULL, "none of crypt(5)'s", "export: a damaged store");
	CHECK(backup_host_mode("/root/x") == 0, "export: and no file is made");
}

int main(void)
{
	iamctl_publish("");
	CHECK_REQUIRE(mkdir("/root", 0700) == 0 || errno == EEXIST, "/root");
	backup_host_make_store();
	test_keygen();
	test_exports();
	test_secrecy();
	test_typed();
	test_full_output();
	test_no_store();
	return check_done();
}
