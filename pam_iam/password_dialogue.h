/*
 * pam_iam/password_dialogue.h: the two passes of pam_sm_chauthtok as dialogues.
 */
#ifndef IAM_PAM_PASSWORD_DIALOGUE_H
#define IAM_PAM_PASSWORD_DIALOGUE_H

#include "attempt.h"

enum { PASSWORD_DIALOGUE_TRIES = 3 };

/* First pass: may it be changed, and, unless root does it for somebody, is the old one known. Asked
   before the new one, so that nobody thinks up a password in vain. */
MUST_CHECK int password_dialogue_prove(struct attempt *attempt);

/* Second pass: the new one, asked for twice at once, every fault told at once. */
MUST_CHECK int password_dialogue_change(struct attempt *attempt);

#endif
