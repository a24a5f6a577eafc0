#include "signin/signin_use.h"

#include "credentials/permission_use.h"

static struct text object_of(const struct signin_request *request,
			     char buffer[PERMISSION_OBJECT_MAX + 1])
{
	struct text object =
		request->command.is_known ? request->command.run_as_user : request->service;

	return text_of(text_printable(object, buffer, PERMISSION_OBJECT_MAX + 1));
}

enum status signin_record_use(const struct signin_records *records,
			      const struct signin_request *request)
{
	const char *action = signin_action_of(records, request->service);
	char object[PERMISSION_OBJECT_MAX + 1];
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	enum status status;

	if (!records->store)
		return STATUS_UNAVAILABLE;
	if (request->command.is_known_later && !request->command.is_known)
		return STATUS_OK;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_principal(records, request->user, &arena, &principal);
	if (status != STATUS_OK)
		return status;
	if (principal.is_role && !request->acting.is_known)
		return STATUS_OK;
	return permission_use_record(records->store, principal.id, text_of(action),
				     object_of(request, object), request->now);
}

enum status signin_record_taking(const struct signin_records *records,
				 const struct role_session *session, int64_t now)
{
	if (!records->store)
		return STATUS_UNAVAILABLE;
	return permission_use_record(records->store, text_of(session->user_id),
				     TEXT("sts:AssumeRole"), text_of(session->role_id), now);
}
