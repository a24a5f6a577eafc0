/*
 * tests/unit/test_sync_names.c: which names become accounts and groups, and which never do.
 */
#include <stdio.h>

#include "check.h"
#include "directory/name.h"
#include "support/scratch.h"
#include "support/sync_host.h"

static const char LOCAL_PASSWD[] = "root:x:0:0:root:/root:/bin/sh\n"
				   "# a comment\n"
				   "+nisuser::::::\n"
				   "localuser:x:1000:1000::/home/localuser:/bin/sh\n"
				   "short\n"
				   "noid:x:::no id:/:/bin/sh";
static const char LOCAL_GROUP[] = "root:x:0:\nlocalgroup:x:1001:a,b\n";

static void start(const char *conf)
{
	(void)host_start();
	host_write("etc/passwd", LOCAL_PASSWD);
	host_write("etc/group", LOCAL_GROUP);
	host_write("etc/iam/iam.conf", conf);
}

static const struct {
	const char *iam_name, *tags;
	const char *unix_name; /* NULL: no account */
	const char *code;      /* NULL: nothing to report */
} user_names[] = {
	{ "alice", NULL, "alice", NULL },
	{ "Alice.B-C_D", NULL, "alice.b-c_d", NULL },
	{ "ann@example.com", NULL, "ann", NULL },
	{ "x+y=z,w", NULL, "x_y_z_w", NULL },
	{ "_svc", NULL, "_svc", NULL },
	{ "a2345678901234567890123456789012", NULL, "a2345678901234567890123456789012", NULL },
	{ "a23456789012345678901234567890123", NULL, NULL, "name-invalid" },
	{ "1234", NULL, NULL, "name-invalid" },
	{ "9lives", NULL, NULL, "name-invalid" },
	{ "-alice", NULL, NULL, "name-invalid" },
	{ ".alice", NULL, NULL, "name-invalid" },
	{ "@example.com", NULL, NULL, "name-invalid" },
	{ "root", NULL, NULL, "name-root-equivalent" },
	{ "ROOT", NULL, NULL, "name-root-equivalent" },
	{ "root@example.com", NULL, NULL, "name-root-equivalent" },
	{ "Sudo", NULL, NULL, "name-root-equivalent" },
	{ "docker", NULL, NULL, "name-root-equivalent" },
	{ "wheel", NULL, NULL, "name-root-equivalent" },
	{ "nobody", NULL, NULL, "name-reserved" },
	{ "SSHD", NULL, NULL, "name-reserved" },
	{ "systemd-network", NULL, NULL, "name-reserved" },
	{ "iam-sudo", NULL, NULL, "name-reserved" },
	{ "localuser", NULL, NULL, "name-on-host" },
	{ "LocalUser@example.com", NULL, NULL, "name-on-host" },
	{ "localgroup", NULL, NULL, "name-on-host" },
	{ "noid", NULL, NULL, "name-on-host" },
	{ "nisuser", NULL, "nisuser", NULL },
	{ "someone", "UnixName=bob", "bob", NULL },
	{ "1234", "UnixName=bob", "bob", NULL },
	{ "someone", "UnixName=Bob", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=1000", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=a:b", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=a/../b", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=a b", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=$(id)", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=a\\nb", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=-x", "someone", "name-tag-invalid" },
	{ "someone", "UnixName=root", NULL, "name-root-equivalent" },
	{ "someone", "UnixName=nobody", NULL, "name-reserved" },
	{ "someone", "UnixName=localuser", NULL, "name-on-host" },
	{ "someone", "UnixName=iam-sudo", NULL, "name-reserved" },
	{ "root", "UnixName=harmless", "harmless", NULL },
};

/* The one account beside the witness, or NULL when there is none. */
static const char *other_user(void)
{
	static char name[64];
	struct snapshot snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	struct snapshot_user user;

	name[0] = '\0';
	for (uint32_t i = 0; snapshot_user_at(&snapshot, i, &user) == STATUS_OK; i++)
		if (!text_is(user.name, "witness"))
			(void)snprintf(name, sizeof(name), "%s", user.name.bytes);
	snapshot_close(&snapshot);
	return name[0] ? name : NULL;
}

static void test_user_names(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(user_names); i++) {
		struct host_entity users[] = { { "witness", 1, 1, "", NULL, NULL },
					       { user_names[i].iam_name, 2, 2, "",
						 user_names[i].tags, NULL },
					       { .name = NULL } };
		const char *wanted = user_names[i].unix_name, *found;

		start("");
		host_sync_users(users);
		found = other_user();
		CHECK(wanted ? found && strcmp(found, wanted) == 0 : !found,
		      "user %s (%s) is %s: %s", user_names[i].iam_name,
		      user_names[i].tags ? user_names[i].tags : "no tag",
		      wanted ? wanted : "nobody", found ? found : "nobody");
		CHECK(user_names[i].code ? host_reports(user_names[i].code) == 1
					 : host_reports("name-invalid") == 0,
		      "user %s (%s): report %s", user_names[i].iam_name,
		      user_names[i].tags ? user_names[i].tags : "no tag",
		      user_names[i].code ? user_names[i].code : "none");
	}
}

static const struct {
	const char *iam_name;
	const char *unix_name; /* NULL: no group */
	const char *code;
} group_names[] = {
	{ "Developers", "developers", NULL },
	{ "team+x", "team_x", NULL },
	{ "sudo", NULL, "name-root-equivalent" },
	{ "Sudo", NULL, "name-root-equivalent" },
	{ "WHEEL", NULL, "name-root-equivalent" },
	{ "root", NULL, "name-root-equivalent" },
	{ "admin", NULL, "name-root-equivalent" },
	{ "adm", NULL, "name-root-equivalent" },
	{ "docker", NULL, "name-root-equivalent" },
	{ "Docker@example.com", NULL, "name-root-equivalent" },
	{ "lxd", NULL, "name-root-equivalent" },
	{ "incus", NULL, "name-root-equivalent" },
	{ "libvirt", NULL, "name-root-equivalent" },
	{ "kvm", NULL, "name-root-equivalent" },
	{ "disk", NULL, "name-root-equivalent" },
	{ "shadow", NULL, "name-root-equivalent" },
	{ "systemd-journal", NULL, "name-root-equivalent" },
	{ "iam-sudo", NULL, "name-reserved" },
	{ "users", NULL, "name-reserved" },
	{ "localgroup", NULL, "name-on-host" },
	{ "localuser", NULL, "name-on-host" },
	{ "alice", NULL, "name-taken" },
	{ "ALICE", NULL, "name-taken" },
	{ "a23456789012345678901234567890123", NULL, "name-invalid" },
};

/* No group with a name that makes root, or of nobody's making, on any path of the snapshot. */
static bool groups_are_harmless(const char *wanted)
{
	struct snapshot snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	struct snapshot_group group;
	bool is_harmless = true;

	for (uint32_t i = 0; snapshot_group_at(&snapshot, i, &group) == STATUS_OK; i++)
		is_harmless = is_harmless && !unix_group_is_root_equivalent(group.name) &&
			      (text_is(group.name, "alice") || text_is(group.name, "iam-sudo") ||
			       (wanted && text_is(group.name, wanted)));
	snapshot_close(&snapshot);
	return is_harmless;
}

static void test_group_names(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(group_names); i++) {
		const char *name = group_names[i].iam_name, *wanted = group_names[i].unix_name;
		struct host_entity users[] = { { "alice", 1, 1, name, NULL, NULL },
					       { .name = NULL } };
		struct host_entity groups[] = { { name, 1, 1, NULL, NULL, NULL },
						{ .name = NULL } };
		struct snapshot snapshot;
		struct snapshot_user user;
		struct snapshot_gids gids;

		start("");
		host_sync_document(&(struct host_document){ .users = users, .groups = groups });
		CHECK(groups_are_harmless(wanted), "group %s: no other group appears", name);
		CHECK(!wanted || strcmp(host_members(wanted), "alice") == 0, "group %s is %s", name,
		      wanted ? wanted : "not there");
		CHECK(!group_names[i].code || host_reports(group_names[i].code) == 1,
		      "group %s: report %s", name,
		      group_names[i].code ? group_names[i].code : "none");
		snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
		CHECK(snapshot_find_user(&snapshot, TEXT("alice"), &user) == STATUS_OK &&
			      snapshot_memberships(&snapshot, &user, &gids) == STATUS_OK &&
			      gids.count == (wanted ? 1 : 0),
		      "group %s: alice has as many gids as that gives", name);
		snapshot_close(&snapshot);
	}
}

/* Two users, one name: who has it, by date and id. */
static const struct {
	const char *what;
	struct host_entity first, second;
	unsigned winner; /* its id */
} rivals[] = {
	{ "the older one, first in the document",
	  { "ann@a.com", 1, 1, "", NULL, NULL },
	  { "ann@b.com", 2, 2, "", NULL, NULL },
	  1 },
	{ "the older one, with the larger id",
	  { "ann@a.com", 1, 9, "", NULL, NULL },
	  { "ann@b.com", 2, 2, "", NULL, NULL },
	  2 },
	{ "the smaller id, on the same day",
	  { "ann@a.com", 2, 5, "", NULL, NULL },
	  { "ann@b.com", 1, 5, "", NULL, NULL },
	  1 },
	{ "the one with a date",
	  { "ann@a.com", 1, 0, "", NULL, NULL },
	  { "ann@b.com", 2, 9, "", NULL, NULL },
	  2 },
	{ "the older one, by a tag",
	  { "x", 1, 1, "", "UnixName=ann", NULL },
	  { "ann@b.com", 2, 2, "", NULL, NULL },
	  1 },
	{ "the older one, against a tag",
	  { "ann@a.com", 1, 1, "", NULL, NULL },
	  { "y", 2, 2, "", "UnixName=ann", NULL },
	  1 },
};

static void test_rivals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rivals); i++) {
		struct host_entity users[] = { rivals[i].first,
					       rivals[i].second,
					       { .name = NULL } };
		struct host_document document = { .users = users };
		struct host_entity alone[] = { rivals[i].winner == rivals[i].first.id
						       ? rivals[i].first
						       : rivals[i].second,
					       { .name = NULL } };
		uint32_t uid;

		start("");
		host_sync_users(alone);
		uid = host_uid("ann");
		for (int reversed = 0; reversed <= 1; reversed++) {
			start("");
			document.is_reversed = reversed;
			host_sync_document(&document);
			CHECK(host_uid("ann") == uid && uid != 0, "%s has the name (%s)",
			      rivals[i].what, reversed ? "reversed" : "in order");
			CHECK(host_reports("name-taken") == 1 &&
				      host_reported("name-taken", "'ann' belongs to user"),
			      "%s: the other is reported, with whom it lost to", rivals[i].what);
		}
	}
}

static void test_kinds(void)
{
	static const struct host_entity users[] = { { "one", 1, 9, "", NULL, NULL },
						    { .name = NULL } };
	static const struct host_entity roles[] = { { "one", 2, 1, NULL, NULL, NULL },
						    { "two", 3, 9, NULL, NULL, NULL },
						    { .name = NULL } };
	static const struct host_entity groups[] = { { "two", 4, 1, NULL, NULL, NULL },
						     { .name = NULL } };
	struct snapshot snapshot;
	struct snapshot_user one, two;

	start("");
	host_sync_document(
		&(struct host_document){ .users = users, .groups = groups, .roles = roles });
	snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	CHECK(snapshot_find_user(&snapshot, TEXT("one"), &one) == STATUS_OK && !one.is_role,
	      "a user wins over a role, even an older one");
	CHECK(snapshot_find_user(&snapshot, TEXT("two"), &two) == STATUS_OK && two.is_role &&
		      two.uid == two.gid,
	      "a role wins over a group");
	CHECK(host_gid("two") == two.uid, "and its own group stands under the name");
	CHECK(host_reports("name-taken") == 2, "both losers are reported");
	snapshot_close(&snapshot);
}

static void test_domain_kept(void)
{
	static const struct host_entity users[] = { { "ann@a.com", 1, 1, "", NULL, NULL },
						    { "ann@b.com", 2, 2, "", NULL, NULL },
						    { .name = NULL } };

	start("[names]\nstrip_domain = no\n");
	host_sync_users(users);
	CHECK(host_uid("ann_a.com") && host_uid("ann_b.com") && !host_uid("ann"),
	      "strip_domain = no keeps both apart");
}

static void test_local_sudo_group(void)
{
	static const struct host_entity groups[] = { { "ops", 1, 1, NULL, NULL, NULL },
						     { .name = NULL } };
	static const struct host_entity users[] = { { "alice", 1, 1, "ops", NULL, NULL },
						    { .name = NULL } };

	start("[access]\nsudo_groups = ops\n");
	host_write("etc/group", "root:x:0:\niam-sudo:x:990:\n");
	host_sync_document(&(struct host_document){ .users = users, .groups = groups });
	CHECK(strcmp(host_members("iam-sudo"), "-") == 0 && host_reports("name-on-host") == 1,
	      "a group iam-sudo of the host's own is left alone, and that is reported");
}

static void test_config_words(void)
{
	static const struct host_entity groups[] = { { "Team.Ops", 1, 1, NULL, NULL, NULL },
						     { "Sudo", 2, 1, NULL, NULL, NULL },
						     { .name = NULL } };
	static const struct host_entity users[] = { { "alice", 1, 1, "Team.Ops", NULL, NULL },
						    { "bob", 2, 1, "Sudo", NULL, NULL },
						    { "carol", 3, 1, "", NULL, NULL },
						    { .name = NULL } };

	start("[access]\nsudo_groups = team.ops Sudo nowhere\nlogin_groups = Missing Team.Ops\n"
	      "deny_groups = Typo\n"
	      "[local-groups]\nvideo = Team.Ops Absent\n");
	host_sync_document(&(struct host_document){ .users = users, .groups = groups });
	CHECK(strcmp(host_members("iam-sudo"), "alice bob") == 0,
	      "sudo_groups by Unix name and by IAM name, also of a group that is none here: %s",
	      host_members("iam-sudo"));
	CHECK(host_reports("config-group-unknown") == 4 &&
		      host_reported("config-group-unknown", "deny_groups: Typo") &&
		      host_reported("config-group-unknown", "sudo_groups: nowhere") &&
		      host_reported("config-group-unknown", "login_groups: Missing") &&
		      host_reported("config-group-unknown", "video: Absent"),
	      "words that mean no group are reported");
}

int main(void)
{
	test_user_names();
	test_group_names();
	test_rivals();
	test_kinds();
	test_domain_kept();
	test_local_sudo_group();
	test_config_words();
	return check_done();
}
