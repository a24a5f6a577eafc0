/* Changing a password. */
#include "check.h"
#include "support/scratch.h"
#include "support/signin_host.h"

enum { PERSONS_MAX = 16 };

#define OWN_ARN "arn:aws:iam::123456789012:user/bob"
#define STATEMENT(effect, action, resource)                               \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"" effect \
	"\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"}}"

static const struct policy_text texts[] = {
	{ "own", STATEMENT("Allow", "iam:ChangePassword", OWN_ARN) },
	{ "variable",
	  STATEMENT("Allow", "iam:ChangePassword", "arn:aws:iam::*:user/${aws:username}") },
	{ "all", STATEMENT("Allow", "*", "*") },
	{ "other", STATEMENT("Allow", "iam:ChangePassword", "arn:aws:iam::123456789012:user/al") },
	{ "host", STATEMENT("Allow", "iam:ChangePassword", "arn:aws:host:::host/*") },
	{ "deny", STATEMENT("Deny", "iam:Change*", OWN_ARN) },
	{ "broken", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Do\":1}]}" },
	{ NULL, NULL },
};

static const struct iam_password_policy open_policy = { .minimum_length = 6,
							.allow_users_to_change = true };
static const struct iam_password_policy closed_policy = { .minimum_length = 6 };
static const struct iam_password_policy reuse_policy = { .minimum_length = 6,
							 .allow_users_to_change = true,
							 .reuse_prevention = 3 };

static const struct change_case {
	const char *user;
	const char *policies;                     /* of bob's */
	const struct iam_password_policy *policy; /* NULL: AWS's default */
	const char *new_password;
	bool by_administrator;
	enum signin_reason may, reason;
} change_cases[] = {
	{ "bob", "own", NULL, "Another horse 8", false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "bob", "variable", NULL, "Another horse 8", false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "bob", "all", NULL, "Another horse 8", false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "bob", NULL, NULL, "Another horse 8", false, SIGNIN_REASON_CHANGE_NOT_ALLOWED,
	  SIGNIN_REASON_CHANGE_NOT_ALLOWED },
	{ "bob", "other", NULL, "Another horse 8", false, SIGNIN_REASON_CHANGE_NOT_ALLOWED,
	  SIGNIN_REASON_CHANGE_NOT_ALLOWED },
	{ "bob", "host", NULL, "Another horse 8", false, SIGNIN_REASON_CHANGE_NOT_ALLOWED,
	  SIGNIN_REASON_CHANGE_NOT_ALLOWED },
	{ "bob", "own deny", NULL, "Another horse 8", false, SIGNIN_REASON_POLICY_DENIED,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "bob", "deny", &open_policy, "simple", false, SIGNIN_REASON_POLICY_DENIED,
	  SIGNIN_REASON_POLICY_DENIED },
	{ "bob", "deny", &open_policy, "simple", true, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "bob", "broken", &open_policy, "simple", false, SIGNIN_REASON_POLICY_UNREADABLE,
	  SIGNIN_REASON_POLICY_UNREADABLE },
	{ "bob", "own", NULL, "short", false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", "own", NULL, "", false, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, NULL, "short", true, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", "own", NULL, PERSON_PASSWORD, false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, NULL, PERSON_PASSWORD, true, SIGNIN_REASON_ALLOWED, SIGNIN_REASON_ALLOWED },
	{ "bob", NULL, &reuse_policy, PERSON_PASSWORD, true, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_PASSWORD_POLICY },
	{ "bob", NULL, &open_policy, "simple", false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "bob", NULL, &closed_policy, "simple", false, SIGNIN_REASON_CHANGE_NOT_ALLOWED,
	  SIGNIN_REASON_CHANGE_NOT_ALLOWED },
	{ "bob", "own", &closed_policy, "simple", false, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "bob", NULL, &closed_policy, "simple", true, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "carol", NULL, NULL, "First horse 1", true, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_ALLOWED },
	{ "dave", NULL, NULL, "Another horse 8", true, SIGNIN_REASON_PASSWORD_DISABLED,
	  SIGNIN_REASON_PASSWORD_DISABLED },
	{ "deployer", NULL, NULL, "Another horse 8", true, SIGNIN_REASON_ROLE_DIRECT,
	  SIGNIN_REASON_ROLE_DIRECT },
	{ "mallory", NULL, NULL, "Another horse 8", true, SIGNIN_REASON_USER_UNKNOWN,
	  SIGNIN_REASON_USER_UNKNOWN },
	{ "shadowed", NULL, NULL, "Another horse 8", true, SIGNIN_REASON_USER_UNKNOWN,
	  SIGNIN_REASON_USER_UNKNOWN },
};

/* Everybody, in an array of the test's own. */
static struct people host_people(struct person out_persons[PERSONS_MAX])
{
	struct people people = everybody;
	size_t count = 0;

	while (everybody.persons[count].name)
		count++;
	CHECK_REQUIRE(count < PERSONS_MAX, "people that fit");
	memcpy(out_persons, everybody.persons, (count + 1) * sizeof(*out_persons));
	people.persons = out_persons;
	return people;
}

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
		struct person persons[PERSONS_MAX];
		struct people people = host_people(persons);
		struct signin_request request = request_of(row->user, "passwd", NOW);
		struct signin_password_change change = { .request = &request,
							 .new_password = text_of(row->new_password),
							 .by_administrator =
								 row->by_administrator };
		AUTO_SIGNIN_RECORDS records;
		AUTO_BUFFER explanation;
		struct signin_answer answer;
		bool is_stored = row->reason == SIGNIN_REASON_ALLOWED;

		persons[1].policies = row->policies;
		people.policies = texts;
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
