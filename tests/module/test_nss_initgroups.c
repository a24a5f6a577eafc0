/*
 * initgroups_dyn: which groups, and how glibc's array is grown for them.
 */
#include "check.h"
#include "nss_clock.h"
#include "support/nss_module.h"

enum { GROUPS = 300, PRIMARY = NSS_ID + 1, FIRST = NSS_ID + 5000 };

static struct nss_module nss;
static int allocations_left = -1; /* that succeed; -1: all */

/* The module's only allocations: this one comes before libc's. */
EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (allocations_left == 0 || __builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	allocations_left -= allocations_left > 0;
	return realloc(block, bytes);
}

/* alice in GROUPS groups, FIRST and on. */
static void publish(void)
{
	static uint32_t gids[GROUPS];
	static char names[GROUPS][16];
	static struct text alice = TEXT("alice");
	static struct build_group groups[GROUPS + 1];
	struct build_user user = nss_small()->users[0];
	struct build_input input = *nss_small();

	for (unsigned i = 0; i < GROUPS; i++) {
		gids[i] = FIRST + i;
		(void)snprintf(names[i], sizeof(names[i]), "group%03u", i);
		groups[i] = (struct build_group){ text_of(names[i]), gids[i], &alice, 1 };
	}
	groups[GROUPS] = (struct build_group){ .name = alice, .gid = user.gid };
	user.gids = gids;
	user.gid_count = GROUPS;
	input.users = &user;
	input.user_count = 1;
	input.groups = groups;
	input.group_count = ARRAY_LENGTH(groups);
	nss_publish(&input);
}

/* glibc's array before the call: the primary group and others, in room for size. */
struct row {
	const char *label;
	long start, size, limit;
	long expected_start, expected_size; /* after it */
};

static const struct row rows[] = {
	{ "glibc's usual beginning", 1, 32, 0, 301, 512 },
	{ "an array of one", 1, 1, 0, 301, 512 },
	{ "no array at all", 0, 0, 0, 300, 512 },
	{ "room for all", 1, 301, 0, 301, 301 },
	{ "room for all but one", 1, 300, 0, 301, 600 },
	{ "room for more", 1, 1000, 0, 301, 1000 },
	{ "no limit, said with a negative one", 1, 32, -1, 301, 512 },
	{ "limit far away", 1, 32, 65536, 301, 512 },
	{ "limit just reached", 1, 32, 301, 301, 301 },
	{ "limit cuts one", 1, 32, 300, 300, 300 },
	{ "limit cuts most", 1, 32, 40, 40, 40 },
	{ "limit within the array", 1, 32, 10, 10, 32 },
	{ "limit reached already", 5, 32, 5, 5, 32 },
	{ "limit passed already", 5, 32, 3, 5, 32 },
	{ "limit of one", 1, 1, 1, 1, 1 },
	{ "others before us", 17, 20, 0, 317, 320 },
};

/* Ours stand behind what was there, in the snapshot's order, and none twice. */
static bool holds(const gid_t *gids, const struct row *row)
{
	for (long i = 0; i < row->start; i++) {
		if (gids[i] != (i == 0 ? PRIMARY : (gid_t)(2000 + i)))
			return false;
	}
	for (long i = row->start; i < row->expected_start; i++) {
		if (gids[i] != (gid_t)(FIRST + i - row->start))
			return false;
	}
	return true;
}

static gid_t *array(long start, long size)
{
	gid_t *gids = size > 0 ? calloc((size_t)size, sizeof(*gids)) : NULL;

	CHECK_REQUIRE(gids || size == 0, "memory");
	for (long i = 0; i < start; i++)
		gids[i] = i == 0 ? PRIMARY : (gid_t)(2000 + i);
	return gids;
}

static void test_growth(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		long start = row->start, size = row->size;
		gid_t *gids = array(start, size);
		int error = 4711;

		errno = 4712;
		CHECK(nss.initgroups_dyn("alice", PRIMARY, &start, &size, &gids, row->limit,
					 &error) == NSS_STATUS_SUCCESS &&
			      error == 4711 && errno == 4712,
		      "%s: found, errno untouched", row->label);
		CHECK(start == row->expected_start && size == row->expected_size,
		      "%s: %ld groups in room for %ld", row->label, start, size);
		CHECK(start == row->expected_start && holds(gids, row), "%s: the right ones",
		      row->label);
		free(gids);
	}
}

static void test_present_already(void)
{
	long start = 3, size = 3;
	gid_t *gids = array(1, 3);
	int error = 0;
	unsigned seen = 0;

	gids[1] = FIRST + 7;
	gids[2] = FIRST + 9;
	CHECK(nss.initgroups_dyn("alice", FIRST + 11, &start, &size, &gids, 0, &error) ==
			      NSS_STATUS_SUCCESS &&
		      start == 3 + GROUPS - 3,
	      "the primary one and those of other services are not added again: %ld", start);
	for (long i = 3; i < start; i++)
		seen += gids[i] == FIRST + 7 || gids[i] == FIRST + 9 || gids[i] == FIRST + 11;
	CHECK(seen == 0, "none of the three came twice");
	free(gids);
}

/* 301 groups from room for 32 need four allocations: each of them fails once. */
static void test_no_memory(void)
{
	for (allocations_left = 0; allocations_left < 4;) {
		int allowed = allocations_left, error = 0;
		long start = 2, size = 32;
		gid_t *gids = array(2, 32);
		enum nss_status status =
			nss.initgroups_dyn("alice", PRIMARY, &start, &size, &gids, 0, &error);

		CHECK(status == NSS_STATUS_TRYAGAIN && error == ENOMEM && start == 2 &&
			      size == 32L << allowed && gids[0] == PRIMARY && gids[1] == 2001,
		      "no memory after %d allocations: none of the groups", allowed);
		free(gids);
		allocations_left = allowed + 1;
	}
	allocations_left = -1;
}

static bool adds_nothing(const char *user, enum nss_status status, int expected_error)
{
	long start = 1, size = 4;
	gid_t *gids = array(1, 4), *before = gids;
	int error = 0;
	bool good = nss.initgroups_dyn(user, PRIMARY, &start, &size, &gids, 0, &error) == status &&
		    error == expected_error && start == 1 && size == 4 && gids == before;

	free(gids);
	return good;
}

static void test_nobody_of_ours(void)
{
	CHECK(adds_nothing("bob", NSS_STATUS_NOTFOUND, ENOENT), "an unknown user");
	CHECK(adds_nothing("group001", NSS_STATUS_NOTFOUND, ENOENT), "a group");
	CHECK(adds_nothing("root", NSS_STATUS_NOTFOUND, ENOENT), "root");
	CHECK(adds_nothing("", NSS_STATUS_NOTFOUND, ENOENT), "no name");
	nss_publish(nss_small());
	clock_advance();
	CHECK(adds_nothing("ops", NSS_STATUS_SUCCESS, 0), "a role without groups is found");
	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0, NSS_SNAPSHOT);
	clock_advance();
	CHECK(adds_nothing("root", NSS_STATUS_NOTFOUND, ENOENT), "root, without a file");
	CHECK(adds_nothing("alice", NSS_STATUS_UNAVAIL, ENOENT), "no snapshot");
}

int main(void)
{
	nss_module_load(&nss);
	publish();
	test_growth();
	test_present_already();
	test_no_memory();
	test_nobody_of_ours();
	return check_done();
}
