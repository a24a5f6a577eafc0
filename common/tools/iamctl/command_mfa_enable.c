#include "access/host_policy.h"
#include "base/timestamp.h"
#include "directory/name.h"
#include "signin/signin_enrolment.h"
#include "tools/iamctl/command_mfa_own.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/own.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/seed.h"
#include "tools/iamctl/terminal.h"

const struct command_option COMMAND_MFA_ENABLE_OPTIONS[4] = {
	{ "device", "DEVICE", "its name; NAME-HOST unless given", 0, false },
	{ "algorithm", "ALGORITHM", "SHA1 (which every app knows), SHA256 or SHA512", 0, false },
	{ "digits", "NUMBER", "of a code: 6 (the default) or 8", 0, false },
	{ "period", "SECONDS", "how long a code is shown: 30 (the default) or 60", 0, false },
};

struct enabling {
	const struct invocation *invocation;
	struct subject subject;
	struct signin_records records;
	struct signin_enrolment enrolment;
	struct text host; /* its name */
};

static void enabling_release(struct enabling *enabling)
{
	signin_enrolment_release(&enabling->enrolment);
	signin_records_close(&enabling->records);
	subject_close(&enabling->subject);
}

static struct signin_request request_of(const struct enabling *enabling, int64_t now)
{
	return (struct signin_request){ .user = text_of(invocation_name(enabling->invocation)),
					.service = TEXT("iamctl"),
					.now = now };
}

static int check_device_name(const struct invocation *invocation)
{
	const char *given = invocation_option(invocation, "device");

	if (!given || iam_name_is_valid(text_of(given), CREDENTIAL_DEVICE_NAME_MAX))
		return EX_OK;
	return fail(EX_USAGE, given, "a device's name is 1 to %d letters, digits or +=,.@_-",
		    CREDENTIAL_DEVICE_NAME_MAX);
}

static int take_settings(const struct invocation *invocation, struct otp_settings *out_settings)
{
	const char *algorithm = invocation_option(invocation, "algorithm");
	const char *digits = invocation_option(invocation, "digits");
	const char *period = invocation_option(invocation, "period");
	struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };
	uint32_t number = 0;

	if (algorithm && otp_algorithm_parse(text_of(algorithm), &settings.algorithm) != STATUS_OK)
		return fail(EX_USAGE, algorithm, "--algorithm is SHA1, SHA256 or SHA512");
	if (digits &&
	    (text_parse_uint32(text_of(digits), 6, 8, &number) != STATUS_OK || number == 7))
		return fail(EX_USAGE, digits, "--digits is 6 or 8");
	settings.digits = digits ? number : settings.digits;
	if (period && !text_is(text_of(period), "30") && !text_is(text_of(period), "60"))
		return fail(EX_USAGE, period, "--period is 30 or 60");
	if (period && text_is(text_of(period), "60"))
		settings.period_seconds = 60;
	*out_settings = settings;
	return EX_OK;
}

/* The subject is opened before the records, because it tells what is wrong with a name. */
static int open_all(struct enabling *enabling)
{
	const struct invocation *invocation = enabling->invocation;
	struct complaint complaint = { 0 };
	enum status status;
	int code = subject_open(invocation, SUBJECT_USER, &enabling->subject);

	if (code == EX_OK)
		code = open_signin_records(invocation, &enabling->records);
	if (code != EX_OK)
		return code;
	status = host_name(&enabling->records.config, &enabling->subject.arena, &enabling->host);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "the host's name");
	status = signin_records_open_store(&enabling->records, &complaint);
	return status == STATUS_OK ? EX_OK
				   : fail_with(status, &complaint, invocation->state_folder);
}

static int refuse(const struct enabling *enabling, enum signin_reason reason)
{
	const char *name = invocation_name(enabling->invocation);
	const char *device = enabling->enrolment.device.name;

	if (reason == SIGNIN_REASON_DEVICE_QUOTA)
		return fail(EX_CANTCREAT, name,
			    "has %d MFA devices, and more are not allowed; take one away by "
			    "'iamctl mfa disable'",
			    CREDENTIAL_DEVICES_MAX);
	if (reason != SIGNIN_REASON_DEVICE_NAME)
		return fail(EX_NOPERM, name, "%s", signin_reason_text(reason));
	if (!iam_name_is_valid(text_of(device), CREDENTIAL_DEVICE_NAME_MAX))
		return fail(EX_USAGE, name, "the host's name is none for a device; use --device");
	return fail(EX_CANTCREAT, device,
		    "%s has a device of this name already; choose another by --device, or take "
		    "that one away by 'iamctl mfa disable'",
		    name);
}

static int begin(struct enabling *enabling, const struct otp_settings *settings)
{
	const char *device = invocation_option(enabling->invocation, "device");
	const struct signin_new_device wanted = { .name = text_of(device ? device : ""),
						  .host = enabling->host,
						  .settings = *settings,
						  .by_administrator = true };
	struct signin_request request = request_of(enabling, enabling->invocation->now);
	struct signin_answer answer = { 0 };
	enum status status = signin_enrolment_begin(&enabling->records, &request, &wanted,
						    &enabling->enrolment, &answer);

	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, invocation_name(enabling->invocation));
	return signin_is_allowed(&answer) ? EX_OK : refuse(enabling, answer.reason);
}

static int show(const struct enabling *enabling)
{
	const struct signin_enrolment *enrolment = &enabling->enrolment;
	struct signin_request request = request_of(enabling, enabling->invocation->now);
	AUTO_SECRET_BUFFER uri = { 0 };
	enum status status;

	buffer_init(&uri, OTP_URI_BYTES_MAX);
	status =
		signin_enrolment_uri(&enabling->records, &request, enabling->host, enrolment, &uri);
	if (status == STATUS_OK)
		status = seed_show(enabling->invocation->output, enrolment->device.name,
				   secret_text(&enrolment->seed), buffer_text(&uri));
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, enrolment->device.name);
}

/* EX_DATAERR when another pair of codes may do. */
static int try_once(struct enabling *enabling, const struct terminal *terminal)
{
	const char *device = enabling->enrolment.device.name;
	struct signin_request request;
	struct signin_answer answer = { 0 };
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	enum status status = seed_ask_codes(terminal, "Code the app shows: ", &first, &second);

	if (status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, device, "two codes are needed; nothing was enabled");
	if (status == STATUS_BAD_INPUT)
		return EX_DATAERR;
	if (status != STATUS_OK)
		return fail_with(status, NULL, device);
	request = request_of(enabling, timestamp_now());
	status = signin_enrolment_finish(&enabling->records, &request, &enabling->enrolment,
					 secret_text(&first), secret_text(&second), &answer);
	if (status != STATUS_OK)
		return fail_with(status, &answer.complaint, device);
	if (answer.reason == SIGNIN_REASON_CODES_WRONG)
		return EX_DATAERR;
	return signin_is_allowed(&answer) ? EX_OK : refuse(enabling, answer.reason);
}

static int confirm(struct enabling *enabling)
{
	const char *device = enabling->enrolment.device.name;
	AUTO_TERMINAL terminal = { 0 };
	enum status status = terminal_open(&terminal);

	if (status != STATUS_OK)
		return fail_with(status, NULL, "/dev/tty");
	for (unsigned attempt = 1;; attempt++) {
		int code = try_once(enabling, &terminal);

		if (code != EX_DATAERR)
			return code;
		/* A script has one attempt. */
		if (!terminal.is_terminal || attempt == SIGNIN_ENROLMENT_ATTEMPTS)
			return fail(EX_DATAERR, device, "%s; nothing was enabled", SEED_MISMATCH);
		terminal_say(&terminal, SEED_MISMATCH);
	}
}

int command_mfa_enable(struct invocation *invocation)
{
	CLEANUP(enabling_release) struct enabling enabling = { .invocation = invocation };
	struct otp_settings settings = { 0 };
	int code = check_device_name(invocation);

	if (code == EX_OK)
		code = take_settings(invocation, &settings);
	if (code == EX_OK && !invocation_name(invocation))
		return own_is_meant(invocation) ? command_mfa_enable_own(invocation, &settings)
						: own_must_name(invocation, "NAME");
	if (code == EX_OK)
		code = open_all(&enabling);
	if (code == EX_OK)
		code = begin(&enabling, &settings);
	if (code == EX_OK)
		code = show(&enabling);
	if (code == EX_OK)
		code = confirm(&enabling);
	if (code != EX_OK)
		return code;
	log_change(invocation, "EnableMFADevice", &enabling.subject.principal,
		   "MFA device %s enabled", enabling.enrolment.device.name);
	output_say(invocation->output, TONE_GOOD, "%s: MFA device %s enabled",
		   invocation_name(invocation), enabling.enrolment.device.name);
	return EX_OK;
}
