/* An event as JSON: CloudTrail's fields, and nothing that is not to be written. */
#include "audit/audit_event.h"
#include "check.h"
#include "json/json.h"

#define ALICE                                                                               \
	{                                                                                   \
		.kind = AUDIT_IDENTITY_USER, .id = TEXT("AIDAEXAMPLEALICE0001"),            \
		.arn = TEXT("arn:aws:iam::123456789012:user/alice"), .name = TEXT("alice"), \
		.account = TEXT("123456789012"), .has_mfa = true, .since = 1760000000,      \
	}
#define DEPLOY                                                                             \
	.id = TEXT("AROAEXAMPLEDEPLOY001"),                                                \
	.arn = TEXT("arn:aws:iam::123456789012:role/host/deploy"), .name = TEXT("deploy"), \
	.account = TEXT("123456789012")

/* The members of userIdentity, in CloudTrail's order. */
static const struct identity_case {
	const char *label;
	struct audit_identity who;
	const char *json;
} identity_cases[] = {
	{ "a user", ALICE,
	  "\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLEALICE0001\","
	  "\"arn\":\"arn:aws:iam::123456789012:user/alice\",\"accountId\":\"123456789012\","
	  "\"userName\":\"alice\",\"sessionContext\":{\"attributes\":{\"creationDate\":"
	  "\"2025-10-09T08:53:20Z\",\"mfaAuthenticated\":\"true\"}}}," },
	{ "nobody",
	  { .kind = AUDIT_IDENTITY_HIDDEN,
	    .name = TEXT("hunter2"),
	    .account = TEXT("123456789012") },
	  "\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"123456789012\",\"userName\":"
	  "\"HIDDEN_DUE_TO_SECURITY_REASONS\"}," },
	{ "a role in its session",
	  { .kind = AUDIT_IDENTITY_ROLE_SESSION,
	    .session_name = TEXT("alice"),
	    .source_identity = TEXT("alice"),
	    .since = 1760000000,
	    DEPLOY },
	  "\"userIdentity\":{\"type\":\"AssumedRole\",\"principalId\":\"AROAEXAMPLEDEPLOY001:"
	  "alice\","
	  "\"arn\":\"arn:aws:sts::123456789012:assumed-role/deploy/alice\",\"accountId\":"
	  "\"123456789012\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\","
	  "\"principalId\":\"AROAEXAMPLEDEPLOY001\",\"arn\":"
	  "\"arn:aws:iam::123456789012:role/host/deploy\",\"accountId\":\"123456789012\","
	  "\"userName\":\"deploy\"},\"attributes\":{\"creationDate\":\"2025-10-09T08:53:20Z\","
	  "\"mfaAuthenticated\":\"false\"},\"sourceIdentity\":\"alice\"}}," },
	{ "a role outside of one",
	  { .kind = AUDIT_IDENTITY_ROLE, DEPLOY },
	  "\"userIdentity\":{\"type\":\"Role\",\"principalId\":\"AROAEXAMPLEDEPLOY001\",\"arn\":"
	  "\"arn:aws:iam::123456789012:role/host/deploy\",\"accountId\":\"123456789012\","
	  "\"userName\":\"deploy\"}," },
	{ "root",
	  { .kind = AUDIT_IDENTITY_ROOT, .name = TEXT("root") },
	  "\"userIdentity\":{\"type\":\"Root\",\"userName\":\"root\"}," },
};

static struct audit_event plain(void)
{
	return (struct audit_event){ .source = "signin.host",
				     .name = "HostLogin",
				     .type = "HostSignIn",
				     .time = 1760000000,
				     .agent = TEXT("sshd"),
				     .reason = TEXT("allowed") };
}

static const char *write_event(const struct audit_event *event, struct buffer *out_json)
{
	buffer_init(out_json, AUDIT_EVENT_BYTES_MAX);
	CHECK_REQUIRE(audit_event_write(event, out_json) == STATUS_OK, "an event");
	return out_json->bytes;
}

static void test_identities(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(identity_cases); i++) {
		const struct identity_case *row = &identity_cases[i];
		struct audit_event event = plain();
		AUTO_BUFFER json;

		event.who = row->who;
		CHECK(strstr(write_event(&event, &json), row->json), "%s: %s", row->label,
		      json.bytes);
	}
}

static void test_success(void)
{
	struct audit_event event = plain();
	AUTO_BUFFER json;

	event.who = (struct audit_identity)ALICE;
	event.address = TEXT("192.0.2.7");
	event.region = TEXT("eu-west-1");
	event.resource = TEXT("arn:aws:host:::host/iam-demo");
	event.resource_account = TEXT("123456789012");
	event.resource_type = "Host";
	audit_add_text(&event.parameters, "command", TEXT("/bin/ls"));
	audit_add_text(&event.parameters, "nothing", TEXT(""));
	audit_add_number(&event.more, "invokerUid", 1000);
	CHECK_REQUIRE(audit_event_identify(&event) == STATUS_OK, "a UUID");
	write_event(&event, &json);
	CHECK(text_starts_with(buffer_text(&json),
			       TEXT("{\"eventVersion\":\"1.08\",\"userIdentity\":")),
	      "begins as CloudTrail's");
	CHECK(strstr(json.bytes, "\"eventTime\":\"2025-10-09T08:53:20Z\",\"eventSource\":"
				 "\"signin.host\",\"eventName\":\"HostLogin\",\"awsRegion\":"
				 "\"eu-west-1\",\"sourceIPAddress\":\"192.0.2.7\",\"userAgent\":"
				 "\"sshd\",\"requestParameters\":{\"command\":\"/bin/ls\"},"
				 "\"responseElements\":{\"HostLogin\":\"Success\"},"
				 "\"additionalEventData\":{\"invokerUid\":1000,\"reason\":"
				 "\"allowed\"},\"eventID\":\""),
	      "the middle: %s", json.bytes);
	CHECK(strstr(json.bytes, "\"readOnly\":false,\"resources\":[{\"ARN\":"
				 "\"arn:aws:host:::host/iam-demo\",\"accountId\":\"123456789012\","
				 "\"type\":\"Host\"}],\"eventType\":\"HostSignIn\","
				 "\"managementEvent\":true,\"recipientAccountId\":\"123456789012\","
				 "\"eventCategory\":\"Management\"}"),
	      "the end: %s", json.bytes);
	CHECK(!strstr(json.bytes, "errorCode"), "no error");
}

static void test_failure(void)
{
	struct audit_event event = plain();
	AUTO_BUFFER json;

	event.error_code = "AccessDenied";
	event.error_message = "Failed authentication";
	write_event(&event, &json);
	CHECK(strstr(json.bytes, "\"errorCode\":\"AccessDenied\",\"errorMessage\":"
				 "\"Failed authentication\",\"requestParameters\":null,"
				 "\"responseElements\":{\"HostLogin\":\"Failure\"}"),
	      "what failed: %s", json.bytes);
	CHECK(strstr(json.bytes, "\"sourceIPAddress\":\"local\""), "from nowhere");
}

/* Hostile texts stay one line of JSON, and within the limit. */
static void test_hostile(void)
{
	static char long_text[100000];
	struct audit_event event = plain();
	AUTO_BUFFER json;
	AUTO_JSON *parsed = NULL;
	struct complaint complaint = { .reason = "" };

	memset(long_text, '\n', sizeof(long_text) - 1);
	event.who = (struct audit_identity)ALICE;
	event.address = event.agent = text_of(long_text);
	for (size_t i = 0; i < AUDIT_FIELDS_MAX + 5; i++)
		audit_add_text(&event.more, "tty", (struct text){ "a\"\xff\0b", 5 });
	write_event(&event, &json);
	CHECK(!memchr(json.bytes, '\n', json.length), "one line");
	CHECK(json_parse(buffer_text(&json), AUDIT_EVENT_BYTES_MAX, &parsed, &complaint) !=
			      STATUS_OK &&
		      strstr(complaint.reason, "twice"),
	      "fields are not made different by their number: %s", complaint.reason);
	CHECK(event.more.count == AUDIT_FIELDS_MAX, "no more fields than have room");
}

static void test_identifiers(void)
{
	struct audit_event first = plain(), second = plain();

	CHECK_REQUIRE(audit_event_identify(&first) == STATUS_OK &&
			      audit_event_identify(&second) == STATUS_OK,
		      "UUIDs");
	CHECK(strcmp(first.id, second.id) != 0, "no two are the same");
	CHECK(strlen(first.id) == 36 && first.id[14] == '4' && strchr("89ab", first.id[19]),
	      "a random UUID: %s", first.id);
}

int main(void)
{
	test_identities();
	test_success();
	test_failure();
	test_hostile();
	test_identifiers();
	return check_done();
}
