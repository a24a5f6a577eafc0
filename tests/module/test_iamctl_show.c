/*
 * tests/module/test_iamctl_show.c: what iamctl shows of users, groups, roles and the host, and what
 * it says when names, files or settings are wrong.
 */
#include <sys/stat.h>
#include <sysexits.h>

#include "base/timestamp.h"
#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/snapshot_fixture.h"
#include "json/json.h"

static const char state_folder[] = "/var/lib/iam", config_folder[] = "/etc/iam";
static const char alice_id[] = "AIDAEXAMPLEALICE00001";

/* Before the first sync: nothing to show, nothing to change, nothing made. */
static const struct absent_case {
	const char *arguments[5];
	int code;
	const char *output, *errors;
} absent_cases[] = {
	{ { "user" },
	  EX_UNAVAILABLE,
	  NULL,
	  "directory.snapshot: no snapshot yet; run 'iamctl sync'" },
	{ { "user", "alice" }, EX_UNAVAILABLE, NULL, "access.snapshot: no snapshot yet" },
	{ { "group" }, EX_UNAVAILABLE, NULL, "directory.snapshot: no snapshot yet" },
	{ { "group", "developers" }, EX_UNAVAILABLE, NULL, "directory.snapshot: no snapshot yet" },
	{ { "role" }, EX_UNAVAILABLE, NULL, "directory.snapshot: no snapshot yet" },
	{ { "role", "deploy" }, EX_UNAVAILABLE, NULL, "access.snapshot: no snapshot yet" },
	{ { "passwd", "alice" }, EX_UNAVAILABLE, NULL, "access.snapshot: no snapshot yet" },
	{ { "mfa", "enable", "alice" }, EX_UNAVAILABLE, NULL, "access.snapshot: no snapshot yet" },
	{ { "mfa", "list" }, EX_UNAVAILABLE, NULL, "access.snapshot: no snapshot yet" },
	{ { "mfa", "disable", "alice", "x" },
	  EX_UNAVAILABLE,
	  NULL,
	  "access.snapshot: no snapshot" },
	{ { "unlock", "alice" }, EX_UNAVAILABLE, NULL, "access.snapshot: no snapshot yet" },
	{ { "verify" }, EX_UNAVAILABLE, "none yet", "directory.snapshot: no snapshot yet" },
	{ { "status" }, 1, "access.snapshot: no snapshot yet; run 'iamctl sync'", NULL },
};

static void test_absent(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(absent_cases); i++) {
		const struct absent_case *row = &absent_cases[i];
		struct program program = { 0 };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors,
			     "without a snapshot: %s", row->arguments[0]);
	}
	CHECK(access("/var/lib/iam/credentials.db", F_OK) < 0, "nothing was made");
}

static const struct shown_case {
	const char *arguments[4];
	const char *holds[12];
	const char *lacks[4];
} shown_cases[] = {
	{ { "user" }, { "NAME", "UID", "alice", "bob", "/home/alice" }, { "deploy", "localuser" } },
	{ { "user", "alice" },
	  { "gecos:               Alice O'Brien\n", "iam name:            alice\n",
	    "AIDAEXAMPLEALICE00001", "ssh-ed25519", "SshKey1", "developers", "OwnPassword",
	    "SignIn", "group Developers", "arn:aws:iam::123456789012:policy/SignIn",
	    "\\x1b[31mred\\xe2\\x80\\xae", "password here:       no\n" },
	  { "\033" } },
	{ { "user", "bob" }, { "AIDAEXAMPLEBOB0000002", "SignIn" }, { "OwnPassword", "ssh-ed" } },
	{ { "group" }, { "developers", "MEMBERS" }, { "alice", "bob" } },
	{ { "group", "developers" },
	  { "members:             alice, bob\n", "AGPAEXAMPLEDEVELOPERS",
	    "iam name:            Developers\n" },
	  { NULL } },
	{ { "group", "alice" }, { "members:             -\n" }, { NULL } },
	{ { "role" }, { "deploy" }, { "alice" } },
	{ { "role", "deploy" },
	  { "AROAEXAMPLEDEPLOY0001", "\"Action\": \"sts:AssumeRole\"",
	    "session limit:       1 h 0 min\n" },
	  { NULL } },
	{ { "status" },
	  { "generation:", "users:               2\n", "roles:               1\n",
	    "groups:              2\n", "account:             123456789012\n",
	    "source:              /etc/iam/directory.json\n", "localuser",
	    "in nsswitch:         no\n", "credentials:         none yet\n", "Good.\n" },
	  { "Problem" } },
	{ { "verify" },
	  { "directory.snapshot  good\n", "access.snapshot     good\n", "none yet" },
	  { NULL } },
};

static void check_shown(const struct shown_case *row, const struct outcome *outcome)
{
	const char *name = row->arguments[0];

	for (size_t i = 0; i < ARRAY_LENGTH(row->holds) && row->holds[i]; i++)
		CHECK(buffer_has(&outcome->output, row->holds[i]), "%s %s: shows %.*s", name,
		      row->arguments[1] ? row->arguments[1] : "", (int)strcspn(row->holds[i], "\n"),
		      row->holds[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(row->lacks) && row->lacks[i]; i++)
		CHECK(!buffer_has(&outcome->output, row->lacks[i]), "%s: does not show row %zu",
		      name, i);
}

/* Each for people, and each as JSON that holds to its grammar. */
static void test_shown(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shown_cases); i++) {
		const struct shown_case *row = &shown_cases[i];
		struct program program = { 0 };
		struct complaint complaint = { 0 };
		AUTO_OUTCOME for_people, as_json;
		AUTO_JSON *json = NULL;

		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &for_people);
		iamctl_check(&for_people, EX_OK, row->holds[0], NULL, "%s: exit 0",
			     row->arguments[0]);
		check_shown(row, &for_people);
		program.arguments[row->arguments[1] ? 2 : 1] = "--json";
		iamctl_run(&program, &as_json);
		CHECK(as_json.code == EX_OK && as_json.errors.length == 0 &&
			      json_parse(buffer_text(&as_json.output), 1 << 20, &json,
					 &complaint) == STATUS_OK,
		      "%s --json: %s", row->arguments[0], complaint.reason);
	}
}

/* One member of one object. */
static struct text member_of(const char *command, const char *name, const char *member,
			     struct buffer *keep)
{
	AUTO_OUTCOME outcome;
	AUTO_JSON *json = NULL;
	struct program program = { .arguments = { "--json", command, name } };
	AUTO_BUFFER printed;

	buffer_init(&printed, 1 << 20);
	iamctl_run(&program, &outcome);
	CHECK_REQUIRE(json_parse(buffer_text(&outcome.output), 1 << 20, &json, NULL) == STATUS_OK,
		      "JSON");
	buffer_release(keep);
	if (!json_member(json, member))
		return TEXT("null");
	CHECK_REQUIRE(json_print(json_member(json, member), keep) == STATUS_OK, "a member");
	return buffer_text(keep);
}

static void fail_to_sign_in(unsigned times)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	struct credential_outcome outcome;
	struct credential_attempt attempt = { .user_id = text_of(alice_id),
					      .password_wanted = true,
					      .lockout.passwords = { 5, 900, 900 },
					      .now = timestamp_now() };

	CHECK_REQUIRE(credential_store_open(state_folder, FILE_OF_ROOT, true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	CHECK_REQUIRE(fixture_set_password(store, text_of(alice_id), "$y$j9T$x$y", attempt.now) ==
			      STATUS_OK,
		      "a password");
	for (unsigned i = 0; i < times; i++)
		CHECK_REQUIRE(credential_attempt(store, &attempt, &outcome) == STATUS_OK,
			      "an attempt");
}

static void test_unlock(void)
{
	AUTO_OUTCOME first, second, other;
	AUTO_BUFFER member;

	buffer_init(&member, 1 << 16);
	fail_to_sign_in(5);
	CHECK(text_is(member_of("user", "alice", "password_failures", &member), "5"),
	      "user: failures");
	CHECK(text_starts_with(member_of("user", "alice", "passwords_locked_until", &member),
			       TEXT("\"2")),
	      "user: locked until");
	CHECK(text_is(member_of("user", "alice", "password_here", &member), "true"),
	      "user: has a password");
	iamctl_run(&(struct program){ .arguments = { "unlock", "bob" } }, &other);
	iamctl_check(&other, EX_OK, "bob: no failed attempts, nothing to do\n", NULL,
		     "unlock: somebody who is not locked");
	CHECK(text_is(member_of("user", "alice", "password_failures", &member), "5"),
	      "unlock: nobody else's failures");
	iamctl_run(&(struct program){ .arguments = { "unlock", "alice" } }, &first);
	iamctl_check(&first, EX_OK, "alice: failed attempts forgotten\n", NULL, "unlock");
	CHECK(text_is(member_of("user", "alice", "password_failures", &member), "0"),
	      "unlock: none left");
	CHECK(text_is(member_of("user", "alice", "passwords_locked_until", &member), "null"),
	      "unlock: not locked");
	iamctl_run(&(struct program){ .arguments = { "unlock", "alice" } }, &second);
	iamctl_check(&second, EX_OK, "nothing to do\n", NULL, "unlock: twice");
}

static char long_name[5000];

static const struct hostile_case {
	const char *name, *errors;
} hostile_cases[] = {
	{ "$(id)", "iamctl: $(id): not an IAM" },
	{ "`id`", "iamctl: `id`: not an IAM" },
	{ "alice; id", "iamctl: alice; id: not an IAM" },
	{ "alice\nroot", "iamctl: alice\\x0aroot: not an IAM" },
	{ "\033[2J\033]0;x\a", "iamctl: \\x1b[2J\\x1b]0;x\\x07: not an IAM" },
	{ "al\xc3\xad"
	  "ce",
	  "iamctl: al\\xc3\\xadce: not an IAM" },
	{ "\xff\xfe", "iamctl: \\xff\\xfe: not an IAM" },
	{ "../alice", "iamctl: ../alice: not an IAM" },
	{ "ali", "iamctl: ali: not an IAM" },
	{ "alic.", "iamctl: alic.: not an IAM" },
	{ "alice ", "iamctl: alice : not an IAM" },
	{ "ALICE", "iamctl: ALICE: not an IAM" },
	{ "root", "iamctl: root: not an IAM" },
	{ "localuser", "iamctl: localuser: not an IAM" },
	{ "%s%n", "iamctl: %s%n: not an IAM" },
	{ "--help", "iamctl: --help: not an IAM" },
	{ "", "iamctl: not an IAM" },
	{ long_name, "xxx...: not an IAM" },
};

static const char *const naming_commands[][3] = {
	{ "user" },   { "group" },       { "role" },           { "passwd" },
	{ "unlock" }, { "mfa", "list" }, { "mfa", "disable" }, { "mfa", "enable" },
};

static void run_naming(const char *const *words, const char *name, struct outcome *outcome)
{
	struct program program = { .input = "" };
	size_t count = 0;

	for (; words[count]; count++)
		program.arguments[count] = words[count];
	if (count == 2 && strcmp(words[1], "enable") == 0)
		program.arguments[count++] = "--device=x"; /* the default is made of the name */
	program.arguments[count++] = "--";
	program.arguments[count++] = name;
	if (words[1] && strcmp(words[1], "disable") == 0)
		program.arguments[count++] = "device";
	iamctl_run(&program, outcome);
}

static void test_hostile_names(void)
{
	memset(long_name, 'x', sizeof(long_name) - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(hostile_cases); i++)
		for (size_t j = 0; j < ARRAY_LENGTH(naming_commands); j++) {
			AUTO_OUTCOME outcome;

			run_naming(naming_commands[j], hostile_cases[i].name, &outcome);
			iamctl_check(&outcome, EX_NOUSER, NULL, hostile_cases[i].errors,
				     "hostile name %zu: %s %s", i, naming_commands[j][0],
				     naming_commands[j][1] ? naming_commands[j][1] : "");
		}
}

static const struct nsswitch_case {
	const char *label, *content, *expected;
} nsswitch_cases[] = {
	{ "both", "passwd: files iam systemd\ngroup:\tfiles\tiam\n", "true" },
	{ "no blanks", "passwd:iam\ngroup:iam\n", "true" },
	{ "actions", "passwd: files [NOTFOUND=continue] iam\ngroup: files iam # iam\n", "true" },
	{ "passwd alone", "passwd: files iam\ngroup: files\n", "false" },
	{ "in a comment", "passwd: files # iam\ngroup: files iam\n", "false" },
	{ "another name", "passwd: files iamx\ngroup: files iam\n", "false" },
	{ "another database", "passwd_compat: iam\ngroup: iam\n", "false" },
	{ "empty", "", "false" },
};

static void test_nsswitch(void)
{
	AUTO_BUFFER member;

	buffer_init(&member, 1 << 16);
	for (size_t i = 0; i < ARRAY_LENGTH(nsswitch_cases); i++) {
		iamctl_write_file("/etc", "nsswitch.conf", text_of(nsswitch_cases[i].content));
		CHECK(text_is(member_of("status", NULL, "in_nsswitch", &member),
			      nsswitch_cases[i].expected),
		      "status: nsswitch.conf: %s", nsswitch_cases[i].label);
	}
	CHECK_REQUIRE(unlink("/etc/nsswitch.conf") == 0, "unlink");
	CHECK(text_is(member_of("status", NULL, "in_nsswitch", &member), "null"),
	      "status: no nsswitch.conf");
}

static void test_config_error(void)
{
	static const char *const commands[] = { "sync", "status", "passwd", "user" };

	iamctl_write_file(config_folder, "iam.conf", TEXT("[mfa]\nmode = required\nbogus = 1\n"));
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		AUTO_OUTCOME outcome;

		iamctl_run(&(struct program){ .arguments = { commands[i], i > 1 ? "alice" : NULL },
					      .input = "" },
			   &outcome);
		CHECK(outcome.code == EX_CONFIG &&
			      buffer_has(&outcome.errors, "iamctl: /etc/iam/iam.conf:3: "),
		      "a wrong iam.conf: %s", commands[i]);
	}
	CHECK_REQUIRE(unlink("/etc/iam/iam.conf") == 0, "unlink");
}

static void flip_byte(const char *path, long offset)
{
	FILE *file = fopen(path, "r+b");
	int byte;

	CHECK_REQUIRE(file && fseek(file, offset, offset < 0 ? SEEK_END : SEEK_SET) == 0, path);
	byte = fgetc(file);
	CHECK_REQUIRE(fseek(file, -1, SEEK_CUR) == 0 && fputc(byte ^ 1, file) != EOF &&
			      fclose(file) == 0,
		      path);
}

static void damage_directory(void)
{
	flip_byte("/var/lib/iam/directory.snapshot", -3);
}

static void damage_access(void)
{
	flip_byte("/var/lib/iam/access.snapshot", -3);
}

static void damage_store(void)
{
	flip_byte("/var/lib/iam/credentials.db", 3);
}

static void open_directory(void)
{
	CHECK_REQUIRE(chmod("/var/lib/iam/directory.snapshot", 0666) == 0, "chmod");
}

static void link_access(void)
{
	CHECK_REQUIRE(rename("/var/lib/iam/access.snapshot", "/var/lib/iam/other") == 0 &&
			      symlink("other", "/var/lib/iam/access.snapshot") == 0,
		      "symlink");
}

static void truncate_directory(void)
{
	CHECK_REQUIRE(truncate("/var/lib/iam/directory.snapshot", 100) == 0, "truncate");
}

static const struct damage_case {
	const char *label;
	void (*damage)(void);
	const char *arguments[3];
	const char *errors;
} damage_cases[] = {
	{ "a byte of the directory", damage_directory, { "user" }, "directory.snapshot: " },
	{ "a byte of the directory", damage_directory, { "verify" }, "directory.snapshot: " },
	{ "a byte of access", damage_access, { "user", "alice" }, "access.snapshot: " },
	{ "a byte of access", damage_access, { "passwd", "alice" }, "access.snapshot: " },
	{ "a byte of access", damage_access, { "verify" }, "access.snapshot: " },
	{ "a byte of the store", damage_store, { "verify" }, "credentials.db: " },
	{ "a byte of the store", damage_store, { "unlock", "alice" }, "credentials.db: " },
	{ "writable by all", open_directory, { "group" }, "directory.snapshot: " },
	{ "writable by all", open_directory, { "verify" }, "directory.snapshot: " },
	{ "a link", link_access, { "mfa", "list" }, "access.snapshot: " },
	{ "cut", truncate_directory, { "role" }, "directory.snapshot: " },
};

static void publish_anew(void)
{
	AUTO_OUTCOME outcome;

	scratch_remove("/var/lib/iam/directory.snapshot");
	scratch_remove("/var/lib/iam/access.snapshot");
	scratch_remove("/var/lib/iam/credentials.db");
	scratch_remove("/var/lib/iam/credentials.db-wal");
	scratch_remove("/var/lib/iam/credentials.db-shm");
	scratch_remove("/var/lib/iam/credentials.lock");
	iamctl_run(&(struct program){ .arguments = { "sync" } }, &outcome);
	CHECK_REQUIRE(outcome.code == 0, "a sync");
	fail_to_sign_in(0);
}

static void test_damage(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(damage_cases); i++) {
		const struct damage_case *row = &damage_cases[i];
		struct program program = { .input = "Tangerine-42-boats\n" };
		AUTO_OUTCOME outcome;

		publish_anew();
		row->damage();
		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &outcome);
		CHECK(outcome.code == EX_DATAERR && buffer_has(&outcome.errors, row->errors),
		      "%s: %s", row->label, row->arguments[0]);
		if (outcome.code != EX_DATAERR)
			iamctl_show(&outcome);
	}
	publish_anew();
}

/* Snapshots that nobody confirmed for long, and two that are not of one sync. */
static void write_fixture(enum snapshot_kind kind, const char *name, uint64_t generation,
			  int64_t created)
{
	static const struct fixture_record records[] = { { SNAPSHOT_MAP_SETTINGS, "account", "{}" },
							 { 0 } };
	struct fixture fixture = { .records = records,
				   .generation = generation,
				   .created = created };
	AUTO_BUFFER bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(&fixture, kind, &bytes);
	iamctl_write_file(state_folder, name, buffer_text(&bytes));
}

static const struct age_case {
	const char *label;
	int64_t age;
	uint64_t generation;
	const char *output;
} age_cases[] = {
	{ "old", 8 * 86400, FIXTURE_GENERATION, "Problem: the snapshot is too old" },
	{ "from the future", -3600, FIXTURE_GENERATION,
	  "Problem: the snapshot comes from the future" },
	{ "of two syncs", 60, FIXTURE_GENERATION + 1,
	  "Problem: the two snapshots are not of one sync" },
};

static void test_age(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(age_cases); i++) {
		const struct age_case *row = &age_cases[i];
		int64_t created = timestamp_now() - row->age;
		AUTO_OUTCOME outcome;

		write_fixture(SNAPSHOT_DIRECTORY, "directory.snapshot", row->generation, created);
		write_fixture(SNAPSHOT_ACCESS, "access.snapshot", FIXTURE_GENERATION, created);
		iamctl_run(&(struct program){ .arguments = { "status" } }, &outcome);
		iamctl_check(&outcome, 1, row->output, NULL, "status: %s", row->label);
	}
	publish_anew();
}

int main(void)
{
	test_absent();
	iamctl_publish("");
	test_shown();
	test_unlock();
	test_hostile_names();
	test_nsswitch();
	test_config_error();
	test_damage();
	test_age();
	return check_done();
}
