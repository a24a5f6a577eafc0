/*
 * tests/module/test_iamctl_root.c: --root, as root and as somebody else, and what an ordinary user
 * may see of the host.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"

enum { SOMEBODY = 65000 };

static const char *const folders[] = {
	"", "/etc", "/etc/iam", "/var", "/var/lib", "/var/lib/iam",
};

static void make_tree(const char *root, uid_t owner)
{
	static const struct {
		const char *name;
		const char *content;
	} files[] = {
		{ "etc/passwd",
		  "root:x:0:0:root:/root:/bin/sh\nbob:x:1002:1002::/home/bob:/bin/sh\n" },
		{ "etc/group", "root:x:0:\nbob:x:1002:\n" },
	};
	char path[256];

	for (size_t i = 0; i < ARRAY_LENGTH(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		CHECK_REQUIRE(mkdir(path, 0755) == 0 && chown(path, owner, owner) == 0, path);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		scratch_write(root, files[i].name, text_of(files[i].content), 0644);
		snprintf(path, sizeof(path), "%s/%s", root, files[i].name);
		CHECK_REQUIRE(chown(path, owner, owner) == 0, path);
	}
	{
		AUTO_BUFFER document;

		iamctl_read_file("tests/data/iamctl/directory.json", &document);
		scratch_write(root, "etc/iam/directory.json", buffer_text(&document), 0644);
		snprintf(path, sizeof(path), "%s/etc/iam/directory.json", root);
		CHECK_REQUIRE(chown(path, owner, owner) == 0, path);
	}
}

static const struct root_case {
	const char *label;
	const char *arguments[7];
	const char *input;
	int code;
	const char *output, *errors;
} root_cases[] = {
	{ "before a sync", { "--root", "@", "status" }, NULL, 1, "no snapshot yet", NULL },
	{ "sync", { "sync", "--root", "@" }, NULL, EX_OK, "published:           yes\n", NULL },
	{ "sync again", { "sync", "--root=@" }, NULL, EX_OK, "published:           no\n", NULL },
	{ "the accounts of the tree count",
	  { "--root", "@", "user", "bob" },
	  NULL,
	  EX_NOUSER,
	  NULL,
	  "iamctl: bob: not an IAM user" },
	{ "those of the host do not",
	  { "--root", "@", "user", "localuser" },
	  NULL,
	  EX_OK,
	  "AIDAEXAMPLELOCAL00003",
	  NULL },
	{ "-R", { "-R", "@", "user" }, NULL, EX_OK, "alice", NULL },
	{ "a slash at the end", { "-R", "@/", "group", "developers" }, NULL, EX_OK, "alice", NULL },
	{ "dots", { "-R", "@/etc/..", "role" }, NULL, EX_OK, "deploy", NULL },
	{ "a link", { "-R", "@.link", "status" }, NULL, EX_OK, "Good.", NULL },
	{ "passwd",
	  { "-R", "@", "passwd", "alice" },
	  "Tangerine-42-boats\n",
	  EX_OK,
	  "alice: password set",
	  NULL },
	{ "user", { "-R", "@", "user", "alice" }, NULL, EX_OK, "password here:       yes\n", NULL },
	{ "mfa list", { "-R", "@", "mfa", "list", "alice" }, NULL, EX_OK, "DEVICE", NULL },
	{ "unlock", { "-R", "@", "unlock", "alice" }, NULL, EX_OK, "nothing to do", NULL },
	{ "verify", { "-R", "@", "verify" }, NULL, EX_OK, "credentials.db      good\n", NULL },
	{ "no such tree",
	  { "-R", "@.absent", "verify" },
	  NULL,
	  EX_NOINPUT,
	  NULL,
	  ".absent: No such" },
	{ "a file", { "-R", "@/etc/passwd", "sync" }, NULL, EX_CONFIG, NULL, "/etc/passwd" },
};

/* "@" is the tree. */
static void name_tree(const struct root_case *row, const char *root, char names[7][300],
		      struct program *program)
{
	for (size_t i = 0; i < 7 && row->arguments[i]; i++) {
		const char *at = strchr(row->arguments[i], '@');

		if (at)
			snprintf(names[i], 300, "%.*s%s%s", (int)(at - row->arguments[i]),
				 row->arguments[i], root, at + 1);
		else
			snprintf(names[i], 300, "%s", row->arguments[i]);
		program->arguments[i] = names[i];
	}
}

static void test_tree(const char *root, uid_t uid)
{
	char link[300];

	make_tree(root, uid);
	snprintf(link, sizeof(link), "%s.link", root);
	CHECK_REQUIRE(symlink(root, link) == 0, "symlink");
	for (size_t i = 0; i < ARRAY_LENGTH(root_cases); i++) {
		const struct root_case *row = &root_cases[i];
		struct program program = { .uid = uid, .input = row->input };
		char names[7][300];
		AUTO_OUTCOME outcome;

		name_tree(row, root, names, &program);
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "--root, uid %u: %s",
			     (unsigned)uid, row->label);
	}
	CHECK(access("/var/lib/iam/access.snapshot", F_OK) < 0 &&
		      access("/var/lib/iam/credentials.db", F_OK) < 0,
	      "--root, uid %u: the host itself has nothing of it", (unsigned)uid);
}

/* Root does not trust what another user could have put there. */
static void test_tree_of_another(void)
{
	static const char *const commands[] = { "sync", "status", "user", "verify" };

	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		AUTO_OUTCOME outcome;

		iamctl_run(&(struct program){ .arguments = { "-R", "/tree-of-somebody",
							     commands[i] } },
			   &outcome);
		CHECK(outcome.code != EX_OK && !buffer_has(&outcome.output, "alice") &&
			      !buffer_has(&outcome.output, "Good."),
		      "root in the tree of another: %s", commands[i]);
	}
}

static const struct ordinary_case {
	const char *arguments[6];
	int code;
	const char *output, *errors;
} ordinary_cases[] = {
	{ { "user" }, EX_OK, "alice", NULL },
	{ { "group" }, EX_OK, "developers", NULL },
	{ { "group", "developers" }, EX_OK, "members:             alice, bob\n", NULL },
	{ { "role" }, EX_OK, "deploy", NULL },
	{ { "status" }, EX_OK, "credentials:         not yours to read\n", NULL },
	{ { "user", "alice" },
	  EX_NOPERM,
	  NULL,
	  "access.snapshot: Permission denied; run it as root" },
	{ { "role", "deploy" },
	  EX_NOPERM,
	  NULL,
	  "access.snapshot: Permission denied; run it as root" },
	{ { "verify" }, EX_NOPERM, "good", "access.snapshot: Permission denied" },
	{ { "sync" }, EX_NOPERM, NULL, "run it as root" },
	{ { "passwd", "alice" }, EX_NOPERM, NULL, "run it as root" },
	{ { "mfa", "enable", "alice" }, EX_NOPERM, NULL, "run it as root" },
	{ { "mfa", "list" }, EX_NOUSER, NULL, "you are no IAM user of this host" },
	{ { "mfa", "disable", "alice", "x" }, EX_NOPERM, NULL, "run it as root" },
	{ { "unlock", "alice" }, EX_NOPERM, NULL, "run it as root" },
	{ { "access" }, EX_NOPERM, NULL, "run it as root" },
	{ { "why", "alice", "sshd" }, EX_NOPERM, NULL, "run it as root" },
	{ { "simulate", "--principal=alice", "--action=a:b" }, EX_NOPERM, NULL, "run it as root" },
	{ { "sessions" },
	  EX_OK,
	  "roles:               -\n",
	  NULL }, /* there are no credentials yet */
	{ { "policy", "validate", "/etc/iam/directory.json" }, EX_DATAERR, "error: ", NULL },
	{ { "policy", "evaluate" }, EX_OK, "Invalid: not valid JSON", NULL },
	{ { "assume-role", "bogus" }, EX_NOUSER, NULL, "bogus: not an IAM role" },
};

static void test_ordinary_user(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ordinary_cases); i++) {
		const struct ordinary_case *row = &ordinary_cases[i];
		struct program program = { .uid = SOMEBODY, .input = "Tangerine-42-boats\n" };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors,
			     "an ordinary user: %s %s", row->arguments[0],
			     row->arguments[1] ? row->arguments[1] : "");
	}
}

int main(void)
{
	test_tree("/tree", 0);
	if (!program_can_change_uid()) {
		printf("# left out: without real root there is no other uid to try\n");
		return check_done();
	}
	test_tree("/tree-of-somebody", SOMEBODY);
	test_tree_of_another();
	iamctl_publish("");
	test_ordinary_user();
	return check_done();
}
