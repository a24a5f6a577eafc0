/* What users do about their own MFA devices without root: the shipped iamctl as the user, and the
   shipped iam-self(8) at the other end of the socket. */
#include <sysexits.h>
#include <time.h>

#include "check.h"
#include "support/iamctl.h"
#include "support/mfa_owner.h"
#include "support/self_host.h"
#include "support/self_visit.h"
#include "json/json.h"

#define STATEMENT(effect, action)                                         \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"" effect \
	"\",\"Action\":\"" action "\",\"Resource\":\"arn:aws:iam::*:user/${aws:username}\"}}"

static const struct policy_text texts[] = {
	{ "own-password", STATEMENT("Allow", "iam:ChangePassword") },
	{ "devices", STATEMENT("Allow", "iam:*MFADevice*") },
	{ "list", STATEMENT("Allow", "iam:ListMFADevices") },
	{ "with-code",
	  "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
	  "\"Action\":\"iam:EnableMFADevice\",\"Resource\":\"*\",\"Condition\":{\"Bool\":"
	  "{\"aws:MultiFactorAuthPresent\":\"true\"}}}}" },
	{ NULL, NULL },
};

static void publish(const char *policies)
{
	struct person persons[8] = { { 0 } };
	struct people people = stage_people();

	self_visit_reset();
	for (size_t i = 0; everybody.persons[i].name; i++) {
		persons[i] = everybody.persons[i];
		persons[i].policies = policies;
	}
	people.persons = persons;
	people.policies = texts;
	people_publish(&people, STAGE_STATE, 0600);
	(void)stage_log();
}

static uid_t uid_of(const char *who)
{
	return strcmp(who, "localuser") == 0 ? 1000 : person_uid(&everybody, who);
}

static size_t devices_of(const char *id, struct credential_device *out_devices)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { .reason = "" };
	size_t count = 0;

	CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, true, &store, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	CHECK_REQUIRE(credential_devices(store, text_of(id), out_devices, &count) == STATUS_OK,
		      "the devices");
	return count;
}

static bool logged(const char *words)
{
	(void)stage_log();
	return stage_logged(words);
}

/* One run: what is typed first; the codes of the new device are its owner's. "\1" is the right code
   of the device that is there. */
static const struct enable_case {
	const char *label, *who, *policies;
	const char *typed[2];
	const char *arguments[6]; /* behind "mfa enable" */
	struct mfa_owner owner;
	int code;
	const char *output, *errors, *logged;
	const char *device; /* stored; NULL: none is */
} enable_cases[] = {
	{ .label = "the first, which takes the password alone",
	  .who = "bob",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD },
	  .code = EX_OK,
	  .arguments = { "--device", "phone" },
	  .output = "bob: MFA device phone enabled\n",
	  .logged = "MFA device enabled: user=bob service=iamctl rhost=- device=phone uid=",
	  .device = "phone" },
	{ .label = "of another kind",
	  .who = "bob",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD },
	  .arguments = { "--device=phone", "--algorithm=SHA256", "--digits=8", "--period=60" },
	  .owner = { .totp = "--totp=sha256", .digits = "8", .period = "60" },
	  .code = EX_OK,
	  .output = "algorithm=SHA256",
	  .logged = "enabled",
	  .device = "phone" },
	{ .label = "a second, which takes a code of the first",
	  .who = "alice",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD, "\1" },
	  .arguments = { "--device", "tablet" },
	  .code = EX_OK,
	  .output = "alice: MFA device tablet enabled\n",
	  .logged = "enabled",
	  .device = "tablet" },
	{ .label = "by a policy that wants a code",
	  .who = "alice",
	  .policies = "with-code",
	  .typed = { PERSON_PASSWORD, "\1" },
	  .arguments = { "--device", "tablet" },
	  .code = EX_OK,
	  .output = "enabled\n",
	  .logged = "enabled",
	  .device = "tablet" },
	{ .label = "as an object",
	  .who = "bob",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD },
	  .arguments = { "--json", "--device", "phone" },
	  .owner = { .sees_json = true },
	  .code = EX_OK,
	  .output = "\"uri\": \"otpauth://totp/example:bob",
	  .logged = "enabled",
	  .device = "phone" },
	{ .label = "a wrong password",
	  .who = "bob",
	  .policies = "devices",
	  .typed = { "Incorrect horse 7" },
	  .arguments = { "--device", "phone" },
	  .code = EX_NOPERM,
	  .errors = "the password or the code is wrong",
	  .logged = "reason=password-wrong" },
	{ .label = "a wrong code",
	  .who = "alice",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD, "000000" },
	  .code = EX_NOPERM,
	  .errors = "the password or the code is wrong",
	  .logged = "reason=code-wrong" },
	{ .label = "no code, where there is a device",
	  .who = "alice",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD, "" },
	  .code = EX_NOPERM,
	  .errors = "the password or the code is wrong",
	  .logged = "reason=code-wrong" },
	{ .label = "no password on this host",
	  .who = "carol",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD, "\1" },
	  .code = EX_NOPERM,
	  .errors = "the password or the code is wrong",
	  .logged = "reason=password-not-set" },
	{ .label = "no policy",
	  .who = "bob",
	  .policies = "own-password",
	  .typed = { PERSON_PASSWORD },
	  .code = EX_NOPERM,
	  .errors = "(not-authorized)",
	  .logged = "device refused: user=bob service=iamctl rhost=- reason=not-authorized" },
	{ .label = "a policy that wants a code of who has none",
	  .who = "bob",
	  .policies = "with-code",
	  .typed = { PERSON_PASSWORD },
	  .code = EX_NOPERM,
	  .errors = "(not-authorized)",
	  .logged = "reason=not-authorized" },
	{ .label = "a name that is taken",
	  .who = "alice",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD, "\1" },
	  .arguments = { "--device", PERSON_DEVICE },
	  .code = EX_CANTCREAT,
	  .errors = "(device-name)",
	  .logged = "reason=device-name" },
	{ .label = "wrong codes",
	  .who = "bob",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD },
	  .owner = { .gives_wrong = true },
	  .code = EX_DATAERR,
	  .output = "otpauth://",
	  .errors = "nothing was enabled",
	  .logged = "reason=codes-wrong" },
	{ .label = "nothing typed",
	  .who = "bob",
	  .policies = "devices",
	  .code = EX_NOINPUT,
	  .errors = "nothing was changed" },
	{ .label = "a role",
	  .who = "deployer",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD, "\1" },
	  .code = EX_NOPERM,
	  .errors = "(role-direct)",
	  .logged = "reason=role-direct" },
	{ .label = "a local account",
	  .who = "localuser",
	  .policies = "devices",
	  .code = EX_NOUSER,
	  .errors = "you are no IAM user of this host" },
	{ .label = "somebody else",
	  .who = "bob",
	  .policies = "devices",
	  .typed = { PERSON_PASSWORD },
	  .arguments = { "alice" },
	  .code = EX_NOPERM,
	  .errors = "run it as root" },
};

static const char *id_of(const char *who)
{
	for (const struct person *person = everybody.persons; person->name; person++)
		if (strcmp(person->name, who) == 0)
			return person->id;
	return "AIDAEXAMPLENOBODY001";
}

/* Lines, of which the last is there only when something is typed there. */
static const char *typed_lines(const char *const typed[2], char lines[128])
{
	lines[0] = '\0';
	for (size_t i = 0; i < 2 && typed[i]; i++) {
		size_t length = strlen(lines);

		(void)snprintf(lines + length, 128 - length, "%s\n",
			       strcmp(typed[i], "\1") == 0 ? stage_code() : typed[i]);
	}
	return lines;
}

static void test_enable(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(enable_cases); i++) {
		const struct enable_case *row = &enable_cases[i];
		struct credential_device before[CREDENTIAL_DEVICES_MAX],
			after[CREDENTIAL_DEVICES_MAX];
		struct mfa_owner owner = row->owner;
		char lines[128];
		struct program program = { .arguments = { "mfa", "enable" },
					   .uid = uid_of(row->who),
					   .input = typed_lines(row->typed, lines),
					   .answer = row->typed[0] ? mfa_owner_answer : NULL,
					   .context = &owner };
		AUTO_OUTCOME outcome;
		size_t had, has;

		publish(row->policies);
		had = devices_of(id_of(row->who), before);
		for (size_t j = 0; j < ARRAY_LENGTH(row->arguments) && row->arguments[j]; j++)
			program.arguments[2 + j] = row->arguments[j];
		iamctl_run(&program, &outcome);
		iamctl_check(&outcome, row->code, row->output, row->errors, "enable: %s",
			     row->label);
		has = devices_of(id_of(row->who), after);
		CHECK(has == had + (row->device != NULL) &&
			      (!row->device || strcmp(after[has - 1].name, row->device) == 0),
		      "enable: %s: what is stored", row->label);
		CHECK(row->logged ? logged(row->logged) : !logged("iam-self["),
		      "enable: %s: what is logged", row->label);
	}
}

/* Without a name it is called after the user and the host. */
static void test_default_name(void)
{
	struct mfa_owner owner = { 0 };
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	AUTO_OUTCOME outcome;

	publish("devices");
	iamctl_run(&(struct program){ .arguments = { "mfa", "enable" },
				      .uid = uid_of("bob"),
				      .input = PERSON_PASSWORD "\n",
				      .answer = mfa_owner_answer,
				      .context = &owner },
		   &outcome);
	iamctl_check(&outcome, EX_OK, "bob: MFA device bob-", NULL, "enable: without a name");
	CHECK(devices_of(id_of("bob"), devices) == 1 && strncmp(devices[0].name, "bob-", 4) == 0,
	      "enable: without a name: %s", devices[0].name);
}

static void test_list(void)
{
	AUTO_OUTCOME outcome, nothing, forbidden;
	AUTO_JSON *list = NULL;
	struct complaint complaint = { .reason = "" };
	const struct json *row;

	publish("list");
	iamctl_run(&(struct program){ .arguments = { "mfa", "list", "--json" },
				      .uid = uid_of("alice") },
		   &outcome);
	CHECK_REQUIRE(json_parse(buffer_text(&outcome.output), 1 << 20, &list, &complaint) ==
			      STATUS_OK,
		      complaint.reason);
	row = json_first(list);
	CHECK(row && !json_next(row) && text_is(json_text(json_member(row, "user")), "alice") &&
		      text_is(json_text(json_member(row, "device")), PERSON_DEVICE) &&
		      text_is(json_text(json_member(row, "kind")), "TOTP") &&
		      text_is(json_text(json_member(row, "algorithm")), "SHA1"),
	      "list: alice's one device");
	iamctl_run(&(struct program){ .arguments = { "mfa", "list" }, .uid = uid_of("bob") },
		   &nothing);
	iamctl_check(&nothing, EX_OK, "USER", NULL, "list: of somebody without");
	CHECK(!buffer_has(&nothing.output, PERSON_DEVICE), "list: nobody else's");
	publish("own-password");
	iamctl_run(&(struct program){ .arguments = { "mfa", "list" }, .uid = uid_of("alice") },
		   &forbidden);
	iamctl_check(&forbidden, EX_NOPERM, NULL, "(not-authorized)", "list: no policy");
}

static const struct disable_case {
	const char *who, *policies, *device;
	const char *typed[2];
	int code;
	const char *errors, *logged;
} disable_cases[] = {
	{ "alice",
	  "devices",
	  PERSON_DEVICE,
	  { PERSON_PASSWORD, "\1" },
	  EX_OK,
	  NULL,
	  "MFA device disabled: user=alice service=iamctl rhost=- device=phone uid=" },
	{ "alice",
	  "devices",
	  "other",
	  { PERSON_PASSWORD, "\1" },
	  EX_NOINPUT,
	  "other: The user has no MFA device of this name",
	  "reason=device-unknown" },
	{ "alice",
	  "list",
	  PERSON_DEVICE,
	  { PERSON_PASSWORD, "\1" },
	  EX_NOPERM,
	  "(not-authorized)",
	  "reason=not-authorized" },
	{ "alice",
	  "devices",
	  PERSON_DEVICE,
	  { PERSON_PASSWORD, "000000" },
	  EX_NOPERM,
	  "the password or the code is wrong",
	  "reason=code-wrong" },
	{ "bob",
	  "devices",
	  PERSON_DEVICE,
	  { PERSON_PASSWORD },
	  EX_NOINPUT,
	  "The user has no MFA device",
	  "reason=device-unknown" },
};

static void test_disable(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(disable_cases); i++) {
		const struct disable_case *row = &disable_cases[i];
		struct credential_device devices[CREDENTIAL_DEVICES_MAX];
		char lines[128];
		AUTO_OUTCOME outcome;

		publish(row->policies);
		iamctl_run(&(struct program){ .arguments = { "mfa", "disable", row->device },
					      .uid = uid_of(row->who),
					      .input = typed_lines(row->typed, lines) },
			   &outcome);
		iamctl_check(&outcome, row->code, row->code == EX_OK ? "disabled\n" : NULL,
			     row->errors, "disable %zu: %s's %s", i, row->who, row->device);
		CHECK(devices_of(id_of("alice"), devices) == (row->code != EX_OK),
		      "disable %zu: alice's device", i);
		CHECK(logged(row->logged), "disable %zu: what is logged", i);
	}
}

/* A clock that is twenty minutes ahead, set right by two of its codes. */
static const struct resync_case {
	const char *label, *policies, *device, *code;
	int first, second; /* steps from now */
	int exit_code;
	const char *output, *errors, *logged;
} resync_cases[] = {
	{ "right", "devices", PERSON_DEVICE, "\1", 40, 41, EX_OK,
	  "alice: MFA device phone is set right; its clock is 12", NULL,
	  "MFA device set right: user=alice service=iamctl rhost=- device=phone uid=" },
	{ "no codes that follow each other", "devices", PERSON_DEVICE, "\1", 40, 42, EX_DATAERR,
	  NULL, "(codes-wrong)", "reason=codes-wrong" },
	{ "no such device", "devices", "other", "\1", 40, 41, EX_NOINPUT, NULL, "(device-unknown)",
	  "reason=device-unknown" },
	{ "no policy", "list", PERSON_DEVICE, "\1", 40, 41, EX_NOPERM, NULL, "(not-authorized)",
	  "reason=not-authorized" },
	{ "not without a code", "devices", PERSON_DEVICE, "", 40, 41, EX_NOPERM, NULL,
	  "the password or the code is wrong", "reason=code-wrong" },
};

static void test_resync(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(resync_cases); i++) {
		const struct resync_case *row = &resync_cases[i];
		const char *const typed[2] = { PERSON_PASSWORD, row->code };
		char lines[128], codes[2][OTP_CODE_SIZE];
		size_t length = strlen(typed_lines(typed, lines));
		AUTO_OUTCOME outcome;

		publish(row->policies);
		(void)snprintf(lines + length, sizeof(lines) - length, "%s\n%s\n",
			       person_code(time(NULL), row->first, codes[0]),
			       person_code(time(NULL), row->second, codes[1]));
		iamctl_run(&(struct program){ .arguments = { "mfa", "resync", row->device },
					      .uid = uid_of("alice"),
					      .input = lines },
			   &outcome);
		iamctl_check(&outcome, row->exit_code, row->output, row->errors, "resync: %s",
			     row->label);
		CHECK(logged(row->logged), "resync: %s: what is logged", row->label);
	}
}

/* Root has to say whose. */
static void test_root(void)
{
	AUTO_OUTCOME enable, disable;

	publish("devices");
	iamctl_run(&(struct program){ .arguments = { "mfa", "enable" } }, &enable);
	iamctl_check(&enable, EX_USAGE, NULL, "needs NAME; only", "enable: root's own");
	iamctl_run(&(struct program){ .arguments = { "mfa", "disable", "phone" } }, &disable);
	iamctl_check(&disable, EX_USAGE, NULL, "needs NAME DEVICE; only", "disable: root's own");
}

static void test_absent(void)
{
	static const struct absent_case {
		const char *label;
		enum self_listener listener;
		struct text bytes;
		int code;
		const char *errors;
	} rows[] = {
		{ "goes away", SELF_LISTENER_GOES, { "", 0 }, EX_UNAVAILABLE, "iam-self" },
		{ "says hello",
		  SELF_LISTENER_TALKS,
		  { "hello", 5 },
		  EX_UNAVAILABLE,
		  "there is no answer" },
		{ "allows what was not asked",
		  SELF_LISTENER_TALKS,
		  { "iam-self-1\0answer\0allowed", 26 },
		  EX_PROTOCOL,
		  "iam-self: the answer is none" },
	};

	publish("devices");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		AUTO_OUTCOME outcome;

		self_host_listen(rows[i].listener, rows[i].bytes);
		iamctl_run(
			&(struct program){ .arguments = { "mfa", "enable" }, .uid = uid_of("bob") },
			&outcome);
		iamctl_check(&outcome, rows[i].code, NULL, rows[i].errors, "a helper that %s",
			     rows[i].label);
	}
	self_host_stop();
	AUTO_OUTCOME outcome = { 0 };
	iamctl_run(&(struct program){ .arguments = { "mfa", "enable" }, .uid = uid_of("bob") },
		   &outcome);
	iamctl_check(&outcome, EX_UNAVAILABLE, NULL, "nobody listens; an administrator can",
		     "no helper");
}

int main(void)
{
	stage_init();
	self_visit_init();
	test_root();
	if (!program_can_change_uid()) {
		puts("# left out: becoming a user needs root");
		return check_done();
	}
	self_host_listen(SELF_LISTENER_REAL, TEXT(""));
	test_enable();
	test_default_name();
	test_list();
	test_disable();
	test_resync();
	test_absent();
	return check_done();
}
