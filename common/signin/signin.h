/*
 * common/signin/signin.h: the use cases of signing in.
 *
 * Knows snapshot, store and configuration; knows no PAM type and never asks the clock. The same
 * functions serve PAM, the command line and the tests. A refusal is an answer, not an error: it has
 * a stable reason code that pam_iam(8) explains. Every status but STATUS_OK refuses too.
 */
#ifndef IAM_SIGNIN_SIGNIN_H
#define IAM_SIGNIN_SIGNIN_H

#include "base/secret.h"
#include "password/password_expiry.h"
#include "password/password_history.h"
#include "signin/signin_reason.h"
#include "signin/signin_records.h"

/* What is known of the login session that the request comes from. */
struct signin_login {
	struct text address; /* where it came from; empty when it is not known or was local */
	bool is_unreadable;  /* the records could not be asked: no address is told apart from none
			      */
	int64_t since;       /* when it began; 0: not known */
	int64_t mfa_at;      /* when a code was proven in it, or just now; 0: not at all */
	int64_t break_glass_until; /* it began with such a code: until then a directory that is
				      out of date refuses neither it nor sudo in it; else 0 */
};

/* Who runs a program such as su, which makes somebody else of its user: hostile text (PAM_RUSER)
   beside what the kernel knows. */
struct signin_invoker {
	bool is_known;
	struct text name;
	uint32_t uid; /* the real one */
};

/* What sudo's approval plugin knows of a command, and PAM does not. */
struct signin_command {
	bool is_known;
	bool is_known_later; /* the plugin will ask again: now it is whether anything could be
				allowed */
	struct text run_as_user, run_as_group, path, arguments;
};

/* The role session in which a role account acts; a role without one is refused. */
struct signin_acting {
	bool is_known;
	struct text session_name, source_identity;
	int64_t since, until;
};

/* What the module's argument in pam.d says of one-time codes, for the service it stands in. */
struct signin_mfa_argument {
	bool is_given;
	enum config_mfa mode;
};

struct signin_request {
	struct text user;        /* PAM_USER as it came: hostile */
	struct text service;     /* "sshd", "sudo" */
	struct text remote_host; /* PAM_RHOST; empty when local; hostile */
	struct text tty;
	bool public_key_verified; /* by sshd, for this login */
	struct text security_key; /* of MFA, verified likewise: its id; empty: none */
	struct signin_mfa_argument mfa_argument;
	bool password_used; /* proven in this login: one that has expired is to be changed */
	int64_t now;
	struct signin_invoker invoker;
	struct signin_login login;
	struct signin_command command;
	struct signin_acting acting;
};

/* What has to be proven, and asked. */
struct signin_factors {
	bool password, code;
	bool key; /* neither: what sshd has verified stands for both */
	/* Why a break-glass code may be given in the place of the code, which is asked for then
	   also where none is due: snapshot-stale or snapshot-expired. None: it may not. */
	enum signin_reason break_glass;
	uint32_t grace_days; /* left to a user who has no device for the code that is required; 0:
				no code is missing */
	bool is_attended;    /* by somebody who signs in and can be told so */
	bool may_enrol;      /* and, in the dialogue of this service, shown a new device */
};

/*
 * What the module's options say about factors, before the user is known. sshd calls PAM after a
 * public key only when its configuration wants a second step, and passing one that asked nothing
 * would be a step that is not there; so something is asked for, unless the key was that step too.
 */
enum signin_mode {
	SIGNIN_PASSWORD_AND_CODE = 0, /* after a public key the code alone, or, when no code is due,
					 the password alone; after a security key of MFA nothing
					 when a code is due */
	SIGNIN_PASSWORD,              /* after a public key too */
	SIGNIN_CODE,                  /* always, whatever iam.conf says of MFA */
};

struct signin_answer {
	enum signin_reason reason; /* SIGNIN_REASON_NONE (the zero) refuses; set with any status */
	char device[129];          /* MFA device that proved the code; "" when none; in parentheses
				      what stood for one */
	enum credential_proof proof;
	unsigned recovery_left;        /* recovery codes, after one was used */
	int32_t drift;                 /* of that device, in steps; HOTP: counters skipped */
	struct credential_stray stray; /* of a wrong code, for the administrator alone */
	bool used_password, used_code;
	enum signin_reason lifted; /* by a break-glass code: what would have refused; else none */
	char break_glass[CREDENTIAL_BREAK_GLASS_NAME_SIZE]; /* the name of the one just used */
	int64_t break_glass_until;                          /* as in struct signin_login */
	struct credential_lock lock; /* that decided, or that the failure has brought about */
	struct complaint complaint;  /* what failed, when the status is not STATUS_OK */
};

static inline bool signin_is_allowed(const struct signin_answer *answer)
{
	return answer->reason == SIGNIN_REASON_ALLOWED;
}

/*
 * Is this name one of the snapshot's? Decided by access.snapshot and, because an account of the
 * host's own is never IAM's, by the host's own file of accounts (signin_paths.local_accounts).
 * Works with records that could not be opened whole: without a snapshot a local account is not
 * IAM's, and for any other name the answer is STATUS_UNAVAILABLE.
 */
MUST_CHECK enum status signin_is_iam_user(const struct signin_records *records, struct text user,
					  bool *out_is_iam_user);

/* STATUS_NOT_FOUND when the name is an account of the host's own, which is never IAM's. */
MUST_CHECK enum status signin_check_local(const struct signin_records *records, struct text user);

enum {
	SIGNIN_KEY_ID_SIZE = 129,            /* IAM_ID_MAX and the NUL */
	SIGNIN_METHODS_BYTES_MAX = 64 << 10, /* of what sshd says of a login */
};

/*
 * Has sshd verified a security key that asks who holds it? methods is SSH_AUTH_INFO_0: a method a
 * line, "publickey TYPE BASE64". A key counts when iam.conf says that security keys do, and the
 * user's records in directory.snapshot have it with verify-required: MFA, proven at request->now.
 * Then out_id has its id, which the request's security_key is a view of. STATUS_NOT_FOUND when
 * there is none; with any status but STATUS_OK the request stays as it is.
 */
MUST_CHECK enum status signin_note_security_key(const struct signin_records *records,
						struct text methods,
						struct signin_request *inout_request,
						char out_id[SIGNIN_KEY_ID_SIZE]);

/* How long what a break-glass code lifts stays lifted, for sudo in the session it began. */
enum { SIGNIN_BREAK_GLASS_SECONDS = 3600 };

/* Which factors to ask for: never none. An unknown user is asked what an enrolled one in no group
   would be. For host:Sudo a code of the login session counts as long as [mfa] remember says. */
MUST_CHECK enum status signin_factors(const struct signin_records *records,
				      const struct signin_request *request, enum signin_mode mode,
				      struct signin_factors *out_factors);

/*
 * Compares the factors asked for; factors->key takes what sshd has verified. Else always one hash
 * (when a password was asked for) and one transaction, whoever the user is: an unknown one, a role,
 * and one without login profile run against an id that no account can have. Needs the store. No
 * factor at all is STATUS_BAD_INPUT.
 */
MUST_CHECK enum status signin_authenticate(const struct signin_records *records,
					   const struct signin_request *request,
					   const struct signin_factors *factors,
					   struct text password, struct text code,
					   struct signin_answer *out_answer);

/*
 * May the account be used for this service here and now: known, no role, snapshot not too old,
 * signin_authorize() for the service's action, and, where a password was used, a password that need
 * not be changed. What a break-glass code lifts of that is the age alone, for the login that it
 * began and for host:Sudo in it. One that has to be does not block a login that used none (a key,
 * cron, sudo within its time). SIGNIN_REASON_CHANGE_REQUIRED: everything is well but that, and the
 * user may and can change it. Needs the store when a password was used.
 */
MUST_CHECK enum status signin_account(const struct signin_records *records,
				      const struct signin_request *request,
				      struct signin_answer *out_answer);

/* The one decision point: IAM's policies, the host's, and the lists of iam.conf, evaluated. action
   is IAM's spelling: "host:Login", "host:Sudo". Sets reason and complaint of the answer. */
MUST_CHECK enum status signin_authorize(const struct signin_records *records,
					const struct signin_request *request,
					const struct access_principal *principal,
					const char *action, struct signin_answer *inout_answer);

/* "host:Login" unless the service table of iam.conf or the built-in one says otherwise; "", which
   nobody is allowed, when iam.conf gives the service a word that is no action. */
const char *signin_action_of(const struct signin_records *records, struct text service);

/* The last of these questions alone, about the password of whoever proved one: for su to a role,
   where that is not the user of the request, for whom the program would ask a new one. */
MUST_CHECK enum status signin_check_password(const struct signin_records *records,
					     const struct signin_request *request, struct text user,
					     struct signin_answer *out_answer);

/* How old the user's password is. STATUS_NOT_FOUND for a user without one. Needs the store. */
MUST_CHECK enum status signin_password_age(const struct signin_records *records,
					   const struct signin_request *request,
					   struct password_age *out_age);

/* The same from what is known already. PasswordResetRequired of IAM means a password that an
   administrator knows: one that the user has chosen here since is the user's own. */
struct password_age signin_password_age_of(const struct access_principal *principal,
					   const struct iam_password_policy *policy,
					   const struct credential_summary *summary, int64_t now);

/* The user's device that is the next to be too old for seed_age_max. STATUS_NOT_FOUND when there is
   none, or no limit. Needs the store. */
struct signin_device_age {
	char name[CREDENTIAL_DEVICE_NAME_MAX + 1];
	uint32_t days_left; /* whole days until then */
	bool expires_soon;  /* within PASSWORD_WARNING_DAYS */
};

MUST_CHECK enum status signin_device_age(const struct signin_records *records,
					 const struct signin_request *request,
					 struct signin_device_age *out_age);

/* A recovery code was used for this very session: how many are left. STATUS_NOT_FOUND when none
   was. Needs the store. */
MUST_CHECK enum status signin_recovery_left(const struct signin_records *records,
					    const struct signin_request *request,
					    unsigned *out_left);

/* May the user be told at the beginning of this session that the password expires soon? False where
   nobody reads it, and inside a session, where it was told. */
bool signin_session_is_attended(const struct signin_records *records,
				const struct signin_request *request);

/*
 * May the user have a new password at all: known, no role, with a login profile. Unless an
 * administrator sets it, it must also be allowed, by AllowUsersToChangePassword of the account's
 * policy or by a policy that allows iam:ChangePassword on the user's own ARN, be denied by none,
 * and not have expired where HardExpiry is set, for which the store is needed.
 */
MUST_CHECK enum status signin_may_change_password(const struct signin_records *records,
						  const struct signin_request *request,
						  bool by_administrator,
						  struct signin_answer *out_answer);

/* A new password: the policy's faults (0 when it was stored) and, when there are any, their words.
   The old one, where it must be proven, was proven by signin_authenticate before. */
struct signin_password_change {
	const struct signin_request *request;
	struct text new_password;
	bool by_administrator; /* need not be allowed to change it; the policy holds all the same */
	bool is_temporary;     /* to be changed at the next sign-in that uses it */
	const struct password_history_watch *watch; /* may be NULL */
};

/* A random one that the policy accepts, for an administrator to give out. The answer says whether
   the user can have one. */
MUST_CHECK enum status signin_generate_password(const struct signin_records *records,
						const struct signin_request *request,
						struct signin_answer *out_answer,
						struct secret *out_password);

/* Reason SIGNIN_REASON_ALLOWED: stored. SIGNIN_REASON_PASSWORD_POLICY: out_explanation says why, a
   sentence a line. Needs the store. */
MUST_CHECK enum status signin_change_password(const struct signin_records *records,
					      const struct signin_password_change *change,
					      struct signin_answer *out_answer,
					      struct buffer *out_explanation);

/* The host's own groups (iam.conf, [local-groups]) that the user joins at sign-in, by name. */
MUST_CHECK enum status signin_local_groups(const struct signin_records *records, struct text user,
					   struct arena *arena, struct text **out_names,
					   size_t *out_count);

#endif
