#include "snapshot/snapshot_reader.h"

#include "check.h"
#include "snapshot/snapshot_verify.h"
#include "support/snapshot_fixture.h"

static const struct fixture_user users[] = {
	{ .name = "alice", .uid = 0x70000001, .gecos = "Alice", .keys = "ssh-rsa AAAA k1\n" },
	{ .name = "bob", .uid = 0x70000002, .gid = 0x70000100 },
	{ 0 },
};
static const struct fixture_group groups[] = {
	{ "developers", 0x70000100, "bob alice" },
	{ "admins-2", 0x70000101, "alice" },
	{ 0 },
};

int main(void)
{
	AUTO_BUFFER bytes;
	struct snapshot s;
	struct snapshot_user u;
	struct snapshot_group g;
	struct snapshot_gids gids;
	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(&(struct fixture){ .users = users, .groups = groups }, SNAPSHOT_DIRECTORY,
		      &bytes);
	CHECK(snapshot_from_memory(&s, bytes.bytes, bytes.length, SNAPSHOT_DIRECTORY) == STATUS_OK,
	      "open %zu", bytes.length);
	CHECK(snapshot_find_user(&s, TEXT("alice"), &u) == STATUS_OK && u.uid == 0x70000001 &&
		      text_is(u.home, "/home/alice"),
	      "alice");
	CHECK(snapshot_memberships(&s, &u, &gids) == STATUS_OK && gids.count == 2, "gids");
	CHECK(snapshot_find_group(&s, TEXT("alice"), &g) == STATUS_OK && g.gid == 0x70000001 &&
		      g.member_count == 0,
	      "private");
	CHECK(snapshot_find_group(&s, TEXT("bob"), &g) == STATUS_NOT_FOUND, "no private");
	CHECK(snapshot_find_gid(&s, 0x70000100, &g) == STATUS_OK && g.member_count == 2, "devs");
	for (uint32_t i = 0; snapshot_group_at(&s, i, &g) == STATUS_OK; i++)
		printf("# %s\n", g.name.bytes);
	struct complaint c = { 0 };
	CHECK(snapshot_verify(&s, &c) == STATUS_OK, "verify %s", c.reason);
	return check_done();
}
