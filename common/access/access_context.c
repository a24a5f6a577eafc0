#include "access/access_context.h"

#include "access/host_policy.h"
#include "base/timestamp.h"
#include "directory/arn.h"

enum { KEY_NAME_SIZE = 512, CALLER_SIZE = IAM_ARN_MAX + 128 };

void access_keys_init(struct access_keys *keys, struct arena *arena)
{
	*keys = (struct access_keys){ .arena = arena };
	keys->items = arena_take(arena, ACCESS_KEYS_MAX, sizeof(*keys->items));
	if (!keys->items)
		keys->status = STATUS_NO_MEMORY;
}

void access_keys_add_whole(struct access_keys *keys, struct policy_key key)
{
	if (keys->status != STATUS_OK)
		return;
	if (keys->count == ACCESS_KEYS_MAX) {
		keys->status = STATUS_BAD_INPUT;
		return;
	}
	keys->items[keys->count++] = key;
}

static void add_named(struct access_keys *keys, struct text name, struct text value)
{
	struct text *values;

	if (keys->status != STATUS_OK)
		return;
	values = arena_take(keys->arena, 1, sizeof(*values));
	if (!values) {
		keys->status = STATUS_NO_MEMORY;
		return;
	}
	values[0] = value;
	access_keys_add_whole(keys,
			      (struct policy_key){ .name = name, .values = values, .count = 1 });
}

void access_keys_add(struct access_keys *keys, const char *name, struct text value)
{
	add_named(keys, text_of(name), value);
}

void access_keys_add_if_known(struct access_keys *keys, const char *name, struct text value)
{
	if (value.length > 0)
		access_keys_add(keys, name, value);
}

void access_keys_add_bool(struct access_keys *keys, const char *name, bool value)
{
	access_keys_add(keys, name, value ? TEXT("true") : TEXT("false"));
}

/* A copy in the arena; empty, and the status says so, when there is no memory. */
static struct text copy(struct access_keys *keys, struct text text)
{
	struct text copied = arena_text(keys->arena, text);

	if (copied.bytes)
		return copied;
	keys->status = STATUS_NO_MEMORY;
	return TEXT("");
}

void access_keys_add_number(struct access_keys *keys, const char *name, int64_t value)
{
	char digits[24];

	if (text_format(digits, sizeof(digits), "%lld", (long long)value) == STATUS_OK)
		access_keys_add(keys, name, copy(keys, text_of(digits)));
	else
		keys->status = STATUS_BAD_INPUT;
}

void access_keys_add_date(struct access_keys *keys, const char *name, int64_t seconds)
{
	char text[TIMESTAMP_TEXT_SIZE];

	access_keys_add(keys, name, copy(keys, text_of(timestamp_format(seconds, text))));
}

/* "aws:PrincipalTag/Team" */
static void add_tag(struct access_keys *keys, const char *prefix, struct text key,
		    struct text value)
{
	char name[KEY_NAME_SIZE];

	if (text_format(name, sizeof(name), "%s%.*s", prefix, TEXT_ARGUMENTS(key)) == STATUS_OK)
		add_named(keys, copy(keys, text_of(name)), value);
	else
		keys->status = STATUS_BAD_INPUT;
}

/* The names of the user's groups, IAM's and, where they differ, this host's. */
static void add_groups(struct access_keys *keys, const struct access_principal *principal)
{
	struct text *names = arena_take(keys->arena, 2 * principal->group_count, sizeof(*names));
	size_t count = 0;

	if (!names) {
		keys->status = STATUS_NO_MEMORY;
		return;
	}
	for (size_t i = 0; i < principal->group_count; i++) {
		const struct access_group *group = &principal->groups[i];

		names[count++] = group->iam_name;
		if (group->unix_name.length > 0 &&
		    !text_equal_ignoring_case(group->unix_name, group->iam_name))
			names[count++] = group->unix_name;
	}
	/* Never an empty list: the key is left out. */
	if (count > 0)
		access_keys_add_whole(keys, (struct policy_key){ .name = TEXT("host:Group"),
								 .is_many = true,
								 .values = names,
								 .count = count });
}

void access_keys_add_principal(struct access_keys *keys, const struct access_principal *principal)
{
	struct arn arn;

	access_keys_add(keys, "aws:PrincipalArn", principal->arn);
	if (arn_split(principal->arn, &arn) == STATUS_OK)
		access_keys_add_if_known(keys, "aws:PrincipalAccount", arn.account);
	access_keys_add(keys, "aws:PrincipalType",
			principal->is_role ? TEXT("AssumedRole") : TEXT("User"));
	if (!principal->is_role) {
		access_keys_add(keys, "aws:userid", principal->id);
		access_keys_add(keys, "aws:username", principal->iam_name);
	}
	for (size_t i = 0; i < principal->tag_count; i++)
		add_tag(keys, "aws:PrincipalTag/", principal->tags[i].key,
			principal->tags[i].value);
	add_groups(keys, principal);
}

void access_keys_add_host(struct access_keys *keys, const struct config *config)
{
	struct text name = TEXT("");
	enum status status = host_name(config, keys->arena, &name);

	if (status != STATUS_OK && keys->status == STATUS_OK)
		keys->status = status;
	access_keys_add(keys, "host:Name", name);
	for (size_t i = 0; i < config->host_tag_count; i++)
		add_tag(keys, "aws:ResourceTag/", config->host_tags[i].key,
			config->host_tags[i].words.words[0]);
}

/* AWS STS API Reference, "AssumedRoleUser": the ARN without the role's path, and ID:SESSION. */
static enum status become_session(const struct access_principal *role, const struct arn *arn,
				  struct text session, struct arena *arena,
				  struct policy_caller *caller)
{
	char text[CALLER_SIZE];

	if (text_format(text, sizeof(text), "arn:%.*s:sts::%.*s:assumed-role/%.*s/%.*s",
			TEXT_ARGUMENTS(arn->partition), TEXT_ARGUMENTS(arn->account),
			TEXT_ARGUMENTS(role->iam_name), TEXT_ARGUMENTS(session)) != STATUS_OK)
		return STATUS_BAD_INPUT;
	caller->arn = arena_text(arena, text_of(text));
	if (text_format(text, sizeof(text), "%.*s:%.*s", TEXT_ARGUMENTS(role->id),
			TEXT_ARGUMENTS(session)) != STATUS_OK)
		return STATUS_BAD_INPUT;
	caller->id = arena_text(arena, text_of(text));
	return caller->arn.bytes && caller->id.bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status access_caller(const struct access_principal *principal, struct text session_name,
			  struct arena *arena, struct policy_caller *out_caller)
{
	struct policy_caller caller = { .arn = principal->arn, .id = principal->id };
	struct arn arn;
	enum status status = STATUS_OK;

	if (arn_split(principal->arn, &arn) != STATUS_OK)
		return STATUS_BAD_DATA;
	caller.account = arn.account;
	if (principal->is_role)
		status = become_session(principal, &arn, session_name, arena, &caller);
	if (status == STATUS_OK)
		*out_caller = caller;
	return status;
}

/* One row, of which each question asks a part. */
static struct text open_keys[] = {
	/* of a role's session */
	TEXT("aws:userid"),
	TEXT("aws:TokenIssueTime"),
	TEXT("aws:SourceIdentity"),
	TEXT("sts:SourceIdentity"),
	TEXT("sts:RoleSessionName"),
	/* of every request */
	TEXT("aws:SourceIp"),
	TEXT("aws:CurrentTime"),
	TEXT("aws:EpochTime"),
	TEXT("aws:MultiFactorAuthPresent"),
	TEXT("aws:MultiFactorAuthAge"),
	TEXT("aws:SecureTransport"),
	TEXT("host:Service"),
	TEXT("host:TTY"),
	TEXT("host:RunAsUser"),
	TEXT("host:RunAsGroup"),
	TEXT("host:Command"),
	TEXT("host:Arguments"),
	/* said by who takes a role */
	TEXT("sts:ExternalId"),
	TEXT("sts:RoleSessionName"),
};

enum { KEYS_OF_SESSIONS = 5, KEYS_TO_ROLES = 2 };

struct policy_list access_open_keys(enum access_question question)
{
	size_t first = question == ACCESS_OF_ROLE ? 0 : KEYS_OF_SESSIONS;
	size_t behind = question == ACCESS_TO_ROLE ? 0 : KEYS_TO_ROLES;

	return (struct policy_list){ open_keys + first, ARRAY_LENGTH(open_keys) - first - behind };
}
