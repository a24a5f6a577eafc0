/* Who is asked for a one-time code, by the lines of iam.conf and the module's argument. */
#include "check.h"
#include "support/pam_stage.h"

#define BOTH "Password: \nOne-time code: \n"
#define PASSWORD "Password: \n"

/* alice is in Developers and Admins, bob in Developers; alice alone has a device. */
static const struct asked_case {
	const char *config, *arguments;
	const char *service, *user, *asked;
	int code; /* when everything is answered right */
} asked_cases[] = {
	{ "[mfa-services]\nlocker = off\n", "", "locker", "alice", PASSWORD, PAM_SUCCESS },
	{ "[mfa-services]\nlocker = off\n", "", "sshd", "alice", BOTH, PAM_SUCCESS },
	{ "[mfa-services]\nlocker = off\n", "", "sshd", "bob", BOTH, PAM_AUTH_ERR },
	{ "[mfa-services]\nlocker = off\n[mfa-groups]\nAdmins = required\n", "", "locker", "alice",
	  BOTH, PAM_SUCCESS },
	{ "[mfa-services]\nlocker = off\n[mfa-groups]\nAdmins = required\n", "", "locker", "bob",
	  PASSWORD, PAM_SUCCESS },
	{ "[mfa]\nmode = off\n[mfa-groups]\nDevelopers = enrolled\n", "", "sshd", "bob", PASSWORD,
	  PAM_SUCCESS },
	{ "[mfa]\nmode = off\n[mfa-groups]\nDevelopers = enrolled\n", "", "sshd", "alice", BOTH,
	  PAM_SUCCESS },
	{ "[mfa]\nmode = off\n[mfa-groups]\nDevelopers = required\n", "", "sshd", "bob", BOTH,
	  PAM_AUTH_ERR },
	{ "[mfa-services]\nsshd = required\n", "mfa=off", "sshd", "bob", PASSWORD, PAM_SUCCESS },
	{ "[mfa-groups]\nAdmins = required\n", "mfa=off", "sshd", "alice", BOTH, PAM_SUCCESS },
	{ "[mfa-groups]\nAdmins = off\n", "mfa=required", "sshd", "alice", BOTH, PAM_SUCCESS },
	{ "[mfa-groups]\nAdmins = off\n", "factors=code", "sshd", "alice", "One-time code: \n",
	  PAM_SUCCESS },
	{ "[mfa]\nmode = off\n[mfa-groups]\nAdmins = required\n", "unknown_user=refuse", "sshd",
	  "mallory", PASSWORD, PAM_AUTH_ERR },
	{ "[mfa-groups]\nAdmins = off\n", "unknown_user=refuse", "sshd", "mallory", BOTH,
	  PAM_AUTH_ERR },
	{ "[mfa-services]\nsshd = never\n", "", "sshd", "alice", "", PAM_SERVICE_ERR },
};

static void test_asked(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(asked_cases); i++) {
		const struct asked_case *row = &asked_cases[i];
		bool is_code_alone = strncmp(row->asked, "One-time", 8) == 0;
		struct talk talk = { .replies = { is_code_alone ? stage_code() : PERSON_PASSWORD,
						  stage_code() } };
		struct stage_call call = { .service = row->service, .user = row->user };
		int code;

		stage_reset();
		scratch_write(STAGE_CONFIG, "iam.conf", text_of(row->config), 0644);
		stage_plain_service(row->service, row->arguments);
		code = stage_authenticate(&call, &talk);
		CHECK(code == row->code && strcmp(talk.asked, row->asked) == 0,
		      "asked %zu: %s by %s: %s", i, row->user, row->service,
		      pam_strerror(NULL, code));
	}
}

int main(void)
{
	stage_init();
	test_asked();
	return check_done();
}
