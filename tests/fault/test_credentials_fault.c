/* The credential store when memory, a system call, a disk or the power fails: nobody gets in by it.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "credentials/permission_use.h"
#include "fault.h"
#include "fault_kill.h"
#include "fault_vfs.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum {
	NOW = 1000000,
	FAULTS_MAX = 20000, /* more than any run makes calls */
};

static const struct text USER = TEXT("AIDAFAULTS000000001");

static char folder[SCRATCH_PATH_SIZE];

/* What is on disk before the trouble: a database with one user, and the log beside it. */
enum start {
	START_EMPTY = 0,
	START_ALONE,    /* no log: somebody made a change and closed */
	START_LOG,      /* a short one, as sign-ins leave it */
	START_LONG_LOG, /* one of somebody who was killed, longer than any that may stay */
	STARTS,
};

static struct buffer databases[STARTS], logs[STARTS];

static void restore(enum start start)
{
	static const char *const beside[] = { "credentials.db", "credentials.db-wal",
					      "credentials.db-shm", "credentials.lock" };

	for (size_t i = 0; i < ARRAY_LENGTH(beside); i++) {
		char path[SCRATCH_PATH_SIZE];

		(void)unlink(scratch_path(path, folder, beside[i])); /* if it is there */
	}
	if (databases[start].length > 0) {
		scratch_write(folder, "credentials.db", buffer_text(&databases[start]), 0600);
		scratch_write(folder, "credentials.lock", TEXT("made\n"), 0600);
	}
	if (logs[start].length > 0)
		scratch_write(folder, "credentials.db-wal", buffer_text(&logs[start]), 0600);
}

static void keep(enum start start, bool has_log)
{
	buffer_init(&databases[start], 1 << 20);
	buffer_init(&logs[start], 1 << 20);
	CHECK_REQUIRE(scratch_read(folder, "credentials.db", &databases[start]), "the database");
	CHECK_REQUIRE(scratch_read(folder, "credentials.db-wal", &logs[start]) == has_log,
		      "a log, or none");
}

/* Nobody tries to sign in: what is written says nothing of the user. */
static void write_log(struct credential_store *store, unsigned attempts)
{
	struct credential_attempt asked = fixture_attempt(TEXT(""), "", NOW);
	struct credential_outcome outcome;

	for (unsigned i = 0; i < attempts; i++)
		CHECK_REQUIRE(credential_attempt(store, &asked, &outcome) == STATUS_OK,
			      "an attempt");
}

static void prepare(void)
{
	struct credential_store *store = fixture_open(folder);

	fixture_add_user(store, USER);
	credential_store_close(store);
	keep(START_ALONE, false);
	store = fixture_open(folder);
	write_log(store, 1);
	credential_store_close(store);
	keep(START_LOG, true);
	store = fixture_open(folder);
	write_log(store, 40);
	keep(START_LONG_LOG, true); /* it looks so when its writer is killed now */
	credential_store_close(store);
}

/* A failure counts against the user and against where it came from, or against neither. */
static struct credential_attempt attempt_of(bool right, char code[OTP_CODE_SIZE])
{
	struct credential_attempt asked = fixture_attempt(USER, fixture_code(NOW, code), NOW);

	asked.address = TEXT("192.0.2.7");
	asked.lockout.address = (struct lockout_address_rule){ { 9, 60, 60 }, 60 };
	asked.password_is_right = right;
	return asked;
}

/* What a sign-in does, from opening to closing. */
static enum status sign_in(bool right, struct credential_outcome *out_outcome, bool *out_fired)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	char hash[CREDENTIAL_HASH_SIZE], code[OTP_CODE_SIZE];
	struct credential_attempt asked = attempt_of(right, code);
	struct complaint complaint;
	enum status status;

	status = credential_store_open(folder, scratch_trust(), false, &store, &complaint);
	if (status == STATUS_OK)
		status = credential_password_hash(store, USER, hash);
	if (status == STATUS_OK)
		status = credential_attempt(store, &asked, out_outcome);
	*out_fired = fault.fired; /* before closing: afterwards it is too late to refuse */
	return status;
}

/* What is on disk, by a store that nothing fails for. */
struct facts {
	bool sound, used; /* every row as it should be; the code used up */
	uint32_t failures;
};

static struct facts read_facts(void)
{
	struct credential_store *store = fixture_open(folder);
	struct credential_device devices[CREDENTIAL_DEVICES_MAX] = { 0 };
	struct credential_summary summary = { 0 };
	struct complaint complaint;
	struct facts facts = { 0 };
	size_t count = 0;

	facts.sound = credential_store_verify(store, &complaint) == STATUS_OK &&
		      credential_summary(store, USER, &summary) == STATUS_OK &&
		      credential_devices(store, USER, devices, &count) == STATUS_OK && count == 1;
	facts.used = devices[0].position.next_step == NOW / 30 + 1;
	facts.failures = summary.budgets.passwords.failures;
	facts.sound = facts.sound && facts.used == (summary.last_success == NOW) &&
		      fixture_number(folder, "SELECT count(*) FROM address") == facts.failures &&
		      facts.used == (devices[0].last_used == NOW);
	credential_store_close(store);
	return facts;
}

struct count {
	unsigned runs, unsound, let_in_by_a_fault, let_in_unwritten, failure_unwritten, answered;
};

static void judge(struct count *count, bool right, enum status status,
		  enum credential_verdict verdict, bool fault_matters)
{
	struct facts facts = read_facts();
	bool accepted = status == STATUS_OK && verdict == CREDENTIAL_ACCEPTED;
	bool refused = status == STATUS_OK && verdict == CREDENTIAL_REFUSED;

	count->runs++;
	count->answered += status == STATUS_OK;
	count->unsound += !facts.sound || (facts.used && !right) || facts.failures > !right;
	count->let_in_unwritten += accepted && !facts.used;
	count->let_in_by_a_fault += accepted && (fault_matters || !right);
	count->failure_unwritten += refused && facts.failures != 1;
}

static void report(const struct count *count, const char *what)
{
	CHECK(count->runs > 3 && count->runs < FAULTS_MAX, "%s: %u calls failed, one at a time",
	      what, count->runs);
	CHECK(count->unsound == 0, "%s: the rows were before or after (%u between)", what,
	      count->unsound);
	CHECK(count->let_in_by_a_fault == 0, "%s: nobody was let in by a failure (%u)", what,
	      count->let_in_by_a_fault);
	CHECK(count->let_in_unwritten == 0, "%s: nor before the code was used up (%u)", what,
	      count->let_in_unwritten);
	CHECK(count->failure_unwritten == 0, "%s: no failure was told of and not kept (%u)", what,
	      count->failure_unwritten);
}

static const struct sign_in_case {
	const char *label;
	unsigned kinds;
	bool right, for_good;
	enum start start;
} sign_in_cases[] = {
	{ "memory, right", FAULT_MEMORY, true, false, START_ALONE },
	{ "memory, wrong", FAULT_MEMORY, false, false, START_ALONE },
	{ "no more memory, right", FAULT_MEMORY, true, true, START_ALONE },
	{ "system calls, right", FAULT_SYSTEM, true, false, START_ALONE },
	{ "disk, right", FAULT_DATABASE, true, false, START_ALONE },
	{ "disk, wrong", FAULT_DATABASE, false, false, START_ALONE },
	{ "disk, right, a log", FAULT_DATABASE, true, false, START_LOG },
	{ "disk, wrong, a log", FAULT_DATABASE, false, false, START_LOG },
	{ "disk, right, a long log", FAULT_DATABASE, true, false, START_LONG_LOG },
	{ "disk gone, right", FAULT_DATABASE, true, true, START_ALONE },
	{ "disk gone, wrong", FAULT_DATABASE, false, true, START_ALONE },
	{ "disk gone, right, a log", FAULT_DATABASE, true, true, START_LOG },
};

static void test_sign_in(const struct sign_in_case *row)
{
	struct count count = { 0 };
	bool reached = true;

	for (unsigned at = 1; reached && at < FAULTS_MAX; at++) {
		struct credential_outcome outcome = { 0 };
		bool fired = false;
		enum status status;

		restore(row->start);
		fault_arm(row->kinds, at, row->for_good);
		status = sign_in(row->right, &outcome, &fired);
		reached = fault_disarm();
		/* SQLite does without some memory, such as for a larger hash table. */
		judge(&count, row->right, status, outcome.verdict,
		      fired && row->kinds != FAULT_MEMORY);
	}
	report(&count, row->label);
}

/* A store is made from nothing while calls fail; the next one who comes makes it whole. */
static void test_making(unsigned kinds, const char *what)
{
	unsigned at = 1, whole = 0, lied = 0;
	bool reached = true;

	for (; reached && at < FAULTS_MAX; at++) {
		struct credential_store *store = NULL;
		struct complaint complaint = { 0 };
		enum status status;

		restore(START_EMPTY);
		fault_arm(kinds, at, false);
		status = credential_store_open(folder, scratch_trust(), true, &store, &complaint);
		reached = fault_disarm();
		lied += (status == STATUS_OK) != (store != NULL) ||
			(status != STATUS_OK && complaint.reason[0] == '\0');
		credential_store_close(store);
		store = fixture_open(folder);
		fixture_add_user(store, USER);
		whole += credential_store_verify(store, &complaint) == STATUS_OK;
		credential_store_close(store);
	}
	CHECK(at > 5 && at < FAULTS_MAX, "making, %s: %u calls failed", what, at - 2);
	CHECK(whole == at - 1, "making, %s: whole the next time (%u)", what, whole);
	CHECK(lied == 0, "making, %s: each failure had its reason (%u had none)", what, lied);
}

/* A child signs in and loses power at its n-th operation on a file. What it had been told by then
   has to be true afterwards. */
static bool power_cut(unsigned at, bool right, enum credential_verdict *out_told,
		      enum status *out_status)
{
	enum credential_verdict told = CREDENTIAL_REFUSED;
	int report[2], status;
	pid_t child;
	bool was_told;

	CHECK_REQUIRE(pipe(report) == 0, "pipe");
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		AUTO_CREDENTIAL_STORE *store = NULL;
		struct credential_outcome outcome;
		char code[OTP_CODE_SIZE];
		struct credential_attempt asked = attempt_of(right, code);
		struct complaint complaint;

		fault_cuts_power = true;
		fault_arm(FAULT_DATABASE, at, false);
		if (credential_store_open(folder, scratch_trust(), false, &store, &complaint) ==
			    STATUS_OK &&
		    credential_attempt(store, &asked, &outcome) == STATUS_OK &&
		    write(report[1], &outcome.verdict, sizeof(outcome.verdict)) > 0)
			credential_store_close(store);
		_exit(7);
	}
	close(report[1]);
	was_told = read(report[0], &told, sizeof(told)) == sizeof(told);
	close(report[0]);
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) &&
			      (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 7),
		      "a child that came to its end");
	*out_told = told;
	*out_status = was_told ? STATUS_OK : STATUS_UNAVAILABLE;
	return WEXITSTATUS(status) == 0;
}

static const struct power_case {
	const char *label;
	bool right;
	enum start start;
	bool closing_works; /* there is something to lose after the answer too */
} power_cases[] = {
	{ "power, right", true, START_ALONE, false },
	{ "power, wrong", false, START_ALONE, false },
	{ "power, right, a log", true, START_LOG, false },
	{ "power, wrong, a log", false, START_LOG, false },
	{ "power, right, a long log", true, START_LONG_LOG, true },
	{ "power, wrong, a long log", false, START_LONG_LOG, true },
};

static void test_power_cuts(const struct power_case *row)
{
	struct count count = { 0 };
	bool reached = true;

	for (unsigned at = 1; reached && at < FAULTS_MAX; at++) {
		enum credential_verdict told;
		enum status status;

		restore(row->start);
		reached = power_cut(at, row->right, &told, &status);
		judge(&count, row->right, status, told, false);
	}
	report(&count, row->label);
	/* The last run is the one that no cut reached. */
	CHECK((count.answered > 1) == row->closing_works && count.answered < count.runs,
	      "%s: some before the answer, some after (%u of %u)", row->label, count.answered,
	      count.runs);
}

/* What it returns is the verdict, when nobody kills it. */
static int sign_in_whole(const void *context)
{
	struct credential_outcome outcome = { .verdict = CREDENTIAL_REFUSED };
	bool fired;

	return sign_in(*(const bool *)context, &outcome, &fired) == STATUS_OK ? (int)outcome.verdict
									      : 100;
}

static void test_kills(enum start start, bool right, const char *label)
{
	unsigned at = 1, unsound = 0, used = 0, counted = 0;
	struct fault_end end = { .was_killed = true };

	for (; end.was_killed && at < FAULTS_MAX; at++) {
		struct facts facts;

		restore(start);
		end = fault_kill(at, sign_in_whole, &right);
		facts = read_facts();
		unsound += !facts.sound || facts.failures > !right || (facts.used && !right);
		used += end.was_killed && facts.used;
		counted += end.was_killed && facts.failures == 1;
	}
	CHECK(at > 40 && at < FAULTS_MAX &&
		      end.code == (right ? CREDENTIAL_ACCEPTED : CREDENTIAL_REFUSED),
	      "%s: killed at %u system calls", label, at - 2);
	CHECK(unsound == 0, "%s: the rows were before or after (%u between)", label, unsound);
	CHECK((right ? used : counted) > 0 && (right ? used : counted) < at - 2,
	      "%s: some were killed before it was written, some after", label);
}

/* Somebody who writes and never ends. */
static void test_endless_writer(void)
{
	struct credential_outcome outcome = { .verdict = CREDENTIAL_ACCEPTED };
	struct credential_summary summary;
	char path[SCRATCH_PATH_SIZE];
	struct credential_store *store;
	sqlite3 *writer;
	bool fired;

	restore(START_ALONE);
	CHECK_REQUIRE(
		sqlite3_open(scratch_path(path, folder, "credentials.db"), &writer) == SQLITE_OK &&
			sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK,
		"a writer");
	fault_skips_sleep = true;
	CHECK(sign_in(true, &outcome, &fired) == STATUS_UNAVAILABLE &&
		      outcome.verdict == CREDENTIAL_REFUSED,
	      "nobody gets in while somebody else writes for ever");
	CHECK(fault_slept_ms >= CREDENTIAL_BUSY_MS && fault_slept_ms < 2 * CREDENTIAL_BUSY_MS,
	      "after a while that has an end (%lu ms)", fault_slept_ms);
	store = fixture_open(folder);
	fault_slept_ms = 0;
	CHECK(permission_use_record(store, USER, TEXT("host:Sudo"), TEXT("root"), NOW) ==
			      STATUS_UNAVAILABLE &&
		      fault_slept_ms < CREDENTIAL_BUSY_MS / 10,
	      "what nobody waits for is given up soon (%lu ms)", fault_slept_ms);
	fault_skips_sleep = false;
	CHECK(credential_summary(store, USER, &summary) == STATUS_OK && summary.has_password,
	      "readers do not wait at all");
	credential_store_close(store);
	sqlite3_close(writer);
	CHECK(sign_in(true, &outcome, &fired) == STATUS_OK &&
		      outcome.verdict == CREDENTIAL_ACCEPTED,
	      "and the code is still good afterwards");
}

int main(void)
{
	fault_vfs_install();
	scratch_make(folder);
	prepare();
	for (size_t i = 0; i < ARRAY_LENGTH(sign_in_cases); i++)
		test_sign_in(&sign_in_cases[i]);
	test_making(FAULT_MEMORY, "memory");
	test_making(FAULT_SYSTEM, "system calls");
	test_making(FAULT_DATABASE, "disk");
	for (size_t i = 0; i < ARRAY_LENGTH(power_cases); i++)
		test_power_cuts(&power_cases[i]);
	test_kills(START_ALONE, true, "kill, right");
	test_kills(START_ALONE, false, "kill, wrong");
	test_kills(START_LOG, true, "kill, right, a log");
	test_kills(START_LONG_LOG, false, "kill, wrong, a long log");
	test_endless_writer();
	for (size_t i = 0; i < STARTS; i++) {
		buffer_release(&databases[i]);
		buffer_release(&logs[i]);
	}
	return check_done();
}
