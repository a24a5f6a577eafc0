/* Building and reading without memory or files: refused, and nothing half done is left. */
#include "check.h"
#include "fault.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_builder.h"

static const uint32_t gids[] = { 5000 };
static const struct text members[] = { TEXT("ann"), TEXT("bob") };

static const struct build_user users[] = {
	{ .name = TEXT("bob"), .uid = 1002, .gid = 1002, .gids = gids, .gid_count = 1 },
	{ .name = TEXT("ann"), .uid = 1001, .gid = 1001, .gids = gids, .gid_count = 1 },
};

static const struct build_group groups[] = {
	{ .name = TEXT("dev"), .gid = 5000, .members = members, .member_count = 2 },
	{ .name = TEXT("ann"), .gid = 1001 },
};

static const struct build_record records[] = {
	{ SNAPSHOT_MAP_PRINCIPALS, TEXT("ann"), TEXT("{}") },
	{ SNAPSHOT_MAP_GROUPS, TEXT("AGPAEXAMPLEEXAMPLE01"),
	  TEXT("{\"Name\":\"Dev\",\"Arn\":\"arn\",\"Policies\":[\"p\"]}") },
	{ SNAPSHOT_MAP_POLICIES, TEXT("p"), TEXT("{}") },
};

static const struct build_input input = { .id_minimum = 1000,
					  .users = users,
					  .user_count = ARRAY_LENGTH(users),
					  .groups = groups,
					  .group_count = ARRAY_LENGTH(groups),
					  .records = records,
					  .record_count = ARRAY_LENGTH(records) };

static void test_build(enum snapshot_kind kind, const char *label)
{
	struct complaint complaint;
	bool reached = true;
	unsigned at = 1;

	for (; reached && at < 20; at++) {
		struct snapshot snapshot;
		enum status status;
		AUTO_BUFFER bytes;

		buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
		fault_arm(FAULT_MEMORY, at, false);
		status = snapshot_build(&input, kind, &bytes, &complaint);
		reached = fault_disarm();
		CHECK(status == (reached ? STATUS_NO_MEMORY : STATUS_OK), "%s: allocation %u: %s",
		      label, at, status_text(status));
		CHECK(reached ? bytes.length == 0
			      : snapshot_from_memory(&snapshot, bytes.bytes, bytes.length, kind) ==
					STATUS_OK,
		      "%s: whole or nothing", label);
	}
	CHECK(at > 2 && at < 20, "%s: every allocation failed once", label);
}

static struct access_group some_groups[] = {
	{ .iam_name = TEXT("Dev"), .id = TEXT("AGPAEXAMPLEEXAMPLE01"), .arn = TEXT("arn") },
};

static const struct access_principal ann = { .iam_name = TEXT("Ann"),
					     .id = TEXT("AIDAEXAMPLEEXAMPLE01"),
					     .arn = TEXT("arn"),
					     .unix_name = TEXT("ann"),
					     .uid = 1001,
					     .groups = some_groups,
					     .group_count = 1 };

static void test_encode(void)
{
	bool reached = true;
	unsigned at = 1;

	for (; reached && at < 40; at++) {
		enum status status;
		AUTO_BUFFER json;

		buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
		fault_arm(FAULT_MEMORY, at, false);
		status = access_principal_encode(&ann, &json);
		reached = fault_disarm();
		CHECK(status == (reached ? STATUS_NO_MEMORY : STATUS_OK) &&
			      (json.length == 0) == reached,
		      "encoding: allocation %u: %s", at, status_text(status));
	}
	CHECK(at > 2 && at < 40, "encoding: every allocation failed once");
}

/* The principal's record and that of its group. */
static void test_decode(struct text json)
{
	struct complaint complaint = { 0 };
	struct snapshot snapshot;
	AUTO_BUFFER bytes;
	bool reached = true;
	unsigned at = 1;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	CHECK_REQUIRE(snapshot_build(&input, SNAPSHOT_ACCESS, &bytes, &complaint) == STATUS_OK &&
			      snapshot_from_memory(&snapshot, bytes.bytes, bytes.length,
						   SNAPSHOT_ACCESS) == STATUS_OK,
		      complaint.reason);

	for (; reached && at < 400; at++) {
		struct access_principal principal = { .uid = 42 };
		enum status status;
		AUTO_ARENA arena;

		arena_init(&arena, 1 << 20);
		fault_arm(FAULT_MEMORY, at, false);
		status = access_principal_decode(&snapshot, json, &arena, &principal, &complaint);
		reached = fault_disarm();
		CHECK(reached ? status == STATUS_NO_MEMORY && principal.uid == 42
			      : status == STATUS_OK && principal.uid == 1001 &&
					principal.policy_count == 1,
		      "decoding: allocation %u: %s", at, status_text(status));
	}
	CHECK(at > 2 && at < 400, "decoding: every allocation failed once");
}

static void test_open(void)
{
	struct snapshot snapshot = { .base = NULL };

	fault_arm(FAULT_SYSTEM, 1, false);
	CHECK(snapshot_open(&snapshot, "/nowhere/directory.snapshot", SNAPSHOT_DIRECTORY, 0) ==
			      STATUS_SYSTEM &&
		      errno != 0 && !snapshot.base,
	      "open(2) fails: that is not absence");
	CHECK(fault_disarm(), "open(2) was called");
}

int main(void)
{
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	test_build(SNAPSHOT_DIRECTORY, "directory");
	test_build(SNAPSHOT_ACCESS, "access");
	test_encode();
	CHECK_REQUIRE(access_principal_encode(&ann, &json) == STATUS_OK, "encode");
	test_decode(buffer_text(&json));
	test_open();
	return check_done();
}
