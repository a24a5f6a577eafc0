/*
 * common/signin/signin_role.h: sessions: where a request comes from, and taking a role.
 */
#ifndef IAM_SIGNIN_SIGNIN_ROLE_H
#define IAM_SIGNIN_SIGNIN_ROLE_H

#include "credentials/login_session.h"
#include "signin/signin.h"

enum {
	SIGNIN_ROLE_SECONDS_DEFAULT = 3600, /* AWS STS API Reference, AssumeRole: DurationSeconds */
	SIGNIN_ROLE_SECONDS_MIN = 900,
};

/* Where among the host's sessions a process is. Held by the edge; views of a request point into it.
 */
struct signin_place {
	struct process_lineage lineage; /* count 0: not known */
	struct login_session login;
	struct role_session role;
};

/* Fills request->login (of a user) or request->login and request->acting (of a role) from the
   store. A place where nothing is recorded leaves them empty: no MFA, no address, no role. Needs
   the store. */
MUST_CHECK enum status signin_find_place(const struct signin_records *records,
					 struct signin_place *inout_place,
					 struct signin_request *inout_request);

/* How a role is to be taken. */
struct signin_taking {
	struct text role;         /* its Unix name */
	struct text session_name; /* empty: the user's IAM name */
	struct text external_id;
	uint32_t seconds; /* 0: the default, or what the role allows if that is less */
};

/* sts:AssumeRole by request->user: decides, and records the approval for the place's process. Needs
   the store. */
MUST_CHECK enum status signin_take_role(const struct signin_records *records,
					const struct signin_request *request,
					const struct signin_place *place,
					const struct signin_taking *taking,
					struct signin_answer *out_answer);

/* Begins the session that was approved for this process and request->user, a role:
   SIGNIN_REASON_ROLE_NOT_ASSUMED when none was. out_until: when it ends. Needs the store. */
MUST_CHECK enum status signin_begin_role(const struct signin_records *records,
					 const struct signin_request *request,
					 const struct signin_place *place,
					 struct signin_answer *out_answer, int64_t *out_until);

/* Records the login session that this process opens for a user. Needs the store. */
MUST_CHECK enum status signin_begin_login(const struct signin_records *records,
					  const struct signin_request *request,
					  const struct signin_place *place);

/* Ends what this process began, of either kind. Needs the store. */
MUST_CHECK enum status signin_end_sessions(const struct signin_records *records,
					   const struct signin_place *place, int64_t now);

/* A command of sudo's, with request->command known: host:Sudo for it, and, when the run-as user is
   a role, taking that role. Needs the store. */
MUST_CHECK enum status signin_command(const struct signin_records *records,
				      const struct signin_request *request,
				      const struct signin_place *place,
				      const struct signin_taking *taking,
				      struct signin_answer *out_answer);

#endif
