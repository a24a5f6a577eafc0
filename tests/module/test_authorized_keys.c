/*
 * iam-authorized-keys: whose keys are printed, and what sshd must not take for success.
 */
#include <sys/stat.h>

#include "check.h"
#include "support/nss_module.h"
#include "support/program.h"
#include "support/snapshot_fixture.h"

#define ONE "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIone one\n"
#define TWO "ssh-rsa AAAAB3NzaC1yc2EAAAADtwo two\n"
#define FOUR "verify-required sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1four four\n"
#define THREE "ecdsa-sha2-nistp256 AAAAE2three three\n"

enum { NOBODY = 65534, EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_OUTPUT = 74 };

static char program_path[4096];

/* Names that are beginnings, endings and patterns of each other. */
static const struct fixture_user users[] = {
	{ .name = "bob", .uid = NSS_ID + 1, .keys = ONE TWO },
	{ .name = "bobby", .uid = NSS_ID + 2, .keys = THREE },
	{ .name = "b.b", .uid = NSS_ID + 3 },
	{ .name = "dave", .uid = NSS_ID + 5, .keys = FOUR ONE },
	{ .name = "ops", .uid = NSS_ID + 4, .is_role = true },
	{ 0 },
};

struct row {
	const char *label;
	const char *arguments[4];
	int code;
	const char *output;
};

static const struct row rows[] = {
	{ "all keys of a user", { "bob" }, 0, ONE TWO },
	{ "a key that has to know who holds it", { "dave" }, 0, FOUR ONE },
	{ "a longer name", { "bobby" }, 0, THREE },
	{ "a name that is a pattern of another", { "b.b" }, 0, "" },
	{ "a pattern", { "bo*" }, 0, "" },
	{ "the beginning of a name", { "bo" }, 0, "" },
	{ "another case", { "Bob" }, 0, "" },
	{ "blank behind", { "bob " }, 0, "" },
	{ "line feed behind", { "bob\n" }, 0, "" },
	{ "a domain", { "bob@example.com" }, 0, "" },
	{ "a path", { "../bob" }, 0, "" },
	{ "a command", { "$(id)" }, 0, "" },
	{ "a number", { "1879048193" }, 0, "" },
	{ "no user", { "carol" }, 0, "" },
	{ "root", { "root" }, 0, "" },
	{ "an empty name", { "" }, 0, "" },
	{ "a role", { "ops" }, 0, "" },
	{ "no name", { NULL }, EXIT_USAGE, "" },
	{ "two names", { "bob", "bobby" }, EXIT_USAGE, "" },
	{ "an unknown option", { "-a" }, EXIT_USAGE, "" },
	{ "an option and a name", { "--help", "bob" }, EXIT_USAGE, "" },
	{ "the end of options", { "--" }, EXIT_USAGE, "" },
};

static struct program program(const char *name)
{
	return (struct program){ .path = program_path, .arguments = { name } };
}

static void run_row(const struct row *row, uid_t uid)
{
	struct program run = { .path = program_path, .uid = uid };
	AUTO_OUTCOME outcome;

	memcpy(run.arguments, row->arguments, sizeof(row->arguments));
	program_run(&run, &outcome);
	CHECK(outcome.code == row->code && text_is(buffer_text(&outcome.output), row->output),
	      "%s: code %d, %zu bytes", row->label, outcome.code, outcome.output.length);
	CHECK((outcome.errors.length > 0) == (row->code != 0), "%s: said so, or kept quiet",
	      row->label);
}

static void test_rows(void)
{
	bool may = program_can_change_uid();

	if (!may)
		printf("# left out: running as nobody needs root\n");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		run_row(&rows[i], may ? NOBODY : 0);
}

static void test_help(void)
{
	struct program help = program("--help"), version = program("--version");
	AUTO_OUTCOME helped, told;

	program_run(&help, &helped);
	program_run(&version, &told);
	CHECK(helped.code == 0 && buffer_has(&helped.output, "usage: iam-authorized-keys NAME"),
	      "--help");
	CHECK(told.code == 0 &&
		      text_is(buffer_text(&told.output), "iam-authorized-keys " VERSION "\n"),
	      "--version");
}

static bool fails(const struct program *run, int code, const char *reason)
{
	AUTO_OUTCOME outcome;

	program_run(run, &outcome);
	return outcome.code == code && outcome.output.length == 0 &&
	       (!reason || buffer_has(&outcome.errors, reason));
}

/* A failed write must not look like a user without keys, or with fewer. */
static void test_output_fails(void)
{
	struct program closed = program("bob"), full = program("bob"), none = program("carol");

	closed.closed_fd = 1;
	full.output_path = "/dev/full";
	none.output_path = "/dev/full";
	CHECK(fails(&closed, EXIT_OUTPUT, "Bad file descriptor"), "standard output is closed");
	CHECK(fails(&full, EXIT_OUTPUT, "No space left on device"), "standard output is full");
	CHECK(fails(&none, 0, NULL), "nothing to write is no failure");
}

static void test_environment(void)
{
	struct program bob = program("bob");
	AUTO_OUTCOME outcome;

	bob.environment[0] = "IAM_STATE_FOLDER=/nowhere";
	bob.environment[1] = "POSIXLY_CORRECT=1";
	bob.environment[2] = "LC_ALL=tr_TR.UTF-8";
	bob.environment[3] = "TZ=/dev/zero";
	bob.environment[4] = "HOME=/nowhere";
	program_run(&bob, &outcome);
	CHECK(outcome.code == 0 && text_is(buffer_text(&outcome.output), ONE TWO),
	      "the environment changes nothing");
}

static void test_snapshots(void)
{
	struct program bob = program("bob"), nobody = program("carol");
	char empty[] = "";

	CHECK_REQUIRE(chmod(NSS_SNAPSHOT, 0664) == 0, "chmod");
	CHECK(fails(&bob, EXIT_UNAVAILABLE, "not to be trusted"), "group-writable");
	CHECK_REQUIRE(chmod(NSS_SNAPSHOT, 0644) == 0, "chmod");
	if (chown(NSS_SNAPSHOT, 1000, 0) == 0)
		CHECK(fails(&bob, EXIT_UNAVAILABLE, "not to be trusted"), "a user's");
	CHECK_REQUIRE(chown(NSS_SNAPSHOT, 0, 0) == 0 && rename(NSS_SNAPSHOT, "/tmp/moved") == 0 &&
			      symlink("/tmp/moved", NSS_SNAPSHOT) == 0,
		      "a symbolic link");
	CHECK(fails(&bob, EXIT_UNAVAILABLE, "not to be trusted"), "a symbolic link");
	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0, "unlink");
	CHECK(fails(&bob, EXIT_UNAVAILABLE, "absent"), "absent");
	CHECK(fails(&nobody, EXIT_UNAVAILABLE, "absent"), "absent: not known whether there is one");
	nss_publish_bytes(text_of(empty));
	CHECK(fails(&bob, EXIT_UNAVAILABLE, "damaged"), "empty");
	if (program_can_change_uid()) {
		nss_publish(nss_small());
		CHECK_REQUIRE(chmod(NSS_SNAPSHOT, 0600) == 0, "chmod");
		bob.uid = NOBODY;
		CHECK(fails(&bob, EXIT_UNAVAILABLE, "Permission denied"), "not readable");
	}
}

/* No change of one byte makes it print what is not in the file, or crash. */
static void test_damage(const struct fixture *fixture)
{
	unsigned wrong = 0, printed = 0;
	struct program bob = program("bob");
	struct buffer bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(fixture, SNAPSHOT_DIRECTORY, &bytes);
	for (size_t at = 0; at < bytes.length; at += 3) {
		AUTO_OUTCOME outcome;

		bytes.bytes[at] = (char)(bytes.bytes[at] ^ 0xff);
		nss_publish_bytes(buffer_text(&bytes));
		bytes.bytes[at] = (char)(bytes.bytes[at] ^ 0xff);
		program_run(&bob, &outcome);
		printed += outcome.output.length > 0;
		wrong += outcome.code != 0 && outcome.code != EXIT_UNAVAILABLE;
		wrong += outcome.code != 0 && outcome.output.length > 0;
		wrong += outcome.output.length > sizeof(ONE TWO THREE FOUR);
	}
	CHECK(wrong == 0 && printed > 0, "a third of all bytes changed: %u wrong, %u printed",
	      wrong, printed);
	buffer_release(&bytes);
}

int main(void)
{
	struct fixture fixture = { .users = users };

	CHECK_REQUIRE(text_format(program_path, sizeof(program_path), "%s/iam-authorized-keys",
				  getenv("IAM_TEST_BUILD")) == STATUS_OK,
		      "IAM_TEST_BUILD");
	fixture_publish(&fixture, SNAPSHOT_DIRECTORY, NSS_SNAPSHOT, 0644);
	test_rows();
	test_help();
	test_output_fails();
	test_environment();
	test_damage(&fixture);
	fixture_publish(&fixture, SNAPSHOT_DIRECTORY, NSS_SNAPSHOT, 0644);
	test_snapshots();
	return check_done();
}
