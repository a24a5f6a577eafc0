/*
 * tests/module/test_iamctl_sync.c: syncs that publish, that only tell, and that are refused.
 *
 * A refused one names file, place and reason, and changes no byte of what was published.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "json/json.h"

static const char config_folder[] = "/etc/iam", state_folder[] = "/var/lib/iam";

static const char only_alice[] =
	"{\"UserDetailList\":[{\"Path\":\"/\",\"UserName\":\"alice\","
	"\"UserId\":\"AIDAEXAMPLEALICE00001\","
	"\"Arn\":\"arn:aws:iam::123456789012:user/alice\","
	"\"CreateDate\":\"2024-02-01T09:10:00+00:00\",\"GroupList\":[\"Developers\"]}],"
	"\"GroupDetailList\":[{\"Path\":\"/\",\"GroupName\":\"Developers\","
	"\"GroupId\":\"AGPAEXAMPLEDEVELOPERS\","
	"\"Arn\":\"arn:aws:iam::123456789012:group/Developers\","
	"\"CreateDate\":\"2024-01-01T00:00:00+00:00\"}]}";

static void sync_with(const char *option, struct outcome *outcome)
{
	iamctl_run(&(struct program){ .arguments = { "sync", option } }, outcome);
}

static void write_directory(const char *document)
{
	iamctl_write_file(config_folder, "directory.json", text_of(document));
}

/* Both snapshots, one behind the other. */
static void read_state(struct buffer *out_bytes)
{
	buffer_init(out_bytes, PROGRAM_OUTPUT_MAX);
	CHECK_REQUIRE(scratch_read(state_folder, "directory.snapshot", out_bytes) &&
			      scratch_read(state_folder, "access.snapshot", out_bytes),
		      "the snapshots");
}

static void test_dry_run(void)
{
	AUTO_BUFFER document;
	AUTO_OUTCOME outcome;

	iamctl_read_file("tests/data/iamctl/directory.json", &document);
	iamctl_write_file(config_folder, "directory.json", buffer_text(&document));
	sync_with("--dry-run", &outcome);
	iamctl_check(&outcome, EX_OK, "published:           no\n", NULL, "dry run");
	CHECK(buffer_has(&outcome.output, "\n+ user alice ") &&
		      buffer_has(&outcome.output, "\n+ group developers ") &&
		      buffer_has(&outcome.output, "\n+ role deploy "),
	      "dry run: names what would be added");
	CHECK(buffer_has(&outcome.output, "name-on-host  user localuser"),
	      "dry run: has the reports");
	CHECK(rmdir(state_folder) == 0 && mkdir(state_folder, 0755) == 0,
	      "dry run: nothing was made");
}

static const struct broken_case {
	const char *label, *document;
	const char *place, *reason;
} broken_cases[] = {
	{ "empty", "", "iamctl: /etc/iam/directory.json: ", "empty" },
	{ "cut", "{\"UserDetailList\":[", "iamctl: /etc/iam/directory.json:1: ", "ends too early" },
	{ "cut on line 3", "{\n\"UserDetailList\":\n[{",
	  "iamctl: /etc/iam/directory.json:3: ", "" },
	{ "something behind", "{} {}", "iamctl: /etc/iam/directory.json", "not valid JSON" },
	{ "an array", "[]", "iamctl: /etc/iam/directory.json", "object" },
	{ "a login page", "<html>", "iamctl: /etc/iam/directory.json:1: ", "not valid JSON" },
	{ "a number for a name", "{\"UserDetailList\":[{\"UserName\":3}]}",
	  "iamctl: /etc/iam/directory.json: UserDetailList[0].UserName: ", "must be a string" },
	{ "an object for a list", "{\"GroupDetailList\":{}}",
	  "iamctl: /etc/iam/directory.json: GroupDetailList: ", "array" },
	{ "a member twice", "{\"Policies\":[],\"Policies\":[]}", "iamctl: /etc/iam/directory.json",
	  "twice" },
	{ "no id", "{\"UserDetailList\":[{\"UserName\":\"x\"}]}",
	  "iamctl: /etc/iam/directory.json: UserDetailList[0]", "UserId" },
	{ "a bad ARN",
	  "{\"UserDetailList\":[{\"UserName\":\"x\",\"UserId\":\"AIDAEXAMPLEXXXXXXX01\","
	  "\"Path\":\"/\",\"Arn\":\"arn:aws:s3:::bucket\"}]}",
	  "iamctl: /etc/iam/directory.json: UserDetailList[0].Arn: ", "" },
	{ "a terminal escape in a name",
	  "{\"UserDetailList\":[{\"UserName\":\"\\u001b[2J\",\"UserId\":\"AIDAEXAMPLEXXXXXXX01\"}]"
	  "}",
	  "iamctl: /etc/iam/directory.json: UserDetailList[0].UserName: ", "" },
	{ "expired", "{\"Expires\":\"2020-01-01T00:00:00Z\"}",
	  "iamctl: ", "expired at 2020-01-01T00:00:00Z" },
	{ "nobody left", "{\"UserDetailList\":[]}", "iamctl: ", "2 of 2 users would vanish" },
};

static void check_refused(const struct broken_case *row, struct text before)
{
	AUTO_OUTCOME outcome;
	AUTO_BUFFER after;

	write_directory(row->document);
	sync_with(NULL, &outcome);
	iamctl_check(&outcome, EX_DATAERR, NULL, row->place, "refused: %s", row->label);
	CHECK(buffer_has(&outcome.errors, row->reason) && !buffer_has(&outcome.errors, "\033"),
	      "refused: %s: says why", row->label);
	CHECK(outcome.errors.length > 0 &&
		      memchr(outcome.errors.bytes, '\n', outcome.errors.length) ==
			      outcome.errors.bytes + outcome.errors.length - 1,
	      "refused: %s: one line", row->label);
	read_state(&after);
	CHECK(text_equal(before, buffer_text(&after)), "refused: %s: nothing is changed",
	      row->label);
}

static void test_broken(void)
{
	AUTO_BUFFER before;

	read_state(&before);
	for (size_t i = 0; i < ARRAY_LENGTH(broken_cases); i++)
		check_refused(&broken_cases[i], buffer_text(&before));
}

static void make_absent(void)
{
	scratch_remove("/etc/iam/directory.json");
}

static void make_writable(void)
{
	write_directory(only_alice);
	CHECK_REQUIRE(chmod("/etc/iam/directory.json", 0664) == 0, "chmod");
}

static void make_link(void)
{
	scratch_remove("/etc/iam/directory.json");
	CHECK_REQUIRE(symlink("/etc/passwd", "/etc/iam/directory.json") == 0, "symlink");
}

static void make_folder(void)
{
	scratch_remove("/etc/iam/directory.json");
	CHECK_REQUIRE(mkdir("/etc/iam/directory.json", 0755) == 0, "mkdir");
}

static void make_pipe(void)
{
	scratch_remove("/etc/iam/directory.json");
	CHECK_REQUIRE(mkfifo("/etc/iam/directory.json", 0644) == 0, "mkfifo");
}

static const struct source_case {
	const char *label;
	void (*make)(void);
	int code;
} source_cases[] = {
	{ "absent", make_absent, EX_NOINPUT },
	{ "writable by the group", make_writable, EX_DATAERR },
	{ "a link", make_link, EX_DATAERR },
	{ "a folder", make_folder, EX_DATAERR },
	{ "a pipe", make_pipe, EX_DATAERR },
};

static void test_source(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(source_cases); i++) {
		AUTO_OUTCOME outcome;

		source_cases[i].make();
		sync_with(NULL, &outcome);
		iamctl_check(&outcome, source_cases[i].code, NULL,
			     "iamctl: /etc/iam/directory.json: ", "source: %s",
			     source_cases[i].label);
		scratch_remove("/etc/iam/directory.json");
	}
}

/* The state folder on a file system that cannot take it. */
static const struct unwritable_case {
	const char *label, *type, *options;
	unsigned long flags;
	int code;
} unwritable_cases[] = {
	{ "a full disk", "tmpfs", "mode=0755,size=4k", 0, EX_IOERR },
	{ "a read-only disk", "tmpfs", "mode=0755", MS_RDONLY, EX_CANTCREAT },
};

static void test_unwritable(void)
{
	write_directory(only_alice);
	for (size_t i = 0; i < ARRAY_LENGTH(unwritable_cases); i++) {
		const struct unwritable_case *row = &unwritable_cases[i];
		AUTO_OUTCOME outcome;

		CHECK_REQUIRE(mount(row->type, state_folder, row->type, row->flags, row->options) ==
				      0,
			      "mount");
		sync_with(NULL, &outcome);
		iamctl_check(&outcome, row->code, NULL, "iamctl: /var/lib/iam", "sync on %s",
			     row->label);
		CHECK_REQUIRE(umount(state_folder) == 0, "umount");
	}
}

static void test_strict(void)
{
	AUTO_OUTCOME strict, lenient;
	AUTO_BUFFER before, after;

	read_state(&before);
	write_directory(only_alice);
	iamctl_write_file(config_folder, "host-policy.json", TEXT("{\"Statement\":[]}"));
	sync_with("--strict", &strict);
	iamctl_check(&strict, EX_DATAERR, NULL, "iamctl: host-policy.json: Statement: ", "strict");
	read_state(&after);
	CHECK(text_equal(buffer_text(&before), buffer_text(&after)), "strict: nothing is changed");
	sync_with("--dry-run", &lenient);
	iamctl_check(&lenient, EX_OK, "\nhost-policy-invalid  host-policy.json: Statement: ", NULL,
		     "without it the host's policy is reported");
	scratch_remove("/etc/iam/host-policy.json");
}

static void test_shrink(void)
{
	AUTO_OUTCOME one, all, accepted;

	write_directory(only_alice);
	sync_with("--verbose", &one);
	iamctl_check(&one, EX_OK, "\n- user bob ", NULL, "one user may go");
	CHECK(buffer_has(&one.output, "published:           yes\n"), "one user may go: published");
	write_directory("{}");
	sync_with(NULL, &all);
	iamctl_check(&all, EX_DATAERR, NULL, "--accept-shrink", "all may not go");
	sync_with("--accept-shrink", &accepted);
	iamctl_check(&accepted, EX_OK, "shrink-accepted", NULL, "unless that was accepted");
	CHECK(!buffer_has(&accepted.output, "- user alice"), "without --verbose no details");
}

static void test_json(void)
{
	static const char *const numbers[] = { "generation", "users", "groups", "roles" };
	AUTO_OUTCOME outcome;
	AUTO_JSON *json = NULL;
	struct complaint complaint = { 0 };

	write_directory(only_alice);
	iamctl_run(&(struct program){ .arguments = { "sync", "--json", "-n" } }, &outcome);
	CHECK_REQUIRE(json_parse(buffer_text(&outcome.output), 1 << 20, &json, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		CHECK(json_member(json, numbers[i]) &&
			      json_kind(json_member(json, numbers[i])) == JSON_NUMBER,
		      "sync --json: %s", numbers[i]);
	CHECK(json_member(json, "published") && !json_is_true(json_member(json, "published")),
	      "sync --json: published");
	CHECK(text_starts_with(json_text(json_first(json_member(json, "details"))),
			       TEXT("+ user alice ")),
	      "sync --json: details");
}

/* Held for longer than the second after which progress is shown. */
static void hold_lock(void)
{
	int fd = open("/var/lib/iam/sync.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	pid_t child;

	CHECK_REQUIRE(fd >= 0 && flock(fd, LOCK_EX) == 0, "the lock");
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		sleep(2);
		_exit(0);
	}
	close(fd);
}

static const struct progress_case {
	const char *label;
	const char *environment;
	bool on_terminal, is_shown;
} progress_cases[] = {
	{ "on a terminal", "TERM=xterm", true, true },
	{ "on one that cannot erase", "TERM=dumb", true, false },
	{ "in a pipe", "TERM=xterm", false, false },
};

static void test_progress(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(progress_cases); i++) {
		const struct progress_case *row = &progress_cases[i];
		AUTO_OUTCOME outcome;
		const char *last;

		hold_lock();
		iamctl_run(&(struct program){ .arguments = { "sync" },
					      .environment = { row->environment, "NO_COLOR=1" },
					      .on_terminal = row->on_terminal },
			   &outcome);
		CHECK(outcome.code == EX_OK && buffer_has(&outcome.output, "generation:"),
		      "progress %s: the sync went on", row->label);
		CHECK(buffer_has(&outcome.output, "\r\033[K") == row->is_shown &&
			      outcome.errors.length == 0,
		      "progress %s: %s", row->label, row->is_shown ? "shown" : "not shown");
		last = row->is_shown ? memrchr(outcome.output.bytes, '\033', outcome.output.length)
				     : NULL;
		CHECK(!row->is_shown || (last && strncmp(last, "\033[Kgeneration:", 14) == 0),
		      "progress %s: erased at the end", row->label);
	}
}

int main(void)
{
	test_dry_run();
	iamctl_publish("");
	test_broken();
	test_source();
	test_unwritable();
	test_strict();
	test_shrink();
	test_json();
	test_progress();
	return check_done();
}
