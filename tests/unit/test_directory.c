/*
 * tests/unit/test_directory.c: names, paths, ARNs and ids, friendly and hostile.
 */
#include "base/hash.h"
#include "check.h"
#include "directory/arn.h"
#include "directory/directory.h"
#include "directory/name.h"
#include "directory/posix_id.h"

#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

#define FIFTY "0123456789abcdef0123456789abcdef0123456789abcdef01"
#define THIRTY_TWO "abcdefghijklmnopqrstuvwxyz012345"

static const struct name_case {
	struct text name;
	bool is_iam, is_unix;
} name_cases[] = {
	{ BYTES("alice"), true, true },
	{ BYTES("_alice"), true, true },
	{ BYTES("a"), true, true },
	{ BYTES("a.b-c_d9"), true, true },
	{ BYTES("Alice"), true, false },
	{ BYTES("a+b=c,d@e"), true, false },
	{ BYTES("9lives"), true, false },
	{ BYTES("1000"), true, false },
	{ BYTES("-rf"), true, false },
	{ BYTES("."), true, false },
	{ BYTES(".."), true, false },
	{ BYTES(".hidden"), true, false },
	{ BYTES(THIRTY_TWO), true, true },
	{ BYTES(THIRTY_TWO "6"), true, false },
	{ BYTES(""), false, false },
	{ BYTES("a b"), false, false },
	{ BYTES("a:b"), false, false },
	{ BYTES("a\nb"), false, false },
	{ BYTES("a\n"), false, false },
	{ BYTES("a/b"), false, false },
	{ BYTES("../a"), false, false },
	{ BYTES("a\0b"), false, false },
	{ BYTES("a\0"), false, false },
	{ BYTES("\0"), false, false },
	{ BYTES("$(id)"), false, false },
	{ BYTES("a;b"), false, false },
	{ BYTES("a*"), false, false },
	{ BYTES("a$"), false, false },
	{ BYTES("\xc3\xa4nne"), false, false },
	{ BYTES("a\x7f"), false, false },
	{ BYTES("a\xff"), false, false },
};

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(name_cases); i++) {
		const struct name_case *row = &name_cases[i];

		CHECK(iam_name_is_valid(row->name, IAM_USER_NAME_MAX) == row->is_iam,
		      "IAM name, row %zu", i);
		CHECK(unix_name_is_valid(row->name) == row->is_unix, "Unix name, row %zu", i);
	}
	CHECK(iam_name_is_valid(TEXT(FIFTY), 50), "a name as long as it may be");
	CHECK(!iam_name_is_valid(TEXT(FIFTY), 49), "one byte too long");
}

static const struct mapping_case {
	const char *iam_name;
	bool strip_domain;
	char replacement;
	const char *unix_name, *reason; /* unix_name NULL: refused */
} mapping_cases[] = {
	{ "alice", true, '_', "alice", NULL },
	{ "Alice.SMITH", true, '_', "alice.smith", NULL },
	{ "ann@example.com", true, '_', "ann", NULL },
	{ "ann@example.com", false, '_', "ann_example.com", NULL },
	{ "ann@example.com", false, 0, "ann_example.com", NULL },
	{ "ann@example.com", false, '-', "ann-example.com", NULL },
	{ "a@b@c", true, '_', "a", NULL },
	{ "a+b=c,d", true, '_', "a_b_c_d", NULL },
	{ "+ann", true, '_', "_ann", NULL },
	{ "a-very-long-name-of-32-bytes-000@example.com", true, '_',
	  "a-very-long-name-of-32-bytes-000", NULL },
	{ "a-very-long-name-of-33-bytes-0001", true, '_', NULL, "longer than a Unix name" },
	{ FIFTY "@x", true, '_', NULL, "longer than a Unix name" },
	{ "@example.com", true, '_', NULL, "no Unix name" },
	{ "1000", true, '_', NULL, "'1000', which is no Unix name" },
	{ "-rf", true, '_', NULL, "no Unix name" },
	{ "..", true, '_', NULL, "no Unix name" },
	{ "+ann", true, '-', NULL, "'-ann', which is no Unix name" },
	{ "a+b", true, ':', NULL, "no Unix name" },
	{ "a+b", true, '/', NULL, "no Unix name" },
	{ "", true, '_', NULL, "not a name of IAM's" },
	{ "a b", true, '_', NULL, "not a name of IAM's" },
	{ "a:0:0::", true, '_', NULL, "not a name of IAM's" },
	{ "a\nroot", true, '_', NULL, "not a name of IAM's" },
};

static void test_mapping(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(mapping_cases); i++) {
		const struct mapping_case *row = &mapping_cases[i];
		struct name_rules rules = { row->strip_domain, row->replacement };
		struct complaint complaint = { .line = 0 };
		char name[UNIX_NAME_SIZE] = "before";
		enum status status =
			unix_name_from(text_of(row->iam_name), rules, name, &complaint);

		CHECK(status == (row->unix_name ? STATUS_OK : STATUS_BAD_INPUT), "mapping row %zu",
		      i);
		CHECK(strcmp(name, row->unix_name ? row->unix_name : "before") == 0,
		      "row %zu becomes %s", i, name);
		CHECK(!row->reason || strstr(complaint.reason, row->reason), "row %zu: %s", i,
		      complaint.reason);
	}
	CHECK(unix_name_from((struct text){ "root\0x", 6 }, (struct name_rules){ true, '_' },
			     (char[UNIX_NAME_SIZE]){ 0 }, NULL) == STATUS_BAD_INPUT,
	      "a NUL hides nothing");
}

static const struct reserved_case {
	const char *name;
	bool is_reserved, is_root_equivalent;
} reserved_cases[] = {
	{ "root", true, true },
	{ "daemon", true, true },
	{ "nobody", true, false },
	{ "nogroup", true, false },
	{ "sudo", true, true },
	{ "wheel", true, true },
	{ "admin", true, true },
	{ "adm", true, true },
	{ "docker", true, true },
	{ "lxd", true, true },
	{ "incus", true, true },
	{ "incus-admin", true, true },
	{ "libvirt", true, true },
	{ "kvm", true, true },
	{ "disk", true, true },
	{ "shadow", true, true },
	{ "kmem", true, true },
	{ "tty", true, true },
	{ "staff", true, true },
	{ "input", true, true },
	{ "systemd-journal", true, true },
	{ "ssh_keys", true, true },
	{ "systemd-network", true, false },
	{ "systemd-anything-new", true, false },
	{ "sshd", true, false },
	{ "messagebus", true, true },
	{ "dbus", true, true },
	{ "www-data", true, false },
	{ "_apt", true, false },
	{ "postgres", true, false },
	{ "iam-sudo", true, false },
	{ "Root", true, true },
	{ "SUDO", true, true },
	{ "Docker", true, true },
	{ "SystemD-Journal", true, true },
	{ "alice", false, false },
	{ "admins", false, false },
	{ "developers", false, false },
	{ "rootless", false, false },
	{ "roo", false, false },
	{ "sudoer", false, false },
	{ "systemd", false, false },
	{ "iam-sudoers", false, false },
	{ "", false, false },
};

static void test_reserved(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(reserved_cases); i++) {
		const struct reserved_case *row = &reserved_cases[i];
		struct text name = text_of(row->name);

		CHECK(unix_name_is_reserved(name) == row->is_reserved, "'%s' reserved", row->name);
		CHECK(unix_group_is_root_equivalent(name) == row->is_root_equivalent,
		      "'%s' root-equivalent", row->name);
	}
}

static const struct field_case {
	struct text field;
	bool is_path, is_gecos;
} field_cases[] = {
	{ BYTES("/home/alice"), true, true },
	{ BYTES("/"), true, true },
	{ BYTES("/home/a..b/...c"), true, true },
	{ BYTES("/home/\xc3\xa4nne"), true, true },
	{ BYTES("/home/a b"), true, true },
	{ BYTES(""), false, true },
	{ BYTES("home/alice"), false, true },
	{ BYTES("Alice Archer,,555"), false, true },
	{ BYTES("/home/../root"), false, true },
	{ BYTES("/.."), false, true },
	{ BYTES("/home/alice/.."), false, true },
	{ BYTES("/bin/sh:0:0"), false, false },
	{ BYTES("/bin/sh\nroot::0:0"), false, false },
	{ BYTES("/bin/sh\r"), false, false },
	{ BYTES("/bin\0/sh"), false, false },
	{ BYTES("/bin/sh\x1b[2J"), false, false },
	{ BYTES("/bin/sh\x7f"), false, false },
	{ BYTES("/bin/sh\xc2\x9b"), false, false }, /* CSI in one character */
	{ BYTES("/bin/sh\xc2\x85"), false, false }, /* NEL, a line end to some */
	{ BYTES("/bin/sh\xc2\xa0"), true, true },
	{ BYTES("/bin/sh\xff"), false, false },
	{ BYTES("/bin/sh\xc2"), false, false },
};

static void test_fields(void)
{
	char longest[256];

	for (size_t i = 0; i < ARRAY_LENGTH(field_cases); i++) {
		const struct field_case *row = &field_cases[i];

		CHECK(unix_path_is_valid(row->field) == row->is_path, "path, row %zu", i);
		CHECK(unix_gecos_is_valid(row->field) == row->is_gecos, "GECOS, row %zu", i);
	}
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	CHECK(unix_path_is_valid((struct text){ longest, 255 }), "a path of 255 bytes");
	CHECK(!unix_path_is_valid((struct text){ longest, 256 }), "a path of 256 bytes");
	CHECK(unix_gecos_is_valid((struct text){ longest, 255 }), "GECOS of 255 bytes");
	CHECK(!unix_gecos_is_valid((struct text){ longest, 256 }), "GECOS of 256 bytes");
}

static const struct id_case {
	struct text id;
	bool is_valid;
} iam_id_cases[] = {
	{ BYTES("AIDACKCEVSQ6C2EXAMPLE"), true },
	{ BYTES("abcdefghij_01234"), true },
	{ BYTES("abcdefghij_0123"), false }, /* 15 */
	{ BYTES(FIFTY FIFTY "0123456789012345678901234567"), true },
	{ BYTES(FIFTY FIFTY "01234567890123456789012345678"), false }, /* 129 */
	{ BYTES(""), false },
	{ BYTES("AIDACKCEVSQ6C2EXAMPL-"), false },
	{ BYTES("AIDACKCEVSQ6C2EXAMPL/"), false },
	{ BYTES("AIDACKCEVSQ6C2EXAMPL\n"), false },
	{ BYTES("AIDACKCEVSQ6C2EXAMPL\0"), false },
	{ BYTES("AIDACKCEVSQ6C2EXAMPL\xc3\xa4"), false },
};

static const struct path_case {
	struct text path;
	bool is_valid;
} iam_path_cases[] = {
	{ BYTES("/"), true },       { BYTES("/people/"), true },    { BYTES("/a/b.c/!~/"), true },
	{ BYTES(""), false },       { BYTES("people/"), false },    { BYTES("/people"), false },
	{ BYTES("/a b/"), false },  { BYTES("/a\n/"), false },      { BYTES("/a\0/"), false },
	{ BYTES("/\x7f/"), false }, { BYTES("/\xc3\xa4/"), false },
};

static void test_iam_ids_and_paths(void)
{
	char longest[513];

	for (size_t i = 0; i < ARRAY_LENGTH(iam_id_cases); i++)
		CHECK(iam_id_is_valid(iam_id_cases[i].id) == iam_id_cases[i].is_valid,
		      "IAM id, row %zu", i);
	for (size_t i = 0; i < ARRAY_LENGTH(iam_path_cases); i++)
		CHECK(iam_path_is_valid(iam_path_cases[i].path) == iam_path_cases[i].is_valid,
		      "IAM path, row %zu", i);
	memset(longest, '/', sizeof(longest));
	CHECK(iam_path_is_valid((struct text){ longest, 512 }), "a path of 512 bytes");
	CHECK(!iam_path_is_valid((struct text){ longest, 513 }), "a path of 513 bytes");
	CHECK(iam_account_id_is_valid(TEXT("123456789012")), "an account");
	CHECK(!iam_account_id_is_valid(TEXT("12345678901")), "eleven digits");
	CHECK(!iam_account_id_is_valid(TEXT("1234567890123")), "thirteen digits");
	CHECK(!iam_account_id_is_valid(TEXT("12345678901a")), "a letter");
}

static const struct arn_case {
	const char *arn;
	const char *kind; /* the one it is an IAM ARN of, or NULL */
} arn_cases[] = {
	{ "arn:aws:iam::123456789012:user/alice", "user" },
	{ "arn:aws:iam::123456789012:user/a/b/alice", "user" },
	{ "arn:aws-us-gov:iam::123456789012:user/alice", "user" },
	{ "arn:aws-cn:iam::123456789012:group/Developers", "group" },
	{ "arn:aws:iam::123456789012:role/host/deploy", "role" },
	{ "arn:aws:iam::123456789012:policy/HostLogin", "policy" },
	{ "arn:aws:iam::aws:policy/ReadOnlyAccess", "policy" },
	{ "arn:aws:iam::aws:policy/service-role/X", "policy" },
	{ "arn:aws:iam::aws:user/alice", NULL },
	{ "arn:aws:iam::123456789012:root", NULL },
	{ "arn:aws:iam::123456789012:user", NULL },
	{ "arn:aws:iam::123456789012:user/", NULL },
	{ "arn:aws:iam::123456789012:userx/alice", NULL },
	{ "arn:aws:iam::123456789012:user/al ice", NULL },
	{ "arn:aws:iam::123456789012:user/a b/alice", NULL },
	{ "arn:aws:iam::123456789012:user/a\nb/alice", NULL },
	{ "arn:aws:iam::123456789012:user/alice:x", NULL },
	{ "arn:aws:iam::123456789012:user/*", NULL },
	{ "arn:aws:iam:us-east-1:123456789012:user/alice", NULL },
	{ "arn:aws:iam::12345678901:user/alice", NULL },
	{ "arn:aws:iam:::user/alice", NULL },
	{ "arn:aws:sts::123456789012:user/alice", NULL },
	{ "arn:azure:iam::123456789012:user/alice", NULL },
	{ "arn:aws*:iam::123456789012:user/alice", NULL },
	{ "arn::iam::123456789012:user/alice", NULL },
	{ "ARN:aws:iam::123456789012:user/alice", NULL },
	{ "aws:iam::123456789012:user/alice", NULL },
	{ "", NULL },
};

static void test_iam_arns(void)
{
	static const char *const kinds[] = { "user", "group", "role", "policy" };

	for (size_t i = 0; i < ARRAY_LENGTH(arn_cases); i++)
		for (size_t kind = 0; kind < ARRAY_LENGTH(kinds); kind++)
			CHECK(arn_is_iam(text_of(arn_cases[i].arn), kinds[kind]) ==
				      (arn_cases[i].kind &&
				       strcmp(arn_cases[i].kind, kinds[kind]) == 0),
			      "row %zu as the ARN of a %s", i, kinds[kind]);
}

static void test_arn_split(void)
{
	static const char *const refused[] = {
		"",
		"arn",
		"arn:aws:s3",
		"arn:aws:s3:::",
		"arn::s3:::b",
		"arn:aws::::b",
		"arm:aws:s3:::b",
		"arn:aws:s3::",
	};
	char longest[IAM_ARN_MAX + 2];
	struct arn arn;

	CHECK(arn_split(TEXT("arn:aws:ec2:eu-west-1:123456789012:instance/i-1:2"), &arn) ==
			      STATUS_OK &&
		      text_is(arn.partition, "aws") && text_is(arn.service, "ec2") &&
		      text_is(arn.region, "eu-west-1") && text_is(arn.account, "123456789012") &&
		      text_is(arn.resource, "instance/i-1:2"),
	      "six parts, colons in the last");
	CHECK(arn_split(TEXT("arn:aws:s3:::bucket"), &arn) == STATUS_OK && arn.region.length == 0 &&
		      arn.account.length == 0 && text_is(arn.resource, "bucket"),
	      "region and account may be empty");
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
		CHECK(arn_split(text_of(refused[i]), &arn) == STATUS_BAD_INPUT, "'%s'", refused[i]);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "arn:aws:s3:::", 13);
	CHECK(arn_split((struct text){ longest, IAM_ARN_MAX }, &arn) == STATUS_OK, "the longest");
	CHECK(arn_split((struct text){ longest, IAM_ARN_MAX + 1 }, &arn) == STATUS_BAD_INPUT,
	      "one byte more");
}

static const struct allowed_case {
	uint32_t id;
	bool is_allowed;
} allowed_cases[] = {
	{ 0, false },          { 1, false },          { 999, false },        { 1000, true },
	{ 60000, true },       { 60001, false },      { 60513, false },      { 60705, false },
	{ 60706, true },       { 61183, true },       { 61184, false },      { 65519, false },
	{ 65520, true },       { 65533, true },       { 65534, false },      { 65535, false },
	{ 65536, true },       { 524287, true },      { 524288, false },     { 1879048191, false },
	{ 1879048192, true },  { 2147352575, true },  { 2147352576, false }, { 2147418111, false },
	{ 2147418112, true },  { 2147483646, true },  { 2147483647, false }, { 2147483648, false },
	{ 4294967294, false }, { 4294967295, false },
};

static void test_allowed_ids(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(allowed_cases); i++)
		CHECK(posix_id_is_allowed(allowed_cases[i].id, POSIX_ID_MINIMUM_DEFAULT) ==
			      allowed_cases[i].is_allowed,
		      "id %u", allowed_cases[i].id);
	CHECK(!posix_id_is_allowed(0, 0), "root, even with no minimum");
	CHECK(posix_id_is_allowed(1, 1), "another minimum");
	CHECK(!posix_id_is_allowed(4999, 5000) && posix_id_is_allowed(5000, 5000), "a higher one");
	CHECK(posix_id_is_allowed(POSIX_ID_FIRST_DEFAULT, 1000) &&
		      !posix_id_is_allowed(POSIX_ID_FIRST_DEFAULT - 1, 1000) &&
		      posix_id_is_allowed(POSIX_ID_LAST_DEFAULT, 1000) &&
		      !posix_id_is_allowed(POSIX_ID_LAST_DEFAULT + 1, 1000),
	      "the default range is just what is free");
}

/* Every host and every release must give the same numbers. */
static const struct preferred_case {
	const char *iam_id;
	uint32_t in_default, in_small;
} preferred_cases[] = {
	{ "AIDAQWJX5EXAMPLEALICE", 1946693731, 2003 },
	{ "AIDAQWJX5EXAMPLEBOB22", 2019998148, 2004 },
	{ "AROAQWJX5EXAMPLEDEPLO", 2036764724, 2008 },
};

static void test_preferred_ids(void)
{
	const struct posix_id_range standard = { POSIX_ID_FIRST_DEFAULT, POSIX_ID_LAST_DEFAULT };
	const struct posix_id_range small = { 2000, 2009 }, one = { 7, 7 }, all = { 0, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_LENGTH(preferred_cases); i++) {
		const struct preferred_case *row = &preferred_cases[i];
		struct text id = text_of(row->iam_id);

		CHECK(posix_id_preferred(id, standard) == row->in_default, "%s is %u", row->iam_id,
		      posix_id_preferred(id, standard));
		CHECK(posix_id_preferred(id, small) == row->in_small, "%s is %u of ten",
		      row->iam_id, posix_id_preferred(id, small));
		CHECK(posix_id_preferred(id, one) == 7, "or the only one");
		CHECK(posix_id_preferred(id, all) == (uint32_t)hash64(id, 0), "or any at all");
	}
	CHECK(posix_id_preferred(TEXT("x"), (struct posix_id_range){ 9, 8 }) == 9,
	      "a range that is none");
}

static void test_next_ids(void)
{
	const struct posix_id_range range = { 2000, 2009 }, all = { 0, UINT32_MAX };
	uint32_t id = 2004;
	unsigned seen = 0;

	for (unsigned i = 0; i < 10; i++) {
		id = posix_id_next(id, range);
		seen |= 1U << (id - 2000);
	}
	CHECK(id == 2004 && seen == 0x3ff, "ten steps visit all ten and come back");
	CHECK(posix_id_next(2009, range) == 2000, "the last is followed by the first");
	CHECK(posix_id_next(5, range) == 2000, "from below into the range");
	CHECK(posix_id_next(5000, range) == 2000, "from above too");
	CHECK(posix_id_next(UINT32_MAX, all) == 0, "no overflow");
}

static void test_entity(void)
{
	struct iam_tag tags[] = { { TEXT("UnixShell"), TEXT("/bin/sh") }, { TEXT("a"), TEXT("") } };
	struct iam_entity entity = { .tags = tags, .tag_count = ARRAY_LENGTH(tags) };
	struct iam_password_policy policy = iam_password_policy_default();
	struct iam_directory directory;

	CHECK(text_is(*iam_entity_tag(&entity, "UnixShell"), "/bin/sh"), "a tag");
	CHECK(iam_entity_tag(&entity, "a")->length == 0, "an empty one is there");
	CHECK(!iam_entity_tag(&entity, "unixshell"), "case matters");
	CHECK(!iam_entity_tag(&entity, "UnixShel"), "and each letter");
	CHECK(policy.is_default && policy.minimum_length == 8 && policy.max_age_days == 0 &&
		      !policy.allow_users_to_change,
	      "AWS's default password policy");
	iam_directory_init(&directory, 10000);
	CHECK(directory.password_policy.is_default && directory.arena.maximum == 10000, "init");
	CHECK(arena_take(&directory.arena, 1, 100), "memory");
	directory.user_count = 3;
	iam_directory_release(&directory);
	CHECK(directory.user_count == 0 && !directory.arena.newest, "release empties it");
	iam_directory_release(&directory);
}

int main(void)
{
	test_names();
	test_mapping();
	test_reserved();
	test_fields();
	test_iam_ids_and_paths();
	test_iam_arns();
	test_arn_split();
	test_allowed_ids();
	test_preferred_ids();
	test_next_ids();
	test_entity();
	return check_done();
}
