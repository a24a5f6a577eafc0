/* Codes of devices that count or have gone astray, as PAM's users and the system log see them. */
#include <time.h>

#include "check.h"
#include "support/pam_stage.h"

#define SEED "abcdefghijklmnopqrst"

enum { PERIOD = 30 };

static const struct otp_settings counting = { OTP_SHA1, 6, 0, OTP_HOTP };

static int give(const char *user, const char *code, struct talk *talk)
{
	*talk = (struct talk){ .replies = { PERSON_PASSWORD, code } };
	return stage_authenticate(&(struct stage_call){ .service = "tokens", .user = user }, talk);
}

/* The code of a phone so many steps off. The step may change while the module looks: again then. */
static int give_astray(int steps, struct talk *talk)
{
	char code[OTP_CODE_SIZE];
	time_t before;
	int result;

	do {
		stage_reset();
		before = time(NULL) / PERIOD;
		result = give("alice", person_code(before * PERIOD, steps, code), talk);
	} while (time(NULL) / PERIOD != before);
	CHECK(!stage_logged(code), "%d steps: the code is not logged", steps);
	return result;
}

static const struct astray_case {
	int steps;
	const char *line; /* NULL: there is none */
} astray_cases[] = {
	{ 7, "code out of reach: user=alice device=phone steps=7 seconds=210: " },
	{ -7, "code out of reach: user=alice device=phone steps=-7 seconds=-210: " },
	{ 25, "steps=25 seconds=750: " },
	{ 100, NULL },
};

static void test_astray(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(astray_cases); i++) {
		const struct astray_case *row = &astray_cases[i];
		struct talk talk;
		int code = give_astray(row->steps, &talk);

		CHECK(code == PAM_AUTH_ERR && stage_logged("reason=code-wrong"),
		      "%d steps off: refused as a wrong one", row->steps);
		CHECK(row->line ? stage_logged(row->line) &&
					  stage_logged(": iamctl mfa resync alice phone")
				: !stage_logged("out of reach"),
		      "%d steps off: what the administrator reads", row->steps);
		CHECK(talk.told[0] == '\0' && talk.delay > 0,
		      "%d steps off: the user reads nothing", row->steps);
	}
}

/* Who does not know the password learns nothing of codes, and the log neither. */
static void test_astray_without_password(void)
{
	char code[OTP_CODE_SIZE];
	struct talk talk = { .replies = { "wrong", person_code(time(NULL), 7, code) } };

	stage_reset();
	CHECK(stage_authenticate(&(struct stage_call){ .service = "tokens", .user = "alice" },
				 &talk) == PAM_AUTH_ERR &&
		      stage_logged("reason=password-wrong") && !stage_logged("out of reach"),
	      "beside a wrong password nothing is said of the code");
}

static void give_token_to(const char *user_id)
{
	struct credential_device device = {
		.name = "SN-4711", .serial = "SN-4711", .settings = counting, .enabled_at = 1
	};
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint = { .reason = "" };
	AUTO_SECRET seed;

	CHECK_REQUIRE(secret_set_bytes(&seed, TEXT(SEED)) == STATUS_OK &&
			      credential_store_open(STAGE_STATE, FILE_OF_ROOT, false, &store,
						    &complaint) == STATUS_OK &&
			      credential_device_add(store, text_of(user_id), &device, &seed,
						    &complaint) == STATUS_OK,
		      complaint.reason);
}

static const struct press_case {
	uint64_t counter;
	int code;
	const char *logged;
} press_cases[] = {
	{ 0, PAM_SUCCESS, "mfa=SN-4711 drift=0" },
	{ 0, PAM_AUTH_ERR, "reason=code-reused" },
	{ 5, PAM_SUCCESS, "mfa=SN-4711 drift=4" },
	{ 3, PAM_AUTH_ERR, "reason=code-reused" },
	{ 20, PAM_AUTH_ERR, "code out of reach: user=alice device=SN-4711 counters=14: " },
	{ 16, PAM_SUCCESS, "mfa=SN-4711 drift=10" },
};

static void test_counter(void)
{
	stage_reset();
	give_token_to(stage_people().persons[0].id);
	for (size_t i = 0; i < ARRAY_LENGTH(press_cases); i++) {
		const struct press_case *row = &press_cases[i];
		char code[OTP_CODE_SIZE];
		struct talk talk;
		int result;

		CHECK_REQUIRE(otp_generate(&counting, TEXT(SEED), row->counter, code) == STATUS_OK,
			      "code");
		result = give("alice", code, &talk);
		CHECK(result == row->code && stage_logged(row->logged), "press %zu: %s: %s", i,
		      pam_strerror(NULL, result), row->logged);
		CHECK(!stage_logged(code), "press %zu: the code is not logged", i);
	}
}

int main(void)
{
	stage_init();
	stage_plain_service("tokens", "");
	CHECK_REQUIRE(strcmp(stage_people().persons[0].name, "alice") == 0, "alice is the first");
	test_astray();
	test_astray_without_password();
	test_counter();
	return check_done();
}
