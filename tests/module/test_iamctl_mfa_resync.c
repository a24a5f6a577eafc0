/*
 * tests/module/test_iamctl_mfa_resync.c: devices set right by two codes, and how they are listed.
 *
 * Codes come from oathtool, which shares no code with the program.
 */
#include <sysexits.h>
#include <time.h>

#include "check.h"
#include "credentials/credential_store.h"
#include "support/iamctl.h"

#define SEED "a seed of 20 bytes.."
#define SEED_HEX "612073656564206f662032302062797465732e2e"

static const char alice_id[] = "AIDAEXAMPLEALICE00001";

static struct credential_store *open_store(void)
{
	struct credential_store *store = NULL;
	struct complaint complaint = { 0 };

	CHECK_REQUIRE(credential_store_open("/var/lib/iam", FILE_OF_ROOT, true, &store,
					    &complaint) == STATUS_OK,
		      complaint.reason);
	return store;
}

static void add_device(const char *name, const char *serial, const struct otp_settings *settings)
{
	struct credential_device device = { .settings = *settings, .enabled_at = 1767225600 };
	AUTO_CREDENTIAL_STORE *store = open_store();
	struct complaint complaint = { 0 };
	AUTO_SECRET seed;

	CHECK_REQUIRE(secret_set_bytes(&seed, TEXT(SEED)) == STATUS_OK &&
			      text_copy(text_of(name), device.name, sizeof(device.name)) ==
				      STATUS_OK &&
			      text_copy(text_of(serial), device.serial, sizeof(device.serial)) ==
				      STATUS_OK &&
			      credential_device_add(store, text_of(alice_id), &device, &seed,
						    &complaint) == STATUS_OK,
		      complaint.reason);
}

static struct credential_device device_of_alice(const char *name)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_CREDENTIAL_STORE *store = open_store();
	size_t count = 0;

	CHECK_REQUIRE(credential_devices(store, text_of(alice_id), devices, &count) == STATUS_OK,
		      "devices");
	for (size_t i = 0; i < count; i++)
		if (strcmp(devices[i].name, name) == 0)
			return devices[i];
	CHECK_REQUIRE(false, name);
	return devices[0];
}

/* One line: the code of a counter, or of a time when the counter is NULL. */
static void append_code(struct buffer *input, const char *counter, int64_t at)
{
	char now[64];
	struct program program = { .path = "/usr/bin/oathtool" };
	AUTO_OUTCOME outcome;

	snprintf(now, sizeof(now), "@%lld", (long long)at);
	if (counter)
		memcpy(program.arguments,
		       (const char *[]){ "--hotp", "--counter", counter, SEED_HEX },
		       4 * sizeof(char *));
	else
		memcpy(program.arguments, (const char *[]){ "--totp", "--now", now, SEED_HEX },
		       4 * sizeof(char *));
	program_run(&program, &outcome);
	CHECK_REQUIRE(outcome.code == 0 &&
			      buffer_append(input, buffer_text(&outcome.output)) == STATUS_OK,
		      "oathtool");
}

static void resync(const char *device, const struct buffer *codes, int code, const char *output,
		   const char *errors, const char *label)
{
	AUTO_OUTCOME outcome;

	iamctl_run(&(struct program){ .arguments = { "mfa", "resync", "alice", device },
				      .input = codes->bytes ? codes->bytes : "" },
		   &outcome);
	iamctl_check(&outcome, code, output, errors, "mfa resync: %s", label);
}

/* An hour fast: 120 steps; the one that is now may be over when iamctl looks. */
static void test_clock(void)
{
	int64_t now = time(NULL);
	struct credential_device device;
	AUTO_BUFFER codes;

	buffer_init(&codes, 4096);
	append_code(&codes, NULL, now + 3600);
	append_code(&codes, NULL, now + 3630);
	resync("phone", &codes, EX_OK, "alice: MFA device phone is set right; its clock is 36",
	       NULL, "a clock an hour fast");
	device = device_of_alice("phone");
	CHECK((device.position.drift == 121 || device.position.drift == 120) &&
		      device.position.next_step == (uint64_t)(now + 3630) / 30 + 1,
	      "mfa resync: the drift is kept (%d)", device.position.drift);
	resync("phone", &codes, EX_DATAERR, NULL, "newer than those it was used with",
	       "the same codes again");
	codes.length = 0;
	append_code(&codes, NULL, now);
	append_code(&codes, NULL, now + 30);
	resync("phone", &codes, EX_DATAERR, NULL, "nothing was changed", "codes of before");
	codes.length = 0;
	append_code(&codes, NULL, now + 86400);
	append_code(&codes, NULL, now + 86430);
	resync("phone", &codes, EX_DATAERR, NULL, "nothing was changed", "a day fast");
}

static void test_counter(void)
{
	AUTO_BUFFER codes;

	buffer_init(&codes, 4096);
	append_code(&codes, "512", 0);
	append_code(&codes, "513", 0);
	resync("SN-1", &codes, EX_OK, "alice: MFA device SN-1 is set right\n", NULL,
	       "a counter far ahead");
	CHECK(device_of_alice("SN-1").position.next_step == 514, "mfa resync: and both are used");
	resync("SN-1", &codes, EX_DATAERR, NULL, "not two consecutive codes", "the same again");
	codes.length = 0;
	append_code(&codes, "514", 0);
	append_code(&codes, "516", 0);
	resync("SN-1", &codes, EX_DATAERR, NULL, "not two consecutive codes", "one left out");
	codes.length = 0;
	append_code(&codes, "514", 0);
	resync("SN-1", &codes, EX_NOINPUT, NULL, "two codes are needed", "one alone");
	CHECK(device_of_alice("SN-1").position.next_step == 514, "mfa resync: nothing moved");
}

static const struct refusal_case {
	const char *name, *device, *input;
	int code;
	const char *errors;
} refusal_cases[] = {
	{ "alice", "phon", "111111\n222222\n", EX_NOINPUT, "alice has no MFA device of this name" },
	{ "alice", "\033[2J", "", EX_NOINPUT, "iamctl: \\x1b[2J: alice has no" },
	{ "bob", "phone", "111111\n222222\n", EX_NOINPUT, "bob has no MFA device of this name" },
	{ "nobody", "phone", "111111\n222222\n", EX_NOUSER, "not an IAM user" },
	{ "alice", "phone", "", EX_NOINPUT, "two codes are needed" },
	{ "alice", "phone", "11111\n22222\n", EX_DATAERR, "not two consecutive codes" },
	{ "alice", "phone", "aaaaaa\nbbbbbb\n", EX_DATAERR, "not two consecutive codes" },
	{ "alice", "phone", "111111111111\n222222\n", EX_DATAERR, "not two consecutive codes" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusal_cases); i++) {
		const struct refusal_case *row = &refusal_cases[i];
		AUTO_OUTCOME outcome;

		iamctl_run(
			&(struct program){ .arguments = { "mfa", "resync", row->name, row->device },
					   .input = row->input },
			&outcome);
		iamctl_check(&outcome, row->code, NULL, row->errors, "mfa resync: refusal %zu", i);
	}
}

/* Codes with a blank, and JSON. */
static void test_json(void)
{
	AUTO_BUFFER codes, typed;
	AUTO_OUTCOME outcome;

	buffer_init(&codes, 4096);
	buffer_init(&typed, 4096);
	append_code(&codes, "600", 0);
	append_code(&codes, "601", 0);
	CHECK_REQUIRE(buffer_append_format(&typed, "%.3s %.3s\n%.6s\n", codes.bytes,
					   codes.bytes + 3, codes.bytes + 7) == STATUS_OK,
		      "typed");
	iamctl_run(&(struct program){ .arguments = { "mfa", "resync", "alice", "SN-1", "--json" },
				      .input = typed.bytes },
		   &outcome);
	iamctl_check(&outcome, EX_OK, "\"serial\": \"SN-1\"", NULL, "mfa resync: JSON");
	CHECK(buffer_has(&outcome.output, "\"drift\": null"), "mfa resync: no drift of a counter");
}

static void test_list(void)
{
	AUTO_OUTCOME people, json;

	iamctl_run(&(struct program){ .arguments = { "mfa", "list", "alice" } }, &people);
	iamctl_check(&people, EX_OK, "KIND", NULL, "mfa list: for people");
	CHECK(buffer_has(&people.output, "TOTP") && buffer_has(&people.output, "HOTP") &&
		      buffer_has(&people.output, "SN-1"),
	      "mfa list: kinds and serial numbers");
	iamctl_run(&(struct program){ .arguments = { "mfa", "list", "alice", "--json" } }, &json);
	iamctl_check(&json, EX_OK, "\"kind\": \"HOTP\"", NULL, "mfa list: JSON");
	CHECK(buffer_has(&json.output, "\"serial\": \"SN-1\"") &&
		      buffer_has(&json.output, "\"serial\": null") &&
		      buffer_has(&json.output, "\"period\": null") &&
		      buffer_has(&json.output, "\"period\": 30") &&
		      buffer_has(&json.output, "\"drift\": 12"),
	      "mfa list: what a device has not is null");
	CHECK(!buffer_has(&json.output, SEED_HEX) && !buffer_has(&json.output, SEED),
	      "mfa list: no seed");
}

int main(void)
{
	iamctl_publish("");
	add_device("phone", "", &(struct otp_settings){ OTP_SHA1, 6, 30, OTP_TOTP });
	add_device("SN-1", "SN-1", &(struct otp_settings){ OTP_SHA1, 6, 0, OTP_HOTP });
	test_clock();
	test_counter();
	test_refusals();
	test_json();
	test_list();
	return check_done();
}
