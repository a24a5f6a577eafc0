#include <stdio.h>

#include "access/host_policy.h"
#include "base/encoding.h"
#include "base/timestamp.h"
#include "serve.h"
#include "signin/signin_enrolment.h"
#include "signin/signin_self.h"

enum { NUMBER_SIZE = 24, NAME_BYTES_MAX = 65536 };

static enum signin_act act_of(const struct visit *visit)
{
	if (visit->asked.kind == SELF_ENABLE)
		return SIGNIN_ACT_ENABLE_DEVICE;
	if (visit->asked.kind == SELF_RESYNC)
		return SIGNIN_ACT_RESYNC_DEVICE;
	return visit->asked.kind == SELF_DISABLE ? SIGNIN_ACT_DISABLE_DEVICE
						 : SIGNIN_ACT_LIST_DEVICES;
}

/* Whoever may not is told so, for this is asked after the proof, or about nothing that is secret.
   True: allowed. */
static bool is_allowed(struct visit *visit, enum status status, struct signin_answer *answer)
{
	if (status == STATUS_OK && signin_is_allowed(answer))
		return true;
	if (signin_is_allowed(answer))
		answer->reason = SIGNIN_REASON_NONE;
	visit_log_decision(visit, act_of(visit), "device", status, answer);
	visit_answer(visit, answer->reason);
	return false;
}

/* The password, and a code where there is a device. From here on policies know of the code. */
static bool prove(struct visit *visit)
{
	const struct text *fields = visit->asked.fields;
	struct signin_factors factors = { .password = true, .code = true };
	struct signin_answer answer = { .reason = SIGNIN_REASON_STORE };
	enum status status = signin_own_proof(&visit->records, &visit->request, &factors);

	if (status != STATUS_OK) {
		visit_log_decision(visit, SIGNIN_ACT_AUTHENTICATE, "sign-in", status, &answer);
		visit_answer(visit, SIGNIN_REASON_STORE);
		return false;
	}
	if (!serve_authenticate(visit, &factors, fields[SELF_PASSWORD], fields[SELF_CODE], &answer))
		return false;
	if (answer.used_code)
		visit->request.login.mfa_at = visit->request.now;
	return true;
}

static struct text number(int64_t value, char buffer[NUMBER_SIZE])
{
	(void)snprintf(buffer, NUMBER_SIZE, "%lld", (long long)value);
	return text_of(buffer);
}

static enum status send_device(struct visit *visit, const struct credential_device *device)
{
	char digits[NUMBER_SIZE], period[NUMBER_SIZE], enabled[NUMBER_SIZE], used[NUMBER_SIZE],
		drift[NUMBER_SIZE];
	const struct self_message message = {
		.kind = SELF_DEVICE,
		.fields = {
			[SELF_DEVICE_NAME] = text_of(device->name),
			[SELF_DEVICE_KIND] = text_of(otp_kind_name(device->settings.kind)),
			[SELF_DEVICE_SERIAL] = text_of(device->serial),
			[SELF_DEVICE_ALGORITHM] =
				text_of(otp_algorithm_name(device->settings.algorithm)),
			[SELF_DEVICE_DIGITS] = number(device->settings.digits, digits),
			[SELF_DEVICE_PERIOD] = number(device->settings.period_seconds, period),
			[SELF_DEVICE_ENABLED] = number(device->enabled_at, enabled),
			[SELF_DEVICE_LAST_USED] = number(device->last_used, used),
			[SELF_DEVICE_DRIFT] = number(device->position.drift, drift),
		},
	};

	return self_channel_send(&visit->channel, &message);
}

void serve_devices(struct visit *visit)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	size_t count = 0;
	enum status status =
		signin_own_devices(&visit->records, &visit->request, devices, &count, &answer);

	if (!is_allowed(visit, status, &answer))
		return;
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = send_device(visit, &devices[i]);
	if (status == STATUS_OK)
		visit_answer(visit, SIGNIN_REASON_ALLOWED);
}

void serve_disable(struct visit *visit)
{
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	struct text name = visit->asked.fields[SELF_NAME];
	enum status status;

	if (!prove(visit))
		return;
	status = signin_own_device_remove(&visit->records, &visit->request, name.bytes, &answer);
	if (!is_allowed(visit, status, &answer))
		return;
	visit_log_device(visit, SIGNIN_ACT_DISABLE_DEVICE, name.bytes);
	visit_answer(visit, SIGNIN_REASON_ALLOWED);
}

/* The device as it is now, then the last word. */
void serve_resync(struct visit *visit)
{
	const struct text *fields = visit->asked.fields;
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	struct credential_device device = { .name = "" };
	enum status status;

	if (!prove(visit))
		return;
	status = signin_own_device_resync(&visit->records, &visit->request, fields[SELF_NAME].bytes,
					  fields[SELF_RESYNC_FIRST], fields[SELF_RESYNC_SECOND],
					  &device, &answer);
	if (!is_allowed(visit, status, &answer))
		return;
	visit_log_device(visit, SIGNIN_ACT_RESYNC_DEVICE, device.name);
	if (send_device(visit, &device) == STATUS_OK)
		visit_answer(visit, SIGNIN_REASON_ALLOWED);
}

static enum status read_settings(const struct self_message *asked,
				 struct otp_settings *out_settings)
{
	const struct text *fields = asked->fields;
	struct otp_settings settings = { 0 };
	uint32_t digits = 0, period = 0;
	enum status status =
		otp_algorithm_parse(fields[SELF_ENABLE_ALGORITHM], &settings.algorithm);

	if (status == STATUS_OK)
		status = text_parse_uint32(fields[SELF_ENABLE_DIGITS], 1, 99, &digits);
	if (status == STATUS_OK)
		status = text_parse_uint32(fields[SELF_ENABLE_PERIOD], 1, 9999, &period);
	settings.digits = digits;
	settings.period_seconds = period;
	if (status != STATUS_OK || !otp_settings_are_valid(&settings))
		return STATUS_BAD_INPUT;
	*out_settings = settings;
	return STATUS_OK;
}

static enum status send_seed(struct visit *visit, struct text host,
			     const struct signin_enrolment *enrolment)
{
	AUTO_SECRET_BUFFER seed = { 0 };
	AUTO_SECRET_BUFFER uri = { 0 };
	enum status status;

	buffer_init(&seed, SELF_FIELD_MAX);
	buffer_init(&uri, SELF_FIELD_MAX);
	status = base32_encode(secret_text(&enrolment->seed), &seed);
	if (status == STATUS_OK)
		status = signin_enrolment_uri(&visit->records, &visit->request, host, enrolment,
					      &uri);
	if (status != STATUS_OK)
		return status;
	const struct self_message message = {
		.kind = SELF_SEED,
		.fields = { [SELF_SEED_DEVICE] = text_of(enrolment->device.name),
			    [SELF_SEED_BYTES] = buffer_text(&seed),
			    [SELF_SEED_URI] = buffer_text(&uri) },
	};
	return self_channel_send(&visit->channel, &message);
}

/* Two codes of the new device. True: they may be given once more. */
static bool try_codes(struct visit *visit, struct signin_enrolment *enrolment)
{
	AUTO_SELF_PACKET packet = { .length = 0 };
	struct self_message codes = { .kind = SELF_NOTHING };
	struct signin_answer answer = { .reason = SIGNIN_REASON_NONE };
	enum status status = self_channel_receive(&visit->channel, &packet, &codes);

	if (status != STATUS_OK || codes.kind != SELF_CODES)
		return false;
	visit->request.now = timestamp_now();
	status = signin_enrolment_finish(&visit->records, &visit->request, enrolment,
					 codes.fields[SELF_CODES_FIRST],
					 codes.fields[SELF_CODES_SECOND], &answer);
	if (!is_allowed(visit, status, &answer))
		return answer.reason == SIGNIN_REASON_CODES_WRONG;
	visit_log_device(visit, SIGNIN_ACT_ENABLE_DEVICE, enrolment->device.name);
	visit_answer(visit, SIGNIN_REASON_ALLOWED);
	return false;
}

static void enrol(struct visit *visit, const struct otp_settings *settings)
{
	struct signin_new_device wanted = { .name = visit->asked.fields[SELF_NAME],
					    .settings = *settings };
	AUTO_SIGNIN_ENROLMENT enrolment = { 0 };
	AUTO_ARENA arena = { 0 };
	struct signin_answer answer = { .reason = SIGNIN_REASON_SYSTEM };
	int64_t deadline;
	enum status status;

	arena_init(&arena, NAME_BYTES_MAX);
	status = host_name(&visit->records.config, &arena, &wanted.host);
	if (status == STATUS_OK)
		status = signin_enrolment_begin(&visit->records, &visit->request, &wanted,
						&enrolment, &answer);
	if (!is_allowed(visit, status, &answer))
		return;
	status = send_seed(visit, wanted.host, &enrolment);
	self_channel_allow(&visit->channel, VISIT_DIALOGUE_MS);
	deadline = visit->channel.deadline;
	for (unsigned attempt = 0; status == STATUS_OK && attempt < SIGNIN_ENROLMENT_ATTEMPTS;
	     attempt++) {
		visit->channel.deadline = deadline;
		if (!try_codes(visit, &enrolment))
			return;
	}
}

void serve_enable(struct visit *visit)
{
	struct otp_settings settings = { 0 };

	if (read_settings(&visit->asked, &settings) != STATUS_OK) {
		visit_answer(visit, SIGNIN_REASON_OPTIONS);
		return;
	}
	if (prove(visit))
		enrol(visit, &settings);
}
