/* Codes on paper when memory, a disk or the power fails: each is good once, and not before it is
   written down that it was used. */
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "fault_vfs.h"
#include "signin/signin_paper.h"
#include "support/credential_fixture.h"
#include "support/scratch.h"

enum { NOW = 1000000, FAULTS_MAX = 5000 };

static const struct text USER = TEXT("AIDAFAULTS000000001");

static char folder[SCRATCH_PATH_SIZE];
static struct buffer database;
static char recovery_code[PAPER_CODE_TEXT_SIZE], break_glass_code[PAPER_CODE_TEXT_SIZE];

static void prepare(void)
{
	struct paper_code codes[CREDENTIAL_RECOVERY_CODES];
	struct signin_break_glass glass = { .user_id = USER };
	struct credential_store *store = fixture_open(folder);

	fixture_add_user(store, USER);
	CHECK_REQUIRE(signin_make_recovery_codes(store, USER, NOW, codes) == STATUS_OK &&
			      signin_make_break_glass(store, &glass, 1, NOW, NOW + 60, NULL) ==
				      STATUS_OK,
		      "codes");
	paper_code_write(&codes[4], recovery_code);
	paper_code_write(&glass.code, break_glass_code);
	credential_store_close(store);
	buffer_init(&database, 1 << 20);
	CHECK_REQUIRE(scratch_read(folder, "credentials.db", &database), "the database");
}

static void restore(void)
{
	static const char *const beside[] = { "credentials.db-wal", "credentials.db-shm" };
	char path[SCRATCH_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(beside); i++)
		(void)unlink(scratch_path(path, folder, beside[i])); /* if it is there */
	scratch_write(folder, "credentials.db", buffer_text(&database), 0600);
}

/* From opening to closing, as the module does it. */
static enum status sign_in(const char *code, struct credential_outcome *out_outcome)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	AUTO_SIGNIN_PAPER paper = { .name = "" };
	struct credential_attempt asked = fixture_attempt(USER, code, NOW);
	struct complaint complaint;
	enum status status;

	status = credential_store_open(folder, scratch_trust(), false, &store, &complaint);
	if (status == STATUS_OK)
		status = signin_read_paper(store, USER, text_of(code), &paper);
	if (status != STATUS_OK)
		return status;
	asked.paper = paper.paper;
	asked.paper.is_due = true;
	return credential_attempt(store, &asked, out_outcome);
}

struct count {
	unsigned runs, unsound, let_in_by_a_fault, let_in_unwritten, lost, twice;
};

/* What the store says afterwards, and what it says to the same code once more. */
static void judge(struct count *count, const char *code, enum status status,
		  enum credential_verdict verdict)
{
	struct credential_outcome again = { 0 };
	struct credential_store *store = fixture_open(folder);
	bool sound = credential_store_verify(store, NULL) == STATUS_OK;
	bool used;

	credential_store_close(store);
	used = fixture_number(folder, "SELECT (SELECT count(*) FROM recovery_code WHERE used_at)"
				      " + (SELECT count(*) FROM break_glass WHERE used_at)") == 1;
	sound = sound && used == (fixture_number(folder, "SELECT last_success FROM user") == NOW);
	count->runs++;
	count->unsound += !sound;
	count->let_in_by_a_fault += status != STATUS_OK && verdict == CREDENTIAL_ACCEPTED;
	count->let_in_unwritten += verdict == CREDENTIAL_ACCEPTED && !used;
	CHECK_REQUIRE(sign_in(code, &again) == STATUS_OK, "the same code once more");
	count->lost += !used && again.verdict != CREDENTIAL_ACCEPTED;
	count->twice += used && !again.code_was_used_before;
}

static void report(const struct count *count, const char *what, const char *label)
{
	CHECK(count->runs > 3 && count->runs < FAULTS_MAX - 1,
	      "%s, %s: %u calls failed, one at a time", what, label, count->runs - 1);
	CHECK(count->unsound == 0, "%s, %s: before or after (%u between)", what, label,
	      count->unsound);
	CHECK(count->let_in_by_a_fault == 0 && count->let_in_unwritten == 0,
	      "%s, %s: nobody was let in before the code was used up", what, label);
	CHECK(count->lost == 0, "%s, %s: what is not used up is still good (%u)", what, label,
	      count->lost);
	CHECK(count->twice == 0, "%s, %s: nothing is good twice (%u)", what, label, count->twice);
}

static const struct fault_case {
	const char *label;
	unsigned kinds;
	bool for_good;
} fault_cases[] = {
	{ "memory", FAULT_MEMORY, false },
	{ "no more memory", FAULT_MEMORY, true },
	{ "disk", FAULT_DATABASE, false },
	{ "disk gone", FAULT_DATABASE, true },
};

static void test_faults(const char *what, const char *code, const struct fault_case *row)
{
	struct count count = { 0 };
	bool reached = true;

	for (unsigned at = 1; reached && at < FAULTS_MAX; at++) {
		struct credential_outcome outcome = { 0 };
		enum status status;

		restore();
		fault_arm(row->kinds, at, row->for_good);
		status = sign_in(code, &outcome);
		reached = fault_disarm();
		judge(&count, code, status, outcome.verdict);
	}
	report(&count, what, row->label);
}

/* A child loses power at its n-th operation on a file; false when it came to its end. */
static bool cut(unsigned at, const char *code, enum credential_verdict *out_told)
{
	int pipes[2], status;
	pid_t child;

	CHECK_REQUIRE(pipe(pipes) == 0, "pipe");
	child = fork();
	CHECK_REQUIRE(child >= 0, "fork");
	if (child == 0) {
		struct credential_outcome outcome = { 0 };
		bool is_told;

		fault_cuts_power = true;
		fault_arm(FAULT_DATABASE, at, false);
		is_told = sign_in(code, &outcome) == STATUS_OK &&
			  write(pipes[1], &outcome.verdict, sizeof(outcome.verdict)) > 0;
		_exit(is_told ? 7 : 8);
	}
	close(pipes[1]);
	*out_told = CREDENTIAL_REFUSED;
	if (read(pipes[0], out_told, sizeof(*out_told)) != sizeof(*out_told))
		*out_told = CREDENTIAL_REFUSED;
	close(pipes[0]);
	CHECK_REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) &&
			      (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 7),
		      "a child that came to its end");
	return WEXITSTATUS(status) == 0;
}

static void test_power(const char *what, const char *code)
{
	struct count count = { 0 };
	bool reached = true;

	for (unsigned at = 1; reached && at < FAULTS_MAX; at++) {
		enum credential_verdict told;

		restore();
		reached = cut(at, code, &told);
		judge(&count, code, STATUS_OK, told);
	}
	report(&count, what, "power");
}

int main(void)
{
	const struct {
		const char *what, *code;
	} kinds[] = { { "a recovery code", recovery_code },
		      { "a break-glass code", break_glass_code } };

	fault_vfs_install();
	scratch_make(folder);
	prepare();
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(fault_cases); j++)
			test_faults(kinds[i].what, kinds[i].code, &fault_cases[j]);
		test_power(kinds[i].what, kinds[i].code);
	}
	buffer_release(&database);
	return check_done();
}
