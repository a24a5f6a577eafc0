/*
 * tests/module/test_iamctl_policy_why.c: the decision on a user and a service, as iamctl tells it.
 */
#include <sysexits.h>

#include "base/timestamp.h"
#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/spoken.h"
#include "json/json.h"

#define DENIED 1

static const struct refusal absent[] = {
	{ { "why", "alice", "sshd" },
	  EX_UNAVAILABLE,
	  "access.snapshot: no snapshot yet; run 'iamctl sync'" },
};

static const struct spoken allowed[] = {
	{ { "why", "alice", "sshd", "--from", "192.0.2.7" },
	  EX_OK,
	  { "Allowed.\n", "user:                alice\n",
	    "principal:           arn:aws:iam::123456789012:user/alice\n",
	    "service:             sshd\n", "action:              host:Login\n",
	    "resource:            arn:aws:host:::host/web1\n",
	    "decided by:          identity policies\n",
	    "document:            arn:aws:iam::123456789012:policy/SignIn\n",
	    "from:                user, group Developers\n", "line:                1\n",
	    "there is no password on this host\n" },
	  { "Denied", "missed", "\033", "MFA device" } },
	{ { "why", "bob", "sshd", "--from", "192.0.2.255" },
	  EX_OK,
	  { "sid:                 FromTheOffice\n",
	    "aws:SourceIp     192.0.2.0/24, 2001:db8::/32  192.0.2.255" },
	  { "no\n" } },
	{ { "why", "bob", "sshd", "--from", "2001:db8::1" }, EX_OK, { "Allowed.\n" }, { NULL } },
	/* Of iam.conf's list, which is a document without lines. */
	{ { "why", "bob", "sudo" },
	  EX_OK,
	  { "document:            iam.conf\n", "sid:                 sudo_groups\n",
	    "line:                -\n", "decided by:          host policy\n",
	    "ForAnyValue:StringEqualsIgnoreCase  host:Group  Admins" },
	  { NULL } },
	/* By a variable: the tag, as it is, and as --tag has it. */
	{ { "why", "alice", "sudo", "--mfa-age", "899" },
	  EX_OK,
	  { "sid:                 OwnHosts\n", "statement number:    2\n",
	    "arn:aws:host:::host/${aws:PrincipalTag/Team}* = arn:aws:host:::host/web*",
	    "aws:MultiFactorAuthAge  900" },
	  { NULL } },
	{ { "why", "alice", "sudo", "--mfa-age", "0", "--tag", "TEAM=web1" },
	  EX_OK,
	  { "= arn:aws:host:::host/web1*" },
	  { NULL } },
	{ { "why", "carol", "sshd", "--from", "192.0.2.7", "--tag=Other=x", "--tag=Team=ops" },
	  EX_OK,
	  { "Allowed.\n" },
	  { NULL } },
	/* A user of another account, whom both sides allow. */
	{ { "why", "frank", "sshd", "--from", "192.0.2.7" },
	  EX_OK,
	  { "AIDAEXAMPLEFRANK00006/Everything" },
	  { NULL } },
	/* Services: of iam.conf's table, and of none. */
	{ { "why", "alice", "backup" }, EX_OK, { "action:              host:Login\n" }, { NULL } },
	{ { "why", "alice", "no-such-service" },
	  EX_OK,
	  { "action:              host:Login\n" },
	  { NULL } },
	/* A service is only a name; what is in it is shown as it is. */
	{ { "why", "alice", "\033]0;x\a" },
	  EX_OK,
	  { "service:             \\x1b]0;x\\x07\n" },
	  { "\033" } },
	{ { "why", "alice", "sshd", "--from", "192.0.2.7", "--verbose" },
	  EX_OK,
	  { "aws:PrincipalTag/Note       \\x1b[31mred\\xe2\\x80\\xae\n",
	    "host:Service                sshd\n", "aws:SourceIp                192.0.2.7\n",
	    "aws:SecureTransport         true\n" },
	  { "\033" } },
};

static const struct spoken denied[] = {
	/* Nothing allows: the nearest statement, and what it missed. */
	{ { "why", "bob", "sshd", "--from", "198.51.100.1" },
	  DENIED,
	  { "Denied: not-authorized. No policy allows it.\n",
	    "lacking:             neither a policy of the principal's nor the host's allows it\n",
	    "missed:              condition\n",
	    "aws:SourceIp     192.0.2.0/24, 2001:db8::/32  198.51.100.1              no\n",
	    "aws:CurrentTime  2100-01-01T00:00:00Z" },
	  { "Allowed" } },
	{ { "why", "bob", "sshd", "--from", "192.0.2.7", "--at", "2100-01-01T00:00:00Z" },
	  DENIED,
	  { "at:                  2100-01-01T00:00:00Z\n",
	    "2100-01-01T00:00:00Z         2100-01-01T00:00:00Z      no\n" },
	  { "snapshot-stale" } },
	{ { "why", "alice", "sudo" },
	  DENIED,
	  { "NumericLessThan       aws:MultiFactorAuthAge  900", "-                         no\n" },
	  { NULL } },
	{ { "why", "alice", "sudo", "--mfa-age", "15m" },
	  DENIED,
	  { "mfa age:             15 min 0 s\n", "900                       no\n" },
	  { NULL } },
	{ { "why", "alice", "sudo", "--mfa-age", "60", "--tag", "Team=db" },
	  DENIED,
	  { "arn:aws:host:::host/${aws:PrincipalTag/Team}* = arn:aws:host:::host/db*",
	    "missed:              resource\n", "sid:                 sudo_groups\n" },
	  { "statement number:    3" } },
	{ { "why", "nobody-special", "sshd", "--from", "192.0.2.7" },
	  DENIED,
	  { "sid:                 Guests\n", "missed:              principal\n",
	    "arn:aws:iam::999999999999:user/frank  arn:aws:iam::123456789012:user/nobody-special  "
	    "no\n" },
	  { NULL } },
	{ { "why", "carol", "sshd", "--from", "192.0.2.7" },
	  DENIED,
	  { "lacking:             the permissions boundary does not allow it\n",
	    "sid:                 OperatorsOnly\n", "from:                permissions boundary\n",
	    "aws:PrincipalTag/Team  ops       web" },
	  { "SignIn" } },
	{ { "why", "frank", "sudo" },
	  DENIED,
	  { "lacking:             the principal is of another account, and the host's policy does "
	    "not allow it\n" },
	  { "Everything" } },
	/* Something denies. */
	{ { "why", "alice", "vsftpd", "--from", "192.0.2.7" },
	  DENIED,
	  { "Denied: policy-denied. A policy denies it.\n",
	    "document:            host-policy.json\n", "line:                4\n",
	    "column:              5\n", "sid:                 NoFtp\n",
	    "effect:              Deny\n", "host:Service  vsftpd      vsftpd" },
	  { NULL } },
	{ { "why", "erin", "login" },
	  DENIED,
	  { "Denied: policy-denied.", "sid:                 deny_groups\n", "host:Group  Leavers" },
	  { NULL } },
	/* Something cannot be read. */
	{ { "why", "dave", "login" },
	  DENIED,
	  { "Denied: policy-unreadable.", "document:            AIDAEXAMPLEDAVE000004/Broken\n",
	    "wrong:               has an element that IAM does not know\n" },
	  { "decision:" } },
	{ { "why", "bob", "sshd" },
	  DENIED,
	  { "Denied: source-unreadable.", "give --from" },
	  { "decision:" } },
	/* Roles sign in nowhere. */
	{ { "why", "deploy", "sshd" }, DENIED, { "Denied: role-direct." }, { "password" } },
	{ { "why", "deploy", "sudo" }, DENIED, { "Denied: role-not-assumed." }, { "decision:" } },
};

static char long_tag[400] = "k=", long_service[80];

static const struct refusal refused[] = {
	{ { "why" }, EX_USAGE, "why: needs USER SERVICE" },
	{ { "why", "alice" }, EX_USAGE, "why: needs USER SERVICE" },
	{ { "why", "alice", "sshd", "x" }, EX_USAGE, "one argument too many" },
	{ { "why", "alice", "" }, EX_USAGE, "a PAM service's name" },
	{ { "why", "alice", long_service }, EX_USAGE, "a PAM service's name" },
	{ { "why", "alice", "sshd", "--from", "host.example" },
	  EX_USAGE,
	  "host.example: --from is a literal" },
	{ { "why", "alice", "sshd", "--from", "192.0.2.0/24" }, EX_USAGE, "--from is a literal" },
	{ { "why", "alice", "sshd", "--from", "" }, EX_USAGE, "--from is a literal" },
	{ { "why", "alice", "sshd", "--mfa-age", "-1" }, EX_USAGE, "--mfa-age is a time" },
	{ { "why", "alice", "sshd", "--mfa-age", "1h30m" }, EX_USAGE, "--mfa-age is a time" },
	{ { "why", "alice", "sshd", "--at", "tomorrow" }, EX_USAGE, "tomorrow: --at is a time" },
	{ { "why", "alice", "sshd", "--tag", "Team" }, EX_USAGE, "Team: --tag is KEY=VALUE" },
	{ { "why", "alice", "sshd", "--tag", "=x" }, EX_USAGE, "=x: --tag is KEY=VALUE" },
	{ { "why", "alice", "sshd", "--tag", long_tag }, EX_USAGE, "a tag's key has at most" },
	{ { "why", "root", "sshd" }, EX_NOUSER, "root: not an IAM user" },
	{ { "why", "localuser", "sshd" }, EX_NOUSER, "localuser: not an IAM user" },
	{ { "why", "../alice", "sshd" }, EX_NOUSER, "not an IAM user" },
	{ { "why", "$(id)", "sshd" }, EX_NOUSER, "$(id): not an" },
	{ { "why", "\033[2J", "sshd" }, EX_NOUSER, "\\x1b[2J: not an" },
	{ { "why", "", "sshd" }, EX_NOUSER, "not an IAM user" },
};

/* What comes before policies is no part of the verdict, but it is told. */
static void test_notes(void)
{
	static const struct spoken enrolled = { { "why", "alice", "sshd", "--from", "192.0.2.7" },
						EX_OK,
						{ "no password is accepted before 2" },
						{ "no password on this host" } };
	static const struct spoken unenrolled = {
		{ "why", "nobody-special", "sshd", "--from", "192.0.2.7" },
		DENIED,
		{ "there is no password", "iam.conf asks for a code, and there is no MFA device" },
		{ "is accepted before" }
	};
	struct credential_attempt attempt = { .user_id = TEXT("AIDAEXAMPLEALICE00001"),
					      .password_wanted = true,
					      .lockout.passwords = { 5, 900, 900 },
					      .now = timestamp_now() };
	struct credential_outcome outcome;
	struct credential_store *store = NULL;
	struct complaint complaint = { 0 };

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	CHECK_REQUIRE(fixture_set_password(store, attempt.user_id, "$y$j9T$x$y", attempt.now - 9) ==
			      STATUS_OK,
		      "a password");
	for (unsigned i = 0; i < 5; i++)
		CHECK_REQUIRE(credential_attempt(store, &attempt, &outcome) == STATUS_OK,
			      "an attempt");
	credential_store_close(store);
	scratch_write("/etc/iam", "iam.conf", TEXT("[host]\nname = web1\n"), 0644);
	spoken_check("locked", &enrolled, 1);
	spoken_check("not enrolled", &unenrolled, 1);
	spoken_publish();
}

/* While sudo asks the plugin later, PAM asks whether anything could be allowed. */
static const struct spoken with_plugin[] = {
	{ { "why", "alice", "sudo", "--mfa-age", "60" },
	  EX_OK,
	  { "host:Command            /usr/bin/systemctl", "(known to sudo's plugin alone)" },
	  { NULL } },
	{ { "why", "alice", "sudo-i", "--mfa-age", "60", "-v" },
	  EX_OK,
	  { "host:RunAsUser              (known to sudo's plugin alone)" },
	  { NULL } },
	{ { "why", "alice", "login", "-v" }, EX_OK, { "Allowed.\n" }, { "plugin" } },
};

static const struct spoken without_plugin[] = {
	{ { "why", "alice", "sudo", "--mfa-age", "60", "-v" },
	  EX_OK,
	  { "host:Command            /usr/bin/systemctl" },
	  { "plugin" } },
};

static void test_plugin(void)
{
	scratch_write("/etc", "sudo.conf", TEXT("Plugin iam_approval sudo_iam.so\n"), 0644);
	spoken_check("with sudo's plugin", with_plugin, ARRAY_LENGTH(with_plugin));
	scratch_write("/etc", "sudo.conf", TEXT("#Plugin iam_approval sudo_iam.so\n"), 0644);
	spoken_check("without it", without_plugin, ARRAY_LENGTH(without_plugin));
	scratch_remove("/etc/sudo.conf");
}

/* One answer as JSON, whole. */
static void test_json(void)
{
	static const struct {
		const char *name, *text; /* of members that are strings */
	} members[] = {
		{ "reason", "not-authorized" },
		{ "explanation", "No policy allows it." },
		{ "user", "bob" },
		{ "action", "host:Login" },
		{ "from_address", "198.51.100.1" },
		{ "decision", "ImplicitlyDenied" },
	};
	const struct json *statement, *row;
	AUTO_OUTCOME outcome;
	AUTO_JSON *json = NULL;

	iamctl_run(&(struct program){ .arguments = { "why", "bob", "sshd", "--from", "198.51.100.1",
						     "--json" } },
		   &outcome);
	CHECK(outcome.code == DENIED &&
		      json_parse(buffer_text(&outcome.output), 1 << 20, &json, NULL) == STATUS_OK,
	      "JSON: is JSON");
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		CHECK(text_is(json_text(json_member(json, members[i].name)), members[i].text),
		      "JSON: %s is %s", members[i].name, members[i].text);
	CHECK(json_kind(json_member(json, "allowed")) == JSON_BOOLEAN &&
		      !json_is_true(json_member(json, "allowed")),
	      "JSON: allowed is false");
	statement = json_first(json_member(json, "statements"));
	CHECK(json_count(json_member(json, "statements")) == 2 &&
		      text_is(json_text(json_member(statement, "missed")), "condition") &&
		      json_kind(json_member(statement, "statement")) == JSON_OBJECT &&
		      json_double(json_member(statement, "line")) == 1,
	      "JSON: the nearest statements, of the user first");
	row = json_first(json_member(statement, "comparison"));
	row = json_next(json_next(row));
	CHECK(text_is(json_text(json_member(row, "element")), "IpAddress") &&
		      json_count(json_member(row, "expected")) == 2 &&
		      text_is(json_text(json_first(json_member(row, "actual"))), "198.51.100.1") &&
		      !json_is_true(json_member(row, "holds")),
	      "JSON: expected and actual values");
}

/* A host whose own policy is broken lets nobody do anything, and says so. */
static void test_broken_host_policy(void)
{
	static const struct spoken row = { { "why", "alice", "login" },
					   DENIED,
					   { "Denied: host-policy.", "wrong:               " },
					   { "decision:" } };

	scratch_write("/etc/iam", "host-policy.json", TEXT("{\"Statement\":["), 0644);
	spoken_check("a broken host policy", &row, 1);
	spoken_publish();
}

int main(void)
{
	memset(long_tag + 2, 'x', sizeof(long_tag) - 3);
	memset(long_service, 'x', sizeof(long_service) - 1);
	refusal_check("before a sync", absent, ARRAY_LENGTH(absent));
	spoken_publish();
	spoken_check("allowed", allowed, ARRAY_LENGTH(allowed));
	spoken_check("denied", denied, ARRAY_LENGTH(denied));
	refusal_check("refused", refused, ARRAY_LENGTH(refused));
	test_plugin();
	test_json();
	test_broken_host_policy();
	test_notes();
	return check_done();
}
