/*
 * tests/module/test_iamctl_passwd.c: passwords set by pipe and on a terminal.
 */
#include <sysexits.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "password/password_hash.h"
#include "support/iamctl.h"

static const char alice_id[] = "AIDAEXAMPLEALICE00001";
static const char good_password[] = "Tangerine-42-boats";

/* Whether the store says that this is the password now; NULL: that there is none. */
static bool password_is(const char *password)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	char hash[CREDENTIAL_HASH_SIZE];
	enum status status =
		credential_store_open("/var/lib/iam", FILE_OF_ROOT, false, &store, &complaint);

	if (status == STATUS_OK)
		status = credential_password_hash(store, text_of(alice_id), hash);
	if (status != STATUS_OK)
		return !password && status == STATUS_NOT_FOUND;
	return password && password_hash_verify(hash, text_of(password)) == STATUS_OK;
}

static const struct piped_case {
	const char *label, *name, *input;
	int code;
	const char *output, *errors[3];
	const char *password_after; /* of alice */
} piped_cases[] = {
	{ "no input",
	  "alice",
	  "",
	  EX_NOINPUT,
	  NULL,
	  { "iamctl: alice: no password was given" },
	  NULL },
	{ "an empty line",
	  "alice",
	  "\n",
	  EX_DATAERR,
	  NULL,
	  { "iamctl: alice: ", "8 characters" },
	  NULL },
	{ "every fault at once",
	  "alice",
	  "abc\n",
	  EX_DATAERR,
	  NULL,
	  { "iamctl: alice: ", "8 characters", "three kinds" },
	  NULL },
	{ "the name as password", "alice", "alice\n", EX_DATAERR, NULL, { "name" }, NULL },
	{ "too long for IAM", "alice", NULL, EX_DATAERR, NULL, { "128" }, NULL },
	{ "a good one",
	  "alice",
	  "Tangerine-42-boats\n",
	  EX_OK,
	  "alice: password set\n",
	  { NULL },
	  good_password },
	{ "without a newline",
	  "alice",
	  "Bergamot-17-oars",
	  EX_OK,
	  "password set",
	  { NULL },
	  "Bergamot-17-oars" },
	{ "only the first line counts",
	  "alice",
	  "Tangerine-42-boats\nNectarine-11-rafts\n",
	  EX_OK,
	  "password set",
	  { NULL },
	  good_password },
	{ "a bad one changes nothing",
	  "alice",
	  "short\n",
	  EX_DATAERR,
	  NULL,
	  { "iamctl: alice: " },
	  good_password },
	{ "a user of the host's own",
	  "localuser",
	  "Nectarine-11-rafts\n",
	  EX_NOUSER,
	  NULL,
	  { "iamctl: localuser: not an IAM user" },
	  good_password },
	{ "a role",
	  "deploy",
	  "Nectarine-11-rafts\n",
	  EX_NOUSER,
	  NULL,
	  { "iamctl: deploy: not an IAM user" },
	  good_password },
	{ "a prefix",
	  "alic",
	  "Nectarine-11-rafts\n",
	  EX_NOUSER,
	  NULL,
	  { "iamctl: alic: not an IAM user" },
	  good_password },
	{ "another case",
	  "Alice",
	  "Nectarine-11-rafts\n",
	  EX_NOUSER,
	  NULL,
	  { "iamctl: Alice: not an IAM user" },
	  good_password },
};

static void test_piped(void)
{
	char too_long[200];

	memset(too_long, 'x', sizeof(too_long));
	memcpy(too_long, "Aa1!", 4);
	too_long[sizeof(too_long) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(piped_cases); i++) {
		const struct piped_case *row = &piped_cases[i];
		const char *input = row->input ? row->input : too_long;
		AUTO_OUTCOME outcome;

		iamctl_run(
			&(struct program){ .arguments = { "passwd", row->name }, .input = input },
			&outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors[0], "passwd: %s",
			     row->label);
		for (size_t j = 1; j < 3 && row->errors[j]; j++)
			CHECK(buffer_has(&outcome.errors, row->errors[j]), "passwd: %s: says %s",
			      row->label, row->errors[j]);
		CHECK(password_is(row->password_after), "passwd: %s: what is stored", row->label);
	}
}

static void test_too_long_a_line(void)
{
	static char line[3000];
	AUTO_OUTCOME outcome;

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 2] = '\n';
	iamctl_run(&(struct program){ .arguments = { "passwd", "alice" }, .input = line },
		   &outcome);
	iamctl_check(&outcome, EX_DATAERR, NULL, "iamctl: alice: the password is too long",
		     "passwd: a line longer than any secret");
}

/* Somebody at a terminal: for the n-th prompt the n-th answer. */
struct typist {
	const char *answers[8];
	size_t given;
};

static size_t prompts_in(struct text output)
{
	size_t count = 0;

	for (size_t i = 0; i + 2 <= output.length; i++)
		count += memcmp(output.bytes + i, ": ", 2) == 0 &&
			 (i + 2 == output.length || output.bytes[i + 2] == '\r');
	return count;
}

static bool type(void *context, struct text output, struct buffer *inout_input)
{
	struct typist *typist = context;
	const char *answer = typist->answers[typist->given];

	if (!answer || prompts_in(output) <= typist->given)
		return false;
	typist->given++;
	CHECK_REQUIRE(buffer_append(inout_input, text_of(answer)) == STATUS_OK, "an answer");
	return false;
}

static const struct typed_case {
	const char *label;
	struct typist typist;
	int code;
	const char *output[2];
	const char *password_after;
} typed_cases[] = {
	{ "the same twice",
	  { .answers = { "Clementine-7-sails\n", "Clementine-7-sails\n" } },
	  EX_OK,
	  { "alice: password set" },
	  "Clementine-7-sails" },
	{ "corrected while typing",
	  { .answers = { "Tanx\177gerine-42-boats\n", "Tangerine-42-boats\n" } },
	  EX_OK,
	  { "alice: password set" },
	  good_password },
	{ "not the same, then the same",
	  { .answers = { "Quince-99-hulls\n", "Quince-98-hulls\n", "Quince-99-hulls\n",
			 "Quince-99-hulls\n" } },
	  EX_OK,
	  { "iamctl: alice: the two passwords are not the same", "alice: password set" },
	  "Quince-99-hulls" },
	{ "bad, then good",
	  { .answers = { "secretish\n", "secretish\n", "Tangerine-42-boats\n",
			 "Tangerine-42-boats\n" } },
	  EX_OK,
	  { "three kinds", "alice: password set" },
	  good_password },
	{ "bad three times",
	  { .answers = { "secretish\n", "secretish\n", "secretish\n", "secretish\n", "secretish\n",
			 "secretish\n" } },
	  EX_DATAERR,
	  { "three kinds" },
	  good_password },
	{ "end of input",
	  { .answers = { "\004" } },
	  EX_NOINPUT,
	  { "nothing was changed" },
	  good_password },
	{ "interrupted",
	  { .answers = { "Quince\003" } },
	  128 + 2,
	  { "New password: " },
	  good_password },
	{ "interrupted at the second",
	  { .answers = { "Quince-99-hulls\n", "\003" } },
	  128 + 2,
	  { "The same again: " },
	  good_password },
};

static void test_typed(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(typed_cases); i++) {
		const struct typed_case *row = &typed_cases[i];
		struct typist typist = row->typist;
		AUTO_OUTCOME outcome;

		iamctl_run(&(struct program){ .arguments = { "passwd", "alice" },
					      .on_terminal = true,
					      .answer = type,
					      .context = &typist },
			   &outcome);
		iamctl_check(&outcome, row->code, row->output[0], NULL, "typed: %s", row->label);
		CHECK(!row->output[1] || buffer_has(&outcome.output, row->output[1]),
		      "typed: %s: says %s", row->label, row->output[1] ? row->output[1] : "");
		CHECK(!buffer_has(&outcome.output, "Quince") &&
			      !buffer_has(&outcome.output, "-42-") &&
			      !buffer_has(&outcome.output, "secretish"),
		      "typed: %s: nothing typed is shown", row->label);
		CHECK(password_is(row->password_after), "typed: %s: what is stored", row->label);
	}
}

/* The shell outlives the signal and tells how it found the terminal. */
static const char after_signal[] =
	"trap : INT QUIT; ulimit -c 0; \"$IAM_TEST_BUILD/iamctl\" passwd alice; stty -a";
/* One with job control, which the program is stopped under and brought back to the front of. */
static const char after_stop[] =
	"set -m; \"$IAM_TEST_BUILD/iamctl\" passwd alice; stty -a; fg >/dev/null";

static const struct restored_case {
	const char *label, *script;
	struct typist typist;
	const char *output;
} restored_cases[] = {
	{ "after SIGINT", after_signal, { .answers = { "\003" } }, "New password: " },
	{ "after SIGQUIT", after_signal, { .answers = { "\034" } }, "New password: " },
	{ "after the end of input",
	  after_signal,
	  { .answers = { "\004" } },
	  "nothing was changed" },
	{ "after success",
	  after_signal,
	  { .answers = { "Tangerine-42-boats\n", "Tangerine-42-boats\n" } },
	  "password set" },
	{ "while stopped",
	  after_stop,
	  { .answers = { "Quin\032", "Tangerine-42-boats\n", "Tangerine-42-boats\n" } },
	  "password set" },
};

static void test_restored(void)
{
	char build[4096];

	snprintf(build, sizeof(build), "IAM_TEST_BUILD=%s", getenv("IAM_TEST_BUILD"));
	for (size_t i = 0; i < ARRAY_LENGTH(restored_cases); i++) {
		const struct restored_case *row = &restored_cases[i];
		struct typist typist = row->typist;
		AUTO_OUTCOME outcome;

		program_run(&(struct program){ .path = "/bin/sh",
					       .arguments = { "-c", row->script },
					       .environment = { build },
					       .on_terminal = true,
					       .answer = type,
					       .context = &typist },
			    &outcome);
		CHECK(buffer_has(&outcome.output, " echo ") &&
			      !buffer_has(&outcome.output, "-echo ") &&
			      buffer_has(&outcome.output, " icanon") &&
			      buffer_has(&outcome.output, row->output),
		      "the terminal echoes again %s", row->label);
		CHECK(password_is(good_password), "what is stored %s", row->label);
	}
}

int main(void)
{
	iamctl_publish("");
	test_piped();
	test_too_long_a_line();
	test_typed();
	test_restored();
	return check_done();
}
