/* The end of a role's session where no systemd can see to it: this process is told when its time is
   up, the user why, and PAM takes the timers away again. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "support/role_stage.h"

static const int ends[] = { SIGTERM, SIGHUP };

static uid_t alice;
static int *received; /* how many of the signals; shared */
static struct {
	int inside, afterwards;
} * timers; /* shared */

static struct visit *taking(void)
{
	struct visit *visit;

	role_stage_reset();
	visit = role_stage_su("deploy", "alice", alice, VISIT_ALL);
	*received = 0;
	return visit;
}

static sigset_t end_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++)
		(void)sigaddset(&set, ends[i]);
	return set;
}

/* Between the decision and the beginning: the end is two seconds off. */
static void shorten(struct visit *visit, pam_handle_t *pamh)
{
	const sigset_t set = end_signals();
	sqlite3 *connection = NULL;
	char sql[80];

	(void)visit;
	(void)pamh;
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)snprintf(sql, sizeof(sql), "UPDATE role_session SET until = %lld",
		       (long long)time(NULL) + 2);
	CHECK_REQUIRE(sqlite3_open(STAGE_STATE "/credentials.db", &connection) == SQLITE_OK &&
			      sqlite3_exec(connection, sql, NULL, NULL, NULL) == SQLITE_OK,
		      "UPDATE");
	sqlite3_close(connection);
}

static void wait_for_end(struct visit *visit)
{
	const sigset_t set = end_signals();

	(void)visit;
	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++)
		*received += sigtimedwait(&set, NULL, &(struct timespec){ .tv_sec = 20 }) > 0;
}

static void test_time_is_up(void)
{
	struct visit *visit = taking();

	visit->before_open = shorten;
	visit->inside = wait_for_end;
	visit_go(visit);
	CHECK(visit->open == PAM_SUCCESS && visit->close == PAM_SUCCESS,
	      "time is up: begins and ends");
	CHECK(*received == 2, "time is up: SIGTERM and SIGHUP come by themselves: %d", *received);
	CHECK(strstr(visit->talk.told,
		     "The session of role deploy is over: its time was up at 20") != NULL,
	      "time is up: the user is told: %s", visit->talk.told);
	CHECK(stage_logged("role session over: user=deploy by=alice session=alice until=20"),
	      "time is up: so is the log");
}

static void test_before(void)
{
	struct visit *visit = taking();

	visit_go(visit);
	CHECK(visit->close == PAM_SUCCESS && !strstr(visit->talk.told, "over") &&
		      !stage_logged("role session over"),
	      "before: nobody is told anything");
}

#ifdef IAM_WITH_SYSTEMD

/* systemd runs, and gives no scope: whoever runs su may have seen to that, so nothing else will do.
 */
static void test_without_bus(void)
{
	struct visit *visit = taking();

	CHECK_REQUIRE(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/system", 0755) == 0,
		      "/run/systemd/system");
	visit_go(visit);
	CHECK(visit->open == PAM_AUTHINFO_UNAVAIL, "without a bus: no session: %s",
	      pam_strerror(NULL, visit->open));
	CHECK(stage_logged("session refused: user=deploy service=su rhost=- reason=role-scope") &&
		      stage_logged("cannot decide: D-Bus: No such file or directory") &&
		      !stage_logged("role session opened"),
	      "without a bus: the log says why");
	CHECK(strstr(visit->talk.told, "role-scope") != NULL, "without a bus: so is the user: %s",
	      visit->talk.told);
	visit = taking();
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[host]\nname = web1\n[roles]\nscope = no\n"),
		      0644);
	visit->before_open = shorten;
	visit->inside = wait_for_end;
	visit_go(visit);
	CHECK(visit->open == PAM_SUCCESS && *received == 2,
	      "without a bus: where none is wanted, the timers see to it");
	CHECK_REQUIRE(rmdir("/run/systemd/system") == 0 && rmdir("/run/systemd") == 0, "rmdir");
}

#endif

static void allow_no_timers(struct visit *visit, pam_handle_t *pamh)
{
	const struct rlimit none = { 0, 0 };

	(void)visit;
	(void)pamh;
	CHECK_REQUIRE(setrlimit(RLIMIT_SIGPENDING, &none) == 0, "setrlimit");
}

/* A session that nothing would end does not begin. */
static void test_without_timers(void)
{
	struct visit *visit = taking();

	visit->before_open = allow_no_timers;
	visit_go(visit);
	CHECK(visit->open == PAM_SYSTEM_ERR, "without timers: no session: %s",
	      pam_strerror(NULL, visit->open));
	CHECK(stage_logged("session refused: user=deploy service=su rhost=- reason=system"),
	      "without timers: the log says so");
	CHECK(!stage_logged("role session opened"), "without timers: and nothing else");
}

/* What the kernel knows of this process's timers; -1 where it does not tell. */
static int count_timers(void)
{
	FILE *file = fopen("/proc/self/timers", "re");
	char line[256];
	int count = 0;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		count += strncmp(line, "ID:", 3) == 0;
	(void)fclose(file);
	return count;
}

static void count_inside(struct visit *visit)
{
	(void)visit;
	timers->inside = count_timers();
}

static void count_afterwards(struct visit *visit)
{
	(void)visit;
	timers->afterwards = count_timers();
}

/* A program may close the session and go on. */
static void test_timers_go(void)
{
	struct visit *visit = taking();

	visit->inside = count_inside;
	visit->afterwards = count_afterwards;
	visit_go(visit);
	if (timers->inside == -1) {
		CHECK(true, "timers: left out: this kernel has no /proc/self/timers");
		return;
	}
	CHECK(timers->inside == (int)ARRAY_LENGTH(ends), "timers: armed: %d", timers->inside);
	CHECK(timers->afterwards == 0, "timers: gone with PAM: %d", timers->afterwards);
}

int main(void)
{
	received = visit_shared(sizeof(*received));
	timers = visit_shared(sizeof(*timers));
	stage_init();
	if (!role_stage_can_be_somebody()) {
		CHECK(true, "left out: the kernel gives no other uid here");
		return check_done();
	}
	alice = role_stage_uid("alice");
	test_time_is_up();
	test_before();
#ifdef IAM_WITH_SYSTEMD
	test_without_bus();
#endif
	test_timers_go();
	test_without_timers();
	return check_done();
}
