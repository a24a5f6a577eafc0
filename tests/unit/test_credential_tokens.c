/* Devices that count, and codes of devices that have gone astray, in attempts to sign in. */
#include <pthread.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, CROWD = 50 };

static char folder[SCRATCH_PATH_SIZE];

static enum credential_verdict attempt(struct credential_store *store, struct text id,
				       const char *code, struct credential_outcome *outcome)
{
	struct credential_attempt asked = fixture_attempt(id, code, NOW);

	asked.password_wanted = false;
	asked.lockout.codes.failures = 0;
	CHECK_REQUIRE(credential_attempt(store, &asked, outcome) == STATUS_OK, "an attempt");
	return outcome->verdict;
}

/* The counter that the store expects of the user's one device, and when it was last used. */
static uint64_t due(struct credential_store *store, struct text id, int64_t *out_last_used)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count = 0;

	CHECK_REQUIRE(credential_devices(store, id, devices, &count) == STATUS_OK && count == 1,
		      "one device");
	*out_last_used = devices[0].last_used;
	return devices[0].position.next_step;
}

static void test_a_counter_is_kept(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENKEPT000001");
	struct credential_device devices[CREDENTIAL_DEVICES_MAX], *device = &devices[0];
	struct complaint complaint = { 0 };
	size_t count = 0;

	CHECK(fixture_add_counter(store, id, "SN-1", "SN-1", &complaint) == STATUS_OK, "added: %s",
	      complaint.reason);
	CHECK(credential_devices(store, id, devices, &count) == STATUS_OK && count == 1 &&
		      device->settings.kind == OTP_HOTP && device->settings.period_seconds == 0 &&
		      device->position.next_step == 0 && strcmp(device->serial, "SN-1") == 0,
	      "with kind and serial number");
	CHECK(fixture_add_counter(store, TEXT("AIDATOKENKEPT000002"), "other", "SN-1",
				  &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "serial number"),
	      "a serial number is one device's: %s", complaint.reason);
	CHECK(fixture_add_counter(store, id, "virtual-1", "", NULL) == STATUS_OK &&
		      fixture_add_counter(store, id, "virtual-2", "", NULL) == STATUS_OK,
	      "virtual devices have none");
	CHECK(credential_store_verify(store, &complaint) == STATUS_OK, "sound: %s",
	      complaint.reason);
}

/* All of a file, or nothing of it. */
static void test_many(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENMANY000001"), other = TEXT("AIDATOKENMANY000002");
	struct credential_device devices[3], there[CREDENTIAL_DEVICES_MAX];
	struct credential_new_device added[3];
	struct complaint complaint = { 0 };
	AUTO_SECRET seed;
	size_t refused = 99, count = 0;

	CHECK_REQUIRE(secret_set_bytes(&seed, TEXT(FIXTURE_SEED)) == STATUS_OK, "seed");
	for (size_t i = 0; i < ARRAY_LENGTH(devices); i++) {
		devices[i] = (struct credential_device){ .settings = { OTP_SHA1, 6, 0, OTP_HOTP },
							 .enabled_at = 1 };
		snprintf(devices[i].name, sizeof(devices[i].name), "MANY-%zu", i);
		snprintf(devices[i].serial, sizeof(devices[i].serial), "MANY-%zu", i % 2);
		added[i] =
			(struct credential_new_device){ i == 1 ? other : id, &devices[i], &seed };
	}
	CHECK(credential_devices_add(store, added, 3, &refused, &complaint) == STATUS_BAD_INPUT &&
		      refused == 2 && strstr(complaint.reason, "MANY-0 of the user AIDATOKENMANY"),
	      "the third has the first's serial number: %s", complaint.reason);
	CHECK(credential_devices(store, id, there, &count) == STATUS_OK && count == 0 &&
		      credential_devices(store, other, there, &count) == STATUS_OK && count == 0,
	      "and none is stored");
	devices[1].settings.digits = 7;
	CHECK(credential_devices_add(store, added, 2, &refused, &complaint) == STATUS_BAD_INPUT &&
		      refused == 1,
	      "one that cannot be: %s", complaint.reason);
	devices[1].settings.digits = 8;
	CHECK(credential_devices_add(store, added, 2, &refused, &complaint) == STATUS_OK &&
		      credential_devices(store, id, there, &count) == STATUS_OK && count == 1 &&
		      credential_devices(store, other, there, &count) == STATUS_OK && count == 1,
	      "two that can");
}

static void test_one_after_the_other(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENORDER00001");
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];
	int64_t last_used;

	CHECK_REQUIRE(fixture_add_counter(store, id, "token", "SN-2", NULL) == STATUS_OK, "token");
	CHECK(attempt(store, id, fixture_counter_code(0, code), &outcome) == CREDENTIAL_ACCEPTED &&
		      strcmp(outcome.device, "token") == 0 && outcome.drift == 0,
	      "counter 0 is the first");
	CHECK(due(store, id, &last_used) == 1 && last_used == NOW, "and is used up");
	CHECK(attempt(store, id, code, &outcome) == CREDENTIAL_REFUSED &&
		      outcome.code_was_used_before && outcome.stray.device[0] == '\0',
	      "so it is not good a second time");
	CHECK(attempt(store, id, fixture_counter_code(11, code), &outcome) == CREDENTIAL_ACCEPTED &&
		      outcome.drift == 10 && due(store, id, &last_used) == 12,
	      "ten may be skipped, which is told");
	CHECK(attempt(store, id, fixture_counter_code(7, code), &outcome) == CREDENTIAL_REFUSED &&
		      outcome.code_was_used_before && due(store, id, &last_used) == 12,
	      "and are used up with it");
}

static void test_out_of_reach(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENAHEAD00001");
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];
	int64_t last_used;

	CHECK_REQUIRE(fixture_add_counter(store, id, "token", "SN-3", NULL) == STATUS_OK, "token");
	CHECK(attempt(store, id, fixture_counter_code(11, code), &outcome) == CREDENTIAL_REFUSED &&
		      outcome.code_was_wrong && !outcome.code_was_used_before,
	      "eleven may not");
	CHECK(strcmp(outcome.stray.device, "token") == 0 && outcome.stray.steps == 11 &&
		      outcome.stray.settings.kind == OTP_HOTP,
	      "the outcome says by how many");
	CHECK(due(store, id, &last_used) == 0 && last_used == 0, "and nothing has moved");
	CHECK(attempt(store, id, fixture_counter_code(100, code), &outcome) == CREDENTIAL_REFUSED &&
		      outcome.stray.device[0] == '\0' && outcome.stray.steps == 0,
	      "of one that is far ahead nothing is known");
	CHECK(attempt(store, id, "12345a", &outcome) == CREDENTIAL_REFUSED &&
		      outcome.stray.device[0] == '\0',
	      "nor of one that is no code");
}

/* Seven steps, by a phone whose clock is off by so much. */
static const struct clock_case {
	int steps;
	unsigned window;
	enum credential_verdict verdict;
	bool is_told;
} clock_cases[] = {
	{ 0, 1, CREDENTIAL_ACCEPTED, false },  { 1, 1, CREDENTIAL_ACCEPTED, false },
	{ 2, 1, CREDENTIAL_REFUSED, true },    { -2, 1, CREDENTIAL_REFUSED, true },
	{ 2, 2, CREDENTIAL_ACCEPTED, false },  { 25, 1, CREDENTIAL_REFUSED, true },
	{ -25, 1, CREDENTIAL_REFUSED, true },  { 26, 1, CREDENTIAL_REFUSED, false },
	{ -26, 1, CREDENTIAL_REFUSED, false },
};

static void test_clocks(struct credential_store *store)
{
	for (size_t i = 0; i < ARRAY_LENGTH(clock_cases); i++) {
		const struct clock_case *row = &clock_cases[i];
		struct credential_outcome outcome;
		char code[OTP_CODE_SIZE], id[32];
		struct text user = { id, (size_t)snprintf(id, sizeof(id), "AIDACLOCK%010zu", i) };
		struct credential_attempt asked =
			fixture_attempt(user, fixture_code(NOW + row->steps * 30, code), NOW);

		asked.otp_window = row->window;
		fixture_add_user(store, asked.user_id);
		CHECK(credential_attempt(store, &asked, &outcome) == STATUS_OK &&
			      outcome.verdict == row->verdict,
		      "a clock off by %d, window %u", row->steps, row->window);
		CHECK(outcome.stray.steps == (row->is_told ? row->steps : 0) &&
			      strcmp(outcome.stray.device, row->is_told ? "phone" : "") == 0,
		      "and what the administrator learns (%d)", (int)outcome.stray.steps);
	}
}

/* A code that is right for one device is not told of as nearly right for another. */
static void test_two_kinds(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENKINDS00001");
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];

	CHECK_REQUIRE(fixture_add_device(store, id, "phone", TEXT(FIXTURE_SEED), NULL) ==
				      STATUS_OK &&
			      fixture_add_counter(store, id, "token", "SN-4", NULL) == STATUS_OK,
		      "two devices of one seed");
	CHECK(attempt(store, id, fixture_counter_code(0, code), &outcome) == CREDENTIAL_ACCEPTED &&
		      strcmp(outcome.device, "token") == 0,
	      "a code of the counter");
	CHECK(attempt(store, id, fixture_code(NOW, code), &outcome) == CREDENTIAL_ACCEPTED &&
		      strcmp(outcome.device, "phone") == 0,
	      "a code of the clock");
	CHECK(attempt(store, id, fixture_code(NOW + 300, code), &outcome) == CREDENTIAL_REFUSED &&
		      strcmp(outcome.stray.device, "phone") == 0 && outcome.stray.steps == 10,
	      "one of the clock, ten steps ahead, is told of (%d)", (int)outcome.stray.steps);
}

static void test_tries(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENTRIES00001");
	struct credential_outcome outcome;
	char code[OTP_CODE_SIZE];

	CHECK_REQUIRE(fixture_add_counter(store, id, "token", "SN-5", NULL) == STATUS_OK, "token");
	for (unsigned i = 0; i < CREDENTIAL_TRIES_MAX; i++)
		CHECK(attempt(store, id, "000000", &outcome) == CREDENTIAL_REFUSED, "wrong code %u",
		      i + 1);
	CHECK(attempt(store, id, fixture_counter_code(0, code), &outcome) == CREDENTIAL_LOCKED &&
		      outcome.lock.kind == CREDENTIAL_LOCK_TRIES,
	      "then the right one is not looked at, for as long as a phone's");
}

/* Codes by what the store has to know of them: steps of the clock, or counters. */
static const struct pair_case {
	const char *label;
	bool counts;
	int first, second; /* from now, or counters */
	enum status expected;
} pair_cases[] = {
	{ "a clock right", false, 0, 1, STATUS_OK },
	{ "a clock far ahead", false, 999, 1000, STATUS_OK },
	{ "a clock far behind", false, -1000, -999, STATUS_OK },
	{ "a clock further ahead", false, 1000, 1001, STATUS_BAD_INPUT },
	{ "a clock, one left out", false, 5, 7, STATUS_BAD_INPUT },
	{ "a clock, the wrong way round", false, 6, 5, STATUS_BAD_INPUT },
	{ "a counter right", true, 0, 1, STATUS_OK },
	{ "a counter far ahead", true, 999, 1000, STATUS_OK },
	{ "a counter further ahead", true, 1000, 1001, STATUS_BAD_INPUT },
	{ "a counter, one twice", true, 5, 5, STATUS_BAD_INPUT },
};

static const char *code_for(const struct pair_case *row, int at, char code[OTP_CODE_SIZE])
{
	return row->counts ? fixture_counter_code((uint64_t)at, code)
			   : fixture_code(NOW + at * 30, code);
}

static void test_synchronize(struct credential_store *store)
{
	for (size_t i = 0; i < ARRAY_LENGTH(pair_cases); i++) {
		const struct pair_case *row = &pair_cases[i];
		struct credential_device device = { .last_used = 99 }, before[8];
		char first[OTP_CODE_SIZE], second[OTP_CODE_SIZE], text[32];
		struct text id = { text,
				   (size_t)snprintf(text, sizeof(text), "AIDAPAIR%011zu", i) };
		struct credential_outcome outcome;
		size_t count;

		CHECK_REQUIRE((row->counts
				       ? fixture_add_counter(store, id, "device", "", NULL)
				       : fixture_add_device(store, id, "device", TEXT(FIXTURE_SEED),
							    NULL)) == STATUS_OK,
			      "device");
		CHECK(credential_device_synchronize(store, id, "device",
						    text_of(code_for(row, row->first, first)),
						    text_of(code_for(row, row->second, second)),
						    NOW, &device) == row->expected,
		      "synchronize: %s", row->label);
		CHECK_REQUIRE(credential_devices(store, id, before, &count) == STATUS_OK, "device");
		CHECK(before[0].position.drift ==
			      (row->expected == STATUS_OK && !row->counts ? row->second : 0),
		      "synchronize: %s: the drift", row->label);
		if (row->expected != STATUS_OK)
			continue;
		CHECK(memcmp(&device.position, &before[0].position, sizeof(device.position)) == 0,
		      "synchronize: %s: what is stored is told", row->label);
		CHECK(attempt(store, id, second, &outcome) == CREDENTIAL_REFUSED &&
			      outcome.code_was_used_before,
		      "synchronize: %s: the second is used up", row->label);
		CHECK(credential_device_synchronize(store, id, "device", text_of(first),
						    text_of(second), NOW,
						    &device) == STATUS_BAD_INPUT,
		      "synchronize: %s: and not good for that again", row->label);
	}
	CHECK(credential_device_synchronize(store, TEXT("AIDAPAIR00000000000"), "devic",
					    TEXT("000000"), TEXT("111111"), NOW,
					    &(struct credential_device){ 0 }) == STATUS_NOT_FOUND,
	      "synchronize: no such device");
	CHECK(credential_device_synchronize(store, TEXT("AIDA'"), "device", TEXT("000000"),
					    TEXT("111111"), NOW,
					    &(struct credential_device){ 0 }) == STATUS_BAD_INPUT,
	      "synchronize: no IAM id");
}

static void *thread_main(void *argument)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct text id = TEXT("AIDATOKENCROWD00001");
	struct credential_outcome outcome = { .verdict = CREDENTIAL_REFUSED };
	char code[OTP_CODE_SIZE];
	struct credential_attempt asked = fixture_attempt(id, fixture_counter_code(3, code), NOW);
	enum credential_verdict *verdict = argument;

	asked.password_wanted = false;
	asked.lockout.codes.failures = 0;
	if (credential_store_open(folder, scratch_trust(), false, &store, NULL) != STATUS_OK ||
	    credential_attempt(store, &asked, &outcome) != STATUS_OK)
		outcome.verdict = CREDENTIAL_NO_DEVICE;
	*verdict = outcome.verdict;
	return NULL;
}

static void test_crowd(struct credential_store *store)
{
	struct text id = TEXT("AIDATOKENCROWD00001");
	enum credential_verdict verdicts[CROWD];
	pthread_t threads[CROWD];
	unsigned accepted = 0, refused = 0;
	int64_t last_used;

	CHECK_REQUIRE(fixture_add_counter(store, id, "token", "SN-6", NULL) == STATUS_OK, "token");
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_REQUIRE(pthread_create(&threads[i], NULL, thread_main, &verdicts[i]) == 0,
			      "pthread_create");
	for (unsigned i = 0; i < CROWD; i++) {
		CHECK_REQUIRE(pthread_join(threads[i], NULL) == 0, "pthread_join");
		accepted += verdicts[i] == CREDENTIAL_ACCEPTED;
		refused += verdicts[i] == CREDENTIAL_REFUSED || verdicts[i] == CREDENTIAL_LOCKED;
	}
	CHECK(accepted == 1 && refused == CROWD - 1,
	      "one code in %d threads: %u accepted, %u refused", CROWD, accepted, refused);
	CHECK(due(store, id, &last_used) == 4, "and the counter is behind it");
}

int main(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;

	scratch_make(folder);
	store = fixture_open(folder);
	test_a_counter_is_kept(store);
	test_many(store);
	test_one_after_the_other(store);
	test_out_of_reach(store);
	test_clocks(store);
	test_two_kinds(store);
	test_tries(store);
	test_synchronize(store);
	test_crowd(store);
	CHECK(credential_store_verify(store, NULL) == STATUS_OK, "and the store is sound");
	return check_done();
}
