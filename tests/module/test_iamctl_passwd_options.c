/*
 * tests/module/test_iamctl_passwd_options.c: passwords made up, temporary, used before, expiring.
 */
#include <stdio.h>
#include <sysexits.h>

#include "base/timestamp.h"
#include "check.h"
#include "password/password_hash.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "json/json.h"

#define ALICE " WHERE id = 'AIDAEXAMPLEALICE00001'"

static const char state_folder[] = "/var/lib/iam";
static const char good_password[] = "Tangerine-42-boats";

static bool password_is(struct text password)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	char hash[CREDENTIAL_HASH_SIZE];

	return credential_store_open(state_folder, FILE_OF_ROOT, false, &store, &complaint) ==
		       STATUS_OK &&
	       credential_password_hash(store, TEXT("AIDAEXAMPLEALICE00001"), hash) == STATUS_OK &&
	       password_hash_verify(hash, password) == STATUS_OK;
}

/* The document of the tests with a password policy, published. */
static void publish_policy(const char *members)
{
	AUTO_BUFFER old, changed;
	AUTO_OUTCOME outcome;

	buffer_init(&old, 1 << 20);
	buffer_init(&changed, 1 << 20);
	iamctl_read_file("tests/data/iamctl/directory.json", &old);
	CHECK_REQUIRE(buffer_append_format(&changed, "{ \"PasswordPolicy\": { %s },", members) ==
				      STATUS_OK &&
			      buffer_append(&changed, text_skip(buffer_text(&old), 1)) == STATUS_OK,
		      "a document");
	iamctl_write_file("/etc/iam", "directory.json", buffer_text(&changed));
	iamctl_run(&(struct program){ .arguments = { "sync" } }, &outcome);
	CHECK_REQUIRE(outcome.code == EX_OK, "sync");
}

static void test_generate(void)
{
	AUTO_OUTCOME first, second, json;
	AUTO_JSON *object = NULL;
	struct text line;

	iamctl_run(&(struct program){ .arguments = { "passwd", "--generate", "alice" },
				      .input = "Not-looked-at-1\n" },
		   &first);
	CHECK(first.code == EX_OK && first.errors.length == 0 && first.output.length == 21,
	      "generate: one line of 20 characters, and nothing else");
	line = buffer_text(&first.output);
	line.length -= line.length > 0;
	CHECK(password_is(line), "generate: it is the password now");
	iamctl_run(&(struct program){ .arguments = { "passwd", "-g", "alice" } }, &second);
	CHECK(second.code == EX_OK &&
		      !text_equal(buffer_text(&first.output), buffer_text(&second.output)),
	      "generate: another one each time");
	iamctl_run(&(struct program){ .arguments = { "--json", "passwd", "-gt", "alice" } }, &json);
	CHECK(json.code == EX_OK &&
		      json_parse(buffer_text(&json.output), 1 << 16, &object, NULL) == STATUS_OK &&
		      json_is_true(json_member(object, "temporary")) &&
		      password_is(json_text(json_member(object, "password"))),
	      "generate: in JSON too");
}

static void test_stdin(void)
{
	AUTO_OUTCOME typed, both, empty;

	iamctl_run(&(struct program){ .arguments = { "passwd", "--stdin", "alice" },
				      .input = "Tangerine-42-boats\nmore\n" },
		   &typed);
	iamctl_check(&typed, EX_OK, "alice: password set\n", NULL, "stdin: a line is read");
	CHECK(password_is(text_of(good_password)), "stdin: it is the password now");
	iamctl_run(&(struct program){ .arguments = { "passwd", "--stdin", "alice" } }, &empty);
	iamctl_check(&empty, EX_NOINPUT, NULL, "nothing was changed", "stdin: no line");
	iamctl_run(&(struct program){ .arguments = { "passwd", "--stdin", "-g", "alice" } }, &both);
	iamctl_check(&both, EX_USAGE, NULL, "nothing to read", "stdin: not beside --generate");
}

/* Asked at a terminal it would wait for the same line again. */
static bool give_a_line(void *context, struct text output, struct buffer *inout_input)
{
	bool *is_given = context;

	(void)output;
	if (!*is_given)
		CHECK_REQUIRE(buffer_append(inout_input, TEXT("Clementine-7-sails\n")) == STATUS_OK,
			      "a line");
	*is_given = true;
	return false;
}

static void test_stdin_on_terminal(void)
{
	bool is_given = false;
	char build[4096];
	AUTO_OUTCOME outcome;

	snprintf(build, sizeof(build), "IAM_TEST_BUILD=%s", getenv("IAM_TEST_BUILD"));
	program_run(&(struct program){ .path = "/bin/sh",
				       .arguments = { "-c", "echo ready; exec "
							    "\"$IAM_TEST_BUILD/iamctl\" passwd "
							    "--stdin alice" },
				       .environment = { build },
				       .on_terminal = true,
				       .answer = give_a_line,
				       .context = &is_given },
		    &outcome);
	CHECK(outcome.code == EX_OK && !buffer_has(&outcome.output, "New password"),
	      "stdin: a terminal is read like anything else");
	CHECK(password_is(TEXT("Clementine-7-sails")), "stdin: and its line is the password");
}

static void test_temporary(void)
{
	AUTO_OUTCOME alice, bob, after;

	iamctl_run(&(struct program){ .arguments = { "passwd", "--temporary", "alice" },
				      .input = "Tangerine-42-boats\n" },
		   &alice);
	iamctl_check(&alice, EX_OK, "alice: temporary password set\n", NULL, "temporary: set");
	CHECK(fixture_number(state_folder, "SELECT must_change FROM user" ALICE) == 1,
	      "temporary: to be changed");
	iamctl_run(&(struct program){ .arguments = { "passwd", "-t", "bob" },
				      .input = "Tangerine-42-boats\n" },
		   &bob);
	iamctl_check(&bob, EX_OK, "bob: temporary password set\n",
		     "iamctl: bob: the user may not be able to change it",
		     "temporary: who may not change it cannot use it");
	iamctl_run(&(struct program){ .arguments = { "passwd", "alice" },
				      .input = "Clementine-7-sails\n" },
		   &after);
	CHECK(after.code == EX_OK &&
		      fixture_number(state_folder, "SELECT must_change FROM user" ALICE) == 0,
	      "temporary: until another is set without");
}

static void test_reuse(void)
{
	AUTO_OUTCOME former, present, once_more;

	publish_policy("\"MinimumPasswordLength\": 8, \"PasswordReusePrevention\": 1");
	iamctl_run(&(struct program){ .arguments = { "passwd", "alice" },
				      .input = "Quince-99-hulls\n" },
		   &former);
	iamctl_run(&(struct program){ .arguments = { "passwd", "alice" },
				      .input = "Quince-98-hulls\n" },
		   &present);
	CHECK(former.code == EX_OK && present.code == EX_OK, "reuse: two passwords");
	iamctl_run(&(struct program){ .arguments = { "passwd", "alice" },
				      .input = "Quince-99-hulls\n" },
		   &once_more);
	iamctl_check(&once_more, EX_DATAERR, NULL, "It was used before",
		     "reuse: an administrator is held to it too");
}

static const struct shown_case {
	const char *policy;
	int days;
	const char *shown[4];
	const char *why; /* what 'iamctl why' adds; NULL: nothing about it */
} shown_cases[] = {
	{ "\"MinimumPasswordLength\": 8",
	  400,
	  { "\"password_expires\": null", "\"password_days_left\": null", "\"must_change\": false",
	    "\"password_set_by\": \"administrator\"" },
	  NULL },
	{ "\"MinimumPasswordLength\": 8, \"MaxPasswordAge\": 90",
	  80,
	  { "\"password_expires\": \"2", "\"password_days_left\": 9", "\"must_change\": false" },
	  NULL },
	{ "\"MinimumPasswordLength\": 8, \"MaxPasswordAge\": 90",
	  91,
	  { "\"password_expires\": \"2", "\"password_days_left\": 0", "\"must_change\": true" },
	  "the password has expired: whoever uses it has to change it" },
	{ "\"MinimumPasswordLength\": 8, \"MaxPasswordAge\": 90, \"HardExpiry\": true",
	  91,
	  { "\"must_change\": true" },
	  "the password has expired, and only 'iamctl passwd' helps" },
};

static void test_shown(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shown_cases); i++) {
		const struct shown_case *row = &shown_cases[i];
		char sql[128];
		AUTO_OUTCOME outcome, why;

		publish_policy(row->policy);
		(void)snprintf(sql, sizeof(sql), "UPDATE user SET password_changed = %lld" ALICE,
			       (long long)timestamp_now() - row->days * 86400LL - 60);
		fixture_by_hand(state_folder, sql);
		iamctl_run(&(struct program){ .arguments = { "--json", "user", "alice" } },
			   &outcome);
		for (size_t j = 0; j < ARRAY_LENGTH(row->shown) && row->shown[j]; j++)
			CHECK(buffer_has(&outcome.output, row->shown[j]), "user, row %zu: %s", i,
			      row->shown[j]);
		iamctl_run(&(struct program){ .arguments = { "why", "alice", "sshd" } }, &why);
		CHECK(row->why ? buffer_has(&why.output, row->why)
			       : !buffer_has(&why.output, "the password "),
		      "why, row %zu: %s", i, row->why ? row->why : "nothing");
	}
}

int main(void)
{
	iamctl_publish("");
	test_generate();
	test_stdin();
	test_stdin_on_terminal();
	test_temporary();
	test_reuse();
	test_shown();
	return check_done();
}
