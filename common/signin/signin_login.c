#include "signin/signin_decision.h"
#include "signin/signin_internal.h"
#include "signin/signin_role.h"

/* In the place of a service: no session, but word of a code for the process that will open it. */

enum status signin_session_of(const struct signin_records *records,
			      const struct signin_request *request,
			      enum signin_session *out_session)
{
	struct signin_service service = signin_service_of(records, request->service);
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_principal(records, request->user, &arena, &principal);
	if (status != STATUS_OK)
		return status;
	if (principal.is_role)
		*out_session = SIGNIN_SESSION_ROLE;
	else if (service.is_inside || strcmp(service.action, "host:Login") != 0)
		*out_session = SIGNIN_SESSION_NONE;
	else
		*out_session = SIGNIN_SESSION_LOGIN;
	return STATUS_OK;
}

/* Cut rather than refused: a terminal or service of 200 bytes is no reason to keep somebody out,
   and nothing is decided by these two. */
static void copy_cut(struct text text, char *buffer, size_t size)
{
	text_printable(text, buffer, size);
}

/* What is no address is none here too: sudo must not be told another story than sshd. */
static enum status record(const struct signin_records *records,
			  const struct process_lineage *lineage,
			  const struct signin_request *request, struct text service,
			  struct text address)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal user;
	struct login_session session = { .started = request->now,
					 .mfa_at = request->login.mfa_at,
					 .break_glass_until = request->login.break_glass_until };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store || lineage->count == 0)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &user);
	if (status == STATUS_OK)
		status = signin_copy_whole(user.id, session.user_id, sizeof(session.user_id));
	if (status != STATUS_OK)
		return status;
	copy_cut(service, session.service, sizeof(session.service));
	copy_cut(request->tty, session.tty, sizeof(session.tty));
	copy_cut(address, session.address, sizeof(session.address));
	return login_session_open(records->store, lineage, &session);
}

enum status signin_note_login(const struct signin_records *records,
			      const struct signin_request *request, struct last_login *out_before)
{
	struct last_login login = { .at = request->now };
	struct access_principal user;
	AUTO_ARENA arena = { 0 };
	enum status status;

	*out_before = (struct last_login){ .at = 0 };
	if (signin_service_of(records, request->service).dialogue == SIGNIN_DIALOGUE_NONE)
		return STATUS_OK;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &user);
	if (status != STATUS_OK)
		return status;
	copy_cut(request->service, login.service, sizeof(login.service));
	copy_cut(request->remote_host, login.address, sizeof(login.address));
	return last_login_replace(records->store, user.id, &login, out_before);
}

enum status signin_begin_login(const struct signin_records *records,
			       const struct signin_request *request,
			       const struct signin_place *place)
{
	return record(records, &place->lineage, request, request->service, request->remote_host);
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

enum status signin_prove(const struct signin_records *records, const struct signin_request *request,
			 const struct signin_place *place, bool *out_is_own)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal user;
	struct signin_request proven = *request;
	enum status status;

	*out_is_own = false;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store || place->lineage.count == 0)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &user);
	if (status == STATUS_OK)
		status =
			login_session_prove(records->store, &place->lineage, user.id, request->now);
	if (status != STATUS_NOT_FOUND)
		return status;
	if (strcmp(signin_action_of(records, request->service), "host:Sudo") != 0)
		return STATUS_OK;
	proven.login.mfa_at = request->now;
	status = record(records, &place->lineage, &proven, TEXT(LOGIN_SESSION_CODE),
			request->login.address);
	*out_is_own = status == STATUS_OK;
	return status;
}

enum status signin_forget(const struct signin_records *records, const struct signin_place *place)
{
	if (!records->store)
		return STATUS_UNAVAILABLE;
	return login_session_close(records->store, &place->lineage);
}

/* The process alone: no descendant of it, and nobody of its audit session. */
static struct process_lineage only(const struct process_lineage *lineage, struct process process)
{
	struct process_lineage alone = { .audit_session = UINT32_MAX,
					 .count = 1,
					 .ancestors = { process } };

	memcpy(alone.boot_id, lineage->boot_id, sizeof(alone.boot_id));
	return alone;
}

enum status signin_leave_proof(const struct signin_records *records,
			       const struct signin_request *request,
			       const struct signin_place *place, char out_words[SIGNIN_PROOF_SIZE])
{
	struct process_lineage alone;
	enum status status;

	if (place->lineage.count == 0)
		return STATUS_UNAVAILABLE;
	alone = only(&place->lineage, place->lineage.ancestors[0]);
	status = text_format(out_words, SIGNIN_PROOF_SIZE, "%d.%llu", (int)alone.ancestors[0].pid,
			     (unsigned long long)alone.ancestors[0].start);
	if (status != STATUS_OK)
		return status;
	return record(records, &alone, request, TEXT(LOGIN_SESSION_PROOF), request->remote_host);
}

static enum status parse_words(struct text words, struct process *out_process)
{
	struct text pid;
	uint32_t number;

	if (!text_next_piece(&words, '.', &pid) ||
	    text_parse_uint32(pid, 1, INT32_MAX, &number) != STATUS_OK ||
	    text_parse_uint64(words, 0, INT64_MAX, &out_process->start) != STATUS_OK)
		return STATUS_NOT_FOUND;
	out_process->pid = (pid_t)number;
	return STATUS_OK;
}

enum status signin_take_proof(const struct signin_records *records,
			      const struct signin_request *request,
			      const struct signin_place *place, struct text words,
			      struct signin_login *inout_login)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal user;
	struct login_session session;
	struct process_lineage alone;
	struct process process;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store || place->lineage.count == 0)
		return STATUS_UNAVAILABLE;
	status = parse_words(words, &process);
	if (status == STATUS_OK)
		status = signin_principal(records, request->user, &arena, &user);
	if (status != STATUS_OK)
		return status;
	alone = only(&place->lineage, process);
	status = login_session_find(records->store, &alone, user.id, &session);
	/* The words may be anybody's, and name a session that is one. */
	if (status == STATUS_OK && strcmp(session.service, LOGIN_SESSION_PROOF) != 0)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = login_session_close(records->store, &alone);
	if (status != STATUS_OK)
		return status;
	if (session.started > request->now || request->now - session.started > SIGNIN_PROOF_SECONDS)
		return STATUS_NOT_FOUND;
	inout_login->mfa_at = session.mfa_at;
	inout_login->break_glass_until = session.break_glass_until;
	return STATUS_OK;
}
