/* Passwords that expire or are temporary, and those that were used before. */
#include "check.h"
#include "credentials/credential_forget.h"
#include "signin/signin_decision.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"
#include "support/signin_host.h"

#define ANN_ID "AIDAEXAMPLEANN000001"

static const struct iam_password_policy never = { .minimum_length = 6,
						  .allow_users_to_change = true };
static const struct iam_password_policy quarter = { .minimum_length = 6,
						    .allow_users_to_change = true,
						    .max_age_days = 90 };
static const struct iam_password_policy hard = {
	.minimum_length = 6, .allow_users_to_change = true, .max_age_days = 90, .hard_expiry = true
};
static const struct iam_password_policy closed = { .minimum_length = 6, .max_age_days = 90 };
static const struct iam_password_policy reuse = { .minimum_length = 6,
						  .allow_users_to_change = true,
						  .reuse_prevention = 2 };

static void publish(const struct host *host, const struct iam_password_policy *policy,
		    bool must_reset)
{
	const struct person persons[] = {
		{ .name = "ann",
		  .id = ANN_ID,
		  .groups = "Developers=developers Admins=admins",
		  .must_reset = must_reset,
		  .has_password = true },
		{ .name = "deployer", .id = "AROAEXAMPLEDEPLOY001", .is_role = true },
		{ .name = NULL }
	};
	const struct people people = { .persons = persons, .created = NOW, .policy = policy };

	people_publish(&people, host->state, 0600);
	people_enroll(&people, host->state, host->paths.trust, NOW);
}

static const struct account_case {
	const char *label;
	const struct iam_password_policy *policy;
	bool must_reset;    /* LoginProfile.PasswordResetRequired */
	const char *change; /* what is done to the store's row */
	int days;           /* since the change */
	bool password_used;
	const char *service, *tty;
	enum signin_reason reason;
} account_cases[] = {
	{ "it is good", &quarter, false, "", 89, true, "sshd", "ssh", SIGNIN_REASON_ALLOWED },
	{ "nothing expires", &never, false, "", 9999, true, "sshd", "ssh", SIGNIN_REASON_ALLOWED },
	{ "it has expired", &quarter, false, "", 90, true, "sshd", "ssh",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "but a key was used", &quarter, false, "", 90, false, "sshd", "ssh",
	  SIGNIN_REASON_ALLOWED },
	{ "cron uses none", &quarter, false, "", 90, false, "cron", "cron", SIGNIN_REASON_ALLOWED },
	{ "sudo within its time uses none", &quarter, false, "", 90, false, "sudo", "/dev/pts/1",
	  SIGNIN_REASON_ALLOWED },
	{ "root's su uses none", &hard, false, "", 90, false, "su", "", SIGNIN_REASON_ALLOWED },
	{ "login asks", &quarter, false, "", 90, true, "login", "tty1",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "su asks on a terminal", &quarter, false, "", 90, true, "su", "pts/1",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "su has nobody to ask without one", &quarter, false, "", 90, true, "su", "",
	  SIGNIN_REASON_PASSWORD_UNATTENDED },
	{ "nor has sudo -S", &quarter, false, "", 90, true, "sudo", "",
	  SIGNIN_REASON_PASSWORD_UNATTENDED },
	{ "sudo asks on a terminal", &quarter, false, "", 90, true, "sudo", "/dev/pts/1",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "FTP cannot ask", &quarter, false, "", 90, true, "vsftpd", "ftp",
	  SIGNIN_REASON_PASSWORD_UNATTENDED },
	{ "who is not known asks for itself", &quarter, false, "", 90, true, "my-service", "",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "HardExpiry is an administrator's", &hard, false, "", 90, true, "sshd", "ssh",
	  SIGNIN_REASON_PASSWORD_EXPIRED },
	{ "not before", &hard, false, "", 89, true, "sshd", "ssh", SIGNIN_REASON_ALLOWED },
	{ "who may not change it needs one too", &closed, false, "", 90, true, "sshd", "ssh",
	  SIGNIN_REASON_PASSWORD_EXPIRED },
	{ "a day nobody knows", &quarter, false, "UPDATE user SET password_changed = 0", 1, true,
	  "sshd", "ssh", SIGNIN_REASON_CHANGE_REQUIRED },
	{ "a day to come", &quarter, false, "UPDATE user SET password_changed = 4000000000", 1,
	  true, "sshd", "ssh", SIGNIN_REASON_CHANGE_REQUIRED },
	{ "a temporary one", &never, false, "UPDATE user SET must_change = 1", 1, true, "sshd",
	  "ssh", SIGNIN_REASON_CHANGE_REQUIRED },
	{ "a temporary one and a key", &never, false, "UPDATE user SET must_change = 1", 1, false,
	  "sshd", "ssh", SIGNIN_REASON_ALLOWED },
	{ "a temporary one for who may not change it", &closed, false,
	  "UPDATE user SET must_change = 1", 1, true, "sshd", "ssh",
	  SIGNIN_REASON_PASSWORD_EXPIRED },
	{ "PasswordResetRequired", &never, true, "", 1, true, "sshd", "ssh",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "of an administrator's choice", &never, true,
	  "UPDATE user SET password_origin = 'administrator'", 1, true, "sshd", "ssh",
	  SIGNIN_REASON_CHANGE_REQUIRED },
	{ "but chosen by the user since", &never, true, "UPDATE user SET password_origin = 'user'",
	  1, true, "sshd", "ssh", SIGNIN_REASON_ALLOWED },
	{ "taken away since", &quarter, false,
	  "UPDATE user SET password_hash = NULL, must_change = 0", 1, true, "sshd", "ssh",
	  SIGNIN_REASON_PASSWORD_NOT_SET },
};

static void test_account(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(account_cases); i++) {
		const struct account_case *row = &account_cases[i];
		struct signin_request request =
			request_of("ann", row->service, NOW + row->days * (int64_t)DAY);
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

		publish(host, row->policy, row->must_reset);
		fixture_by_hand(host->state, row->change);
		host_open(host, &records);
		records.config.snapshot_age_max = 0;
		request.tty = text_of(row->tty);
		request.password_used = row->password_used;
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "account: %s (%s)", row->label, signin_reason_code(answer.reason));
	}
}

/* What stands before a password's age: nobody learns of it who may not sign in at all. */
static void test_account_order(const struct host *host)
{
	struct signin_request request = request_of("ann", "sshd", NOW + 90 * DAY);
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	struct complaint complaint;

	publish(host, &quarter, false);
	request.password_used = true;
	host_open(host, &records);
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_SNAPSHOT_STALE,
	      "a stale snapshot comes first");
	records.config.snapshot_age_max = 0;
	records.config.login_groups = (struct config_list){ 0 };
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_NOT_AUTHORIZED,
	      "so do policies");
	signin_records_close(&records);
	CHECK_REQUIRE(signin_records_open(&records, &host->paths, &complaint) == STATUS_OK,
		      "records");
	records.config.snapshot_age_max = 0;
	CHECK(signin_account(&records, &request, &answer) == STATUS_UNAVAILABLE &&
		      answer.reason == SIGNIN_REASON_STORE,
	      "without a store nobody who used a password gets in");
	request.password_used = false;
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "who used a key does");
}

static void test_age(const struct host *host)
{
	struct signin_request request = request_of("ann", "sshd", NOW + 80 * DAY);
	AUTO_SIGNIN_RECORDS records;
	struct password_age age;

	publish(host, &quarter, false);
	host_open(host, &records);
	CHECK(signin_password_age(&records, &request, &age) == STATUS_OK &&
		      age.standing == PASSWORD_EXPIRES_SOON && age.days_left == 10,
	      "how long it is good for");
	request.user = TEXT("nobody-here");
	CHECK(signin_password_age(&records, &request, &age) == STATUS_NOT_FOUND,
	      "a stranger has none");
	request.user = TEXT("deployer");
	CHECK(signin_password_age(&records, &request, &age) == STATUS_NOT_FOUND, "a role neither");
	request.user = TEXT("ann");
	CHECK_REQUIRE(credential_forget(records.store, TEXT(ANN_ID)) == STATUS_OK, "forgotten");
	CHECK(signin_password_age(&records, &request, &age) == STATUS_NOT_FOUND,
	      "nor has a user without a password");
}

static const struct attended_case {
	const char *service, *tty;
	bool is_attended;
} attended_cases[] = {
	{ "sshd", "ssh", true },        { "login", "tty1", true }, { "login", "", false },
	{ "gdm-password", ":0", true }, { "cron", "cron", false }, { "su", "pts/1", false },
	{ "sudo", "pts/1", false },     { "vsftpd", "x", false },  { "systemd-user", "x", false },
};

static void test_attended(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(attended_cases); i++) {
		const struct attended_case *row = &attended_cases[i];
		struct signin_request request = request_of("ann", row->service, NOW);

		request.tty = text_of(row->tty);
		CHECK(signin_session_is_attended(&records, &request) == row->is_attended,
		      "a session of %s on '%s'", row->service, row->tty);
	}
}

static bool says(const struct buffer *words, const char *wanted)
{
	return memmem(buffer_text(words).bytes, words->length, wanted, strlen(wanted));
}

static enum signin_reason change_to(const struct signin_records *records, const char *password,
				    bool by_administrator, int64_t now, struct buffer *out_words)
{
	struct signin_request request = request_of("ann", "passwd", now);
	struct signin_password_change change = { .request = &request,
						 .new_password = text_of(password),
						 .by_administrator = by_administrator };
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

	buffer_release(out_words); /* what was said before */
	buffer_init(out_words, 4096);
	if (signin_change_password(records, &change, &answer, out_words) != STATUS_OK)
		return SIGNIN_REASON_COUNT;
	return answer.reason;
}

static const struct reuse_case {
	const char *password;
	bool by_administrator;
	enum signin_reason reason;
	const char *words;
} reuse_cases[] = {
	{ PERSON_PASSWORD, false, SIGNIN_REASON_PASSWORD_POLICY, "present password" },
	{ "second", false, SIGNIN_REASON_ALLOWED, "" },
	{ PERSON_PASSWORD, false, SIGNIN_REASON_PASSWORD_POLICY, "the 2 before it" },
	{ "third1", false, SIGNIN_REASON_ALLOWED, "" },
	{ PERSON_PASSWORD, false, SIGNIN_REASON_PASSWORD_POLICY, "the 2 before it" },
	{ PERSON_PASSWORD, true, SIGNIN_REASON_PASSWORD_POLICY, "the 2 before it" },
	{ "fourth", false, SIGNIN_REASON_ALLOWED, "" },
	{ "second", false, SIGNIN_REASON_PASSWORD_POLICY, "the 2 before it" },
	{ PERSON_PASSWORD, false, SIGNIN_REASON_ALLOWED, "" },
	{ "third1", true, SIGNIN_REASON_PASSWORD_POLICY, "the 2 before it" },
	{ "second", true, SIGNIN_REASON_ALLOWED, "" },
};

static void test_reuse(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	AUTO_BUFFER words;

	buffer_init(&words, 4096);
	publish(host, &reuse, false);
	fixture_by_hand(host->state, "DELETE FROM former_password");
	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(reuse_cases); i++) {
		const struct reuse_case *row = &reuse_cases[i];
		enum signin_reason reason =
			change_to(&records, row->password, row->by_administrator, NOW, &words);

		CHECK(reason == row->reason && says(&words, row->words), "reuse %zu: %s (%s)", i,
		      row->password, signin_reason_code(reason));
	}
	CHECK(fixture_number(host->state, "SELECT count(*) FROM former_password") == 2,
	      "no more is kept than the policy asks for");
	fixture_by_hand(host->state, "UPDATE former_password SET hash = '$9$unknown'");
	CHECK(change_to(&records, "sixth1", false, NOW, &words) == SIGNIN_REASON_COUNT,
	      "a history that cannot be compared refuses the change");
	CHECK(fixture_number(host->state, "SELECT count(*) FROM former_password") == 2,
	      "and nothing is stored");
}

static void test_every_fault_at_once(const struct host *host)
{
	struct iam_password_policy policy = reuse;
	AUTO_SIGNIN_RECORDS records;
	AUTO_BUFFER words;

	policy.minimum_length = 40;
	policy.require_symbols = true;
	buffer_init(&words, 4096);
	publish(host, &policy, false);
	host_open(host, &records);
	CHECK(change_to(&records, PERSON_PASSWORD, false, NOW, &words) ==
			      SIGNIN_REASON_PASSWORD_POLICY &&
		      says(&words, "40 characters") && says(&words, "symbols") &&
		      says(&words, "present password"),
	      "length, class and reuse are told together");
	CHECK(!says(&words, PERSON_PASSWORD), "never the password");
}

static void test_change_ends_it(const struct host *host)
{
	struct signin_request request = request_of("ann", "sshd", NOW + 90 * DAY);
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	AUTO_BUFFER words;

	buffer_init(&words, 4096);
	publish(host, &quarter, true);
	fixture_by_hand(host->state, "UPDATE user SET must_change = 1");
	host_open(host, &records);
	records.config.snapshot_age_max = 0;
	request.password_used = true;
	CHECK(change_to(&records, "another1", false, request.now, &words) == SIGNIN_REASON_ALLOWED,
	      "the user changes it");
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "and has a new period, and nothing to reset");
	CHECK(change_to(&records, "another2", true, request.now, &words) == SIGNIN_REASON_ALLOWED,
	      "an administrator's is to be changed again");
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_CHANGE_REQUIRED,
	      "as IAM says");
}

static void test_hard_expiry(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	AUTO_BUFFER words;

	buffer_init(&words, 4096);
	publish(host, &hard, false);
	host_open(host, &records);
	CHECK(change_to(&records, "another1", false, NOW + 90 * DAY, &words) ==
		      SIGNIN_REASON_PASSWORD_EXPIRED,
	      "who signed in with a key cannot change it either");
	CHECK(change_to(&records, "another1", true, NOW + 90 * DAY, &words) ==
		      SIGNIN_REASON_ALLOWED,
	      "an administrator can");
	CHECK(change_to(&records, "another2", false, NOW + 91 * DAY, &words) ==
		      SIGNIN_REASON_ALLOWED,
	      "and then the user");
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_account(&host);
	test_account_order(&host);
	test_age(&host);
	test_attended(&host);
	test_reuse(&host);
	test_every_fault_at_once(&host);
	test_change_ends_it(&host);
	test_hard_expiry(&host);
	return check_done();
}
