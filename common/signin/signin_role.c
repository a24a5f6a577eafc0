#include "signin/signin_role.h"

#include "directory/name.h"
#include "policy/policy_address.h"
#include "signin/signin_decision.h"
#include "signin/signin_internal.h"

/* Cut rather than refused: a terminal or service of 200 bytes is no reason to keep somebody out,
   and nothing is decided by these two. */
static void copy_cut(struct text text, char *buffer, size_t size)
{
	text_printable(text, buffer, size);
}

static enum status copy_whole(struct text text, char *buffer, size_t size)
{
	return text_copy(text, buffer, size) == STATUS_OK ? STATUS_OK : STATUS_BAD_INPUT;
}

/* A role acts in the session in which it was taken; the user who took it came from somewhere. */
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
	request->login = (struct signin_login){ .address = text_of(place->role.address),
						.mfa_at = place->role.mfa_at };
	return STATUS_OK;
}

static enum status find_login(const struct signin_records *records, struct text user_id,
			      struct signin_place *place, struct signin_request *request)
{
	enum status status =
		login_session_find(records->store, &place->lineage, user_id, &place->login);

	if (status != STATUS_OK)
		return status;
	request->login.address = text_of(place->login.address);
	/* A code proven in this very transaction is newer than any recorded. */
	if (request->login.mfa_at < place->login.mfa_at)
		request->login.mfa_at = place->login.mfa_at;
	return STATUS_OK;
}

enum status signin_find_place(const struct signin_records *records,
			      struct signin_place *inout_place,
			      struct signin_request *inout_request)
{
	AUTO_ARENA arena;
	struct access_principal principal;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, inout_request->user, &arena, &principal);
	if (status == STATUS_OK && principal.is_role)
		status = find_acting(records, principal.id, inout_place, inout_request);
	else if (status == STATUS_OK)
		status = find_login(records, principal.id, inout_place, inout_request);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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
		if (copy_whole(texts[i].text, texts[i].target, texts[i].size) != STATUS_OK)
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
	AUTO_SIGNIN_DECISION decision;
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
	AUTO_ARENA arena;
	struct access_principal user, role;
	struct signin_assumption assumption = { .role = &role, .external_id = taking->external_id };
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	arena_init(&arena, 2 * SIGNIN_ARENA_MAX);
	if (!records->store || place->lineage.count == 0)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = signin_find_person(records, request, &arena, &user, out_answer);
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
			      const struct signin_place *place, struct signin_answer *out_answer,
			      int64_t *out_until)
{
	AUTO_ARENA arena;
	struct access_principal role;
	struct role_session session;
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_ROLE_NOT_ASSUMED };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = signin_principal(records, request->user, &arena, &role);
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SNAPSHOT);
	status =
		role_session_open(records->store, &place->lineage, role.id, request->now, &session);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_STORE);
	out_answer->reason = SIGNIN_REASON_ALLOWED;
	*out_until = session.until;
	return STATUS_OK;
}

enum status signin_begin_login(const struct signin_records *records,
			       const struct signin_request *request,
			       const struct signin_place *place)
{
	AUTO_ARENA arena;
	struct access_principal user;
	struct login_session session = { .started = request->now, .mfa_at = request->login.mfa_at };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store || place->lineage.count == 0)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &user);
	if (status != STATUS_OK)
		return status;
	status = copy_whole(user.id, session.user_id, sizeof(session.user_id));
	if (status != STATUS_OK)
		return status;
	copy_cut(request->service, session.service, sizeof(session.service));
	copy_cut(request->tty, session.tty, sizeof(session.tty));
	/* What is no address is none here too: sudo must not be told another story than sshd. */
	copy_cut(request->remote_host, session.address, sizeof(session.address));
	return login_session_open(records->store, &place->lineage, &session);
}

enum status signin_end_sessions(const struct signin_records *records,
				const struct signin_place *place, int64_t now)
{
	enum status login, role;

	if (!records->store)
		return STATUS_UNAVAILABLE;
	login = login_session_close(records->store, &place->lineage);
	role = role_session_close(records->store, &place->lineage, now);
	return login == STATUS_NOT_FOUND ? role : login;
}

enum status signin_command(const struct signin_records *records,
			   const struct signin_request *request, const struct signin_place *place,
			   const struct signin_taking *taking, struct signin_answer *out_answer)
{
	AUTO_ARENA arena;
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
