#include "signin/signin_self.h"

#include <limits.h>

#include "directory/name.h"
#include "signin/signin_enrolment.h"
#include "signin/signin_internal.h"

static enum status find_in_directory(const struct signin_paths *paths, struct text user,
				     bool *out_is_role)
{
	struct snapshot directory = { .base = NULL };
	struct snapshot_user found;
	char path[PATH_MAX];
	enum status status =
		text_format(path, sizeof(path), "%s/directory.snapshot", paths->state_folder);

	if (status == STATUS_OK)
		status = snapshot_open(&directory, path, SNAPSHOT_DIRECTORY, paths->trust.owner);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
	status = snapshot_find_user(&directory, user, &found);
	if (status == STATUS_OK)
		*out_is_role = found.is_role;
	snapshot_close(&directory);
	return status;
}

enum status signin_is_iam_user_by_directory(const struct signin_records *records, struct text user,
					    bool *out_is_iam_user, bool *out_is_role)
{
	bool is_role = false;
	enum status status = STATUS_NOT_FOUND;

	/* As in signin_is_iam_user: a name that no snapshot can have is nobody's, and an account of
	   the host's own is known without one. */
	if (unix_name_is_valid(user))
		status = signin_check_local(records, user);
	if (status == STATUS_OK)
		status = find_in_directory(&records->paths, user, &is_role);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out_is_iam_user = status == STATUS_OK;
	*out_is_role = is_role;
	return STATUS_OK;
}

enum status signin_own_account(const struct signin_records *records,
			       const struct signin_request *request, uint32_t uid,
			       struct signin_answer *out_answer)
{
	struct access_principal principal = { .is_role = false };
	AUTO_ARENA arena = { 0 };
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = signin_find_person(records, request, &arena, &principal, out_answer);
	if (status != STATUS_OK)
		return status;
	/* Nobody is root by IAM; and who is somebody else learns nothing of that account. */
	if (out_answer->reason == SIGNIN_REASON_USER_UNKNOWN || uid == 0 || principal.uid != uid)
		out_answer->reason = SIGNIN_REASON_NOT_OWN_ACCOUNT;
	else if (out_answer->reason == SIGNIN_REASON_NONE)
		out_answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}

enum status signin_own_admission(const struct signin_records *records,
				 const struct signin_request *request,
				 const struct signin_answer *proof,
				 struct signin_answer *out_answer)
{
	struct signin_request proven = *request;
	enum status status;

	proven.password_used = false;
	if (proof && signin_is_allowed(proof)) {
		proven.password_used = proof->used_password;
		if (proof->used_code)
			proven.login.mfa_at = request->now;
	}
	status = signin_account(records, &proven, out_answer);
	if (out_answer->reason == SIGNIN_REASON_CHANGE_REQUIRED)
		out_answer->reason = SIGNIN_REASON_PASSWORD_UNATTENDED;
	return status;
}

/* The gate was passed before: who is not found now has gone in between. */
static enum status find_id(const struct signin_records *records,
			   const struct signin_request *request, struct arena *arena,
			   struct text *out_id)
{
	struct access_principal principal;
	enum status status = signin_principal(records, request->user, arena, &principal);

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
	if (!records->store || principal.is_role)
		return STATUS_UNAVAILABLE;
	*out_id = principal.id;
	return STATUS_OK;
}

static enum status has_device(const struct signin_records *records,
			      const struct signin_request *request, bool *out_has_device)
{
	struct credential_summary summary;
	AUTO_ARENA arena = { 0 };
	struct text id;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_id(records, request, &arena, &id);
	if (status == STATUS_OK)
		status = credential_summary(records->store, id, &summary);
	if (status == STATUS_OK)
		*out_has_device = summary.device_count > 0;
	return status;
}

enum status signin_own_factors(const struct signin_records *records,
			       const struct signin_request *request,
			       struct signin_factors *out_factors, bool *out_has_device)
{
	enum status status = has_device(records, request, out_has_device);

	if (status != STATUS_OK)
		return status;
	return signin_factors(records, request, SIGNIN_PASSWORD_AND_CODE, out_factors);
}

enum status signin_own_factors_given(const struct signin_records *records,
				     const struct signin_request *request,
				     const struct signin_factors *given,
				     struct signin_factors *out_factors)
{
	struct signin_factors wanted = { .password = true, .code = true };
	enum status status = signin_factors(records, request, SIGNIN_PASSWORD_AND_CODE, &wanted);

	if (status != STATUS_OK)
		return status;
	*out_factors = *given;
	if (given->password && wanted.code)
		out_factors->code = true;
	return STATUS_OK;
}

enum status signin_own_proof(const struct signin_records *records,
			     const struct signin_request *request,
			     struct signin_factors *out_factors)
{
	struct signin_factors factors = { .password = true };
	enum status status = has_device(records, request, &factors.code);

	if (status == STATUS_OK)
		*out_factors = factors;
	return status;
}

enum status signin_own_devices(const struct signin_records *records,
			       const struct signin_request *request,
			       struct credential_device *out_devices, size_t *out_count,
			       struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct text id;
	enum status status =
		signin_may_manage_devices(records, request, "iam:ListMFADevices", out_answer);

	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_id(records, request, &arena, &id);
	if (status == STATUS_OK)
		status = credential_devices(records->store, id, out_devices, out_count);
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_STORE);
}

enum status signin_own_device_remove(const struct signin_records *records,
				     const struct signin_request *request, const char *device,
				     struct signin_answer *out_answer)
{
	AUTO_ARENA arena = { 0 };
	struct text id;
	enum status status =
		signin_may_manage_devices(records, request, "iam:DeactivateMFADevice", out_answer);

	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_id(records, request, &arena, &id);
	if (status == STATUS_OK)
		status = credential_device_remove(records->store, id, device);
	if (status == STATUS_NOT_FOUND) {
		out_answer->reason = SIGNIN_REASON_DEVICE_UNKNOWN;
		return STATUS_OK;
	}
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_STORE);
}

static enum status synchronize(const struct signin_records *records,
			       const struct signin_request *request, const char *device,
			       struct text first_code, struct text second_code,
			       struct credential_device *out_device)
{
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	AUTO_ARENA arena = { 0 };
	struct text id;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_id(records, request, &arena, &id);
	if (status == STATUS_OK)
		status = otp_code_of(first_code, &first);
	if (status == STATUS_OK)
		status = otp_code_of(second_code, &second);
	if (status != STATUS_OK)
		return status;
	return credential_device_synchronize(records->store, id, device, secret_text(&first),
					     secret_text(&second), request->now, out_device);
}

enum status signin_own_device_resync(const struct signin_records *records,
				     const struct signin_request *request, const char *device,
				     struct text first_code, struct text second_code,
				     struct credential_device *out_device,
				     struct signin_answer *out_answer)
{
	enum status status =
		signin_may_manage_devices(records, request, "iam:ResyncMFADevice", out_answer);

	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	status = synchronize(records, request, device, first_code, second_code, out_device);
	if (status == STATUS_NOT_FOUND || status == STATUS_BAD_INPUT) {
		out_answer->reason = status == STATUS_NOT_FOUND ? SIGNIN_REASON_DEVICE_UNKNOWN
								: SIGNIN_REASON_CODES_WRONG;
		return STATUS_OK;
	}
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_STORE);
}
