#include "local_groups.h"

#include <grp.h>

#include "outcome.h"

enum { GROUP_BUFFER_FIRST = 4096, GROUP_BUFFER_MAX = 4 << 20, GROUP_NAME_SIZE = 256 };

/* A group's entry has all its members in it, so its size is not known before. */
static enum status find_gid(struct text name, struct arena *arena, gid_t *out_gid)
{
	char name_text[GROUP_NAME_SIZE];
	struct group group, *found = NULL;
	int error = ERANGE;

	if (text_copy(name, name_text, sizeof(name_text)) != STATUS_OK)
		return STATUS_NOT_FOUND;
	for (size_t size = GROUP_BUFFER_FIRST; error == ERANGE && size <= GROUP_BUFFER_MAX;
	     size *= 2) {
		char *buffer = arena_take(arena, 1, size);

		if (!buffer)
			return STATUS_NO_MEMORY;
		error = getgrnam_r(name_text, &group, buffer, size, &found);
	}
	if (!found)
		return STATUS_NOT_FOUND;
	*out_gid = found->gr_gid;
	return STATUS_OK;
}

static bool is_listed(const gid_t *gids, size_t count, gid_t gid)
{
	for (size_t i = 0; i < count; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

/* The groups of this process, in an array with room for more. */
static enum status current_groups(size_t more, gid_t **out_gids, size_t *out_count)
{
	int count = getgroups(0, NULL);
	AUTO_FREE gid_t *gids = NULL;

	if (count < 0)
		return STATUS_SYSTEM;
	gids = reallocarray(NULL, (size_t)count + more, sizeof(*gids));
	if (!gids)
		return STATUS_NO_MEMORY;
	count = getgroups(count, gids);
	if (count < 0)
		return STATUS_SYSTEM;
	*out_gids = TAKE_POINTER(gids);
	*out_count = (size_t)count;
	return STATUS_OK;
}

static enum status join(const struct attempt *attempt, struct arena *arena,
			const struct text *names, size_t count)
{
	AUTO_FREE gid_t *gids = NULL;
	size_t gid_count = 0, before;
	enum status status = current_groups(count, &gids, &gid_count);

	if (status != STATUS_OK)
		return status;
	before = gid_count;
	for (size_t i = 0; i < count; i++) {
		gid_t gid = 0;

		status = find_gid(names[i], arena, &gid);
		if (status == STATUS_NO_MEMORY)
			return status;
		if (status != STATUS_OK)
			outcome_group_skipped(attempt, names[i], "the host has no such group");
		else if (!is_listed(gids, gid_count, gid))
			gids[gid_count++] = gid;
	}
	if (gid_count == before || setgroups(gid_count, gids) == 0)
		return STATUS_OK;
	return STATUS_SYSTEM;
}

enum status local_groups_join(struct attempt *attempt)
{
	AUTO_ARENA arena = { 0 };
	struct text *names;
	size_t count;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_local_groups(&attempt->records, attempt->request.user, &arena, &names,
				     &count);
	if (status != STATUS_OK || count == 0)
		return status;
	return join(attempt, &arena, names, count);
}
