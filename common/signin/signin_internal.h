/*
 * common/signin/signin_internal.h: what the files of this part share.
 */
#ifndef IAM_SIGNIN_SIGNIN_INTERNAL_H
#define IAM_SIGNIN_SIGNIN_INTERNAL_H

#include "signin/signin.h"

/* Shorter than any IAM id: what is read for a user that does not exist, so that something is. The
   store's own word for nobody, in an attempt, is no id at all. */
#define ID_OF_NOBODY TEXT("NOBODY")

/* Ends a use case that failed: the answer refuses and names the part that failed, or the system
   when there was no memory. */
enum status signin_fail(struct signin_answer *answer, enum status status,
			enum signin_reason reason);

/* The principal of the request. STATUS_OK with answer->reason other than none: refused already. */
MUST_CHECK enum status signin_find_person(const struct signin_records *records,
					  const struct signin_request *request, struct arena *arena,
					  struct access_principal *out_principal,
					  struct signin_answer *answer);

/* Sets answer->reason when the snapshot may no longer decide. */
MUST_CHECK enum status signin_check_age(const struct signin_records *records, int64_t now,
					struct arena *arena, struct signin_answer *answer);

/* Why a break-glass code may be used for this request, which is a login: the reason that it lifts;
   none when it may not. */
MUST_CHECK enum status signin_break_glass_reason(const struct signin_records *records,
						 const struct signin_request *request,
						 enum signin_reason *out_reason);

/* The principal that runs su. STATUS_NOT_FOUND when it is none, or the name is not that of the
   process's real user. */
MUST_CHECK enum status signin_invoking_principal(const struct signin_records *records,
						 const struct signin_request *request,
						 struct arena *arena,
						 struct access_principal *out_principal);

/* By IAM's name of the group, ignoring case, or exactly by the one it has on this host. */
bool signin_group_is_called(const struct access_group *group, struct text name);

/* Does what sshd has verified stand for all that would be asked for? */
MUST_CHECK enum status signin_key_suffices(const struct signin_records *records,
					   const struct signin_request *request,
					   bool *out_suffices);

/* One of lines, a user's keys, that sshd has verified and that asks who holds it; methods is
   SSH_AUTH_INFO_0. out_id is a view. STATUS_NOT_FOUND when there is none. */
MUST_CHECK enum status signin_match_security_key(struct text lines, struct text methods,
						 struct text *out_id);

/* Into a session's array; STATUS_BAD_INPUT when it does not fit. */
MUST_CHECK enum status signin_copy_whole(struct text text, char *buffer, size_t size);

/* Whose password is to be changed, and under which rules; both live in the arena. */
struct change_subject {
	struct access_principal principal;
	struct access_account account;
};

/* The answer allows or refuses. */
MUST_CHECK enum status signin_find_change(const struct signin_records *records,
					  const struct signin_request *request,
					  bool by_administrator, struct arena *arena,
					  struct change_subject *subject,
					  struct signin_answer *answer);

#endif
