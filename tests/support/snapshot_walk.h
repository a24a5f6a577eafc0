/*
 * tests/support/snapshot_walk.h: asks a snapshot for everything it has, by every path.
 *
 * For snapshots that may be damaged: whatever the answers, none may hold an id that is not allowed,
 * and each view must be readable and end in its NUL. Inline, because fuzz targets are one file.
 */
#ifndef IAM_TESTS_SNAPSHOT_WALK_H
#define IAM_TESTS_SNAPSHOT_WALK_H

#include "snapshot/snapshot_reader.h"

struct walk {
	const struct snapshot *snapshot;
	size_t answers;       /* how many questions were answered with STATUS_OK */
	unsigned broken;      /* promises broken */
	unsigned copies_left; /* of members, so that a small file is not copied a thousand times */
};

static inline void walk_id(struct walk *walk, uint32_t id)
{
	walk->broken += id < 1000 || id == 65534 || id == 65535 || id == UINT32_MAX;
}

/* Touches each byte, which a sanitizer or the end of the mapping would punish. */
static inline void walk_text(struct walk *walk, struct text text)
{
	walk->broken += strlen(text.bytes) > text.length || text.bytes[text.length] != '\0';
}

static inline bool walk_answered(struct walk *walk, enum status status)
{
	walk->broken +=
		status != STATUS_OK && status != STATUS_NOT_FOUND && status != STATUS_BAD_DATA;
	walk->answers += status == STATUS_OK;
	return status == STATUS_OK;
}

static inline void walk_members(struct walk *walk, const struct snapshot_group *group)
{
	char **addresses = malloc(((size_t)group->member_count + 1) * sizeof(char *));
	char *bytes = malloc(group->members.length + 1);
	struct snapshot_member_walk at = { 0 };
	struct text name;

	while (walk_answered(walk, snapshot_next_member(group, &at, &name)))
		walk->broken += name.bytes[name.length] != '\0';
	if (addresses && bytes &&
	    walk_answered(walk, snapshot_copy_members(group, bytes, addresses)))
		walk->broken += addresses[group->member_count] != NULL;
	free(addresses);
	free(bytes);
}

static inline void walk_group(struct walk *walk, const struct snapshot_group *group)
{
	walk_id(walk, group->gid);
	walk_text(walk, group->name);
	if (walk->copies_left == 0)
		return;
	walk->copies_left--;
	walk_members(walk, group);
}

static inline void walk_user(struct walk *walk, const struct snapshot_user *user)
{
	struct snapshot_gids gids;
	struct text keys;

	walk_id(walk, user->uid);
	walk_id(walk, user->gid);
	walk_text(walk, user->name);
	walk_text(walk, user->gecos);
	walk_text(walk, user->home);
	walk_text(walk, user->shell);
	if (walk_answered(walk, snapshot_memberships(walk->snapshot, user, &gids)))
		for (uint32_t i = 0; i < gids.count; i++)
			walk_id(walk, snapshot_gid_at(&gids, i));
	if (walk_answered(walk, snapshot_keys(walk->snapshot, user, &keys)))
		walk->broken += keys.bytes[keys.length] != '\0';
}

static inline void walk_name(struct walk *walk, struct text name)
{
	struct snapshot_user user;
	struct snapshot_group group;

	if (walk_answered(walk, snapshot_find_user(walk->snapshot, name, &user))) {
		walk_user(walk, &user);
		walk->broken += !text_equal(user.name, name);
	}
	if (walk_answered(walk, snapshot_find_group(walk->snapshot, name, &group))) {
		walk_group(walk, &group);
		walk->broken += !text_equal(group.name, name);
	}
}

static inline void walk_number(struct walk *walk, uint32_t id)
{
	struct snapshot_user user;
	struct snapshot_group group;

	if (walk_answered(walk, snapshot_find_uid(walk->snapshot, id, &user))) {
		walk_user(walk, &user);
		walk->broken += user.uid != id;
	}
	if (walk_answered(walk, snapshot_find_gid(walk->snapshot, id, &group))) {
		walk_group(walk, &group);
		walk->broken += group.gid != id;
	}
}

static inline void walk_directory(struct walk *walk)
{
	static const uint32_t ids[] = { 0, 1, 999, 1000, 65534, 65535, UINT32_MAX };
	struct snapshot_group group;
	struct snapshot_user user;
	enum status status;

	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
		walk_number(walk, ids[i]);
	walk_name(walk, TEXT("alice"));
	walk_name(walk, TEXT("nobody-of-this-name"));
	walk_name(walk, TEXT(""));
	for (uint32_t i = 0;
	     (status = snapshot_user_at(walk->snapshot, i, &user)) != STATUS_NOT_FOUND; i++) {
		if (!walk_answered(walk, status))
			continue;
		walk_user(walk, &user);
		walk_name(walk, user.name);
		walk_number(walk, user.uid);
	}
	for (uint32_t i = 0;
	     (status = snapshot_group_at(walk->snapshot, i, &group)) != STATUS_NOT_FOUND; i++) {
		if (!walk_answered(walk, status)) /* the header can promise four thousand million */
			break;
		walk_group(walk, &group);
		walk_name(walk, group.name);
		walk_number(walk, group.gid);
	}
}

static inline void walk_access(struct walk *walk)
{
	struct text key, value, found;
	enum status status;

	for (int map = SNAPSHOT_MAP_PRINCIPALS; map <= SNAPSHOT_MAP_ASSIGNMENTS; map++)
		for (uint32_t i = 0;
		     (status = snapshot_record_at(walk->snapshot, (enum snapshot_map)map, i, &key,
						  &value)) != STATUS_NOT_FOUND;
		     i++) {
			if (!walk_answered(walk, status))
				continue;
			walk_text(walk, key);
			walk_text(walk, value);
			(void)walk_answered(walk, snapshot_find_record(walk->snapshot,
								       (enum snapshot_map)map, key,
								       &found));
		}
}

/* What a walk found. */
static inline struct walk walk_all(const struct snapshot *snapshot)
{
	struct walk walk = { .snapshot = snapshot, .copies_left = 1000 };
	struct snapshot_facts facts;

	snapshot_facts(snapshot, &facts);
	if (snapshot->kind == SNAPSHOT_DIRECTORY)
		walk_directory(&walk);
	else
		walk_access(&walk);
	return walk;
}

#endif
