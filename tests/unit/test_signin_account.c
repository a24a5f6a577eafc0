/* Who may use an account, for what, and which groups of the host come with it. */
#include "check.h"
#include "support/scratch.h"
#include "support/signin_host.h"

/* The account */

static const struct account_case {
	const char *user, *service;
	enum signin_reason reason;
} account_cases[] = {
	{ "alice", "sshd", SIGNIN_REASON_ALLOWED },
	{ "alice", "sudo", SIGNIN_REASON_ALLOWED },
	{ "alice", "sudo-i", SIGNIN_REASON_ALLOWED },
	{ "alice", "cockpit", SIGNIN_REASON_ALLOWED },
	{ "bob", "sshd", SIGNIN_REASON_ALLOWED },
	{ "bob", "cron", SIGNIN_REASON_ALLOWED },
	{ "bob", "", SIGNIN_REASON_ALLOWED },
	{ "bob", "sudo", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "sudo-i", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "cockpit", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "sudo-special", SIGNIN_REASON_ALLOWED },
	{ "bob", "Sudo", SIGNIN_REASON_ALLOWED },
	{ "carol", "sshd", SIGNIN_REASON_ALLOWED }, /* "ops" is IAM's "Ops" */
	{ "dave", "sshd", SIGNIN_REASON_ALLOWED },  /* login profiles are about passwords */
	{ "erin", "sshd", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "erin", "sudo", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "deployer", "sshd", SIGNIN_REASON_ROLE_DIRECT },
	{ "shadowed", "sshd", SIGNIN_REASON_USER_UNKNOWN },
	{ "mallory", "sshd", SIGNIN_REASON_USER_UNKNOWN },
};

static void test_account(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(account_cases); i++) {
		const struct account_case *row = &account_cases[i];
		struct signin_request request = request_of(row->user, row->service, NOW);

		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "account: %s by '%s' is %s (%s)", row->user, row->service,
		      signin_reason_code(row->reason), signin_reason_code(answer.reason));
	}
	records.config.login_groups = (struct config_list){ 0 };
	records.config.sudo_groups = (struct config_list){ 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(account_cases); i++) {
		struct signin_request request =
			request_of(account_cases[i].user, account_cases[i].service, NOW);

		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      !signin_is_allowed(&answer),
		      "account: empty lists admit nobody, not %s by '%s'", account_cases[i].user,
		      account_cases[i].service);
	}
}

static const struct group_case {
	const char *groups, *admitted;
	enum signin_reason reason;
} group_cases[] = {
	{ "Developers=developers", "developers", SIGNIN_REASON_ALLOWED },
	{ "Developers=developers", "DEVELOPERS", SIGNIN_REASON_ALLOWED },
	{ "Dev+Ops=dev_ops", "dev_ops", SIGNIN_REASON_ALLOWED },
	{ "Dev+Ops=dev_ops", "dev+ops", SIGNIN_REASON_ALLOWED },
	{ "Dev+Ops=dev_ops", "DEV_OPS", SIGNIN_REASON_ALLOWED },
	{ "Developers=", "developer", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "Developers=", "developers-2", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "Developers=", "*", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "Developers=", "", SIGNIN_REASON_NOT_AUTHORIZED },
	{ NULL, "", SIGNIN_REASON_NOT_AUTHORIZED },
	{ NULL, "developers", SIGNIN_REASON_NOT_AUTHORIZED },
};

static void test_groups(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(group_cases); i++) {
		const struct group_case *row = &group_cases[i];
		const struct person persons[] = {
			{ .name = "xavier", .id = "AIDAEXAMPLEXAVIER001", .groups = row->groups },
			{ .name = NULL },
		};
		struct people people = { .persons = persons, .created = NOW };
		struct signin_request request = request_of("xavier", "sshd", NOW);
		struct text word = text_of(row->admitted);
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;

		people_publish(&people, host->state, 0600);
		host_open(host, &records);
		records.config.login_groups = (struct config_list){ &word, 1 };
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "groups: '%s' for '%s' (%s)", row->groups ? row->groups : "none",
		      row->admitted, signin_reason_code(answer.reason));
	}
	people_publish(&everybody, host->state, 0600);
}

static void test_unknown_actions(const struct host *host)
{
	static const char *const unknown[] = { "host:login", "host:Login2", "Login", "" };
	AUTO_SIGNIN_RECORDS records;
	AUTO_ARENA arena;
	struct access_principal alice;
	struct signin_request request = request_of("alice", "sshd", NOW);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

	host_open(host, &records);
	arena_init(&arena, SIGNIN_ARENA_MAX);
	CHECK_REQUIRE(signin_principal(&records, TEXT("alice"), &arena, &alice) == STATUS_OK,
		      "alice");
	for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++)
		CHECK(signin_authorize(&records, &request, &alice, unknown[i], &answer) ==
				      STATUS_OK &&
			      (answer.reason == SIGNIN_REASON_NOT_AUTHORIZED) == (i != 0),
		      "no list admits to '%s' unless it spells an action in another case",
		      unknown[i]);
}

static const struct age_case {
	int64_t created, expires, now;
	uint32_t age_max;
	enum signin_reason reason;
} age_cases[] = {
	{ NOW, 0, NOW, 100, SIGNIN_REASON_ALLOWED },
	{ NOW, 0, NOW + 100, 100, SIGNIN_REASON_ALLOWED },
	{ NOW, 0, NOW + 101, 100, SIGNIN_REASON_SNAPSHOT_STALE },
	{ NOW, 0, NOW + 1000 * DAY, 0, SIGNIN_REASON_ALLOWED },
	{ NOW, 0, NOW - 300, 100, SIGNIN_REASON_ALLOWED },
	{ NOW, 0, NOW - 301, 100, SIGNIN_REASON_SNAPSHOT_STALE },
	{ NOW, 0, 0, 100, SIGNIN_REASON_SNAPSHOT_STALE },
	{ NOW, 0, INT64_MAX - 1000, 100, SIGNIN_REASON_SNAPSHOT_STALE },
	{ NOW, NOW + 10, NOW + 9, 100, SIGNIN_REASON_ALLOWED },
	{ NOW, NOW + 10, NOW + 10, 100, SIGNIN_REASON_SNAPSHOT_EXPIRED },
	{ NOW, NOW + 10, NOW + 10, 0, SIGNIN_REASON_SNAPSHOT_EXPIRED },
	{ NOW, NOW - 1, NOW, 0, SIGNIN_REASON_SNAPSHOT_EXPIRED },
};

static void test_age(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(age_cases); i++) {
		const struct age_case *row = &age_cases[i];
		struct people people = everybody;
		struct signin_request request = request_of("bob", "sshd", row->now);
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;

		people.created = row->created;
		people.expires = row->expires;
		people_publish(&people, host->state, 0600);
		host_open(host, &records);
		records.config.snapshot_age_max = row->age_max;
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "age %zu: %s (%s)", i, signin_reason_code(row->reason),
		      signin_reason_code(answer.reason));
	}
	people_publish(&everybody, host->state, 0600);
}

/* The host's own groups */

static const struct local_case {
	const char *user, *groups;
} local_cases[] = {
	{ "alice", "docker video " },
	{ "bob", "video " },
	{ "carol", "video " },
	{ "erin", "" },
};

static void test_local_groups(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct text *names;
	size_t count;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(local_cases); i++) {
		AUTO_ARENA arena;
		char joined[100] = "";
		size_t length = 0;

		arena_init(&arena, SIGNIN_ARENA_MAX);
		CHECK_REQUIRE(signin_local_groups(&records, text_of(local_cases[i].user), &arena,
						  &names, &count) == STATUS_OK,
			      "signin_local_groups");
		for (size_t j = 0; j < count; j++)
			length += (size_t)snprintf(joined + length, sizeof(joined) - length,
						   "%.*s ", TEXT_ARGUMENTS(names[j]));
		CHECK(strcmp(joined, local_cases[i].groups) == 0, "local groups of %s: %s",
		      local_cases[i].user, joined);
	}
	for (size_t i = 0; i < 2; i++) {
		AUTO_ARENA arena;

		arena_init(&arena, SIGNIN_ARENA_MAX);
		CHECK(signin_local_groups(&records, i ? TEXT("shadowed") : TEXT("mallory"), &arena,
					  &names, &count) == STATUS_NOT_FOUND,
		      "local groups are for IAM users");
	}
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_account(&host);
	test_groups(&host);
	test_unknown_actions(&host);
	test_age(&host);
	test_local_groups(&host);
	return check_done();
}
