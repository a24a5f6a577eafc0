#include "handoff.h"

static const char *const names[] = {
	[HANDOFF_SIGNED_IN] = "pam_iam_signed_in",
	[HANDOFF_OLD_PASSWORD] = "pam_iam_old_password",
};

static void release(pam_handle_t *pamh, void *data, int error)
{
	(void)pamh;
	(void)error;
	if (data)
		explicit_bzero(data, sizeof(struct handoff));
	free(data);
}

enum status handoff_leave(pam_handle_t *pamh, enum handoff_kind kind,
			  const struct signin_request *request, const struct signin_answer *answer)
{
	AUTO_FREE struct handoff *left = calloc(1, sizeof(*left));
	enum status status;

	if (!left)
		return STATUS_NO_MEMORY;
	status = text_copy(request->user, left->user, sizeof(left->user));
	if (status == STATUS_OK)
		status = text_copy(text_of(answer->device), left->device, sizeof(left->device));
	if (status != STATUS_OK)
		return status;
	left->used_password = answer->used_password;
	left->used_code = answer->used_code;
	left->when = request->now;
	if (pam_set_data(pamh, names[kind], left, release) != PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	(void)TAKE_POINTER(left); /* PAM's now */
	return STATUS_OK;
}

const struct handoff *handoff_find(pam_handle_t *pamh, enum handoff_kind kind,
				   const struct signin_request *request)
{
	const void *data = NULL;
	const struct handoff *found;

	if (pam_get_data(pamh, names[kind], &data) != PAM_SUCCESS || !data)
		return NULL;
	found = data;
	return text_is(request->user, found->user) ? found : NULL;
}
