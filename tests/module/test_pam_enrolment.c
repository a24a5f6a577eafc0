/* A first MFA device set up while its owner signs in, through libpam: what is shown and asked. */
#include <time.h>

#include "check.h"
#include "support/enrolment_stage.h"

#define PASSWORD "Password: \n"
#define CODE "One-time code: \n"
#define PAIR "First code: \nThe code after it: \n"
#define FIRST "First code: \n"
#define KEY "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n"

/* Breaks off where the codes are asked for. */
static bool answer_not(struct talk *talk, const char *prompt, const char **out_reply)
{
	(void)talk;
	if (strcmp(prompt, "First code: ") != 0)
		return false;
	*out_reply = NULL;
	return true;
}

static bool answer_first_alone(struct talk *talk, const char *prompt, const char **out_reply)
{
	if (strcmp(prompt, "The code after it: ") != 0)
		return enrolment_answer(talk, prompt, out_reply);
	*out_reply = NULL;
	return true;
}

/* Somebody else is quicker. */
static bool answer_too_late(struct talk *talk, const char *prompt, const char **out_reply)
{
	struct credential_device device = { .name = "other",
					    .settings = { OTP_SHA1, 6, 30, OTP_TOTP },
					    .enabled_at = time(NULL) };
	AUTO_CREDENTIAL_STORE *store = NULL;
	AUTO_SECRET seed = { .length = 0 };
	struct complaint complaint;

	if (strcmp(prompt, "First code: ") == 0)
		CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, false, &store,
						    &complaint) == STATUS_OK &&
				      secret_set(&seed, TEXT("12345678901234567890")) ==
					      STATUS_OK &&
				      credential_device_add(store, TEXT(BOB_ID), &device, &seed,
							    &complaint) == STATUS_OK,
			      "another device");
	return enrolment_answer(talk, prompt, out_reply);
}

/* Where a row says nothing, somebody signs in by sshd, who may set up a device. */
static const struct dialogue_case {
	const char *label;
	const char *policies, *config, *arguments;
	const char *service, *tty, *environment;
	const char *replies[8];
	bool (*answer)(struct talk *talk, const char *prompt, const char **out_reply);
	int code;
	const char *asked, *told, *logged; /* told NULL: nothing is */
	const char *device;                /* NULL when there is none afterwards */
} dialogue_cases[] = {
	{ "set up", .replies = { PERSON_PASSWORD }, .answer = enrolment_answer,
	  .asked = PASSWORD PAIR, .told = "The device is set up.",
	  .logged = "password=yes mfa=bob-web1 drift=0", .device = "bob-web1" },
	{ "set up after a key", .environment = KEY, .answer = enrolment_answer, .asked = PAIR,
	  .told = "The device is set up.", .logged = "password=no mfa=bob-web1",
	  .device = "bob-web1" },
	{ "set up at a console", .service = "login", .tty = "tty1", .replies = { PERSON_PASSWORD },
	  .answer = enrolment_answer, .asked = PASSWORD PAIR, .told = "The device is set up.",
	  .logged = "mfa=bob-web1", .device = "bob-web1" },
	{ "left for later", .replies = { PERSON_PASSWORD, "" }, .asked = PASSWORD FIRST,
	  .told = "You can sign in without a one-time code for 7 more days.",
	  .logged = "password=yes mfa=-" },
	{ "left for later after a key", .environment = KEY, .replies = { "" }, .asked = FIRST,
	  .told = "for 7 more days.", .logged = "password=no mfa=-" },
	{ "left for later after one code", .replies = { PERSON_PASSWORD, "000000", "" },
	  .asked = PASSWORD PAIR, .told = "for 7 more days.", .logged = "accepted" },
	{ "the last day", .config = "[mfa]\ngrace = 2h\n", .replies = { PERSON_PASSWORD, "" },
	  .asked = PASSWORD FIRST, .told = "for 1 more day.", .logged = "accepted" },
	{ "answered by a script",
	  .replies = { PERSON_PASSWORD, PERSON_PASSWORD, PERSON_PASSWORD, "123456", "123456", "0",
		       "1" },
	  .asked = PASSWORD PAIR PAIR PAIR, .told = "for 7 more days.", .logged = "accepted" },
	{ "broken off", .replies = { PERSON_PASSWORD }, .answer = answer_not, .code = PAM_CONV_ERR,
	  .asked = PASSWORD FIRST, .told = "Scan this", .logged = "reason=conversation" },
	{ "broken off at the second", .replies = { PERSON_PASSWORD }, .answer = answer_first_alone,
	  .code = PAM_CONV_ERR, .asked = PASSWORD PAIR, .told = "Scan this",
	  .logged = "reason=conversation" },
	{ "another device in between", .replies = { PERSON_PASSWORD }, .answer = answer_too_late,
	  .asked = PASSWORD PAIR, .told = "for 7 more days.", .logged = "mfa=-",
	  .device = "other" },
	/* not shown */
	{ "a wrong password", .replies = { "wrong" }, .code = PAM_AUTH_ERR, .asked = PASSWORD,
	  .logged = "reason=password-wrong" },
	{ "not allowed to", .policies = "login", .replies = { PERSON_PASSWORD }, .asked = PASSWORD,
	  .told = "for 7 more days.", .logged = "accepted" },
	{ "not allowed to, after a key", .policies = "login", .environment = KEY, .asked = "",
	  .told = "for 7 more days.", .logged = "accepted" },
	{ "a greeter", .service = "gdm-password", .tty = ":0", .replies = { PERSON_PASSWORD },
	  .asked = PASSWORD, .told = "for 7 more days.", .logged = "accepted" },
	{ "a protocol without words", .service = "vsftpd", .tty = "ftp",
	  .replies = { PERSON_PASSWORD }, .asked = PASSWORD, .logged = "accepted" },
	{ "no terminal", .service = "su", .tty = "", .replies = { PERSON_PASSWORD },
	  .asked = PASSWORD, .logged = "accepted" },
	{ "sudo", .service = "sudo", .tty = "pts/1", .replies = { PERSON_PASSWORD },
	  .asked = PASSWORD, .logged = "accepted" },
	/* no grace */
	{ "too late", .config = "[mfa]\ngrace = 30m\n", .replies = { PERSON_PASSWORD, "000000" },
	  .code = PAM_AUTH_ERR, .asked = PASSWORD CODE, .logged = "reason=mfa-not-enrolled" },
	{ "too late, with a key", .config = "[mfa]\ngrace = 30m\n", .environment = KEY,
	  .replies = { "000000" }, .code = PAM_AUTH_ERR, .asked = CODE,
	  .logged = "reason=mfa-not-enrolled" },
	{ "none at all", .config = "", .replies = { PERSON_PASSWORD, "000000" },
	  .code = PAM_AUTH_ERR, .asked = PASSWORD CODE, .logged = "reason=mfa-not-enrolled" },
	{ "the code alone", .arguments = "factors=code", .replies = { "000000" },
	  .code = PAM_AUTH_ERR, .asked = CODE, .logged = "reason=mfa-not-enrolled" },
	{ "nothing required", .arguments = "mfa=enrolled", .replies = { PERSON_PASSWORD },
	  .asked = PASSWORD, .logged = "accepted" },
};

static const char * or (const char *said, const char *otherwise)
{
	return said ? said : otherwise;
}

static bool is_told(const struct dialogue_case *row, const struct talk *talk)
{
	return row->told ? strstr(talk->told, row->told) != NULL : talk->told[0] == '\0';
}

static void test_dialogues(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(dialogue_cases); i++) {
		const struct dialogue_case *row = &dialogue_cases[i];
		struct talk talk = { .answer = row->answer };
		struct stage_call call = { .service = or (row->service, "sshd"),
					   .user = "bob",
					   .tty = or (row->tty, "ssh"),
					   .environment = row->environment };
		char name[CREDENTIAL_DEVICE_NAME_MAX + 1];
		int code;

		memcpy(talk.replies, row->replies, sizeof(row->replies));
		enrolment_reset(or (row->policies, "login enrol"),
				or (row->config, enrolment_config), or (row->arguments, ""));
		code = stage_authenticate(&call, &talk);
		CHECK(code == row->code && strcmp(talk.asked, row->asked) == 0 && !talk.echoed,
		      "%s: %s, asked %u times", row->label, pam_strerror(NULL, code),
		      talk.questions);
		CHECK(is_told(row, &talk), "%s: told so", row->label);
		CHECK(stage_logged(row->logged), "%s: logged", row->label);
		CHECK(enrolment_devices(name) == (row->device != NULL) &&
			      strcmp(name, or (row->device, "")) == 0,
		      "%s: afterwards the device is '%s'", row->label, name);
	}
}

int main(void)
{
	stage_init();
	test_dialogues();
	return check_done();
}
