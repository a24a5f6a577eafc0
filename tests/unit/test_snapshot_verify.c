/*
 * tests/unit/test_snapshot_verify.c: files that are whole, with good checksums, and still wrong.
 */
#include "snapshot/snapshot_verify.h"

#include "check.h"
#include "snapshot/snapshot_format.h"
#include "support/snapshot_fixture.h"

#define OPS "AGPAEXAMPLEEXAMPLE01"
#define DEVELOPERS "AGPAEXAMPLEEXAMPLE02"
#define ALICE_OF(groups) FIXTURE_PRINCIPAL("alice", 1001, groups)

static const struct record_case {
	const char *label;
	struct fixture_record records[4];
	const char *reason; /* NULL: nothing is wrong */
} record_cases[] = {
	{ "a principal and its groups",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alice", ALICE_OF("\"" OPS "\",\"" DEVELOPERS "\"") },
	    { SNAPSHOT_MAP_GROUPS, OPS, FIXTURE_GROUP("Ops") },
	    { SNAPSHOT_MAP_GROUPS, DEVELOPERS, FIXTURE_GROUP("Developers") } },
	  NULL },
	{ "a group that nobody is in",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alice", ALICE_OF("") },
	    { SNAPSHOT_MAP_GROUPS, OPS, FIXTURE_GROUP("Ops") } },
	  NULL },
	{ "a group that is missing",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alice", ALICE_OF("\"" OPS "\"") } },
	  "group " OPS " is missing" },
	{ "the second group is missing",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alice", ALICE_OF("\"" OPS "\",\"" DEVELOPERS "\"") },
	    { SNAPSHOT_MAP_GROUPS, OPS, FIXTURE_GROUP("Ops") } },
	  "group " DEVELOPERS " is missing" },
	{ "a group of another map",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alice", ALICE_OF("\"" OPS "\"") },
	    { SNAPSHOT_MAP_POLICIES, OPS, FIXTURE_GROUP("Ops") } },
	  "group " OPS " is missing" },
	{ "a group that cannot be decoded",
	  { { SNAPSHOT_MAP_GROUPS, OPS, "{\"Name\":\"Ops\"}" } },
	  "Arn" },
	{ "a principal that cannot be decoded",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alice", "{\"Name\":\"alice\"}" } },
	  "Id" },
	{ "a principal under another name",
	  { { SNAPSHOT_MAP_PRINCIPALS, "alicia", ALICE_OF("") } },
	  "the record of alicia is that of alice" },
};

static void test_records(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(record_cases); i++) {
		const struct record_case *row = &record_cases[i];
		struct complaint complaint = { 0 };
		struct snapshot snapshot;
		enum status status;
		AUTO_BUFFER bytes;

		buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
		fixture_build(&(struct fixture){ .records = row->records }, SNAPSHOT_ACCESS,
			      &bytes);
		CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes.bytes, bytes.length,
						   SNAPSHOT_ACCESS) == STATUS_OK,
			      "open");
		status = snapshot_verify(&snapshot, &complaint);
		CHECK(status == (row->reason ? STATUS_BAD_DATA : STATUS_OK), "%s: %s", row->label,
		      complaint.reason);
		CHECK(!row->reason || strstr(complaint.reason, row->reason) ||
			      strstr(complaint.place, row->reason),
		      "%s: told why", row->label);
	}
}

static void put(struct buffer *bytes, size_t offset, uint64_t value, size_t width)
{
	value = htole64(value);
	memcpy(bytes->bytes + offset, &value, width);
}

/* The place of a fifth map is an access snapshot's; in a directory nothing may stand there. */
static void test_unused_map(void)
{
	const size_t first = offsetof(struct snapshot_header, maps);
	const size_t last = offsetof(struct snapshot_header, body_checksum);
	const size_t unused = first + SNAPSHOT_DIRECTORY_MAPS * sizeof(struct snapshot_map_header);
	struct complaint complaint = { 0 };
	struct snapshot snapshot;
	unsigned refused = 0;
	AUTO_BUFFER bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(&(struct fixture){ .users = NULL }, SNAPSHOT_DIRECTORY, &bytes);
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes.bytes, bytes.length,
					   SNAPSHOT_DIRECTORY) == STATUS_OK &&
			      snapshot_verify(&snapshot, &complaint) == STATUS_OK,
		      "a directory");
	for (size_t at = unused; at < last; at++) {
		bytes.bytes[at] = 1;
		put(&bytes, offsetof(struct snapshot_header, header_checksum),
		    snapshot_checksum((unsigned char *)bytes.bytes,
				      offsetof(struct snapshot_header, header_checksum)),
		    8);
		refused += snapshot_verify(&snapshot, &complaint) == STATUS_BAD_DATA &&
			   strstr(complaint.reason, "unused field");
		bytes.bytes[at] = 0;
	}
	CHECK(last - unused == 24 && refused == 24, "each of its %zu bytes is looked at",
	      last - unused);
}

int main(void)
{
	test_records();
	test_unused_map();
	return check_done();
}
