#include <stdio.h>

#include "base/encoding.h"
#include "source/aws/aws_account_internal.h"
#include "source/aws/aws_report.h"
#include "source/wait.h"

enum {
	ONE_BY_ONE_MAX = 8, /* users; for more the report is asked for first */
	REPORT_TRIES = 4,
	REPORT_PAUSES = 5, /* of the caller's, doubled each time: 5, 10 and 20 seconds */
	REPORT_MAX = AWS_XML_LONG_MAX,
	WORDS_SIZE = 512,
};

/* AWS makes it in its own time, and no other one for four hours. */
static enum status make_report(struct aws_account *account, bool *out_is_complete)
{
	AUTO_JSON *reply = NULL;
	enum status status = aws_account_ask(account, "GenerateCredentialReport", NULL, 0, &reply);

	if (status != STATUS_OK)
		return status;
	*out_is_complete = text_is(json_text(json_member(reply, "State")), "COMPLETE");
	return STATUS_OK;
}

static bool wait_for_report(const struct aws_caller *caller, unsigned tries)
{
	int64_t pause = ((int64_t)caller->pause_ms * REPORT_PAUSES) << tries;

	if (caller->deadline_ms && wait_clock_ms() + pause >= caller->deadline_ms)
		return false;
	wait_ms(pause);
	return true;
}

/* The one of earlier serves as long as AWS keeps it; then it has to be made. */
static enum status get_report(struct aws_account *account, struct buffer *out_report)
{
	enum status status = STATUS_OK;
	bool is_complete = true;

	for (unsigned tries = 0; tries < REPORT_TRIES; tries++) {
		AUTO_JSON *reply = NULL;

		status = aws_account_ask(account, "GetCredentialReport", NULL, 0, &reply);
		if (status == STATUS_OK)
			return base64_decode(json_text(json_member(reply, "Content")), out_report);
		if (status != STATUS_NOT_FOUND)
			return status;
		status = make_report(account, &is_complete);
		if (status != STATUS_OK)
			return status;
		if (!is_complete && !wait_for_report(account->caller, tries))
			break;
	}
	return complain(account->complaint, STATUS_UNAVAILABLE,
			"iam:GetCredentialReport: it is still being made");
}

/* Rows and users, by ARN. */
static enum status take_row(void *context, struct text arn, bool has_password)
{
	struct aws_user *user = map_find(context, arn);

	if (!user)
		return STATUS_OK;
	user->is_listed_with = user->is_listed_with || has_password;
	user->is_listed_without = user->is_listed_without || !has_password;
	return STATUS_OK;
}

static enum status read_report(struct aws_account *account)
{
	AUTO_BUFFER report = { 0 };
	AUTO_MAP users = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&report, REPORT_MAX);
	for (struct aws_user *user = account->users; status == STATUS_OK && user; user = user->next)
		status = map_add(&users, user->arn, user, NULL);
	if (status == STATUS_OK)
		status = get_report(account, &report);
	return status == STATUS_OK
		       ? aws_report_read(buffer_text(&report), take_row, &users, account->complaint)
		       : status;
}

/* Without the report all is known after more calls, so its failure is no sync's. */
static enum status try_report(struct aws_account *account)
{
	const struct aws_account_settings *settings = account->settings;
	struct complaint *complaint = account->complaint, failure = { .reason = "" };
	char sentence[WORDS_SIZE];
	enum status status;

	account->complaint = &failure;
	status = read_report(account);
	account->complaint = complaint;
	if (status == STATUS_OK || status == STATUS_NO_MEMORY)
		return status;
	snprintf(sentence, sizeof(sentence), "each login profile is asked for: %s",
		 failure.reason[0] ? failure.reason : status_text(status));
	if (settings->tell)
		settings->tell(settings->context, sentence);
	return STATUS_OK;
}

static enum status read_profile(struct aws_account *account, struct text name)
{
	AUTO_JSON *reply = NULL;
	const struct aws_parameter parameter = { "UserName", name };
	enum status status = aws_account_ask(account, "GetLoginProfile", &parameter, 1, &reply);

	if (status == STATUS_NOT_FOUND) /* no password for the console */
		return STATUS_OK;
	return status == STATUS_OK ? aws_account_add(account, AWS_PROFILES, reply, "LoginProfile")
				   : status;
}

/* Whether a password is to be changed no report says, so whoever has one is asked for all the same;
   and so is who came after the report. */
enum status aws_account_read_profiles(struct aws_account *account)
{
	enum status status = STATUS_OK;
	size_t users = 0;

	for (const struct aws_user *user = account->users; user; user = user->next)
		users++;
	if (users > ONE_BY_ONE_MAX)
		status = try_report(account);
	for (const struct aws_user *user = account->users; status == STATUS_OK && user;
	     user = user->next)
		if (user->is_listed_with || !user->is_listed_without)
			status = read_profile(account, user->name);
	return status;
}
