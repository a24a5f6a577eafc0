/*
 * What access.snapshot says of each account: its groups, policies, tags; of each group that one of
 * them is in; and the policies that any of them refers to.
 */
#include "sync/sync_internal.h"

enum { PROGRESS_EVERY = 4096 };

struct writing {
	struct sync_work *work;
	struct map stored; /* keys whose policy has its record, or is missing */
	struct buffer json;
	struct access_policy *policies; /* of the account or group at hand */
	size_t policy_count, policy_capacity;
	struct access_group *groups;
	size_t group_capacity;
};

static void writing_release(struct writing *writing)
{
	map_release(&writing->stored);
	buffer_release(&writing->json);
	free(writing->policies);
	free(writing->groups);
}

#define AUTO_WRITING CLEANUP(writing_release) struct writing

static enum status add_policy(struct writing *writing, struct access_policy policy)
{
	if (writing->policy_count == writing->policy_capacity) {
		size_t capacity = writing->policy_capacity ? 2 * writing->policy_capacity : 64;
		struct access_policy *grown =
			reallocarray(writing->policies, capacity, sizeof(*grown));

		if (!grown)
			return STATUS_NO_MEMORY;
		writing->policies = grown;
		writing->policy_capacity = capacity;
	}
	writing->policies[writing->policy_count++] = policy;
	return STATUS_OK;
}

/* Writes a policy's record the first time it is asked for, as it is: whoever decides reads it.
   document is empty when the directory does not have it. */
static enum status store_policy(struct writing *writing, struct text key, struct text document)
{
	static char marker;
	enum status status;

	if (map_find(&writing->stored, key))
		return STATUS_OK;
	status = map_add(&writing->stored, key, &marker, NULL);
	if (status != STATUS_OK || document.length == 0)
		return status;
	return record_add(writing->work, SNAPSHOT_MAP_POLICIES, key, document);
}

static enum status store_managed(struct writing *writing, struct text arn)
{
	const struct iam_policy *policy = map_find(&writing->work->managed, arn);

	return store_policy(writing, arn, policy ? policy->document : TEXT(""));
}

/* "ID/NAME": the name of an inline policy says little without its owner. */
static enum status inline_key(struct sync_work *work, const struct iam_entity *entity,
			      const struct iam_policy *policy, struct text *out_key)
{
	char key[IAM_ID_MAX + 1 + IAM_NAME_MAX + 1];
	enum status status = text_format(key, sizeof(key), "%.*s/%.*s", TEXT_ARGUMENTS(entity->id),
					 TEXT_ARGUMENTS(policy->name));

	if (status != STATUS_OK)
		return status;
	*out_key = arena_text(&work->arena, text_of(key));
	return out_key->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Adds the entity's own policies, inline ones first, and stores them. */
static enum status add_policies(struct writing *writing, const struct iam_entity *entity,
				struct text from)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < entity->inline_policy_count; i++) {
		const struct iam_policy *policy = &entity->inline_policies[i];
		struct text key;

		status = inline_key(writing->work, entity, policy, &key);
		if (status == STATUS_OK)
			status = store_policy(writing, key, policy->document);
		if (status == STATUS_OK)
			status = add_policy(writing, (struct access_policy){ key, from });
	}
	for (size_t i = 0; status == STATUS_OK && i < entity->attached_count; i++) {
		struct text arn = entity->attached_arns[i];

		status = store_managed(writing, arn);
		if (status == STATUS_OK)
			status = add_policy(writing, (struct access_policy){ arn, from });
	}
	return status;
}

static struct access_group group_record(const struct unix_group *group)
{
	const struct iam_entity *entity = group->entity;

	return (struct access_group){ .iam_name = entity->name,
				      .id = entity->id,
				      .arn = entity->arn,
				      .unix_name = group->name };
}

/* A group's record is written for its first member; the others refer to it. */
static enum status write_group(struct writing *writing, struct unix_group *group)
{
	struct access_group record = group_record(group);
	enum status status;

	if (group->record_size > 0)
		return STATUS_OK;
	writing->policy_count = 0;
	status = add_policies(writing, group->entity, TEXT("group"));
	if (status != STATUS_OK)
		return status;
	record.policies = writing->policies;
	record.policy_count = writing->policy_count;
	writing->json.length = 0;
	status = access_group_encode(&record, &writing->json);
	if (status != STATUS_OK)
		return status;
	group->record_size = writing->json.length;
	return record_add(writing->work, SNAPSHOT_MAP_GROUPS, record.id,
			  buffer_text(&writing->json));
}

static enum status make_room_for_groups(struct writing *writing, const struct account *account)
{
	struct access_group *grown;

	if (account->group_count <= writing->group_capacity)
		return STATUS_OK;
	grown = reallocarray(writing->groups, account->group_count, sizeof(*grown));
	if (!grown)
		return STATUS_NO_MEMORY;
	writing->groups = grown;
	writing->group_capacity = account->group_count;
	return STATUS_OK;
}

static enum status write_groups(struct writing *writing, const struct account *account)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < account->group_count; i++)
		status = write_group(writing, account->groups[i]);
	return status;
}

static enum status list_policies(struct writing *writing, const struct account *account)
{
	enum status status;

	writing->policy_count = 0;
	status =
		add_policies(writing, account->entity, account->user ? TEXT("user") : TEXT("role"));
	if (status == STATUS_OK && account->entity->boundary_arn.length > 0)
		status = store_managed(writing, account->entity->boundary_arn);
	return status;
}

static int64_t oldest_key(const struct iam_user *user)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < user->key_count; i++)
		if (user->keys[i].uploaded > 0 && (oldest == 0 || user->keys[i].uploaded < oldest))
			oldest = user->keys[i].uploaded;
	return oldest;
}

struct access_principal account_principal(const struct account *account,
					  struct access_group *groups)
{
	const struct iam_entity *entity = account->entity;
	struct access_principal principal = {
		.iam_name = entity->name,
		.id = entity->id,
		.arn = entity->arn,
		.path = entity->path,
		.unix_name = account->name,
		.uid = account->uid,
		.groups = groups,
		.group_count = account->group_count,
		.boundary_key = entity->boundary_arn,
		.tags = entity->tags,
		.tag_count = entity->tag_count,
		.created = entity->created,
	};

	for (size_t i = 0; i < account->group_count; i++)
		groups[i] = group_record(account->groups[i]);
	if (account->user) {
		principal.oldest_ssh_key = oldest_key(account->user);
		principal.devices = account->user->devices;
		principal.device_count = account->user->device_count;
		principal.password_enabled = account->user->password_enabled;
		principal.password_reset_required = account->user->password_reset_required;
	} else {
		principal.is_role = true;
		principal.trust_policy = account->role->trust_policy;
		principal.session_seconds_max = account->role->session_seconds_max;
	}
	return principal;
}

/* What a reader of the principal's record has to decode. */
static size_t size_with_groups(const struct writing *writing, const struct account *account)
{
	size_t size = writing->json.length;

	for (size_t i = 0; i < account->group_count; i++)
		size += account->groups[i]->record_size;
	return size;
}

static enum status write_principal(struct writing *writing, struct account *account)
{
	struct access_principal principal;
	enum status status = make_room_for_groups(writing, account);

	if (status == STATUS_OK)
		status = write_groups(writing, account);
	if (status == STATUS_OK)
		status = list_policies(writing, account);
	if (status != STATUS_OK)
		return status;
	principal = account_principal(account, writing->groups);
	principal.policies = writing->policies;
	principal.policy_count = writing->policy_count;
	writing->json.length = 0;
	status = access_principal_encode(&principal, &writing->json);
	if (status == STATUS_OK && size_with_groups(writing, account) > ACCESS_RECORD_BYTES_MAX)
		status = STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		return record_add(writing->work, SNAPSHOT_MAP_PRINCIPALS, account->name,
				  buffer_text(&writing->json));
	if (status != STATUS_BAD_INPUT)
		return status;
	status = sync_report(writing->work, REPORT_RECORD_TOO_LARGE, "%s %s",
			     account->user ? "user" : "role", account->name.bytes);
	account_leave_out(account);
	return status;
}

enum status principals_write(struct sync_work *work)
{
	AUTO_WRITING writing = { .work = work };
	enum status status = STATUS_OK;

	buffer_init(&writing.json, ACCESS_RECORD_BYTES_MAX);
	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++) {
		if (i % PROGRESS_EVERY == 0)
			sync_progress(work, "working out access", i, work->account_count);
		if (is_mapped(work->accounts[i].name))
			status = write_principal(&writing, &work->accounts[i]);
	}
	return status;
}
