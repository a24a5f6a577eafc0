#include "serve.h"
#include "signin/signin_self.h"

void serve_factors(struct visit *visit)
{
	struct signin_factors factors = { .password = true, .code = true };
	bool has_device = false;
	enum status status =
		signin_own_factors(&visit->records, &visit->request, &factors, &has_device);
	const struct self_message wanted = {
		.kind = SELF_WANTED,
		.fields = { [SELF_WANTED_FACTORS] = self_factors(factors.password, factors.code),
			    [SELF_WANTED_HAS_DEVICE] = self_flag(has_device) },
	};

	if (status != STATUS_OK) {
		visit_log_decision(visit, SIGNIN_ACT_AUTHENTICATE, "sign-in", status,
				   &(struct signin_answer){ .reason = SIGNIN_REASON_STORE });
		visit_answer(visit, SIGNIN_REASON_STORE);
		return;
	}
	(void)!self_channel_send(&visit->channel, &wanted); /* whoever has gone needs none */
}

/* Not to be decided is told apart: it is no matter of what was proven. */
static enum signin_reason reason_to_tell(enum status status, enum signin_reason reason)
{
	if (status == STATUS_OK)
		return SIGNIN_REASON_HELPER_REFUSED;
	return reason == SIGNIN_REASON_ALLOWED ? SIGNIN_REASON_NONE : reason;
}

bool serve_authenticate(struct visit *visit, const struct signin_factors *factors,
			struct text password, struct text code, struct signin_answer *out_answer)
{
	enum status status = signin_authenticate(&visit->records, &visit->request, factors,
						 password, code, out_answer);

	visit_log_decision(visit, SIGNIN_ACT_AUTHENTICATE, "sign-in", status, out_answer);
	if (status == STATUS_OK && signin_is_allowed(out_answer))
		return true;
	visit_answer(visit, reason_to_tell(status, out_answer->reason));
	return false;
}

static enum signin_reason admit(struct visit *visit, const struct signin_answer *proof)
{
	struct signin_answer account = { .reason = SIGNIN_REASON_NONE };
	enum status status =
		signin_own_admission(&visit->records, &visit->request, proof, &account);

	visit_log_decision(visit, SIGNIN_ACT_ACCOUNT, "account", status, &account);
	if (status != STATUS_OK && signin_is_allowed(&account))
		return SIGNIN_REASON_NONE;
	return account.reason;
}

void serve_verify(struct visit *visit)
{
	const struct text *fields = visit->asked.fields;
	struct signin_factors given = { .password = false }, factors = { .password = true };
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	enum status status =
		self_factors_parse(fields[SELF_VERIFY_FACTORS], &given.password, &given.code);

	if (status == STATUS_OK)
		status = signin_own_factors_given(&visit->records, &visit->request, &given,
						  &factors);
	if (status != STATUS_OK) {
		answer.reason =
			status == STATUS_BAD_INPUT ? SIGNIN_REASON_OPTIONS : SIGNIN_REASON_STORE;
		visit_log_decision(visit, SIGNIN_ACT_AUTHENTICATE, "sign-in", status, &answer);
		visit_answer(visit, answer.reason);
		return;
	}
	if (!serve_authenticate(visit, &factors, fields[SELF_VERIFY_PASSWORD],
				fields[SELF_VERIFY_CODE], &answer))
		return;
	const struct self_message verdict = {
		.kind = SELF_VERDICT,
		.fields = { [SELF_VERDICT_ACCOUNT] =
				    text_of(signin_reason_code(admit(visit, &answer))),
			    [SELF_VERDICT_DEVICE] = text_of(answer.device) },
	};
	(void)!self_channel_send(&visit->channel, &verdict);
}

void serve_account(struct visit *visit)
{
	visit_answer(visit, admit(visit, NULL));
}
