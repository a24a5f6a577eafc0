#include "password/password_hash.h"
#include "password/password_policy.h"
#include "signin/signin_internal.h"

static enum signin_reason reason_against(const struct access_principal *principal,
					 const struct iam_password_policy *policy,
					 bool by_administrator)
{
	if (!principal->password_enabled)
		return SIGNIN_REASON_PASSWORD_DISABLED;
	if (by_administrator || policy->allow_users_to_change || policy->is_default)
		return SIGNIN_REASON_ALLOWED;
	return SIGNIN_REASON_CHANGE_NOT_ALLOWED;
}

/* Whose password, and under which rules; both live in the arena. */
struct change_subject {
	struct access_principal principal;
	struct access_account account;
};

static enum status find_subject(const struct signin_records *records,
				const struct signin_request *request, bool by_administrator,
				struct arena *arena, struct change_subject *subject,
				struct signin_answer *answer)
{
	enum status status;

	*answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	status = signin_find_person(records, request, arena, &subject->principal, answer);
	if (status != STATUS_OK || answer->reason != SIGNIN_REASON_NONE)
		return status;
	status = signin_account_settings(records, arena, &subject->account, &answer->complaint);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SNAPSHOT);
	answer->reason = reason_against(&subject->principal, &subject->account.password_policy,
					by_administrator);
	return STATUS_OK;
}

enum status signin_may_change_password(const struct signin_records *records,
				       const struct signin_request *request, bool by_administrator,
				       struct signin_answer *out_answer)
{
	AUTO_ARENA arena;
	struct change_subject subject;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	return find_subject(records, request, by_administrator, &arena, &subject, out_answer);
}

/* Whoever changes a password means another one; an administrator is held to it only where the
   policy prevents reuse, because a reset to a known password can be meant. */
static enum status check_current(const struct signin_records *records,
				 const struct signin_password_change *change,
				 const struct change_subject *subject, unsigned *inout_faults)
{
	char hash[CREDENTIAL_HASH_SIZE];
	enum status status;

	if (change->by_administrator && subject->account.password_policy.reuse_prevention == 0)
		return STATUS_OK;
	status = credential_password_hash(records->store, subject->principal.id, hash);
	if (status == STATUS_OK)
		status = password_hash_verify(hash, change->new_password);
	explicit_bzero(hash, sizeof(hash));
	if (status == STATUS_OK)
		*inout_faults |= PASSWORD_IS_CURRENT;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status store_password(const struct signin_records *records,
				  const struct signin_password_change *change, struct text user_id)
{
	char hash[PASSWORD_HASH_SIZE];
	enum status status = password_hash_new(change->new_password, hash);

	if (status == STATUS_OK)
		status = credential_password_set(records->store, user_id, hash,
						 change->request->now);
	explicit_bzero(hash, sizeof(hash));
	return status;
}

enum status signin_change_password(const struct signin_records *records,
				   const struct signin_password_change *change,
				   struct signin_answer *out_answer, struct buffer *out_explanation)
{
	AUTO_ARENA arena;
	struct change_subject subject;
	unsigned faults;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_subject(records, change->request, change->by_administrator, &arena, &subject,
			      out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	out_answer->reason = SIGNIN_REASON_NONE;
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	faults = password_policy_check(&subject.account.password_policy, change->new_password,
				       &(struct password_owner){ subject.principal.iam_name,
								 subject.principal.unix_name });
	status = check_current(records, change, &subject, &faults);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	if (faults != 0) {
		out_answer->reason = SIGNIN_REASON_PASSWORD_POLICY;
		return password_policy_explain(&subject.account.password_policy, faults,
					       out_explanation);
	}
	status = store_password(records, change, subject.principal.id);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	out_answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}
