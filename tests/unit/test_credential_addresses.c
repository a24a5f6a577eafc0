/* Failures by source address: what counts, what does not, and how many addresses are known. */
#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, LIMIT = 4, LOCK = 600, FORGET = 60 };

#define ADDRESS "192.0.2.7"
#define KNOWN TEXT("AIDAKNOWN0000000001")

static char folder[SCRATCH_PATH_SIZE];

static const struct lockout_address_rule rule = { { LIMIT, LOCK, 3600 }, FORGET };

static struct credential_attempt attempt_from(const char *address, struct text id, const char *code,
					      int64_t now)
{
	struct credential_attempt asked = fixture_attempt(id, code, now);

	asked.address = text_of(address);
	asked.lockout.address = rule;
	return asked;
}

static struct credential_outcome run(struct credential_store *store,
				     const struct credential_attempt *asked)
{
	struct credential_outcome outcome;

	CHECK_REQUIRE(credential_attempt(store, asked, &outcome) == STATUS_OK, "an attempt");
	return outcome;
}

/* Somebody who does not exist, so that only the address can be counted. */
static struct credential_outcome fail_from(struct credential_store *store, const char *address,
					   int64_t now)
{
	struct credential_attempt asked = attempt_from(address, TEXT(""), "000000", now);

	return run(store, &asked);
}

struct found {
	const char *address;
	uint32_t failures;
	int64_t until, now;
};

static bool find(void *context, const struct credential_address_failures *row)
{
	struct found *found = context;

	if (strcmp(row->address, found->address) != 0)
		return true;
	found->failures = lockout_address_failures(&row->state, &rule, found->now);
	found->until = lockout_address_until(&row->state, &rule, found->now);
	return false;
}

static struct found look_for(struct credential_store *store, const char *address, int64_t now)
{
	struct found found = { .address = address, .now = now };

	CHECK_REQUIRE(credential_list_address_failures(store, now, find, &found) == STATUS_OK,
		      "a list");
	return found;
}

static unsigned failures_of(struct credential_store *store, const char *address, int64_t now)
{
	return look_for(store, address, now).failures;
}

static void test_lock(struct credential_store *store)
{
	char code[OTP_CODE_SIZE];
	struct credential_attempt right =
		attempt_from(ADDRESS, KNOWN, fixture_code(NOW, code), NOW);
	struct credential_outcome outcome;
	struct credential_summary summary;

	for (unsigned i = 1; i < LIMIT; i++) {
		outcome = fail_from(store, ADDRESS, NOW);
		CHECK(outcome.verdict == CREDENTIAL_REFUSED &&
			      outcome.lock.kind == CREDENTIAL_LOCK_NONE &&
			      failures_of(store, ADDRESS, NOW) == i,
		      "failure %u is counted", i);
	}
	outcome = fail_from(store, ADDRESS, NOW);
	CHECK(outcome.verdict == CREDENTIAL_REFUSED &&
		      outcome.lock.kind == CREDENTIAL_LOCK_ADDRESS &&
		      outcome.lock.until == NOW + LOCK,
	      "the one that locks says so");
	outcome = run(store, &right);
	CHECK(outcome.verdict == CREDENTIAL_LOCKED &&
		      outcome.lock.kind == CREDENTIAL_LOCK_ADDRESS &&
		      outcome.lock.until == NOW + LOCK,
	      "then nothing is right from there");
	right.password_is_right = false;
	outcome = run(store, &right);
	CHECK(outcome.verdict == CREDENTIAL_LOCKED && outcome.budgets.passwords.failures == 0 &&
		      credential_summary(store, KNOWN, &summary) == STATUS_OK &&
		      summary.budgets.passwords.failures == 0 &&
		      failures_of(store, ADDRESS, NOW) == LIMIT,
	      "and nothing is counted, against the user or the address");
	right.password_is_right = true;
	right.address = TEXT("192.0.2.8");
	CHECK(run(store, &right).verdict == CREDENTIAL_ACCEPTED, "its neighbour is not locked");
	right.address = TEXT(ADDRESS);
	right.now = NOW + LOCK;
	right.code = text_of(fixture_code(right.now, code));
	CHECK(run(store, &right).verdict == CREDENTIAL_ACCEPTED, "nor is it when the time is over");
	CHECK(failures_of(store, ADDRESS, NOW + LOCK) == LIMIT, "a success clears nothing");
	outcome = fail_from(store, ADDRESS, NOW + LOCK);
	CHECK(outcome.lock.until == NOW + LOCK + 2 * LOCK, "and the next failure locks for longer");
}

static void test_survives(struct credential_store **store)
{
	credential_store_close(*store);
	*store = fixture_open(folder);
	CHECK(fail_from(*store, ADDRESS, NOW + LOCK + 1).verdict == CREDENTIAL_LOCKED,
	      "a lock outlives the process");
}

static void test_unlock(struct credential_store *store)
{
	int64_t now = NOW + LOCK + 1;

	CHECK(credential_unlock_address(store, TEXT(ADDRESS), now) == STATUS_OK,
	      "an administrator unlocks");
	CHECK(credential_unlock_address(store, TEXT(ADDRESS), now) == STATUS_NOT_FOUND, "once");
	CHECK(credential_unlock_address(store, TEXT("192.0.2.9"), now) == STATUS_NOT_FOUND,
	      "there is nothing to unlock at a stranger's");
	CHECK(fail_from(store, ADDRESS, now).verdict == CREDENTIAL_REFUSED &&
		      failures_of(store, ADDRESS, now) == 1,
	      "and the count begins anew");
	CHECK(credential_unlock_address(store, TEXT(ADDRESS), now + FORGET) == STATUS_NOT_FOUND,
	      "what is forgotten need not be unlocked");
}

/* What an attempt from an address adds to its count: the same whoever the user is. */
static const struct count_case {
	const char *label;
	struct text id;
	const char *before; /* of the user's row */
	bool password_is_right, code_is_right;
	enum credential_verdict verdict;
	unsigned counted;
} count_cases[] = {
	{ "nobody", TEXT(""), "SELECT 1", false, false, CREDENTIAL_REFUSED, 1 },
	{ "a stranger", TEXT("AIDASTRANGER000001"), "SELECT 1", false, false,
	  CREDENTIAL_NO_PASSWORD, 1 },
	{ "a wrong password", KNOWN, "SELECT 1", false, true, CREDENTIAL_REFUSED, 1 },
	{ "a wrong code", KNOWN, "SELECT 1", true, false, CREDENTIAL_REFUSED, 1 },
	{ "both wrong", KNOWN, "SELECT 1", false, false, CREDENTIAL_REFUSED, 1 },
	{ "a locked user", KNOWN, "UPDATE user SET failures = 5, last_failure = 1000000", true,
	  true, CREDENTIAL_LOCKED, 1 },
	{ "no password there", KNOWN, "UPDATE user SET password_hash = NULL", true, true,
	  CREDENTIAL_NO_PASSWORD, 1 },
	{ "no device there", KNOWN, "DELETE FROM device", true, true, CREDENTIAL_NO_DEVICE, 1 },
	{ "nine codes", KNOWN, "UPDATE device SET tries = 9, tries_span = 1000000 / 180", true,
	  true, CREDENTIAL_LOCKED, 1 },
	{ "all right", KNOWN, "SELECT 1", true, true, CREDENTIAL_ACCEPTED, 0 },
};

static void test_what_counts(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(count_cases); i++) {
		const struct count_case *row = &count_cases[i];
		char path[SCRATCH_PATH_SIZE], name[16], code[OTP_CODE_SIZE];
		struct credential_attempt asked;
		struct credential_store *store;

		(void)snprintf(name, sizeof(name), "count-%zu", i);
		store = fixture_open(scratch_path(path, folder, name));
		fixture_add_user(store, KNOWN);
		fixture_by_hand(path, row->before);
		asked = attempt_from(ADDRESS, row->id,
				     row->code_is_right ? fixture_code(NOW, code) : "000000", NOW);
		asked.password_is_right = row->password_is_right;
		CHECK(run(store, &asked).verdict == row->verdict &&
			      failures_of(store, ADDRESS, NOW) == row->counted,
		      "counts: %s", row->label);
		asked.address = TEXT("");
		(void)run(store, &asked);
		asked.address = TEXT("192.0.2.9");
		asked.lockout.address.lock.failures = 0;
		(void)run(store, &asked);
		CHECK(fixture_number(path, "SELECT count(*) FROM address") == row->counted,
		      "not from nowhere, nor without a rule: %s", row->label);
		credential_store_close(store);
	}
}

/* Failures that the store dates into the future: nobody waits for that future to come. */
static void test_clock_set_back(struct credential_store *store)
{
	struct credential_outcome outcome;
	const char *address = "192.0.2.20";

	for (unsigned i = 0; i < LIMIT; i++)
		(void)fail_from(store, address, NOW + 100000000);
	outcome = fail_from(store, address, NOW);
	CHECK(outcome.verdict == CREDENTIAL_LOCKED && outcome.lock.until == NOW + LOCK,
	      "clock set back: the lock counts from now");
	CHECK(fail_from(store, address, NOW + LOCK - 1).verdict == CREDENTIAL_LOCKED,
	      "clock set back: and lasts as long as ever");
	CHECK(fail_from(store, address, NOW + LOCK).verdict == CREDENTIAL_REFUSED,
	      "clock set back: but no longer");
}

/* A store that knows as many addresses as it can; each with one failure, of the second given. */
static struct credential_store *full_store(char path[SCRATCH_PATH_SIZE], const char *name,
					   int64_t when)
{
	struct credential_store *store = fixture_open(scratch_path(path, folder, name));
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
		       "INSERT INTO address (slot, address, last_failure, clear_at, locked_until)"
		       " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		       " WHERE i < 10000) SELECT i, '2001:db8:' || i || '::/64', %lld,"
		       " %lld + %d, 0 FROM n",
		       (long long)when, (long long)when, FORGET);
	fixture_by_hand(path, sql);
	return store;
}

static void check_size(const char *path, struct credential_store *store, const char *label)
{
	struct complaint complaint = { .reason = "" };

	CHECK(fixture_number(path, "SELECT count(*) FROM address") == CREDENTIAL_ADDRESSES_MAX,
	      "full: as many as ever: %s", label);
	CHECK(credential_store_verify(store, &complaint) == STATUS_OK, "full: sound: %s (%s)",
	      label, complaint.reason);
}

static void test_full(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct credential_store *store = full_store(path, "full", NOW);
	char name[LOCKOUT_ADDRESS_SIZE];

	fixture_by_hand(path, "UPDATE address SET clear_at = clear_at + 60 WHERE slot != 77;"
			      "UPDATE address SET address = '" ADDRESS "', clear_at = 1003000,"
			      " locked_until = 1000600 WHERE slot = 5");
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "2001:db8:ffff:%x::/64", i + 1);
		(void)fail_from(store, name, NOW);
	}
	check_size(path, store, "a hundred more");
	CHECK(failures_of(store, name, NOW) == 1 &&
		      fixture_number(path, "SELECT count(*) FROM address"
					   " WHERE address LIKE '2001:db8:ffff:%'") == 1,
	      "full: they push out one another");
	CHECK(fixture_number(path, "SELECT count(*) FROM address"
				   " WHERE slot = 77 AND address LIKE '2001:db8:ffff:%'") == 1,
	      "full: in the place of the one with the fewest failures");
	CHECK(fail_from(store, ADDRESS, NOW).verdict == CREDENTIAL_LOCKED, "full: a lock stays");
	(void)fail_from(store, name, NOW);
	(void)fail_from(store, name, NOW);
	(void)fail_from(store, name, NOW);
	CHECK(fail_from(store, name, NOW).verdict == CREDENTIAL_LOCKED,
	      "full: who stays at it is locked as ever");
	credential_store_close(store);
}

static void test_full_of_old_ones(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct credential_store *store = full_store(path, "old", NOW - FORGET);

	fixture_by_hand(path, "UPDATE address SET clear_at = clear_at - 9 WHERE slot = 4242");
	(void)fail_from(store, ADDRESS, NOW);
	check_size(path, store, "one more, the others forgotten");
	CHECK(failures_of(store, ADDRESS, NOW) == 1 &&
		      fixture_number(path, "SELECT slot FROM address WHERE address = '" ADDRESS
					   "'") == 4242,
	      "full: it takes the place of the one that is forgotten for longest");
	credential_store_close(store);
}

static void test_full_of_locks(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct credential_store *store = full_store(path, "locks", NOW);
	struct credential_attempt asked = attempt_from(ADDRESS, KNOWN, "000000", NOW);
	struct credential_summary summary;

	fixture_add_user(store, KNOWN);
	fixture_by_hand(path, "UPDATE address SET clear_at = 1000840, locked_until = 1000600");
	asked.password_is_right = false;
	CHECK(run(store, &asked).verdict == CREDENTIAL_REFUSED &&
		      failures_of(store, ADDRESS, NOW) == 0 &&
		      credential_summary(store, KNOWN, &summary) == STATUS_OK &&
		      summary.budgets.passwords.failures == 1,
	      "full of locks: none gives way, and the user is protected as ever");
	check_size(path, store, "full of locks");
	asked.now = NOW + LOCK;
	(void)run(store, &asked);
	CHECK(failures_of(store, ADDRESS, asked.now) == 1, "full of locks: until one is over");
	check_size(path, store, "a lock gives way when it is over");
	credential_store_close(store);
}

/* Slots are used again before new ones are made. */
static void test_reuse(void)
{
	char path[SCRATCH_PATH_SIZE], name[LOCKOUT_ADDRESS_SIZE];
	struct credential_store *store = fixture_open(scratch_path(path, folder, "reuse"));

	for (int i = 0; i < 50; i++) {
		(void)snprintf(name, sizeof(name), "198.51.100.%d", i);
		(void)fail_from(store, name, NOW + (int64_t)i * FORGET);
	}
	CHECK(fixture_number(path, "SELECT count(*) FROM address") == 1,
	      "an address that is forgotten gives its row to the next");
	credential_store_close(store);
}

static void test_refusals(struct credential_store *store)
{
	char longest[LOCKOUT_ADDRESS_SIZE + 1];
	struct credential_attempt asked = attempt_from(ADDRESS, KNOWN, "000000", NOW);
	struct credential_outcome outcome = { .verdict = CREDENTIAL_ACCEPTED };
	struct complaint complaint = { .reason = "" };

	memset(longest, '1', sizeof(longest));
	asked.address = (struct text){ longest, LOCKOUT_ADDRESS_SIZE };
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_INPUT &&
		      outcome.verdict == CREDENTIAL_REFUSED,
	      "an address too long is refused");
	asked.address = TEXT("192.0.2.30");
	(void)run(store, &asked);
	fixture_by_hand(folder, "UPDATE address SET locked_until = clear_at + 1"
				" WHERE address = '192.0.2.30'");
	CHECK(credential_store_verify(store, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.reason, "address"),
	      "verify: %s", complaint.reason);
	fixture_by_hand(folder, "PRAGMA ignore_check_constraints = ON; UPDATE address"
				" SET locked_until = -1 WHERE address = '192.0.2.30'");
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_DATA &&
		      outcome.verdict == CREDENTIAL_REFUSED,
	      "what the schema forbids refuses");
	fixture_by_hand(folder, "DROP TABLE address");
	CHECK(credential_attempt(store, &asked, &outcome) == STATUS_BAD_DATA &&
		      outcome.verdict == CREDENTIAL_REFUSED,
	      "so does a table that is not there");
}

int main(void)
{
	struct credential_store *store;

	scratch_make(folder);
	store = fixture_open(folder);
	fixture_add_user(store, KNOWN);
	test_lock(store);
	test_survives(&store);
	test_unlock(store);
	test_clock_set_back(store);
	test_what_counts();
	test_full();
	test_full_of_old_ones();
	test_full_of_locks();
	test_reuse();
	test_refusals(store);
	credential_store_close(store);
	return check_done();
}
