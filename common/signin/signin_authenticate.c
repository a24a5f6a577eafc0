#include "directory/name.h"
#include "password/password_hash.h"
#include "signin/signin_decision.h"
#include "signin/signin_internal.h"
#include "signin/signin_mfa.h"

/* Shorter than any IAM id: what is read for a user that does not exist, so that something is. The
   store's own word for nobody, in an attempt, is no id at all. */
#define ID_OF_NOBODY TEXT("NOBODY")

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

/* The user whose factors are asked for. */
struct asked {
	bool is_known; /* and no role */
	struct access_principal principal;
};

static enum status find_asked(const struct signin_records *records,
			      const struct signin_request *request, struct arena *arena,
			      struct asked *out_asked)
{
	enum status status = signin_principal(records, request->user, arena, &out_asked->principal);

	out_asked->is_known = status == STATUS_OK && !out_asked->principal.is_role;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Whether the user has a device here; one that does not exist has. */
static enum status has_device(const struct signin_records *records, const struct asked *asked,
			      bool *out_has_device)
{
	struct credential_summary summary;
	enum status status;

	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = credential_summary(records->store,
				    asked->is_known ? asked->principal.id : ID_OF_NOBODY, &summary);
	if (status == STATUS_OK)
		*out_has_device = !asked->is_known || summary.device_count > 0;
	return status;
}

/* sudo takes the code that was given in its login session, for a while. A code of the future is a
   clock that moved: no code. */
static bool is_remembered(const struct signin_records *records,
			  const struct signin_request *request)
{
	int64_t age = request->now - request->login.mfa_at;

	return strcmp(signin_action_of(records, request->service), "host:Sudo") == 0 &&
	       records->config.mfa_remember > 0 && request->login.mfa_at > 0 && age >= 0 &&
	       age <= (int64_t)records->config.mfa_remember;
}

static enum status is_code_due(const struct signin_records *records,
			       const struct signin_request *request, bool *out_is_due)
{
	struct asked asked = { .is_known = false };
	AUTO_ARENA arena = { 0 };

	arena_init(&arena, SIGNIN_ARENA_MAX);
	*out_is_due = true;
	/* What cannot be read refuses, and has a name, once everything is compared. */
	if (find_asked(records, request, &arena, &asked) != STATUS_OK)
		return STATUS_OK;
	switch (signin_mfa_of(&records->config, request, asked.is_known ? &asked.principal : NULL)
			.mode) {
	case CONFIG_MFA_OFF:
		*out_is_due = false;
		return STATUS_OK;
	case CONFIG_MFA_ENROLLED:
		return has_device(records, &asked, out_is_due);
	case CONFIG_MFA_REQUIRED:
		break;
	}
	return STATUS_OK;
}

enum status signin_factors(const struct signin_records *records,
			   const struct signin_request *request, enum signin_mode mode,
			   struct signin_factors *out_factors)
{
	struct signin_factors factors = { .password = true, .code = true };
	enum status status = STATUS_OK;

	switch (mode) {
	case SIGNIN_PASSWORD:
		factors.code = false;
		break;
	case SIGNIN_CODE:
		factors.password = false;
		break;
	case SIGNIN_PASSWORD_AND_CODE:
		if (is_remembered(records, request))
			factors.code = false;
		else
			status = is_code_due(records, request, &factors.code);
		factors.password = !(factors.code && request->public_key_verified);
		break;
	}
	if (status == STATUS_OK)
		*out_factors = factors;
	return status;
}

/* The only line of the project that lets somebody in by factors. */
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

/* answer->reason was decided before when the account cannot pass; the cost is the same. */
static enum status prove(const struct signin_records *records, struct credential_attempt *attempt,
			 struct text password, struct signin_answer *answer)
{
	struct text user_id = attempt->user_id.length > 0 ? attempt->user_id : ID_OF_NOBODY;
	struct credential_outcome outcome = { .verdict = CREDENTIAL_REFUSED };
	enum status status = STATUS_OK;

	if (attempt->password_wanted)
		status = compare_password(records->store, user_id, password,
					  &attempt->password_is_right);
	if (status == STATUS_OK)
		status = credential_attempt(records->store, attempt, &outcome);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	if (answer->reason != SIGNIN_REASON_NONE)
		return STATUS_OK;
	answer->lock = outcome.lock;
	answer->drift = outcome.drift;
	answer->stray = outcome.stray;
	status = text_copy(text_of(outcome.device), answer->device, sizeof(answer->device));
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

enum status signin_authenticate(const struct signin_records *records,
				const struct signin_request *request,
				const struct signin_factors *factors, struct text password,
				struct text code, struct signin_answer *out_answer)
{
	struct credential_attempt attempt = {
		.password_wanted = factors->password,
		.code_wanted = factors->code,
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
					      .used_code = factors->code };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!factors->password && !factors->code)
		return signin_fail(out_answer, STATUS_BAD_INPUT, SIGNIN_REASON_SYSTEM);
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	if (find_address(records, request, address))
		attempt.address = text_of(address);
	status = signin_find_person(records, request, &arena, &principal, out_answer);
	if (status != STATUS_OK)
		return status;
	if (out_answer->reason == SIGNIN_REASON_NONE && factors->password &&
	    !principal.password_enabled)
		out_answer->reason = SIGNIN_REASON_PASSWORD_DISABLED;
	if (out_answer->reason == SIGNIN_REASON_NONE)
		attempt.user_id = principal.id;
	return prove(records, &attempt, password, out_answer);
}
