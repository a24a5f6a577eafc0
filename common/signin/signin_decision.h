/*
 * common/signin/signin_decision.h: a decision of IAM's policies, with everything it rests on.
 *
 * Knows which documents apply to a principal on this host and what a policy may ask about a
 * request. signin_authorize() keeps only the answer; a person who asks why gets all of it.
 */
#ifndef IAM_SIGNIN_SIGNIN_DECISION_H
#define IAM_SIGNIN_SIGNIN_DECISION_H

#include "policy/policy.h"
#include "signin/signin.h"

enum { SIGNIN_POLICIES_ARENA_MAX = 128 << 20 };

struct signin_decision {
	struct arena arena;
	enum signin_reason reason; /* the zero refuses */
	struct text action, resource;
	struct policy_caller caller;
	struct policy_context context;
	struct policy_set_of_documents set;
	struct policy_verdict verdict;
	struct complaint complaint; /* what could not be read */
};

void signin_decision_release(struct signin_decision *decision);

#define AUTO_SIGNIN_DECISION CLEANUP(signin_decision_release) struct signin_decision

/* What sts:AssumeRole is asked with beside the request. Texts are checked: a session name is 2 to
   64 of [A-Za-z0-9+=,.@_-], an external id 2 to 1224 (AWS STS API Reference, AssumeRole). */
struct signin_assumption {
	const struct access_principal *role;
	struct text session_name, external_id, source_identity;
};

/* action on this host, by the principal. trace may be NULL. Release in any case. */
MUST_CHECK enum status signin_decide(const struct signin_records *records,
				     const struct signin_request *request,
				     const struct access_principal *principal, const char *action,
				     const struct policy_trace *trace,
				     struct signin_decision *out_decision);

/* The same on another resource than this host. */
MUST_CHECK enum status
signin_decide_on(const struct signin_records *records, const struct signin_request *request,
		 const struct access_principal *principal, const char *action, struct text resource,
		 const struct policy_trace *trace, struct signin_decision *out_decision);

/* sts:AssumeRole of a role by the principal: its trust policy, and the principal's own. */
MUST_CHECK enum status signin_decide_assumption(const struct signin_records *records,
						const struct signin_request *request,
						const struct access_principal *principal,
						const struct signin_assumption *assumption,
						const struct policy_trace *trace,
						struct signin_decision *out_decision);

/* Everything that signin_account() looks at before policies: the account is known, is no role
   outside of its session, and the snapshot is not too old. STATUS_OK and reason none: nothing of
   that speaks against it. */
MUST_CHECK enum status signin_account_standing(const struct signin_records *records,
					       const struct signin_request *request,
					       struct arena *arena,
					       struct access_principal *out_principal,
					       struct signin_answer *out_answer);

/* What STS accepts: the name of a role session, an external id (which may be empty: none). */
bool signin_is_session_name(struct text text);
bool signin_is_external_id(struct text text);

/* Whom a service can ask for a new password while somebody signs in with an old one. */
enum signin_dialogue {
	SIGNIN_DIALOGUE_OWN = 0,     /* whom it has asked for the password */
	SIGNIN_DIALOGUE_ON_TERMINAL, /* the same, if it has a terminal (PAM_TTY) */
	SIGNIN_DIALOGUE_NONE,        /* nobody: a daemon, or a protocol without a way to ask */
};

/* What is known of a PAM service: iam.conf's line, or the built-in table's. */
struct signin_service {
	const char *action; /* "" when iam.conf gives no action: nobody is allowed */
	bool is_remote;     /* without an address it is refused where a policy asks for one */
	bool is_encrypted;
	bool is_inside; /* of a login session, which is where its users come from; PAM_RHOST, which
			   sudo sets to the host's own name, says nothing */
	bool is_switch; /* su: somebody becomes the user of the request */
	bool shows_pages; /* of text, with a QR code in it, before it asks */
	enum signin_dialogue dialogue;
};

struct signin_service signin_service_of(const struct signin_records *records, struct text service);

/* The whole built-in table, for the test of the manual; NULL behind the last. */
const char *signin_service_name(size_t index);

#endif
