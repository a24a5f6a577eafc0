/*
 * tests/module/test_iamctl_import.c: what opens an export and what does not, and what comes of it.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "check.h"
#include "support/backup_fixture.h"
#include "support/backup_host.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "support/scratch.h"

enum { BYTES_MAX = 1 << 20 };

static char public_key[BACKUP_HOST_KEY_SIZE], other_key[BACKUP_HOST_KEY_SIZE];

static const struct import_case {
	const char *label;
	const char *arguments[12];
	const char *input;
	int code;
	const char *output, *errors;
} import_cases[] = {
	{ "look at it by a key",
	  { "credentials", "import", "-n", "--key", "/root/key", "/root/by-key" },
	  NULL,
	  EX_OK,
	  "everybody:           yes\nusers:               2\n",
	  NULL },
	{ "by the other key",
	  { "credentials", "import", "-n", "-k", "/root/other", "/root/by-keys" },
	  NULL,
	  EX_OK,
	  "imported:            no\n",
	  NULL },
	{ "by a passphrase",
	  { "credentials", "import", "-n", "--passphrase-stdin", "/root/by-passphrase" },
	  BACKUP_HOST_PASSPHRASE "\n",
	  EX_OK,
	  "users:               2\n",
	  NULL },
	{ "by a passphrase of a file",
	  { "credentials", "import", "-n", "--passphrase-file", "/root/passphrase", "/root/by-both",
	    "--json" },
	  NULL,
	  EX_OK,
	  "\"everybody\": true",
	  NULL },
	{ "devices alone",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/devices" },
	  NULL,
	  EX_OK,
	  "only:                devices\n",
	  NULL },
	{ "another key",
	  { "credentials", "import", "-n", "-k", "/root/other", "/root/by-key" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/by-key: is not sealed to the key of /root/other" },
	{ "another passphrase",
	  { "credentials", "import", "-n", "--passphrase-stdin", "/root/by-both" },
	  "wrong horse battery\n",
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/by-both: the passphrase is wrong" },
	{ "a passphrase for what takes none",
	  { "credentials", "import", "-n", "--passphrase-stdin", "/root/by-key" },
	  BACKUP_HOST_PASSPHRASE "\n",
	  EX_DATAERR,
	  NULL,
	  "is not sealed to a passphrase" },
	{ "no key",
	  { "credentials", "import", "-n", "/root/by-key" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "--key names the file" },
	{ "nobody to ask",
	  { "credentials", "import", "-n", "/root/by-passphrase" },
	  "",
	  EX_NOINPUT,
	  NULL,
	  "there is no terminal" },
	{ "a key that others may read",
	  { "credentials", "import", "-n", "-k", "/root/open-key", "/root/by-key" },
	  NULL,
	  EX_NOPERM,
	  NULL,
	  "iamctl: /root/open-key: others may read it" },
	{ "a public key",
	  { "credentials", "import", "-n", "-k", "/root/keys-0600", "/root/by-key" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/keys-0600: not a secret key" },
	{ "two ways",
	  { "credentials", "import", "-n", "-k", "/root/key", "--passphrase-stdin",
	    "/root/by-key" },
	  "",
	  EX_USAGE,
	  NULL,
	  "one way to open it" },
	{ "nothing",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/none" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  "iamctl: /root/none: No such file" },
	{ "an empty file",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/nothing" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/nothing: not a sealed file" },
	{ "something else",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/keys" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/keys: not a sealed file" },
	{ "cut in its header",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/cut-header" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/cut-header: " },
	{ "cut in its body",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/cut-body" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/cut-body: damaged, or its end is missing" },
	{ "a bit of it flipped",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/flipped" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/flipped: damaged" },
	{ "something behind it",
	  { "credentials", "import", "-n", "-k", "/root/key", "/root/longer" },
	  NULL,
	  EX_DATAERR,
	  NULL,
	  "iamctl: /root/longer: " },
	{ "into what is there",
	  { "credentials", "import", "-k", "/root/key", "/root/by-key" },
	  NULL,
	  EX_CANTCREAT,
	  NULL,
	  "iamctl: credentials.db: there are credentials already; --merge keeps them" },
	{ "merged and replaced",
	  { "credentials", "import", "--merge", "--replace", "-k", "/root/key", "/root/by-key" },
	  NULL,
	  EX_USAGE,
	  NULL,
	  "either that or --merge" },
	{ "merged",
	  { "credentials", "import", "--merge", "-k", "/root/key", "/root/by-key" },
	  NULL,
	  EX_OK,
	  "imported:            yes\npasswords taken:     0\n",
	  NULL },
	{ "replaced",
	  { "credentials", "import", "--replace", "-k", "/root/key", "/root/by-key" },
	  NULL,
	  EX_OK,
	  "passwords taken:     2\ndevices taken:       1\nusers removed:       0\n",
	  NULL },
};

static void run_row(const char *const *arguments, const char *input, struct outcome *outcome)
{
	struct program program = { .input = input };

	for (size_t i = 0; i < 12 && arguments[i]; i++)
		program.arguments[i] = arguments[i];
	backup_host_run(&program, public_key, outcome);
}

static const struct export_row {
	const char *arguments[12];
	const char *input;
} export_rows[] = {
	{ { "credentials", "export", "-r", "@", "/root/by-key" }, NULL },
	{ { "credentials", "export", "-r", "/root/keys", "/root/by-keys" }, NULL },
	{ { "credentials", "export", "--passphrase-stdin", "/root/by-passphrase" },
	  BACKUP_HOST_PASSPHRASE "\n" },
	{ { "credentials", "export", "--passphrase-file", "/root/passphrase", "-r", "@",
	    "/root/by-both" },
	  NULL },
	{ { "credentials", "export", "--only", "devices", "-r", "@", "/root/devices" }, NULL },
};

static void make_exports(void)
{
	AUTO_BUFFER keys;

	buffer_init(&keys, BYTES_MAX);
	CHECK_REQUIRE(buffer_append_format(&keys, "%s\n%s\n", public_key, other_key) == STATUS_OK,
		      "keys");
	scratch_write("/root", "keys", buffer_text(&keys), 0644);
	scratch_write("/root", "passphrase", TEXT(BACKUP_HOST_PASSPHRASE "\nmore\n"), 0600);
	for (size_t i = 0; i < ARRAY_LENGTH(export_rows); i++) {
		AUTO_OUTCOME outcome;

		run_row(export_rows[i].arguments, export_rows[i].input, &outcome);
		CHECK_REQUIRE(outcome.code == EX_OK, "an export");
	}
}

/* Copies of an export that something happened to. */
static void damage_exports(void)
{
	AUTO_BUFFER bytes, key, keys;
	struct text whole;

	buffer_init(&bytes, BYTES_MAX);
	buffer_init(&key, BYTES_MAX);
	buffer_init(&keys, BYTES_MAX);
	CHECK_REQUIRE(scratch_read("/root", "by-key", &bytes) && bytes.length > 500 &&
			      scratch_read("/root", "key", &key) &&
			      scratch_read("/root", "keys", &keys),
		      "an export");
	whole = buffer_text(&bytes);
	scratch_write("/root", "nothing", TEXT(""), 0600);
	scratch_write("/root", "cut-header", (struct text){ whole.bytes, 50 }, 0600);
	scratch_write("/root", "cut-body", (struct text){ whole.bytes, whole.length - 1 }, 0600);
	bytes.bytes[bytes.length - 100] ^= 1;
	scratch_write("/root", "flipped", whole, 0600);
	bytes.bytes[bytes.length - 100] ^= 1;
	CHECK_REQUIRE(buffer_append(&bytes, TEXT("x")) == STATUS_OK, "more");
	scratch_write("/root", "longer", buffer_text(&bytes), 0600);
	scratch_write("/root", "open-key", buffer_text(&key), 0644);
	scratch_write("/root", "keys-0600", buffer_text(&keys), 0600);
}

static void test_imports(void)
{
	AUTO_BUFFER before, after;

	damage_exports();
	backup_fixture_export(BACKUP_HOST_STORE, &before);
	for (size_t i = 0; i < ARRAY_LENGTH(import_cases); i++) {
		const struct import_case *row = &import_cases[i];
		AUTO_OUTCOME outcome;

		run_row(row->arguments, row->input, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "import: %s",
			     row->label);
	}
	/* To those who follow this host an import is a change of now. */
	fixture_by_hand(BACKUP_HOST_STORE, "UPDATE user SET changed_at = 0");
	backup_fixture_export(BACKUP_HOST_STORE, &after);
	CHECK(text_equal(buffer_text(&before), buffer_text(&after)),
	      "import: and all is as it was exported");
}

/* From one program's standard output into another's standard input. */
static void test_pipe(void)
{
	char script[400], build[4096];
	AUTO_OUTCOME outcome, check;

	backup_host_lose_store();
	iamctl_run(&(struct program){ .arguments = { "credentials", "check" } }, &check);
	iamctl_check(&check, EX_DATAERR, "is gone or empty", NULL, "pipe: the store is lost");
	snprintf(build, sizeof(build), "IAM_TEST_BUILD=%s", getenv("IAM_TEST_BUILD"));
	snprintf(script, sizeof(script),
		 "i=$IAM_TEST_BUILD/iamctl; $i credentials import -k /root/key - < /root/by-key &&"
		 " $i credentials export -r %s | cat > /root/piped && $i credentials import"
		 " --merge -k /root/key /root/piped",
		 public_key);
	program_run(&(struct program){ .path = "/bin/sh",
				       .arguments = { "-c", script },
				       .environment = { build } },
		    &outcome);
	iamctl_check(&outcome, EX_OK, "passwords taken:     2\n", NULL,
		     "pipe: out of the store and in again");
	CHECK(buffer_has(&outcome.output, "passwords taken:     0\n"),
	      "pipe: the second time there is nothing to take");
	CHECK(fixture_number(BACKUP_HOST_STORE, "SELECT count(*) FROM device WHERE drift = -3") ==
		      1,
	      "pipe: the store is there again");
}

static const struct typed_case {
	const char *label;
	const char *arguments[6];
	const char *lines[3];
	int code;
	const char *output;
} typed_cases[] = {
	{ "import",
	  { "credentials", "import", "-n", "/root/by-passphrase" },
	  { BACKUP_HOST_PASSPHRASE "\n" },
	  EX_OK,
	  "users: " },
	{ "import, wrong",
	  { "credentials", "import", "-n", "/root/by-passphrase" },
	  { "something else\n" },
	  EX_DATAERR,
	  "the passphrase is wrong" },
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
}

static void test_no_store(void)
{
	AUTO_OUTCOME outcome;

	backup_host_lose_store();
	scratch_write(BACKUP_HOST_STORE, "credentials.db",
		      TEXT("something else that was put there"), 0600);
	backup_host_run(&(struct program){ .arguments = { "credentials", "import", "-k",
							  "/root/key", "/root/by-key" } },
			public_key, &outcome);
	iamctl_check(&outcome, EX_DATAERR, NULL, "an import does not repair it",
		     "import: into what is no store");
}

int main(void)
{
	iamctl_publish("");
	CHECK_REQUIRE(mkdir("/root", 0700) == 0 || errno == EEXIST, "/root");
	backup_host_make_store();
	backup_host_make_key("/root/key", public_key);
	backup_host_make_key("/root/other", other_key);
	make_exports();
	test_imports();
	test_pipe();
	test_typed();
	test_no_store();
	return check_done();
}
