/* Recovery and break-glass codes as they are typed at the prompt for a code. */
#include "check.h"
#include "support/paper_fixture.h"
#include "support/signin_host.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define BOB "AIDAEXAMPLEBOB000001"

static paper_text codes_of_alice[CREDENTIAL_RECOVERY_CODES];
static paper_text codes_of_bob[CREDENTIAL_RECOVERY_CODES];

static const struct signin_factors both = { .password = true, .code = true };

static struct signin_answer prove(const struct signin_records *records, const char *user,
				  const char *code, int64_t now)
{
	struct signin_request request = request_of(user, "sshd", now);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

	CHECK_REQUIRE(signin_authenticate(records, &request, &both, TEXT(PERSON_PASSWORD),
					  text_of(code), &answer) == STATUS_OK,
		      answer.complaint.reason);
	return answer;
}

static void test_recovery(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	paper_text typed;

	host_open(host, &records);
	answer = prove(&records, "alice", codes_of_alice[0], NOW);
	CHECK(signin_is_allowed(&answer) && answer.used_code &&
		      answer.proof == CREDENTIAL_PROOF_RECOVERY && answer.recovery_left == 9 &&
		      strcmp(answer.device, "(recovery-code)") == 0,
	      "a recovery code stands for a device's");
	answer = prove(&records, "alice", codes_of_alice[0], NOW + 1);
	CHECK(answer.reason == SIGNIN_REASON_CODE_REUSED && answer.proof == CREDENTIAL_PROOF_NONE,
	      "once");
	paper_type_freely(codes_of_alice[1], typed);
	answer = prove(&records, "alice", typed, NOW + 2);
	CHECK(signin_is_allowed(&answer) && answer.recovery_left == 8, "typed as it may come: %s",
	      typed);
	answer = prove(&records, "alice", codes_of_bob[0], NOW + 3);
	CHECK(answer.reason == SIGNIN_REASON_CODE_WRONG, "another user's is a wrong one");
	answer = prove(&records, "bob", codes_of_bob[0], NOW + 4);
	CHECK(signin_is_allowed(&answer), "and good for the user that has no device");
	answer = prove(&records, "bob", "000000", NOW + 5);
	CHECK(answer.reason == SIGNIN_REASON_CODE_WRONG, "to whom any other code is a wrong one");
	answer = prove(&records, "mallory", codes_of_alice[2], NOW + 6);
	CHECK(answer.reason == SIGNIN_REASON_USER_UNKNOWN, "nobody has none");
	answer = prove(&records, "erin", codes_of_alice[2], NOW + 7);
	CHECK(answer.reason == SIGNIN_REASON_CODE_WRONG, "who has no set has none either");
}

/* Codes that are used up are no way to do without. */
static void test_enrolled(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_request request = request_of("bob", "sshd", NOW);
	struct signin_factors factors = { .code = false };

	host_open(host, &records);
	records.config.mfa = CONFIG_MFA_ENROLLED;
	for (size_t i = 1; i < CREDENTIAL_RECOVERY_CODES; i++) {
		struct signin_answer answer =
			prove(&records, "bob", codes_of_bob[i], NOW + 1000 * (int64_t)i);

		CHECK(signin_is_allowed(&answer) && answer.recovery_left == 9 - i,
		      "code %zu, %u left", i, answer.recovery_left);
	}
	CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) == STATUS_OK &&
		      factors.code,
	      "with all of them used a code is still asked for");
	CHECK(credential_recovery_remove(records.store, text_of(BOB)) == STATUS_OK &&
		      signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) ==
			      STATUS_OK &&
		      !factors.code,
	      "until an administrator takes the set away");
}

static void test_notice(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_request request = request_of("alice", "sshd", NOW + 100);
	unsigned left = 77;

	host_open(host, &records);
	CHECK(signin_recovery_left(&records, &request, &left) == STATUS_NOT_FOUND,
	      "a session without a code has used none");
	request.login.mfa_at = NOW + 1;
	CHECK(signin_recovery_left(&records, &request, &left) == STATUS_NOT_FOUND && left == 77,
	      "nor has one with a device's");
	request.login.mfa_at = NOW + 2;
	CHECK(signin_recovery_left(&records, &request, &left) == STATUS_OK && left == 8,
	      "the session of a recovery code knows how many are left");
	request.user = TEXT("erin");
	CHECK(signin_recovery_left(&records, &request, &left) == STATUS_NOT_FOUND,
	      "nobody else's does");
}

int main(void)
{
	struct host host;

	host_make(&host);
	paper_recovery(host.state, host.paths.trust, ALICE, NOW - DAY, codes_of_alice);
	paper_recovery(host.state, host.paths.trust, BOB, NOW - DAY, codes_of_bob);
	test_recovery(&host);
	test_notice(&host);
	test_enrolled(&host);
	return check_done();
}
