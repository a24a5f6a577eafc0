#include "reference.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../../check.h"
#include "base/hash.h"
#include "peer_files.h"

struct slot {
	uint64_t hash;
	uint64_t offset; /* 0: empty */
};

struct index {
	uint64_t mask, slots; /* offset of the slots */
};

struct header {
	struct index users_by_name, users_by_uid, groups_by_name, groups_by_gid;
	uint64_t users, user_count, groups, group_count; /* where the records begin */
};

struct user_record {
	uint32_t uid, gid;
	uint16_t name, gecos, home, shell; /* lengths, with NUL */
	uint32_t gid_count;
	uint32_t size;
	char strings[];
};

struct group_record {
	uint32_t gid, member_count, members_size, name; /* length, with NUL */
	uint32_t size;
	char strings[]; /* name, lengths, members */
};

static struct {
	const char *base;
	const struct header *header;
	uint64_t next_user, next_group, users_left, groups_left;
} mapped;

static const struct user_record *user_at(uint64_t offset)
{
	return (const void *)(mapped.base + offset);
}

static const struct group_record *group_at(uint64_t offset)
{
	return (const void *)(mapped.base + offset);
}

static enum nss_status pack_user(const struct user_record *record, struct passwd *out, char *buffer,
				 size_t size, int *error)
{
	size_t length = (size_t)record->name + record->gecos + record->home + record->shell;

	if (length + 2 > size) {
		*error = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(buffer, record->strings, length);
	memcpy(buffer + length, "x", 2);
	out->pw_name = buffer;
	out->pw_gecos = out->pw_name + record->name;
	out->pw_dir = out->pw_gecos + record->gecos;
	out->pw_shell = out->pw_dir + record->home;
	out->pw_passwd = buffer + length;
	out->pw_uid = record->uid;
	out->pw_gid = record->gid;
	return NSS_STATUS_SUCCESS;
}

static const struct user_record *find_name(const char *name)
{
	const struct index *index = &mapped.header->users_by_name;
	const struct slot *slots = (const void *)(mapped.base + index->slots);
	size_t length = strlen(name);
	uint64_t hash = hash64((struct text){ name, length }, 0);

	for (uint64_t at = hash & index->mask; slots[at].offset; at = (at + 1) & index->mask) {
		const struct user_record *record;

		if (slots[at].hash != hash)
			continue;
		record = user_at(slots[at].offset);
		if (record->name == length + 1 && memcmp(record->strings, name, length) == 0)
			return record;
	}
	return NULL;
}

static enum nss_status reference_getpwnam(const char *name, struct passwd *out, char *buffer,
					  size_t size, int *error)
{
	const struct user_record *record = find_name(name);

	return record ? pack_user(record, out, buffer, size, error) : NSS_STATUS_NOTFOUND;
}

static enum nss_status reference_getpwuid(uid_t uid, struct passwd *out, char *buffer, size_t size,
					  int *error)
{
	const struct index *index = &mapped.header->users_by_uid;
	const struct slot *slots = (const void *)(mapped.base + index->slots);
	uint64_t hash = hash64_mix(uid);

	for (uint64_t at = hash & index->mask; slots[at].offset; at = (at + 1) & index->mask)
		if (slots[at].hash == hash && user_at(slots[at].offset)->uid == uid)
			return pack_user(user_at(slots[at].offset), out, buffer, size, error);
	return NSS_STATUS_NOTFOUND;
}

/* The room for a group's reply: pointers, then the bytes. */
static char **place_group(const struct group_record *record, struct group *out, char **inout_buffer,
			  size_t size)
{
	uintptr_t start = ((uintptr_t)*inout_buffer + 7) & ~(uintptr_t)7;
	size_t padding = start - (uintptr_t)*inout_buffer;
	size_t pointers = (record->member_count + 1) * sizeof(char *);
	char **members = (void *)(*inout_buffer + padding);

	if (padding + pointers + record->members_size + record->name + 2 > size)
		return NULL;
	*inout_buffer += padding + pointers;
	out->gr_gid = record->gid;
	out->gr_mem = members;
	out->gr_name = *inout_buffer + record->members_size;
	memcpy(out->gr_name, record->strings, record->name);
	out->gr_passwd = out->gr_name + record->name;
	memcpy(out->gr_passwd, "x", 2);
	return members;
}

static enum nss_status pack_group(const struct group_record *record, struct group *out,
				  char *buffer, size_t size, int *error)
{
	const char *lengths = record->strings + record->name;
	char **members = place_group(record, out, &buffer, size);

	if (!members) {
		*error = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(buffer, lengths + 2 * (size_t)record->member_count, record->members_size);
	for (uint32_t i = 0; i < record->member_count; i++) {
		uint16_t length;

		memcpy(&length, lengths + 2 * (size_t)i, sizeof(length));
		members[i] = buffer;
		buffer += length;
	}
	members[record->member_count] = NULL;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status pack_group_scanning(const struct group_record *record, struct group *out,
					   char *buffer, size_t size, int *error)
{
	const char *names = record->strings + record->name + 2 * (size_t)record->member_count;
	char **members = place_group(record, out, &buffer, size);

	if (!members) {
		*error = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	for (uint32_t i = 0; i < record->member_count; i++) {
		size_t length = strlen(names) + 1;

		members[i] = memcpy(buffer, names, length);
		buffer += length;
		names += length;
	}
	members[record->member_count] = NULL;
	return NSS_STATUS_SUCCESS;
}

static const struct group_record *find_group(const char *name)
{
	const struct index *index = &mapped.header->groups_by_name;
	const struct slot *slots = (const void *)(mapped.base + index->slots);
	size_t length = strlen(name);
	uint64_t hash = hash64((struct text){ name, length }, 0);

	for (uint64_t at = hash & index->mask; slots[at].offset; at = (at + 1) & index->mask) {
		const struct group_record *record;

		if (slots[at].hash != hash)
			continue;
		record = group_at(slots[at].offset);
		if (record->name == length + 1 && memcmp(record->strings, name, length) == 0)
			return record;
	}
	return NULL;
}

static enum nss_status reference_getgrnam(const char *name, struct group *out, char *buffer,
					  size_t size, int *error)
{
	const struct group_record *record = find_group(name);

	return record ? pack_group(record, out, buffer, size, error) : NSS_STATUS_NOTFOUND;
}

static enum nss_status scanning_getgrnam(const char *name, struct group *out, char *buffer,
					 size_t size, int *error)
{
	const struct group_record *record = find_group(name);

	return record ? pack_group_scanning(record, out, buffer, size, error) : NSS_STATUS_NOTFOUND;
}

static enum nss_status reference_initgroups(const char *user, gid_t primary, long *start,
					    long *size, gid_t **gids, long limit, int *error)
{
	const struct user_record *record = find_name(user);

	(void)primary;
	(void)limit;
	if (!record)
		return NSS_STATUS_NOTFOUND;
	if (*start + (long)record->gid_count > *size) {
		*error = ENOMEM;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(*gids + *start,
	       record->strings + record->name + record->gecos + record->home + record->shell,
	       record->gid_count * sizeof(gid_t));
	*start += record->gid_count;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status reference_rewind(int stay_open)
{
	(void)stay_open;
	mapped.next_user = mapped.header->users;
	mapped.users_left = mapped.header->user_count;
	mapped.next_group = mapped.header->groups;
	mapped.groups_left = mapped.header->group_count;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status reference_end(void)
{
	return NSS_STATUS_SUCCESS;
}

static enum nss_status reference_getpwent(struct passwd *out, char *buffer, size_t size, int *error)
{
	const struct user_record *record = user_at(mapped.next_user);

	if (mapped.users_left == 0)
		return NSS_STATUS_NOTFOUND;
	mapped.users_left--;
	mapped.next_user += record->size;
	return pack_user(record, out, buffer, size, error);
}

static enum nss_status reference_getgrent(struct group *out, char *buffer, size_t size, int *error)
{
	const struct group_record *record = group_at(mapped.next_group);

	if (mapped.groups_left == 0)
		return NSS_STATUS_NOTFOUND;
	mapped.groups_left--;
	mapped.next_group += record->size;
	return pack_group(record, out, buffer, size, error);
}

const struct module reference = {
	.name = "reference",
	.getpwnam = reference_getpwnam,
	.getpwuid = reference_getpwuid,
	.setpwent = reference_rewind,
	.getpwent = reference_getpwent,
	.endpwent = reference_end,
	.getgrnam = reference_getgrnam,
	.setgrent = reference_rewind,
	.getgrent = reference_getgrent,
	.endgrent = reference_end,
	.initgroups = reference_initgroups,
};

const struct module reference_scanning = {
	.name = "reference, scanning",
	.getgrnam = scanning_getgrnam,
};

/* Writing */

static uint64_t append(struct buffer *out, const void *bytes, size_t size)
{
	uint64_t offset = out->length;

	CHECK_REQUIRE(buffer_append(out, (struct text){ bytes, size }) == STATUS_OK, "memory");
	return offset;
}

static void append_text(struct buffer *out, struct text text)
{
	(void)append(out, text.bytes, text.length);
	(void)append(out, "", 1);
}

static void align(struct buffer *out)
{
	(void)append(out, "\0\0\0\0\0\0\0", -out->length % 8);
}

static uint64_t write_user(struct buffer *out, const struct build_user *user)
{
	struct user_record record = { .uid = user->uid,
				      .gid = user->gid,
				      .name = (uint16_t)(user->name.length + 1),
				      .gecos = (uint16_t)(user->gecos.length + 1),
				      .home = (uint16_t)(user->home.length + 1),
				      .shell = (uint16_t)(user->shell.length + 1),
				      .gid_count = (uint32_t)user->gid_count };
	uint64_t offset = append(out, &record, sizeof(record));

	append_text(out, user->name);
	append_text(out, user->gecos);
	append_text(out, user->home);
	append_text(out, user->shell);
	(void)append(out, user->gids, user->gid_count * sizeof(uint32_t));
	align(out);
	record.size = (uint32_t)(out->length - offset);
	memcpy(out->bytes + offset, &record, sizeof(record));
	return offset;
}

static uint64_t write_group(struct buffer *out, const struct build_group *group)
{
	struct group_record record = { .gid = group->gid,
				       .member_count = (uint32_t)group->member_count,
				       .name = (uint32_t)group->name.length + 1 };
	uint64_t offset = append(out, &record, sizeof(record));

	append_text(out, group->name);
	for (size_t i = 0; i < group->member_count; i++) {
		uint16_t length = (uint16_t)(group->members[i].length + 1);

		(void)append(out, &length, sizeof(length));
		record.members_size += length;
	}
	for (size_t i = 0; i < group->member_count; i++)
		append_text(out, group->members[i]);
	align(out);
	record.size = (uint32_t)(out->length - offset);
	memcpy(out->bytes + offset, &record, sizeof(record));
	return offset;
}

static struct index write_index(struct buffer *out, const struct slot *entries, size_t count)
{
	struct index index = { .mask = 1 };
	struct slot *slots;

	while (index.mask < 2 * count)
		index.mask *= 2;
	slots = calloc(index.mask, sizeof(*slots));
	CHECK_REQUIRE(slots, "memory for an index");
	index.mask--;
	for (size_t i = 0; i < count; i++) {
		uint64_t at = entries[i].hash & index.mask;

		while (slots[at].offset)
			at = (at + 1) & index.mask;
		slots[at] = entries[i];
	}
	index.slots = append(out, slots, (index.mask + 1) * sizeof(*slots));
	free(slots);
	return index;
}

static void write_users(struct buffer *out, const struct crowd *crowd, struct header *header)
{
	struct slot *names = calloc(crowd->user_count, sizeof(*names));
	struct slot *uids = calloc(crowd->user_count, sizeof(*uids));

	CHECK_REQUIRE(names && uids, "memory for users");
	header->users = out->length;
	header->user_count = crowd->user_count;
	for (size_t i = 0; i < crowd->user_count; i++) {
		uint64_t offset = write_user(out, &crowd->users[i]);

		names[i] = (struct slot){ hash64(crowd->users[i].name, 0), offset };
		uids[i] = (struct slot){ hash64_mix(crowd->users[i].uid), offset };
	}
	header->users_by_name = write_index(out, names, crowd->user_count);
	header->users_by_uid = write_index(out, uids, crowd->user_count);
	free(names);
	free(uids);
}

static void write_groups(struct buffer *out, const struct crowd *crowd, struct header *header)
{
	struct slot *names = calloc(crowd->group_count, sizeof(*names));

	CHECK_REQUIRE(names, "memory for groups");
	header->groups = out->length;
	header->group_count = crowd->group_count;
	for (size_t i = 0; i < crowd->group_count; i++)
		names[i] = (struct slot){ hash64(crowd->groups[i].name, 0),
					  write_group(out, &crowd->groups[i]) };
	header->groups_by_name = write_index(out, names, crowd->group_count);
	free(names);
}

void reference_write(const struct crowd *crowd, const char *path)
{
	struct header header = { .user_count = 0 };
	AUTO_BUFFER out;

	buffer_init(&out, SIZE_MAX / 2);
	(void)append(&out, &header, sizeof(header));
	write_users(&out, crowd, &header);
	write_groups(&out, crowd, &header);
	memcpy(out.bytes, &header, sizeof(header));
	bench_write_file(path, buffer_text(&out), 0644);
}

void reference_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	void *base;

	CHECK_REQUIRE(fd >= 0 && fstat(fd, &info) == 0, path);
	base = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_REQUIRE(base != MAP_FAILED, path);
	close(fd);
	mapped.base = base;
	mapped.header = base;
	(void)reference_rewind(0);
}
