/* IAM's policies on a host: which documents apply, what they may ask, and what cannot be read. */
#include "check.h"
#include "signin/signin_decision.h"
#include "support/scratch.h"
#include "support/signin_host.h"

#define ALLOW(action, rest) "{\"Effect\":\"Allow\",\"Action\":\"" action "\"," rest "}"
#define DENY(action, rest) "{\"Effect\":\"Deny\",\"Action\":\"" action "\"," rest "}"
#define EVERYWHERE "\"Resource\":\"*\""
#define IF(condition) EVERYWHERE ",\"Condition\":{" condition "}"
#define POLICY(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"

static const struct policy_text texts[] = {
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "sudo", POLICY(ALLOW("host:Sudo", EVERYWHERE)) },
	{ "all", POLICY(ALLOW("*", EVERYWHERE)) },
	{ "deny-login", POLICY(DENY("host:Login", EVERYWHERE)) },
	{ "web-hosts", POLICY(ALLOW("host:Login", "\"Resource\":\"arn:aws:host:::host/web*\"")) },
	{ "own-host",
	  POLICY(ALLOW("host:Login", "\"Resource\":\"arn:aws:host:::host/${aws:username}\"")) },
	{ "production",
	  POLICY(ALLOW("host:Login", IF("\"StringEquals\":{\"aws:ResourceTag/Environment\":"
					"\"${aws:PrincipalTag/Environment}\"}"))) },
	{ "mfa", POLICY(ALLOW("host:*", IF("\"Bool\":{\"aws:MultiFactorAuthPresent\":true}"))) },
	{ "fresh-mfa",
	  POLICY(ALLOW("host:*", IF("\"NumericLessThan\":{\"aws:MultiFactorAuthAge\":\"600\"}"))) },
	{ "office",
	  POLICY(ALLOW("host:*", IF("\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}"))) },
	{ "not-outside",
	  POLICY(ALLOW("host:*", EVERYWHERE) "," DENY(
		  "*", IF("\"NotIpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}"))) },
	{ "ssh-only", POLICY(ALLOW("host:*", IF("\"StringEquals\":{\"host:Service\":\"sshd\"}"))) },
	{ "encrypted", POLICY(ALLOW("host:*", IF("\"Bool\":{\"aws:SecureTransport\":\"true\"}"))) },
	{ "until-2026",
	  POLICY(ALLOW("host:*",
		       IF("\"DateLessThan\":{\"aws:CurrentTime\":\"2026-01-01T00:00:00Z\"}"))) },
	{ "nginx",
	  POLICY(ALLOW("host:Sudo",
		       IF("\"StringEquals\":{\"host:Command\":\"/usr/bin/systemctl\","
			  "\"host:Arguments\":\"restart nginx\",\"host:RunAsUser\":\"root\"}"))) },
	{ "no-shell", POLICY(ALLOW("host:Sudo", EVERYWHERE) "," DENY(
			      "host:Sudo", IF("\"StringLike\":{\"host:Command\":\"*/sh\"}"))) },
	{ "broken-allow",
	  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Do\":1}]}" },
	{ "broken-deny",
	  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Do\":1}]}" },
	{ "broken-hidden",
	  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"\\u0044eny\",\"Do\":1}]}" },
	{ NULL, NULL },
};

static const struct decision_case {
	const char *label, *policies, *boundary, *tags;
	const char *service;
	const char *address; /* PAM_RHOST */
	int64_t mfa_age;     /* 0: no code */
	enum signin_reason reason;
} cases[] = {
	{ "no policy", NULL, NULL, NULL, "sshd", "192.0.2.9", 0, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "allowed to sign in", "login", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "which is not sudo", "login", NULL, NULL, "sudo", "", 0, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a Deny elsewhere", "login deny-login", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "a boundary without login", "all", "sudo", NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a boundary with it", "all", "login", NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "a boundary that is missing", "all", "none", NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_POLICY_UNREADABLE },
	{ "this host by name", "web-hosts", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "another host", "own-host", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "tags that agree", "production", NULL, "Environment=prod", "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "tags that do not", "production", NULL, "Environment=test", "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "no tag", "production", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "tags equal but for case", "all", NULL, "Team=a team=b", "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NONE },
	{ "without a code", "mfa", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "with one", "mfa", NULL, NULL, "sshd", "192.0.2.9", 1, SIGNIN_REASON_ALLOWED },
	{ "with an old one", "fresh-mfa", NULL, NULL, "sudo", "", 601,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "with a young one", "fresh-mfa", NULL, NULL, "sudo", "", 599, SIGNIN_REASON_ALLOWED },
	{ "with one of the future", "mfa", NULL, NULL, "sudo", "", -5,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "from the office", "office", NULL, NULL, "sshd", "192.0.2.9", 0, SIGNIN_REASON_ALLOWED },
	{ "from elsewhere", "office", NULL, NULL, "sshd", "198.51.100.1", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "denied from outside", "not-outside", NULL, NULL, "sshd", "198.51.100.1", 0,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "not denied from inside", "not-outside", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "mapped into IPv6", "not-outside", NULL, NULL, "sshd", "::ffff:192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "from a name", "not-outside", NULL, NULL, "sshd", "office.example.com", 0,
	  SIGNIN_REASON_SOURCE_UNREADABLE },
	{ "from a name that looks like a network", "office", NULL, NULL, "sshd", "192.0.2.0/24", 0,
	  SIGNIN_REASON_SOURCE_UNREADABLE },
	{ "from a name, which nobody asks for", "login", NULL, NULL, "sshd", "office.example.com",
	  0, SIGNIN_REASON_ALLOWED },
	{ "sshd without an address", "not-outside", NULL, NULL, "sshd", "", 0,
	  SIGNIN_REASON_SOURCE_UNREADABLE },
	{ "a console has none", "login", NULL, NULL, "login", "", 0, SIGNIN_REASON_ALLOWED },
	{ "a console outside of all networks", "not-outside", NULL, NULL, "login", "", 0,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "the service", "ssh-only", NULL, NULL, "sshd", "192.0.2.9", 0, SIGNIN_REASON_ALLOWED },
	{ "another service", "ssh-only", NULL, NULL, "login", "", 0, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "ssh is encrypted", "encrypted", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "ftp is not", "encrypted", NULL, NULL, "vsftpd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "before the date", "until-2026", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "sudo's PAM phase knows no command", "nginx", NULL, NULL, "sudo", "", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a broken Allow grants nothing", "broken-allow", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "and takes nothing", "broken-allow login", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "a broken Deny refuses everything", "broken-deny login", NULL, NULL, "sshd", "192.0.2.9",
	  0, SIGNIN_REASON_POLICY_UNREADABLE },
	{ "so does one that is spelled otherwise", "login broken-hidden", NULL, NULL, "sshd",
	  "192.0.2.9", 0, SIGNIN_REASON_POLICY_UNREADABLE },
	{ "so does one that is missing", "login none", NULL, NULL, "sshd", "192.0.2.9", 0,
	  SIGNIN_REASON_POLICY_UNREADABLE },
};

/* xavier, with what the row gives. */
static void publish(const struct host *host, const char *policies, const char *boundary,
		    const char *tags)
{
	const struct person persons[] = { { .name = "xavier",
					    .id = "AIDAEXAMPLEXAVIER001",
					    .policies = policies,
					    .boundary = boundary,
					    .tags = tags },
					  { .name = NULL } };

	people_publish(&(struct people){ .persons = persons, .created = NOW, .policies = texts },
		       host->state, 0600);
}

static enum signin_reason ask(const struct host *host, const struct signin_request *request)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	enum status status;

	host_open(host, &records);
	status = signin_account(&records, request, &answer);
	return status == STATUS_OK ? answer.reason : SIGNIN_REASON_NONE;
}

static void test_decisions(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct decision_case *row = &cases[i];
		struct signin_request request = request_of("xavier", row->service, NOW);
		enum signin_reason reason;

		request.remote_host = text_of(row->address);
		request.login.mfa_at = row->mfa_age == 0 ? 0 : NOW - row->mfa_age;
		publish(host, row->policies, row->boundary, row->tags);
		reason = ask(host, &request);
		CHECK(reason == row->reason, "%s: %s, got %s", row->label,
		      signin_reason_code(row->reason), signin_reason_code(reason));
	}
}

/* Commands, as sudo's plugin asks for them, and as PAM does while the plugin is there. */
static const struct {
	const char *label, *policies, *path, *arguments;
	bool is_known;
	enum signin_reason reason;
} commands[] = {
	{ "the command", "nginx", "/usr/bin/systemctl", "restart nginx", true,
	  SIGNIN_REASON_ALLOWED },
	{ "other arguments", "nginx", "/usr/bin/systemctl", "restart nginx x", true,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "another command", "nginx", "/bin/sh", "", true, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a command that is denied", "no-shell", "/bin/sh", "", true,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "one that is not", "no-shell", "/bin/ls", "", true, SIGNIN_REASON_ALLOWED },
	{ "it could be allowed later", "nginx", "", "", false, SIGNIN_REASON_ALLOWED },
	{ "it need not be denied later", "no-shell", "", "", false, SIGNIN_REASON_ALLOWED },
	{ "it can never be allowed", "login", "", "", false, SIGNIN_REASON_NOT_AUTHORIZED },
};

static void test_commands(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		struct signin_request request = request_of("xavier", "sudo", NOW);
		enum signin_reason reason;

		request.command =
			(struct signin_command){ .is_known = commands[i].is_known,
						 .is_known_later = true,
						 .run_as_user = TEXT("root"),
						 .path = text_of(commands[i].path),
						 .arguments = text_of(commands[i].arguments) };
		publish(host, commands[i].policies, NULL, NULL);
		reason = ask(host, &request);
		CHECK(reason == commands[i].reason, "%s: %s, got %s", commands[i].label,
		      signin_reason_code(commands[i].reason), signin_reason_code(reason));
	}
}

static const struct {
	const char *label, *document;
	mode_t mode;
	enum signin_reason reason; /* for xavier, whose own policy allows nothing */
	enum signin_reason other;  /* for xavier with "login" */
} host_policies[] = {
	{ "no host policy", NULL, 0, SIGNIN_REASON_NOT_AUTHORIZED, SIGNIN_REASON_ALLOWED },
	{ "one that names the user",
	  POLICY("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::123456789012:user/"
		 "xavier\"},\"Action\":\"host:Login\",\"Resource\":\"*\"}"),
	  0644, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "one that denies everybody",
	  POLICY("{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}"),
	  0644, SIGNIN_REASON_POLICY_DENIED, SIGNIN_REASON_POLICY_DENIED },
	{ "one without principals", POLICY(ALLOW("*", EVERYWHERE)), 0644, SIGNIN_REASON_HOST_POLICY,
	  SIGNIN_REASON_HOST_POLICY },
	{ "one that is no JSON", "{", 0644, SIGNIN_REASON_HOST_POLICY, SIGNIN_REASON_HOST_POLICY },
	{ "an empty one", "", 0644, SIGNIN_REASON_HOST_POLICY, SIGNIN_REASON_HOST_POLICY },
	{ "one that others may write", POLICY(""), 0666, SIGNIN_REASON_HOST_POLICY,
	  SIGNIN_REASON_HOST_POLICY },
};

static void test_host_policy(const struct host *host)
{
	struct signin_request request = request_of("xavier", "sshd", NOW);
	char path[SCRATCH_PATH_SIZE];

	request.remote_host = TEXT("192.0.2.9");
	for (size_t i = 0; i < ARRAY_LENGTH(host_policies); i++) {
		enum signin_reason reason;

		scratch_remove(scratch_path(path, host->root, "etc/host-policy.json"));
		if (host_policies[i].document)
			scratch_write(host->root, "etc/host-policy.json",
				      text_of(host_policies[i].document), host_policies[i].mode);
		publish(host, NULL, NULL, NULL);
		reason = ask(host, &request);
		CHECK(reason == host_policies[i].reason, "%s: %s", host_policies[i].label,
		      signin_reason_code(reason));
		publish(host, "login", NULL, NULL);
		reason = ask(host, &request);
		CHECK(reason == host_policies[i].other, "%s, and a policy: %s",
		      host_policies[i].label, signin_reason_code(reason));
	}
	scratch_remove(path);
}

int main(void)
{
	struct host host;

	host_make(&host);
	scratch_write(host.root, "etc/iam.conf",
		      TEXT("[host]\nname = web1\n[host-tags]\nEnvironment = prod\n"), 0644);
	test_decisions(&host);
	test_commands(&host);
	test_host_policy(&host);
	return check_done();
}
