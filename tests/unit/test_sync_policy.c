/*
 * tests/unit/test_sync_policy.c: what a sync says of policies, and what --strict makes of it.
 */
#include <stdio.h>

#include "check.h"
#include "snapshot/snapshot_format.h"
#include "support/scratch.h"
#include "support/sync_host.h"
#include "support/sync_policies.h"

enum { BYTES_MAX = 1 << 20 };

#define LOGIN ALLOW("host:Login", EVERYWHERE)
#define BROKEN "{\"Effect\":\"Allow\",\"Do\":1}"
#define NO_ACTION "{\"Effect\":\"Allow\"," EVERYWHERE "}"
#define ODD IF("\"ForAllValues:StringEquals\":{\"aws:TagKeys\":\"x\"}")
#define TRUST(rest)                                                                            \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\"," \
	"\"Action\":\"sts:AssumeRole\"" rest "}}"
#define OLD_TRUST(version, value)                                                               \
	"{\"Version\":\"" version "\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\"," \
	"\"Action\":\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{"                       \
	"\"sts:RoleSessionName\":\"" value "\"}}}}"

static const struct managed_policy managed[] = {
	{ "fine", LOGIN },
	{ "broken", BROKEN },
	{ "unused", BROKEN },
	{ "actionless", NO_ACTION },
	{ "misspelt", ALLOW("hots:Login", EVERYWHERE) },
	{ "aws:new", ALLOW("brandnew:*", EVERYWHERE) "," ALLOW("sts:AssumeRole", ODD) },
	{ NULL, NULL },
};

/* alice and bob are in Developers, alice in Ops too; root, whose name is the host's, in Lonely. */
static const struct case_of {
	const char *label;
	struct owned_policies alice, bob, root, developers, ops, lonely, deploy, elsewhere;
	const char *host_policy; /* NULL: none */
	const char *code;        /* NULL: nothing is reported */
	const char *text;        /* the whole report */
	bool is_fault;
	const char *place, *reason; /* of the complaint of a strict run */
} cases[] = {
	{ .label = "nothing at all" },
	{ .label = "policies that are fine",
	  .alice = { LOGIN, "fine", "fine", NULL },
	  .developers = { .attached = "fine" },
	  .deploy = { LOGIN, "fine", "fine", TRUST("") },
	  .host_policy = "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
			 "\"host:Login\",\"Resource\":\"*\"}}" },

	/* Refused by IAM. */
	{ .label = "a user's own",
	  .alice = { .statements = NO_ACTION },
	  .code = "policy-invalid",
	  .text = "policy own of user alice (1 account): Statement[0].Action: a statement needs an "
		  "action",
	  .is_fault = true,
	  .place = "policy own of user alice: Statement[0].Action",
	  .reason = "a statement needs an action (--strict)" },
	{ .label = "a group's own",
	  .developers = { .statements = LOGIN "," NO_ACTION },
	  .code = "policy-invalid",
	  .text = "policy own of group Developers (2 accounts): Statement[1].Action: a statement "
		  "needs an action",
	  .is_fault = true,
	  .place = "policy own of group Developers: Statement[1].Action",
	  .reason = "a statement needs an action (--strict)" },
	{ .label = "an attached one, by several ways",
	  .alice = { .attached = "fine actionless", .boundary = "actionless" },
	  .developers = { .attached = "actionless" },
	  .ops = { .attached = "actionless" },
	  .deploy = { .attached = "actionless" },
	  .code = "policy-invalid",
	  .text = "policy " POLICY_ARN("actionless") " (3 accounts): Statement[0].Action: a "
						     "statement needs an action",
	  .is_fault = true,
	  .place = "policy " POLICY_ARN("actionless") ": Statement[0].Action",
	  .reason = "a statement needs an action (--strict)" },
	{ .label = "a boundary",
	  .bob = { .boundary = "actionless" },
	  .code = "policy-invalid",
	  .text = "policy " POLICY_ARN("actionless") " (1 account): Statement[0].Action: a "
						     "statement needs an action",
	  .is_fault = true,
	  .place = "policy " POLICY_ARN("actionless") ": Statement[0].Action",
	  .reason = "a statement needs an action (--strict)" },
	{ .label = "a role's own",
	  .deploy = { .statements = NO_ACTION },
	  .code = "policy-invalid",
	  .text = "policy own of role deploy (1 account): Statement[0].Action: a statement needs "
		  "an action",
	  .is_fault = true,
	  .place = "policy own of role deploy: Statement[0].Action",
	  .reason = "a statement needs an action (--strict)" },
	{ .label = "a trust policy",
	  .deploy = { .trust = TRUST(",\"Resource\":\"*\"") },
	  .code = "policy-invalid",
	  .text = "trust policy of role deploy (1 account): Statement[0].Resource: a trust policy "
		  "has no resource",
	  .is_fault = true,
	  .place = "trust policy of role deploy: Statement[0].Resource",
	  .reason = "a trust policy has no resource (--strict)" },

	/* Of nobody who has an account here. */
	{ .label = "a user's who is left out", .root = { BROKEN, "broken lost", "broken", NULL } },
	{ .label = "a group's without accounts", .lonely = { .statements = BROKEN } },
	{ .label = "a role's that is none of this host", .elsewhere = { .statements = BROKEN } },

	/* Not in the document. */
	{ .label = "an attached one that is missing",
	  .ops = { .attached = "lost" },
	  .bob = { .attached = "lost", .boundary = "lost" },
	  .code = "policy-missing",
	  .text = "policy " POLICY_ARN("lost") " (2 accounts): not in the directory",
	  .is_fault = true,
	  .place = "policy " POLICY_ARN("lost"),
	  .reason = "not in the directory (--strict)" },

	/* The host's own. */
	{ .label = "a host's policy that is no JSON",
	  .host_policy = "{\"Statement\":[\n}",
	  .code = "host-policy-invalid",
	  .text = "host-policy.json: line 2: ",
	  .is_fault = true,
	  .place = "host-policy.json: line 2",
	  .reason = " (--strict)" },
	{ .label = "a host's policy that is none",
	  .host_policy = "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"host:Login\","
			 "\"Resource\":\"*\"}}",
	  .code = "host-policy-invalid",
	  .text = "host-policy.json: Statement[0].Principal: a statement needs a principal",
	  .is_fault = true,
	  .place = "host-policy.json: Statement[0].Principal",
	  .reason = "a statement needs a principal (--strict)" },

	/* What may not be meant. */
	{ .label = "an action that no host asks for",
	  .alice = { .statements = ALLOW("host:Logon", EVERYWHERE) },
	  .code = "policy-warning",
	  .text = "policy own of user alice: Statement[0].Action: host:Logon is asked by no host" },
	{ .label = "among those that are excepted",
	  .alice = { .statements =
			     "{\"Effect\":\"Deny\",\"NotAction\":[\"host:Login\",\"HOST:Su\"],"
			     "" EVERYWHERE "}" },
	  .code = "policy-warning",
	  .text = "policy own of user alice: Statement[0].NotAction: HOST:Su is asked by no host" },
	{ .label = "actions that hosts ask for",
	  .alice = { .statements = ALLOW("Host:login", EVERYWHERE) "," ALLOW(
			     "host:S*", EVERYWHERE) "," ALLOW("host:Sud?", EVERYWHERE) } },
	{ .label = "an odd condition about hosts",
	  .developers = { .statements = ALLOW("host:Login", ODD) },
	  .code = "policy-warning",
	  .text = "policy own of group Developers: Statement[0].Condition: ForAllValues is true "
		  "when the key is absent; add a Null condition" },
	{ .label = "several odd things",
	  .alice = { .statements = ALLOW("host:Login", ODD) "," ALLOW("host:X", ODD) },
	  .code = "policy-warning",
	  .text = "policy own of user alice: Statement[0].Condition: ForAllValues is true when the "
		  "key is absent; add a Null condition; and 2 more" },
	{ .label = "an odd condition about roles",
	  .alice = { .statements = ALLOW("sts:assumerole", ODD) },
	  .code = "policy-warning",
	  .text = "policy own of user alice: Statement[0].Condition: ForAllValues is true when the "
		  "key is absent; add a Null condition" },
	{ .label = "an odd condition about something else",
	  .alice = { .statements = ALLOW("s3:*", ODD) "," ALLOW("*", ODD) } },
	{ .label = "a service that nobody knows",
	  .alice = { .statements = ALLOW("hots:Login", EVERYWHERE) },
	  .code = "policy-warning",
	  .text = "policy own of user alice: Statement[0].Action: no service that is known has the "
		  "prefix \"hots\"" },
	{ .label = "many, told as one",
	  .developers = { .statements = "{\"Effect\":\"Allow\",\"Action\":[\"s3:x\",\"s4:x\","
					"\"s4:y\",\"s5:x\",\"s6:x\"]," EVERYWHERE "}" },
	  .code = "policy-warning",
	  .text = "policy own of group Developers: Statement[0].Action: no service that is known "
		  "has the prefix \"s4\"; and 2 more" },
	{ .label = "of a policy that several have, told once",
	  .alice = { .attached = "misspelt" },
	  .bob = { .boundary = "misspelt" },
	  .ops = { .attached = "misspelt" },
	  .deploy = { .attached = "misspelt" },
	  .code = "policy-warning",
	  .text = "policy " POLICY_ARN("misspelt") ": Statement[0].Action: no service that is "
						   "known has the prefix \"hots\"" },
	{ .label = "beside an action of hosts",
	  .alice = { .statements =
			     ALLOW("host:Login", EVERYWHERE) "," ALLOW("clodwatch:*", EVERYWHERE) },
	  .code = "policy-warning",
	  .text = "policy own of user alice: Statement[1].Action: no service that is known has the "
		  "prefix \"clodwatch\"" },
	{ .label = "AWS's own, which nobody can change", .alice = { .attached = "aws:new" } },
	{ .label = "a service that there is",
	  .alice = { .statements = ALLOW("S3:x", EVERYWHERE) } },
	{ .label = "an odd condition of a trust policy",
	  .deploy = { .trust = TRUST(",\"Condition\":{\"ForAllValues:StringEquals\":{"
				     "\"aws:TagKeys\":\"x\"}}") },
	  .code = "policy-warning",
	  .text = "trust policy of role deploy: Statement[0].Condition: ForAllValues is true when "
		  "the key is absent; add a Null condition" },
	{ .label = "an old version, which changes nothing",
	  .deploy = { .trust = OLD_TRUST("2008-10-17", "alice") } },
	{ .label = "an old version with a variable",
	  .deploy = { .trust = OLD_TRUST("2008-10-17", "${aws:username}") },
	  .code = "policy-warning",
	  .text = "trust policy of role deploy: Version: before \"2012-10-17\" variables are "
		  "plain text" },
	{ .label = "a variable in a new version",
	  .deploy = { .trust = OLD_TRUST("2012-10-17", "${aws:username}") } },
	{ .label = "an odd condition of the host's own",
	  .host_policy = "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
			 "\"host:login\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{}}}}",
	  .code = "policy-warning",
	  .text = "host-policy.json: Statement[0].Condition: an operator without keys never "
		  "allows" },
};

static const char *root;

static struct host_entity entity(const char *name, unsigned id, const char *kind,
				 const char *groups, const struct owned_policies *policies)
{
	return (struct host_entity){ .name = name,
				     .id = id,
				     .created = 1,
				     .groups = groups,
				     .more = policies_of(kind, policies) };
}

static void write_case(const struct case_of *row)
{
	const struct host_entity users[] = {
		entity("alice", 1, "User", "Developers Ops", &row->alice),
		entity("bob", 2, "User", "Developers", &row->bob),
		entity("root", 3, "User", "Lonely", &row->root),
		{ .name = NULL },
	};
	const struct host_entity groups[] = {
		entity("Developers", 1, "Group", NULL, &row->developers),
		entity("Ops", 2, "Group", NULL, &row->ops),
		entity("Lonely", 3, "Group", NULL, &row->lonely),
		{ .name = NULL },
	};
	const struct host_entity roles[] = {
		entity("deploy", 1, "Role", NULL, &row->deploy),
		entity("elsewhere", 2, "Role", "/service/", &row->elsewhere),
		{ .name = NULL },
	};

	root = host_start();
	host_write("etc/iam/iam.conf", "[host]\nname = web1\n");
	host_document(&(struct host_document){ .users = users,
					       .groups = groups,
					       .roles = roles,
					       .more = managed_policies(managed) });
	if (row->host_policy)
		host_write("etc/iam/host-policy.json", row->host_policy);
}

static const char *const codes[] = { "policy-invalid", "policy-missing", "policy-warning",
				     "host-policy-invalid", "host-arn-invalid" };

static unsigned count_reports(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
		count += host_reports(codes[i]);
	return count;
}

static void test_reports(const struct case_of *row)
{
	AUTO_SYNC_RESULT result = { 0 };
	struct complaint complaint = { .reason = "" };
	unsigned wanted = row->code ? 1 : 0;

	write_case(row);
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_OK &&
		      result.published,
	      "%s: published all the same %s", row->label, complaint.reason);
	CHECK(count_reports() == wanted && (!row->code || host_reports(row->code) == 1), "%s: %s",
	      row->label, row->code ? row->code : "nothing to report");
	if (row->code)
		CHECK(host_reported(row->code, row->text), "%s: %s", row->label, row->text);
}

static const char ACCESS[] = "var/lib/iam/access.snapshot";
static const char DIRECTORY[] = "var/lib/iam/directory.snapshot";

static bool is_published(void)
{
	char path[SCRATCH_PATH_SIZE];

	return access(scratch_path(path, root, ACCESS), F_OK) == 0 ||
	       access(scratch_path(path, root, DIRECTORY), F_OK) == 0;
}

static void test_strict(const struct case_of *row)
{
	for (int is_dry = 0; is_dry < 2; is_dry++) {
		AUTO_SYNC_RESULT result = { 0 };
		struct complaint complaint = { .reason = "" };
		struct host_run run = { .strict = true, .dry_run = is_dry };
		enum status status;

		write_case(row);
		status = host_sync(run, &result, &complaint);
		if (!row->is_fault) {
			CHECK(status == STATUS_OK && is_published() == !is_dry,
			      "%s: strict has nothing against it", row->label);
			continue;
		}
		CHECK(status == STATUS_BAD_INPUT && !is_published(),
		      "%s: strict publishes nothing%s", row->label, is_dry ? ", dry" : "");
		CHECK(strcmp(complaint.place, row->place) == 0 &&
			      strstr(complaint.reason, row->reason),
		      "%s: and says %s: %s", row->label, complaint.place, complaint.reason);
	}
}

/* Of several faults the first is named: the host's own policy, then accounts in their order. */
static void test_first_fault(void)
{
	static const struct case_of several = {
		.bob = { .statements = NO_ACTION, .boundary = "lost" },
		.deploy = { .attached = "broken" },
		.host_policy = "[]",
	};
	struct case_of row = several;
	AUTO_SYNC_RESULT result = { 0 }, again = { 0 };
	struct complaint complaint = { .reason = "" };

	write_case(&row);
	CHECK(host_sync((struct host_run){ .strict = true }, &result, &complaint) ==
			      STATUS_BAD_INPUT &&
		      strcmp(complaint.place, "host-policy.json") == 0,
	      "several faults: the host's policy is named, not %s", complaint.place);
	CHECK(count_reports() == 4, "several faults: each is reported");
	row.host_policy = NULL;
	write_case(&row);
	CHECK(host_sync((struct host_run){ .strict = true }, &again, &complaint) ==
			      STATUS_BAD_INPUT &&
		      strcmp(complaint.place, "policy own of user bob: Statement[0].Action") == 0,
	      "without it the first account's, not %s", complaint.place);
}

static void read_both(struct buffer *out_bytes)
{
	buffer_init(out_bytes, BYTES_MAX);
	CHECK_REQUIRE(scratch_read(root, ACCESS, out_bytes) &&
			      scratch_read(root, DIRECTORY, out_bytes),
		      "both snapshots");
}

/* What was published before stays, byte for byte. */
static void test_old_snapshots(void)
{
	static const struct case_of fine = { .alice = { .statements = LOGIN } };
	AUTO_SYNC_RESULT result = { 0 }, strict = { 0 }, lenient = { 0 };
	AUTO_BUFFER before = { 0 }, after = { 0 };
	struct complaint complaint = { .reason = "" };

	write_case(&fine);
	CHECK_REQUIRE(host_sync((struct host_run){ .strict = true }, &result, &complaint) ==
			      STATUS_OK,
		      "a strict sync");
	read_both(&before);
	host_write("etc/iam/host-policy.json", "{");
	CHECK(host_sync((struct host_run){ .strict = true }, &strict, &complaint) ==
		      STATUS_BAD_INPUT,
	      "a host's policy went wrong: strict fails");
	read_both(&after);
	CHECK(text_equal(buffer_text(&before), buffer_text(&after)),
	      "and the snapshots stand, byte for byte");
	CHECK(host_sync((struct host_run){ .strict = false }, &lenient, &complaint) == STATUS_OK,
	      "without strict it does not");
}

/* Somebody else may write the file: whatever it says, it is not the host's. */
static void test_trust(void)
{
	static const struct case_of fine = { .alice = { .statements = LOGIN } };
	AUTO_SYNC_RESULT result = { 0 };
	struct complaint complaint = { .reason = "" };

	write_case(&fine);
	scratch_write(root, "etc/iam/host-policy.json",
		      TEXT("{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
			   "\"*\",\"Resource\":\"*\"}}"),
		      0666);
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_OK &&
		      host_reports("host-policy-invalid") == 1 &&
		      strcmp(host_members("iam-sudo"), "") == 0,
	      "a host's policy that others may write is none");
}

/* Who decides reads the documents: what is wrong with one is not for the sync to mend. */
static void test_kept_documents(void)
{
	static const struct case_of row = {
		.alice = { BROKEN, "broken lost", "actionless", NULL },
		.developers = { .statements = NO_ACTION },
	};
	static const struct {
		const char *key, *part; /* part NULL: there is none */
	} kept[] = {
		{ "AIDATEST000000000001/own", "\"Do\":1" },
		{ "AGPATEST000000000001/own", "\"Effect\":\"Allow\",\"Resource\"" },
		{ POLICY_ARN("broken"), "\"Do\":1" },
		{ POLICY_ARN("actionless"), "\"Effect\":\"Allow\",\"Resource\"" },
		{ POLICY_ARN("lost"), NULL },
		{ POLICY_ARN("unused"), NULL },
	};
	AUTO_SYNC_RESULT result = { 0 };
	struct complaint complaint = { .reason = "" };
	struct snapshot access;

	write_case(&row);
	CHECK_REQUIRE(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_OK,
		      "a sync");
	access = host_snapshot(SNAPSHOT_ACCESS);
	for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
		struct text value;
		enum status status = snapshot_find_record(&access, SNAPSHOT_MAP_POLICIES,
							  text_of(kept[i].key), &value);

		CHECK(kept[i].part ? status == STATUS_OK && strstr(value.bytes, kept[i].part)
				   : status == STATUS_NOT_FOUND,
		      "the snapshot %s %s", kept[i].part ? "holds" : "does not hold", kept[i].key);
	}
	snapshot_close(&access);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		test_reports(&cases[i]);
		test_strict(&cases[i]);
	}
	test_first_fault();
	test_old_snapshots();
	test_trust();
	test_kept_documents();
	return check_done();
}
