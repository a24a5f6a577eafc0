#include "signin/signin_decision.h"
#include "signin/signin_fleet.h"
#include "signin/signin_internal.h"

/* How far a host's clock may be behind the one that wrote the snapshot's date. */
enum { CLOCK_TOLERANCE_SECONDS = 300 };

static bool is_stale(const struct signin_records *records, int64_t now)
{
	struct snapshot_facts facts;
	int64_t age_max = records->config.snapshot_age_max;

	if (age_max == 0)
		return false;
	snapshot_facts(&records->access, &facts);
	/* A clock that was set back would make any snapshot young. */
	if (facts.created < 0 || facts.created > now + CLOCK_TOLERANCE_SECONDS)
		return true;
	return now - facts.created > age_max;
}

enum status signin_check_age(const struct signin_records *records, int64_t now, struct arena *arena,
			     struct signin_answer *answer)
{
	struct access_account account;
	enum status status = signin_account_settings(records, arena, &account, &answer->complaint);

	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SNAPSHOT);
	if (is_stale(records, now))
		answer->reason = SIGNIN_REASON_SNAPSHOT_STALE;
	else if (account.expires != 0 && now >= account.expires)
		answer->reason = SIGNIN_REASON_SNAPSHOT_EXPIRED;
	return STATUS_OK;
}

/* Is it a login, or host:Sudo in one? Nothing else is lifted: neither su nor the way to a role. */
static bool is_login_or_sudo(const struct signin_records *records,
			     const struct signin_request *request)
{
	struct signin_service service = signin_service_of(records, request->service);

	return strcmp(service.action, service.is_inside ? "host:Sudo" : "host:Login") == 0;
}

/* A time that is further off than any code can have put it is of a clock that was set back. */
static bool is_lifted(const struct signin_records *records, const struct signin_request *request)
{
	int64_t left = request->login.break_glass_until - request->now;

	return left > 0 && left <= SIGNIN_BREAK_GLASS_SECONDS && is_login_or_sudo(records, request);
}

/* How old what decides is: the directory's, and, where it is the fleet's, the credentials'. */
static enum status check_ages(const struct signin_records *records, int64_t now, bool is_fleets,
			      struct arena *arena, struct signin_answer *answer)
{
	enum status status = signin_check_age(records, now, arena, answer);

	if (status != STATUS_OK || answer->reason != SIGNIN_REASON_NONE || !is_fleets)
		return status;
	return signin_check_fleet(records, now, answer);
}

static enum status check_age_but_for_glass(const struct signin_records *records,
					   const struct signin_request *request,
					   const struct access_principal *principal,
					   struct arena *arena, struct signin_answer *answer)
{
	bool is_fleets = signin_is_fleets(&records->config, principal);
	enum status status = check_ages(records, request->now, is_fleets, arena, answer);

	if (status != STATUS_OK)
		return status;
	if (answer->reason == SIGNIN_REASON_NONE)
		return is_fleets ? signin_check_followed(records, principal, answer) : status;
	if (!is_lifted(records, request))
		return status;
	answer->lifted = answer->reason;
	answer->reason = SIGNIN_REASON_NONE;
	answer->break_glass_until = request->login.break_glass_until;
	return STATUS_OK;
}

enum status signin_break_glass_reason(const struct signin_records *records,
				      const struct signin_request *request,
				      enum signin_reason *out_reason)
{
	struct signin_service service = signin_service_of(records, request->service);
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	AUTO_ARENA arena = { 0 };
	enum status status;

	*out_reason = SIGNIN_REASON_NONE;
	if (service.is_inside || !is_login_or_sudo(records, request))
		return STATUS_OK;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	/* Whoever it is: what is asked for does not tell users apart. */
	status = check_ages(records, request->now, true, &arena, &answer);
	if (status == STATUS_OK)
		*out_reason = answer.reason;
	return status;
}

/* Nobody signs in as a role; in its session it may use sudo, as far as its own policies go. */
static enum signin_reason reason_of_role(const struct signin_records *records,
					 const struct signin_request *request)
{
	if (strcmp(signin_action_of(records, request->service), "host:Sudo") != 0)
		return SIGNIN_REASON_ROLE_DIRECT;
	if (!request->acting.is_known)
		return SIGNIN_REASON_ROLE_NOT_ASSUMED;
	if (request->acting.until <= request->now)
		return SIGNIN_REASON_ROLE_SESSION_OVER;
	return SIGNIN_REASON_NONE;
}

enum status signin_account_standing(const struct signin_records *records,
				    const struct signin_request *request, struct arena *arena,
				    struct access_principal *out_principal,
				    struct signin_answer *out_answer)
{
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	status = signin_find_person(records, request, arena, out_principal, out_answer);
	if (status == STATUS_OK && out_answer->reason == SIGNIN_REASON_ROLE_DIRECT)
		out_answer->reason = reason_of_role(records, request);
	if (status != STATUS_OK || out_answer->reason != SIGNIN_REASON_NONE)
		return status;
	return check_age_but_for_glass(records, request, out_principal, arena, out_answer);
}

static enum signin_reason reason_to_change(const struct signin_records *records,
					   const struct signin_request *request, bool is_own)
{
	struct signin_service service = signin_service_of(records, request->service);
	bool has_terminal = request->tty.length > 0;

	if (!is_own || service.dialogue == SIGNIN_DIALOGUE_NONE ||
	    (service.dialogue == SIGNIN_DIALOGUE_ON_TERMINAL && !has_terminal))
		return SIGNIN_REASON_PASSWORD_UNATTENDED;
	return SIGNIN_REASON_CHANGE_REQUIRED;
}

/* What an administrator has to mend before anybody can tell keeps its own name, and so does a
   change that is made elsewhere. */
static enum signin_reason reason_not_to_change(enum signin_reason reason)
{
	bool keeps_name = reason == SIGNIN_REASON_HOST_POLICY ||
			  reason == SIGNIN_REASON_FLEET_MANAGED ||
			  reason == SIGNIN_REASON_POLICY_UNREADABLE ||
			  reason == SIGNIN_REASON_SOURCE_UNREADABLE;

	return keeps_name ? reason : SIGNIN_REASON_PASSWORD_EXPIRED;
}

enum status signin_check_password(const struct signin_records *records,
				  const struct signin_request *request, struct text user,
				  struct signin_answer *out_answer)
{
	struct signin_request of_user = *request;
	struct password_age age = { 0 };
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	of_user.user = user;
	status = signin_password_age(records, &of_user, &age);
	if (status == STATUS_NOT_FOUND) { /* taken away since it was proven */
		out_answer->reason = SIGNIN_REASON_PASSWORD_NOT_SET;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	if (!password_must_change(age.standing)) {
		out_answer->reason = SIGNIN_REASON_ALLOWED;
		return STATUS_OK;
	}
	status = signin_may_change_password(records, &of_user, false, out_answer);
	if (status != STATUS_OK)
		return status;
	out_answer->reason =
		signin_is_allowed(out_answer)
			? reason_to_change(records, request, text_equal(user, request->user))
			: reason_not_to_change(out_answer->reason);
	return STATUS_OK;
}

enum status signin_account(const struct signin_records *records,
			   const struct signin_request *request, struct signin_answer *out_answer)
{
	struct signin_answer password = { .reason = SIGNIN_REASON_NONE };
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_account_standing(records, request, &arena, &principal, out_answer);
	if (status != STATUS_OK || out_answer->reason != SIGNIN_REASON_NONE)
		return status;
	status = signin_authorize(records, request, &principal,
				  signin_action_of(records, request->service), out_answer);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SYSTEM);
	if (!signin_is_allowed(out_answer) || !request->password_used || principal.is_role)
		return STATUS_OK;
	status = signin_check_password(records, request, request->user, &password);
	out_answer->reason = password.reason;
	out_answer->complaint = password.complaint;
	return status;
}
