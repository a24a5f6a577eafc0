/*
 * tests/unit/test_sync_guard.c: what is not believed, with the numbers.
 */
#include <stdio.h>

#include "check.h"
#include "support/scratch.h"
#include "support/sync_host.h"

enum { USERS_MAX = 60 };

static char names[USERS_MAX][8];

/* count users from number first on. */
static void fill(struct host_entity users[USERS_MAX + 1], unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(names[first + i], sizeof(names[0]), "u%u", first + i);
		users[i] =
			(struct host_entity){ names[first + i], first + i + 1, 1, "", NULL, NULL };
	}
	users[count] = (struct host_entity){ .name = NULL };
}

static const struct {
	const char *what, *conf;
	unsigned before, first, after; /* users, then as many from number first on */
	const char *reason;            /* NULL: accepted */
} shrinks[] = {
	{ "nobody gone", "", 10, 0, 10, NULL },
	{ "growth", "", 10, 0, 20, NULL },
	{ "20 of 100 percent", "", 10, 0, 8, NULL },
	{ "22 percent", "", 50, 0, 39,
	  "11 of 50 users would vanish, 39 would be left; shrink_limit "
	  "is 20 percent" },
	{ "20 percent exactly", "", 50, 0, 40, NULL },
	{ "3 of 10", "", 10, 0, 7, "3 of 10 users would vanish, 7 would be left" },
	{ "one of three", "", 3, 0, 2, NULL },
	{ "two of three", "", 3, 0, 1, "2 of 3 users would vanish" },
	{ "the only one", "", 1, 0, 0, "1 of 1 users would vanish, 0 would be left" },
	{ "all", "", 10, 0, 0, "10 of 10 users would vanish, 0 would be left" },
	{ "all replaced by others", "", 10, 20, 10,
	  "10 of 10 users would vanish, 10 would be left" },
	{ "a limit of 0, one gone", "[sync]\nshrink_limit = 0\n", 10, 0, 9,
	  "1 of 10 users would vanish, 9 would be left; shrink_limit is 0 percent" },
	{ "a limit of 50, half gone", "[sync]\nshrink_limit = 50\n", 10, 0, 5, NULL },
	{ "a limit of 50, more gone", "[sync]\nshrink_limit = 50\n", 10, 0, 4,
	  "6 of 10 users would vanish" },
	{ "a limit of 100, one left", "[sync]\nshrink_limit = 100\n", 10, 0, 1, NULL },
	{ "a limit of 100, none left", "[sync]\nshrink_limit = 100\n", 10, 0, 0,
	  "10 of 10 users would vanish, 0 would be left" },
	{ "nobody to begin with", "", 0, 0, 10, NULL },
	{ "nobody at all", "", 0, 0, 0, NULL },
};

static void test_shrinks(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shrinks); i++) {
		struct host_entity users[USERS_MAX + 1];
		AUTO_SYNC_RESULT result = { 0 }, forced = { 0 };
		struct complaint complaint;
		enum status status;

		(void)host_start();
		host_write("etc/iam/iam.conf", shrinks[i].conf);
		fill(users, 0, shrinks[i].before);
		host_sync_users(users);
		fill(users, shrinks[i].first, shrinks[i].after);
		host_document(&(struct host_document){ .users = users });
		status = host_sync((struct host_run){ .now = 0 }, &result, &complaint);
		CHECK(shrinks[i].reason ? status == STATUS_BAD_INPUT &&
						  strstr(complaint.reason, shrinks[i].reason) &&
						  strstr(complaint.reason, "--accept-shrink")
					: status == STATUS_OK,
		      "%s: %d %s", shrinks[i].what, (int)status, complaint.reason);
		if (!shrinks[i].reason)
			continue;
		CHECK(host_uid("u0") != 0, "%s: the old snapshot stands", shrinks[i].what);
		CHECK(host_sync((struct host_run){ .accept_shrink = true }, &forced, &complaint) ==
				      STATUS_OK &&
			      forced.users == shrinks[i].after &&
			      host_reports("shrink-accepted") == 1,
		      "%s: accepted when the administrator says so", shrinks[i].what);
	}
}

/* Users who are in the document but get no account any more count as vanished. */
static void test_shrink_by_refusal(void)
{
	struct host_entity users[USERS_MAX + 1];
	AUTO_SYNC_RESULT result;
	struct complaint complaint;

	(void)host_start();
	fill(users, 0, 5);
	host_sync_users(users);
	host_write("etc/group", "root:x:0:\nu0:x:900:\nu1:x:901:\n");
	CHECK(host_sync((struct host_run){ .now = 0 }, &result, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "2 of 5 users would vanish"),
	      "accounts that the host's own would replace count: %s", complaint.reason);
}

/* A user left out for long was counted once and is no loss again. */
static void test_refused_before(void)
{
	struct host_entity users[USERS_MAX + 1];
	AUTO_SYNC_RESULT first, second;
	struct complaint complaint;

	(void)host_start();
	fill(users, 0, 5);
	host_sync_users(users);
	host_write("etc/group", "root:x:0:\nu0:x:900:\nu1:x:901:\n");
	CHECK(host_sync((struct host_run){ .accept_shrink = true }, &first, &complaint) ==
		      STATUS_OK,
	      "accepted once");
	CHECK(host_sync((struct host_run){ .now = 0 }, &second, &complaint) == STATUS_OK,
	      "no loss the next time: %s", complaint.reason);
}

static void test_groups_gone(void)
{
	static const struct host_entity groups[] = { { "ops", 1, 1, NULL, NULL, NULL },
						     { .name = NULL } };
	struct host_entity users[USERS_MAX + 1];
	AUTO_SYNC_RESULT refused, accepted;
	struct complaint complaint;

	(void)host_start();
	fill(users, 0, 3);
	host_sync_document(&(struct host_document){ .users = users, .groups = groups });
	host_document(&(struct host_document){ .users = users });
	CHECK(host_sync((struct host_run){ .now = 0 }, &refused, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.reason, "all 1 groups would vanish"),
	      "a document without any group where there were some: %s", complaint.reason);
	CHECK(host_sync((struct host_run){ .accept_shrink = true }, &accepted, &complaint) ==
			      STATUS_OK &&
		      host_gid("ops") == 0,
	      "accepted when the administrator says so");
}

static const struct {
	const char *what, *before, *after;
	bool accept_shrink;
	const char *reason; /* NULL: accepted */
} generations[] = {
	{ "none given", "", "", false, NULL },
	{ "given for the first time", "", ",\"Generation\":5", false, NULL },
	{ "the same again", ",\"Generation\":5", ",\"Generation\":5", false, NULL },
	{ "a higher one", ",\"Generation\":5", ",\"Generation\":6", false, NULL },
	{ "a lower one", ",\"Generation\":5", ",\"Generation\":4", false,
	  "Generation went back from 5 to 4" },
	{ "none after one", ",\"Generation\":5", "", false, "Generation went back from 5 to 0" },
	{ "a lower one, accepted", ",\"Generation\":5", ",\"Generation\":4", true, NULL },
	{ "a very high one", ",\"Generation\":9007199254740991", ",\"Generation\":1", false,
	  "Generation went back from 9007199254740991 to 1" },
};

static void test_generations(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(generations); i++) {
		struct host_entity users[USERS_MAX + 1];
		AUTO_SYNC_RESULT result;
		struct complaint complaint;
		enum status status;

		(void)host_start();
		fill(users, 0, 2);
		host_sync_document(
			&(struct host_document){ .users = users, .more = generations[i].before });
		host_document(
			&(struct host_document){ .users = users, .more = generations[i].after });
		status = host_sync(
			(struct host_run){ .accept_shrink = generations[i].accept_shrink }, &result,
			&complaint);
		CHECK(generations[i].reason
			      ? status == STATUS_BAD_INPUT &&
					strstr(complaint.reason, generations[i].reason)
			      : status == STATUS_OK,
		      "Generation, %s: %d %s", generations[i].what, (int)status, complaint.reason);
		CHECK(host_reports("generation-went-back") == generations[i].accept_shrink,
		      "Generation, %s: reported when it was overruled", generations[i].what);
	}
}

static void test_expiry(void)
{
	static const struct {
		const char *expires;
		bool is_good;
	} rows[] = {
		{ "2026-09-21T14:13:19Z", false }, /* a second before */
		{ "2026-09-21T14:13:20Z", false }, /* the very second */
		{ "2026-09-21T14:13:21Z", true },
		{ "2099-01-01T00:00:00Z", true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct host_entity users[USERS_MAX + 1];
		AUTO_SYNC_RESULT result;
		struct complaint complaint;
		char more[80];
		enum status status;

		(void)host_start();
		fill(users, 0, 2);
		(void)snprintf(more, sizeof(more), ",\"Expires\":\"%s\"", rows[i].expires);
		host_document(&(struct host_document){ .users = users, .more = more });
		status = host_sync((struct host_run){ .accept_shrink = true }, &result, &complaint);
		CHECK(rows[i].is_good ? status == STATUS_OK
				      : status == STATUS_BAD_INPUT &&
						strstr(complaint.reason, "expired at"),
		      "a document that expires at %s", rows[i].expires);
	}
}

int main(void)
{
	test_shrinks();
	test_shrink_by_refusal();
	test_refused_before();
	test_groups_gone();
	test_generations();
	test_expiry();
	return check_done();
}
