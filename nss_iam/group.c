/*
 * nss_iam/group.c: the group database.
 */
#include "enumeration.h"
#include "mapping.h"
#include "nss_iam.h"
#include "question.h"
#include "reply.h"

static enum status group_pack(const struct snapshot_group *group, struct reply reply,
			      struct group *out_group)
{
	char **members = reply_pointers(&reply, (size_t)group->member_count + 1);
	char *names = reply_bytes(&reply, group->members.length);
	struct group packed = { .gr_gid = group->gid, .gr_mem = members };
	enum status status;

	packed.gr_name = reply_text(&reply, group->name);
	packed.gr_passwd = reply_text(&reply, TEXT("x"));
	if (!question_name_is_ours(group->name))
		return STATUS_BAD_DATA;
	if (reply.overflowed)
		return STATUS_NO_SPACE;
	status = snapshot_copy_members(group, names, members);
	if (status != STATUS_OK)
		return status;
	*out_group = packed;
	return STATUS_OK;
}

enum nss_status _nss_iam_getgrnam_r(const char *name, struct group *result, char *buffer,
				    size_t size, int *errnop)
{
	AUTO_MAPPING struct mapping mapping = { 0 };
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_group group;
	struct text asked;

	if (!question_name(name, &asked))
		return nss_status_from(STATUS_NOT_FOUND, errnop);
	enum status status = mapping_take(&mapping);
	if (status == STATUS_OK)
		status = snapshot_find_group(mapping.snapshot, asked, &group);
	if (status == STATUS_OK)
		status = group_pack(&group, reply, result);
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_getgrgid_r(gid_t gid, struct group *result, char *buffer, size_t size,
				    int *errnop)
{
	AUTO_MAPPING struct mapping mapping = { 0 };
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_group group;

	if (!question_id(gid))
		return nss_status_from(STATUS_NOT_FOUND, errnop);
	enum status status = mapping_take(&mapping);
	if (status == STATUS_OK)
		status = snapshot_find_gid(mapping.snapshot, gid, &group);
	if (status == STATUS_OK)
		status = group_pack(&group, reply, result);
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_setgrent(int stay_open)
{
	(void)stay_open; /* as in _nss_iam_setpwent */
	return enumeration_begin(ENUMERATION_GROUP);
}

enum nss_status _nss_iam_getgrent_r(struct group *result, char *buffer, size_t size, int *errnop)
{
	AUTO_ENUMERATION struct enumeration *held = NULL;
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_group group;

	enum status status = enumeration_lock(ENUMERATION_GROUP, &held);
	if (status == STATUS_OK)
		status = snapshot_group_at(&held->snapshot, held->position, &group);
	if (status == STATUS_OK)
		status = group_pack(&group, reply, result);
	if (status == STATUS_OK)
		held->position++;
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_endgrent(void)
{
	return enumeration_end(ENUMERATION_GROUP);
}
