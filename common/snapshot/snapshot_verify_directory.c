/* directory.snapshot: users, groups, and that both tell the same. */
#include "directory/name.h"
#include "snapshot/snapshot_text.h"
#include "snapshot/snapshot_verify_internal.h"

static bool gids_contain(const struct snapshot_gids *gids, uint32_t gid)
{
	for (uint32_t i = 0; i < gids->count; i++)
		if (snapshot_gid_at(gids, i) == gid)
			return true;
	return false;
}

static uint32_t flags_of(const struct verifier *verifier, const struct snapshot_user *user)
{
	return LOAD_UINT16(verifier->snapshot->base + user->position, snapshot_user_record, flags);
}

/* Strings, gids and the place of the keys stand behind each other. */
static enum status check_user_place(struct verifier *verifier, const struct snapshot_user *user,
				    const struct snapshot_gids *gids)
{
	const char *strings_end = user->shell.bytes + user->shell.length + 1;
	uint64_t size = (uint64_t)(strings_end - (const char *)verifier->snapshot->base) -
			user->position + (uint64_t)gids->count * sizeof(uint32_t);

	if (flags_of(verifier, user) & SNAPSHOT_USER_HAS_KEYS)
		size += sizeof(struct snapshot_keys_place);
	return verify_next(verifier, user->position, size, SNAPSHOT_ALIGNMENT);
}

static bool user_text_is_valid(const struct verifier *verifier, const struct snapshot_user *user)
{
	return unix_name_is_valid(user->name) && snapshot_field_is_valid(user->gecos) &&
	       snapshot_field_is_valid(user->home) && snapshot_field_is_valid(user->shell) &&
	       (flags_of(verifier, user) & ~(uint32_t)SNAPSHOT_USER_FLAGS) == 0;
}

static bool gids_are_valid(const struct snapshot_gids *gids, uint32_t primary)
{
	for (uint32_t i = 1; i < gids->count; i++)
		if (snapshot_gid_at(gids, i - 1) >= snapshot_gid_at(gids, i))
			return false;
	return gids->count <= SNAPSHOT_GIDS_MAX && !gids_contain(gids, primary);
}

static bool user_is_found(const struct verifier *verifier, const struct snapshot_user *user)
{
	const struct snapshot *snapshot = verifier->snapshot;
	struct snapshot_user found;

	return snapshot_find_user(snapshot, user->name, &found) == STATUS_OK &&
	       found.position == user->position &&
	       snapshot_find_uid(snapshot, user->uid, &found) == STATUS_OK &&
	       found.position == user->position;
}

static bool group_is_found(const struct verifier *verifier, struct text name, uint32_t gid)
{
	const struct snapshot *snapshot = verifier->snapshot;
	struct snapshot_group found;

	return snapshot_find_group(snapshot, name, &found) == STATUS_OK &&
	       found.name.bytes == name.bytes &&
	       snapshot_find_gid(snapshot, gid, &found) == STATUS_OK &&
	       found.name.bytes == name.bytes;
}

static enum status check_user(struct verifier *verifier, uint32_t index,
			      struct text *inout_previous)
{
	const struct snapshot *snapshot = verifier->snapshot;
	uint32_t own = LOAD_UINT32(snapshot->base, snapshot_header, private_groups);
	struct snapshot_gids gids;
	struct snapshot_user user;
	enum status status;

	if (snapshot_user_at(snapshot, index, &user) != STATUS_OK ||
	    snapshot_memberships(snapshot, &user, &gids) != STATUS_OK)
		return verify_refuse(verifier, "damaged: user", index);
	status = check_user_place(verifier, &user, &gids);
	if (status != STATUS_OK)
		return status;
	if (!user_text_is_valid(verifier, &user))
		return verify_refuse(verifier, "text or flags that are not allowed in user", index);
	if (!gids_are_valid(&gids, user.gid))
		return verify_refuse(verifier, "gids out of order in user", index);
	if (user.has_group != (index < own) ||
	    (index > 0 && index != own && text_compare(*inout_previous, user.name) >= 0))
		return verify_refuse(verifier, "out of order: user", index);
	if (!user_is_found(verifier, &user))
		return verify_refuse(verifier, "not found by name and uid: user", index);
	if (user.has_group && !group_is_found(verifier, user.name, user.gid))
		return verify_refuse(verifier, "not found by name and gid: group of user", index);
	verifier->user_pairs += gids.count;
	*inout_previous = user.name;
	return STATUS_OK;
}

static enum status check_member(struct verifier *verifier, const struct snapshot_group *group,
				struct text name, uint32_t index)
{
	struct snapshot_gids gids;
	struct snapshot_user user;

	if (snapshot_find_user(verifier->snapshot, name, &user) != STATUS_OK)
		return verify_refuse(verifier, "a member is no user in group", index);
	if (user.gid == group->gid)
		return STATUS_OK;
	if (snapshot_memberships(verifier->snapshot, &user, &gids) != STATUS_OK ||
	    !gids_contain(&gids, group->gid))
		return verify_refuse(verifier, "a member does not know of group", index);
	verifier->group_pairs++;
	return STATUS_OK;
}

static enum status check_members(struct verifier *verifier, const struct snapshot_group *group,
				 uint32_t index)
{
	struct snapshot_member_walk walk = { 0 };
	struct text name, previous = { NULL, 0 };
	enum status status;

	while ((status = snapshot_next_member(group, &walk, &name)) == STATUS_OK) {
		if (previous.bytes && text_compare(previous, name) >= 0)
			return verify_refuse(verifier, "members out of order in group", index);
		status = check_member(verifier, group, name, index);
		if (status != STATUS_OK)
			return status;
		previous = name;
	}
	if (status != STATUS_NOT_FOUND)
		return verify_refuse(verifier, "lengths and members disagree in group", index);
	return STATUS_OK;
}

static enum status check_group(struct verifier *verifier, uint32_t index,
			       struct text *inout_previous)
{
	const struct snapshot *snapshot = verifier->snapshot;
	struct snapshot_group group;
	const char *record;
	enum status status;

	if (snapshot_group_at(snapshot, index, &group) != STATUS_OK)
		return verify_refuse(verifier, "damaged: group", index);
	record = group.name.bytes - sizeof(struct snapshot_group_record);
	status = verify_next(verifier, (uint64_t)(record - (const char *)snapshot->base),
			     (uint64_t)(group.members.bytes + group.members.length - record),
			     SNAPSHOT_ALIGNMENT);
	if (status != STATUS_OK)
		return status;
	if (!unix_name_is_valid(group.name) ||
	    LOAD_UINT16((const unsigned char *)record, snapshot_group_record, zero) != 0)
		return verify_refuse(verifier, "a name or field that is not allowed in group",
				     index);
	if (index > 0 && text_compare(*inout_previous, group.name) >= 0)
		return verify_refuse(verifier, "out of order: group", index);
	if (!group_is_found(verifier, group.name, group.gid))
		return verify_refuse(verifier, "not found by name and gid: group", index);
	*inout_previous = group.name;
	return check_members(verifier, &group, index);
}

static enum status check_keys(struct verifier *verifier, uint32_t index)
{
	struct snapshot_user user;
	struct text keys;
	enum status status;

	if (snapshot_user_at(verifier->snapshot, index, &user) != STATUS_OK ||
	    snapshot_keys(verifier->snapshot, &user, &keys) != STATUS_OK)
		return verify_refuse(verifier, "damaged: keys of user", index);
	if (!(flags_of(verifier, &user) & SNAPSHOT_USER_HAS_KEYS))
		return STATUS_OK;
	status = verify_next(verifier,
			     (uint64_t)(keys.bytes - (const char *)verifier->snapshot->base),
			     keys.length + 1, 1);
	if (status == STATUS_OK && (keys.length == 0 || !snapshot_keys_are_valid(keys)))
		status = verify_refuse(verifier, "text that is not allowed in the keys of user",
				       index);
	return status;
}

/* Slots and tables; the maps of numbers have the tables of their names. */
static enum status check_sections(struct verifier *verifier)
{
	static const unsigned names[] = { SNAPSHOT_MAP_USER_NAMES, SNAPSHOT_MAP_GROUP_NAMES };
	enum status status = STATUS_OK;

	for (unsigned map = 1; status == STATUS_OK && map <= SNAPSHOT_DIRECTORY_MAPS; map++)
		status = verify_slots(verifier, map);
	for (size_t i = 0; status == STATUS_OK && i < ARRAY_LENGTH(names); i++) {
		const unsigned char *header = map_header_in(verifier->snapshot->base, names[i]);

		if (memcmp(header, header + sizeof(struct snapshot_map_header),
			   offsetof(struct snapshot_map_header, slot_count)) != 0)
			return verify_refuse(verifier, "another table has map", names[i] + 1);
		status = verify_table(verifier, names[i]);
	}
	if (status == STATUS_OK &&
	    LOAD_UINT32(verifier->snapshot->base, snapshot_header, private_groups) >
		    verify_count(verifier, SNAPSHOT_MAP_USER_NAMES))
		status = verify_refuse(verifier, "more private groups than users in map",
				       SNAPSHOT_MAP_USER_NAMES);
	return status;
}

static enum status check_records(struct verifier *verifier)
{
	uint32_t users = verify_count(verifier, SNAPSHOT_MAP_USER_NAMES);
	uint32_t groups = verify_count(verifier, SNAPSHOT_MAP_GROUP_NAMES);
	struct text previous = { NULL, 0 };
	enum status status = STATUS_OK;
	uint64_t keys;

	for (uint32_t i = 0; status == STATUS_OK && i < users; i++)
		status = check_user(verifier, i, &previous);
	for (uint32_t i = 0; status == STATUS_OK && i < groups; i++)
		status = check_group(verifier, i, &previous);
	if (status != STATUS_OK)
		return status;
	keys = (verifier->end + SNAPSHOT_SECTION_ALIGNMENT - 1) / SNAPSHOT_SECTION_ALIGNMENT *
	       SNAPSHOT_SECTION_ALIGNMENT;
	status = verify_next(verifier, keys, 0, SNAPSHOT_SECTION_ALIGNMENT);
	for (uint32_t i = 0; status == STATUS_OK && i < users; i++)
		status = check_keys(verifier, i);
	return status;
}

enum status verify_directory(struct verifier *verifier)
{
	enum status status = check_sections(verifier);

	if (status == STATUS_OK)
		status = check_records(verifier);
	for (unsigned map = 1; status == STATUS_OK && map <= SNAPSHOT_DIRECTORY_MAPS; map++)
		status = verify_slots_used(verifier, map);
	if (status == STATUS_OK && verifier->user_pairs != verifier->group_pairs)
		status = verify_refuse(
			verifier, "groups do not list all of their members:", verifier->user_pairs);
	return status;
}
