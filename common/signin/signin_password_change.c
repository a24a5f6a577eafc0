#include "password/password_generate.h"
#include "password/password_hash.h"
#include "password/password_policy.h"
#include "password/password_strength.h"
#include "signin/signin_internal.h"

enum { GENERATED_TRIES = 100 };

static struct password_owner owner_of(const struct change_subject *subject)
{
	return (struct password_owner){ subject->principal.iam_name, subject->principal.unix_name };
}

/* The host's own rule, where iam.conf has one. */
static enum status check_strength(const struct signin_records *records, struct text password,
				  const struct change_subject *subject,
				  struct password_strength *out_strength,
				  struct signin_answer *answer)
{
	enum status status;

	*out_strength = (struct password_strength){ .is_weak = false };
	if (records->config.password_check == CONFIG_PASSWORD_CHECK_OFF)
		return STATUS_OK;
	status = password_strength_check(password, subject->principal.unix_name, out_strength,
					 &answer->complaint);
	return status == STATUS_OK ? status : signin_fail(answer, status, SIGNIN_REASON_CONFIG);
}

/* What the host's rule has against one of them it may not have against the next. */
static enum status generate(const struct signin_records *records,
			    const struct change_subject *subject, struct signin_answer *answer,
			    struct secret *out_password)
{
	const struct password_owner owner = owner_of(subject);
	struct password_strength strength = { .is_weak = true };

	for (int i = 0; i < GENERATED_TRIES; i++) {
		enum status status =
			password_generate(&subject->account.password_policy, &owner, out_password);

		if (status != STATUS_OK)
			return signin_fail(answer, status, SIGNIN_REASON_SYSTEM);
		status = check_strength(records, secret_text(out_password), subject, &strength,
					answer);
		if (status != STATUS_OK || !strength.is_weak)
			return status;
	}
	return signin_fail(answer,
			   complain(&answer->complaint, STATUS_UNAVAILABLE, "%s", strength.why),
			   SIGNIN_REASON_CONFIG);
}

enum status signin_generate_password(const struct signin_records *records,
				     const struct signin_request *request,
				     struct signin_answer *out_answer, struct secret *out_password)
{
	AUTO_ARENA arena = { 0 };
	struct change_subject subject;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_find_change(records, request, true, &arena, &subject, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	return generate(records, &subject, out_answer, out_password);
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

/* Everything that is wrong with it. */
static enum status find_faults(const struct signin_records *records,
			       const struct signin_password_change *change,
			       const struct change_subject *subject,
			       struct password_strength *out_strength, unsigned *out_faults,
			       struct signin_answer *answer)
{
	const struct password_owner owner = owner_of(subject);
	unsigned faults = password_policy_check(&subject->account.password_policy,
						change->new_password, &owner);
	enum status status =
		check_strength(records, change->new_password, subject, out_strength, answer);

	if (status != STATUS_OK)
		return status;
	if (out_strength->is_weak)
		faults |= PASSWORD_IS_WEAK;
	status = check_history(records, change, subject, &faults);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	*out_faults = faults;
	return STATUS_OK;
}

static enum status explain(const struct change_subject *subject, unsigned faults,
			   const struct password_strength *strength, struct buffer *out_explanation)
{
	enum status status =
		password_policy_explain(&subject->account.password_policy, faults, out_explanation);

	if (status != STATUS_OK || strength->why[0] == '\0')
		return status;
	return buffer_append_format(out_explanation, "\n%s", strength->why);
}

enum status signin_change_password(const struct signin_records *records,
				   const struct signin_password_change *change,
				   struct signin_answer *out_answer, struct buffer *out_explanation)
{
	AUTO_ARENA arena = { 0 };
	struct change_subject subject;
	struct password_strength strength = { .is_weak = true };
	unsigned faults = 0;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_find_change(records, change->request, change->by_administrator, &arena,
				    &subject, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	out_answer->reason = SIGNIN_REASON_NONE;
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = find_faults(records, change, &subject, &strength, &faults, out_answer);
	if (status != STATUS_OK)
		return status;
	if (faults != 0) {
		out_answer->reason = SIGNIN_REASON_PASSWORD_POLICY;
		return explain(&subject, faults, &strength, out_explanation);
	}
	status = store_password(records, change, &subject);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	out_answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}
