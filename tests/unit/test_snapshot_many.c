/* Tens of thousands of users, in any order, with names chosen to collide. */
#include <stdio.h>

#include "base/hash.h"
#include "check.h"
#include "snapshot/snapshot_builder.h"
#include "snapshot/snapshot_format.h"
#include "snapshot/snapshot_verify.h"

enum { MANY = 50000, BIG_GROUP = 5000 };

/* A directory of many: names, gids and members as the caller would have them. */
struct crowd {
	struct build_user *users;
	struct build_group *groups;
	struct text *members;
	char (*names)[16], (*group_names)[16];
	uint32_t (*gids)[2];
	size_t user_count, group_count;
};

static void crowd_release(struct crowd *crowd)
{
	free(crowd->users);
	free(crowd->groups);
	free(crowd->members);
	free(crowd->names);
	free(crowd->group_names);
	free(crowd->gids);
}

/* User i is in group i / BIG_GROUP; the last gid of each is that of "everybody". */
static void crowd_groups(struct crowd *crowd, size_t count)
{
	size_t teams = (count + BIG_GROUP - 1) / BIG_GROUP;

	for (size_t i = 0; i < count; i++) {
		crowd->gids[i][0] = (uint32_t)(2000000 + i / BIG_GROUP);
		crowd->gids[i][1] = 3000000;
		crowd->members[i] = crowd->users[i].name;
		crowd->groups[i] = (struct build_group){ .name = crowd->users[i].name,
							 .gid = crowd->users[i].gid };
	}
	for (size_t i = 0; i < teams; i++) {
		size_t first = i * BIG_GROUP;

		(void)snprintf(crowd->group_names[i], 16, "team%zu", i);
		crowd->groups[count + i] = (struct build_group){
			.name = text_of(crowd->group_names[i]),
			.gid = (uint32_t)(2000000 + i),
			.members = crowd->members + first,
			.member_count = count - first < BIG_GROUP ? count - first : BIG_GROUP
		};
	}
	crowd->groups[count + teams] = (struct build_group){ .name = TEXT("everybody"),
							     .gid = 3000000,
							     .members = crowd->members,
							     .member_count = count };
	crowd->group_count = count + teams + 1;
}

static void crowd_init(struct crowd *crowd, size_t count)
{
	*crowd = (struct crowd){
		.users = calloc(count, sizeof(*crowd->users)),
		.groups = calloc(2 * count + 2, sizeof(*crowd->groups)),
		.members = calloc(count, sizeof(*crowd->members)),
		.names = calloc(count, sizeof(*crowd->names)),
		.group_names = calloc(count, sizeof(*crowd->group_names)),
		.gids = calloc(count, sizeof(*crowd->gids)),
		.user_count = count,
	};
	CHECK_REQUIRE(crowd->users && crowd->groups && crowd->members && crowd->names &&
			      crowd->group_names && crowd->gids,
		      "calloc");
	for (size_t i = 0; i < count; i++) {
		uint32_t id = 0x70000000 + (uint32_t)i * 7919 % 0x0ffffff0;

		(void)snprintf(crowd->names[i], 16, "u%05zx", i * 7907 % 0xfffff);
		crowd->users[i] = (struct build_user){ .name = text_of(crowd->names[i]),
						       .uid = id,
						       .gid = id,
						       .home = TEXT("/home"),
						       .shell = TEXT("/bin/sh"),
						       .gids = crowd->gids[i],
						       .gid_count = 2 };
	}
	crowd_groups(crowd, count);
}

static void crowd_build(const struct crowd *crowd, struct buffer *out_bytes)
{
	const struct build_input input = { .id_minimum = 1000,
					   .users = crowd->users,
					   .user_count = crowd->user_count,
					   .groups = crowd->groups,
					   .group_count = crowd->group_count };
	struct complaint complaint = { 0 };

	if (snapshot_build(&input, SNAPSHOT_DIRECTORY, out_bytes, &complaint) != STATUS_OK)
		CHECK_REQUIRE(false, complaint.reason);
}

/* Backwards, and each with its gids the other way round. */
static void crowd_reverse(struct crowd *crowd)
{
	for (size_t i = 0, j = crowd->user_count - 1; i < j; i++, j--) {
		struct build_user user = crowd->users[i];

		crowd->users[i] = crowd->users[j];
		crowd->users[j] = user;
	}
	for (size_t i = 0, j = crowd->group_count - 1; i < j; i++, j--) {
		struct build_group group = crowd->groups[i];

		crowd->groups[i] = crowd->groups[j];
		crowd->groups[j] = group;
	}
	for (size_t i = 0; i < crowd->user_count; i++) {
		uint32_t gid = crowd->gids[i][0];

		crowd->gids[i][0] = crowd->gids[i][1];
		crowd->gids[i][1] = gid;
	}
	for (size_t i = 0; i + 1 < BIG_GROUP && i + 1 < crowd->user_count; i += 2) {
		struct text member = crowd->members[i];

		crowd->members[i] = crowd->members[i + 1];
		crowd->members[i + 1] = member;
	}
}

static void test_determinism(void)
{
	CLEANUP(crowd_release) struct crowd crowd = { 0 };
	AUTO_BUFFER first, again, reversed;

	buffer_init(&first, SNAPSHOT_BYTES_MAX);
	buffer_init(&again, SNAPSHOT_BYTES_MAX);
	buffer_init(&reversed, SNAPSHOT_BYTES_MAX);
	crowd_init(&crowd, 1000);
	crowd_build(&crowd, &first);
	crowd_build(&crowd, &again);
	CHECK(text_equal(buffer_text(&first), buffer_text(&again)),
	      "the same input, the same bytes");
	crowd_reverse(&crowd);
	crowd_build(&crowd, &reversed);
	CHECK(text_equal(buffer_text(&first), buffer_text(&reversed)),
	      "in another order, the same bytes");
}

static size_t count_found(const struct crowd *crowd, const struct snapshot *snapshot)
{
	size_t found = 0;

	for (size_t i = 0; i < crowd->user_count; i++) {
		struct snapshot_user by_name = { 0 }, by_uid = { 0 };
		struct snapshot_group group = { 0 };
		struct snapshot_gids gids = { 0 };

		found +=
			snapshot_find_user(snapshot, crowd->users[i].name, &by_name) == STATUS_OK &&
			snapshot_find_uid(snapshot, crowd->users[i].uid, &by_uid) == STATUS_OK &&
			by_name.position == by_uid.position && by_name.uid == crowd->users[i].uid &&
			snapshot_find_gid(snapshot, by_name.gid, &group) == STATUS_OK &&
			text_equal(group.name, by_name.name) &&
			snapshot_memberships(snapshot, &by_name, &gids) == STATUS_OK &&
			gids.count == 2 && snapshot_gid_at(&gids, 1) == 3000000;
	}
	return found;
}

static size_t count_unknown(const struct snapshot *snapshot, size_t count)
{
	size_t unknown = 0;
	char name[16];

	for (size_t i = 0; i < count; i++) {
		struct snapshot_user user;

		(void)snprintf(name, sizeof(name), "x%zu", i);
		unknown +=
			snapshot_find_user(snapshot, text_of(name), &user) == STATUS_NOT_FOUND &&
			snapshot_find_uid(snapshot, 1000 + (uint32_t)i, &user) == STATUS_NOT_FOUND;
	}
	return unknown;
}

static void test_many(void)
{
	CLEANUP(crowd_release) struct crowd crowd = { 0 };
	struct complaint complaint = { 0 };
	struct snapshot_group group;
	struct snapshot snapshot;
	AUTO_BUFFER bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	crowd_init(&crowd, MANY);
	crowd_build(&crowd, &bytes);
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes.bytes, bytes.length,
					   SNAPSHOT_DIRECTORY) == STATUS_OK,
		      "open");
	CHECK(count_found(&crowd, &snapshot) == MANY, "each of %d users is found", MANY);
	CHECK(count_unknown(&snapshot, MANY) == MANY, "and nobody else");
	CHECK(snapshot_find_group(&snapshot, TEXT("everybody"), &group) == STATUS_OK &&
		      group.member_count == MANY,
	      "a group of all of them");
	CHECK(snapshot_verify(&snapshot, &complaint) == STATUS_OK, "verified: %s",
	      complaint.reason);
	CHECK(bytes.length < (size_t)MANY * 150, "%zu bytes a user", bytes.length / MANY);
}

/* Names whose own slots, with the first seed, are the first eight of 512. */
static size_t collide(char names[200][16])
{
	size_t found = 0;

	for (unsigned i = 0; found < 200; i++) {
		(void)snprintf(names[found], 16, "h%u", i);
		found += (hash64(text_of(names[found]), 0) & 511) < 8;
	}
	return found;
}

static void test_collisions(void)
{
	static char names[200][16];
	struct build_user users[200];
	struct build_input input = { .id_minimum = 1000, .users = users };
	struct complaint complaint = { 0 };
	struct snapshot_user user;
	struct snapshot snapshot;
	size_t found = 0;
	AUTO_BUFFER bytes;

	input.user_count = collide(names);
	for (size_t i = 0; i < 200; i++)
		users[i] = (struct build_user){ .name = text_of(names[i]),
						.uid = 5000 + (uint32_t)i,
						.gid = 5000 };
	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	CHECK(snapshot_build(&input, SNAPSHOT_DIRECTORY, &bytes, &complaint) == STATUS_OK,
	      "names chosen to collide");
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes.bytes, bytes.length,
					   SNAPSHOT_DIRECTORY) == STATUS_OK,
		      "open");
	CHECK(load_uint32((unsigned char *)bytes.bytes + 72) == 1, "the next seed was taken");
	for (size_t i = 0; i < 200; i++)
		found += snapshot_find_user(&snapshot, text_of(names[i]), &user) == STATUS_OK;
	CHECK(found == 200, "and all are found");
	CHECK(snapshot_verify(&snapshot, &complaint) == STATUS_OK, "verified");
}

int main(void)
{
	test_determinism();
	test_many();
	test_collisions();
	return check_done();
}
