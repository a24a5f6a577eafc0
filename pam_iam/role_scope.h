/*
 * pam_iam/role_scope.h: a scope of systemd's for the session of a role.
 *
 * What a session starts stays in its control group however often it forks, and nobody but root gets
 * out of one; when the scope's time is up systemd ends all that is in it. logind makes no session
 * inside of another, which is where su and sudo run, so this is a scope beside that session's.
 *
 * libsystemd is loaded when a role is taken, and at no other time: it has no place in every program
 * that PAM serves.
 */
#ifndef IAM_PAM_ROLE_SCOPE_H
#define IAM_PAM_ROLE_SCOPE_H

#include "base/complaint.h"

enum { ROLE_SCOPE_GRACE_SECONDS = 10 /* between SIGTERM and SIGKILL */ };

struct role_scope {
	const char *name; /* of the unit: "iam-role-deploy-7.scope" */
	const char *description;
	uint64_t seconds;     /* that it lives */
	const char *bus;      /* a D-Bus address */
	uint32_t patience_ms; /* that systemd may take, from connecting on */
};

/*
 * Moves this process into a new scope, in the slice where it is; stopping the user's session
 * in which it is stops the scope too. STATUS_NOT_FOUND where no systemd runs, or for a program that
 * was built without; with any status but STATUS_OK the process must be taken to be where it was,
 * and the complaint says why.
 */
MUST_CHECK enum status role_scope_enter(const struct role_scope *scope,
					struct complaint *out_complaint);

#endif
