/* Hostile items, hostile environments, a store that cannot be written, and what a log may hold. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "support/credential_fixture.h"
#include "support/memory.h"
#include "support/pam_stage.h"
#include "support/program.h"
#include "support/scratch.h"

#define WRONG_PASSWORD "Incorrect horse 7"

static void test_items(void)
{
	static char long_item[10001];
	const struct item_case {
		const char *label, *remote_host, *tty, *logged;
	} rows[] = {
		{ "10 kB", long_item, long_item, "rhost=xxxx" },
		{ "line breaks", "1.2.3.4\nsign-in accepted: user=root", "\r\n",
		  "rhost=1.2.3.4\\x0asign-in accepted" },
		{ "escapes", "\033[2J\007", "\033]0;x\007", "rhost=\\x1b[2J\\x07" },
		{ "quotes", "a'b\"c", "'", "rhost=a\\x27b\\x22c" },
		{ "formats", "%s%n%1000000d", "%n", "rhost=%s%n%1000000d" },
		{ "a path", "../../etc/shadow", "../x", "rhost=../../etc/shadow" },
		{ "bytes above ASCII", "\xff\xfe\xc3\xa9", "\xff", "rhost=\\xff\\xfe\\xc3\\xa9" },
		{ "empty", "", "", "rhost=- " },
		{ "absent", NULL, NULL, "rhost=- " },
	};

	stage_reset();
	stage_plain_service("items", "");
	memset(long_item, 'x', sizeof(long_item) - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct talk talk = { .replies = { WRONG_PASSWORD, "" } };
		struct stage_call call = { "items", "erin", rows[i].remote_host, rows[i].tty,
					   NULL };
		const char *line;

		int code = stage_authenticate(&call, &talk);

		/* Where the kernel audits, libpam fails by itself on a long item. */
		CHECK((code == PAM_AUTH_ERR || (i == 0 && code == PAM_SYSTEM_ERR)) &&
			      stage_logged("sign-in refused: user=erin service=items "),
		      "items: %s: refused as ever: %s", rows[i].label, pam_strerror(NULL, code));
		CHECK(stage_logged(rows[i].logged) && stage_logged("reason="),
		      "items: %s: shown as what they are", rows[i].label);
		line = strstr(stage_whole_log(), "\nsign-in accepted");
		CHECK(!line, "items: %s: no line of their own", rows[i].label);
	}
}

static void test_names(void)
{
	static char long_name[10001];
	static const char *const names[] = { "alice:x:0:0", "alice\talice", "\n",   " ",
					     "-",           "..",           ".",    "/",
					     "*",           "a\x7f",        "\xff", "-rf" };

	long rows;

	stage_reset();
	rows = people_rows(STAGE_STATE);
	stage_plain_service("names", "unknown_user=refuse");
	memset(long_name, 'a', sizeof(long_name) - 1);
	for (size_t i = 0; i <= ARRAY_LENGTH(names); i++) {
		const char *name = i < ARRAY_LENGTH(names) ? names[i] : long_name;
		struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };
		struct stage_call call = { .service = "names", .user = name };
		const char *log;

		CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR &&
			      stage_logged(
				      "user=UNKNOWN service=names rhost=- reason=user-unknown"),
		      "names: %zu is nobody's", i);
		log = strstr(stage_whole_log(), "names(");
		CHECK(!log, "names: nothing of a name is taken for PAM's own words");
		CHECK(stage_account(&call, &talk) != PAM_SUCCESS, "names: %zu has no account", i);
	}
	CHECK(people_rows(STAGE_STATE) == rows, "names: nobody unknown is remembered");
}

/* A setuid program has its caller's environment. */
static void test_environment(void)
{
	static const char *const variables[][2] = {
		{ "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE" },
		{ "AWS_CONFIG_FILE", "/tmp/evil/aws" },
		{ "AWS_ENDPOINT_URL", "http://127.0.0.1:1" },
		{ "http_proxy", "http://127.0.0.1:1" },
		{ "HTTPS_PROXY", "http://127.0.0.1:1" },
		{ "TZ", "/tmp/evil/zone" },
		{ "LANG", "tr_TR.UTF-8" },
		{ "LC_ALL", "tr_TR.UTF-8" },
		{ "LD_PRELOAD", "/tmp/evil/lib.so" },
		{ "LD_LIBRARY_PATH", "/tmp/evil" },
		{ "SQLITE_TMPDIR", "/nonexistent" },
		{ "TMPDIR", "/nonexistent" },
		{ "ECONF_DISABLE_DROPINS", "1" },
		{ "ECONF_CONF_DIRS", "/tmp/evil" },
		{ "HOME", "/tmp/evil" },
		{ "SSH_AUTH_INFO_0", "publickey ssh-ed25519 AAAA" },
		{ "PAM_IAM_OPTIONS", "mfa=off" },
		{ "IAM_CONFIG_FOLDER", "/tmp/evil" },
		{ "MALLOC_PERTURB_", "170" },
	};
	struct stage_call call = { .service = "sshd", .user = "alice" };
	struct talk talk;

	scratch_write("/tmp/evil", "iam.conf", TEXT("[mfa]\nmode = off\n"), 0644);
	scratch_write("/tmp/evil", "iam/iam.conf", TEXT("[mfa]\nmode = off\n"), 0644);
	scratch_write("/tmp/evil", "zone", TEXT("TZif2"), 0644);
	stage_reset();
	stage_plain_service("sshd", "");
	for (size_t i = 0; i < ARRAY_LENGTH(variables); i++)
		CHECK_REQUIRE(setenv(variables[i][0], variables[i][1], 1) == 0, "setenv");
	talk = (struct talk){ .replies = { PERSON_PASSWORD, "" } };
	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR && stage_logged("code-wrong") &&
		      strcmp(talk.asked, "Password: \nOne-time code: \n") == 0,
	      "environment: a password alone is as little as ever");
	talk = (struct talk){ .replies = { PERSON_PASSWORD, stage_code() } };
	CHECK(stage_authenticate(&call, &talk) == PAM_SUCCESS,
	      "environment: both are as much as ever");
	CHECK(stage_account(&call, &talk) == PAM_SUCCESS, "environment: so is the account");
	call.user = "erin";
	CHECK(stage_account(&call, &talk) == PAM_PERM_DENIED, "environment: and who has none");
	for (size_t i = 0; i < ARRAY_LENGTH(variables); i++)
		CHECK_REQUIRE(unsetenv(variables[i][0]) == 0, "unsetenv");
}

/* States of the store in which nothing can be written down, so nobody can be let in. */

static void mount_read_only(void)
{
	unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID;

	CHECK_REQUIRE(mount(STAGE_STATE, STAGE_STATE, NULL, MS_BIND, NULL) == 0, "mount");
	CHECK_REQUIRE(
		mount(NULL, STAGE_STATE, NULL, flags, NULL) == 0 ||
			mount(NULL, STAGE_STATE, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0,
		"remount");
}

static void unmount(void)
{
	CHECK_REQUIRE(umount2(STAGE_STATE, MNT_DETACH) == 0, "umount");
}

static void limit_files(void)
{
	struct rlimit limit;

	CHECK_REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
	limit.rlim_cur = 1;
	CHECK_REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
}

static void unlimit_files(void)
{
	struct rlimit limit;

	CHECK_REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	CHECK_REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
}

static void nothing(void)
{
}

static void damage_store(void)
{
	scratch_write(STAGE_STATE, "credentials.db", TEXT("SQLite format 3\0broken"), 0600);
}

static void open_store_to_all(void)
{
	CHECK_REQUIRE(chmod(STAGE_STATE "/credentials.db", 0666) == 0, "chmod");
}

static void link_store(void)
{
	CHECK_REQUIRE(rename(STAGE_STATE "/credentials.db", "/tmp/real.db") == 0, "rename");
	CHECK_REQUIRE(symlink("/tmp/real.db", STAGE_STATE "/credentials.db") == 0, "symlink");
}

static void make_store_a_folder(void)
{
	scratch_remove(STAGE_STATE "/credentials.db");
	CHECK_REQUIRE(mkdir(STAGE_STATE "/credentials.db", 0700) == 0, "mkdir");
}

static void remove_store(void)
{
	scratch_remove(STAGE_STATE "/credentials.db");
}

static void empty_store(void)
{
	CHECK_REQUIRE(truncate(STAGE_STATE "/credentials.db", 0) == 0, "truncate");
}

static void cut_store(void)
{
	CHECK_REQUIRE(truncate(STAGE_STATE "/credentials.db", 3 * 4096 + 7) == 0, "truncate");
}

static void make_store_newer(void)
{
	fixture_by_hand(STAGE_STATE, "PRAGMA user_version = 99");
}

/* Copies what is there to a file system that then takes nothing more. */
static void fill_up(void)
{
	static const char copy[] = "mkdir -p /tmp/kept && cp -a " STAGE_STATE "/. /tmp/kept/";
	static const char fill[] =
		"cp -a /tmp/kept/. " STAGE_STATE "/ && dd if=/dev/zero of=" STAGE_STATE
		"/filler bs=4k >/dev/null 2>&1; true";
	AUTO_OUTCOME copied, filled;

	program_run(&(struct program){ .path = "/bin/sh", .arguments = { "-c", copy } }, &copied);
	CHECK_REQUIRE(copied.code == 0 &&
			      mount("tmpfs", STAGE_STATE, "tmpfs", 0, "size=2m,mode=0755") == 0,
		      "a small file system");
	program_run(&(struct program){ .path = "/bin/sh", .arguments = { "-c", fill } }, &filled);
	CHECK_REQUIRE(filled.code == 0, "a full one");
}

static const struct store_case {
	const char *label;
	void (*before)(void);
	void (*after)(void);
} store_cases[] = {
	{ "is mounted read-only", mount_read_only, unmount },
	{ "cannot grow", limit_files, unlimit_files },
	{ "has no room", fill_up, unmount },
	{ "is gone", remove_store, nothing },
	{ "is empty", empty_store, nothing },
	{ "is cut", cut_store, nothing },
	{ "is of a newer program", make_store_newer, nothing },
	{ "is damaged", damage_store, nothing },
	{ "may be written by all", open_store_to_all, nothing },
	{ "is a link", link_store, nothing },
	{ "is a folder", make_store_a_folder, nothing },
};

static void test_store(void)
{
	static const char *const arguments[] = {
		"",        "factors=password",   "factors=code", "mfa=enrolled",
		"mfa=off", "unknown_user=refuse"
	};

	CHECK_REQUIRE(signal(SIGXFSZ, SIG_IGN) != SIG_ERR, "signal");
	for (size_t i = 0; i < ARRAY_LENGTH(store_cases) * ARRAY_LENGTH(arguments); i++) {
		const struct store_case *row = &store_cases[i / ARRAY_LENGTH(arguments)];
		const char *given = arguments[i % ARRAY_LENGTH(arguments)];
		struct stage_call call = { .service = "store", .user = "alice" };
		struct talk talk = { .kind = TALK_ANSWERS };
		int code;

		stage_reset();
		stage_plain_service("store", given);
		talk.replies[0] =
			strcmp(given, "factors=code") == 0 ? stage_code() : PERSON_PASSWORD;
		talk.replies[1] = stage_code();
		row->before();
		code = stage_authenticate(&call, &talk);
		row->after();
		CHECK(code == PAM_AUTHINFO_UNAVAIL && stage_logged("reason=store") &&
			      stage_logged("cannot decide: "),
		      "a store that %s lets nobody in, '%s': %s", row->label, given,
		      pam_strerror(NULL, code));
		CHECK(stage_account(&call, &talk) == PAM_SUCCESS,
		      "a store that %s is no matter for the account phase", row->label);
	}
}

/* PAM in a program that is not root's: the files are not its to read. */
static void test_not_root(void)
{
	int status = 0;
	pid_t child;

	stage_reset();
	stage_plain_service("user", "");
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };
		struct stage_call call = { .service = "user", .user = "alice" };

		if (setresgid(1000, 1000, 1000) != 0 || setresuid(1000, 1000, 1000) != 0)
			_exit(3);
		_exit(stage_authenticate(&call, &talk) == PAM_AUTHINFO_UNAVAIL &&
				      stage_account(&call, &talk) == PAM_AUTHINFO_UNAVAIL
			      ? 0
			      : 1);
	}
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status), "waitpid");
	(void)stage_log();
	if (WEXITSTATUS(status) == 3)
		CHECK(setresuid(1000, 1000, 1000) != 0, "not root: left out, there is only root");
	else
		CHECK(WEXITSTATUS(status) == 0, "not root: refused, nothing could be read");
}

/* A fork of the application finds no descriptor of ours open. */
static void test_descriptors(void)
{
	struct stage_call call = { .service = "items", .user = "alice" };
	struct talk talk = { .replies = { PERSON_PASSWORD, stage_code() } };
	pam_handle_t *pamh;
	int before, after;

	stage_reset();
	stage_plain_service("items", "");
	(void)stage_account(&call, &talk); /* the log's own descriptor is open from here on */
	before = dup(0);
	close(before);
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, 0) == PAM_SUCCESS && pam_acct_mgmt(pamh, 0) == PAM_SUCCESS &&
		      pam_open_session(pamh, 0) == PAM_SUCCESS,
	      "descriptors: signed in");
	after = dup(0);
	close(after);
	CHECK(before == after, "descriptors: none is left open between calls");
	pam_end(pamh, PAM_SUCCESS);
	(void)stage_log();
}

/* Long, because the allocator writes over the beginning of what is freed. */
#define TYPED "Incorrect horse 7, of which some words stay legible"
#define LEGIBLE "some words stay legible"

/* Neither replies nor copies of them stay behind in the program that signed somebody in. */
static void test_memory(void)
{
	struct stage_call call = { .service = "memory", .user = "alice" };
	struct talk talk = { .replies = { TYPED, "" } };
	pam_handle_t *pamh;
	bool is_found, is_found_in_freed;
	char *copy;

	stage_reset();
	stage_plain_service("memory", "debug");
	pamh = stage_start(&call, &talk);
	CHECK(pam_authenticate(pamh, 0) == PAM_AUTH_ERR, "memory: refused");
	pam_end(pamh, PAM_AUTH_ERR);
	is_found = memory_holds(LEGIBLE); /* before anything else writes over the stack */
	(void)stage_log();
	CHECK(!is_found, "memory: nothing of what was typed is left");
	copy = strdup(TYPED);
	is_found = memory_holds(LEGIBLE);
	free(copy);
	is_found_in_freed = memory_holds(LEGIBLE);
	CHECK(is_found && is_found_in_freed, "memory: what is left would be found");
}

/* Last: everything that was ever typed here, sought in everything that was ever logged. */
static void test_secrets(void)
{
	static const char *const secrets[] = { PERSON_PASSWORD,        WRONG_PASSWORD,     "horse",
					       "12345678901234567890", "GEZDGNBVGY3TQOJQ", "$y$" };
	struct talk talk = { .replies = { PERSON_PASSWORD, NULL } };
	struct stage_call call = { .service = "debug", .user = "alice" };
	char code[OTP_CODE_SIZE];

	stage_reset();
	stage_plain_service("debug", "debug");
	memcpy(code, stage_code(), sizeof(code));
	talk.replies[1] = code;
	CHECK(stage_authenticate(&call, &talk) == PAM_SUCCESS, "secrets: signed in with debug");
	CHECK(strstr(stage_whole_log(), "asked for: password=1 code=1") != NULL,
	      "secrets: debug says what was asked for");
	for (size_t i = 0; i < ARRAY_LENGTH(secrets); i++)
		CHECK(!strstr(stage_whole_log(), secrets[i]), "secrets: '%s' is in no line",
		      secrets[i]);
	CHECK(!strstr(stage_whole_log(), code), "secrets: nor is the code");
}

int main(void)
{
	stage_init();
	test_items();
	test_names();
	test_environment();
	test_store();
	test_not_root();
	test_descriptors();
	test_memory();
	test_secrets();
	return check_done();
}
