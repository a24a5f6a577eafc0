/* Groups of access.snapshot: each written once, and looked up for each principal that is in it. */
#include <stdio.h>

#include "check.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_verify.h"
#include "support/snapshot_fixture.h"

static struct access_policy developer_policies[] = {
	{ TEXT("AGPAEXAMPLEEXAMPLE01/dev"), TEXT("group Developers") },
	{ TEXT("arn:aws:iam::aws:policy/ReadOnlyAccess"), TEXT("group Developers") },
};

static struct access_policy sudo_policies[] = {
	{ TEXT("arn:aws:iam::aws:policy/ReadOnlyAccess"), TEXT("group sudo") },
};

static struct access_group some_groups[] = {
	{ TEXT("Developers"), TEXT("AGPAEXAMPLEEXAMPLE01"),
	  TEXT("arn:aws:iam::123456789012:group/Developers"), TEXT("developers"),
	  developer_policies, ARRAY_LENGTH(developer_policies) },
	{ TEXT("Nothing"), TEXT("AGPAEXAMPLEEXAMPLE03"),
	  TEXT("arn:aws:iam::123456789012:group/Nothing"), TEXT("nothing"), NULL, 0 },
	{ TEXT("sudo"), TEXT("AGPAEXAMPLEEXAMPLE02"), TEXT("arn:aws:iam::123456789012:group/sudo"),
	  TEXT(""), sudo_policies, ARRAY_LENGTH(sudo_policies) },
};

static struct access_policy own_policies[] = {
	{ TEXT("arn:aws:iam::aws:policy/ReadOnlyAccess"), TEXT("user") },
	{ TEXT("AIDAEXAMPLEEXAMPLE01/own"), TEXT("user") },
};

static const struct access_principal alice = {
	.iam_name = TEXT("alice"),
	.id = TEXT("AIDAEXAMPLEEXAMPLE01"),
	.arn = TEXT("arn:aws:iam::123456789012:user/alice"),
	.unix_name = TEXT("alice"),
	.uid = 1001,
	.groups = some_groups,
	.group_count = ARRAY_LENGTH(some_groups),
	.policies = own_policies,
	.policy_count = ARRAY_LENGTH(own_policies),
};

static bool same_policies(const struct access_policy *a, const struct access_policy *b,
			  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!text_equal(a[i].key, b[i].key) || !text_equal(a[i].from, b[i].from))
			return false;
	return true;
}

static bool same_group(const struct access_group *a, const struct access_group *b)
{
	return text_equal(a->iam_name, b->iam_name) && text_equal(a->id, b->id) &&
	       text_equal(a->arn, b->arn) && text_equal(a->unix_name, b->unix_name) &&
	       a->policy_count == b->policy_count &&
	       same_policies(a->policies, b->policies, a->policy_count);
}

static bool same_groups(const struct access_principal *a, const struct access_principal *b)
{
	if (a->group_count != b->group_count)
		return false;
	for (size_t i = 0; i < a->group_count; i++)
		if (!same_group(&a->groups[i], &b->groups[i]))
			return false;
	return true;
}

/* An access snapshot that holds the groups of alice, but for those behind the first so many. */
static void build_groups(size_t count, struct buffer *out_bytes, struct snapshot *out_snapshot)
{
	struct fixture_record records[ARRAY_LENGTH(some_groups) + 1] = { { 0 } };
	struct buffer jsons[ARRAY_LENGTH(some_groups)];

	for (size_t i = 0; i < count; i++) {
		buffer_init(&jsons[i], ACCESS_RECORD_BYTES_MAX);
		CHECK_REQUIRE(access_group_encode(&some_groups[i], &jsons[i]) == STATUS_OK &&
				      buffer_append(&jsons[i], (struct text){ "", 1 }) == STATUS_OK,
			      "encode a group");
		records[i] = (struct fixture_record){ SNAPSHOT_MAP_GROUPS, some_groups[i].id.bytes,
						      jsons[i].bytes };
	}
	buffer_init(out_bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(&(struct fixture){ .records = records }, SNAPSHOT_ACCESS, out_bytes);
	for (size_t i = 0; i < count; i++)
		buffer_release(&jsons[i]);
	CHECK_REQUIRE(snapshot_from_memory(out_snapshot, out_bytes->bytes, out_bytes->length,
					   SNAPSHOT_ACCESS) == STATUS_OK,
		      "snapshot");
}

/* Behind the principal's own come those of each group. */
static bool has_all_policies(const struct access_principal *found,
			     const struct access_principal *written)
{
	size_t at = written->policy_count;

	if (found->policy_count < at ||
	    !same_policies(found->policies, written->policies, written->policy_count))
		return false;
	for (size_t i = 0; i < written->group_count; i++) {
		const struct access_group *group = &written->groups[i];

		if (found->policy_count - at < group->policy_count ||
		    !same_policies(found->policies + at, group->policies, group->policy_count))
			return false;
		at += group->policy_count;
	}
	return at == found->policy_count;
}

static void test_looked_up(void)
{
	struct access_principal back = { 0 };
	struct complaint complaint = { 0 };
	struct snapshot snapshot;
	AUTO_BUFFER json, bytes;
	AUTO_ARENA arena;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 1 << 20);
	build_groups(ARRAY_LENGTH(some_groups), &bytes, &snapshot);
	CHECK_REQUIRE(access_principal_encode(&alice, &json) == STATUS_OK, "encode");
	CHECK(access_principal_decode(&snapshot, buffer_text(&json), &arena, &back, &complaint) ==
		      STATUS_OK,
	      "decoded %s", complaint.reason);
	memset(bytes.bytes, 'x', bytes.length); /* everything must have been copied */
	CHECK(same_groups(&alice, &back), "the groups are looked up");
	CHECK(has_all_policies(&back, &alice),
	      "the principal's policies, then those of its groups");
}

static void test_alone(void)
{
	struct access_principal back = { 0 };
	AUTO_BUFFER json;
	AUTO_ARENA arena;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 1 << 20);
	CHECK_REQUIRE(access_principal_encode(&alice, &json) == STATUS_OK, "encode");
	CHECK(access_principal_decode_alone(buffer_text(&json), &arena, &back, NULL) == STATUS_OK,
	      "alone: decoded");
	CHECK(back.policy_count == ARRAY_LENGTH(own_policies) &&
		      same_policies(back.policies, own_policies, back.policy_count),
	      "alone: its own policies");
	CHECK(back.group_count == ARRAY_LENGTH(some_groups) &&
		      text_equal(back.groups[2].id, some_groups[2].id) &&
		      back.groups[2].iam_name.length == 0 && back.groups[2].policy_count == 0,
	      "alone: of a group its id");
}

/* A record says each thing once, and says nothing of what there is not. */
static void test_size(void)
{
	static const struct access_principal ann = { .iam_name = TEXT("n"),
						     .id = TEXT("i"),
						     .arn = TEXT("a"),
						     .unix_name = TEXT("ann"),
						     .uid = 1001,
						     .groups = some_groups,
						     .group_count = 1 };
	AUTO_BUFFER json, group_json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	buffer_init(&group_json, ACCESS_RECORD_BYTES_MAX);
	CHECK(access_principal_encode(&ann, &json) == STATUS_OK &&
		      text_is(buffer_text(&json),
			      "{\"Name\":\"n\",\"Id\":\"i\",\"Arn\":\"a\",\"UnixName\":\"ann\","
			      "\"Uid\":1001,\"Groups\":[\"AGPAEXAMPLEEXAMPLE01\"]}"),
	      "a principal: %.*s", TEXT_ARGUMENTS(buffer_text(&json)));
	CHECK(access_group_encode(&some_groups[2], &group_json) == STATUS_OK &&
		      text_is(buffer_text(&group_json),
			      "{\"Name\":\"sudo\",\"Arn\":\"arn:aws:iam::123456789012:group/"
			      "sudo\",\"Policies\":[\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]}"),
	      "a group: %.*s", TEXT_ARGUMENTS(buffer_text(&group_json)));
}

/* A principal is never decoded without one of its groups: it might be the one that denies. */
static void test_missing_group(void)
{
	for (size_t count = 0; count < ARRAY_LENGTH(some_groups); count++) {
		struct access_principal back = { .uid = 42 };
		struct complaint complaint = { 0 };
		struct snapshot snapshot;
		AUTO_BUFFER json, bytes;
		AUTO_ARENA arena;

		buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
		arena_init(&arena, 1 << 20);
		build_groups(count, &bytes, &snapshot);
		CHECK_REQUIRE(access_principal_encode(&alice, &json) == STATUS_OK, "encode");
		CHECK(access_principal_decode(&snapshot, buffer_text(&json), &arena, &back,
					      &complaint) == STATUS_BAD_DATA &&
			      back.uid == 42,
		      "only %zu groups have a record", count);
		CHECK(strstr(complaint.reason, some_groups[count].id.bytes) &&
			      strstr(complaint.reason, "missing"),
		      "it is named: %s", complaint.reason);
	}
}

/* Damage in a group's record is noticed by its checksum. */
static void test_damaged_group(void)
{
	struct access_principal back;
	struct complaint complaint = { 0 };
	struct snapshot snapshot;
	AUTO_BUFFER json, bytes;
	AUTO_ARENA arena;
	char *found;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 1 << 20);
	build_groups(ARRAY_LENGTH(some_groups), &bytes, &snapshot);
	found = memmem(bytes.bytes, bytes.length, "ReadOnlyAccess", 14);
	CHECK_REQUIRE(found && access_principal_encode(&alice, &json) == STATUS_OK, "encode");
	found[0] = 'r';
	CHECK(access_principal_decode(&snapshot, buffer_text(&json), &arena, &back, &complaint) ==
			      STATUS_BAD_DATA &&
		      strstr(complaint.reason, "damaged"),
	      "one byte of a group's policy: %s", complaint.reason);
}

static const struct group_case {
	const char *label;
	struct text json;
	enum status status;
	const char *place;
} group_cases[] = {
	{ "the least there can be", TEXT("{\"Name\":\"g\",\"Arn\":\"a\"}"), STATUS_OK, "" },
	{ "no object", TEXT("[]"), STATUS_BAD_INPUT, "" },
	{ "no name", TEXT("{\"Arn\":\"a\"}"), STATUS_BAD_INPUT, "Name" },
	{ "no ARN", TEXT("{\"Name\":\"g\"}"), STATUS_BAD_INPUT, "Arn" },
	{ "a bad Unix name", TEXT("{\"Name\":\"g\",\"Arn\":\"a\",\"UnixName\":\"r:t\"}"),
	  STATUS_BAD_INPUT, "" },
	{ "a policy that is a number",
	  TEXT("{\"Name\":\"g\",\"Arn\":\"a\",\"Policies\":[\"k\",1]}"), STATUS_BAD_INPUT,
	  "Policies[1]" },
};

static void test_decoding_groups(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(group_cases); i++) {
		const struct group_case *row = &group_cases[i];
		struct access_group group = { .policy_count = 42 };
		struct complaint complaint = { 0 };
		AUTO_ARENA arena;

		arena_init(&arena, 1 << 20);
		CHECK(access_group_decode(TEXT("i"), row->json, &arena, &group, &complaint) ==
				      row->status &&
			      strcmp(complaint.place, row->place) == 0,
		      "group: %s (%s: %s)", row->label, complaint.place, complaint.reason);
		CHECK(group.policy_count == (row->status == STATUS_OK ? 0 : 42),
		      "group: %s: out only on success", row->label);
	}
}

enum { LARGE_GROUPS = 700, LARGE_GROUPS_THAT_FIT = 600, LARGE_KEY_BYTES = 2000 };

/* One for all: three policies with long keys. Ends in a NUL. */
static void encode_large_group(struct buffer *out_json)
{
	static char key[LARGE_KEY_BYTES];
	const struct access_policy policy = { { key, sizeof(key) }, TEXT("group g") };
	struct access_policy policies[] = { policy, policy, policy };
	const struct access_group group = { .iam_name = TEXT("g"),
					    .id = TEXT("i"),
					    .arn = TEXT("a"),
					    .policies = policies,
					    .policy_count = ARRAY_LENGTH(policies) };

	memset(key, 'k', sizeof(key));
	buffer_init(out_json, ACCESS_RECORD_BYTES_MAX);
	CHECK_REQUIRE(access_group_encode(&group, out_json) == STATUS_OK &&
			      buffer_append(out_json, (struct text){ "", 1 }) == STATUS_OK,
		      "encode a group");
}

/* However a file came about, no principal makes its reader decode without end. */
static void test_large_groups(size_t count, bool is_fit)
{
	static struct fixture_record records[1 + LARGE_GROUPS + 1];
	static struct access_group groups[LARGE_GROUPS];
	static char ids[LARGE_GROUPS][32];
	struct access_principal principal = alice, back;
	enum status expected = is_fit ? STATUS_OK : STATUS_BAD_DATA;
	struct complaint complaint = { 0 };
	struct snapshot snapshot;
	AUTO_BUFFER group_json, json, bytes;
	AUTO_ARENA arena;

	arena_init(&arena, 32 << 20);
	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	encode_large_group(&group_json);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "AGPA%016zu", i);
		records[1 + i] =
			(struct fixture_record){ SNAPSHOT_MAP_GROUPS, ids[i], group_json.bytes };
		groups[i].id = text_of(ids[i]);
	}
	principal.groups = groups;
	principal.group_count = count;
	CHECK_REQUIRE(access_principal_encode(&principal, &json) == STATUS_OK &&
			      buffer_append(&json, (struct text){ "", 1 }) == STATUS_OK,
		      "encode");
	records[0] = (struct fixture_record){ SNAPSHOT_MAP_PRINCIPALS, "alice", json.bytes };
	fixture_build(&(struct fixture){ .records = records }, SNAPSHOT_ACCESS, &bytes);
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes.bytes, bytes.length, SNAPSHOT_ACCESS) ==
			      STATUS_OK,
		      "snapshot");
	CHECK(access_principal_decode(&snapshot, text_of(json.bytes), &arena, &back, &complaint) ==
			      expected &&
		      (is_fit ? back.policy_count == alice.policy_count + 3 * count
			      : strstr(complaint.reason, "exceed") != NULL),
	      "all policies of %zu large groups, or none: \"%s\"", count, complaint.reason);
	complaint.reason[0] = '\0';
	CHECK(snapshot_verify(&snapshot, &complaint) == expected &&
		      (is_fit || strstr(complaint.reason, "exceed")),
	      "verify: %zu large groups: \"%s\"", count, complaint.reason);
}

static void test_bad_group(void)
{
	struct access_group group = some_groups[0];
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	group.unix_name = TEXT("r:t");
	CHECK(access_group_encode(&group, &json) == STATUS_BAD_INPUT && json.length == 0,
	      "not written: a group of a bad Unix name");
	group = some_groups[0];
	group.iam_name = TEXT("");
	CHECK(access_group_encode(&group, &json) == STATUS_BAD_INPUT && json.length == 0,
	      "not written: a group without a name");
}

int main(void)
{
	test_looked_up();
	test_alone();
	test_size();
	test_missing_group();
	test_damaged_group();
	test_decoding_groups();
	test_large_groups(LARGE_GROUPS_THAT_FIT, true);
	test_large_groups(LARGE_GROUPS, false);
	test_bad_group();
	return check_done();
}
