#include "snapshot_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../check.h"
#include "base/arena.h"

static const char *or_else(const char *given, const char *otherwise)
{
	return given ? given : otherwise;
}

static void *take(struct arena *arena, size_t count, size_t size)
{
	void *taken = arena_take(arena, count, size);

	CHECK_REQUIRE(taken, "arena");
	return taken;
}

static void fill_user(struct arena *arena, const struct fixture_user *row, struct build_user *out)
{
	char home[256];

	(void)snprintf(home, sizeof(home), "/home/%s", row->name);
	*out = (struct build_user){
		.name = text_of(row->name),
		.uid = row->uid,
		.gid = row->gid ? row->gid : row->uid,
		.gecos = text_of(or_else(row->gecos, "")),
		.home = arena_text(arena, text_of(or_else(row->home, home))),
		.shell = text_of(or_else(row->shell, "/bin/sh")),
		.keys = text_of(or_else(row->keys, "")),
		.is_role = row->is_role,
	};
}

static void fill_members(struct arena *arena, const char *members, struct build_group *out)
{
	struct text rest = text_of(or_else(members, "")), name;
	struct text *names = take(arena, rest.length / 2 + 1, sizeof(struct text));

	out->members = names;
	while (text_next_piece(&rest, ' ', &name))
		if (name.length > 0)
			names[out->member_count++] = name;
}

static bool lists(const struct build_group *group, struct text user)
{
	for (size_t i = 0; i < group->member_count; i++)
		if (text_equal(group->members[i], user))
			return true;
	return false;
}

static void fill_gids(struct arena *arena, const struct build_group *groups, size_t group_count,
		      struct build_user *user)
{
	uint32_t *gids = take(arena, group_count + 1, sizeof(uint32_t));

	user->gids = gids;
	for (size_t i = 0; i < group_count; i++)
		if (groups[i].gid != user->gid && lists(&groups[i], user->name))
			gids[user->gid_count++] = groups[i].gid;
}

static void fill_accounts(struct arena *arena, const struct fixture *fixture,
			  struct build_input *out)
{
	size_t user_count = 0, group_count = 0;
	struct build_group *groups;
	struct build_user *users;

	for (const struct fixture_user *row = fixture->users; row && row->name; row++)
		user_count++;
	for (const struct fixture_group *row = fixture->groups; row && row->name; row++)
		group_count++;
	users = take(arena, user_count, sizeof(*users));
	groups = take(arena, group_count + user_count, sizeof(*groups));
	for (size_t i = 0; i < group_count; i++) {
		groups[i].name = text_of(fixture->groups[i].name);
		groups[i].gid = fixture->groups[i].gid;
		fill_members(arena, fixture->groups[i].members, &groups[i]);
	}
	for (size_t i = 0; i < user_count; i++) {
		fill_user(arena, &fixture->users[i], &users[i]);
		fill_gids(arena, groups, group_count, &users[i]);
	}
	out->groups = groups;
	out->group_count = group_count;
	for (size_t i = 0; i < user_count; i++)
		if (users[i].gid == users[i].uid && !fixture->users[i].lacks_group)
			groups[out->group_count++] =
				(struct build_group){ .name = users[i].name, .gid = users[i].gid };
	out->users = users;
	out->user_count = user_count;
}

static void fill_records(struct arena *arena, const struct fixture *fixture,
			 struct build_input *out)
{
	struct build_record *records;
	size_t count = 0;

	for (const struct fixture_record *row = fixture->records; row && row->key; row++)
		count++;
	records = take(arena, count, sizeof(*records));
	for (size_t i = 0; i < count; i++)
		records[i] = (struct build_record){ fixture->records[i].map,
						    text_of(fixture->records[i].key),
						    text_of(fixture->records[i].value) };
	out->records = records;
	out->record_count = count;
}

enum status fixture_try(const struct fixture *fixture, enum snapshot_kind kind,
			struct buffer *out_bytes, struct complaint *out_complaint)
{
	AUTO_ARENA arena;
	struct build_input input = {
		.generation = fixture->generation ? fixture->generation : FIXTURE_GENERATION,
		.created = fixture->created ? fixture->created : FIXTURE_CREATED,
		.id_minimum = fixture->id_minimum ? fixture->id_minimum : FIXTURE_ID_MINIMUM,
	};

	arena_init(&arena, SIZE_MAX);
	fill_accounts(&arena, fixture, &input);
	fill_records(&arena, fixture, &input);
	return snapshot_build(&input, kind, out_bytes, out_complaint);
}

void fixture_build(const struct fixture *fixture, enum snapshot_kind kind, struct buffer *out_bytes)
{
	struct complaint complaint = { 0 };

	if (fixture_try(fixture, kind, out_bytes, &complaint) != STATUS_OK)
		CHECK_REQUIRE(false, complaint.reason);
}

void fixture_publish(const struct fixture *fixture, enum snapshot_kind kind, const char *path,
		     mode_t mode)
{
	AUTO_BUFFER bytes;
	char beside[4096];
	FILE *file;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(fixture, kind, &bytes);
	(void)snprintf(beside, sizeof(beside), "%s.new", path);
	file = fopen(beside, "we");
	CHECK_REQUIRE(file, beside);
	CHECK_REQUIRE(fwrite(bytes.bytes, 1, bytes.length, file) == bytes.length, beside);
	CHECK_REQUIRE(fchmod(fileno(file), mode) == 0, beside);
	CHECK_REQUIRE(fclose(file) == 0, beside);
	CHECK_REQUIRE(rename(beside, path) == 0, path);
}
