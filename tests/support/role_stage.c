#include "role_stage.h"

#include <time.h>

#include "../check.h"
#include "credential_fixture.h"
#include "password/password_hash.h"
#include "policy_words.h"

#define ACCOUNT "arn:aws:iam::123456789012:"

static const struct policy_text texts[] = {
	{ "login", POLICY(ALLOW("host:Login", EVERYWHERE)) },
	{ "sudo", POLICY(ALLOW("host:Sudo", EVERYWHERE)) },
	{ NULL, NULL },
};

static const struct person persons[] = {
	{ "alice", NULL, "AIDAEXAMPLEALICE0001", .has_password = true, .has_device = true,
	  .policies = "login sudo" },
	{ "bob", NULL, "AIDAEXAMPLEBOB000001", .has_password = true, .policies = "login" },
	{ "deploy", NULL, "AROAEXAMPLEDEPLOY001", .is_role = true, .has_password = true,
	  .policies = "sudo",
	  .trust = TRUST_IF(AWS(ACCOUNT "user/alice"),
			    "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}") },
	{ "other", NULL, "AROAEXAMPLEOTHER0001", .is_role = true, .trust = TRUST("\"*\"") },
	{ .name = NULL },
};

static void set_password(const char *id, const char *password)
{
	AUTO_CREDENTIAL_STORE *store = NULL;
	char hash[PASSWORD_HASH_SIZE];
	struct complaint complaint;

	CHECK_REQUIRE(credential_store_open(STAGE_STATE, FILE_OF_ROOT, false, &store, &complaint) ==
				      STATUS_OK &&
			      password_hash_new(text_of(password), hash) == STATUS_OK &&
			      fixture_set_password(store, text_of(id), hash, time(NULL)) ==
				      STATUS_OK,
		      "a password");
}

void role_stage_reset(void)
{
	static const char *const services[] = { "su", "su-l", "sudo", "sshd", "cron", "login" };
	struct people people = { .persons = persons, .created = time(NULL), .policies = texts };

	stage_reset();
	scratch_write(STAGE_CONFIG, "iam.conf", TEXT("[host]\nname = web1\n"), 0644);
	people_publish(&people, STAGE_STATE, 0600);
	set_password("AIDAEXAMPLEBOB000001", BOB_PASSWORD);
	set_password("AROAEXAMPLEDEPLOY001", ROLE_PASSWORD);
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		stage_plain_service(services[i], "");
}

uid_t role_stage_uid(const char *name)
{
	return person_uid(&(struct people){ .persons = persons }, name);
}

struct visit *role_stage_su(const char *user, const char *invoker, uid_t uid, unsigned phases)
{
	struct visit *visit = visit_new("su", user, phases);

	visit->invoker = invoker;
	visit->uid = uid;
	visit->talk.replies[0] = PERSON_PASSWORD;
	visit->talk.replies[1] = stage_code();
	return visit;
}

bool role_stage_can_be_somebody(void)
{
	struct visit *visit;

	role_stage_reset();
	visit = visit_new("su", "alice", 0);
	visit->uid = role_stage_uid("alice");
	visit_go(visit);
	return visit->has_uid;
}
