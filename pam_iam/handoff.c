#include "handoff.h"

#include "signin/signin_role.h"

static const char *const names[] = {
	[HANDOFF_SIGNED_IN] = "pam_iam_signed_in",
	[HANDOFF_OLD_PASSWORD] = "pam_iam_old_password",
};

static const char account_name[] = "pam_iam_account";

struct account {
	char user[UNIX_NAME_SIZE];
	enum signin_reason reason;
};

#define PROOF_VARIABLE "IAM_PROOF"

static void release(pam_handle_t *pamh, void *data, int error)
{
	(void)pamh;
	(void)error;
	if (data)
		explicit_bzero(data, sizeof(struct handoff));
	free(data);
}

enum status handoff_leave(pam_handle_t *pamh, enum handoff_kind kind, struct text user, int64_t now,
			  const struct signin_answer *answer, bool is_recorded)
{
	AUTO_FREE struct handoff *left = calloc(1, sizeof(*left));
	enum status status;

	if (!left)
		return STATUS_NO_MEMORY;
	status = text_copy(user, left->user, sizeof(left->user));
	if (status == STATUS_OK)
		status = text_copy(text_of(answer->device), left->device, sizeof(left->device));
	if (status != STATUS_OK)
		return status; /* cppcheck-suppress memleak ; AUTO_FREE frees it */
	left->used_password = answer->used_password;
	left->used_code = answer->used_code;
	left->is_recorded = is_recorded;
	left->when = now;
	left->break_glass_until = answer->break_glass_until;
	if (pam_set_data(pamh, names[kind], left, release) != PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	(void)TAKE_POINTER(left); /* PAM's now */
	return STATUS_OK;
}

const struct handoff *handoff_of_anybody(pam_handle_t *pamh, enum handoff_kind kind)
{
	const void *data = NULL;

	return pam_get_data(pamh, names[kind], &data) == PAM_SUCCESS ? data : NULL;
}

const struct handoff *handoff_find(pam_handle_t *pamh, enum handoff_kind kind, struct text user)
{
	const struct handoff *found = handoff_of_anybody(pamh, kind);

	return found && text_is(user, found->user) ? found : NULL;
}

static void release_account(pam_handle_t *pamh, void *data, int error)
{
	(void)pamh;
	(void)error;
	free(data);
}

enum status handoff_leave_account(pam_handle_t *pamh, struct text user, enum signin_reason reason)
{
	AUTO_FREE struct account *left = calloc(1, sizeof(*left));

	if (!left)
		return STATUS_NO_MEMORY;
	left->reason = reason;
	if (text_copy(user, left->user, sizeof(left->user)) != STATUS_OK)
		return STATUS_NO_SPACE; /* cppcheck-suppress memleak ; AUTO_FREE frees it */
	if (pam_set_data(pamh, account_name, left, release_account) != PAM_SUCCESS)
		return STATUS_NO_MEMORY;
	(void)TAKE_POINTER(left); /* PAM's now */
	return STATUS_OK;
}

bool handoff_find_account(pam_handle_t *pamh, struct text user, enum signin_reason *out_reason)
{
	const void *data = NULL;
	const struct account *found;

	if (pam_get_data(pamh, account_name, &data) != PAM_SUCCESS || !data)
		return false;
	found = data;
	if (!text_is(user, found->user))
		return false;
	*out_reason = found->reason;
	return true;
}

enum status handoff_send(pam_handle_t *pamh, const char *words)
{
	char variable[sizeof(PROOF_VARIABLE) + SIGNIN_PROOF_SIZE];
	enum status status = text_format(variable, sizeof(variable), PROOF_VARIABLE "=%s", words);

	if (status != STATUS_OK)
		return status;
	return pam_putenv(pamh, variable) == PAM_SUCCESS ? STATUS_OK : STATUS_NO_MEMORY;
}

struct text handoff_receive(pam_handle_t *pamh, char *buffer, size_t size)
{
	const char *words = pam_getenv(pamh, PROOF_VARIABLE);

	if (!words || text_copy(text_of(words), buffer, size) != STATUS_OK)
		buffer[0] = '\0';
	if (words)
		(void)pam_putenv(pamh, PROOF_VARIABLE); /* takes it away; it is worth nothing now */
	return text_of(buffer);
}
