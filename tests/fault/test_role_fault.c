/* Taking a role when memory, a system call or the disk fails: nobody becomes one by it, no session
   begins that is not recorded, and none outlives its time. */
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "fault_vfs.h"
#include "support/credential_fixture.h"
#include "support/role_host.h"

enum {
	EVERYTHING = FAULT_MEMORY | FAULT_SYSTEM | FAULT_DATABASE,
	FAULTS_MAX = 5000, /* more than any run makes calls */
	LATER = 3600,
};

static struct host host;
static struct buffer pristine; /* the database with the sessions, closed */

static void restore(void)
{
	static const char *const files[] = { "credentials.db", "credentials.db-wal",
					     "credentials.db-shm" };

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		char path[SCRATCH_PATH_SIZE];

		(void)unlink(scratch_path(path, host.state, files[i])); /* if it is there */
	}
	scratch_write(host.state, "credentials.db", buffer_text(&pristine), 0600);
}

static void prepare(void)
{
	struct signin_records records;

	role_host_make(&host, &records);
	signin_records_close(&records);
	fixture_empty_log(host.state);
	buffer_init(&pristine, 1 << 20);
	CHECK_REQUIRE(scratch_read(host.state, "credentials.db", &pristine), "the database");
}

/* One call of a program, from opening the records to its last phase. */
struct call {
	const char *label, *user, *service, *invoker; /* NULL: not su */
	const int *pids;
	int64_t later;
	bool begins; /* the session phase too */
	bool is_allowed;
};

static const struct call calls[] = {
	{ "alice takes the role", "deploy", "su", "alice", PIDS(201, 51, 50, 1), 0, true, true },
	{ "bob does not", "deploy", "su", "bob", PIDS(202, 61, 60, 1), 0, true, false },
	{ "nor does the role another", "other", "su", "deploy", PIDS(203, 71, 70, 1), 0, true,
	  false },
	{ "sudo in the role's shell", "deploy", "sudo", NULL, PIDS(204, 71, 70, 51, 50, 1), 0,
	  false, true },
	{ "not when the time is up", "deploy", "sudo", NULL, PIDS(205, 71, 70, 51, 50, 1), LATER,
	  false, false },
	{ "nor outside", "deploy", "sudo", NULL, PIDS(206, 1), 0, false, false },
	{ "su to a user from there when the time is up", "bob", "su", "deploy",
	  PIDS(207, 71, 70, 51, 50, 1), LATER, false, false },
};

static enum status go(const struct call *call, struct signin_place *place,
		      struct signin_answer *answer)
{
	AUTO_SIGNIN_RECORDS records;
	struct complaint complaint = { .reason = "" };
	struct signin_request request = request_of(call->user, call->service, NOW + call->later);
	enum status status = signin_records_open(&records, &host.paths, &complaint);

	*answer = (struct signin_answer){ .reason = SIGNIN_REASON_NONE };
	*place = (struct signin_place){ .lineage = lineage_of(LINEAGE_BOOT, LINEAGE_NO_AUDIT,
							      call->pids) };
	if (call->invoker)
		request.invoker =
			(struct signin_invoker){ true, text_of(call->invoker),
						 person_uid(&role_people, call->invoker) };
	if (status != STATUS_OK)
		return status;
	/* As the module does: what cannot be known is taken away, and the request goes on. */
	if (signin_records_open_store(&records, &complaint) != STATUS_OK)
		request.login.is_unreadable = true;
	if (signin_find_place(&records, place, &request) != STATUS_OK)
		request.login.is_unreadable = true;
	status = signin_admit(&records, &request, place, answer);
	if (status == STATUS_OK && signin_is_allowed(answer) && call->begins)
		status = signin_begin_role(&records, &request, place, answer);
	(void)fault_disarm(); /* afterwards it is too late to refuse */
	return status;
}

static bool is_recorded(const struct signin_place *place)
{
	AUTO_SIGNIN_RECORDS records;
	struct role_session session;

	host_open(&host, &records);
	return role_session_find(records.store, &place->lineage, TEXT("AROAEXAMPLEDEPLOY001"),
				 &session) == STATUS_OK &&
	       session.number == place->role.number && session.state == ROLE_SESSION_OPEN;
}

static void test_call(const struct call *call, bool for_good)
{
	unsigned allowed = 0, refused = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_answer answer;
		struct signin_place place;
		enum status status;

		restore();
		fault_arm(EVERYTHING, at, for_good);
		status = go(call, &place, &answer);
		fired = fault_disarm() || fault.fired;
		if (status == STATUS_OK && signin_is_allowed(&answer)) {
			allowed++;
			wrong += !call->is_allowed || (call->begins && !is_recorded(&place));
		} else {
			refused++;
			wrong += !fired && call->is_allowed;
		}
		wrong += status != STATUS_OK && signin_is_allowed(&answer);
	}
	CHECK(at > 2 && at < FAULTS_MAX, "%s: %u calls fail, each%s", call->label, at - 2,
	      for_good ? " with all behind it" : " alone");
	CHECK(wrong == 0 && (allowed > 0) == call->is_allowed && refused > 0,
	      "%s: allowed %u times, refused %u times, wrongly %u times", call->label, allowed,
	      refused, wrong);
}

/* A code is either recorded or not, and never for somebody else. */
static void test_proof(void)
{
	unsigned taken = 0, wrong = 0, at;
	bool fired = true;

	for (at = 1; fired && at < FAULTS_MAX; at++) {
		struct signin_request request = request_of("alice", "sshd", NOW);
		struct signin_place dialogue = PLACE(501, 500, 1), monitor = PLACE(500, 1);
		char words[SIGNIN_PROOF_SIZE] = "";
		struct complaint complaint;
		struct signin_login found = { .mfa_at = 0 };
		enum status status;
		AUTO_SIGNIN_RECORDS records;

		restore();
		request.login.mfa_at = NOW - 3;
		fault_arm(EVERYTHING, at, false);
		status = signin_records_open(&records, &host.paths, &complaint);
		if (status == STATUS_OK)
			status = signin_records_open_store(&records, &complaint);
		if (status == STATUS_OK)
			status = signin_leave_proof(&records, &request, &dialogue, words);
		if (status == STATUS_OK)
			status = signin_take_proof(&records, &request, &monitor, text_of(words),
						   &found);
		fired = fault_disarm();
		taken += status == STATUS_OK;
		wrong += (status == STATUS_OK) != (found.mfa_at == NOW - 3);
		wrong += !fired && status != STATUS_OK;
	}
	CHECK(at > 2 && at < FAULTS_MAX && taken > 0 && wrong == 0,
	      "a proof, while %u calls fail: taken %u times", at - 2, taken);
}

int main(void)
{
	fault_vfs_install();
	prepare();
	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
		test_call(&calls[i], false);
	test_call(&calls[0], true);
	test_proof();
	buffer_release(&pristine);
	return check_done();
}
