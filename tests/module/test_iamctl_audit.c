/* iamctl audit and audit verify: what they show of changes that iamctl made, and of a log that
   somebody changed. */
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"

#define FOLDER "/var/log/iam"
#define LOG FOLDER "/audit.jsonl"

static void set_password(const char *user)
{
	struct program program = { .arguments = { "passwd", user },
				   .input = "Tangerine-42-boats\n" };
	AUTO_OUTCOME outcome;

	iamctl_run(&program, &outcome);
	CHECK_REQUIRE(outcome.code == EX_OK, "a password");
}

static const struct list_case {
	const char *label, *arguments[6];
	int code;
	const char *shows, *hides; /* of standard output */
} list_cases[] = {
	{ "all", { "audit" }, EX_OK, "UpdateLoginProfile", NULL },
	{ "all has the sync too", { "audit" }, EX_OK, "SyncDirectory", NULL },
	{ "of a user", { "audit", "--user", "alice" }, EX_OK, "alice", "SyncDirectory" },
	{ "of another", { "audit", "-u", "bob" }, EX_OK, "bob", "alice" },
	{ "of nobody", { "audit", "-u", "mallory" }, EX_OK, "TIME", "UpdateLoginProfile" },
	{ "of an event", { "audit", "--event", "syncdirectory" }, EX_OK, "SyncDirectory", "alice" },
	{ "since", { "audit", "--since", "1h" }, EX_OK, "alice", NULL },
	{ "since the future", { "audit", "--since", "2099-01-01" }, EX_OK, "TIME", "alice" },
	{ "until the past",
	  { "audit", "--until", "2020-01-01T00:00:00Z" },
	  EX_OK,
	  "TIME",
	  "alice" },
	{ "denied", { "audit", "--denied" }, EX_OK, "TIME", "alice" },
	{ "as JSON", { "audit", "--json", "-u", "bob" }, EX_OK, "\"userName\": \"bob\"", "Sync" },
	{ "no time", { "audit", "--since", "yesterday" }, EX_USAGE, NULL, "alice" },
	{ "no digest", { "audit", "verify", "--known", "abc" }, EX_USAGE, NULL, NULL },
	{ "whole", { "audit", "verify" }, EX_OK, "The chain is whole from line 1 to line ", NULL },
	{ "whole, as JSON", { "audit", "verify", "--json" }, EX_OK, "\"findings\": []", NULL },
};

static void check_case(const struct list_case *row)
{
	struct program program = { .arguments = { NULL } };
	AUTO_OUTCOME outcome;

	memcpy(program.arguments, row->arguments, sizeof(row->arguments));
	iamctl_run(&program, &outcome);
	CHECK(outcome.code == row->code && (outcome.errors.length == 0) == (row->code == EX_OK),
	      "%s: exit %d: %s", row->label, outcome.code, buffer_text(&outcome.errors).bytes);
	CHECK((!row->shows || buffer_has(&outcome.output, row->shows)) &&
		      (!row->hides || !buffer_has(&outcome.output, row->hides)),
	      "%s: %s", row->label, buffer_text(&outcome.output).bytes);
	CHECK(!buffer_has(&outcome.output, "angerine"), "%s: no secret", row->label);
}

static void verify(struct outcome *out_outcome)
{
	iamctl_run(&(struct program){ .arguments = { "audit", "verify" } }, out_outcome);
}

static void test_damage(void)
{
	AUTO_BUFFER log;
	AUTO_OUTCOME changed, cut, gone;
	char *name;

	buffer_init(&log, 1 << 20);
	CHECK_REQUIRE(scratch_read(FOLDER, "audit.jsonl", &log), "the log");
	name = strstr(log.bytes, "\"userName\":\"alice\"");
	CHECK_REQUIRE(name, "a line about alice");
	memcpy(name + 12, "mal", 3);
	scratch_write(FOLDER, "audit.jsonl", buffer_text(&log), 0640);
	verify(&changed);
	CHECK(changed.code == 1 && buffer_has(&changed.output, "changed") &&
		      buffer_has(&changed.output, "the line is not what was written") &&
		      buffer_has(&changed.output, "The log is not what was written."),
	      "changed: exit %d: %s", changed.code, changed.output.bytes);
	scratch_write(FOLDER, "audit.jsonl", (struct text){ log.bytes, log.length / 2 }, 0640);
	verify(&cut);
	CHECK(cut.code == 1 && buffer_has(&cut.output, "missing"), "cut: exit %d: %s", cut.code,
	      cut.output.bytes);
	CHECK_REQUIRE(unlink(LOG) == 0, "unlink");
	verify(&gone);
	CHECK(gone.code == 1 && buffer_has(&gone.output, "lines are missing: 1 to "),
	      "all gone: exit %d: %s", gone.code, gone.output.bytes);
}

/* What must be recorded and cannot be: done, told, and no success. */
static void test_required(void)
{
	struct program program = { .arguments = { "passwd", "alice" },
				   .input = "Tangerine-43-boats\n" };
	AUTO_OUTCOME outcome;

	scratch_write("/etc/iam", "iam.conf.d/audit.conf", TEXT("[audit]\nmode = required\n"),
		      0644);
	CHECK_REQUIRE(chmod(FOLDER, 0777) == 0, "a folder that all may write");
	iamctl_run(&program, &outcome);
	CHECK(outcome.code == EX_DATAERR && buffer_has(&outcome.errors, LOG ": "),
	      "required: exit %d: %s", outcome.code, buffer_text(&outcome.errors).bytes);
	CHECK(buffer_has(&outcome.output, "password set"), "but it was done");
}

int main(void)
{
	AUTO_OUTCOME none;

	verify(&none);
	CHECK(none.code == EX_NOINPUT && buffer_has(&none.errors, "there is no audit log yet"),
	      "none yet: exit %d: %s", none.code, buffer_text(&none.errors).bytes);
	iamctl_publish("");
	set_password("alice");
	set_password("bob");
	for (size_t i = 0; i < ARRAY_LENGTH(list_cases); i++)
		check_case(&list_cases[i]);
	test_damage();
	test_required();
	return check_done();
}
