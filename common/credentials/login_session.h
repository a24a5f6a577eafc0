/*
 * common/credentials/login_session.h: which login session proved what, and who acts as a role.
 *
 * A session belongs to the process that opened it, in one boot: whoever descends from that process
 * is in it, and so is whoever shares its audit session of the kernel (a terminal multiplexer that
 * went into the background). Sessions of an earlier boot are never found.
 */
#ifndef IAM_CREDENTIALS_LOGIN_SESSION_H
#define IAM_CREDENTIALS_LOGIN_SESSION_H

#include "base/process.h"
#include "credentials/credential_store.h"

enum {
	SESSION_TEXT_SIZE = 129,   /* of names, services, terminals */
	SESSION_ADDRESS_SIZE = 46, /* INET6_ADDRSTRLEN */
	SESSIONS_MAX = 20000,      /* of each kind; the oldest give way */
};

/* The process that opened or approved a session, in its boot; set by the store. */
struct session_process {
	char boot_id[PROCESS_BOOT_ID_SIZE];
	struct process process;
};

/* Services of rows that are no sessions, and that login_session_list leaves out: a proof on its way
   from one process of sshd's to another, and a code that counts for one sudo alone. */
#define LOGIN_SESSION_PROOF "(proof)"
#define LOGIN_SESSION_CODE "(code)"

struct login_session {
	char user_id[SESSION_TEXT_SIZE];
	char service[SESSION_TEXT_SIZE];
	char tty[SESSION_TEXT_SIZE];
	char address[SESSION_ADDRESS_SIZE]; /* "" when local */
	int64_t started;
	int64_t mfa_at;            /* when a code was last proven in it; 0: never */
	int64_t break_glass_until; /* how long the code that it began with lifts something; 0: none
				      did */
	struct session_process opener;
};

/* Records the session that this process opens; one it opened before is replaced. */
MUST_CHECK enum status login_session_open(struct credential_store *store,
					  const struct process_lineage *lineage,
					  const struct login_session *session);

/* The session of the user that this process is in: of its nearest ancestor, else the newest of its
   audit session. STATUS_NOT_FOUND when there is none. */
MUST_CHECK enum status login_session_find(struct credential_store *store,
					  const struct process_lineage *lineage,
					  struct text user_id, struct login_session *out_session);

/* The same, whoever's session it is. */
MUST_CHECK enum status login_session_surrounding(struct credential_store *store,
						 const struct process_lineage *lineage,
						 struct login_session *out_session);

/* A code was proven once more in the session that login_session_find finds. */
MUST_CHECK enum status login_session_prove(struct credential_store *store,
					   const struct process_lineage *lineage,
					   struct text user_id, int64_t now);

/* Forgets the session that this very process opened; STATUS_NOT_FOUND when it opened none. */
MUST_CHECK enum status login_session_close(struct credential_store *store,
					   const struct process_lineage *lineage);

/* Those that were opened and not closed, newest first, told one by one until tell returns false. */
MUST_CHECK enum status
login_session_list(struct credential_store *store,
		   bool (*tell)(void *context, const struct login_session *session), void *context);

enum role_session_state {
	ROLE_SESSION_APPROVED = 0, /* decided, not begun */
	ROLE_SESSION_OPEN,
	ROLE_SESSION_ENDED,
};

struct role_session {
	int64_t number;                                                /* given by the store */
	char role_id[SESSION_TEXT_SIZE], role_name[SESSION_TEXT_SIZE]; /* Unix name */
	char user_id[SESSION_TEXT_SIZE], user_name[SESSION_TEXT_SIZE];
	char session_name[SESSION_TEXT_SIZE], source_identity[SESSION_TEXT_SIZE];
	char address[SESSION_ADDRESS_SIZE];
	int64_t since, until;
	int64_t mfa_at;
	enum role_session_state state;
	struct session_process opener;
};

/* The decision to let the user take the role, made in this process; it must be opened by this
   process or a descendant. */
MUST_CHECK enum status role_session_approve(struct credential_store *store,
					    const struct process_lineage *lineage,
					    const struct role_session *session);

/* Begins what was approved for this process and this role. STATUS_NOT_FOUND when nothing was, or
   its time is up. */
MUST_CHECK enum status role_session_open(struct credential_store *store,
					 const struct process_lineage *lineage, struct text role_id,
					 int64_t now, struct role_session *out_session);

/* The open session of the role that this process is in, whether or not its time is up. */
MUST_CHECK enum status role_session_find(struct credential_store *store,
					 const struct process_lineage *lineage, struct text role_id,
					 struct role_session *out_session);

/* Ends those that this very process opened; STATUS_NOT_FOUND when it opened none. */
MUST_CHECK enum status role_session_close(struct credential_store *store,
					  const struct process_lineage *lineage, int64_t now);

/* Sessions of this boot and earlier ones, newest first, told one by one until tell returns false.
 */
MUST_CHECK enum status
role_session_list(struct credential_store *store,
		  bool (*tell)(void *context, const struct role_session *session), void *context);

#endif
