/*
 * common/signin/signin_audit.h: a decision as an event of the audit log.
 *
 * pam_iam, sudo's plugin and iam-self say the same of the same thing. Whoever decided hands over
 * the answer; who that was, by IAM's names, is looked up here. The arguments of a command and the
 * name of somebody who is nobody are left out, and secrets never come here. iam-audit(5) lists the
 * events.
 */
#ifndef IAM_SIGNIN_SIGNIN_AUDIT_H
#define IAM_SIGNIN_SIGNIN_AUDIT_H

#include "audit/audit_sink.h"
#include "signin/signin_role.h"

enum signin_act {
	SIGNIN_ACT_AUTHENTICATE = 0, /* factors were compared */
	SIGNIN_ACT_ACCOUNT,          /* the use of a service was decided; su: perhaps of a role */
	SIGNIN_ACT_COMMAND,          /* of sudo's */
	SIGNIN_ACT_CREDENTIALS,      /* groups of the host's own were joined */
	SIGNIN_ACT_BEGIN_ROLE,
	SIGNIN_ACT_END_ROLE,
	SIGNIN_ACT_CHANGE_PASSWORD,
	SIGNIN_ACT_ENABLE_DEVICE,
	SIGNIN_ACT_DISABLE_DEVICE,
	SIGNIN_ACT_RESYNC_DEVICE,
	SIGNIN_ACT_LIST_DEVICES,
	SIGNIN_ACTS,
};

struct signin_audit {
	enum signin_act act;
	const struct signin_request *request;
	struct text actor;               /* whose factors; empty: request->user */
	struct text device;              /* of the acts about one */
	struct text other_proof;         /* as in struct signin_lines; empty: none */
	const struct role_session *role; /* of the two acts about one; else NULL */
	enum status status;
};

/*
 * Records it, as iam.conf's [audit] says. STATUS_OK too where nothing is to be recorded. Where it
 * cannot be and iam.conf requires it, an answer that allows becomes one that refuses,
 * SIGNIN_REASON_AUDIT; what was changed by then stays so.
 */
MUST_CHECK enum status signin_audit(const struct signin_records *records,
				    const struct signin_audit *audit,
				    struct signin_answer *inout_answer,
				    struct complaint *out_complaint);

/* Where events go, as iam.conf has it; path is a view of the configuration. */
struct audit_sink signin_audit_sink(const struct config *config, struct file_trust trust);

#endif
