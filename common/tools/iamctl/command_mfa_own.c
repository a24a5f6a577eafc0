#include "tools/iamctl/command_mfa_own.h"

#include "base/encoding.h"
#include "signin/signin_enrolment.h"
#include "tools/iamctl/devices.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/own.h"
#include "tools/iamctl/seed.h"

enum { NUMBER_SIZE = 24 };

static struct text number(unsigned value, char buffer[NUMBER_SIZE])
{
	(void)snprintf(buffer, NUMBER_SIZE, "%u", value);
	return text_of(buffer);
}

static int begin_enrolment(struct own *own, const struct otp_settings *settings)
{
	const char *device = invocation_option(own->invocation, "device");
	char digits[NUMBER_SIZE], period[NUMBER_SIZE];
	struct self_message message = {
		.kind = SELF_ENABLE,
		.fields = { [SELF_PASSWORD] = secret_text(&own->password),
			    [SELF_CODE] = secret_text(&own->code),
			    [SELF_NAME] = text_of(device ? device : ""),
			    [SELF_ENABLE_ALGORITHM] =
				    text_of(otp_algorithm_name(settings->algorithm)),
			    [SELF_ENABLE_DIGITS] = number(settings->digits, digits),
			    [SELF_ENABLE_PERIOD] = number(settings->period_seconds, period) },
	};
	int code = own_begin(own, &message);

	if (code != EX_OK)
		return code;
	return own->answer.kind == SELF_SEED ? EX_OK
					     : own_refused(own, device ? device : own->user);
}

/* The device's name is told with the seed: it is given there when the user gave none. */
static int show_seed(const struct own *own, char out_device[CREDENTIAL_DEVICE_NAME_MAX + 1])
{
	const struct text *fields = own->answer.fields;
	AUTO_SECRET_BUFFER seed = { 0 };
	enum status status =
		text_copy(fields[SELF_SEED_DEVICE], out_device, CREDENTIAL_DEVICE_NAME_MAX + 1);

	buffer_init(&seed, SECRET_BYTES_MAX);
	if (status == STATUS_OK)
		status = base32_decode(fields[SELF_SEED_BYTES], &seed);
	if (status == STATUS_OK)
		status = seed_show(own->invocation->output, out_device, buffer_text(&seed),
				   fields[SELF_SEED_URI]);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "iam-self");
}

/* EX_DATAERR when another pair of codes may do. */
static int try_codes(struct own *own, const char *device)
{
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	enum status status =
		seed_ask_codes(&own->terminal, "Code the app shows: ", &first, &second);
	const struct self_message codes = { .kind = SELF_CODES,
					    .fields = {
						    [SELF_CODES_FIRST] = secret_text(&first),
						    [SELF_CODES_SECOND] = secret_text(&second),
					    } };
	int code;

	if (status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, device, "two codes are needed; nothing was enabled");
	if (status != STATUS_OK && status != STATUS_BAD_INPUT)
		return fail_with(status, NULL, device);
	code = own_say(own, &codes);
	if (code == EX_OK)
		code = own_hear(own);
	if (code != EX_OK)
		return code;
	if (own->answer.kind == SELF_ANSWER &&
	    text_is(own->answer.fields[SELF_ANSWER_REASON],
		    signin_reason_code(SIGNIN_REASON_CODES_WRONG)))
		return EX_DATAERR;
	return own_last_word(own, device);
}

static int confirm(struct own *own, const char *device)
{
	for (unsigned attempt = 1;; attempt++) {
		int code = try_codes(own, device);

		if (code != EX_DATAERR)
			return code;
		if (!own->terminal.is_terminal || attempt == SIGNIN_ENROLMENT_ATTEMPTS)
			return fail(EX_DATAERR, device, "%s; nothing was enabled", SEED_MISMATCH);
		terminal_say(&own->terminal, SEED_MISMATCH);
	}
}

int command_mfa_enable_own(const struct invocation *invocation, const struct otp_settings *settings)
{
	char device[CREDENTIAL_DEVICE_NAME_MAX + 1] = "";
	AUTO_OWN own = { 0 };
	int code = own_open(invocation, &own);

	if (code == EX_OK)
		code = own_prove(&own);
	if (code == EX_OK)
		code = begin_enrolment(&own, settings);
	if (code == EX_OK)
		code = show_seed(&own, device);
	if (code == EX_OK)
		code = confirm(&own, device);
	if (code != EX_OK)
		return code;
	output_say(invocation->output, TONE_GOOD, "%s: MFA device %s enabled", own.user, device);
	return EX_OK;
}

static enum status parse_number(struct text field, uint64_t maximum, uint64_t *out_number)
{
	return text_parse_uint64(field, 0, maximum, out_number);
}

static enum status parse_device(const struct self_message *message,
				struct credential_device *out_device)
{
	const struct text *fields = message->fields;
	struct credential_device device = { .name = "" };
	struct text drift = fields[SELF_DEVICE_DRIFT];
	bool is_behind = text_starts_with(drift, TEXT("-"));
	uint64_t digits = 0, period = 0, enabled = 0, used = 0, steps = 0;
	enum status status = STATUS_OK;

	if (message->kind != SELF_DEVICE ||
	    text_copy(fields[SELF_DEVICE_NAME], device.name, sizeof(device.name)) != STATUS_OK ||
	    text_copy(fields[SELF_DEVICE_SERIAL], device.serial, sizeof(device.serial)) !=
		    STATUS_OK ||
	    otp_kind_parse(fields[SELF_DEVICE_KIND], &device.settings.kind) != STATUS_OK ||
	    otp_algorithm_parse(fields[SELF_DEVICE_ALGORITHM], &device.settings.algorithm) !=
		    STATUS_OK)
		return STATUS_BAD_INPUT;
	status = parse_number(fields[SELF_DEVICE_DIGITS], 99, &digits);
	if (status == STATUS_OK)
		status = parse_number(fields[SELF_DEVICE_PERIOD], 9999, &period);
	if (status == STATUS_OK)
		status = parse_number(fields[SELF_DEVICE_ENABLED], INT64_MAX, &enabled);
	if (status == STATUS_OK)
		status = parse_number(fields[SELF_DEVICE_LAST_USED], INT64_MAX, &used);
	if (status == STATUS_OK)
		status = parse_number(text_skip(drift, is_behind), OTP_DRIFT_MAX, &steps);
	if (status != STATUS_OK)
		return STATUS_BAD_INPUT;
	device.settings.digits = (unsigned)digits;
	device.settings.period_seconds = (unsigned)period;
	device.enabled_at = (int64_t)enabled;
	device.last_used = (int64_t)used;
	device.position.drift = is_behind ? -(int32_t)steps : (int32_t)steps;
	*out_device = device;
	return STATUS_OK;
}

/* A message for each device, then the last word. */
static int read_devices(struct own *own, struct credential_device *out_devices, size_t *out_count)
{
	struct self_message question = { .kind = SELF_DEVICES };
	int code = own_begin(own, &question);

	*out_count = 0;
	while (code == EX_OK && own->answer.kind == SELF_DEVICE) {
		if (*out_count == CREDENTIAL_DEVICES_MAX ||
		    parse_device(&own->answer, &out_devices[*out_count]) != STATUS_OK)
			return fail(EX_PROTOCOL, "iam-self", "the answer is none");
		++*out_count;
		code = own_hear(own);
	}
	return code == EX_OK ? own_last_word(own, own->user) : code;
}

int command_mfa_list_own(const struct invocation *invocation)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_OWN own = { 0 };
	struct output_table table;
	size_t count = 0;
	int code = own_open(invocation, &own);

	if (code == EX_OK)
		code = read_devices(&own, devices, &count);
	if (code != EX_OK)
		return code;
	devices_table(&table, invocation->output, NULL);
	while (output_table_pass(&table))
		for (size_t i = 0; i < count; i++)
			devices_row(&table, text_of(own.user), &devices[i]);
	return EX_OK;
}

int command_mfa_disable_own(const struct invocation *invocation, const char *device)
{
	AUTO_OWN own = { 0 };
	int code = own_open(invocation, &own);

	if (code == EX_OK)
		code = own_prove(&own);
	if (code != EX_OK)
		return code;
	struct self_message message = { .kind = SELF_DISABLE,
					.fields = { [SELF_PASSWORD] = secret_text(&own.password),
						    [SELF_CODE] = secret_text(&own.code),
						    [SELF_NAME] = text_of(device) } };
	code = own_begin(&own, &message);
	if (code == EX_OK)
		code = own_last_word(&own, device);
	if (code != EX_OK)
		return code;
	output_object(invocation->output);
	if (invocation->output->is_json)
		output_field(invocation->output, "disabled", cell_string(device));
	output_close_object(invocation->output);
	output_say(invocation->output, TONE_PLAIN, "%s: MFA device %s disabled", own.user, device);
	return EX_OK;
}

static int ask_for_resync(struct own *own, const char *device)
{
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	enum status status =
		seed_ask_codes(&own->terminal, "Code the device shows: ", &first, &second);
	struct self_message message = { .kind = SELF_RESYNC,
					.fields = {
						[SELF_PASSWORD] = secret_text(&own->password),
						[SELF_CODE] = secret_text(&own->code),
						[SELF_NAME] = text_of(device),
						[SELF_RESYNC_FIRST] = secret_text(&first),
						[SELF_RESYNC_SECOND] = secret_text(&second),
					} };

	if (status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, device, "two codes are needed; nothing was changed");
	if (status != STATUS_OK && status != STATUS_BAD_INPUT)
		return fail_with(status, NULL, device);
	return own_begin(own, &message);
}

int command_mfa_resync_own(const struct invocation *invocation, const char *device)
{
	struct credential_device right = { .name = "" };
	AUTO_OWN own = { 0 };
	int code = own_open(invocation, &own);

	if (code == EX_OK)
		code = own_prove(&own);
	if (code == EX_OK)
		code = ask_for_resync(&own, device);
	if (code != EX_OK)
		return code;
	if (parse_device(&own.answer, &right) != STATUS_OK)
		return own_refused(&own, device);
	code = own_hear(&own);
	if (code == EX_OK)
		code = own_last_word(&own, device);
	if (code == EX_OK)
		devices_show_right(invocation->output, own.user, &right);
	return code;
}
