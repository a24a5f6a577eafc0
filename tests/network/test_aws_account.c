/*
 * tests/network/test_aws_account.c: an account read from the stand-in: whole, by pages, and not at
 * all when any answer is not what it should be.
 */
#include "aws_visit.h"

#include "json/json.h"

enum { ACTIONS_MAX = 64 };

#define TABLE_HEAD "call                                calls  retries      seconds"
#define FIRST_ROW "GetCallerIdentity                       1        0 "

static void check_account(const struct iam_directory *directory, const char *label)
{
	const struct iam_user *ada = visit_user(directory, "ada");

	CHECK(directory->user_count == 2 && directory->group_count == 1 &&
		      directory->role_count == 1,
	      "%s: users, groups and roles", label);
	CHECK(ada && text_is(ada->entity.id, "AIDAADAEXAMPLE000001") &&
		      ada->entity.inline_policy_count == 1 && ada->device_count == 1 &&
		      ada->key_count == 0,
	      "%s: a user with an inline policy and a device", label);
	CHECK(directory->policy_count == 2, "%s: AWS's own policy was fetched by name", label);
	CHECK(text_is(directory->account_id, "123456789012") &&
		      text_is(directory->account_alias, "example"),
	      "%s: the account", label);
	CHECK(directory->role_count == 1 && directory->roles[0].session_seconds_max == 7200,
	      "%s: how long a role's session may last", label);
	CHECK(!directory->password_policy.is_default &&
		      directory->password_policy.minimum_length == 14,
	      "%s: the password policy", label);
}

static void test_whole(const char *label, const char *const *arguments)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;
	enum status status;

	stand_in_start(&stand_in, "tests/network/account.json", arguments);
	status = visit(&stand_in, NULL, &directory, &complaint);
	CHECK(status == STATUS_OK, "%s (%s %s)", label, complaint.place, complaint.reason);
	if (status == STATUS_OK)
		check_account(&directory, label);
	CHECK(visit_sentence_count >= 9 && strcmp(visit_sentences[0], TABLE_HEAD) == 0 &&
		      strncmp(visit_sentences[1], FIRST_ROW, strlen(FIRST_ROW)) == 0 &&
		      strncmp(visit_sentences[visit_sentence_count - 1], "all ", 4) == 0,
	      "%s: a table of the calls is told", label);
}

static void want_keys(struct config *config)
{
	config->fetches_ssh_keys = true;
	config->fetches_login_profiles = true;
}

/* Keys and versions of policies are asked for once. */
static void test_keys(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };

	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	for (int i = 0; i < 2; i++) {
		AUTO_DIRECTORY directory = { .user_count = 0 };
		const struct iam_user *ada, *bob;
		struct complaint complaint;

		CHECK(visit(&stand_in, want_keys, &directory, &complaint) == STATUS_OK,
		      "with keys and profiles, run %d (%s)", i, complaint.reason);
		ada = visit_user(&directory, "ada");
		bob = visit_user(&directory, "bob");
		CHECK(ada && ada->key_count == 2, "the active keys, not the inactive one");
		CHECK(ada && bob && ada->password_enabled && !bob->password_enabled,
		      "a password is for those who have a login profile");
	}
	CHECK(stand_in_calls(&stand_in, "iam:ListSSHPublicKeys") == 4,
	      "each user's list was asked for in both runs");
	CHECK(stand_in_calls(&stand_in, "iam:GetSSHPublicKey") == 2, "each key once");
	CHECK(stand_in_calls(&stand_in, "iam:GetPolicyVersion") <= 1, "the version at most once");
}

static struct text further_words[] = { TEXT("arn:aws:iam::210987654321:role/iam-sync"),
				       TEXT("shared-word") };
static struct config_pair further = { .key = TEXT("second"), .words = { further_words, 2 } };

static void want_further(struct config *config)
{
	config->accounts = &further;
	config->account_count = 1;
}

static void test_further(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_DIRECTORY directory = { .user_count = 0 }, none = { .user_count = 0 };
	struct complaint complaint;

	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	CHECK(visit(&stand_in, want_further, &directory, &complaint) == STATUS_OK,
	      "two accounts (%s)", complaint.reason);
	CHECK(directory.user_count == 3 && visit_user(&directory, "grace") &&
		      visit_user(&directory, "ada"),
	      "the users of both");
	CHECK(text_is(directory.account_id, "123456789012"), "the account is the first one");
	further_words[1] = TEXT("another-word");
	CHECK(visit(&stand_in, want_further, &none, &complaint) == STATUS_UNAVAILABLE &&
		      strstr(complaint.reason, "sts:AssumeRole: AccessDenied") &&
		      strstr(complaint.place, "second"),
	      "one that is not to be had: no half (%s: %s)", complaint.place, complaint.reason);
	further_words[1] = TEXT("shared-word");
}

static void want_store(struct config *config)
{
	config->identity_store = TEXT("d-1234567890");
}

static void test_identity_store(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_DIRECTORY directory = { .user_count = 0 };
	const struct iam_user *ida;
	struct complaint complaint;

	stand_in_start(&stand_in, "tests/network/account.json",
		       (const char *const[]){ "--page", "1", NULL });
	CHECK(visit(&stand_in, want_store, &directory, &complaint) == STATUS_OK,
	      "an identity store (%s)", complaint.reason);
	ida = visit_user(&directory, "ida@example.com");
	CHECK(directory.user_count == 4 && directory.group_count == 3,
	      "federated users and groups beside IAM's, but for a name that is none");
	CHECK(ida && ida->group_count == 1 && text_is(ida->groups[0], "Platform"),
	      "a federated user is a member of a group");
	CHECK(ida && text_is(ida->entity.arn,
			     "arn:aws:iam::123456789012:user/identity-center/ida@example.com"),
	      "and has an ARN that tells so");
}

static const struct fault_case {
	const char *label, *faults;
	enum status status;
	const char *reason; /* NULL: any */
} fault_cases[] = {
	{ "throttled once", "[{\"kind\":\"error\",\"code\":\"Throttling\"}]", STATUS_OK, NULL },
	{ "a failure of the service, once", "[{\"kind\":\"error\",\"code\":\"ServiceFailure\"}]",
	  STATUS_OK, NULL },
	{ "503 without a body that anybody reads",
	  "[{\"kind\":\"raw\",\"status\":503,\"type\":\"text/html\",\"body\":\"<b>busy\"}]",
	  STATUS_OK, NULL },
	{ "the connection ends", "[{\"kind\":\"reset\"}]", STATUS_OK, NULL },
	{ "cut in the middle, once",
	  "[{\"kind\":\"pass\"},{\"kind\":\"cut\",\"body\":\"<XResponse><XResult>\"}]", STATUS_OK,
	  NULL },
	{ "a redirect is not followed", "[{\"kind\":\"redirect\",\"to\":\"https://example.com/\"}]",
	  STATUS_OK, NULL },
	{ "an empty body, once", "[{\"kind\":\"raw\",\"body\":\"\"}]", STATUS_OK, NULL },
	{ "a page of a portal, once",
	  "[{\"kind\":\"raw\",\"type\":\"text/html\",\"body\":\"<html>Sign in</html>\"}]",
	  STATUS_OK, NULL },
	{ "access denied", "[{\"kind\":\"error\",\"code\":\"AccessDenied\"}]", STATUS_UNAVAILABLE,
	  "sts:GetCallerIdentity: AccessDenied" },
	{ "a second call is denied",
	  "[{\"kind\":\"pass\"},{\"kind\":\"error\",\"code\":\"AccessDenied\"}]",
	  STATUS_UNAVAILABLE, "iam:GetAccountAuthorizationDetails: AccessDenied" },
	{ "a key that has expired for good",
	  "[{\"kind\":\"error\",\"code\":\"ExpiredToken\"},{\"kind\":\"error\",\"code\":"
	  "\"ExpiredToken\"}]",
	  STATUS_UNAVAILABLE, "ExpiredToken" },
	{ "more pages without a marker",
	  "[{\"kind\":\"pass\"},{\"kind\":\"raw\",\"body\":\"<XResponse><XResult><IsTruncated>true"
	  "</IsTruncated></XResult></XResponse>\"}]",
	  STATUS_BAD_INPUT, "says there is more" },
	{ "a marker that leads to itself",
	  "[{\"kind\":\"pass\"},{\"kind\":\"raw\",\"body\":\"<XResponse><XResult><IsTruncated>true"
	  "</IsTruncated><Marker>m</Marker></XResult></XResponse>\"},{\"kind\":\"raw\",\"body\":"
	  "\"<XResponse><XResult><IsTruncated>true</IsTruncated><Marker>m</Marker></XResult>"
	  "</XResponse>\"}]",
	  STATUS_BAD_INPUT, "leads nowhere new" },
	{ "another account than was asked for",
	  "[{\"kind\":\"raw\",\"body\":\"<XResponse><XResult><Account>999999999999</Account><Arn>"
	  "arn:aws:iam::999999999999:user/x</Arn></XResult></XResponse>\"}]",
	  STATUS_BAD_DATA, "of account 999999999999, not of 123456789012" },
	{ "an account that is none",
	  "[{\"kind\":\"raw\",\"body\":\"<XResponse><XResult><Account>1</Account></XResult>"
	  "</XResponse>\"}]",
	  STATUS_BAD_INPUT, "an account that is none" },
};

static void want_account(struct config *config)
{
	config->account = TEXT("123456789012");
}

static void test_faults(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };

	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(fault_cases); i++) {
		const struct fault_case *row = &fault_cases[i];
		AUTO_DIRECTORY directory = { .user_count = 0 };
		struct complaint complaint;
		enum status status;

		stand_in_say(&stand_in, "_fault", row->faults);
		status = visit(&stand_in, want_account, &directory, &complaint);
		CHECK(status == row->status &&
			      (!row->reason || strstr(complaint.reason, row->reason)),
		      "%s (%d, %s)", row->label, (int)status, complaint.reason);
		CHECK(status == STATUS_OK || directory.user_count == 0,
		      "%s: no user of a walk that failed", row->label);
		stand_in_say(&stand_in, "_fault", "[]");
	}
}

static void test_clock(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	static const char *const seconds[] = { "600", "-600", "86400" };

	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
		AUTO_DIRECTORY directory = { .user_count = 0 };
		struct complaint complaint;

		stand_in_say(&stand_in, "_clock", seconds[i]);
		stand_in_say(&stand_in, "_forget", "");
		CHECK(visit(&stand_in, NULL, &directory, &complaint) == STATUS_OK,
		      "AWS's clock is %s seconds ahead (%s)", seconds[i], complaint.reason);
		CHECK(stand_in_calls(&stand_in, "sts:GetCallerIdentity") == 2,
		      "which one more call finds out");
	}
}

/* The actions of the policy in packaging/aws. */
static size_t read_actions(struct json *policy, const char *actions[ACTIONS_MAX])
{
	size_t count = 0;

	for (const struct json *statement = json_first(json_member(policy, "Statement")); statement;
	     statement = json_next(statement)) {
		const struct json *action = json_member(statement, "Action");
		bool is_list = json_kind(action) == JSON_ARRAY;

		for (const struct json *next = is_list ? json_first(action) : action;
		     next && count < ACTIONS_MAX; next = is_list ? json_next(next) : NULL)
			actions[count++] = json_text(next).bytes;
	}
	return count;
}

static void allow(const struct stand_in *stand_in, const char *const *actions, size_t count,
		  size_t without)
{
	AUTO_BUFFER list = { 0 };
	bool is_good;

	buffer_init(&list, 1 << 16);
	is_good = buffer_append(&list, TEXT("[\"sts:AssumeRole\"")) == STATUS_OK;
	for (size_t i = 0; i < count; i++)
		is_good = is_good &&
			  (i == without ||
			   buffer_append_format(&list, ",\"%s\"", actions[i]) == STATUS_OK);
	CHECK_REQUIRE(is_good && buffer_append(&list, TEXT("]")) == STATUS_OK, "a list");
	stand_in_say(stand_in, "_allow", list.bytes);
}

static void want_everything(struct config *config)
{
	want_keys(config);
	want_store(config);
}

/* A cache of earlier would do without a call. */
static void forget(void)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_remove(scratch_path(path, visit_folder, "var/lib/iam/aws"));
}

/* Once as if there were no credential report yet. */
static enum status visit_allowed(const struct stand_in *stand_in, struct complaint *complaint)
{
	AUTO_DIRECTORY directory = { .user_count = 0 };

	forget();
	stand_in_say(stand_in, "_fault",
		     "[{\"action\":\"GetCredentialReport\",\"kind\":\"error\",\"code\":"
		     "\"ReportNotPresent\"}]");
	return visit(stand_in, want_everything, &directory, complaint);
}

/* What it allows is what it takes: all of it, and no more. Without the credential report a sync
   takes more calls, and says so. */
static void check_without(const struct stand_in *stand_in, const char *action)
{
	struct complaint complaint;
	enum status status = visit_allowed(stand_in, &complaint);

	if (strstr(action, "CredentialReport"))
		CHECK(status == STATUS_OK && visit_was_told(action), "without %s (%s)", action,
		      complaint.reason);
	else
		CHECK(status == STATUS_UNAVAILABLE && strstr(complaint.reason, "AccessDenied") &&
			      strstr(complaint.reason, action),
		      "without %s (%s)", action, complaint.reason);
}

static void test_least_privilege(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	char crowd[SCRATCH_PATH_SIZE];
	struct complaint complaint;
	AUTO_BUFFER file = { 0 };
	AUTO_JSON *policy = NULL;
	const char *actions[ACTIONS_MAX];
	size_t count;

	buffer_init(&file, 1 << 16);
	CHECK_REQUIRE(scratch_read("packaging/aws", "sync-policy.json", &file) &&
			      json_parse(buffer_text(&file), 1 << 16, &policy, NULL) == STATUS_OK,
		      "the policy");
	count = read_actions(policy, actions);
	visit_make_crowd("12", "1", "1", crowd);
	stand_in_start(&stand_in, crowd, NULL);
	for (size_t without = 0; without < count; without++) {
		allow(&stand_in, actions, count, without);
		check_without(&stand_in, actions[without]);
	}
	allow(&stand_in, actions, count, count);
	CHECK(visit_allowed(&stand_in, &complaint) == STATUS_OK && count == 15 &&
		      !visit_was_told("CredentialReport:"),
	      "with all that it allows (%s)", complaint.reason);
}

int main(void)
{
	visit_begin();
	visit_set(visit_key, ARRAY_LENGTH(visit_key));
	test_whole("one page", NULL);
	test_whole("a page for each element", (const char *const[]){ "--page", "1", NULL });
	test_whole("indented, elements in another order",
		   (const char *const[]){ "--pretty", NULL });
	test_keys();
	test_further();
	test_identity_store();
	test_faults();
	test_clock();
	test_least_privilege();
	return check_done();
}
