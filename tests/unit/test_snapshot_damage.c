/* Files that are damaged, cut, or not to be trusted. */
#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"
#include "snapshot/snapshot_format.h"
#include "snapshot/snapshot_reader.h"
#include "snapshot/snapshot_verify.h"
#include "support/scratch.h"
#include "support/snapshot_fixture.h"
#include "support/snapshot_walk.h"

static const struct fixture_user users[] = {
	{ .name = "alice", .uid = 1879048193, .keys = "ssh-rsa AAAA APKA1\n" },
	{ .name = "bob", .uid = 1001, .gid = 1879048300 },
	{ .name = "carol", .uid = 1000 },
	{ 0 },
};

static const struct fixture_group groups[] = {
	{ "developers", 1879048300, "bob alice" },
	{ "admins", 66000, "carol alice" },
	{ 0 },
};

static const struct fixture_record records[] = {
	{ SNAPSHOT_MAP_PRINCIPALS, "alice",
	  FIXTURE_PRINCIPAL("alice", 1879048193, "\"AGPAEXAMPLEEXAMPLE01\"") },
	{ SNAPSHOT_MAP_PRINCIPALS, "bob", FIXTURE_PRINCIPAL("bob", 1001, "") },
	{ SNAPSHOT_MAP_GROUPS, "AGPAEXAMPLEEXAMPLE01", FIXTURE_GROUP("Ops") },
	{ SNAPSHOT_MAP_POLICIES, "arn:aws:iam::aws:policy/AdministratorAccess", "{}" },
	{ SNAPSHOT_MAP_SETTINGS, "account", "{\"AccountId\":\"1\"}" },
	{ SNAPSHOT_MAP_ASSIGNMENTS, "AIDAEXAMPLEEXAMPLE", "1879048193" },
	{ 0 },
};

static const struct fixture fixture = { .users = users, .groups = groups, .records = records };

static const char *const kind_names[] = { "", "directory", "access" };

struct damage {
	size_t copies, opened, broken, unnoticed;
};

/* Opens damaged bytes, asks them for everything, and has them verified. */
static void ask(struct damage *damage, const void *bytes, size_t size, enum snapshot_kind kind)
{
	struct complaint complaint;
	struct snapshot snapshot;

	damage->copies++;
	if (snapshot_from_memory(&snapshot, bytes, size, kind) != STATUS_OK)
		return;
	damage->opened++;
	damage->broken += walk_all(&snapshot).broken;
	damage->unnoticed += snapshot_verify_checksums(&snapshot, &complaint) != STATUS_BAD_DATA ||
			     snapshot_verify(&snapshot, &complaint) != STATUS_BAD_DATA;
}

static void test_flips(const struct buffer *good, enum snapshot_kind kind)
{
	static const unsigned char masks[] = { 0xff, 1, 2, 4, 8, 16, 32, 64, 128 };
	struct damage damage = { 0 };

	for (size_t at = 0; at < good->length; at++)
		for (size_t i = 0; i < ARRAY_LENGTH(masks); i++) {
			/* A block of its own, so that a sanitizer sees one byte too many. */
			char *bytes = malloc(good->length);

			CHECK_REQUIRE(bytes, "malloc");
			memcpy(bytes, good->bytes, good->length);
			bytes[at] = (char)(bytes[at] ^ masks[i]);
			ask(&damage, bytes, good->length, kind);
			free(bytes);
		}
	CHECK(damage.copies == good->length * 9 && damage.opened > good->length,
	      "%s: flipped %zu times, opened %zu times", kind_names[kind], damage.copies,
	      damage.opened);
	CHECK(damage.broken == 0, "%s: no flip makes the reader break a promise", kind_names[kind]);
	CHECK(damage.unnoticed == 0, "%s: no flip goes unnoticed", kind_names[kind]);
}

static void put(char *bytes, size_t offset, uint64_t value, size_t width)
{
	value = htole64(value);
	memcpy(bytes + offset, &value, width);
}

/* Cut anywhere: refused as it is, and harmless when the header was made to agree. */
static void test_truncation(const struct buffer *good, enum snapshot_kind kind)
{
	struct damage cut = { 0 }, agreeing = { 0 };

	for (size_t size = 0; size < good->length; size++) {
		char *bytes = malloc(size ? size : 1);

		CHECK_REQUIRE(bytes, "malloc");
		memcpy(bytes, good->bytes, size);
		ask(&cut, bytes, size, kind);
		if (size >= 32)
			put(bytes, offsetof(struct snapshot_header, file_size), size, 8);
		ask(&agreeing, bytes, size, kind);
		free(bytes);
	}
	CHECK(cut.copies == good->length && cut.opened == 0, "%s: cut anywhere, never opened",
	      kind_names[kind]);
	CHECK(agreeing.opened > 0 && agreeing.broken == 0 && agreeing.unnoticed == 0,
	      "%s: cut with a header that agrees", kind_names[kind]);
}

/* A field of the file set to something, then a question. */
static const struct forged_case {
	const char *label;
	size_t offset;
	uint32_t value;
} header_cases[] = {
	{ "magic", 0, 0x4d414989 + 1 },
	{ "format 0", 8, 0 },
	{ "format 2", 8, 2 },
	{ "no such kind", 12, 3 },
	{ "the other kind", 12, SNAPSHOT_ACCESS },
	{ "a smaller header", 16, 191 },
	{ "a larger header", 16, 256 },
	{ "a larger file", 24, 0x7fffffff },
	{ "a file of 4 GiB and more", 28, 1 },
	{ "more records than slots", 56, 3 + 2 },
	{ "records without end", 56, UINT32_MAX },
	{ "a table behind the end", 60, 0x7ffffff0 },
	{ "no slots", 64, 0 },
	{ "one slot", 64, 1 },
	{ "slots that are no power of two", 64, 7 },
	{ "slots without end", 64, 0x80000000 },
	{ "slots behind the end", 68, UINT32_MAX },
};

static void test_headers(const struct buffer *good)
{
	struct snapshot snapshot;

	for (size_t i = 0; i < ARRAY_LENGTH(header_cases); i++) {
		AUTO_FREE char *bytes = malloc(good->length);

		CHECK_REQUIRE(bytes, "malloc");
		memcpy(bytes, good->bytes, good->length);
		put(bytes, header_cases[i].offset, header_cases[i].value, 4);
		CHECK(snapshot_from_memory(&snapshot, bytes, good->length, SNAPSHOT_DIRECTORY) ==
			      STATUS_BAD_DATA,
		      "refused: %s", header_cases[i].label);
	}
	CHECK(snapshot_from_memory(&snapshot, good->bytes, good->length, SNAPSHOT_ACCESS) ==
		      STATUS_BAD_DATA,
	      "refused: a directory asked for as records");
}

static const uint32_t bad_ids[] = { 0, 1, 27, 999, 65534, 65535, UINT32_MAX };

/* Whatever id stands in a record: below the minimum it is not told. */
static void test_bad_ids(const struct buffer *good)
{
	AUTO_FREE char *bytes = malloc(good->length);
	struct snapshot_group group;
	struct snapshot_user user;
	struct snapshot snapshot;
	struct snapshot_gids gids;
	size_t record, group_record, gid_place;

	CHECK_REQUIRE(bytes, "malloc");
	memcpy(bytes, good->bytes, good->length);
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes, good->length, SNAPSHOT_DIRECTORY) ==
			      STATUS_OK,
		      "open");
	CHECK_REQUIRE(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_OK &&
			      snapshot_memberships(&snapshot, &user, &gids) == STATUS_OK &&
			      snapshot_find_group(&snapshot, TEXT("admins"), &group) == STATUS_OK,
		      "carol and admins");
	record = user.position;
	gid_place = (size_t)((const char *)gids.bytes - bytes);
	group_record = (size_t)(group.name.bytes - bytes) - sizeof(struct snapshot_group_record);
	for (size_t i = 0; i < ARRAY_LENGTH(bad_ids); i++) {
		put(bytes, gid_place, bad_ids[i], 4);
		CHECK(snapshot_memberships(&snapshot, &user, &gids) == STATUS_BAD_DATA,
		      "membership of %u", bad_ids[i]);
		put(bytes, group_record, bad_ids[i], 4);
		CHECK(snapshot_find_group(&snapshot, TEXT("admins"), &group) == STATUS_BAD_DATA,
		      "group with gid %u", bad_ids[i]);
		put(bytes, record, 1000, 4);
		put(bytes, record + 4, bad_ids[i], 4);
		CHECK(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_BAD_DATA,
		      "user with gid %u", bad_ids[i]);
		put(bytes, record, bad_ids[i], 4);
		CHECK(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_BAD_DATA &&
			      snapshot_find_group(&snapshot, TEXT("carol"), &group) ==
				      STATUS_BAD_DATA &&
			      snapshot_find_uid(&snapshot, 1000, &user) == STATUS_BAD_DATA,
		      "user with uid %u", bad_ids[i]);
	}
}

/* The minimum of the header holds, and none in the header lowers the floor. */
static void test_minimum(const struct buffer *good)
{
	AUTO_FREE char *bytes = malloc(good->length);
	struct snapshot_user user;
	struct snapshot snapshot;

	CHECK_REQUIRE(bytes, "malloc");
	memcpy(bytes, good->bytes, good->length);
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes, good->length, SNAPSHOT_DIRECTORY) ==
			      STATUS_OK,
		      "open");
	put(bytes, offsetof(struct snapshot_header, id_minimum), 1001, 4);
	CHECK(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_BAD_DATA,
	      "1000 is below 1001");
	CHECK(snapshot_find_user(&snapshot, TEXT("bob"), &user) == STATUS_OK, "1001 is not");
	put(bytes, offsetof(struct snapshot_header, id_minimum), 0, 4);
	CHECK(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_OK, "minimum 0");
	put(bytes, user.position, 999, 4);
	put(bytes, user.position + 4, 999, 4);
	CHECK(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_BAD_DATA,
	      "999 is below every minimum");
}

/* Every slot leads to alice with the tag of the name that is asked for. */
static void test_full_index(const struct buffer *good)
{
	AUTO_FREE char *bytes = malloc(good->length);
	struct snapshot_user user;
	struct snapshot snapshot;
	uint32_t slots, alice;

	CHECK_REQUIRE(bytes, "malloc");
	memcpy(bytes, good->bytes, good->length);
	CHECK_REQUIRE(snapshot_from_memory(&snapshot, bytes, good->length, SNAPSHOT_DIRECTORY) ==
				      STATUS_OK &&
			      snapshot_find_user(&snapshot, TEXT("alice"), &user) == STATUS_OK,
		      "alice");
	alice = user.position;
	slots = load_uint32((unsigned char *)bytes + 68);
	for (uint32_t i = 0; i < 8; i++) {
		put(bytes, slots + 8 * i, hash64(TEXT("mallory"), 0) >> 32, 4);
		put(bytes, slots + 8 * i + 4, alice, 4);
	}
	CHECK(snapshot_find_user(&snapshot, TEXT("mallory"), &user) == STATUS_NOT_FOUND,
	      "a full index ends the search, and a tag is not a name");
	CHECK(snapshot_find_user(&snapshot, TEXT("alice"), &user) == STATUS_NOT_FOUND,
	      "a name without its tag is not found");
}

static void write_file(const char *path, const struct buffer *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK_REQUIRE(fd >= 0 && write(fd, bytes->bytes, size) == (ssize_t)size &&
			      fchmod(fd, mode) == 0,
		      path);
	close(fd);
}

static void make_good(const char *path, const struct buffer *good)
{
	write_file(path, good, good->length, 0644);
}

static void make_private(const char *path, const struct buffer *good)
{
	write_file(path, good, good->length, 0600);
}

/* Neither root's nor that of the owner asked for. */
static void make_of_another(const char *path, const struct buffer *good)
{
	make_good(path, good);
	if (getuid() == 0)
		CHECK_REQUIRE(chown(path, 12345, 12345) == 0, path);
}

static void make_group_writable(const char *path, const struct buffer *good)
{
	write_file(path, good, good->length, 0664);
}

static void make_writable(const char *path, const struct buffer *good)
{
	write_file(path, good, good->length, 0646);
}

static void make_cut(const char *path, const struct buffer *good)
{
	write_file(path, good, good->length - 1, 0644);
}

static void make_empty(const char *path, const struct buffer *good)
{
	write_file(path, good, 0, 0644);
}

static void make_link(const char *path, const struct buffer *good)
{
	char target[SCRATCH_PATH_SIZE + 8];

	(void)snprintf(target, sizeof(target), "%s.target", path);
	make_good(target, good);
	CHECK_REQUIRE(symlink(target, path) == 0, path);
}

static void make_fifo(const char *path, const struct buffer *good)
{
	(void)good;
	CHECK_REQUIRE(mkfifo(path, 0644) == 0, path);
}

static void make_folder(const char *path, const struct buffer *good)
{
	(void)good;
	CHECK_REQUIRE(mkdir(path, 0755) == 0, path);
}

static void make_nothing(const char *path, const struct buffer *good)
{
	(void)path;
	(void)good;
}

static const struct file_case {
	const char *label;
	void (*make)(const char *path, const struct buffer *good);
	enum snapshot_kind kind;
	uid_t owner_off_by;
	enum status status;
} file_cases[] = {
	{ "readable by all", make_good, SNAPSHOT_DIRECTORY, 0, STATUS_OK },
	{ "readable by its owner", make_private, SNAPSHOT_DIRECTORY, 0, STATUS_OK },
	{ "absent", make_nothing, SNAPSHOT_DIRECTORY, 0, STATUS_UNAVAILABLE },
	{ "of another owner", make_of_another, SNAPSHOT_DIRECTORY, 1, STATUS_BAD_DATA },
	{ "of another kind", make_good, SNAPSHOT_ACCESS, 0, STATUS_BAD_DATA },
	{ "writable by its group", make_group_writable, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
	{ "writable by all", make_writable, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
	{ "cut", make_cut, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
	{ "empty", make_empty, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
	{ "a link", make_link, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
	{ "a fifo", make_fifo, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
	{ "a folder", make_folder, SNAPSHOT_DIRECTORY, 0, STATUS_BAD_DATA },
};

static int lowest_free_descriptor(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

static void test_files(const struct buffer *good)
{
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE], name[16];
	int free_before;

	scratch_make(folder);
	free_before = lowest_free_descriptor();
	for (size_t i = 0; i < ARRAY_LENGTH(file_cases); i++) {
		const struct file_case *row = &file_cases[i];
		struct snapshot snapshot = { 0 };

		(void)snprintf(name, sizeof(name), "%zu", i);
		row->make(scratch_path(path, folder, name), good);
		CHECK(snapshot_open(&snapshot, path, row->kind, getuid() + row->owner_off_by) ==
			      row->status,
		      "a file that is %s", row->label);
		CHECK(!!snapshot.base == (row->status == STATUS_OK), "%s: out only on success",
		      row->label);
		if (row->status == STATUS_OK)
			CHECK(snapshot.is_mapped && walk_all(&snapshot).broken == 0 &&
				      walk_all(&snapshot).answers > 10,
			      "%s: it answers", row->label);
		snapshot_close(&snapshot);
		CHECK(snapshot.base == NULL && !snapshot.is_mapped, "%s: closed", row->label);
	}
	CHECK(lowest_free_descriptor() == free_before, "no descriptor is left open");
	CHECK(snapshot_open(&(struct snapshot){ 0 }, scratch_path(path, folder, "0/below"),
			    SNAPSHOT_DIRECTORY, getuid()) == STATUS_UNAVAILABLE,
	      "below what is no folder");
}

int main(void)
{
	AUTO_BUFFER directory, access;

	buffer_init(&directory, SNAPSHOT_BYTES_MAX);
	buffer_init(&access, SNAPSHOT_BYTES_MAX);
	fixture_build(&fixture, SNAPSHOT_DIRECTORY, &directory);
	fixture_build(&fixture, SNAPSHOT_ACCESS, &access);
	test_flips(&directory, SNAPSHOT_DIRECTORY);
	test_flips(&access, SNAPSHOT_ACCESS);
	test_truncation(&directory, SNAPSHOT_DIRECTORY);
	test_truncation(&access, SNAPSHOT_ACCESS);
	test_headers(&directory);
	test_bad_ids(&directory);
	test_minimum(&directory);
	test_full_index(&directory);
	test_files(&directory);
	return check_done();
}
