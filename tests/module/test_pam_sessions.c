/* Login sessions through libpam: what sudo knows of the one it runs in, and for how long. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "credentials/login_session.h"
#include "support/pam_visit.h"
#include "support/policy_words.h"

#define BOTH "Password: \nOne-time code: \n"
#define MFA "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}"

static const struct policy_text texts[] = {
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "sudo", POLICY(ALLOW("host:Sudo", EVERYWHERE)) },
	{ "sudo-mfa", POLICY(ALLOW("host:Sudo", IF(MFA))) },
	{ "sudo-office",
	  POLICY(ALLOW("host:Sudo", IF("\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}"))) },
	{ "sudo-no-guests",
	  POLICY(ALLOW("host:Sudo", EVERYWHERE) "," DENY(
		  "*", IF("\"IpAddress\":{\"aws:SourceIp\":\"198.51.100.0/24\"}"))) },
	{ NULL, NULL },
};

/* alice with policies; everything else fresh. */
static void set_up(const char *policies, const char *config)
{
	const struct person persons[] = {
		{ "alice", NULL, "AIDAEXAMPLEALICE0001", .has_password = true, .has_device = true,
		  .policies = policies },
		{ .name = NULL },
	};
	struct people people = { .persons = persons, .created = time(NULL), .policies = texts };

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", text_of(config), 0644);
	people_publish(&people, STAGE_STATE, 0600);
	stage_plain_service("sshd", "");
	stage_plain_service("login", "");
	stage_plain_service("cron", "");
	stage_plain_service("sudo", "");
}

static struct visit *sign_in(const char *service, int steps)
{
	static char codes[3][OTP_CODE_SIZE];
	struct visit *visit = visit_new(service, "alice", VISIT_ALL);

	visit->call.remote_host = "192.0.2.7";
	visit->talk.replies[0] = PERSON_PASSWORD;
	visit->talk.replies[1] = person_code(time(NULL), steps, codes[steps + 1]);
	return visit;
}

/* What sudo asked in the session, shared with it; and with what it ended. */
static struct visit *sudo;

static void run_sudo(struct visit *visit)
{
	(void)visit;
	visit_go(sudo);
}

/* A sudo that has one more code to give, should it be asked. */
static struct visit *sudo_inside(struct visit *login)
{
	sudo = sign_in("sudo", 1);
	sudo->phases = VISIT_AUTH | VISIT_ACCOUNT;
	login->inside = run_sudo;
	return sudo;
}

static void test_shared(void)
{
	static const struct {
		const char *label, *service, *policies;
		bool is_divided;
	} rows[] = {
		{ "a console", "login", "login sudo-mfa sudo-office", false },
		{ "ssh by password", "sshd", "login sudo-mfa sudo-office", false },
		{ "ssh by dialogue", "sshd", "login sudo-mfa sudo-office", true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *login, *inside;

		set_up(rows[i].policies, "");
		login = sign_in(rows[i].service, 0);
		login->is_divided = rows[i].is_divided;
		inside = sudo_inside(login);
		visit_go(login);
		CHECK(login->open == PAM_SUCCESS && login->close == PAM_SUCCESS,
		      "shared: %s: a session", rows[i].label);
		CHECK(strcmp(inside->talk.asked, "Password: \n") == 0 &&
			      inside->auth == PAM_SUCCESS,
		      "shared: %s: sudo asks for the password alone", rows[i].label);
		CHECK(inside->account == PAM_SUCCESS,
		      "shared: %s: its policies know of the code and the address", rows[i].label);
		CHECK(!strstr(login->environment, "IAM_PROOF"),
		      "shared: %s: nothing of it is left in the environment", rows[i].label);
	}
}

/* Without a dialogue. */
static struct visit *sign_in_by_key(void)
{
	struct visit *login = sign_in("sshd", 0);

	login->phases = VISIT_ACCOUNT | VISIT_OPEN | VISIT_CLOSE;
	return login;
}

/* The log says how the session began. */
static void test_words(void)
{
	struct visit *login;

	set_up("login", "");
	login = sign_in("sshd", 0);
	login->is_divided = true;
	visit_go(login);
	CHECK(stage_logged("session opened: user=alice service=sshd rhost=192.0.2.7 mfa=proven"),
	      "words: a code was proven in the other process");
	set_up("login", "");
	visit_go(sign_in("login", 0));
	CHECK(stage_logged("session opened: user=alice service=login rhost=192.0.2.7 mfa=phone"),
	      "words: by which device, in this");
	set_up("login", "");
	login = sign_in_by_key();
	visit_go(login);
	CHECK(stage_logged("session opened: user=alice service=sshd rhost=192.0.2.7 mfa=unknown"),
	      "words: none that is known of, after a key");
	CHECK(stage_logged("session closed: user=alice service=sshd"), "words: the end of it");
}

static void test_without_code(void)
{
	struct visit *login, *inside;

	set_up("login sudo-mfa", "");
	login = sign_in_by_key();
	inside = sudo_inside(login);
	visit_go(login);
	CHECK(login->open == PAM_SUCCESS, "a key: a session without a code");
	CHECK(strcmp(inside->talk.asked, BOTH) == 0 && inside->auth == PAM_SUCCESS &&
		      inside->account == PAM_SUCCESS,
	      "a key: sudo asks for both, and policies know of the code at once");
	set_up("login sudo-mfa", "");
	login = sign_in_by_key();
	inside = sudo_inside(login);
	inside->phases = VISIT_ACCOUNT;
	visit_go(login);
	CHECK(inside->account == PAM_PERM_DENIED,
	      "a key: sudo that need not ask is refused by a policy that wants a code");
}

/* Words of a proof that are not the session's own. */
static void test_forged(void)
{
	static const char *const words[] = { "IAM_PROOF=", "IAM_PROOF=1.1", "IAM_PROOF=x",
					     "IAM_PROOF=%s%n", NULL };
	char own[64];
	struct process_lineage lineage;

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct visit *outer, *login, *inside;

		set_up("login sudo-mfa", "");
		CHECK_REQUIRE(process_lineage_read("/proc", &lineage) == STATUS_OK, "lineage");
		/* A session of hers that has a code: this process's. */
		outer = sign_in("login", 0);
		outer->phases = VISIT_AUTH;
		visit_go(outer);
		CHECK_REQUIRE(outer->auth == PAM_SUCCESS, "a code");
		(void)snprintf(own, sizeof(own), "IAM_PROOF=%d.%llu", (int)lineage.ancestors[0].pid,
			       (unsigned long long)lineage.ancestors[0].start);
		login = sign_in_by_key();
		login->call.environment = words[i] ? words[i] : own;
		inside = sudo_inside(login);
		visit_go(login);
		CHECK(login->open == PAM_SUCCESS && !strstr(login->environment, "IAM_PROOF"),
		      "forged: %zu: gone from the environment", i);
		CHECK(strcmp(inside->talk.asked, BOTH) == 0, "forged: %zu: worth nothing", i);
	}
}

static void move_code(int64_t age)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct process_lineage lineage;
	struct complaint complaint;

	CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, false, &store, &complaint) ==
				      STATUS_OK &&
			      process_lineage_read("/proc", &lineage) == STATUS_OK &&
			      login_session_prove(store, &lineage, TEXT("AIDAEXAMPLEALICE0001"),
						  time(NULL) - age) == STATUS_OK,
		      "a code of that age");
}

/* Three sudos, one after the other, the code older than allowed before the second. */
static struct visit *sudos[3];

static void run_sudos(struct visit *visit)
{
	(void)visit;
	visit_go(sudos[0]);
	move_code(3601);
	visit_go(sudos[1]);
	visit_go(sudos[2]);
}

static void test_remember(void)
{
	static const struct {
		const char *config, *asked[3];
	} rows[] = {
		{ "[mfa]\nremember = 1h\n", { "Password: \n", BOTH, "Password: \n" } },
		{ "[mfa]\nremember = 2h\n", { "Password: \n", "Password: \n", "Password: \n" } },
		{ "[mfa]\nremember = 0\n", { BOTH, BOTH, BOTH } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *login;

		set_up("login sudo", rows[i].config);
		login = sign_in("login", 0);
		for (int j = 0; j < 3; j++) {
			sudos[j] = sign_in("sudo", 1);
			sudos[j]->phases = VISIT_AUTH;
		}
		login->inside = run_sudos;
		visit_go(login);
		for (int j = 0; j < 3; j++)
			CHECK(strcmp(sudos[j]->talk.asked, rows[i].asked[j]) == 0,
			      "remember: %zu: sudo %d asks what it should", i, j);
	}
}

static void damage_store(void)
{
	scratch_remove(STAGE_STATE "/credentials.db-wal");
	scratch_remove(STAGE_STATE "/credentials.db-shm");
	scratch_write(STAGE_STATE, "credentials.db", TEXT("no database"), 0600);
}

static void test_without_store(void)
{
	static const struct {
		const char *label, *policies;
		int account;
	} rows[] = {
		{ "nothing is asked of the session", "login sudo", PAM_SUCCESS },
		{ "a code is", "login sudo-mfa", PAM_PERM_DENIED },
		{ "the address is", "login sudo-office", PAM_PERM_DENIED },
		{ "an address is denied", "login sudo-no-guests", PAM_PERM_DENIED },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *login, *inside;

		set_up(rows[i].policies, "");
		damage_store();
		login = sign_in_by_key();
		inside = sudo_inside(login);
		inside->phases = VISIT_ACCOUNT;
		visit_go(login);
		CHECK(login->account == PAM_SUCCESS && login->open == PAM_SUCCESS &&
			      login->close == PAM_SUCCESS,
		      "no store: %s: a key signs in", rows[i].label);
		CHECK(inside->account == rows[i].account, "no store: %s: sudo: %s", rows[i].label,
		      pam_strerror(NULL, inside->account));
	}
	visit_go(sign_in_by_key());
	CHECK(stage_logged("the login session is not known: /var/lib/iam/credentials.db: "),
	      "no store: the log says what a session goes without");
}

static void hide_proc(struct visit *visit, pam_handle_t *pamh)
{
	(void)pamh;
	visit->talk.echoed = unshare(CLONE_NEWNS) == 0 && umount2("/proc", MNT_DETACH) == 0;
}

static void test_without_proc(void)
{
	struct visit *login, *inside;

	set_up("login sudo-mfa", "");
	login = sign_in("login", 0);
	login->before_open = hide_proc;
	inside = sudo_inside(login);
	visit_go(login);
	if (!login->talk.echoed) {
		CHECK(login->open == PAM_SUCCESS, "no proc: left out, /proc cannot be hidden here");
		return;
	}
	CHECK(login->open == PAM_SUCCESS && login->close == PAM_SUCCESS, "no proc: a session");
	CHECK(strcmp(inside->talk.asked, BOTH) == 0 && inside->auth == PAM_SUCCESS &&
		      inside->account == PAM_SUCCESS,
	      "no proc: sudo asks for both, and that counts for it");
}

static void test_hostile(void)
{
	static char long_item[10001];
	const struct {
		const char *remote_host, *tty;
	} rows[] = {
		{ "198.51.100.7\n", "pts/0\n" }, { "%n%s", "%n" }, { "../../etc", "/dev/../x" },
		{ "\xff\xfe", "\033[2J" },       { "", "" },       { NULL, NULL },
		{ long_item, long_item },
	};

	memset(long_item, '1', sizeof(long_item) - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *login, *inside;

		set_up("login sudo-mfa", "");
		login = sign_in("login", 0);
		login->call.remote_host = rows[i].remote_host;
		login->call.tty = rows[i].tty;
		inside = sudo_inside(login);
		visit_go(login);
		/* Where the kernel audits, libpam fails by itself on a long item. */
		if (rows[i].tty == long_item && login->auth == PAM_SYSTEM_ERR)
			continue;
		CHECK(login->open == PAM_SUCCESS && inside->account == PAM_SUCCESS &&
			      strcmp(inside->talk.asked, "Password: \n") == 0,
		      "hostile: %zu: a session like any other", i);
	}
}

int main(void)
{
	stage_init();
	test_shared();
	test_words();
	test_without_code();
	test_forged();
	test_remember();
	test_without_store();
	test_without_proc();
	test_hostile();
	return check_done();
}
