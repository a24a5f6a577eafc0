/*
 * tests/unit/test_sync_access.c: what access.snapshot says after a sync.
 */
#include <stdio.h>
#include <sys/wait.h>

#include "check.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_verify.h"
#include "support/scratch.h"
#include "support/sync_host.h"
#include "json/json.h"

#define DOCUMENT "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
#define ARN(name) "arn:aws:iam::123456789012:policy/" name

static const struct host_entity users[] = {
	{ "alice", 1, 1, "Ops Developers", "team=red|UnixShell=/bin/sh",
	  ",\"UserPolicyList\":[{\"PolicyName\":\"own\",\"PolicyDocument\":" DOCUMENT "}],"
	  "\"AttachedManagedPolicies\":[{\"PolicyName\":\"m1\",\"PolicyArn\":\"" ARN(
		  "m1") "\"}],"
			"\"PermissionsBoundary\":{\"PermissionsBoundaryType\":\"Policy\","
			"\"PermissionsBoundaryArn\":\"" ARN("bound") "\"}" },
	{ "bob", 2, 2, "Developers", NULL, NULL },
	{ "Root", 3, 3, "Lonely", NULL, NULL },
	{ .name = NULL },
};
static const struct host_entity groups[] = {
	{ "Developers", 1, 1, NULL, NULL,
	  ",\"GroupPolicyList\":[{\"PolicyName\":\"dev\",\"PolicyDocument\":" DOCUMENT "}]" },
	{ "Ops", 2, 1, NULL, NULL,
	  ",\"AttachedManagedPolicies\":[{\"PolicyName\":\"m1\",\"PolicyArn\":\"" ARN(
		  "m1") "\"},{\"PolicyName\":\"lost\",\"PolicyArn\":\"" ARN("lost") "\"}]" },
	{ "Lonely", 3, 1, NULL, NULL,
	  ",\"GroupPolicyList\":[{\"PolicyName\":\"none\",\"PolicyDocument\":" DOCUMENT "}]" },
	{ .name = NULL },
};
static const struct host_entity roles[] = {
	{ "deploy", 1, 1, NULL, NULL,
	  ",\"RolePolicyList\":[{\"PolicyName\":\"run\",\"PolicyDocument\":" DOCUMENT "}]" },
	{ .name = NULL },
};

#define MANAGED(name)                                                                       \
	"{\"PolicyName\":\"" name "\",\"PolicyId\":\"ANPATEST000000000" name                \
	"\",\"Arn\":\"" ARN(name) "\",\"DefaultVersionId\":\"v1\",\"PolicyVersionList\":[{" \
				  "\"VersionId\":\"v1\","                                   \
				  "\"IsDefaultVersion\":true,\"Document\":" DOCUMENT "}]}"

static const struct host_document document = {
	.users = users,
	.groups = groups,
	.roles = roles,
	.more = ",\"Policies\":[" MANAGED("m1") "," MANAGED("bound") "," MANAGED(
		"unused") "],"
			  "\"AccountAliases\":[\"acme\"],\"Generation\":12,"
			  "\"GeneratedAt\":\"2026-01-02T03:04:05Z\"",
};

static struct snapshot access_snapshot;

static struct access_principal principal(struct arena *arena, const char *name)
{
	struct access_principal found;
	struct text json;

	CHECK_REQUIRE(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_PRINCIPALS, text_of(name),
					   &json) == STATUS_OK,
		      "a principal");
	CHECK_REQUIRE(access_principal_decode(&access_snapshot, json, arena, &found, NULL) ==
			      STATUS_OK,
		      "decode");
	return found;
}

static bool policy_is(const struct access_policy *policy, const char *key, const char *from)
{
	return text_is(policy->key, key) && text_is(policy->from, from);
}

static void test_user(void)
{
	AUTO_ARENA arena;
	struct access_principal alice;
	char own[64], dev[64];

	arena_init(&arena, 1 << 20);
	alice = principal(&arena, "alice");
	CHECK(!alice.is_role && text_is(alice.iam_name, "alice") &&
		      text_is(alice.id, host_iam_id("AIDA", 1)) &&
		      text_is(alice.arn, "arn:aws:iam::123456789012:user/alice") &&
		      text_is(alice.unix_name, "alice") && alice.uid == host_uid("alice"),
	      "who she is");
	CHECK(alice.group_count == 2 && text_is(alice.groups[0].iam_name, "Developers") &&
		      text_is(alice.groups[0].unix_name, "developers") &&
		      text_is(alice.groups[1].iam_name, "Ops") &&
		      text_is(alice.groups[1].id, host_iam_id("AGPA", 2)),
	      "her groups, in the order of their names");
	(void)snprintf(own, sizeof(own), "%s/own", host_iam_id("AIDA", 1));
	(void)snprintf(dev, sizeof(dev), "%s/dev", host_iam_id("AGPA", 1));
	CHECK(alice.policy_count == 5 && policy_is(&alice.policies[0], own, "user") &&
		      policy_is(&alice.policies[1], ARN("m1"), "user") &&
		      policy_is(&alice.policies[2], dev, "group Developers") &&
		      policy_is(&alice.policies[3], ARN("m1"), "group Ops") &&
		      policy_is(&alice.policies[4], ARN("lost"), "group Ops"),
	      "her policies, each with where it comes from");
	CHECK(text_is(alice.boundary_key, ARN("bound")), "her boundary");
	CHECK(alice.tag_count == 2 && text_is(alice.tags[0].key, "team") &&
		      text_is(alice.tags[0].value, "red"),
	      "her tags");
}

static void test_role(void)
{
	AUTO_ARENA arena;
	struct access_principal role;
	char run[64];

	arena_init(&arena, 1 << 20);
	role = principal(&arena, "deploy");
	(void)snprintf(run, sizeof(run), "%s/run", host_iam_id("AROA", 1));
	CHECK(role.is_role && text_is(role.path, "/host/") && role.trust_policy.length > 0 &&
		      role.session_seconds_max == 3600 && role.uid == host_uid("deploy"),
	      "what a role is");
	CHECK(role.policy_count == 1 && policy_is(&role.policies[0], run, "role"), "its policy");
}

/* One record for all of its members. */
static void test_groups(void)
{
	AUTO_ARENA arena;
	struct access_group ops;
	struct text json, record;
	char dev[64];

	arena_init(&arena, 1 << 20);
	CHECK_REQUIRE(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_GROUPS,
					   text_of(host_iam_id("AGPA", 2)), &json) == STATUS_OK &&
			      access_group_decode(TEXT("AGPA"), json, &arena, &ops, NULL) ==
				      STATUS_OK,
		      "a group");
	CHECK(text_is(ops.iam_name, "Ops") && text_is(ops.unix_name, "ops") &&
		      text_is(ops.arn, "arn:aws:iam::123456789012:group/Ops"),
	      "who it is");
	CHECK(ops.policy_count == 2 && policy_is(&ops.policies[0], ARN("m1"), "group Ops") &&
		      policy_is(&ops.policies[1], ARN("lost"), "group Ops"),
	      "its policies");
	(void)snprintf(dev, sizeof(dev), "%s/dev", host_iam_id("AGPA", 1));
	CHECK(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_PRINCIPALS, TEXT("alice"),
				   &record) == STATUS_OK &&
		      strstr(record.bytes, host_iam_id("AGPA", 1)) && !strstr(record.bytes, dev) &&
		      !strstr(record.bytes, "Developers"),
	      "a member's record has its id and nothing else of it");
	CHECK(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_GROUPS,
				   text_of(host_iam_id("AGPA", 3)), &json) == STATUS_NOT_FOUND,
	      "a group without a member on this host has none");
}

static void test_policies(void)
{
	static const struct {
		const char *prefix, *key;
		unsigned id;
		bool is_stored;
	} rows[] = {
		{ "AIDA", "own", 1, true },
		{ "AGPA", "dev", 1, true },
		{ "AROA", "run", 1, true },
		{ "AGPA", "none", 3, false }, /* its only member is refused */
		{ NULL, ARN("m1"), 0, true },
		{ NULL, ARN("bound"), 0, true },
		{ NULL, ARN("unused"), 0, false },
		{ NULL, ARN("lost"), 0, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char key[128];
		struct text value = TEXT("");
		enum status status;

		(void)snprintf(key, sizeof(key), "%s%s%s",
			       rows[i].prefix ? host_iam_id(rows[i].prefix, rows[i].id) : "",
			       rows[i].prefix ? "/" : "", rows[i].key);
		status = snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_POLICIES, text_of(key),
					      &value);
		CHECK(rows[i].is_stored ? status == STATUS_OK && strstr(value.bytes, "2012-10-17")
					: status == STATUS_NOT_FOUND,
		      "policy %s is %s", key, rows[i].is_stored ? "there" : "not there");
	}
	CHECK(host_reports("policy-missing") == 1 && host_reported("policy-missing", ARN("lost")),
	      "a policy that the directory lacks is reported once");
}

static void test_strangers(void)
{
	static const char *const names[] = {
		"root", "Root", "iam-sudo", "developers", "Alice", ""
	};
	struct text value;

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		CHECK(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_PRINCIPALS,
					   text_of(names[i]), &value) == STATUS_NOT_FOUND,
		      "no principal '%s'", names[i]);
}

static void test_settings(void)
{
	AUTO_ARENA arena;
	struct access_account account;
	AUTO_JSON *reports = NULL;
	struct text json;

	arena_init(&arena, 1 << 20);
	CHECK_REQUIRE(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_SETTINGS, TEXT("account"),
					   &json) == STATUS_OK &&
			      access_account_decode(json, &arena, &account, NULL) == STATUS_OK,
		      "account");
	CHECK(text_is(account.account_id, "123456789012") &&
		      text_is(account.account_alias, "acme") &&
		      account.generated_at == 1767323045 && account.expires == 0 &&
		      account.password_policy.is_default,
	      "the account");
	CHECK(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_SETTINGS, TEXT("source"),
				   &json) == STATUS_OK &&
		      text_is(json, "{\"generation\":12}"),
	      "the document's generation");
	CHECK_REQUIRE(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_SETTINGS, TEXT("reports"),
					   &json) == STATUS_OK &&
			      json_parse(json, json.length, &reports, NULL) == STATUS_OK,
		      "reports");
	CHECK(json_kind(reports) == JSON_ARRAY && json_first(reports) &&
		      text_is(json_text(json_member(json_first(reports), "code")),
			      "name-root-equivalent") &&
		      json_text(json_member(json_first(reports), "text")).length > 0,
	      "the reports: %.*s", TEXT_ARGUMENTS(json));
}

static void test_assignments(void)
{
	struct text json;
	char wanted[256];

	CHECK_REQUIRE(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_ASSIGNMENTS,
					   text_of(host_iam_id("AIDA", 2)), &json) == STATUS_OK,
		      "an assignment");
	(void)snprintf(wanted, sizeof(wanted),
		       "{\"unix_id\":%u,\"unix_name\":\"bob\",\"kind\":\"user\",\"created\":%d}",
		       host_uid("bob"), HOST_NOW);
	CHECK(text_is(json, wanted), "bob's number: %.*s", TEXT_ARGUMENTS(json));
	CHECK(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_ASSIGNMENTS,
				   text_of(host_iam_id("AIDA", 3)), &json) == STATUS_NOT_FOUND,
	      "one who was refused has none");
	CHECK(snapshot_find_record(&access_snapshot, SNAPSHOT_MAP_ASSIGNMENTS,
				   TEXT("IAM-GROUP-iam-sudo"), &json) == STATUS_OK,
	      "iam-sudo has one");
}

static void test_retirement(void)
{
	struct snapshot snapshot;
	struct text json;
	char gone[64];

	(void)host_start();
	host_sync_document(&document);
	host_document(&(struct host_document){
		.users = &users[1], .groups = groups, .more = ",\"Generation\":13" });
	for (int day = 1; day <= 2; day++) {
		AUTO_SYNC_RESULT result;
		struct complaint complaint;

		CHECK(host_sync((struct host_run){ .now = HOST_NOW + day * HOST_DAY }, &result,
				&complaint) == STATUS_OK,
		      "sync after alice and the role are gone: %s", complaint.reason);
	}
	snapshot = host_snapshot(SNAPSHOT_ACCESS);
	(void)snprintf(gone, sizeof(gone), "\"unix_name\":\"alice\",\"kind\":\"user\"");
	CHECK(snapshot_find_record(&snapshot, SNAPSHOT_MAP_ASSIGNMENTS,
				   text_of(host_iam_id("AIDA", 1)), &json) == STATUS_OK &&
		      strstr(json.bytes, gone),
	      "the one who is gone keeps number and name");
	(void)snprintf(gone, sizeof(gone), "\"retired_at\":%d", HOST_NOW + HOST_DAY);
	CHECK(strstr(json.bytes, gone), "and the day it was noticed: %.*s", TEXT_ARGUMENTS(json));
	CHECK(snapshot_find_record(&snapshot, SNAPSHOT_MAP_PRINCIPALS, TEXT("alice"), &json) ==
		      STATUS_NOT_FOUND,
	      "but is no principal");
	snapshot_close(&snapshot);
}

enum { NAMES_SIZE = 1024 };

static void append_name(char *list, const char *name)
{
	size_t used = strlen(list);

	(void)snprintf(list + used, NAMES_SIZE - used, "%s%s", used ? " " : "", name);
}

/* Policies of 640 bytes an ARN, 100 to a group: 65 groups come to more than 4 MiB. */
static void test_too_large(void)
{
	enum { GROUPS = 70, POLICIES = 100, FITTING = 60 };
	static struct host_entity large_groups[GROUPS + 1];
	static char group_names[GROUPS][8], lists[2][NAMES_SIZE];
	const struct host_entity members[] = { { "alice", 1, 1, lists[0], NULL, NULL },
					       { "bob", 2, 1, lists[1], NULL, NULL },
					       { .name = NULL } };
	struct snapshot snapshot;
	struct text json;
	char path[501];
	AUTO_BUFFER more;

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	buffer_init(&more, 1 << 20);
	for (unsigned i = 0; i < POLICIES; i++)
		CHECK_REQUIRE(
			buffer_append_format(&more,
					     "%s{\"PolicyName\":\"%0100u\",\"PolicyArn\":\"" ARN(
						     "%s/%0100u") "\"}",
					     i ? "," : ",\"AttachedManagedPolicies\":[", i, path,
					     i) == STATUS_OK,
			"policies");
	CHECK_REQUIRE(buffer_append(&more, (struct text){ "]", 2 }) == STATUS_OK, "policies");
	for (unsigned i = 0; i < GROUPS; i++) {
		(void)snprintf(group_names[i], sizeof(group_names[i]), "g%u", i);
		large_groups[i] =
			(struct host_entity){ group_names[i], i + 1, 1, NULL, NULL, more.bytes };
		append_name(lists[0], group_names[i]);
		if (i < FITTING)
			append_name(lists[1], group_names[i]);
	}
	(void)host_start();
	host_sync_document(&(struct host_document){ .users = members, .groups = large_groups });
	snapshot = host_snapshot(SNAPSHOT_ACCESS);
	CHECK(snapshot_find_record(&snapshot, SNAPSHOT_MAP_SETTINGS, TEXT("reports"), &json) ==
			      STATUS_OK &&
		      strstr(json.bytes, "\"record-too-large\",\"text\":\"user alice\"") &&
		      !strstr(json.bytes, "user bob"),
	      "whose groups' records are too much to decode is left out, and reported");
	CHECK(snapshot_find_record(&snapshot, SNAPSHOT_MAP_PRINCIPALS, TEXT("alice"), &json) ==
			      STATUS_NOT_FOUND &&
		      host_uid("alice") == 0,
	      "in both files");
	CHECK(snapshot_find_record(&snapshot, SNAPSHOT_MAP_PRINCIPALS, TEXT("bob"), &json) ==
			      STATUS_OK &&
		      host_uid("bob") != 0,
	      "one with fewer is there");
	snapshot_close(&snapshot);
}

/* Several at once: each waits for the lock, and the last one finds nothing new. */
static void test_at_once(void)
{
	enum { PROCESSES = 4 };
	pid_t pids[PROCESSES];
	unsigned good = 0;
	struct snapshot access, directory;
	struct snapshot_facts facts;

	(void)host_start();
	host_document(&document);
	fflush(stdout);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		CHECK_REQUIRE(pids[i] >= 0, "fork");
		if (pids[i] == 0) {
			struct sync_result result;
			struct complaint complaint;

			_exit(host_sync((struct host_run){ .now = 0 }, &result, &complaint) ==
					      STATUS_OK
				      ? 0
				      : 1);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		CHECK_REQUIRE(waitpid(pids[i], &status, 0) == pids[i], "waitpid");
		good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	CHECK(good == PROCESSES, "%u of %d syncs at once succeed", good, PROCESSES);
	access = host_snapshot(SNAPSHOT_ACCESS);
	directory = host_snapshot(SNAPSHOT_DIRECTORY);
	snapshot_facts(&access, &facts);
	CHECK(facts.generation == 1, "and only the first found anything new");
	CHECK(snapshot_verify(&access, NULL) == STATUS_OK &&
		      snapshot_verify(&directory, NULL) == STATUS_OK,
	      "both files are whole");
	snapshot_close(&access);
	snapshot_close(&directory);
}

int main(void)
{
	(void)host_start();
	host_sync_document(&document);
	access_snapshot = host_snapshot(SNAPSHOT_ACCESS);
	test_user();
	test_role();
	test_groups();
	test_policies();
	test_strangers();
	test_settings();
	test_assignments();
	snapshot_close(&access_snapshot);
	test_retirement();
	test_too_large();
	test_at_once();
	return check_done();
}
