#include "staff.h"

#include <stdio.h>
#include <sys/wait.h>

#include "../../check.h"
#include "../support/peer_files.h"
#include "../support/process.h"
#include "json/json_write.h"

#define ACCOUNT "123456789012"
#define POLICY_ARN "arn:aws:iam::" ACCOUNT ":policy/policy%zu"

enum {
	TEXT_SIZE = 128,
	POLICY_BYTES_MIN = 5500, /* so that the last statements fit */
	POLICY_BYTES_MAX = 6144, /* IAM quota: characters of a managed policy */
	EVERY = 100,             /* one of so many users is in all groups */
	GROUPS_OF_OTHERS = 2,
};

static const char config[] = "[access]\n"
			     "snapshot_age_max = 7d\n"
			     "[mfa]\n"
			     "mode = required\n"
			     "otp_window = 1\n"
			     "[lockout]\n"
			     "failures = 5\n"
			     "duration = 15m\n"
			     "[host]\n"
			     "name = web1\n"
			     "[host-tags]\n"
			     "Environment = production\n"
			     "team = team-7\n";

/* The text is good until the next call. */
static PRINTF_LIKE(1, 2) struct text numbered(const char *format, ...)
{
	static char text[TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return text_of(text);
}

static void write_list(struct json_writer *writer, const char *name, const char *const *values)
{
	json_write_array(writer, name);
	for (; *values; values++)
		json_write_text(writer, NULL, text_of(*values));
	json_write_close(writer, ']');
}

#define WRITE_LIST(writer, name, ...) \
	write_list(writer, name, (const char *const[]){ __VA_ARGS__, NULL })

static void begin_statement(struct json_writer *writer, struct text sid, struct text effect)
{
	json_write_object(writer, NULL);
	json_write_text(writer, "Sid", sid);
	json_write_text(writer, "Effect", effect);
}

/* What a team may do with AWS: this host passes over it. */
static void write_work(struct json_writer *writer, size_t number)
{
	begin_statement(writer, numbered("Work%zu", number), TEXT("Allow"));
	WRITE_LIST(writer, "Action", "ec2:Describe*", "s3:GetObject", "s3:ListBucket",
		   "logs:FilterLogEvents", "cloudwatch:Get*", "cloudwatch:List*");
	json_write_array(writer, "Resource");
	json_write_text(writer, NULL, numbered("arn:aws:s3:::team-%zu/${aws:username}/*", number));
	json_write_text(
		writer, NULL,
		numbered("arn:aws:logs:eu-central-1:" ACCOUNT ":log-group:/team/%zu:*", number));
	json_write_close(writer, ']');
	json_write_object(writer, "Condition");
	json_write_object(writer, "StringEquals");
	json_write_text(writer, "aws:ResourceTag/team", numbered("team-%zu", number));
	json_write_close(writer, '}');
	json_write_object(writer, "DateLessThan");
	json_write_text(writer, "aws:CurrentTime", TEXT("2035-01-01T00:00:00Z"));
	json_write_close(writer, '}');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

/* Nothing on hosts from elsewhere. */
static void write_deny(struct json_writer *writer)
{
	begin_statement(writer, TEXT("Elsewhere"), TEXT("Deny"));
	WRITE_LIST(writer, "Action", "host:*", "sts:AssumeRole");
	json_write_text(writer, "Resource", TEXT("*"));
	json_write_object(writer, "Condition");
	json_write_object(writer, "NotIpAddressIfExists");
	WRITE_LIST(writer, "aws:SourceIp", "10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32");
	json_write_close(writer, '}');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

static void write_login(struct json_writer *writer)
{
	begin_statement(writer, TEXT("Login"), TEXT("Allow"));
	WRITE_LIST(writer, "Action", "host:Login", "host:Sudo");
	json_write_text(writer, "Resource", TEXT("*"));
	json_write_object(writer, "Condition");
	json_write_object(writer, "StringEquals");
	json_write_text(writer, "aws:ResourceTag/Environment", TEXT("production"));
	json_write_close(writer, '}');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

/* A policy, as the member name of an object or (NULL) at the top. */
static void write_policy(struct json_writer *writer, const char *name, size_t number)
{
	size_t start = writer->out->length;

	json_write_object(writer, name);
	json_write_text(writer, "Version", TEXT("2012-10-17"));
	json_write_array(writer, "Statement");
	write_deny(writer);
	for (size_t i = 0; writer->out->length - start < POLICY_BYTES_MIN; i++)
		write_work(writer, number * EVERY + i);
	if (number + 1 == STAFF_POLICIES)
		write_login(writer);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
	CHECK_REQUIRE(writer->out->length - start <= POLICY_BYTES_MAX, "a policy of 6 KB");
}

void staff_policy(size_t number, struct buffer *out_json)
{
	struct json_writer writer;

	json_write_begin(&writer, out_json, false);
	write_policy(&writer, NULL, number);
	CHECK_REQUIRE(json_write_end(&writer) == STATUS_OK, "memory for a policy");
}

const char *staff_user_id(size_t number, char buffer[STAFF_ID_SIZE])
{
	(void)snprintf(buffer, STAFF_ID_SIZE, "AIDA%017zu", number);
	return buffer;
}

static void write_user(struct json_writer *writer, size_t number)
{
	size_t groups = number % EVERY == 1 ? STAFF_GROUPS : GROUPS_OF_OTHERS;
	char id[STAFF_ID_SIZE];

	json_write_object(writer, NULL);
	json_write_text(writer, "Path", TEXT("/"));
	json_write_text(writer, "UserName", numbered("user%zu", number));
	json_write_text(writer, "UserId", text_of(staff_user_id(number, id)));
	json_write_text(writer, "Arn", numbered("arn:aws:iam::" ACCOUNT ":user/user%zu", number));
	json_write_text(writer, "CreateDate", TEXT("2025-03-01T12:00:00+00:00"));
	json_write_array(writer, "GroupList");
	for (size_t i = 0; i < groups; i++)
		json_write_text(writer, NULL, numbered("team-%zu", i));
	json_write_close(writer, ']');
	json_write_array(writer, "AttachedManagedPolicies");
	json_write_close(writer, ']');
	json_write_array(writer, "Tags");
	json_write_object(writer, NULL);
	json_write_text(writer, "Key", TEXT("team"));
	json_write_text(writer, "Value", TEXT("team-7"));
	json_write_close(writer, '}');
	json_write_close(writer, ']');
	json_write_close(writer, '}');
}

static void write_attachment(struct json_writer *writer, size_t number)
{
	json_write_object(writer, NULL);
	json_write_text(writer, "PolicyName", numbered("policy%zu", number));
	json_write_text(writer, "PolicyArn", numbered(POLICY_ARN, number));
	json_write_close(writer, '}');
}

static void write_group(struct json_writer *writer, size_t number)
{
	json_write_object(writer, NULL);
	json_write_text(writer, "Path", TEXT("/"));
	json_write_text(writer, "GroupName", numbered("team-%zu", number));
	json_write_text(writer, "GroupId", numbered("AGPA%017zu", number));
	json_write_text(writer, "Arn", numbered("arn:aws:iam::" ACCOUNT ":group/team-%zu", number));
	json_write_text(writer, "CreateDate", TEXT("2025-03-01T12:00:00+00:00"));
	json_write_array(writer, "GroupPolicyList");
	json_write_close(writer, ']');
	json_write_array(writer, "AttachedManagedPolicies");
	write_attachment(writer, 2 * number);
	write_attachment(writer, 2 * number + 1);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
}

static void write_managed_policy(struct json_writer *writer, size_t number)
{
	json_write_object(writer, NULL);
	json_write_text(writer, "PolicyName", numbered("policy%zu", number));
	json_write_text(writer, "PolicyId", numbered("ANPA%017zu", number));
	json_write_text(writer, "Arn", numbered(POLICY_ARN, number));
	json_write_text(writer, "Path", TEXT("/"));
	json_write_text(writer, "DefaultVersionId", TEXT("v1"));
	json_write_array(writer, "PolicyVersionList");
	json_write_object(writer, NULL);
	json_write_text(writer, "VersionId", TEXT("v1"));
	json_write_bool(writer, "IsDefaultVersion", true);
	write_policy(writer, "Document", number);
	json_write_close(writer, '}');
	json_write_close(writer, ']');
	json_write_close(writer, '}');
}

static void write_many(struct json_writer *writer, const char *name, size_t count,
		       void (*write)(struct json_writer *writer, size_t number))
{
	json_write_array(writer, name);
	for (size_t i = 0; i < count; i++)
		write(writer, i);
	json_write_close(writer, ']');
}

static void write_document(size_t users)
{
	struct json_writer writer;
	AUTO_BUFFER json;

	buffer_init(&json, SIZE_MAX / 2);
	json_write_begin(&writer, &json, false);
	json_write_object(&writer, NULL);
	write_many(&writer, "UserDetailList", users, write_user);
	write_many(&writer, "GroupDetailList", STAFF_GROUPS, write_group);
	write_many(&writer, "Policies", STAFF_POLICIES, write_managed_policy);
	json_write_close(&writer, '}');
	CHECK_REQUIRE(json_write_end(&writer) == STATUS_OK, "memory for the document");
	bench_write_file("/etc/iam/directory.json", buffer_text(&json), 0644);
}

void staff_publish(size_t users, const char *iamctl)
{
	const char *const arguments[] = { iamctl, "sync", NULL };
	struct process_cost cost;

	(void)remove("/var/lib/iam/directory.snapshot");
	(void)remove("/var/lib/iam/access.snapshot");
	bench_write_file("/etc/iam/iam.conf", text_of(config), 0644);
	write_document(users);
	process_run(arguments, false, &cost);
	CHECK_REQUIRE(WIFEXITED(cost.status) && WEXITSTATUS(cost.status) == 0, "iamctl sync");
}
