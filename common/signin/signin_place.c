#include "signin/signin_decision.h"
#include "signin/signin_internal.h"
#include "signin/signin_role.h"

/* A code proven in this very transaction is newer than any recorded. */
static void note_code(struct signin_request *request, int64_t mfa_at)
{
	if (request->login.mfa_at < mfa_at)
		request->login.mfa_at = mfa_at;
}

/* The time of a code is told of the user's own session; where one comes from, of the session that
   the process is in, whoever's: su takes nobody elsewhere. */
static enum status find_login(const struct signin_records *records, struct text user_id,
			      struct signin_place *place, struct signin_request *request)
{
	enum status status =
		login_session_find(records->store, &place->lineage, user_id, &place->login);

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_OK) {
		note_code(request, place->login.mfa_at);
		request->login.since = place->login.started;
		request->login.break_glass_until = place->login.break_glass_until;
	}
	status = login_session_surrounding(records->store, &place->lineage, &place->login);
	if (status == STATUS_OK)
		request->login.address = text_of(place->login.address);
	return status;
}

/* A role acts in the session in which it was taken; the user who took it came from somewhere, and
   may have given a code since. */
static enum status find_acting(const struct signin_records *records, struct text role_id,
			       struct signin_place *place, struct signin_request *request)
{
	enum status status =
		role_session_find(records->store, &place->lineage, role_id, &place->role);

	if (status != STATUS_OK)
		return status;
	request->acting = (struct signin_acting){
		.is_known = true,
		.session_name = text_of(place->role.session_name),
		.source_identity = text_of(place->role.source_identity),
		.since = place->role.since,
		.until = place->role.until,
	};
	request->login.address = text_of(place->role.address);
	note_code(request, place->role.mfa_at);
	status = login_session_find(records->store, &place->lineage, text_of(place->role.user_id),
				    &place->login);
	if (status == STATUS_OK)
		note_code(request, place->login.mfa_at);
	return status;
}

enum status signin_invoking_principal(const struct signin_records *records,
				      const struct signin_request *request, struct arena *arena,
				      struct access_principal *out_principal)
{
	enum status status;

	if (!signin_service_of(records, request->service).is_switch || !request->invoker.is_known ||
	    request->invoker.uid == 0)
		return STATUS_NOT_FOUND;
	status = signin_principal(records, request->invoker.name, arena, out_principal);
	if (status == STATUS_OK && out_principal->uid != request->invoker.uid)
		return STATUS_NOT_FOUND;
	return status;
}

/* The principal of the request, or, for su to a role, the user who runs su. */
static enum status acting_principal(const struct signin_records *records,
				    const struct signin_request *request, struct arena *arena,
				    struct access_principal *out_principal)
{
	enum status status = signin_principal(records, request->user, arena, out_principal);

	if (status != STATUS_OK || !out_principal->is_role ||
	    !signin_service_of(records, request->service).is_switch)
		return status;
	status = signin_invoking_principal(records, request, arena, out_principal);
	/* One role at a time. */
	return status == STATUS_OK && out_principal->is_role ? STATUS_NOT_FOUND : status;
}

enum status signin_find_place(const struct signin_records *records,
			      struct signin_place *inout_place,
			      struct signin_request *inout_request)
{
	struct signin_request found = *inout_request;
	AUTO_ARENA arena = { 0 };
	struct access_principal principal = { .is_role = false };
	enum status status = STATUS_UNAVAILABLE;

	arena_init(&arena, (size_t)2 * SIGNIN_ARENA_MAX);
	if (records->store && inout_place->lineage.count > 0)
		status = acting_principal(records, inout_request, &arena, &principal);
	if (status == STATUS_OK && principal.is_role)
		status = find_acting(records, principal.id, inout_place, &found);
	else if (status == STATUS_OK)
		status = find_login(records, principal.id, inout_place, &found);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
		inout_request->login.is_unreadable = true;
		return status;
	}
	*inout_request = found;
	return STATUS_OK;
}

/* The one who took the role, if the name is still that user's. */
static enum status find_taker(const struct signin_records *records,
			      const struct signin_place *place, struct arena *arena,
			      struct text *out_user)
{
	struct access_principal taker;
	struct text name = text_of(place->role.user_name);
	enum status status = signin_principal(records, name, arena, &taker);

	if (status == STATUS_OK && text_is(taker.id, place->role.user_id))
		*out_user = name;
	return status;
}

enum status signin_find_actor(const struct signin_records *records,
			      const struct signin_request *request,
			      const struct signin_place *place, struct text *out_user)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	enum status status;

	*out_user = request->user;
	arena_init(&arena, (size_t)3 * SIGNIN_ARENA_MAX);
	status = signin_principal(records, request->user, &arena, &principal);
	if (status != STATUS_OK || !principal.is_role)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (request->acting.is_known) {
		status = find_taker(records, place, &arena, out_user);
	} else {
		status = acting_principal(records, request, &arena, &principal);
		if (status == STATUS_OK && !principal.is_role)
			*out_user = request->invoker.name;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status signin_is_roots_switch(const struct signin_records *records,
				   const struct signin_request *request, bool *out_is_roots)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	enum status status;

	*out_is_roots = false;
	if (!signin_service_of(records, request->service).is_switch || !request->invoker.is_known ||
	    request->invoker.uid != 0)
		return STATUS_OK;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_principal(records, request->user, &arena, &principal);
	if (status == STATUS_OK)
		*out_is_roots = principal.is_role;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status signin_is_roles_switch(const struct signin_records *records,
				   const struct signin_request *request, bool *out_is_roles)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_invoking_principal(records, request, &arena, &principal);
	*out_is_roles = status == STATUS_OK && principal.is_role;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status signin_check_invoker(const struct signin_records *records,
				 const struct signin_request *request,
				 const struct signin_place *place, struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal role;
	struct role_session session;
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_ROLE_NOT_ASSUMED };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_invoking_principal(records, request, &arena, &role);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !role.is_role)) {
		out_answer->reason = SIGNIN_REASON_ALLOWED;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = role_session_find(records->store, &place->lineage, role.id, &session);
	if (status == STATUS_OK)
		out_answer->reason = session.until > request->now ? SIGNIN_REASON_ALLOWED
								  : SIGNIN_REASON_ROLE_SESSION_OVER;
	else if (status != STATUS_NOT_FOUND)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	return STATUS_OK;
}
