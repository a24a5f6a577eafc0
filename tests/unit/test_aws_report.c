/*
 * tests/unit/test_aws_report.c: what a credential report says of passwords, and when it says
 * nothing.
 */
#include "check.h"

#include "base/buffer.h"
#include "source/aws/aws_report.h"

#define HEAD "user,arn,password_enabled\n"

static const struct report_case {
	const char *label, *report, *seen; /* "ARN=yes;" for each row that was taken */
	enum status status;
} cases[] = {
	{ "as AWS writes it",
	  "user,arn,user_creation_time,password_enabled,mfa_active\n"
	  "<root_account>,arn:aws:iam::1:root,2026-01-01T00:00:00+00:00,not_supported,true\n"
	  "ada,arn:a,2026-01-01T00:00:00+00:00,true,true\nbob,arn:b,x,false,false",
	  "arn:a=yes;arn:b=no;", STATUS_OK },
	{ "columns in another order, and more of them",
	  "new_column,password_enabled,arn,user\r\n1,TRUE,arn:a,ada\r\n2,False,arn:b,bob\r\n",
	  "arn:a=yes;arn:b=no;", STATUS_OK },
	{ "the root user is left out, whatever it has", HEAD "<root_account>,arn:r,true\n", "",
	  STATUS_OK },
	{ "what is neither says nothing", HEAD "a,arn:a,no_information\nb,arn:b,N/A\nc,arn:c,\n",
	  "", STATUS_OK },
	{ "a row that is too long or too short says nothing, the others do",
	  HEAD "a,b,arn:a,true\nc\nd,arn:d,true\n", "arn:d=yes;", STATUS_OK },
	{ "a name with a comma, in quotes", HEAD "\"a,b\",\"arn:a,b\",true\n", "arn:a,b=yes;",
	  STATUS_OK },
	{ "no rows", HEAD, "", STATUS_OK },
	{ "nothing", "", "", STATUS_BAD_INPUT },
	{ "no user", "arn,password_enabled\n", "", STATUS_BAD_INPUT },
	{ "no ARN", "user,password_enabled\n", "", STATUS_BAD_INPUT },
	{ "no such column", "user,arn\n", "", STATUS_BAD_INPUT },
	{ "a column twice", "user,arn,password_enabled,arn\n", "", STATUS_BAD_INPUT },
	{ "a page", "<html>\n", "", STATUS_BAD_INPUT },
};

static enum status take(void *context, struct text arn, bool has_password)
{
	return buffer_append_format(context, "%.*s=%s;", TEXT_ARGUMENTS(arn),
				    has_password ? "yes" : "no");
}

static enum status stop(void *context, struct text arn, bool has_password)
{
	(void)context;
	(void)arn;
	(void)has_password;
	return STATUS_NO_MEMORY;
}

static void test_columns(void)
{
	AUTO_BUFFER report = { 0 };
	bool is_good;

	buffer_init(&report, 4096);
	is_good = buffer_append(&report, TEXT("user,arn,password_enabled")) == STATUS_OK;
	for (unsigned i = 3; i < 64; i++)
		is_good = is_good && buffer_append_format(&report, ",c%u", i) == STATUS_OK;
	CHECK_REQUIRE(is_good, "a line");
	CHECK(aws_report_read(buffer_text(&report), stop, NULL, NULL) == STATUS_OK,
	      "as many columns as there may be");
	CHECK_REQUIRE(buffer_append(&report, TEXT(",c64\n")) == STATUS_OK, "one more");
	CHECK(aws_report_read(buffer_text(&report), stop, NULL, NULL) == STATUS_BAD_INPUT,
	      "one more");
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO_BUFFER seen = { 0 };
		struct complaint complaint = { .reason = "" };
		enum status status;

		buffer_init(&seen, 4096);
		status = aws_report_read(text_of(cases[i].report), take, &seen, &complaint);
		CHECK(status == cases[i].status && text_is(buffer_text(&seen), cases[i].seen),
		      "%s (%d, %.*s)", cases[i].label, (int)status, (int)seen.length,
		      seen.bytes ? seen.bytes : "");
		CHECK(status == STATUS_OK || complaint.reason[0], "%s: and why", cases[i].label);
	}
	CHECK(aws_report_read(TEXT(HEAD "a,arn:a,true\nb,arn:b,true\n"), stop, NULL, NULL) ==
		      STATUS_NO_MEMORY,
	      "whoever takes it may end it");
	test_columns();
	return check_done();
}
