/*
 * tests/unit/test_access_context.c: a request's condition keys are those that are always so of its
 * principal and host, and those that are left open before there is a request; no others.
 */
#include "access/access_context.h"
#include "check.h"
#include "signin/signin_context.h"
#include "support/signin_host.h"

#define EVERYTHING                                                          \
	.tty = TEXT("pts/1"), .remote_host = TEXT("192.0.2.1"), .now = NOW, \
	.login = { .address = TEXT("192.0.2.1"), .mfa_at = NOW - 5 },       \
	.command = { .is_known = true,                                      \
		     .run_as_user = TEXT("root"),                           \
		     .run_as_group = TEXT("root"),                          \
		     .path = TEXT("/bin/ls"),                               \
		     .arguments = TEXT("-l") }

static struct iam_tag tags[] = { { TEXT("Team"), TEXT("ops") }, { TEXT("Empty"), TEXT("") } };
static struct access_group groups[] = { { .iam_name = TEXT("Ops"), .unix_name = TEXT("ops") },
					{ .iam_name = TEXT("Admins"), .unix_name = TEXT("adm") },
					{ .iam_name = TEXT("Refused") } };

static const struct access_principal user = {
	.iam_name = TEXT("Alice"),
	.id = TEXT("AIDAEXAMPLEALICE0001"),
	.arn = TEXT("arn:aws:iam::123456789012:user/people/Alice"),
	.unix_name = TEXT("alice"),
	.groups = groups,
	.group_count = ARRAY_LENGTH(groups),
	.tags = tags,
	.tag_count = ARRAY_LENGTH(tags),
};
static const struct access_principal lonely = {
	.iam_name = TEXT("Bob"),
	.id = TEXT("AIDAEXAMPLEBOB000001"),
	.arn = TEXT("arn:aws:iam::123456789012:user/Bob"),
	.unix_name = TEXT("bob"),
};
static const struct access_principal role = {
	.is_role = true,
	.iam_name = TEXT("deploy"),
	.id = TEXT("AROAEXAMPLEDEPLOY001"),
	.arn = TEXT("arn:aws:iam::123456789012:role/host/deploy"),
	.unix_name = TEXT("deploy"),
	.tags = tags,
	.tag_count = ARRAY_LENGTH(tags),
};

static const struct signin_request by_user = { .service = TEXT("sudo"), EVERYTHING };
static const struct signin_request at_login = { .service = TEXT("sshd"), EVERYTHING };
static const struct signin_request by_role = { .service = TEXT("sudo"),
					       .acting = { .is_known = true,
							   .session_name = TEXT("alice"),
							   .source_identity = TEXT("alice"),
							   .since = NOW - 60,
							   .until = NOW + 60 },
					       EVERYTHING };
static const struct signin_assumption assumption = { .role = &role,
						     .session_name = TEXT("alice"),
						     .external_id = TEXT("ticket-1"),
						     .source_identity = TEXT("alice") };

static const struct {
	const char *label;
	const struct access_principal *principal;
	const struct signin_request *request;
	const struct signin_assumption *assumption;
	enum access_question question;
	size_t open_count; /* keys left open of which the request has a value */
} rows[] = {
	{ "a user's sudo", &user, &by_user, NULL, ACCESS_OF_USER, 12 },
	{ "a user's login", &user, &at_login, NULL, ACCESS_OF_USER, 12 },
	{ "a user without tags and groups", &lonely, &by_user, NULL, ACCESS_OF_USER, 12 },
	{ "a role's sudo", &role, &by_role, NULL, ACCESS_OF_ROLE, 17 },
	{ "taking a role", &user, &by_user, &assumption, ACCESS_TO_ROLE, 14 },
};

static bool is_open(enum access_question question, struct text name)
{
	struct policy_list open_keys = access_open_keys(question);

	for (size_t i = 0; i < open_keys.count; i++)
		if (text_equal(open_keys.items[i], name))
			return true;
	return false;
}

static bool same_key(const struct policy_key *left, const struct policy_key *right)
{
	if (!text_equal(left->name, right->name) || left->is_many != right->is_many ||
	    left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (!text_equal(left->values[i], right->values[i]))
			return false;
	return true;
}

static void build(const struct signin_records *records, size_t row, struct arena *arena,
		  struct access_keys *keys, struct signin_decision *decision)
{
	access_keys_init(keys, arena);
	access_keys_add_host(keys, &records->config);
	access_keys_add_principal(keys, rows[row].principal);
	CHECK_REQUIRE(keys->status == STATUS_OK, "what is always so");
	arena_init(&decision->arena, 1 << 20);
	CHECK_REQUIRE(signin_caller(rows[row].request, rows[row].principal, &decision->arena,
				    &decision->caller) == STATUS_OK &&
			      signin_context_build(records, rows[row].request, rows[row].principal,
						   rows[row].assumption, decision) == STATUS_OK,
		      "a request's context");
}

static void test_agreement(const struct signin_records *records)
{
	for (size_t row = 0; row < ARRAY_LENGTH(rows); row++) {
		AUTO_SIGNIN_DECISION decision = { .reason = SIGNIN_REASON_NONE };
		AUTO_ARENA arena = { 0 };
		struct access_keys keys;
		struct policy_context *context = &decision.context;
		size_t is_always = 0, open_count = 0;

		arena_init(&arena, 1 << 20);
		build(records, row, &arena, &keys, &decision);
		for (size_t i = 0; i < context->count; i++) {
			const struct policy_key *key = &context->keys[i];

			/* Who takes a role from a user's shell names the user. */
			if (text_is(key->name, "sts:SourceIdentity") && rows[row].assumption)
				continue;
			if (i < keys.count && same_key(key, &keys.items[i]))
				is_always++;
			else if (is_open(rows[row].question, key->name))
				open_count++;
			else
				CHECK(false, "%s: %.*s is neither known before nor left open",
				      rows[row].label, TEXT_ARGUMENTS(key->name));
		}
		CHECK(is_always == keys.count, "%s: all of the %zu keys that are always so",
		      rows[row].label, keys.count);
		CHECK(open_count == rows[row].open_count,
		      "%s: %zu keys of the request's own, each left open before", rows[row].label,
		      open_count);
		for (size_t i = 0; i < keys.count; i++)
			CHECK(!is_open(rows[row].question, keys.items[i].name),
			      "%s: %.*s is known, and not open", rows[row].label,
			      TEXT_ARGUMENTS(keys.items[i].name));
	}
}

/* "name=value,value"; what a principal is to policies. */
static const struct {
	const struct access_principal *principal;
	const char *name, *values;
	bool is_many;
} known[] = {
	{ &user, "aws:PrincipalArn", "arn:aws:iam::123456789012:user/people/Alice", false },
	{ &user, "aws:PrincipalAccount", "123456789012", false },
	{ &user, "aws:PrincipalType", "User", false },
	{ &user, "aws:userid", "AIDAEXAMPLEALICE0001", false },
	{ &user, "aws:username", "Alice", false },
	{ &user, "aws:PrincipalTag/Team", "ops", false },
	{ &user, "aws:PrincipalTag/Empty", "", false },
	{ &user, "host:Group", "Ops,Admins,adm,Refused", true },
	{ &user, "host:Name", "web1", false },
	{ &user, "aws:ResourceTag/Environment", "prod", false },
	{ &lonely, "host:Group", NULL, false },
	{ &lonely, "aws:PrincipalTag/Team", NULL, false },
	{ &role, "aws:PrincipalArn", "arn:aws:iam::123456789012:role/host/deploy", false },
	{ &role, "aws:PrincipalType", "AssumedRole", false },
	{ &role, "aws:userid", NULL, false },
	{ &role, "aws:username", NULL, false },
};

static bool has_values(const struct policy_key *key, const char *values)
{
	struct text rest = text_of(values), value;
	size_t count = 0;

	while (text_next_piece(&rest, ',', &value)) {
		if (count == key->count || !text_equal(key->values[count], value))
			return false;
		count++;
	}
	return count == key->count;
}

static void test_known(const struct signin_records *records)
{
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		AUTO_ARENA arena = { 0 };
		struct access_keys keys;
		struct policy_context context;
		const struct policy_key *key;

		arena_init(&arena, 1 << 20);
		access_keys_init(&keys, &arena);
		access_keys_add_principal(&keys, known[i].principal);
		access_keys_add_host(&keys, &records->config);
		CHECK_REQUIRE(keys.status == STATUS_OK, "what is always so");
		context = (struct policy_context){ .keys = keys.items, .count = keys.count };
		key = policy_context_find(&context, text_of(known[i].name));
		CHECK(known[i].values ? key && key->is_many == known[i].is_many &&
						has_values(key, known[i].values)
				      : !key,
		      "%.*s: %s is %s", TEXT_ARGUMENTS(known[i].principal->iam_name), known[i].name,
		      known[i].values ? known[i].values : "absent");
	}
}

static const struct {
	const struct access_principal *principal;
	const char *session, *arn, *id;
} callers[] = {
	{ &user, "", "arn:aws:iam::123456789012:user/people/Alice", "AIDAEXAMPLEALICE0001" },
	{ &user, "x", "arn:aws:iam::123456789012:user/people/Alice", "AIDAEXAMPLEALICE0001" },
	{ &role, "alice", "arn:aws:sts::123456789012:assumed-role/deploy/alice",
	  "AROAEXAMPLEDEPLOY001:alice" },
};

static void test_callers(void)
{
	static const struct access_principal nobody = { .arn = TEXT("alice") };
	AUTO_ARENA arena = { 0 };
	struct policy_caller caller;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LENGTH(callers); i++)
		CHECK(access_caller(callers[i].principal, text_of(callers[i].session), &arena,
				    &caller) == STATUS_OK &&
			      text_is(caller.arn, callers[i].arn) &&
			      text_is(caller.id, callers[i].id) &&
			      text_is(caller.account, "123456789012"),
		      "the caller %s", callers[i].arn);
	CHECK(access_caller(&nobody, TEXT(""), &arena, &caller) == STATUS_BAD_DATA,
	      "whoever has no ARN asks nothing");
}

static void test_limits(void)
{
	AUTO_ARENA arena = { 0 }, tiny = { 0 };
	struct access_keys keys;

	arena_init(&arena, 1 << 20);
	access_keys_init(&keys, &arena);
	for (unsigned i = 0; i < ACCESS_KEYS_MAX; i++)
		access_keys_add(&keys, "k:a", TEXT("x"));
	CHECK(keys.status == STATUS_OK && keys.count == ACCESS_KEYS_MAX, "as many keys as fit");
	access_keys_add(&keys, "k:a", TEXT("x"));
	CHECK(keys.status == STATUS_BAD_INPUT && keys.count == ACCESS_KEYS_MAX,
	      "one more is refused");
	keys.count = 0;
	access_keys_add(&keys, "k:a", TEXT("x"));
	CHECK(keys.status == STATUS_BAD_INPUT && keys.count == 0, "and what comes after it too");
	arena_init(&tiny, 1);
	access_keys_init(&keys, &tiny);
	access_keys_add_number(&keys, "k:a", 1);
	CHECK(keys.status == STATUS_NO_MEMORY && keys.count == 0, "no memory is said so");
}

int main(void)
{
	struct host host;
	AUTO_SIGNIN_RECORDS records = { 0 };

	host_make(&host);
	scratch_write(host.root, "etc/iam.conf",
		      TEXT("[host]\nname = web1\n[host-tags]\nEnvironment = prod\n"), 0644);
	host_open(&host, &records);
	test_agreement(&records);
	test_known(&records);
	test_callers();
	test_limits();
	return check_done();
}
