/* Actions, resources, principals, and the decision over all layers. */
#include "check.h"
#include "support/policy_fixture.h"

enum {
	DENIED = POLICY_IMPLICIT_DENY,
	EXPLICIT = POLICY_EXPLICIT_DENY,
	ALLOWED = POLICY_ALLOW,
	BAD = POLICY_FIXTURE_INVALID
};

/* Does an entry cover the request? Asked in an Allow and in a Deny; DOUBT allows in neither sense.
 */
enum { NO = 0, YES = 1, DOUBT = 2 };

static int ask_both(const char *element, const char *entry, const char *action, const char *target)
{
	char allow[2048], deny[2048];
	const char *other = strstr(element, "Action") ? "\"Resource\":\"*\"" : "\"Action\":\"*\"";
	struct policy_question question = { .action = action, .target = target };
	int allowed, denied;

	(void)snprintf(
		allow, sizeof(allow),
		"[{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"%s\":%s,%s}}]",
		element, entry, other);
	(void)snprintf(
		deny, sizeof(deny),
		"[{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"%s\":%s,%s}}]",
		element, entry, other);
	question.identity = allow;
	question.context = "{\"aws:username\":\"ann\",\"k:star\":\"*\",\"k:many\":[\"a\"]}";
	allowed = policy_fixture_ask(&question, NULL);
	question.identity = deny;
	denied = policy_fixture_ask(&question, NULL);
	if (allowed == ALLOWED && denied == EXPLICIT)
		return YES;
	if (allowed == DENIED && denied == DENIED)
		return NO;
	return allowed == DENIED && denied == EXPLICIT ? DOUBT : BAD;
}

static const struct {
	const char *element, *entry, *action;
	int expected;
} actions[] = {
	{ "Action", "\"host:Login\"", "host:Login", YES },
	{ "Action", "\"HOST:LOGIN\"", "host:Login", YES },
	{ "Action", "\"host:Login\"", "host:Sudo", NO },
	{ "Action", "\"host:*\"", "host:Sudo", YES },
	{ "Action", "\"host:L?gin\"", "host:Login", YES },
	{ "Action", "\"host:L?ogin\"", "host:Login", NO },
	{ "Action", "\"*\"", "host:Login", YES },
	{ "Action", "\"*:Login\"", "host:Login", DOUBT },
	{ "Action", "\"*:Login\"", "host:Sudo", NO },
	{ "Action", "[\"host:Sudo\",\"host:Login\"]", "host:Login", YES },
	{ "Action", "[]", "host:Login", NO },
	{ "Action", "\"\"", "host:Login", NO },
	{ "Action", "\"host:${aws:username}\"", "host:ann", NO },
	{ "NotAction", "\"host:Sudo\"", "host:Login", YES },
	{ "NotAction", "\"host:Sudo\"", "host:sudo", NO },
	{ "NotAction", "[\"host:Sudo\",\"host:L*\"]", "host:Login", NO },
	{ "NotAction", "\"*\"", "host:Login", NO },
	{ "NotAction", "\"*:Login\"", "host:Login", DOUBT },
};

static const struct {
	const char *element, *entry, *target;
	int expected;
} resources[] = {
	{ "Resource", "\"*\"", "arn:aws:host:::host/web1", YES },
	{ "Resource", "\"arn:aws:host:::host/web1\"", "arn:aws:host:::host/web1", YES },
	{ "Resource", "\"arn:aws:host:::host/WEB1\"", "arn:aws:host:::host/web1", NO },
	{ "Resource", "\"arn:aws:host:::host/web?\"", "arn:aws:host:::host/web1", YES },
	{ "Resource", "\"arn:aws:host:::host/*\"", "arn:aws:host:::host/a/b:c", YES },
	{ "Resource", "\"arn:aws:host:::host/a*c\"", "arn:aws:host:::host/abcc", YES },
	{ "Resource", "\"arn:aws:host:*:*:host/web1\"", "arn:aws:host:::host/web1", YES },
	{ "Resource", "\"arn:aws:host:eu:*:host/web1\"", "arn:aws:host:::host/web1", NO },
	{ "Resource", "\"arn:aws:host\"", "arn:aws:host:::host/web1", YES },
	{ "Resource", "\"arn:aws:ec2\"", "arn:aws:host:::host/web1", NO },
	{ "Resource", "\"arn:aws:ec2:*:1\"", "arn:aws:ec2:eu:1:instance/i-1", YES },
	{ "Resource", "\"arn:aws:host:*:host/web1\"", "arn:aws:host:::host/web1", DOUBT },
	{ "Resource", "\"arn:*:host/web1\"", "arn:aws:host:::host/web1", DOUBT },
	{ "Resource", "\"arn:aws:ec2:*:instance/i-1:x:y\"", "arn:aws:ec2:eu:1:instance/i-1:x:y",
	  DOUBT },
	{ "Resource", "\"arn:aws:host:::host/${aws:username}\"", "arn:aws:host:::host/ann", YES },
	{ "Resource", "\"arn:aws:host:::host/${aws:username}\"", "arn:aws:host:::host/bob", NO },
	{ "Resource", "\"arn:aws:host:::host/${k:star}\"", "arn:aws:host:::host/bob", NO },
	{ "Resource", "\"arn:aws:host:::host/${k:none}\"", "arn:aws:host:::host/bob", NO },
	{ "Resource", "\"arn:aws:host:::host/${k:none, 'bob'}\"", "arn:aws:host:::host/bob", YES },
	{ "Resource", "\"arn:aws:host:::host/${k:many}\"", "arn:aws:host:::host/a", NO },
	{ "Resource", "[null,\"arn:aws:host:::host/web1\"]", "arn:aws:host:::host/web1", YES },
	{ "Resource", "[null]", "arn:aws:host:::host/web1", NO },
	{ "Resource", "\"arn:aws:host:::host/*\"", "*", NO },
	{ "Resource", "\"*\"", "*", YES },
	{ "Resource", "\"**\"", "*", YES },
	{ "NotResource", "\"arn:aws:host:::host/web1\"", "arn:aws:host:::host/web1", NO },
	{ "NotResource", "\"arn:aws:host:::host/web1\"", "arn:aws:host:::host/web2", YES },
	{ "NotResource", "\"arn:aws:host:::host/web*\"", "arn:aws:host:::host/web2", NO },
	{ "NotResource", "\"arn:aws:host\"", "arn:aws:host:::host/web2", DOUBT },
	{ "NotResource", "\"arn:aws:ec2\"", "arn:aws:host:::host/web2", YES },
	{ "NotResource", "\"arn:aws:host:::host/${k:none}\"", "arn:aws:host:::host/web2", DOUBT },
	{ "NotResource", "\"arn:*:host/web1\"", "arn:aws:host:::host/web1", DOUBT },
};

#define STATEMENT(effect, rest) "{\"Effect\":\"" effect "\",\"Action\":\"*\"" rest "}"
#define DOCUMENT(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define ALL ",\"Resource\":\"*\""
#define ALLOW_ALL "[" DOCUMENT(STATEMENT("Allow", ALL)) "]"
#define DENY_ALL "[" DOCUMENT(STATEMENT("Deny", ALL)) "]"
#define NOTHING "[" DOCUMENT("{\"Effect\":\"Allow\",\"Action\":\"other:Thing\"" ALL "}") "]"
#define PRINCIPAL(value) ",\"Principal\":" value
#define HOST(effect, principal) "[" DOCUMENT(STATEMENT(effect, PRINCIPAL(principal) ALL)) "]"
#define TRUST(effect, principal) "[" DOCUMENT(STATEMENT(effect, PRINCIPAL(principal))) "]"
#define ALICE "arn:aws:iam::111122223333:user/alice"
#define ROLE "arn:aws:iam::111122223333:role/host/deploy"
#define SESSION "arn:aws:sts::111122223333:assumed-role/deploy/alice"

static const struct {
	const char *label;
	struct policy_question question;
	int expected;
	enum policy_layer layer;
} decisions[] = {
	{ "no policy at all", { .identity = NULL }, DENIED, POLICY_LAYER_NONE },
	{ "an empty list of policies", { .identity = "[]" }, DENIED, POLICY_LAYER_NONE },
	{ "an allow", { .identity = ALLOW_ALL }, ALLOWED, POLICY_LAYER_IDENTITY },
	{ "a deny beside an allow",
	  { .identity = "[" DOCUMENT(STATEMENT("Allow", ALL) "," STATEMENT("Deny", ALL)) "]" },
	  EXPLICIT,
	  POLICY_LAYER_IDENTITY },
	{ "a deny before an allow",
	  { .identity = "[" DOCUMENT(STATEMENT("Deny", ALL) "," STATEMENT("Allow", ALL)) "]" },
	  EXPLICIT,
	  POLICY_LAYER_IDENTITY },
	{ "an allow of something else", { .identity = NOTHING }, DENIED, POLICY_LAYER_NONE },
	{ "a boundary grants nothing", { .boundary = ALLOW_ALL }, DENIED, POLICY_LAYER_NONE },
	{ "a boundary that allows",
	  { .identity = ALLOW_ALL, .boundary = ALLOW_ALL },
	  ALLOWED,
	  POLICY_LAYER_IDENTITY },
	{ "a boundary without an allow",
	  { .identity = ALLOW_ALL, .boundary = NOTHING },
	  DENIED,
	  POLICY_LAYER_BOUNDARY },
	{ "an empty boundary",
	  { .identity = ALLOW_ALL, .boundary = "[]" },
	  DENIED,
	  POLICY_LAYER_BOUNDARY },
	{ "a boundary that denies",
	  { .identity = ALLOW_ALL, .boundary = DENY_ALL },
	  EXPLICIT,
	  POLICY_LAYER_BOUNDARY },
	{ "a session policy grants nothing", { .session = ALLOW_ALL }, DENIED, POLICY_LAYER_NONE },
	{ "a session policy that allows",
	  { .identity = ALLOW_ALL, .session = ALLOW_ALL },
	  ALLOWED,
	  POLICY_LAYER_IDENTITY },
	{ "a session policy without an allow",
	  { .identity = ALLOW_ALL, .session = NOTHING },
	  DENIED,
	  POLICY_LAYER_SESSION },
	{ "a session policy that denies",
	  { .identity = ALLOW_ALL, .session = DENY_ALL },
	  EXPLICIT,
	  POLICY_LAYER_SESSION },

	{ "the host admits the user",
	  { .resource = HOST("Allow", "{\"AWS\":\"" ALICE "\"}") },
	  ALLOWED,
	  POLICY_LAYER_RESOURCE },
	{ "the host admits everybody",
	  { .resource = HOST("Allow", "\"*\"") },
	  ALLOWED,
	  POLICY_LAYER_RESOURCE },
	{ "the host admits everybody, said longer",
	  { .resource = HOST("Allow", "{\"AWS\":[\"*\"]}") },
	  ALLOWED,
	  POLICY_LAYER_RESOURCE },
	{ "the host admits another",
	  { .resource = HOST("Allow", "{\"AWS\":\"" ALICE "x\"}") },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "a name with a wildcard is no name",
	  { .resource = HOST("Allow", "{\"AWS\":\"arn:aws:iam::111122223333:user/*\"}") },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "names have case",
	  { .resource = HOST("Allow", "{\"AWS\":\"arn:aws:iam::111122223333:user/Alice\"}") },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "the host delegates to the account",
	  { .resource = HOST("Allow", "{\"AWS\":\"111122223333\"}") },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "the host delegates and the user's policy allows",
	  { .identity = ALLOW_ALL, .resource = HOST("Allow", "{\"AWS\":\"111122223333\"}") },
	  ALLOWED,
	  POLICY_LAYER_IDENTITY },
	{ "the host denies the account",
	  { .identity = ALLOW_ALL,
	    .resource = HOST("Deny", "{\"AWS\":\"arn:aws:iam::111122223333:root\"}") },
	  EXPLICIT,
	  POLICY_LAYER_RESOURCE },
	{ "a host statement without principal says nothing",
	  { .resource = ALLOW_ALL },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "naming the user goes past a silent boundary",
	  { .boundary = NOTHING, .resource = HOST("Allow", "{\"AWS\":\"" ALICE "\"}") },
	  ALLOWED,
	  POLICY_LAYER_RESOURCE },
	{ "admitting everybody does not",
	  { .boundary = NOTHING, .resource = HOST("Allow", "\"*\"") },
	  DENIED,
	  POLICY_LAYER_BOUNDARY },
	{ "a boundary that denies stops it all the same",
	  { .boundary = DENY_ALL, .resource = HOST("Allow", "{\"AWS\":\"" ALICE "\"}") },
	  EXPLICIT,
	  POLICY_LAYER_BOUNDARY },
	{ "naming a session goes past the role's boundary",
	  { .caller = SESSION,
	    .boundary = NOTHING,
	    .resource = HOST("Allow", "{\"AWS\":\"" SESSION "\"}") },
	  ALLOWED,
	  POLICY_LAYER_RESOURCE },
	{ "naming the role does not",
	  { .caller = SESSION,
	    .boundary = NOTHING,
	    .resource = HOST("Allow", "{\"AWS\":\"" ROLE "\"}") },
	  DENIED,
	  POLICY_LAYER_BOUNDARY },
	{ "naming the role is enough without one",
	  { .caller = SESSION, .resource = HOST("Allow", "{\"AWS\":\"" ROLE "\"}") },
	  ALLOWED,
	  POLICY_LAYER_RESOURCE },
	{ "not-principal denies the others",
	  { .identity = ALLOW_ALL,
	    .resource = "[" DOCUMENT(
		    STATEMENT("Deny", ",\"NotPrincipal\":{\"AWS\":\"" ALICE "x\"}" ALL)) "]" },
	  EXPLICIT,
	  POLICY_LAYER_RESOURCE },
	{ "not-principal spares whom it names",
	  { .identity = ALLOW_ALL,
	    .resource = "[" DOCUMENT(
		    STATEMENT("Deny", ",\"NotPrincipal\":{\"AWS\":\"" ALICE "\"}" ALL)) "]" },
	  ALLOWED,
	  POLICY_LAYER_IDENTITY },
	{ "not-principal never allows",
	  { .resource = "[" DOCUMENT(
		    STATEMENT("Allow", ",\"NotPrincipal\":{\"AWS\":\"" ALICE "x\"}" ALL)) "]" },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "a stranger needs both: identity alone",
	  { .identity = ALLOW_ALL, .account = "999988887777" },
	  DENIED,
	  POLICY_LAYER_RESOURCE },
	{ "a stranger needs both: host alone",
	  { .resource = HOST("Allow", "{\"AWS\":\"" ALICE "\"}"), .account = "999988887777" },
	  DENIED,
	  POLICY_LAYER_NONE },
	{ "a stranger with both",
	  { .identity = ALLOW_ALL,
	    .resource = HOST("Allow", "{\"AWS\":\"" ALICE "\"}"),
	    .account = "999988887777" },
	  ALLOWED,
	  POLICY_LAYER_IDENTITY },
	{ "a stranger with both, by account",
	  { .identity = ALLOW_ALL,
	    .resource = HOST("Allow", "{\"AWS\":\"111122223333\"}"),
	    .account = "999988887777" },
	  ALLOWED,
	  POLICY_LAYER_IDENTITY },

	{ "a role trusts the user",
	  { .trust = TRUST("Allow", "{\"AWS\":\"" ALICE "\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  ALLOWED,
	  POLICY_LAYER_TRUST },
	{ "a role trusts the user's unique id",
	  { .trust = TRUST("Allow", "{\"AWS\":\"AIDAEXAMPLEEXAMPLE001\"}"),
	    .caller_id = "AIDAEXAMPLEEXAMPLE001",
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  ALLOWED,
	  POLICY_LAYER_TRUST },
	{ "an id of somebody deleted",
	  { .trust = TRUST("Allow", "{\"AWS\":\"AIDAEXAMPLEEXAMPLE001\"}"),
	    .caller_id = "AIDAEXAMPLEEXAMPLE002",
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_TRUST },
	{ "a role's trust is needed, always",
	  { .identity = ALLOW_ALL,
	    .trust = TRUST("Allow", "{\"AWS\":\"" ALICE "x\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_TRUST },
	{ "a role trusts the account: the user's policy must allow",
	  { .trust = TRUST("Allow", "{\"AWS\":\"arn:aws:iam::111122223333:root\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_IDENTITY },
	{ "a role trusts the account and the user's policy allows",
	  { .identity = ALLOW_ALL,
	    .trust = TRUST("Allow", "{\"AWS\":\"111122223333\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  ALLOWED,
	  POLICY_LAYER_TRUST },
	{ "a role trusts everybody: the user's policy must allow",
	  { .trust = TRUST("Allow", "\"*\""),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_IDENTITY },
	{ "the user's policy denies what the role trusts",
	  { .identity = DENY_ALL,
	    .trust = TRUST("Allow", "{\"AWS\":\"" ALICE "\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  EXPLICIT,
	  POLICY_LAYER_IDENTITY },
	{ "the role denies",
	  { .identity = ALLOW_ALL,
	    .trust = TRUST("Deny", "{\"AWS\":\"111122223333\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  EXPLICIT,
	  POLICY_LAYER_TRUST },
	{ "another account's user, trusted, without a policy of its own",
	  { .trust = TRUST("Allow", "{\"AWS\":\"" ALICE "\"}"),
	    .account = "999988887777",
	    .action = "sts:AssumeRole",
	    .target = "arn:aws:iam::999988887777:role/x" },
	  DENIED,
	  POLICY_LAYER_IDENTITY },
	{ "another account's user, trusted and allowed",
	  { .identity = ALLOW_ALL,
	    .trust = TRUST("Allow", "{\"AWS\":\"" ALICE "\"}"),
	    .account = "999988887777",
	    .action = "sts:AssumeRole",
	    .target = "arn:aws:iam::999988887777:role/x" },
	  ALLOWED,
	  POLICY_LAYER_TRUST },
	{ "delegation to the account is limited by the boundary",
	  { .identity = ALLOW_ALL,
	    .boundary = NOTHING,
	    .trust = TRUST("Allow", "{\"AWS\":\"111122223333\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_BOUNDARY },
	{ "a trusted service",
	  { .caller = "ec2.amazonaws.com",
	    .trust = TRUST("Allow", "{\"Service\":\"ec2.amazonaws.com\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  ALLOWED,
	  POLICY_LAYER_TRUST },
	{ "a user with the name of a service",
	  { .caller = "ec2.amazonaws.com",
	    .trust = TRUST("Allow", "{\"AWS\":\"ec2.amazonaws.com.\"}"),
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_TRUST },
	{ "a trust policy that names another resource",
	  { .trust = "[" DOCUMENT(STATEMENT(
		    "Allow", PRINCIPAL("\"*\"") ",\"Resource\":\"arn:aws:iam::1:role/x\"")) "]",
	    .identity = ALLOW_ALL,
	    .account = "111122223333",
	    .action = "sts:AssumeRole",
	    .target = ROLE },
	  DENIED,
	  POLICY_LAYER_TRUST },
	{ "a context key twice but for case",
	  { .identity = ALLOW_ALL, .context = "{\"k:a\":\"x\",\"K:A\":\"y\"}" },
	  BAD,
	  POLICY_LAYER_NONE },
};

static void test_decisions(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(decisions); i++) {
		enum policy_layer layer = POLICY_LAYER_NONE;
		int got = policy_fixture_ask(&decisions[i].question, &layer);

		CHECK(got == decisions[i].expected, "%s: %d, got %d", decisions[i].label,
		      decisions[i].expected, got);
		CHECK(layer == decisions[i].layer, "%s: layer %d, got %d", decisions[i].label,
		      (int)decisions[i].layer, (int)layer);
	}
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(actions); i++) {
		int got = ask_both(actions[i].element, actions[i].entry, actions[i].action, NULL);

		CHECK(got == actions[i].expected, "%s %s for %s is %d, got %d", actions[i].element,
		      actions[i].entry, actions[i].action, actions[i].expected, got);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(resources); i++) {
		int got = ask_both(resources[i].element, resources[i].entry, NULL,
				   resources[i].target);

		CHECK(got == resources[i].expected, "%s %s for %s is %d, got %d",
		      resources[i].element, resources[i].entry, resources[i].target,
		      resources[i].expected, got);
	}
	test_decisions();
	return check_done();
}
