#include "base/timestamp.h"
#include "otp/otp_enrolment.h"
#include "tools/iamctl/command_mfa_own.h"
#include "tools/iamctl/devices.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/own.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/seed.h"

enum { RESYNC_ATTEMPTS = 3 }; /* of a person; a script has one */

struct resync {
	const struct invocation *invocation;
	struct subject subject;
	const char *name; /* of the device */
	struct credential_device device;
};

static void resync_release(struct resync *resync)
{
	subject_close(&resync->subject);
}

static int refuse_device(const struct resync *resync)
{
	const char *user = invocation_name(resync->invocation);

	return fail(EX_NOINPUT, resync->name,
		    "%s has no MFA device of this name; 'iamctl mfa list %s' lists them", user,
		    user);
}

/* Before anybody is asked for codes. */
static int find_device(const struct resync *resync)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count = 0;
	enum status status = STATUS_OK;

	if (resync->subject.store)
		status = credential_devices(resync->subject.store, resync->subject.principal.id,
					    devices, &count);
	if (status != STATUS_OK)
		return fail_with(status, NULL, invocation_name(resync->invocation));
	for (size_t i = 0; i < count; i++)
		if (strcmp(devices[i].name, resync->name) == 0)
			return EX_OK;
	return refuse_device(resync);
}

/* EX_DATAERR when another pair of codes may do. */
static int try_once(struct resync *resync, const struct terminal *terminal)
{
	AUTO_SECRET typed_first = { 0 };
	AUTO_SECRET typed_second = { 0 };
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	enum status status =
		seed_ask_codes(terminal, "Code the device shows: ", &typed_first, &typed_second);

	if (status == STATUS_UNAVAILABLE)
		return fail(EX_NOINPUT, resync->name, "two codes are needed; nothing was changed");
	if (status == STATUS_OK)
		status = otp_code_of(secret_text(&typed_first), &first);
	if (status == STATUS_OK)
		status = otp_code_of(secret_text(&typed_second), &second);
	if (status == STATUS_OK)
		status = credential_device_synchronize(resync->subject.store,
						       resync->subject.principal.id, resync->name,
						       secret_text(&first), secret_text(&second),
						       timestamp_now(), &resync->device);
	if (status == STATUS_NOT_FOUND)
		return refuse_device(resync);
	if (status == STATUS_OK || status == STATUS_BAD_INPUT)
		return status == STATUS_OK ? EX_OK : EX_DATAERR;
	return fail_with(status, NULL, resync->name);
}

static int ask(struct resync *resync)
{
	AUTO_TERMINAL terminal = { 0 };
	enum status status = terminal_open(&terminal);

	if (status != STATUS_OK)
		return fail_with(status, NULL, "/dev/tty");
	for (unsigned attempt = 1;; attempt++) {
		int code = try_once(resync, &terminal);

		if (code != EX_DATAERR)
			return code;
		if (!terminal.is_terminal || attempt == RESYNC_ATTEMPTS)
			return fail(EX_DATAERR, resync->name, "%s; nothing was changed",
				    SEED_NOT_NEWER);
		terminal_say(&terminal, SEED_NOT_NEWER);
	}
}

int command_mfa_resync(struct invocation *invocation)
{
	CLEANUP(resync_release)
	struct resync resync = { .invocation = invocation, .name = invocation->operands[1] };
	int code;

	if (invocation->operand_count == 1) /* the device alone */
		return own_is_meant(invocation)
			       ? command_mfa_resync_own(invocation, invocation_name(invocation))
			       : own_must_name(invocation, "NAME DEVICE");
	code = subject_open(invocation, SUBJECT_USER, &resync.subject);
	if (code == EX_OK)
		code = find_device(&resync);
	if (code == EX_OK)
		code = ask(&resync);
	if (code != EX_OK)
		return code;
	log_change(invocation, "ResyncMFADevice", &resync.subject.principal,
		   "MFA device %s set right, drift %d", resync.device.name,
		   (int)resync.device.position.drift);
	devices_show_right(invocation->output, invocation_name(invocation), &resync.device);
	return EX_OK;
}
