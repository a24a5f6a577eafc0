#include "source/aws/aws_account_internal.h"
#include "json/json_write.h"

enum { POLICY_MAX = 1 << 20 };

/* arn:PARTITION:iam::aws:policy/...: in every account, listed in none. */
static bool is_of_aws(struct text arn)
{
	struct text rest = arn, field = TEXT("");

	for (size_t i = 0; i < 5; i++)
		if (!text_next_piece(&rest, ':', &field))
			return false;
	return text_is(field, "aws");
}

static enum status add_policy(struct aws_account *account, struct text arn,
			      const struct json *policy, const struct json *version)
{
	AUTO_BUFFER text = { 0 };
	struct json_writer writer;
	enum status status;

	buffer_init(&text, POLICY_MAX);
	json_write_begin(&writer, &text, false);
	json_write_object(&writer, NULL);
	json_write_text(&writer, "PolicyName", json_text(json_member(policy, "PolicyName")));
	json_write_text(&writer, "Arn", arn);
	json_write_text(&writer, "DefaultVersionId",
			json_text(json_member(policy, "DefaultVersionId")));
	json_write_array(&writer, "PolicyVersionList");
	json_write_object(&writer, NULL);
	json_write_text(&writer, "Document", json_text(json_member(version, "Document")));
	json_write_text(&writer, "VersionId", json_text(json_member(version, "VersionId")));
	json_write_bool(&writer, "IsDefaultVersion", true);
	json_write_close(&writer, '}');
	json_write_close(&writer, ']');
	json_write_close(&writer, '}');
	status = json_write_end(&writer);
	if (status != STATUS_OK)
		return status;
	return aws_list_add(&account->lists[AWS_POLICIES], &account->arena, buffer_text(&text));
}

/* A version of a policy is what it is. */
static enum status read_version(struct aws_account *account, struct text arn, struct text version,
				struct json **out_reply)
{
	const struct aws_parameter parameters[] = { { "PolicyArn", arn },
						    { "VersionId", version } };
	AUTO_BUFFER key = { 0 };
	enum status status;

	buffer_init(&key, AWS_CACHE_KEY_MAX);
	status = buffer_append_format(&key, "GetPolicyVersion %.*s %.*s", TEXT_ARGUMENTS(arn),
				      TEXT_ARGUMENTS(version));
	if (status != STATUS_OK || aws_account_recall(account, &key, out_reply) == STATUS_OK)
		return status;
	status = aws_account_ask(account, "GetPolicyVersion", parameters, ARRAY_LENGTH(parameters),
				 out_reply);
	return status == STATUS_OK ? aws_account_keep(account, &key, *out_reply) : status;
}

/* One that is gone between two calls is attached no more; what refers to it is told at the sync. */
static enum status read_policy(struct aws_account *account, struct text arn)
{
	AUTO_JSON *reply = NULL, *version = NULL;
	const struct aws_parameter parameter = { "PolicyArn", arn };
	const struct json *policy;
	struct text version_id;
	enum status status = aws_account_ask(account, "GetPolicy", &parameter, 1, &reply);

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	policy = json_member(reply, "Policy");
	version_id = json_text(json_member(policy, "DefaultVersionId"));
	if (version_id.length == 0)
		return complain(account->complaint, STATUS_BAD_INPUT,
				"GetPolicy: a policy without DefaultVersionId");
	status = read_version(account, arn, version_id, &version);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	return add_policy(account, arn, policy, json_member(version, "PolicyVersion"));
}

enum status aws_account_read_policies(struct aws_account *account)
{
	enum status status = STATUS_OK;

	for (const struct aws_reference *next = account->references; status == STATUS_OK && next;
	     next = next->next)
		if (is_of_aws(next->arn))
			status = read_policy(account, next->arn);
	return status;
}
