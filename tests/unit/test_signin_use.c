/* Who used what, as the account phase, sudo's plugin and the session of a role tell it. */
#include "check.h"
#include "credentials/permission_use.h"
#include "signin/signin_use.h"
#include "support/credential_fixture.h"
#include "support/role_host.h"

#define ALICE "AIDAEXAMPLEALICE0001"
#define DEPLOY "AROAEXAMPLEDEPLOY001"
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct use_case {
	const char *label, *user, *service;
	const char *run_as; /* NULL: no command is known */
	bool is_known_later, acts;
	enum status status;
	const char *use; /* "": nothing */
} cases[] = {
	{ "a login", "alice", "sshd", NULL, false, false, STATUS_OK, ALICE " host:Login sshd" },
	{ "an unknown service", "alice", "x", NULL, false, false, STATUS_OK,
	  ALICE " host:Login x" },
	{ "sudo", "alice", "sudo", NULL, false, false, STATUS_OK, ALICE " host:Sudo sudo" },
	{ "sudo that its plugin decides", "alice", "sudo-i", NULL, true, false, STATUS_OK, "" },
	{ "a command of sudo's", "alice", "sudo", "root", false, false, STATUS_OK,
	  ALICE " host:Sudo root" },
	{ "a command as a role", "alice", "sudo", "deploy", false, false, STATUS_OK,
	  ALICE " host:Sudo deploy" },
	{ "su to a role", "deploy", "su", NULL, false, false, STATUS_OK, "" },
	{ "a role's sudo", "deploy", "sudo", NULL, false, true, STATUS_OK,
	  DEPLOY " host:Sudo sudo" },
	{ "a service of 130 letters", "alice", HUNDRED TEN TEN TEN, NULL, false, false, STATUS_OK,
	  ALICE " host:Login " HUNDRED TEN TEN "01234..." },
	{ "nobody of IAM's", "mallory", "sshd", NULL, false, false, STATUS_NOT_FOUND, "" },
};

static bool take(void *context, const struct permission_use *use)
{
	CHECK_REQUIRE(text_format(context, 400, "%s %s %s", use->principal_id, use->action,
				  use->object) == STATUS_OK,
		      "room");
	return true;
}

static void test_case(const struct host *host, struct signin_records *records,
		      const struct use_case *row)
{
	struct signin_request request = request_of(row->user, row->service, NOW);
	char told[400] = "";
	enum status status;

	fixture_by_hand(host->state, "DELETE FROM permission_use");
	request.command.is_known_later = row->is_known_later;
	request.command.is_known = row->run_as != NULL;
	request.command.run_as_user = text_of(row->run_as);
	request.acting.is_known = row->acts;
	status = signin_record_use(records, &request);
	CHECK(status == row->status, "%s: %s", row->label, status_text(status));
	CHECK_REQUIRE(permission_use_list(records->store, take, told) == STATUS_OK, "list");
	CHECK(strcmp(told, row->use) == 0, "%s: %s", row->label, told);
}

static void test_without_store(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct complaint complaint;
	struct signin_request request = request_of("alice", "sshd", NOW);
	const struct role_session session = { .user_id = ALICE, .role_id = DEPLOY };

	CHECK_REQUIRE(signin_records_open(&records, &host->paths, &complaint) == STATUS_OK, "open");
	CHECK(signin_record_use(&records, &request) == STATUS_UNAVAILABLE &&
		      signin_record_taking(&records, &session, NOW) == STATUS_UNAVAILABLE,
	      "without a store nothing is recorded, and that is told");
}

static void test_taking(const struct host *host, const struct signin_records *records)
{
	const struct role_session session = { .user_id = ALICE, .role_id = DEPLOY };
	char told[400] = "";

	fixture_by_hand(host->state, "DELETE FROM permission_use");
	CHECK(signin_record_taking(records, &session, NOW) == STATUS_OK &&
		      permission_use_list(records->store, take, told) == STATUS_OK &&
		      strcmp(told, ALICE " sts:AssumeRole " DEPLOY) == 0,
	      "a role that was taken: %s", told);
}

int main(void)
{
	struct host host;
	AUTO_SIGNIN_RECORDS records;

	role_host_make(&host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		test_case(&host, &records, &cases[i]);
	test_taking(&host, &records);
	test_without_store(&host);
	return check_done();
}
