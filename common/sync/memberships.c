/*
 * Who is in which group, from both sides. Who is in iam-sudo was found by could_sudo.c.
 */
#include "snapshot/snapshot_format.h"
#include "sync/sync_internal.h"

static int order_of_groups(const void *left, const void *right)
{
	const struct unix_group *const *a = left, *const *b = right;

	return text_compare((*a)->entity->name, (*b)->entity->name);
}

static int order_of_numbers(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static enum status find_groups(struct sync_work *work, struct account *account)
{
	const struct iam_user *user = account->user;

	account->groups = arena_take(&work->arena, user->group_count, sizeof(*account->groups));
	if (!account->groups)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < user->group_count; i++) {
		struct unix_group *group = map_find(&work->groups_by_iam_name, user->groups[i]);
		struct shown name;
		enum status status;

		if (!group) {
			status = sync_report(work, REPORT_GROUP_UNKNOWN, "user %s: group %s",
					     account->name.bytes, show(user->groups[i], &name));
			if (status != STATUS_OK)
				return status;
			continue;
		}
		if (group->last_member == account)
			continue;
		group->last_member = account;
		account->groups[account->group_count++] = group;
	}
	qsort(account->groups, account->group_count, sizeof(*account->groups), order_of_groups);
	return STATUS_OK;
}

/* Of its IAM groups and, where it may ask, of iam-sudo, which is the first of all groups. */
static enum status number_groups(struct sync_work *work, struct account *account)
{
	account->gids = arena_take(&work->arena, account->group_count + 1, sizeof(*account->gids));
	if (!account->gids)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < account->group_count; i++)
		if (is_mapped(account->groups[i]->name))
			account->gids[account->gid_count++] = account->groups[i]->gid;
	if (account->is_in_sudo)
		account->gids[account->gid_count++] = work->groups[0].gid;
	qsort(account->gids, account->gid_count, sizeof(*account->gids), order_of_numbers);
	return STATUS_OK;
}

static enum status join_groups(struct sync_work *work, struct account *account)
{
	enum status status = number_groups(work, account);

	if (status != STATUS_OK || account->gid_count <= SNAPSHOT_GIDS_MAX)
		return status;
	status = sync_report(work, REPORT_TOO_MANY_GROUPS, "user %s: %zu groups",
			     account->name.bytes, account->gid_count);
	account_leave_out(account);
	return status;
}

typedef enum status (*member_step)(struct sync_work *work, struct unix_group *group,
				   const struct account *account);

static enum status count_member(struct sync_work *work, struct unix_group *group,
				const struct account *account)
{
	(void)work;
	(void)account;
	group->member_count++;
	return STATUS_OK;
}

/* The array is taken when the first member comes; the count rises again as it fills. */
static enum status add_member(struct sync_work *work, struct unix_group *group,
			      const struct account *account)
{
	if (!group->members) {
		group->members =
			arena_take(&work->arena, group->member_count, sizeof(*group->members));
		group->member_count = 0;
	}
	if (!group->members)
		return STATUS_NO_MEMORY;
	group->members[group->member_count++] = account->name;
	return STATUS_OK;
}

static enum status each_membership(struct sync_work *work, member_step step)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++) {
		struct account *account = &work->accounts[i];

		if (!is_mapped(account->name))
			continue;
		for (size_t k = 0; status == STATUS_OK && k < account->group_count; k++)
			status = step(work, account->groups[k], account);
		if (status == STATUS_OK && account->is_in_sudo)
			status = step(work, &work->groups[0], account);
	}
	return status;
}

/* Groups of iam.conf by either name. A word may mean one group by its IAM name and another by its
   Unix name: then it means both. */
struct group_words {
	struct sync_work *work;
	struct map by_unix_name;
};

static enum status list_unix_names(struct group_words *words)
{
	enum status status = STATUS_OK;

	for (size_t i = 1; status == STATUS_OK && i < words->work->group_count; i++) {
		struct unix_group *group = &words->work->groups[i];

		if (is_mapped(group->name))
			status = map_add(&words->by_unix_name, group->name, group, NULL);
	}
	return status;
}

static enum status look_up_words(const struct group_words *words, const char *option,
				 struct config_list list)
{
	for (size_t i = 0; i < list.count; i++) {
		struct unix_group *found[] = {
			map_find(&words->work->groups_by_iam_name, list.words[i]),
			map_find(&words->by_unix_name, list.words[i]),
		};
		enum status status = STATUS_OK;

		if (!found[0] && !found[1])
			status = sync_report(words->work, REPORT_CONFIG_GROUP_UNKNOWN, "%s: %s",
					     option, list.words[i].bytes);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status read_group_words(struct sync_work *work)
{
	const struct config *config = &work->config;
	struct group_words words = { .work = work };
	enum status status = list_unix_names(&words);

	if (status == STATUS_OK)
		status = look_up_words(&words, "sudo_groups", config->sudo_groups);
	if (status == STATUS_OK)
		status = look_up_words(&words, "login_groups", config->login_groups);
	if (status == STATUS_OK)
		status = look_up_words(&words, "deny_groups", config->deny_groups);
	for (size_t i = 0; status == STATUS_OK && i < config->local_group_count; i++)
		status = look_up_words(&words, config->local_groups[i].key.bytes,
				       config->local_groups[i].words);
	map_release(&words.by_unix_name);
	return status;
}

enum status memberships_find(struct sync_work *work)
{
	enum status status = read_group_words(work);

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++) {
		struct account *account = &work->accounts[i];

		if (account->user && is_mapped(account->name))
			status = find_groups(work, account);
	}
	return status;
}

enum status memberships_number(struct sync_work *work)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++)
		if (is_mapped(work->accounts[i].name))
			status = join_groups(work, &work->accounts[i]);
	return status;
}

static int order_of_names(const void *left, const void *right)
{
	return text_compare(*(const struct text *)left, *(const struct text *)right);
}

enum status memberships_list(struct sync_work *work)
{
	enum status status = each_membership(work, count_member);

	if (status == STATUS_OK)
		status = each_membership(work, add_member);
	for (size_t i = 0; status == STATUS_OK && i < work->group_count; i++)
		if (work->groups[i].members)
			qsort(work->groups[i].members, work->groups[i].member_count,
			      sizeof(*work->groups[i].members), order_of_names);
	return status;
}
