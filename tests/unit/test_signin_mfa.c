/* Which line of iam.conf says whether a code is asked for, and what is asked then. */
#include <stdio.h>

#include "check.h"
#include "signin/signin_mfa.h"
#include "support/signin_host.h"

/* alice is in Developers=developers and Admins=admins, bob in the first, carol in Ops, which has no
   name on this host, erin in no group. alice, carol and erin have a device. */
#define MODE SIGNIN_MFA_GENERAL
#define ARGUMENT SIGNIN_MFA_ARGUMENT
#define SERVICE SIGNIN_MFA_SERVICE
#define GROUP SIGNIN_MFA_GROUP

static const struct line_case {
	const char *config;
	const char *user, *service;
	enum signin_mfa_source source;
	const char *name;
	enum config_mfa mode;
} line_cases[] = {
	/* nothing said */
	{ "[mfa]\nmode = off\n", "alice", "sshd", MODE, "", CONFIG_MFA_OFF },
	{ "[mfa]\nmode = enrolled\n", "alice", "sshd", MODE, "", CONFIG_MFA_ENROLLED },
	{ "", "alice", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-services]\nlogin = off\n", "alice", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-services]\nsshd =\n", "alice", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-services]\nSSHD = off\n", "alice", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-groups]\nAdmins = off\n", "bob", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-groups]\nAdmins = off\n", "erin", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-groups]\nAdmin = off\n", "alice", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	/* one line: it asks for more, and for less */
	{ "[mfa-services]\nsshd = off\n", "alice", "sshd", SERVICE, "sshd", CONFIG_MFA_OFF },
	{ "[mfa]\nmode = off\n[mfa-services]\nsshd = required\n", "bob", "sshd", SERVICE, "sshd",
	  CONFIG_MFA_REQUIRED },
	{ "[mfa-groups]\nAdmins = off\n", "alice", "sshd", GROUP, "Admins", CONFIG_MFA_OFF },
	{ "[mfa-groups]\nadmins = off\n", "alice", "sshd", GROUP, "admins", CONFIG_MFA_OFF },
	{ "[mfa-groups]\nADMINS = off\n", "alice", "sshd", GROUP, "ADMINS", CONFIG_MFA_OFF },
	{ "[mfa-groups]\nOps = off\n", "carol", "sshd", GROUP, "Ops", CONFIG_MFA_OFF },
	{ "[mfa]\nmode = off\n[mfa-groups]\ndevelopers = enrolled\n", "bob", "su", GROUP,
	  "developers", CONFIG_MFA_ENROLLED },
	/* several: the strictest, whichever comes first */
	{ "[mfa-services]\nsshd = off\n[mfa-groups]\nAdmins = required\n", "alice", "sshd", GROUP,
	  "Admins", CONFIG_MFA_REQUIRED },
	{ "[mfa-services]\nsshd = off\n[mfa-groups]\nAdmins = required\n", "bob", "sshd", SERVICE,
	  "sshd", CONFIG_MFA_OFF },
	{ "[mfa-services]\nsshd = required\n[mfa-groups]\nAdmins = off\n", "alice", "sshd", SERVICE,
	  "sshd", CONFIG_MFA_REQUIRED },
	{ "[mfa-groups]\nDevelopers = off\nAdmins = enrolled\n", "alice", "sshd", GROUP, "Admins",
	  CONFIG_MFA_ENROLLED },
	{ "[mfa-groups]\nAdmins = enrolled\nDevelopers = off\n", "alice", "sshd", GROUP, "Admins",
	  CONFIG_MFA_ENROLLED },
	{ "[mfa-groups]\nAdmins =\nDevelopers = off\n", "alice", "sshd", GROUP, "Developers",
	  CONFIG_MFA_OFF },
	/* nobody, and a role, is in no group */
	{ "[mfa-groups]\nDevelopers = off\n", "mallory", "sshd", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-groups]\nDevelopers = off\n", "deployer", "su", MODE, "", CONFIG_MFA_REQUIRED },
	{ "[mfa-services]\nsu = off\n", "mallory", "su", SERVICE, "su", CONFIG_MFA_OFF },
};

static void open_with(struct host *host, const char *config, struct signin_records *records)
{
	scratch_write(host->root, "etc/iam.conf", text_of(config), 0644);
	host_open(host, records);
}

static struct signin_mfa setting_of(const struct signin_records *records,
				    const struct signin_request *request, struct arena *arena)
{
	struct access_principal principal;
	enum status status = signin_principal(records, request->user, arena, &principal);

	return signin_mfa_of(&records->config, request, status == STATUS_OK ? &principal : NULL);
}

static void test_lines(struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(line_cases); i++) {
		const struct line_case *row = &line_cases[i];
		struct signin_request request = request_of(row->user, row->service, NOW);
		AUTO_SIGNIN_RECORDS records;
		AUTO_ARENA arena = { 0 };
		struct signin_mfa setting;

		arena_init(&arena, SIGNIN_ARENA_MAX);
		open_with(host, row->config, &records);
		setting = setting_of(&records, &request, &arena);
		CHECK(setting.mode == row->mode && setting.source == row->source &&
			      text_is(setting.name, row->name),
		      "line %zu: %s by %s: %s, said by %d %s", i, row->user, row->service,
		      config_mfa_word(setting.mode), (int)setting.source, setting.name.bytes);
	}
}

/* mfa= in pam.d stands for the service's line, no more. */
static void test_argument(struct host *host)
{
	static const struct argument_case {
		const char *config;
		enum config_mfa given, mode;
		enum signin_mfa_source source;
	} rows[] = {
		{ "", CONFIG_MFA_OFF, CONFIG_MFA_OFF, ARGUMENT },
		{ "[mfa]\nmode = off\n", CONFIG_MFA_REQUIRED, CONFIG_MFA_REQUIRED, ARGUMENT },
		{ "[mfa-services]\nsshd = required\n", CONFIG_MFA_OFF, CONFIG_MFA_OFF, ARGUMENT },
		{ "[mfa-groups]\nAdmins = required\n", CONFIG_MFA_OFF, CONFIG_MFA_REQUIRED, GROUP },
		{ "[mfa-groups]\nAdmins = off\n", CONFIG_MFA_ENROLLED, CONFIG_MFA_ENROLLED,
		  ARGUMENT },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of("alice", "sshd", NOW);
		AUTO_SIGNIN_RECORDS records;
		AUTO_ARENA arena = { 0 };
		struct signin_mfa setting;

		arena_init(&arena, SIGNIN_ARENA_MAX);
		open_with(host, rows[i].config, &records);
		request.mfa_argument = (struct signin_mfa_argument){ true, rows[i].given };
		setting = setting_of(&records, &request, &arena);
		CHECK(setting.mode == rows[i].mode && setting.source == rows[i].source,
		      "argument %zu: %s", i, config_mfa_word(setting.mode));
	}
}

/* Whose lines differ are asked differently; nobody is asked as somebody in no group who has a
   device. */
static void test_factors(struct host *host)
{
	static const char config[] = "[mfa]\nmode = enrolled\n[mfa-services]\nlocker = off\n"
				     "[mfa-groups]\nAdmins = required\nOps = off\n";
	static const struct factors_case {
		const char *user, *service;
		bool code;
	} rows[] = {
		{ "alice", "sshd", true },    { "alice", "locker", true },
		{ "bob", "sshd", false },     { "bob", "locker", false },
		{ "carol", "sshd", false },   { "carol", "locker", false },
		{ "erin", "sshd", true },     { "erin", "locker", false },
		{ "mallory", "sshd", true },  { "mallory", "locker", false },
		{ "deployer", "sshd", true }, { "shadowed", "sshd", true },
	};
	AUTO_SIGNIN_RECORDS records;

	open_with(host, config, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of(rows[i].user, rows[i].service, NOW);
		struct signin_factors factors = { 0 };

		CHECK(signin_factors(&records, &request, SIGNIN_PASSWORD_AND_CODE, &factors) ==
				      STATUS_OK &&
			      factors.password && factors.code == rows[i].code,
		      "factors: %s by %s: code=%d", rows[i].user, rows[i].service, rows[i].code);
	}
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_lines(&host);
	test_argument(&host);
	test_factors(&host);
	return check_done();
}
