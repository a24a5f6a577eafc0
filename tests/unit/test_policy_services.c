/*
 * tests/unit/test_policy_services.c: the services that an action may be of.
 */
#include "check.h"
#include "policy/policy_internal.h"
#include "source/directory_json.h"
#include "support/scratch.h"

enum { TEXT_MAX = 4 << 20 };

static bool is_prefix(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static void test_table(void)
{
	CHECK(POLICY_SERVICE_COUNT > 400, "the services of AWS are some hundred: %zu",
	      POLICY_SERVICE_COUNT);
	for (size_t i = 0; i < POLICY_SERVICE_COUNT; i++) {
		CHECK(is_prefix(POLICY_SERVICES[i]), "a prefix in lower case: %s",
		      POLICY_SERVICES[i]);
		CHECK(i == 0 || strcmp(POLICY_SERVICES[i - 1], POLICY_SERVICES[i]) < 0,
		      "%s stands in its order, once", POLICY_SERVICES[i]);
	}
}

struct told {
	size_t count;
	char all[2000]; /* "PLACE: REASON; " of each */
};

static void take_finding(void *context, const struct policy_finding *finding)
{
	struct told *told = context;
	size_t length = strlen(told->all);

	if (!finding->is_unknown_service)
		return;
	told->count++;
	CHECK(!finding->is_error, "a service that is not known is no error");
	CHECK_REQUIRE(text_format(told->all + length, sizeof(told->all) - length, "%s: %s; ",
				  finding->place, finding->reason) == STATUS_OK,
		      "room");
}

static struct told services_told(struct text document, enum policy_kind kind)
{
	struct told told = { .count = 0 };
	struct policy_report report = { take_finding, &told };
	struct policy_document parsed;
	struct complaint complaint;
	AUTO_ARENA arena = { 0 };

	arena_init(&arena, TEXT_MAX);
	if (policy_parse(document, &arena, &parsed, NULL) == STATUS_OK)
		(void)(policy_validate(&parsed, kind, false, &report, &complaint) == STATUS_OK);
	return told;
}

#define ALLOW(element, actions) \
	"{\"Effect\":\"Allow\",\"" element "\":" actions ",\"Resource\":\"*\"}"
#define REASON(prefix) "no service that is known has the prefix \"" prefix "\"; "

static const struct {
	const char *statements, *told;
} rows[] = {
	{ ALLOW("Action", "\"*\""), "" },
	{ ALLOW("Action", "\"*:Get\""), "" }, /* doubtful for another reason */
	{ ALLOW("Action", "\"host:Login\""), "" },
	{ ALLOW("Action", "\"s3:*\""), "" },
	{ ALLOW("Action", "[\"a2c:x\",\"zocalo:x\",\"iam:x\"]"), "" },
	{ ALLOW("Action", "[\"CloudWatch:x\",\"ElasticLoadBalancing:x\",\"SSO-Directory:x\"]"),
	  "" },
	{ ALLOW("Action", "[\"identitystore:x\",\"aws-portal:x\",\"ssmmessages:x\"]"), "" },
	{ ALLOW("Action", "[\"ec2messages:x\",\"aws-marketplace:x\",\"execute-api:x\"]"), "" },
	{ ALLOW("Action", "\"hots:Login\""), "Statement[0].Action: " REASON("hots") },
	{ ALLOW("Action", "\"hos:Login\""), "Statement[0].Action: " REASON("hos") },
	{ ALLOW("Action", "\"hosts:*\""), "Statement[0].Action: " REASON("hosts") },
	{ ALLOW("NotAction", "[\"s3:*\",\"S4:*\"]"), "Statement[0].NotAction: " REASON("S4") },
	/* An API's name, or an endpoint's, is not always the prefix. */
	{ ALLOW("Action", "\"monitoring:x\""), "Statement[0].Action: " REASON("monitoring") },
	{ ALLOW("Action", "\"a.b:x\""), "Statement[0].Action: " REASON("a.b") },
	/* In a row it is told once, in another statement again. */
	{ ALLOW("Action", "[\"aa:x\",\"AA:y\",\"bb:x\",\"bb:y\"]") "," ALLOW("Action",
									     "[\"s3:x\",\"bb:x\"]"),
	  "Statement[0].Action: " REASON("aa") "Statement[0].Action: " REASON(
		  "bb") "Statement[1].Action: " REASON("bb") },
	/* IAM refuses them: that is said instead. */
	{ ALLOW("Action", "[\"s3*:Get\",\"s?:Get\",\"none\",\"a:b:c\",\":x\"]"), "" },
	{ ALLOW("Action",
		"\"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij:x\""),
	  "Statement[0].Action: " REASON(
		  "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdef...") },
};

static void test_actions(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char document[2000];
		struct told told;

		CHECK_REQUIRE(text_format(document, sizeof(document),
					  "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}",
					  rows[i].statements) == STATUS_OK,
			      "room");
		told = services_told(text_of(document), POLICY_IDENTITY);
		CHECK(strcmp(told.all, rows[i].told) == 0, "%s: %s", rows[i].statements, told.all);
	}
}

/* Every policy that this project shows to people or tests with names services that there are. */
static const char *const directories[] = {
	"packaging/examples/directory.json",     "tests/data/directory/complete.json",
	"tests/data/iamctl/directory.json",      "tests/data/policies/directory.json",
	"tests/system/directory/directory.json",
};

static size_t check_policy(const char *path, struct text name, struct text document,
			   enum policy_kind kind)
{
	struct told told = services_told(document, kind);

	CHECK(told.count == 0, "%s: %.*s: %s", path, TEXT_ARGUMENTS(name), told.all);
	return 1;
}

static size_t check_entity(const char *path, const struct iam_entity *entity)
{
	size_t count = 0;

	for (size_t i = 0; i < entity->inline_policy_count; i++)
		count += check_policy(path, entity->inline_policies[i].name,
				      entity->inline_policies[i].document, POLICY_IDENTITY);
	return count;
}

static size_t check_directory(const char *path, const struct iam_directory *directory)
{
	size_t count = 0;

	for (size_t i = 0; i < directory->user_count; i++)
		count += check_entity(path, &directory->users[i].entity);
	for (size_t i = 0; i < directory->group_count; i++)
		count += check_entity(path, &directory->groups[i].entity);
	for (size_t i = 0; i < directory->role_count; i++) {
		count += check_entity(path, &directory->roles[i].entity);
		count += check_policy(path, directory->roles[i].entity.name,
				      directory->roles[i].trust_policy, POLICY_TRUST);
	}
	for (size_t i = 0; i < directory->policy_count; i++)
		count += check_policy(path, directory->policies[i].arn,
				      directory->policies[i].document, POLICY_IDENTITY);
	return count;
}

static void test_directories(void)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(directories); i++) {
		AUTO_BUFFER document = { 0 };
		AUTO_DIRECTORY directory;
		struct complaint complaint;

		buffer_init(&document, TEXT_MAX);
		iam_directory_init(&directory, TEXT_MAX);
		CHECK_REQUIRE(scratch_read(".", directories[i], &document), directories[i]);
		CHECK_REQUIRE(directory_json_decode(buffer_text(&document), &directory,
						    &complaint) == STATUS_OK,
			      directories[i]);
		count += check_directory(directories[i], &directory);
	}
	CHECK(count > 20, "%zu policies were looked at", count);
}

int main(void)
{
	test_table();
	test_actions();
	test_directories();
	return check_done();
}
