/* What access.snapshot says of a principal alone and of the account, there and back. */
#include "snapshot/access_record.h"

#include <stdio.h>

#include "check.h"

static struct access_group some_groups[] = {
	{ .id = TEXT("AGPAEXAMPLEEXAMPLE01") },
	{ .id = TEXT("AGPAEXAMPLEEXAMPLE02") },
};

static struct access_policy some_policies[] = {
	{ TEXT("arn:aws:iam::aws:policy/ReadOnlyAccess"), TEXT("user") },
	{ TEXT("AIDAEXAMPLEEXAMPLE01/inline \"quoted\""), TEXT("user") },
};

static struct access_policy deploy_policies[] = {
	{ TEXT("AROAEXAMPLEEXAMPLE01/run"), TEXT("role") },
};

static struct iam_tag some_tags[] = {
	{ TEXT("team"), TEXT("blue \xe2\x9c\x93") },
	{ TEXT("empty"), TEXT("") },
};

static struct text some_devices[] = { TEXT("arn:aws:iam::123456789012:mfa/alice"),
				      TEXT("GAHT12345678") };

static const struct access_principal alice = {
	.iam_name = TEXT("Alice@example.com"),
	.id = TEXT("AIDAEXAMPLEEXAMPLE01"),
	.arn = TEXT("arn:aws:iam::123456789012:user/staff/Alice@example.com"),
	.path = TEXT("/staff/"),
	.unix_name = TEXT("alice"),
	.uid = 1879048193,
	.groups = some_groups,
	.group_count = ARRAY_LENGTH(some_groups),
	.policies = some_policies,
	.policy_count = ARRAY_LENGTH(some_policies),
	.boundary_key = TEXT("arn:aws:iam::123456789012:policy/Boundary"),
	.tags = some_tags,
	.tag_count = ARRAY_LENGTH(some_tags),
	.devices = some_devices,
	.device_count = ARRAY_LENGTH(some_devices),
	.password_enabled = true,
	.created = 1760000000,
	.oldest_ssh_key = 1750000000,
	.password_reset_required = true,
};

static const struct access_principal deploy = {
	.is_role = true,
	.iam_name = TEXT("deploy"),
	.id = TEXT("AROAEXAMPLEEXAMPLE01"),
	.arn = TEXT("arn:aws:iam::123456789012:role/host/deploy"),
	.unix_name = TEXT("deploy"),
	.uid = 1000,
	.policies = deploy_policies,
	.policy_count = ARRAY_LENGTH(deploy_policies),
	.trust_policy = TEXT("{\"Version\":\"2012-10-17\",\n\"Statement\":[]}"),
	.session_seconds_max = 43200,
};

static bool same_policies(const struct access_policy *a, const struct access_policy *b,
			  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!text_equal(a[i].key, b[i].key) || !text_equal(a[i].from, b[i].from))
			return false;
	return true;
}

static bool same_lists(const struct access_principal *a, const struct access_principal *b)
{
	if (a->group_count != b->group_count || a->policy_count != b->policy_count ||
	    a->tag_count != b->tag_count || a->device_count != b->device_count)
		return false;
	for (size_t i = 0; i < a->group_count; i++)
		if (!text_equal(a->groups[i].id, b->groups[i].id))
			return false;
	for (size_t i = 0; i < a->tag_count; i++)
		if (!text_equal(a->tags[i].key, b->tags[i].key) ||
		    !text_equal(a->tags[i].value, b->tags[i].value))
			return false;
	for (size_t i = 0; i < a->device_count; i++)
		if (!text_equal(a->devices[i], b->devices[i]))
			return false;
	return same_policies(a->policies, b->policies, a->policy_count);
}

static bool same_principal(const struct access_principal *a, const struct access_principal *b)
{
	return a->is_role == b->is_role && text_equal(a->iam_name, b->iam_name) &&
	       text_equal(a->id, b->id) && text_equal(a->arn, b->arn) &&
	       text_equal(a->path, b->path) && text_equal(a->unix_name, b->unix_name) &&
	       a->uid == b->uid && text_equal(a->boundary_key, b->boundary_key) &&
	       a->password_enabled == b->password_enabled && a->created == b->created &&
	       a->oldest_ssh_key == b->oldest_ssh_key &&
	       a->password_reset_required == b->password_reset_required &&
	       text_equal(a->trust_policy, b->trust_policy) &&
	       a->session_seconds_max == b->session_seconds_max && same_lists(a, b);
}

static void test_round_trip(const struct access_principal *principal, const char *name)
{
	struct access_principal back = { 0 };
	struct complaint complaint = { 0 };
	AUTO_BUFFER json;
	AUTO_ARENA arena;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 1 << 20);
	CHECK(access_principal_encode(principal, &json) == STATUS_OK, "%s: encoded", name);
	CHECK(json.length > 0 && !memchr(json.bytes, '\n', json.length), "%s: one line", name);
	CHECK(access_principal_decode_alone(buffer_text(&json), &arena, &back, &complaint) ==
		      STATUS_OK,
	      "%s: decoded %s", name, complaint.reason);
	memset(json.bytes, 'x', json.length); /* everything must have been copied */
	CHECK(same_principal(principal, &back), "%s: the same", name);
	CHECK(back.arn.bytes && back.arn.bytes[back.arn.length] == '\0', "%s: NUL-terminated",
	      name);
}

static const struct access_account account = {
	.account_id = TEXT("123456789012"),
	.account_alias = TEXT("example"),
	.password_policy = { .minimum_length = 14,
			     .require_symbols = true,
			     .require_lowercase = true,
			     .allow_users_to_change = true,
			     .max_age_days = 90,
			     .reuse_prevention = 24,
			     .hard_expiry = true },
	.generated_at = 1760000000,
	.expires = 4102444800,
};

static bool same_policy(const struct iam_password_policy *a, const struct iam_password_policy *b)
{
	return a->is_default == b->is_default && a->minimum_length == b->minimum_length &&
	       a->require_symbols == b->require_symbols &&
	       a->require_numbers == b->require_numbers &&
	       a->require_uppercase == b->require_uppercase &&
	       a->require_lowercase == b->require_lowercase &&
	       a->allow_users_to_change == b->allow_users_to_change &&
	       a->max_age_days == b->max_age_days && a->reuse_prevention == b->reuse_prevention &&
	       a->hard_expiry == b->hard_expiry;
}

static void test_account(void)
{
	struct access_account back = { 0 }, unset = { .expires = -1 };
	struct complaint complaint = { 0 };
	AUTO_BUFFER json;
	AUTO_ARENA arena;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 1 << 20);
	CHECK(access_account_encode(&account, &json) == STATUS_OK, "account: encoded");
	CHECK(access_account_decode(buffer_text(&json), &arena, &back, &complaint) == STATUS_OK,
	      "account: decoded %s", complaint.reason);
	CHECK(text_equal(back.account_id, account.account_id) &&
		      text_equal(back.account_alias, account.account_alias) &&
		      back.generated_at == account.generated_at &&
		      back.expires == account.expires &&
		      same_policy(&back.password_policy, &account.password_policy),
	      "account: the same");
	CHECK(access_account_encode(&unset, &json) == STATUS_BAD_INPUT, "no time before 1970");
	CHECK(access_account_decode(TEXT("{}"), &arena, &back, &complaint) == STATUS_BAD_INPUT,
	      "an account without a password policy");
	CHECK(access_account_decode(
		      TEXT("{\"GeneratedAt\":0,\"Expires\":-1,\"PasswordPolicy\":{}}"), &arena,
		      &back, &complaint) == STATUS_BAD_INPUT,
	      "a time before 1970");
	CHECK(access_account_decode(TEXT("{\"GeneratedAt\":0,\"Expires\":0,\"PasswordPolicy\":{}}"),
				    &arena, &back, &complaint) == STATUS_BAD_INPUT &&
		      strstr(complaint.place, "PasswordPolicy.IsDefault"),
	      "a policy without its flags: %s", complaint.place);
}

#define HEAD "{\"Name\":\"n\",\"Id\":\"i\",\"Arn\":\"a\","
#define WHO HEAD "\"UnixName\":\"ann\",\"Uid\":1001,"
#define FLAGS "\"IsRole\":false,\"PasswordEnabled\":true,\"PasswordResetRequired\":false,"
#define NUMBERS "\"MaxSessionDuration\":0,"
#define LISTS "\"Groups\":[],\"Policies\":[],\"Tags\":[],\"MFADevices\":[]}"

static const struct decode_case {
	const char *label;
	struct text json;
	enum status status;
	const char *place;
} decode_cases[] = {
	{ "the least there can be", TEXT(WHO FLAGS NUMBERS LISTS), STATUS_OK, "" },
	{ "an unknown member",
	  TEXT(WHO FLAGS NUMBERS
	       "\"New\":{},\"Groups\":[],\"Policies\":[],\"Tags\":[],\"MFADevices\":[]}"),
	  STATUS_OK, "" },
	{ "nothing", TEXT(""), STATUS_BAD_INPUT, "" },
	{ "no object", TEXT("[]"), STATUS_BAD_INPUT, "" },
	{ "null", TEXT("null"), STATUS_BAD_INPUT, "" },
	{ "cut", TEXT(WHO FLAGS), STATUS_BAD_INPUT, "" },
	{ "something behind the end", TEXT(WHO FLAGS NUMBERS LISTS "x"), STATUS_BAD_INPUT, "" },
	{ "a NUL", TEXT("{\"Name\":\"a\0b\"}"), STATUS_BAD_INPUT, "" },
	{ "a member twice", TEXT("{\"Name\":\"a\"," WHO FLAGS NUMBERS LISTS), STATUS_BAD_INPUT,
	  "" },
	{ "no name", TEXT("{" FLAGS NUMBERS LISTS), STATUS_BAD_INPUT, "Name" },
	{ "an empty name", TEXT("{\"Name\":\"\"," FLAGS NUMBERS LISTS), STATUS_BAD_INPUT, "" },
	{ "a number for a name", TEXT("{\"Name\":1," FLAGS NUMBERS LISTS), STATUS_BAD_INPUT,
	  "Name" },
	{ "no uid", TEXT(HEAD "\"UnixName\":\"ann\"," FLAGS NUMBERS LISTS), STATUS_BAD_INPUT,
	  "Uid" },
	{ "uid 0", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":0," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "" },
	{ "uid 999", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":999," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "" },
	{ "uid 65534", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":65534," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "" },
	{ "uid 2^32-1", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":4294967295," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "" },
	{ "uid 2^32 + 1001",
	  TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":4294968297," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "Uid" },
	{ "uid 1001.5", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":1001.5," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "Uid" },
	{ "uid -1", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":-1," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "Uid" },
	{ "uid \"1001\"", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":\"1001\"," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "Uid" },
	{ "no Unix name", TEXT(HEAD "\"UnixName\":\"A:n\",\"Uid\":1001," FLAGS NUMBERS LISTS),
	  STATUS_BAD_INPUT, "" },
	{ "neither flags nor lists", TEXT(HEAD "\"UnixName\":\"ann\",\"Uid\":1001}"), STATUS_OK,
	  "" },
	{ "a flag that is text",
	  TEXT(WHO "\"IsRole\":\"false\",\"PasswordEnabled\":true,\"PasswordResetRequired\":"
		   "false," NUMBERS LISTS),
	  STATUS_BAD_INPUT, "IsRole" },
	{ "an object for a list",
	  TEXT(WHO FLAGS NUMBERS "\"Groups\":{},\"Policies\":[],\"Tags\":[],\"MFADevices\":[]}"),
	  STATUS_BAD_INPUT, "Groups" },
	{ "a group that is an object", TEXT(WHO "\"Groups\":[{\"Id\":\"i\"}]}"), STATUS_BAD_INPUT,
	  "Groups[0]" },
	{ "a group without an id", TEXT(WHO "\"Groups\":[\"\"]}"), STATUS_BAD_INPUT, "Groups[0]" },
	{ "a policy that is an object", TEXT(WHO "\"Policies\":[{\"Key\":\"k\"}]}"),
	  STATUS_BAD_INPUT, "Policies[0]" },
	{ "the second policy without a key", TEXT(WHO "\"Policies\":[\"k\",\"\"]}"),
	  STATUS_BAD_INPUT, "Policies[1]" },
	{ "a device that is a number",
	  TEXT(WHO FLAGS NUMBERS
	       "\"Groups\":[],\"Policies\":[],\"Tags\":[],\"MFADevices\":[\"a\",1]}"),
	  STATUS_BAD_INPUT, "MFADevices[1]" },
	{ "an empty device",
	  TEXT(WHO FLAGS NUMBERS
	       "\"Groups\":[],\"Policies\":[],\"Tags\":[],\"MFADevices\":[\"\"]}"),
	  STATUS_BAD_INPUT, "MFADevices[0]" },
	{ "a duration without end", TEXT(WHO FLAGS "\"MaxSessionDuration\":2147483648," LISTS),
	  STATUS_BAD_INPUT, "MaxSessionDuration" },
};

static void test_decoding(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(decode_cases); i++) {
		const struct decode_case *row = &decode_cases[i];
		struct access_principal principal = { .uid = 42 };
		struct complaint complaint = { 0 };
		AUTO_ARENA arena;

		arena_init(&arena, 1 << 20);
		CHECK(access_principal_decode_alone(row->json, &arena, &principal, &complaint) ==
			      row->status,
		      "%s (%s: %s)", row->label, complaint.place, complaint.reason);
		CHECK(strcmp(complaint.place, row->place) == 0, "%s: at \"%s\"", row->label,
		      complaint.place);
		CHECK((principal.uid == 1001) == (row->status == STATUS_OK) &&
			      (row->status == STATUS_OK || principal.uid == 42),
		      "%s: out only on success", row->label);
	}
}

static void test_memory(void)
{
	struct access_principal principal;
	struct complaint complaint;
	AUTO_BUFFER json;
	AUTO_ARENA arena;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	arena_init(&arena, 16);
	CHECK_REQUIRE(access_principal_encode(&alice, &json) == STATUS_OK, "encode");
	CHECK(access_principal_decode_alone(buffer_text(&json), &arena, &principal, &complaint) ==
		      STATUS_NO_MEMORY,
	      "an arena that is too small");
}

static const struct encode_case {
	const char *label;
	size_t group_count, tag_count, device_count, policy_count;
	struct text unix_name;
	uint32_t uid, session_seconds_max;
	struct text iam_name;
} encode_cases[] = {
	{ "too many groups", ACCESS_GROUPS_MAX + 1, 0, 0, 0, TEXT("ann"), 1001, 0, TEXT("n") },
	{ "too many policies", 0, 0, 0, ACCESS_POLICIES_MAX + 1, TEXT("ann"), 1001, 0, TEXT("n") },
	{ "too many tags", 0, DIRECTORY_TAGS_MAX + 1, 0, 0, TEXT("ann"), 1001, 0, TEXT("n") },
	{ "too many devices", 0, 0, DIRECTORY_DEVICES_PER_USER_MAX + 1, 0, TEXT("ann"), 1001, 0,
	  TEXT("n") },
	{ "no Unix name", 0, 0, 0, 0, TEXT(""), 1001, 0, TEXT("n") },
	{ "a bad Unix name", 0, 0, 0, 0, TEXT("../x"), 1001, 0, TEXT("n") },
	{ "uid 0", 0, 0, 0, 0, TEXT("ann"), 0, 0, TEXT("n") },
	{ "a duration without end", 0, 0, 0, 0, TEXT("ann"), 1001, UINT32_MAX, TEXT("n") },
	{ "no name", 0, 0, 0, 0, TEXT("ann"), 1001, 0, TEXT("") },
};

static void test_encoding(void)
{
	static struct access_group many_groups[ACCESS_GROUPS_MAX + 1];
	static struct iam_tag many_tags[DIRECTORY_TAGS_MAX + 1];
	static struct text many_devices[DIRECTORY_DEVICES_PER_USER_MAX + 1];
	static struct access_policy many_policies[ACCESS_POLICIES_MAX + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(many_groups); i++)
		many_groups[i] = some_groups[0];
	for (size_t i = 0; i < ARRAY_LENGTH(many_tags); i++)
		many_tags[i] = some_tags[0];
	for (size_t i = 0; i < ARRAY_LENGTH(many_devices); i++)
		many_devices[i] = some_devices[0];
	for (size_t i = 0; i < ARRAY_LENGTH(many_policies); i++)
		many_policies[i] = deploy_policies[0];
	for (size_t i = 0; i < ARRAY_LENGTH(encode_cases); i++) {
		const struct encode_case *row = &encode_cases[i];
		struct access_principal principal = deploy;
		AUTO_BUFFER json;

		buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
		CHECK_REQUIRE(buffer_append(&json, TEXT("before")) == STATUS_OK, "append");
		principal.groups = many_groups;
		principal.group_count = row->group_count;
		principal.tags = many_tags;
		principal.tag_count = row->tag_count;
		principal.devices = many_devices;
		principal.device_count = row->device_count;
		principal.policies = many_policies;
		principal.policy_count = row->policy_count;
		principal.unix_name = row->unix_name;
		principal.uid = row->uid;
		principal.session_seconds_max = row->session_seconds_max;
		principal.iam_name = row->iam_name;
		CHECK(access_principal_encode(&principal, &json) == STATUS_BAD_INPUT,
		      "not written: %s", row->label);
		CHECK(json.length == 6, "%s: nothing appended", row->label);
	}
}

/* They would become the principal's own, or a user's those of a role. */
static void test_foreign_policies(void)
{
	struct access_policy foreign[] = { { TEXT("k"), TEXT("role") },
					   { TEXT("k"), TEXT("group Developers") } };
	struct access_principal principal = deploy;
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	principal.policies = foreign;
	principal.policy_count = 2;
	CHECK(access_principal_encode(&principal, &json) == STATUS_BAD_INPUT,
	      "not written: a policy of a group");
	principal.policy_count = 1;
	CHECK(access_principal_encode(&principal, &json) == STATUS_OK, "a role's own");
	principal.is_role = false;
	CHECK(access_principal_encode(&principal, &json) == STATUS_BAD_INPUT,
	      "not written: a role's as a user's");
}

static void test_name_limit(void)
{
	char name[IAM_NAME_MAX + 1];
	struct access_principal principal = deploy;
	AUTO_BUFFER json;

	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	memset(name, 'a', sizeof(name));
	principal.iam_name = (struct text){ name, IAM_NAME_MAX + 1 };
	CHECK(access_principal_encode(&principal, &json) == STATUS_BAD_INPUT,
	      "a name over its limit");
	principal.iam_name.length--;
	CHECK(access_principal_encode(&principal, &json) == STATUS_OK, "a name at its limit");
}

int main(void)
{
	test_round_trip(&alice, "a user");
	test_round_trip(&deploy, "a role");
	test_account();
	test_decoding();
	test_memory();
	test_encoding();
	test_foreign_policies();
	test_name_limit();
	return check_done();
}
