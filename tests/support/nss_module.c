#include "nss_module.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

static void require_private_root(void)
{
	const char *inside = getenv("IAM_TEST_INSIDE");

	CHECK_REQUIRE(inside && strcmp(inside, "1") == 0, "run me with tests/module/run.sh");
}

static void *function(void *library, const char *name)
{
	char symbol[64];
	void *found;

	CHECK_REQUIRE(text_format(symbol, sizeof(symbol), "_nss_iam_%s", name) == STATUS_OK, name);
	found = dlsym(library, symbol);
	CHECK_REQUIRE(found, symbol);
	return found;
}

void nss_module_load(struct nss_module *out_module)
{
	char path[4096];
	void *library;

	require_private_root();
	CHECK_REQUIRE(text_format(path, sizeof(path), "%s/libnss_iam.so.2",
				  getenv("IAM_TEST_BUILD")) == STATUS_OK,
		      "IAM_TEST_BUILD");
	library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	CHECK_REQUIRE(library, dlerror());
	*out_module = (struct nss_module){
		.getpwnam_r = function(library, "getpwnam_r"),
		.getpwuid_r = function(library, "getpwuid_r"),
		.setpwent = function(library, "setpwent"),
		.getpwent_r = function(library, "getpwent_r"),
		.endpwent = function(library, "endpwent"),
		.getgrnam_r = function(library, "getgrnam_r"),
		.getgrgid_r = function(library, "getgrgid_r"),
		.setgrent = function(library, "setgrent"),
		.getgrent_r = function(library, "getgrent_r"),
		.endgrent = function(library, "endgrent"),
		.getspnam_r = function(library, "getspnam_r"),
		.setspent = function(library, "setspent"),
		.getspent_r = function(library, "getspent_r"),
		.endspent = function(library, "endspent"),
		.initgroups_dyn = function(library, "initgroups_dyn"),
	};
}

static const uint32_t alice_gids[] = { NSS_DEVS, NSS_TEAM }, bob_gids[] = { NSS_DEVS },
		      member_gids[] = { NSS_CROWD, NSS_TEAM };

static const struct build_user small_users[] = {
	{ .name = TEXT("alice"),
	  .gecos = TEXT("Alice Example"),
	  .home = TEXT("/home/alice"),
	  .shell = TEXT("/bin/bash"),
	  .uid = NSS_ID + 1,
	  .gid = NSS_ID + 1,
	  .gids = alice_gids,
	  .gid_count = ARRAY_LENGTH(alice_gids),
	  .keys = TEXT("ssh-ed25519 AAAAC3one alice\nssh-rsa AAAAB3two alice\n") },
	{ .name = TEXT("bob"),
	  .gecos = TEXT(""),
	  .home = TEXT("/home/bob"),
	  .shell = TEXT("/bin/sh"),
	  .uid = NSS_ID + 2,
	  .gid = NSS_ID + 2,
	  .gids = bob_gids,
	  .gid_count = ARRAY_LENGTH(bob_gids),
	  .keys = TEXT("") },
	{ .name = TEXT("ops"),
	  .gecos = TEXT("Role ops"),
	  .home = TEXT("/home/ops"),
	  .shell = TEXT("/bin/sh"),
	  .uid = NSS_ID + 3,
	  .gid = NSS_ID + 3,
	  .is_role = true,
	  .keys = TEXT("") },
};

static const struct text developers[] = { TEXT("alice"), TEXT("bob") };

enum {
	SMALL_USERS = ARRAY_LENGTH(small_users),
	SMALL_GROUPS = 3,
	CROWDED_USERS = SMALL_USERS + NSS_CROWD_MEMBERS,
	CROWDED_GROUPS = 4,
};

static struct build_group private_group(const struct build_user *user)
{
	return (struct build_group){ .name = user->name, .gid = user->gid };
}

const struct build_input *nss_small(void)
{
	static struct build_group groups[SMALL_GROUPS + SMALL_USERS] = {
		{ TEXT("devs"), NSS_DEVS, developers, ARRAY_LENGTH(developers) },
		{ TEXT("team"), NSS_TEAM, developers, 1 },
		{ TEXT("empty"), NSS_EMPTY, NULL, 0 },
	};
	static const struct build_input input = {
		.generation = 1,
		.created = 1700000000,
		.id_minimum = NSS_ID,
		.users = small_users,
		.user_count = SMALL_USERS,
		.groups = groups,
		.group_count = ARRAY_LENGTH(groups),
	};

	for (size_t i = 0; i < SMALL_USERS; i++)
		groups[SMALL_GROUPS + i] = private_group(&small_users[i]);
	return &input;
}

static struct build_user member(unsigned number, char name[16])
{
	(void)snprintf(name, 16, "member%03u", number);
	return (struct build_user){
		.name = text_of(name),
		.gecos = TEXT("A member"),
		.home = TEXT("/home/member"),
		.shell = TEXT("/bin/sh"),
		.uid = NSS_MEMBER + number,
		.gid = NSS_MEMBER + number,
		.gids = member_gids,
		.gid_count = number < NSS_TEAM_MEMBERS - 1 ? 2 : 1,
		.keys = TEXT(""),
	};
}

const struct build_input *nss_crowded(void)
{
	static char names[NSS_CROWD_MEMBERS][16];
	static struct text crowd[NSS_CROWD_MEMBERS], team[NSS_TEAM_MEMBERS];
	static struct build_user users[CROWDED_USERS];
	static struct build_group groups[CROWDED_GROUPS + CROWDED_USERS] = {
		{ TEXT("devs"), NSS_DEVS, developers, ARRAY_LENGTH(developers) },
		{ TEXT("team"), NSS_TEAM, team, NSS_TEAM_MEMBERS },
		{ TEXT("empty"), NSS_EMPTY, NULL, 0 },
		{ TEXT("crowd"), NSS_CROWD, crowd, NSS_CROWD_MEMBERS },
	};
	static struct build_input input;

	memcpy(users, small_users, sizeof(small_users));
	for (unsigned i = 0; i < NSS_CROWD_MEMBERS; i++) {
		users[SMALL_USERS + i] = member(i, names[i]);
		crowd[i] = users[SMALL_USERS + i].name;
	}
	team[0] = users[0].name;
	memcpy(team + 1, crowd, sizeof(team) - sizeof(team[0]));
	for (size_t i = 0; i < CROWDED_USERS; i++)
		groups[CROWDED_GROUPS + i] = private_group(&users[i]);
	input = *nss_small();
	input.users = users;
	input.user_count = CROWDED_USERS;
	input.groups = groups;
	input.group_count = ARRAY_LENGTH(groups);
	return &input;
}

struct buffer nss_snapshot_bytes(const struct build_input *input)
{
	struct complaint complaint = { 0 };
	struct buffer bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	if (snapshot_build(input, SNAPSHOT_DIRECTORY, &bytes, &complaint) != STATUS_OK)
		CHECK_REQUIRE(false, complaint.reason);
	return bytes;
}

void nss_publish_bytes(struct text bytes)
{
	const char *next = IAM_STATE_FOLDER "/next";
	int fd;

	require_private_root();
	fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CHECK_REQUIRE(fd >= 0, next);
	CHECK_REQUIRE(write(fd, bytes.bytes, bytes.length) == (ssize_t)bytes.length, next);
	CHECK_REQUIRE(close(fd) == 0 && rename(next, NSS_SNAPSHOT) == 0, NSS_SNAPSHOT);
}

void nss_publish(const struct build_input *input)
{
	struct buffer bytes = nss_snapshot_bytes(input);

	nss_publish_bytes(buffer_text(&bytes));
	buffer_release(&bytes);
}
