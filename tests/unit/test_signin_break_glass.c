/* Break-glass codes: when one is asked for, what it proves, and what it lifts. */
#include "check.h"
#include "support/credential_fixture.h"
#include "support/paper_fixture.h"
#include "support/role_host.h"

#define ALICE "AIDAEXAMPLEALICE0001"

/* The snapshot is of NOW, and may be seven days old. */
enum { FRESH = NOW + DAY, STALE = NOW + 8 * DAY, HOUR = 3600 };

static const char *word(enum signin_reason reason)
{
	return signin_reason_code(reason);
}

/* Where a code may be given */

static const struct due_case {
	const char *label, *user, *service;
	enum signin_mode mode;
	enum config_mfa mfa;
	bool is_key, is_security_key;
	int64_t now;
	enum signin_reason break_glass;
	bool password, code;
} due_cases[] = {
	{ "a fresh directory", "alice", "sshd", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED,
	  false, false, FRESH, SIGNIN_REASON_NONE, true, true },
	{ "a stale one", "alice", "sshd", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, false,
	  false, STALE, SIGNIN_REASON_SNAPSHOT_STALE, true, true },
	{ "one from the future", "alice", "sshd", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED,
	  false, false, NOW - HOUR, SIGNIN_REASON_SNAPSHOT_STALE, true, true },
	{ "no code due", "alice", "login", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_OFF, false, false,
	  STALE, SIGNIN_REASON_SNAPSHOT_STALE, true, false },
	{ "no device", "bob", "login", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_ENROLLED, false, false,
	  STALE, SIGNIN_REASON_SNAPSHOT_STALE, true, false },
	{ "an unknown user", "mallory", "login", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_OFF, false,
	  false, STALE, SIGNIN_REASON_SNAPSHOT_STALE, true, false },
	{ "a key", "alice", "sshd", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, true, false,
	  STALE, SIGNIN_REASON_SNAPSHOT_STALE, false, true },
	{ "a security key", "alice", "sshd", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, true,
	  true, STALE, SIGNIN_REASON_SNAPSHOT_STALE, false, false },
	{ "the code alone", "alice", "login", SIGNIN_CODE, CONFIG_MFA_OFF, false, false, STALE,
	  SIGNIN_REASON_SNAPSHOT_STALE, false, true },
	{ "the password alone", "alice", "login", SIGNIN_PASSWORD, CONFIG_MFA_REQUIRED, false,
	  false, STALE, SIGNIN_REASON_NONE, true, false },
	{ "sudo", "alice", "sudo", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, false, false,
	  STALE, SIGNIN_REASON_NONE, true, true },
	{ "su", "alice", "su", SIGNIN_PASSWORD_AND_CODE, CONFIG_MFA_REQUIRED, false, false, STALE,
	  SIGNIN_REASON_NONE, true, true },
	{ "a service that iam.conf makes sudo", "alice", "cockpit", SIGNIN_PASSWORD_AND_CODE,
	  CONFIG_MFA_REQUIRED, false, false, STALE, SIGNIN_REASON_NONE, true, true },
};

static void test_due(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(due_cases); i++) {
		const struct due_case *row = &due_cases[i];
		struct signin_request request = request_of(row->user, row->service, row->now);
		struct signin_factors factors = { .password = false };

		request.public_key_verified = row->is_key;
		request.security_key = row->is_security_key ? TEXT("token") : TEXT("");
		records.config.mfa = row->mfa;
		CHECK(signin_factors(&records, &request, row->mode, &factors) == STATUS_OK &&
			      factors.break_glass == row->break_glass,
		      "due: %s: %s", row->label, word(factors.break_glass));
		CHECK(factors.password == row->password && factors.code == row->code,
		      "due: %s: what is asked for as ever", row->label);
	}
	records.config.snapshot_age_max = 0;
}

/* A document that says itself until when it is good. */
static void test_expired_document(const struct host *host)
{
	struct people people = everybody;
	struct signin_request request = request_of("alice", "sshd", NOW + HOUR);
	struct signin_factors factors = { .password = false };
	AUTO_SIGNIN_RECORDS records;

	people.expires = NOW + HOUR;
	people_publish(&people, host->state, 0600);
	host_open(host, &records);
	CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) == STATUS_OK &&
		      factors.break_glass == SIGNIN_REASON_SNAPSHOT_EXPIRED,
	      "due: a document that has expired");
	people_publish(&everybody, host->state, 0600);
}

/* What it proves */

static const struct signin_factors stale_factors = { .password = true,
						     .break_glass = SIGNIN_REASON_SNAPSHOT_STALE };
static const struct signin_factors fresh_factors = { .password = true, .code = true };

static struct signin_answer prove(const struct signin_records *records, const char *user,
				  const struct signin_factors *factors, const char *password,
				  const char *code, int64_t now)
{
	struct signin_request request = request_of(user, "sshd", now);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };

	CHECK_REQUIRE(signin_authenticate(records, &request, factors, text_of(password),
					  text_of(code), &answer) == STATUS_OK,
		      answer.complaint.reason);
	return answer;
}

static void test_proof(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	paper_text code, other, typed;

	host_open(host, &records);
	paper_break_glass(host->state, host->paths.trust, ALICE, NOW, STALE + DAY, code);
	paper_break_glass(host->state, host->paths.trust, ALICE, NOW, STALE, other);
	answer = prove(&records, "alice", &fresh_factors, PERSON_PASSWORD, code, FRESH);
	CHECK(answer.reason == SIGNIN_REASON_BREAK_GLASS_NOT_DUE && answer.lifted == 0,
	      "proof: not while the directory is fresh: %s", word(answer.reason));
	answer = prove(&records, "alice", &stale_factors, "Incorrect horse 7", code, STALE);
	CHECK(answer.reason == SIGNIN_REASON_PASSWORD_WRONG, "proof: not with a wrong password");
	answer = prove(&records, "bob", &stale_factors, PERSON_PASSWORD, code, STALE);
	CHECK(answer.reason == SIGNIN_REASON_MFA_NOT_ENROLLED, "proof: not for somebody else: %s",
	      word(answer.reason));
	answer = prove(&records, "mallory", &stale_factors, PERSON_PASSWORD, code, STALE);
	CHECK(answer.reason == SIGNIN_REASON_USER_UNKNOWN, "proof: nor for nobody");
	answer = prove(&records, "alice", &stale_factors, PERSON_PASSWORD, other, STALE);
	CHECK(answer.reason == SIGNIN_REASON_BREAK_GLASS_EXPIRED, "proof: not when it is over: %s",
	      word(answer.reason));
	paper_type_freely(code, typed);
	answer = prove(&records, "alice", &stale_factors, PERSON_PASSWORD, typed, STALE);
	CHECK(signin_is_allowed(&answer) && answer.proof == CREDENTIAL_PROOF_BREAK_GLASS &&
		      answer.used_code && answer.lifted == SIGNIN_REASON_SNAPSHOT_STALE &&
		      answer.break_glass_until == STALE + HOUR,
	      "proof: when all is as it should be: %s", word(answer.reason));
	CHECK(strncmp(answer.break_glass, code, 4) == 0 &&
		      strcmp(answer.device, "(break-glass)") == 0,
	      "proof: it has a name, %s", answer.break_glass);
	answer = prove(&records, "alice", &stale_factors, PERSON_PASSWORD, code, STALE + 1);
	CHECK(answer.reason == SIGNIN_REASON_CODE_REUSED, "proof: once");
}

/* Asked for in case there is one: what else is typed is not looked at. */
static void test_other_texts(const struct host *host)
{
	static const char *const texts[] = { "", "000000", "0000-0000-0000-0000", "no idea" };
	static const struct signin_factors key = { .key = true,
						   .break_glass = SIGNIN_REASON_SNAPSHOT_STALE };
	AUTO_SIGNIN_RECORDS records;
	struct signin_request request = request_of("alice", "sshd", STALE);
	struct signin_answer answer;
	paper_text code;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		answer = prove(&records, "bob", &stale_factors, PERSON_PASSWORD, texts[i], STALE);
		CHECK(signin_is_allowed(&answer) && !answer.used_code &&
			      answer.lifted == SIGNIN_REASON_NONE,
		      "other: '%s' proves the password alone, and lifts nothing", texts[i]);
	}
	paper_break_glass(host->state, host->paths.trust, ALICE, NOW, STALE + DAY, code);
	request.public_key_verified = true;
	request.security_key = TEXT("token");
	CHECK(signin_authenticate(&records, &request, &key, TEXT(""), TEXT(""), &answer) ==
			      STATUS_OK &&
		      signin_is_allowed(&answer) && !answer.used_code && !answer.lifted,
	      "other: after a security key nothing is needed, and nothing lifted");
	request.public_key_verified = false;
	CHECK(signin_authenticate(&records, &request, &key, TEXT(""), text_of(code), &answer) ==
			      STATUS_OK &&
		      !signin_is_allowed(&answer) && !answer.used_code,
	      "other: a code stands for no key");
	request.public_key_verified = true;
	CHECK(signin_authenticate(&records, &request, &key, TEXT(""), text_of(code), &answer) ==
			      STATUS_OK &&
		      signin_is_allowed(&answer) && answer.lifted == SIGNIN_REASON_SNAPSHOT_STALE,
	      "other: beside one a code lifts what it does");
}

/* What it lifts */

static const struct lift_case {
	const char *label, *user, *service;
	int64_t now, until;
	enum signin_reason reason, lifted;
} lift_cases[] = {
	{ "a login", "alice", "sshd", STALE, STALE + HOUR, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_SNAPSHOT_STALE },
	{ "a login at the console", "bob", "login", STALE, STALE + 1, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_SNAPSHOT_STALE },
	{ "sudo", "alice", "sudo", STALE, STALE + 1, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_SNAPSHOT_STALE },
	{ "sudo without a code", "alice", "sudo", STALE, 0, SIGNIN_REASON_SNAPSHOT_STALE,
	  SIGNIN_REASON_NONE },
	{ "the hour over", "alice", "sudo", STALE, STALE, SIGNIN_REASON_SNAPSHOT_STALE,
	  SIGNIN_REASON_NONE },
	{ "a clock set back", "alice", "sudo", STALE, STALE + HOUR + 1,
	  SIGNIN_REASON_SNAPSHOT_STALE, SIGNIN_REASON_NONE },
	{ "a fresh directory", "alice", "sudo", FRESH, FRESH + HOUR, SIGNIN_REASON_ALLOWED,
	  SIGNIN_REASON_NONE },
	{ "su", "alice", "su", STALE, STALE + HOUR, SIGNIN_REASON_SNAPSHOT_STALE,
	  SIGNIN_REASON_NONE },
	{ "a service that iam.conf makes sudo", "alice", "cockpit", STALE, STALE + HOUR,
	  SIGNIN_REASON_ALLOWED, SIGNIN_REASON_SNAPSHOT_STALE },
	{ "what no policy allows", "bob", "sudo", STALE, STALE + HOUR, SIGNIN_REASON_NOT_AUTHORIZED,
	  SIGNIN_REASON_SNAPSHOT_STALE },
	{ "a login that no policy allows", "erin", "sshd", STALE, STALE + HOUR,
	  SIGNIN_REASON_NOT_AUTHORIZED, SIGNIN_REASON_SNAPSHOT_STALE },
	{ "a role", "deployer", "sshd", STALE, STALE + HOUR, SIGNIN_REASON_ROLE_DIRECT,
	  SIGNIN_REASON_NONE },
	{ "an unknown user", "mallory", "sshd", STALE, STALE + HOUR, SIGNIN_REASON_USER_UNKNOWN,
	  SIGNIN_REASON_NONE },
};

static void test_lift(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;
	struct signin_request request;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(lift_cases); i++) {
		const struct lift_case *row = &lift_cases[i];

		request = request_of(row->user, row->service, row->now);
		request.login.break_glass_until = row->until;
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "lift: %s: %s", row->label, word(answer.reason));
		CHECK(answer.lifted == row->lifted, "lift: %s: lifted %s", row->label,
		      word(answer.lifted));
	}
	fixture_by_hand(host->state, "UPDATE user SET must_change = 1 WHERE id = '" ALICE "'");
	request = request_of("alice", "sshd", STALE);
	request.login.break_glass_until = STALE + HOUR;
	request.password_used = true;
	CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
		      !signin_is_allowed(&answer) && answer.lifted == SIGNIN_REASON_SNAPSHOT_STALE,
	      "lift: a password that must be changed: %s", word(answer.reason));
	fixture_by_hand(host->state, "UPDATE user SET must_change = 0");
}

/* From the process of the dialogue to the session, and to sudo in it. */
static void test_session(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_request login = request_of("alice", "sshd", STALE);
	struct signin_request sudo = request_of("alice", "sudo", STALE + 10);
	struct signin_request bobs = request_of("bob", "sudo", STALE + 10);
	struct signin_place dialogue = PLACE(501, 500, 1), session = PLACE(500, 1),
			    inside = PLACE(700, 600, 500, 1), elsewhere = PLACE(900, 1);
	struct signin_login found = { .mfa_at = 0 };
	char words[SIGNIN_PROOF_SIZE];

	host_open(host, &records);
	login.login.mfa_at = STALE;
	login.login.break_glass_until = STALE + HOUR;
	CHECK(signin_leave_proof(&records, &login, &dialogue, words) == STATUS_OK &&
		      signin_take_proof(&records, &login, &session, text_of(words), &found) ==
			      STATUS_OK &&
		      found.break_glass_until == STALE + HOUR,
	      "session: the dialogue's process hands it over");
	login.login = found;
	CHECK(signin_begin_login(&records, &login, &session) == STATUS_OK &&
		      signin_find_place(&records, &inside, &sudo) == STATUS_OK &&
		      sudo.login.break_glass_until == STALE + HOUR,
	      "session: sudo in it finds it");
	CHECK(signin_find_place(&records, &inside, &bobs) == STATUS_OK &&
		      bobs.login.break_glass_until == 0,
	      "session: for its own user");
	sudo = request_of("alice", "sudo", STALE + 10);
	CHECK(signin_find_place(&records, &elsewhere, &sudo) == STATUS_OK &&
		      sudo.login.break_glass_until == 0,
	      "session: no other session of hers has it");
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_due(&host);
	test_expired_document(&host);
	test_proof(&host);
	test_other_texts(&host);
	test_lift(&host);
	test_session(&host);
	return check_done();
}
