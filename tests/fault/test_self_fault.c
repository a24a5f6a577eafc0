/* What users do for themselves while memory, a system call or the disk fails: nobody is taken for
   somebody else, no device is half enabled or half gone, and what is told is what is stored. */
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "fault_vfs.h"
#include "signin/signin_enrolment.h"
#include "signin/signin_self.h"
#include "support/signin_host.h"
#include "support/snapshot_fixture.h"

enum {
	EVERYTHING = FAULT_MEMORY | FAULT_SYSTEM | FAULT_DATABASE,
	FAULTS_MAX = 5000, /* more than any run makes calls */
};

#define ALL_DEVICES                                                                             \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iam:*\"," \
	"\"Resource\":\"*\"}}"

static struct host host;
static struct buffer pristine; /* the database of everybody, closed */

static void restore(void)
{
	static const char *const files[] = { "credentials.db", "credentials.db-wal",
					     "credentials.db-shm" };

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		char path[SCRATCH_PATH_SIZE];

		(void)unlink(scratch_path(path, host.state, files[i])); /* if it is there */
	}
	scratch_write(host.state, "credentials.db", buffer_text(&pristine), 0600);
}

static void prepare(void)
{
	static const struct policy_text texts[] = { { "own-password", ALL_DEVICES },
						    { NULL, NULL } };
	static const struct fixture_user users[] = { { "bob", .uid = 20001 },
						     { "deployer", .uid = 20002, .is_role = true },
						     { NULL, .uid = 0 } };
	struct people people = everybody;
	char path[SCRATCH_PATH_SIZE];

	host_make(&host);
	people.policies = texts;
	people_publish(&people, host.state, 0600);
	fixture_publish(&(struct fixture){ .users = users, .id_minimum = 20000 },
			SNAPSHOT_DIRECTORY, scratch_path(path, host.state, "directory.snapshot"),
			0644);
	buffer_init(&pristine, 1 << 20);
	CHECK_REQUIRE(scratch_read(host.state, "credentials.db", &pristine), "the database");
}

static enum status open_records(struct signin_records *records)
{
	struct complaint complaint;
	enum status status = signin_records_open(records, &host.paths, &complaint);

	return status == STATUS_OK ? signin_records_open_store(records, &complaint) : status;
}

static size_t count_devices(const char *id)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_SIGNIN_RECORDS records;
	size_t count = 0;

	CHECK_REQUIRE(open_records(&records) == STATUS_OK &&
			      credential_devices(records.store, text_of(id), devices, &count) ==
				      STATUS_OK,
		      "the devices");
	return count;
}

/* The gate */

static void test_gate(const char *user, const char *uid_of, bool is_own)
{
	uint32_t uid = person_uid(&everybody, uid_of);
	unsigned let_in = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		struct signin_request request = request_of(user, "vlock", NOW);
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
		enum status status;

		fault_arm(EVERYTHING, at, false);
		status = open_records(&records);
		if (status == STATUS_OK)
			status = signin_own_account(&records, &request, uid, &answer);
		fired = fault_disarm();
		let_in += status == STATUS_OK && signin_is_allowed(&answer);
		wrong += !is_own && signin_is_allowed(&answer);
		wrong += status != STATUS_OK && signin_is_allowed(&answer);
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && (let_in > 0) == is_own,
	      "%s asked for by %s, while %u calls fail: let through %u times", user, uid_of, at - 2,
	      let_in);
}

static void test_public(const char *user, bool is_iam_user)
{
	const struct signin_records records = { .paths = host.paths };
	unsigned wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		bool found = !is_iam_user, is_role = false;
		enum status status;

		fault_arm(EVERYTHING, at, false);
		status = signin_is_iam_user_by_directory(&records, text_of(user), &found, &is_role);
		fired = fault_disarm();
		wrong += status == STATUS_OK && found != is_iam_user;
		wrong += !fired && status != STATUS_OK;
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0, "whose %s is, while %u calls fail", user,
	      at - 2);
}

/* What is to be proven: a failure never makes it less. */
static void test_factors(void)
{
	unsigned told = 0, wrong = 0, at;
	bool fired = true;

	restore();
	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		struct signin_request request = request_of("alice", "vlock", NOW);
		const struct signin_factors password = { .password = true };
		struct signin_factors compared = { 0 }, proof = { 0 };
		enum status given, proven = STATUS_SYSTEM;

		fault_arm(EVERYTHING, at, false);
		given = open_records(&records);
		if (given == STATUS_OK) {
			given = signin_own_factors_given(&records, &request, &password, &compared);
			proven = signin_own_proof(&records, &request, &proof);
		}
		fired = fault_disarm();
		told += given == STATUS_OK && proven == STATUS_OK;
		wrong += given == STATUS_OK && !(compared.password && compared.code);
		wrong += proven == STATUS_OK && !(proof.password && proof.code);
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && told > 0,
	      "what alice has to prove, while %u calls fail: told %u times", at - 2, told);
}

/* Enrolling */

static enum status enrol(struct signin_answer *out_answer)
{
	const struct signin_new_device wanted = { .name = TEXT("phone"),
						  .host = TEXT("web1"),
						  .settings = { OTP_SHA1, 6, 30, OTP_TOTP } };
	AUTO_SIGNIN_RECORDS records;
	AUTO_SIGNIN_ENROLMENT enrolment = { 0 };
	struct signin_request request = request_of("bob", "iamctl", NOW);
	uint64_t step = otp_step(&wanted.settings, NOW);
	char first[OTP_CODE_SIZE] = "", second[OTP_CODE_SIZE] = "";
	enum status status = open_records(&records);

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	if (status == STATUS_OK)
		status =
			signin_enrolment_begin(&records, &request, &wanted, &enrolment, out_answer);
	if (status == STATUS_OK && signin_is_allowed(out_answer)) {
		out_answer->reason = SIGNIN_REASON_NONE;
		status = otp_generate(&wanted.settings, secret_text(&enrolment.seed), step, first);
		if (status == STATUS_OK)
			status = otp_generate(&wanted.settings, secret_text(&enrolment.seed),
					      step + 1, second);
		if (status == STATUS_OK)
			status = signin_enrolment_finish(&records, &request, &enrolment,
							 text_of(first), text_of(second),
							 out_answer);
	}
	(void)fault_disarm();
	return status;
}

static void test_enrolment(bool for_good)
{
	unsigned enabled = 0, refused = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_answer answer;
		bool is_enabled;

		restore();
		fault_arm(EVERYTHING, at, for_good);
		is_enabled = enrol(&answer) == STATUS_OK && signin_is_allowed(&answer);
		fired = fault.fired;
		enabled += is_enabled;
		refused += !is_enabled;
		wrong += count_devices("AIDAEXAMPLEBOB000001") != is_enabled;
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && enabled > 0 && refused > 0,
	      "a device enrolled, while %u calls fail%s: %u times, refused %u, half %u", at - 2,
	      for_good ? " with all behind them" : "", enabled, refused, wrong);
}

static void test_removal(bool for_good)
{
	unsigned removed = 0, refused = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
		bool is_removed;

		restore();
		{
			AUTO_SIGNIN_RECORDS records;
			struct signin_request request = request_of("carol", "iamctl", NOW);
			enum status status;

			fault_arm(EVERYTHING, at, for_good);
			status = open_records(&records);
			if (status == STATUS_OK)
				status = signin_own_device_remove(&records, &request, PERSON_DEVICE,
								  &answer);
			fired = fault_disarm();
			is_removed = status == STATUS_OK && signin_is_allowed(&answer);
		}
		removed += is_removed;
		refused += !is_removed;
		wrong += count_devices("AIDAEXAMPLECAROL0001") == is_removed;
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && removed > 0 && refused > 0,
	      "a device removed, while %u calls fail%s: %u times, refused %u, half %u", at - 2,
	      for_good ? " with all behind them" : "", removed, refused, wrong);
}

int main(void)
{
	fault_vfs_install();
	prepare();
	test_gate("alice", "alice", true);
	test_gate("alice", "bob", false);
	test_gate("deployer", "deployer", false);
	test_gate("shadowed", "shadowed", false);
	test_public("bob", true);
	test_public("shadowed", false);
	test_factors();
	for (int for_good = 0; for_good < 2; for_good++) {
		test_enrolment(for_good);
		test_removal(for_good);
	}
	buffer_release(&pristine);
	return check_done();
}
