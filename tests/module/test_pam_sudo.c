/* The account phase of sudo, with and without the plugin that will decide again. */
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "support/credential_fixture.h"
#include "support/pam_stage.h"
#include "support/policy_words.h"

#define LINE "Plugin iam_approval sudo_iam.so\n"

static const struct policy_text texts[] = {
	{ "nginx", POLICY(ALLOW("host:Sudo", IF("\"StringEquals\":{\"host:Command\":"
						"\"/usr/sbin/nginx\"}"))) },
	{ NULL, NULL },
};

static const struct person persons[] = {
	{ "alice", NULL, "AIDAEXAMPLEALICE0001", .policies = "nginx" },
	{ .name = NULL },
};

static const struct conf_case {
	const char *label, *conf; /* NULL: no file */
	mode_t mode;
	const char *service;
	bool is_loaded; /* the plugin, in this process */
	bool could;     /* it be allowed */
} cases[] = {
	{ "no file", NULL, 0, "sudo", false, false },
	{ "the line, but nobody who would ask", LINE, 0644, "sudo", false, false },
	{ "the line", LINE, 0644, "sudo", true, true },
	{ "the line, sudo -i", LINE, 0644, "sudo-i", true, true },
	{ "the line, another program", LINE, 0644, "polkit-1", true, false },
	{ "the plugin without a file", NULL, 0, "sudo", true, false },
	{ "the line commented out", "#" LINE, 0644, "sudo", true, false },
	{ "another plugin's line", "Plugin sudoers_policy sudoers.so\n", 0644, "sudo", true,
	  false },
	{ "a line with options", "Plugin iam_approval sudo_iam.so x\n", 0644, "sudo", true, false },
	{ "a file that others may write", LINE, 0666, "sudo", true, false },
	{ "a file that its group may write", LINE, 0664, "sudo", true, false },
	{ "a file that few may read", LINE, 0600, "sudo", true, true },
};

/* As sudo loads it; false where it was not built. */
static bool load_plugin(void)
{
	char path[SCRATCH_PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/sudo_iam.so", getenv("IAM_TEST_BUILD"));
	if (access(path, F_OK) != 0)
		return false;
	CHECK_REQUIRE(dlopen(path, RTLD_LAZY | RTLD_GLOBAL), dlerror());
	return true;
}

static void set_up(const struct conf_case *row)
{
	struct people people = { .persons = persons, .created = time(NULL), .policies = texts };

	people_publish(&people, STAGE_STATE, 0600);
	stage_plain_service(row->service, "");
	(void)unlink("/etc/sudo.conf");
	if (row->conf)
		scratch_write("/etc", "sudo.conf", text_of(row->conf), row->mode);
}

static int ask_account(const char *service)
{
	struct stage_call call = { .service = service, .user = "alice" };
	struct talk talk = { .kind = TALK_ANSWERS };

	return stage_account(&call, &talk);
}

static void test_files(void)
{
	bool is_loaded = false;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int code;

		if (cases[i].is_loaded && !is_loaded && !load_plugin())
			return;
		is_loaded = cases[i].is_loaded;
		set_up(&cases[i]);
		code = ask_account(cases[i].service);
		CHECK(code == (cases[i].could ? PAM_SUCCESS : PAM_PERM_DENIED), "%s: %s",
		      cases[i].label, pam_strerror(NULL, code));
		CHECK(fixture_number(STAGE_STATE, "SELECT count(*) FROM permission_use") == 0,
		      "%s: what was used is the plugin's to record", cases[i].label);
	}
}

static void test_link(void)
{
	(void)unlink("/etc/sudo.conf");
	scratch_write("/etc", "real.conf", TEXT(LINE), 0644);
	CHECK_REQUIRE(symlink("/etc/real.conf", "/etc/sudo.conf") == 0, "symlink");
	CHECK(ask_account("sudo") == PAM_PERM_DENIED, "a link");
}

int main(void)
{
	stage_init();
	test_files();
	test_link();
	return check_done();
}
