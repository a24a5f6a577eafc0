/*
 * pam_iam/handoff.h: what one phase leaves for a later one of the same PAM transaction.
 *
 * Lives in PAM's data, wiped with it: whose factors were proven, and when, which policies ask
 * about, and whether the old password was, which changing it takes. sshd's dialogue runs in a
 * process of its own: there the phases behind it find nothing, but for the words of a proof in the
 * store, which sshd carries over in PAM's environment.
 */
#ifndef IAM_PAM_HANDOFF_H
#define IAM_PAM_HANDOFF_H

#include <security/pam_modules.h>

#include "directory/name.h"
#include "signin/signin.h"

enum handoff_kind { HANDOFF_SIGNED_IN = 0, HANDOFF_OLD_PASSWORD };

struct handoff {
	char user[UNIX_NAME_SIZE]; /* whom it was proven for */
	char device[CREDENTIAL_DEVICE_NAME_MAX + 1];
	bool used_password, used_code;
	bool is_recorded; /* in the store, for this process */
	int64_t when;
	int64_t break_glass_until; /* as in struct signin_login */
};

MUST_CHECK enum status handoff_leave(pam_handle_t *pamh, enum handoff_kind kind, struct text user,
				     int64_t now, const struct signin_answer *answer,
				     bool is_recorded);

/* NULL when nothing was left, or it was left for another user. Borrowed from PAM. */
const struct handoff *handoff_find(pam_handle_t *pamh, enum handoff_kind kind, struct text user);

/* Whoever it was left for: sudo makes the run-as user PAM_USER before it opens a session. */
const struct handoff *handoff_of_anybody(pam_handle_t *pamh, enum handoff_kind kind);

/* What the account phase will say of the user, told beside a proof by who had it proven; false when
   nobody has. */
MUST_CHECK enum status handoff_leave_account(pam_handle_t *pamh, struct text user,
					     enum signin_reason reason);
bool handoff_find_account(pam_handle_t *pamh, struct text user, enum signin_reason *out_reason);

/* From sshd's process of the dialogue to the one that opens the session: in PAM's environment,
   which sshd carries over. Taken once, and never shown to the session itself. */
MUST_CHECK enum status handoff_send(pam_handle_t *pamh, const char *words);
struct text handoff_receive(pam_handle_t *pamh, char *buffer, size_t size);

#endif
