/* A new MFA device: who may have one, what it is called, and which two codes prove it. */
#include "check.h"
#include "signin/signin_enrolment.h"
#include "support/scratch.h"
#include "support/signin_host.h"

#define OWN_ARN "arn:aws:iam::123456789012:user/bob"
#define STATEMENT(effect, action, resource)                               \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"" effect \
	"\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"}}"
#define HOST TEXT("web1.example.com")

static const struct otp_settings usual = { OTP_SHA1, 6, 30, OTP_TOTP };

static const struct policy_text texts[] = {
	{ "own", STATEMENT("Allow", "iam:EnableMFADevice", OWN_ARN) },
	{ "variable", STATEMENT("Allow", "iam:*MFADevice", "arn:aws:iam::*:user/${aws:username}") },
	{ "other", STATEMENT("Allow", "iam:EnableMFADevice", OWN_ARN "by") },
	{ "password", STATEMENT("Allow", "iam:ChangePassword", OWN_ARN) },
	{ "deny", STATEMENT("Deny", "iam:EnableMFADevice", "*") },
	{ "broken", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Do\":1}]}" },
	{ "with-code",
	  "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
	  "\"Action\":\"iam:EnableMFADevice\",\"Resource\":\"*\",\"Condition\":{\"Bool\":"
	  "{\"aws:MultiFactorAuthPresent\":\"true\"}}}}" },
	{ NULL, NULL },
};

static const struct begin_case {
	const char *user, *policies, *name;
	bool by_administrator, has_code;
	int days; /* since the snapshot was made */
	enum signin_reason reason;
	const char *given; /* the device's name; NULL: none, refused */
} begin_cases[] = {
	{ "bob", "own", "", .reason = SIGNIN_REASON_ALLOWED, .given = "bob-web1" },
	{ "bob", "variable", "a+b=c,d.e@f_g-h", .reason = SIGNIN_REASON_ALLOWED,
	  .given = "a+b=c,d.e@f_g-h" },
	{ "bob", NULL, "phone", .reason = SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "other", "phone", .reason = SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "password", "phone", .reason = SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "own deny", "phone", .reason = SIGNIN_REASON_POLICY_DENIED },
	{ "bob", "own broken", "phone", .reason = SIGNIN_REASON_POLICY_UNREADABLE },
	{ "bob", "with-code", "phone", .reason = SIGNIN_REASON_NOT_AUTHORIZED },
	{ "bob", "with-code", "phone", .has_code = true, .reason = SIGNIN_REASON_ALLOWED,
	  .given = "phone" },
	{ "bob", "own", "phone", .days = 400, .reason = SIGNIN_REASON_SNAPSHOT_STALE },
	{ "bob", "own", "a phone", .reason = SIGNIN_REASON_DEVICE_NAME },
	{ "bob", "own", "phone\n", .reason = SIGNIN_REASON_DEVICE_NAME },
	{ "bob", NULL, "phone", .by_administrator = true, .reason = SIGNIN_REASON_ALLOWED,
	  .given = "phone" },
	{ "bob", "deny", "", .by_administrator = true, .days = 400, .reason = SIGNIN_REASON_ALLOWED,
	  .given = "bob-web1" },
	{ "alice", NULL, PERSON_DEVICE, .by_administrator = true,
	  .reason = SIGNIN_REASON_DEVICE_NAME },
	{ "dave", NULL, "second", .by_administrator = true, .reason = SIGNIN_REASON_ALLOWED,
	  .given = "second" },
	{ "deployer", NULL, "phone", .by_administrator = true,
	  .reason = SIGNIN_REASON_ROLE_DIRECT },
	{ "shadowed", NULL, "phone", .by_administrator = true,
	  .reason = SIGNIN_REASON_USER_UNKNOWN },
	{ "mallory", NULL, "phone", .by_administrator = true,
	  .reason = SIGNIN_REASON_USER_UNKNOWN },
	{ "../bob", NULL, "phone", .by_administrator = true, .reason = SIGNIN_REASON_USER_UNKNOWN },
};

static void publish(const struct host *host, const char *policies)
{
	struct person persons[8] = { { 0 } };
	struct people people = everybody;

	for (size_t i = 0; everybody.persons[i].name; i++)
		persons[i] = everybody.persons[i];
	persons[1].policies = policies;
	people.persons = persons;
	people.policies = texts;
	people_publish(&people, host->state, 0600);
}

static void test_begin(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(begin_cases); i++) {
		const struct begin_case *row = &begin_cases[i];
		struct signin_request request =
			request_of(row->user, "iamctl", NOW + row->days * DAY);
		const struct signin_new_device wanted = { .name = text_of(row->name),
							  .host = HOST,
							  .settings = usual,
							  .by_administrator =
								  row->by_administrator };
		AUTO_SIGNIN_RECORDS records;
		AUTO_SIGNIN_ENROLMENT enrolment;
		struct signin_answer answer;
		bool is_begun = row->reason == SIGNIN_REASON_ALLOWED;

		request.login.mfa_at = row->has_code ? NOW : 0;
		publish(host, row->policies);
		host_open(host, &records);
		CHECK(signin_enrolment_begin(&records, &request, &wanted, &enrolment, &answer) ==
				      STATUS_OK &&
			      answer.reason == row->reason,
		      "begin %zu: %s: %s (%s)", i, row->user, signin_reason_code(row->reason),
		      signin_reason_code(answer.reason));
		CHECK(enrolment.seed.length == (is_begun ? OTP_SEED_BYTES_NEW : 0),
		      "begin %zu: a seed when it is allowed, and none otherwise", i);
		CHECK(!is_begun || strcmp(enrolment.device.name, row->given) == 0,
		      "begin %zu: the device is called %s", i, enrolment.device.name);
	}
}

static const struct action_case {
	const char *policies, *action;
	enum signin_reason reason;
} action_cases[] = {
	{ "variable", "iam:DeactivateMFADevice", SIGNIN_REASON_ALLOWED },
	{ "variable", "iam:ResyncMFADevice", SIGNIN_REASON_ALLOWED },
	{ "variable", "iam:ListMFADevices", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "own", "iam:DeactivateMFADevice", SIGNIN_REASON_NOT_AUTHORIZED },
	{ "variable deny", "iam:EnableMFADevice", SIGNIN_REASON_POLICY_DENIED },
};

static void test_actions(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(action_cases); i++) {
		const struct action_case *row = &action_cases[i];
		struct signin_request request = request_of("bob", "iamctl", NOW);
		AUTO_SIGNIN_RECORDS records;
		struct signin_answer answer;

		publish(host, row->policies);
		host_open(host, &records);
		CHECK(signin_may_manage_devices(&records, &request, row->action, &answer) ==
				      STATUS_OK &&
			      answer.reason == row->reason,
		      "%s with %s: %s", row->action, row->policies,
		      signin_reason_code(answer.reason));
	}
}

static void begin(const struct signin_records *records, const char *name,
		  struct signin_enrolment *out_enrolment)
{
	struct signin_request request = request_of("bob", "iamctl", NOW);
	const struct signin_new_device wanted = {
		.name = text_of(name), .host = HOST, .settings = usual, .by_administrator = true
	};
	struct signin_answer answer;

	CHECK_REQUIRE(signin_enrolment_begin(records, &request, &wanted, out_enrolment, &answer) ==
				      STATUS_OK &&
			      signin_is_allowed(&answer),
		      "an enrolment");
}

static size_t devices_of_bob(const struct signin_records *records,
			     struct credential_device *out_devices)
{
	size_t count = 0;

	CHECK_REQUIRE(credential_devices(records->store, TEXT("AIDAEXAMPLEBOB000001"), out_devices,
					 &count) == STATUS_OK,
		      "the devices");
	return count;
}

/* The codes of two steps, by distance from now. */
static const struct finish_case {
	const char *label;
	int first, second;
	const char *form; /* how a code of two halves is typed; NULL: as it is */
	enum signin_reason reason;
} finish_cases[] = {
	{ "now and the next", 0, 1, NULL, SIGNIN_REASON_ALLOWED },
	{ "the one before and now", -1, 0, NULL, SIGNIN_REASON_ALLOWED },
	{ "ten steps ahead", 9, 10, NULL, SIGNIN_REASON_ALLOWED },
	{ "with a blank", 0, 1, "%.3s %s", SIGNIN_REASON_ALLOWED },
	{ "eleven steps ahead", 11, 12, NULL, SIGNIN_REASON_CODES_WRONG },
	{ "the same twice", 0, 0, NULL, SIGNIN_REASON_CODES_WRONG },
	{ "the wrong way round", 1, 0, NULL, SIGNIN_REASON_CODES_WRONG },
	{ "with a step between", 0, 2, NULL, SIGNIN_REASON_CODES_WRONG },
	{ "too few digits", 0, 1, "%.3s", SIGNIN_REASON_CODES_WRONG },
	{ "too many digits", 0, 1, "%.3s000000000000%s", SIGNIN_REASON_CODES_WRONG },
	{ "no digits", 0, 1, "", SIGNIN_REASON_CODES_WRONG },
};

static void type_code(const struct signin_enrolment *enrolment, int steps, const char *form,
		      char out_typed[32])
{
	char code[OTP_CODE_SIZE];

	CHECK_REQUIRE(otp_generate(&usual, secret_text(&enrolment->seed),
				   (uint64_t)((int64_t)otp_step(&usual, NOW) + steps),
				   code) == STATUS_OK,
		      "a code");
	if (!form)
		(void)snprintf(out_typed, 32, "%s", code);
	else if (strstr(form, "%s"))
		(void)snprintf(out_typed, 32, strchr(form, ' ') ? "%.3s %s" : "%.3s000000000000%s",
			       code, code + 3);
	else
		(void)snprintf(out_typed, 32, "%.*s", *form ? 3 : 0, code);
}

static void test_finish(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;

	publish(host, NULL);
	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(finish_cases); i++) {
		const struct finish_case *row = &finish_cases[i];
		struct credential_device devices[CREDENTIAL_DEVICES_MAX];
		struct signin_request request = request_of("bob", "iamctl", NOW);
		AUTO_SIGNIN_ENROLMENT enrolment;
		char first[32], second[32];
		struct signin_answer answer;
		size_t count;

		begin(&records, "phone", &enrolment);
		type_code(&enrolment, row->first, row->form, first);
		type_code(&enrolment, row->second, row->form, second);
		CHECK(signin_enrolment_finish(&records, &request, &enrolment, text_of(first),
					      text_of(second), &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "finish: %s: %s", row->label, signin_reason_code(answer.reason));
		count = devices_of_bob(&records, devices);
		CHECK(count == (row->reason == SIGNIN_REASON_ALLOWED),
		      "finish: %s: %zu devices are stored", row->label, count);
		if (count == 0)
			continue;
		CHECK(devices[0].enabled_at == NOW && devices[0].position.next_step > 0,
		      "finish: %s: enabled now, and both codes are used up", row->label);
		CHECK_REQUIRE(credential_device_remove(records.store, TEXT("AIDAEXAMPLEBOB000001"),
						       "phone") == STATUS_OK,
			      "remove");
	}
}

/* A first device is none when another has come, before or in between. */
static void test_first(const struct host *host)
{
	const struct signin_new_device wanted = { .name = TEXT("first"),
						  .host = HOST,
						  .settings = usual,
						  .by_administrator = true,
						  .is_first = true };
	struct signin_request request = request_of("bob", "sshd", NOW);
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_SIGNIN_ENROLMENT first = { 0 }, other = { 0 }, late = { 0 };
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	char codes[4][32];

	host_open(host, &records);
	CHECK(signin_enrolment_begin(&records, &request, &wanted, &first, &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "first: begun");
	begin(&records, "other", &other);
	for (int i = 0; i < 2; i++) {
		type_code(&first, i, NULL, codes[i]);
		type_code(&other, i, NULL, codes[2 + i]);
	}
	CHECK(signin_enrolment_finish(&records, &request, &other, text_of(codes[2]),
				      text_of(codes[3]), &answer) == STATUS_OK &&
		      signin_is_allowed(&answer),
	      "first: another is set up in between");
	CHECK(signin_enrolment_finish(&records, &request, &first, text_of(codes[0]),
				      text_of(codes[1]), &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_DEVICE_QUOTA &&
		      devices_of_bob(&records, devices) == 1 &&
		      strcmp(devices[0].name, "other") == 0,
	      "first: and is the only one: %s", signin_reason_code(answer.reason));
	CHECK(signin_enrolment_begin(&records, &request, &wanted, &late, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_DEVICE_QUOTA && late.seed.length == 0,
	      "first: not begun for somebody who has one");
	CHECK_REQUIRE(credential_device_remove(records.store, TEXT("AIDAEXAMPLEBOB000001"),
					       "other") == STATUS_OK,
		      "remove");
}

/* Two enrolments at once, and a ninth device. */
static void test_room(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_request request = request_of("bob", "iamctl", NOW);
	const struct signin_new_device ninth = {
		.name = TEXT("ninth"), .host = HOST, .settings = usual, .by_administrator = true
	};
	struct signin_answer answer;
	char name[16], first[32], second[32];

	host_open(host, &records);
	for (int i = 0; i < CREDENTIAL_DEVICES_MAX; i++) {
		AUTO_SIGNIN_ENROLMENT enrolment, rival;

		(void)snprintf(name, sizeof(name), "device-%d", i);
		begin(&records, name, &enrolment);
		begin(&records, i == CREDENTIAL_DEVICES_MAX - 1 ? "other" : name, &rival);
		type_code(&enrolment, 0, NULL, first);
		type_code(&enrolment, 1, NULL, second);
		CHECK(signin_enrolment_finish(&records, &request, &enrolment, text_of(first),
					      text_of(second), &answer) == STATUS_OK &&
			      signin_is_allowed(&answer),
		      "room: device %d", i);
		type_code(&rival, 0, NULL, first);
		type_code(&rival, 1, NULL, second);
		CHECK(signin_enrolment_finish(&records, &request, &rival, text_of(first),
					      text_of(second), &answer) == STATUS_OK &&
			      answer.reason == (i == CREDENTIAL_DEVICES_MAX - 1
							? SIGNIN_REASON_DEVICE_QUOTA
							: SIGNIN_REASON_DEVICE_NAME),
		      "room: who began at the same time and came second: %s",
		      signin_reason_code(answer.reason));
	}
	{
		AUTO_SIGNIN_ENROLMENT enrolment;

		CHECK(signin_enrolment_begin(&records, &request, &ninth, &enrolment, &answer) ==
				      STATUS_OK &&
			      answer.reason == SIGNIN_REASON_DEVICE_QUOTA,
		      "room: the ninth: %s", signin_reason_code(answer.reason));
	}
}

static void test_uri(const struct host *host)
{
	struct signin_request request = request_of("bob", "iamctl", NOW);
	AUTO_SIGNIN_RECORDS records;
	AUTO_SIGNIN_ENROLMENT enrolment;
	AUTO_SECRET_BUFFER uri;

	host_open(host, &records);
	CHECK_REQUIRE(credential_device_remove(records.store, TEXT("AIDAEXAMPLEBOB000001"),
					       "device-0") == STATUS_OK,
		      "remove");
	begin(&records, "phone", &enrolment);
	buffer_init(&uri, OTP_URI_BYTES_MAX);
	CHECK(signin_enrolment_uri(&records, &request, HOST, &enrolment, &uri) == STATUS_OK &&
		      strstr(uri.bytes, ":bob%40web1?secret="),
	      "the app shows user and host, without its domain");
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_begin(&host);
	test_actions(&host);
	test_finish(&host);
	test_first(&host);
	test_room(&host);
	test_uri(&host);
	return check_done();
}
