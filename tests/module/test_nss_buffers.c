/*
 * Every call with every size of buffer from 0 to 4096 at every alignment: either ERANGE, or a reply
 * that is whole and inside the buffer. Meant for the sanitizers; without them the bytes behind the
 * buffer are watched.
 */
#include "check.h"
#include "nss_clock.h"
#include "support/nss_module.h"

enum {
	SIZE_MAXIMUM = 4096,
	ALIGNMENTS = 8,
	WATCHED = 16, /* bytes behind the buffer */
	WATCH_BYTE = 0x5a,
};

static struct nss_module nss;

/* The buffer of one call. */
struct space {
	char *bytes;
	size_t size;
};

union result {
	struct passwd passwd;
	struct group group;
	struct spwd shadow;
};

static bool holds_text(struct space space, const char *string)
{
	return string >= space.bytes && string < space.bytes + space.size &&
	       strnlen(string, (size_t)(space.bytes + space.size - string)) <
		       (size_t)(space.bytes + space.size - string);
}

static bool passwd_is_whole(struct space space, const union result *result)
{
	const struct passwd *passwd = &result->passwd;

	return holds_text(space, passwd->pw_name) && holds_text(space, passwd->pw_passwd) &&
	       holds_text(space, passwd->pw_gecos) && holds_text(space, passwd->pw_dir) &&
	       holds_text(space, passwd->pw_shell) && strcmp(passwd->pw_name, "alice") == 0 &&
	       strcmp(passwd->pw_gecos, "Alice Example") == 0 &&
	       strcmp(passwd->pw_dir, "/home/alice") == 0 &&
	       strcmp(passwd->pw_shell, "/bin/bash") == 0;
}

static bool group_is_whole(struct space space, const union result *result)
{
	const struct group *group = &result->group;
	size_t count = 0;

	if (!holds_text(space, group->gr_name) || !holds_text(space, group->gr_passwd) ||
	    (uintptr_t)group->gr_mem % _Alignof(char *) != 0 || (char *)group->gr_mem < space.bytes)
		return false;
	for (char **member = group->gr_mem;; member++, count++) {
		if ((char *)(member + 1) > space.bytes + space.size)
			return false;
		if (!*member)
			return count == NSS_TEAM_MEMBERS && strcmp(group->gr_name, "team") == 0;
		if (!holds_text(space, *member))
			return false;
	}
}

static bool shadow_is_whole(struct space space, const union result *result)
{
	return holds_text(space, result->shadow.sp_namp) &&
	       holds_text(space, result->shadow.sp_pwdp) &&
	       strcmp(result->shadow.sp_namp, "alice") == 0;
}

static enum nss_status by_name(struct space space, union result *result, int *error)
{
	return nss.getpwnam_r("alice", &result->passwd, space.bytes, space.size, error);
}

static enum nss_status by_uid(struct space space, union result *result, int *error)
{
	return nss.getpwuid_r(NSS_ID + 1, &result->passwd, space.bytes, space.size, error);
}

static enum nss_status next_user(struct space space, union result *result, int *error)
{
	(void)nss.setpwent(0);
	return nss.getpwent_r(&result->passwd, space.bytes, space.size, error);
}

static enum nss_status group_by_name(struct space space, union result *result, int *error)
{
	return nss.getgrnam_r("team", &result->group, space.bytes, space.size, error);
}

static enum nss_status by_gid(struct space space, union result *result, int *error)
{
	return nss.getgrgid_r(NSS_TEAM, &result->group, space.bytes, space.size, error);
}

/* The group of a hundred members is not the first: the cursor is put before it, once. */
static enum nss_status next_group(struct space space, union result *result, int *error)
{
	enum nss_status status = nss.getgrent_r(&result->group, space.bytes, space.size, error);

	if (status != NSS_STATUS_SUCCESS)
		return status;
	(void)nss.endgrent();
	for (;;) {
		static char skipped[16384];
		union result other;

		if (nss.getgrent_r(&other.group, skipped, sizeof(skipped), error) !=
			    NSS_STATUS_SUCCESS ||
		    strcmp(other.group.gr_name, "empty") == 0)
			return status;
	}
}

static enum nss_status too_large(struct space space, union result *result, int *error)
{
	return nss.getgrnam_r("crowd", &result->group, space.bytes, space.size, error);
}

static enum nss_status shadow_by_name(struct space space, union result *result, int *error)
{
	return nss.getspnam_r("alice", &result->shadow, space.bytes, space.size, error);
}

static enum nss_status next_shadow(struct space space, union result *result, int *error)
{
	(void)nss.setspent(0);
	return nss.getspent_r(&result->shadow, space.bytes, space.size, error);
}

struct call {
	const char *label;
	enum nss_status (*ask)(struct space space, union result *result, int *error);
	bool (*is_whole)(struct space space, const union result *result);
	size_t needed; /* bytes of an aligned reply; 0: more than any size tried */
};

enum {
	PASSWD_NEEDED = sizeof("alice") + sizeof("x") + sizeof("Alice Example") +
			sizeof("/home/alice") + sizeof("/bin/bash"),
	SHADOW_NEEDED = sizeof("alice") + sizeof("*"),
	TEAM_NEEDED = (NSS_TEAM_MEMBERS + 1) * sizeof(char *) + sizeof("team") + sizeof("x") +
		      sizeof("alice") + (NSS_TEAM_MEMBERS - 1) * sizeof("member000"),
};

static const struct call calls[] = {
	{ "getpwnam", by_name, passwd_is_whole, PASSWD_NEEDED },
	{ "getpwuid", by_uid, passwd_is_whole, PASSWD_NEEDED },
	{ "getpwent", next_user, passwd_is_whole, PASSWD_NEEDED },
	{ "getgrnam", group_by_name, group_is_whole, TEAM_NEEDED },
	{ "getgrgid", by_gid, group_is_whole, TEAM_NEEDED },
	{ "getgrent", next_group, group_is_whole, TEAM_NEEDED },
	{ "getgrnam of 600", too_large, group_is_whole, 0 },
	{ "getspnam", shadow_by_name, shadow_is_whole, SHADOW_NEEDED },
	{ "getspent", next_shadow, shadow_is_whole, SHADOW_NEEDED },
};

static bool is_untouched(const void *bytes, size_t size, unsigned char value)
{
	for (size_t i = 0; i < size; i++) {
		if (((const unsigned char *)bytes)[i] != value)
			return false;
	}
	return true;
}

/* Group replies may lose up to seven bytes to alignment, others none. */
static bool may_be_small(const struct call *call, struct space space)
{
	size_t padding =
		call->is_whole == group_is_whole ? -(uintptr_t)space.bytes % sizeof(char *) : 0;

	return call->needed == 0 || space.size < call->needed + padding;
}

static bool holds(const struct call *call, size_t size, size_t shift)
{
#ifdef __SANITIZE_ADDRESS__
	size_t watched = 0; /* the sanitizer watches what is behind the block */
#else
	size_t watched = WATCHED;
#endif
	char *block = malloc(shift + size + watched + (shift + size + watched == 0));
	struct space space = { block + shift, size };
	union result result;
	int error = 0;
	bool good;

	CHECK_REQUIRE(block, "memory");
	memset(&result, WATCH_BYTE, sizeof(result));
	memset(block, WATCH_BYTE, shift + size + watched);
	if (call->ask(space, &result, &error) == NSS_STATUS_SUCCESS)
		good = !may_be_small(call, space) && error == 0 && call->is_whole(space, &result);
	else
		good = may_be_small(call, space) && error == ERANGE &&
		       is_untouched(&result, sizeof(result), WATCH_BYTE);
	good = good && is_untouched(block, shift, WATCH_BYTE) &&
	       is_untouched(space.bytes + size, watched, WATCH_BYTE);
	free(block);
	return good;
}

static void sweep(const struct call *call)
{
	for (size_t shift = 0; shift < ALIGNMENTS; shift++) {
		size_t size = 0;

		while (size <= SIZE_MAXIMUM && holds(call, size, shift))
			size++;
		CHECK(size > SIZE_MAXIMUM, "%s, %zu bytes off: every size to %d (stopped at %zu)",
		      call->label, shift, SIZE_MAXIMUM, size);
	}
}

int main(void)
{
	char skipped[16384];
	struct group group = { .gr_name = NULL };
	int error = 0;

	nss_module_load(&nss);
	nss_publish(nss_crowded());
	while (!group.gr_name || strcmp(group.gr_name, "empty") != 0)
		CHECK_REQUIRE(nss.getgrent_r(&group, skipped, sizeof(skipped), &error) ==
				      NSS_STATUS_SUCCESS,
			      "the group before the team");
	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
		sweep(&calls[i]);
	return check_done();
}
