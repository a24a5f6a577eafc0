/*
 * tests/module/test_iamctl_host_key.c: exports that are sealed to the host by systemd-creds, and
 * one that does not do as it should.
 *
 * Stand-ins are put over the program in the private root; the real one is asked once, and by
 * tests/system/scenarios/backup.sh.
 */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "support/backup_host.h"
#include "support/iamctl.h"
#include "support/scratch.h"

#define PROGRAM "/usr/bin/systemd-creds"

enum { BYTES_MAX = 1 << 20 };

static void put_over(const char *script)
{
	char text[1024];

	(void)umount2(PROGRAM, MNT_DETACH); /* when one is there */
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	scratch_write("/root", "stand-in", text_of(text), 0755);
	CHECK_REQUIRE(mount("/root/stand-in", PROGRAM, NULL, MS_BIND, NULL) == 0, PROGRAM);
}

static void check_run(const char *verb, const char *file, int code, const char *output,
		      const char *errors, const char *label)
{
	const char *option = strcmp(verb, "export") == 0 ? "--host-key" : "--dry-run";
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "credentials", verb, option, file },
				      .environment = { "SECRET_OF_MINE=1", "LD_LIBRARY_PATH=/x" } },
		   &outcome);
	iamctl_check(&outcome, code, output, errors, "%s", label);
}

/* It keeps what it is told, and how it was called. */
static const char honest[] = "{ echo \"$@\"; env; ls /proc/self/fd; } > /root/called-$1\n"
			     "case $1 in encrypt) base64;; decrypt) base64 -d;; esac";

static void test_honest(void)
{
	AUTO_BUFFER called, file;

	buffer_init(&called, BYTES_MAX);
	buffer_init(&file, BYTES_MAX);
	put_over(honest);
	check_run("export", "/root/sealed", EX_OK, "sealed to host:      yes\n", NULL,
		  "sealed to the host");
	check_run("import", "/root/sealed", EX_OK, "users:               2\n", NULL,
		  "and opened by it, unasked");
	CHECK(scratch_read("/root", "called-encrypt", &called) &&
		      text_starts_with(buffer_text(&called),
				       TEXT("encrypt --name=iam-credentials - -\n")) &&
		      buffer_has(&called, "LC_ALL=C\n"),
	      "its name is bound to what it is for");
	CHECK(!buffer_has(&called, "SECRET_OF_MINE") && !buffer_has(&called, "LD_LIBRARY_PATH"),
	      "nothing of the environment is passed on");
	CHECK(!buffer_has(&called, "\n4\n"), "nor a descriptor but the three and ls's own");
	CHECK(scratch_read("/root", "called-decrypt", &called) &&
		      buffer_has(&called, "decrypt --name=iam-credentials - -\n"),
	      "the other way round too");
	CHECK(scratch_read("/root", "sealed", &file) && !buffer_has(&file, "AIDAEXAMPLE"),
	      "and what is sealed is sealed");
}

static const struct stand_in_case {
	const char *label, *verb, *script;
	int code;
	const char *errors;
} stand_in_cases[] = {
	{ "it says why", "export", "echo no key here >&2; echo really >&2; exit 3", EX_UNAVAILABLE,
	  "iamctl: /usr/bin/systemd-creds: failed with exit status 3: really" },
	{ "it says nothing", "export", "exit 1", EX_UNAVAILABLE, "failed with exit status 1" },
	{ "it is killed", "export", "kill -9 $$", EX_UNAVAILABLE, "did not come to an end" },
	{ "it never stops talking", "export", "exec yes", EX_UNAVAILABLE, "or said too much" },
	{ "it complains without end", "export", "exec yes >&2", EX_UNAVAILABLE,
	  "or said too much" },
	{ "it speaks to the terminal", "export", "printf '\\033[2J\\n' >&2; exit 1", EX_UNAVAILABLE,
	  "failed with exit status 1: \\x1b[2J" },
	{ "it does not read", "export", "exec 0<&-; base64 </dev/null; exit 4", EX_UNAVAILABLE,
	  "failed with exit status 4" },
	{ "it opens to something else", "import", "echo something else", EX_DATAERR,
	  "gave something else than a key" },
	{ "it opens to another key", "import", "printf 12345678901234567890123456789012",
	  EX_DATAERR, "iamctl: /root/sealed: damaged" },
	{ "it opens to too much", "import", "exec yes", EX_UNAVAILABLE, "or said too much" },
	{ "it does not open", "import", "echo wrong host >&2; exit 1", EX_UNAVAILABLE,
	  "failed with exit status 1: wrong host" },
};

static void test_stand_ins(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(stand_in_cases); i++) {
		const struct stand_in_case *row = &stand_in_cases[i];
		bool exports = strcmp(row->verb, "export") == 0;

		put_over(row->script);
		check_run(row->verb, exports ? "/root/x" : "/root/sealed", row->code, NULL,
			  row->errors, row->label);
		CHECK(backup_host_mode("/root/x") == 0, "%s: no file is left", row->label);
	}
}

/* Where nobody knows the host's key any more, another way still opens it. */
static void test_other_ways(void)
{
	char public_key[BACKUP_HOST_KEY_SIZE];
	AUTO_OUTCOME outcome, again;

	backup_host_make_key("/root/key", public_key);
	put_over(honest);
	backup_host_run(&(struct program){ .arguments = { "credentials", "export", "--host-key",
							  "-r", "@", "/root/both" } },
			public_key, &outcome);
	iamctl_check(&outcome, EX_OK, "sealed to host:      yes\n", NULL, "to the host and a key");
	put_over("exit 1");
	iamctl_run(&(struct program){ .arguments = { "credentials", "import", "-n", "-k",
						     "/root/key", "/root/both" } },
		   &again);
	iamctl_check(&again, EX_OK, "users:               2\n", NULL, "opened by the key alone");
	(void)umount2(PROGRAM, MNT_DETACH);
}

/* There is no key in this root, and no place for one but a TPM. */
static void test_real_one(void)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "credentials", "export", "--host-key",
						     "/root/real" } },
		   &outcome);
	CHECK(outcome.code == EX_OK ||
		      (outcome.code == EX_UNAVAILABLE &&
		       buffer_has(&outcome.errors, "iamctl: /usr/bin/systemd-creds: failed with") &&
		       backup_host_mode("/root/real") == 0),
	      "the real one works, or says why it does not");
	if (outcome.code != EX_OK)
		iamctl_show(&outcome);
}

int main(void)
{
	iamctl_publish("");
	CHECK_REQUIRE(mkdir("/root", 0700) == 0 || errno == EEXIST, "/root");
	backup_host_make_store();
	if (access(PROGRAM, X_OK) != 0) {
		check_run("export", "/root/x", EX_UNAVAILABLE, NULL, "is not on this host",
			  "without systemd-creds: refused with a reason");
		return check_done();
	}
	test_real_one();
	test_honest();
	test_stand_ins();
	test_other_ways();
	return check_done();
}
