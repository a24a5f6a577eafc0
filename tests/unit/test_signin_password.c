/* Changing a password. */
#include "check.h"
#include "support/scratch.h"
#include "support/signin_host.h"

/* Changing a password */

static const struct iam_password_policy open_policy = { .minimum_length = 6,
							.allow_users_to_change = true };
static const struct iam_password_policy closed_policy = { .minimum_length = 6 };
static const struct iam_password_policy reuse_policy = { .minimum_length = 6,
							 .allow_users_to_change = true,
							 .reuse_prevention = 3 };

static const struct change_case {
	const char *user;
	const struct iam_password_policy *policy; /* NULL: AWS's default */
	const char *new_password;
	bool by_administrator;
	enum signin_reason may, reason;
} change_cases[] = {
	{ "bob", NULL, "Another horse 8", false, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "bob", NULL, "short", false, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, "", false, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, "short", true, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, PERSON_PASSWORD, false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, PERSON_PASSWORD, true, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "bob", &reuse_policy, PERSON_PASSWORD, true, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", &open_policy, "simple", false, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "bob", &closed_policy, "simple", false, SIGNIN_REASON_CHANGE_NOT_ALLOWED,
	  SIGNIN_REASON_CHANGE_NOT_ALLOWED },
	{ "bob", &closed_policy, "simple", true, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "carol", NULL, "First horse 1", true, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "dave", NULL, "Another horse 8", true, SIGNIN_REASON_PASSWORD_DISABLED,
	  SIGNIN_REASON_PASSWORD_DISABLED },
	{ "deployer", NULL, "Another horse 8", true, SIGNIN_REASON_ROLE_DIRECT,
	  SIGNIN_REASON_ROLE_DIRECT },
	{ "mallory", NULL, "Another horse 8", true, SIGNIN_REASON_USER_UNKNOWN,
	  SIGNIN_REASON_USER_UNKNOWN },
	{ "shadowed", NULL, "Another horse 8", true, SIGNIN_REASON_USER_UNKNOWN,
	  SIGNIN_REASON_USER_UNKNOWN },
};

static bool password_works(const struct signin_records *records, const char *user,
			   const char *password)
{
	const struct signin_factors password_only = { .password = true };
	struct signin_request request = request_of(user, "sshd", NOW + DAY);
	struct signin_answer answer;

	return signin_authenticate(records, &request, &password_only, text_of(password), TEXT(""),
				   &answer) == STATUS_OK &&
	       signin_is_allowed(&answer);
}

static void test_change(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(change_cases); i++) {
		const struct change_case *row = &change_cases[i];
		struct people people = everybody;
		struct signin_request request = request_of(row->user, "passwd", NOW);
		struct signin_password_change change = { &request, text_of(row->new_password),
							 row->by_administrator };
		AUTO_SIGNIN_RECORDS records;
		AUTO_BUFFER explanation;
		struct signin_answer answer;
		bool is_stored = row->reason == SIGNIN_REASON_ALLOWED;

		people.policy = row->policy;
		people_publish(&people, host->state, 0600);
		people_enroll(&(struct people){ .persons = (struct person[]){ everybody.persons[1],
									      { 0 } } },
			      host->state, host->paths.trust, NOW);
		host_open(host, &records);
		buffer_init(&explanation, 4096);
		CHECK(signin_may_change_password(&records, &request, row->by_administrator,
						 &answer) == STATUS_OK &&
			      answer.reason == row->may,
		      "change %zu: %s may: %s (%s)", i, row->user, signin_reason_code(row->may),
		      signin_reason_code(answer.reason));
		CHECK(signin_change_password(&records, &change, &answer, &explanation) ==
				      STATUS_OK &&
			      answer.reason == row->reason,
		      "change %zu: %s: %s (%s)", i, row->user, signin_reason_code(row->reason),
		      signin_reason_code(answer.reason));
		CHECK((explanation.length > 0) == (row->reason == SIGNIN_REASON_PASSWORD_POLICY),
		      "change %zu: faults are explained", i);
		CHECK(password_works(&records, row->user, row->new_password) ==
			      (is_stored || (strcmp(row->user, "bob") == 0 &&
					     strcmp(row->new_password, PERSON_PASSWORD) == 0)),
		      "change %zu: the new password works when it was stored", i);
		CHECK(strcmp(row->user, "bob") != 0 || is_stored ||
			      password_works(&records, "bob", PERSON_PASSWORD),
		      "change %zu: the old one works when it was not", i);
	}
	people_publish(&everybody, host->state, 0600);
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_change(&host);
	return check_done();
}
