/* What a user is told at the beginning of a session: the last login, and what was refused since; on
   a terminal alone, and as iam.conf says. */
#include "check.h"
#include "support/pam_visit.h"

#define CONFIG "[access]\nlogin_groups = Developers\n[mfa]\nmode = off\n"

static const struct told_case {
	const char *config, *service, *tty;
	unsigned refused;
	const char *told, *not_told; /* at the second login; told NULL: nothing */
} told_cases[] = {
	{ "", "login", "tty1", 0, NULL, "last login" },
	{ "", "login", "tty1", 2,
	  "Since then 2 attempts to sign in as you were refused, the last "
	  "one at 20",
	  NULL },
	{ "", "login", "tty1", 1, "Since then 1 attempt to sign in as you was refused, at 20",
	  NULL },
	{ "", "login", NULL, 2, NULL, "refused" },
	{ "", "sshd", "ssh", 2, "Your last login was at 20", NULL },
	{ "[login]\nlast_login = always\n", "sshd", "ssh", 0, ", by sshd from 192.0.2.7.\n",
	  "Since then" },
	{ "[login]\nlast_login = off\n", "sshd", "ssh", 2, NULL, "last login" },
	{ "[login]\nlast_login = always\n", "cron", "cron", 0, NULL, "last login" },
};

static void try_wrongly(const struct told_case *row)
{
	struct stage_call call = { .service = row->service, .user = "bob" };
	struct talk talk = { .replies = { "Wrong horse 8" } };

	CHECK(stage_authenticate(&call, &talk) == PAM_AUTH_ERR, "a wrong password");
}

static const char *sign_in(const struct told_case *row)
{
	struct visit *visit = visit_new(row->service, "bob", VISIT_ALL);

	visit->call.remote_host = "192.0.2.7";
	visit->call.tty = row->tty;
	visit->talk.replies[0] = PERSON_PASSWORD;
	visit_go(visit);
	CHECK(visit->open == PAM_SUCCESS, "bob signs in by %s", row->service);
	return visit->talk.told;
}

static void test_case(const struct told_case *row)
{
	char config[256];
	const char *told;

	CHECK_REQUIRE(text_format(config, sizeof(config), "%s%s", CONFIG, row->config) == STATUS_OK,
		      "room");
	stage_reset();
	stage_plain_service(row->service, "");
	scratch_write(STAGE_CONFIG, "iam.conf", text_of(config), 0644);
	CHECK(!strstr(sign_in(row), "last login"), "before the first login was none");
	for (unsigned i = 0; i < row->refused; i++)
		try_wrongly(row);
	told = sign_in(row);
	CHECK(row->told ? strstr(told, row->told) != NULL : told[0] == '\0', "%s, %u refused: '%s'",
	      row->service, row->refused, told);
	CHECK(!row->not_told || !strstr(told, row->not_told), "%s: no more: '%s'", row->service,
	      told);
	if (row->refused > 0)
		CHECK(!strstr(sign_in(row), "refused"), "%s: told once", row->service);
}

int main(void)
{
	stage_init();
	for (size_t i = 0; i < ARRAY_LENGTH(told_cases); i++)
		test_case(&told_cases[i]);
	return check_done();
}
