/* The credential store by its face: passwords, devices, attempts to sign in. */
#include "check.h"
#include "credentials/credential_forget.h"
#include "credentials/permission_use.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

#define OTHER_SEED "abcdefghijklmnopqrstuvwxyz"
#define HASH FIXTURE_HASH
#define SEED FIXTURE_SEED

enum { NOW = 1000000, STEP = NOW / 30 };

static const struct otp_settings usual = { OTP_SHA1, 6, 30, OTP_TOTP };

static char folder[SCRATCH_PATH_SIZE];

static void test_password(struct credential_store *store)
{
	struct text id = TEXT("AIDAPASSWORD0000001");
	char hash[CREDENTIAL_HASH_SIZE];
	struct credential_summary summary;

	CHECK(credential_password_hash(store, id, hash) == STATUS_NOT_FOUND, "no password yet");
	CHECK(credential_summary(store, id, &summary) == STATUS_OK && !summary.has_password &&
		      summary.device_count == 0 && summary.budgets.passwords.failures == 0,
	      "an unknown user has an empty summary");
	CHECK(fixture_set_password(store, id, HASH, NOW) == STATUS_OK, "set one");
	CHECK(credential_password_hash(store, id, hash) == STATUS_OK && strcmp(hash, HASH) == 0,
	      "read it back");
	CHECK(credential_summary(store, id, &summary) == STATUS_OK && summary.has_password &&
		      summary.password_changed == NOW,
	      "the summary tells since when");
	fixture_by_hand(folder, "UPDATE user SET failures = 3, last_failure = 9, code_failures = 4,"
				" last_code_failure = 9 WHERE id = 'AIDAPASSWORD0000001'");
	CHECK(fixture_set_password(store, id, HASH "2", NOW + 1) == STATUS_OK, "set another");
	CHECK(credential_password_hash(store, id, hash) == STATUS_OK && strcmp(hash, HASH "2") == 0,
	      "read that back");
	CHECK(credential_summary(store, id, &summary) == STATUS_OK &&
		      summary.budgets.passwords.failures == 0 &&
		      summary.budgets.passwords.last_failure == 0 &&
		      summary.budgets.codes.failures == 4 && summary.password_changed == NOW + 1,
	      "a new password clears the failures of the old one, and no others");
}

static bool count_known(void *context, struct text user_id)
{
	unsigned *known = context;

	*known += text_starts_with(user_id, TEXT("AIDAFORGET"));
	return true;
}

static bool take_first(void *context, struct text user_id)
{
	return text_copy(user_id, context, 64) != STATUS_OK;
}

/* Nobody else loses anything, and whoever comes again has nothing left. */
static void test_forgetting(struct credential_store *store)
{
	struct text id = TEXT("AIDAFORGET00000001"), other = TEXT("AIDAFORGET00000002"),
		    used = TEXT("AIDAFORGET00000003");
	struct credential_summary summary;
	char hash[CREDENTIAL_HASH_SIZE], first[64] = "";
	unsigned known = 0;

	CHECK(credential_forget(store, id) == STATUS_NOT_FOUND, "nothing to forget");
	fixture_add_user(store, id);
	fixture_add_user(store, other);
	CHECK_REQUIRE(permission_use_record(store, id, TEXT("host:Sudo"), TEXT("root"), NOW) ==
				      STATUS_OK &&
			      permission_use_record(store, used, TEXT("host:Login"), TEXT("sshd"),
						    NOW) == STATUS_OK,
		      "uses");
	CHECK(credential_known(store, count_known, &known) == STATUS_OK && known == 3,
	      "three are known, one of them only for having come in");
	CHECK(credential_known(store, take_first, first) == STATUS_OK &&
		      strcmp(first, "AIDAFORGET00000001") == 0,
	      "in order, until enough is heard");
	CHECK(credential_forget(store, id) == STATUS_OK &&
		      credential_forget(store, used) == STATUS_OK,
	      "two are forgotten");
	CHECK(credential_password_hash(store, id, hash) == STATUS_NOT_FOUND &&
		      credential_summary(store, id, &summary) == STATUS_OK &&
		      !summary.has_password && summary.device_count == 0,
	      "with password and device");
	known = 0;
	CHECK(credential_known(store, count_known, &known) == STATUS_OK && known == 1,
	      "and what they used");
	CHECK(credential_summary(store, other, &summary) == STATUS_OK && summary.has_password &&
		      summary.device_count == 1,
	      "the third loses nothing");
	CHECK(credential_store_verify(store, NULL) == STATUS_OK, "the store is sound");
	CHECK(credential_forget(store, other) == STATUS_OK, "nor does anything hold her");
}

static void test_bad_hashes(struct credential_store *store)
{
	static const char *const hashes[] = { "",          "x",      "*",      "!",
					      ("!" HASH),  "$y$ $h", "$y$:$h", "$y$\n$h",
					      "$y$\x80$h", "plain",  "$y$*$h", "$y$!$h" };
	char long_hash[CREDENTIAL_HASH_SIZE + 1] = "$";
	struct text id = TEXT("AIDAHASHES000000001");

	for (size_t i = 0; i < ARRAY_LENGTH(hashes); i++)
		CHECK(fixture_set_password(store, id, hashes[i], NOW) == STATUS_BAD_INPUT,
		      "hash %zu is refused", i);
	memset(long_hash + 1, 'a', CREDENTIAL_HASH_SIZE - 1);
	CHECK(fixture_set_password(store, id, long_hash, NOW) == STATUS_BAD_INPUT,
	      "a hash too long is refused");
	long_hash[CREDENTIAL_HASH_SIZE - 1] = '\0';
	CHECK(fixture_set_password(store, id, long_hash, NOW) == STATUS_OK, "the longest is not");
}

static void test_bad_user_ids(struct credential_store *store)
{
	static const struct text ids[] = { TEXT(""),     TEXT("AIDA 1"),  TEXT("AIDA\0A"),
					   TEXT("../x"), TEXT("AIDA'--"), TEXT("\xc3\xa9") };
	char hash[CREDENTIAL_HASH_SIZE], long_id[CREDENTIAL_USER_ID_MAX + 1];
	struct credential_summary summary;
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count;

	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
		CHECK(credential_summary(store, ids[i], &summary) == STATUS_BAD_INPUT &&
			      credential_password_hash(store, ids[i], hash) == STATUS_BAD_INPUT &&
			      fixture_set_password(store, ids[i], HASH, NOW) == STATUS_BAD_INPUT &&
			      credential_forget(store, ids[i]) == STATUS_BAD_INPUT &&
			      credential_unlock(store, ids[i]) == STATUS_BAD_INPUT &&
			      credential_devices(store, ids[i], devices, &count) ==
				      STATUS_BAD_INPUT &&
			      credential_device_remove(store, ids[i], "phone") ==
				      STATUS_BAD_INPUT &&
			      fixture_add_device(store, ids[i], "phone", TEXT(SEED), NULL) ==
				      STATUS_BAD_INPUT,
		      "user id %zu is refused everywhere", i);
	memset(long_id, 'A', sizeof(long_id));
	CHECK(credential_summary(store, (struct text){ long_id, sizeof(long_id) }, &summary) ==
		      STATUS_BAD_INPUT,
	      "a user id too long is refused");
	CHECK(credential_summary(store, (struct text){ long_id, sizeof(long_id) - 1 }, &summary) ==
		      STATUS_OK,
	      "the longest is not");
}

static void test_devices(struct credential_store *store)
{
	struct text id = TEXT("AIDADEVICES00000001");
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	struct complaint complaint = { 0 };
	char name[16];
	size_t count = 99;
	bool in_order = true;

	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK && count == 0,
	      "no device yet");
	for (int i = 0; i < CREDENTIAL_DEVICES_MAX; i++) {
		snprintf(name, sizeof(name), "phone-%d", 9 - i);
		CHECK(fixture_add_device(store, id, name, TEXT(SEED), &complaint) == STATUS_OK,
		      "add %s", name);
	}
	CHECK(fixture_add_device(store, id, "ninth", TEXT(SEED), &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "8 devices"),
	      "the ninth is refused: %s", complaint.reason);
	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK && count == 8, "all 8");
	for (int i = 0; i < CREDENTIAL_DEVICES_MAX; i++)
		in_order = in_order && devices[i].name[6] == '9' - i;
	CHECK(in_order, "in the order they were enabled");
	CHECK(devices[0].settings.digits == 6 && devices[0].settings.period_seconds == 30 &&
		      devices[0].enabled_at == 1 && devices[0].last_used == 0,
	      "with their settings");
	CHECK(credential_device_remove(store, id, "phone-9") == STATUS_OK, "remove one");
	CHECK(credential_device_remove(store, id, "phone-9") == STATUS_NOT_FOUND, "only once");
	CHECK(fixture_add_device(store, id, "phone-8", TEXT(SEED), &complaint) ==
			      STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "of this name"),
	      "a name is taken: %s", complaint.reason);
	CHECK(fixture_add_device(store, TEXT("AIDADEVICES00000002"), "phone-8", TEXT(SEED), NULL) ==
		      STATUS_OK,
	      "but not for somebody else");
	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK && count == 7, "7 left");
}

static const struct device_case {
	const char *label;
	struct credential_device device;
	size_t seed_length;
	enum status expected;
} device_cases[] = {
	{ "everything else",
	  { .name = "A-z0_9+=,.@",
	    .settings = { OTP_SHA512, 8, 60, OTP_TOTP },
	    .position = { 77, -1000 } },
	  128,
	  STATUS_OK },
	{ "no name", { .settings = { OTP_SHA1, 6, 30, OTP_TOTP } }, 20, STATUS_BAD_INPUT },
	{ "a blank in its name",
	  { .name = "a b", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "an escape in its name",
	  { .name = "\033[2J", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "a seed too short",
	  { .name = "a", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } },
	  15,
	  STATUS_BAD_INPUT },
	{ "a seed too long",
	  { .name = "a", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } },
	  129,
	  STATUS_BAD_INPUT },
	{ "seven digits",
	  { .name = "a", .settings = { OTP_SHA1, 7, 30, OTP_TOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "a serial number with a blank",
	  { .name = "a", .serial = "a b", .settings = { OTP_SHA1, 6, 30, OTP_TOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "a period though it counts",
	  { .name = "a", .settings = { OTP_SHA1, 6, 30, OTP_HOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "a drift though it counts",
	  { .name = "a", .settings = { OTP_SHA1, 6, 0, OTP_HOTP }, .position = { 0, 1 } },
	  20,
	  STATUS_BAD_INPUT },
	{ "a period of a second",
	  { .name = "a", .settings = { OTP_SHA1, 6, 1, OTP_TOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "no such algorithm",
	  { .name = "a", .settings = { (enum otp_algorithm)9, 6, 30, OTP_TOTP } },
	  20,
	  STATUS_BAD_INPUT },
	{ "drift out of range",
	  { .name = "a", .settings = { OTP_SHA1, 6, 30, OTP_TOTP }, .position = { 0, 1001 } },
	  20,
	  STATUS_BAD_INPUT },
	{ "a step out of range",
	  { .name = "a", .settings = { OTP_SHA1, 6, 30, OTP_TOTP }, .position = { UINT64_MAX, 0 } },
	  20,
	  STATUS_BAD_INPUT },
};

static void test_device_limits(struct credential_store *store)
{
	struct text id = TEXT("AIDALIMITS000000001");
	struct credential_device devices[CREDENTIAL_DEVICES_MAX], *kept = &devices[0];
	AUTO_SECRET seed = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(device_cases); i++) {
		const struct device_case *row = &device_cases[i];

		seed.length = row->seed_length;
		CHECK(credential_device_add(store, id, &row->device, &seed, NULL) == row->expected,
		      "a device with %s", row->label);
	}
	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK && count == 1,
	      "only the good one is kept");
	CHECK(strcmp(kept->name, device_cases[0].device.name) == 0 &&
		      kept->settings.algorithm == OTP_SHA512 && kept->settings.digits == 8 &&
		      kept->settings.period_seconds == 60 && kept->position.next_step == 77 &&
		      kept->position.drift == -1000,
	      "whole");
}

enum { P = 1, C = 2, PC = 3 }; /* factors: password, code */

enum {
	REFUSED = CREDENTIAL_REFUSED,
	ACCEPTED = CREDENTIAL_ACCEPTED,
	LOCKED = CREDENTIAL_LOCKED,
	NO_PASSWORD = CREDENTIAL_NO_PASSWORD,
	NO_DEVICE = CREDENTIAL_NO_DEVICE,
	NONE = CREDENTIAL_LOCK_NONE,
	PASSWORDS = CREDENTIAL_LOCK_PASSWORDS,
	CODES = CREDENTIAL_LOCK_CODES,
};

struct failures {
	unsigned passwords, codes;
};

/* Each row has a user of its own with these things in the store. A code is said by its step. */
static const struct attempt_case {
	const char *label;
	unsigned has;           /* P: a password; C: the devices "first" and "second" */
	struct failures before; /* the last of each so many seconds ago */
	int64_t ago;
	unsigned wanted, right;
	uint64_t code_step; /* of "first"; 0: "000000" */
	uint64_t last_step; /* accepted, of both devices; 0: none */
	int verdict;
	struct failures after;
	int lock; /* that decided, or is there afterwards */
} attempt_cases[] = {
	{ "both right", PC, { 0, 0 }, 0, PC, PC, STEP, 0, ACCEPTED, { 0, 0 }, NONE },
	{ "password alone, right", PC, { 0, 0 }, 0, P, P, 0, 0, ACCEPTED, { 0, 0 }, NONE },
	{ "password alone, wrong", PC, { 0, 0 }, 0, P, 0, STEP, 0, REFUSED, { 1, 0 }, NONE },
	{ "code alone, right", C, { 0, 0 }, 0, C, C, STEP, 0, ACCEPTED, { 0, 0 }, NONE },
	{ "code alone, wrong", C, { 0, 0 }, 0, C, P, 0, 0, REFUSED, { 0, 1 }, NONE },
	{ "password wrong, code right", PC, { 0, 0 }, 0, PC, C, STEP, 0, REFUSED, { 1, 0 }, NONE },
	{ "password right, code wrong", PC, { 0, 0 }, 0, PC, P, 0, 0, REFUSED, { 0, 1 }, NONE },
	{ "both wrong", PC, { 0, 0 }, 0, PC, 0, 0, 0, REFUSED, { 1, 0 }, NONE },
	{ "code of a while ago", PC, { 0, 0 }, 0, PC, P, STEP - 2, 0, REFUSED, { 0, 1 }, NONE },
	{ "used code", PC, { 0, 0 }, 0, PC, PC, STEP, STEP, REFUSED, { 0, 1 }, NONE },
	{ "used, wrong password", PC, { 0, 0 }, 0, PC, C, STEP, STEP, REFUSED, { 1, 0 }, NONE },
	{ "no password there", C, { 0, 0 }, 0, PC, PC, STEP, 0, NO_PASSWORD, { 0, 0 }, NONE },
	{ "no device there", P, { 0, 0 }, 0, PC, PC, STEP, 0, NO_DEVICE, { 0, 0 }, NONE },
	{ "nothing there", 0, { 0, 0 }, 0, PC, PC, STEP, 0, NO_PASSWORD, { 0, 0 }, NONE },
	{ "no device, wrong password", P, { 0, 0 }, 0, PC, 0, 0, 0, NO_DEVICE, { 0, 0 }, NONE },
	{ "locks passwords", PC, { 4, 4 }, 9, PC, 0, 0, 0, REFUSED, { 5, 4 }, PASSWORDS },
	{ "locks codes", PC, { 4, 4 }, 9, PC, P, 0, 0, REFUSED, { 4, 5 }, CODES },
	{ "locked, all right", PC, { 5, 5 }, 9, PC, PC, STEP, 0, LOCKED, { 5, 5 }, PASSWORDS },
	{ "locked, all wrong", PC, { 5, 5 }, 9, PC, 0, 0, 0, LOCKED, { 5, 5 }, PASSWORDS },
	{ "locked, no device", P, { 5, 0 }, 9, PC, PC, 0, 0, LOCKED, { 5, 0 }, PASSWORDS },
	{ "passwords locked, both", PC, { 5, 0 }, 9, PC, PC, STEP, 0, LOCKED, { 5, 0 }, PASSWORDS },
	{ "passwords locked, code", PC, { 5, 3 }, 9, C, PC, STEP, 0, ACCEPTED, { 5, 0 }, NONE },
	{ "codes locked, both", PC, { 0, 5 }, 9, PC, PC, STEP, 0, LOCKED, { 0, 5 }, CODES },
	{ "codes locked, password", PC, { 3, 5 }, 9, P, P, 0, 0, ACCEPTED, { 0, 5 }, NONE },
	{ "codes locked for longer", PC, { 5, 6 }, 9, PC, PC, STEP, 0, LOCKED, { 5, 6 }, CODES },
	{ "lock over, right", PC, { 5, 5 }, 900, PC, PC, STEP, 0, ACCEPTED, { 0, 0 }, NONE },
	{ "lock over, wrong", PC, { 5, 4 }, 900, PC, 0, 0, 0, REFUSED, { 6, 4 }, PASSWORDS },
	{ "twice as long, not over", PC, { 6, 0 }, 1799, P, P, 0, 0, LOCKED, { 6, 0 }, PASSWORDS },
	{ "twice as long, over", PC, { 6, 0 }, 1800, P, P, 0, 0, ACCEPTED, { 0, 0 }, NONE },
	{ "at the longest, over", PC, { 0, 60 }, 3600, C, C, STEP, 0, ACCEPTED, { 0, 0 }, NONE },
	{ "success clears failures", PC, { 4, 4 }, 9, PC, PC, STEP, 0, ACCEPTED, { 0, 0 }, NONE },
};

static uint64_t next_step(uint64_t last_step)
{
	return last_step > 0 ? last_step + 1 : 0;
}

static void set_up(struct credential_store *store, const struct attempt_case *row, struct text id)
{
	char sql[512];

	if (row->has & P)
		CHECK_REQUIRE(fixture_set_password(store, id, HASH, 1) == STATUS_OK, "password");
	if (row->has & C)
		CHECK_REQUIRE(
			fixture_add_device(store, id, "first", TEXT(SEED), NULL) == STATUS_OK &&
				fixture_add_device(store, id, "second", TEXT(OTHER_SEED), NULL) ==
					STATUS_OK,
			"devices");
	snprintf(sql, sizeof(sql),
		 "UPDATE user SET failures = %u, last_failure = %lld, code_failures = %u,"
		 " last_code_failure = %lld WHERE id = '%s';"
		 "UPDATE device SET next_step = %llu WHERE user = '%s'",
		 row->before.passwords, row->before.passwords ? NOW - (long long)row->ago : 0,
		 row->before.codes, row->before.codes ? NOW - (long long)row->ago : 0, id.bytes,
		 (unsigned long long)next_step(row->last_step), id.bytes);
	fixture_by_hand(folder, sql);
}

/* The date moves when the count rises, and goes when it does. */
static bool date_is_right(const struct lockout_state *state, unsigned before, int64_t ago)
{
	if (state->failures == 0)
		return state->last_failure == 0;
	return state->last_failure == (state->failures > before ? NOW : NOW - ago);
}

static void check_afterwards(struct credential_store *store, const struct attempt_case *row,
			     struct text id, const struct credential_outcome *outcome)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX] = { 0 };
	bool accepted = row->verdict == ACCEPTED;
	uint64_t last = accepted && row->wanted & C ? row->code_step : row->last_step;
	struct credential_summary summary;
	const struct credential_budgets *budgets = &summary.budgets;
	size_t count;

	CHECK(credential_summary(store, id, &summary) == STATUS_OK &&
		      budgets->passwords.failures == row->after.passwords &&
		      budgets->codes.failures == row->after.codes,
	      "%s: %u wrong passwords, %u wrong codes", row->label, budgets->passwords.failures,
	      budgets->codes.failures);
	CHECK(memcmp(budgets, &outcome->budgets, sizeof(*budgets)) == 0,
	      "%s: the outcome says what is on disk", row->label);
	CHECK(summary.last_success == (accepted ? NOW : 0) &&
		      date_is_right(&budgets->passwords, row->before.passwords, row->ago) &&
		      date_is_right(&budgets->codes, row->before.codes, row->ago),
	      "%s: dates", row->label);
	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK &&
		      (count == 0 ||
		       (devices[0].position.next_step == next_step(last) &&
			devices[1].position.next_step == next_step(row->last_step) &&
			devices[0].last_used == (accepted && row->wanted & C ? NOW : 0))),
	      "%s: a code is used up only by a success", row->label);
}

static void check_outcome(const struct attempt_case *row, const struct credential_outcome *outcome)
{
	bool used_before = row->last_step != 0;

	CHECK((int)outcome->verdict == row->verdict, "%s: verdict %d", row->label,
	      (int)outcome->verdict);
	CHECK((int)outcome->lock.kind == row->lock &&
		      (outcome->lock.until > NOW) == (row->lock != NONE),
	      "%s: lock of %s", row->label, credential_lock_name(outcome->lock.kind));
	CHECK(outcome->code_was_used_before == used_before &&
		      (row->verdict != REFUSED ||
		       (outcome->password_was_wrong == (row->wanted & ~row->right & P) &&
			outcome->code_was_wrong ==
				(used_before || (row->wanted & ~row->right & C)))),
	      "%s: what was wrong", row->label);
	CHECK(strcmp(outcome->device, row->verdict == ACCEPTED && row->wanted & C ? "first" : "") ==
		      0,
	      "%s: which device", row->label);
}

static void test_attempts(struct credential_store *store)
{
	for (size_t i = 0; i < ARRAY_LENGTH(attempt_cases); i++) {
		const struct attempt_case *row = &attempt_cases[i];
		struct credential_outcome outcome;
		char code[OTP_CODE_SIZE] = "000000", id[32];
		struct credential_attempt attempt = { .user_id = { id, 0 },
						      .password_wanted = row->wanted & P,
						      .password_is_right = row->right & P,
						      .code_wanted = row->wanted & C,
						      .code = { code, 6 },
						      .otp_window = 1,
						      .lockout = FIXTURE_LOCKOUT,
						      .now = NOW };

		attempt.user_id.length = (size_t)snprintf(id, sizeof(id), "AIDAATTEMPT%08zu", i);
		set_up(store, row, attempt.user_id);
		if (row->code_step)
			CHECK_REQUIRE(otp_generate(&usual, TEXT(SEED), row->code_step, code) ==
					      STATUS_OK,
				      "code");
		CHECK(credential_attempt(store, &attempt, &outcome) == STATUS_OK, "%s: an answer",
		      row->label);
		check_outcome(row, &outcome);
		check_afterwards(store, row, attempt.user_id, &outcome);
	}
}

int main(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };

	scratch_make(folder);
	store = fixture_open(folder);
	test_password(store);
	test_forgetting(store);
	test_bad_hashes(store);
	test_bad_user_ids(store);
	test_devices(store);
	test_device_limits(store);
	test_attempts(store);
	CHECK(credential_store_verify(store, &complaint) == STATUS_OK, "all is well: %s",
	      complaint.reason);
	return check_done();
}
