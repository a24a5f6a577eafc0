/* What a reader finds, and where the bytes stand. */
#include "snapshot/snapshot_reader.h"

#include "base/hash.h"
#include "check.h"
#include "snapshot/snapshot_format.h"
#include "snapshot/snapshot_verify.h"
#include "support/snapshot_fixture.h"
#include "support/snapshot_walk.h"

enum { ALICE = 0x70000001, BOB, CAROL, DEPLOY, DEVELOPERS = 0x70000100, ADMINS, EMPTY };

static const struct fixture_user users[] = {
	{ .name = "carol", .uid = CAROL, .gecos = "Carol \xc3\x89" },
	{ .name = "alice",
	  .uid = ALICE,
	  .gecos = "Alice",
	  .home = "/srv/alice",
	  .shell = "/bin/bash",
	  .keys = "ssh-ed25519 AAAA APKA1\nssh-rsa BBBB APKA2\n" },
	{ .name = "bob", .uid = BOB, .gid = DEVELOPERS, .keys = "ssh-rsa CCCC APKA3\n" },
	{ .name = "deploy", .uid = DEPLOY, .is_role = true },
	{ 0 },
};

static const struct fixture_group groups[] = {
	{ "developers", DEVELOPERS, "bob alice" },
	{ "admins", ADMINS, "carol alice bob" },
	{ "empty", EMPTY, NULL },
	{ 0 },
};

static const struct fixture directory_fixture = { .users = users, .groups = groups };

#define ALICE_RECORD FIXTURE_PRINCIPAL("alice", 1879048193, "\"AGPAEXAMPLEEXAMPLE01\"")
#define BOB_RECORD FIXTURE_PRINCIPAL("bob", 1001, "")
#define OPS_RECORD FIXTURE_GROUP("Ops")

static const struct fixture_record records[] = {
	{ SNAPSHOT_MAP_PRINCIPALS, "bob", BOB_RECORD },
	{ SNAPSHOT_MAP_PRINCIPALS, "alice", ALICE_RECORD },
	{ SNAPSHOT_MAP_GROUPS, "AGPAEXAMPLEEXAMPLE01", OPS_RECORD },
	{ SNAPSHOT_MAP_POLICIES, "arn:aws:iam::aws:policy/AdministratorAccess", "{\"Version\":1}" },
	{ SNAPSHOT_MAP_POLICIES, "alice", "not the principal" },
	{ SNAPSHOT_MAP_ASSIGNMENTS, "AIDAEXAMPLE", "" },
	{ 0 },
};

static const struct fixture access_fixture = { .records = records };

static const struct user_case {
	const char *name;
	enum status status;
	uint32_t uid, gid;
	const char *gecos, *home, *shell;
	bool is_role, has_group;
	uint32_t gids[3]; /* 0 ends them */
	const char *keys;
} user_cases[] = {
	{ "alice",
	  STATUS_OK,
	  ALICE,
	  ALICE,
	  "Alice",
	  "/srv/alice",
	  "/bin/bash",
	  false,
	  true,
	  { DEVELOPERS, ADMINS },
	  "ssh-ed25519 AAAA APKA1\nssh-rsa BBBB APKA2\n" },
	{ "bob",
	  STATUS_OK,
	  BOB,
	  DEVELOPERS,
	  "",
	  "/home/bob",
	  "/bin/sh",
	  false,
	  false,
	  { ADMINS },
	  "ssh-rsa CCCC APKA3\n" },
	{ "carol",
	  STATUS_OK,
	  CAROL,
	  CAROL,
	  "Carol \xc3\x89",
	  "/home/carol",
	  "/bin/sh",
	  false,
	  true,
	  { ADMINS },
	  "" },
	{ "deploy",
	  STATUS_OK,
	  DEPLOY,
	  DEPLOY,
	  "",
	  "/home/deploy",
	  "/bin/sh",
	  true,
	  true,
	  { 0 },
	  "" },
	{ .name = "alic", .status = STATUS_NOT_FOUND },
	{ .name = "alicea", .status = STATUS_NOT_FOUND },
	{ .name = "Alice", .status = STATUS_NOT_FOUND },
	{ .name = "developers", .status = STATUS_NOT_FOUND },
	{ .name = "", .status = STATUS_NOT_FOUND },
	{ .name = "root", .status = STATUS_NOT_FOUND },
	{ .name = "a-name-that-is-longer-than-any-of-ours-could-ever-be",
	  .status = STATUS_NOT_FOUND },
};

static bool has_gids(const struct snapshot *snapshot, const struct snapshot_user *user,
		     const uint32_t *expected)
{
	struct snapshot_gids gids;
	uint32_t count = 0;

	if (snapshot_memberships(snapshot, user, &gids) != STATUS_OK)
		return false;
	for (; expected[count]; count++)
		if (count >= gids.count || snapshot_gid_at(&gids, count) != expected[count])
			return false;
	return gids.count == count;
}

static bool is_user(const struct snapshot *snapshot, const struct snapshot_user *user,
		    const struct user_case *row)
{
	struct text keys;

	return text_is(user->name, row->name) && user->uid == row->uid && user->gid == row->gid &&
	       text_is(user->gecos, row->gecos) && text_is(user->home, row->home) &&
	       text_is(user->shell, row->shell) && user->is_role == row->is_role &&
	       user->has_group == row->has_group && has_gids(snapshot, user, row->gids) &&
	       snapshot_keys(snapshot, user, &keys) == STATUS_OK && text_is(keys, row->keys) &&
	       keys.bytes[keys.length] == '\0';
}

/* The passwd reply is one copy of these bytes. */
static bool strings_are_in_one_piece(const struct snapshot_user *user)
{
	return user->gecos.bytes == user->name.bytes + user->name.length + 1 &&
	       user->home.bytes == user->gecos.bytes + user->gecos.length + 1 &&
	       user->shell.bytes == user->home.bytes + user->home.length + 1 &&
	       user->shell.bytes[user->shell.length] == '\0';
}

static void test_users(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < ARRAY_LENGTH(user_cases); i++) {
		const struct user_case *row = &user_cases[i];
		struct snapshot_user user = { 0 };

		CHECK(snapshot_find_user(snapshot, text_of(row->name), &user) == row->status,
		      "by name: \"%s\"", row->name);
		if (row->status != STATUS_OK)
			continue;
		CHECK(is_user(snapshot, &user, row), "what is told of %s", row->name);
		CHECK(strings_are_in_one_piece(&user), "the strings of %s", row->name);
		CHECK(snapshot_find_uid(snapshot, row->uid, &user) == STATUS_OK &&
			      is_user(snapshot, &user, row),
		      "by uid: %s", row->name);
	}
}

static void test_unknown_numbers(const struct snapshot *snapshot)
{
	static const uint32_t ids[] = { 0,     1,     999,       1000,      1001,      65534,
					65535, 65536, ALICE - 1, EMPTY + 1, UINT32_MAX };
	struct snapshot_group group;
	struct snapshot_user user;

	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
		CHECK(snapshot_find_uid(snapshot, ids[i], &user) == STATUS_NOT_FOUND, "no uid %u",
		      ids[i]);
		CHECK(snapshot_find_gid(snapshot, ids[i], &group) == STATUS_NOT_FOUND, "no gid %u",
		      ids[i]);
	}
	CHECK(snapshot_find_uid(snapshot, DEVELOPERS, &user) == STATUS_NOT_FOUND,
	      "the gid of a group is no uid");
	CHECK(snapshot_find_gid(snapshot, BOB, &group) == STATUS_NOT_FOUND,
	      "bob has no group of his own");
}

static const struct group_case {
	const char *name;
	enum status status;
	uint32_t gid;
	const char *members[4];
} group_cases[] = {
	{ "developers", STATUS_OK, DEVELOPERS, { "alice", "bob" } },
	{ "admins", STATUS_OK, ADMINS, { "alice", "bob", "carol" } },
	{ "empty", STATUS_OK, EMPTY, { NULL } },
	{ "alice", STATUS_OK, ALICE, { NULL } },
	{ "deploy", STATUS_OK, DEPLOY, { NULL } },
	{ "bob", STATUS_NOT_FOUND, 0, { NULL } },
	{ "develop", STATUS_NOT_FOUND, 0, { NULL } },
	{ "sudo", STATUS_NOT_FOUND, 0, { NULL } },
	{ "", STATUS_NOT_FOUND, 0, { NULL } },
};

static bool has_members(const struct snapshot_group *group, const char *const *expected)
{
	struct snapshot_member_walk walk = { 0 };
	char *addresses[8], bytes[128];
	struct text name;
	uint32_t count = 0;

	if (group->member_count >= ARRAY_LENGTH(addresses) ||
	    group->members.length > sizeof(bytes) ||
	    snapshot_copy_members(group, bytes, addresses) != STATUS_OK)
		return false;
	for (; expected[count]; count++)
		if (count >= group->member_count ||
		    strcmp(addresses[count], expected[count]) != 0 ||
		    snapshot_next_member(group, &walk, &name) != STATUS_OK ||
		    !text_is(name, expected[count]))
			return false;
	return group->member_count == count && addresses[count] == NULL &&
	       snapshot_next_member(group, &walk, &name) == STATUS_NOT_FOUND;
}

static void test_groups(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < ARRAY_LENGTH(group_cases); i++) {
		const struct group_case *row = &group_cases[i];
		struct snapshot_group group = { 0 };

		CHECK(snapshot_find_group(snapshot, text_of(row->name), &group) == row->status,
		      "by name: group \"%s\"", row->name);
		if (row->status != STATUS_OK)
			continue;
		CHECK(group.gid == row->gid && has_members(&group, row->members),
		      "what is told of group %s", row->name);
		CHECK(snapshot_find_gid(snapshot, row->gid, &group) == STATUS_OK &&
			      text_is(group.name, row->name) && has_members(&group, row->members),
		      "by gid: group %s", row->name);
	}
}

static void test_enumeration(const struct snapshot *snapshot)
{
	static const char *const user_order[] = { "alice", "carol", "deploy", "bob" };
	static const char *const group_order[] = { "admins", "developers", "empty",
						   "alice",  "carol",      "deploy" };
	struct snapshot_group group;
	struct snapshot_user user;

	for (uint32_t i = 0; i < ARRAY_LENGTH(user_order); i++)
		CHECK(snapshot_user_at(snapshot, i, &user) == STATUS_OK &&
			      text_is(user.name, user_order[i]),
		      "user %u is %s", i, user_order[i]);
	for (uint32_t i = 0; i < ARRAY_LENGTH(group_order); i++)
		CHECK(snapshot_group_at(snapshot, i, &group) == STATUS_OK &&
			      text_is(group.name, group_order[i]),
		      "group %u is %s", i, group_order[i]);
	CHECK(snapshot_user_at(snapshot, 4, &user) == STATUS_NOT_FOUND, "four users");
	CHECK(snapshot_user_at(snapshot, UINT32_MAX, &user) == STATUS_NOT_FOUND, "the last index");
	CHECK(snapshot_group_at(snapshot, 6, &group) == STATUS_NOT_FOUND, "six groups");
	CHECK(snapshot_group_at(snapshot, UINT32_MAX, &group) == STATUS_NOT_FOUND,
	      "the last index of groups");
}

static void test_facts(const struct snapshot *directory, const struct snapshot *access)
{
	struct snapshot closed = { 0 };
	struct snapshot_facts facts;

	snapshot_facts(directory, &facts);
	CHECK(facts.users == 4 && facts.groups == 6, "counts");
	CHECK(facts.generation == FIXTURE_GENERATION && facts.created == FIXTURE_CREATED,
	      "generation and time");
	snapshot_facts(access, &facts);
	CHECK(facts.users == 0 && facts.generation == FIXTURE_GENERATION, "facts of records");
	snapshot_facts(&closed, &facts);
	CHECK(facts.users == 0 && facts.created == 0, "nothing is known of a closed snapshot");
}

static const struct record_case {
	enum snapshot_map map;
	const char *key;
	enum status status;
	const char *value;
} record_cases[] = {
	{ SNAPSHOT_MAP_PRINCIPALS, "alice", STATUS_OK, ALICE_RECORD },
	{ SNAPSHOT_MAP_PRINCIPALS, "bob", STATUS_OK, BOB_RECORD },
	{ SNAPSHOT_MAP_PRINCIPALS, "carol", STATUS_NOT_FOUND, NULL },
	{ SNAPSHOT_MAP_PRINCIPALS, "", STATUS_NOT_FOUND, NULL },
	{ SNAPSHOT_MAP_GROUPS, "AGPAEXAMPLEEXAMPLE01", STATUS_OK, OPS_RECORD },
	{ SNAPSHOT_MAP_GROUPS, "AGPAEXAMPLEEXAMPLE02", STATUS_NOT_FOUND, NULL },
	{ SNAPSHOT_MAP_POLICIES, "alice", STATUS_OK, "not the principal" },
	{ SNAPSHOT_MAP_POLICIES, "arn:aws:iam::aws:policy/AdministratorAccess", STATUS_OK,
	  "{\"Version\":1}" },
	{ SNAPSHOT_MAP_POLICIES, "arn:aws:iam::aws:policy/AdministratorAcces", STATUS_NOT_FOUND,
	  NULL },
	{ SNAPSHOT_MAP_SETTINGS, "account", STATUS_NOT_FOUND, NULL },
	{ SNAPSHOT_MAP_ASSIGNMENTS, "AIDAEXAMPLE", STATUS_OK, "" },
	{ (enum snapshot_map)0, "alice", STATUS_BAD_DATA, NULL },
	{ (enum snapshot_map)6, "alice", STATUS_BAD_DATA, NULL },
};

static void test_records(const struct snapshot *snapshot)
{
	struct text key, value;

	for (size_t i = 0; i < ARRAY_LENGTH(record_cases); i++) {
		const struct record_case *row = &record_cases[i];

		CHECK(snapshot_find_record(snapshot, row->map, text_of(row->key), &value) ==
				      row->status &&
			      (!row->value || text_is(value, row->value)),
		      "map %d: \"%s\"", (int)row->map, row->key);
	}
	CHECK(snapshot_record_at(snapshot, SNAPSHOT_MAP_PRINCIPALS, 0, &key, &value) == STATUS_OK &&
		      text_is(key, "alice") && text_is(value, ALICE_RECORD),
	      "keys are in order");
	CHECK(snapshot_record_at(snapshot, SNAPSHOT_MAP_PRINCIPALS, 1, &key, &value) == STATUS_OK &&
		      text_is(key, "bob"),
	      "the second key");
	CHECK(snapshot_record_at(snapshot, SNAPSHOT_MAP_PRINCIPALS, 2, &key, &value) ==
		      STATUS_NOT_FOUND,
	      "two principals");
	CHECK(snapshot_record_at(snapshot, SNAPSHOT_MAP_SETTINGS, 0, &key, &value) ==
		      STATUS_NOT_FOUND,
	      "an empty map");
}

/* A question to the wrong kind of file, or to none, is an error and no crash. */
static void test_wrong_kind(const struct snapshot *directory, const struct snapshot *access)
{
	struct snapshot closed = { 0 };
	struct snapshot_group group;
	struct snapshot_user user;
	struct text key, value;

	CHECK(snapshot_find_record(directory, SNAPSHOT_MAP_PRINCIPALS, TEXT("alice"), &value) ==
		      STATUS_BAD_DATA,
	      "no records in a directory");
	CHECK(snapshot_record_at(directory, SNAPSHOT_MAP_PRINCIPALS, 0, &key, &value) ==
		      STATUS_BAD_DATA,
	      "nor by index");
	for (size_t i = 0; i < 2; i++) {
		const struct snapshot *asked = i == 0 ? access : &closed;
		const char *what = i == 0 ? "an access snapshot" : "a closed snapshot";

		CHECK(snapshot_find_user(asked, TEXT("alice"), &user) == STATUS_BAD_DATA &&
			      snapshot_find_uid(asked, ALICE, &user) == STATUS_BAD_DATA &&
			      snapshot_user_at(asked, 0, &user) == STATUS_BAD_DATA,
		      "no users in %s", what);
		CHECK(snapshot_find_group(asked, TEXT("alice"), &group) == STATUS_BAD_DATA &&
			      snapshot_find_gid(asked, ALICE, &group) == STATUS_BAD_DATA &&
			      snapshot_group_at(asked, 0, &group) == STATUS_BAD_DATA,
		      "no groups in %s", what);
	}
	snapshot_close(&closed);
	CHECK(closed.base == NULL, "closing twice");
}

/* These numbers are the format: another implementation must come to the same. */
static void test_functions_of_the_format(void)
{
	unsigned char all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	CHECK(hash64(TEXT("alice"), 0) == 0x5b0846e9bf077026, "hash of alice");
	CHECK(hash64(TEXT("alice"), 1) == 0xa17ac98f46eba9dd, "with another seed");
	CHECK(hash64(TEXT(""), 0) == 0, "hash of nothing");
	CHECK(hash64(TEXT("exactly8"), 7) == 0xf940d8b8bfe0729f, "hash of one word");
	CHECK(hash64(TEXT("one-byte-more-than-16"), 3) == 0x84602532e2a99508, "hash of three");
	CHECK(snapshot_number_hash(1879048193, 0) == 0xa6320fcc9626a009, "hash of a number");
	CHECK(snapshot_number_hash(1879048193, 1) == 0x5e25f38de5cdced0, "with another seed");
	CHECK(snapshot_checksum(all, 0) == 0x14ab964436a8b01c, "checksum of nothing");
	CHECK(snapshot_checksum((const unsigned char *)"a", 1) == 0x4546eeb68ff0b6d3,
	      "checksum of a byte");
	CHECK(snapshot_checksum(all, sizeof(all)) == 0x2d52c77cc5b830f6, "checksum of 256 bytes");
}

static void test_layout(const struct buffer *bytes)
{
	const unsigned char *file = (const unsigned char *)bytes->bytes;
	uint32_t slots = load_uint32(file + 68), table = load_uint32(file + 60);
	uint32_t alice = load_uint32(file + table);
	uint32_t slot = (uint32_t)hash64(TEXT("alice"), 0) & 7;

	CHECK(memcmp(file, "\x89IAM\r\n\x1a\n", 8) == 0, "magic");
	CHECK(load_uint32(file + 8) == 1 && load_uint32(file + 12) == 1, "format and kind");
	CHECK(load_uint32(file + 16) == 192 && load_uint32(file + 20) == 1000,
	      "header size, minimum");
	CHECK(load_uint64(file + 24) == bytes->length, "file size");
	CHECK(load_uint64(file + 32) == FIXTURE_GENERATION, "generation");
	CHECK(load_uint64(file + 40) == FIXTURE_CREATED, "created");
	CHECK(load_uint32(file + 48) == 3, "private groups");
	CHECK(load_uint32(file + 56) == 4 && load_uint32(file + 64) == 8, "4 users in 8 slots");
	CHECK(slots % 64 == 0 && table % 64 == 0 && alice % 8 == 0, "alignment");
	CHECK(load_uint32(file + 72) == 0, "the first seed was good enough");
	while (load_uint32(file + slots + 8 * slot + 4) != alice && slot < 8)
		slot++;
	CHECK(slot < 8 && load_uint32(file + slots + 8 * slot) == 0x5b0846e9,
	      "the slot of alice: upper half of the hash, offset of the record");
	CHECK(load_uint32(file + alice) == ALICE && load_uint32(file + alice + 4) == ALICE,
	      "uid, gid");
	CHECK(memcmp(file + alice + 8, "\5\5\12\11\2\0\6\0", 8) == 0, "lengths, gid count, flags");
	CHECK(memcmp(file + alice + 16, "alice\0Alice\0/srv/alice\0/bin/bash\0", 33) == 0,
	      "strings");
	CHECK(load_uint32(file + alice + 49) == DEVELOPERS, "gids follow");
}

int main(void)
{
	AUTO_BUFFER directory_bytes, access_bytes;
	struct snapshot directory, access;
	struct complaint complaint = { 0 };

	buffer_init(&directory_bytes, SNAPSHOT_BYTES_MAX);
	buffer_init(&access_bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(&directory_fixture, SNAPSHOT_DIRECTORY, &directory_bytes);
	fixture_build(&access_fixture, SNAPSHOT_ACCESS, &access_bytes);
	CHECK_REQUIRE(snapshot_from_memory(&directory, directory_bytes.bytes,
					   directory_bytes.length, SNAPSHOT_DIRECTORY) == STATUS_OK,
		      "directory");
	CHECK_REQUIRE(snapshot_from_memory(&access, access_bytes.bytes, access_bytes.length,
					   SNAPSHOT_ACCESS) == STATUS_OK,
		      "access");
	test_users(&directory);
	test_unknown_numbers(&directory);
	test_groups(&directory);
	test_enumeration(&directory);
	test_facts(&directory, &access);
	test_records(&access);
	test_wrong_kind(&directory, &access);
	test_functions_of_the_format();
	test_layout(&directory_bytes);
	CHECK(walk_all(&directory).broken == 0 && walk_all(&directory).answers > 40,
	      "every path through the directory");
	CHECK(walk_all(&access).broken == 0 && walk_all(&access).answers == 12,
	      "every path through the records");
	CHECK(snapshot_verify(&directory, &complaint) == STATUS_OK, "directory: %s",
	      complaint.reason);
	CHECK(snapshot_verify(&access, &complaint) == STATUS_OK, "access: %s", complaint.reason);
	return check_done();
}
