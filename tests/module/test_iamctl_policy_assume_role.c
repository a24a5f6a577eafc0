/*
 * tests/module/test_iamctl_policy_assume_role.c: what iamctl asks of sudo.
 *
 * This program is sudo too: copied to where sudo is looked for, it says how it was called.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"

enum { SUDO_CODE = 7, PROGRAM_BYTES_MAX = 256 << 20 };

static const char *const variables[] = { "IAM_ROLE_DURATION", "IAM_ROLE_SESSION_NAME",
					 "IAM_EXTERNAL_ID", "KEPT" };

/* As sudo: arguments between brackets, then the variables that are set. */
static int say_how_called(char **argv)
{
	struct sigaction action;

	for (; *argv; argv++)
		printf("[%s]", *argv);
	for (size_t i = 0; i < ARRAY_LENGTH(variables); i++)
		if (getenv(variables[i]))
			printf(" %s=%s", variables[i], getenv(variables[i]));
	if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
		printf(" ignores SIGPIPE");
	printf("\n");
	return SUDO_CODE;
}

#define TAKE "assume-role", "deploy"

static const struct called_case {
	const char *arguments[12];
	const char *environment[4];
	const char *called;
} called_cases[] = {
	{ { TAKE }, { NULL }, "[sudo][-u][deploy][-i]\n" },
	{ { TAKE, "--", "id", "-u" }, { NULL }, "[sudo][-u][deploy][--][id][-u]\n" },
	{ { TAKE, "--login", "--", "id" }, { NULL }, "[sudo][-u][deploy][-i][--][id]\n" },
	{ { TAKE, "--", "--help", "$(id)", "", "a b\n" },
	  { NULL },
	  "[sudo][-u][deploy][--][--help][$(id)][][a b\n]\n" },
	{ { TAKE, "--", "--", "x" }, { NULL }, "[sudo][-u][deploy][--][--][x]\n" },
	{ { "assume-role", "--duration", "15m", "deploy", "--", "id" },
	  { NULL },
	  "[id] IAM_ROLE_DURATION=900\n" },
	{ { TAKE, "--duration", "12h" }, { NULL }, " IAM_ROLE_DURATION=43200\n" },
	{ { TAKE, "--duration", "3600" }, { NULL }, " IAM_ROLE_DURATION=3600\n" },
	{ { TAKE, "--session-name", "release-7@web" },
	  { NULL },
	  " IAM_ROLE_SESSION_NAME=release-7@web\n" },
	{ { TAKE, "--external-id", "contract:7/a" }, { NULL }, " IAM_EXTERNAL_ID=contract:7/a\n" },
	{ { TAKE, "--duration=1h", "--session-name=s1", "--external-id=x1", "--login", "--", "id" },
	  { NULL },
	  "[sudo][-u][deploy][-i][--][id] IAM_ROLE_DURATION=3600 IAM_ROLE_SESSION_NAME=s1 "
	  "IAM_EXTERNAL_ID=x1\n" },
	/* What an earlier call left in the environment is not meant. */
	{ { TAKE },
	  { "IAM_ROLE_DURATION=1", "IAM_ROLE_SESSION_NAME=x", "IAM_EXTERNAL_ID=y", "KEPT=z" },
	  "[sudo][-u][deploy][-i] KEPT=z\n" },
	{ { "--root", "/", TAKE }, { NULL }, "[sudo][-u][deploy][-i]\n" },
};

static void test_called(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(called_cases); i++) {
		struct program program = { 0 };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, called_cases[i].arguments,
		       sizeof(called_cases[i].arguments));
		for (size_t j = 0; j < 4; j++)
			program.environment[j] = called_cases[i].environment[j];
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, SUDO_CODE, called_cases[i].called, NULL, "called, row %zu",
			     i);
	}
}

/* sudo stands where packages put it, and the user's PATH says nothing. */
static void test_path(void)
{
	struct program program = { .arguments = { TAKE }, .environment = { "PATH=/tmp/evil" } };
	AUTO_OUTCOME outcome;

	scratch_write("/tmp/evil", "sudo", TEXT("not a program\n"), 0755);
	iamctl_run(&program, &outcome);
	iamctl_check(&outcome, SUDO_CODE, "[sudo][-u][deploy][-i]\n", NULL,
		     "PATH is not looked at");
}

static char long_id[1300];

static const struct refused_case {
	const char *arguments[8];
	int code;
	const char *errors;
} refused_cases[] = {
	{ { "assume-role" }, EX_USAGE, "assume-role: needs ROLE" },
	{ { "--root", "/tmp", TAKE }, EX_USAGE, "--root: roles are taken on this host only" },
	{ { TAKE, "--duration", "14m" }, EX_USAGE, "14m: --duration is a time from 15m to 12h" },
	{ { TAKE, "--duration", "13h" }, EX_USAGE, "13h: --duration" },
	{ { TAKE, "--duration", "" }, EX_USAGE, "--duration is a time" },
	{ { TAKE, "--duration", "1h 900" }, EX_USAGE, "--duration is a time" },
	{ { TAKE, "--session-name", "x" }, EX_USAGE, "x: --session-name is 2 to 64" },
	{ { TAKE, "--session-name", "a b" }, EX_USAGE, "--session-name is" },
	{ { TAKE, "--session-name", "a\nIAM_EXTERNAL_ID=b" }, EX_USAGE, "--session-name is" },
	{ { TAKE, "--session-name", "../x" }, EX_USAGE, "--session-name is" },
	{ { TAKE, "--external-id", "" }, EX_USAGE, "--external-id is 2 to 1224" },
	{ { TAKE, "--external-id", "x" }, EX_USAGE, "--external-id is 2 to 1224" },
	{ { TAKE, "--external-id", "a b" }, EX_USAGE, "--external-id is" },
	{ { TAKE, "--external-id", long_id }, EX_USAGE, "--external-id is" },
	{ { "assume-role", "alice" }, EX_NOUSER, "alice: not an IAM role of this host" },
	{ { "assume-role", "root" }, EX_NOUSER, "root: not an IAM role" },
	{ { "assume-role", "" }, EX_NOUSER, "not an IAM role" },
	{ { "assume-role", "#0" }, EX_NOUSER, "#0: not an IAM role" },
	{ { "assume-role", "deploy,root" }, EX_NOUSER, "not an IAM role" },
	{ { "assume-role", "--", "-uroot" }, EX_NOUSER, "-uroot: not an IAM role" },
	{ { "assume-role", "\033[2J" }, EX_NOUSER, "\\x1b[2J: not an IAM role" },
	{ { TAKE, "-k" }, EX_USAGE, "-k: unknown or ambiguous option" },
};

static void test_refused(void)
{
	memset(long_id, 'x', sizeof(long_id) - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(refused_cases); i++) {
		struct program program = { 0 };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, refused_cases[i].arguments,
		       sizeof(refused_cases[i].arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, refused_cases[i].code, NULL, refused_cases[i].errors,
			     "refused, row %zu", i);
	}
}

static void check_sudo(int code, const char *errors, const char *label)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { TAKE, "--", "id" } }, &outcome);
	iamctl_check(&outcome, code, NULL, errors, "%s", label);
}

/* Empty folders over those where sudo may be; only this process's tree has them. */
static void hide_sudo(void)
{
	static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin" };

	for (size_t i = 0; i < ARRAY_LENGTH(folders); i++) {
		struct stat info;

		if (lstat(folders[i], &info) == 0 && S_ISDIR(info.st_mode))
			CHECK_REQUIRE(mount("tmpfs", folders[i], "tmpfs", 0, "mode=0755") == 0,
				      folders[i]);
	}
}

static void copy_self(const char *folder)
{
	AUTO_CLOSE int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	AUTO_BUFFER bytes;

	buffer_init(&bytes, PROGRAM_BYTES_MAX);
	CHECK_REQUIRE(self >= 0 && file_read_all(self, &bytes) == STATUS_OK, "this program");
	scratch_write(folder, "sudo", buffer_text(&bytes), 0755);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (strcmp(argv[0], "sudo") == 0)
		return say_how_called(argv);
	hide_sudo();
	check_sudo(EX_UNAVAILABLE, "directory.snapshot: no snapshot yet", "before a sync");
	iamctl_publish("");
	check_sudo(EX_UNAVAILABLE, "iamctl: sudo: not installed", "without sudo");
	copy_self("/usr/bin");
	test_called();
	test_path();
	test_refused();
	CHECK_REQUIRE(chmod("/usr/bin/sudo", 0644) == 0, "chmod");
	check_sudo(EX_OSERR, "iamctl: sudo: Permission denied", "a sudo that is no program");
	return check_done();
}
