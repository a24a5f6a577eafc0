#include "own.h"

#include "handoff.h"
#include "self/self_channel.h"

enum {
	TIMEOUT_MS = 20000, /* from the connection to the answer */
	/* Whoever the kernel cannot name in a user namespace: /proc/sys/kernel/overflowuid. */
	UID_OVERFLOW = 65534,
};

bool own_is_needed(struct file_trust *out_trust)
{
	struct stat info;
	bool is_namespace = lstat(IAM_STATE_FOLDER, &info) == 0 && info.st_uid == UID_OVERFLOW;

	*out_trust = (struct file_trust){ is_namespace ? UID_OVERFLOW : 0 };
	return geteuid() != 0 || is_namespace;
}

static void deny(struct attempt *attempt, enum status status, enum signin_reason reason)
{
	attempt->status = status;
	attempt->answer.reason = reason;
}

/* False: the answer says that nobody can be asked. */
static bool ask(struct attempt *attempt, const struct self_message *question,
		struct self_packet *packet, struct self_message *out_answer)
{
	AUTO_SELF_CHANNEL channel = { .fd = -1 };
	struct complaint *complaint = &attempt->answer.complaint;
	enum status status = self_channel_open(&channel, IAM_RUN_FOLDER,
					       attempt->records.paths.trust, TIMEOUT_MS, complaint);

	if (status == STATUS_OK) {
		status = self_channel_send(&channel, question);
		if (status == STATUS_OK)
			status = self_channel_receive(&channel, packet, out_answer);
		if (status != STATUS_OK)
			(void)complain(complaint, status, "there is no answer: %s",
				       status_text(status));
	}
	if (status != STATUS_OK)
		deny(attempt, status, SIGNIN_REASON_HELPER_ABSENT);
	return status == STATUS_OK;
}

/* What is no answer to the question: a refusal, or something that was not asked for. */
static void take_refusal(struct attempt *attempt, const struct self_message *answer)
{
	enum signin_reason reason = SIGNIN_REASON_HELPER_ABSENT;

	if (answer->kind == SELF_ANSWER)
		reason = signin_reason_of_code(answer->fields[SELF_ANSWER_REASON]);
	deny(attempt, STATUS_OK,
	     reason == SIGNIN_REASON_ALLOWED ? SIGNIN_REASON_HELPER_ABSENT : reason);
}

static void wish(const struct options *options, bool has_device, struct signin_factors *factors)
{
	switch (options->mode) {
	case SIGNIN_CODE:
		*factors = (struct signin_factors){ .code = true };
		return;
	case SIGNIN_PASSWORD:
	case SIGNIN_PASSWORD_AND_CODE:
		break;
	}
	if (options->mode == SIGNIN_PASSWORD)
		return;
	if (options->mfa == OPTIONS_MFA_REQUIRED ||
	    (options->mfa == OPTIONS_MFA_ENROLLED && has_device))
		factors->code = true;
}

bool own_factors(struct attempt *attempt, struct signin_factors *out_factors)
{
	const struct self_message question = {
		.kind = SELF_FACTORS,
		.fields = { [SELF_USER] = attempt->request.user,
			    [SELF_TTY] = attempt->request.tty,
			    [SELF_SERVICE] = attempt->request.service },
	};
	AUTO_SELF_PACKET packet = { .length = 0 };
	struct self_message answer = { .kind = SELF_NOTHING };
	struct signin_factors factors = { .password = false };
	bool has_device = false;

	if (!ask(attempt, &question, &packet, &answer))
		return false;
	if (answer.kind != SELF_WANTED ||
	    self_factors_parse(answer.fields[SELF_WANTED_FACTORS], &factors.password,
			       &factors.code) != STATUS_OK ||
	    self_flag_parse(answer.fields[SELF_WANTED_HAS_DEVICE], &has_device) != STATUS_OK) {
		take_refusal(attempt, &answer);
		return false;
	}
	wish(&attempt->options, has_device, &factors);
	*out_factors = factors;
	return true;
}

static void take_verdict(struct attempt *attempt, const struct signin_factors *factors,
			 const struct self_message *verdict)
{
	struct signin_answer *answer = &attempt->answer;
	enum status status = text_copy(verdict->fields[SELF_VERDICT_DEVICE], answer->device,
				       sizeof(answer->device));

	if (status == STATUS_OK)
		status = handoff_leave_account(
			attempt->pamh, attempt->request.user,
			signin_reason_of_code(verdict->fields[SELF_VERDICT_ACCOUNT]));
	answer->used_password = factors->password;
	answer->used_code = factors->code;
	deny(attempt, status, status == STATUS_OK ? SIGNIN_REASON_ALLOWED : SIGNIN_REASON_SYSTEM);
}

void own_verify(struct attempt *attempt, const struct signin_factors *factors,
		const struct secret *password, const struct secret *code)
{
	const struct self_message question = {
		.kind = SELF_VERIFY,
		.fields = { [SELF_USER] = attempt->request.user,
			    [SELF_TTY] = attempt->request.tty,
			    [SELF_SERVICE] = attempt->request.service,
			    [SELF_VERIFY_FACTORS] = self_factors(factors->password, factors->code),
			    [SELF_VERIFY_PASSWORD] = secret_text(password),
			    [SELF_VERIFY_CODE] = secret_text(code) },
	};
	AUTO_SELF_PACKET packet = { .length = 0 };
	struct self_message answer = { .kind = SELF_NOTHING };

	if (!ask(attempt, &question, &packet, &answer))
		return;
	if (answer.kind == SELF_VERDICT)
		take_verdict(attempt, factors, &answer);
	else
		take_refusal(attempt, &answer);
}

void own_admit(struct attempt *attempt)
{
	const struct self_message question = {
		.kind = SELF_ACCOUNT,
		.fields = { [SELF_USER] = attempt->request.user,
			    [SELF_TTY] = attempt->request.tty,
			    [SELF_SERVICE] = attempt->request.service },
	};
	AUTO_SELF_PACKET packet = { .length = 0 };
	struct self_message answer = { .kind = SELF_NOTHING };
	enum signin_reason reason = SIGNIN_REASON_NONE;

	/* It was told with what was proven here, which nobody would believe us now. */
	if (handoff_find_account(attempt->pamh, attempt->request.user, &reason)) {
		deny(attempt, STATUS_OK, reason);
		return;
	}
	if (!ask(attempt, &question, &packet, &answer))
		return;
	if (answer.kind == SELF_ANSWER)
		reason = signin_reason_of_code(answer.fields[SELF_ANSWER_REASON]);
	deny(attempt, STATUS_OK, answer.kind == SELF_ANSWER ? reason : SIGNIN_REASON_HELPER_ABSENT);
}
