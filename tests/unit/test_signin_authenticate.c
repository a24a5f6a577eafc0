/* Which factors are asked for, and what they prove. */
#include "check.h"
#include "support/scratch.h"
#include "support/signin_host.h"

/* Factors */

static const struct factors_case {
	const char *user;
	enum signin_mode mode;
	enum config_mfa mfa;
	bool key;
	bool password, code;
} factors_cases[] = {
	{ "alice", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, false, true, true },
	{ "alice", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, false, true, true },
	{ "alice", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_OFF, false, true, false },
	{ "alice", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, true, false, true },
	{ "alice", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, true, false, true },
	{ "alice", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_OFF, true, true, false },
	{ "bob", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, false, true, true },
	{ "bob", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, false, true, false },
	{ "bob", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_OFF, false, true, false },
	{ "bob", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, true, false, true },
	{ "bob", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, true, true, false },
	{ "alice", SIGNIN_PASSWORD, CONFIG_MFA_REQUIRED, false, true, false },
	{ "alice", SIGNIN_PASSWORD, CONFIG_MFA_REQUIRED, true, true, false },
	{ "alice", SIGNIN_CODE, CONFIG_MFA_REQUIRED, false, false, true },
	{ "alice", SIGNIN_CODE, CONFIG_MFA_OFF, false, false, true },
	{ "bob", SIGNIN_CODE, CONFIG_MFA_ENROLLED, false, false, true },
	{ "bob", SIGNIN_CODE, CONFIG_MFA_OFF, true, false, true },
	{ "mallory", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, false, true, true },
	{ "mallory", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, false, true, true },
	{ "shadowed", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, false, true, true },
	{ "deployer", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, false, true, true },
};

static void test_factors(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct credential_store *store;
	struct signin_factors factors = { 0 };
	struct signin_request request = request_of("alice", "sshd", NOW);

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(factors_cases); i++) {
		const struct factors_case *row = &factors_cases[i];

		request = request_of(row->user, "sshd", NOW);
		request.public_key_verified = row->key;
		records.config.mfa = row->mfa;
		CHECK(signin_factors(&records, &request, row->mode, &factors) == STATUS_OK &&
			      factors.password == row->password && factors.code == row->code,
		      "factors: %s mode=%d mfa=%d key=%d", row->user, row->mode, row->mfa,
		      row->key);
	}
	records.config.mfa = CONFIG_MFA_ENROLLED;
	store = records.store;
	records.store = NULL;
	CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) ==
		      STATUS_UNAVAILABLE,
	      "factors: without a store it is not known who has a device");
	records.store = store;
}

/* Authentication */

enum given { NOTHING, RIGHT, WRONG };

#define BOTH                                   \
	{                                      \
		.password = true, .code = true \
	}
#define PASSWORD                 \
	{                        \
		.password = true \
	}
#define CODE                 \
	{                    \
		.code = true \
	}

static const struct proof_case {
	const char *user;
	struct signin_factors factors;
	enum given password, code;
	enum signin_reason reason;
	unsigned failures; /* afterwards, of this user alone */
} proof_cases[] = {
	{ "alice", BOTH, RIGHT, RIGHT, SIGNIN_REASON_ALLOWED, 0 },
	{ "alice", BOTH, WRONG, RIGHT, SIGNIN_REASON_PASSWORD_WRONG, 1 },
	{ "alice", BOTH, RIGHT, WRONG, SIGNIN_REASON_CODE_WRONG, 1 },
	{ "alice", BOTH, WRONG, WRONG, SIGNIN_REASON_PASSWORD_WRONG, 1 },
	{ "alice", BOTH, NOTHING, RIGHT, SIGNIN_REASON_PASSWORD_WRONG, 1 },
	{ "alice", BOTH, RIGHT, NOTHING, SIGNIN_REASON_CODE_WRONG, 1 },
	{ "alice", PASSWORD, RIGHT, NOTHING, SIGNIN_REASON_ALLOWED, 0 },
	{ "alice", PASSWORD, WRONG, RIGHT, SIGNIN_REASON_PASSWORD_WRONG, 1 },
	{ "alice", CODE, NOTHING, RIGHT, SIGNIN_REASON_ALLOWED, 0 },
	{ "alice", CODE, RIGHT, WRONG, SIGNIN_REASON_CODE_WRONG, 1 },
	{ "bob", BOTH, RIGHT, RIGHT, SIGNIN_REASON_MFA_NOT_ENROLLED, 0 },
	{ "bob", PASSWORD, RIGHT, NOTHING, SIGNIN_REASON_ALLOWED, 0 },
	{ "bob", CODE, NOTHING, RIGHT, SIGNIN_REASON_MFA_NOT_ENROLLED, 0 },
	{ "carol", BOTH, RIGHT, RIGHT, SIGNIN_REASON_PASSWORD_NOT_SET, 0 },
	{ "carol", PASSWORD, NOTHING, NOTHING, SIGNIN_REASON_PASSWORD_NOT_SET, 0 },
	{ "carol", CODE, NOTHING, RIGHT, SIGNIN_REASON_ALLOWED, 0 },
	{ "dave", BOTH, RIGHT, RIGHT, SIGNIN_REASON_PASSWORD_DISABLED, 0 },
	{ "dave", PASSWORD, WRONG, NOTHING, SIGNIN_REASON_PASSWORD_DISABLED, 0 },
	{ "dave", CODE, NOTHING, RIGHT, SIGNIN_REASON_ALLOWED, 0 },
	{ "deployer", BOTH, RIGHT, RIGHT, SIGNIN_REASON_ROLE_DIRECT, 0 },
	{ "deployer", CODE, NOTHING, RIGHT, SIGNIN_REASON_ROLE_DIRECT, 0 },
	{ "shadowed", BOTH, RIGHT, RIGHT, SIGNIN_REASON_USER_UNKNOWN, 0 },
	{ "mallory", BOTH, RIGHT, RIGHT, SIGNIN_REASON_USER_UNKNOWN, 0 },
	{ "mallory", BOTH, NOTHING, NOTHING, SIGNIN_REASON_USER_UNKNOWN, 0 },
	{ "", BOTH, NOTHING, NOTHING, SIGNIN_REASON_USER_UNKNOWN, 0 },
	{ "root", BOTH, NOTHING, NOTHING, SIGNIN_REASON_USER_UNKNOWN, 0 },
};

static const char *id_of(const char *user)
{
	for (const struct person *person = everybody.persons; person->name; person++)
		if (strcmp(person->name, user) == 0)
			return person->id;
	return NULL;
}

static const char *wrong_code(int64_t now, char code[OTP_CODE_SIZE])
{
	person_code(now, 0, code);
	code[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
	return code;
}

static enum status prove(const struct signin_records *records, const char *user,
			 struct signin_factors factors, enum given password, enum given code,
			 int64_t now, struct signin_answer *out_answer)
{
	struct signin_request request = request_of(user, "sshd", now);
	char digits[OTP_CODE_SIZE] = "";

	if (code == RIGHT)
		person_code(now, 0, digits);
	if (code == WRONG)
		wrong_code(now, digits);
	return signin_authenticate(records, &request, &factors,
				   password == RIGHT   ? TEXT(PERSON_PASSWORD)
				   : password == WRONG ? TEXT("Incorrect horse 7")
						       : TEXT(""),
				   text_of(digits), out_answer);
}

static void test_proofs(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	long rows = people_rows(host->state);

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(proof_cases); i++) {
		const struct proof_case *row = &proof_cases[i];
		const char *id = id_of(row->user);
		int64_t now = NOW + (int64_t)(i + 1) * 600;
		bool is_allowed = row->reason == SIGNIN_REASON_ALLOWED;

		CHECK(prove(&records, row->user, row->factors, row->password, row->code, now,
			    &answer) == STATUS_OK &&
			      answer.reason == row->reason &&
			      signin_is_allowed(&answer) == is_allowed,
		      "proof %zu: '%s' password=%d code=%d is %s (%s)", i, row->user,
		      row->factors.password ? (int)row->password : -1,
		      row->factors.code ? (int)row->code : -1, signin_reason_code(row->reason),
		      signin_reason_code(answer.reason));
		CHECK(strcmp(answer.device, is_allowed && row->factors.code ? PERSON_DEVICE : "") ==
			      0,
		      "proof %zu: the device is named when it proved something", i);
		if (!id)
			continue;
		CHECK(person_failures(host->state, host->paths.trust, id) == row->failures,
		      "proof %zu: '%s' has %u failures", i, row->user, row->failures);
		(void)!credential_unlock(records.store, text_of(id));
	}
	CHECK(people_rows(host->state) == rows, "proofs: nobody unknown is remembered");
}

static void test_replay(const struct host *host)
{
	const struct signin_factors code_only = { .code = true }, both = BOTH;
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	int64_t now = NOW + 10 * DAY;

	host_open(host, &records);
	CHECK(prove(&records, "carol", code_only, NOTHING, RIGHT, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED,
	      "replay: a code is good once");
	CHECK(prove(&records, "carol", code_only, NOTHING, RIGHT, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_CODE_REUSED,
	      "replay: and not twice");
	CHECK(prove(&records, "alice", both, WRONG, RIGHT, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_PASSWORD_WRONG,
	      "replay: a right code beside a wrong password");
	CHECK(prove(&records, "alice", both, RIGHT, RIGHT, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED,
	      "replay: is not used up");
	(void)!credential_unlock(records.store, text_of(id_of("carol")));
}

static void test_lockout(const struct host *host)
{
	const struct signin_factors both = BOTH, password_only = { .password = true };
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	int64_t now = NOW + 20 * DAY;

	host_open(host, &records);
	for (unsigned i = 1; i <= records.config.lockout_failures; i++)
		CHECK(prove(&records, "erin", both, WRONG, NOTHING, now, &answer) == STATUS_OK &&
			      answer.reason == SIGNIN_REASON_PASSWORD_WRONG,
		      "lockout: failure %u", i);
	CHECK(prove(&records, "erin", both, RIGHT, RIGHT, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_LOCKED &&
		      answer.lock.kind == CREDENTIAL_LOCK_PASSWORDS &&
		      answer.lock.until == now + records.config.lockout_seconds,
	      "lockout: even what is right is refused, until then");
	CHECK(person_failures(host->state, host->paths.trust, id_of("erin")) ==
		      records.config.lockout_failures,
	      "lockout: what is refused unseen is not counted");
	now += records.config.lockout_seconds;
	CHECK(prove(&records, "erin", password_only, RIGHT, NOTHING, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED && answer.lock.until == 0,
	      "lockout: over after its time");
	CHECK(person_failures(host->state, host->paths.trust, id_of("erin")) == 0,
	      "lockout: a proven success clears the count");
}

/* Refused before and regardless of what is proven: nothing is counted, cleared or used up. */
static void test_untouched(const struct host *host)
{
	const struct signin_factors both = BOTH;
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	int64_t now = NOW + 30 * DAY;

	host_open(host, &records);
	CHECK(prove(&records, "dave", (struct signin_factors){ .code = true }, NOTHING, WRONG, now,
		    &answer) == STATUS_OK &&
		      person_failures(host->state, host->paths.trust, id_of("dave")) == 1,
	      "untouched: dave has a failure");
	CHECK(prove(&records, "dave", both, RIGHT, RIGHT, now, &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_PASSWORD_DISABLED &&
		      person_failures(host->state, host->paths.trust, id_of("dave")) == 1,
	      "untouched: a password without login profile clears no failure");
	CHECK(prove(&records, "dave", (struct signin_factors){ .code = true }, NOTHING, RIGHT, now,
		    &answer) == STATUS_OK &&
		      answer.reason == SIGNIN_REASON_ALLOWED,
	      "untouched: nor does it use up the code");
}

static void test_refused_calls(const struct host *host)
{
	const struct signin_factors both = BOTH;
	AUTO_SIGNIN_RECORDS records;
	struct credential_store *store;
	struct snapshot access;
	struct signin_answer answer;

	host_open(host, &records);
	CHECK(prove(&records, "alice", (struct signin_factors){ 0 }, RIGHT, RIGHT, NOW, &answer) ==
			      STATUS_BAD_INPUT &&
		      !signin_is_allowed(&answer),
	      "calls: nothing asked proves nothing");
	store = records.store;
	records.store = NULL;
	CHECK(prove(&records, "alice", both, RIGHT, RIGHT, NOW, &answer) == STATUS_UNAVAILABLE &&
		      answer.reason == SIGNIN_REASON_STORE,
	      "calls: without a store nobody is let in");
	records.store = store;
	access = records.access;
	records.access = (struct snapshot){ 0 };
	CHECK(prove(&records, "alice", both, RIGHT, RIGHT, NOW, &answer) == STATUS_UNAVAILABLE &&
		      answer.reason == SIGNIN_REASON_SNAPSHOT,
	      "calls: nor without a snapshot");
	records.access = access;
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_factors(&host);
	test_proofs(&host);
	test_replay(&host);
	test_lockout(&host);
	test_untouched(&host);
	test_refused_calls(&host);
	return check_done();
}
