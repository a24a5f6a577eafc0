/*
 * tests/unit/test_sync_ids.c: whose number is whose, from one sync to the next.
 */
#include <stdio.h>

#include "check.h"
#include "directory/posix_id.h"
#include "support/scratch.h"
#include "support/sync_host.h"

/* Ten ids: they fill up, and unique ids meet in them. */
static const char SMALL_RANGE[] = "[ids]\nfirst = 200000\nlast = 200009\n";
static const struct posix_id_range small_range = { 200000, 200009 };

static void start(const char *conf)
{
	(void)host_start();
	host_write("etc/iam/iam.conf", conf);
	host_write("etc/passwd", "root:x:0:0::/:/bin/sh\nlocal:x:5000:5001::/:/bin/sh\n");
	host_write("etc/group", "root:x:0:\nlocals:x:5002:\n");
}

static enum status sync_users(const struct host_entity *users, bool accept_shrink)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;

	host_document(&(struct host_document){ .users = users });
	return host_sync((struct host_run){ .accept_shrink = accept_shrink }, &result, &complaint);
}

static void test_rename_and_return(void)
{
	static const struct host_entity before[] = { { "alice", 1, 1, "", NULL, NULL },
						     { "bob", 2, 2, "", NULL, NULL },
						     { .name = NULL } };
	static const struct host_entity renamed[] = { { "alicia", 1, 1, "", NULL, NULL },
						      { "bob", 2, 2, "", NULL, NULL },
						      { .name = NULL } };
	static const struct host_entity again[] = { { "alice", 3, 3, "", NULL, NULL },
						    { "bob", 2, 2, "", NULL, NULL },
						    { .name = NULL } };
	uint32_t alice, bob;

	start("");
	host_sync_users(before);
	alice = host_uid("alice");
	bob = host_uid("bob");
	CHECK(alice == posix_id_preferred(text_of(host_iam_id("AIDA", 1)),
					  (struct posix_id_range){ POSIX_ID_FIRST_DEFAULT,
								   POSIX_ID_LAST_DEFAULT }),
	      "the uid comes from the unique id");
	host_sync_users(renamed);
	CHECK(host_uid("alicia") == alice && host_uid("alice") == 0,
	      "a renamed user keeps the uid");
	host_sync_users(again);
	CHECK(host_uid("alice") != alice && host_uid("alice") != 0,
	      "one made again under the name has another");
	host_sync_users(before);
	CHECK(host_uid("alice") == alice, "the first one, come back, has the old one");
	CHECK(host_uid("bob") == bob, "nobody else moved");
}

static void test_retired_ids(void)
{
	struct host_entity users[12] = { { .name = NULL } };
	char names[12][8];
	uint32_t gone = 0;
	struct snapshot snapshot;
	struct snapshot_user user;

	start(SMALL_RANGE);
	for (unsigned i = 0; i < 11; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "u%u", i);
		users[i] = (struct host_entity){ names[i], i + 1, 1, "", NULL, NULL };
	}
	/* Eight users and iam-sudo; then one goes and two come, and one place is left. */
	users[8].name = NULL;
	host_sync_users(users);
	gone = host_uid("u0");
	CHECK(gone >= 200000 && gone <= 200009, "ids of the range");
	users[8].name = names[8];
	users[0] = users[9];
	users[9].name = NULL;
	host_sync_users(users);
	CHECK(host_reports("id-range-full") == 1, "one of the two finds no place");
	snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	CHECK(snapshot_find_uid(&snapshot, gone, &user) == STATUS_NOT_FOUND,
	      "the id of the one who is gone is nobody's");
	snapshot_close(&snapshot);
	for (int i = 0; i < 3; i++)
		host_sync_users(users);
	snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	CHECK(snapshot_find_uid(&snapshot, gone, &user) == STATUS_NOT_FOUND,
	      "and stays so, sync after sync");
	snapshot_close(&snapshot);
}

/* Two unique ids with the same place in the small range. */
static unsigned partner_of(unsigned id)
{
	uint32_t place = posix_id_preferred(text_of(host_iam_id("AIDA", id)), small_range);

	for (unsigned other = id + 1; other < 10000; other++)
		if (posix_id_preferred(text_of(host_iam_id("AIDA", other)), small_range) == place)
			return other;
	return 0;
}

static void test_collision(void)
{
	unsigned other = partner_of(1);
	uint32_t place = posix_id_preferred(text_of(host_iam_id("AIDA", 1)), small_range);
	const struct {
		const char *what;
		struct host_entity users[3];
		const char *keeper;
	} rows[] = {
		{ "the older one keeps its place",
		  { { "alice", 1, 1, "", NULL, NULL }, { "bob", other, 2, "", NULL, NULL } },
		  "alice" },
		{ "the older one keeps its place, whatever its id",
		  { { "alice", 1, 2, "", NULL, NULL }, { "bob", other, 1, "", NULL, NULL } },
		  "bob" },
	};

	CHECK_REQUIRE(other != 0, "a pair of ids with one place");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *loser = strcmp(rows[i].keeper, "bob") == 0 ? "alice" : "bob";
		uint32_t given[2];

		for (int reversed = 0; reversed <= 1; reversed++) {
			start(SMALL_RANGE);
			host_sync_document(&(struct host_document){ .users = rows[i].users,
								    .is_reversed = reversed });
			CHECK(host_uid(rows[i].keeper) == place, "%s (%s)", rows[i].what,
			      reversed ? "reversed" : "in order");
			given[reversed] = host_uid(loser);
			CHECK(host_reports("id-collision") == 1 &&
				      host_reported("id-collision", rows[i].keeper) &&
				      host_reported("id-collision", loser),
			      "%s: both are named in the report", rows[i].what);
		}
		CHECK(given[0] == given[1] && given[0] != place && given[0] != 0,
		      "%s: the other has the same id either way", rows[i].what);
		host_sync_users(rows[i].users);
		CHECK(host_uid(loser) == given[0] && host_reports("id-collision") == 1,
		      "%s: it keeps it, and the report stays", rows[i].what);
	}
}

/* Whoever had the number first on this host keeps it, whatever the dates say later. */
static void test_collision_with_earlier(void)
{
	unsigned other = partner_of(1);
	const struct host_entity first[] = { { "bob", other, 9, "", NULL, NULL },
					     { .name = NULL } };
	const struct host_entity both[] = { { "alice", 1, 1, "", NULL, NULL },
					    { "bob", other, 9, "", NULL, NULL },
					    { .name = NULL } };
	uint32_t bob;

	start(SMALL_RANGE);
	host_sync_users(first);
	bob = host_uid("bob");
	host_sync_users(both);
	CHECK(host_uid("bob") == bob && host_uid("alice") != bob && host_uid("alice") != 0,
	      "an id that was given is not taken away");
}

static const struct {
	const char *value;
	uint32_t uid; /* 0: the automatic one */
	const char *code;
} uid_tags[] = {
	{ "6000", 6000, NULL },
	{ "1000", 1000, NULL },
	{ "59999", 59999, NULL },
	{ "300000", 300000, NULL },
	{ "1879048192", 1879048192, NULL },
	{ "2147483646", 2147483646, NULL },
	{ "0", 0, "uid-tag-invalid" },
	{ "1", 0, "uid-tag-invalid" },
	{ "999", 0, "uid-tag-invalid" },
	{ "60001", 0, "uid-tag-invalid" },
	{ "61184", 0, "uid-tag-invalid" },
	{ "65519", 0, "uid-tag-invalid" },
	{ "65534", 0, "uid-tag-invalid" },
	{ "65535", 0, "uid-tag-invalid" },
	{ "524288", 0, "uid-tag-invalid" },
	{ "1879048191", 0, "uid-tag-invalid" },
	{ "2147483647", 0, "uid-tag-invalid" },
	{ "2147483648", 0, "uid-tag-invalid" },
	{ "4294967294", 0, "uid-tag-invalid" },
	{ "4294967295", 0, "uid-tag-invalid" },
	{ "4294968296", 0, "uid-tag-invalid" }, /* 1000 in 32 bits */
	{ "18446744073709552616", 0, "uid-tag-invalid" },
	{ "-1", 0, "uid-tag-invalid" },
	{ "+6000", 0, "uid-tag-invalid" },
	{ " 6000", 0, "uid-tag-invalid" },
	{ "6000 ", 0, "uid-tag-invalid" },
	{ "06000", 0, "uid-tag-invalid" },
	{ "0x1770", 0, "uid-tag-invalid" },
	{ "6e3", 0, "uid-tag-invalid" },
	{ "6000.0", 0, "uid-tag-invalid" },
	{ "", 0, "uid-tag-invalid" },
	{ "root", 0, "uid-tag-invalid" },
	{ "5000", 0, "uid-tag-taken" }, /* a uid of the host */
	{ "5001", 0, "uid-tag-taken" }, /* a gid in the host's passwd */
	{ "5002", 0, "uid-tag-taken" }, /* a gid in the host's group */
	{ "7000", 0, "uid-tag-taken" }, /* an older user's tag */
};

static void test_uid_tags(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(uid_tags); i++) {
		char tag[64];
		struct host_entity users[] = { { "older", 1, 1, "", "UnixUid=7000", NULL },
					       { "alice", 2, 2, "", tag, NULL },
					       { .name = NULL } };
		uint32_t uid, automatic = posix_id_preferred(
				      text_of(host_iam_id("AIDA", 2)),
				      (struct posix_id_range){ POSIX_ID_FIRST_DEFAULT,
							       POSIX_ID_LAST_DEFAULT });

		(void)snprintf(tag, sizeof(tag), "UnixUid=%s", uid_tags[i].value);
		start("");
		host_sync_users(users);
		uid = host_uid("alice");
		CHECK(uid == (uid_tags[i].uid ? uid_tags[i].uid : automatic) &&
			      host_gid("alice") == uid,
		      "UnixUid '%s': %u", uid_tags[i].value, uid);
		CHECK(host_uid("older") == 7000, "UnixUid '%s': the older user keeps 7000",
		      uid_tags[i].value);
		CHECK(uid_tags[i].code
			      ? host_reports(uid_tags[i].code) == 1
			      : host_reports("uid-tag-invalid") + host_reports("uid-tag-taken") ==
					0,
		      "UnixUid '%s': report %s", uid_tags[i].value,
		      uid_tags[i].code ? uid_tags[i].code : "none");
	}
}

/* A tag set, changed and removed again, while everything else about the user changes too. */
static void test_tag_over_time(void)
{
	static const struct {
		const char *what, *tags;
		uint32_t uid; /* 0: the automatic one of the beginning */
		const char *code;
	} steps[] = {
		{ "no tag", NULL, 0, NULL },
		{ "a tag moves an account that has a uid", "UnixUid=6000", 6000, "uid-changed" },
		{ "it stays, whatever else changes", "UnixUid=6000|UnixShell=/bin/sh", 6000, NULL },
		{ "and again", "UnixUid=6000|UnixGecos=x|team=red", 6000, NULL },
		{ "and again", "UnixGecos=y|UnixUid=6000", 6000, NULL },
		{ "another tag moves it again", "UnixUid=6001", 6001, "uid-changed" },
		{ "a bad tag moves nothing", "UnixUid=0", 6001, "uid-tag-invalid" },
		{ "nor does a tag taken away", NULL, 6001, NULL },
		{ "nor another's number", "UnixUid=8000", 6001, "uid-tag-taken" },
		{ "a former number of its own may come back", "UnixUid=6000", 6000, "uid-changed" },
	};
	uint32_t automatic = 0;

	start("");
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		struct host_entity users[] = { { "alice", 1, 1, "", steps[i].tags, NULL },
					       { "bob", 2, 2, "", "UnixUid=8000", NULL },
					       { .name = NULL } };
		uint32_t uid;

		host_sync_users(users);
		uid = host_uid("alice");
		automatic = automatic ? automatic : uid;
		CHECK(uid == (steps[i].uid ? steps[i].uid : automatic), "%s: %u", steps[i].what,
		      uid);
		CHECK(host_gid("alice") == uid, "%s: the group follows", steps[i].what);
		CHECK(!steps[i].code || host_reports(steps[i].code) == 1, "%s: report %s",
		      steps[i].what, steps[i].code ? steps[i].code : "none");
	}
	/* Files of alice's still bear her former numbers. */
	struct host_entity thief[] = { { "alice", 1, 1, "", "UnixUid=6000", NULL },
				       { "bob", 2, 2, "", "UnixUid=6001", NULL },
				       { .name = NULL } };

	host_sync_users(thief);
	CHECK(host_uid("bob") == 8000 && host_reports("uid-tag-taken") == 1,
	      "a former number of one user is never another's");
	struct host_entity heir[] = { { "bob", 2, 2, "", "UnixUid=6000", NULL }, { .name = NULL } };

	CHECK(sync_users(heir, false) == STATUS_OK && host_uid("bob") == 8000,
	      "not even when the user is gone");
}

static void test_gid_tags(void)
{
	static const struct {
		const char *what, *user_tags, *group_tags;
		uint32_t user_gid, group_gid; /* 0: automatic */
		const char *code;
	} rows[] = {
		{ "tags of both", "UnixGid=6000", "UnixGid=6001", 6000, 6001, NULL },
		{ "a user's gid is no uid", "UnixUid=6002|UnixGid=6000", NULL, 6000, 0, NULL },
		{ "one number for both", "UnixGid=6000", "UnixGid=6000", 0, 6000, "gid-tag-taken" },
		{ "the host's gid", "UnixGid=5002", NULL, 0, 0, "gid-tag-taken" },
		{ "the host's gid for a group", NULL, "UnixGid=5002", 0, 0, "gid-tag-taken" },
		{ "root's gid", "UnixGid=0", NULL, 0, 0, "gid-tag-invalid" },
		{ "root's gid for a group", NULL, "UnixGid=0", 0, 0, "gid-tag-invalid" },
		{ "nobody's gid", NULL, "UnixGid=65534", 0, 0, "gid-tag-invalid" },
		{ "a group's tag in a user's place", "UnixUid=6000", "UnixGid=6000", 6000, 0,
		  "gid-tag-taken" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct host_entity users[] = { { "alice", 1, 1, "ops", rows[i].user_tags, NULL },
					       { .name = NULL } };
		struct host_entity groups[] = { { "ops", 1, 1, NULL, rows[i].group_tags, NULL },
						{ .name = NULL } };
		uint32_t gid;

		start("");
		host_sync_document(&(struct host_document){ .users = users, .groups = groups });
		gid = host_gid("alice");
		CHECK(rows[i].user_gid ? gid == rows[i].user_gid : gid == host_uid("alice"),
		      "%s: alice's group is %u", rows[i].what, gid);
		gid = host_gid("ops");
		CHECK(rows[i].group_gid ? gid == rows[i].group_gid : gid >= POSIX_ID_FIRST_DEFAULT,
		      "%s: ops is %u", rows[i].what, gid);
		CHECK(!rows[i].code || host_reports(rows[i].code) == 1, "%s: report %s",
		      rows[i].what, rows[i].code ? rows[i].code : "none");
	}
}

static void test_gid_over_time(void)
{
	static const struct {
		const char *what, *tags;
		uint32_t gid;
	} steps[] = {
		{ "set", "UnixGid=6000", 6000 },
		{ "kept while other tags change", "UnixGid=6000|UnixShell=/bin/sh", 6000 },
		{ "kept when the tag is gone", NULL, 6000 },
		{ "changed", "UnixGid=6001", 6001 },
		{ "kept when the tag is bad", "UnixGid=-1", 6001 },
	};

	start("");
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		struct host_entity users[] = { { "alice", 1, 1, "", steps[i].tags, NULL },
					       { .name = NULL } };

		host_sync_users(users);
		CHECK(host_gid("alice") == steps[i].gid, "gid %s: %u", steps[i].what,
		      host_gid("alice"));
	}
	struct host_entity others[] = { { "alice", 1, 1, "", NULL, NULL },
					{ "bob", 2, 2, "", "UnixGid=6000", NULL },
					{ .name = NULL } };

	host_sync_users(others);
	CHECK(host_gid("bob") == host_uid("bob") && host_reports("gid-tag-taken") == 1,
	      "a former gid of one user is never another's");
}

/* The host takes a number that was given here. */
static void test_host_conflict(void)
{
	static const struct host_entity users[] = { { "alice", 1, 1, "", "UnixUid=6000", NULL },
						    { "bob", 2, 2, "", "UnixGid=6001", NULL },
						    { "carol", 3, 3, "", NULL, NULL },
						    { .name = NULL } };
	uint32_t carol;

	start("");
	host_sync_users(users);
	carol = host_uid("carol");
	host_write("etc/passwd", "root:x:0:0::/:/bin/sh\nnew:x:6000:6000::/:/bin/sh\n");
	host_write("etc/group", "root:x:0:\nnewgroup:x:6001:\n");
	CHECK(sync_users(users, true) == STATUS_OK && host_uid("alice") == 0,
	      "an account whose uid the host now has is left out");
	CHECK(host_uid("bob") == 0 && host_gid("bob") == 0, "and one whose gid it has");
	CHECK(host_uid("carol") == carol, "others stay");
	CHECK(host_reports("id-on-host") == 2 && host_reported("id-on-host", "alice: 6000"),
	      "both are reported");
	host_write("etc/passwd", "root:x:0:0::/:/bin/sh\n");
	host_write("etc/group", "root:x:0:\n");
	host_sync_users(users);
	CHECK(host_uid("alice") == 6000 && host_gid("bob") == 6001,
	      "they come back with their numbers");
}

static void test_minimum_raised(void)
{
	static const struct host_entity users[] = { { "alice", 1, 1, "", "UnixUid=6000", NULL },
						    { "bob", 2, 2, "", NULL, NULL },
						    { .name = NULL } };

	start("");
	host_sync_users(users);
	host_write("etc/iam/iam.conf", "[ids]\nminimum = 10000\n");
	CHECK(sync_users(users, true) == STATUS_OK && host_uid("alice") == 0 &&
		      host_uid("bob") != 0 && host_reports("id-not-allowed") == 1,
	      "an account below a raised minimum is left out");
}

static void test_range_moved(void)
{
	static const struct host_entity before[] = { { "alice", 1, 1, "", NULL, NULL },
						     { .name = NULL } };
	static const struct host_entity after[] = { { "alice", 1, 1, "", NULL, NULL },
						    { "bob", 2, 2, "", NULL, NULL },
						    { .name = NULL } };
	uint32_t alice;

	start("");
	host_sync_users(before);
	alice = host_uid("alice");
	host_write("etc/iam/iam.conf", SMALL_RANGE);
	host_sync_users(after);
	CHECK(host_uid("alice") == alice, "another range moves nobody");
	CHECK(host_uid("bob") >= 200000 && host_uid("bob") <= 200009, "and serves the next one");
}

/* Every number of a full snapshot is allowed, and each is used once. */
static void test_range_with_host_ids(void)
{
	static const struct host_entity users[] = { { "a", 1, 1, "", NULL, NULL },
						    { "b", 2, 2, "", NULL, NULL },
						    { "c", 3, 3, "", NULL, NULL },
						    { .name = NULL } };
	const char *const names[] = { "a", "b", "c" };

	start(SMALL_RANGE);
	host_write("etc/passwd", "x:x:200000:200001::/:/bin/sh\ny:x:200002:200002::/:/bin/sh\n");
	host_write("etc/group", "z:x:200003:\nz2:x:200004:\nz3:x:200005:\n");
	host_sync_users(users);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		CHECK(host_uid(names[i]) >= 200006 && host_uid(names[i]) <= 200009,
		      "%s has none of the host's numbers: %u", names[i], host_uid(names[i]));
}

int main(void)
{
	test_rename_and_return();
	test_retired_ids();
	test_collision();
	test_collision_with_earlier();
	test_uid_tags();
	test_tag_over_time();
	test_gid_tags();
	test_gid_over_time();
	test_host_conflict();
	test_minimum_raised();
	test_range_moved();
	test_range_with_host_ids();
	return check_done();
}
