/*
 * pam_iam/session.h: the session phases, and what is carried to them.
 */
#ifndef IAM_PAM_SESSION_H
#define IAM_PAM_SESSION_H

#include "attempt.h"
#include "handoff.h"

/* Whom the account phase let in has a session, whether or not it can be recorded or told about; but
   a role has none that was not taken. */
MUST_CHECK int session_open(struct attempt *attempt, enum attempt_user user);

/* Ends whatever fails. */
MUST_CHECK int session_close(struct attempt *attempt, enum attempt_user user);

/* The account phase has let in somebody who gave a code, signed_in (NULL: nobody): where another
   process will open the session, it is told. */
void session_send_code(struct attempt *attempt, const struct handoff *signed_in);

/* A code that was recorded for this process alone, sudo's, has served once the command begins,
   whoever PAM_USER is by now. */
void session_forget_code(struct attempt *attempt);

#endif
