/*
 * tests/network/test_aws_account.c: an account read from the stand-in: whole, by pages, and not at
 * all when any answer is not what it should be.
 */
#include "check.h"
#include "source/source.h"
#include "support/scratch.h"
#include "support/stand_in.h"

enum { SENTENCES_MAX = 32 };

static char folder[SCRATCH_PATH_SIZE];
static char sentences[SENTENCES_MAX][160];
static size_t sentence_count;

static const char *variable(const char *name)
{
	static const char *const values[][2] = {
		{ "AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE" },
		{ "AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
		{ "AWS_REGION", "eu-central-1" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
		if (strcmp(name, values[i][0]) == 0)
			return values[i][1];
	return NULL;
}

static void tell(void *context, const char *sentence)
{
	(void)context;
	if (sentence_count < SENTENCES_MAX)
		snprintf(sentences[sentence_count++], sizeof(sentences[0]), "%s", sentence);
}

static enum status fetch(const struct stand_in *stand_in, struct iam_directory *directory,
			 struct complaint *complaint)
{
	AUTO_CONFIG config = { 0 };
	const struct source_options options = {
		.root = folder, .trust = scratch_trust(), .variable = variable, .tell = tell
	};

	config_init(&config);
	config.source = CONFIG_SOURCE_AWS;
	config.endpoint = text_of(stand_in->url);
	config.fetch_seconds = 60;
	*complaint = (struct complaint){ .line = 0 };
	sentence_count = 0;
	return source_fetch(&config, &options, directory, complaint);
}

static const struct iam_user *user_of(const struct iam_directory *directory, const char *name)
{
	for (size_t i = 0; i < directory->user_count; i++)
		if (text_is(directory->users[i].entity.name, name))
			return &directory->users[i];
	return NULL;
}

static void check_account(const struct iam_directory *directory, const char *label)
{
	const struct iam_user *ada = user_of(directory, "ada");

	CHECK(directory->user_count == 2 && directory->group_count == 1 &&
		      directory->role_count == 1,
	      "%s: users, groups and roles", label);
	CHECK(ada && text_is(ada->entity.id, "AIDAADAEXAMPLE000001") &&
		      ada->entity.inline_policy_count == 1,
	      "%s: a user with an inline policy", label);
	CHECK(directory->policy_count == 2, "%s: AWS's own policy was fetched by name", label);
	CHECK(text_is(directory->account_id, "123456789012"), "%s: the account", label);
}

static void test_whole(const char *label, const char *const *arguments)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;
	enum status status;

	stand_in_start(&stand_in, "tests/network/account.json", arguments);
	status = fetch(&stand_in, &directory, &complaint);
	CHECK(status == STATUS_OK, "%s (%s %s)", label, complaint.place, complaint.reason);
	if (status == STATUS_OK)
		check_account(&directory, label);
	CHECK(sentence_count >= 6, "%s: the calls are told of", label);
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
	{ "access denied", "[{\"kind\":\"error\",\"code\":\"AccessDenied\"}]", STATUS_UNAVAILABLE,
	  "sts:GetCallerIdentity: AccessDenied" },
	{ "a second call is denied",
	  "[{\"kind\":\"pass\"},{\"kind\":\"error\",\"code\":\"AccessDenied\"}]",
	  STATUS_UNAVAILABLE, "iam:GetAccountAuthorizationDetails: AccessDenied" },
	{ "a redirect is not followed", "[{\"kind\":\"redirect\",\"to\":\"https://example.com/\"}]",
	  STATUS_OK, NULL },
	{ "more pages without a marker",
	  "[{\"kind\":\"pass\"},{\"kind\":\"raw\",\"body\":\"<XResponse><XResult><IsTruncated>true"
	  "</IsTruncated></XResult></XResponse>\"}]",
	  STATUS_BAD_INPUT, "says there is more" },
};

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
		status = fetch(&stand_in, &directory, &complaint);
		CHECK(status == row->status &&
			      (!row->reason || strstr(complaint.reason, row->reason)),
		      "%s (%d, %s)", row->label, (int)status, complaint.reason);
		stand_in_say(&stand_in, "_fault", "[]");
	}
}

int main(void)
{
	scratch_make(folder);
	test_whole("one page", NULL);
	test_whole("a page for each element", (const char *const[]){ "--page", "1", NULL });
	test_whole("indented, elements in another order",
		   (const char *const[]){ "--pretty", NULL });
	test_faults();
	return check_done();
}
