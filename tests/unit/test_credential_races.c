/* Many at once, and those who are killed in the middle: a code is good once, and never half. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "credentials/credential_break_glass.h"
#include "credentials/credential_recovery.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, CROWD = 50, KILLS = 100, NO_ANSWER = 99 };

static char folder[SCRATCH_PATH_SIZE];

/* One whole chain of calls, as a module makes it. */
static int sign_in(const char *path, struct text id, int64_t now)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct credential_outcome outcome;
	struct credential_attempt asked;
	struct complaint complaint;
	char code[OTP_CODE_SIZE];

	asked = fixture_attempt(id, fixture_code(now, code), now);
	asked.lockout.codes.failures = 0; /* the crowd's failures are not what is tested */
	if (credential_store_open(path, scratch_trust(), true, &store, &complaint) != STATUS_OK ||
	    credential_attempt(store, &asked, &outcome) != STATUS_OK)
		return NO_ANSWER;
	return (int)outcome.verdict;
}

#define PAPER_USER TEXT("AIDAPAPER0000000001")
#define PAPER_HASH "$y$j75$salt$hash"

/* One and the same code on paper. */
static int sign_in_by_paper(const struct credential_paper *paper)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct credential_outcome outcome;
	struct credential_attempt asked = fixture_attempt(PAPER_USER, "", NOW);
	struct complaint complaint;

	asked.lockout.codes.failures = 0;
	asked.paper = *paper;
	if (credential_store_open(folder, scratch_trust(), true, &store, &complaint) != STATUS_OK ||
	    credential_attempt(store, &asked, &outcome) != STATUS_OK)
		return NO_ANSWER;
	return (int)outcome.verdict;
}

static int same_recovery_code(unsigned number)
{
	const struct credential_paper paper = { .kind = CREDENTIAL_PAPER_RECOVERY,
						.hash = TEXT(PAPER_HASH "3") };

	(void)number;
	return sign_in_by_paper(&paper);
}

static int same_break_glass_code(unsigned number)
{
	const struct credential_paper paper = { .kind = CREDENTIAL_PAPER_BREAK_GLASS,
						.name = TEXT("AAAA"),
						.hash = TEXT(PAPER_HASH),
						.is_due = true };

	(void)number;
	return sign_in_by_paper(&paper);
}

static void add_paper(void)
{
	struct credential_recovery_set set = { .setting = "$y$j75$salt" };
	struct credential_break_glass_new code = {
		.code = { .name = "AAAA", .user_id = "AIDAPAPER0000000001", .expires = NOW + 1 },
		.hash = PAPER_HASH,
	};
	struct credential_store *store = fixture_open(folder);

	fixture_add_user(store, PAPER_USER);
	for (unsigned i = 0; i < CREDENTIAL_RECOVERY_CODES; i++)
		snprintf(set.hashes[i], sizeof(set.hashes[i]), PAPER_HASH "%u", i);
	CHECK_REQUIRE(credential_recovery_replace(store, PAPER_USER, &set) == STATUS_OK &&
			      credential_break_glass_add(store, &code, 1, NULL) == STATUS_OK,
		      "codes on paper");
	credential_store_close(store);
}

struct tally {
	unsigned accepted, refused, unanswered;
};

static void count(struct tally *tally, int verdict)
{
	tally->accepted += verdict == CREDENTIAL_ACCEPTED;
	/* Locked: after nine codes in three minutes no further one is looked at. */
	tally->refused += verdict == CREDENTIAL_REFUSED || verdict == CREDENTIAL_LOCKED;
	tally->unanswered += verdict == NO_ANSWER;
}

/* Forks one process for each of the crowd; they start together when the pipe closes. */
static struct tally crowd_of_processes(int (*run)(unsigned number))
{
	struct tally tally = { 0 };
	int gate[2], status;
	char nothing;

	CHECK_REQUIRE(pipe(gate) == 0, "pipe");
	for (unsigned i = 0; i < CROWD; i++) {
		pid_t child = fork();

		CHECK_REQUIRE(child >= 0, "fork");
		if (child > 0)
			continue;
		close(gate[1]);
		if (read(gate[0], &nothing, 1) != 0)
			_exit(NO_ANSWER);
		_exit(run(i));
	}
	close(gate[0]);
	close(gate[1]);
	while (wait(&status) > 0)
		count(&tally, WIFEXITED(status) ? WEXITSTATUS(status) : NO_ANSWER);
	return tally;
}

static int same_code(unsigned number)
{
	(void)number;
	return sign_in(folder, TEXT("AIDACROWD0000000001"), NOW);
}

static int own_code(unsigned number)
{
	char id[32];

	snprintf(id, sizeof(id), "AIDAMEMBER%09u", number);
	return sign_in(folder, text_of(id), NOW);
}

static int new_store(unsigned number)
{
	char path[SCRATCH_PATH_SIZE];
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint;

	(void)number;
	return credential_store_open(scratch_path(path, folder, "new"), scratch_trust(), true,
				     &store, &complaint) == STATUS_OK
		       ? CREDENTIAL_ACCEPTED
		       : NO_ANSWER;
}

static void test_processes(void)
{
	struct credential_store *store = fixture_open(folder);
	struct tally tally;
	char id[32];

	fixture_add_user(store, TEXT("AIDACROWD0000000001"));
	for (unsigned i = 0; i < CROWD; i++) {
		snprintf(id, sizeof(id), "AIDAMEMBER%09u", i);
		fixture_add_user(store, text_of(id));
	}
	credential_store_close(store);
	tally = crowd_of_processes(same_code);
	CHECK(tally.accepted == 1, "one code in %d processes: %u accepted", CROWD, tally.accepted);
	CHECK(tally.refused == CROWD - 1, "and the others were refused (%u)", tally.refused);
	CHECK(fixture_number(folder, "SELECT tries + (SELECT uncounted FROM attempts) FROM device"
				     " WHERE user = 'AIDACROWD0000000001'") == CROWD,
	      "each of which was written down");
	tally = crowd_of_processes(own_code);
	CHECK(tally.accepted == CROWD, "%d users at once: %u accepted", CROWD, tally.accepted);
	tally = crowd_of_processes(new_store);
	CHECK(tally.accepted == CROWD, "%d make one store: %u find it made", CROWD, tally.accepted);
}

struct member {
	char id[32];
	int (*run)(unsigned number); /* NULL: signs in by a device's code */
	int verdict;
};

static void *thread_main(void *argument)
{
	struct member *member = argument;

	member->verdict = member->run ? member->run(0) : sign_in(folder, text_of(member->id), NOW);
	return NULL;
}

static struct tally run_threads(struct member *members, unsigned size)
{
	pthread_t threads[CROWD];
	struct tally tally = { 0 };

	for (unsigned i = 0; i < size; i++)
		CHECK_REQUIRE(pthread_create(&threads[i], NULL, thread_main, &members[i]) == 0,
			      "pthread_create");
	for (unsigned i = 0; i < size; i++) {
		CHECK_REQUIRE(pthread_join(threads[i], NULL) == 0, "pthread_join");
		count(&tally, members[i].verdict);
	}
	return tally;
}

/* The verdicts of a crowd of threads; each signs in the user that its number picks. */
static struct tally crowd_of_threads(unsigned size, const char *id_format, unsigned first)
{
	struct member members[CROWD] = { 0 };

	for (unsigned i = 0; i < size; i++) {
		snprintf(members[i].id, sizeof(members[i].id), "%s%09u", id_format, first);
		first += first > 0;
	}
	return run_threads(members, size);
}

static void add_members(const char *id_format, unsigned first, unsigned size)
{
	struct credential_store *store = fixture_open(folder);
	char id[32];

	for (unsigned i = first; i < first + size; i++) {
		snprintf(id, sizeof(id), "%s%09u", id_format, i);
		fixture_add_user(store, text_of(id));
	}
	credential_store_close(store);
}

static void test_threads(void)
{
	struct tally tally;

	add_members("AIDATHREAD", 0, 1);
	tally = crowd_of_threads(CROWD, "AIDATHREAD", 0);
	CHECK(tally.accepted == 1, "one code in %d threads: %u accepted", CROWD, tally.accepted);
	CHECK(tally.refused == CROWD - 1, "and the others were refused (%u)", tally.refused);
}

static void test_paper(const char *what, int (*run)(unsigned number), const char *used)
{
	struct member members[CROWD] = { 0 };
	struct tally tally = crowd_of_processes(run);

	CHECK(tally.accepted == 1 && tally.refused == CROWD - 1,
	      "one %s in %d processes: %u accepted, %u refused", what, CROWD, tally.accepted,
	      tally.refused);
	fixture_by_hand(folder, "UPDATE recovery_code SET used_at = 0;"
				"UPDATE break_glass SET used_at = 0;"
				"UPDATE device SET tries = 0");
	for (unsigned i = 0; i < CROWD; i++)
		members[i].run = run;
	tally = run_threads(members, CROWD);
	CHECK(tally.accepted == 1 && tally.refused == CROWD - 1,
	      "one %s in %d threads: %u accepted, %u refused", what, CROWD, tally.accepted,
	      tally.refused);
	CHECK(fixture_number(folder, used) == 1, "and one %s is used up", what);
	fixture_by_hand(folder, "UPDATE device SET tries = 0");
}

enum { BUSY_PROCESSES = 5, BUSY_THREADS = 10 };

/* Threads share their process's locks on a file. Whoever drops them, by closing another descriptor
   of it, lets other processes write in the middle. */
static int threads_of_a_process(unsigned number)
{
	if (number >= BUSY_PROCESSES)
		return NO_ANSWER;
	return (int)crowd_of_threads(BUSY_THREADS, "AIDABUSY", number * BUSY_THREADS + 1).accepted;
}

static void test_threads_in_processes(void)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint;
	struct tally tally;

	add_members("AIDABUSY", 1, BUSY_PROCESSES * BUSY_THREADS);
	tally = crowd_of_processes(threads_of_a_process);
	CHECK(tally.unanswered == CROWD - BUSY_PROCESSES, "no process of threads came to grief");
	CHECK(fixture_number(folder,
			     "SELECT count(*) FROM user JOIN device ON user.id = device.user"
			     " WHERE id LIKE 'AIDABUSY%' AND last_success = 1000000"
			     " AND last_used = 1000000") == BUSY_PROCESSES * BUSY_THREADS,
	      "every one of them signed in and was written down");
	store = fixture_open(folder);
	CHECK(credential_store_verify(store, &complaint) == STATUS_OK, "and the store is sound");
}

/* Attempt n happens at n * 30 seconds: right for even n, wrong for odd ones. Tells n when done. */
static void attempt_until_killed(const char *path, struct text id, int64_t first, int report)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct complaint complaint;

	for (int64_t n = first;; n++) {
		char code[OTP_CODE_SIZE] = "wrong";
		struct credential_attempt asked;
		struct credential_outcome outcome;

		if (n % 2 == 0)
			(void)fixture_code(n * 30, code);
		asked = fixture_attempt(id, code, n * 30);
		/* A fresh connection every few attempts, so that closing is interrupted too. */
		if (n % 3 == 0) {
			credential_store_close(store);
			store = NULL;
		}
		if ((!store && credential_store_open(path, scratch_trust(), false, &store,
						     &complaint) != STATUS_OK) ||
		    credential_attempt(store, &asked, &outcome) != STATUS_OK ||
		    (outcome.verdict == CREDENTIAL_ACCEPTED) != (n % 2 == 0) ||
		    write(report, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
}

/* What the rows say was the last attempt; -1 when they contradict each other. */
static int64_t last_attempt(struct credential_store *store, struct text id)
{
	struct credential_device devices[CREDENTIAL_DEVICES_MAX];
	struct credential_summary summary;
	size_t count;
	int64_t last;

	if (credential_summary(store, id, &summary) != STATUS_OK ||
	    credential_devices(store, id, devices, &count) != STATUS_OK || count != 1)
		return -1;
	last = (int64_t)devices[0].position.next_step - 1;
	if (summary.last_success != last * 30 || devices[0].last_used != last * 30)
		return -1;
	if (summary.budgets.codes.failures == 0)
		return summary.budgets.codes.last_failure == 0 ? last : -1;
	if (summary.budgets.codes.failures != 1 ||
	    summary.budgets.codes.last_failure != (last + 1) * 30)
		return -1;
	return last + 1;
}

/* Returns how many attempts the child told of before it was killed. */
static int64_t kill_one(const char *path, struct text id, int64_t first, useconds_t delay)
{
	int report[2], status;
	int64_t told, n;
	pid_t child;

	CHECK_REQUIRE(pipe(report) == 0, "pipe");
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		close(report[0]);
		attempt_until_killed(path, id, first, report[1]);
	}
	close(report[1]);
	CHECK_REQUIRE(read(report[0], &told, sizeof(told)) == sizeof(told), "a first attempt");
	usleep(delay);
	kill(child, SIGKILL);
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFSIGNALED(status),
		      "a child that was still at work");
	while (read(report[0], &n, sizeof(n)) == sizeof(n))
		told = n;
	close(report[0]);
	return told;
}

static void test_kills(void)
{
	char path[SCRATCH_PATH_SIZE];
	struct text id = TEXT("AIDAKILLED000000001");
	struct credential_store *store = fixture_open(scratch_path(path, folder, "killed"));
	int64_t next = 1000, attempts = 0;
	unsigned sound = 0, kept = 0;

	fixture_add_user(store, id);
	fixture_by_hand(path, "UPDATE device SET next_step = 999, last_used = 29940;"
			      "UPDATE user SET last_success = 29940, failures = 1,"
			      " last_failure = 29970");
	credential_store_close(store);
	for (unsigned i = 0; i < KILLS; i++) {
		int64_t told = kill_one(path, id, next, i * 7919 % 10007);
		struct complaint complaint;
		int64_t last;

		store = fixture_open(path);
		last = last_attempt(store, id);
		sound += last >= 0 && credential_store_verify(store, &complaint) == STATUS_OK;
		kept += last == told || last == told + 1;
		credential_store_close(store);
		attempts += last - next + 1;
		next = last + 1;
	}
	CHECK(sound == KILLS, "killed %d times, %u times sound", KILLS, sound);
	CHECK(kept == KILLS, "what was answered was on disk: %u times of %d", kept, KILLS);
	CHECK(attempts >= KILLS, "and there was something to interrupt (%d attempts)",
	      (int)attempts);
}

int main(void)
{
	scratch_make(folder);
	test_processes();
	test_threads();
	add_paper();
	test_paper("recovery code", same_recovery_code,
		   "SELECT count(*) FROM recovery_code WHERE used_at > 0");
	test_paper("break-glass code", same_break_glass_code,
		   "SELECT count(*) FROM break_glass WHERE used_at > 0");
	test_threads_in_processes();
	test_kills();
	return check_done();
}
