/*
 * tests/unit/test_directory_json_refusals.c: what refuses a document, and where it says so; what
 * refuses one key of one user, and leaves a warning.
 */
#include "check.h"
#include "source/directory_json.h"
#include "support/ssh_keys.h"
#include "json/json_write.h"

enum { LIMIT = 64 << 20 };

#define ACCOUNT "arn:aws:iam::123456789012:"
#define ENTITY(kind, prefix, path, name, number, more)                                     \
	"{\"" kind "Name\":\"" name "\",\"" kind "Id\":\"" prefix "EXAMPLE00000000" number \
	"\",\"Arn\":\"" ACCOUNT path name "\"" more "}"
#define USER(name, number, more) ENTITY("User", "AIDA", "user/", name, number, more)
#define GROUP(name, number, more) ENTITY("Group", "AGPA", "group/", name, number, more)
#define ROLE(name, number, more) ENTITY("Role", "AROA", "role/", name, number, more)
#define POLICY(name, versions) \
	"{\"Arn\":\"" ACCOUNT "policy/" name "\",\"PolicyVersionList\":[" versions "]}"
#define USERS(list) "{\"UserDetailList\":[" list "]}"
#define USERS_AND(list, more) "{\"UserDetailList\":[" list "]," more "}"
#define ADA USER("ada", "01", "")
#define ADA_WITH(more) USERS(USER("ada", "01", "," more))
#define KEY_OF(name, body)                                                                  \
	"{\"UserName\":\"" name "\",\"SSHPublicKeyId\":\"APKAEXAMPLE00000001\",\"Status\":" \
	"\"Active\",\"SSHPublicKeyBody\":\"" body "\"}"

static const struct refusal_case {
	const char *document, *place, *reason;
} refusal_cases[] = {
	/* the document */
	{ "[]", "", "must be an object" },
	{ "\"x\"", "", "must be an object" },
	{ "{", "", "not valid JSON" },
	{ "{\"a\":1,\"a\":2}", "", "key \"a\" is given twice" },
	{ "{\"UserDetailList\":[],\"UserDetailList\":[]}", "", "given twice" },
	{ "{\"UserDetailList\":[],\"User\\u0044etailList\":[]}", "", "given twice" },
	{ "{\"UserDetailList\":null,\"UserDetailList\":[]}", "", "given twice" },
	{ "{\"IsTruncated\":true}", "IsTruncated", "the answer was cut" },
	{ "{\"\\u0049sTruncated\":true}", "IsTruncated", "the answer was cut" },
	{ "{\"IsTruncated\":1}", "IsTruncated", "must be true or false" },
	{ "{\"Marker\":\"AAAA\"}", "Marker", "the answer was cut" },
	{ "{\"NextToken\":\"eyJ\"}", "NextToken", "the answer was cut" },
	/* lists */
	{ "{\"UserDetailList\":{}}", "UserDetailList", "must be an array" },
	{ "{\"UserDetailList\":\"x\"}", "UserDetailList", "must be an array" },
	{ USERS("1"), "UserDetailList[0]", "must be an object, not a number" },
	{ USERS(ADA ",null"), "UserDetailList[1]", "must be an object, not null" },
	{ "{\"GroupDetailList\":1}", "GroupDetailList", "must be an array" },
	{ "{\"RoleDetailList\":1}", "RoleDetailList", "must be an array" },
	{ "{\"Policies\":{}}", "Policies", "must be an array" },
	/* users, and what groups and roles share with them */
	{ USERS("{}"), "UserDetailList[0].UserName", "is missing" },
	{ USERS("{\"UserName\":1}"), "UserDetailList[0].UserName", "must be a string" },
	{ USERS("{\"UserName\":\"\"}"), "UserDetailList[0].UserName", "is not a user's name" },
	{ USERS("{\"UserName\":\"a:b\"}"), "UserDetailList[0].UserName", "is not a user's name" },
	{ USERS("{\"UserName\":\"a\\nb\"}"), "UserDetailList[0].UserName", "is not a user's name" },
	{ USERS("{\"UserName\":\"a\\u0000b\"}"), "", "a NUL character" },
	{ USERS("{\"UserName\":"
		"\"0123456789012345678901234567890123456789012345678901234567890123x\"}"),
	  "UserDetailList[0].UserName", "longer than 64 bytes" },
	{ USERS("{\"UserName\":\"ada\"}"), "UserDetailList[0].UserId", "is missing" },
	{ USERS("{\"UserName\":\"ada\",\"UserId\":\"AIDA\"}"), "UserDetailList[0].UserId",
	  "is not an IAM id" },
	{ USERS("{\"UserName\":\"ada\",\"UserId\":\"AIDAEXAMPLE0000001/\"}"),
	  "UserDetailList[0].UserId", "is not an IAM id" },
	{ USERS("{\"UserName\":\"ada\",\"UserId\":\"AIDAEXAMPLE00000001\"}"),
	  "UserDetailList[0].Arn", "is missing" },
	{ USERS(ENTITY("User", "AIDA", "role/", "ada", "01", "")), "UserDetailList[0].Arn",
	  "is not the ARN of a user" },
	{ USERS(ENTITY("User", "AIDA", "user/people/", "ada", "01", "")), "UserDetailList[0].Arn",
	  "does not end in the Path and UserName" },
	{ USERS(ENTITY("User", "AIDA", "user/", "ada", "01", ",\"Path\":\"/x/\"")),
	  "UserDetailList[0].Arn", "does not end in the Path and UserName" },
	{ USERS("{\"UserName\":\"bob\",\"UserId\":\"AIDAEXAMPLE00000001\",\"Arn\":\"" ACCOUNT
		"user/ada\"}"),
	  "UserDetailList[0].Arn", "does not end in the Path and UserName" },
	{ ADA_WITH("\"Path\":\"people\""), "UserDetailList[0].Path", "is not a path" },
	{ ADA_WITH("\"CreateDate\":\"yesterday\""), "UserDetailList[0].CreateDate",
	  "is not a time" },
	{ ADA_WITH("\"CreateDate\":1}"), "", "not valid JSON" },
	{ ADA_WITH("\"CreateDate\":1"), "UserDetailList[0].CreateDate", "must be a string" },
	{ ADA_WITH("\"x\":{\"y\":1,\"y\":1}"), "UserDetailList[0].x", "key \"y\" is given twice" },
	{ "{\"GroupDetailList\":[{}]}", "GroupDetailList[0].GroupName", "is missing" },
	{ "{\"GroupDetailList\":[" ENTITY("Group", "AGPA", "user/", "g", "01", "") "]}",
	  "GroupDetailList[0].Arn", "is not the ARN of a group" },
	{ "{\"RoleDetailList\":[{\"RoleName\":\"r\"}]}", "RoleDetailList[0].RoleId", "is missing" },
	{ "{\"RoleDetailList\":[" ROLE("r", "01", ",\"MaxSessionDuration\":3599") "]}",
	  "RoleDetailList[0].MaxSessionDuration", "is less than 3600" },
	{ "{\"RoleDetailList\":[" ROLE("r", "01", ",\"MaxSessionDuration\":43201") "]}",
	  "RoleDetailList[0].MaxSessionDuration", "from 0 to 43200" },
	{ "{\"RoleDetailList\":[" ROLE("r", "01", ",\"AssumeRolePolicyDocument\":[]") "]}",
	  "RoleDetailList[0].AssumeRolePolicyDocument", "must be an object, not an array" },
	/* the same twice */
	{ USERS(ADA "," USER("bob", "01", "")), "UserDetailList[1].UserId",
	  "is also the id of UserDetailList[0]" },
	{ USERS(USER("bob", "00", "") "," ADA "," USER("ADA", "02", "")),
	  "UserDetailList[2].UserName", "is also the name of UserDetailList[1]" },
	{ USERS(ADA "," ADA), "UserDetailList[1].UserId", "is also the id of UserDetailList[0]" },
	{ "{\"UserDetailList\":[{\"UserName\":\"ada\",\"UserId\":\"AGPAEXAMPLE0000000001\",\"Arn\":"
	  "\"" ACCOUNT "user/ada\"}],\"GroupDetailList\":[" GROUP("g", "01", "") "]}",
	  "UserDetailList[0].UserId", "is also the id of GroupDetailList[0]" },
	{ "{\"GroupDetailList\":[" GROUP("sudo", "01", "") "," GROUP("SUDO", "02", "") "]}",
	  "GroupDetailList[1].GroupName", "is also the name of GroupDetailList[0]" },
	{ "{\"Policies\":[" POLICY("P", "{\"IsDefaultVersion\":true,\"Document\":{}}") "," POLICY(
		  "P", "{\"IsDefaultVersion\":true,\"Document\":{}}") "]}",
	  "Policies[1].Arn", "is also the ARN of Policies[0]" },
	/* groups of a user */
	{ USERS_AND(USER("ada", "01", ",\"GroupList\":[\"g\",\"h\"]"),
		    "\"GroupDetailList\":[" GROUP("G", "01", "") "]"),
	  "UserDetailList[0].GroupList[1]", "'h' is not in GroupDetailList" },
	{ USERS_AND(USER("ada", "01", ",\"GroupList\":[\"a\\\"\\n\"]"), "\"GroupDetailList\":[]"),
	  "UserDetailList[0].GroupList[0]", "'a\\x22\\x0a' is not in GroupDetailList" },
	{ ADA_WITH("\"GroupList\":[\"a b\"]"), "UserDetailList[0].GroupList[0]",
	  "'a b' is not a group's name" },
	{ ADA_WITH("\"GroupList\":[1]"), "UserDetailList[0].GroupList[0]", "must be a string" },
	{ ADA_WITH("\"GroupList\":\"g\""), "UserDetailList[0].GroupList", "must be an array" },
	/* tags */
	{ ADA_WITH("\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":1}]"),
	  "UserDetailList[0].Tags[1].Key", "must be a string" },
	{ ADA_WITH("\"Tags\":[{\"Value\":\"1\"}]"), "UserDetailList[0].Tags[0].Key", "is missing" },
	{ ADA_WITH("\"Tags\":[{\"Key\":\"\",\"Value\":\"\"}]"), "UserDetailList[0].Tags[0].Key",
	  "is not a tag's key" },
	{ ADA_WITH("\"Tags\":[{\"Key\":\"a\"}]"), "UserDetailList[0].Tags[0].Value", "is missing" },
	{ ADA_WITH("\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"a\",\"Value\":\"1\"}]"),
	  "UserDetailList[0].Tags[1].Key", "is also the key of an earlier tag" },
	/* policies */
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyDocument\":{}}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyName", "is missing" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"a b\",\"PolicyDocument\":{}}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyName", "is not a policy's name" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "is missing" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":1}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "must be an object, not a number" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "empty" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"%7B%2\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument",
	  "neither JSON nor percent-encoded" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"%7B%00%7D\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument",
	  "neither JSON nor percent-encoded" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"%5B%5D\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "must be an object, not an array" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"{\\n\\\"a\\\":}"
		   "\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "line 2 of it: not valid JSON" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":"
		   "\"{\\\"a\\\":{\\\"b\\\":1,\\\"b\\\":2}}\"}]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "a: key \"b\" is given twice" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":{\"a\":1,\"a\":2}}"
		   "]"),
	  "UserDetailList[0].UserPolicyList[0].PolicyDocument", "key \"a\" is given twice" },
	{ ADA_WITH("\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":{}},"
		   "{\"PolicyName\":\"P\",\"PolicyDocument\":{}}]"),
	  "UserDetailList[0].UserPolicyList[1].PolicyName", "the name of an earlier policy" },
	{ ADA_WITH("\"AttachedManagedPolicies\":[{\"PolicyName\":\"p\"}]"),
	  "UserDetailList[0].AttachedManagedPolicies[0].PolicyArn", "is missing" },
	{ ADA_WITH("\"AttachedManagedPolicies\":[{\"PolicyArn\":\"arn:aws:s3:::b\"}]"),
	  "UserDetailList[0].AttachedManagedPolicies[0].PolicyArn", "is not the ARN of a policy" },
	{ ADA_WITH("\"PermissionsBoundary\":{}"),
	  "UserDetailList[0].PermissionsBoundary.PermissionsBoundaryArn", "is missing" },
	{ ADA_WITH("\"PermissionsBoundary\":\"arn\""), "UserDetailList[0].PermissionsBoundary",
	  "must be an object" },
	{ "{\"Policies\":[{}]}", "Policies[0].Arn", "is missing" },
	{ "{\"Policies\":[" POLICY("P", "") "]}", "Policies[0].PolicyVersionList",
	  "has 0 default versions" },
	{ "{\"Policies\":[" POLICY("P", "{\"IsDefaultVersion\":false,\"Document\":{}}") "]}",
	  "Policies[0].PolicyVersionList", "has 0 default versions" },
	{ "{\"Policies\":[" POLICY("P", "{\"IsDefaultVersion\":true,\"Document\":{}},"
					"{\"IsDefaultVersion\":true,\"Document\":{}}") "]}",
	  "Policies[0].PolicyVersionList", "has 2 default versions" },
	{ "{\"Policies\":[" POLICY("P", "{\"IsDefaultVersion\":true}") "]}",
	  "Policies[0].PolicyVersionList[0].Document", "is missing" },
	/* what is joined to users */
	{ "{\"SSHPublicKeys\":[{}]}", "SSHPublicKeys[0].SSHPublicKeyId", "is missing" },
	{ "{\"SSHPublicKeys\":[{\"SSHPublicKey\":1}]}", "SSHPublicKeys[0].SSHPublicKey",
	  "must be an object" },
	{ "{\"SSHPublicKeys\":[{\"SSHPublicKey\":{\"SSHPublicKeyId\":\"a b\"}}]}",
	  "SSHPublicKeys[0].SSHPublicKey.SSHPublicKeyId", "is not an IAM id" },
	{ "{\"SSHPublicKeys\":[{\"SSHPublicKeyId\":\"APKAEXAMPLE000001\"}]}",
	  "SSHPublicKeys[0].Status", "is missing" },
	{ "{\"MFADevices\":[{\"UserName\":\"ada\"}]}", "MFADevices[0].SerialNumber", "is missing" },
	{ "{\"MFADevices\":[{\"UserName\":\"ada\",\"SerialNumber\":\"a b c d e f\"}]}",
	  "MFADevices[0].SerialNumber", "is not an MFA device's serial number" },
	{ "{\"MFADevices\":[{\"SerialNumber\":\"GAHT12345678\"}]}", "MFADevices[0].UserName",
	  "is missing" },
	{ "{\"VirtualMFADevices\":[{\"SerialNumber\":\"GAHT12345678\",\"User\":1}]}",
	  "VirtualMFADevices[0].User", "must be an object" },
	{ "{\"LoginProfiles\":[{}]}", "LoginProfiles[0].UserName", "is missing" },
	{ USERS_AND(ADA, "\"LoginProfiles\":[{\"UserName\":\"ada\",\"PasswordResetRequired\":0}]"),
	  "LoginProfiles[0].PasswordResetRequired", "must be true or false" },
	{ USERS_AND(ADA, "\"LoginProfiles\":[{\"UserName\":\"ada\"},{\"UserName\":\"Ada\"}]"),
	  "LoginProfiles[1]", "a second login profile of user 'ada'" },
	/* the account */
	{ "{\"AccountId\":\"12345678901\"}", "AccountId", "is not twelve digits" },
	{ "{\"AccountId\":123456789012}", "AccountId", "must be a string" },
	{ "{\"AccountAliases\":\"a\"}", "AccountAliases", "must be an array" },
	{ "{\"AccountAliases\":[\"ok-1\",\"A b\"]}", "AccountAliases[1]",
	  "is not an account alias" },
	{ "{\"Generation\":-1}", "Generation", "must be a whole number" },
	{ "{\"Generation\":1.5}", "Generation", "must be a whole number" },
	{ "{\"Generation\":9007199254740994}", "Generation", "must be a whole number" },
	{ "{\"GeneratedAt\":\"now\"}", "GeneratedAt", "is not a time" },
	{ "{\"Expires\":1}", "Expires", "must be a string" },
	{ "{\"PasswordPolicy\":[]}", "PasswordPolicy", "must be an object" },
	{ "{\"PasswordPolicy\":{\"MinimumPasswordLength\":5}}",
	  "PasswordPolicy.MinimumPasswordLength", "is less than 6" },
	{ "{\"PasswordPolicy\":{\"MinimumPasswordLength\":129}}",
	  "PasswordPolicy.MinimumPasswordLength", "from 0 to 128" },
	{ "{\"PasswordPolicy\":{\"MaxPasswordAge\":1096}}", "PasswordPolicy.MaxPasswordAge",
	  "from 0 to 1095" },
	{ "{\"PasswordPolicy\":{\"PasswordReusePrevention\":25}}",
	  "PasswordPolicy.PasswordReusePrevention", "from 0 to 24" },
	{ "{\"PasswordPolicy\":{\"HardExpiry\":\"yes\"}}", "PasswordPolicy.HardExpiry",
	  "must be true or false" },
	{ "{\"PasswordPolicy\":{\"ExpirePasswords\":1}}", "PasswordPolicy.ExpirePasswords",
	  "must be true or false" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusal_cases); i++) {
		const struct refusal_case *row = &refusal_cases[i];
		struct complaint complaint = { .line = 0 };
		AUTO_DIRECTORY directory;

		iam_directory_init(&directory, LIMIT);
		CHECK(directory_json_decode(text_of(row->document), &directory, &complaint) ==
			      STATUS_BAD_INPUT,
		      "refused: row %zu, %s", i, row->reason);
		CHECK(strcmp(complaint.place, row->place) == 0, "row %zu: at '%s'", i,
		      complaint.place);
		CHECK(strstr(complaint.reason, row->reason), "row %zu: %s", i, complaint.reason);
	}
}

static const struct warning_case {
	const char *document, *place, *reason;
} warning_cases[] = {
	{ ADA_WITH("\"Tags\":[{\"Key\":\"a\",\"Value\":\"\"},{\"Key\":\"SshKey9\",\"Value\":"
		   "\"junk\"}]"),
	  "UserDetailList[0].Tags[1]",
	  "key SshKey9 of user 'ada' left out: does not begin with a known key type" },
	{ ADA_WITH("\"Tags\":[{\"Key\":\"SshKey1\",\"Value\":\"" KEY_ED25519 "\\nssh-rsa x\"}]"),
	  "UserDetailList[0].Tags[0]", "left out: not one line of text" },
	{ ADA_WITH("\"Tags\":[{\"Key\":\"SshKey1\",\"Value\":\"verify-required " KEY_ED25519
		   "\"}]"),
	  "UserDetailList[0].Tags[0]", "left out: verify-required is for security keys" },
	{ ADA_WITH("\"Tags\":[{\"Key\":\"SshKey1\",\"Value\":\"no-pty " KEY_SK_ED25519 "\"}]"),
	  "UserDetailList[0].Tags[0]", "left out: does not begin with a known key type" },
	{ USERS_AND(ADA, "\"SSHPublicKeys\":[" KEY_OF("ada", KEY_RSA_1024) "]"), "SSHPublicKeys[0]",
	  "left out: an RSA key of 1024 bits" },
	{ USERS_AND(ADA, "\"SSHPublicKeys\":[{\"SSHPublicKey\":" KEY_OF("ada", "junk") "}]"),
	  "SSHPublicKeys[0].SSHPublicKey", "left out: does not begin with a known key type" },
	{ USERS_AND(ADA, "\"SSHPublicKeys\":[" KEY_OF("eve", KEY_ED25519) "]"), "SSHPublicKeys[0]",
	  "left out: there is no user 'eve'" },
	{ USERS_AND(ADA, "\"SSHPublicKeys\":[" KEY_OF("adam", KEY_ED25519) "]"), "SSHPublicKeys[0]",
	  "left out: there is no user 'adam'" },
	{ USERS_AND(ADA,
		    "\"MFADevices\":[{\"UserName\":\"eve\",\"SerialNumber\":\"GAHT12345678\"}]"),
	  "MFADevices[0]", "left out: there is no user 'eve'" },
	{ USERS_AND(ADA, "\"VirtualMFADevices\":[{\"SerialNumber\":\"GAHT12345678\",\"User\":"
			 "{\"UserId\":\"AIDAEXAMPLE0000000009\"}}]"),
	  "VirtualMFADevices[0].User", "left out: there is no user of this id" },
	{ USERS_AND(ADA, "\"LoginProfiles\":[{\"UserName\":\"eve\"}]"), "LoginProfiles[0]",
	  "left out: there is no user 'eve'" },
};

static void test_warnings(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(warning_cases); i++) {
		const struct warning_case *row = &warning_cases[i];
		struct complaint complaint = { .line = 0 };
		AUTO_DIRECTORY directory;

		iam_directory_init(&directory, LIMIT);
		CHECK(directory_json_decode(text_of(row->document), &directory, &complaint) ==
			      STATUS_OK,
		      "the document stands: row %zu %s", i, complaint.reason);
		CHECK(directory.user_count == 1 && directory.users[0].key_count == 0 &&
			      directory.users[0].device_count == 0,
		      "row %zu: the user has nothing of it", i);
		CHECK_REQUIRE(directory.warning_count == 1, "one warning");
		CHECK(text_is(directory.warnings[0].place, row->place), "row %zu: at %s", i,
		      directory.warnings[0].place.bytes);
		CHECK(strstr(directory.warnings[0].reason.bytes, row->reason), "row %zu: %s", i,
		      directory.warnings[0].reason.bytes);
	}
}

/* A document with one list of count equal elements in one member, as a user's or at the top. */
static void repeat(struct buffer *out, const char *before, const char *element, size_t count,
		   const char *after)
{
	bool is_written = buffer_append(out, text_of(before)) == STATUS_OK;

	for (size_t i = 0; i < count; i++)
		is_written = is_written &&
			     buffer_append_format(out, i > 0 ? ",%s" : "%s", element) == STATUS_OK;
	is_written = is_written && buffer_append(out, text_of(after)) == STATUS_OK;
	CHECK_REQUIRE(is_written, "the document");
}

#define USER_START                                                                               \
	"{\"UserDetailList\":[{\"UserName\":\"ada\",\"UserId\":\"AIDAEXAMPLE00000001\",\"Arn\":" \
	"\"" ACCOUNT "user/ada\",\""

static const struct limit_case {
	const char *before, *element, *after;
	size_t limit; /* how many may be there */
	const char *reason;
} limit_cases[] = {
	{ USER_START "AttachedManagedPolicies\":[", "{\"PolicyArn\":\"" ACCOUNT "policy/p\"}",
	  "]}]}", DIRECTORY_POLICIES_PER_PRINCIPAL_MAX, "more than 100 elements" },
	{ USER_START "GroupList\":[", "\"g\"", "]}]}", DIRECTORY_GROUPS_PER_USER_MAX,
	  "more than 1000 elements" },
	{ "{\"AccountAliases\":[", "\"abc\"", "]}", 100, "more than 100 elements" },
};

static void test_limits(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(limit_cases) * 2; i++) {
		const struct limit_case *row = &limit_cases[i / 2];
		struct complaint complaint = { .line = 0 };
		AUTO_DIRECTORY directory;
		AUTO_BUFFER document;

		buffer_init(&document, LIMIT);
		iam_directory_init(&directory, LIMIT);
		repeat(&document, row->before, row->element, row->limit + i % 2, row->after);
		CHECK(directory_json_decode(buffer_text(&document), &directory, &complaint) ==
			      (i % 2 ? STATUS_BAD_INPUT : STATUS_OK),
		      "%zu elements: %s", row->limit + i % 2, complaint.reason);
		CHECK(i % 2 == 0 || strstr(complaint.reason, row->reason), "%s", complaint.reason);
	}
}

/* Tags count characters, and may hold many bytes. */
static void test_long_tags(void)
{
	static const struct length_case {
		size_t key, value;
		bool is_accepted;
	} cases[] = {
		{ 128, 256, true },
		{ 129, 0, false },
		{ 1, 257, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO_DIRECTORY directory;
		AUTO_BUFFER document;
		bool is_written = true;

		buffer_init(&document, LIMIT);
		iam_directory_init(&directory, LIMIT);
		repeat(&document, USER_START "Tags\":[{\"Key\":\"", "", 0, "");
		for (size_t at = 0; at < cases[i].key; at++)
			is_written &= buffer_append(&document, TEXT("\xc3\xa4")) == STATUS_OK;
		is_written &= buffer_append(&document, TEXT("\",\"Value\":\"")) == STATUS_OK;
		for (size_t at = 0; at < cases[i].value; at++)
			is_written &= buffer_append(&document, TEXT("\xe2\x82\xac")) == STATUS_OK;
		is_written &= buffer_append(&document, TEXT("\"}]}]}")) == STATUS_OK;
		CHECK_REQUIRE(is_written, "the document");
		CHECK((directory_json_decode(buffer_text(&document), &directory, NULL) ==
		       STATUS_OK) == cases[i].is_accepted,
		      "a key of %zu characters, a value of %zu", cases[i].key, cases[i].value);
	}
}

static void test_large_policy(void)
{
	for (size_t extra = 0; extra < 2; extra++) {
		struct complaint complaint = { .line = 0 };
		AUTO_DIRECTORY directory;
		AUTO_BUFFER document;

		buffer_init(&document, LIMIT);
		iam_directory_init(&directory, LIMIT);
		/* {"a":"xx...x"} has eight bytes beside the x. */
		repeat(&document,
		       USER_START
		       "UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":{\"a\" : \"",
		       "", 0, "");
		for (size_t i = 0; i < (size_t)IAM_POLICY_BYTES_MAX - 8 + extra; i++)
			CHECK_REQUIRE(buffer_append(&document, TEXT("x")) == STATUS_OK, "memory");
		repeat(&document, "\"}}]}]}", "", 0, "");
		CHECK(directory_json_decode(buffer_text(&document), &directory, &complaint) ==
			      (extra ? STATUS_BAD_INPUT : STATUS_OK),
		      "a policy of %zu bytes", (size_t)IAM_POLICY_BYTES_MAX + extra);
		CHECK(!extra || strcmp(complaint.reason, "larger than 131072 bytes") == 0, "%s",
		      complaint.reason);
	}
}

/* Beyond their maximum, warnings are counted. */
static void test_many_warnings(void)
{
	AUTO_DIRECTORY directory;
	AUTO_BUFFER document;

	buffer_init(&document, LIMIT);
	iam_directory_init(&directory, LIMIT);
	repeat(&document, "{\"LoginProfiles\":[", "{\"UserName\":\"eve\"}",
	       DIRECTORY_WARNINGS_MAX + 3, "]}");
	CHECK(directory_json_decode(buffer_text(&document), &directory, NULL) == STATUS_OK &&
		      directory.warning_count == DIRECTORY_WARNINGS_MAX &&
		      directory.warnings_left_out == 3,
	      "1000 warnings, and three more");
}

int main(void)
{
	test_refusals();
	test_warnings();
	test_limits();
	test_long_tags();
	test_large_policy();
	test_many_warnings();
	return check_done();
}
