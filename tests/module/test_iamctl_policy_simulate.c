/*
 * tests/module/test_iamctl_policy_simulate.c: requests that nobody made, policies to try out.
 */
#include <sysexits.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/spoken.h"
#include "json/json.h"

#define DENIED 1
#define ASK(who, action) "simulate", "--principal", who, "--action", action
#define ROLE(name) "arn:aws:iam::123456789012:role/host/" name
#define NEW "/tmp/policies/"

static const struct {
	const char *name, *text;
} files[] = {
	{ "ftp.json", "{ \"Version\": \"2012-10-17\",\n"
		      "  \"Statement\": {\n"
		      "    \"Sid\": \"Ftp\", \"Effect\": \"Allow\", \"Action\": \"ftp:*\",\n"
		      "    \"Resource\": \"*\" } }\n" },
	{ "deny.json",
	  "{ \"Version\": \"2012-10-17\", \"Statement\": [ {\n"
	  "    \"Sid\": \"Never\", \"Effect\": \"Deny\", \"Action\": \"host:Login\",\n"
	  "    \"Resource\": \"*\",\n"
	  "    \"Condition\": { \"IpAddress\": { \"aws:SourceIp\": \"192.0.2.0/24\" } }\n"
	  "} ] }\n" },
	{ "set.json",
	  "{ \"Version\": \"2012-10-17\", \"Statement\": [ {\n"
	  "    \"Effect\": \"Allow\", \"Action\": \"t:t\", \"Resource\": \"*\",\n"
	  "    \"Condition\": { \"ForAllValues:StringEquals\": { \"k:set\": [\"a\", \"b\"] },\n"
	  "                   \"Null\": { \"k:set\": \"false\" } } } ] }\n" },
	{ "take.json", "{ \"Version\": \"2012-10-17\", \"Statement\": [ {\n"
		       "    \"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\",\n"
		       "    \"Resource\": \"*\" } ] }\n" },
	{ "everything.json",
	  "{ \"Version\": \"2012-10-17\", \"Statement\": [ {\n"
	  "  \"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\" } ] }\n" },
	{ "wrong.json",
	  "{ \"Version\": \"2012-10-17\",\n  \"Statement\": [\n"
	  "    { \"Effect\": \"Allow\", \"Action\": \"x\", \"Resource\": \"*\" } ] }\n" },
	{ "broken.json", "{ \"Version\": \"2012-10-17\",\n  \"Statement\": [ }" },
	{ "context.json", "{ \"k:set\": [\"a\", \"b\"], \"aws:SourceIp\": \"192.0.2.9\",\n"
			  "  \"host:Service\": \"sshd\" }\n" },
	{ "number.json", "{ \"k:number\": 7 }\n" },
	{ "list.json", "[]\n" },
	{ "cut.json", "{\n \"k\":" },
	{ "nested.json", "{ \"k:list\": [\"a\", [\"b\"]] }\n" },
};

static const struct spoken rows[] = {
	/* The snapshot's policies, on this host unless said otherwise. */
	{ { ASK("alice", "host:Login") },
	  EX_OK,
	  { "Allowed.\n", "resource:            arn:aws:host:::host/web1\n", "policy/SignIn\n",
	    "aws:PrincipalTag/Team       web\n", "aws:PrincipalTag/Note       \\x1b[31mred" },
	  { "host:Service", "\033" } },
	{ { ASK("alice", "HOST:login"), "--resource", "*" }, EX_OK, { "Allowed.\n" }, { NULL } },
	{ { ASK("alice", "s3:GetObject"), "--resource", "arn:aws:s3:::bucket/key" },
	  DENIED,
	  { "Denied: not-authorized.", "missed:              action\n" },
	  { NULL } },
	/* A document that reaches the user twice is one. */
	{ { ASK("alice", "ftp:Get") },
	  DENIED,
	  { "from:                user, group Developers\n" },
	  { "from:                user, group Developers\n\nstatement number:    2" } },
	/* Context: in the place of what the request has. */
	{ { ASK("bob", "host:Login"), "--context", "aws:SourceIp=192.0.2.9" },
	  EX_OK,
	  { "aws:SourceIp                192.0.2.9\n" },
	  { NULL } },
	{ { ASK("bob", "host:Login"), "--context", "AWS:sourceip=192.0.2.9", "--context",
	    "aws:CurrentTime=2101-01-01T00:00:00Z" },
	  DENIED,
	  { "aws:CurrentTime  2100-01-01T00:00:00Z         2101-01-01T00:00:00Z" },
	  { NULL } },
	{ { ASK("bob", "host:Login"), "--context", "aws:SourceIp=gateway.example" },
	  DENIED,
	  { "Denied: source-unreadable.", "aws:SourceIp                (not readable)\n" },
	  { NULL } },
	{ { ASK("bob", "host:Login"), "--context", "host:Service=sshd" },
	  DENIED,
	  { "Denied: source-unreadable." },
	  { NULL } },
	{ { ASK("alice", "host:Login"), "--context", "host:Service=vsftpd", "--context",
	    "aws:SourceIp=192.0.2.9" },
	  DENIED,
	  { "sid:                 NoFtp\n", "document:            host-policy.json\n" },
	  { NULL } },
	{ { ASK("alice", "host:Sudo"), "--context", "aws:MultiFactorAuthAge=60", "--context",
	    "host:Command=/usr/bin/systemctl" },
	  EX_OK,
	  { "sid:                 OwnHosts\n" },
	  { NULL } },
	{ { ASK("alice", "host:Sudo"), "--context", "aws:MultiFactorAuthAge=60", "--context",
	    "host:Command=/bin/sh" },
	  DENIED,
	  { "host:Command            /usr/bin/systemctl" },
	  { NULL } },
	{ { ASK("alice", "host:Sudo"), "--context", "aws:MultiFactorAuthAge=60", "--resource",
	    "arn:aws:host:::host/db1" },
	  DENIED,
	  { "missed:              resource\n" },
	  { NULL } },
	/* Sets: a key given twice, and a file. */
	{ { ASK("alice", "t:t"), "--policy", NEW "set.json", "--context", "k:set=a", "--context",
	    "K:Set=b" },
	  EX_OK,
	  { "from:                the command line\n", "a, b\n" },
	  { NULL } },
	{ { ASK("alice", "t:t"), "--policy", NEW "set.json", "--context", "k:set=a", "--context",
	    "k:set=c" },
	  DENIED,
	  { "ForAllValues:StringEquals" },
	  { NULL } },
	{ { ASK("alice", "t:t"), "--policy", NEW "set.json", "--context-file", NEW "context.json" },
	  EX_OK,
	  { "host:Service                sshd\n", "aws:SecureTransport         true\n" },
	  { NULL } },
	{ { ASK("alice", "t:t"), "--policy", NEW "set.json", "--context-file", NEW "context.json",
	    "--context", "k:set=x" },
	  DENIED,
	  { "Denied: not-authorized." },
	  { NULL } },
	{ { ASK("nobody-special", "host:Sudo"), "--context", "host:Group=Admins" },
	  EX_OK,
	  { "sid:                 sudo_groups\n" },
	  { NULL } },
	/* Policies on top of the principal's. */
	{ { ASK("alice", "ftp:Get"), "--policy", NEW "ftp.json" },
	  EX_OK,
	  { "document:            " NEW "ftp.json\n", "line:                2\n",
	    "column:              16\n", "sid:                 Ftp\n" },
	  { NULL } },
	{ { ASK("alice", "host:Login"), "--policy", NEW "ftp.json" },
	  EX_OK,
	  { "SignIn" },
	  { NULL } },
	{ { ASK("alice", "host:Login"), "--policy", NEW "ftp.json", "--policy", NEW "deny.json",
	    "--context", "aws:SourceIp=192.0.2.9" },
	  DENIED,
	  { "sid:                 Never\n", "effect:              Deny\n",
	    "line:                1\n" },
	  { NULL } },
	{ { ASK("alice", "host:Login"), "--policy", NEW "deny.json", "--context",
	    "aws:SourceIp=198.51.100.1" },
	  EX_OK,
	  { "SignIn" },
	  { NULL } },
	/* And in their place; the host's own stay. */
	{ { ASK("alice", "host:Login"), "--policy", NEW "ftp.json", "--replace" },
	  DENIED,
	  { "Denied: not-authorized." },
	  { "SignIn" } },
	{ { ASK("dave", "host:Login"), "--policy", NEW "everything.json" },
	  DENIED,
	  { "Denied: policy-unreadable." },
	  { NULL } },
	{ { ASK("dave", "host:Login"), "--policy", NEW "everything.json", "--replace" },
	  EX_OK,
	  { "everything.json" },
	  { NULL } },
	{ { ASK("erin", "host:Login"), "--policy", NEW "everything.json", "--replace" },
	  DENIED,
	  { "sid:                 deny_groups\n" },
	  { NULL } },
	{ { ASK("bob", "host:Sudo"), "--policy", NEW "ftp.json", "--replace" },
	  EX_OK,
	  { "sid:                 sudo_groups\n" },
	  { NULL } },
	/* Boundaries. */
	{ { ASK("carol", "host:Login") },
	  DENIED,
	  { "the permissions boundary does not allow it\n" },
	  { NULL } },
	{ { ASK("carol", "host:Login"), "--boundary", NEW "everything.json" },
	  EX_OK,
	  { "SignIn" },
	  { NULL } },
	{ { ASK("alice", "host:Login"), "--boundary", NEW "ftp.json" },
	  DENIED,
	  { "the permissions boundary does not allow it\n",
	    "document:            " NEW "ftp.json\n" },
	  { NULL } },
	{ { ASK("carol", "ftp:Get"), "--policy", NEW "ftp.json", "--replace" },
	  EX_OK,
	  { "Allowed.\n" },
	  { NULL } },
	{ { ASK("alice", "ftp:Get"), "--boundary", NEW "ftp.json", "--replace" },
	  DENIED,
	  { "Denied: not-authorized." },
	  { NULL } },
	/* Roles, in a session of theirs. */
	{ { ASK("deploy", "host:Sudo"), "--context", "host:Command=/usr/bin/systemctl" },
	  EX_OK,
	  { "principal:           arn:aws:sts::123456789012:assumed-role/deploy/simulation\n",
	    "aws:PrincipalArn            " ROLE("deploy") "\n",
	    "aws:PrincipalType           AssumedRole\n", "from:                role\n" },
	  { "aws:username" } },
	{ { ASK("deploy", "host:Sudo"), "--context", "host:Command=/bin/sh" },
	  DENIED,
	  { "host:Command" },
	  { NULL } },
	{ { ASK(ROLE("deploy"), "host:Login") },
	  DENIED,
	  { "assumed-role/deploy/simulation\n" },
	  { NULL } },
	{ { ASK("arn:aws:sts::123456789012:assumed-role/deploy/alice", "host:Sudo"), "--context",
	    "host:Command=/usr/bin/systemctl" },
	  EX_OK,
	  { "assumed-role/deploy/alice\n", "sts:RoleSessionName         alice\n" },
	  { NULL } },
	/* ARNs: of this host's users, and of nobody's here. */
	{ { ASK("arn:aws:iam::123456789012:user/bob", "host:Sudo") },
	  EX_OK,
	  { "sudo_groups", "aws:userid                  AIDAEXAMPLEBOB0000002\n" },
	  { NULL } },
	{ { ASK("arn:aws:iam::123456789012:user/stranger", "host:Login") },
	  DENIED,
	  { "aws:username                stranger\n" },
	  { "aws:userid", "SignIn" } },
	{ { ASK("arn:aws:iam::123456789012:user/stranger", "host:Login"), "--policy",
	    NEW "everything.json" },
	  EX_OK,
	  { "everything.json" },
	  { NULL } },
	{ { ASK("arn:aws:iam::555555555555:user/stranger", "host:Login"), "--policy",
	    NEW "everything.json" },
	  DENIED,
	  { "the principal is of another account" },
	  { NULL } },
	{ { ASK("arn:aws:sts::123456789012:assumed-role/other/s1", "host:Login"), "--policy",
	    NEW "everything.json" },
	  EX_OK,
	  { "principal:           arn:aws:sts::123456789012:assumed-role/other/s1\n",
	    "aws:PrincipalArn            arn:aws:iam::123456789012:role/other\n" },
	  { "aws:username", "aws:userid" } },
	/* Taking roles: the trust policy of this host's, and nobody's trust in others. */
	{ { ASK("alice", "sts:AssumeRole"), "--resource", ROLE("audit") },
	  EX_OK,
	  { "decided by:          trust policy\n", "sts:RoleSessionName         alice\n" },
	  { NULL } },
	{ { ASK("alice", "sts:assumerole"), "--resource", ROLE("deploy") },
	  DENIED,
	  { "the trust policy leaves it to the principal's own policies, and none allows it\n",
	    "sid:                 Deploy\n", "aws:MultiFactorAuthPresent  true" },
	  { NULL } },
	{ { ASK("alice", "sts:AssumeRole"), "--resource", ROLE("deploy"), "--context",
	    "aws:MultiFactorAuthPresent=true" },
	  EX_OK,
	  { "Allowed.\n" },
	  { NULL } },
	{ { ASK("bob", "sts:AssumeRole"), "--resource", ROLE("audit") },
	  DENIED,
	  { "the role's trust policy does not allow it\n", "missed:              principal\n" },
	  { NULL } },
	{ { ASK("bob", "sts:AssumeRole"), "--resource", ROLE("absent"), "--policy",
	    NEW "take.json" },
	  DENIED,
	  { "the role's trust policy does not allow it\n" },
	  { NULL } },
	{ { ASK("bob", "sts:AssumeRole"), "--resource", "*", "--policy", NEW "take.json" },
	  DENIED,
	  { "the role's trust policy does not allow it\n" },
	  { NULL } },
	{ { ASK("frank", "sts:AssumeRole"), "--resource", ROLE("vendor"), "--context",
	    "sts:ExternalId=contract-7" },
	  EX_OK,
	  { "contract-7" },
	  { NULL } },
	{ { ASK("frank", "sts:AssumeRole"), "--resource", ROLE("vendor") },
	  DENIED,
	  { "sts:ExternalId  contract-7" },
	  { NULL } },
	{ { ASK("arn:aws:iam::999999999999:user/guest", "sts:AssumeRole"), "--resource",
	    ROLE("vendor"), "--context", "sts:ExternalId=contract-7", "--policy", NEW "take.json" },
	  EX_OK,
	  { "Allowed.\n" },
	  { NULL } },
};

static char long_action[300] = "a:";

static const struct refusal refusals[] = {
	{ { "simulate" }, EX_USAGE, "simulate: needs --principal" },
	{ { "simulate", "--principal", "alice" }, EX_USAGE, "simulate: needs --action" },
	{ { ASK("alice", "Login") }, EX_USAGE, "Login: --action is SERVICE:NAME" },
	{ { ASK("alice", "") }, EX_USAGE, "--action has 1 to 256 bytes" },
	{ { ASK("alice", long_action) }, EX_USAGE, "--action has 1 to 256 bytes" },
	{ { ASK("alice", "a:b"), "--resource", "web1" }, EX_USAGE, "web1: --resource is an ARN" },
	{ { ASK("alice", "a:b"), "--resource", "" }, EX_USAGE, "--resource is an ARN" },
	{ { ASK("alice", "a:b"), "--context", "key" }, EX_USAGE, "key: --context is KEY=VALUE" },
	{ { ASK("alice", "a:b"), "--context", "=" }, EX_USAGE, "=: --context is KEY=VALUE" },
	{ { ASK("alice", "a:b"), "--replace" }, EX_USAGE, "--replace: needs --policy or" },
	{ { ASK("alice", "a:b"), "extra" }, EX_USAGE, "one argument too many" },
	{ { ASK("mallory", "a:b") }, EX_NOUSER, "mallory: not an IAM user or role" },
	{ { ASK("root", "a:b") }, EX_NOUSER, "root: not an IAM user or role" },
	{ { ASK("\033[2J", "a:b") }, EX_NOUSER, "\\x1b[2J: not an IAM user or role" },
	{ { ASK("arn:aws", "a:b") }, EX_NOUSER, "arn:aws: not an IAM user or role" },
	{ { ASK("arn:aws:iam::123456789012:root", "a:b") }, EX_USAGE, "--principal is a name" },
	{ { ASK("arn:aws:iam::1234:user/x", "a:b") }, EX_USAGE, "--principal is a name" },
	{ { ASK("arn:aws:iam::123456789012:group/x", "a:b") }, EX_USAGE, "--principal is a name" },
	{ { ASK("arn:aws:sts::123456789012:assumed-role/x", "a:b") },
	  EX_USAGE,
	  "--principal is a name" },
	{ { ASK("alice", "a:b"), "--policy", NEW "absent.json" },
	  EX_NOINPUT,
	  "absent.json: No such file" },
	{ { ASK("alice", "a:b"), "--policy", NEW "wrong.json" },
	  EX_DATAERR,
	  "iamctl: " NEW "wrong.json:3: an action is SERVICE:NAME" },
	{ { ASK("alice", "a:b"), "--policy", NEW "ftp.json", "--policy", NEW "broken.json" },
	  EX_DATAERR,
	  "iamctl: " NEW "broken.json:2: not valid JSON" },
	{ { ASK("alice", "a:b"), "--boundary", NEW "broken.json" },
	  EX_DATAERR,
	  "iamctl: " NEW "broken.json:2: not valid JSON" },
	{ { ASK("alice", "a:b"), "--context-file", NEW "absent.json" },
	  EX_NOINPUT,
	  "absent.json: No such file" },
	{ { ASK("alice", "a:b"), "--context-file", NEW "number.json" },
	  EX_DATAERR,
	  "number.json: k:number: must be a string or a list of strings" },
	{ { ASK("alice", "a:b"), "--context-file", NEW "nested.json" },
	  EX_DATAERR,
	  "nested.json: k:list: must be a string or a list of strings" },
	{ { ASK("alice", "a:b"), "--context-file", NEW "list.json" },
	  EX_DATAERR,
	  "list.json: must be a JSON object" },
	{ { ASK("alice", "a:b"), "--context-file", NEW "cut.json" },
	  EX_DATAERR,
	  "cut.json:2: not valid JSON" },
};

/* More than fit of an option that may be repeated. */
static void test_too_many(void)
{
	struct program program = { .path = "/bin/sh" };
	char iamctl[512];
	AUTO_OUTCOME outcome;

	snprintf(iamctl, sizeof(iamctl), "%s/iamctl", getenv("IAM_TEST_BUILD"));
	program.arguments[0] = "-c";
	program.arguments[1] = "for i in $(seq 257); do set -- \"$@\" --context k$i=v; done; "
			       "exec \"$0\" simulate --principal alice --action a:b \"$@\"";
	program.arguments[2] = iamctl;
	program_run(&program, &outcome);
	iamctl_check(&outcome, EX_USAGE, NULL, "context: given too often: at most 256 times",
		     "too many --context");
}

static void test_json(void)
{
	AUTO_OUTCOME outcome;
	AUTO_JSON *json = NULL;
	bool has_set = false;

	iamctl_run(&(struct program){ .arguments = { "--json", ASK("alice", "t:t"), "--policy",
						     NEW "set.json", "--context", "k:set=a",
						     "--context", "k:set=b" } },
		   &outcome);
	CHECK(outcome.code == EX_OK &&
		      json_parse(buffer_text(&outcome.output), 1 << 20, &json, NULL) == STATUS_OK &&
		      json_is_true(json_member(json, "allowed")),
	      "JSON: allowed");
	for (const struct json *row = json_first(json_member(json, "context")); row;
	     row = json_next(row))
		has_set = has_set || (text_is(json_text(json_member(row, "key")), "k:set") &&
				      json_count(json_member(row, "values")) == 2);
	CHECK(has_set, "JSON: the context has the set");
}

int main(void)
{
	memset(long_action + 2, 'x', sizeof(long_action) - 3);
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		scratch_write("/tmp/policies", files[i].name, text_of(files[i].text), 0644);
	refusal_check("before a sync",
		      &(struct refusal){ { ASK("alice", "a:b") },
					 EX_UNAVAILABLE,
					 "access.snapshot: no snapshot yet" },
		      1);
	spoken_publish();
	spoken_check("simulate", rows, ARRAY_LENGTH(rows));
	refusal_check("simulate", refusals, ARRAY_LENGTH(refusals));
	test_too_many();
	test_json();
	return check_done();
}
