/* Where an attempt to sign in comes from, and what that counts for. */
#include "check.h"
#include "support/scratch.h"
#include "support/signin_host.h"

enum { LIMIT = 3 };

static const char alice_id[] = "AIDAEXAMPLEALICE0001";

static enum status prove(const struct signin_records *records, const struct signin_request *request,
			 bool is_right, struct signin_answer *out_answer)
{
	const struct signin_factors factors = { .password = true, .code = true };
	char code[OTP_CODE_SIZE];

	person_code(request->now, 0, code);
	return signin_authenticate(records, request, &factors,
				   is_right ? TEXT(PERSON_PASSWORD) : TEXT("Incorrect horse 7"),
				   text_of(code), out_answer);
}

struct tally {
	const char *address;
	uint32_t failures; /* of the address, or of all of them */
	const struct credential_lockout *rules;
	int64_t now;
};

static bool add_up(void *context, const struct credential_address_failures *row)
{
	struct tally *tally = context;

	if (!tally->address || strcmp(tally->address, row->address) == 0)
		tally->failures +=
			lockout_address_failures(&row->state, &tally->rules->address, tally->now);
	return true;
}

/* address NULL: all of them. */
static uint32_t failures_of(const struct signin_records *records, const char *address, int64_t now)
{
	struct credential_lockout rules = signin_lockout_rules(&records->config);
	struct tally tally = { address, 0, &rules, now };

	CHECK_REQUIRE(credential_list_address_failures(records->store, now, add_up, &tally) ==
			      STATUS_OK,
		      "a list");
	return tally.failures;
}

/* One wrong attempt each: whoever the user is, it counts for the address. */
static const struct count_case {
	const char *user, *service, *remote_host;
	const char *address; /* NULL: counts for none */
} count_cases[] = {
	{ "alice", "sshd", "192.0.2.7", "192.0.2.7" },
	{ "mallory", "sshd", "192.0.2.7", "192.0.2.7" },
	{ "shadowed", "sshd", "192.0.2.7", "192.0.2.7" },
	{ "", "sshd", "192.0.2.7", "192.0.2.7" },
	{ "bob", "sshd", "192.0.2.7", "192.0.2.7" },      /* no device */
	{ "carol", "sshd", "192.0.2.7", "192.0.2.7" },    /* no password */
	{ "dave", "sshd", "192.0.2.7", "192.0.2.7" },     /* no login profile */
	{ "deployer", "sshd", "192.0.2.7", "192.0.2.7" }, /* a role */
	{ "alice", "vsftpd", "192.0.2.7", "192.0.2.7" },
	{ "alice", "login", "192.0.2.7", "192.0.2.7" },
	{ "alice", "of-no-table", "192.0.2.7", "192.0.2.7" },
	{ "alice", "sshd", "::ffff:192.0.2.7", "192.0.2.7" },
	{ "alice", "sshd", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
	{ "alice", "sshd", "2001:db8:1:2::9", "2001:db8:1:2::/64" },
	{ "alice", "sshd", "fe80::1%eth0", "fe80::/64" },
	{ "alice", "sshd", "", NULL },
	{ "alice", "sshd", "web1.example.com", NULL },
	{ "alice", "sshd", "192.0.2.7.example.com", NULL },
	{ "alice", "sudo", "192.0.2.7", NULL },
	{ "alice", "sudo-i", "192.0.2.7", NULL },
	{ "alice", "su", "192.0.2.7", NULL },
	{ "alice", "passwd", "192.0.2.7", NULL },
	{ "alice", "polkit-1", "192.0.2.7", NULL },
};

static void test_counts(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(count_cases); i++) {
		const struct count_case *row = &count_cases[i];
		int64_t now = NOW + (int64_t)i * DAY;
		struct signin_request request = request_of(row->user, row->service, now);

		request.remote_host = text_of(row->remote_host);
		CHECK_REQUIRE(prove(&records, &request, false, &answer) == STATUS_OK &&
				      answer.reason != SIGNIN_REASON_ALLOWED,
			      "a refusal");
		CHECK(failures_of(&records, NULL, now) == (row->address ? 1 : 0) &&
			      (!row->address || failures_of(&records, row->address, now) == 1),
		      "%s by %s from '%s' counts for %s", row->user, row->service, row->remote_host,
		      row->address ? row->address : "nobody");
	}
}

static void test_lock(const struct host *host)
{
	static const char *const unknown[] = { "mallory", "nobody", "root" };
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	int64_t now = NOW + 100 * DAY;
	struct signin_request request = request_of("alice", "sshd", now);
	unsigned before = person_failures(host->state, host->paths.trust, alice_id);

	host_open(host, &records);
	records.config.lockout_address_failures = LIMIT;
	request.remote_host = TEXT("198.51.100.7");
	for (size_t i = 0; i < LIMIT; i++) {
		request.user = text_of(unknown[i]);
		CHECK(prove(&records, &request, true, &answer) == STATUS_OK &&
			      answer.reason == SIGNIN_REASON_USER_UNKNOWN,
		      "lock: %s is unknown", unknown[i]);
	}
	request.user = TEXT("alice");
	CHECK(prove(&records, &request, true, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ADDRESS_LOCKED &&
		      answer.lock.kind == CREDENTIAL_LOCK_ADDRESS &&
		      answer.lock.until == now + records.config.lockout_seconds,
	      "lock: then nobody comes in from there");
	CHECK(prove(&records, &request, false, &answer) == STATUS_OK &&
		      person_failures(host->state, host->paths.trust, alice_id) == before,
	      "lock: nor is it counted against her");
	request.service = TEXT("sudo");
	CHECK(prove(&records, &request, true, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED,
	      "lock: sudo is not concerned, whatever it says of PAM_RHOST");
	request.service = TEXT("sshd");
	request.now = now + records.config.lockout_seconds;
	CHECK(prove(&records, &request, true, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED,
	      "lock: it ends");
	CHECK(failures_of(&records, "198.51.100.7", request.now) == LIMIT,
	      "lock: her success clears nothing");
	records.config.lockout_address_failures = 0;
	for (size_t i = 0; i < (size_t)2 * LIMIT; i++) {
		request.user = TEXT("mallory");
		CHECK(prove(&records, &request, true, &answer) == STATUS_OK &&
			      answer.reason == SIGNIN_REASON_USER_UNKNOWN,
		      "no rule: failure %zu", i);
	}
	request.user = TEXT("alice");
	request.now += 60;
	CHECK(prove(&records, &request, true, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED,
	      "no rule: no lock");
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_counts(&host);
	test_lock(&host);
	return check_done();
}
