/*
 * What is new beside the last snapshots, for people and for the generation. Accounts are compared
 * by number, so that a new name is a change and not a loss and a gain.
 */
#include <stdarg.h>
#include <stdio.h>

#include "snapshot/snapshot_format.h"
#include "sync/sync_internal.h"

enum { CHANGE_BYTES_MAX = 4096, MEMBERS_SHOWN_MAX = 10, CHANGES_FIRST = 64 };

/* Room for one more, doubled as needed; the old array stays in the arena until the end. */
static enum status make_room(struct sync_result *result)
{
	size_t count = result->change_count;
	struct text *grown;

	if (count != 0 && (count < CHANGES_FIRST || (count & (count - 1)) != 0))
		return STATUS_OK;
	grown = arena_take(&result->arena, count ? 2 * count : CHANGES_FIRST, sizeof(*grown));
	if (!grown)
		return STATUS_NO_MEMORY;
	if (count > 0)
		memcpy(grown, result->changes, count * sizeof(*grown));
	result->changes = grown;
	return STATUS_OK;
}

static enum status add_change(struct sync_work *work, struct text line)
{
	enum status status = make_room(work->result);
	struct text copy;

	if (status != STATUS_OK)
		return status;
	copy = arena_text(&work->result->arena, line);
	if (!copy.bytes)
		return STATUS_NO_MEMORY;
	work->result->changes[work->result->change_count++] = copy;
	work->has_changed = true;
	return STATUS_OK;
}

PRINTF_LIKE(3, 4)
static enum status count_change(struct sync_work *work, size_t *inout_count, const char *format,
				...)
{
	char line[CHANGE_BYTES_MAX];
	va_list arguments;
	int length;

	(*inout_count)++;
	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(line))
		return STATUS_BAD_DATA;
	return add_change(work, (struct text){ line, (size_t)length });
}

static const char *kind_of(bool is_role)
{
	return is_role ? "role" : "user";
}

static enum status compare_text(struct buffer *line, const char *what, struct text old,
				struct text now)
{
	struct shown old_shown, now_shown;

	if (text_equal(old, now))
		return STATUS_OK;
	return buffer_append_format(line, "%s %s %s -> %s", line->length ? "," : "", what,
				    show(old, &old_shown), show(now, &now_shown));
}

static enum status compare_user(struct sync_work *work, const struct account *account,
				const struct snapshot_user *old)
{
	struct text keys = TEXT("");
	AUTO_BUFFER line = { 0 };
	enum status status = snapshot_keys(&work->previous.directory, old, &keys);

	buffer_init(&line, CHANGE_BYTES_MAX);
	if (status == STATUS_OK)
		status = compare_text(&line, "name", old->name, account->name);
	if (status == STATUS_OK)
		status = compare_text(&line, "gecos", old->gecos, account->gecos);
	if (status == STATUS_OK)
		status = compare_text(&line, "home", old->home, account->home);
	if (status == STATUS_OK)
		status = compare_text(&line, "shell", old->shell, account->shell);
	if (status == STATUS_OK && old->gid != account->gid)
		status = buffer_append_format(&line, "%s gid %u -> %u", line.length ? "," : "",
					      old->gid, account->gid);
	if (status == STATUS_OK && !text_equal(keys, account->keys))
		status = buffer_append_format(&line, "%s ssh keys", line.length ? "," : "");
	if (status == STATUS_OK && old->is_role != !account->user)
		status = buffer_append_format(&line, "%s kind", line.length ? "," : "");
	if (status != STATUS_OK || line.length == 0)
		return status;
	return count_change(work, &work->result->users_changed, "~ %s %s%s",
			    kind_of(!account->user), old->name.bytes, line.bytes);
}

static enum status find_new_users(struct sync_work *work)
{
	const struct previous *previous = &work->previous;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->account_count; i++) {
		const struct account *account = &work->accounts[i];
		struct snapshot_user old;

		if (!is_mapped(account->name))
			continue;
		status = previous->has_directory
				 ? snapshot_find_uid(&previous->directory, account->uid, &old)
				 : STATUS_NOT_FOUND;
		if (status == STATUS_OK)
			status = compare_user(work, account, &old);
		else if (status == STATUS_NOT_FOUND)
			status = count_change(work, &work->result->users_added, "+ %s %s %u",
					      kind_of(!account->user), account->name.bytes,
					      account->uid);
	}
	return status;
}

/* Whether a number is in use in the new snapshot, by an entity of this sort. */
static bool is_still_used(const struct map *space, uint32_t id, bool by_group)
{
	const struct assignment *holder = map_find(space, map_number(&id));

	return holder && holder != &LOCAL_HOLDER && (holder->kind == ENTITY_GROUP) == by_group &&
	       holder->is_present && is_mapped(holder->unix_name) && holder->unix_id == id;
}

static enum status find_gone_users(struct sync_work *work)
{
	struct snapshot_user old;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; work->previous.has_directory; i++) {
		status = snapshot_user_at(&work->previous.directory, i, &old);
		if (status == STATUS_OK && !is_still_used(&work->ledger.uids, old.uid, false))
			status = count_change(work, &work->result->users_removed, "- %s %s %u",
					      kind_of(old.is_role), old.name.bytes, old.uid);
		if (status != STATUS_OK)
			break;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The members of a group of the last snapshot, one after the other. */
struct old_members {
	const struct snapshot_group *group;
	struct text rest, name;
	uint32_t at;
};

static bool next_old(struct old_members *members)
{
	uint16_t length;

	if (members->at == members->group->member_count)
		return false;
	length = load_uint16(members->group->lengths + 2 * (size_t)members->at++);
	members->name = (struct text){ members->rest.bytes, length };
	members->rest = text_skip(members->rest, (size_t)length + 1);
	return true;
}

struct member_changes {
	struct buffer *line;
	size_t count;
};

static enum status note_member(struct member_changes *changes, char sign, struct text name)
{
	if (++changes->count > MEMBERS_SHOWN_MAX)
		return STATUS_OK;
	return buffer_append_format(changes->line, " %c%.*s", sign, TEXT_ARGUMENTS(name));
}

/* Both lists are in the order of their names. */
static enum status compare_members(const struct unix_group *group, const struct snapshot_group *old,
				   struct member_changes *changes)
{
	struct old_members members = { .group = old, .rest = old->members };
	bool has_old = next_old(&members);
	enum status status = STATUS_OK;
	size_t i = 0;

	while (status == STATUS_OK && (has_old || i < group->member_count)) {
		int order = !has_old ? 1
			    : i == group->member_count
				    ? -1
				    : text_compare(members.name, group->members[i]);

		if (order < 0)
			status = note_member(changes, '-', members.name);
		else if (order > 0)
			status = note_member(changes, '+', group->members[i]);
		i += order >= 0;
		if (order <= 0)
			has_old = next_old(&members);
	}
	return status;
}

static enum status compare_group(struct sync_work *work, const struct unix_group *group,
				 const struct snapshot_group *old)
{
	AUTO_BUFFER line = { 0 };
	struct member_changes changes = { &line, 0 };
	enum status status;

	buffer_init(&line, CHANGE_BYTES_MAX);
	status = compare_text(&line, "name", old->name, group->name);
	if (status == STATUS_OK)
		status = compare_members(group, old, &changes);
	if (status == STATUS_OK && changes.count > MEMBERS_SHOWN_MAX)
		status = buffer_append_format(&line, " and %zu more",
					      changes.count - MEMBERS_SHOWN_MAX);
	if (status != STATUS_OK || line.length == 0)
		return status;
	return count_change(work, &work->result->groups_changed, "~ group %s%s", old->name.bytes,
			    line.bytes);
}

static enum status find_new_groups(struct sync_work *work)
{
	const struct previous *previous = &work->previous;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < work->group_count; i++) {
		const struct unix_group *group = &work->groups[i];
		struct snapshot_group old;

		if (!is_mapped(group->name))
			continue;
		status = previous->has_directory
				 ? snapshot_find_gid(&previous->directory, group->gid, &old)
				 : STATUS_NOT_FOUND;
		if (status == STATUS_OK)
			status = compare_group(work, group, &old);
		else if (status == STATUS_NOT_FOUND)
			status = count_change(work, &work->result->groups_added, "+ group %s %u",
					      group->name.bytes, group->gid);
	}
	return status;
}

/* The group of a user's own comes and goes with the user. */
static bool is_private(const struct snapshot *directory, const struct snapshot_group *group)
{
	struct snapshot_user user;

	return snapshot_find_user(directory, group->name, &user) == STATUS_OK &&
	       user.gid == group->gid;
}

static enum status find_gone_groups(struct sync_work *work)
{
	const struct snapshot *directory = &work->previous.directory;
	struct snapshot_group old;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; work->previous.has_directory; i++) {
		status = snapshot_group_at(directory, i, &old);
		if (status == STATUS_OK && !is_private(directory, &old) &&
		    !is_still_used(&work->ledger.gids, old.gid, true))
			status = count_change(work, &work->result->groups_removed, "- group %s %u",
					      old.name.bytes, old.gid);
		if (status != STATUS_OK)
			break;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status changes_find(struct sync_work *work)
{
	enum status status = find_new_users(work);

	if (status == STATUS_OK)
		status = find_gone_users(work);
	if (status == STATUS_OK)
		status = find_new_groups(work);
	if (status == STATUS_OK)
		status = find_gone_groups(work);
	return status == STATUS_OK && !work->has_changed ? access_changes_find(work) : status;
}
