/* A first MFA device while memory, a system call or the disk fails: nobody who has one does without
   its code, and what is said to be set up is. */
#include "check.h"
#include "fault.h"
#include "fault_vfs.h"
#include "signin/signin_enrolment.h"
#include "support/signin_host.h"

enum {
	EVERYTHING = FAULT_MEMORY | FAULT_SYSTEM | FAULT_DATABASE,
	FAULTS_MAX = 5000, /* more than any run makes calls */
};

#define BOB "AIDAEXAMPLEBOB000001"

static const struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };
static struct host host;

/* alice has a device, bob has none; both came a moment ago. */
static void prepare(void)
{
	static const struct person persons[] = {
		{ "alice", NULL, "AIDAEXAMPLEALICE0001", .has_password = true, .first_seen = NOW },
		{ "bob", NULL, BOB, .has_password = true, .first_seen = NOW },
		{ .name = NULL },
	};

	host_make(&host);
	scratch_write(host.root, "etc/iam.conf", TEXT("[mfa]\ngrace = 7d\n"), 0644);
	people_publish(&(struct people){ .persons = persons, .created = NOW }, host.state, 0600);
}

/* From opening on: what cannot be read is not taken for "no device". */
static void test_factors(const char *user, bool has_device)
{
	unsigned without = 0, with = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		struct complaint complaint;
		struct signin_request request = request_of(user, "sshd", NOW);
		struct signin_factors factors = { 0 };
		enum status status;

		fault_arm(EVERYTHING, at, false);
		status = signin_records_open(&records, &host.paths, &complaint);
		if (status == STATUS_OK)
			status = signin_records_open_store(&records, &complaint);
		if (status == STATUS_OK)
			status = signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE,
						&factors);
		fired = fault_disarm();
		without += status == STATUS_OK && !factors.code;
		with += status == STATUS_OK && factors.code;
	}
	CHECK(at > 2 && at < FAULTS_MAX && (with > 0 || !has_device) &&
		      (without > 0) == !has_device,
	      "factors of %s, while %u calls fail: %u times with a code, %u times without", user,
	      at - 2, with, without);
}

static void code_of(const struct signin_enrolment *enrolment, int steps, char code[OTP_CODE_SIZE])
{
	CHECK_REQUIRE(otp_generate(&settings, secret_text(&enrolment->seed),
				   (uint64_t)((int64_t)otp_step(&settings, NOW) + steps),
				   code) == STATUS_OK,
		      "a code");
}

static size_t devices_of_bob(void)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_SIGNIN_RECORDS records;
	size_t count = 0;

	host_open(&host, &records);
	CHECK_REQUIRE(credential_devices(records.store, TEXT(BOB), devices, &count) == STATUS_OK,
		      "the devices");
	if (count > 0)
		CHECK_REQUIRE(credential_device_remove(records.store, TEXT(BOB), devices[0].name) ==
				      STATUS_OK,
			      "remove");
	return count;
}

static enum status finish(const struct signin_new_device *wanted, unsigned at, bool for_good,
			  struct signin_answer *out_answer)
{
	AUTO_SIGNIN_RECORDS records;
	AUTO_SIGNIN_ENROLMENT enrolment = { 0 };
	struct signin_request request = request_of("bob", "sshd", NOW);
	char codes[2][OTP_CODE_SIZE];
	enum status status;

	host_open(&host, &records);
	CHECK_REQUIRE(signin_enrolment_begin(&records, &request, wanted, &enrolment, out_answer) ==
				      STATUS_OK &&
			      signin_is_allowed(out_answer),
		      "an enrolment");
	code_of(&enrolment, 0, codes[0]);
	code_of(&enrolment, 1, codes[1]);
	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	fault_arm(EVERYTHING, at, for_good);
	status = signin_enrolment_finish(&records, &request, &enrolment, text_of(codes[0]),
					 text_of(codes[1]), out_answer);
	(void)fault_disarm();
	return status;
}

static void test_finish(bool for_good)
{
	const struct signin_new_device wanted = { .host = TEXT("web1"),
						  .settings = settings,
						  .by_administrator = true,
						  .is_first = true };
	unsigned stored = 0, refused = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_answer answer;
		enum status status = finish(&wanted, at, for_good, &answer);
		bool is_said = status == STATUS_OK && signin_is_allowed(&answer);

		fired = fault.fired;
		stored += is_said;
		refused += !is_said;
		wrong += (devices_of_bob() == 1) != is_said;
		wrong += status != STATUS_OK && signin_is_allowed(&answer);
	}
	CHECK(at > 2 && at < FAULTS_MAX && stored > 0 && refused > 0 && wrong == 0,
	      "a first device, while %u calls fail%s: stored %u times, refused %u times, wrongly "
	      "%u times",
	      at - 2, for_good ? " with all behind them" : "", stored, refused, wrong);
}

int main(void)
{
	fault_vfs_install();
	prepare();
	test_factors("alice", true);
	test_factors("bob", false);
	test_finish(false);
	test_finish(true);
	return check_done();
}
