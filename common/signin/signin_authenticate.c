#include "directory/name.h"
#include "password/password_hash.h"
#include "signin/signin_decision.h"
#include "signin/signin_internal.h"
#include "signin/signin_paper.h"

enum status signin_is_iam_user(const struct signin_records *records, struct text user,
			       bool *out_is_iam_user)
{
	enum status status = STATUS_NOT_FOUND;
	struct text record;

	/* A name that no snapshot can have is nobody's, snapshot or not. */
	if (unix_name_is_valid(user) && records->access.base)
		status = snapshot_find_record(&records->access, SNAPSHOT_MAP_PRINCIPALS, user,
					      &record);
	else if (unix_name_is_valid(user))
		status = STATUS_UNAVAILABLE;
	if (status != STATUS_NOT_FOUND) {
		enum status local = signin_check_local(records, user);

		if (local != STATUS_OK)
			status = local;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_is_iam_user = status == STATUS_OK;
	return STATUS_OK;
}

/* The only line of the project that lets somebody in by what was typed. */
static enum signin_reason reason_of(const struct credential_outcome *outcome)
{
	switch (outcome->verdict) {
	case CREDENTIAL_ACCEPTED:
		return SIGNIN_REASON_ALLOWED;
	case CREDENTIAL_LOCKED:
		return outcome->lock.kind == CREDENTIAL_LOCK_ADDRESS ? SIGNIN_REASON_ADDRESS_LOCKED
								     : SIGNIN_REASON_LOCKED;
	case CREDENTIAL_NO_PASSWORD:
		return SIGNIN_REASON_PASSWORD_NOT_SET;
	case CREDENTIAL_NO_DEVICE:
		return SIGNIN_REASON_MFA_NOT_ENROLLED;
	case CREDENTIAL_OLD_DEVICES:
		return SIGNIN_REASON_MFA_TOO_OLD;
	case CREDENTIAL_REFUSED:
		break;
	}
	if (outcome->password_was_wrong)
		return SIGNIN_REASON_PASSWORD_WRONG;
	if (outcome->code_was_used_before)
		return SIGNIN_REASON_CODE_REUSED;
	if (outcome->break_glass_expired)
		return SIGNIN_REASON_BREAK_GLASS_EXPIRED;
	if (outcome->break_glass_not_due)
		return SIGNIN_REASON_BREAK_GLASS_NOT_DUE;
	return outcome->code_was_wrong ? SIGNIN_REASON_CODE_WRONG : SIGNIN_REASON_NONE;
}

static enum status compare_password(struct credential_store *store, struct text user_id,
				    struct text password, bool *out_is_right)
{
	char hash[CREDENTIAL_HASH_SIZE];
	enum status status = credential_password_hash(store, user_id, hash);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	status = password_hash_verify(status == STATUS_OK ? hash : NULL, password);
	explicit_bzero(hash, sizeof(hash));
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_is_right = status == STATUS_OK;
	return STATUS_OK;
}

/* Names that no device has. */
static const char *const proofs_on_paper[] = {
	[CREDENTIAL_PROOF_RECOVERY] = "(recovery-code)",
	[CREDENTIAL_PROOF_BREAK_GLASS] = "(break-glass)",
};

static enum status tell_proof(const struct credential_attempt *attempt,
			      const struct credential_outcome *outcome,
			      const struct signin_factors *factors, struct signin_answer *answer)
{
	const char *device = outcome->device;

	answer->proof = outcome->proof;
	answer->drift = outcome->drift;
	answer->recovery_left = outcome->recovery_left;
	if (outcome->proof >= CREDENTIAL_PROOF_RECOVERY)
		device = proofs_on_paper[outcome->proof];
	if (outcome->proof == CREDENTIAL_PROOF_BREAK_GLASS) {
		memcpy(answer->break_glass, outcome->break_glass, sizeof(answer->break_glass));
		answer->lifted = factors->break_glass;
		answer->break_glass_until = attempt->now + SIGNIN_BREAK_GLASS_SECONDS;
	}
	return text_copy(text_of(device), answer->device, sizeof(answer->device));
}

static enum status compare(struct credential_store *store, struct credential_attempt *attempt,
			   const struct signin_factors *factors, struct text password,
			   struct credential_outcome *out_outcome)
{
	struct text user_id = attempt->user_id.length > 0 ? attempt->user_id : ID_OF_NOBODY;
	AUTO_SIGNIN_PAPER paper = { .name = "" };
	enum status status = STATUS_OK;

	if (attempt->password_wanted)
		status = compare_password(store, user_id, password, &attempt->password_is_right);
	if (status == STATUS_OK && attempt->code_wanted)
		status = signin_read_paper(store, user_id, attempt->code, &paper);
	attempt->paper = paper.paper;
	attempt->paper.is_due = factors->break_glass != SIGNIN_REASON_NONE;
	if (status == STATUS_OK)
		status = credential_attempt(store, attempt, out_outcome);
	attempt->paper = (struct credential_paper){ .kind = CREDENTIAL_PAPER_NONE };
	return status;
}

/* answer->reason was decided before when the account cannot pass; the cost is the same. */
static enum status prove(const struct signin_records *records, struct credential_attempt *attempt,
			 const struct signin_factors *factors, struct text password,
			 struct signin_answer *answer)
{
	struct credential_outcome outcome = { .verdict = CREDENTIAL_REFUSED };
	enum status status = compare(records->store, attempt, factors, password, &outcome);

	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	answer->lock = outcome.lock;
	if (answer->reason != SIGNIN_REASON_NONE)
		return STATUS_OK;
	answer->stray = outcome.stray;
	status = tell_proof(attempt, &outcome, factors, answer);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	answer->reason = reason_of(&outcome);
	return STATUS_OK;
}

/* Where a login comes from. What runs inside of one, such as sudo, says of PAM_RHOST what it likes.
 */
static bool find_address(const struct signin_records *records, const struct signin_request *request,
			 char out_address[LOCKOUT_ADDRESS_SIZE])
{
	return !signin_service_of(records, request->service).is_inside &&
	       lockout_address_of(request->remote_host, out_address);
}

/* Nothing was typed. As with a key alone, which PAM is not asked about, no lockout stands in the
   way: it is a brake on guessing. */
static enum status accept_key(const struct signin_records *records,
			      const struct signin_request *request, struct signin_answer *answer)
{
	bool suffices = false;
	enum status status;

	if (answer->reason != SIGNIN_REASON_NONE)
		return STATUS_OK;
	status = signin_key_suffices(records, request, &suffices);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	if (suffices)
		answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}

/* Where a code is asked for in case it is a break-glass code, any other text is none. */
static bool is_code_wanted(const struct signin_request *request,
			   const struct signin_factors *factors, struct text code)
{
	if (factors->code)
		return true;
	return factors->break_glass != SIGNIN_REASON_NONE && signin_is_break_glass(code) &&
	       (!factors->key || request->public_key_verified);
}

enum status signin_authenticate(const struct signin_records *records,
				const struct signin_request *request,
				const struct signin_factors *factors, struct text password,
				struct text code, struct signin_answer *out_answer)
{
	struct credential_attempt attempt = {
		.password_wanted = factors->password,
		.code_wanted = is_code_wanted(request, factors, code),
		.code = code,
		.otp_window = records->config.otp_window,
		.hotp_look_ahead = records->config.hotp_look_ahead,
		.device_age_max = records->config.seed_age_max,
		.lockout = signin_lockout_rules(&records->config),
		.now = request->now,
	};
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	char address[LOCKOUT_ADDRESS_SIZE];
	enum status status;

	*out_answer = (struct signin_answer){ .used_password = factors->password,
					      .used_code = attempt.code_wanted };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!factors->password && !factors->code && !factors->key)
		return signin_fail(out_answer, STATUS_BAD_INPUT, SIGNIN_REASON_SYSTEM);
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	if (find_address(records, request, address))
		attempt.address = text_of(address);
	status = signin_find_person(records, request, &arena, &principal, out_answer);
	if (status != STATUS_OK)
		return status;
	if (factors->key && !attempt.code_wanted)
		return accept_key(records, request, out_answer);
	if (out_answer->reason == SIGNIN_REASON_NONE && factors->password &&
	    !principal.password_enabled)
		out_answer->reason = SIGNIN_REASON_PASSWORD_DISABLED;
	if (out_answer->reason == SIGNIN_REASON_NONE)
		attempt.user_id = principal.id;
	return prove(records, &attempt, factors, password, out_answer);
}
