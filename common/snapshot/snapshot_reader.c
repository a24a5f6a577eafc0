#include "snapshot/snapshot_reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "snapshot/snapshot_internal.h"

static bool map_is_sound(const struct snapshot *snapshot, unsigned map)
{
	const unsigned char *header = map_header_in(snapshot->base, map);
	uint64_t count = LOAD_UINT32(header, snapshot_map_header, count);
	uint64_t slots = LOAD_UINT32(header, snapshot_map_header, slot_count);

	return slots >= SNAPSHOT_SLOTS_MIN && (slots & (slots - 1)) == 0 && slots / 2 >= count &&
	       snapshot_at(snapshot, LOAD_UINT32(header, snapshot_map_header, table_offset),
			   count * sizeof(uint32_t)) &&
	       snapshot_at(snapshot, LOAD_UINT32(header, snapshot_map_header, slots_offset),
			   slots * sizeof(struct snapshot_slot));
}

enum status snapshot_from_memory(struct snapshot *out_snapshot, const void *bytes, size_t size,
				 enum snapshot_kind kind)
{
	struct snapshot snapshot = { .base = bytes, .size = size, .kind = kind };
	const unsigned maps =
		kind == SNAPSHOT_DIRECTORY ? SNAPSHOT_DIRECTORY_MAPS : SNAPSHOT_ACCESS_MAPS;
	const unsigned char *header = bytes;

	if (size < sizeof(struct snapshot_header) || size > SNAPSHOT_FILE_MAX ||
	    memcmp(header, SNAPSHOT_MAGIC, sizeof(SNAPSHOT_MAGIC) - 1) != 0 ||
	    LOAD_UINT32(header, snapshot_header, format) != SNAPSHOT_FORMAT ||
	    LOAD_UINT32(header, snapshot_header, kind) != (uint32_t)kind ||
	    LOAD_UINT32(header, snapshot_header, header_size) != sizeof(struct snapshot_header) ||
	    LOAD_UINT64(header, snapshot_header, file_size) != size)
		return STATUS_BAD_DATA;
	for (unsigned map = 1; map <= maps; map++)
		if (!map_is_sound(&snapshot, map))
			return STATUS_BAD_DATA;
	*out_snapshot = snapshot;
	return STATUS_OK;
}

static bool is_trusted(const struct stat *info, uid_t owner)
{
	return S_ISREG(info->st_mode) && (info->st_uid == 0 || info->st_uid == owner) &&
	       (info->st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	       info->st_size >= (off_t)sizeof(struct snapshot_header) &&
	       info->st_size <= SNAPSHOT_FILE_MAX;
}

static enum status map_file(int fd, uid_t owner, enum snapshot_kind kind, struct snapshot *out)
{
	enum status status;
	struct stat info;
	void *bytes;

	if (fstat(fd, &info) < 0)
		return STATUS_SYSTEM;
	if (!is_trusted(&info, owner))
		return STATUS_BAD_DATA;
	bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_SYSTEM;
	status = snapshot_from_memory(out, bytes, (size_t)info.st_size, kind);
	if (status != STATUS_OK) {
		(void)munmap(bytes, (size_t)info.st_size); /* fails for no address of mmap's */
		return status;
	}
	out->is_mapped = true;
	out->device = info.st_dev;
	out->inode = info.st_ino;
	out->modified_seconds = info.st_mtim.tv_sec;
	out->modified_nanoseconds = info.st_mtim.tv_nsec;
	return STATUS_OK;
}

enum status snapshot_open(struct snapshot *out_snapshot, const char *path, enum snapshot_kind kind,
			  uid_t owner)
{
	/* Without O_NONBLOCK a fifo of that name would hold up every process of the host. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return STATUS_UNAVAILABLE;
	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? STATUS_BAD_DATA : STATUS_SYSTEM;
	return map_file(fd, owner, kind, out_snapshot);
}

void snapshot_close(struct snapshot *snapshot)
{
	if (snapshot->is_mapped)
		(void)munmap((void *)(uintptr_t)snapshot->base, snapshot->size);
	*snapshot = (struct snapshot){ 0 };
}

void snapshot_facts(const struct snapshot *snapshot, struct snapshot_facts *out_facts)
{
	const unsigned char *header = snapshot_at(snapshot, 0, sizeof(struct snapshot_header));

	*out_facts = (struct snapshot_facts){ 0 };
	if (!header)
		return;
	out_facts->generation = LOAD_UINT64(header, snapshot_header, generation);
	out_facts->created = (int64_t)LOAD_UINT64(header, snapshot_header, created);
	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return;
	out_facts->users = LOAD_UINT32(map_header_in(header, SNAPSHOT_MAP_USER_NAMES),
				       snapshot_map_header, count);
	out_facts->groups = LOAD_UINT32(map_header_in(header, SNAPSHOT_MAP_GROUP_NAMES),
					snapshot_map_header, count) +
			    LOAD_UINT32(header, snapshot_header, private_groups);
}

/* No id leaves this file without having passed here. */
static bool id_is_allowed(const struct snapshot *snapshot, uint32_t id)
{
	return snapshot_id_is_allowed(id, LOAD_UINT32(snapshot->base, snapshot_header, id_minimum));
}

static size_t user_strings_size(const unsigned char *record)
{
	return (size_t)LOAD_UINT8(record, snapshot_user_record, name_length) +
	       LOAD_UINT8(record, snapshot_user_record, gecos_length) +
	       LOAD_UINT8(record, snapshot_user_record, home_length) +
	       LOAD_UINT8(record, snapshot_user_record, shell_length) + 4;
}

/* Where each string of a user begins: all of them are inside the file. */
static void user_set_texts(const unsigned char *record, struct snapshot_user *out_user)
{
	const char *next = (const char *)record + sizeof(struct snapshot_user_record);

	out_user->name =
		(struct text){ next, LOAD_UINT8(record, snapshot_user_record, name_length) };
	next += out_user->name.length + 1;
	out_user->gecos =
		(struct text){ next, LOAD_UINT8(record, snapshot_user_record, gecos_length) };
	next += out_user->gecos.length + 1;
	out_user->home =
		(struct text){ next, LOAD_UINT8(record, snapshot_user_record, home_length) };
	next += out_user->home.length + 1;
	out_user->shell =
		(struct text){ next, LOAD_UINT8(record, snapshot_user_record, shell_length) };
}

/* One test for the four: a lookup has few cycles beside its two cache misses. */
static bool user_texts_end(const struct snapshot_user *user)
{
	return (user->name.bytes[user->name.length] | user->gecos.bytes[user->gecos.length] |
		user->home.bytes[user->home.length] | user->shell.bytes[user->shell.length]) == 0;
}

static enum status user_load(const struct snapshot *snapshot, uint32_t offset,
			     struct snapshot_user *out_user)
{
	const unsigned char *record =
		snapshot_at(snapshot, offset, sizeof(struct snapshot_user_record));
	struct snapshot_user user;
	uint16_t flags;

	if (!record ||
	    !snapshot_at(snapshot, offset,
			 sizeof(struct snapshot_user_record) + user_strings_size(record)))
		return STATUS_BAD_DATA;
	user_set_texts(record, &user);
	flags = LOAD_UINT16(record, snapshot_user_record, flags);
	user.uid = LOAD_UINT32(record, snapshot_user_record, uid);
	user.gid = LOAD_UINT32(record, snapshot_user_record, gid);
	user.position = offset;
	user.is_role = flags & SNAPSHOT_USER_IS_ROLE;
	user.has_group = flags & SNAPSHOT_USER_HAS_GROUP;
	if (!user_texts_end(&user) || user.name.length == 0 || !id_is_allowed(snapshot, user.uid) ||
	    (user.gid != user.uid && (user.has_group || !id_is_allowed(snapshot, user.gid))))
		return STATUS_BAD_DATA;
	*out_user = user;
	return STATUS_OK;
}

/* STATUS_NOT_FOUND when the record is that of another name. */
static enum status user_is_named(const struct snapshot *snapshot, uint32_t offset, struct text name)
{
	const unsigned char *record =
		snapshot_at(snapshot, offset, sizeof(struct snapshot_user_record) + name.length);

	if (!record)
		return STATUS_BAD_DATA;
	if (LOAD_UINT8(record, snapshot_user_record, name_length) != name.length ||
	    memcmp(record + sizeof(struct snapshot_user_record), name.bytes, name.length) != 0)
		return STATUS_NOT_FOUND;
	return STATUS_OK;
}

enum status snapshot_find_user(const struct snapshot *snapshot, struct text name,
			       struct snapshot_user *out_user)
{
	enum status status;
	struct probe probe;
	uint32_t offset;

	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	if (name.length > SNAPSHOT_TEXT_MAX)
		return STATUS_NOT_FOUND;
	status = probe_name(snapshot, SNAPSHOT_MAP_USER_NAMES, name, &probe);
	if (status != STATUS_OK)
		return status;
	while ((offset = probe_next(&probe)) != 0) {
		status = user_is_named(snapshot, offset, name);
		if (status == STATUS_OK)
			return user_load(snapshot, offset, out_user);
		if (status != STATUS_NOT_FOUND)
			return status;
	}
	return STATUS_NOT_FOUND;
}

enum status snapshot_find_uid(const struct snapshot *snapshot, uint32_t uid,
			      struct snapshot_user *out_user)
{
	const unsigned char *record;
	enum status status;
	struct probe probe;
	uint32_t offset;

	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	status = probe_number(snapshot, SNAPSHOT_MAP_USER_IDS, uid, &probe);
	if (status != STATUS_OK)
		return status;
	offset = probe_next(&probe);
	if (offset == 0)
		return STATUS_NOT_FOUND;
	record = snapshot_at(snapshot, offset, sizeof(struct snapshot_user_record));
	if (!record || LOAD_UINT32(record, snapshot_user_record, uid) != uid)
		return STATUS_BAD_DATA;
	return user_load(snapshot, offset, out_user);
}

static enum status group_load(const struct snapshot *snapshot, uint32_t offset,
			      struct snapshot_group *out_group)
{
	const unsigned char *record =
		snapshot_at(snapshot, offset, sizeof(struct snapshot_group_record));
	struct snapshot_group group;
	uint64_t lengths_size;

	if (!record)
		return STATUS_BAD_DATA;
	group.gid = LOAD_UINT32(record, snapshot_group_record, gid);
	group.member_count = LOAD_UINT32(record, snapshot_group_record, member_count);
	group.members.length = LOAD_UINT32(record, snapshot_group_record, members_size);
	group.name.length = LOAD_UINT16(record, snapshot_group_record, name_length);
	lengths_size = (uint64_t)group.member_count * sizeof(uint16_t);
	if (!snapshot_at(snapshot, offset,
			 sizeof(struct snapshot_group_record) + group.name.length + 1 +
				 lengths_size + group.members.length))
		return STATUS_BAD_DATA;
	group.name.bytes = (const char *)record + sizeof(struct snapshot_group_record);
	group.lengths = (const unsigned char *)group.name.bytes + group.name.length + 1;
	group.members.bytes = (const char *)group.lengths + lengths_size;
	if (group.name.length == 0 || group.name.bytes[group.name.length] != '\0' ||
	    !id_is_allowed(snapshot, group.gid))
		return STATUS_BAD_DATA;
	*out_group = group;
	return STATUS_OK;
}

static void group_of_user(const struct snapshot_user *user, struct snapshot_group *out_group)
{
	const char *nothing = user->name.bytes + user->name.length;

	*out_group = (struct snapshot_group){ .name = user->name,
					      .gid = user->gid,
					      .members = { nothing, 0 },
					      .lengths = (const unsigned char *)nothing };
}

/* A user's own group, when that is what was found. */
static enum status own_group(enum status found, const struct snapshot_user *user,
			     struct snapshot_group *out_group)
{
	if (found != STATUS_OK)
		return found;
	if (!user->has_group)
		return STATUS_NOT_FOUND;
	group_of_user(user, out_group);
	return STATUS_OK;
}

enum status snapshot_find_group(const struct snapshot *snapshot, struct text name,
				struct snapshot_group *out_group)
{
	struct snapshot_group group;
	struct snapshot_user user;
	enum status status;
	struct probe probe;
	uint32_t offset;

	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	status = probe_name(snapshot, SNAPSHOT_MAP_GROUP_NAMES, name, &probe);
	while (status == STATUS_OK && (offset = probe_next(&probe)) != 0) {
		status = group_load(snapshot, offset, &group);
		if (status == STATUS_OK && text_equal(group.name, name)) {
			*out_group = group;
			return STATUS_OK;
		}
	}
	if (status != STATUS_OK)
		return status;
	return own_group(snapshot_find_user(snapshot, name, &user), &user, out_group);
}

enum status snapshot_find_gid(const struct snapshot *snapshot, uint32_t gid,
			      struct snapshot_group *out_group)
{
	struct snapshot_group group;
	struct snapshot_user user;
	enum status status;
	struct probe probe;
	uint32_t offset;

	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	status = probe_number(snapshot, SNAPSHOT_MAP_GROUP_IDS, gid, &probe);
	if (status != STATUS_OK)
		return status;
	offset = probe_next(&probe);
	if (offset == 0)
		return own_group(snapshot_find_uid(snapshot, gid, &user), &user, out_group);
	status = group_load(snapshot, offset, &group);
	if (status != STATUS_OK)
		return status;
	if (group.gid != gid)
		return STATUS_BAD_DATA;
	*out_group = group;
	return STATUS_OK;
}

/* Four members at once, from start on: a chain of four additions and one comparison with what is
   left, instead of a longer chain and four. False when lengths and names disagree. */
static bool set_four_addresses(const unsigned char *lengths, char *start, size_t left,
			       char **addresses, size_t *out_size)
{
	/* The NULs are added below, where no addition waits for another. */
	size_t first = load_uint16(lengths), second = first + load_uint16(lengths + 2);
	size_t third = second + load_uint16(lengths + 4), fourth = third + load_uint16(lengths + 6);

	if (fourth + 4 > left)
		return false;
	addresses[0] = start;
	addresses[1] = start + first + 1;
	addresses[2] = start + second + 2;
	addresses[3] = start + third + 3;
	*out_size = fourth + 4;
	return (start[first] | start[second + 1] | start[third + 2] | start[fourth + 3]) == '\0';
}

enum status snapshot_copy_members(const struct snapshot_group *group, char *bytes, char **addresses)
{
	size_t offset = 0, size = group->members.length, step;
	uint32_t i = 0;

	memcpy(bytes, group->members.bytes, size);
	for (; i + 4 <= group->member_count; i += 4, offset += step)
		if (!set_four_addresses(group->lengths + sizeof(uint16_t) * i, bytes + offset,
					size - offset, addresses + i, &step))
			return STATUS_BAD_DATA;
	for (; i < group->member_count; i++) {
		addresses[i] = bytes + offset;
		offset += (size_t)load_uint16(group->lengths + sizeof(uint16_t) * i) + 1;
		if (offset > size || bytes[offset - 1] != '\0')
			return STATUS_BAD_DATA;
	}
	addresses[group->member_count] = NULL;
	return offset == size ? STATUS_OK : STATUS_BAD_DATA;
}

enum status snapshot_next_member(const struct snapshot_group *group,
				 struct snapshot_member_walk *walk, struct text *out_name)
{
	size_t left = group->members.length - walk->offset, length;
	const char *name = group->members.bytes + walk->offset;

	if (walk->index >= group->member_count)
		return left == 0 ? STATUS_NOT_FOUND : STATUS_BAD_DATA;
	length = load_uint16(group->lengths + sizeof(uint16_t) * walk->index);
	if (length >= left || name[length] != '\0')
		return STATUS_BAD_DATA;
	walk->index++;
	walk->offset += length + 1;
	*out_name = (struct text){ name, length };
	return STATUS_OK;
}

enum status snapshot_user_at(const struct snapshot *snapshot, uint32_t index,
			     struct snapshot_user *out_user)
{
	enum status status;
	uint32_t offset;

	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	status = table_offset(snapshot, SNAPSHOT_MAP_USER_NAMES, index, &offset);
	return status == STATUS_OK ? user_load(snapshot, offset, out_user) : status;
}

enum status snapshot_group_at(const struct snapshot *snapshot, uint32_t index,
			      struct snapshot_group *out_group)
{
	const unsigned char *header;
	struct snapshot_user user;
	uint32_t offset, count;
	enum status status;

	if (snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	status = table_offset(snapshot, SNAPSHOT_MAP_GROUP_NAMES, index, &offset);
	if (status == STATUS_OK)
		return group_load(snapshot, offset, out_group);
	if (status != STATUS_NOT_FOUND)
		return status;
	header = snapshot->base;
	count = LOAD_UINT32(map_header_in(header, SNAPSHOT_MAP_GROUP_NAMES), snapshot_map_header,
			    count);
	if (index - count >= LOAD_UINT32(header, snapshot_header, private_groups))
		return STATUS_NOT_FOUND;
	status = own_group(snapshot_user_at(snapshot, index - count, &user), &user, out_group);
	return status == STATUS_NOT_FOUND ? STATUS_BAD_DATA : status; /* promised by the header */
}

/* What stands behind the strings of a user's record. */
static enum status user_tail(const struct snapshot *snapshot, const struct snapshot_user *user,
			     struct snapshot_gids *out_gids, uint64_t *out_end)
{
	const unsigned char *record =
		snapshot_at(snapshot, user->position, sizeof(struct snapshot_user_record));
	uint64_t start;

	if (!record || snapshot->kind != SNAPSHOT_DIRECTORY)
		return STATUS_BAD_DATA;
	start = (uint64_t)user->position + sizeof(struct snapshot_user_record) +
		user_strings_size(record);
	out_gids->count = LOAD_UINT16(record, snapshot_user_record, gid_count);
	out_gids->bytes = snapshot_at(snapshot, start, (uint64_t)out_gids->count * 4);
	*out_end = start + (uint64_t)out_gids->count * 4;
	return out_gids->bytes ? STATUS_OK : STATUS_BAD_DATA;
}

uint32_t snapshot_gid_at(const struct snapshot_gids *gids, uint32_t index)
{
	return load_uint32(gids->bytes + sizeof(uint32_t) * index);
}

enum status snapshot_memberships(const struct snapshot *snapshot, const struct snapshot_user *user,
				 struct snapshot_gids *out_gids)
{
	struct snapshot_gids gids;
	uint64_t end;
	enum status status = user_tail(snapshot, user, &gids, &end);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < gids.count; i++)
		if (!id_is_allowed(snapshot, snapshot_gid_at(&gids, i)))
			return STATUS_BAD_DATA;
	*out_gids = gids;
	return STATUS_OK;
}

enum status snapshot_keys(const struct snapshot *snapshot, const struct snapshot_user *user,
			  struct text *out_lines)
{
	const unsigned char *place, *lines;
	struct snapshot_gids gids;
	uint32_t length;
	uint64_t end;
	enum status status = user_tail(snapshot, user, &gids, &end);

	if (status != STATUS_OK)
		return status;
	*out_lines = TEXT("");
	if (!(LOAD_UINT16(snapshot->base + user->position, snapshot_user_record, flags) &
	      SNAPSHOT_USER_HAS_KEYS))
		return STATUS_OK;
	place = snapshot_at(snapshot, end, sizeof(struct snapshot_keys_place));
	if (!place)
		return STATUS_BAD_DATA;
	length = LOAD_UINT32(place, snapshot_keys_place, length);
	lines = snapshot_at(snapshot, LOAD_UINT32(place, snapshot_keys_place, offset),
			    (uint64_t)length + 1);
	if (!lines || length > SNAPSHOT_KEYS_MAX || lines[length] != '\0')
		return STATUS_BAD_DATA;
	*out_lines = (struct text){ (const char *)lines, length };
	return STATUS_OK;
}
