#include "password/password_generate.h"
#include "password/password_hash.h"
#include "password/password_policy.h"
#include "signin/signin_decision.h"
#include "signin/signin_internal.h"

/* Whose password, and under which rules; both live in the arena. */
struct change_subject {
	struct access_principal principal;
	struct access_account account;
};

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
	return find_subject(records, request, by_administrator, &arena, &subject, out_answer);
}

static struct password_owner owner_of(const struct change_subject *subject)
{
	return (struct password_owner){ subject->principal.iam_name, subject->principal.unix_name };
}

enum status signin_generate_password(const struct signin_records *records,
				     const struct signin_request *request,
				     struct signin_answer *out_answer, struct secret *out_password)
{
	AUTO_ARENA arena = { 0 };
	struct change_subject subject;
	struct password_owner owner;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_subject(records, request, true, &arena, &subject, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	owner = owner_of(&subject);
	status = password_generate(&subject.account.password_policy, &owner, out_password);
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_SYSTEM);
}

static void history_wipe_and_free(struct credential_history **history)
{
	if (*history)
		explicit_bzero(*history, sizeof(**history));
	free(*history);
}

#define AUTO_HISTORY CLEANUP(history_wipe_and_free) struct credential_history

static size_t smaller(size_t left, size_t right)
{
	return left < right ? left : right;
}

/* Whoever changes a password means another one; an administrator is held to it only where the
   policy prevents reuse, because a reset to a known password can be meant. The present one and
   those that the policy counts before it. */
static enum status check_history(const struct signin_records *records,
				 const struct signin_password_change *change,
				 const struct change_subject *subject, unsigned *inout_faults)
{
	uint32_t former = subject->account.password_policy.reuse_prevention;
	const char *hashes[1 + CREDENTIAL_FORMER_MAX];
	AUTO_HISTORY *history = NULL;
	size_t count, at;
	enum status status;

	if (change->by_administrator && former == 0)
		return STATUS_OK;
	history = calloc(1, sizeof(*history));
	if (!history)
		return STATUS_NO_MEMORY;
	status = credential_password_history(records->store, subject->principal.id, history);
	if (status != STATUS_OK)
		return status;
	count = smaller(history->count, 1 + (size_t)former);
	for (size_t i = 0; i < count; i++)
		hashes[i] = history->hashes[i];
	status = password_history_find(hashes, count, change->new_password, change->watch, &at);
	if (status == STATUS_OK && at < count)
		*inout_faults |= at == 0 ? PASSWORD_IS_CURRENT : PASSWORD_WAS_USED;
	return status;
}

static enum status store_password(const struct signin_records *records,
				  const struct signin_password_change *change,
				  const struct change_subject *subject)
{
	uint32_t former = subject->account.password_policy.reuse_prevention;
	char hash[PASSWORD_HASH_SIZE];
	struct credential_password password = {
		.hash = hash,
		.now = change->request->now,
		.origin = change->by_administrator ? CREDENTIAL_ORIGIN_ADMINISTRATOR
						   : CREDENTIAL_ORIGIN_USER,
		.must_change = change->is_temporary,
		.former_kept = (unsigned)smaller(former, CREDENTIAL_FORMER_MAX),
	};
	enum status status = password_hash_new(change->new_password, hash);

	if (status == STATUS_OK)
		status = credential_password_replace(records->store, subject->principal.id,
						     &password);
	explicit_bzero(hash, sizeof(hash));
	return status;
}

enum status signin_change_password(const struct signin_records *records,
				   const struct signin_password_change *change,
				   struct signin_answer *out_answer, struct buffer *out_explanation)
{
	AUTO_ARENA arena = { 0 };
	struct change_subject subject;
	struct password_owner owner;
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
	owner = owner_of(&subject);
	faults = password_policy_check(&subject.account.password_policy, change->new_password,
				       &owner);
	status = check_history(records, change, &subject, &faults);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	if (faults != 0) {
		out_answer->reason = SIGNIN_REASON_PASSWORD_POLICY;
		return password_policy_explain(&subject.account.password_policy, faults,
					       out_explanation);
	}
	status = store_password(records, change, &subject);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	out_answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}
