/*
 * common/signin/signin_role.h: sessions: where a request comes from, and taking a role.
 */
#ifndef IAM_SIGNIN_SIGNIN_ROLE_H
#define IAM_SIGNIN_SIGNIN_ROLE_H

#include "credentials/last_login.h"
#include "signin/signin.h"

enum {
	SIGNIN_ROLE_SECONDS_DEFAULT = 3600, /* AWS STS API Reference, AssumeRole: DurationSeconds */
	SIGNIN_ROLE_SECONDS_MIN = 900,
	SIGNIN_PROOF_SIZE = 32,     /* of its text, with the NUL */
	SIGNIN_PROOF_SECONDS = 600, /* between proving a code and the session it opens */
};

/* Where among the host's sessions a process is. Held by the edge; views of a request point into it.
 */
struct signin_place {
	struct process_lineage lineage; /* count 0: not known */
	struct login_session login;
	struct role_session role;
};

/* Fills request->login, and request->acting for a role in its session, from the store. A place
   where nothing is recorded leaves them empty: no MFA, no address, no role. Any status but
   STATUS_OK leaves them empty and says so in request->login.is_unreadable. Needs the store. */
MUST_CHECK enum status signin_find_place(const struct signin_records *records,
					 struct signin_place *inout_place,
					 struct signin_request *inout_request);

/*
 * Whose factors a request takes: the user's own; for sudo from a role's shell those of the user who
 * took the role; for su to a role those of the user who runs su. The place was found before.
 * Anybody else stays who the request says, whom signin_authenticate() will refuse.
 */
MUST_CHECK enum status signin_find_actor(const struct signin_records *records,
					 const struct signin_request *request,
					 const struct signin_place *place, struct text *out_user);

/* Root that becomes a role by su, which it might do without asking anybody: nothing to prove, and
   no role session. */
MUST_CHECK enum status signin_is_roots_switch(const struct signin_records *records,
					      const struct signin_request *request,
					      bool *out_is_roots);

/* The account phase: signin_account(), but for su to a role, which takes it. The place was found
   before; what needs the store and cannot have it refuses. */
MUST_CHECK enum status signin_admit(const struct signin_records *records,
				    const struct signin_request *request,
				    const struct signin_place *place,
				    struct signin_answer *out_answer);

/* Does a role's account run su? Then signin_check_invoker() has a word, whoever is to be become. */
MUST_CHECK enum status signin_is_roles_switch(const struct signin_records *records,
					      const struct signin_request *request,
					      bool *out_is_roles);

/* Is the session in which it does open, and its time not up? signin_admit() asks by itself. */
MUST_CHECK enum status signin_check_invoker(const struct signin_records *records,
					    const struct signin_request *request,
					    const struct signin_place *place,
					    struct signin_answer *out_answer);

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

/* A command of sudo's, with request->command known: host:Sudo for it, and, when the run-as user is
   a role, taking that role. Needs the store. */
MUST_CHECK enum status signin_command(const struct signin_records *records,
				      const struct signin_request *request,
				      const struct signin_place *place,
				      const struct signin_taking *taking,
				      struct signin_answer *out_answer);

/* What the session phase of a request has to record. */
enum signin_session {
	SIGNIN_SESSION_ROLE = 0, /* refused unless the role was taken */
	SIGNIN_SESSION_LOGIN,
	SIGNIN_SESSION_NONE, /* a program inside of a login session */
};

MUST_CHECK enum status signin_session_of(const struct signin_records *records,
					 const struct signin_request *request,
					 enum signin_session *out_session);

/* Begins the session that was approved for this process and request->user, a role, and fills
   place->role: SIGNIN_REASON_ROLE_NOT_ASSUMED when none was. Root's su is allowed, and begins none:
   place->role.number stays 0. Needs the store, but for root's su. */
MUST_CHECK enum status signin_begin_role(const struct signin_records *records,
					 const struct signin_request *request,
					 struct signin_place *inout_place,
					 struct signin_answer *out_answer);

/* Records the login session that this process opens for a user. Needs the store. */
MUST_CHECK enum status signin_begin_login(const struct signin_records *records,
					  const struct signin_request *request,
					  const struct signin_place *place);

/* The user's login that begins, kept for the next one, and what is kept of the one before: all zero
   where there was none, and where nobody is at the other end (cron). Needs the store. */
MUST_CHECK enum status signin_note_login(const struct signin_records *records,
					 const struct signin_request *request,
					 struct last_login *out_before);

/* Ends what this process began, of either kind. Needs the store. */
MUST_CHECK enum status signin_end_sessions(const struct signin_records *records,
					   const struct signin_place *place, int64_t now);

/* request->user proved a code inside of a login session: it counts there from now on. Where none of
   the user's is recorded, sudo's counts for its process alone, so that the plugin, which runs in
   it, knows; *out_is_own says that signin_forget() has to end that. Both need the store. */
MUST_CHECK enum status signin_prove(const struct signin_records *records,
				    const struct signin_request *request,
				    const struct signin_place *place, bool *out_is_own);
MUST_CHECK enum status signin_forget(const struct signin_records *records,
				     const struct signin_place *place);

/*
 * A code was proven in this process, and another will open the session, as with sshd: leaves word
 * in the store, and what to find it by. Who has the words finds nothing but a proof of the same
 * user's, not older than SIGNIN_PROOF_SECONDS, once. STATUS_NOT_FOUND when there is none. Both need
 * the store. What is found goes into the times of the login.
 */
MUST_CHECK enum status signin_leave_proof(const struct signin_records *records,
					  const struct signin_request *request,
					  const struct signin_place *place,
					  char out_words[SIGNIN_PROOF_SIZE]);
MUST_CHECK enum status signin_take_proof(const struct signin_records *records,
					 const struct signin_request *request,
					 const struct signin_place *place, struct text words,
					 struct signin_login *inout_login);

#endif
