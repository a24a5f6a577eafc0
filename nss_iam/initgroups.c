/*
 * nss_iam/initgroups.c: the groups of one user, in one look.
 *
 * Without this function glibc walks the whole group database at each login, sudo and cron job.
 */
#include <limits.h>

#include "mapping.h"
#include "nss_iam.h"
#include "question.h"
#include "reply.h"

/* glibc's array, grown the way glibc grows it. */
struct group_list {
	gid_t *gids; /* from the caller's malloc, and the caller's to free */
	long capacity;
	long others; /* there already, from elsewhere; those of the snapshot differ among themselves
		      */
	long count;
	long limit; /* none when not positive */
};

static bool is_full(const struct group_list *list)
{
	return list->limit > 0 && list->count >= list->limit;
}

static bool is_there(const struct group_list *list, gid_t gid)
{
	for (long index = 0; index < list->others; index++) {
		if (list->gids[index] == gid)
			return true;
	}
	return false;
}

static enum status group_list_grow(struct group_list *list)
{
	long capacity = list->capacity > 0 ? list->capacity : 8;
	gid_t *grown;

	if (capacity > LONG_MAX / 2)
		return STATUS_NO_MEMORY;
	capacity *= 2;
	if (list->limit > 0 && capacity > list->limit)
		capacity = list->limit;
	grown = reallocarray(list->gids, (size_t)capacity, sizeof(*grown));
	if (!grown)
		return STATUS_NO_MEMORY;
	list->gids = grown;
	list->capacity = capacity;
	return STATUS_OK;
}

static enum status group_list_add(struct group_list *list, gid_t gid)
{
	if (list->count >= list->capacity) {
		enum status status = group_list_grow(list);

		if (status != STATUS_OK)
			return status;
	}
	list->gids[list->count++] = gid;
	return STATUS_OK;
}

/* Reaching the limit is success: the kernel takes no more, and the rest is cut as glibc would. */
static enum status group_list_add_all(struct group_list *list, const struct snapshot_gids *gids,
				      gid_t primary)
{
	for (uint32_t index = 0; index < gids->count && !is_full(list); index++) {
		gid_t gid = snapshot_gid_at(gids, index);
		enum status status;

		if (gid == primary || is_there(list, gid))
			continue;
		status = group_list_add(list, gid);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status memberships_of(const struct snapshot *snapshot, struct text name,
				  struct snapshot_gids *out_gids)
{
	struct snapshot_user user;
	enum status status = snapshot_find_user(snapshot, name, &user);

	if (status != STATUS_OK)
		return status;
	return snapshot_memberships(snapshot, &user, out_gids);
}

/* All of the groups or none: *start moves only when every one of them is in the array. */
enum nss_status _nss_iam_initgroups_dyn(const char *user, gid_t primary, long *start, long *size,
					gid_t **groups, long limit, int *errnop)
{
	AUTO_MAPPING struct mapping mapping = { 0 };
	struct group_list list = { *groups, *size, *start, *start, limit };
	struct snapshot_gids gids;
	struct text asked;

	if (!question_name(user, &asked))
		return nss_status_from(STATUS_NOT_FOUND, errnop);
	enum status status = mapping_take(&mapping);
	if (status == STATUS_OK)
		status = memberships_of(mapping.snapshot, asked, &gids);
	if (status == STATUS_OK)
		status = group_list_add_all(&list, &gids, primary);
	if (status == STATUS_OK)
		*start = list.count;
	*groups = list.gids; /* moved, perhaps, even when there was no room for more */
	*size = list.capacity;
	return nss_status_from(status, errnop);
}
