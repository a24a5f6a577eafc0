/*
 * common/signin/signin_change_right.c: who may change a password.
 */
#include "signin/signin_decision.h"
#include "signin/signin_fleet.h"
#include "signin/signin_internal.h"

/* The account's policy or one of the user's may allow it; a Deny, or a document that may hold one,
   has the last word. */
static enum status ask_policies(const struct signin_records *records,
				const struct signin_request *request,
				const struct change_subject *subject, struct signin_answer *answer)
{
	AUTO_SIGNIN_DECISION decision = { 0 };
	enum status status =
		signin_decide_on(records, request, &subject->principal, "iam:ChangePassword",
				 subject->principal.arn, NULL, &decision);

	answer->complaint = decision.complaint;
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SYSTEM);
	answer->reason = decision.reason;
	if (answer->reason != SIGNIN_REASON_NOT_AUTHORIZED)
		return STATUS_OK;
	answer->reason = subject->account.password_policy.allow_users_to_change
				 ? SIGNIN_REASON_ALLOWED
				 : SIGNIN_REASON_CHANGE_NOT_ALLOWED;
	return STATUS_OK;
}

/* HardExpiry: what has expired is an administrator's to set. */
static enum status check_hard_expiry(const struct signin_records *records,
				     const struct signin_request *request,
				     const struct change_subject *subject,
				     struct signin_answer *answer)
{
	struct password_age age = { 0 };
	enum status status;

	if (!subject->account.password_policy.hard_expiry)
		return STATUS_OK;
	status = signin_password_age(records, request, &age);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	if (age.standing == PASSWORD_HARD_EXPIRED)
		answer->reason = SIGNIN_REASON_PASSWORD_EXPIRED;
	return STATUS_OK;
}

enum status signin_find_change(const struct signin_records *records,
			       const struct signin_request *request, bool by_administrator,
			       struct arena *arena, struct change_subject *subject,
			       struct signin_answer *answer)
{
	enum status status;

	*answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	status = signin_find_person(records, request, arena, &subject->principal, answer);
	if (status != STATUS_OK || answer->reason != SIGNIN_REASON_NONE)
		return status;
	if (signin_is_fleets(&records->config, &subject->principal)) {
		answer->reason = SIGNIN_REASON_FLEET_MANAGED;
		return STATUS_OK;
	}
	status = signin_account_settings(records, arena, &subject->account, &answer->complaint);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SNAPSHOT);
	if (!subject->principal.password_enabled) {
		answer->reason = SIGNIN_REASON_PASSWORD_DISABLED;
		return STATUS_OK;
	}
	if (by_administrator) {
		answer->reason = SIGNIN_REASON_ALLOWED;
		return STATUS_OK;
	}
	status = ask_policies(records, request, subject, answer);
	if (status != STATUS_OK || !signin_is_allowed(answer))
		return status;
	return check_hard_expiry(records, request, subject, answer);
}

enum status signin_may_change_password(const struct signin_records *records,
				       const struct signin_request *request, bool by_administrator,
				       struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct change_subject subject;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	return signin_find_change(records, request, by_administrator, &arena, &subject, out_answer);
}
