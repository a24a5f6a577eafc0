/*
 * tests/module/test_iamctl_mfa.c: MFA devices enabled, listed and taken away.
 *
 * Codes come from oathtool, which shares no code with the program, by the seed that was printed.
 */
#include <qrencode.h>
#include <sysexits.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "support/iamctl.h"
#include "support/mfa_owner.h"
#include "support/scratch.h"
#include "json/json.h"

static const char alice_id[] = "AIDAEXAMPLEALICE00001";

static size_t devices_of_alice(struct credential_device *out_devices)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	size_t count = 0;

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	CHECK_REQUIRE(credential_devices(store, text_of(alice_id), out_devices, &count) ==
			      STATUS_OK,
		      "the devices");
	return count;
}

static void remove_devices(void)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { 0 };
	size_t count = devices_of_alice(devices);

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	for (size_t i = 0; i < count; i++)
		CHECK_REQUIRE(credential_device_remove(store, text_of(alice_id), devices[i].name) ==
				      STATUS_OK,
			      "remove");
}

static const struct enable_case {
	const char *label;
	const char *arguments[10];
	struct mfa_owner owner;
	int code;
	const char *output, *errors;
	struct otp_settings settings; /* of the device stored; digits 0: none is */
} enable_cases[] = {
	{ "default",
	  { "mfa", "enable", "alice", "--device", "phone" },
	  { 0 },
	  EX_OK,
	  "alice: MFA device phone enabled\n",
	  NULL,
	  { OTP_SHA1, 6, 30, OTP_TOTP } },
	{ "codes with a blank",
	  { "mfa", "enable", "alice" },
	  { .separator = " " },
	  EX_OK,
	  "enabled\n",
	  NULL,
	  { OTP_SHA1, 6, 30, OTP_TOTP } },
	{ "SHA256, 8 digits, 60 seconds",
	  { "mfa", "enable", "alice", "--algorithm", "SHA256", "--digits=8", "--period=60" },
	  { .totp = "--totp=sha256", .digits = "8", .period = "60" },
	  EX_OK,
	  "algorithm=SHA256",
	  NULL,
	  { OTP_SHA256, 8, 60, OTP_TOTP } },
	{ "SHA512",
	  { "mfa", "enable", "alice", "--algorithm", "SHA512" },
	  { .totp = "--totp=sha512" },
	  EX_OK,
	  "algorithm=SHA512",
	  NULL,
	  { OTP_SHA512, 6, 30, OTP_TOTP } },
	{ "options before the name",
	  { "--json", "mfa", "enable", "--device", "a", "alice" },
	  { .sees_json = true },
	  EX_OK,
	  "\"uri\": \"otpauth://totp/example:alice",
	  NULL,
	  { OTP_SHA1, 6, 30, OTP_TOTP } },
	{ "a clock four minutes ahead",
	  { "mfa", "enable", "alice" },
	  { .periods_off = 8 },
	  EX_OK,
	  "enabled\n",
	  NULL,
	  { OTP_SHA1, 6, 30, OTP_TOTP } },
	{ "a clock an hour behind",
	  { "mfa", "enable", "alice" },
	  { .periods_off = -120 },
	  EX_DATAERR,
	  "otpauth://",
	  "nothing was enabled",
	  { 0 } },
	{ "codes in the wrong order",
	  { "mfa", "enable", "alice" },
	  { .swaps = true },
	  EX_DATAERR,
	  "otpauth://",
	  "not two consecutive codes",
	  { 0 } },
	{ "wrong codes",
	  { "mfa", "enable", "alice" },
	  { .gives_wrong = true },
	  EX_DATAERR,
	  "otpauth://",
	  "not two consecutive codes",
	  { 0 } },
	{ "codes of another algorithm",
	  { "mfa", "enable", "alice", "--algorithm=SHA256" },
	  { 0 },
	  EX_DATAERR,
	  "otpauth://",
	  "not two consecutive codes",
	  { 0 } },
};

static void check_device(const struct enable_case *row)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	size_t count = devices_of_alice(devices);

	CHECK(count == (row->settings.digits > 0), "mfa enable: %s: %zu devices", row->label,
	      count);
	if (count != 1)
		return;
	CHECK(devices[0].settings.algorithm == row->settings.algorithm &&
		      devices[0].settings.digits == row->settings.digits &&
		      devices[0].settings.period_seconds == row->settings.period_seconds,
	      "mfa enable: %s: what is stored", row->label);
	CHECK(devices[0].position.next_step > 0 && devices[0].enabled_at > 0,
	      "mfa enable: %s: both codes are used up", row->label);
}

static void test_enable(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(enable_cases); i++) {
		const struct enable_case *row = &enable_cases[i];
		struct mfa_owner owner = row->owner;
		struct program program = { .answer = mfa_owner_answer, .context = &owner };
		AUTO_OUTCOME outcome;

		memcpy(program.arguments, row->arguments, sizeof(row->arguments));
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "mfa enable: %s",
			     row->label);
		check_device(row);
		remove_devices();
	}
}

/* A device that is given no name has the host's, which iam.conf may say. */
static void test_host_name(void)
{
	struct mfa_owner owner = { 0 }, again = { 0 };
	AUTO_OUTCOME named;
	AUTO_OUTCOME refused;

	iamctl_write_file("/etc/iam", "iam.conf", TEXT("[host]\nname = web7.example.org\n"));
	iamctl_run(&(struct program){ .arguments = { "mfa", "enable", "alice" },
				      .answer = mfa_owner_answer,
				      .context = &owner },
		   &named);
	iamctl_check(&named, EX_OK, "alice: MFA device alice-web7 enabled\n", NULL,
		     "mfa enable: by the name in iam.conf");
	CHECK(memmem(named.output.bytes, named.output.length, "alice%40web7?", 13),
	      "mfa enable: which the app shows too");
	iamctl_write_file("/etc/iam", "iam.conf", TEXT("[host]\nnames = web7\n"));
	iamctl_run(&(struct program){ .arguments = { "mfa", "enable", "alice" },
				      .answer = mfa_owner_answer,
				      .context = &again },
		   &refused);
	iamctl_check(&refused, EX_CONFIG, NULL, "iam.conf", "mfa enable: iam.conf is wrong");
	scratch_remove("/etc/iam/iam.conf");
	remove_devices();
}

static void test_no_codes(void)
{
	static const char *const inputs[] = { "", "123456\n", "\n", "abc\ndef\n" };
	static const int codes[] = { EX_NOINPUT, EX_NOINPUT, EX_NOINPUT, EX_DATAERR };
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];

	for (size_t i = 0; i < ARRAY_LENGTH(inputs); i++) {
		AUTO_OUTCOME outcome;

		iamctl_run(&(struct program){ .arguments = { "mfa", "enable", "alice" },
					      .input = inputs[i] },
			   &outcome);
		iamctl_check(&outcome, codes[i], "otpauth://", "nothing was enabled",
			     "mfa enable: input %zu is not enough", i);
	}
	CHECK(devices_of_alice(devices) == 0, "mfa enable: without codes nothing is stored");
}

static void enable(const char *device, int code, const char *errors, const char *label)
{
	struct mfa_owner owner = { 0 };
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "mfa", "enable", "alice", "--device", device },
				      .answer = mfa_owner_answer,
				      .context = &owner },
		   &outcome);
	iamctl_check(&outcome, code, code == EX_OK ? "enabled\n" : NULL, errors, "%s", label);
}

/* A taken name and a ninth device are refused before anybody scans anything. */
static void test_room(void)
{
	char name[16];

	enable("device-0", EX_OK, NULL, "mfa enable: the first device");
	enable("device-0", EX_CANTCREAT, "iamctl: device-0: alice has a device of this name",
	       "mfa enable: a taken name");
	for (unsigned i = 1; i < CREDENTIAL_DEVICES_MAX; i++) {
		snprintf(name, sizeof(name), "device-%u", i);
		enable(name, EX_OK, NULL, name);
	}
	enable("ninth", EX_CANTCREAT, "iamctl: alice: has 8 MFA devices", "mfa enable: the ninth");
}

static void test_list(void)
{
	AUTO_OUTCOME outcome, everybody, nothing;
	AUTO_JSON *list = NULL;
	struct complaint complaint = { 0 };
	size_t count = 0;

	iamctl_run(&(struct program){ .arguments = { "mfa", "list", "alice", "--json" } },
		   &outcome);
	CHECK_REQUIRE(json_parse(buffer_text(&outcome.output), 1 << 20, &list, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	for (const struct json *row = json_first(list); row; row = json_next(row), count++)
		CHECK(text_is(json_text(json_member(row, "user")), "alice") &&
			      text_is(json_text(json_member(row, "algorithm")), "SHA1"),
		      "mfa list: row %zu", count);
	CHECK(count == CREDENTIAL_DEVICES_MAX, "mfa list: %zu devices", count);
	iamctl_run(&(struct program){ .arguments = { "mfa", "list" } }, &everybody);
	iamctl_check(&everybody, EX_OK, "device-7", NULL, "mfa list: of everybody");
	iamctl_run(&(struct program){ .arguments = { "mfa", "list", "bob" } }, &nothing);
	iamctl_check(&nothing, EX_OK, "USER", NULL, "mfa list: of somebody without");
	CHECK(!buffer_has(&nothing.output, "device-"), "mfa list: nobody else's");
}

static const struct disable_case {
	const char *name, *device;
	int code;
	const char *output, *errors;
} disable_cases[] = {
	{ "alice", "device-3", EX_OK, "alice: MFA device device-3 disabled\n", NULL },
	{ "alice", "device-3", EX_NOINPUT, NULL, "iamctl: device-3: alice has no MFA device" },
	{ "alice", "device", EX_NOINPUT, NULL, "iamctl: device: alice has no MFA device" },
	{ "alice", "%", EX_NOINPUT, NULL, "iamctl: %: alice has no MFA device" },
	{ "alice", "' OR 1=1 --", EX_NOINPUT, NULL, "alice has no MFA device" },
	{ "alice", "\033[2J", EX_NOINPUT, NULL, "iamctl: \\x1b[2J: alice has no" },
	{ "bob", "device-4", EX_NOINPUT, NULL, "iamctl: device-4: bob has no MFA device" },
	{ "nobody", "device-4", EX_NOUSER, NULL, "iamctl: nobody: not an IAM user" },
};

static void test_disable(void)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];

	for (size_t i = 0; i < ARRAY_LENGTH(disable_cases); i++) {
		const struct disable_case *row = &disable_cases[i];
		AUTO_OUTCOME outcome;

		iamctl_run(&(struct program){ .arguments = { "mfa", "disable", "--", row->name,
							     row->device } },
			   &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors,
			     "mfa disable: row %zu, %s", i, row->name);
	}
	CHECK(devices_of_alice(devices) == CREDENTIAL_DEVICES_MAX - 1,
	      "mfa disable: one device is gone, and no other");
}

/* What a camera would see: the light squares by the characters that draw them. */
static bool square_is_light(struct text line, int column, bool is_lower)
{
	static const char *const drawn[] = { "█", "▀", "▄", " " };
	struct text rest = line;

	while (rest.length > 0) {
		size_t length = (unsigned char)rest.bytes[0] < 0x80 ? 1 : 3, which = 0;
		struct text character = { rest.bytes, length < rest.length ? length : rest.length };

		while (which < 3 && !text_is(character, drawn[which]))
			which++;
		if (column-- == 0)
			return which == 0 || which == (is_lower ? 2 : 1);
		rest = text_skip(rest, length);
	}
	return false;
}

/* The drawing begins at the first full block behind four quiet squares on each side. */
static bool shows_qr(struct text output, const char *uri)
{
	QRcode *code =
		QRcode_encodeData((int)strlen(uri), (const unsigned char *)uri, 0, QR_ECLEVEL_L);
	struct text rest = output, line = { NULL, 0 };
	bool is_right = true;
	int row = -4;

	CHECK_REQUIRE(code, "the expected QR code");
	while (text_next_piece(&rest, '\n', &line) && !text_starts_with(line, TEXT("█")))
		;
	for (; row < code->width + 4; row += 2, (void)text_next_piece(&rest, '\n', &line))
		for (int column = -4; column < code->width + 4; column++)
			for (int half = 0; half < 2; half++) {
				int y = row + half;
				bool inside = y >= 0 && y < code->width && column >= 0 &&
					      column < code->width;
				bool dark = inside && code->data[y * code->width + column] & 1;

				if (square_is_light(line, column + 4, half == 1) == dark)
					is_right = false;
			}
	QRcode_free(code);
	return is_right;
}

/* On a terminal: the second prompt's codes are what the first ones were not. */
struct late_owner {
	struct mfa_owner owner;
	unsigned attempts;
};

static bool give_codes_late(void *context, struct text output, struct buffer *inout_input)
{
	struct late_owner *late = context;
	unsigned prompts = 0;

	for (size_t i = 0; i + 17 <= output.length; i++)
		prompts += memcmp(output.bytes + i, "Code the app show", 17) == 0;
	if (prompts <= late->attempts || !mfa_owner_take_seed(&late->owner, output))
		return false;
	late->owner.gives_wrong = late->attempts == 0;
	late->attempts++;
	mfa_owner_append_code(&late->owner, 0, inout_input);
	mfa_owner_append_code(&late->owner, 1, inout_input);
	return false;
}

static void test_terminal(void)
{
	struct late_owner late = { 0 };
	AUTO_OUTCOME outcome;
	char uri[512] = "";
	const char *start, *end;

	iamctl_run(&(struct program){ .arguments = { "mfa", "enable", "alice", "--device", "tty" },
				      .environment = { "LC_ALL=C.UTF-8" },
				      .on_terminal = true,
				      .answer = give_codes_late,
				      .context = &late },
		   &outcome);
	iamctl_check(&outcome, EX_OK, "these are not two consecutive codes", NULL,
		     "mfa enable: a second attempt on a terminal");
	start = memmem(outcome.output.bytes, outcome.output.length, "otpauth://", 10);
	end = start ? strchr(start, '\r') : NULL;
	CHECK_REQUIRE(end && end - start < (long)sizeof(uri), "the URI");
	memcpy(uri, start, (size_t)(end - start));
	CHECK(shows_qr(buffer_text(&outcome.output), uri), "the QR code says %s", "the URI");
	CHECK(!shows_qr(buffer_text(&outcome.output), "otpauth://totp/other"),
	      "the QR code says nothing else");
}

int main(void)
{
	iamctl_publish("");
	test_enable();
	test_host_name();
	test_no_codes();
	test_room();
	test_list();
	test_disable();
	test_terminal();
	return check_done();
}
