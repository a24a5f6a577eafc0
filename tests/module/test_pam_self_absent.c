/* The shipped module in a program that is not root's, when its records are broken, and when
   something else than iam-self(8) is at the other end of the socket, or nothing. */
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "support/program.h"
#include "support/self_host.h"
#include "support/self_visit.h"

static void check_visit(const char *who)
{
	CHECK(self_visit_run(who), "%s's program is as it was: no descriptor more, no signal", who);
}

static void visit_alice(const char *password, const char *code)
{
	*self_visit = (struct self_visit){ .arguments = "",
					   .user = "alice",
					   .replies = { password, code } };
	check_visit("alice");
}

/* What is wrong with the records is told by whoever can read them. */
static void test_broken(void)
{
	self_visit_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[mfa]\nmode = perhaps\n"), 0644);
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_SERVICE_ERR && self_visit->account == PAM_SERVICE_ERR &&
		      self_visit_logged("pam_iam", "config") &&
		      self_visit_logged("iam-self", "config"),
	      "broken: iam.conf");
	self_visit_reset();
	scratch_write(STAGE_STATE, "credentials.db", TEXT("no database"), 0600);
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTHINFO_UNAVAIL && self_visit->account == PAM_SUCCESS &&
		      self_visit_logged("pam_iam", "store") &&
		      self_visit_logged("iam-self", "store"),
	      "broken: the store, which the account phase can do without");
	self_visit_reset();
	scratch_write(STAGE_STATE, "access.snapshot", TEXT("no snapshot"), 0600);
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTHINFO_UNAVAIL &&
		      self_visit->account == PAM_AUTHINFO_UNAVAIL &&
		      self_visit_logged("pam_iam", "snapshot") &&
		      self_visit_logged("iam-self", "snapshot"),
	      "broken: the access snapshot");
	self_visit_reset();
	scratch_write(STAGE_STATE, "directory.snapshot", TEXT("no snapshot"), 0644);
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTHINFO_UNAVAIL &&
		      self_visit_logged("pam_iam", "snapshot") &&
		      self_visit_logged("iam-self", NULL),
	      "broken: the directory snapshot; nobody is asked");
}

/* Whatever listens in its place, or does not. */
static void check_absent(const char *label)
{
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTHINFO_UNAVAIL &&
		      self_visit->account == PAM_AUTHINFO_UNAVAIL &&
		      self_visit_logged("pam_iam", "helper-absent"),
	      "absent: %s: %d %d", label, self_visit->auth, self_visit->account);
	CHECK(self_visit->asked[0] == '\0' &&
		      strstr(self_visit->log, "cannot decide: /run/iam/self.sock: "),
	      "absent: %s: nobody is asked, and the log says why", label);
}

static void test_absent(void)
{
	self_visit_reset();
	self_host_listen(SELF_LISTENER_GOES, TEXT(""));
	check_absent("a listener that goes away");
	self_host_listen(SELF_LISTENER_TALKS, TEXT("hello\n"));
	check_absent("a listener that says hello");
	self_host_stop();
	check_absent("a socket left behind");
	CHECK_REQUIRE(chown("/run/iam", person_uid(&everybody, "bob"), 0) == 0, "chown");
	check_absent("a folder of bob's");
	CHECK_REQUIRE(chown("/run/iam", 0, 0) == 0 && unlink("/run/iam/self.sock") == 0, "chown");
	check_absent("no socket");
	CHECK_REQUIRE(rename("/run/iam", "/run/elsewhere") == 0 &&
			      symlink("/run/elsewhere", "/run/iam") == 0,
		      "symlink");
	check_absent("a folder that is a link");
	CHECK_REQUIRE(unlink("/run/iam") == 0 && rename("/run/elsewhere", "/run/iam") == 0,
		      "rename");
}

/* Root's program that answers something else than was asked. */
static void test_wrong_answers(void)
{
	static const struct text answers[] = {
		TEXT("iam-self-1\0answer\0allowed\0"),
		TEXT("iam-self-1\0verdict\0allowed\0phone\0"),
		TEXT("iam-self-1\0wanted\0\0no\0"),
		TEXT("iam-self-1\0wanted\0password\0perhaps\0"),
		TEXT("iam-self-1\0answer\0no such reason\0"),
	};

	self_visit_reset();
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
		self_host_listen(SELF_LISTENER_TALKS, answers[i]);
		visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
		CHECK(self_visit->auth != PAM_SUCCESS && self_visit->asked[0] == '\0',
		      "wrong answer %zu to what is to be asked: %d", i, self_visit->auth);
		/* It has answered the question of the account phase with "allowed". */
		CHECK((self_visit->account == PAM_SUCCESS) == (i == 0),
		      "wrong answer %zu to whether the account may go on: %d", i,
		      self_visit->account);
	}
	self_host_listen(SELF_LISTENER_TALKS, TEXT("iam-self-1\0wanted\0password\0no\0"));
	visit_alice(PERSON_PASSWORD, SELF_VISIT_CODE);
	CHECK(self_visit->auth == PAM_AUTHINFO_UNAVAIL &&
		      strcmp(self_visit->asked, "Password: \n") == 0,
	      "wrong answer to what was proven: %d", self_visit->auth);
	self_host_listen(SELF_LISTENER_REAL, TEXT(""));
}

/* Whoever is root does not miss it. */
static void test_root(void)
{
	*self_visit = (struct self_visit){ .arguments = "",
					   .user = "alice",
					   .replies = { PERSON_PASSWORD, SELF_VISIT_CODE } };
	check_visit("root");
	CHECK(self_visit->auth == PAM_SUCCESS && self_visit->account == PAM_SUCCESS,
	      "absent: root's programs go on without: %d %d", self_visit->auth,
	      self_visit->account);
}

int main(void)
{
	stage_init();
	self_visit_init();
	test_root();
	if (!program_can_change_uid()) {
		puts("# left out: programs of others need root");
		return check_done();
	}
	self_host_listen(SELF_LISTENER_REAL, TEXT(""));
	test_broken();
	test_wrong_answers();
	test_absent();
	self_host_stop();
	return check_done();
}
