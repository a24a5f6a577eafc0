/* Attempts to sign in with a code on paper in the place of a device's. */
#include "check.h"
#include "credentials/credential_break_glass.h"
#include "credentials/credential_recovery.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, EXPIRES = NOW + 3600 };

/* The n-th code of a set, and break-glass codes, by their hashes. */
#define RECOVERY(n) "$y$j75$set$hash" #n
#define GLASS "$y$j75$glass$hash"

static const struct text USER = TEXT("AIDAPAPER0000000001");
static const struct text OTHER = TEXT("AIDAPAPER0000000002");

static char folder[SCRATCH_PATH_SIZE];

enum has {
	DEVICE = 1,
	OLD_DEVICE = 2,
	SET = 4,
	CODES = 8, /* break-glass, GOOD and USED */
	NO_PASSWORD = 16,
};

static void add_set(struct credential_store *store, struct text user_id)
{
	struct credential_recovery_set set = { .setting = "$y$j75$set", .made_at = NOW };

	for (unsigned i = 0; i < CREDENTIAL_RECOVERY_CODES; i++)
		snprintf(set.hashes[i], sizeof(set.hashes[i]), "$y$j75$set$hash%u", i);
	CHECK_REQUIRE(credential_recovery_replace(store, user_id, &set) == STATUS_OK, "a set");
}

static void add_codes(struct credential_store *store, struct text user_id)
{
	static const char *const names[] = { "G00D", "VSED" };
	struct credential_break_glass_new codes[2] = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(codes); i++) {
		codes[i] = (struct credential_break_glass_new){
			.code = { .made_at = NOW - 1, .expires = EXPIRES }, .hash = GLASS
		};
		CHECK_REQUIRE(text_copy(text_of(names[i]), codes[i].code.name,
					sizeof(codes[i].code.name)) == STATUS_OK &&
				      text_copy(user_id, codes[i].code.user_id,
						sizeof(codes[i].code.user_id)) == STATUS_OK,
			      "codes");
	}
	CHECK_REQUIRE(credential_break_glass_add(store, codes, 2, NULL) == STATUS_OK, "codes");
	fixture_by_hand(folder, "UPDATE break_glass SET used_at = 7 WHERE name = 'VSED'");
}

static struct credential_store *prepare(unsigned has)
{
	struct credential_store *store = fixture_open(folder);

	fixture_by_hand(folder, "PRAGMA foreign_keys = ON; DELETE FROM user");
	CHECK_REQUIRE(fixture_set_password(store, USER, FIXTURE_HASH, 1) == STATUS_OK &&
			      fixture_set_password(store, OTHER, FIXTURE_HASH, 1) == STATUS_OK,
		      "passwords");
	if (has & (DEVICE | OLD_DEVICE))
		CHECK_REQUIRE(fixture_add_device(store, USER, "phone", TEXT(FIXTURE_SEED), NULL) ==
				      STATUS_OK,
			      "a device");
	if (has & DEVICE)
		fixture_by_hand(folder, "UPDATE device SET enabled_at = 999000");
	if (has & SET)
		add_set(store, USER);
	if (has & CODES)
		add_codes(store, USER);
	if (has & NO_PASSWORD)
		fixture_by_hand(folder, "UPDATE user SET password_hash = NULL,"
					" password_changed = 0 WHERE id = 'AIDAPAPER0000000001'");
	return store;
}

static struct credential_paper recovery(const char *hash)
{
	return (struct credential_paper){ .kind = CREDENTIAL_PAPER_RECOVERY,
					  .hash = text_of(hash) };
}

static struct credential_paper glass(const char *name, const char *hash, bool is_due)
{
	return (struct credential_paper){ .kind = CREDENTIAL_PAPER_BREAK_GLASS,
					  .name = text_of(name),
					  .hash = text_of(hash),
					  .is_due = is_due };
}

static void attempt_at(struct credential_store *store, const struct credential_paper *paper,
		       bool password_is_right, int64_t now, struct credential_outcome *out_outcome)
{
	struct credential_attempt asked = fixture_attempt(USER, "", now);

	asked.code = TEXT("what was typed");
	asked.paper = *paper;
	asked.password_is_right = password_is_right;
	asked.device_age_max = 100000;
	CHECK_REQUIRE(credential_attempt(store, &asked, out_outcome) == STATUS_OK, "an attempt");
}

static void attempt(struct credential_store *store, const struct credential_paper *paper,
		    struct credential_outcome *out_outcome)
{
	attempt_at(store, paper, true, NOW, out_outcome);
}

enum paper_kind { TYPED_NOTHING, TYPED_RECOVERY, TYPED_GLASS, TYPED_GLASS_EARLY };

static const struct paper_case {
	const char *label;
	unsigned has;
	enum paper_kind kind;
	const char *name, *hash;
	enum credential_verdict verdict;
	enum credential_proof proof;
	unsigned code_failures;
} paper_cases[] = {
	{ "a recovery code beside a device", DEVICE | SET, TYPED_RECOVERY, "", RECOVERY(3),
	  CREDENTIAL_ACCEPTED, CREDENTIAL_PROOF_RECOVERY, 0 },
	{ "without a device", SET, TYPED_RECOVERY, "", RECOVERY(9), CREDENTIAL_ACCEPTED,
	  CREDENTIAL_PROOF_RECOVERY, 0 },
	{ "beside a device that is too old", OLD_DEVICE | SET, TYPED_RECOVERY, "", RECOVERY(0),
	  CREDENTIAL_ACCEPTED, CREDENTIAL_PROOF_RECOVERY, 0 },
	{ "a wrong one", DEVICE | SET, TYPED_RECOVERY, "", RECOVERY(10), CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "a wrong one without a device", SET, TYPED_RECOVERY, "", RECOVERY(10), CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "the beginning of one", DEVICE | SET, TYPED_RECOVERY, "", "$y$j75$set$hash",
	  CREDENTIAL_REFUSED, CREDENTIAL_PROOF_NONE, 1 },
	{ "one and more", DEVICE | SET, TYPED_RECOVERY, "", RECOVERY(3) "x", CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "one of nobody's set", DEVICE, TYPED_RECOVERY, "", RECOVERY(3), CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "with neither device nor set", 0, TYPED_RECOVERY, "", RECOVERY(3), CREDENTIAL_NO_DEVICE,
	  CREDENTIAL_PROOF_NONE, 0 },
	{ "without a password", NO_PASSWORD | DEVICE | SET, TYPED_RECOVERY, "", RECOVERY(3),
	  CREDENTIAL_NO_PASSWORD, CREDENTIAL_PROOF_NONE, 0 },
	{ "something else where there is a set alone", SET, TYPED_NOTHING, "", "",
	  CREDENTIAL_REFUSED, CREDENTIAL_PROOF_NONE, 1 },
	{ "something else beside a device that is too old", OLD_DEVICE | SET, TYPED_NOTHING, "", "",
	  CREDENTIAL_OLD_DEVICES, CREDENTIAL_PROOF_NONE, 0 },
	{ "a recovery code where there are break-glass codes alone", CODES, TYPED_RECOVERY, "",
	  GLASS, CREDENTIAL_NO_DEVICE, CREDENTIAL_PROOF_NONE, 0 },
	{ "a break-glass code beside a device", DEVICE | CODES, TYPED_GLASS, "G00D", GLASS,
	  CREDENTIAL_ACCEPTED, CREDENTIAL_PROOF_BREAK_GLASS, 0 },
	{ "a break-glass code alone", CODES, TYPED_GLASS, "G00D", GLASS, CREDENTIAL_ACCEPTED,
	  CREDENTIAL_PROOF_BREAK_GLASS, 0 },
	{ "one that is not due", DEVICE | CODES, TYPED_GLASS_EARLY, "G00D", GLASS,
	  CREDENTIAL_REFUSED, CREDENTIAL_PROOF_NONE, 1 },
	{ "a used one", DEVICE | CODES, TYPED_GLASS, "VSED", GLASS, CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "under another name", DEVICE | CODES, TYPED_GLASS, "NONE", GLASS, CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "without a name", DEVICE | CODES, TYPED_GLASS, "", GLASS, CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "a wrong break-glass code", CODES, TYPED_GLASS, "G00D", GLASS "x", CREDENTIAL_REFUSED,
	  CREDENTIAL_PROOF_NONE, 1 },
	{ "a break-glass code of somebody who has none", DEVICE | SET, TYPED_GLASS, "G00D", GLASS,
	  CREDENTIAL_REFUSED, CREDENTIAL_PROOF_NONE, 1 },
	{ "or nothing at all", 0, TYPED_GLASS, "G00D", GLASS, CREDENTIAL_NO_DEVICE,
	  CREDENTIAL_PROOF_NONE, 0 },
};

static struct credential_paper typed(const struct paper_case *row)
{
	if (row->kind == TYPED_RECOVERY)
		return recovery(row->hash);
	if (row->kind == TYPED_NOTHING)
		return (struct credential_paper){ .kind = CREDENTIAL_PAPER_NONE };
	return glass(row->name, row->hash, row->kind == TYPED_GLASS);
}

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(paper_cases); i++) {
		const struct paper_case *row = &paper_cases[i];
		struct credential_store *store = prepare(row->has);
		struct credential_paper paper = typed(row);
		struct credential_outcome outcome = { .verdict = CREDENTIAL_ACCEPTED };
		int64_t used;

		attempt(store, &paper, &outcome);
		CHECK(outcome.verdict == row->verdict && outcome.proof == row->proof, "%s",
		      row->label);
		CHECK(outcome.budgets.codes.failures == row->code_failures &&
			      outcome.budgets.passwords.failures == 0,
		      "%s: what is counted", row->label);
		used = fixture_number(folder, "SELECT (SELECT count(*) FROM recovery_code WHERE"
					      " used_at != 0) + (SELECT count(*) FROM break_glass"
					      " WHERE used_at = 1000000)");
		CHECK(used == (row->verdict == CREDENTIAL_ACCEPTED), "%s: %d used up", row->label,
		      (int)used);
		CHECK(outcome.device[0] == '\0' && outcome.stray.device[0] == '\0',
		      "%s: no device is named", row->label);
		credential_store_close(store);
	}
}

static void test_once(void)
{
	struct credential_store *store = prepare(DEVICE | SET);
	struct credential_paper paper = recovery(RECOVERY(5));
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(USER, fixture_code(NOW, code), NOW);

	attempt_at(store, &paper, false, NOW, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED && outcome.password_was_wrong &&
		      outcome.budgets.passwords.failures == 1 &&
		      outcome.budgets.codes.failures == 0,
	      "a wrong password beside a recovery code");
	attempt(store, &paper, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_ACCEPTED && outcome.recovery_left == 9 &&
		      outcome.budgets.passwords.failures == 0,
	      "leaves it for the right one");
	attempt(store, &paper, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED && outcome.code_was_used_before &&
		      outcome.budgets.codes.failures == 1,
	      "which uses it up");
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_ACCEPTED &&
		      outcome.proof == CREDENTIAL_PROOF_DEVICE,
	      "the device is what it was");
	for (unsigned i = 0; i < CREDENTIAL_RECOVERY_CODES; i++) {
		char hash[32];

		snprintf(hash, sizeof(hash), "$y$j75$set$hash%u", i);
		paper = recovery(hash);
		attempt_at(store, &paper, true, NOW + (i + 1) * CREDENTIAL_TRIES_SECONDS, &outcome);
		if (i != 5)
			CHECK(outcome.verdict == CREDENTIAL_ACCEPTED &&
				      outcome.recovery_left == (i < 5 ? 8 - i : 9 - i),
			      "code %u: %u left", i, outcome.recovery_left);
	}
	credential_store_close(store);
}

static void test_break_glass_reasons(void)
{
	struct credential_store *store = prepare(DEVICE | CODES);
	struct credential_paper early = glass("G00D", GLASS, false);
	struct credential_paper due = glass("G00D", GLASS, true);
	struct credential_paper used = glass("VSED", GLASS, true);
	struct credential_outcome outcome;

	attempt(store, &early, &outcome);
	CHECK(outcome.break_glass_not_due && !outcome.break_glass_expired &&
		      !outcome.code_was_used_before,
	      "one that is not due is said to be so");
	attempt_at(store, &due, true, EXPIRES, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED && outcome.break_glass_expired &&
		      !outcome.break_glass_not_due,
	      "so is one that has expired");
	attempt(store, &used, &outcome);
	CHECK(outcome.code_was_used_before && !outcome.break_glass_expired, "and a used one");
	attempt_at(store, &due, true, EXPIRES - 1, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_ACCEPTED, "until its last second one is good");
	attempt(store, &due, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED && outcome.code_was_used_before, "once");
	credential_store_close(store);
}

/* A lock holds for what is on paper too, and so does the number of codes that are looked at. */
static void test_locks(void)
{
	struct credential_store *store = prepare(DEVICE | SET);
	struct credential_paper right = recovery(RECOVERY(1)), wrong = recovery("$y$j75$set$none");
	struct credential_outcome outcome;

	for (unsigned i = 1; i <= 5; i++)
		attempt(store, &wrong, &outcome);
	attempt(store, &right, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_LOCKED && outcome.lock.kind == CREDENTIAL_LOCK_CODES,
	      "five wrong recovery codes lock");
	CHECK(credential_unlock(store, USER) == STATUS_OK, "until somebody unlocks");
	attempt(store, &right, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_ACCEPTED, "then a right one is right");
	fixture_by_hand(folder, "UPDATE device SET tries = 9, tries_span = 1000000 / 180");
	right = recovery(RECOVERY(2));
	attempt(store, &right, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_LOCKED && outcome.lock.kind == CREDENTIAL_LOCK_TRIES,
	      "after nine codes in three minutes no further one is looked at");
	credential_store_close(store);
}

static void test_others(void)
{
	struct credential_store *store = prepare(DEVICE);
	struct credential_paper paper = recovery(RECOVERY(1));
	struct credential_outcome outcome;
	struct credential_summary summary;

	add_set(store, OTHER);
	add_codes(store, OTHER);
	attempt(store, &paper, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED, "a recovery code is its user's alone");
	paper = glass("G00D", GLASS, true);
	attempt(store, &paper, &outcome);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED, "so is a break-glass code");
	CHECK(credential_summary(store, OTHER, &summary) == STATUS_OK && summary.has_recovery_set &&
		      credential_summary(store, USER, &summary) == STATUS_OK &&
		      !summary.has_recovery_set,
	      "the summary tells who has a set");
	credential_store_close(store);
}

int main(void)
{
	scratch_make(folder);
	test_cases();
	test_once();
	test_break_glass_reasons();
	test_locks();
	test_others();
	return check_done();
}
