/* Taking a role: whom its trust policy trusts, for how long, under what name; and su to one. */
#include "check.h"
#include "signin/signin_role.h"
#include "support/lineage.h"
#include "support/policy_words.h"
#include "support/signin_host.h"

#define ACCOUNT "arn:aws:iam::123456789012:"
#define ALICE AWS(ACCOUNT "user/Alice")
#define MFA "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}"
#define FRESH_MFA "\"NumericLessThan\":{\"aws:MultiFactorAuthAge\":\"600\"}"
#define EXTERNAL_ID "\"StringEquals\":{\"sts:ExternalId\":\"ticket-7\"}"
#define OWN_NAME "\"StringEquals\":{\"sts:RoleSessionName\":\"${aws:username}\"}"
#define SOURCE_IDENTITY "\"StringEquals\":{\"sts:SourceIdentity\":\"Alice\"}"
#define TEAM "\"StringEquals\":{\"aws:PrincipalTag/Team\":\"web\"}"
#define OFFICE "\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}"

static const struct policy_text texts[] = {
	{ "assume", POLICY(ALLOW("sts:AssumeRole", EVERYWHERE)) },
	{ "assume-other",
	  POLICY(ALLOW("sts:AssumeRole", "\"Resource\":\"" ACCOUNT "role/host/other\"")) },
	{ "no-assume", POLICY(DENY("sts:AssumeRole", EVERYWHERE)) },
	{ "sudo", POLICY(ALLOW("host:Sudo", EVERYWHERE)) },
	{ "sudo-root",
	  POLICY(ALLOW("host:Sudo", IF("\"StringEquals\":{\"host:RunAsUser\":\"root\"}"))) },
	{ "as-role",
	  POLICY(ALLOW("host:Sudo", IF("\"StringEquals\":{\"aws:PrincipalType\":\"AssumedRole\","
				       "\"sts:RoleSessionName\":\"Alice\",\"aws:SourceIdentity\":"
				       "\"Alice\"},\"Bool\":{\"aws:MultiFactorAuthPresent\":"
				       "\"true\"},\"DateEquals\":{\"aws:TokenIssueTime\":"
				       "\"2025-10-09T08:53:20Z\"}"))) },
	{ NULL, NULL },
};

static const struct taking_case {
	const char *label, *trust, *user;
	const char *policies, *boundary; /* of the user */
	const char *external_id, *session_name;
	int64_t mfa_age; /* -1: no code */
	enum signin_reason reason;
} taking_cases[] = {
	/* whom */
	{ "the user", TRUST(ALICE), "alice", NULL, NULL, "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "another user", TRUST(ALICE), "bob", "assume", NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "one of several users",
	  TRUST("{\"AWS\":[\"" ACCOUNT "user/Zoe\",\"" ACCOUNT "user/Alice\"]}"), "alice", NULL,
	  NULL, "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "a user in another case", TRUST(AWS(ACCOUNT "user/alice")), "alice", "assume", NULL, "",
	  "", -1, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "the account alone", TRUST(AWS("123456789012")), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "the account, and the user's policy", TRUST(AWS("123456789012")), "alice", "assume", NULL,
	  "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "the account, and a policy for another role", TRUST(AWS("123456789012")), "alice",
	  "assume-other", NULL, "", "", -1, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "its root alone", TRUST(AWS(ACCOUNT "root")), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "its root, and the user's policy", TRUST(AWS(ACCOUNT "root")), "alice", "assume", NULL,
	  "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "everybody alone", TRUST("\"*\""), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "everybody, and the user's policy", TRUST("\"*\""), "alice", "assume", NULL, "", "", -1,
	  SIGNIN_REASON_ALLOWED },
	{ "everybody by AWS, and the user's policy", TRUST(AWS("*")), "alice", "assume", NULL, "",
	  "", -1, SIGNIN_REASON_ALLOWED },
	{ "a service", TRUST("{\"Service\":\"ec2.amazonaws.com\"}"), "alice", "assume", NULL, "",
	  "", -1, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a role", TRUST(AWS(ACCOUNT "role/host/deploy")), "alice", "assume", NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a trust without statements", POLICY(""), "alice", "assume", NULL, "", "", -1,
	  SIGNIN_REASON_POLICY_UNREADABLE },
	/* another account */
	{ "a stranger by name", TRUST(AWS("arn:aws:iam::999999999999:user/oscar")), "oscar", NULL,
	  NULL, "", "", -1, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a stranger by name, and a policy", TRUST(AWS("arn:aws:iam::999999999999:user/oscar")),
	  "oscar", "assume", NULL, "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "the stranger's account, and a policy", TRUST(AWS("999999999999")), "oscar", "assume",
	  NULL, "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "the account is not the stranger's", TRUST(AWS("123456789012")), "oscar", "assume", NULL,
	  "", "", -1, SIGNIN_REASON_NOT_AUTHORIZED },
	/* denied */
	{ "denied by the user's policy", TRUST(ALICE), "alice", "assume no-assume", NULL, "", "",
	  -1, SIGNIN_REASON_POLICY_DENIED },
	{ "denied by the trust",
	  POLICY(ALLOW("sts:AssumeRole", "\"Principal\":" ALICE) "," DENY("sts:AssumeRole",
									  "\"Principal\":\"*\"")),
	  "alice", NULL, NULL, "", "", -1, SIGNIN_REASON_POLICY_DENIED },
	{ "a boundary without it", TRUST(AWS("123456789012")), "alice", "assume", "sudo", "", "",
	  -1, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a policy that is missing", TRUST(ALICE), "alice", "none", NULL, "", "", -1,
	  SIGNIN_REASON_POLICY_UNREADABLE },
	{ "a trust that is broken",
	  "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Do\":1}]}", "alice",
	  "assume", NULL, "", "", -1, SIGNIN_REASON_POLICY_UNREADABLE },
	{ "a member of deny_groups", TRUST(AWS(ACCOUNT "user/carol")), "carol", "assume", NULL, "",
	  "", -1, SIGNIN_REASON_POLICY_DENIED },
	/* conditions */
	{ "a code is wanted", TRUST_IF(ALICE, MFA), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "a code was given", TRUST_IF(ALICE, MFA), "alice", NULL, NULL, "", "", 0,
	  SIGNIN_REASON_ALLOWED },
	{ "a young code", TRUST_IF(ALICE, FRESH_MFA), "alice", NULL, NULL, "", "", 599,
	  SIGNIN_REASON_ALLOWED },
	{ "an old one", TRUST_IF(ALICE, FRESH_MFA), "alice", NULL, NULL, "", "", 600,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "no external id", TRUST_IF(ALICE, EXTERNAL_ID), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "the wrong one", TRUST_IF(ALICE, EXTERNAL_ID), "alice", NULL, NULL, "ticket-8", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "the right one", TRUST_IF(ALICE, EXTERNAL_ID), "alice", NULL, NULL, "ticket-7", "", -1,
	  SIGNIN_REASON_ALLOWED },
	{ "the name of oneself", TRUST_IF(ALICE, OWN_NAME), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_ALLOWED },
	{ "another name", TRUST_IF(ALICE, OWN_NAME), "alice", NULL, NULL, "", "bob", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "the source identity", TRUST_IF(ALICE, SOURCE_IDENTITY), "alice", NULL, NULL, "", "other",
	  -1, SIGNIN_REASON_ALLOWED },
	{ "a tag", TRUST_IF(ALICE, TEAM), "alice", NULL, NULL, "", "", -1, SIGNIN_REASON_ALLOWED },
	{ "a tag that is missing", TRUST_IF("\"*\"", TEAM), "bob", "assume", NULL, "", "", -1,
	  SIGNIN_REASON_NOT_AUTHORIZED },
	{ "an address", TRUST_IF(ALICE, OFFICE), "alice", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_ALLOWED },
	/* who cannot */
	{ "nobody's name", TRUST("\"*\""), "mallory", NULL, NULL, "", "", -1,
	  SIGNIN_REASON_USER_UNKNOWN },
	{ "the role itself", TRUST("\"*\""), "deploy", "assume", NULL, "", "", -1,
	  SIGNIN_REASON_ROLE_DIRECT },
	/* what STS would not take */
	{ "a session name with a blank", TRUST(ALICE), "alice", NULL, NULL, "", "a b", -1,
	  SIGNIN_REASON_SYSTEM },
	{ "a session name with a slash", TRUST(ALICE), "alice", NULL, NULL, "", "a/b", -1,
	  SIGNIN_REASON_SYSTEM },
	{ "a session name of one letter", TRUST(ALICE), "alice", NULL, NULL, "", "a", -1,
	  SIGNIN_REASON_SYSTEM },
	{ "an external id of one letter", TRUST(ALICE), "alice", NULL, NULL, "a", "", -1,
	  SIGNIN_REASON_SYSTEM },
	{ "an external id with a newline", TRUST(ALICE), "alice", NULL, NULL, "a\nb", "", -1,
	  SIGNIN_REASON_SYSTEM },
};

/* The people of one row: the user has its policies, deploy its trust. */
struct scene {
	const char *trust, *user, *policies, *boundary, *role_policies;
	uint32_t seconds_max;
	int64_t created;
};

static void publish(const struct host *host, const struct scene *scene)
{
	struct person persons[] = {
		{ "alice", "Alice", "AIDAEXAMPLEALICE0001", .has_password = true,
		  .has_device = true, .tags = "Team=web" },
		{ "bob", NULL, "AIDAEXAMPLEBOB000001", .has_password = true, .has_device = true },
		{ "carol", NULL, "AIDAEXAMPLECAROL0001", .groups = "Blocked=" },
		{ "oscar", NULL, "AIDAEXAMPLEOSCAR0001", .account = "999999999999" },
		{ "x", NULL, .id = "AIDAEXAMPLEXXXXX0001" },
		{ "deploy", NULL, "AROAEXAMPLEDEPLOY001", .is_role = true },
		{ "other", NULL, "AROAEXAMPLEOTHER0001", .is_role = true, .trust = TRUST("\"*\"") },
		{ .name = NULL },
	};
	struct people people = { .persons = persons,
				 .created = scene->created ? scene->created : NOW,
				 .policies = texts };

	for (struct person *person = persons; person->name; person++) {
		if (strcmp(person->name, scene->user) == 0) {
			person->policies = scene->policies;
			person->boundary = scene->boundary;
		}
		if (strcmp(person->name, "deploy") != 0)
			continue;
		person->trust = scene->trust;
		person->seconds_max = scene->seconds_max;
		person->policies = scene->role_policies;
	}
	people_publish(&people, host->state, 0600);
}

/* A process of its own in each row, so that no approval is another row's. */
static struct signin_place next_place(void)
{
	static int pid = 100;

	pid++;
	return (struct signin_place){ .lineage = LINEAGE(LINEAGE_BOOT, LINEAGE_NO_AUDIT, pid, 1) };
}

static enum signin_reason begin(const struct signin_records *records, struct signin_place *place)
{
	struct signin_request request = request_of("deploy", "sudo", NOW);
	struct signin_answer answer;
	enum status status = signin_begin_role(records, &request, place, &answer);

	return status == STATUS_OK ? answer.reason : SIGNIN_REASON_STORE;
}

static void test_taking(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(taking_cases); i++) {
		const struct taking_case *row = &taking_cases[i];
		const struct scene scene = { .trust = row->trust,
					     .user = row->user,
					     .policies = row->policies,
					     .boundary = row->boundary };
		struct signin_request request = request_of(row->user, "sudo", NOW);
		const struct signin_taking taking = { .role = TEXT("deploy"),
						      .session_name = text_of(row->session_name),
						      .external_id = text_of(row->external_id) };
		struct signin_place place = next_place();
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;
		bool allowed = row->reason == SIGNIN_REASON_ALLOWED;
		enum status status;

		request.login.address = TEXT("192.0.2.9");
		request.login.mfa_at = row->mfa_age < 0 ? 0 : NOW - row->mfa_age;
		publish(host, &scene);
		host_open(host, &records);
		status = signin_take_role(&records, &request, &place, &taking, &answer);
		CHECK(answer.reason == row->reason &&
			      (status == STATUS_OK) == (row->reason != SIGNIN_REASON_SYSTEM),
		      "%s: %s, got %s", row->label, signin_reason_code(row->reason),
		      signin_reason_code(answer.reason));
		CHECK(begin(&records, &place) ==
			      (allowed ? SIGNIN_REASON_ALLOWED : SIGNIN_REASON_ROLE_NOT_ASSUMED),
		      "%s: %s", row->label, allowed ? "the session begins" : "there is no session");
		if (allowed)
			CHECK(strcmp(place.role.user_name, row->user) == 0 &&
				      strcmp(place.role.address, "192.0.2.9") == 0 &&
				      place.role.mfa_at == request.login.mfa_at,
			      "%s: by whom, from where, and the code", row->label);
	}
}

static const struct {
	const char *label;
	uint32_t seconds_max, asked, given;
} durations[] = {
	{ "one hour when nothing is asked", 43200, 0, 3600 },
	{ "as long as was asked", 43200, 7200, 7200 },
	{ "the shortest", 43200, 900, 900 },
	{ "no longer than the role allows", 7200, 43200, 7200 },
	{ "the role's least maximum", 3600, 0, 3600 },
	{ "the role's greatest", 43200, 43200, 43200 },
};

static void test_durations(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(durations); i++) {
		const struct scene scene = { .trust = TRUST(ALICE),
					     .user = "alice",
					     .seconds_max = durations[i].seconds_max };
		struct signin_request request = request_of("alice", "sudo", NOW);
		const struct signin_taking taking = { .role = TEXT("deploy"),
						      .seconds = durations[i].asked };
		struct signin_place place = next_place();
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;

		publish(host, &scene);
		host_open(host, &records);
		CHECK_REQUIRE(signin_take_role(&records, &request, &place, &taking, &answer) ==
				      STATUS_OK,
			      "take");
		CHECK(begin(&records, &place) == SIGNIN_REASON_ALLOWED && place.role.since == NOW &&
			      place.role.until == NOW + (int64_t)durations[i].given,
		      "%s: %lld s", durations[i].label,
		      (long long)(place.role.until - place.role.since));
	}
}

static const struct {
	const char *label, *user, *asked, *name, *source_identity;
} session_names[] = {
	{ "IAM's name of the user", "alice", "", "Alice", "Alice" },
	{ "the name that was asked for", "alice", "ticket-7@example.com", "ticket-7@example.com",
	  "Alice" },
	{ "the id of a user whose name is too short for STS", "x", "", "AIDAEXAMPLEXXXXX0001",
	  "AIDAEXAMPLEXXXXX0001" },
};

static void test_session_names(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(session_names); i++) {
		const struct scene scene = { .trust = TRUST("\"*\""),
					     .user = session_names[i].user,
					     .policies = "assume" };
		struct signin_request request = request_of(session_names[i].user, "sudo", NOW);
		const struct signin_taking taking = { .role = TEXT("deploy"),
						      .session_name =
							      text_of(session_names[i].asked) };
		struct signin_place place = next_place();
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;

		publish(host, &scene);
		host_open(host, &records);
		CHECK_REQUIRE(signin_take_role(&records, &request, &place, &taking, &answer) ==
				      STATUS_OK,
			      "take");
		CHECK(begin(&records, &place) == SIGNIN_REASON_ALLOWED &&
			      strcmp(place.role.session_name, session_names[i].name) == 0 &&
			      strcmp(place.role.source_identity,
				     session_names[i].source_identity) == 0,
		      "%s: %s", session_names[i].label, place.role.session_name);
	}
}

static void test_what_cannot_be_taken(const struct host *host)
{
	static const char *const names[] = { "bob", "mallory", "root", "", "deploy\n" };
	const struct scene scene = { .trust = TRUST(ALICE), .user = "alice", .policies = "assume" };
	const struct scene stale = { .trust = TRUST(ALICE),
				     .user = "alice",
				     .created = NOW - 8 * (int64_t)DAY };
	struct signin_request request = request_of("alice", "sudo", NOW);
	const struct signin_taking taking = { .role = TEXT("deploy") };
	struct signin_place place = next_place(), nowhere = { .lineage.count = 0 };
	AUTO_SIGNIN_RECORDS records;
	AUTO_SIGNIN_RECORDS old_records;
	struct signin_answer answer;

	publish(host, &scene);
	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const struct signin_taking other = { .role = text_of(names[i]) };

		CHECK(signin_take_role(&records, &request, &place, &other, &answer) == STATUS_OK &&
			      answer.reason == SIGNIN_REASON_NOT_AUTHORIZED,
		      "name %zu is no role: %s", i, signin_reason_code(answer.reason));
	}
	CHECK(signin_take_role(&records, &request, &nowhere, &taking, &answer) ==
			      STATUS_UNAVAILABLE &&
		      answer.reason == SIGNIN_REASON_STORE,
	      "nobody takes a role in a process that is not known");
	publish(host, &stale);
	host_open(host, &old_records);
	CHECK(signin_take_role(&old_records, &request, &place, &taking, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_SNAPSHOT_STALE,
	      "nor by a snapshot that is too old: %s", signin_reason_code(answer.reason));
	CHECK(begin(&old_records, &place) == SIGNIN_REASON_ROLE_NOT_ASSUMED,
	      "and nothing was approved");
}

/* Commands of sudo's whose run-as user is a role. */
static const struct {
	const char *label, *trust, *policies, *run_as;
	enum signin_reason reason;
	bool is_begun;
} commands[] = {
	{ "sudo and the role", TRUST(ALICE), "sudo", "deploy", SIGNIN_REASON_ALLOWED, true },
	{ "the role without sudo", TRUST(ALICE), "sudo-root", "deploy",
	  SIGNIN_REASON_NOT_AUTHORIZED, false },
	{ "sudo without the role", TRUST(AWS(ACCOUNT "user/Zoe")), "sudo", "deploy",
	  SIGNIN_REASON_NOT_AUTHORIZED, false },
	{ "sudo as root takes no role", TRUST(ALICE), "sudo", "root", SIGNIN_REASON_ALLOWED,
	  false },
	{ "sudo as a user takes none", TRUST(ALICE), "sudo", "bob", SIGNIN_REASON_ALLOWED, false },
};

static void test_commands(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		const struct scene scene = { .trust = commands[i].trust,
					     .user = "alice",
					     .policies = commands[i].policies };
		struct signin_request request = request_of("alice", "sudo", NOW);
		const struct signin_taking taking = { .seconds = 0 };
		struct signin_place place = next_place();
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;
		enum status status;

		request.command =
			(struct signin_command){ .is_known = true,
						 .run_as_user = text_of(commands[i].run_as),
						 .path = TEXT("/bin/ls") };
		publish(host, &scene);
		host_open(host, &records);
		status = signin_command(&records, &request, &place, &taking, &answer);
		CHECK(status == STATUS_OK && answer.reason == commands[i].reason, "%s: %s",
		      commands[i].label, signin_reason_code(answer.reason));
		CHECK((begin(&records, &place) == SIGNIN_REASON_ALLOWED) == commands[i].is_begun,
		      "%s: approved or not", commands[i].label);
	}
}

/* sudo from a role's shell, as the role, and what its policies may ask about. */
static const struct {
	const char *label, *policies;
	int64_t later; /* seconds after the role was taken */
	enum signin_reason reason;
} inside_cases[] = {
	{ "the role's policies allow", "sudo", 0, SIGNIN_REASON_ALLOWED },
	{ "until the last second", "sudo", 3599, SIGNIN_REASON_ALLOWED },
	{ "then the time is up", "sudo", 3600, SIGNIN_REASON_ROLE_SESSION_OVER },
	{ "the user's policies do not count", NULL, 0, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "type, name, source identity, code and time of the session", "as-role", 0,
	  SIGNIN_REASON_ALLOWED },
};

static void test_inside(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(inside_cases); i++) {
		const struct scene scene = { .trust = TRUST(ALICE),
					     .user = "alice",
					     .policies = "sudo",
					     .role_policies = inside_cases[i].policies };
		struct signin_request request = request_of("alice", "sudo", NOW);
		struct signin_request inside =
			request_of("deploy", "sudo", NOW + inside_cases[i].later);
		const struct signin_taking taking = { .role = TEXT("deploy") };
		struct signin_place place = next_place(), shell = place;
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;

		publish(host, &scene);
		host_open(host, &records);
		request.login.mfa_at = NOW;
		CHECK_REQUIRE(signin_take_role(&records, &request, &place, &taking, &answer) ==
				      STATUS_OK,
			      "take");
		CHECK(signin_find_place(&records, &shell, &inside) == STATUS_OK &&
			      !inside.acting.is_known,
		      "%s: approved is not begun", inside_cases[i].label);
		CHECK(signin_admit(&records, &inside, &shell, &answer) == STATUS_OK &&
			      answer.reason == SIGNIN_REASON_ROLE_NOT_ASSUMED,
		      "%s: and refused: %s", inside_cases[i].label,
		      signin_reason_code(answer.reason));
		CHECK(begin(&records, &place) == SIGNIN_REASON_ALLOWED, "%s: begun",
		      inside_cases[i].label);
		CHECK_REQUIRE(signin_find_place(&records, &shell, &inside) == STATUS_OK, "place");
		CHECK(signin_admit(&records, &inside, &shell, &answer) == STATUS_OK &&
			      answer.reason == inside_cases[i].reason,
		      "%s: %s", inside_cases[i].label, signin_reason_code(answer.reason));
		CHECK(signin_end_sessions(&records, &place, NOW) == STATUS_OK &&
			      signin_end_sessions(&records, &place, NOW) == STATUS_NOT_FOUND,
		      "%s: it ends, once", inside_cases[i].label);
	}
}

int main(void)
{
	struct host host;

	host_make(&host);
	scratch_write(host.root, "etc/iam.conf",
		      TEXT("[host]\nname = web1\n[access]\ndeny_groups = Blocked\n"), 0644);
	test_taking(&host);
	test_durations(&host);
	test_session_names(&host);
	test_what_cannot_be_taken(&host);
	test_commands(&host);
	test_inside(&host);
	return check_done();
}
