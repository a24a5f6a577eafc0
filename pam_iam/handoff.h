/*
 * pam_iam/handoff.h: what one phase leaves for a later one of the same PAM transaction.
 *
 * Lives in PAM's data, wiped with it. No phase depends on it to let somebody in who was not let in
 * otherwise, except that changing a password asks whether the old one was proven here. sshd's
 * dialogue runs in a process of its own: there the later phases find nothing.
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
	int64_t when;
};

MUST_CHECK enum status handoff_leave(pam_handle_t *pamh, enum handoff_kind kind,
				     const struct signin_request *request,
				     const struct signin_answer *answer);

/* NULL when nothing was left, or it was left for another user. Borrowed from PAM. */
const struct handoff *handoff_find(pam_handle_t *pamh, enum handoff_kind kind,
				   const struct signin_request *request);

#endif
