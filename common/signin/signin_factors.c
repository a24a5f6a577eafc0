/*
 * common/signin/signin_factors.c: what is asked of whom.
 */
#include "signin/signin_decision.h"
#include "signin/signin_fleet.h"
#include "signin/signin_grace.h"
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
	SECOND_KEY,   /* sshd has verified one that is both */
	SECOND_LATER, /* there is no device yet, and some time left */
};

/* What is found out about it. */
struct finding {
	enum second_factor second;
	uint32_t grace_days;
	bool may_enrol; /* on this host */
};

static enum status find_device(const struct signin_records *records,
			       const struct signin_request *request, const struct asked *asked,
			       enum config_mfa mfa, struct finding *finding)
{
	struct signin_grace grace = { .is_running = false };
	bool has = true;
	enum status status = STATUS_OK;

	if (asked->is_known && mfa == CONFIG_MFA_REQUIRED)
		grace = signin_grace_of(&records->config, &records->access, &asked->principal,
					request->now);
	/* Where it changes nothing, nobody is told apart by the time that looking takes. */
	if (mfa == CONFIG_MFA_ENROLLED || grace.is_running)
		status = is_enrolled(records, asked, &has);
	if (status != STATUS_OK || has)
		return status;
	finding->second = grace.is_running ? SECOND_LATER : SECOND_NONE;
	finding->grace_days = grace.days_left;
	finding->may_enrol =
		asked->is_known && !signin_is_fleets(&records->config, &asked->principal);
	return STATUS_OK;
}

/* What cannot be read asks for everything: it refuses, and has a name, once that is compared. */
static enum status find_second(const struct signin_records *records,
			       const struct signin_request *request, struct finding *out_finding)
{
	struct asked asked = { .is_known = false };
	AUTO_ARENA arena = { 0 };
	enum config_mfa mfa = CONFIG_MFA_REQUIRED;

	*out_finding = (struct finding){ .second = SECOND_CODE };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (find_asked(records, request, &arena, &asked) == STATUS_OK)
		mfa = signin_mfa_of(&records->config, request,
				    asked.is_known ? &asked.principal : NULL)
			      .mode;
	if (mfa == CONFIG_MFA_OFF)
		out_finding->second = SECOND_NONE;
	else if (request->security_key.length > 0)
		out_finding->second = SECOND_KEY;
	else
		return find_device(records, request, &asked, mfa, out_finding);
	return STATUS_OK;
}

static bool is_attended(const struct signin_service *service, const struct signin_request *request)
{
	bool has_terminal = request->tty.length > 0;

	return strcmp(service->action, "host:Login") == 0 &&
	       (service->dialogue == SIGNIN_DIALOGUE_OWN ||
		(service->dialogue == SIGNIN_DIALOGUE_ON_TERMINAL && has_terminal));
}

/* The rest is the device's, later. */
static struct signin_factors factors_in_grace(const struct signin_records *records,
					      const struct signin_request *request,
					      const struct finding *finding)
{
	struct signin_service service = signin_service_of(records, request->service);
	bool attended = is_attended(&service, request);

	return (struct signin_factors){ .password = !request->public_key_verified,
					.key = request->public_key_verified,
					.grace_days = finding->grace_days,
					.is_attended = attended,
					.may_enrol = attended && service.shows_pages &&
						     finding->may_enrol };
}

static struct signin_factors factors_with(const struct signin_records *records,
					  const struct signin_request *request,
					  const struct finding *finding)
{
	switch (finding->second) {
	case SECOND_NONE:
		return (struct signin_factors){ .password = true };
	case SECOND_KEY:
		return (struct signin_factors){ .key = true };
	case SECOND_LATER:
		return factors_in_grace(records, request, finding);
	case SECOND_CODE:
		break;
	}
	return (struct signin_factors){ .password = !request->public_key_verified, .code = true };
}

static enum status find_factors(const struct signin_records *records,
				const struct signin_request *request, enum signin_mode mode,
				struct signin_factors *out_factors)
{
	struct finding finding = { .second = SECOND_NONE };
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
		status = find_second(records, request, &finding);
	if (status == STATUS_OK)
		*out_factors = factors_with(records, request, &finding);
	return status;
}

enum status signin_key_suffices(const struct signin_records *records,
				const struct signin_request *request, bool *out_suffices)
{
	struct finding finding = { .second = SECOND_CODE };
	enum status status = find_second(records, request, &finding);

	if (status == STATUS_OK)
		*out_suffices = request->public_key_verified &&
				factors_with(records, request, &finding).key;
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
