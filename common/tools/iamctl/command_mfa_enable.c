#include <langinfo.h>

#include "base/encoding.h"
#include "base/timestamp.h"
#include "otp/otp_enrolment.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/log.h"
#include "tools/iamctl/qr.h"
#include "tools/iamctl/records.h"
#include "tools/iamctl/terminal.h"

enum {
	ENABLE_ATTEMPTS = 3, /* for people; a script has one */
	ENABLE_SEARCH = 10,  /* steps a new device's clock may be off */
	SEED_GROUP = 4,      /* letters at a time, for typing */
	SETTINGS_BYTES_MAX = 1 << 20,
	HOST_NAME_SIZE = 65, /* Linux: 64 and NUL */
};

const struct command_option COMMAND_MFA_ENABLE_OPTIONS[4] = {
	{ "device", "DEVICE", "its name; NAME-HOST unless given", 0, false },
	{ "algorithm", "ALGORITHM", "SHA1 (which every app knows), SHA256 or SHA512", 0, false },
	{ "digits", "NUMBER", "of a code: 6 (the default) or 8", 0, false },
	{ "period", "SECONDS", "how long a code is shown: 30 (the default) or 60", 0, false },
};

struct enrolment {
	const struct invocation *invocation;
	struct subject subject;
	struct credential_device device;
	struct secret seed;
};

static void enrolment_release(struct enrolment *enrolment)
{
	subject_close(&enrolment->subject);
	secret_wipe(&enrolment->seed);
}

static void host_name(char buffer[HOST_NAME_SIZE])
{
	if (gethostname(buffer, HOST_NAME_SIZE) < 0)
		(void)snprintf(buffer, HOST_NAME_SIZE, "host");
	buffer[HOST_NAME_SIZE - 1] = '\0';
	buffer[strcspn(buffer, ".")] = '\0';
}

/* IAM's own rule (IAM API Reference, CreateVirtualMFADevice, VirtualMFADeviceName). */
static bool is_device_name(struct text name)
{
	const struct text letters = TEXT("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789+=,.@_-");

	for (size_t i = 0; i < name.length; i++)
		if (!text_has_byte(letters, name.bytes[i]))
			return false;
	return name.length > 0 && name.length <= CREDENTIAL_DEVICE_NAME_MAX;
}

static int take_device_name(const struct invocation *invocation, struct credential_device *device)
{
	const char *given = invocation_option(invocation, "device");
	char host[HOST_NAME_SIZE];
	enum status status;

	host_name(host);
	if (given)
		status = text_copy(text_of(given), device->name, sizeof(device->name));
	else
		status = text_format(device->name, sizeof(device->name), "%s-%s",
				     invocation_name(invocation), host);
	if (status == STATUS_OK && is_device_name(text_of(device->name)))
		return EX_OK;
	return fail(EX_USAGE, given ? given : invocation_name(invocation),
		    "a device's name is 1 to %d letters, digits or +=,.@_-; use --device",
		    CREDENTIAL_DEVICE_NAME_MAX);
}

static int take_settings(const struct invocation *invocation, struct otp_settings *out_settings)
{
	const char *algorithm = invocation_option(invocation, "algorithm");
	const char *digits = invocation_option(invocation, "digits");
	const char *period = invocation_option(invocation, "period");
	struct otp_settings settings = { OTP_SHA1, 6, 30 };
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

/* Before anybody is made to scan and type: is there room, and is the name free? */
static int check_room(const struct enrolment *enrolment)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	const struct access_principal *user = &enrolment->subject.principal;
	const char *name = invocation_name(enrolment->invocation);
	size_t count = 0;
	enum status status =
		credential_devices(enrolment->subject.store, user->id, devices, &count);

	if (status != STATUS_OK)
		return fail_with(status, NULL, name);
	for (size_t i = 0; i < count; i++)
		if (strcmp(devices[i].name, enrolment->device.name) == 0)
			return fail(EX_CANTCREAT, enrolment->device.name,
				    "%s has a device of this name already; choose another by "
				    "--device, or take that one away by 'iamctl mfa disable'",
				    name);
	if (count == CREDENTIAL_DEVICES_MAX)
		return fail(EX_CANTCREAT, name,
			    "has %d MFA devices, and more are not allowed; take one away by "
			    "'iamctl mfa disable'",
			    CREDENTIAL_DEVICES_MAX);
	return EX_OK;
}

/* What the app shows above the code: the account's alias or number, and user@host. */
static enum status make_uri(const struct enrolment *enrolment, struct buffer *out_uri)
{
	struct access_account account = { 0 };
	struct text record, issuer = TEXT("IAM");
	char host[HOST_NAME_SIZE], label[256];
	AUTO_ARENA arena = { 0 };

	arena_init(&arena, SETTINGS_BYTES_MAX);
	host_name(host);
	if (snapshot_find_record(&enrolment->subject.access, SNAPSHOT_MAP_SETTINGS, TEXT("account"),
				 &record) == STATUS_OK &&
	    access_account_decode(record, &arena, &account, NULL) == STATUS_OK) {
		issuer = account.account_id.length > 0 ? account.account_id : issuer;
		issuer = account.account_alias.length > 0 ? account.account_alias : issuer;
	}
	if (text_format(label, sizeof(label), "%s@%s", invocation_name(enrolment->invocation),
			host) != STATUS_OK)
		return STATUS_NO_SPACE;
	return otp_uri(&enrolment->device.settings, secret_text(&enrolment->seed), issuer,
		       text_of(label), out_uri);
}

static bool is_utf8_terminal(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void draw(struct output *output, struct text uri)
{
	enum qr_style style = is_utf8_terminal() ? QR_HALF_BLOCKS : QR_COLOURED_BLANKS;

	if (!isatty(fileno(output->file)) || (style == QR_COLOURED_BLANKS && !output->has_colours))
		return;
	fputc('\n', output->file);
	if (qr_draw(output->file, uri, style, output->has_colours) != STATUS_OK)
		fputs("(no QR code: the address is too long)\n", output->file);
}

static void print_seed(struct output *output, struct text seed)
{
	fputs("\nOr type this key into the app:\n\n ", output->file);
	for (size_t at = 0; at < seed.length; at += SEED_GROUP) {
		struct text rest = text_skip(seed, at);

		fprintf(output->file, " %.*s",
			(int)(rest.length < SEED_GROUP ? rest.length : SEED_GROUP), rest.bytes);
	}
	fputs("\n\n", output->file);
}

static int show(const struct enrolment *enrolment)
{
	struct output *output = enrolment->invocation->output;
	AUTO_SECRET_BUFFER uri = { 0 }, seed = { 0 };
	enum status status;

	buffer_init(&uri, OTP_URI_BYTES_MAX);
	buffer_init(&seed, SECRET_BYTES_MAX);
	status = base32_encode(secret_text(&enrolment->seed), &seed);
	if (status == STATUS_OK)
		status = make_uri(enrolment, &uri);
	if (status != STATUS_OK)
		return fail_with(status, NULL, enrolment->device.name);
	if (output->is_json) {
		output_object(output);
		output_field(output, "serial", cell_string(enrolment->device.name));
		output_field(output, "uri", cell_text(buffer_text(&uri)));
		output_field(output, "seed", cell_text(buffer_text(&seed)));
		output_close_object(output);
	} else {
		draw(output, buffer_text(&uri));
		fprintf(output->file, "\n%s\n", uri.bytes);
		print_seed(output, buffer_text(&seed));
	}
	output_flush(output);
	return EX_OK;
}

/* Apps show "123 456". */
static void drop_blanks(struct secret *code)
{
	size_t kept = 0;

	for (size_t i = 0; i < code->length; i++)
		if (code->bytes[i] != ' ')
			code->bytes[kept++] = code->bytes[i];
	code->bytes[kept] = '\0';
	code->length = kept;
}

static enum status ask_codes(struct enrolment *enrolment, const struct terminal *terminal)
{
	struct credential_device *device = &enrolment->device;
	AUTO_SECRET first = { 0 };
	AUTO_SECRET second = { 0 };
	enum status status = terminal_ask(terminal, "Code the app shows: ", false, &first);

	if (status == STATUS_OK)
		status = terminal_ask(terminal, "The code after it:  ", false, &second);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
	drop_blanks(&first);
	drop_blanks(&second);
	device->enabled_at = timestamp_now();
	return otp_synchronize(&device->settings, secret_text(&enrolment->seed),
			       secret_text(&first), secret_text(&second), device->enabled_at,
			       ENABLE_SEARCH, &device->position);
}

static int confirm(struct enrolment *enrolment)
{
	static const char mismatch[] = "these are not two consecutive codes of this device; check "
				       "its clock and this host's";
	AUTO_TERMINAL terminal = { 0 };
	const char *name = enrolment->device.name;
	enum status status = terminal_open(&terminal);

	if (status != STATUS_OK)
		return fail_with(status, NULL, "/dev/tty");
	for (unsigned attempt = 1;; attempt++) {
		status = ask_codes(enrolment, &terminal);
		if (status == STATUS_OK)
			return EX_OK;
		if (status == STATUS_UNAVAILABLE)
			return fail(EX_NOINPUT, name, "two codes are needed; nothing was enabled");
		if (status != STATUS_NOT_FOUND && status != STATUS_BAD_INPUT)
			return fail_with(status, NULL, name);
		if (!terminal.is_terminal || attempt == ENABLE_ATTEMPTS)
			return fail(EX_DATAERR, name, "%s; nothing was enabled", mismatch);
		terminal_say(&terminal, mismatch);
	}
}

static int enrol(struct enrolment *enrolment)
{
	const struct invocation *invocation = enrolment->invocation;
	struct complaint complaint = { 0 };
	enum status status;
	int code = show(enrolment);

	if (code == EX_OK)
		code = confirm(enrolment);
	if (code != EX_OK)
		return code;
	status = credential_device_add(enrolment->subject.store, enrolment->subject.principal.id,
				       &enrolment->device, &enrolment->seed, &complaint);
	if (status != STATUS_OK)
		return fail_with(status, &complaint, enrolment->device.name);
	log_change(invocation, &enrolment->subject.principal, "MFA device %s enabled",
		   enrolment->device.name);
	output_say(invocation->output, TONE_GOOD, "%s: MFA device %s enabled",
		   invocation_name(invocation), enrolment->device.name);
	return EX_OK;
}

int command_mfa_enable(struct invocation *invocation)
{
	CLEANUP(enrolment_release)
	struct enrolment enrolment = { .invocation = invocation };
	enum status status;
	int code = take_device_name(invocation, &enrolment.device);

	if (code == EX_OK)
		code = take_settings(invocation, &enrolment.device.settings);
	if (code == EX_OK)
		code = subject_open(invocation, SUBJECT_USER_TO_CHANGE, &enrolment.subject);
	if (code == EX_OK)
		code = check_room(&enrolment);
	if (code != EX_OK)
		return code;
	status = otp_seed_new(&enrolment.seed);
	if (status != STATUS_OK)
		return fail_with(status, NULL, "random bytes");
	return enrol(&enrolment);
}
