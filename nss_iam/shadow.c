/*
 * nss_iam/shadow.c: the shadow database, whose every password is locked.
 *
 * Passwords are pam_iam's business. But pam_unix's account phase, and tools such as passwd -S, take
 * an account without a shadow entry for a broken one: here is an entry with a password that nothing
 * matches and an age that never ends. There is no secret in it; only root is answered because that
 * is how the database behaves everywhere else, and a program that asks as somebody else has a path
 * for the refusal (pam_unix runs its set-user-id helper) and none for the answer.
 */
#include <unistd.h>

#include "enumeration.h"
#include "mapping.h"
#include "nss_iam.h"
#include "question.h"
#include "reply.h"

static enum status shadow_pack(const struct snapshot_user *user, struct reply reply,
			       struct spwd *out_shadow)
{
	struct spwd packed = { .sp_lstchg = -1,
			       .sp_min = -1,
			       .sp_max = -1,
			       .sp_warn = -1,
			       .sp_inact = -1,
			       .sp_expire = -1,
			       .sp_flag = ~0UL }; /* each one: an empty field */

	packed.sp_namp = reply_text(&reply, user->name);
	packed.sp_pwdp = reply_text(&reply, TEXT("*"));
	if (!question_name_is_ours(user->name))
		return STATUS_BAD_DATA;
	if (reply.overflowed)
		return STATUS_NO_SPACE;
	*out_shadow = packed;
	return STATUS_OK;
}

/* What opening /etc/shadow would give. */
static enum nss_status refuse(int *errnop)
{
	*errnop = EACCES;
	return NSS_STATUS_UNAVAIL;
}

enum nss_status _nss_iam_getspnam_r(const char *name, struct spwd *result, char *buffer,
				    size_t size, int *errnop)
{
	AUTO_MAPPING struct mapping mapping = { 0 };
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_user user;
	struct text asked;

	if (geteuid() != 0)
		return refuse(errnop);
	if (!question_name(name, &asked))
		return nss_status_from(STATUS_NOT_FOUND, errnop);
	enum status status = mapping_take(&mapping);
	if (status == STATUS_OK)
		status = snapshot_find_user(mapping.snapshot, asked, &user);
	if (status == STATUS_OK)
		status = shadow_pack(&user, reply, result);
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_setspent(int stay_open)
{
	(void)stay_open; /* as in _nss_iam_setpwent */
	if (geteuid() != 0)
		return refuse(&errno);
	return enumeration_begin(ENUMERATION_SHADOW);
}

enum nss_status _nss_iam_getspent_r(struct spwd *result, char *buffer, size_t size, int *errnop)
{
	AUTO_ENUMERATION struct enumeration *held = NULL;
	struct reply reply = { .next = buffer, .left = size };
	struct snapshot_user user;

	if (geteuid() != 0)
		return refuse(errnop);
	enum status status = enumeration_lock(ENUMERATION_SHADOW, &held);
	if (status == STATUS_OK)
		status = snapshot_user_at(&held->snapshot, held->position, &user);
	if (status == STATUS_OK)
		status = shadow_pack(&user, reply, result);
	if (status == STATUS_OK)
		held->position++;
	return nss_status_from(status, errnop);
}

enum nss_status _nss_iam_endspent(void)
{
	return enumeration_end(ENUMERATION_SHADOW);
}
