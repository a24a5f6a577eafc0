/*
 * nss_iam/passwd.c: the passwd database.
 */
#include "enumeration.h"
#include "mapping.h"
#include "nss_iam.h"
#include "question.h"
#include "reply.h"

/* The place in the copy of what stands at view in the original. */
static char *copied(char *copy, struct text original, struct text view)
{
	return copy + (view.bytes - original.bytes);
}

static enum status passwd_pack(const struct snapshot_user *user, struct reply reply,
			       struct passwd *out_passwd)
{
	/* The strings stand one behind the other, NULs included: one copy for the four of them. */
	const char *end = user->shell.bytes + user->shell.length + 1;
	struct text all = { user->name.bytes, (size_t)(end - user->name.bytes) };
	char *copy = reply_bytes(&reply, all.length + sizeof("x"));

	if (!copy)
		return STATUS_NO_SPACE;
	memcpy(copy, all.bytes, all.length);
	memcpy(copy + all.length, "x", sizeof("x"));
	*out_passwd = (struct passwd){
		.pw_name = copy,
		.pw_passwd = copy + all.length,
		.pw_uid = user->uid,
		.pw_gid = user->gid,
		.pw_gecos = copied(copy, all, user->gecos),
		.pw_dir = copied(copy, all, user->home),
		.pw_shell = copied(copy, all, user->shell),
	};
	return STATUS_OK;
}

/* For a user that was not asked for by a name that passed question_name(). */
static enum status passwd_pack_checked(const struct snapshot_user *user, struct reply reply,
				       struct passwd *out_passwd)
{
	if (!question_name_is_ours(user->name))
		return STATUS_BAD_DATA;
	return passwd_pack(user, reply, out_passwd);
}

enum nss_status _nss_iam_getpwnam_r(const char *name, struct passwd *result, char *buffer,
				    size_t size, int *errnop)
{
	AUTO_MAPPING struct mapping mapping = { 0 };
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_user user;
	struct text asked;

	if (!question_name(name, &asked))
		return nss_status_from(STATUS_NOT_FOUND, errnop);
	enum status status = mapping_take(&mapping);
	if (status == STATUS_OK)
		status = snapshot_find_user(mapping.snapshot, asked, &user);
	if (status == STATUS_OK)
		status = passwd_pack(&user, reply, result);
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_getpwuid_r(uid_t uid, struct passwd *result, char *buffer, size_t size,
				    int *errnop)
{
	AUTO_MAPPING struct mapping mapping = { 0 };
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_user user;

	if (!question_id(uid))
		return nss_status_from(STATUS_NOT_FOUND, errnop);
	enum status status = mapping_take(&mapping);
	if (status == STATUS_OK)
		status = snapshot_find_uid(mapping.snapshot, uid, &user);
	if (status == STATUS_OK)
		status = passwd_pack_checked(&user, reply, result);
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_setpwent(int stay_open)
{
	(void)stay_open; /* nothing to close in between: lookups have their own mapping */
	return enumeration_begin(ENUMERATION_PASSWD);
}

enum nss_status _nss_iam_getpwent_r(struct passwd *result, char *buffer, size_t size, int *errnop)
{
	AUTO_ENUMERATION struct enumeration *held = NULL;
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_user user;

	enum status status = enumeration_lock(ENUMERATION_PASSWD, &held);
	if (status == STATUS_OK)
		status = snapshot_user_at(&held->snapshot, held->position, &user);
	if (status == STATUS_OK)
		status = passwd_pack_checked(&user, reply, result);
	if (status == STATUS_OK)
		held->position++;
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_endpwent(void)
{
	return enumeration_end(ENUMERATION_PASSWD);
}
