#include "signin/signin_enrolment.h"

#include "directory/name.h"
#include "signin/signin_decision.h"
#include "signin/signin_fleet.h"
#include "signin/signin_internal.h"

enum { LABEL_SIZE = 256 };

/* STATUS_OK with a reason other than none: refused already. */
static enum status find_owner(const struct signin_records *records,
			      const struct signin_request *request, struct arena *arena,
			      struct access_principal *out_principal, struct signin_answer *answer)
{
	*answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	return signin_find_person(records, request, arena, out_principal, answer);
}

/* What the user, who is no administrator, needs beside being known. */
static enum status ask_policies(const struct signin_records *records,
				const struct signin_request *request,
				const struct access_principal *principal, const char *action,
				struct arena *arena, struct signin_answer *answer)
{
	AUTO_SIGNIN_DECISION decision = { 0 };
	enum status status = signin_check_age(records, request->now, arena, answer);

	if (status != STATUS_OK || answer->reason != SIGNIN_REASON_NONE)
		return status;
	status = signin_decide_on(records, request, principal, action, principal->arn, NULL,
				  &decision);
	answer->complaint = decision.complaint;
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_SYSTEM);
	answer->reason = decision.reason;
	return STATUS_OK;
}

/* To look is harmless, and where a device's clock is, each host finds out for itself. */
static bool changes_devices(const char *action)
{
	return strcmp(action, "iam:ListMFADevices") != 0 &&
	       strcmp(action, "iam:ResyncMFADevice") != 0;
}

enum status signin_may_manage_devices(const struct signin_records *records,
				      const struct signin_request *request, const char *action,
				      struct signin_answer *out_answer)
{
	struct access_principal principal;
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_owner(records, request, &arena, &principal, out_answer);
	if (status != STATUS_OK || out_answer->reason != SIGNIN_REASON_NONE)
		return status;
	if (changes_devices(action) && signin_is_fleets(&records->config, &principal)) {
		out_answer->reason = SIGNIN_REASON_FLEET_MANAGED;
		return STATUS_OK;
	}
	return ask_policies(records, request, &principal, action, &arena, out_answer);
}

static struct text host_label(struct text host)
{
	struct text label = TEXT("");

	(void)text_next_piece(&host, '.', &label); /* false: it is empty */
	return label;
}

/* IAM's own rule for names (IAM API Reference, CreateVirtualMFADevice). */
static bool take_name(const struct signin_request *request, const struct signin_new_device *wanted,
		      struct credential_device *device)
{
	enum status status;

	if (wanted->name.length > 0)
		status = text_copy(wanted->name, device->name, sizeof(device->name));
	else
		status = text_format(device->name, sizeof(device->name), "%.*s-%.*s",
				     TEXT_ARGUMENTS(request->user),
				     TEXT_ARGUMENTS(host_label(wanted->host)));
	return status == STATUS_OK &&
	       iam_name_is_valid(text_of(device->name), CREDENTIAL_DEVICE_NAME_MAX);
}

/* Is there room, and is the name free? */
static enum status check_room(const struct signin_records *records,
			      const struct signin_enrolment *enrolment,
			      struct signin_answer *answer)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count = 0;
	enum status status =
		credential_devices(records->store, text_of(enrolment->user_id), devices, &count);

	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	answer->reason = SIGNIN_REASON_ALLOWED;
	if (count >= (enrolment->is_first ? 1 : CREDENTIAL_DEVICES_MAX))
		answer->reason = SIGNIN_REASON_DEVICE_QUOTA;
	for (size_t i = 0; i < count; i++)
		if (strcmp(devices[i].name, enrolment->device.name) == 0)
			answer->reason = SIGNIN_REASON_DEVICE_NAME;
	return STATUS_OK;
}

/* Before anybody is made to scan and type. */
static enum status check_owner(const struct signin_records *records,
			       const struct signin_request *request,
			       const struct signin_new_device *wanted,
			       struct signin_enrolment *enrolment, struct signin_answer *answer)
{
	struct access_principal principal;
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	status = find_owner(records, request, &arena, &principal, answer);
	if (status != STATUS_OK || answer->reason != SIGNIN_REASON_NONE)
		return status;
	if (signin_is_fleets(&records->config, &principal)) {
		answer->reason = SIGNIN_REASON_FLEET_MANAGED;
		return STATUS_OK;
	}
	answer->reason = SIGNIN_REASON_ALLOWED;
	if (!wanted->by_administrator) {
		answer->reason = SIGNIN_REASON_NONE;
		status = ask_policies(records, request, &principal, "iam:EnableMFADevice", &arena,
				      answer);
	}
	if (status != STATUS_OK || !signin_is_allowed(answer))
		return status;
	status = text_copy(principal.id, enrolment->user_id, sizeof(enrolment->user_id));
	return status == STATUS_OK ? status : signin_fail(answer, status, SIGNIN_REASON_SNAPSHOT);
}

enum status signin_enrolment_begin(const struct signin_records *records,
				   const struct signin_request *request,
				   const struct signin_new_device *wanted,
				   struct signin_enrolment *out_enrolment,
				   struct signin_answer *out_answer)
{
	enum status status;

	*out_enrolment = (struct signin_enrolment){ .device.settings = wanted->settings,
						    .is_first = wanted->is_first };
	status = check_owner(records, request, wanted, out_enrolment, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	if (!otp_settings_are_valid(&wanted->settings))
		return signin_fail(out_answer, STATUS_BAD_INPUT, SIGNIN_REASON_SYSTEM);
	if (!take_name(request, wanted, &out_enrolment->device)) {
		out_answer->reason = SIGNIN_REASON_DEVICE_NAME;
		return STATUS_OK;
	}
	status = check_room(records, out_enrolment, out_answer);
	if (status != STATUS_OK || !signin_is_allowed(out_answer))
		return status;
	status = otp_seed_new(&out_enrolment->seed);
	return status == STATUS_OK ? status : signin_fail(out_answer, status, SIGNIN_REASON_SYSTEM);
}

enum status signin_enrolment_uri(const struct signin_records *records,
				 const struct signin_request *request, struct text host,
				 const struct signin_enrolment *enrolment, struct buffer *out_uri)
{
	struct complaint unread = { .reason = "" };
	struct access_account account = { 0 };
	struct text issuer = TEXT("IAM");
	char label[LABEL_SIZE];
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, SIGNIN_ARENA_MAX);
	/* A name for the eye: an app can do without. */
	if (signin_account_settings(records, &arena, &account, &unread) == STATUS_OK) {
		issuer = account.account_id.length > 0 ? account.account_id : issuer;
		issuer = account.account_alias.length > 0 ? account.account_alias : issuer;
	}
	status = text_format(label, sizeof(label), "%.*s@%.*s", TEXT_ARGUMENTS(request->user),
			     TEXT_ARGUMENTS(host_label(host)));
	if (status != STATUS_OK)
		return status;
	return otp_uri(&enrolment->device.settings, secret_text(&enrolment->seed), issuer,
		       text_of(label), out_uri);
}

static enum status compare(struct signin_enrolment *enrolment, struct text first_code,
			   struct text second_code, int64_t now)
{
	struct credential_device *device = &enrolment->device;
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	enum status status = otp_code_of(first_code, &first);

	if (status == STATUS_OK)
		status = otp_code_of(second_code, &second);
	if (status != STATUS_OK)
		return status;
	return otp_synchronize(&device->settings, secret_text(&enrolment->seed),
			       secret_text(&first), secret_text(&second), now,
			       SIGNIN_ENROLMENT_SEARCH, &device->position);
}

static enum status add(const struct signin_records *records,
		       const struct signin_enrolment *enrolment, struct complaint *out_complaint)
{
	struct text user_id = text_of(enrolment->user_id);

	if (enrolment->is_first)
		return credential_device_add_first(records->store, user_id, &enrolment->device,
						   &enrolment->seed, out_complaint);
	return credential_device_add(records->store, user_id, &enrolment->device, &enrolment->seed,
				     out_complaint);
}

/* Another device may have come in between. */
static enum status store(const struct signin_records *records, struct signin_enrolment *enrolment,
			 struct signin_answer *answer)
{
	enum status status = add(records, enrolment, &answer->complaint);

	if (status == STATUS_BAD_INPUT) {
		enum status looked = check_room(records, enrolment, answer);

		if (looked != STATUS_OK || !signin_is_allowed(answer))
			return looked;
	}
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	answer->reason = SIGNIN_REASON_ALLOWED;
	return STATUS_OK;
}

enum status signin_enrolment_finish(const struct signin_records *records,
				    const struct signin_request *request,
				    struct signin_enrolment *enrolment, struct text first_code,
				    struct text second_code, struct signin_answer *out_answer)
{
	enum status status;

	*out_answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	if (!records->store)
		return signin_fail(out_answer, STATUS_UNAVAILABLE, SIGNIN_REASON_STORE);
	status = compare(enrolment, first_code, second_code, request->now);
	if (status == STATUS_NOT_FOUND || status == STATUS_BAD_INPUT) {
		out_answer->reason = SIGNIN_REASON_CODES_WRONG;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return signin_fail(out_answer, status, SIGNIN_REASON_SYSTEM);
	enrolment->device.enabled_at = request->now;
	return store(records, enrolment, out_answer);
}
