/* Attempts to sign in that follow one another, and those that nobody should make. */
#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000 };

static char folder[SCRATCH_PATH_SIZE];
static unsigned users;

/* A user nobody has touched yet. */
static struct text new_user(struct credential_store *store)
{
	static char ids[32][24];
	struct text id = { ids[users], 0 };

	CHECK_REQUIRE(users < ARRAY_LENGTH(ids), "room for a user");
	id.length = (size_t)snprintf(ids[users], sizeof(ids[users]), "AIDASTORY%010u", users);
	users++;
	fixture_add_user(store, id);
	return id;
}

static enum credential_verdict attempt(struct credential_store *store, struct text id,
				       const char *code, int64_t now,
				       struct credential_outcome *outcome)
{
	struct credential_attempt asked = fixture_attempt(id, code, now);

	CHECK_REQUIRE(credential_attempt(store, &asked, outcome) == STATUS_OK, "an attempt");
	return outcome->verdict;
}

static void test_a_code_is_good_once(struct credential_store *store)
{
	struct credential_outcome outcome;
	struct text id = new_user(store);
	char code[OTP_CODE_SIZE], next[OTP_CODE_SIZE];

	(void)fixture_code(NOW, code);
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_ACCEPTED, "the first time");
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_REFUSED &&
		      outcome.code_was_used_before && outcome.budgets.codes.failures == 1,
	      "not the second, which counts as a failure");
	CHECK(attempt(store, id, code, NOW + 30, &outcome) == CREDENTIAL_REFUSED &&
		      outcome.code_was_used_before,
	      "nor while the window would still let it in");
	CHECK(attempt(store, id, fixture_code(NOW - 30, code), NOW, &outcome) ==
			      CREDENTIAL_REFUSED &&
		      outcome.code_was_used_before,
	      "nor an older one");
	CHECK(attempt(store, id, fixture_code(NOW + 30, next), NOW + 30, &outcome) ==
			      CREDENTIAL_ACCEPTED &&
		      outcome.budgets.codes.failures == 0,
	      "the next one is good");
}

static void test_a_wrong_password_spares_the_code(struct credential_store *store)
{
	struct text id = new_user(store);
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(id, fixture_code(NOW, code), NOW);
	struct credential_outcome outcome;

	asked.password_is_right = false;
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_REFUSED && outcome.password_was_wrong &&
		      !outcome.code_was_wrong,
	      "a wrong password beside a right code");
	asked.lockout.passwords.failures = 0;
	for (unsigned i = 0; i < 2 * CREDENTIAL_TRIES_MAX; i++)
		CHECK_REQUIRE(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
				      outcome.verdict == CREDENTIAL_REFUSED,
			      "another wrong password");
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_LOCKED &&
		      outcome.lock.kind == CREDENTIAL_LOCK_PASSWORDS,
	      "many lock passwords");
	CHECK_REQUIRE(credential_unlock(store, id) == STATUS_OK, "unlock");
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_ACCEPTED,
	      "but leave the code for the right password, and all of its tries");
}

static void test_lockout(struct credential_store *store)
{
	struct text id = new_user(store);
	char code[OTP_CODE_SIZE];
	struct credential_outcome outcome;
	struct credential_summary summary;

	for (unsigned i = 1; i <= 5; i++)
		CHECK(attempt(store, id, "000000", NOW + i, &outcome) == CREDENTIAL_REFUSED &&
			      outcome.budgets.codes.failures == i,
		      "failure %u is counted", i);
	CHECK(attempt(store, id, fixture_code(NOW + 6, code), NOW + 6, &outcome) ==
		      CREDENTIAL_LOCKED,
	      "then nothing is right any more");
	CHECK(outcome.budgets.codes.failures == 5 && outcome.budgets.codes.last_failure == NOW + 5,
	      "and nothing is counted");
	CHECK(attempt(store, id, fixture_code(NOW + 904, code), NOW + 904, &outcome) ==
		      CREDENTIAL_LOCKED,
	      "until the last second");
	CHECK(attempt(store, id, "000000", NOW + 905, &outcome) == CREDENTIAL_REFUSED &&
		      outcome.budgets.codes.failures == 6,
	      "the time over, one more failure");
	CHECK(attempt(store, id, fixture_code(NOW + 906, code), NOW + 906, &outcome) ==
		      CREDENTIAL_LOCKED,
	      "locks at once");
	CHECK(credential_unlock(store, id) == STATUS_OK, "an administrator unlocks");
	CHECK(credential_unlock(store, id) == STATUS_NOT_FOUND, "once");
	CHECK(credential_unlock(store, TEXT("AIDANOBODY")) == STATUS_NOT_FOUND,
	      "there is nothing to unlock for a stranger");
	CHECK(attempt(store, id, code, NOW + 906, &outcome) == CREDENTIAL_ACCEPTED,
	      "and the code is good again");
	CHECK(credential_summary(store, id, &summary) == STATUS_OK &&
		      summary.budgets.codes.failures == 0 && summary.last_success == NOW + 906,
	      "the summary says so");
}

static void test_lockout_survives(struct credential_store **store)
{
	struct text id = new_user(*store);
	char code[OTP_CODE_SIZE];
	struct credential_outcome outcome;

	for (unsigned i = 0; i < 5; i++)
		(void)attempt(*store, id, "000000", NOW, &outcome);
	credential_store_close(*store);
	*store = fixture_open(folder);
	CHECK(attempt(*store, id, fixture_code(NOW + 1, code), NOW + 1, &outcome) ==
		      CREDENTIAL_LOCKED,
	      "a lockout outlives the process");
}

/* Failures that the store dates into the future: nobody waits for that future to come. */
static void test_clock_set_back(struct credential_store *store)
{
	struct text id = new_user(store);
	char code[OTP_CODE_SIZE];
	struct credential_outcome outcome;

	for (unsigned i = 0; i < 5; i++)
		(void)attempt(store, id, "000000", NOW + 100000000, &outcome);
	CHECK(attempt(store, id, fixture_code(NOW, code), NOW, &outcome) == CREDENTIAL_LOCKED &&
		      outcome.budgets.codes.last_failure == NOW,
	      "the lock counts from now");
	CHECK(attempt(store, id, fixture_code(NOW + 899, code), NOW + 899, &outcome) ==
		      CREDENTIAL_LOCKED,
	      "and lasts as long as ever");
	CHECK(attempt(store, id, fixture_code(NOW + 900, code), NOW + 900, &outcome) ==
		      CREDENTIAL_ACCEPTED,
	      "but no longer");
}

static void test_no_lockout_rule(struct credential_store *store)
{
	struct text id = new_user(store);
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(id, "000000", NOW);
	struct credential_outcome outcome;
	const int64_t span = NOW / CREDENTIAL_TRIES_SECONDS * CREDENTIAL_TRIES_SECONDS;

	asked.lockout = (struct credential_lockout){ .codes = { 0 } };
	asked.now = span;
	for (unsigned i = 1; i <= CREDENTIAL_TRIES_MAX; i++)
		CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
			      outcome.verdict == CREDENTIAL_REFUSED,
		      "wrong code %u of a span", i);
	asked.now = span + CREDENTIAL_TRIES_SECONDS - 1;
	asked.code = text_of(fixture_code(asked.now, code));
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_LOCKED &&
		      outcome.lock.kind == CREDENTIAL_LOCK_TRIES &&
		      outcome.lock.until == span + CREDENTIAL_TRIES_SECONDS &&
		      outcome.budgets.codes.failures == CREDENTIAL_TRIES_MAX,
	      "a tenth code is not looked at, even a right one");
	asked.code_wanted = false;
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_ACCEPTED,
	      "a password alone is");
	asked.code_wanted = true;
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_LOCKED,
	      "which buys no further code");
	asked.now = span + CREDENTIAL_TRIES_SECONDS;
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_ACCEPTED,
	      "the next span begins at zero");
}

static void test_second_device(struct credential_store *store)
{
	static const struct otp_settings other = { OTP_SHA512, 8, 60, OTP_TOTP };
	struct credential_device device = { .name = "token", .settings = other, .enabled_at = 2 };
	struct text id = new_user(store);
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE], phone[OTP_CODE_SIZE];
	AUTO_SECRET seed;

	CHECK_REQUIRE(secret_set_bytes(&seed, TEXT("another seed, with \0 in it")) == STATUS_OK &&
			      credential_device_add(store, id, &device, &seed, NULL) == STATUS_OK &&
			      otp_generate(&other, secret_text(&seed), NOW / 60 + 1, code) ==
				      STATUS_OK,
		      "a second device");
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_ACCEPTED &&
		      strcmp(outcome.device, "token") == 0 && outcome.drift == 1,
	      "a code of the second device, whose clock is fast");
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_REFUSED, "once");
	CHECK(attempt(store, id, fixture_code(NOW, phone), NOW, &outcome) == CREDENTIAL_ACCEPTED &&
		      strcmp(outcome.device, "phone") == 0 && outcome.drift == 0,
	      "the first device has a counter of its own");
	CHECK(credential_device_remove(store, id, "token") == STATUS_OK &&
		      otp_generate(&other, secret_text(&seed), NOW / 60 + 3, code) == STATUS_OK &&
		      attempt(store, id, code, NOW + 120, &outcome) == CREDENTIAL_REFUSED,
	      "a device that was removed opens nothing");
}

static void test_malformed_codes(struct credential_store *store)
{
	static const struct text codes[] = {
		TEXT(""),       TEXT("12345"),   TEXT("1234567"),      TEXT("12345a"),
		TEXT(" 12345"), TEXT("12345\0"), TEXT("\0\0\0\0\0\0"), TEXT("-12345"),
		TEXT("%s%s%s")
	};

	for (size_t i = 0; i < ARRAY_LENGTH(codes); i++) {
		struct credential_attempt asked = fixture_attempt(new_user(store), "", NOW);
		struct credential_outcome outcome;

		asked.code = codes[i];
		CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
			      outcome.verdict == CREDENTIAL_REFUSED && outcome.code_was_wrong &&
			      !outcome.code_was_used_before && outcome.budgets.codes.failures == 1,
		      "malformed code %zu is a wrong one", i);
	}
}

static void test_nobody(struct credential_store *store)
{
	struct credential_attempt asked = fixture_attempt(TEXT(""), "000000", NOW);
	struct credential_outcome outcome;
	int64_t before = fixture_number(folder, "SELECT uncounted FROM attempts");
	int64_t rows = fixture_number(folder, "SELECT count(*) FROM user");

	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_REFUSED && outcome.budgets.codes.failures == 0,
	      "nobody is refused");
	CHECK(fixture_number(folder, "SELECT uncounted FROM attempts") == before + 1,
	      "which is written down");
	asked.user_id = TEXT("AIDASTRANGER0000001");
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_NO_PASSWORD,
	      "so is a stranger");
	CHECK(fixture_number(folder, "SELECT uncounted FROM attempts") == before + 2 &&
		      fixture_number(folder, "SELECT count(*) FROM user") == rows,
	      "who gets no row");
}

static void test_bad_attempts(struct credential_store *store)
{
	struct text id = new_user(store);
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(id, fixture_code(NOW, code), NOW);
	struct credential_outcome outcome = { .verdict = CREDENTIAL_ACCEPTED };

	asked.password_wanted = asked.code_wanted = false;
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_INPUT &&
		      outcome.verdict == CREDENTIAL_REFUSED,
	      "nothing wanted proves nothing");
	asked = fixture_attempt(TEXT("AIDA'; DROP TABLE user; --"), code, NOW);
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_INPUT,
	      "an id that is none");
	asked = fixture_attempt(id, code, -1);
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_INPUT, "before 1970");
	asked = fixture_attempt(id, code, NOW);
	asked.otp_window = OTP_WINDOW_MAX + 1;
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_DATA &&
		      outcome.verdict == CREDENTIAL_REFUSED,
	      "a window too wide");
	CHECK(attempt(store, id, code, NOW, &outcome) == CREDENTIAL_ACCEPTED,
	      "none of them used the code up or counted");
}

/* Values that the schema forbids and a broken disk, or another program, writes all the same. */
static const struct damage_case {
	const char *label, *sql; /* the user is the only one there */
} damage_cases[] = {
	{ "a seed cut short", "UPDATE device SET seed = x'00'" },
	{ "seven digits", "UPDATE device SET digits = 7" },
	{ "no such algorithm", "UPDATE device SET algorithm = 'MD5'" },
	{ "a period of nothing", "UPDATE device SET period = 0" },
	{ "no period", "UPDATE device SET period = NULL" },
	{ "no such kind", "UPDATE device SET kind = 'SMS'" },
	{ "a counter with a period", "UPDATE device SET kind = 'HOTP'" },
	{ "a counter with a drift", "UPDATE device SET kind = 'HOTP', period = NULL, drift = 1" },
	{ "a step below zero", "UPDATE device SET next_step = -1" },
	{ "drift beyond its bounds", "UPDATE device SET drift = 1001" },
	{ "drift beyond its type", "UPDATE device SET drift = 1 << 40" },
	{ "failures below zero", "UPDATE user SET failures = -1" },
	{ "failures beyond their type", "UPDATE user SET failures = 1 << 40" },
};

static void test_damage(struct credential_store *store)
{
	struct complaint complaint;

	for (size_t i = 0; i < ARRAY_LENGTH(damage_cases); i++) {
		struct text id = TEXT("AIDADAMAGED00000001");
		char code[OTP_CODE_SIZE], sql[256];
		struct credential_attempt asked = fixture_attempt(id, fixture_code(NOW, code), NOW);
		struct credential_outcome outcome;

		fixture_by_hand(folder, "DELETE FROM device; DELETE FROM user");
		fixture_add_user(store, id);
		CHECK(credential_store_verify(store, &complaint) == STATUS_OK, "sound before: %s",
		      damage_cases[i].label);
		snprintf(sql, sizeof(sql), "PRAGMA ignore_check_constraints = ON; %s",
			 damage_cases[i].sql);
		fixture_by_hand(folder, sql);
		CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_DATA &&
			      outcome.verdict == CREDENTIAL_REFUSED,
		      "refused: %s", damage_cases[i].label);
		CHECK(credential_store_verify(store, &complaint) == STATUS_BAD_DATA &&
			      complaint.reason[0],
		      "found: %s: %s", damage_cases[i].label, complaint.reason);
	}
}

enum { AGE_NOW = 9000000, AGE_MAX = 1000 };

static const struct age_case {
	const char *label;
	int64_t age_max, enabled_first, enabled_second; /* two devices; the code is the first's */
	enum credential_verdict verdict;
	unsigned failures;
} age_cases[] = {
	{ "no limit", 0, 1, 1, CREDENTIAL_ACCEPTED, 0 },
	{ "the last second", AGE_MAX, AGE_NOW - AGE_MAX + 1, AGE_NOW, CREDENTIAL_ACCEPTED, 0 },
	{ "too old, another is not", AGE_MAX, AGE_NOW - AGE_MAX, AGE_NOW, CREDENTIAL_REFUSED, 1 },
	{ "both too old", AGE_MAX, AGE_NOW - AGE_MAX, 1, CREDENTIAL_OLD_DEVICES, 0 },
	{ "enabled in the future", AGE_MAX, AGE_NOW + 1, 1, CREDENTIAL_OLD_DEVICES, 0 },
	{ "enabled at no known time", AGE_MAX, 0, 0, CREDENTIAL_OLD_DEVICES, 0 },
};

static void test_device_ages(void)
{
	struct text id = TEXT("AIDADEVICEAGE000001");
	char path[SCRATCH_PATH_SIZE], code[OTP_CODE_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(age_cases); i++) {
		const struct age_case *row = &age_cases[i];
		struct credential_attempt attempt =
			fixture_attempt(id, fixture_code(AGE_NOW, code), AGE_NOW);
		struct credential_outcome outcome;
		struct credential_store *store;
		char name[16], sql[256];

		(void)snprintf(name, sizeof(name), "age-%zu", i);
		store = fixture_open(scratch_path(path, folder, name));
		fixture_add_user(store, id);
		CHECK_REQUIRE(fixture_add_device(store, id, "other",
						 TEXT("abcdefghijklmnopqrstuvwxyz"),
						 NULL) == STATUS_OK,
			      "a second device");
		(void)snprintf(sql, sizeof(sql),
			       "UPDATE device SET enabled_at = CASE name WHEN 'phone' THEN %lld"
			       " ELSE %lld END",
			       (long long)row->enabled_first, (long long)row->enabled_second);
		fixture_by_hand(path, sql);
		attempt.device_age_max = row->age_max;
		CHECK(credential_attempt(store, &attempt, &outcome) == STATUS_OK &&
			      outcome.verdict == row->verdict &&
			      outcome.budgets.codes.failures == row->failures,
		      "device age: %s (%d)", row->label, (int)outcome.verdict);
		credential_store_close(store);
	}
}

int main(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;

	scratch_make(folder);
	store = fixture_open(folder);
	test_a_code_is_good_once(store);
	test_a_wrong_password_spares_the_code(store);
	test_lockout(store);
	test_lockout_survives(&store);
	test_clock_set_back(store);
	test_no_lockout_rule(store);
	test_second_device(store);
	test_malformed_codes(store);
	test_nobody(store);
	test_bad_attempts(store);
	test_damage(store);
	test_device_ages();
	return check_done();
}
