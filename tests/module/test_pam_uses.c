/* What the account phase and the sessions of roles write down of permissions that were used, and
   that nobody is kept out where it cannot be written. */
#include <sys/mount.h>
#include <time.h>

#include "check.h"
#include "credentials/permission_use.h"
#include "support/role_stage.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define BOB "AIDAEXAMPLEBOB000001"
#define DEPLOY "AROAEXAMPLEDEPLOY001"
#define UNRECORDED "that a permission was used is not recorded: "

enum { WORDS_SIZE = 1024 };

struct list {
	char words[WORDS_SIZE];
};

static bool take(void *context, const struct permission_use *use)
{
	struct list *list = context;
	size_t length = strlen(list->words);

	CHECK_REQUIRE(text_format(list->words + length, WORDS_SIZE - length, "%s %s %s\n",
				  use->principal_id, use->action, use->object) == STATUS_OK,
		      "room");
	CHECK(use->last_used <= time(NULL) && use->last_used > time(NULL) - 60, "%s by %s: now",
	      use->action, use->principal_id);
	return true;
}

/* "PRINCIPAL ACTION OBJECT", a use a line. */
static struct list uses(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint;
	struct list list = { .words = "" };

	CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, false, &store, &complaint) ==
				      STATUS_OK &&
			      permission_use_list(store, take, &list) == STATUS_OK,
		      "what is recorded");
	return list;
}

static int ask_account(const char *service, const char *user)
{
	struct stage_call call = { .service = service, .user = user };
	struct talk talk = { .kind = TALK_ANSWERS };

	return stage_account(&call, &talk);
}

static const struct {
	const char *service, *user;
	int code;
	const char *use; /* "": nothing */
} accounts[] = {
	{ "sshd", "alice", PAM_SUCCESS, ALICE " host:Login sshd\n" },
	{ "cron", "bob", PAM_SUCCESS, BOB " host:Login cron\n" },
	{ "su", "bob", PAM_SUCCESS, BOB " host:Login su\n" },
	{ "sudo", "alice", PAM_SUCCESS, ALICE " host:Sudo sudo\n" },
	{ "sudo", "bob", PAM_PERM_DENIED, "" },
	{ "sshd", "deploy", PAM_PERM_DENIED, "" },
	{ "sudo", "deploy", PAM_PERM_DENIED, "" },
};

static void test_accounts(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(accounts); i++) {
		int code;
		struct list list;

		role_stage_reset();
		code = ask_account(accounts[i].service, accounts[i].user);
		list = uses();
		CHECK(code == accounts[i].code && strcmp(list.words, accounts[i].use) == 0,
		      "account: %s by %s: %s: %s", accounts[i].user, accounts[i].service,
		      pam_strerror(NULL, code), list.words);
	}
}

/* A name that is no service of this host's, as long as PAM passes it on. */
static void test_odd_service(void)
{
	static const char service[] = "odd'name\x01";
	struct list list;

	role_stage_reset();
	stage_plain_service(service, "");
	CHECK(ask_account(service, "alice") == PAM_SUCCESS, "odd: let in");
	list = uses();
	CHECK(strcmp(list.words, ALICE " host:Login odd\\x27name\\x01\n") == 0,
	      "odd: written so that it can be shown: %s", list.words);
}

static void test_role(void)
{
	struct visit *visit;
	struct list list;

	role_stage_reset();
	visit = role_stage_su("deploy", "alice", role_stage_uid("alice"),
			      VISIT_AUTH | VISIT_ACCOUNT);
	visit_go(visit);
	list = uses();
	CHECK(visit->account == PAM_SUCCESS && strcmp(list.words, "") == 0,
	      "role: one that is allowed and not begun is not used");
	role_stage_reset();
	visit = role_stage_su("deploy", "alice", role_stage_uid("alice"), VISIT_ALL);
	visit_go(visit);
	list = uses();
	CHECK(visit->open == PAM_SUCCESS &&
		      strcmp(list.words, ALICE " sts:AssumeRole " DEPLOY "\n") == 0,
	      "role: begun, it is, by who took it: %s", list.words);
	role_stage_reset();
	visit = role_stage_su("deploy", "root", 0, VISIT_ACCOUNT | VISIT_OPEN);
	visit_go(visit);
	list = uses();
	CHECK(visit->open == PAM_SUCCESS && strcmp(list.words, "") == 0,
	      "role: root's su is nobody's use");
}

static void run_sudo(struct visit *visit)
{
	struct visit *sudo = visit_new("sudo", visit->call.user, VISIT_ACCOUNT);

	sudo->uid = visit->uid;
	visit_go(sudo);
	visit->talk.delay = sudo->account == PAM_SUCCESS;
}

/* Inside the session it is the role that uses what it may. */
static void test_inside_role(void)
{
	struct visit *visit;
	struct list list;

	role_stage_reset();
	visit = role_stage_su("deploy", "alice", role_stage_uid("alice"), VISIT_ALL);
	visit->inside = run_sudo;
	visit_go(visit);
	list = uses();
	CHECK(visit->talk.delay == 1 &&
		      strcmp(list.words,
			     ALICE " sts:AssumeRole " DEPLOY "\n" DEPLOY " host:Sudo sudo\n") == 0,
	      "role: its sudo is its own: %s", list.words);
}

static void damage_store(void)
{
	scratch_remove(STAGE_STATE "/credentials.db-wal");
	scratch_remove(STAGE_STATE "/credentials.db-shm");
	scratch_write(STAGE_STATE, "credentials.db", TEXT("no database"), 0600);
}

static void test_damage(void)
{
	role_stage_reset();
	damage_store();
	CHECK(ask_account("sshd", "alice") == PAM_SUCCESS,
	      "damage: a key signs in, whatever cannot be recorded");
	CHECK(stage_logged(UNRECORDED "/var/lib/iam/credentials.db: "), "damage: the log says so");
	CHECK(ask_account("sudo", "alice") == PAM_SUCCESS && stage_logged(UNRECORDED),
	      "damage: so does sudo");
	CHECK(ask_account("sudo", "bob") == PAM_PERM_DENIED && !stage_logged(UNRECORDED),
	      "damage: who is refused stays refused");
}

static void set_read_only(bool is_read_only)
{
	if (is_read_only)
		CHECK_REQUIRE(mount(STAGE_STATE, STAGE_STATE, NULL, MS_BIND, NULL) == 0 &&
				      mount(NULL, STAGE_STATE, NULL,
					    MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0,
			      "a disk that cannot be written");
	else
		CHECK_REQUIRE(umount(STAGE_STATE) == 0, "the disk as it was");
}

static void test_read_only(void)
{
	struct list list;
	int code;

	role_stage_reset();
	set_read_only(true);
	code = ask_account("sshd", "alice");
	CHECK(code == PAM_SUCCESS && stage_logged(UNRECORDED),
	      "read-only: a key signs in, and the log says what is not recorded");
	set_read_only(false);
	CHECK(ask_account("sshd", "alice") == PAM_SUCCESS && !stage_logged(UNRECORDED),
	      "read-only: afterwards it is");
	set_read_only(true);
	CHECK(ask_account("sshd", "alice") == PAM_SUCCESS, "read-only: a key signs in again");
	set_read_only(false);
	list = uses();
	CHECK(strcmp(list.words, ALICE " host:Login sshd\n") == 0, "read-only: once");
}

int main(void)
{
	stage_init();
	test_accounts();
	test_odd_service();
	test_damage();
	test_read_only();
	if (!role_stage_can_be_somebody()) {
		CHECK(true, "left out: the kernel gives no other uid here");
		return check_done();
	}
	test_role();
	test_inside_role();
	return check_done();
}
