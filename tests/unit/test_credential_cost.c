/*
 * tests/unit/test_credential_cost.c: whoever it is and whatever is given, as many codes are made.
 *
 * liboath's function is counted here, on its way to liboath.
 */
#include <dlfcn.h>
#include <liboath/oath.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, CODES = CREDENTIAL_DEVICES_MAX * 51 };

static unsigned made;

int oath_totp_generate2(const char *secret, size_t secret_length, time_t now,
			unsigned time_step_size, time_t start_offset, unsigned digits, int flags,
			char *output_otp)
{
	int (*real)(const char *, size_t, time_t, unsigned, time_t, unsigned, int, char *);
	void *found = dlsym(RTLD_NEXT, "oath_totp_generate2");

	CHECK_REQUIRE(found, "liboath");
	memcpy(&real, &found, sizeof(real));
	made++;
	return real(secret, secret_length, now, time_step_size, start_offset, digits, flags,
		    output_otp);
}

/* What each user has; "" stands for nobody. */
static const struct user {
	const char *label, *id;
	unsigned clocks, counters;
	const char *sql; /* afterwards; NULL: nothing */
} users[] = {
	{ "nobody", "", 0, 0, NULL },
	{ "a stranger", "AIDACOSTSTRANGER001", 0, 0, NULL },
	{ "a user without a device", "AIDACOSTNODEVICE001", 0, 0, NULL },
	{ "a user with a clock", "AIDACOSTCLOCK000001", 1, 0, NULL },
	{ "a user with a new counter", "AIDACOSTCOUNTER0001", 0, 1, NULL },
	{ "a user with all devices", "AIDACOSTALL00000001", 4, 4, NULL },
	{ "a user whose tries are used up", "AIDACOSTTRIES000001", 1, 1,
	  "UPDATE device SET tries = 9, tries_span = 5555 WHERE user = 'AIDACOSTTRIES000001'" },
	{ "a user who is locked out", "AIDACOSTLOCKED00001", 1, 0,
	  "UPDATE user SET failures = 9, last_failure = 999999 WHERE id = 'AIDACOSTLOCKED00001'" },
};

static void add_user(struct credential_store *store, const struct user *user)
{
	struct text id = text_of(user->id);
	char name[24];

	CHECK_REQUIRE(fixture_set_password(store, id, FIXTURE_HASH, 1) == STATUS_OK, user->id);
	for (unsigned i = 0; i < user->clocks + user->counters; i++) {
		snprintf(name, sizeof(name), "device-%u", i);
		CHECK_REQUIRE(
			(i < user->clocks
				 ? fixture_add_device(store, id, name, TEXT(FIXTURE_SEED), NULL)
				 : fixture_add_counter(store, id, name, "", NULL)) == STATUS_OK,
			name);
	}
}

static unsigned codes_made(struct credential_store *store, const struct user *user,
			   const char *code)
{
	struct credential_attempt asked = fixture_attempt(text_of(user->id), code, NOW);
	struct credential_outcome outcome;

	made = 0;
	CHECK_REQUIRE(credential_attempt(store, &asked, &outcome) == STATUS_OK, user->label);
	return made;
}

int main(void)
{
	static const char *const codes[] = { "000000", "00000000", "", "letters", "123" };
	AUTO_CREDENTIAL_STORE *store = NULL;
	char folder[SCRATCH_PATH_SIZE], right[OTP_CODE_SIZE];

	scratch_make(folder);
	store = fixture_open(folder);
	for (size_t i = 0; i < ARRAY_LENGTH(users); i++) {
		const struct user *user = &users[i];

		if (i > 1)
			add_user(store, user);
		if (user->sql)
			fixture_by_hand(folder, user->sql);
		for (size_t j = 0; j < ARRAY_LENGTH(codes); j++)
			CHECK(codes_made(store, user, codes[j]) == CODES, "%s gives '%s': %u codes",
			      user->label, codes[j], made);
	}
	(void)fixture_code(NOW, right);
	CHECK(codes_made(store, &users[3], right) == CODES, "a right code: %u codes", made);
	return check_done();
}
