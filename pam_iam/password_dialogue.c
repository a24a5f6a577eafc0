#include "password_dialogue.h"

#include "conversation.h"
#include "handoff.h"
#include "outcome.h"

enum { EXPLANATION_BYTES_MAX = 4096, LINE_SIZE = 256 };

/* A program may run as root for the user it lets in, as sshd and login do when a password has
   expired: then the old one must be proven all the same. */
static bool is_by_administrator(const struct attempt *attempt)
{
	return getuid() == 0 && !(attempt->flags & PAM_CHANGE_EXPIRED_AUTHTOK);
}

static int refuse(struct attempt *attempt, enum status status, enum signin_reason reason)
{
	attempt->status = status;
	attempt->answer.reason = reason;
	return outcome_report(attempt, OUTCOME_PASSWORD);
}

static enum status ask_old(struct attempt *attempt, struct secret *out_old)
{
	struct question question = { "Current password: ", out_old };
	enum status status = STATUS_NOT_FOUND;

	if (attempt->options.first_pass != OPTIONS_PASS_ASK)
		status = conversation_earlier(attempt->pamh, PAM_OLDAUTHTOK, out_old);
	if (status != STATUS_NOT_FOUND || attempt->options.first_pass == OPTIONS_PASS_USE)
		return status;
	status = conversation_ask(attempt->pamh, &question, 1);
	if (status == STATUS_OK &&
	    pam_set_item(attempt->pamh, PAM_OLDAUTHTOK, out_old->bytes) != PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	return status;
}

static int prove_old(struct attempt *attempt)
{
	const struct signin_factors password_only = { .password = true };
	AUTO_SECRET old = { .length = 0 };
	enum status status = ask_old(attempt, &old);

	if (status != STATUS_OK)
		return refuse(attempt, status, SIGNIN_REASON_CONVERSATION);
	attempt->status = signin_authenticate(&attempt->records, &attempt->request, &password_only,
					      secret_text(&old), TEXT(""), &attempt->answer);
	if (outcome_code(attempt, OUTCOME_PASSWORD) != PAM_SUCCESS) {
		outcome_delay(attempt);
		return outcome_report(attempt, OUTCOME_PASSWORD);
	}
	status = handoff_leave(attempt->pamh, HANDOFF_OLD_PASSWORD, attempt->request.user,
			       attempt->request.now, &attempt->answer, false);
	return status == STATUS_OK ? PAM_SUCCESS : refuse(attempt, status, SIGNIN_REASON_SYSTEM);
}

int password_dialogue_prove(struct attempt *attempt)
{
	bool by_administrator = is_by_administrator(attempt);

	if (!attempt_open_store(attempt))
		return outcome_report(attempt, OUTCOME_PASSWORD);
	attempt->status = signin_may_change_password(&attempt->records, &attempt->request,
						     by_administrator, &attempt->answer);
	if (outcome_code(attempt, OUTCOME_PASSWORD) != PAM_SUCCESS)
		return outcome_report(attempt, OUTCOME_PASSWORD);
	return by_administrator ? PAM_SUCCESS : prove_old(attempt);
}

/* STATUS_NOT_FOUND: asked, and the two differ. */
static enum status ask_new(struct attempt *attempt, struct secret *out_new)
{
	AUTO_SECRET again = { .length = 0 };
	struct question questions[] = { { "New password: ", out_new },
					{ "Retype new password: ", &again } };
	enum status status = conversation_ask(attempt->pamh, questions, ARRAY_LENGTH(questions));

	if (status != STATUS_OK)
		return status;
	return text_equal(secret_text(out_new), secret_text(&again)) ? STATUS_OK : STATUS_NOT_FOUND;
}

static void tell_lines(const struct attempt *attempt, struct text lines)
{
	struct text line;
	char shown[LINE_SIZE];

	while (text_next_piece(&lines, '\n', &line))
		if (line.length > 0 && text_copy(line, shown, sizeof(shown)) == STATUS_OK)
			conversation_tell(attempt->pamh, attempt->flags, PAM_ERROR_MSG, shown);
}

/* The answer in the attempt; what the policy has against the password is told. */
static void change_to(struct attempt *attempt, const struct secret *new_password)
{
	const struct signin_password_change change = {
		.request = &attempt->request,
		.new_password = secret_text(new_password),
		.by_administrator = is_by_administrator(attempt),
	};
	AUTO_BUFFER explanation = { 0 };

	buffer_init(&explanation, EXPLANATION_BYTES_MAX);
	attempt->status =
		signin_change_password(&attempt->records, &change, &attempt->answer, &explanation);
	tell_lines(attempt, buffer_text(&explanation));
}

static int finish(struct attempt *attempt, const struct secret *new_password)
{
	if (outcome_code(attempt, OUTCOME_PASSWORD) == PAM_SUCCESS &&
	    pam_set_item(attempt->pamh, PAM_AUTHTOK, new_password->bytes) != PAM_SUCCESS)
		outcome_debug(attempt, "the new password could not be left to later modules");
	return outcome_report(attempt, OUTCOME_PASSWORD);
}

/* Chosen with an earlier module: there is nobody to ask again. */
static int change_to_earlier(struct attempt *attempt, const struct secret *new_password)
{
	change_to(attempt, new_password);
	return finish(attempt, new_password);
}

static int change_by_asking(struct attempt *attempt)
{
	enum signin_reason last = SIGNIN_REASON_CONVERSATION;

	for (unsigned tries = 0; tries < PASSWORD_DIALOGUE_TRIES; tries++) {
		AUTO_SECRET new_password = { .length = 0 };
		enum status status = ask_new(attempt, &new_password);

		if (status == STATUS_NOT_FOUND) {
			conversation_tell(attempt->pamh, attempt->flags, PAM_ERROR_MSG,
					  "The two passwords differ.");
			continue;
		}
		if (status != STATUS_OK)
			return refuse(attempt, status, SIGNIN_REASON_CONVERSATION);
		change_to(attempt, &new_password);
		if (attempt->status != STATUS_OK ||
		    attempt->answer.reason != SIGNIN_REASON_PASSWORD_POLICY)
			return finish(attempt, &new_password);
		last = SIGNIN_REASON_PASSWORD_POLICY;
	}
	(void)refuse(attempt, STATUS_OK, last);
	return PAM_MAXTRIES;
}

int password_dialogue_change(struct attempt *attempt)
{
	bool must_use =
		attempt->options.use_authtok || attempt->options.first_pass == OPTIONS_PASS_USE;
	AUTO_SECRET earlier = { .length = 0 };
	enum status status = STATUS_NOT_FOUND;

	if (!is_by_administrator(attempt) &&
	    !handoff_find(attempt->pamh, HANDOFF_OLD_PASSWORD, attempt->request.user))
		return refuse(attempt, STATUS_OK, SIGNIN_REASON_PASSWORD_WRONG);
	if (!attempt_open_store(attempt))
		return outcome_report(attempt, OUTCOME_PASSWORD);
	if (must_use || attempt->options.first_pass == OPTIONS_PASS_TRY)
		status = conversation_earlier(attempt->pamh, PAM_AUTHTOK, &earlier);
	if (status == STATUS_OK)
		return change_to_earlier(attempt, &earlier);
	if (must_use || status != STATUS_NOT_FOUND)
		return refuse(attempt, status, SIGNIN_REASON_CONVERSATION);
	return change_by_asking(attempt);
}
