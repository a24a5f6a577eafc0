/*
 * tests/unit/test_directory_json.c: what a directory document says, read into plain data.
 */
#include "check.h"
#include "source/directory_json.h"
#include "support/scratch.h"
#include "support/ssh_keys.h"

enum { LIMIT = 64 << 20 };

static enum status decode(const char *document, struct iam_directory *directory,
			  struct complaint *complaint)
{
	*complaint = (struct complaint){ .line = 0 };
	iam_directory_init(directory, LIMIT);
	return directory_json_decode(text_of(document), directory, complaint);
}

static void decode_file(const char *path, struct iam_directory *directory)
{
	struct complaint complaint;
	AUTO_BUFFER document;
	enum status status;

	buffer_init(&document, LIMIT);
	CHECK_REQUIRE(scratch_read(".", path, &document), path);
	status = decode(document.bytes, directory, &complaint);
	CHECK(status == STATUS_OK, "%s: %s: %s", path, complaint.place, complaint.reason);
	/* The document may go: a wiped one shows what still points into it. */
	memset(document.bytes, '#', document.length);
}

static const char policy[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
			     "\"Action\":\"host:Login\",\"Resource\":\"*\"}]}";

static bool is(struct text text, const char *expected)
{
	return text_is(text, expected) && text.bytes[text.length] == '\0';
}

static void check_ada(const struct iam_user *ada)
{
	const struct iam_entity *entity = &ada->entity;

	CHECK(is(entity->name, "Ada") && is(entity->id, "AIDAEXAMPLE000000001") &&
		      is(entity->arn, "arn:aws:iam::123456789012:user/people/Ada") &&
		      is(entity->path, "/people/") && entity->created == 1767323045,
	      "who she is");
	CHECK(entity->inline_policy_count == 4, "four inline policies");
	for (size_t i = 0; i < entity->inline_policy_count; i++)
		CHECK(is(entity->inline_policies[i].document, policy) &&
			      entity->inline_policies[i].arn.length == 0,
		      "%s becomes compact JSON", entity->inline_policies[i].name.bytes);
	CHECK(entity->attached_count == 2 &&
		      is(entity->attached_arns[1], "arn:aws:iam::aws:policy/ReadOnlyAccess"),
	      "two attached ones");
	CHECK(is(entity->boundary_arn, "arn:aws:iam::123456789012:policy/Boundary"), "a boundary");
	CHECK(entity->tag_count == 4 && is(*iam_entity_tag(entity, "UnixShell"), "/bin/sh") &&
		      is(*iam_entity_tag(entity, "Ort"), "M\xc3\xbcnchen"),
	      "her tags");
	CHECK(ada->group_count == 2 && is(ada->groups[0], "Admins") &&
		      is(ada->groups[1], "Readers"),
	      "her groups, each once, as the groups are spelled");
	CHECK(ada->password_enabled && ada->password_reset_required, "her login profile");
}

static void check_keys_and_devices(const struct iam_user *ada, const struct iam_user *bob)
{
	CHECK(ada->key_count == 2, "a key in two places is one key");
	CHECK(is(ada->keys[0].id, "SshKey1") && is(ada->keys[0].body, KEY_ED25519) &&
		      ada->keys[0].uploaded == 0,
	      "the key of the tag");
	CHECK(is(ada->keys[1].id, "APKAEXAMPLE000000001") && is(ada->keys[1].body, KEY_RSA_2048) &&
		      ada->keys[1].uploaded == 1770076800,
	      "the key at IAM, without its comment");
	CHECK(bob->key_count == 1 && is(bob->keys[0].id, "APKAEXAMPLE000000002"),
	      "active keys alone");
	CHECK(ada->device_count == 2 && is(ada->devices[0], "arn:aws:iam::123456789012:mfa/ada") &&
		      is(ada->devices[1], "GAHT12345678"),
	      "a device in two lists is one device");
	CHECK(bob->device_count == 1, "a device by name");
}

static void check_others(const struct iam_directory *directory)
{
	const struct iam_user *bob = &directory->users[1], *eve = &directory->users[2];

	CHECK(bob->entity.created == 1767323045 && bob->group_count == 0 &&
		      is(bob->entity.path, "/"),
	      "bob");
	CHECK(bob->password_enabled && !bob->password_reset_required, "has a login profile");
	CHECK(eve->entity.created == 0 && eve->entity.tag_count == 0 && eve->group_count == 0 &&
		      is(eve->entity.path, "/") && eve->entity.boundary_arn.length == 0,
	      "eve, of another account, has hardly anything");
	CHECK(!eve->password_enabled, "nor a login profile");
	CHECK(directory->group_count == 2 && is(directory->groups[1].entity.name, "Readers") &&
		      is(directory->groups[1].entity.path, "/x/"),
	      "two groups");
	CHECK(directory->groups[0].entity.inline_policy_count == 1 &&
		      is(directory->groups[0].entity.inline_policies[0].document, "{}"),
	      "a group's inline policy");
	CHECK(directory->role_count == 2 && is(directory->roles[0].trust_policy, policy) &&
		      directory->roles[0].session_seconds_max == 7200,
	      "a role");
	CHECK(directory->roles[1].trust_policy.length == 0 &&
		      directory->roles[1].session_seconds_max == 3600,
	      "a role that says nothing");
}

static void check_account(const struct iam_directory *directory)
{
	const struct iam_password_policy *rules = &directory->password_policy;

	CHECK(directory->policy_count == 2 && is(directory->policies[0].name, "Login") &&
		      is(directory->policies[0].document, policy),
	      "a managed policy in its default version");
	CHECK(is(directory->policies[1].name, "Boundary") &&
		      is(directory->policies[1].document, policy),
	      "one without a name is called as its ARN ends");
	CHECK(!rules->is_default && rules->minimum_length == 14 && rules->require_symbols &&
		      rules->require_numbers && rules->require_uppercase &&
		      rules->require_lowercase && rules->allow_users_to_change &&
		      rules->max_age_days == 1095 && rules->reuse_prevention == 24 &&
		      rules->hard_expiry,
	      "the password policy");
	CHECK(is(directory->account_id, "123456789012") &&
		      is(directory->account_alias, "example-corp"),
	      "the account");
	CHECK(directory->generation == 9007199254740992U && directory->generated_at == 1772323200 &&
		      directory->expires == 1775001600,
	      "the document's age");
	CHECK(directory->warning_count == 0, "nothing was left out");
}

/* A key in two places asks for what either of them asks for. */
static void test_security_keys(void)
{
	static const struct key_case {
		const char *first, *second;
		bool verify_required;
	} rows[] = {
		{ KEY_SK_ED25519, KEY_SK_ED25519, false },
		{ "verify-required " KEY_SK_ED25519, KEY_SK_ED25519, true },
		{ KEY_SK_ED25519, "verify-required " KEY_SK_ED25519 " again", true },
		{ "verify-required " KEY_SK_ED25519, "verify-required " KEY_SK_ED25519, true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct complaint complaint = { .line = 0 };
		AUTO_DIRECTORY directory;
		AUTO_BUFFER document;

		buffer_init(&document, 8192);
		iam_directory_init(&directory, LIMIT);
		CHECK_REQUIRE(buffer_append_format(
				      &document,
				      "{\"UserDetailList\":[{\"UserName\":\"ada\",\"UserId\":"
				      "\"AIDAEXAMPLE0000000001\",\"Arn\":"
				      "\"arn:aws:iam::123456789012:user/ada\",\"Tags\":["
				      "{\"Key\":\"SshKey1\",\"Value\":\"%s\"},"
				      "{\"Key\":\"SshKey2\",\"Value\":\"%s\"}]}]}",
				      rows[i].first, rows[i].second) == STATUS_OK,
			      "a document");
		CHECK(directory_json_decode(buffer_text(&document), &directory, &complaint) ==
				      STATUS_OK &&
			      directory.user_count == 1 && directory.users[0].key_count == 1 &&
			      is(directory.users[0].keys[0].body, KEY_SK_ED25519) &&
			      directory.users[0].keys[0].verify_required == rows[i].verify_required,
		      "security key, row %zu: %s", i, complaint.reason);
	}
}

static void test_complete(void)
{
	AUTO_DIRECTORY directory;

	decode_file("tests/data/directory/complete.json", &directory);
	CHECK_REQUIRE(directory.user_count == 3, "three users");
	check_ada(&directory.users[0]);
	check_keys_and_devices(&directory.users[0], &directory.users[1]);
	check_others(&directory);
	check_account(&directory);
}

/* What the manual and the demonstration say of the example. */
static void test_example(void)
{
	AUTO_DIRECTORY directory;
	const struct iam_user *alice, *bob;

	decode_file("packaging/examples/directory.json", &directory);
	CHECK_REQUIRE(directory.user_count == 6, "six users");
	alice = &directory.users[0];
	bob = &directory.users[1];
	CHECK(is(alice->entity.name, "alice") && alice->group_count == 2 &&
		      is(alice->groups[0], "Developers") && is(alice->groups[1], "Admins"),
	      "alice is in Developers and Admins");
	CHECK(is(bob->entity.name, "bob") && bob->group_count == 1 &&
		      is(bob->groups[0], "Auditors"),
	      "bob is in Auditors");
	CHECK(directory.role_count == 1 && is(directory.roles[0].entity.path, "/host/"),
	      "a role for hosts");
	CHECK(directory.warning_count == 0, "nothing is left out");
}

static void test_small(void)
{
	static const char user[] = "{\"UserDetailList\":[{\"UserName\":\"ada\",\"UserId\":"
				   "\"AIDAEXAMPLE000000001\",\"Arn\":"
				   "\"arn:aws:iam::123456789012:user/ada\","
				   "\"GroupList\":[\"Elsewhere\",\"elsewhere\"]}]}";
	struct complaint complaint;
	AUTO_DIRECTORY empty, one, policy_only;

	CHECK(decode("{}", &empty, &complaint) == STATUS_OK && empty.user_count == 0 &&
		      empty.account_id.length == 0 && empty.password_policy.is_default,
	      "an empty document: nobody, and AWS's default password policy");
	CHECK(decode(user, &one, &complaint) == STATUS_OK && one.user_count == 1, "a user");
	CHECK(is(one.account_id, "123456789012"), "the account is that of the first ARN");
	CHECK(one.users[0].group_count == 1 && is(one.users[0].groups[0], "Elsewhere"),
	      "groups that are not listed are taken by name");
	CHECK(one.users[0].password_enabled, "no list of login profiles: everybody has one");
	CHECK(decode("{\"PasswordPolicy\":{}}", &policy_only, &complaint) == STATUS_OK &&
		      !policy_only.password_policy.is_default &&
		      policy_only.password_policy.minimum_length == 6 &&
		      !policy_only.password_policy.allow_users_to_change,
	      "a policy that says nothing asks for six characters");
}

/* Whatever the arena's maximum, the end is a status. */
static void test_memory(void)
{
	AUTO_BUFFER document;
	bool is_refused = false, is_accepted = false, is_sound = true;

	buffer_init(&document, LIMIT);
	CHECK_REQUIRE(scratch_read(".", "tests/data/directory/complete.json", &document), "data");
	for (size_t maximum = 0; maximum <= 20000; maximum += 100) {
		struct complaint complaint = { .line = 0 };
		AUTO_DIRECTORY directory;
		enum status status;

		iam_directory_init(&directory, maximum);
		status = directory_json_decode(buffer_text(&document), &directory, &complaint);
		is_accepted |= status == STATUS_OK;
		is_refused |= status == STATUS_NO_MEMORY;
		is_sound &= status == STATUS_OK || status == STATUS_NO_MEMORY;
	}
	CHECK(is_refused && is_accepted && is_sound, "too little memory is said, enough is enough");
}

int main(void)
{
	test_complete();
	test_security_keys();
	test_example();
	test_small();
	test_memory();
	return check_done();
}
