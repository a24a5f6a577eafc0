/* What users may do for themselves: whose account it is, what has to be proven, and what is told.
 */
#include "check.h"
#include "signin/signin_self.h"
#include "support/scratch.h"
#include "support/signin_host.h"
#include "support/snapshot_fixture.h"

#define STATEMENT(effect, action)                                         \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"" effect \
	"\",\"Action\":\"" action "\",\"Resource\":\"*\"}}"

static const struct policy_text texts[] = {
	{ "list", STATEMENT("Allow", "iam:ListMFADevices") },
	{ "remove", STATEMENT("Allow", "iam:DeactivateMFADevice") },
	{ "deny", STATEMENT("Deny", "iam:*MFADevice*") },
	{ NULL, NULL },
};

/* Whose account */

static const struct gate_case {
	const char *user, *uid_of; /* "root": 0 */
	enum signin_reason reason;
} gate_cases[] = {
	{ "alice", "alice", SIGNIN_REASON_ALLOWED },
	{ "dave", "dave", SIGNIN_REASON_ALLOWED }, /* login profiles are about passwords */
	{ "alice", "bob", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "alice", "root", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "root", "root", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "root", "alice", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "mallory", "alice", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "Alice", "alice", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "", "alice", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "alice\n", "alice", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "shadowed", "shadowed", SIGNIN_REASON_NOT_OWN_ACCOUNT },
	{ "deployer", "deployer", SIGNIN_REASON_ROLE_DIRECT },
	{ "deployer", "alice", SIGNIN_REASON_NOT_OWN_ACCOUNT },
};

static void test_gate(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(gate_cases); i++) {
		const struct gate_case *row = &gate_cases[i];
		struct signin_request request = request_of(row->user, "vlock", NOW);
		uint32_t uid =
			strcmp(row->uid_of, "root") == 0 ? 0 : person_uid(&everybody, row->uid_of);
		struct signin_answer answer = { .reason = SIGNIN_REASON_ALLOWED };

		CHECK(signin_own_account(&records, &request, uid, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "'%s' asked for by %s: %s (%s)", row->user, row->uid_of,
		      signin_reason_code(row->reason), signin_reason_code(answer.reason));
	}
}

/* What is public */

static const struct public_case {
	const char *user;
	bool is_iam_user, is_role;
} public_cases[] = {
	{ "alice", true, false },    { "deployer", true, true }, { "shadowed", false, false },
	{ "root", false, false },    { "bob", false, false },    { "../alice", false, false },
	{ "alice\n", false, false }, { "", false, false },
};

static void test_public(const struct host *host)
{
	static const struct fixture_user users[] = {
		{ "alice", .uid = 20001 },
		{ "deployer", .uid = 20002, .is_role = true },
		{ "shadowed", .uid = 20003 },
		{ NULL, .uid = 0 },
	};
	const struct signin_records records = { .paths = host->paths };
	char path[SCRATCH_PATH_SIZE];
	bool is_iam_user = true, is_role = true;

	CHECK(signin_is_iam_user_by_directory(&records, TEXT("alice"), &is_iam_user, &is_role) ==
		      STATUS_UNAVAILABLE,
	      "public: without a snapshot nobody knows alice");
	CHECK(signin_is_iam_user_by_directory(&records, TEXT("root"), &is_iam_user, &is_role) ==
			      STATUS_OK &&
		      !is_iam_user,
	      "public: root is the host's own all the same");
	fixture_publish(&(struct fixture){ .users = users, .id_minimum = 20000 },
			SNAPSHOT_DIRECTORY, scratch_path(path, host->state, "directory.snapshot"),
			0644);
	for (size_t i = 0; i < ARRAY_LENGTH(public_cases); i++) {
		const struct public_case *row = &public_cases[i];

		is_iam_user = is_role = !row->is_iam_user;
		CHECK(signin_is_iam_user_by_directory(&records, text_of(row->user), &is_iam_user,
						      &is_role) == STATUS_OK &&
			      is_iam_user == row->is_iam_user && is_role == row->is_role,
		      "public: '%s'", row->user);
	}
	scratch_write(host->state, "directory.snapshot", TEXT("no snapshot"), 0644);
	CHECK(signin_is_iam_user_by_directory(&records, TEXT("bob"), &is_iam_user, &is_role) ==
		      STATUS_BAD_DATA,
	      "public: a damaged one says of nobody that it is not IAM's");
}

/* What is proven */

static const struct factors_case {
	const char *user;
	enum config_mfa mfa;
	bool wants_code, has_device;
	/* what is compared when the password is given, when the code is, and when both are */
	bool code_with_password;
} factors_cases[] = {
	{ "alice", CONFIG_MFA_REQUIRED, true, true, true },
	{ "alice", CONFIG_MFA_ENROLLED, true, true, true },
	{ "alice", CONFIG_MFA_OFF, false, true, false },
	{ "bob", CONFIG_MFA_REQUIRED, true, false, true },
	{ "bob", CONFIG_MFA_ENROLLED, false, false, false },
};

static void test_factors(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(factors_cases); i++) {
		const struct factors_case *row = &factors_cases[i];
		struct signin_request request = request_of(row->user, "vlock", NOW);
		const struct signin_factors password = { .password = true };
		const struct signin_factors code = { .code = true };
		const struct signin_factors both = { .password = true, .code = true };
		struct signin_factors wanted = { 0 }, compared = { 0 };
		bool has_device = !row->has_device;

		records.config.mfa = row->mfa;
		CHECK(signin_own_factors(&records, &request, &wanted, &has_device) == STATUS_OK &&
			      wanted.password && wanted.code == row->wants_code &&
			      has_device == row->has_device,
		      "factors %zu: %s: what is wanted", i, row->user);
		CHECK(signin_own_factors_given(&records, &request, &password, &compared) ==
				      STATUS_OK &&
			      compared.password && compared.code == row->code_with_password,
		      "factors %zu: %s: no password without the code that is wanted", i, row->user);
		CHECK(signin_own_factors_given(&records, &request, &code, &compared) == STATUS_OK &&
			      !compared.password && compared.code,
		      "factors %zu: %s: a code alone", i, row->user);
		CHECK(signin_own_factors_given(&records, &request, &both, &compared) == STATUS_OK &&
			      compared.password && compared.code,
		      "factors %zu: %s: both", i, row->user);
		CHECK(signin_own_proof(&records, &request, &compared) == STATUS_OK &&
			      compared.password && compared.code == row->has_device,
		      "factors %zu: %s: devices take a code where there is one", i, row->user);
	}
}

/* The account phase */

static const struct iam_password_policy expiring = { .minimum_length = 6,
						     .allow_users_to_change = true,
						     .max_age_days = 10 };

static void test_admission(const struct host *host)
{
	const struct signin_answer with_password = { .reason = SIGNIN_REASON_ALLOWED,
						     .used_password = true };
	const struct signin_answer refused = { .reason = SIGNIN_REASON_LOCKED,
					       .used_password = true };
	struct signin_request request = request_of("alice", "sshd", NOW + 20 * DAY);
	struct people people = everybody;
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;

	people.policy = &expiring;
	people.created = NOW + 20 * DAY;
	people_publish(&people, host->state, 0600);
	host_open(host, &records);
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "admission: by a key");
	CHECK(signin_own_admission(&records, &request, NULL, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "admission: with nothing proven the password's age is nobody's business");
	CHECK(signin_own_admission(&records, &request, &refused, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "admission: what was refused was not proven");
	request.password_used = true;
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_CHANGE_REQUIRED,
	      "admission: where it could be changed, it is to be");
	CHECK(signin_own_admission(&records, &request, &with_password, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_PASSWORD_UNATTENDED,
	      "admission: here it could not: %s", signin_reason_code(answer.reason));
	people_publish(&everybody, host->state, 0600);
}

/* Devices */

static void publish(const struct host *host, const char *policies)
{
	struct person persons[8] = { { 0 } };
	struct people people = everybody;

	for (size_t i = 0; everybody.persons[i].name; i++)
		persons[i] = everybody.persons[i];
	persons[0].policies = policies;
	people.persons = persons;
	people.policies = texts;
	people_publish(&people, host->state, 0600);
}

static const struct device_case {
	const char *policies, *device;
	enum signin_reason list, removal;
} device_cases[] = {
	{ NULL, PERSON_DEVICE, SIGNIN_REASON_NOT_AUTHORIZED, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "list", PERSON_DEVICE, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_NOT_AUTHORIZED },
	{ "list remove deny", PERSON_DEVICE, SIGNIN_REASON_POLICY_DENIED,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "list remove", "other", SIGNIN_REASON_ALLOWED, SIGNIN_REASON_DEVICE_UNKNOWN },
	{ "list remove", "", SIGNIN_REASON_ALLOWED, SIGNIN_REASON_DEVICE_UNKNOWN },
	{ "list remove", "%", SIGNIN_REASON_ALLOWED, SIGNIN_REASON_DEVICE_UNKNOWN },
	{ "remove", PERSON_DEVICE, SIGNIN_REASON_NOT_AUTHORIZED, SIGNIN_REASON_ALLOWED },
	{ "list", PERSON_DEVICE, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_NOT_AUTHORIZED },
};

static void test_devices(const struct host *host)
{
	size_t left = 1;

	for (size_t i = 0; i < ARRAY_LENGTH(device_cases); i++) {
		const struct device_case *row = &device_cases[i];
		struct credential_device devices[CREDENTIAL_DEVICES_MAX];
		struct signin_request request = request_of("alice", "iamctl", NOW);
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;
		size_t count = 99;

		publish(host, row->policies);
		host_open(host, &records);
		CHECK(signin_own_devices(&records, &request, devices, &count, &answer) ==
				      STATUS_OK &&
			      answer.reason == row->list &&
			      count == (row->list == SIGNIN_REASON_ALLOWED ? left : 99),
		      "devices %zu: listed: %s", i, signin_reason_code(answer.reason));
		CHECK(signin_own_device_remove(&records, &request, row->device, &answer) ==
				      STATUS_OK &&
			      answer.reason == row->removal,
		      "devices %zu: removed: %s", i, signin_reason_code(answer.reason));
		if (row->removal == SIGNIN_REASON_ALLOWED)
			left = 0;
		CHECK_REQUIRE(credential_devices(records.store, TEXT("AIDAEXAMPLEALICE0001"),
						 devices, &count) == STATUS_OK,
			      "the devices");
		CHECK(count == left, "devices %zu: %zu are left", i, count);
	}
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_gate(&host);
	test_public(&host);
	test_factors(&host);
	test_admission(&host);
	test_devices(&host);
	return check_done();
}
