/*
 * pam_iam/pam_iam.c: the six entry points.
 *
 * Each reads the call, asks one use case and translates its answer; no decision is made here. Every
 * error denies. PAM_IGNORE says one thing alone, in the phases where PAM expects it: the account is
 * known not to be IAM's.
 */
#include <security/pam_modules.h>

#include "conversation.h"
#include "handoff.h"
#include "local_groups.h"
#include "outcome.h"
#include "password_dialogue.h"

/* PAM_AUTHTOK or the dialogue, as the options say; one call of the conversation for what is left.
 */
static enum status ask_factors(struct attempt *attempt, const struct signin_factors *factors,
			       struct secret *password, struct secret *code)
{
	struct question questions[CONVERSATION_PROMPTS_MAX];
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
		questions[count++] = (struct question){ "Password: ", password };
	if (factors->code)
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

/* Leaves its answer in the attempt. */
static void authenticate(struct attempt *attempt)
{
	struct signin_factors factors = { .password = true, .code = true };
	AUTO_SECRET password = { .length = 0 }, code = { .length = 0 };
	enum status status;

	if (!attempt_open_store(attempt))
		return;
	status = signin_factors(&attempt->records, &attempt->request, attempt->options.mode,
				&factors);
	if (status != STATUS_OK) {
		deny(attempt, status, SIGNIN_REASON_STORE);
		return;
	}
	outcome_debug(attempt, "public key verified=%d, asked for: password=%d code=%d",
		      attempt->request.public_key_verified, factors.password, factors.code);
	status = ask_factors(attempt, &factors, &password, &code);
	if (status != STATUS_OK) {
		deny(attempt, status, SIGNIN_REASON_CONVERSATION);
		return;
	}
	attempt->status =
		signin_authenticate(&attempt->records, &attempt->request, &factors,
				    secret_text(&password), secret_text(&code), &attempt->answer);
}

static int finish_authentication(struct attempt *attempt)
{
	if (outcome_code(attempt, OUTCOME_AUTH) == PAM_SUCCESS) {
		enum status status = handoff_leave(attempt->pamh, HANDOFF_SIGNED_IN,
						   &attempt->request, &attempt->answer);

		if (status != STATUS_OK)
			deny(attempt, status, SIGNIN_REASON_SYSTEM);
	}
	if (outcome_code(attempt, OUTCOME_AUTH) != PAM_SUCCESS)
		outcome_delay(attempt);
	return outcome_report(attempt, OUTCOME_AUTH);
}

EXPORT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt;
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		user = attempt_unknown(&attempt);
	if (user == ATTEMPT_NOT_OURS)
		return PAM_USER_UNKNOWN;
	if (user == ATTEMPT_OURS)
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
	AUTO_ATTEMPT attempt;
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		return PAM_USER_UNKNOWN;
	if (user == ATTEMPT_FAILED)
		return outcome_report(&attempt, OUTCOME_CREDENTIALS);
	if (attempt.flags & PAM_DELETE_CRED || geteuid() != 0)
		return PAM_SUCCESS;
	attempt.status = local_groups_join(&attempt);
	if (attempt.status == STATUS_OK)
		return PAM_SUCCESS;
	deny(&attempt, attempt.status, SIGNIN_REASON_SYSTEM);
	return outcome_report(&attempt, OUTCOME_CREDENTIALS);
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt;
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		return PAM_IGNORE;
	if (user == ATTEMPT_OURS)
		attempt.status =
			signin_account(&attempt.records, &attempt.request, &attempt.answer);
	return outcome_report(&attempt, OUTCOME_ACCOUNT);
}

/* Whom the account phase let in has a session, whether or not it can be told about. */
static int session(pam_handle_t *pamh, int flags, int argc, const char **argv, const char *event)
{
	AUTO_ATTEMPT attempt;
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);
	const struct handoff *signed_in;

	if (user == ATTEMPT_NOT_OURS)
		return PAM_IGNORE;
	signed_in = handoff_find(pamh, HANDOFF_SIGNED_IN, &attempt.request);
	outcome_session(&attempt, event,
			!signed_in             ? "unknown"
			: signed_in->used_code ? signed_in->device
					       : "none");
	return PAM_SUCCESS;
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return session(pamh, flags, argc, argv, "opened");
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return session(pamh, flags, argc, argv, "closed");
}

EXPORT int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	AUTO_ATTEMPT attempt;
	enum attempt_user user = attempt_begin(&attempt, pamh, flags, argc, argv);

	if (user == ATTEMPT_NOT_OURS)
		return PAM_USER_UNKNOWN;
	if (user == ATTEMPT_FAILED)
		return outcome_report(&attempt, OUTCOME_PASSWORD);
	return attempt.flags & PAM_PRELIM_CHECK ? password_dialogue_prove(&attempt)
						: password_dialogue_change(&attempt);
}
