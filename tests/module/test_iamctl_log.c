/*
 * tests/module/test_iamctl_log.c: every change of credentials is in the log, and no secret is.
 *
 * The private root has a /dev of its own, in which the log is a socket that the test reads.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

#include "base/timestamp.h"
#include "check.h"
#include "credentials/credential_store.h"
#include "otp/paper_code.h"
#include "support/iamctl.h"
#include "support/mfa_owner.h"

#define ALICE "alice (AIDAEXAMPLEALICE00001): "
#define PUBLIC_KEY "iam-public-key:5onpI+2Lv+yebO3YSgTNXRvdT7mnwdQQWn1HdPxq7yv/TVpC"

static int make_log(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CHECK_REQUIRE(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0,
		      "/dev/log");
	return fd;
}

/* All lines since the last time, one behind the other. */
static void read_log(int fd, struct buffer *out_lines)
{
	char line[4096];
	ssize_t length;

	buffer_init(out_lines, 1 << 20);
	while ((length = recv(fd, line, sizeof(line), 0)) >= 0)
		CHECK_REQUIRE(buffer_append(out_lines, (struct text){ line, (size_t)length }) ==
					      STATUS_OK &&
				      buffer_append(out_lines, TEXT("\n")) == STATUS_OK,
			      "the log");
}

static struct mfa_owner owner;

static const struct log_case {
	const char *label;
	const char *arguments[6];
	const char *input; /* NULL: the owner's codes */
	int code;
	const char *line; /* its beginning; NULL: nothing is logged */
} log_cases[] = {
	{ "passwd",
	  { "passwd", "alice" },
	  "Tangerine-42-boats\n",
	  EX_OK,
	  ALICE "password set, by uid 0" },
	{ "a bad password", { "passwd", "alice" }, "tangerine\n", EX_DATAERR, NULL },
	{ "mfa enable",
	  { "mfa", "enable", "alice", "--device", "phone" },
	  NULL,
	  EX_OK,
	  ALICE "MFA device phone enabled, by uid 0, login uid " },
	{ "mfa enable, not confirmed", { "mfa", "enable", "alice" }, "1\n2\n", EX_DATAERR, NULL },
	{ "mfa disable",
	  { "mfa", "disable", "alice", "phone" },
	  "",
	  EX_OK,
	  ALICE "MFA device phone disabled, by uid 0" },
	{ "mfa disable, not there", { "mfa", "disable", "alice", "phone" }, "", EX_NOINPUT, NULL },
	{ "recovery codes",
	  { "mfa", "recovery-codes", "alice" },
	  "",
	  EX_OK,
	  ALICE "10 recovery codes made, by uid 0" },
	{ "recovery codes counted", { "mfa", "recovery-codes", "alice", "-c" }, "", EX_OK, NULL },
	{ "recovery codes taken away",
	  { "mfa", "recovery-codes", "alice", "--remove" },
	  "",
	  EX_OK,
	  ALICE "recovery codes taken away, by uid 0" },
	{ "break-glass codes",
	  { "break-glass", "create", "--user", "alice", "--count=3" },
	  "",
	  EX_OK,
	  ALICE "break-glass code " },
	{ "break-glass codes listed", { "break-glass", "list" }, "", EX_OK, NULL },
	{ "unlock", { "unlock", "alice" }, "", EX_OK, ALICE "failed attempts forgotten, by uid 0" },
	{ "unlock, not locked", { "unlock", "alice" }, "", EX_OK, NULL },
	{ "unlock, an address",
	  { "unlock", "--address=192.0.2.7" },
	  "",
	  EX_OK,
	  "address 192.0.2.7: failed attempts forgotten, by uid 0" },
	{ "unlock, an address again", { "unlock", "--address=192.0.2.7" }, "", EX_OK, NULL },
	{ "lockouts", { "lockouts" }, "", EX_OK, NULL },
	{ "user", { "user", "alice" }, "", EX_OK, NULL },
	{ "an export",
	  { "credentials", "export", "-r", PUBLIC_KEY, "/tmp/export" },
	  "",
	  EX_OK,
	  "credentials: exported of 1 users, by uid 0" },
	{ "an export that fails",
	  { "credentials", "export", "-r", PUBLIC_KEY, "/tmp/export" },
	  "",
	  EX_CANTCREAT,
	  NULL },
	{ "an export to a passphrase",
	  { "credentials", "export", "--passphrase-stdin", "/tmp/by-passphrase" },
	  "correct horse battery\n",
	  EX_OK,
	  "credentials: exported of 1 users, by uid 0" },
	{ "an import",
	  { "credentials", "import", "--merge", "--passphrase-stdin", "/tmp/by-passphrase" },
	  "correct horse battery\n",
	  EX_OK,
	  "credentials: imported: 0 passwords and 0 devices taken, 0 users removed, by uid 0" },
	{ "a look at one",
	  { "credentials", "import", "-n", "--passphrase-stdin", "/tmp/by-passphrase" },
	  "correct horse battery\n",
	  EX_OK,
	  NULL },
	{ "a check", { "credentials", "check" }, "", EX_OK, NULL },
};

static void fail_once(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	struct credential_outcome outcome;
	struct credential_attempt attempt = { .user_id = TEXT("AIDAEXAMPLEALICE00001"),
					      .password_wanted = true,
					      .address = TEXT("192.0.2.7"),
					      .lockout.passwords = { 5, 900, 900 },
					      .lockout.address = { { 9, 60, 60 }, 60 },
					      .now = timestamp_now() };

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, false, &store,
					    &complaint) == STATUS_OK &&
			      credential_attempt(store, &attempt, &outcome) == STATUS_OK,
		      "an attempt");
}

/* Codes that were printed, and are in the log too. */
static unsigned codes_in(const struct buffer *lines, const struct buffer *output)
{
	struct text rest = buffer_text(output), line, word;
	unsigned count = 0;

	while (text_next_piece(&rest, '\n', &line))
		while (text_next_piece(&line, ' ', &word)) {
			struct paper_code code;

			count += paper_code_read(word, &code) == STATUS_OK &&
				 (memmem(lines->bytes, lines->length, word.bytes, word.length) ||
				  buffer_has(lines, code.symbols));
		}
	return count;
}

static void check_row(const struct log_case *row, int log_fd)
{
	struct program program = { .input = row->input };
	AUTO_OUTCOME outcome;
	AUTO_BUFFER lines;

	if (!row->input) {
		program.answer = mfa_owner_answer;
		program.context = &owner;
	}
	memcpy(program.arguments, row->arguments, sizeof(row->arguments));
	iamctl_run(&program, &outcome);
	CHECK(outcome.code == row->code, "%s: exit %d", row->label, outcome.code);
	read_log(log_fd, &lines);
	CHECK(row->line ? buffer_has(&lines, row->line) && buffer_has(&lines, "iamctl[")
			: lines.length == 0,
	      "%s: what is logged", row->label);
	CHECK(!row->line || buffer_has(&lines, "<85>"), "%s: authpriv.notice", row->label);
	CHECK(!buffer_has(&lines, "angerine") &&
		      (!owner.seed[0] || !buffer_has(&lines, owner.seed)) &&
		      codes_in(&lines, &outcome.output) == 0,
	      "%s: no secret is logged", row->label);
}

int main(void)
{
	int log_fd;

	iamctl_publish("");
	log_fd = make_log();
	for (size_t i = 0; i < ARRAY_LENGTH(log_cases); i++) {
		if (strcmp(log_cases[i].label, "unlock") == 0)
			fail_once();
		check_row(&log_cases[i], log_fd);
	}
	return check_done();
}
