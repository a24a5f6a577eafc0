#include "crowd.h"

#include <stdio.h>

#include "../../check.h"
#include "base/hash.h"

enum { NAME_SIZE = 24, ARENA_MAX = 2000000000 };

static const char *const first_names[] = {
	"ada",  "alan",  "amir", "ana",  "anke", "ben",  "bo",   "cai",   "carl",  "chen", "dara",
	"dina", "ella",  "emil", "eva",  "finn", "gita", "hana", "hugo",  "ida",   "ines", "ivan",
	"jana", "jonas", "kofi", "lars", "lena", "leo",  "lin",  "lucia", "mara",  "max",  "mei",
	"mia",  "nadia", "nils", "noor", "olga", "omar", "otto", "paul",  "petra", "raj",  "rita",
	"rosa", "sam",   "sara", "sven", "tara", "theo", "tom",  "uma",   "vera",  "wei",  "yara",
};

static const char *const last_names[] = {
	"Abel",   "Berg",   "Cohen", "Diaz",   "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanov",
	"Jensen", "Khan",   "Lopez", "Mori",   "Novak",   "Okafor",  "Park",   "Quinn",  "Rossi",
	"Silva",  "Tanaka", "Ueda",  "Vargas", "Weber",   "Xu",      "Yilmaz", "Zhang",
};

static void *take(struct crowd *crowd, size_t count, size_t size)
{
	void *taken = arena_take(&crowd->arena, count, size);

	CHECK_REQUIRE(taken, "memory for the crowd");
	return taken;
}

static struct text join(struct crowd *crowd, const char *before, const char *name, size_t number)
{
	char joined[64];
	struct text copy;

	(void)snprintf(joined, sizeof(joined), "%s%s%zu", before, name, number);
	copy = arena_text(&crowd->arena, text_of(joined));
	CHECK_REQUIRE(copy.bytes, "memory for the crowd");
	return copy;
}

static const char *pick(const char *const *names, size_t count, uint64_t random)
{
	return names[random % count];
}

static void make_user(struct crowd *crowd, size_t index, struct build_user *user)
{
	uint64_t random = hash64_mix(index + 1);
	const char *first = pick(first_names, ARRAY_LENGTH(first_names), random);
	const char *last = pick(last_names, ARRAY_LENGTH(last_names), random >> 32);
	char gecos[NAME_SIZE];

	(void)snprintf(gecos, sizeof(gecos), "%c%s %s", first[0] - 'a' + 'A', first + 1, last);
	*user = (struct build_user){
		.name = join(crowd, "", first, index),
		.gecos = arena_text(&crowd->arena, text_of(gecos)),
		.home = join(crowd, "/home/", first, index),
		.shell = TEXT("/bin/bash"),
		/* An odd factor: no two of 2^27 are the same. */
		.uid = 0x70000000 + (uint32_t)(index * 0x9e3779b1U & 0x07ffffff),
	};
	user->gid = user->uid;
}

static int compare_users(const void *left, const void *right)
{
	const struct build_user *a = left, *b = right;

	return text_compare(a->name, b->name);
}

static bool is_in(const uint32_t *gids, size_t count, uint32_t gid)
{
	for (size_t i = 0; i < count; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

/* 7919 is a prime that divides none of the sizes, so the big groups are spread over the names. */
static void join_groups(struct crowd *crowd, size_t index, struct build_user *user)
{
	uint32_t *gids = take(crowd, CROWD_GROUPS_OF_USER_MAX, sizeof(uint32_t));
	size_t place = index * 7919 % crowd->user_count, count = 0;
	size_t wanted = 5 + hash64_mix(index + 2) % 6;
	size_t small = crowd->shared_count - CROWD_BIG_GROUPS;

	for (size_t i = 0; i < CROWD_BIG_GROUPS; i++)
		if (crowd->user_count <= CROWD_BIG_MEMBERS || place / CROWD_BIG_MEMBERS == i)
			gids[count++] = CROWD_FIRST_GROUP_ID + (uint32_t)i;
	for (uint64_t salt = 1; count < wanted; salt++) {
		uint32_t gid = CROWD_FIRST_GROUP_ID + CROWD_BIG_GROUPS +
			       (uint32_t)(hash64_mix(index * 64 + salt) % small);

		if (!is_in(gids, count, gid))
			gids[count++] = gid;
	}
	user->gids = gids;
	user->gid_count = count;
}

static void make_groups(struct crowd *crowd)
{
	struct text **members = take(crowd, crowd->shared_count, sizeof(struct text *));
	size_t *counts = take(crowd, crowd->shared_count, sizeof(size_t));

	for (size_t i = 0; i < crowd->user_count; i++)
		for (size_t j = 0; j < crowd->users[i].gid_count; j++)
			counts[crowd->users[i].gids[j] - CROWD_FIRST_GROUP_ID]++;
	for (size_t i = 0; i < crowd->shared_count; i++) {
		members[i] = take(crowd, counts[i], sizeof(struct text));
		crowd->groups[i] = (struct build_group){
			.name = join(crowd, "", i < CROWD_BIG_GROUPS ? "everybody-" : "team-", i),
			.gid = CROWD_FIRST_GROUP_ID + (uint32_t)i,
			.members = members[i],
			.member_count = counts[i]
		};
		counts[i] = 0;
	}
	for (size_t i = 0; i < crowd->user_count; i++) {
		const struct build_user *user = &crowd->users[i];

		for (size_t j = 0; j < user->gid_count; j++) {
			size_t group = user->gids[j] - CROWD_FIRST_GROUP_ID;

			members[group][counts[group]++] = user->name;
		}
		crowd->groups[crowd->shared_count + i] =
			(struct build_group){ .name = user->name, .gid = user->gid };
	}
}

void crowd_make(struct crowd *crowd, size_t user_count)
{
	*crowd = (struct crowd){ .user_count = user_count };
	arena_init(&crowd->arena, ARENA_MAX);
	crowd->shared_count = CROWD_BIG_GROUPS + 8 + user_count * 7 / 100;
	crowd->group_count = crowd->shared_count + user_count;
	crowd->users = take(crowd, user_count, sizeof(*crowd->users));
	crowd->groups = take(crowd, crowd->group_count, sizeof(*crowd->groups));
	for (size_t i = 0; i < user_count; i++)
		make_user(crowd, i, &crowd->users[i]);
	qsort(crowd->users, user_count, sizeof(*crowd->users), compare_users);
	for (size_t i = 0; i < user_count; i++)
		join_groups(crowd, i, &crowd->users[i]);
	make_groups(crowd);
}

void crowd_release(struct crowd *crowd)
{
	arena_release(&crowd->arena);
	*crowd = (struct crowd){ 0 };
}

void crowd_build(const struct crowd *crowd, struct buffer *out_bytes)
{
	const struct build_input input = { .generation = 1,
					   .created = 1760000000,
					   .id_minimum = 1000,
					   .users = crowd->users,
					   .user_count = crowd->user_count,
					   .groups = crowd->groups,
					   .group_count = crowd->group_count };
	struct complaint complaint = { 0 };

	if (snapshot_build(&input, SNAPSHOT_DIRECTORY, out_bytes, &complaint) != STATUS_OK)
		CHECK_REQUIRE(false, complaint.reason);
}

const struct build_group *crowd_small_group(const struct crowd *crowd)
{
	const struct build_group *best = &crowd->groups[CROWD_BIG_GROUPS];

	for (size_t i = CROWD_BIG_GROUPS; i < crowd->shared_count; i++) {
		size_t now = best->member_count, other = crowd->groups[i].member_count;

		if ((other > 100 ? other - 100 : 100 - other) < (now > 100 ? now - 100 : 100 - now))
			best = &crowd->groups[i];
	}
	return best;
}
