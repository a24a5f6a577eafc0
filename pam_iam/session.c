#include "session.h"

#include "base/timestamp.h"
#include "conversation.h"
#include "outcome.h"
#include "role_limit.h"
#include "signin/signin_use.h"

enum { VARIABLE_SIZE = 256, SHOWN_SIZE = 160 };

/* sshd has its dialogue in a process of its own, and only PAM's environment comes back from it. */
static bool is_divided(const struct attempt *attempt)
{
	return text_is(attempt->request.service, "sshd");
}

void session_send_code(struct attempt *attempt, const struct handoff *signed_in)
{
	char words[SIGNIN_PROOF_SIZE];
	enum status status;

	if (!signed_in || !signed_in->used_code || !is_divided(attempt) ||
	    !attempt_open_place(attempt))
		return;
	status = signin_leave_proof(&attempt->records, &attempt->request, &attempt->place, words);
	if (status == STATUS_OK)
		status = handoff_send(attempt->pamh, words);
	if (status != STATUS_OK)
		outcome_warn(attempt, "the session will not know of the code", status, NULL);
}

void session_forget_code(struct attempt *attempt)
{
	const struct handoff *signed_in = handoff_of_anybody(attempt->pamh, HANDOFF_SIGNED_IN);
	enum status status;

	if (!signed_in || !signed_in->is_recorded || !attempt_open_place(attempt))
		return;
	status = signin_forget(&attempt->records, &attempt->place);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		outcome_warn(attempt, "the code is not forgotten", status, NULL);
}

/* What the log calls the factor that a session began with. */
static const char *mfa_word(const struct attempt *attempt, const struct handoff *signed_in)
{
	if (attempt->key_words[0] && !(signed_in && signed_in->used_code))
		return attempt->key_words;
	if (!signed_in)
		return attempt->request.login.mfa_at > 0 ? "proven" : "unknown";
	return signed_in->used_code ? signed_in->device : "none";
}

/* When a code was proven for this session: in this process, or in sshd's of the dialogue. */
static void find_code(struct attempt *attempt, const struct handoff *signed_in, struct text words)
{
	enum status status = STATUS_NOT_FOUND;

	if (signed_in && signed_in->used_code) {
		attempt->request.login.mfa_at = signed_in->when;
		attempt->request.login.break_glass_until = signed_in->break_glass_until;
	} else if (!signed_in && words.length > 0) {
		status = signin_take_proof(&attempt->records, &attempt->request, &attempt->place,
					   words, &attempt->request.login);
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		outcome_warn(attempt, "the session does not know of the code", status, NULL);
}

static void begin_login(struct attempt *attempt, const struct handoff *signed_in)
{
	char words[SIGNIN_PROOF_SIZE] = "";
	struct text received = { words, 0 };
	enum status status;

	if (is_divided(attempt))
		received = handoff_receive(attempt->pamh, words, sizeof(words));
	if (!attempt_open_place(attempt))
		return;
	find_code(attempt, signed_in, received);
	status = signin_begin_login(&attempt->records, &attempt->request, &attempt->place);
	if (status != STATUS_OK)
		outcome_warn(attempt, "the login session is not recorded", status, NULL);
}

static enum status put(struct attempt *attempt, const char *name, const char *value)
{
	char variable[VARIABLE_SIZE];
	enum status status = text_format(variable, sizeof(variable), "%s=%s", name, value);

	if (status != STATUS_OK)
		return status;
	return pam_putenv(attempt->pamh, variable) == PAM_SUCCESS ? STATUS_OK : STATUS_NO_MEMORY;
}

/* For its programs, what the session is. */
static enum status furnish(struct attempt *attempt)
{
	const struct role_session *role = &attempt->place.role;
	char until[TIMESTAMP_TEXT_SIZE];
	enum status status = put(attempt, "IAM_ROLE", role->role_name);

	if (status == STATUS_OK)
		status = put(attempt, "IAM_ROLE_SESSION_NAME", role->session_name);
	if (status == STATUS_OK)
		status = put(attempt, "IAM_ROLE_SESSION_EXPIRATION",
			     timestamp_format(role->until, until));
	if (status != STATUS_OK) {
		attempt->status = status;
		attempt->answer.reason = SIGNIN_REASON_SYSTEM;
	}
	return status;
}

static void end(struct attempt *attempt)
{
	enum status status =
		signin_end_sessions(&attempt->records, &attempt->place, attempt->request.now);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		outcome_warn(attempt, "the end of the session is not recorded", status, NULL);
}

static void record_taking(struct attempt *attempt)
{
	enum status status =
		signin_record_taking(&attempt->records, &attempt->place.role, attempt->request.now);

	if (status != STATUS_OK)
		outcome_warn(attempt, "that the role was taken is not recorded", status, NULL);
}

/* Root's su begins no session of the role's. */
static int begin_role(struct attempt *attempt)
{
	bool has_place = attempt_open_place(attempt);
	enum status status;
	int code;

	attempt->status = signin_begin_role(&attempt->records, &attempt->request, &attempt->place,
					    &attempt->answer);
	if (outcome_code(attempt, OUTCOME_SESSION) != PAM_SUCCESS)
		return outcome_report(attempt, OUTCOME_SESSION);
	if (attempt->place.role.number == 0)
		return PAM_SUCCESS;
	record_taking(attempt);
	status = role_limit_begin(attempt);
	if (status == STATUS_OK)
		status = furnish(attempt);
	code = status == STATUS_OK ? outcome_role_session(attempt)
				   : outcome_report(attempt, OUTCOME_SESSION);
	if (code != PAM_SUCCESS && has_place)
		end(attempt);
	return code;
}

/* Nothing is known of the user. A login was let in by the account phase; sudo and su may be about
   to make a role of somebody. */
static int open_unknown(struct attempt *attempt)
{
	if (attempt->is_inside)
		return outcome_report(attempt, OUTCOME_SESSION);
	outcome_session(attempt, "opened", "unknown");
	return PAM_SUCCESS;
}

static void tell_days(struct attempt *attempt, const char *what, const char *name,
		      uint32_t days_left)
{
	char told[CREDENTIAL_DEVICE_NAME_MAX + 80];
	enum status status;

	if (days_left == 0)
		status = text_format(told, sizeof(told), "Your %s%s expires today.", what, name);
	else
		status = text_format(told, sizeof(told), "Your %s%s expires in %u day%s.", what,
				     name, days_left, days_left == 1 ? "" : "s");
	if (status == STATUS_OK)
		conversation_tell(attempt->pamh, attempt->flags, PAM_TEXT_INFO, told);
}

static void tell_recovery(struct attempt *attempt, unsigned left)
{
	char told[160];
	enum status status;

	if (left == 0)
		status = text_format(told, sizeof(told),
				     "That was your last recovery code. Ask an administrator to "
				     "run: iamctl mfa recovery-codes %.*s",
				     TEXT_ARGUMENTS(attempt->request.user));
	else
		status = text_format(told, sizeof(told),
				     "You have used a recovery code: %u %s left.", left,
				     left == 1 ? "is" : "are");
	if (status == STATUS_OK)
		conversation_tell(attempt->pamh, attempt->flags, PAM_TEXT_INFO, told);
}

static void tell_break_glass(struct attempt *attempt)
{
	char told[200], until[TIMESTAMP_TEXT_SIZE];

	if (text_format(told, sizeof(told),
			"The directory of this host is out of date. In this session sudo works all "
			"the same until %s: see why 'iamctl sync' fails.",
			timestamp_format(attempt->request.login.break_glass_until, until)) ==
	    STATUS_OK)
		conversation_tell(attempt->pamh, attempt->flags, PAM_TEXT_INFO, told);
}

static const char *show(const char *text, char buffer[SHOWN_SIZE])
{
	return text_printable(text_of(text), buffer, SHOWN_SIZE);
}

static void tell_refused(struct attempt *attempt, const struct last_login *before)
{
	char told[160], last[TIMESTAMP_TEXT_SIZE];

	if (before->failures > 0 &&
	    text_format(told, sizeof(told),
			before->failures == 1 ? "Since then %u attempt to sign in as you was "
						"refused, at %s."
					      : "Since then %u attempts to sign in as you were "
						"refused, the last one at %s.",
			before->failures,
			timestamp_format(before->last_failure, last)) == STATUS_OK)
		conversation_tell(attempt->pamh, attempt->flags, PAM_TEXT_INFO, told);
}

static void tell_last_login(struct attempt *attempt, const struct last_login *before)
{
	enum config_last_login wanted = attempt->records.config.last_login;
	char told[2 * SHOWN_SIZE], at[TIMESTAMP_TEXT_SIZE], service[SHOWN_SIZE],
		address[SHOWN_SIZE];

	if (wanted == CONFIG_LAST_LOGIN_OFF ||
	    (wanted == CONFIG_LAST_LOGIN_REFUSED && before->failures == 0))
		return;
	if (before->at > 0 &&
	    text_format(told, sizeof(told), "Your last login was at %s, by %s%s%s.",
			timestamp_format(before->at, at), show(before->service, service),
			before->address[0] ? " from " : "",
			show(before->address, address)) == STATUS_OK)
		conversation_tell(attempt->pamh, attempt->flags, PAM_TEXT_INFO, told);
	tell_refused(attempt, before);
}

/* That it cannot be kept keeps nobody out. */
static void note_login(struct attempt *attempt)
{
	struct last_login before = { .at = 0 };
	enum status status;

	if (!attempt_open_place(attempt))
		return;
	status = signin_note_login(&attempt->records, &attempt->request, &before);
	if (status != STATUS_OK)
		outcome_warn(attempt, "the login is not kept for the next one", status, NULL);
	if (signin_session_is_attended(&attempt->records, &attempt->request))
		tell_last_login(attempt, &before);
}

/* That it cannot be found out keeps nobody out. */
static void tell_what_ends(struct attempt *attempt)
{
	struct password_age password = { 0 };
	struct signin_device_age device = { .expires_soon = false };
	unsigned recovery_left = 0;

	if (!signin_session_is_attended(&attempt->records, &attempt->request) ||
	    !attempt_open_place(attempt))
		return;
	if (signin_password_age(&attempt->records, &attempt->request, &password) == STATUS_OK &&
	    password.standing == PASSWORD_EXPIRES_SOON)
		tell_days(attempt, "password", "", password.days_left);
	if (signin_device_age(&attempt->records, &attempt->request, &device) == STATUS_OK &&
	    device.expires_soon)
		tell_days(attempt, "MFA device ", device.name, device.days_left);
	if (signin_recovery_left(&attempt->records, &attempt->request, &recovery_left) == STATUS_OK)
		tell_recovery(attempt, recovery_left);
	if (attempt->request.login.break_glass_until != 0)
		tell_break_glass(attempt);
}

int session_open(struct attempt *attempt, enum attempt_user user)
{
	const struct handoff *signed_in =
		handoff_find(attempt->pamh, HANDOFF_SIGNED_IN, attempt->request.user);
	enum signin_session session = SIGNIN_SESSION_ROLE;
	int code = PAM_SUCCESS;

	if (user != ATTEMPT_OURS)
		return open_unknown(attempt);
	attempt->status = signin_session_of(&attempt->records, &attempt->request, &session);
	if (attempt->status != STATUS_OK) {
		attempt->answer.reason = SIGNIN_REASON_SNAPSHOT;
		return open_unknown(attempt);
	}
	switch (session) {
	case SIGNIN_SESSION_ROLE:
		code = begin_role(attempt);
		break;
	case SIGNIN_SESSION_LOGIN:
		begin_login(attempt, signed_in);
		note_login(attempt);
		tell_what_ends(attempt);
		break;
	case SIGNIN_SESSION_NONE:
		break;
	}
	if (code == PAM_SUCCESS)
		outcome_session(attempt, "opened", mfa_word(attempt, signed_in));
	return code;
}

int session_close(struct attempt *attempt, enum attempt_user user)
{
	enum signin_session session = SIGNIN_SESSION_NONE;

	outcome_session(attempt, "closed",
			mfa_word(attempt, handoff_find(attempt->pamh, HANDOFF_SIGNED_IN,
						       attempt->request.user)));
	if (user != ATTEMPT_OURS ||
	    signin_session_of(&attempt->records, &attempt->request, &session) != STATUS_OK ||
	    session == SIGNIN_SESSION_NONE)
		return PAM_SUCCESS;
	if (attempt_open_place(attempt))
		end(attempt);
	role_limit_end(attempt);
	return PAM_SUCCESS;
}
