#include "source/aws/aws_account.h"

#include "base/timestamp.h"
#include "directory/arn.h"
#include "source/aws/aws_account_internal.h"
#include "json/json_write.h"

enum { REPLY_MAX = 2 * AWS_XML_BYTES_MAX }; /* as JSON, of what was XML */

static enum status ask(struct aws_account *account, const struct aws_service *service,
		       const char *action, struct text form, struct json **out_reply)
{
	const struct aws_request request = { .service = service, .action = action, .body = form };
	AUTO_BUFFER reply = { 0 };
	enum status status;

	buffer_init(&reply, REPLY_MAX);
	status = aws_call(account->caller, &request, &reply, account->complaint);
	if (status != STATUS_OK)
		return status;
	return json_parse(buffer_text(&reply), REPLY_MAX, out_reply, account->complaint);
}

enum status aws_account_ask(struct aws_account *account, const char *action,
			    const struct aws_parameter *parameters, size_t count,
			    struct json **out_reply)
{
	AUTO_BUFFER form = { 0 };
	enum status status = aws_form_begin(&form, action, AWS_IAM_VERSION);

	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = aws_form_add(&form, parameters[i].name, parameters[i].value);
	if (status != STATUS_OK)
		return status;
	return ask(account, &account->iam, action, buffer_text(&form), out_reply);
}

enum status aws_account_recall(struct aws_account *account, const struct buffer *key,
			       struct json **out_reply)
{
	struct text answer;

	if (!aws_cache_find(account->settings->cache, buffer_text(key), &answer) ||
	    json_parse(answer, REPLY_MAX, out_reply, NULL) != STATUS_OK)
		return STATUS_NOT_FOUND;
	return STATUS_OK;
}

enum status aws_account_keep(struct aws_account *account, const struct buffer *key,
			     const struct json *reply)
{
	AUTO_BUFFER answer = { 0 };
	enum status status;

	buffer_init(&answer, REPLY_MAX);
	status = json_print(reply, &answer);
	if (status != STATUS_OK)
		return status;
	return aws_cache_add(account->settings->cache, buffer_text(key), buffer_text(&answer));
}

/* It becomes part of the document as it is. */
static bool is_account_id(struct text id)
{
	for (size_t i = 0; i < id.length; i++)
		if (id.bytes[i] < '0' || id.bytes[i] > '9')
			return false;
	return id.length == AWS_ACCOUNT_ID_SIZE - 1;
}

/* The wrong account's users are not this host's. */
static enum status check_identity(struct aws_account *account)
{
	AUTO_JSON *reply = NULL;
	AUTO_BUFFER form = { 0 };
	struct text id, wanted = account->settings->account_id;
	struct aws_identity *identity = &account->identity;
	struct arn arn;
	enum status status = aws_form_begin(&form, "GetCallerIdentity", AWS_STS_VERSION);

	if (status == STATUS_OK)
		status = ask(account, &account->sts, "GetCallerIdentity", buffer_text(&form),
			     &reply);
	if (status != STATUS_OK)
		return status;
	id = json_text(json_member(reply, "Account"));
	if (!is_account_id(id) ||
	    arn_split(json_text(json_member(reply, "Arn")), &arn) != STATUS_OK ||
	    text_copy(id, identity->account_id, sizeof(identity->account_id)) != STATUS_OK ||
	    text_copy(arn.partition, identity->partition, sizeof(identity->partition)) != STATUS_OK)
		return complain(account->complaint, STATUS_BAD_INPUT,
				"GetCallerIdentity: an account that is none");
	if (wanted.length > 0 && !text_equal(id, wanted))
		return complain(account->complaint, STATUS_BAD_DATA,
				"the key is of account %s, not of %.*s",
				account->identity.account_id, TEXT_ARGUMENTS(wanted));
	return STATUS_OK;
}

/* One member of the reply as JSON. */
static enum status keep_member(struct aws_account *account, const struct json *reply,
			       const char *name, struct buffer *out_json)
{
	const struct json *member = json_member(reply, name);

	if (!member)
		return complain(account->complaint, STATUS_BAD_INPUT, "a reply without %s", name);
	return json_print(member, out_json);
}

/* Without one of its own, the account has AWS's default. Only NoSuchEntity says so. */
static enum status read_password_policy(struct aws_account *account)
{
	AUTO_JSON *reply = NULL;
	enum status status;

	if (account->settings->is_further)
		return STATUS_OK;
	status = aws_account_ask(account, "GetAccountPasswordPolicy", NULL, 0, &reply);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	return keep_member(account, reply, "PasswordPolicy", &account->password_policy);
}

static enum status read_aliases(struct aws_account *account)
{
	AUTO_JSON *reply = NULL;
	enum status status;

	if (account->settings->is_further)
		return STATUS_OK;
	status = aws_account_ask(account, "ListAccountAliases", NULL, 0, &reply);
	if (status != STATUS_OK)
		return status;
	return keep_member(account, reply, "AccountAliases", &account->aliases);
}

static enum status read_profiles(struct aws_account *account)
{
	return account->settings->wants_profiles ? aws_account_read_profiles(account) : STATUS_OK;
}

static enum status read_keys(struct aws_account *account)
{
	return account->settings->wants_ssh_keys ? aws_account_read_keys(account) : STATUS_OK;
}

static enum status (*const steps[])(struct aws_account *account) = {
	check_identity,           aws_account_read_lists, aws_account_read_policies,
	aws_account_read_roles,   read_password_policy,   read_aliases,
	aws_account_read_devices, read_profiles,          read_keys,
};

static enum status append_member(struct buffer *out, const char *name, const char *start,
				 struct text value, const char *end)
{
	enum status status = buffer_append_format(out, ",\n\"%s\":%s", name, start);

	if (status == STATUS_OK)
		status = buffer_append(out, value);
	return status == STATUS_OK ? buffer_append(out, text_of(end)) : status;
}

/* A further account has lists alone: bundle_join_add() puts them behind those of the first. */
static enum status write_document(const struct aws_account *account, struct buffer *out)
{
	char now[TIMESTAMP_TEXT_SIZE];
	enum status status = buffer_append_format(out, "{\"GeneratedAt\":\"%s\"",
						  timestamp_format(timestamp_now(), now));

	if (status == STATUS_OK && !account->settings->is_further)
		status = append_member(out, "AccountId", "\"",
				       text_of(account->identity.account_id), "\"");
	if (status == STATUS_OK && account->aliases.length > 0)
		status = append_member(out, "AccountAliases", "", buffer_text(&account->aliases),
				       "");
	if (status == STATUS_OK && account->password_policy.length > 0)
		status = append_member(out, "PasswordPolicy", "",
				       buffer_text(&account->password_policy), "");
	for (size_t i = 0; status == STATUS_OK && i < AWS_MEMBERS; i++)
		if (i != AWS_PROFILES || account->settings->wants_profiles)
			status = append_member(out, account->lists[i].name, "[",
					       buffer_text(&account->lists[i].text), "]");
	return status == STATUS_OK ? buffer_append(out, TEXT("}\n")) : status;
}

static void account_release(struct aws_account *account)
{
	for (size_t i = 0; i < AWS_MEMBERS; i++)
		aws_list_release(&account->lists[i]);
	map_release(&account->referenced);
	buffer_release(&account->password_policy);
	buffer_release(&account->aliases);
	arena_release(&account->arena);
}

static enum status account_init(struct aws_account *account, struct complaint *out_complaint)
{
	const struct aws_account_settings *settings = account->settings;
	enum status status;

	arena_init(&account->arena, AWS_ARENA_MAX);
	buffer_init(&account->password_policy, REPLY_MAX);
	buffer_init(&account->aliases, REPLY_MAX);
	aws_list_init(&account->lists[AWS_KEYS], "SSHPublicKeys", "SSHPublicKeyId");
	aws_list_init(&account->lists[AWS_PROFILES], "LoginProfiles", "UserName");
	status = aws_service_init(&account->iam, "iam", settings->region, settings->endpoint);
	if (status == STATUS_OK)
		status = aws_service_init(&account->sts, "sts", settings->region,
					  settings->endpoint);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "not a region, or not an endpoint");
	return STATUS_OK;
}

enum status aws_account_fetch(struct aws_caller *caller,
			      const struct aws_account_settings *settings,
			      struct buffer *out_document, struct aws_identity *out_identity,
			      struct complaint *out_complaint)
{
	CLEANUP(account_release)
	struct aws_account account = { .caller = caller,
				       .settings = settings,
				       .complaint = out_complaint };
	const size_t start = out_document->length;
	enum status status = account_init(&account, out_complaint);

	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(steps); i++)
		status = steps[i](&account);
	if (status == STATUS_OK)
		status = write_document(&account, out_document);
	if (status == STATUS_OK)
		*out_identity = account.identity;
	else
		out_document->length = start;
	return status;
}
