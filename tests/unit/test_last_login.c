/* The login before this one, and what was refused since: counted when a right password clears it.
 */
#include "check.h"
#include "credentials/credential_forget.h"
#include "credentials/last_login.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1760000000, MINUTE = 60 };

static char folder[SCRATCH_PATH_SIZE];
static const struct text ALICE = { "AIDAEXAMPLEALICE0001", 20 };

static void attempt(struct credential_store *store, bool is_right, int64_t now)
{
	struct credential_outcome outcome;
	const struct credential_attempt attempted = { .user_id = ALICE,
						      .password_wanted = true,
						      .password_is_right = is_right,
						      .lockout.address.forget_seconds = 1,
						      .now = now };

	CHECK_REQUIRE(credential_attempt(store, &attempted, &outcome) == STATUS_OK &&
			      (outcome.verdict == CREDENTIAL_ACCEPTED) == is_right,
		      "an attempt");
}

static struct last_login login(struct credential_store *store, const char *address, int64_t now)
{
	struct last_login before = { .at = 1 }, current = { .at = now, .service = "sshd" };

	CHECK_REQUIRE(text_copy(text_of(address), current.address, sizeof(current.address)) ==
				      STATUS_OK &&
			      last_login_replace(store, ALICE, &current, &before) == STATUS_OK,
		      "a login");
	return before;
}

static void test_logins(struct credential_store *store)
{
	struct last_login before = login(store, "192.0.2.7", NOW);

	CHECK(before.at == 0 && before.failures == 0 && before.service[0] == '\0',
	      "before the first there was none");
	before = login(store, "", NOW + MINUTE);
	CHECK(before.at == NOW && strcmp(before.service, "sshd") == 0 &&
		      strcmp(before.address, "192.0.2.7") == 0 && before.failures == 0,
	      "the one before, with where it came from");
	attempt(store, false, NOW + 2 * MINUTE);
	attempt(store, false, NOW + 3 * MINUTE);
	attempt(store, true, NOW + 4 * MINUTE);
	attempt(store, false, NOW + 5 * MINUTE);
	attempt(store, true, NOW + 6 * MINUTE);
	before = login(store, "", NOW + 6 * MINUTE);
	CHECK(before.at == NOW + MINUTE && before.address[0] == '\0' && before.failures == 3 &&
		      before.last_failure == NOW + 5 * MINUTE,
	      "three were refused since: %u", before.failures);
	before = login(store, "", NOW + 7 * MINUTE);
	CHECK(before.failures == 0 && before.last_failure == 0, "and are told once");
	attempt(store, true, NOW + 8 * MINUTE);
	CHECK(login(store, "", NOW + 8 * MINUTE).failures == 0, "nothing was refused");
	CHECK(credential_store_verify(store, NULL) == STATUS_OK, "the store is sound");
}

static void test_limits(struct credential_store *store)
{
	const struct last_login now = { .at = NOW }, past = { .at = -1 };
	struct last_login before;

	CHECK(last_login_replace(store, TEXT("alice smith"), &now, &before) == STATUS_BAD_INPUT,
	      "no id");
	CHECK(last_login_replace(store, ALICE, &past, &before) == STATUS_BAD_INPUT, "before 1970");
	fixture_by_hand(folder, "UPDATE last_login SET failures = 4294967295, last_failure = 1");
	attempt(store, false, NOW);
	attempt(store, true, NOW);
	CHECK(login(store, "", NOW).failures == UINT32_MAX, "a count stays at its most");
	fixture_by_hand(folder, "UPDATE last_login SET failures = 1, last_failure = 0");
	CHECK(credential_store_verify(store, NULL) == STATUS_BAD_DATA, "failures without a date");
	CHECK(credential_forget(store, ALICE) == STATUS_OK &&
		      fixture_number(folder, "SELECT count(*) FROM last_login") == 0,
	      "forgotten with the user");
}

int main(void)
{
	struct credential_store *store;

	scratch_make(folder);
	store = fixture_open(folder);
	fixture_add_user(store, ALICE);
	test_logins(store);
	test_limits(store);
	credential_store_close(store);
	return check_done();
}
