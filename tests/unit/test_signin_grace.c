/* How long a user may do without a device, and what is asked for meanwhile. */
#include "check.h"
#include "signin/signin_grace.h"
#include "support/scratch.h"
#include "support/signin_host.h"

enum { GRACE = 7 * DAY };

static const struct grace_case {
	const char *label;
	int64_t first_seen, now;
	uint32_t grace;
	bool is_running;
	uint32_t days_left;
} grace_cases[] = {
	{ "at once", NOW, NOW, GRACE, true, 7 },
	{ "a second later", NOW, NOW + 1, GRACE, true, 7 },
	{ "a day later", NOW, NOW + DAY, GRACE, true, 6 },
	{ "in the last second", NOW, NOW + GRACE - 1, GRACE, true, 1 },
	{ "when it is over", NOW, NOW + GRACE, GRACE, false, 0 },
	{ "long after", NOW, NOW + 1000 * DAY, GRACE, false, 0 },
	{ "an hour's grace", NOW, NOW + 60, 3600, true, 1 },
	{ "without any", NOW, NOW, 0, false, 0 },
	{ "of nobody knows when", 0, NOW, GRACE, false, 0 },
	{ "of somebody from the future", NOW + 1, NOW, GRACE, false, 0 },
};

static void publish(const struct host *host, struct person person)
{
	const struct person persons[] = { person, { .name = NULL } };
	const struct people people = { .persons = persons, .created = NOW };

	people_publish(&people, host->state, 0600);
}

static void test_length(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(grace_cases); i++) {
		const struct grace_case *row = &grace_cases[i];
		AUTO_SIGNIN_RECORDS records;
		AUTO_ARENA arena = { 0 };
		struct access_principal principal;
		struct signin_grace grace;

		arena_init(&arena, SIGNIN_ARENA_MAX);
		publish(host, (struct person){ "bob", NULL, "AIDAEXAMPLEBOB000001",
					       .first_seen = row->first_seen });
		host_open(host, &records);
		records.config.mfa_grace = row->grace;
		CHECK_REQUIRE(signin_principal(&records, TEXT("bob"), &arena, &principal) ==
				      STATUS_OK,
			      "bob");
		grace = signin_grace_of(&records.config, &records.access, &principal, row->now);
		CHECK(grace.is_running == row->is_running && grace.days_left == row->days_left &&
			      (!grace.is_running || grace.until == row->first_seen + row->grace),
		      "%s: %u days", row->label, grace.days_left);
	}
}

/* Roles have none. */
static void test_role(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	publish(host, (struct person){ "deployer", NULL, "AROAEXAMPLEDEPLOY001", .is_role = true,
				       .first_seen = NOW });
	host_open(host, &records);
	records.config.mfa_grace = GRACE;
	CHECK_REQUIRE(signin_principal(&records, TEXT("deployer"), &arena, &principal) == STATUS_OK,
		      "deployer");
	CHECK(!signin_grace_of(&records.config, &records.access, &principal, NOW).is_running,
	      "a role");
}

/* alice has a device, as host_make() gave her one; bob and erin have none, and erin has been here
   for long. */
static const struct person persons[] = {
	{ "alice", NULL, "AIDAEXAMPLEALICE0001", .has_password = true, .has_device = true,
	  .first_seen = NOW },
	{ "bob", NULL, "AIDAEXAMPLEBOB000001", .has_password = true, .first_seen = NOW },
	{ "erin", NULL, "AIDAEXAMPLEERIN00009", .has_password = true,
	  .first_seen = NOW - 2 * GRACE },
	{ .name = NULL },
};

#define PASSWORD .password = true
#define BOTH .password = true, .code = true
#define LATER .grace_days = 7

static const struct factors_case {
	const char *user, *service, *tty;
	enum config_mfa mfa;
	enum signin_mode mode;
	bool has_key;
	struct signin_factors expected;
} factors_cases[] = {
	/* who has a device is asked for its code, as ever; who is nobody, too */
	{ "alice", "sshd", "", CONFIG_MFA_REQUIRED, 0, false, { BOTH } },
	{ "alice", "sshd", "", CONFIG_MFA_REQUIRED, 0, true, { .code = true } },
	{ "mallory", "sshd", "", CONFIG_MFA_REQUIRED, 0, false, { BOTH } },
	{ "erin", "sshd", "", CONFIG_MFA_REQUIRED, 0, false, { BOTH } },
	{ "erin", "sshd", "", CONFIG_MFA_REQUIRED, 0, true, { .code = true } },
	/* who has none may do without, and is offered one where it can be shown */
	{ "bob",
	  "sshd",
	  "ssh",
	  CONFIG_MFA_REQUIRED,
	  0,
	  false,
	  { PASSWORD, LATER, .is_attended = true, .may_enrol = true } },
	{ "bob",
	  "sshd",
	  "ssh",
	  CONFIG_MFA_REQUIRED,
	  0,
	  true,
	  { .key = true, LATER, .is_attended = true, .may_enrol = true } },
	{ "bob",
	  "login",
	  "tty1",
	  CONFIG_MFA_REQUIRED,
	  0,
	  false,
	  { PASSWORD, LATER, .is_attended = true, .may_enrol = true } },
	{ "bob",
	  "su",
	  "pts/1",
	  CONFIG_MFA_REQUIRED,
	  0,
	  false,
	  { PASSWORD, LATER, .is_attended = true, .may_enrol = true } },
	{ "bob", "su", "", CONFIG_MFA_REQUIRED, 0, false, { PASSWORD, LATER } },
	{ "bob",
	  "gdm-password",
	  "",
	  CONFIG_MFA_REQUIRED,
	  0,
	  false,
	  { PASSWORD, LATER, .is_attended = true } },
	{ "bob",
	  "my-terminal",
	  "pts/1",
	  CONFIG_MFA_REQUIRED,
	  0,
	  false,
	  { PASSWORD, LATER, .is_attended = true } },
	{ "bob", "vsftpd", "", CONFIG_MFA_REQUIRED, 0, false, { PASSWORD, LATER } },
	{ "bob", "cron", "", CONFIG_MFA_REQUIRED, 0, false, { PASSWORD, LATER } },
	{ "bob", "sudo", "pts/1", CONFIG_MFA_REQUIRED, 0, false, { PASSWORD, LATER } },
	/* nothing is missing where no device is needed */
	{ "bob", "sshd", "", CONFIG_MFA_ENROLLED, 0, false, { PASSWORD } },
	{ "bob", "sshd", "", CONFIG_MFA_OFF, 0, false, { PASSWORD } },
	{ "bob", "sshd", "", CONFIG_MFA_OFF, 0, true, { PASSWORD } },
	/* what the module was told to ask for it asks for */
	{ "bob", "sshd", "", CONFIG_MFA_REQUIRED, SIGNIN_CODE, false, { .code = true } },
	{ "bob", "sshd", "", CONFIG_MFA_REQUIRED, SIGNIN_PASSWORD, false, { PASSWORD } },
};

static bool is_same(const struct signin_factors *left, const struct signin_factors *right)
{
	return left->password == right->password && left->code == right->code &&
	       left->key == right->key && left->grace_days == right->grace_days &&
	       left->is_attended == right->is_attended && left->may_enrol == right->may_enrol;
}

static void test_factors(const struct host *host)
{
	const struct people people = { .persons = persons, .created = NOW };
	AUTO_SIGNIN_RECORDS records;

	people_publish(&people, host->state, 0600);
	host_open(host, &records);
	records.config.mfa_grace = GRACE;
	for (size_t i = 0; i < ARRAY_LENGTH(factors_cases); i++) {
		const struct factors_case *row = &factors_cases[i];
		struct signin_request request = request_of(row->user, row->service, NOW);
		struct signin_factors factors = { 0 };

		request.tty = text_of(row->tty);
		request.public_key_verified = row->has_key;
		records.config.mfa = row->mfa;
		CHECK(signin_factors(&records, &request, row->mode, &factors) == STATUS_OK &&
			      is_same(&factors, &row->expected),
		      "factors %zu: %s by %s: password=%d code=%d key=%d days=%u attended=%d "
		      "enrol=%d",
		      i, row->user, row->service, factors.password, factors.code, factors.key,
		      factors.grace_days, factors.is_attended, factors.may_enrol);
	}
}

/* In the place of a code that nobody can give, no longer than that. */
static void test_key(const struct host *host)
{
	static const struct key_case {
		const char *user;
		bool is_verified;
		int64_t now;
		bool is_allowed;
	} rows[] = {
		{ "bob", true, NOW, true },   { "bob", true, NOW + GRACE, false },
		{ "bob", false, NOW, false }, { "alice", true, NOW, false },
		{ "erin", true, NOW, false },
	};
	const struct signin_factors by_key = { .key = true };
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	records.config.mfa_grace = GRACE;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of(rows[i].user, "sshd", rows[i].now);
		struct signin_answer answer;

		request.public_key_verified = rows[i].is_verified;
		CHECK(signin_authenticate(&records, &request, &by_key, TEXT(""), TEXT(""),
					  &answer) == STATUS_OK &&
			      signin_is_allowed(&answer) == rows[i].is_allowed,
		      "key %zu: %s", i, rows[i].user);
	}
}

/* Without a store nobody knows who has a device. */
static void test_no_store(const struct host *host)
{
	struct signin_request request = request_of("alice", "sshd", NOW);
	struct signin_factors factors;
	struct credential_store *store;
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	records.config.mfa_grace = GRACE;
	store = records.store;
	records.store = NULL;
	CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) ==
		      STATUS_UNAVAILABLE,
	      "without a store nobody does without a code");
	records.store = store;
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_length(&host);
	test_role(&host);
	test_factors(&host);
	test_key(&host);
	test_no_store(&host);
	return check_done();
}
