/*
 * tests/module/test_iamctl_credentials_forget.c: what is stored of users who left, removed.
 */
#include <sysexits.h>

#include "check.h"
#include "credentials/credential_forget.h"
#include "credentials/permission_use.h"
#include "support/credential_fixture.h"
#include "support/iamctl.h"
#include "support/scratch.h"
#include "support/spoken.h"

#define ALICE "AIDAEXAMPLEALICE00001"
#define BOB "AIDAEXAMPLEBOB0000002"
#define DEPLOY "AROAEXAMPLEDEPLOY0001"
#define GONE "AIDAGONE000000000001"
#define USED "AIDAGONE000000000002"
#define FORGET "credentials", "forget"
#define ALL ALICE " " BOB " " GONE " " USED " " DEPLOY " "

static struct credential_store *open_store(void)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { 0 };

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	return store;
}

/* Two who have accounts, two who do not any more, and a role that used something. */
static void fill(void)
{
	AUTO_CREDENTIAL_STORE *store = open_store();
	static const char *const users[] = { ALICE, BOB, GONE };
	static const char *const principals[] = { USED, DEPLOY };

	for (size_t i = 0; i < ARRAY_LENGTH(users); i++) {
		enum status status = credential_forget(store, text_of(users[i]));

		CHECK_REQUIRE(status == STATUS_OK || status == STATUS_NOT_FOUND, "forget");
		fixture_add_user(store, text_of(users[i]));
	}
	for (size_t i = 0; i < ARRAY_LENGTH(principals); i++)
		CHECK_REQUIRE(permission_use_record(store, text_of(principals[i]),
						    TEXT("host:Login"), TEXT("sshd"),
						    1000000) == STATUS_OK,
			      "a use");
}

static bool append(void *context, struct text user_id)
{
	struct buffer *known = context;

	return buffer_append(known, user_id) == STATUS_OK &&
	       buffer_append(known, TEXT(" ")) == STATUS_OK;
}

static bool store_knows(const char *ids)
{
	AUTO_CREDENTIAL_STORE *store = open_store();
	AUTO_BUFFER known = { 0 };

	buffer_init(&known, 4096);
	return credential_known(store, append, &known) == STATUS_OK &&
	       text_is(buffer_text(&known), ids);
}

static const struct forget_case {
	struct spoken spoken;
	const char *left;
} cases[] = {
	{ { { FORGET, "alice" },
	    EX_OK,
	    { "ID                     NAME   PASSWORD  DEVICES  LAST SUCCESS\n" ALICE
	      "  alice  yes             1  -\n1 forgotten\n" },
	    { BOB, "would" } },
	  BOB " " GONE " " USED " " DEPLOY " " },
	{ { { FORGET, "--dry-run", "alice" },
	    EX_OK,
	    { ALICE "  alice  yes ", "1 would be forgotten\n" },
	    { BOB } },
	  ALL },
	{ { { FORGET, GONE }, EX_OK, { GONE "  -     yes ", "1 forgotten\n" }, { ALICE } },
	  ALICE " " BOB " " USED " " DEPLOY " " },
	{ { { FORGET, DEPLOY }, EX_OK, { DEPLOY "  -     no ", "1 forgotten\n" }, { ALICE } },
	  ALICE " " BOB " " GONE " " USED " " },
	{ { { FORGET, "--absent", "-n" },
	    EX_OK,
	    { GONE "  -     yes ", USED "  -     no ", "2 would be forgotten\n" },
	    { ALICE, DEPLOY } },
	  ALL },
	{ { { FORGET, "--absent" },
	    EX_OK,
	    { GONE "  -     yes ", USED "  -     no ", "2 forgotten\n" },
	    { ALICE, DEPLOY } },
	  ALICE " " BOB " " DEPLOY " " },
	{ { { FORGET, "--absent", "--json" },
	    EX_OK,
	    { "\"id\": \"" GONE "\"", "\"name\": null", "\"password\": true", "\"devices\": 1",
	      "\"last_success\": null" },
	    { ALICE, "forgotten" } },
	  ALICE " " BOB " " DEPLOY " " },
};

static const struct refusal refusals[] = {
	{ { FORGET }, EX_USAGE, "credentials forget: needs a user, or --absent and none" },
	{ { FORGET, "--absent", "alice" }, EX_USAGE, "alice: needs a user, or --absent" },
	{ { FORGET, "alice", "bob" }, EX_USAGE, "one argument too many" },
	{ { FORGET, "nobody-here" }, EX_NOUSER, "nobody-here: not an IAM user" },
	{ { FORGET, "deploy" }, EX_NOUSER, "deploy: not an IAM user" },
	{ { FORGET, "carol" }, EX_NOUSER, "carol: nothing is stored of such a user" },
	{ { FORGET, "AIDANOBODY" }, EX_NOUSER, "AIDANOBODY: nothing is stored of such a user" },
	{ { FORGET, "\033[2J" }, EX_NOUSER, "\\x1b[2J: nothing is stored of such a user" },
	{ { FORGET, "' OR 1=1 --" }, EX_NOUSER, "nothing is stored of such a user" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		fill();
		spoken_check("forget", &cases[i].spoken, 1);
		CHECK(store_knows(cases[i].left), "forget, row %zu: who is left", i);
	}
	fill();
	refusal_check("forget", refusals, ARRAY_LENGTH(refusals));
	CHECK(store_knows(ALL), "forget: who is refused forgets nobody");
}

static void damage_snapshot(void)
{
	AUTO_BUFFER bytes = { 0 };

	buffer_init(&bytes, 16 << 20);
	CHECK_REQUIRE(scratch_read("/var/lib/iam", "access.snapshot", &bytes), "the snapshot");
	bytes.bytes[bytes.length / 2] ^= 1;
	scratch_write("/var/lib/iam", "access.snapshot", buffer_text(&bytes), 0600);
}

/* Who is absent is known by a snapshot that is whole; a unique id needs none. */
static void test_snapshots(void)
{
	static const struct refusal damaged = { { FORGET, "--absent" },
						EX_DATAERR,
						"access.snapshot: damaged" };
	static const struct refusal none = { { FORGET, "--absent" },
					     EX_UNAVAILABLE,
					     "access.snapshot: no snapshot yet" };
	static const struct spoken by_id = {
		{ FORGET, GONE }, EX_OK, { "1 forgotten\n" }, { NULL }
	};

	fill();
	damage_snapshot();
	refusal_check("forget, a damaged snapshot", &damaged, 1);
	scratch_remove("/var/lib/iam/access.snapshot");
	refusal_check("forget, no snapshot", &none, 1);
	CHECK(store_knows(ALL), "forget: nobody was");
	spoken_check("forget by id, no snapshot", &by_id, 1);
}

static void test_without_store(void)
{
	static const struct spoken rows[] = {
		{ { FORGET, "--absent" }, EX_OK, { "0 forgotten\n" }, { NULL } },
		{ { FORGET, "--absent", "--json" }, EX_OK, { "[]" }, { "{" } },
	};
	static const struct refusal one = { { FORGET, "alice" },
					    EX_NOUSER,
					    "alice: nothing is stored of such a user" };

	spoken_check("forget, no store", rows, ARRAY_LENGTH(rows));
	refusal_check("forget, no store", &one, 1);
	CHECK(access("/var/lib/iam/credentials.db", F_OK) != 0, "forget: none is made");
}

int main(void)
{
	spoken_publish();
	test_without_store();
	test_cases();
	test_snapshots();
	return check_done();
}
