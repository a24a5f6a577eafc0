/* A host that follows a fleet: whom it refuses, what it does not change, and what stays its own. */
#include "check.h"
#include "signin/signin_enrolment.h"
#include "signin/signin_fleet.h"
#include "signin/signin_self.h"
#include "support/credential_fixture.h"
#include "support/signin_host.h"

#define ALICE "AIDAEXAMPLEALICE0001"

enum { HOUR = 3600 };

static struct host host;

/* The store as a pull leaves it, or as it was made. */
static void follow(const char *created, int followed)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "DELETE FROM fleet; UPDATE user SET followed = %d;%s%s%s",
		 followed, created ? "INSERT INTO fleet VALUES (1, 7, " : "",
		 created ? created : "", created ? ", 0);" : "");
	fixture_by_hand(host.state, sql);
}

static void open_following(struct signin_records *records, uint32_t age_max)
{
	host_open(&host, records);
	records->config.credentials = CONFIG_CREDENTIALS_FILE;
	records->config.credentials_age_max = age_max;
}

static const struct age_case {
	const char *label, *created; /* NULL: nothing was pulled */
	int followed;
	uint32_t age_max;
	enum signin_reason reason;
} age_cases[] = {
	{ "pulled just now", "1760000000", 2, DAY, SIGNIN_REASON_ALLOWED },
	{ "the fleet has nothing", "1760000000", 1, DAY, SIGNIN_REASON_ALLOWED },
	{ "the fleet was not asked for the user", "1760000000", 0, DAY, SIGNIN_REASON_FLEET_STALE },
	{ "as old as may be", "1759913600", 2, DAY, SIGNIN_REASON_ALLOWED },
	{ "a second older", "1759913599", 2, DAY, SIGNIN_REASON_FLEET_STALE },
	{ "of any age", "1", 2, 0, SIGNIN_REASON_ALLOWED },
	{ "a clock five minutes ahead", "1760000300", 2, DAY, SIGNIN_REASON_ALLOWED },
	{ "one of the future", "1760000301", 2, DAY, SIGNIN_REASON_FLEET_STALE },
	{ "never pulled", NULL, 2, DAY, SIGNIN_REASON_FLEET_STALE },
	{ "never pulled, and of any age", NULL, 2, 0, SIGNIN_REASON_FLEET_STALE },
};

static void test_ages(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(age_cases); i++) {
		const struct age_case *row = &age_cases[i];
		struct signin_request request = request_of("alice", "sshd", NOW);
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
		AUTO_SIGNIN_RECORDS records;

		follow(row->created, row->followed);
		open_following(&records, row->age_max);
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "account: %s: %s", row->label, signin_reason_code(answer.reason));
		records.config.credentials = CONFIG_CREDENTIALS_NONE;
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      signin_is_allowed(&answer),
		      "account: %s, on a host that follows none", row->label);
	}
}

/* Without the store nobody can tell. */
static void test_no_store(void)
{
	struct signin_request request = request_of("alice", "sshd", NOW);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	AUTO_SIGNIN_RECORDS records;

	open_following(&records, DAY);
	credential_store_close(records.store);
	records.store = NULL;
	CHECK(signin_account(&records, &request, &answer) != STATUS_OK &&
		      answer.reason == SIGNIN_REASON_STORE,
	      "account: without a store: %s", signin_reason_code(answer.reason));
}

/* Members of local_groups have their own. */
static void test_local(void)
{
	struct text group = TEXT("Developers");
	struct signin_request request = request_of("bob", "sshd", NOW);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	AUTO_SIGNIN_RECORDS records;

	follow(NULL, 0);
	open_following(&records, DAY);
	records.config.local_users = (struct config_list){ &group, 1 };
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "local: no fleet is asked");
	CHECK(signin_may_change_password(&records, &request, false, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "local: a password is changed");
	group = TEXT("Admins");
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_FLEET_STALE,
	      "local: another group is none of them");
}

/* What would change credentials. */
static enum status change_own(const struct signin_records *records,
			      const struct signin_request *request, struct signin_answer *answer)
{
	return signin_may_change_password(records, request, false, answer);
}

static enum status change_by_root(const struct signin_records *records,
				  const struct signin_request *request,
				  struct signin_answer *answer)
{
	return signin_may_change_password(records, request, true, answer);
}

static enum status generate(const struct signin_records *records,
			    const struct signin_request *request, struct signin_answer *answer)
{
	AUTO_SECRET password = { 0 };

	return signin_generate_password(records, request, answer, &password);
}

static enum status enrol(const struct signin_records *records, const struct signin_request *request,
			 struct signin_answer *answer, bool by_administrator)
{
	const struct signin_new_device wanted = { .name = TEXT("new"),
						  .host = TEXT("host"),
						  .settings = { .digits = 6, .period_seconds = 30 },
						  .by_administrator = by_administrator };
	AUTO_SIGNIN_ENROLMENT enrolment = { .user_id = "" };

	return signin_enrolment_begin(records, request, &wanted, &enrolment, answer);
}

static enum status enrol_own(const struct signin_records *records,
			     const struct signin_request *request, struct signin_answer *answer)
{
	return enrol(records, request, answer, false);
}

static enum status enrol_by_root(const struct signin_records *records,
				 const struct signin_request *request, struct signin_answer *answer)
{
	return enrol(records, request, answer, true);
}

static enum status remove_own(const struct signin_records *records,
			      const struct signin_request *request, struct signin_answer *answer)
{
	return signin_own_device_remove(records, request, PERSON_DEVICE, answer);
}

static const struct change_case {
	const char *label;
	enum status (*change)(const struct signin_records *records,
			      const struct signin_request *request, struct signin_answer *answer);
} change_cases[] = {
	{ "a password by its user", change_own },   { "a password by root", change_by_root },
	{ "a password that is made up", generate }, { "a device by its user", enrol_own },
	{ "a device by root", enrol_by_root },      { "a device that is taken away", remove_own },
};

static void test_changes(void)
{
	struct signin_request request = request_of("alice", "sshd", NOW);
	AUTO_SIGNIN_RECORDS records;

	follow("1760000000", 2);
	open_following(&records, DAY);
	for (size_t i = 0; i < ARRAY_LENGTH(change_cases); i++) {
		struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

		CHECK(change_cases[i].change(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == SIGNIN_REASON_FLEET_MANAGED,
		      "changes: %s: %s", change_cases[i].label, signin_reason_code(answer.reason));
		records.config.credentials = CONFIG_CREDENTIALS_NONE;
		CHECK(change_cases[i].change(&records, &request, &answer) == STATUS_OK &&
			      answer.reason != SIGNIN_REASON_FLEET_MANAGED,
		      "changes: %s, on a host that follows none", change_cases[i].label);
		records.config.credentials = CONFIG_CREDENTIALS_FILE;
		if (change_cases[i].change == remove_own)
			break; /* it may be gone now */
	}
	CHECK(fixture_number(host.state, "SELECT count(*) FROM device WHERE name = 'new'") == 0,
	      "changes: nothing came of them");
}

/* Where the host has not heard of the fleet for too long, a code on paper lets in who has to see
   why. */
static void test_break_glass(void)
{
	struct signin_request request = request_of("alice", "sshd", NOW);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	struct signin_factors factors = { .password = false };
	AUTO_SIGNIN_RECORDS records;

	follow("1759000000", 2);
	open_following(&records, DAY);
	CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) == STATUS_OK &&
		      factors.break_glass == SIGNIN_REASON_FLEET_STALE,
	      "break-glass: one is due");
	request.login.break_glass_until = NOW + HOUR;
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer) && answer.lifted == SIGNIN_REASON_FLEET_STALE,
	      "break-glass: and lifts it");
	follow("1760000000", 2);
	CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) == STATUS_OK &&
		      factors.break_glass == SIGNIN_REASON_NONE,
	      "break-glass: none is due while the fleet is heard of");
}

int main(void)
{
	host_make(&host);
	test_ages();
	test_no_store();
	test_local();
	test_changes();
	test_break_glass();
	return check_done();
}
