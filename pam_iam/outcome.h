/*
 * pam_iam/outcome.h: what a decision is called in PAM, and who is told what about it.
 */
#ifndef IAM_PAM_OUTCOME_H
#define IAM_PAM_OUTCOME_H

#include "attempt.h"

enum outcome_phase {
	OUTCOME_AUTH = 0,
	OUTCOME_CREDENTIALS,
	OUTCOME_ACCOUNT,
	OUTCOME_PASSWORD,
	OUTCOME_SESSION,
	OUTCOME_PHASES,
};

/* PAM's code for the attempt's status and reason. PAM_SUCCESS for SIGNIN_REASON_ALLOWED with
   STATUS_OK alone; never PAM_IGNORE. */
int outcome_code(const struct attempt *attempt, enum outcome_phase phase);

/* An event of the audit log, which may have to be there, and a line for the administrator; a second
   one when something failed. Then outcome_code. */
int outcome_report(struct attempt *attempt, enum outcome_phase phase);

/* Asks the application to wait before it tells of a refusal, as a brake on guessing. */
void outcome_delay(const struct attempt *attempt);

/* A line of the debug option. */
void outcome_debug(const struct attempt *attempt, const char *format, ...) PRINTF_LIKE(2, 3);

/* The line about a session's beginning or end. */
void outcome_session(const struct attempt *attempt, const char *event, const char *mfa);

/* The same of a role's session that begins, from attempt->place, and an event of the audit log. Any
   code but PAM_SUCCESS: it may not begin, and that has been told. */
MUST_CHECK int outcome_role_session(struct attempt *attempt);

/* The event that it has ended. */
void outcome_role_session_ended(struct attempt *attempt, const struct role_session *role);

/* And of one whose time was up when it ended. */
void outcome_role_session_over(const struct attempt *attempt, const struct role_session *role);

/* The user, or whose factors are asked for, has set up the device that the answer names. */
void outcome_device(struct attempt *attempt);

/* Something that the attempt goes on without. complaint may be NULL. */
void outcome_warn(const struct attempt *attempt, const char *what, enum status status,
		  const struct complaint *complaint);

/* A group of [local-groups] that cannot be joined. */
void outcome_group_skipped(const struct attempt *attempt, struct text group, const char *why);

#endif
