/*
 * The snapshot is replaced a thousand times while threads and forked children ask: each answer is
 * wholly of one generation. The two generations differ in every field.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

#include "check.h"
#include "nss_clock.h"
#include "support/nss_module.h"
#include "support/snapshot_fixture.h"

enum { REPLACEMENTS = 1000, READERS = 3, ROUNDS_OF_CHILD = 20, PAUSE_MAX = 10000 };

static struct nss_module nss;
static atomic_ulong answers, torn, seen[2];
static atomic_bool is_over;

/* All that a generation says of one user and one group. */
struct generation {
	struct fixture_user users[5];
	struct fixture_group groups[4];
	gid_t gids[4]; /* of alice, beside her own; up to a 0 */
	size_t group_count;
};

static const struct generation generations[2] = {
	{ .users = { { .name = "alice",
		       .uid = NSS_ID + 1,
		       .gecos = "of the old generation",
		       .home = "/home/old",
		       .shell = "/bin/old" },
		     { .name = "bob", .uid = NSS_ID + 2 } },
	  .groups = { { "devs", NSS_ID + 100, "alice bob" }, { "second", NSS_ID + 101, "alice" } },
	  .gids = { NSS_ID + 100, NSS_ID + 101 },
	  .group_count = 4 },
	{ .users = { { .name = "alice",
		       .uid = NSS_ID + 501,
		       .gecos = "new",
		       .home = "/srv/homes/of/the/new",
		       .shell = "/bin/new" },
		     { .name = "carol", .uid = NSS_ID + 503 },
		     { .name = "dave", .uid = NSS_ID + 504 } },
	  .groups = { { "devs", NSS_ID + 600, "alice carol dave" },
		      { "second", NSS_ID + 601, "alice" },
		      { "third", NSS_ID + 602, "alice" } },
	  .gids = { NSS_ID + 600, NSS_ID + 601, NSS_ID + 602 },
	  .group_count = 6 },
};

/* The ids of the generations. */
static bool id_is_old(uint32_t id)
{
	return id < NSS_ID + 500;
}

static struct buffer build(const struct generation *generation)
{
	struct fixture fixture = { .users = generation->users, .groups = generation->groups };
	struct buffer bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	fixture_build(&fixture, SNAPSHOT_DIRECTORY, &bytes);
	return bytes;
}

static bool passwd_is_of(const struct passwd *passwd, const struct generation *generation)
{
	const struct fixture_user *alice = &generation->users[0];

	return passwd->pw_uid == alice->uid && passwd->pw_gid == alice->uid &&
	       strcmp(passwd->pw_name, alice->name) == 0 &&
	       strcmp(passwd->pw_gecos, alice->gecos) == 0 &&
	       strcmp(passwd->pw_dir, alice->home) == 0 &&
	       strcmp(passwd->pw_shell, alice->shell) == 0;
}

static bool group_is_of(const struct group *group, const struct generation *generation)
{
	struct text members = text_of(generation->groups[0].members), member;
	char **name = group->gr_mem;

	for (; text_next_piece(&members, ' ', &member); name++) {
		if (!*name || !text_is(member, *name))
			return false;
	}
	return !*name && group->gr_gid == generation->groups[0].gid;
}

static bool gids_are_of(const gid_t *gids, long count, const struct generation *generation)
{
	long expected = 0;

	for (; generation->gids[expected] != 0; expected++) {
		if (expected >= count || gids[expected] != generation->gids[expected])
			return false;
	}
	return count == expected;
}

/* Counts an answer, and which generation it was of. */
static bool note(bool found, bool is_old, bool is_new)
{
	answers++;
	seen[0] += found && is_old;
	seen[1] += found && is_new;
	torn += !found || is_old == is_new;
	return found && is_old != is_new;
}

static bool ask_user(char *buffer, size_t size)
{
	struct passwd passwd;
	int error;
	bool found = nss.getpwnam_r("alice", &passwd, buffer, size, &error) == NSS_STATUS_SUCCESS;

	return note(found, found && passwd_is_of(&passwd, &generations[0]),
		    found && passwd_is_of(&passwd, &generations[1]));
}

static bool ask_group(char *buffer, size_t size)
{
	struct group group;
	int error;
	bool found = nss.getgrnam_r("devs", &group, buffer, size, &error) == NSS_STATUS_SUCCESS;

	return note(found, found && group_is_of(&group, &generations[0]),
		    found && group_is_of(&group, &generations[1]));
}

/* In an array that is large enough: a forked child does not allocate. */
static bool ask_memberships(void)
{
	gid_t room[16], *gids = room;
	long start = 0, size = ARRAY_LENGTH(room);
	int error;
	bool found = nss.initgroups_dyn("alice", 0, &start, &size, &gids, 0, &error) ==
		     NSS_STATUS_SUCCESS;

	return note(found, found && gids_are_of(gids, start, &generations[0]),
		    found && gids_are_of(gids, start, &generations[1]));
}

/* A whole walk: all groups of one generation. */
static bool enumerate_groups(char *buffer, size_t size)
{
	size_t old = 0, new = 0;
	struct group group;
	int error;

	(void)nss.setgrent(0);
	while (nss.getgrent_r(&group, buffer, size, &error) == NSS_STATUS_SUCCESS) {
		old += id_is_old(group.gr_gid);
		new += !id_is_old(group.gr_gid);
	}
	return note(true, old == generations[0].group_count && new == 0,
		    new == generations[1].group_count &&old == 0);
}

static bool enumerate_users(char *buffer, size_t size)
{
	size_t old = 0, new = 0;
	struct passwd passwd;
	int error;

	(void)nss.setpwent(0);
	while (nss.getpwent_r(&passwd, buffer, size, &error) == NSS_STATUS_SUCCESS) {
		old += id_is_old(passwd.pw_uid);
		new += !id_is_old(passwd.pw_uid);
	}
	return note(true, old == 2 && new == 0, new == 3 && old == 0);
}

static bool ask_all(void)
{
	char buffer[1024];
	bool user = ask_user(buffer, sizeof(buffer)), group = ask_group(buffer, sizeof(buffer));

	return ask_memberships() && user && group;
}

/* The first reader enumerates too: the cursor is the process's. */
static void *read_on(void *is_first)
{
	char buffer[1024];
	long asked_at = 0;

	while (!is_over) {
		if (asked_at == clock_seconds) /* nothing new: leave the processor to the others */
			(void)usleep(20);
		asked_at = clock_seconds;
		(void)ask_all();
		if (is_first)
			(void)enumerate_groups(buffer, sizeof(buffer));
	}
	return NULL;
}

static void *read_once(void *nothing)
{
	(void)ask_all();
	return nothing;
}

/* Not the groups' cursor, which a reader may have locked when we were forked. */
static int ask_in_child(void)
{
	char buffer[1024];

	for (int round = 0; round < ROUNDS_OF_CHILD; round++) {
		clock_advance();
		if (!ask_all() || !enumerate_users(buffer, sizeof(buffer)))
			return 1;
	}
	return 0;
}

/* One replacement, and then a pause until somebody has asked; none when the readers are slow. */
static void replace(const struct buffer *bytes)
{
	unsigned long before = answers;

	nss_publish_bytes(buffer_text(bytes));
	clock_advance();
	for (int pause = 0; pause < PAUSE_MAX && answers == before; pause++)
		(void)sched_yield();
}

static unsigned fork_children(unsigned replacement)
{
	pid_t child;
	int code = -1;

	if (replacement % 10 != 0)
		return 0;
	child = fork();
	if (child == 0) {
		alarm(60);
		_exit(ask_in_child());
	}
	CHECK_REQUIRE(child > 0 && waitpid(child, &code, 0) == child, "a child");
	return code != 0;
}

static void ask_in_a_thread(void)
{
	pthread_t thread;

	CHECK_REQUIRE(pthread_create(&thread, NULL, read_once, NULL) == 0 &&
			      pthread_join(thread, NULL) == 0,
		      "a thread");
}

int main(void)
{
	struct buffer bytes[2] = { build(&generations[0]), build(&generations[1]) };
	pthread_t readers[READERS];
	unsigned wrong_children = 0;

	nss_module_load(&nss);
	nss_publish_bytes(buffer_text(&bytes[0]));
	for (size_t i = 0; i < READERS; i++)
		CHECK_REQUIRE(pthread_create(&readers[i], NULL, read_on, i == 0 ? &bytes : NULL) ==
				      0,
			      "a reader");
	for (unsigned i = 1; i <= REPLACEMENTS; i++) {
		replace(&bytes[i % 2]);
		ask_in_a_thread();
		wrong_children += fork_children(i);
	}
	is_over = true;
	for (size_t i = 0; i < READERS; i++)
		CHECK_REQUIRE(pthread_join(readers[i], NULL) == 0, "a reader");
	CHECK(torn == 0, "%lu answers while the file was replaced: %lu torn", answers, torn);
	CHECK(wrong_children == 0, "children forked meanwhile: %u wrong", wrong_children);
	CHECK(seen[0] > REPLACEMENTS / 4 && seen[1] > REPLACEMENTS / 4,
	      "both generations were seen: %lu and %lu times", seen[0], seen[1]);
	buffer_release(&bytes[0]);
	buffer_release(&bytes[1]);
	return check_done();
}
