#include "signin/signin_decision.h"
#include "signin/signin_internal.h"

struct password_age signin_password_age_of(const struct access_principal *principal,
					   const struct iam_password_policy *policy,
					   const struct credential_summary *summary, int64_t now)
{
	bool is_temporary =
		summary->must_change || (principal->password_reset_required &&
					 summary->password_origin != CREDENTIAL_ORIGIN_USER);

	return password_age(policy, summary->password_changed, is_temporary, now);
}

enum status signin_password_age(const struct signin_records *records,
				const struct signin_request *request, struct password_age *out_age)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	struct access_account account;
	struct credential_summary summary;
	struct complaint unread;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &principal);
	if (status == STATUS_OK)
		status = signin_account_settings(records, &arena, &account, &unread);
	if (status == STATUS_OK)
		status = credential_summary(records->store, principal.id, &summary);
	if (status != STATUS_OK)
		return status;
	if (principal.is_role || !summary.has_password)
		return STATUS_NOT_FOUND;
	*out_age = signin_password_age_of(&principal, &account.password_policy, &summary,
					  request->now);
	return STATUS_OK;
}

static void look_at_device(const struct signin_records *records,
			   const struct credential_device *device, int64_t now,
			   int64_t *inout_first, struct signin_device_age *age)
{
	int64_t expires = credential_device_expires(device, records->config.seed_age_max, now);
	int64_t left = expires - now;

	if (expires == 0 || expires <= now || expires >= *inout_first)
		return;
	*inout_first = expires;
	memcpy(age->name, device->name, sizeof(age->name));
	age->days_left = (uint32_t)(left / PASSWORD_DAY_SECONDS);
	age->expires_soon = left <= PASSWORD_WARNING_SECONDS;
}

enum status signin_device_age(const struct signin_records *records,
			      const struct signin_request *request,
			      struct signin_device_age *out_age)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	struct signin_device_age age = { .days_left = 0 };
	struct access_principal principal;
	AUTO_ARENA arena = { 0 };
	int64_t first = INT64_MAX;
	size_t count = 0;
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	if (!records->store)
		return STATUS_UNAVAILABLE;
	status = signin_principal(records, request->user, &arena, &principal);
	if (status == STATUS_OK)
		status = credential_devices(records->store, principal.id, devices, &count);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		look_at_device(records, &devices[i], request->now, &first, &age);
	if (first == INT64_MAX)
		return STATUS_NOT_FOUND;
	*out_age = age;
	return STATUS_OK;
}

bool signin_session_is_attended(const struct signin_records *records,
				const struct signin_request *request)
{
	struct signin_service service = signin_service_of(records, request->service);

	return request->tty.length > 0 && !service.is_inside &&
	       service.dialogue != SIGNIN_DIALOGUE_NONE;
}
