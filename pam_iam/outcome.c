#include "outcome.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <syslog.h>

#include "base/timestamp.h"
#include "conversation.h"
#include "signin/signin_audit.h"
#include "signin/signin_lines.h"

enum { SHOWN_SIZE = 160, TOLD_SIZE = 256, FAIL_DELAY_MICROSECONDS = 2000000 };

/* Reasons that PAM has one word for. The zero denies. */
enum outcome_class {
	CLASS_BROKEN = 0,
	CLASS_ALLOWED,
	CLASS_UNPROVEN,
	CLASS_FORBIDDEN,
	CLASS_CHANGE, /* not before the password is changed */
	CLASS_EXPIRED,
	CLASS_POLICY,
	CLASS_CONVERSATION,
	CLASS_SETUP,
	CLASS_UNAVAILABLE,
	CLASS_MEMORY,
	CLASS_COUNT,
};

/* Before somebody is proven, everything that is wrong with the account looks like a wrong password:
   in the auth phase all of them are PAM_AUTH_ERR. */
static const int codes[OUTCOME_PHASES][CLASS_COUNT] = {
	[OUTCOME_AUTH] = { [CLASS_BROKEN] = PAM_SYSTEM_ERR,
			   [CLASS_ALLOWED] = PAM_SUCCESS,
			   [CLASS_UNPROVEN] = PAM_AUTH_ERR,
			   [CLASS_FORBIDDEN] = PAM_AUTH_ERR,
			   [CLASS_CHANGE] = PAM_AUTH_ERR,
			   [CLASS_EXPIRED] = PAM_AUTH_ERR,
			   [CLASS_POLICY] = PAM_AUTH_ERR,
			   [CLASS_CONVERSATION] = PAM_CONV_ERR,
			   [CLASS_SETUP] = PAM_SERVICE_ERR,
			   [CLASS_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
			   [CLASS_MEMORY] = PAM_BUF_ERR },
	[OUTCOME_CREDENTIALS] = { [CLASS_BROKEN] = PAM_CRED_ERR,
				  [CLASS_ALLOWED] = PAM_SUCCESS,
				  [CLASS_UNPROVEN] = PAM_CRED_ERR,
				  [CLASS_FORBIDDEN] = PAM_CRED_ERR,
				  [CLASS_CHANGE] = PAM_CRED_EXPIRED,
				  [CLASS_EXPIRED] = PAM_CRED_EXPIRED,
				  [CLASS_POLICY] = PAM_CRED_ERR,
				  [CLASS_CONVERSATION] = PAM_CRED_ERR,
				  [CLASS_SETUP] = PAM_CRED_UNAVAIL,
				  [CLASS_UNAVAILABLE] = PAM_CRED_UNAVAIL,
				  [CLASS_MEMORY] = PAM_BUF_ERR },
	[OUTCOME_ACCOUNT] = { [CLASS_BROKEN] = PAM_SYSTEM_ERR,
			      [CLASS_ALLOWED] = PAM_SUCCESS,
			      [CLASS_UNPROVEN] = PAM_AUTH_ERR,
			      [CLASS_FORBIDDEN] = PAM_PERM_DENIED,
			      [CLASS_CHANGE] = PAM_NEW_AUTHTOK_REQD,
			      [CLASS_EXPIRED] = PAM_AUTHTOK_EXPIRED,
			      [CLASS_POLICY] = PAM_PERM_DENIED,
			      [CLASS_CONVERSATION] = PAM_CONV_ERR,
			      [CLASS_SETUP] = PAM_SERVICE_ERR,
			      [CLASS_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
			      [CLASS_MEMORY] = PAM_BUF_ERR },
	[OUTCOME_PASSWORD] = { [CLASS_BROKEN] = PAM_SYSTEM_ERR,
			       [CLASS_ALLOWED] = PAM_SUCCESS,
			       [CLASS_UNPROVEN] = PAM_AUTH_ERR,
			       [CLASS_FORBIDDEN] = PAM_PERM_DENIED,
			       [CLASS_CHANGE] = PAM_PERM_DENIED,
			       [CLASS_EXPIRED] = PAM_PERM_DENIED,
			       [CLASS_POLICY] = PAM_AUTHTOK_ERR,
			       [CLASS_CONVERSATION] = PAM_CONV_ERR,
			       [CLASS_SETUP] = PAM_SERVICE_ERR,
			       [CLASS_UNAVAILABLE] = PAM_AUTHTOK_ERR,
			       [CLASS_MEMORY] = PAM_BUF_ERR },
	/* Never PAM_SESSION_ERR: sudo runs the command all the same. */
	[OUTCOME_SESSION] = { [CLASS_BROKEN] = PAM_SYSTEM_ERR,
			      [CLASS_ALLOWED] = PAM_SUCCESS,
			      [CLASS_UNPROVEN] = PAM_PERM_DENIED,
			      [CLASS_FORBIDDEN] = PAM_PERM_DENIED,
			      [CLASS_CHANGE] = PAM_PERM_DENIED,
			      [CLASS_EXPIRED] = PAM_PERM_DENIED,
			      [CLASS_POLICY] = PAM_PERM_DENIED,
			      [CLASS_CONVERSATION] = PAM_CONV_ERR,
			      [CLASS_SETUP] = PAM_SERVICE_ERR,
			      [CLASS_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
			      [CLASS_MEMORY] = PAM_BUF_ERR },
};

/* What is not here is broken: nobody decided, or the system refused. A test has a row for each. */
static const enum outcome_class classes[SIGNIN_REASON_COUNT] = {
	[SIGNIN_REASON_ALLOWED] = CLASS_ALLOWED,
	[SIGNIN_REASON_USER_UNKNOWN] = CLASS_UNPROVEN, /* of unknown_user=refuse */
	[SIGNIN_REASON_PASSWORD_WRONG] = CLASS_UNPROVEN,
	[SIGNIN_REASON_CODE_WRONG] = CLASS_UNPROVEN,
	[SIGNIN_REASON_CODE_REUSED] = CLASS_UNPROVEN,
	[SIGNIN_REASON_BREAK_GLASS_NOT_DUE] = CLASS_UNPROVEN,
	[SIGNIN_REASON_BREAK_GLASS_EXPIRED] = CLASS_UNPROVEN,
	[SIGNIN_REASON_LOCKED] = CLASS_UNPROVEN,
	[SIGNIN_REASON_ADDRESS_LOCKED] = CLASS_UNPROVEN,
	[SIGNIN_REASON_PASSWORD_NOT_SET] = CLASS_UNPROVEN,
	[SIGNIN_REASON_MFA_NOT_ENROLLED] = CLASS_UNPROVEN,
	[SIGNIN_REASON_MFA_TOO_OLD] = CLASS_UNPROVEN,
	[SIGNIN_REASON_CODES_WRONG] = CLASS_UNPROVEN,
	[SIGNIN_REASON_HELPER_REFUSED] = CLASS_UNPROVEN,
	[SIGNIN_REASON_PASSWORD_DISABLED] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_ROLE_DIRECT] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_NOT_AUTHORIZED] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_POLICY_DENIED] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_POLICY_UNREADABLE] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_SOURCE_UNREADABLE] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_ROLE_NOT_ASSUMED] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_ROLE_SESSION_OVER] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_CHANGE_NOT_ALLOWED] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_FLEET_MANAGED] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_DEVICE_NAME] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_DEVICE_QUOTA] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_DEVICE_UNKNOWN] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_NOT_OWN_ACCOUNT] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_NOT_ROOT] = CLASS_FORBIDDEN,
	[SIGNIN_REASON_CHANGE_REQUIRED] = CLASS_CHANGE,
	[SIGNIN_REASON_PASSWORD_EXPIRED] = CLASS_EXPIRED,
	[SIGNIN_REASON_PASSWORD_UNATTENDED] = CLASS_EXPIRED,
	[SIGNIN_REASON_PASSWORD_POLICY] = CLASS_POLICY,
	[SIGNIN_REASON_CONVERSATION] = CLASS_CONVERSATION,
	[SIGNIN_REASON_OPTIONS] = CLASS_SETUP,
	[SIGNIN_REASON_CONFIG] = CLASS_SETUP,
	[SIGNIN_REASON_HOST_POLICY] = CLASS_SETUP,
	[SIGNIN_REASON_ROLE_SCOPE] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_FLEET_STALE] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_SNAPSHOT_STALE] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_SNAPSHOT_EXPIRED] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_SNAPSHOT] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_STORE] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_AUDIT] = CLASS_UNAVAILABLE,
	[SIGNIN_REASON_HELPER_ABSENT] = CLASS_UNAVAILABLE,
};

static enum outcome_class class_of_reason(enum signin_reason reason)
{
	return (size_t)reason < ARRAY_LENGTH(classes) ? classes[reason] : CLASS_BROKEN;
}

/* With any status but STATUS_OK nothing was decided: a reason that allows does not count. */
static enum outcome_class class_of_status(enum status status, enum signin_reason reason)
{
	switch (status) {
	case STATUS_OK:
		return class_of_reason(reason);
	case STATUS_NO_MEMORY:
		return CLASS_MEMORY;
	case STATUS_NOT_FOUND:
	case STATUS_NO_SPACE:
	case STATUS_BAD_INPUT:
	case STATUS_BAD_DATA:
	case STATUS_UNAVAILABLE:
	case STATUS_SYSTEM:
		break;
	}
	return reason == SIGNIN_REASON_ALLOWED ? CLASS_BROKEN : class_of_reason(reason);
}

int outcome_code(const struct attempt *attempt, enum outcome_phase phase)
{
	return codes[phase][class_of_status(attempt->status, attempt->answer.reason)];
}

/* The things from outside that every line carries; "by" is empty, or " by=alice". */
struct shown {
	char user[SHOWN_SIZE], service[SHOWN_SIZE], remote_host[SHOWN_SIZE], by[SHOWN_SIZE];
};

static const char *show(struct text text, char buffer[SHOWN_SIZE])
{
	return text_printable(text.length > 0 ? text : TEXT("-"), buffer, SHOWN_SIZE);
}

static void show_attempt(const struct attempt *attempt, struct shown *out_shown)
{
	const struct signin_request *request = &attempt->request;
	static const char by[] = " by=";

	show(request->user, out_shown->user);
	show(request->service, out_shown->service);
	show(request->remote_host, out_shown->remote_host);
	out_shown->by[0] = '\0';
	if (text_equal(attempt->actor, request->user))
		return;
	memcpy(out_shown->by, by, sizeof(by));
	text_printable(attempt->actor, out_shown->by + sizeof(by) - 1, SHOWN_SIZE - sizeof(by) + 1);
}

static const char *const phase_words[OUTCOME_PHASES] = {
	[OUTCOME_AUTH] = "sign-in",    [OUTCOME_CREDENTIALS] = "credentials",
	[OUTCOME_ACCOUNT] = "account", [OUTCOME_PASSWORD] = "password change",
	[OUTCOME_SESSION] = "session",
};

void outcome_debug(const struct attempt *attempt, const char *format, ...)
{
	va_list arguments;

	if (!attempt->options.debug)
		return;
	va_start(arguments, format);
	pam_vsyslog(attempt->pamh, LOG_DEBUG, format, arguments);
	va_end(arguments);
}

static void write_line(void *context, enum signin_line_weight weight, const char *line)
{
	static const int priorities[] = {
		[SIGNIN_LINE_INFO] = LOG_INFO,
		[SIGNIN_LINE_NOTICE] = LOG_NOTICE,
		[SIGNIN_LINE_ERROR] = LOG_ERR,
		[SIGNIN_LINE_ALERT] = LOG_ALERT,
	};
	const struct attempt *attempt = context;

	pam_syslog(attempt->pamh, priorities[weight], "%s", line);
}

static void log_decision(struct attempt *attempt, enum outcome_phase phase)
{
	const struct signin_lines lines = { .request = &attempt->request,
					    .actor = attempt->actor,
					    .other_proof = attempt->key_words,
					    .tell = write_line,
					    .context = attempt };

	signin_lines(&lines, phase_words[phase], phase == OUTCOME_AUTH, attempt->status,
		     &attempt->answer);
}

void outcome_delay(const struct attempt *attempt)
{
	(void)pam_fail_delay(attempt->pamh, FAIL_DELAY_MICROSECONDS);
}

/* What a user can do about it; everything else is for the administrator, who finds the code in the
   log and in pam_iam(8). */
static enum status words_for_user(const struct attempt *attempt, char *buffer, size_t size)
{
	enum signin_reason reason = attempt->answer.reason;
	const struct text change_at = attempt->records.config.change_at;
	char user[SHOWN_SIZE];

	if (reason == SIGNIN_REASON_FLEET_MANAGED)
		return text_format(
			buffer, size,
			"Your password and MFA devices are not changed on this host%s%.*s",
			change_at.length > 0 ? ": " : ".", TEXT_ARGUMENTS(change_at));
	if (reason == SIGNIN_REASON_CHANGE_REQUIRED)
		return text_format(buffer, size,
				   "Your password has expired or is temporary. "
				   "You must choose a new one now.");
	if (reason == SIGNIN_REASON_PASSWORD_UNATTENDED)
		return text_format(buffer, size,
				   "Your password has expired. "
				   "Sign in on a terminal to choose a new one.");
	if (reason == SIGNIN_REASON_PASSWORD_EXPIRED)
		return text_format(buffer, size,
				   "Your password has expired. Ask an administrator to run: "
				   "iamctl passwd %s",
				   show(attempt->actor, user));
	return text_format(buffer, size, "Permission denied (%s)", signin_reason_code(reason));
}

static void tell_user(const struct attempt *attempt)
{
	bool is_friendly = attempt->answer.reason == SIGNIN_REASON_CHANGE_REQUIRED;
	char told[TOLD_SIZE];

	if (words_for_user(attempt, told, sizeof(told)) == STATUS_OK)
		conversation_tell(attempt->pamh, attempt->flags,
				  is_friendly ? PAM_TEXT_INFO : PAM_ERROR_MSG, told);
}

/* The log of who is not root is kept by iam-self. */
static void audit_act(struct attempt *attempt, enum signin_act act, const struct role_session *role)
{
	const struct signin_audit audit = { .act = act,
					    .request = &attempt->request,
					    .actor = attempt->actor,
					    .device = text_of(attempt->answer.device),
					    .other_proof = text_of(attempt->key_words),
					    .role = role,
					    .status = attempt->status };
	struct complaint complaint = { .reason = "" };
	enum status status;

	if (attempt->asks_helper || !attempt->request.user.bytes)
		return;
	status = signin_audit(&attempt->records, &audit, &attempt->answer, &complaint);
	if (status != STATUS_OK)
		outcome_warn(attempt, "not in the audit log", status, &complaint);
}

int outcome_report(struct attempt *attempt, enum outcome_phase phase)
{
	static const enum signin_act acts[OUTCOME_PHASES] = {
		[OUTCOME_AUTH] = SIGNIN_ACT_AUTHENTICATE,
		[OUTCOME_CREDENTIALS] = SIGNIN_ACT_CREDENTIALS,
		[OUTCOME_ACCOUNT] = SIGNIN_ACT_ACCOUNT,
		[OUTCOME_PASSWORD] = SIGNIN_ACT_CHANGE_PASSWORD,
		[OUTCOME_SESSION] = SIGNIN_ACT_BEGIN_ROLE,
	};
	int code;

	audit_act(attempt, acts[phase], NULL);
	code = outcome_code(attempt, phase);
	log_decision(attempt, phase);
	if (code == PAM_SUCCESS)
		return code;
	/* Whoever is not proven yet learns nothing: no lockout, no missing password. */
	if (phase == OUTCOME_AUTH)
		return code;
	tell_user(attempt);
	return code;
}

void outcome_session(const struct attempt *attempt, const char *event, const char *mfa)
{
	struct shown shown;
	char device[SHOWN_SIZE];

	show_attempt(attempt, &shown);
	pam_syslog(attempt->pamh, LOG_INFO, "session %s: user=%s service=%s rhost=%s mfa=%s", event,
		   shown.user, shown.service, shown.remote_host, show(text_of(mfa), device));
}

int outcome_role_session(struct attempt *attempt)
{
	const struct role_session *role = &attempt->place.role;
	char user[SHOWN_SIZE], name[SHOWN_SIZE], until[TIMESTAMP_TEXT_SIZE];
	int code;

	audit_act(attempt, SIGNIN_ACT_BEGIN_ROLE, role);
	code = outcome_code(attempt, OUTCOME_SESSION);
	if (code != PAM_SUCCESS) {
		log_decision(attempt, OUTCOME_SESSION);
		tell_user(attempt);
		return code;
	}
	pam_syslog(attempt->pamh, LOG_INFO,
		   "role session opened: user=%s by=%s session=%s address=%s until=%s",
		   role->role_name, show(text_of(role->user_name), user),
		   show(text_of(role->session_name), name), role->address[0] ? role->address : "-",
		   timestamp_format(role->until, until));
	return code;
}

void outcome_role_session_ended(struct attempt *attempt, const struct role_session *role)
{
	attempt->answer.reason = attempt->request.now < role->until
					 ? SIGNIN_REASON_ALLOWED
					 : SIGNIN_REASON_ROLE_SESSION_OVER;
	audit_act(attempt, SIGNIN_ACT_END_ROLE, role);
}

void outcome_role_session_over(const struct attempt *attempt, const struct role_session *role)
{
	char user[SHOWN_SIZE], name[SHOWN_SIZE], until[TIMESTAMP_TEXT_SIZE];

	pam_syslog(attempt->pamh, LOG_NOTICE,
		   "role session over: user=%s by=%s session=%s until=%s", role->role_name,
		   show(text_of(role->user_name), user), show(text_of(role->session_name), name),
		   timestamp_format(role->until, until));
}

void outcome_device(struct attempt *attempt)
{
	struct shown shown;
	char device[SHOWN_SIZE];

	audit_act(attempt, SIGNIN_ACT_ENABLE_DEVICE, NULL);
	show_attempt(attempt, &shown);
	pam_syslog(attempt->pamh, LOG_NOTICE,
		   "MFA device enabled: user=%s service=%s rhost=%s%s device=%s", shown.user,
		   shown.service, shown.remote_host, shown.by,
		   show(text_of(attempt->answer.device), device));
}

void outcome_warn(const struct attempt *attempt, const char *what, enum status status,
		  const struct complaint *complaint)
{
	const char *place = complaint ? complaint->place : "";
	const char *reason =
		complaint && complaint->reason[0] ? complaint->reason : status_text(status);

	pam_syslog(attempt->pamh, LOG_WARNING, "%s: %s%s%s", what, place, place[0] ? ": " : "",
		   reason);
}

void outcome_group_skipped(const struct attempt *attempt, struct text group, const char *why)
{
	char shown[SHOWN_SIZE];

	pam_syslog(attempt->pamh, LOG_WARNING, "local group %s is left out: %s", show(group, shown),
		   why);
}
