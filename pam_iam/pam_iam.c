/*
 * pam_iam/pam_iam.c: the six entry points.
 *
 * Each reads the call, asks one use case and translates its answer; no decision is made here. Every
 * error denies. PAM_IGNORE says one thing alone, in the phases where PAM expects it: the account is
 * known not to be IAM's.
 */
#include <security/pam_modules.h>

#include "conversation.h"
#include "enrolment_dialogue.h"
#include "handoff.h"
#include "local_groups.h"
#include "outcome.h"
#include "own.h"
#include "password_dialogue.h"
#include "session.h"
#include "signin/signin_decision.h"
#include "signin/signin_use.h"
#include "sudo_plugin.h"

enum { PROMPT_SIZE = 64 };

/* Where it is not PAM_USER's password that is asked for, it is said whose. */
static const char *password_prompt(const struct attempt *attempt, char buffer[PROMPT_SIZE])
{
	if (text_equal(attempt->actor, attempt->request.user) ||
	    text_format(buffer, PROMPT_SIZE,
			"Password for %.*s: ", TEXT_ARGUMENTS(attempt->actor)) != STATUS_OK)
		return "Password: ";
	return buffer;
}

/* PAM_AUTHTOK or the dialogue, as the options say; one call of the conversation for what is left.
 */
static enum status ask_factors(struct attempt *attempt, const struct signin_factors *factors,
			       struct secret *password, struct secret *code)
{
	struct question questions[CONVERSATION_PROMPTS_MAX];
	char prompt[PROMPT_SIZE];
	size_t count = 0;
	bool ask_password = factors->password;
	enum status status = STATUS_NOT_FOUND;

	if (factors->password && attempt->options.first_pass != OPTIONS_PASS_ASK) {
		status = conversation_earlier(attempt->pamh, PAM_AUTHTOK, password);
		if (status != STATUS_OK &&
		    (status != STATUS_NOT_FOUND || attempt->options.first_pass == OPTIONS_PASS_USE))
			return status;
		ask_password = status == STATUS_NOT_FOUND;
	}
	if (ask_password)
		questions[count++] =
			(struct question){ password_prompt(attempt, prompt), password };
	if (factors->code || factors->break_glass != SIGNIN_REASON_NONE)
		questions[count++] = (struct question){ "One-time code: ", code };
	if (count == 0)
		return STATUS_OK;
	status = conversation_ask(attempt->pamh, questions, count);
	if (status == STATUS_OK && ask_password &&
	    pam_set_item(attempt->pamh, PAM_AUTHTOK, password->bytes) != PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	return status;
}

static void deny(struct attempt *attempt, enum status status, enum signin_reason reason)
{
	attempt->status = status;
	attempt->answer.reason = reason;
}

/* The request as the one whose factors are asked for. */
static struct signin_request of_actor(const struct attempt *attempt)
{
	struct signin_request request = attempt->request;

	request.user = attempt->actor;
	return request;
}

/* False with the answer filled when it cannot be told what to ask for. */
static bool find_factors(struct attempt *attempt, const struct signin_request *request,
			 struct signin_factors *out_factors)
{
	enum status status;

	if (attempt->asks_helper)
		return own_factors(attempt, out_factors);
	status = signin_factors(&attempt->records, request, attempt->options.mode, out_factors);
	if (status != STATUS_OK)
		deny(attempt, status, SIGNIN_REASON_STORE);
	return status == STATUS_OK;
}

static void ask_and_compare(struct attempt *attempt)
{
	const struct signin_request request = of_actor(attempt);
	struct signin_factors factors = { .password = true, .code = true };
	AUTO_SECRET password = { .length = 0 }, code = { .length = 0 };
	enum status status;

	if (!find_factors(attempt, &request, &factors))
		return;
	outcome_debug(attempt, "public key verified=%d, asked for: password=%d code=%d",
		      attempt->request.public_key_verified, factors.password, factors.code);
	status = ask_factors(attempt, &factors, &password, &code);
	if (status != STATUS_OK) {
		deny(attempt, status, SIGNIN_REASON_CONVERSATION);
		return;
	}
	if (attempt->asks_helper)
		own_verify(attempt, &factors, &password, &code);
	else
		attempt->status = signin_authenticate(&attempt->records, &request, &factors,
						      secret_text(&password), secret_text(&code),
						      &attempt->answer);
	if (factors.grace_days > 0 && !attempt->answer.used_code &&
	    outcome_code(attempt, OUTCOME_AUTH) == PAM_SUCCESS)
		enrolment_dialogue(attempt, &factors);
}

/* Leaves its answer in the attempt. */
static void authenticate(struct attempt *attempt)
{
	bool is_roots = false;
	enum status status =
		signin_is_roots_switch(&attempt->records, &attempt->request, &is_roots);

	if (status != STATUS_OK) {
		deny(attempt, status, SIGNIN_REASON_SNAPSHOT);
		return;
	}
	if (is_roots) { /* as pam_rootok says it before us in su's own lines */
		attempt->answer.reason = SIGNIN_REASON_ALLOWED;
		return;
	}
	if (!attempt_open_store(attempt))
		return;
	status = attempt_find_actor(attempt);
	if (status == STATUS_OK)
		ask_and_compare(attempt);
	else
		deny(attempt, status, SIGNIN_REASON_SNAPSHOT);
}

/* A code that was given to sudo or su counts in the login session; whether it is to be forgotten
   with this process. */
static bool record_code(struct attempt *attempt)
{
	const struct signin_request request = of_actor(attempt);
	bool is_own = false;
	enum status status;

	if (!attempt->answer.used_code || !attempt->is_inside || !attempt_open_place(attempt))
		return false;
	status = signin_prove(&attempt->records, &request, &attempt->place, &is_own);
	if (status != STATUS_OK)
		outcome_warn(attempt, "the code is not recorded for the login session", status,
			     NULL);
	return is_own;
}

static int finish_authentication(struct attempt *attempt)
{
	if (outcome_code(attempt, OUTCOME_AUTH) == PAM_SUCCESS) {
		bool is_recorded = record_code(attempt);
		enum status status =
			handoff_leave(attempt->pamh, HANDOFF_SIGNED_IN, attempt->actor,
				      attempt->request.now, &attempt->answer, is_recorded);

		if (status != STATUS_OK)
			deny(attempt, status, SIGNIN_REASON_SYSTEM);
	}
	if (outcome_code(attempt, OUTCOME_AUTH) != PAM_SUCCESS)
		outcome_delay(attempt);
	return outcome_report(attempt, OUTCOME_AUTH);
}

EXPORT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt = { 0 };
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		user = attempt_unknown(&attempt);
	if (user == ATTEMPT_NOT_OURS)
		return PAM_USER_UNKNOWN;
	if (user == ATTEMPT_OURS && attempt.asks_helper)
		ask_and_compare(&attempt);
	else if (user == ATTEMPT_OURS)
		authenticate(&attempt);
	return finish_authentication(&attempt);
}

/*
 * libpam walks the auth lines for this, so for an account that is not IAM's it gets the word that
 * those lines are written for, as in pam_sm_authenticate: "user_unknown=ignore". PAM_IGNORE would
 * fall to "default=die" where nobody authenticated before (cron, a key of sshd's) and keep root
 * out.
 */
EXPORT int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt = { 0 };
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		return PAM_USER_UNKNOWN;
	if (user == ATTEMPT_FAILED)
		return outcome_report(&attempt, OUTCOME_CREDENTIALS);
	if (attempt.flags & PAM_DELETE_CRED || attempt.asks_helper)
		return PAM_SUCCESS;
	attempt.status = local_groups_join(&attempt);
	if (attempt.status == STATUS_OK)
		return PAM_SUCCESS;
	deny(&attempt, attempt.status, SIGNIN_REASON_SYSTEM);
	return outcome_report(&attempt, OUTCOME_CREDENTIALS);
}

/* What was proven in this transaction; a code counts for what policies ask about. */
static const struct handoff *find_signed_in(struct attempt *attempt)
{
	const struct handoff *signed_in =
		handoff_find(attempt->pamh, HANDOFF_SIGNED_IN, attempt->actor);

	if (signed_in && signed_in->used_code && attempt->request.login.mfa_at < signed_in->when)
		attempt->request.login.mfa_at = signed_in->when;
	/* sudo's session has its own. */
	if (signed_in && !attempt->is_inside)
		attempt->request.login.break_glass_until = signed_in->break_glass_until;
	return signed_in;
}

/*
 * A password counts as used when this module has proven it in this very transaction. Nothing is
 * handed over where a key let somebody in, where nobody was asked (cron, root's su, sudo within its
 * time), or by sshd's dialogue to the process that started it, which has had its account phase.
 * False, with the answer filled, when a role is to be taken with a password that must be changed.
 */
static bool look_at_password(struct attempt *attempt, const struct handoff *signed_in)
{
	attempt->request.password_used = signed_in && signed_in->used_password;
	if (!attempt->request.password_used)
		return true;
	if (!attempt_open_store(attempt))
		return false;
	if (text_equal(attempt->actor, attempt->request.user))
		return true; /* signin_admit() asks */
	attempt->status = signin_check_password(&attempt->records, &attempt->request,
						attempt->actor, &attempt->answer);
	return outcome_code(attempt, OUTCOME_ACCOUNT) == PAM_SUCCESS;
}

/* For who looks for permissions that are not needed; that it cannot be kept keeps nobody out. */
static void record_use(struct attempt *attempt)
{
	struct complaint complaint = { .reason = "" };
	enum status status = signin_records_open_store(&attempt->records, &complaint);

	if (status == STATUS_OK)
		status = signin_record_use(&attempt->records, &attempt->request);
	if (status != STATUS_OK)
		outcome_warn(attempt, "that a permission was used is not recorded", status,
			     &complaint);
}

/* Leaves its answer in the attempt. */
static void admit(struct attempt *attempt)
{
	struct signin_request *request = &attempt->request;
	const struct handoff *signed_in;
	enum status status = attempt_find_actor(attempt);
	int code;

	if (status != STATUS_OK) {
		deny(attempt, status, SIGNIN_REASON_SNAPSHOT);
		return;
	}
	signed_in = find_signed_in(attempt);
	if (!look_at_password(attempt, signed_in))
		return;
	/* Where credentials come from a fleet, the store knows whether they are still good. */
	if (attempt->records.config.credentials != CONFIG_CREDENTIALS_NONE &&
	    !attempt_open_store(attempt))
		return;
	request->command.is_known_later =
		(text_is(request->service, "sudo") || text_is(request->service, "sudo-i")) &&
		sudo_plugin_will_decide();
	attempt->status =
		signin_admit(&attempt->records, request, &attempt->place, &attempt->answer);
	/* A password that is changed first keeps nobody out afterwards. */
	code = outcome_code(attempt, OUTCOME_ACCOUNT);
	if (code != PAM_SUCCESS && code != PAM_NEW_AUTHTOK_REQD)
		return;
	record_use(attempt);
	session_send_code(attempt, signed_in);
}

/* su from the shell of a role whose time is up, to somebody who is none of ours. */
static int leave_to_others(struct attempt *attempt)
{
	bool is_roles = false;

	if (attempt->asks_helper || attempt->opened != STATUS_OK ||
	    signin_is_roles_switch(&attempt->records, &attempt->request, &is_roles) != STATUS_OK ||
	    !is_roles)
		return PAM_IGNORE;
	attempt_open_place(attempt); /* without it the answer is no */
	attempt->status = signin_check_invoker(&attempt->records, &attempt->request,
					       &attempt->place, &attempt->answer);
	if (outcome_code(attempt, OUTCOME_ACCOUNT) == PAM_SUCCESS)
		return PAM_IGNORE;
	return outcome_report(attempt, OUTCOME_ACCOUNT);
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt = { 0 };
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		return leave_to_others(&attempt);
	if (user == ATTEMPT_OURS && attempt.asks_helper)
		own_admit(&attempt);
	else if (user == ATTEMPT_OURS)
		admit(&attempt);
	return outcome_report(&attempt, OUTCOME_ACCOUNT);
}

/* The records of sessions are root's, and so are those who begin sessions that count. */
static bool is_beyond_records(const struct attempt *attempt, enum attempt_user user)
{
	return attempt->asks_helper && user == ATTEMPT_OURS;
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt = { 0 };
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (is_beyond_records(&attempt, user))
		return PAM_SUCCESS;
	session_forget_code(&attempt);
	return user == ATTEMPT_NOT_OURS ? PAM_IGNORE : session_open(&attempt, user);
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt = { 0 };
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (is_beyond_records(&attempt, user))
		return PAM_SUCCESS;
	return user == ATTEMPT_NOT_OURS ? PAM_IGNORE : session_close(&attempt, user);
}

EXPORT int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt = { 0 };
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		return PAM_USER_UNKNOWN;
	if (user == ATTEMPT_FAILED)
		return outcome_report(&attempt, OUTCOME_PASSWORD);
	if (attempt.asks_helper) { /* passwd(1) is setuid; a screen locker is not */
		deny(&attempt, STATUS_OK, SIGNIN_REASON_NOT_ROOT);
		return outcome_report(&attempt, OUTCOME_PASSWORD);
	}
	attempt.status = attempt_find_actor(&attempt);
	if (attempt.status != STATUS_OK) {
		deny(&attempt, attempt.status, SIGNIN_REASON_SNAPSHOT);
		return outcome_report(&attempt, OUTCOME_PASSWORD);
	}
	(void)find_signed_in(&attempt); /* policies may ask about its code */
	return attempt.flags & PAM_PRELIM_CHECK ? password_dialogue_prove(&attempt)
						: password_dialogue_change(&attempt);
}
