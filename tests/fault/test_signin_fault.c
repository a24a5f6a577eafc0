/* Signing in when memory, a system call or the disk fails: nobody gets in by it, nobody is taken
   for somebody else's, and no password is half changed. */
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "fault_vfs.h"
#include "support/signin_host.h"

enum {
	EVERYTHING = FAULT_MEMORY | FAULT_SYSTEM | FAULT_DATABASE,
	FAULTS_MAX = 5000, /* more than any run makes calls */
};

#define NEW_PASSWORD "Another horse 8"

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
	host_make(&host);
	buffer_init(&pristine, 1 << 20);
	CHECK_REQUIRE(scratch_read(host.state, "credentials.db", &pristine), "the database");
}

/* One sign-in: what is asked for, and what is given. */
struct attempt {
	const char *user;
	enum signin_mode mode;
	const char *password;
	bool code_is_right;
};

/* From opening to just before closing: afterwards it is too late to refuse. */
static enum status sign_in(const struct attempt *attempt, struct signin_answer *out_answer)
{
	AUTO_SIGNIN_RECORDS records;
	struct complaint complaint = { .reason = "" };
	struct signin_request request = request_of(attempt->user, "sshd", NOW);
	struct signin_factors factors = { 0 };
	char code[OTP_CODE_SIZE];
	enum status status = signin_records_open(&records, &host.paths, &complaint);

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	person_code(NOW, 0, code);
	if (!attempt->code_is_right)
		code[0] = (char)('0' + (code[0] - '0' + 1) % 10);
	if (status == STATUS_OK)
		status = signin_records_open_store(&records, &complaint);
	if (status == STATUS_OK)
		status = signin_factors(&records, &request, attempt->mode, &factors);
	if (status == STATUS_OK)
		status = signin_authenticate(&records, &request, &factors,
					     text_of(attempt->password), text_of(code), out_answer);
	(void)fault_disarm();
	return status;
}

static const struct fault_case {
	const char *label;
	struct attempt attempt;
	unsigned kinds;
	bool is_right;
} fault_cases[] = {
	{ "the right code", { "alice", SIGNIN_CODE, "", true }, EVERYTHING, true },
	{ "a wrong code", { "alice", SIGNIN_CODE, "", false }, EVERYTHING, false },
	{ "a role's code", { "deployer", SIGNIN_CODE, "", true }, EVERYTHING, false },
	{ "a stranger's code", { "mallory", SIGNIN_CODE, "", true }, EVERYTHING, false },
	{ "a local account's code", { "shadowed", SIGNIN_CODE, "", true }, EVERYTHING, false },
	{ "both",
	  { "alice", SIGNIN_PASSWORD_AND_CODE, PERSON_PASSWORD, true },
	  FAULT_SYSTEM | FAULT_DATABASE,
	  true },
	{ "a wrong password",
	  { "alice", SIGNIN_PASSWORD_AND_CODE, "wrong", true },
	  FAULT_SYSTEM | FAULT_DATABASE,
	  false },
	{ "a password without login profile",
	  { "dave", SIGNIN_PASSWORD, PERSON_PASSWORD, false },
	  FAULT_SYSTEM | FAULT_DATABASE,
	  false },
};

/* Whoever was let in, the code was written down before. */
static bool is_used_up(const struct attempt *attempt)
{
	struct attempt again = *attempt;
	struct signin_answer answer;

	again.mode = SIGNIN_CODE;
	return sign_in(&again, &answer) == STATUS_OK && answer.reason == SIGNIN_REASON_CODE_REUSED;
}

static void test_sign_in(const struct fault_case *row, bool for_good)
{
	unsigned let_in = 0, refused = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_answer answer;
		enum status status;

		restore();
		fault_arm(row->kinds, at, for_good);
		status = sign_in(&row->attempt, &answer);
		fired = fault.fired;
		if (status == STATUS_OK && signin_is_allowed(&answer)) {
			let_in++;
			wrong += !row->is_right || !is_used_up(&row->attempt);
		} else {
			refused++;
			wrong += !fired && row->is_right;
		}
		wrong += status != STATUS_OK && signin_is_allowed(&answer);
	}
	CHECK(at > 2 && at < FAULTS_MAX, "%s: %u calls fail, each%s", row->label, at - 2,
	      for_good ? " with all behind it" : " alone");
	CHECK(wrong == 0 && (let_in > 0) == row->is_right && refused > 0,
	      "%s: let in %u times, refused %u times, wrongly %u times", row->label, let_in,
	      refused, wrong);
}

/* Not to know is an error, never "not IAM's": that would leave the account to others. */
static void test_whose(const char *user, bool is_iam_user)
{
	unsigned wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		struct complaint complaint;
		bool found = !is_iam_user;
		enum status status;

		fault_arm(EVERYTHING, at, false);
		(void)!signin_records_open(&records, &host.paths, &complaint);
		status = signin_is_iam_user(&records, text_of(user), &found);
		fired = fault_disarm();
		wrong += status == STATUS_OK && found != is_iam_user;
		wrong += !fired && status != STATUS_OK;
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0, "whose %s is, while %u calls fail", user,
	      at - 2);
}

static void test_account(const char *user, const char *service, bool is_admitted)
{
	unsigned let_in = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		struct complaint complaint;
		struct signin_request request = request_of(user, service, NOW);
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
		enum status status;

		fault_arm(EVERYTHING, at, false);
		status = signin_records_open(&records, &host.paths, &complaint);
		if (status == STATUS_OK)
			status = signin_account(&records, &request, &answer);
		fired = fault_disarm();
		let_in += status == STATUS_OK && signin_is_allowed(&answer);
		wrong += !is_admitted && signin_is_allowed(&answer);
		wrong += status != STATUS_OK && signin_is_allowed(&answer);
	}
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && (let_in > 0) == is_admitted,
	      "account of %s by %s, while %u calls fail: let in %u times", user, service, at - 2,
	      let_in);
}

static void publish_policy(const struct iam_password_policy *policy)
{
	struct people people = everybody;

	people.policy = policy;
	people_publish(&people, host.state, 0600);
}

/* A password that has expired, used where it could be changed: whatever fails, nobody is let in by
   it, and nobody is asked for another who may not have one. */
static void test_expired(const struct iam_password_policy *policy, enum signin_reason reason)
{
	unsigned right = 0, wrong = 0, at;
	bool fired = true;

	restore();
	publish_policy(policy);
	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		struct signin_request request = request_of("bob", "sshd", NOW + 100 * DAY);
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
		enum status status;

		host_open(&host, &records);
		records.config.snapshot_age_max = 0;
		request.password_used = true;
		fault_arm(EVERYTHING, at, false);
		status = signin_account(&records, &request, &answer);
		fired = fault_disarm();
		right += status == STATUS_OK && answer.reason == reason;
		wrong += signin_is_allowed(&answer);
		wrong += answer.reason != reason && answer.reason == SIGNIN_REASON_CHANGE_REQUIRED;
	}
	publish_policy(NULL);
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && right > 0,
	      "%s, while %u calls fail: right %u times, wrong %u times", signin_reason_code(reason),
	      at - 2, right, wrong);
}

/* A password used before is not taken for a new one because something failed. */
static void test_reuse(void)
{
	static const struct iam_password_policy reuse = { .minimum_length = 6,
							  .allow_users_to_change = true,
							  .reuse_prevention = 5 };
	unsigned refused = 0, wrong = 0, at;
	bool fired = true;

	restore();
	publish_policy(&reuse);
	for (at = 1; fired && at < FAULTS_MAX; at++) {
		AUTO_SIGNIN_RECORDS records;
		AUTO_BUFFER words;
		struct signin_request request = request_of("bob", "passwd", NOW);
		struct signin_password_change change = { .request = &request,
							 .new_password = TEXT(PERSON_PASSWORD) };
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
		enum status status;

		host_open(&host, &records);
		buffer_init(&words, 4096);
		fault_arm(EVERYTHING, at, false);
		status = signin_change_password(&records, &change, &answer, &words);
		fired = fault_disarm();
		refused += status == STATUS_OK && answer.reason == SIGNIN_REASON_PASSWORD_POLICY;
		wrong += signin_is_allowed(&answer);
	}
	publish_policy(NULL);
	CHECK(at > 2 && at < FAULTS_MAX && wrong == 0 && refused > 0,
	      "a password used before, while %u calls fail: refused %u times, taken %u times",
	      at - 2, refused, wrong);
}

static enum status change_password(struct signin_answer *out_answer)
{
	AUTO_SIGNIN_RECORDS records;
	AUTO_BUFFER explanation;
	struct complaint complaint;
	struct signin_request request = request_of("bob", "passwd", NOW);
	struct signin_password_change change = { .request = &request,
						 .new_password = TEXT(NEW_PASSWORD),
						 .by_administrator = true };
	enum status status = signin_records_open(&records, &host.paths, &complaint);

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	buffer_init(&explanation, 4096);
	if (status == STATUS_OK)
		status = signin_records_open_store(&records, &complaint);
	if (status == STATUS_OK)
		status = signin_change_password(&records, &change, out_answer, &explanation);
	(void)fault_disarm();
	return status;
}

static void test_change(void)
{
	const struct attempt old = { "bob", SIGNIN_PASSWORD, PERSON_PASSWORD, false };
	const struct attempt new = { "bob", SIGNIN_PASSWORD, NEW_PASSWORD, false };
	unsigned changed = 0, kept = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_answer answer;
		bool is_stored;

		restore();
		fault_arm(FAULT_SYSTEM | FAULT_DATABASE, at, true);
		is_stored = change_password(&answer) == STATUS_OK && signin_is_allowed(&answer);
		fired = fault.fired;
		changed += is_stored;
		kept += !is_stored;
		wrong += sign_in(is_stored ? &new : &old, &answer) != STATUS_OK ||
			 !signin_is_allowed(&answer);
	}
	CHECK(at > 2 && at < FAULTS_MAX && changed > 0 && kept > 0 && wrong == 0,
	      "a password, while %u calls fail: changed %u times, kept %u times, neither %u times",
	      at - 2, changed, kept, wrong);
}

int main(void)
{
	fault_vfs_install();
	prepare();
	for (size_t i = 0; i < 2 * ARRAY_LENGTH(fault_cases); i++)
		test_sign_in(&fault_cases[i / 2], i % 2);
	test_whose("alice", true);
	test_whose("root", false);
	test_whose("shadowed", false);
	test_account("alice", "sshd", true);
	test_account("bob", "sudo", false);
	test_account("erin", "sshd", false);
	test_change();
	test_expired(&(struct iam_password_policy){ .minimum_length = 6, .max_age_days = 90 },
		     SIGNIN_REASON_CHANGE_REQUIRED);
	test_expired(&(struct iam_password_policy){ .minimum_length = 6,
						    .max_age_days = 90,
						    .hard_expiry = true },
		     SIGNIN_REASON_PASSWORD_EXPIRED);
	test_reuse();
	buffer_release(&pristine);
	return check_done();
}
