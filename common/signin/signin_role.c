#include "signin/signin_role.h"

#include "directory/name.h"
#include "signin/signin_decision.h"
#include "signin/signin_internal.h"

enum status signin_copy_whole(struct text text, char *buffer, size_t size)
{
	return text_copy(text, buffer, size) == STATUS_OK ? STATUS_OK : STATUS_BAD_INPUT;
}

static uint32_t seconds_of(const struct signin_taking *taking, const struct access_principal *role)
{
	uint32_t seconds = taking->seconds > 0 ? taking->seconds : SIGNIN_ROLE_SECONDS_DEFAULT;

	return seconds < role->session_seconds_max ? seconds : role->session_seconds_max;
}

static enum status approve(const struct signin_records *records,
			   const struct signin_request *request, const struct signin_place *place,
			   const struct access_principal *user,
			   const struct signin_assumption *assumption, uint32_t seconds)
{
	const struct access_principal *role = assumption->role;
	struct role_session session = { .since = request->now,
					.until = request->now + (int64_t)seconds,
					.mfa_at = request->login.mfa_at };
	const struct {
		struct text text;
		char *target;
		size_t size;
	} texts[] = {
		{ role->id, session.role_id, sizeof(session.role_id) },
		{ role->unix_name, session.role_name, sizeof(session.role_name) },
		{ user->id, session.user_id, sizeof(session.user_id) },
		{ user->unix_name, session.user_name, sizeof(session.user_name) },
		{ assumption->session_name, session.session_name, sizeof(session.session_name) },
		{ assumption->source_identity, session.source_identity,
		  sizeof(session.source_identity) },
		{ request->login.address, session.address, sizeof(session.address) },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (signin_copy_whole(texts[i].text, texts[i].target, texts[i].size) != STATUS_OK)
			return STATUS_BAD_INPUT;
	return role_session_approve(records->store, &place->lineage, &session);
}

/* An IAM name of one letter is no session name; STS wants two. */
static struct text session_name_of(const struct signin_taking *taking,
				   const struct access_principal *user)
{
	if (taking->session_name.length > 0)
		return taking->session_name;
	return user->iam_name.length > 1 ? user->iam_name : user->id;
}

static enum status decide_taking(const struct signin_records *records,
				 const struct signin_request *request,
				 const struct access_principal *user,
				 const struct signin_assumption *assumption,
				 struct signin_answer *answer)
{
	AUTO_SIGNIN_DECISION decision = { 0 };
	enum status status =
		signin_decide_assumption(records, request, user, assumption, NULL, &decision);

	answer->complaint = decision.complaint;
	answer->reason = decision.reason;
	return status == STATUS_OK ? status : signin_fail(answer, status, SIGNIN_REASON_SYSTEM);
}

enum status signin_take_role(const struct signin_records *records,
			     const struct signin_request *request, const struct signin_place *place,
			     const struct signin_taking *taking, struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal user, role;
	struct signin_assumption assumption = { .role = &role, .external_id = taking->external_id };
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	arena_init(&arena, (size_t)3 * SIGNIN_ARENA_MAX);
	if (!records->store || place->lineage.count == 0)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = signin_find_person(records, request, &arena, &user, out_answer);
	if (status == STATUS_OK && out_answer->reason == SIGNIN_REASON_NONE)
		status = signin_check_age(records, request->now, &arena, out_answer);
	if (status != STATUS_OK || out_answer->reason != SIGNIN_REASON_NONE)
		return status;
	status = signin_principal(records, taking->role, &arena, &role);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	if (status == STATUS_NOT_FOUND || !role.is_role) {
		out_answer->reason = SIGNIN_REASON_NOT_AUTHORIZED;
		return STATUS_OK;
	}
	assumption.session_name = session_name_of(taking, &user);
	assumption.source_identity = user.iam_name.length > 1 ? user.iam_name : user.id;
	status = decide_taking(records, request, &user, &assumption, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	status = approve(records, request, place, &user, &assumption, seconds_of(taking, &role));
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_STORE);
}

enum status signin_begin_role(const struct signin_records *records,
			      const struct signin_request *request,
			      struct signin_place *inout_place, struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal role;
	bool is_roots = false;
	enum status status = signin_is_roots_switch(records, request, &is_roots);

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_ROLE_NOT_ASSUMED };
	inout_place->role = (struct role_session){ .number = 0 };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (status == STATUS_OK && is_roots) {
		out_answer->reason = SIGNIN_REASON_ALLOWED;
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = signin_principal(records, request->user, &arena, &role);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = role_session_open(records->store, &inout_place->lineage, role.id, request->now,
				   &inout_place->role);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	out_answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}

/* su to a role, by somebody who is not root: sts:AssumeRole alone decides. */
static enum status admit_to_role(const struct signin_records *records,
				 const struct signin_request *request,
				 const struct signin_place *place, struct signin_answer *out_answer)
{
	const struct signin_taking taking = { .role = request->user };
	struct signin_request by = *request;
	enum status status = signin_find_actor(records, request, place, &by.user);

	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	if (text_equal(by.user, request->user)) {
		out_answer->reason = SIGNIN_REASON_ROLE_DIRECT;
		return STATUS_OK;
	}
	return signin_take_role(records, &by, place, &taking, out_answer);
}

enum status signin_admit(const struct signin_records *records, const struct signin_request *request,
			 const struct signin_place *place, struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	bool is_roots = false;
	enum status status;

	if (!signin_service_of(records, request->service).is_switch)
		return signin_account(records, request, out_answer);
	status = signin_check_invoker(records, request, place, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_principal(records, request->user, &arena, &principal);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !principal.is_role))
		return signin_account(records, request, out_answer);
	if (status == STATUS_OK)
		status = signin_is_roots_switch(records, request, &is_roots);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	if (!is_roots)
		return admit_to_role(records, request, place, out_answer);
	out_answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}

enum status signin_command(const struct signin_records *records,
			   const struct signin_request *request, const struct signin_place *place,
			   const struct signin_taking *taking, struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal target;
	struct signin_taking of_target = *taking;
	enum status status = signin_account(records, request, out_answer);

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	status = signin_principal(records, request->command.run_as_user, &arena, &target);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !target.is_role))
		return STATUS_OK;
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	of_target.role = request->command.run_as_user;
	return signin_take_role(records, request, place, &of_target, out_answer);
}
