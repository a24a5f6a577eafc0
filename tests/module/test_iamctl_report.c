/* iamctl credential-report: a row for each user, and the row of the host's root. */
#include <sysexits.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"

static void set_password(const char *user)
{
	struct program program = { .arguments = { "passwd", user },
				   .input = "Tangerine-42-boats\n" };
	AUTO_OUTCOME outcome;

	iamctl_run(&program, &outcome);
	CHECK_REQUIRE(outcome.code == EX_OK, "a password");
}

/* The row that begins so, with a NUL behind it. */
static bool find_row(struct text report, const char *start, struct text *out_row)
{
	while (text_next_piece(&report, '\n', out_row))
		if (text_starts_with(*out_row, text_of(start)))
			return true;
	return false;
}

static size_t count_commas(struct text row)
{
	size_t count = 0;

	for (size_t i = 0; i < row.length; i++)
		count += row.bytes[i] == ',';
	return count;
}

static bool has(struct text row, const char *words)
{
	return memmem(row.bytes, row.length, words, strlen(words)) != NULL;
}

#define KEYS_OF_AWS                                                                      \
	"not_supported,N/A,N/A,N/A,N/A,not_supported,N/A,N/A,N/A,N/A,not_supported,N/A," \
	"not_supported,N/A"

static void test_report(void)
{
	struct program program = { .arguments = { "credential-report" } };
	AUTO_OUTCOME outcome;
	struct text report, row = TEXT("");

	iamctl_run(&program, &outcome);
	report = buffer_text(&outcome.output);
	CHECK(outcome.code == EX_OK && outcome.errors.length == 0, "exit %d: %s", outcome.code,
	      buffer_text(&outcome.errors).bytes);
	CHECK(text_starts_with(report, TEXT("user,arn,user_creation_time,password_enabled,")) &&
		      report.bytes[report.length - 1] != '\n',
	      "begins and ends as IAM's");
	CHECK(find_row(report, "<root_account>,arn:aws:iam::", &row) &&
		      has(row, ":root,no_information,true,no_information,2024-10-04T00:00:00Z,"
			       "not_supported,false," KEYS_OF_AWS),
	      "root: %.*s", TEXT_ARGUMENTS(row));
	CHECK(find_row(report, "alice,arn:aws:iam::", &row) && count_commas(row) == 21 &&
		      has(row, ",true,no_information,20") && has(row, ",false," KEYS_OF_AWS),
	      "alice has a password: %.*s", TEXT_ARGUMENTS(row));
	CHECK(find_row(report, "bob,arn:aws:iam::", &row) &&
		      has(row, ",false,N/A,N/A,N/A,false," KEYS_OF_AWS),
	      "bob has none: %.*s", TEXT_ARGUMENTS(row));
	CHECK(memmem(report.bytes, report.length, "<root_account>", 14) <
			      memmem(report.bytes, report.length, "\nalice,", 7) &&
		      memmem(report.bytes, report.length, "\nalice,", 7) <
			      memmem(report.bytes, report.length, "\nbob,", 5),
	      "root first, and then by name");
	CHECK(!buffer_has(&outcome.output, "\ndeploy,"), "no roles");
}

static void test_host(void)
{
	AUTO_OUTCOME outcome, json;
	struct text row = TEXT("");

	iamctl_run(&(struct program){ .arguments = { "credential-report", "--host" } }, &outcome);
	CHECK(outcome.code == EX_OK && find_row(buffer_text(&outcome.output), "alice,", &row) &&
		      count_commas(row) > 21 && has(row, ",alice,"),
	      "columns of the host: %.*s", TEXT_ARGUMENTS(row));
	CHECK(find_row(buffer_text(&outcome.output), "<root_account>,", &row) &&
		      has(row, ",root,0,no_information,false,N/A,N/A,0,not_supported,0,1,"),
	      "and root's: %.*s", TEXT_ARGUMENTS(row));
	iamctl_run(&(struct program){ .arguments = { "credential-report", "--json" } }, &json);
	CHECK(json.code == EX_OK && buffer_has(&json.output, "\"user\": \"<root_account>\"") &&
		      buffer_has(&json.output, "\"mfa_active\": \"false\""),
	      "as JSON");
}

int main(void)
{
	AUTO_OUTCOME none;

	iamctl_run(&(struct program){ .arguments = { "credential-report" } }, &none);
	CHECK(none.code == EX_UNAVAILABLE && none.output.length == 0, "no snapshot: exit %d",
	      none.code);
	scratch_write("/etc", "shadow", TEXT("root:$y$j9T$x:20000:0:99999:7:::\n"), 0600);
	scratch_write("/root/.ssh", "authorized_keys", TEXT("ssh-ed25519 AAAA me\n"), 0600);
	iamctl_publish("");
	set_password("alice");
	test_report();
	test_host();
	return check_done();
}
