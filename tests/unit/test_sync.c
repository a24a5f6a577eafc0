/*
 * tests/unit/test_sync.c: a document in, two snapshots out, and what happens at the next sync.
 */
#include <stdio.h>

#include "check.h"
#include "support/scratch.h"
#include "support/sync_host.h"

static const struct host_entity groups[] = {
	{ "Developers", 1, 1, NULL, NULL, NULL },
	{ "Ops", 2, 2, NULL, NULL, NULL },
	{ .name = NULL },
};

static const struct host_entity users[] = {
	{ "Alice", 1, 1, "Developers Ops", NULL,
	  ",\"UserPolicyList\":[{\"PolicyName\":\"own\",\"PolicyDocument\":{\"Version\":"
	  "\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\","
	  "\"Resource\":\"*\"}}}]" },
	{ "bob@example.com", 2, 2, "Developers",
	  "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob", NULL },
	{ "carol", 3, 3, "", NULL, NULL },
	{ .name = NULL },
};

static const struct host_entity roles[] = {
	{ "deploy", 1, 1, NULL, NULL, NULL },
	{ "elsewhere", 2, 1, "/service/", NULL, NULL },
	{ .name = NULL },
};

static const struct host_document everything = { .users = users, .groups = groups, .roles = roles };

static const char *root;

static void start_with_everything(void)
{
	root = host_start();
	host_write("etc/iam/iam.conf", "[access]\nlogin_groups = Developers\nsudo_groups = ops\n");
	host_document(&everything);
}

static void test_first_sync(void)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;
	uint32_t uid;
	char wanted[200];

	start_with_everything();
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_OK,
	      "a first sync: %s", complaint.reason);
	CHECK(result.users == 3 && result.groups == 2 && result.roles == 1, "counts");
	CHECK(result.users_added == 4 && result.groups_added == 3 && result.users_removed == 0 &&
		      result.users_changed == 0,
	      "all is new: accounts, groups and iam-sudo");
	CHECK(result.generation == 1 && result.published, "generation 1");
	CHECK(result.report_count == 0, "nothing to report");

	uid = host_uid("alice");
	CHECK(uid >= 0x70000000, "alice has a uid of the range");
	(void)snprintf(wanted, sizeof(wanted), "%u:%u:Alice:/home/alice:/bin/bash", uid, uid);
	CHECK(strcmp(host_user("alice"), wanted) == 0, "alice: %s", host_user("alice"));
	CHECK(host_gid("alice") == uid && strcmp(host_members("alice"), "") == 0,
	      "alice has a group of her own");
	uid = host_uid("bob");
	(void)snprintf(wanted, sizeof(wanted), "%u:%u:Bob B.:/srv/bob:/bin/zsh", uid, uid);
	CHECK(strcmp(host_user("bob"), wanted) == 0, "bob's tags: %s", host_user("bob"));
	CHECK(strcmp(host_members("developers"), "alice bob") == 0, "members: %s",
	      host_members("developers"));
	CHECK(strcmp(host_members("ops"), "alice") == 0, "members of ops");
	CHECK(strcmp(host_members("iam-sudo"), "alice") == 0, "who may use sudo");
	CHECK(host_uid("deploy") != 0 && host_uid("elsewhere") == 0, "roles of the path alone");
}

static void test_modes(void)
{
	static const struct {
		const char *name;
		mode_t mode;
	} rows[] = {
		{ "var/lib/iam/access.snapshot", 0600 },
		{ "var/lib/iam/directory.snapshot", 0644 },
		{ "var/lib/iam", 0755 },
	};
	char path[SCRATCH_PATH_SIZE];
	mode_t old;

	start_with_everything();
	old = umask(0077);
	host_sync_document(&everything);
	(void)umask(old);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct stat info;

		CHECK(stat(scratch_path(path, root, rows[i].name), &info) == 0 &&
			      (info.st_mode & 07777) == rows[i].mode,
		      "mode of %s, whatever the umask", rows[i].name);
	}
}

static void read_both(struct buffer *access, struct buffer *directory)
{
	buffer_init(access, 64 << 20);
	buffer_init(directory, 64 << 20);
	CHECK_REQUIRE(scratch_read(root, "var/lib/iam/access.snapshot", access), "access");
	CHECK_REQUIRE(scratch_read(root, "var/lib/iam/directory.snapshot", directory), "directory");
}

static bool both_are(const struct buffer *access, const struct buffer *directory)
{
	AUTO_BUFFER access_now, directory_now;

	read_both(&access_now, &directory_now);
	return text_equal(buffer_text(access), buffer_text(&access_now)) &&
	       text_equal(buffer_text(directory), buffer_text(&directory_now));
}

static void test_nothing_new(void)
{
	AUTO_SYNC_RESULT again, reversed, later;
	AUTO_BUFFER access, directory;
	struct host_document backwards = everything;
	struct complaint complaint;
	struct snapshot_facts facts;
	struct snapshot snapshot;

	start_with_everything();
	host_sync_document(&everything);
	read_both(&access, &directory);
	CHECK(host_sync((struct host_run){ .now = 0 }, &again, &complaint) == STATUS_OK &&
		      !again.published && again.generation == 1 && again.change_count == 0,
	      "the same document again is nothing new");
	CHECK(both_are(&access, &directory), "and gives the same bytes");
	backwards.is_reversed = true;
	host_document(&backwards);
	CHECK(host_sync((struct host_run){ .now = 0 }, &reversed, &complaint) == STATUS_OK &&
		      !reversed.published && reversed.generation == 1,
	      "the order of a document is nothing new");
	CHECK(both_are(&access, &directory), "and gives the same bytes");
	CHECK(host_sync((struct host_run){ .now = HOST_NOW + HOST_DAY }, &later, &complaint) ==
			      STATUS_OK &&
		      !later.published,
	      "a day later nothing is new");
	snapshot = host_snapshot(SNAPSHOT_ACCESS);
	snapshot_facts(&snapshot, &facts);
	snapshot_close(&snapshot);
	CHECK(facts.generation == 1 && facts.created == HOST_NOW + HOST_DAY,
	      "but the snapshot is as fresh as its last sync");
}

/* Reports of one sync that the next does not have: no news either. */
static void test_reports_are_no_news(void)
{
	static const struct host_entity moved[] = { { "alice", 1, 1, "", "UnixUid=6000", NULL },
						    { .name = NULL } };
	static const struct host_entity unmoved[] = { { "alice", 1, 1, "", NULL, NULL },
						      { .name = NULL } };
	AUTO_SYNC_RESULT first, second;
	struct complaint complaint;

	start_with_everything();
	host_write("etc/iam/iam.conf", "");
	host_sync_users(unmoved);
	host_document(&(struct host_document){ .users = moved });
	CHECK(host_sync((struct host_run){ .now = 0 }, &first, &complaint) == STATUS_OK &&
		      first.generation == 2 && host_reports("uid-changed") == 1,
	      "a uid moves, with a report");
	CHECK(host_sync((struct host_run){ .now = 0 }, &second, &complaint) == STATUS_OK &&
		      second.generation == 2 && !second.published && second.report_count == 0,
	      "the report is gone at the next sync, and that is nothing new");
}

/* What a document changes, and the line that says so. */
static const struct {
	const char *what;
	struct host_entity user; /* in bob's place */
	const char *change;
} edits[] = {
	{ "shell",
	  { "bob@example.com", 2, 2, "Developers",
	    "UnixShell=/bin/sh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob", NULL },
	  "~ user bob shell /bin/zsh -> /bin/sh" },
	{ "home and gecos",
	  { "bob@example.com", 2, 2, "Developers", "UnixShell=/bin/zsh", NULL },
	  "~ user bob gecos Bob B. -> bob@example.com, home /srv/bob -> /home/bob" },
	{ "name",
	  { "robert", 2, 2, "Developers",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob", NULL },
	  "~ user bob name bob -> robert" },
	{ "group",
	  { "bob@example.com", 2, 2, "Developers Ops",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob", NULL },
	  "~ group ops +bob" },
	{ "sudo",
	  { "bob@example.com", 2, 2, "Developers Ops",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob", NULL },
	  "~ group iam-sudo +bob" },
	{ "another group",
	  { "bob@example.com", 2, 2, "",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob", NULL },
	  "~ group developers -bob" },
	{ "key",
	  { "bob@example.com", 2, 2, "Developers",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob|SshKey1=ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAIBp6QSwsP2qE5q9ZqYHJ2K7kGzY8m0Xv7uJvJ3b4b5c6",
	    NULL },
	  "~ user bob ssh keys" },
	{ "policy alone",
	  { "bob@example.com", 2, 2, "Developers",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob",
	    ",\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":{\"Version\":"
	    "\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\","
	    "\"Resource\":\"*\"}}}]" },
	  NULL },
	{ "tag alone",
	  { "bob@example.com", 2, 2, "Developers",
	    "UnixShell=/bin/zsh|UnixGecos=Bob B.|UnixHomeDirectory=/srv/bob|team=red", NULL },
	  NULL },
};

static bool has_change(const struct sync_result *result, const char *line)
{
	for (size_t i = 0; i < result->change_count; i++)
		if (text_is(result->changes[i], line))
			return true;
	return false;
}

static void test_edits(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(edits); i++) {
		struct host_entity edited[] = {
			users[0], edits[i].user, users[2], { .name = NULL }
		};
		struct host_document document = { .users = edited,
						  .groups = groups,
						  .roles = roles };
		AUTO_SYNC_RESULT dry, wet;
		AUTO_BUFFER access, directory;
		struct complaint complaint;
		enum status status;

		start_with_everything();
		host_sync_document(&everything);
		read_both(&access, &directory);
		host_document(&document);
		status = host_sync((struct host_run){ .dry_run = true }, &dry, &complaint);
		CHECK(status == STATUS_OK && !dry.published && dry.generation == 2,
		      "%s: dry run: %s", edits[i].what, complaint.reason);
		CHECK(!edits[i].change ? dry.change_count == 0 : has_change(&dry, edits[i].change),
		      "%s: what it would change: %.*s", edits[i].what,
		      dry.change_count ? (int)dry.changes[0].length : 0,
		      dry.change_count ? dry.changes[0].bytes : "");
		CHECK(both_are(&access, &directory), "%s: a dry run writes nothing", edits[i].what);
		CHECK(host_sync((struct host_run){ .now = 0 }, &wet, &complaint) == STATUS_OK &&
			      wet.published && wet.generation == 2 &&
			      wet.change_count == dry.change_count,
		      "%s: published as generation 2", edits[i].what);
	}
}

static void test_dry_run_on_nothing(void)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;
	char path[SCRATCH_PATH_SIZE];

	start_with_everything();
	CHECK(host_sync((struct host_run){ .dry_run = true }, &result, &complaint) == STATUS_OK &&
		      result.users == 3 && result.users_added == 4 && !result.published,
	      "a dry run before any sync: %s", complaint.reason);
	CHECK(access(scratch_path(path, root, "var/lib/iam"), F_OK) < 0,
	      "makes not even the folder");
}

static const struct {
	const char *what, *file, *contents;
	mode_t mode;
	enum status status;
	const char *reason;
} failures[] = {
	{ "broken iam.conf", "etc/iam/iam.conf", "[nonsense]\n", 0644, STATUS_BAD_INPUT,
	  "no section [nonsense]" },
	{ "broken document", "etc/iam/directory.json", "{\"UserDetailList\":[{}]}", 0644,
	  STATUS_BAD_INPUT, "" },
	{ "cut document", "etc/iam/directory.json", "{\"UserDetailList\":[", 0644, STATUS_BAD_INPUT,
	  "" },
	{ "empty document", "etc/iam/directory.json", "{}", 0644, STATUS_BAD_INPUT,
	  "3 of 3 users would vanish, 0 would be left" },
	{ "document others may write", "etc/iam/directory.json", "{}", 0666, STATUS_BAD_DATA, "" },
	{ "expired document", "etc/iam/directory.json", "{\"Expires\":\"2020-01-01T00:00:00Z\"}",
	  0644, STATUS_BAD_INPUT, "expired at 2020-01-01T00:00:00Z" },
	{ "passwd others may write", "etc/passwd", "root:x:0:0::/:/bin/sh\n", 0666, STATUS_BAD_DATA,
	  "the host's own accounts" },
	{ "damaged access.snapshot", "var/lib/iam/access.snapshot", "damaged", 0600,
	  STATUS_BAD_DATA, "access.snapshot is damaged" },
	{ "access.snapshot others may write", "var/lib/iam/access.snapshot", "damaged", 0622,
	  STATUS_BAD_DATA, "access.snapshot is damaged or not to be trusted" },
};

static void test_failures(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(failures); i++) {
		AUTO_SYNC_RESULT result;
		AUTO_BUFFER access, directory;
		struct complaint complaint;
		enum status status;

		start_with_everything();
		host_sync_document(&everything);
		scratch_write(root, failures[i].file, text_of(failures[i].contents),
			      failures[i].mode);
		read_both(&access, &directory);
		status = host_sync((struct host_run){ .now = 0 }, &result, &complaint);
		CHECK(status == failures[i].status && complaint.reason[0] &&
			      strstr(complaint.reason, failures[i].reason),
		      "%s: %d %s: %s", failures[i].what, (int)status, complaint.place,
		      complaint.reason);
		CHECK(both_are(&access, &directory), "%s: the old snapshots stand",
		      failures[i].what);
	}
}

static void test_state_folder(void)
{
	AUTO_SYNC_RESULT open_to_all, linked;
	struct complaint complaint;
	char path[SCRATCH_PATH_SIZE], elsewhere[SCRATCH_PATH_SIZE];

	start_with_everything();
	host_sync_document(&everything);
	CHECK_REQUIRE(chmod(scratch_path(path, root, "var/lib/iam"), 0777) == 0, "chmod");
	CHECK(host_sync((struct host_run){ .now = 0 }, &open_to_all, &complaint) ==
			      STATUS_BAD_DATA &&
		      strstr(complaint.place, "var/lib/iam"),
	      "a state folder that all may write is not used");
	start_with_everything();
	CHECK_REQUIRE(symlink(scratch_path(elsewhere, root, "etc"),
			      scratch_path(path, root, "var/lib/iam")) == 0,
		      "symlink");
	CHECK(host_sync((struct host_run){ .now = 0 }, &linked, &complaint) == STATUS_BAD_DATA,
	      "nor one that is a link");
}

/* Damage, overruled by the administrator. */
static void test_starting_anew(void)
{
	static const struct {
		const char *what, *file, *code;
	} rows[] = {
		{ "access.snapshot damaged", "var/lib/iam/access.snapshot", "snapshot-damaged" },
		{ "directory.snapshot damaged", "var/lib/iam/directory.snapshot",
		  "snapshot-damaged" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		AUTO_SYNC_RESULT result;
		struct complaint complaint;
		uint32_t uid;

		start_with_everything();
		host_sync_document(&everything);
		uid = host_uid("alice");
		scratch_write(root, rows[i].file, TEXT("damaged"), 0600);
		CHECK(host_sync((struct host_run){ .accept_shrink = true }, &result, &complaint) ==
				      STATUS_OK &&
			      host_reported(rows[i].code, "made anew") +
				      host_reported(rows[i].code, "chosen anew"),
		      "%s: started anew, with a report: %s", rows[i].what, complaint.reason);
		CHECK(host_uid("alice") == uid, "%s: the same uid, from the unique id",
		      rows[i].what);
		CHECK(result.generation == 2, "%s: the generation goes on: %llu", rows[i].what,
		      (unsigned long long)result.generation);
	}
}

static void test_missing_access(void)
{
	AUTO_SYNC_RESULT refused, accepted;
	struct complaint complaint;
	char path[SCRATCH_PATH_SIZE];

	start_with_everything();
	host_sync_document(&everything);
	scratch_remove(scratch_path(path, root, "var/lib/iam/access.snapshot"));
	CHECK(host_sync((struct host_run){ .now = 0 }, &refused, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.reason, "access.snapshot is missing"),
	      "ids are not chosen anew in silence");
	CHECK(host_sync((struct host_run){ .accept_shrink = true }, &accepted, &complaint) ==
		      STATUS_OK,
	      "but when the administrator says so");
}

/* Killed between the two files of the first sync. */
static void test_missing_directory(void)
{
	AUTO_SYNC_RESULT result;
	struct complaint complaint;
	char path[SCRATCH_PATH_SIZE];
	uint32_t uid;

	start_with_everything();
	host_sync_document(&everything);
	uid = host_uid("alice");
	scratch_remove(scratch_path(path, root, "var/lib/iam/directory.snapshot"));
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_OK &&
		      result.published && host_uid("alice") == uid,
	      "a missing directory.snapshot is made again");
}

struct seen {
	size_t calls;
	bool has_total;
};

static void note_progress(void *context, const char *stage, size_t done, size_t total)
{
	struct seen *seen = context;

	seen->calls++;
	seen->has_total = seen->has_total || (total > 0 && done <= total && stage[0]);
}

static void test_progress(void)
{
	AUTO_SYNC_RESULT result;
	struct seen seen = { 0, false };
	struct sync_options options = { .trust = scratch_trust(),
					.now = HOST_NOW,
					.progress = note_progress,
					.progress_context = &seen };

	start_with_everything();
	options.root = root;
	CHECK(sync_run(&options, &result, NULL) == STATUS_OK && seen.calls > 10 && seen.has_total,
	      "each stage is told");
}

int main(void)
{
	test_first_sync();
	test_modes();
	test_nothing_new();
	test_reports_are_no_news();
	test_edits();
	test_dry_run_on_nothing();
	test_failures();
	test_state_folder();
	test_starting_anew();
	test_missing_access();
	test_missing_directory();
	test_progress();
	return check_done();
}
