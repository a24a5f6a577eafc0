/*
 * tests/module/test_iamctl_usage.c: the command line of iamctl, its help and its manual.
 *
 * The program prints its own table (help --json); the manual and each --help are held against it.
 */
#include <sysexits.h>

#include "check.h"
#include "support/iamctl.h"
#include "json/json.h"

enum { TABLE_BYTES_MAX = 1 << 20 };

static const char manual_path[] = "common/tools/iamctl/iamctl.8";

static const char *const commands_expected[] = {
	"sync",
	"publish",
	"keygen",
	"status",
	"verify",
	"user",
	"group",
	"role",
	"access",
	"last-used",
	"why",
	"simulate",
	"policy validate",
	"policy evaluate",
	"sessions",
	"assume-role",
	"passwd",
	"mfa enable",
	"mfa import",
	"mfa list",
	"mfa resync",
	"mfa disable",
	"mfa recovery-codes",
	"break-glass create",
	"break-glass list",
	"break-glass revoke",
	"lockouts",
	"unlock",
	"credentials export",
	"credentials import",
	"credentials publish",
	"credentials pull",
	"credentials check",
	"credentials keygen",
	"credentials forget",
	"credential-report",
	"audit verify",
	"audit",
	"help",
};

/* From ".Ss NAME" to the next section of either kind. */
static struct text manual_section(struct text manual, const char *name)
{
	struct text rest = manual, line, section = { NULL, 0 };
	char start[64];

	snprintf(start, sizeof(start), ".Ss %s", name);
	while (text_next_piece(&rest, '\n', &line)) {
		bool is_start = text_is(line, start) || (text_starts_with(line, text_of(start)) &&
							 line.bytes[strlen(start)] == ' ');

		if (section.bytes && (text_starts_with(line, TEXT(".S"))))
			return section;
		if (section.bytes)
			section.length = (size_t)(line.bytes + line.length - section.bytes);
		else if (is_start)
			section = line;
	}
	return section;
}

static size_t count_in(struct text text, const char *wanted)
{
	size_t count = 0, length = strlen(wanted);

	for (size_t i = 0; i + length <= text.length; i++)
		count += memcmp(text.bytes + i, wanted, length) == 0;
	return count;
}

/* "n , Fl -dry-run" and "-dry-run" both hold "Fl -dry-run". */
static void check_option(struct text section, const struct json *option, const char *command,
			 const struct buffer *help)
{
	char wanted[64], line[64];
	struct text name = json_text(json_member(option, "name"));
	struct text argument = json_text(json_member(option, "argument"));

	snprintf(wanted, sizeof(wanted), "Fl -%.*s%s%.*s\n", TEXT_ARGUMENTS(name),
		 argument.length > 0 ? " Ar " : "", TEXT_ARGUMENTS(argument));
	CHECK(count_in(section, wanted) == 1, "manual: %s has --%.*s", command,
	      TEXT_ARGUMENTS(name));
	snprintf(line, sizeof(line), "--%.*s", TEXT_ARGUMENTS(name));
	CHECK(buffer_has(help, line), "%s --help has --%.*s", command, TEXT_ARGUMENTS(name));
}

/* "mfa enable" as two arguments, and --help behind them. */
static void run_help(const char *command, struct outcome *outcome)
{
	char words[64];
	char *space;
	struct program program = { 0 };

	snprintf(words, sizeof(words), "%s", command);
	space = strchr(words, ' ');
	if (space)
		*space = '\0';
	program.arguments[0] = words;
	program.arguments[1] = space ? space + 1 : "--help";
	program.arguments[2] = space ? "--help" : NULL;
	iamctl_run(&program, outcome);
}

static void check_command(const struct json *row, struct text manual)
{
	const char *name = json_text(json_member(row, "name")).bytes;
	struct text section = manual_section(manual, name);
	size_t options = 0;
	AUTO_OUTCOME outcome;

	run_help(name, &outcome);
	CHECK(outcome.code == 0 && outcome.errors.length == 0, "%s --help: exit 0, no errors",
	      name);
	CHECK(buffer_has(&outcome.output, json_text(json_member(row, "summary")).bytes),
	      "%s --help: has the summary", name);
	CHECK(section.bytes != NULL, "manual: has a section %s", name);
	for (const struct json *option = json_first(json_member(row, "options")); option;
	     option = json_next(option), options++)
		check_option(section, option, name, &outcome.output);
	CHECK(count_in(section, "\n.It Fl ") == options, "manual: %s has no other options", name);
}

static void test_table(void)
{
	AUTO_OUTCOME outcome;
	AUTO_BUFFER manual;
	AUTO_JSON *table = NULL;
	struct complaint complaint = { 0 };
	size_t count = 0;

	iamctl_read_file(manual_path, &manual);
	iamctl_run(&(struct program){ .arguments = { "help", "--json" } }, &outcome);
	CHECK_REQUIRE(json_parse(buffer_text(&outcome.output), TABLE_BYTES_MAX, &table,
				 &complaint) == STATUS_OK,
		      complaint.reason);
	for (const struct json *row = json_first(table); row; row = json_next(row), count++) {
		const char *expected =
			count < ARRAY_LENGTH(commands_expected) ? commands_expected[count] : "";

		CHECK(text_is(json_text(json_member(row, "name")), expected), "table: %s",
		      expected);
		check_command(row, buffer_text(&manual));
	}
	CHECK(count == ARRAY_LENGTH(commands_expected), "table: %zu commands", count);
	CHECK(count_in(buffer_text(&manual), "\n.Ss ") == count, "manual: no other section");
}

static const struct usage_case {
	const char *arguments[6];
	int code;
	const char *output, *errors; /* what they hold; NULL: nothing at all */
} usage_cases[] = {
	{ { "--version" }, EX_OK, "iamctl " VERSION "\n", NULL },
	{ { "--help" }, EX_OK, "usage: iamctl", NULL },
	{ { "-h" }, EX_OK, "usage: iamctl", NULL },
	{ { "help" }, EX_OK, "mfa disable [NAME] DEVICE", NULL },
	{ { "help", "sync" }, EX_OK, "--accept-shrink", NULL },
	{ { "help", "mfa", "enable" }, EX_OK, "--algorithm ALGORITHM", NULL },
	{ { "passwd", "--help" }, EX_OK, "[--temporary] NAME", NULL }, /* needs no operand */
	{ { NULL }, EX_USAGE, NULL, "iamctl: needs a command; see 'iamctl --help'\n" },
	{ { "help", "bogus" }, EX_USAGE, NULL, "iamctl: bogus: unknown command" },
	{ { "bogus" }, EX_USAGE, NULL, "iamctl: bogus: unknown command; see 'iamctl --help'\n" },
	{ { "syn" }, EX_USAGE, NULL, "iamctl: syn: unknown command" },
	{ { "mfa" },
	  EX_USAGE,
	  NULL,
	  "iamctl: mfa: must be followed by one of: enable, import, list, resync, "
	  "disable, recovery-codes" },
	{ { "mfa", "bogus" }, EX_USAGE, NULL, "iamctl: mfa: must be followed by one of" },
	{ { "" }, EX_USAGE, NULL, "iamctl: unknown command" },
	{ { "status", "--bogus" }, EX_USAGE, NULL, "iamctl: --bogus: unknown or ambiguous option" },
	{ { "--bogus", "status" }, EX_USAGE, NULL, "iamctl: --bogus: unknown or ambiguous option" },
	{ { "status", "-Z" }, EX_USAGE, NULL, "iamctl: -Z: unknown or ambiguous option" },
	{ { "--dry-run", "sync" }, EX_USAGE, NULL, "iamctl: --dry-run: unknown" }, /* not common */
	{ { "status", "--dry-run" }, EX_USAGE, NULL, "see 'iamctl status --help'" },
	{ { "status", "--json=yes" }, EX_USAGE, NULL, "iamctl: --json=yes: takes no argument" },
	{ { "status", "--root" }, EX_USAGE, NULL, "iamctl: --root: needs an argument" },
	{ { "status", "-R" }, EX_USAGE, NULL, "iamctl: -R: needs an argument" },
	{ { "mfa", "enable", "alice", "--device" }, EX_USAGE, NULL, "iamctl: --device: needs" },
	{ { "status", "extra" },
	  EX_USAGE,
	  NULL,
	  "iamctl: extra: one argument too many for status" },
	{ { "user", "a", "b" }, EX_USAGE, NULL, "iamctl: b: one argument too many for user" },
	{ { "passwd" }, EX_USAGE, NULL, "iamctl: passwd: needs NAME" },
	{ { "unlock" }, EX_USAGE, NULL, "iamctl: unlock: needs either a user's name or --address" },
	{ { "mfa", "enable" }, EX_USAGE, NULL, "iamctl: mfa enable: needs NAME" },
	{ { "mfa", "resync", "alice" }, EX_USAGE, NULL, "iamctl: mfa resync: needs NAME DEVICE" },
	{ { "mfa", "disable", "alice" }, EX_USAGE, NULL, "iamctl: mfa disable: needs NAME DEVICE" },
	{ { "--root", "/nonexistent", "status" },
	  EX_NOINPUT,
	  NULL,
	  "iamctl: /nonexistent: No such file" },
	{ { "mfa", "enable", "alice", "--digits", "7" },
	  EX_USAGE,
	  NULL,
	  "iamctl: 7: --digits is 6 or 8" },
	{ { "mfa", "enable", "alice", "--digits", "" }, EX_USAGE, NULL, "--digits is 6 or 8" },
	{ { "mfa", "enable", "alice", "--period", "31" }, EX_USAGE, NULL, "--period is 30 or 60" },
	{ { "mfa", "enable", "alice", "--algorithm", "MD5" },
	  EX_USAGE,
	  NULL,
	  "--algorithm is SHA1" },
	{ { "mfa", "enable", "alice", "--device", "a b" },
	  EX_USAGE,
	  NULL,
	  "iamctl: a b: a device's name" },
	{ { "mfa", "enable", "alice", "--device", "" }, EX_USAGE, NULL, "a device's name" },
	{ { "mfa", "enable", "alice", "--device", "a/b" }, EX_USAGE, NULL, "a device's name" },
	{ { "mfa", "enable", "alice", "--device", "\033[2J" },
	  EX_USAGE,
	  NULL,
	  "iamctl: \\x1b[2J: a device" },
	{ { "break-glass" },
	  EX_USAGE,
	  NULL,
	  "iamctl: break-glass: must be followed by one of: create, list, revoke" },
	{ { "break-glass", "create" }, EX_USAGE, NULL, "iamctl: --user: whom are the codes for?" },
	{ { "break-glass", "create", "--user", "alice", "--valid=59m" },
	  EX_USAGE,
	  NULL,
	  "iamctl: 59m: --valid is a time from 1h to 366d" },
	{ { "break-glass", "create", "--user", "alice", "--valid=367d" },
	  EX_USAGE,
	  NULL,
	  "iamctl: 367d: --valid is" },
	{ { "break-glass", "create", "--user", "alice", "--count=0" },
	  EX_USAGE,
	  NULL,
	  "iamctl: 0: --count is a number from 1 to 20" },
	{ { "break-glass", "create", "--user", "alice", "--count=21" },
	  EX_USAGE,
	  NULL,
	  "iamctl: 21: --count is" },
	{ { "break-glass", "revoke" }, EX_USAGE, NULL, "iamctl: break-glass revoke: needs CODE" },
	{ { "break-glass", "revoke", "ABCD-7K3M-Q9TW-X2VD-H5NB" },
	  EX_USAGE,
	  NULL,
	  "iamctl: break-glass: a code's name is its first four symbols\n" },
	{ { "mfa", "recovery-codes", "alice", "--count", "--remove" },
	  EX_USAGE,
	  NULL,
	  "iamctl: --count: there is nothing to count with --remove" },
	{ { "\033]0;x\a" }, EX_USAGE, NULL, "iamctl: \\x1b]0;x\\x07: unknown command" },
	{ { "--\xc2\x9b" }, EX_USAGE, NULL, "iamctl: --\\xc2\\x9b: unknown" },
};

static void test_usage(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(usage_cases); i++) {
		const struct usage_case *row = &usage_cases[i];
		struct program program = { 0 };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "usage, row %zu: %s", i,
			     row->arguments[0] ? row->arguments[0] : "no command");
	}
}

static const struct writing_case {
	const char *label;
	struct program program;
	int code;
	const char *errors;
} writing_cases[] = {
	{ "output to a full disk",
	  { .arguments = { "help" }, .output_path = "/dev/full" },
	  EX_IOERR,
	  "iamctl: standard output: No space left on device\n" },
	{ "JSON to a full disk",
	  { .arguments = { "help", "--json" }, .output_path = "/dev/full" },
	  EX_IOERR,
	  "iamctl: standard output: No space left on device\n" },
	{ "a reader that went away",
	  { .arguments = { "help" }, .reader_is_gone = true },
	  EX_IOERR,
	  NULL },
	{ "output closed",
	  { .arguments = { "help" }, .closed_fd = 1 },
	  EX_IOERR,
	  "standard output" },
	{ "errors closed", { .arguments = { "bogus" }, .closed_fd = 2 }, EX_USAGE, NULL },
};

static void test_writing(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(writing_cases); i++) {
		AUTO_OUTCOME outcome;

		iamctl_run(&writing_cases[i].program, &outcome);
		iamctl_check(&outcome, writing_cases[i].code, NULL, writing_cases[i].errors, "%s",
			     writing_cases[i].label);
	}
}

/* Colours on a terminal, none elsewhere and none for those who asked for none. */
static const struct colour_case {
	const char *label;
	struct program program;
	bool has_colours;
} colour_cases[] = {
	{ "terminal", { .on_terminal = true, .environment = { "TERM=xterm" } }, true },
	{ "NO_COLOR",
	  { .on_terminal = true, .environment = { "TERM=xterm", "NO_COLOR=1" } },
	  false },
	{ "empty NO_COLOR",
	  { .on_terminal = true, .environment = { "TERM=xterm", "NO_COLOR=" } },
	  true },
	{ "dumb terminal", { .on_terminal = true, .environment = { "TERM=dumb" } }, false },
	{ "no TERM", { .on_terminal = true }, false },
	{ "pipe", { .environment = { "TERM=xterm" } }, false },
};

static void test_colours(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(colour_cases); i++) {
		struct program program = colour_cases[i].program;
		AUTO_OUTCOME outcome;

		program.arguments[0] = "verify";
		iamctl_run(&program, &outcome);
		CHECK(buffer_has(&outcome.output, "\033[") == colour_cases[i].has_colours &&
			      buffer_has(&outcome.output, "STATE"),
		      "colours: %s", colour_cases[i].label);
	}
}

int main(void)
{
	test_table();
	test_usage();
	test_writing();
	test_colours();
	return check_done();
}
