/* Which keys that sshd has verified are MFA, and what is asked for then. */
#include <sys/stat.h>

#include "check.h"
#include "signin/signin_internal.h"
#include "snapshot/snapshot_key.h"
#include "support/signin_host.h"
#include "support/snapshot_fixture.h"
#include "support/ssh_keys.h"

#define VERIFIED "verify-required "
#define USED(key) "publickey " key "\n"

/* Lines of keys */

static void test_lines(void)
{
	static const struct line_case {
		const char *lines;
		size_t count;
		const char *id; /* of the last */
		bool verify_required;
	} rows[] = {
		{ "", 0, NULL, false },
		{ KEY_ED25519 " one\n", 1, "one", false },
		{ VERIFIED KEY_SK_ED25519 " one\n", 1, "one", true },
		{ KEY_ED25519 " one\n" VERIFIED KEY_SK_ED25519 " two\n", 2, "two", true },
		{ VERIFIED KEY_SK_ED25519 " one\n" KEY_ED25519 " two\n", 2, "two", false },
		/* none of ours, and nothing that follows is */
		{ KEY_ED25519 "\n", 0, NULL, false },
		{ "ssh-ed25519\n", 0, NULL, false },
		{ "\n" KEY_ED25519 " one\n", 0, NULL, false },
		{ "no-pty " KEY_ED25519 "\n" KEY_ED25519 " one\n", 2, "one", false },
		{ VERIFIED "\n", 0, NULL, false },
		{ VERIFIED VERIFIED "x\n", 0, NULL, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct text rest = text_of(rows[i].lines);
		struct snapshot_key key = { .verify_required = false };
		size_t count = 0;

		while (snapshot_next_key(&rest, &key))
			count++;
		CHECK(count == rows[i].count &&
			      (count == 0 || (text_is(key.id, rows[i].id) &&
					      key.verify_required == rows[i].verify_required)),
		      "lines %zu: %zu keys", i, count);
	}
}

/* alice's records have one of each kind; bob's key does not ask; the role has one that does. */
static const struct fixture_user users[] = {
	{ .name = "alice",
	  .uid = 0x70000001,
	  .keys = KEY_ED25519 " SshKey1\n" VERIFIED KEY_SK_ED25519 " SshKey2\n" },
	{ .name = "bob", .uid = 0x70000002, .keys = KEY_SK_ED25519 " SshKey1\n" },
	{ .name = "carol", .uid = 0x70000003 },
	{ .name = "deployer",
	  .uid = 0x70000006,
	  .is_role = true,
	  .keys = VERIFIED KEY_SK_ED25519 " SshKey1\n" },
	{ .name = "erin",
	  .uid = 0x70000005,
	  .keys = VERIFIED KEY_SK_ECDSA " SshKey1\n" VERIFIED KEY_SK_ED25519 " APKA1\n" },
	{ .name = NULL },
};

static const struct key_case {
	const char *user, *methods;
	const char *id; /* NULL: it does not count */
} key_cases[] = {
	{ "alice", USED(KEY_SK_ED25519), "SshKey2" },
	{ "alice", "publickey " KEY_SK_ED25519, "SshKey2" },
	{ "alice", USED(KEY_ED25519) USED(KEY_SK_ED25519), "SshKey2" },
	{ "alice", "password\n" USED(KEY_SK_ED25519), "SshKey2" },
	{ "alice", USED(KEY_SK_ED25519) "keyboard-interactive/pam\n", "SshKey2" },
	{ "erin", USED(KEY_SK_ED25519), "APKA1" },
	{ "erin", USED(KEY_SK_ECDSA), "SshKey1" },
	/* no security key was used */
	{ "alice", "", NULL },
	{ "alice", USED(KEY_ED25519), NULL },
	{ "alice", "password\n", NULL },
	{ "alice", "hostbased " KEY_SK_ED25519 "\n", NULL },
	{ "alice", "publickeys " KEY_SK_ED25519 "\n", NULL },
	{ "alice", KEY_SK_ED25519 "\n", NULL },
	/* one that is in no record of the user's */
	{ "alice", USED(KEY_SK_ECDSA), NULL },
	{ "carol", USED(KEY_SK_ED25519), NULL },
	{ "mallory", USED(KEY_SK_ED25519), NULL },
	{ "", USED(KEY_SK_ED25519), NULL },
	{ "../alice", USED(KEY_SK_ED25519), NULL },
	/* one whose record does not ask; a role's */
	{ "bob", USED(KEY_SK_ED25519), NULL },
	{ "deployer", USED(KEY_SK_ED25519), NULL },
	/* not the whole key, or more than it */
	{ "alice", "publickey sk-ssh-ed25519@openssh.com\n", NULL },
	{ "alice", "publickey sk-ssh-ed25519@openssh.com \n", NULL },
	{ "alice", "publickey " KEY_SK_ED25519 " \n", NULL },
	{ "alice", "publickey " KEY_SK_ED25519 " verify-required\n", NULL },
	{ "alice", "publickey  " KEY_SK_ED25519 "\n", NULL },
	{ "alice", "publickey " VERIFIED KEY_SK_ED25519 "\n", NULL },
	{ "alice", "publickey " KEY_SK_ED25519 "=\n", NULL },
	{ "alice", "publickey sk-ssh-ed25519-cert-v01@openssh.com AAAA\n", NULL },
};

static void publish(const struct host *host)
{
	char path[SCRATCH_PATH_SIZE];

	fixture_publish(&(struct fixture){ .users = users }, SNAPSHOT_DIRECTORY,
			scratch_path(path, host->state, "directory.snapshot"), 0644);
}

static void open_records(const struct host *host, struct signin_records *records)
{
	host_open(host, records);
	records->config.mfa_security_keys = true;
}

static void test_keys(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	char id[SIGNIN_KEY_ID_SIZE];

	open_records(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(key_cases); i++) {
		const struct key_case *row = &key_cases[i];
		struct signin_request request = request_of(row->user, "sshd", NOW);
		enum status status =
			signin_note_security_key(&records, text_of(row->methods), &request, id);

		if (row->id)
			CHECK(status == STATUS_OK && text_is(request.security_key, row->id) &&
				      request.login.mfa_at == NOW,
			      "key %zu: counts, as %s", i, row->id);
		else
			CHECK(status == STATUS_NOT_FOUND && request.security_key.length == 0 &&
				      request.login.mfa_at == 0,
			      "key %zu: does not count", i);
	}
}

static void test_limits(const struct host *host)
{
	static char methods[SIGNIN_METHODS_BYTES_MAX + 2];
	struct signin_request request = request_of("alice", "sshd", NOW);
	size_t used = strlen(USED(KEY_SK_ED25519));
	char id[SIGNIN_KEY_ID_SIZE];
	AUTO_SIGNIN_RECORDS records;

	open_records(host, &records);
	memset(methods, '\n', sizeof(methods) - 1);
	memcpy(methods + SIGNIN_METHODS_BYTES_MAX - used, USED(KEY_SK_ED25519), used);
	CHECK(signin_note_security_key(&records, (struct text){ methods, SIGNIN_METHODS_BYTES_MAX },
				       &request, id) == STATUS_OK,
	      "limits: as much as sshd may say");
	request = request_of("alice", "sshd", NOW);
	CHECK(signin_note_security_key(&records,
				       (struct text){ methods, SIGNIN_METHODS_BYTES_MAX + 1 },
				       &request, id) == STATUS_NOT_FOUND &&
		      request.login.mfa_at == 0,
	      "limits: and not a byte more");
}

/* sshd may have found the key in a file of the user's, without verify-required. */
static void test_not_configured(const struct host *host)
{
	struct signin_request request = request_of("alice", "sshd", NOW);
	char id[SIGNIN_KEY_ID_SIZE];
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	CHECK(signin_note_security_key(&records, TEXT(USED(KEY_SK_ED25519)), &request, id) ==
			      STATUS_NOT_FOUND &&
		      request.login.mfa_at == 0,
	      "unless iam.conf says that sshd insists, no key counts");
}

/* Without the file from which sshd was told to insist, a key is one like any other. */
static void test_no_file(const struct host *host)
{
	struct signin_request request = request_of("alice", "sshd", NOW);
	char path[SCRATCH_PATH_SIZE], id[SIGNIN_KEY_ID_SIZE];
	AUTO_SIGNIN_RECORDS records;

	open_records(host, &records);
	scratch_path(path, host->state, "directory.snapshot");
	CHECK_REQUIRE(chmod(path, 0666) == 0, "chmod");
	CHECK(signin_note_security_key(&records, TEXT(USED(KEY_SK_ED25519)), &request, id) ==
			      STATUS_BAD_DATA &&
		      request.login.mfa_at == 0,
	      "file: one that others may write");
	CHECK(signin_note_security_key(&records, TEXT(USED(KEY_ED25519)), &request, id) ==
		      STATUS_NOT_FOUND,
	      "file: not looked at without a security key");
	scratch_write(host->state, "directory.snapshot", TEXT("IAMSNAP"), 0644);
	CHECK(signin_note_security_key(&records, TEXT(USED(KEY_SK_ED25519)), &request, id) ==
			      STATUS_BAD_DATA &&
		      request.login.mfa_at == 0,
	      "file: a damaged one");
	scratch_remove(path);
	CHECK(signin_note_security_key(&records, TEXT(USED(KEY_SK_ED25519)), &request, id) ==
			      STATUS_UNAVAILABLE &&
		      request.security_key.length == 0 && request.login.mfa_at == 0,
	      "file: none");
	publish(host);
}

static void test_factors(const struct host *host)
{
	static const struct factors_case {
		enum config_mfa mfa;
		enum signin_mode mode;
		struct signin_factors expected;
	} rows[] = {
		{ CONFIG_MFA_REQUIRED, SIGNIN_PASSWORD_AND_CODE, { .key = true } },
		{ CONFIG_MFA_ENROLLED, SIGNIN_PASSWORD_AND_CODE, { .key = true } },
		/* a second step that is no MFA is meant */
		{ CONFIG_MFA_OFF, SIGNIN_PASSWORD_AND_CODE, { .password = true } },
		{ CONFIG_MFA_REQUIRED, SIGNIN_PASSWORD, { .password = true } },
		{ CONFIG_MFA_REQUIRED, SIGNIN_CODE, { .code = true } },
	};
	static const char *const names[] = { "alice", "carol" };
	AUTO_SIGNIN_RECORDS records;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(rows) * ARRAY_LENGTH(names); i++) {
		size_t at = i / ARRAY_LENGTH(names);
		struct signin_request request =
			request_of(names[i % ARRAY_LENGTH(names)], "sshd", NOW);
		struct signin_factors factors = { 0 };

		request.public_key_verified = true;
		request.security_key = TEXT("SshKey1");
		records.config.mfa = rows[at].mfa;
		CHECK(signin_factors(&records, &request, rows[at].mode, &factors) == STATUS_OK &&
			      factors.password == rows[at].expected.password &&
			      factors.code == rows[at].expected.code &&
			      factors.key == rows[at].expected.key,
		      "factors %zu: password=%d code=%d key=%d", i, factors.password, factors.code,
		      factors.key);
	}
}

/* Nothing is typed; who is not known, or is a role, is not let in by it. */
static void test_acceptance(const struct host *host)
{
	static const struct acceptance_case {
		const char *user, *key;
		bool is_verified;
		enum signin_reason reason;
	} rows[] = {
		{ "alice", "SshKey1", true, SIGNIN_REASON_ALLOWED },
		{ "carol", "SshKey1", true, SIGNIN_REASON_ALLOWED }, /* has no password */
		{ "dave", "SshKey1", true, SIGNIN_REASON_ALLOWED },  /* nor a login profile */
		{ "alice", "SshKey1", false, SIGNIN_REASON_NONE },
		{ "alice", "", true, SIGNIN_REASON_NONE },
		{ "mallory", "SshKey1", true, SIGNIN_REASON_USER_UNKNOWN },
		{ "deployer", "SshKey1", true, SIGNIN_REASON_ROLE_DIRECT },
		{ "shadowed", "SshKey1", true, SIGNIN_REASON_USER_UNKNOWN },
	};
	const struct signin_factors by_key = { .key = true };
	AUTO_SIGNIN_RECORDS records;
	struct signin_answer answer;

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct signin_request request = request_of(rows[i].user, "sshd", NOW);

		request.public_key_verified = rows[i].is_verified;
		request.security_key = text_of(rows[i].key);
		CHECK(signin_authenticate(&records, &request, &by_key, TEXT(""), TEXT(""),
					  &answer) == STATUS_OK &&
			      answer.reason == rows[i].reason && !answer.used_password &&
			      !answer.used_code,
		      "acceptance %zu: %s: %s", i, rows[i].user, signin_reason_code(answer.reason));
	}
}

int main(void)
{
	struct host host;

	test_lines();
	host_make(&host);
	publish(&host);
	test_keys(&host);
	test_not_configured(&host);
	test_limits(&host);
	test_no_file(&host);
	test_factors(&host);
	test_acceptance(&host);
	return check_done();
}
