/*
 * tests/network/test_aws_profiles.c: who has a password at IAM, in as few calls as that takes: by
 * the credential report for many users, and without it when it is not to be had.
 */
#include "aws_visit.h"

#include "source/aws/aws_account.h"
#include "json/json.h"

/* Of crowd.py's twenty users two have a profile, ada a third one, and of the last the report does
   not know. */
enum { USERS = 22, ASKED = 4 };

static char crowd[SCRATCH_PATH_SIZE];

static void want_profiles(struct config *config)
{
	config->fetches_login_profiles = true;
}

static void want_profiles_soon(struct config *config)
{
	config->fetches_login_profiles = true;
	config->fetch_seconds = 5;
}

static bool has_password(const struct iam_directory *directory, const char *name)
{
	const struct iam_user *user = visit_user(directory, name);

	return user && user->password_enabled;
}

static void check_passwords(const struct iam_directory *directory, const char *label)
{
	const struct iam_user *first = visit_user(directory, "user-00000");

	CHECK(has_password(directory, "ada") && !has_password(directory, "bob") &&
		      has_password(directory, "user-00010") &&
		      !has_password(directory, "user-00001") &&
		      !has_password(directory, "user-00019"),
	      "%s: a password is for those who have a login profile", label);
	CHECK(first && first->password_reset_required && first->password_enabled,
	      "%s: and one of them must change it", label);
}

#define REPORT "{\"action\":\"GetCredentialReport\",\"kind\":"
#define MAKE "{\"action\":\"GenerateCredentialReport\",\"kind\":"
#define CHANGED_TO(content)                                                             \
	"[" REPORT "\"change\",\"to\":{\"iam\":{\"GetCredentialReport\":[{\"result\":{" \
	"\"Content\":\"" content "\",\"ReportFormat\":\"text/csv\",\"GeneratedTime\":"  \
	"\"2026-06-01T00:00:00Z\"}}]}}}]"
#define UNDER_WAY(state)                                                                    \
	"[" REPORT "\"error\",\"code\":\"ReportNotPresent\"}," MAKE                         \
	"\"change\",\"to\":{\"iam\":{\"GenerateCredentialReport\":[{\"result\":{\"State\":" \
	"\"" state "\"}}]}}}]"

static const struct report_case {
	const char *label, *faults;
	unsigned gets, makes, profiles; /* calls */
	const char *told;               /* NULL: nothing of the report */
} report_cases[] = {
	{ "a report of earlier", "[]", 1, 0, ASKED, NULL },
	{ "none so far", "[" REPORT "\"error\",\"code\":\"ReportNotPresent\"}]", 1, 1, ASKED,
	  NULL },
	{ "one that is too old", "[" REPORT "\"error\",\"code\":\"ReportExpired\"}]", 1, 1, ASKED,
	  NULL },
	{ "throttled once", "[" REPORT "\"error\",\"code\":\"Throttling\"}]", 1, 0, ASKED, NULL },
	{ "denied", "[" REPORT "\"error\",\"code\":\"AccessDenied\"}]", 0, 0, USERS,
	  "iam:GetCredentialReport: AccessDenied" },
	{ "not to be made",
	  "[" REPORT "\"error\",\"code\":\"ReportNotPresent\"}," MAKE
	  "\"error\",\"code\":\"LimitExceeded\"}]",
	  0, 0, USERS, "iam:GenerateCredentialReport: LimitExceeded" },
	{ "still being made when the time is short", UNDER_WAY("STARTED"), 0, 1, USERS,
	  "still being made" },
	{ "no table", CHANGED_TO("<html>"), 1, 0, USERS, "no column 'user'" },
	{ "without the column", CHANGED_TO("user,arn,mfa_active\\na,b,false"), 1, 0, USERS,
	  "no column 'password_enabled'" },
	{ "of another account",
	  CHANGED_TO("user,arn,password_enabled\\nx,arn:aws:iam::1:user/x,"
		     "false"),
	  1, 0, USERS, NULL },
	{ "empty", CHANGED_TO(""), 1, 0, USERS, "names of columns" },
};

static void test_report(const struct report_case *row)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;

	stand_in_start(&stand_in, crowd, NULL);
	stand_in_say(&stand_in, "_fault", row->faults);
	CHECK(visit(&stand_in, want_profiles_soon, &directory, &complaint) == STATUS_OK, "%s (%s)",
	      row->label, complaint.reason);
	check_passwords(&directory, row->label);
	CHECK(stand_in_calls(&stand_in, "iam:GetCredentialReport") == row->gets &&
		      stand_in_calls(&stand_in, "iam:GenerateCredentialReport") == row->makes &&
		      stand_in_calls(&stand_in, "iam:GetLoginProfile") == row->profiles,
	      "%s: %u, %u and %u calls", row->label, row->gets, row->makes, row->profiles);
	CHECK(row->told ? visit_was_told(row->told) : !visit_was_told("profile is asked for"),
	      "%s: what was done another way is told", row->label);
}

/* Two users are asked for one by one: a report would be a call more. */
static void test_few(void)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_DIRECTORY directory = { .user_count = 0 };
	struct complaint complaint;

	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	CHECK(visit(&stand_in, want_profiles, &directory, &complaint) == STATUS_OK &&
		      has_password(&directory, "ada") && !has_password(&directory, "bob"),
	      "few users (%s)", complaint.reason);
	CHECK(stand_in_calls(&stand_in, "iam:GetCredentialReport") == 0 &&
		      stand_in_calls(&stand_in, "iam:GetLoginProfile") == 2,
	      "without the report");
}

static enum status take_key(void *context, bool is_refused, struct aws_key *out_key,
			    struct complaint *complaint)
{
	(void)context;
	if (is_refused)
		return complain(complaint, STATUS_UNAVAILABLE, "refused");
	*out_key = (struct aws_key){ .id = text_of(visit_key[0][1]),
				     .secret = text_of(visit_key[1][1]),
				     .token = TEXT("") };
	return STATUS_OK;
}

/* As the source does, but for the pauses. */
static enum status fetch_at_once(const struct stand_in *stand_in, struct buffer *out_document,
				 struct complaint *complaint)
{
	AUTO_HTTP_CLIENT *client = NULL;
	AUTO_AWS_CACHE cache = { .first = NULL };
	struct aws_identity identity;
	struct aws_caller caller = { .keys = { take_key, NULL }, .pause_ms = 1 };
	const struct aws_account_settings settings = { .region = TEXT("eu-central-1"),
						       .endpoint = text_of(stand_in->url),
						       .role_path = TEXT("/host/"),
						       .wants_profiles = true,
						       .cache = &cache };

	CHECK_REQUIRE(http_client_new(&(struct http_settings){ .proxy = TEXT("") }, &client) ==
				      STATUS_OK &&
			      aws_cache_load(&cache, -1, "none") == STATUS_OK,
		      "a client");
	caller.client = client;
	buffer_init(out_document, 1 << 20);
	return aws_account_fetch(&caller, &settings, out_document, &identity, complaint);
}

static const struct wait_case {
	const char *label, *faults;
	unsigned gets, makes, profiles;
} wait_cases[] = {
	{ "made while it is waited for",
	  "[" REPORT "\"error\",\"code\":\"ReportNotPresent\"}," MAKE
	  "\"change\",\"to\":{\"iam\":{\"GenerateCredentialReport\":[{\"result\":{\"State\":"
	  "\"INPROGRESS\"}}]}}}," REPORT "\"error\",\"code\":\"ReportInProgress\"}]",
	  1, 2, ASKED },
	{ "never done",
	  "[" REPORT "\"change\",\"to\":{\"iam\":{\"GenerateCredentialReport\":[{\"result\":{"
	  "\"State\":\"STARTED\"}}],\"GetCredentialReport\":[{\"error\":\"ReportInProgress\"}]}}}]",
	  4, 4, USERS },
};

static void test_waiting(const struct wait_case *row)
{
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_BUFFER document = { 0 };
	struct complaint complaint = { .reason = "" };

	stand_in_start(&stand_in, crowd, NULL);
	stand_in_say(&stand_in, "_fault", row->faults);
	CHECK(fetch_at_once(&stand_in, &document, &complaint) == STATUS_OK, "%s (%s)", row->label,
	      complaint.reason);
	CHECK(stand_in_calls(&stand_in, "iam:GetCredentialReport") == row->gets &&
		      stand_in_calls(&stand_in, "iam:GenerateCredentialReport") == row->makes &&
		      stand_in_calls(&stand_in, "iam:GetLoginProfile") == row->profiles,
	      "%s: a stated number of calls (%u %u %u)", row->label,
	      stand_in_calls(&stand_in, "iam:GetCredentialReport"),
	      stand_in_calls(&stand_in, "iam:GenerateCredentialReport"),
	      stand_in_calls(&stand_in, "iam:GetLoginProfile"));
}

int main(void)
{
	visit_begin();
	visit_set(visit_key, ARRAY_LENGTH(visit_key));
	visit_make_crowd("20", "2", "1", crowd);
	test_few();
	for (size_t i = 0; i < ARRAY_LENGTH(report_cases); i++)
		test_report(&report_cases[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(wait_cases); i++)
		test_waiting(&wait_cases[i]);
	return check_done();
}
