/*
 * tests/unit/test_sync_could_sudo.c: who is in iam-sudo, by which policy.
 */
#include <sched.h>
#include <stdio.h>

#include "check.h"
#include "snapshot/snapshot_verify.h"
#include "support/sync_host.h"
#include "support/sync_policies.h"

#define SUDO ALLOW("host:Sudo", EVERYWHERE)
#define SUDO_IF(condition) ALLOW("host:Sudo", IF(condition))
#define SUDO_UNLESS(condition) SUDO "," DENY("host:Sudo", IF(condition))
#define ALLOW_BUT(action) "{\"Effect\":\"Allow\",\"NotAction\":\"" action "\"," EVERYWHERE "}"
#define NOT_ON(host) "\"NotResource\":\"arn:aws:host:::host/" host "\""
#define OPS(operation, key) "\"" operation "\":{\"" key "\":\"ops\"}"
#define SAME_ENVIRONMENT                                     \
	"\"StringEquals\":{\"aws:ResourceTag/Environment\":" \
	"\"${aws:PrincipalTag/Environment}\"}"

enum { ROWS_MAX = 120, NAME_SIZE = 40, USER_ID = 1, NAMED_ID = 1001, ROLE_ID = 2001 };

/* One account, and whether it is a member. */
struct row {
	bool is_member;
	const char *label; /* the name, where a policy has to know it */
	const char *policy;
	const char *groups, *tags, *attached, *boundary, *trust;
};

static const struct row users[] = {
	{ .label = "nothing" },
	{ true, "an Allow", .policy = SUDO },
	{ true, "in other letters", .policy = ALLOW("HOST:sudo", EVERYWHERE) },
	{ true, "all of the host's actions", .policy = ALLOW("host:*", EVERYWHERE) },
	{ true, "all actions", .policy = ALLOW("*", EVERYWHERE) },
	{ false, "signing in alone", .policy = ALLOW("host:Login", EVERYWHERE) },
	{ true, "all but another service", .policy = ALLOW_BUT("s3:*") },
	{ false, "all but sudo", .policy = ALLOW_BUT("host:Sudo") },
	{ false, "an Allow and a Deny", .policy = SUDO "," DENY("host:Sudo", EVERYWHERE) },
	{ false, "a Deny of everything", .policy = SUDO "," DENY("*", EVERYWHERE) },
	{ true, "a Deny of something else", .policy = SUDO "," DENY("host:Login", EVERYWHERE) },

	/* What only a request brings is left open. */
	{ true, "an Allow with MFA",
	  .policy = SUDO_IF("\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}") },
	{ true, "a Deny without MFA",
	  .policy = SUDO_UNLESS("\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":\"false\"}") },
	{ true, "a Deny with an old code",
	  .policy = SUDO_UNLESS("\"NumericGreaterThan\":{\"aws:MultiFactorAuthAge\":\"600\"}") },
	{ true, "a Deny outside of networks",
	  .policy = SUDO_UNLESS("\"NotIpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}") },
	{ true, "an Allow from a network",
	  .policy = SUDO_IF("\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}") },
	{ true, "an Allow at some time",
	  .policy = SUDO_IF("\"DateLessThan\":{\"aws:CurrentTime\":\"2020-01-01T00:00:00Z\"}") },
	{ true, "an Allow by a service",
	  .policy = SUDO_IF("\"StringEquals\":{\"host:Service\":\"sudo-i\"}") },
	{ true, "an Allow of a command",
	  .policy = SUDO_IF("\"StringEquals\":{\"host:Command\":\"/bin/ls\"}") },
	{ true, "an Allow as a user",
	  .policy = SUDO_IF("\"StringEquals\":{\"host:RunAsUser\":\"www\"}") },
	{ true, "a Deny of a command",
	  .policy = SUDO_UNLESS("\"StringLike\":{\"host:Command\":\"*/sh\"}") },

	/* What no request for sudo brings is absent. */
	{ false, "an Allow by a key that hosts do not have",
	  .policy = SUDO_IF("\"StringEquals\":{\"aws:SourceVpc\":\"vpc-1\"}") },
	{ false, "a Deny by its absence",
	  .policy = SUDO_UNLESS("\"Null\":{\"aws:SourceVpc\":\"true\"}") },
	{ false, "an Allow to sessions of roles",
	  .policy = SUDO_IF("\"Null\":{\"aws:TokenIssueTime\":\"false\"}") },
	{ false, "an Allow with an external id",
	  .policy = SUDO_IF("\"StringEquals\":{\"sts:ExternalId\":\"ops\"}") },

	/* Resources. */
	{ true, "this host", .policy = ALLOW("host:Sudo", ON("web1")) },
	{ true, "hosts like this", .policy = ALLOW("host:Sudo", ON("web*")) },
	{ false, "another host", .policy = ALLOW("host:Sudo", ON("web2")) },
	{ true, "a Deny on another host", .policy = SUDO "," DENY("host:Sudo", ON("db*")) },
	{ false, "a Deny on hosts like this", .policy = SUDO "," DENY("host:Sudo", ON("web*")) },
	{ false, "all hosts but this", .policy = ALLOW("host:Sudo", NOT_ON("web1")) },
	{ true, "all hosts but another", .policy = ALLOW("host:Sudo", NOT_ON("web2")) },
	{ true, "the host of a tag", .policy = ALLOW("host:Sudo", ON("${aws:PrincipalTag/Host}")),
	  .tags = "Host=web1" },
	{ false, "the host of another tag",
	  .policy = ALLOW("host:Sudo", ON("${aws:PrincipalTag/Host}")), .tags = "Host=web2" },
	{ false, "the host of no tag",
	  .policy = ALLOW("host:Sudo", ON("${aws:PrincipalTag/Host}")) },
	{ true, "the host of a command", .policy = ALLOW("host:Sudo", ON("${host:Command}")) },

	/* Who the user is, and what this host is, is decided now. */
	{ true, "the tag", .policy = SUDO_IF(OPS("StringEquals", "aws:PrincipalTag/Team")),
	  .tags = "Team=ops" },
	{ false, "another tag", .policy = SUDO_IF(OPS("StringEquals", "aws:PrincipalTag/Team")),
	  .tags = "Team=dev" },
	{ false, "no tag", .policy = SUDO_IF(OPS("StringEquals", "aws:PrincipalTag/Team")) },
	{ true, "not the tag", .policy = SUDO_IF(OPS("StringNotEquals", "aws:PrincipalTag/Team")) },
	{ false, "a Deny of those without a tag",
	  .policy = SUDO_UNLESS("\"Null\":{\"aws:PrincipalTag/Team\":\"true\"}") },
	{ true, "which others have",
	  .policy = SUDO_UNLESS("\"Null\":{\"aws:PrincipalTag/Team\":\"true\"}"),
	  .tags = "Team=dev" },
	{ false, "another tag, and MFA",
	  .policy = SUDO_IF(OPS(
		  "StringEquals",
		  "aws:PrincipalTag/Team") ",\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}"),
	  .tags = "Team=dev" },
	{ true, "the same tag as the host", .policy = SUDO_IF(SAME_ENVIRONMENT),
	  .tags = "Environment=prod" },
	{ false, "another than the host", .policy = SUDO_IF(SAME_ENVIRONMENT),
	  .tags = "Environment=test" },
	{ false, "a tag that the host has not",
	  .policy = SUDO_IF(OPS("StringEquals", "aws:ResourceTag/Team")) },
	{ true, "the host's name", .policy = SUDO_IF("\"StringEquals\":{\"host:Name\":\"web1\"}") },
	{ false, "another host's name",
	  .policy = SUDO_IF("\"StringEquals\":{\"host:Name\":\"web2\"}") },
	{ true, "a name", .policy = SUDO_IF("\"StringLike\":{\"aws:username\":\"user*\"}") },
	{ false, "another name",
	  .policy = SUDO_IF("\"StringLike\":{\"aws:username\":\"other*\"}") },
	{ true, "an ARN",
	  .policy = SUDO_IF("\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:user/user*\"}") },
	{ true, "an id", .policy = SUDO_IF("\"StringLike\":{\"aws:userid\":\"AIDATEST*\"}") },
	{ true, "an account",
	  .policy = SUDO_IF("\"StringEquals\":{\"aws:PrincipalAccount\":\"123456789012\"}") },
	{ false, "another account",
	  .policy = SUDO_IF("\"StringEquals\":{\"aws:PrincipalAccount\":\"210987654321\"}") },
	{ false, "roles alone",
	  .policy = SUDO_IF("\"StringEquals\":{\"aws:PrincipalType\":\"AssumedRole\"}") },
	{ true, "a group, by name",
	  .policy = SUDO_IF("\"ForAnyValue:StringEquals\":{\"host:Group\":\"Plain\"}"),
	  .groups = "Plain" },
	{ false, "a group of others",
	  .policy = SUDO_IF("\"ForAnyValue:StringEquals\":{\"host:Group\":\"Plain\"}") },
	{ true, "all but a group of others",
	  .policy = SUDO_UNLESS("\"ForAnyValue:StringEquals\":{\"host:Group\":\"Plain\"}") },
	{ false, "two tags of one name", .policy = SUDO, .tags = "Team=ops|team=dev" },

	/* Boundaries. */
	{ true, "within a boundary", .policy = SUDO, .boundary = "all" },
	{ false, "outside of a boundary", .policy = SUDO, .boundary = "login" },
	{ true, "within a boundary with MFA", .policy = SUDO, .boundary = "mfa" },
	{ false, "a boundary alone", .boundary = "all" },
	{ false, "a boundary that is missing", .policy = SUDO, .boundary = "missing" },
	{ false, "a boundary that cannot be read", .policy = SUDO, .boundary = "broken-allow" },

	/* Managed policies, and those of groups. */
	{ true, "an attached policy", .attached = "all" },
	{ true, "of several", .attached = "login mfa" },
	{ false, "an attached policy that is missing", .policy = SUDO, .attached = "missing" },
	{ true, "a group's policy", .groups = "Inline" },
	{ true, "a group's attached policy", .groups = "Attached" },
	{ true, "one group of several", .groups = "Plain Inline Conditional" },
	{ true, "a group's policy on a condition", .groups = "Conditional", .tags = "Team=ops" },
	{ false, "which another does not meet", .groups = "Conditional", .tags = "Team=dev" },
	{ false, "a group's Deny", .policy = SUDO, .groups = "Inline Denied" },
	{ false, "a group's policy outside of a boundary", .groups = "Inline",
	  .boundary = "login" },
	{ false, "a group's policy that is missing", .groups = "Inline Lost" },

	/* Documents that cannot be read. */
	{ false, "a broken Allow", .attached = "broken-allow" },
	{ true, "which takes nothing", .policy = SUDO, .attached = "broken-allow" },
	{ false, "a broken Deny, which takes all", .policy = SUDO, .attached = "broken-deny" },
	{ false, "and so does a hidden one", .policy = SUDO, .attached = "broken-hidden" },
	{ false, "a broken Deny of a group", .groups = "Inline Broken" },
	{ false, "a broken Allow of one's own",
	  .policy = ALLOW("host:Sudo", EVERYWHERE ",\"Do\":1") },

	/* The lists of iam.conf. */
	{ true, "sudo_groups", .groups = "Wheelers" },
	{ true, "sudo_groups, and an Allow", .policy = SUDO, .groups = "Wheelers" },
	{ true, "sudo_groups by Unix name", .groups = "Ops+Example" },
	{ false, "sudo_groups outside of a boundary", .groups = "Wheelers", .boundary = "login" },
	{ false, "deny_groups", .policy = SUDO, .groups = "Wheelers Banned" },
};

/* Of these the host's policy says something. */
static const struct row named[] = {
	{ .is_member = true, .label = "host-allowed" },
	{ .is_member = true, .label = "host-allowed-with-mfa" },
	{ true, "host-allowed-past-boundary", .boundary = "login" },
	{ .label = "host-allowed-elsewhere" },
	{ false, "host-denied", .policy = SUDO },
	{ true, "host-denied-outside", .policy = SUDO },
	{ false, "host-denied-by-id", .policy = SUDO },
	{ false, "host-allowed-past-nothing", .boundary = "broken-allow" },
};

static const struct row roles[] = {
	{ .label = "role-without" },
	{ .is_member = true, .label = "role-one-session-by-id" },
	{ true, "role-allowed", .policy = SUDO },
	{ true, "role-by-type",
	  .policy = SUDO_IF("\"StringEquals\":{\"aws:PrincipalType\":\"AssumedRole\"}") },
	{ false, "role-by-user-name",
	  .policy = SUDO_IF("\"StringLike\":{\"aws:username\":\"*\"}") },
	{ true, "role-by-session",
	  .policy = SUDO_IF("\"StringEquals\":{\"sts:RoleSessionName\":\"alice\"}") },
	{ true, "role-by-id",
	  .policy = SUDO_IF("\"StringLike\":{\"aws:userid\":\"AROA*:alice\"}") },
	{ true, "role-by-source",
	  .policy = SUDO_UNLESS("\"StringNotEquals\":{\"aws:SourceIdentity\":\"alice\"}") },
	{ true, "role-by-age",
	  .policy = SUDO_IF(
		  "\"DateGreaterThan\":{\"aws:TokenIssueTime\":\"2030-01-01T00:00:00Z\"}") },
	{ false, "role-bounded", .policy = SUDO, .boundary = "login" },
	{ true, "role-tagged", .policy = SUDO_IF(OPS("StringEquals", "aws:PrincipalTag/Team")),
	  .tags = "Team=ops" },
	{ false, "role-untagged", .policy = SUDO_IF(OPS("StringEquals", "aws:PrincipalTag/Team")) },
	{ true, "role-attached", .attached = "all" },
	{ .is_member = true, .label = "role-host-allowed" },
	{ false, "role-host-denied", .policy = SUDO },
	{ .is_member = true, .label = "role-one-session" },
	{ true, "role-one-session-denied", .policy = SUDO },
	{ true, "role-all-denied-but-one", .policy = SUDO },
	{ .label = "role-another" },
	{ true, "role-broken-trust", .policy = SUDO, .trust = "{\"Statement\":\"Deny\"}" },
};

static const struct {
	const char *name;
	struct owned_policies policies;
} groups[] = {
	{ "Plain", { .statements = NULL } },
	{ "Inline", { .statements = SUDO } },
	{ "Attached", { .attached = "all" } },
	{ "Conditional", { .statements = SUDO_IF(OPS("StringEquals", "aws:PrincipalTag/Team")) } },
	{ "Denied", { .statements = DENY("host:*", EVERYWHERE) } },
	{ "Lost", { .attached = "missing" } },
	{ "Broken", { .attached = "broken-deny" } },
	{ "Wheelers", { .statements = NULL } },
	{ "Ops+Example", { .statements = NULL } },
	{ "Banned", { .statements = NULL } },
};

static const struct managed_policy managed[] = {
	{ "all", ALLOW("*", EVERYWHERE) },
	{ "login", ALLOW("host:Login", EVERYWHERE) },
	{ "mfa", SUDO_IF("\"Bool\":{\"aws:MultiFactorAuthPresent\":true}") },
	{ "broken-allow", "{\"Effect\":\"Allow\",\"Do\":1}" },
	{ "broken-deny", "{\"Effect\":\"Deny\",\"Do\":1}" },
	{ "broken-hidden", "{\"Effect\":\"\\u0044eny\",\"Do\":1}" },
	{ NULL, NULL },
};

#define USER_ARN(name) "arn:aws:iam::123456789012:user/" name
#define ROLE_ARN(name) "arn:aws:iam::123456789012:role/host/" name
#define SESSION_ARN(name) "arn:aws:sts::123456789012:assumed-role/" name

static const struct host_statement host_policy[] = {
	{ "Allow", PRINCIPAL(USER_ARN("host-allowed")), EVERYWHERE },
	{ "Allow", PRINCIPAL(USER_ARN("host-allowed-with-mfa")),
	  IF("\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}") },
	{ "Allow", PRINCIPAL(USER_ARN("host-allowed-past-boundary")), EVERYWHERE },
	{ "Allow", PRINCIPAL(USER_ARN("host-allowed-past-nothing")), EVERYWHERE },
	{ "Allow", PRINCIPAL(USER_ARN("host-allowed-elsewhere")), ON("web2") },
	{ "Deny", PRINCIPAL(USER_ARN("host-denied")), EVERYWHERE },
	{ "Deny", PRINCIPAL(USER_ARN("host-denied-outside")),
	  IF("\"NotIpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}") },
	{ "Deny", PRINCIPAL("AIDATEST000000001007"), EVERYWHERE },
	{ "Allow", PRINCIPAL(ROLE_ARN("role-host-allowed")), EVERYWHERE },
	{ "Deny", PRINCIPAL(ROLE_ARN("role-host-denied")), EVERYWHERE },
	{ "Allow", PRINCIPAL(SESSION_ARN("role-one-session/alice")), EVERYWHERE },
	{ "Allow", PRINCIPAL("AROATEST000000002002:alice"), EVERYWHERE },
	{ "Deny", PRINCIPAL(SESSION_ARN("role-one-session-denied/alice")), EVERYWHERE },
	{ "Deny", NOT_PRINCIPAL(SESSION_ARN("role-all-denied-but-one/alice")),
	  IF("\"ArnEquals\":{\"aws:PrincipalArn\":\"" ROLE_ARN("role-all-denied-but-one") "\"}") },
	{ "Allow", PRINCIPAL(SESSION_ARN("role-another-than-that/alice")), EVERYWHERE },
	{ NULL, NULL, NULL },
};

static const char config[] = "[host]\nname = web1\n[host-tags]\nEnvironment = prod\n"
			     "[access]\nsudo_groups = Wheelers ops_example\n"
			     "deny_groups = banned\n";

/* The document's tables, from those above. */
static struct host_entity user_rows[ROWS_MAX], role_rows[ROWS_MAX], group_rows[ROWS_MAX];
static char names[ROWS_MAX][NAME_SIZE];

static void fill(struct host_entity *entity, const struct row *row, const char *kind,
		 const char *name, unsigned id)
{
	struct owned_policies policies = { row->policy, row->attached, row->boundary, row->trust };

	*entity = (struct host_entity){ .name = name,
					.id = id,
					.created = 1,
					.groups = *kind == 'U' && !row->groups ? "" : row->groups,
					.tags = row->tags,
					.more = policies_of(kind, &policies) };
}

static struct host_document make_document(void)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(users); i++) {
		(void)snprintf(names[i], NAME_SIZE, "user%zu", i);
		fill(&user_rows[count++], &users[i], "User", names[i], USER_ID + (unsigned)i);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(named); i++)
		fill(&user_rows[count++], &named[i], "User", named[i].label,
		     NAMED_ID + (unsigned)i);
	for (size_t i = 0; i < ARRAY_LENGTH(roles); i++)
		fill(&role_rows[i], &roles[i], "Role", roles[i].label, ROLE_ID + (unsigned)i);
	for (size_t i = 0; i < ARRAY_LENGTH(groups); i++)
		group_rows[i] =
			(struct host_entity){ .name = groups[i].name,
					      .id = 1 + (unsigned)i,
					      .created = 1,
					      .more = policies_of("Group", &groups[i].policies) };
	return (struct host_document){ .users = user_rows,
				       .groups = group_rows,
				       .roles = role_rows,
				       .more = managed_policies(managed) };
}

static void start(const char *conf)
{
	(void)host_start();
	host_write("etc/iam/iam.conf", conf);
}

static bool is_member(const char *name)
{
	char list[4200], word[NAME_SIZE + 2];

	(void)snprintf(list, sizeof(list), " %s ", host_members("iam-sudo"));
	(void)snprintf(word, sizeof(word), " %s ", name);
	return strstr(list, word) != NULL;
}

static void check_rows(const struct row *rows, size_t count, bool are_named)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = are_named ? rows[i].label : names[i];

		CHECK(host_uid(name) != 0 && is_member(name) == rows[i].is_member, "%s: %s",
		      rows[i].label, rows[i].is_member ? "a member" : "no member");
	}
}

static void test_members(const struct host_document *document)
{
	start(config);
	host_policy_write(host_policy);
	host_sync_document(document);
	check_rows(users, ARRAY_LENGTH(users), false);
	check_rows(named, ARRAY_LENGTH(named), true);
	check_rows(roles, ARRAY_LENGTH(roles), true);
}

static bool row_is_member(const char *label)
{
	for (size_t i = 0; i < ARRAY_LENGTH(users); i++)
		if (strcmp(users[i].label, label) == 0)
			return is_member(names[i]);
	CHECK_REQUIRE(false, label);
	return false;
}

/* What the group says of an account, the account says too. */
static void test_both_sides(void)
{
	struct snapshot directory = host_snapshot(SNAPSHOT_DIRECTORY);
	struct complaint complaint = { .line = 0 };
	uint32_t gid = host_gid("iam-sudo");
	struct snapshot_user user;
	struct snapshot_gids gids;

	CHECK(snapshot_verify(&directory, &complaint) == STATUS_OK, "the snapshot is whole: %s",
	      complaint.reason);
	CHECK_REQUIRE(snapshot_find_user(&directory, TEXT("role-allowed"), &user) == STATUS_OK &&
			      snapshot_memberships(&directory, &user, &gids) == STATUS_OK,
		      "a role's groups");
	CHECK(gids.count == 1 && snapshot_gid_at(&gids, 0) == gid, "a role is in iam-sudo alone");
	snapshot_close(&directory);
}

/* The same document, and what is in etc/iam. */
static void test_host_policy_changes(const struct host_document *document)
{
	AUTO_SYNC_RESULT result = { 0 }, again = { 0 };
	struct complaint complaint;

	start(config);
	host_policy_write(host_policy);
	host_sync_document(document);
	host_policy_write((const struct host_statement[]){ { "Deny", PRINCIPAL("*"), EVERYWHERE },
							   { NULL, NULL, NULL } });
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_OK &&
		      result.published && strcmp(host_members("iam-sudo"), "") == 0,
	      "a Deny for everybody leaves nobody in the group, at the next sync");
	host_write("etc/iam/host-policy.json", "{\"Statement\":[");
	CHECK(host_sync((struct host_run){ .now = 0 }, &again, &complaint) == STATUS_OK &&
		      strcmp(host_members("iam-sudo"), "") == 0 &&
		      host_reports("host-policy-invalid") == 1,
	      "so does a host's policy that cannot be read");
	host_remove("etc/iam/host-policy.json");
	host_sync_document(document);
	CHECK(row_is_member("an Allow") && is_member("role-allowed") &&
		      !is_member("host-allowed") && is_member("host-denied"),
	      "without one the accounts' own policies decide");
}

/* A host of another account: its policy must allow, and the user's own. */
static void test_other_account(const struct host_document *document)
{
	start("[host]\narn = arn:aws:ec2:eu-west-1:210987654321:instance/i-1\n"
	      "[access]\nsudo_groups = Wheelers\n");
	host_sync_document(document);
	CHECK(!row_is_member("an Allow"), "of another account: an Allow is not enough");
	CHECK(!row_is_member("sudo_groups"), "of another account: the host's list is not enough");
	CHECK(row_is_member("sudo_groups, and an Allow"), "of another account: both are");
	CHECK(!row_is_member("this host"), "the ARN of iam.conf is the host's");
}

/* A node name that no ARN can hold: whoever decides refuses everybody. */
static void test_node_name(const struct host_document *document)
{
	static const char bad[] = "we*b";

	if (unshare(CLONE_NEWUTS) < 0 || sethostname(bad, strlen(bad)) < 0) {
		printf("# without root there is no node name of our own\n");
		return;
	}
	start("[access]\nsudo_groups = Wheelers\n");
	host_sync_document(document);
	CHECK(strcmp(host_members("iam-sudo"), "") == 0 && host_reports("host-arn-invalid") == 1,
	      "a node name that no ARN can hold: nobody, and that is reported");
	start("[access]\nsudo_groups = Wheelers\n[host]\nname = web1\n");
	host_sync_document(document);
	CHECK(row_is_member("this host") && host_reports("host-arn-invalid") == 0,
	      "until iam.conf names the host");
}

int main(void)
{
	struct host_document document = make_document();

	test_members(&document);
	test_both_sides();
	test_host_policy_changes(&document);
	test_other_account(&document);
	test_node_name(&document);
	return check_done();
}
