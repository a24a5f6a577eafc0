/*
 * common/signin/signin_factors.c: what is asked of whom.
 */
#include "signin/signin_internal.h"
#include "signin/signin_mfa.h"

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

/* Whether the user has a device here, or recovery codes; one that does not exist has. Codes that
   are used up leave a user enrolled: using the last one must not be a way to do without. */
static enum status is_enrolled(const struct signin_records *records, const struct asked *asked,
			       bool *out_is_enrolled)
{
	struct credential_summary summary;
	enum status status;

	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = credential_summary(records->store,
				    asked->is_known ? asked->principal.id : ID_OF_NOBODY, &summary);
	if (status == STATUS_OK)
		*out_is_enrolled =
			!asked->is_known || summary.device_count > 0 || summary.has_recovery_set;
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

/* What there is to be beside the password. */
enum second_factor {
	SECOND_CODE = 0,
	SECOND_NONE,
	SECOND_KEY, /* sshd has verified one that is both */
};

/* What cannot be read asks for everything: it refuses, and has a name, once that is compared. */
static enum status find_second(const struct signin_records *records,
			       const struct signin_request *request, enum second_factor *out_second)
{
	struct asked asked = { .is_known = false };
	AUTO_ARENA arena = { 0 };
	enum config_mfa mfa = CONFIG_MFA_REQUIRED;
	bool has = true;
	enum status status = STATUS_OK;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (find_asked(records, request, &arena, &asked) == STATUS_OK)
		mfa = signin_mfa_of(&records->config, request,
				    asked.is_known ? &asked.principal : NULL)
			      .mode;
	if (mfa != CONFIG_MFA_OFF && request->security_key.length > 0) {
		*out_second = SECOND_KEY;
		return STATUS_OK;
	}
	if (mfa == CONFIG_MFA_ENROLLED)
		status = is_enrolled(records, &asked, &has);
	if (status == STATUS_OK)
		*out_second = mfa == CONFIG_MFA_OFF || !has ? SECOND_NONE : SECOND_CODE;
	return status;
}

static struct signin_factors factors_with(const struct signin_request *request,
					  enum second_factor second)
{
	switch (second) {
	case SECOND_NONE:
		return (struct signin_factors){ .password = true };
	case SECOND_KEY:
		return (struct signin_factors){ .key = true };
	case SECOND_CODE:
		break;
	}
	return (struct signin_factors){ .password = !request->public_key_verified, .code = true };
}

static enum status find_factors(const struct signin_records *records,
				const struct signin_request *request, enum signin_mode mode,
				struct signin_factors *out_factors)
{
	enum second_factor second = SECOND_NONE;
	enum status status = STATUS_OK;

	switch (mode) {
	case SIGNIN_PASSWORD:
		*out_factors = (struct signin_factors){ .password = true };
		return STATUS_OK;
	case SIGNIN_CODE:
		*out_factors = (struct signin_factors){ .code = true };
		return STATUS_OK;
	case SIGNIN_PASSWORD_AND_CODE:
		break;
	}
	if (!is_remembered(records, request))
		status = find_second(records, request, &second);
	if (status == STATUS_OK)
		*out_factors = factors_with(request, second);
	return status;
}

enum status signin_factors(const struct signin_records *records,
			   const struct signin_request *request, enum signin_mode mode,
			   struct signin_factors *out_factors)
{
	struct signin_factors factors = { .password = true };
	enum status status = find_factors(records, request, mode, &factors);

	if (status != STATUS_OK)
		return status;
	/* What cannot be read of the directory's age lifts nothing; the account phase refuses. */
	if (mode != SIGNIN_PASSWORD &&
	    signin_break_glass_reason(records, request, &factors.break_glass) != STATUS_OK)
		factors.break_glass = SIGNIN_REASON_NONE;
	*out_factors = factors;
	return STATUS_OK;
}
