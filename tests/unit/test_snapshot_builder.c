/* What is refused, record by record, and with which words. */
#include "snapshot/snapshot_builder.h"

#include "check.h"
#include "snapshot/snapshot_format.h"
#include "snapshot/snapshot_verify.h"
#include "support/snapshot_fixture.h"

#define LONG_8 "12345678"
#define LONG_32 LONG_8 LONG_8 LONG_8 LONG_8
#define LONG_256 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32

static const uint32_t one_gid[] = { 5000 }, own_gid[] = { 1001 }, low_gid[] = { 27 };
static const uint32_t twice_gid[] = { 5000, 5000 };
static uint32_t too_many_gids[SNAPSHOT_GIDS_MAX + 1];

#define USER(user_name, user_uid) \
	.name = TEXT(user_name), .uid = (user_uid), .gid = (user_uid), .home = TEXT("/")

#define NO_GROUPS                \
	{                        \
		{                \
			.gid = 0 \
		}                \
	}

static const struct text bob_only[] = { TEXT("bob") };
static const struct text ann_only[] = { TEXT("ann") };
static const struct text bob_twice[] = { TEXT("bob"), TEXT("bob") };

static const struct refusal_case {
	const char *label;
	struct build_user users[2];
	struct build_group groups[2];
	const char *reason; /* part of the complaint */
} refusal_cases[] = {
	{ "an empty name", { { USER("", 1001) } }, NO_GROUPS, "name" },
	{ "a name of 33 bytes", { { USER("a" LONG_32, 1001) } }, NO_GROUPS, "name" },
	{ "a name of digits", { { USER("1234", 1001) } }, NO_GROUPS, "\"1234\"" },
	{ "a name with a colon", { { USER("a:b", 1001) } }, NO_GROUPS, "name" },
	{ "a name with a line break", { { USER("a\nb", 1001) } }, NO_GROUPS, "\\x0a" },
	{ "a name with a slash", { { USER("a/b", 1001) } }, NO_GROUPS, "name" },
	{ "a name with a NUL", { { USER("a\0b", 1001) } }, NO_GROUPS, "name" },
	{ "a capital letter", { { USER("Ann", 1001) } }, NO_GROUPS, "name" },
	{ "uid 0", { { USER("ann", 0) } }, NO_GROUPS, "\"ann\": the uid" },
	{ "uid 999", { { USER("ann", 999) } }, NO_GROUPS, "uid" },
	{ "uid 65534", { { USER("ann", 65534) } }, NO_GROUPS, "uid" },
	{ "uid 65535", { { USER("ann", 65535) } }, NO_GROUPS, "uid" },
	{ "uid 2^32-1", { { USER("ann", UINT32_MAX) } }, NO_GROUPS, "uid" },
	{ "gid 0", { { .name = TEXT("ann"), .uid = 1001, .gid = 0 } }, NO_GROUPS, "gid" },
	{ "a uid below the minimum of the input", { { USER("ann", 1000) } }, NO_GROUPS, "uid" },
	{ "a GECOS field with a colon",
	  { { USER("ann", 1001), .gecos = TEXT("A:B") } },
	  NO_GROUPS,
	  "GECOS" },
	{ "a GECOS field of 256 bytes",
	  { { USER("ann", 1001), .gecos = TEXT(LONG_256) } },
	  NO_GROUPS,
	  "GECOS" },
	{ "a home with a line break",
	  { { .name = TEXT("ann"), .uid = 1001, .gid = 1001, .home = TEXT("/h\n") } },
	  NO_GROUPS,
	  "home" },
	{ "a shell with a NUL",
	  { { USER("ann", 1001), .shell = TEXT("/bin/sh\0-x") } },
	  NO_GROUPS,
	  "shell" },
	{ "keys without an end of line",
	  { { USER("ann", 1001), .keys = TEXT("ssh-rsa A k") } },
	  NO_GROUPS,
	  "SSH keys" },
	{ "keys with a NUL",
	  { { USER("ann", 1001), .keys = TEXT("ssh-rsa\0A k\n") } },
	  NO_GROUPS,
	  "SSH keys" },
	{ "two users of one name",
	  { { USER("ann", 1001) }, { USER("ann", 1002) } },
	  NO_GROUPS,
	  "user \"ann\": is there twice" },
	{ "two users of one uid",
	  { { USER("ann", 1001) }, { USER("bob", 1001) } },
	  NO_GROUPS,
	  "user \"bob\": has the number of \"ann\", 1001" },
	{ "a membership below the minimum",
	  { { USER("ann", 1001), .gids = low_gid, .gid_count = 1 } },
	  NO_GROUPS,
	  "gid 27" },
	{ "a membership in the primary group",
	  { { USER("ann", 1001), .gids = own_gid, .gid_count = 1 } },
	  NO_GROUPS,
	  "gid 1001" },
	{ "a membership twice",
	  { { USER("ann", 1001), .gids = twice_gid, .gid_count = 2 } },
	  NO_GROUPS,
	  "twice" },
	{ "memberships without end",
	  { { USER("ann", 1001), .gids = too_many_gids, .gid_count = SNAPSHOT_GIDS_MAX + 1 } },
	  NO_GROUPS,
	  "number of groups" },
	{ "a membership in no group",
	  { { USER("ann", 1001), .gids = one_gid, .gid_count = 1 } },
	  NO_GROUPS,
	  "user \"ann\": no group with gid 5000 lists it" },
	{ "a membership that the group does not list",
	  { { USER("ann", 1001), .gids = one_gid, .gid_count = 1 } },
	  { { .name = TEXT("dev"), .gid = 5000 } },
	  "user \"ann\": no group with gid 5000 lists it" },
	{ "a member that does not know",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("dev"), .gid = 5000, .members = ann_only, .member_count = 1 } },
	  "group \"dev\": member \"ann\" does not know it" },
	{ "a member that is no user",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("dev"), .gid = 5000, .members = bob_only, .member_count = 1 } },
	  "group \"dev\": member \"bob\" is no user" },
	{ "a member twice",
	  { { USER("bob", 1001), .gids = one_gid, .gid_count = 1 } },
	  { { .name = TEXT("dev"), .gid = 5000, .members = bob_twice, .member_count = 2 } },
	  "twice" },
	{ "a bad name of a group",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("d:v"), .gid = 5000 } },
	  "group \"d:v\"" },
	{ "a bad gid of a group",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("dev"), .gid = 27 } },
	  "group \"dev\": gid 27" },
	{ "two groups of one name",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("dev"), .gid = 5000 }, { .name = TEXT("dev"), .gid = 5001 } },
	  "group \"dev\": is there twice" },
	{ "two groups of one gid",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("dev"), .gid = 5000 }, { .name = TEXT("ops"), .gid = 5000 } },
	  "group \"ops\": has the number of \"dev\"" },
	{ "a group with the gid of a user's own",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("ann"), .gid = 1001 }, { .name = TEXT("dev"), .gid = 1001 } },
	  "group \"dev\": gid 1001" },
	{ "a user's own group twice",
	  { { USER("ann", 1001) } },
	  { { .name = TEXT("ann"), .gid = 1001 }, { .name = TEXT("ann"), .gid = 1001 } },
	  "group \"ann\": is there twice" },
};

static size_t count_users(const struct build_user users[2])
{
	return users[1].name.bytes ? 2 : 1;
}

static size_t count_groups(const struct build_group groups[2])
{
	return groups[1].name.bytes ? 2 : groups[0].name.bytes ? 1 : 0;
}

static void test_refusals(void)
{
	for (size_t i = 0; i < SNAPSHOT_GIDS_MAX + 1; i++)
		too_many_gids[i] = 5000 + (uint32_t)i;
	for (size_t i = 0; i < ARRAY_LENGTH(refusal_cases); i++) {
		const struct refusal_case *row = &refusal_cases[i];
		const struct build_input input = { .id_minimum = 1001,
						   .users = row->users,
						   .user_count = count_users(row->users),
						   .groups = row->groups,
						   .group_count = count_groups(row->groups) };
		struct complaint complaint = { 0 };
		AUTO_BUFFER bytes;

		buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
		CHECK_REQUIRE(buffer_append(&bytes, TEXT("before")) == STATUS_OK, "append");
		CHECK(snapshot_build(&input, SNAPSHOT_DIRECTORY, &bytes, &complaint) ==
			      STATUS_BAD_INPUT,
		      "refused: %s", row->label);
		CHECK(strstr(complaint.reason, row->reason) != NULL, "%s: \"%s\"", row->label,
		      complaint.reason);
		CHECK(bytes.length == 6, "%s: nothing appended", row->label);
	}
}

static const struct record_refusal_case {
	const char *label;
	struct build_record records[2];
	size_t count;
	const char *reason;
} record_refusal_cases[] = {
	{ "no such map", { { (enum snapshot_map)0, TEXT("a"), TEXT("") } }, 1, "map" },
	{ "no such map above", { { (enum snapshot_map)6, TEXT("a"), TEXT("") } }, 1, "map" },
	{ "an empty key", { { SNAPSHOT_MAP_POLICIES, TEXT(""), TEXT("") } }, 1, "1 to 2048" },
	{ "a key with a NUL", { { SNAPSHOT_MAP_POLICIES, TEXT("a\0b"), TEXT("") } }, 1, "NUL" },
	{ "a value with a NUL", { { SNAPSHOT_MAP_POLICIES, TEXT("a"), TEXT("\0") } }, 1, "NUL" },
	{ "a principal of no Unix name",
	  { { SNAPSHOT_MAP_PRINCIPALS, TEXT("A b"), TEXT("") } },
	  1,
	  "no Unix name" },
	{ "a group of no unique id",
	  { { SNAPSHOT_MAP_GROUPS, TEXT("developers"), TEXT("") } },
	  1,
	  "no unique id" },
	{ "a key twice",
	  { { SNAPSHOT_MAP_POLICIES, TEXT("a"), TEXT("1") },
	    { SNAPSHOT_MAP_POLICIES, TEXT("a"), TEXT("2") } },
	  2,
	  "record \"a\": is there twice" },
};

static enum status build_records(const struct build_record *records, size_t count,
				 struct buffer *out_bytes, struct complaint *out_complaint)
{
	const struct build_input input = { .id_minimum = 1000,
					   .records = records,
					   .record_count = count };

	return snapshot_build(&input, SNAPSHOT_ACCESS, out_bytes, out_complaint);
}

static void test_record_refusals(void)
{
	AUTO_FREE char *large = calloc(1, SNAPSHOT_VALUE_MAX + 1);
	struct build_record record = { SNAPSHOT_MAP_POLICIES, TEXT("k"), { large, 0 } };
	struct complaint complaint = { 0 };
	AUTO_BUFFER bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	for (size_t i = 0; i < ARRAY_LENGTH(record_refusal_cases); i++) {
		const struct record_refusal_case *row = &record_refusal_cases[i];

		CHECK(build_records(row->records, row->count, &bytes, &complaint) ==
				      STATUS_BAD_INPUT &&
			      strstr(complaint.reason, row->reason) && bytes.length == 0,
		      "refused: %s (%s)", row->label, complaint.reason);
	}
	CHECK_REQUIRE(large, "calloc");
	memset(large, 'x', SNAPSHOT_VALUE_MAX + 1);
	record.value.length = SNAPSHOT_VALUE_MAX + 1;
	CHECK(build_records(&record, 1, &bytes, &complaint) == STATUS_BAD_INPUT,
	      "refused: a value over its limit");
	record.value.length = SNAPSHOT_VALUE_MAX;
	CHECK(build_records(&record, 1, &bytes, &complaint) == STATUS_OK, "a value at its limit");
	record = (struct build_record){ SNAPSHOT_MAP_POLICIES,
					{ large, SNAPSHOT_KEY_MAX },
					TEXT("") };
	CHECK(build_records(&record, 1, &bytes, &complaint) == STATUS_OK, "a key at its limit");
	record.key.length++;
	CHECK(build_records(&record, 1, &bytes, &complaint) == STATUS_BAD_INPUT,
	      "refused: a key over its limit");
}

static void test_limits(void)
{
	const struct fixture_user users[] = { { .name = "ann", .uid = 1001 }, { 0 } };
	const struct fixture fixture = { .users = users };
	struct complaint complaint = { 0 };
	struct build_input nobody = { .id_minimum = 1000 };
	struct snapshot snapshot;
	struct snapshot_user user;
	AUTO_BUFFER small, empty;

	buffer_init(&small, 300);
	CHECK(fixture_try(&fixture, SNAPSHOT_DIRECTORY, &small, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "more than a snapshot can hold"),
	      "more than the buffer may hold");
	CHECK(snapshot_build(&nobody, (enum snapshot_kind)3, &small, &complaint) ==
		      STATUS_BAD_INPUT,
	      "no such kind");
	for (int kind = SNAPSHOT_DIRECTORY; kind <= SNAPSHOT_ACCESS; kind++) {
		buffer_init(&empty, SNAPSHOT_BYTES_MAX);
		CHECK(snapshot_build(&nobody, (enum snapshot_kind)kind, &empty, &complaint) ==
				      STATUS_OK &&
			      snapshot_from_memory(&snapshot, empty.bytes, empty.length,
						   (enum snapshot_kind)kind) == STATUS_OK &&
			      snapshot_verify(&snapshot, &complaint) == STATUS_OK,
		      "an empty snapshot of kind %d", kind);
		CHECK(kind == SNAPSHOT_ACCESS ||
			      snapshot_find_user(&snapshot, TEXT("ann"), &user) == STATUS_NOT_FOUND,
		      "nobody in it");
		buffer_release(&empty);
	}
}

int main(void)
{
	test_refusals();
	test_record_refusals();
	test_limits();
	return check_done();
}
