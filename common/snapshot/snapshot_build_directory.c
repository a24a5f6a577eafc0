/* directory.snapshot: users and groups. */
#include "snapshot/snapshot_image.h"

struct accounts {
	struct image_entry *users, *groups;
	size_t user_count, group_count;
	struct text *members; /* of one group, to sort them */
	uint64_t keys_size;
	uint64_t user_pairs, group_pairs; /* memberships as users and as groups tell them */
};

static void accounts_release(struct accounts *accounts)
{
	free(accounts->users);
	free(accounts->groups);
	free(accounts->members);
}

static enum status accounts_init(struct accounts *accounts, const struct build_input *input)
{
	size_t members_max = 0;

	for (size_t i = 0; i < input->group_count; i++)
		if (input->groups[i].member_count > members_max)
			members_max = input->groups[i].member_count;
	accounts->users = calloc(input->user_count + 1, sizeof(*accounts->users));
	accounts->groups = calloc(input->group_count + 1, sizeof(*accounts->groups));
	accounts->members = calloc(members_max + 1, sizeof(*accounts->members));
	if (!accounts->users || !accounts->groups || !accounts->members)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < input->user_count; i++)
		accounts->users[i] = (struct image_entry){ .name = input->users[i].name,
							   .number = input->users[i].uid,
							   .source = &input->users[i] };
	for (size_t i = 0; i < input->group_count; i++)
		accounts->groups[i] = (struct image_entry){ .name = input->groups[i].name,
							    .number = input->groups[i].gid,
							    .source = &input->groups[i] };
	accounts->user_count = input->user_count;
	accounts->group_count = input->group_count;
	return STATUS_OK;
}

static bool is_own_group(const struct image_entry *group, const struct image_entry *user)
{
	const struct build_group *group_source = group->source;
	const struct build_user *user_source = user->source;

	return text_equal(group->name, user->name) && group_source->member_count == 0 &&
	       user_source->gid == group->number && user_source->uid == group->number;
}

static int compare_own_group_first(const void *left, const void *right)
{
	const struct image_entry *a = left, *b = right;

	if (a->has_group != b->has_group)
		return a->has_group ? -1 : 1;
	return text_compare(a->name, b->name);
}

/* A group that only repeats its user becomes a flag of the user and needs no record. Both lists are
   in the order of their names. */
static void fold_own_groups(struct image *image, struct accounts *accounts)
{
	size_t kept = 0, user = 0;

	for (size_t i = 0; i < accounts->group_count; i++) {
		struct image_entry *group = &accounts->groups[i];

		while (user < accounts->user_count &&
		       text_compare(accounts->users[user].name, group->name) < 0)
			user++;
		if (user < accounts->user_count && is_own_group(group, &accounts->users[user])) {
			accounts->users[user].has_group = true;
			image->private_groups++;
		} else {
			accounts->groups[kept++] = *group;
		}
	}
	accounts->group_count = kept;
	if (image->private_groups > 0 && image->private_groups < accounts->user_count)
		qsort(accounts->users, accounts->user_count, sizeof(*accounts->users),
		      compare_own_group_first);
}

static uint64_t user_size(const struct build_user *user)
{
	return sizeof(struct snapshot_user_record) + user->name.length + user->gecos.length +
	       user->home.length + user->shell.length + 4 + user->gid_count * sizeof(uint32_t) +
	       (user->keys.length > 0 ? sizeof(struct snapshot_keys_place) : 0);
}

static uint64_t members_size(const struct build_group *group)
{
	uint64_t size = group->member_count;

	for (size_t i = 0; i < group->member_count; i++)
		size += group->members[i].length;
	return size;
}

static uint64_t group_size(const struct build_group *group)
{
	return sizeof(struct snapshot_group_record) + group->name.length + 1 +
	       group->member_count * sizeof(uint16_t) + members_size(group);
}

static void place_all(struct image *image, struct accounts *accounts)
{
	static const unsigned names[] = { SNAPSHOT_MAP_USER_NAMES, SNAPSHOT_MAP_GROUP_NAMES };
	const size_t counts[] = { accounts->user_count, accounts->group_count };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		image_place_slots(image, names[i], counts[i]);
		image_place_slots(image, names[i] + 1, counts[i]);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		image_place_table(image, names[i]);
		image->maps[names[i]].table_offset = image->maps[names[i] - 1].table_offset;
	}
	for (size_t i = 0; i < accounts->user_count; i++) {
		struct image_entry *entry = &accounts->users[i];
		const struct build_user *user = entry->source;

		entry->offset = image_place(image, user_size(user), SNAPSHOT_ALIGNMENT);
		accounts->keys_size += user->keys.length > 0 ? user->keys.length + 1 : 0;
		accounts->user_pairs += user->gid_count;
	}
	for (size_t i = 0; i < accounts->group_count; i++)
		accounts->groups[i].offset = image_place(
			image, group_size(accounts->groups[i].source), SNAPSHOT_ALIGNMENT);
}

static int compare_numbers(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static enum status fill_gids(const struct image *image, unsigned char *bytes,
			     const struct build_user *user)
{
	uint32_t gids[SNAPSHOT_GIDS_MAX];

	if (user->gid_count == 0)
		return STATUS_OK;
	memcpy(gids, user->gids, user->gid_count * sizeof(gids[0]));
	qsort(gids, user->gid_count, sizeof(gids[0]), compare_numbers);
	for (size_t i = 0; i < user->gid_count; i++) {
		if (i > 0 && gids[i] == gids[i - 1])
			return image_refuse(image, "user", user->name, "gid %u is there twice",
					    gids[i]);
		store_uint32(bytes + i * sizeof(gids[0]), gids[i]);
	}
	return STATUS_OK;
}

/* The keys go to *inout_keys, which is moved behind them. */
static enum status fill_user(const struct image *image, const struct image_entry *entry,
			     uint32_t *inout_keys)
{
	const struct build_user *user = entry->source;
	unsigned char *record = image->bytes + entry->offset, *next;
	unsigned flags = (user->is_role ? SNAPSHOT_USER_IS_ROLE : 0) |
			 (entry->has_group ? SNAPSHOT_USER_HAS_GROUP : 0) |
			 (user->keys.length > 0 ? SNAPSHOT_USER_HAS_KEYS : 0);

	STORE_UINT32(record, snapshot_user_record, uid, user->uid);
	STORE_UINT32(record, snapshot_user_record, gid, user->gid);
	STORE_UINT8(record, snapshot_user_record, name_length, user->name.length);
	STORE_UINT8(record, snapshot_user_record, gecos_length, user->gecos.length);
	STORE_UINT8(record, snapshot_user_record, home_length, user->home.length);
	STORE_UINT8(record, snapshot_user_record, shell_length, user->shell.length);
	STORE_UINT16(record, snapshot_user_record, gid_count, user->gid_count);
	STORE_UINT16(record, snapshot_user_record, flags, flags);
	next = store_text(record + sizeof(struct snapshot_user_record), user->name);
	next = store_text(next, user->gecos);
	next = store_text(next, user->home);
	next = store_text(next, user->shell);
	if (user->keys.length > 0) {
		unsigned char *place = next + user->gid_count * sizeof(uint32_t);

		STORE_UINT32(place, snapshot_keys_place, offset, *inout_keys);
		STORE_UINT32(place, snapshot_keys_place, length, user->keys.length);
		(void)store_text(image->bytes + *inout_keys, user->keys);
		*inout_keys += (uint32_t)user->keys.length + 1;
	}
	return fill_gids(image, next, user);
}

static enum status fill_users(struct image *image, struct accounts *accounts, uint32_t keys)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < accounts->user_count; i++)
		status = fill_user(image, &accounts->users[i], &keys);
	if (status != STATUS_OK)
		return status;
	image_fill_table(image, SNAPSHOT_MAP_USER_NAMES, accounts->users);
	status = image_fill_slots(image, SNAPSHOT_MAP_USER_NAMES, "user", IMAGE_BY_NAME,
				  accounts->users);
	if (status != STATUS_OK)
		return status;
	return image_fill_slots(image, SNAPSHOT_MAP_USER_IDS, "user", IMAGE_BY_NUMBER,
				accounts->users);
}

static int compare_members(const void *left, const void *right)
{
	const struct text *a = left, *b = right;

	return text_compare(*a, *b);
}

static void sort_members(const struct build_group *group, struct text *sorted)
{
	bool is_sorted = true;

	for (size_t i = 0; i < group->member_count; i++) {
		sorted[i] = group->members[i];
		is_sorted = is_sorted && (i == 0 || text_compare(sorted[i - 1], sorted[i]) <= 0);
	}
	if (!is_sorted)
		qsort(sorted, group->member_count, sizeof(*sorted), compare_members);
}

static bool gids_contain(const struct snapshot_gids *gids, uint32_t gid)
{
	for (uint32_t i = 0; i < gids->count; i++)
		if (snapshot_gid_at(gids, i) == gid)
			return true;
	return false;
}

/* A member is a user, and its record says the same. */
static enum status check_member(const struct image *image, const struct snapshot *view,
				const struct build_group *group, struct text member,
				uint64_t *inout_pairs)
{
	struct snapshot_gids gids;
	struct snapshot_user user;
	char printable[64];

	(void)text_printable(member, printable, sizeof(printable));
	if (snapshot_find_user(view, member, &user) != STATUS_OK)
		return image_refuse(image, "group", group->name, "member \"%s\" is no user",
				    printable);
	if (user.gid == group->gid)
		return STATUS_OK;
	if (snapshot_memberships(view, &user, &gids) != STATUS_OK ||
	    !gids_contain(&gids, group->gid))
		return image_refuse(image, "group", group->name, "member \"%s\" does not know it",
				    printable);
	(*inout_pairs)++;
	return STATUS_OK;
}

static enum status fill_members(struct image *image, struct accounts *accounts,
				const struct snapshot *view, const struct build_group *group,
				unsigned char *lengths)
{
	struct text *members = accounts->members;
	unsigned char *next = lengths + group->member_count * sizeof(uint16_t);
	enum status status = STATUS_OK;

	sort_members(group, members);
	for (size_t i = 0; status == STATUS_OK && i < group->member_count; i++) {
		if (i > 0 && text_equal(members[i - 1], members[i]))
			return image_refuse(image, "group", group->name, "a member is there twice");
		status = check_member(image, view, group, members[i], &accounts->group_pairs);
		store_uint16(lengths + i * sizeof(uint16_t), (uint16_t)members[i].length);
		next = store_text(next, members[i]);
	}
	return status;
}

static enum status fill_group(struct image *image, struct accounts *accounts,
			      const struct snapshot *view, const struct image_entry *entry)
{
	const struct build_group *group = entry->source;
	unsigned char *record = image->bytes + entry->offset, *next;
	struct snapshot_user user;

	if (snapshot_find_uid(view, group->gid, &user) == STATUS_OK && user.has_group)
		return image_refuse(image, "group", group->name, "gid %u is that of a user's group",
				    group->gid);
	STORE_UINT32(record, snapshot_group_record, gid, group->gid);
	STORE_UINT32(record, snapshot_group_record, member_count, group->member_count);
	STORE_UINT32(record, snapshot_group_record, members_size, members_size(group));
	STORE_UINT16(record, snapshot_group_record, name_length, group->name.length);
	next = store_text(record + sizeof(struct snapshot_group_record), group->name);
	return fill_members(image, accounts, view, group, next);
}

static enum status fill_groups(struct image *image, struct accounts *accounts)
{
	enum status status = STATUS_OK;
	struct snapshot view;

	image_view(image, &view);
	for (size_t i = 0; status == STATUS_OK && i < accounts->group_count; i++)
		status = fill_group(image, accounts, &view, &accounts->groups[i]);
	if (status != STATUS_OK)
		return status;
	image_fill_table(image, SNAPSHOT_MAP_GROUP_NAMES, accounts->groups);
	status = image_fill_slots(image, SNAPSHOT_MAP_GROUP_NAMES, "group", IMAGE_BY_NAME,
				  accounts->groups);
	if (status != STATUS_OK)
		return status;
	return image_fill_slots(image, SNAPSHOT_MAP_GROUP_IDS, "group", IMAGE_BY_NUMBER,
				accounts->groups);
}

static bool group_lists(const struct snapshot *view, uint32_t gid, struct text name)
{
	struct snapshot_member_walk walk = { 0 };
	struct snapshot_group group;
	struct text member;

	if (snapshot_find_gid(view, gid, &group) != STATUS_OK)
		return false;
	while (snapshot_next_member(&group, &walk, &member) == STATUS_OK)
		if (text_equal(member, name))
			return true;
	return false;
}

/* Each group's members know it; so when the numbers differ, some user is in a group that does not
   list it. The search is slow, but only a fault of the caller starts it. */
static enum status check_pairs(struct image *image, const struct accounts *accounts)
{
	struct snapshot view;

	if (accounts->user_pairs == accounts->group_pairs)
		return STATUS_OK;
	image_view(image, &view);
	for (size_t i = 0; i < accounts->user_count; i++) {
		const struct build_user *user = accounts->users[i].source;

		for (size_t j = 0; j < user->gid_count; j++)
			if (!group_lists(&view, user->gids[j], user->name))
				return image_refuse(image, "user", user->name,
						    "no group with gid %u lists it", user->gids[j]);
	}
	return complain(image->complaint, STATUS_BAD_INPUT, "users and groups disagree");
}

static enum status build(struct image *image, struct accounts *accounts, struct buffer *out_bytes)
{
	enum status status = image_check_accounts(image);
	uint32_t keys;

	if (status == STATUS_OK)
		status = image_sort(image, "user", accounts->users, accounts->user_count);
	if (status == STATUS_OK)
		status = image_sort(image, "group", accounts->groups, accounts->group_count);
	if (status != STATUS_OK)
		return status;
	fold_own_groups(image, accounts);
	place_all(image, accounts);
	keys = image_place(image, accounts->keys_size, SNAPSHOT_SECTION_ALIGNMENT);
	status = image_begin(image, out_bytes);
	if (status == STATUS_OK)
		status = fill_users(image, accounts, keys);
	if (status == STATUS_OK)
		status = fill_groups(image, accounts);
	return status == STATUS_OK ? check_pairs(image, accounts) : status;
}

enum status snapshot_build_directory(struct image *image, struct buffer *out_bytes)
{
	struct accounts accounts = { .users = NULL };
	enum status status = accounts_init(&accounts, image->input);

	if (status == STATUS_OK)
		status = build(image, &accounts, out_bytes);
	if (status == STATUS_OK)
		image_finish(image);
	accounts_release(&accounts);
	return status;
}
