/* Whose factors a request takes, and what su and sudo know of where they run. */
#include "check.h"
#include "support/policy_words.h"
#include "support/role_host.h"

/* What is known of a place, and whose factors are asked for in it. */
static const struct place_case {
	const char *label, *user, *service, *invoker; /* NULL: not su */
	int64_t invoker_uid;                          /* -1: the invoker's own */
	const int *pids;
	const char *address;
	bool has_code, is_acting;
	const char *actor;
} place_cases[] = {
	{ "sudo in her session", "alice", "sudo", NULL, 0, PIDS(52, 51, 50, 1), "192.0.2.1", true,
	  false, "alice" },
	{ "sudo outside of it", "alice", "sudo", NULL, 0, PIDS(99, 1), "", false, false, "alice" },
	{ "sudo in another's session", "alice", "sudo", NULL, 0, PIDS(62, 60, 1), "", false, false,
	  "alice" },
	{ "sudo of another's in her session", "bob", "sudo", NULL, 0, PIDS(53, 50, 1), "192.0.2.1",
	  false, false, "bob" },
	{ "sudo in the role's shell", "deploy", "sudo", NULL, 0, PIDS(71, 70, 51, 50, 1),
	  "192.0.2.1", true, true, "alice" },
	{ "sudo -i there", "deploy", "sudo-i", NULL, 0, PIDS(71, 70, 1), "192.0.2.1", true, true,
	  "alice" },
	{ "sudo of a role outside of its session", "deploy", "sudo", NULL, 0, PIDS(51, 50, 1), "",
	  false, false, "deploy" },
	{ "sudo of another role", "other", "sudo", NULL, 0, PIDS(71, 70, 51, 50, 1), "", false,
	  false, "other" },
	{ "su to oneself", "alice", "su", "alice", -1, PIDS(52, 51, 50, 1), "192.0.2.1", true,
	  false, "alice" },
	{ "su to another user", "bob", "su", "alice", -1, PIDS(52, 51, 50, 1), "192.0.2.1", false,
	  false, "bob" },
	{ "su to a role", "deploy", "su", "alice", -1, PIDS(52, 51, 50, 1), "192.0.2.1", true,
	  false, "alice" },
	{ "su - to a role", "deploy", "su-l", "alice", -1, PIDS(52, 51, 50, 1), "192.0.2.1", true,
	  false, "alice" },
	{ "su to a role, without a session", "deploy", "su", "alice", -1, PIDS(99, 1), "", false,
	  false, "alice" },
	{ "su to a role by a user without rights", "deploy", "su", "bob", -1, PIDS(61, 60, 1), "",
	  false, false, "bob" },
	{ "su to a role under another's name", "deploy", "su", "alice", 4711, PIDS(52, 51, 50, 1),
	  "", false, false, "deploy" },
	{ "su to a role under no name", "deploy", "su", "", 4711, PIDS(52, 51, 50, 1), "", false,
	  false, "deploy" },
	{ "su to a role by a local user", "deploy", "su", "localuser", 1000, PIDS(99, 1), "", false,
	  false, "deploy" },
	{ "su to a role by the role", "deploy", "su", "deploy", -1, PIDS(71, 70, 1), "", false,
	  false, "deploy" },
	{ "su to a role by another role", "other", "su", "deploy", -1, PIDS(71, 70, 1), "", false,
	  false, "other" },
	{ "su to a role by root", "deploy", "su", "root", 0, PIDS(99, 1), "", false, false,
	  "deploy" },
	{ "su to a role by root under her name", "deploy", "su", "alice", 0, PIDS(99, 1), "", false,
	  false, "deploy" },
	{ "ssh to a role as if by su", "deploy", "sshd", "alice", -1, PIDS(52, 51, 50, 1), "",
	  false, false, "deploy" },
	{ "sudo to a role as if by su", "deploy", "sudo", "alice", -1, PIDS(52, 51, 50, 1), "",
	  false, false, "deploy" },
	{ "a name that is nobody's", "mallory", "sudo", NULL, 0, PIDS(52, 51, 50, 1), "", false,
	  false, "mallory" },
};

static uint32_t uid_of(const char *name, int64_t uid)
{
	return uid < 0 ? person_uid(&role_people, name) : (uint32_t)uid;
}

static void test_places(const struct signin_records *records)
{
	for (size_t i = 0; i < ARRAY_LENGTH(place_cases); i++) {
		const struct place_case *row = &place_cases[i];
		struct signin_request request = request_of(row->user, row->service, NOW);
		struct signin_place place = { .lineage = lineage_of(LINEAGE_BOOT, LINEAGE_NO_AUDIT,
								    row->pids) };
		struct text actor;

		if (row->invoker)
			request.invoker =
				(struct signin_invoker){ true, text_of(row->invoker),
							 uid_of(row->invoker, row->invoker_uid) };
		CHECK(signin_find_place(records, &place, &request) == STATUS_OK &&
			      text_is(request.login.address, row->address),
		      "%s: from '%.*s'", row->label, TEXT_ARGUMENTS(request.login.address));
		CHECK(request.login.mfa_at == (row->has_code ? NOW - ROLE_HOST_CODE_AGE : 0),
		      "%s: code %lld", row->label, (long long)request.login.mfa_at);
		CHECK(request.acting.is_known == row->is_acting && !request.login.is_unreadable,
		      "%s: acting %d", row->label, request.acting.is_known);
		CHECK(signin_find_actor(records, &request, &place, &actor) == STATUS_OK &&
			      text_is(actor, row->actor),
		      "%s: the factors of %.*s", row->label, TEXT_ARGUMENTS(actor));
	}
}

/* Records that cannot be asked are another thing than nothing recorded. */
static void test_unreadable(const struct host *host, struct signin_records *records)
{
	struct signin_request request = request_of("alice", "sudo", NOW);
	struct signin_place nowhere = { .lineage.count = 0 }, place = PLACE(52, 51, 50, 1);
	AUTO_SIGNIN_RECORDS without_store;
	struct complaint complaint;

	CHECK(signin_find_place(records, &nowhere, &request) == STATUS_UNAVAILABLE &&
		      request.login.is_unreadable && request.login.mfa_at == 0,
	      "without a process nothing is known");
	request = request_of("alice", "sudo", NOW);
	CHECK_REQUIRE(signin_records_open(&without_store, &host->paths, &complaint) == STATUS_OK,
		      "open");
	CHECK(signin_find_place(&without_store, &place, &request) == STATUS_UNAVAILABLE &&
		      request.login.is_unreadable && request.login.mfa_at == 0,
	      "nor without a store");
	request.user = TEXT("deploy");
	CHECK(signin_find_place(&without_store, &place, &request) == STATUS_UNAVAILABLE &&
		      !request.acting.is_known,
	      "and no role acts");
}

/* A Deny for some network must not be lost where no address can be read. */
static void test_unreadable_address(const struct host *host)
{
	static const struct policy_text texts[] = {
		{ "not-guests",
		  POLICY(ALLOW("host:*", EVERYWHERE) "," DENY(
			  "*", IF("\"IpAddress\":{\"aws:SourceIp\":\"198.51.100.0/24\"}"))) },
		{ NULL, NULL },
	};
	static const struct person persons[] = {
		{ "alice", NULL, "AIDAEXAMPLEALICE0001", .policies = "not-guests" },
		{ .name = NULL },
	};
	static const struct {
		const char *label, *service, *address;
		bool is_unreadable;
		enum signin_reason reason;
	} rows[] = {
		{ "a guest", "sudo", "198.51.100.7", false, SIGNIN_REASON_POLICY_DENIED },
		{ "no guest", "sudo", "192.0.2.7", false, SIGNIN_REASON_ALLOWED },
		{ "somebody local", "sudo", "", false, SIGNIN_REASON_ALLOWED },
		{ "not to be known", "sudo", "", true, SIGNIN_REASON_SOURCE_UNREADABLE },
		{ "not to be known, by su", "su", "", true, SIGNIN_REASON_SOURCE_UNREADABLE },
		{ "a console asks no session", "login", "", true, SIGNIN_REASON_ALLOWED },
	};
	AUTO_SIGNIN_RECORDS records;

	people_publish(&(struct people){ .persons = persons, .created = NOW, .policies = texts },
		       host->state, 0600);
	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of("alice", rows[i].service, NOW);
		struct signin_answer answer;

		request.login = (struct signin_login){ .address = text_of(rows[i].address),
						       .is_unreadable = rows[i].is_unreadable };
		CHECK(signin_account(&records, &request, &answer) == STATUS_OK &&
			      answer.reason == rows[i].reason,
		      "address: %s: %s", rows[i].label, signin_reason_code(answer.reason));
	}
	people_publish(&role_people, host->state, 0600);
}

/* A user who has taken the place of the one who took the role, or is gone. */
static void test_taker_replaced(const struct host *host)
{
	static const struct person replaced[] = {
		{ "alice", NULL, .id = "AIDAEXAMPLEALICE0002" },
		{ "deploy", NULL, "AROAEXAMPLEDEPLOY001", .is_role = true },
		{ .name = NULL },
	};
	struct signin_request request = request_of("deploy", "sudo", NOW);
	struct signin_place place = PLACE(71, 70, 51, 50, 1);
	AUTO_SIGNIN_RECORDS records;
	struct text actor;

	people_publish(&(struct people){ .persons = replaced, .created = NOW }, host->state, 0600);
	host_open(host, &records);
	CHECK(signin_find_place(&records, &place, &request) == STATUS_OK &&
		      request.acting.is_known &&
		      signin_find_actor(&records, &request, &place, &actor) == STATUS_OK &&
		      text_is(actor, "deploy"),
	      "another user of the same name proves nothing for the role's session: %.*s",
	      TEXT_ARGUMENTS(actor));
	people_publish(&role_people, host->state, 0600);
}

/* The account phase of su. */
static const struct su_case {
	const char *label, *user, *service, *invoker;
	int64_t invoker_uid, later;
	const int *pids;
	enum signin_reason reason;
	bool begins; /* and the session phase lets it, too */
	bool has_session;
} su_cases[] = {
	{ "alice takes a role", "deploy", "su", "alice", -1, 0, PIDS(201, 51, 50, 1),
	  SIGNIN_REASON_ALLOWED, true, true },
	{ "bob may not", "deploy", "su-l", "bob", -1, 0, PIDS(202, 61, 60, 1),
	  SIGNIN_REASON_NOT_AUTHORIZED, false, false },
	{ "nobody under her name", "deploy", "su", "alice", 4711, 0, PIDS(203, 51, 50, 1),
	  SIGNIN_REASON_ROLE_DIRECT, false, false },
	{ "no local user", "deploy", "su", "localuser", 1000, 0, PIDS(204, 1),
	  SIGNIN_REASON_ROLE_DIRECT, false, false },
	{ "no role takes another", "other", "su", "deploy", -1, 0, PIDS(205, 71, 70, 1),
	  SIGNIN_REASON_ROLE_DIRECT, false, false },
	{ "no role takes itself again", "deploy", "su", "deploy", -1, 0, PIDS(206, 71, 70, 1),
	  SIGNIN_REASON_ROLE_DIRECT, false, false },
	{ "root may, without a session", "deploy", "su", "root", 0, 0, PIDS(207, 1),
	  SIGNIN_REASON_ALLOWED, true, false },
	{ "so may root's runuser", "deploy", "runuser", "root", 0, 0, PIDS(208, 1),
	  SIGNIN_REASON_ALLOWED, true, false },
	{ "sshd runs as root and is not su", "deploy", "sshd", "root", 0, 0, PIDS(209, 1),
	  SIGNIN_REASON_ROLE_DIRECT, false, false },
	{ "cron neither", "deploy", "cron", "root", 0, 0, PIDS(210, 1), SIGNIN_REASON_ROLE_DIRECT,
	  false, false },
	{ "root's sudo neither", "deploy", "sudo", "root", 0, 0, PIDS(211, 1),
	  SIGNIN_REASON_ROLE_NOT_ASSUMED, false, false },
	{ "a user from the role's shell", "bob", "su", "deploy", -1, 0, PIDS(212, 71, 70, 1),
	  SIGNIN_REASON_ALLOWED, false, false },
	{ "not when its time is up", "bob", "su", "deploy", -1, 3600, PIDS(213, 71, 70, 1),
	  SIGNIN_REASON_ROLE_SESSION_OVER, false, false },
	{ "not from outside of its session", "bob", "su", "deploy", -1, 0, PIDS(214, 1),
	  SIGNIN_REASON_ROLE_NOT_ASSUMED, false, false },
	{ "a user by another", "bob", "su", "alice", -1, 0, PIDS(215, 51, 50, 1),
	  SIGNIN_REASON_ALLOWED, false, false },
};

static void test_su(const struct signin_records *records)
{
	for (size_t i = 0; i < ARRAY_LENGTH(su_cases); i++) {
		const struct su_case *row = &su_cases[i];
		struct signin_request request =
			request_of(row->user, row->service, NOW + row->later);
		struct signin_place place = { .lineage = lineage_of(LINEAGE_BOOT, LINEAGE_NO_AUDIT,
								    row->pids) };
		bool is_person = strcmp(row->user, "bob") == 0;
		struct signin_answer answer;

		request.invoker = (struct signin_invoker){ true, text_of(row->invoker),
							   uid_of(row->invoker, row->invoker_uid) };
		CHECK_REQUIRE(signin_find_place(records, &place, &request) == STATUS_OK, "place");
		CHECK(signin_admit(records, &request, &place, &answer) == STATUS_OK &&
			      answer.reason == row->reason,
		      "%s: %s", row->label, signin_reason_code(answer.reason));
		if (is_person)
			continue;
		CHECK(signin_begin_role(records, &request, &place, &answer) == STATUS_OK &&
			      signin_is_allowed(&answer) == row->begins,
		      "%s: the session: %s", row->label, signin_reason_code(answer.reason));
		CHECK((place.role.number != 0) == row->has_session, "%s: session %lld", row->label,
		      (long long)place.role.number);
	}
}

/* From the shell of a role, to somebody who is none of ours. */
static void test_invokers(const struct signin_records *records)
{
	const struct {
		const char *label, *service, *invoker;
		int64_t invoker_uid, later;
		const int *pids;
		bool is_roles;
		enum signin_reason reason;
	} rows[] = {
		{ "in time", "su", "deploy", -1, 0, PIDS(301, 71, 70, 1), true,
		  SIGNIN_REASON_ALLOWED },
		{ "too late", "su-l", "deploy", -1, 3600, PIDS(302, 71, 70, 1), true,
		  SIGNIN_REASON_ROLE_SESSION_OVER },
		{ "outside", "su", "deploy", -1, 0, PIDS(303, 1), true,
		  SIGNIN_REASON_ROLE_NOT_ASSUMED },
		{ "a user", "su", "alice", -1, 3600, PIDS(304, 1), false, SIGNIN_REASON_ALLOWED },
		{ "root", "su", "root", 0, 3600, PIDS(305, 1), false, SIGNIN_REASON_ALLOWED },
		{ "root under a role's name", "su", "deploy", 0, 3600, PIDS(306, 1), false,
		  SIGNIN_REASON_ALLOWED },
		{ "another program", "login", "deploy", -1, 3600, PIDS(307, 1), false,
		  SIGNIN_REASON_ALLOWED },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request =
			request_of("root", rows[i].service, NOW + rows[i].later);
		struct signin_place place = { .lineage = lineage_of(LINEAGE_BOOT, LINEAGE_NO_AUDIT,
								    rows[i].pids) };
		struct signin_answer answer;
		bool is_roles = !rows[i].is_roles;

		request.invoker =
			(struct signin_invoker){ true, text_of(rows[i].invoker),
						 uid_of(rows[i].invoker, rows[i].invoker_uid) };
		CHECK(signin_is_roles_switch(records, &request, &is_roles) == STATUS_OK &&
			      is_roles == rows[i].is_roles,
		      "invoker %s: a role's account or not", rows[i].label);
		CHECK(signin_check_invoker(records, &request, &place, &answer) == STATUS_OK &&
			      answer.reason == rows[i].reason,
		      "invoker %s: %s", rows[i].label, signin_reason_code(answer.reason));
	}
}

int main(void)
{
	AUTO_SIGNIN_RECORDS records;
	struct host host;

	role_host_make(&host, &records);
	test_places(&records);
	test_unreadable(&host, &records);
	test_unreadable_address(&host);
	test_taker_replaced(&host);
	test_su(&records);
	test_invokers(&records);
	return check_done();
}
