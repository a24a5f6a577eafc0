/* Who is locked out, as iamctl lists it, and how an administrator ends it. */
#include <sysexits.h>

#include "base/timestamp.h"
#include "check.h"
#include "credentials/credential_store.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/spoken.h"
#include "json/json.h"

#define ALICE TEXT("AIDAEXAMPLEALICE00001")
#define BOB TEXT("AIDAEXAMPLEBOB0000002")
#define STRANGER TEXT("AIDAGONE0000000000003")

static struct credential_store *open_store(void)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { 0 };

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	return store;
}

/* Wrong passwords, as often as said, from an address or none. */
static void fail(struct text user_id, const char *address, unsigned times)
{
	AUTO_CREDENTIAL_STORE *store = open_store();
	struct credential_outcome outcome;
	struct credential_attempt attempt = {
		.user_id = user_id,
		.address = text_of(address),
		.password_wanted = true,
		.lockout.passwords = { 5, 900, 900 },
		.lockout.address = { { 10, 900, 900 }, 60 },
		.now = timestamp_now(),
	};

	if (user_id.length > 0)
		CHECK_REQUIRE(fixture_set_password(store, user_id, "$y$j9T$x$y", attempt.now) ==
				      STATUS_OK,
			      "a password");
	for (unsigned i = 0; i < times; i++)
		CHECK_REQUIRE(credential_attempt(store, &attempt, &outcome) == STATUS_OK,
			      "an attempt");
}

static const struct refusal refusals[] = {
	{ { "unlock" }, EX_USAGE, "needs either a user's name or --address" },
	{ { "unlock", "alice", "--address", "192.0.2.7" }, EX_USAGE, "needs either a user's name" },
	{ { "unlock", "alice", "bob" }, EX_USAGE, "one argument too many" },
	{ { "unlock", "--address" }, EX_USAGE, "needs an argument" },
	{ { "unlock", "--address=" }, EX_USAGE, "not an IPv4 or IPv6 address" },
	{ { "unlock", "--address", "localhost" }, EX_USAGE, "not an IPv4 or IPv6 address" },
	{ { "unlock", "--address", "192.0.2.0/24" }, EX_USAGE, "not an IPv4 or IPv6 address" },
	{ { "unlock", "--address", "2001:db8::/48" }, EX_USAGE, "not an IPv4 or IPv6 address" },
	{ { "unlock", "--address", "2001:db8::/64/64" }, EX_USAGE, "not an IPv4 or IPv6 address" },
	{ { "unlock", "nobody-here" }, EX_NOUSER, "not an IAM user" },
	{ { "lockouts", "alice" }, EX_USAGE, "one argument too many" },
};

static const struct spoken before_any[] = {
	{ { "lockouts" }, EX_OK, { NULL }, { "alice" } },
	{ { "lockouts", "--json" }, EX_OK, { "\"users\": []", "\"addresses\": []" }, { NULL } },
	{ { "unlock", "--address", "192.0.2.7" }, EX_OK, { "192.0.2.7: no failed" }, { NULL } },
};

static const struct spoken locked[] = {
	{ { "lockouts" },
	  EX_OK,
	  { "alice", "passwords", "USER", "OF", "LOCKED UNTIL", "192.0.2.7", "2001:db8:0:7::/64" },
	  { "bob", "AIDAGONE", "192.0.2.8", "codes" } },
	{ { "lockouts", "--all" },
	  EX_OK,
	  { "alice", "bob", "AIDAGONE0000000000003", "192.0.2.7", "192.0.2.8" },
	  { "codes" } },
	{ { "lockouts", "--json" },
	  EX_OK,
	  { "\"user\": \"alice\"", "\"of\": \"passwords\"", "\"failures\": 5",
	    "\"locked_until\": \"2", "\"address\": \"192.0.2.7\"", "\"failures\": 10" },
	  { "\"user\": \"bob\"", "192.0.2.8" } },
	{ { "user", "alice" }, EX_OK, { "password failures:   5\n" }, { NULL } },
};

static const struct spoken unlocking[] = {
	{ { "unlock", "--address", "::ffff:192.0.2.7" },
	  EX_OK,
	  { "192.0.2.7: failed attempts forgotten\n" },
	  { NULL } },
	{ { "unlock", "--address", "192.0.2.7", "--json" },
	  EX_OK,
	  { "\"unlocked\": false" },
	  { NULL } },
	{ { "lockouts" }, EX_OK, { "alice", "2001:db8:0:7::/64" }, { "192.0.2.7" } },
	{ { "unlock", "--address", "2001:db8:0:7::/64", "--json" },
	  EX_OK,
	  { "\"unlocked\": true" },
	  { NULL } },
	{ { "lockouts" }, EX_OK, { "alice" }, { "2001" } },
	{ { "unlock", "alice" }, EX_OK, { "alice: failed attempts forgotten\n" }, { NULL } },
	{ { "lockouts" }, EX_OK, { NULL }, { "alice", "192.0.2.7" } },
	{ { "lockouts", "--all" }, EX_OK, { "bob", "192.0.2.8" }, { "alice", "192.0.2.7" } },
};

/* A user's lock follows from the count and iam.conf at the time of asking; an address's was written
   down when it came about. */
static const struct spoken by_other_rules[] = {
	{ { "lockouts" }, EX_OK, { "bob" }, { "192.0.2.8" } },
};

static void test_configured(void)
{
	static const struct refusal wrong[] = {
		{ { "lockouts" }, EX_CONFIG, "iam.conf" },
	};

	scratch_write("/etc/iam", "iam.conf",
		      TEXT("[lockout]\nfailures = 3\naddress_failures = 3\n"), 0644);
	fail(BOB, "192.0.2.8", 3);
	spoken_check("other rules", by_other_rules, ARRAY_LENGTH(by_other_rules));
	scratch_write("/etc/iam", "iam.conf", TEXT("[lockout]\nfailures = many\n"), 0644);
	refusal_check("a wrong iam.conf", wrong, ARRAY_LENGTH(wrong));
	scratch_write("/etc/iam", "iam.conf", TEXT(""), 0644);
}

int main(void)
{
	iamctl_publish("");
	spoken_check("before any", before_any, ARRAY_LENGTH(before_any));
	CHECK(access("/var/lib/iam/credentials.db", F_OK) < 0, "nothing was made");
	scratch_write("/etc/iam", "iam.conf", TEXT("[lockout]\naddress_failures = 10\n"), 0644);
	fail(ALICE, "192.0.2.7", 5);
	fail(TEXT(""), "192.0.2.7", 5);
	fail(TEXT(""), "2001:db8:0:7::/64", 10);
	fail(BOB, "192.0.2.8", 1);
	fail(STRANGER, "", 1);
	refusal_check("refusals", refusals, ARRAY_LENGTH(refusals));
	spoken_check("locked", locked, ARRAY_LENGTH(locked));
	spoken_check("unlocking", unlocking, ARRAY_LENGTH(unlocking));
	test_configured();
	return check_done();
}
