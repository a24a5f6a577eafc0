#include "enrolment_stage.h"

#include <time.h>

#include "base/encoding.h"
#include "policy_words.h"

#define MFA "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}"

static const struct otp_settings settings = { OTP_SHA1, 6, 30, OTP_TOTP };

static const struct policy_text texts[] = {
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "login-mfa", POLICY(ALLOW("host:Login", IF(MFA))) },
	{ "sudo-mfa", POLICY(ALLOW("host:Sudo", IF(MFA))) },
	{ "enrol", POLICY(ALLOW("iam:EnableMFADevice", EVERYWHERE)) },
	{ NULL, NULL },
};

void enrolment_reset(const char *policies, const char *config, const char *arguments)
{
	static const char *const services[] = { "sshd", "login", "su", "gdm-password", "vsftpd" };
	const struct person persons[] = {
		{ "bob", NULL, BOB_ID, .has_password = true, .policies = policies,
		  .first_seen = time(NULL) - 3600 },
		{ .name = NULL },
	};
	struct people people = { .persons = persons, .created = time(NULL), .policies = texts };

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", text_of(config), 0644);
	people_publish(&people, STAGE_STATE, 0600);
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		stage_plain_service(services[i], arguments);
	stage_plain_service("sudo", "");
}

const char enrolment_config[] = "[mfa]\ngrace = 7d\n[host]\nname = web1.example.com\n";

bool enrolment_seed(const struct talk *talk, struct buffer *out_seed)
{
	static const char mark[] = "secret=";
	const char *found = NULL;

	for (const char *at = strstr(talk->told, mark); at; at = strstr(at + 1, mark))
		found = at + strlen(mark);
	return found &&
	       base32_decode((struct text){ found, strcspn(found, "&\n") }, out_seed) == STATUS_OK;
}

const char *enrolment_code(const struct talk *talk, int steps, char out_code[OTP_CODE_SIZE])
{
	int64_t when = time(NULL) + (int64_t)steps * settings.period_seconds;
	AUTO_BUFFER seed = { 0 };

	buffer_init(&seed, OTP_SEED_BYTES_MAX);
	CHECK_REQUIRE(enrolment_seed(talk, &seed) &&
			      otp_generate(&settings, buffer_text(&seed), otp_step(&settings, when),
					   out_code) == STATUS_OK,
		      "a seed that was told");
	return out_code;
}

bool enrolment_answer(struct talk *talk, const char *prompt, const char **out_reply)
{
	static char code[OTP_CODE_SIZE];
	bool is_first = strcmp(prompt, "First code: ") == 0;

	if (!is_first && strcmp(prompt, "The code after it: ") != 0)
		return false;
	*out_reply = enrolment_code(talk, is_first ? -1 : 0, code);
	return true;
}

size_t enrolment_devices(char out_name[CREDENTIAL_DEVICE_NAME_MAX + 1])
{
	struct credential_device found[CREDENTIAL_DEVICES_MAX];
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint;
	size_t count = 0;

	CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, false, &store, &complaint) ==
				      STATUS_OK &&
			      credential_devices(store, TEXT(BOB_ID), found, &count) == STATUS_OK,
		      "the devices");
	out_name[0] = '\0';
	if (count > 0)
		memcpy(out_name, found[0].name, sizeof(found[0].name));
	return count;
}
