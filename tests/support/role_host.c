#include "role_host.h"

#include "../check.h"
#include "policy_words.h"

static const struct policy_text texts[] = {
	{ "assume", POLICY(ALLOW("sts:AssumeRole", EVERYWHERE)) },
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "sudo", POLICY(ALLOW("host:Sudo", EVERYWHERE)) },
	{ NULL, NULL },
};

static const struct person persons[] = {
	{ "alice", "Alice", "AIDAEXAMPLEALICE0001", .has_password = true, .has_device = true,
	  .policies = "assume login sudo" },
	{ "bob", NULL, "AIDAEXAMPLEBOB000001", .has_password = true, .policies = "login" },
	{ "deploy", NULL, "AROAEXAMPLEDEPLOY001", .is_role = true, .has_password = true,
	  .has_device = true, .trust = TRUST("\"*\""), .policies = "sudo" },
	{ "other", NULL, "AROAEXAMPLEOTHER0001", .is_role = true, .trust = TRUST("\"*\"") },
	{ .name = NULL },
};

const struct people role_people = { .persons = persons, .created = NOW, .policies = texts };

#define PLACE(...) \
	((struct signin_place){ .lineage = LINEAGE(LINEAGE_BOOT, LINEAGE_NO_AUDIT, __VA_ARGS__) })

static void begin_login(const struct signin_records *records, const char *user, int pid,
			const char *address, int64_t mfa_at)
{
	struct signin_request request = request_of(user, "sshd", NOW);
	struct signin_place place = PLACE(pid, 1);

	request.remote_host = text_of(address);
	request.login.mfa_at = mfa_at;
	CHECK_REQUIRE(signin_begin_login(records, &request, &place) == STATUS_OK, "begin a login");
}

static void begin_role(const struct signin_records *records, const char *role, int pid, int64_t now)
{
	struct signin_request by = request_of("alice", "sudo", now),
			      as = request_of(role, "sudo", now);
	const struct signin_taking taking = { .role = text_of(role) };
	struct signin_place place = PLACE(pid, 51, 50, 1);
	struct signin_answer answer;

	by.login.mfa_at = NOW - ROLE_HOST_CODE_AGE;
	by.login.address = TEXT("192.0.2.1");
	CHECK_REQUIRE(signin_take_role(records, &by, &place, &taking, &answer) == STATUS_OK &&
			      signin_is_allowed(&answer) &&
			      signin_begin_role(records, &as, &place, &answer) == STATUS_OK &&
			      signin_is_allowed(&answer),
		      "begin a role");
}

static void settle(const struct signin_records *records)
{
	begin_login(records, "alice", 50, "192.0.2.1", NOW - ROLE_HOST_CODE_AGE);
	begin_login(records, "bob", 60, "", 0);
	begin_role(records, "deploy", 70, NOW - 10);
}

void role_host_make(struct host *host, struct signin_records *out_records)
{
	host_make(host);
	scratch_write(host->root, "etc/iam.conf", TEXT("[host]\nname = web1\n"), 0644);
	people_publish(&role_people, host->state, 0600);
	host_open(host, out_records);
	settle(out_records);
}

int64_t role_host_code(const struct signin_records *records, const char *user,
		       const struct signin_place *place)
{
	struct signin_request request = request_of(user, "sudo", NOW + 60);
	struct signin_place found = *place;

	CHECK_REQUIRE(signin_find_place(records, &found, &request) == STATUS_OK, "place");
	return request.login.mfa_at;
}
