/* Sessions of roles through libpam: sudo begins what its plugin approved, and nothing else; what
   cannot be told to be no role is none. */
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "signin/signin_role.h"
#include "support/role_stage.h"

/* sudo: PAM_USER is alice until the session, and the role there. What the plugin does is done here.
 */
static void approve(struct visit *visit, pam_handle_t *pamh)
{
	struct signin_request request = request_of("alice", "sudo", time(NULL));
	const struct signin_taking taking = { .role = text_of(visit->run_as), .seconds = 1800 };
	struct signin_place place = { .lineage.count = 0 };
	const struct signin_paths paths = { .config_folder = STAGE_CONFIG,
					    .state_folder = STAGE_STATE };
	struct signin_answer answer;
	struct complaint complaint;
	AUTO_SIGNIN_RECORDS records;

	(void)pamh;
	CHECK_REQUIRE(signin_records_open(&records, &paths, &complaint) == STATUS_OK &&
			      signin_records_open_store(&records, &complaint) == STATUS_OK &&
			      process_lineage_read("/proc", &place.lineage) == STATUS_OK &&
			      signin_find_place(&records, &place, &request) == STATUS_OK,
		      "what the plugin reads");
	(void)fflush(stdout);
	CHECK_REQUIRE(signin_take_role(&records, &request, &place, &taking, &answer) == STATUS_OK &&
			      signin_is_allowed(&answer),
		      "the role: the code that sudo was given is known to its plugin");
}

static struct visit *sudo_as(const char *run_as)
{
	struct visit *visit = role_stage_su("alice", "alice", role_stage_uid("alice"), VISIT_ALL);

	visit->call.service = "sudo";
	visit->run_as = run_as;
	return visit;
}

static void test_sudo(void)
{
	struct visit *visit;

	role_stage_reset();
	visit = sudo_as("deploy");
	visit->before_open = approve;
	visit_go(visit);
	CHECK(visit->open == PAM_SUCCESS && visit->close == PAM_SUCCESS && visit->user_is_kept,
	      "sudo: what was approved begins");
	CHECK(strstr(visit->environment, "IAM_ROLE=deploy\n"), "sudo: its programs are told");
	role_stage_reset();
	visit = sudo_as("deploy");
	visit_go(visit);
	CHECK(visit->account == PAM_SUCCESS && visit->open == PAM_PERM_DENIED &&
		      strstr(visit->talk.told, "role-not-assumed") &&
		      !strstr(visit->environment, "IAM_ROLE"),
	      "sudo: what was not is refused, by a code that sudo heeds");
	CHECK(stage_logged("session refused: user=deploy service=sudo rhost=- reason=role-not-"
			   "assumed"),
	      "sudo: the log says so");
	role_stage_reset();
	visit = sudo_as("root");
	stage_service("sudo", "auth required pam_iam.so\naccount required pam_iam.so\n"
			      "session required pam_iam.so\nsession required pam_permit.so\n");
	visit_go(visit);
	CHECK(visit->open == PAM_SUCCESS && visit->close == PAM_SUCCESS &&
		      !stage_logged("pam_iam(sudo:session)"),
	      "sudo: root's session is left to others");
}

/* Rows of login sessions, and of what stands for one. */
static int login_rows(void)
{
	sqlite3 *connection = NULL;
	sqlite3_stmt *statement = NULL;
	int rows;

	CHECK_REQUIRE(sqlite3_open(STAGE_STATE "/credentials.db", &connection) == SQLITE_OK &&
			      sqlite3_prepare_v2(connection, "SELECT count(*) FROM login_session",
						 -1, &statement, NULL) == SQLITE_OK &&
			      sqlite3_step(statement) == SQLITE_ROW,
		      "SELECT");
	rows = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(connection);
	return rows;
}

static void count_rows(struct visit *visit, pam_handle_t *pamh)
{
	(void)pamh;
	visit->talk.delay = (unsigned)login_rows();
}

/* A code that sudo was given outside of any session is for its plugin, and then forgotten. */
static void test_forgotten(void)
{
	static const char *const run_as[] = { "root", "bob" };

	for (size_t i = 0; i < ARRAY_LENGTH(run_as); i++) {
		struct visit *visit;

		role_stage_reset();
		visit = sudo_as(run_as[i]);
		visit->before_open = count_rows;
		visit_go(visit);
		CHECK(visit->account == PAM_SUCCESS && visit->talk.delay == 1 && login_rows() == 0,
		      "forgotten: recorded until %s's session begins", run_as[i]);
	}
}

static void lose_snapshot(struct visit *visit, pam_handle_t *pamh)
{
	(void)visit;
	(void)pamh;
	scratch_remove(STAGE_STATE "/access.snapshot");
}

/* What cannot be told to be no role is none that sudo and su make; a login goes on. */
static void test_snapshot_lost(void)
{
	static const struct {
		const char *service;
		int open;
	} rows[] = {
		{ "sudo", PAM_AUTHINFO_UNAVAIL },
		{ "su", PAM_AUTHINFO_UNAVAIL },
		{ "sshd", PAM_SUCCESS },
		{ "cron", PAM_SUCCESS },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct visit *visit;

		role_stage_reset();
		visit = visit_new(rows[i].service, "alice", VISIT_ACCOUNT | VISIT_OPEN);
		visit->before_open = lose_snapshot;
		visit_go(visit);
		CHECK(visit->account == PAM_SUCCESS && visit->open == rows[i].open,
		      "lost: a session by %s: %s", rows[i].service,
		      pam_strerror(NULL, visit->open));
	}
}

int main(void)
{
	stage_init();
	if (!role_stage_can_be_somebody()) {
		CHECK(true, "left out: the kernel gives no other uid here");
		return check_done();
	}
	test_sudo();
	test_forgotten();
	test_snapshot_lost();
	return check_done();
}
