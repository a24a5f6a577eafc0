/* Whose a name is, what a host's records are, and the words of decisions. */
#include "check.h"
#include "support/scratch.h"
#include "support/signin_host.h"

/* Reasons */

static bool manual_lists(const struct buffer *manual, enum signin_reason reason)
{
	AUTO_BUFFER line;

	buffer_init(&line, 200);
	CHECK_REQUIRE(buffer_append_format(&line, "\n.It Cm %s\n", signin_reason_code(reason)) ==
			      STATUS_OK,
		      "format");
	return strstr(manual->bytes, line.bytes) != NULL;
}

static void test_reasons(void)
{
	AUTO_BUFFER manual;

	buffer_init(&manual, 1 << 20);
	CHECK_REQUIRE(scratch_read("pam_iam", "pam_iam.8", &manual), "pam_iam.8");
	for (int i = 0; i < SIGNIN_REASON_COUNT; i++) {
		enum signin_reason reason = (enum signin_reason)i;
		bool is_alone = true;

		for (int j = 0; j < i; j++)
			is_alone = is_alone && strcmp(signin_reason_code(reason),
						      signin_reason_code((enum signin_reason)j));
		CHECK(is_alone, "code %s is no other's", signin_reason_code(reason));
		CHECK(strlen(signin_reason_text(reason)) > 10, "%s is explained",
		      signin_reason_code(reason));
		CHECK(manual_lists(&manual, reason), "pam_iam(8) lists %s",
		      signin_reason_code(reason));
	}
	CHECK(strcmp(signin_reason_code(SIGNIN_REASON_COUNT), "undecided") == 0,
	      "a number that is no reason's is nobody's decision");
	CHECK(strcmp(signin_reason_code((enum signin_reason)4711), "undecided") == 0,
	      "nor is a wild one");
}

/* Whose the name is */

static const struct whose_case {
	const char *label;
	struct text user;
	enum status with_snapshot;
	bool is_iam_user;
	enum status without_snapshot;
} whose_cases[] = {
	{ "a user", { "alice", 5 }, STATUS_OK, true, STATUS_UNAVAILABLE },
	{ "a role", { "deployer", 8 }, STATUS_OK, true, STATUS_UNAVAILABLE },
	{ "unknown", { "mallory", 7 }, STATUS_OK, false, STATUS_UNAVAILABLE },
	{ "a local account", { "root", 4 }, STATUS_OK, false, STATUS_OK },
	{ "a local account that the snapshot has too",
	  { "shadowed", 8 },
	  STATUS_OK,
	  false,
	  STATUS_OK },
	{ "the start of a local name", { "roo", 3 }, STATUS_OK, false, STATUS_UNAVAILABLE },
	{ "a local name and more", { "roots", 5 }, STATUS_OK, false, STATUS_UNAVAILABLE },
	{ "the start of a user", { "alic", 4 }, STATUS_OK, false, STATUS_UNAVAILABLE },
	{ "another case", { "Alice", 5 }, STATUS_OK, false, STATUS_OK },
	{ "empty", { "", 0 }, STATUS_OK, false, STATUS_OK },
	{ "a newline behind", { "alice\n", 6 }, STATUS_OK, false, STATUS_OK },
	{ "a newline before a local line", { "x\nroot", 6 }, STATUS_OK, false, STATUS_OK },
	{ "a field of passwd", { "root:x", 6 }, STATUS_OK, false, STATUS_OK },
	{ "a NUL behind", { "alice\0x", 7 }, STATUS_OK, false, STATUS_OK },
	{ "blank behind", { "alice ", 6 }, STATUS_OK, false, STATUS_OK },
	{ "digits", { "1000", 4 }, STATUS_OK, false, STATUS_OK },
	{ "a path", { "../alice", 8 }, STATUS_OK, false, STATUS_OK },
	{ "an option", { "-alice", 6 }, STATUS_OK, false, STATUS_OK },
	{ "a domain", { "alice@example.com", 17 }, STATUS_OK, false, STATUS_OK },
	{ "Latin-1", { "\xe4lice", 5 }, STATUS_OK, false, STATUS_OK },
};

static void test_whose(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	struct signin_records nothing = { .paths = host->paths };
	char long_name[10000];

	host_open(host, &records);
	for (size_t i = 0; i < ARRAY_LENGTH(whose_cases); i++) {
		const struct whose_case *row = &whose_cases[i];
		bool is_iam_user = !row->is_iam_user, is_iam_anyway = true;

		CHECK(signin_is_iam_user(&records, row->user, &is_iam_user) == row->with_snapshot &&
			      is_iam_user == row->is_iam_user,
		      "whose: %s", row->label);
		CHECK(signin_is_iam_user(&nothing, row->user, &is_iam_anyway) ==
				      row->without_snapshot &&
			      (row->without_snapshot != STATUS_OK || !is_iam_anyway),
		      "whose, without a snapshot: %s", row->label);
	}
	memset(long_name, 'a', sizeof(long_name));
	for (size_t length = 33; length < sizeof(long_name); length *= 3) {
		bool is_iam_user = true;

		CHECK(signin_is_iam_user(&records, (struct text){ long_name, length },
					 &is_iam_user) == STATUS_OK &&
			      !is_iam_user,
		      "whose: a name of %zu bytes is nobody's", length);
	}
}

static const struct accounts_case {
	const char *label, *bytes; /* bytes NULL: no file */
	mode_t mode;
	enum status status;
	bool is_iam_user;
} accounts_cases[] = {
	{ "an empty file", "", 0644, STATUS_OK, true },
	{ "the name last, without a newline", "root:x:0:0\nalice:x:1", 0644, STATUS_OK, false },
	{ "the name without its colon", "alice", 0644, STATUS_OK, true },
	{ "the name alone on a line", "alice\n:x\n", 0644, STATUS_OK, true },
	{ "the name in another field", "x:alice:0:0:alice:/alice:/bin/sh\n", 0644, STATUS_OK,
	  true },
	{ "the name behind a blank", " alice:x:1\n", 0644, STATUS_OK, true },
	{ "the name twice over", "alicealice:x:1\n", 0644, STATUS_OK, true },
	{ "empty lines before", "\n\n\nalice:x:1:1:::\n", 0644, STATUS_OK, false },
	{ "no file", NULL, 0, STATUS_UNAVAILABLE, false },
	{ "a file that others may write", "root:x:0:0\n", 0666, STATUS_BAD_DATA, false },
};

/* The file of local accounts, seen from a user that the snapshot has. */
static void test_accounts(const struct host *host)
{
	AUTO_SIGNIN_RECORDS records;
	AUTO_BUFFER large;
	char path[SCRATCH_PATH_SIZE];

	host_open(host, &records);
	records.paths.local_accounts = scratch_path(path, host->root, "accounts");
	for (size_t i = 0; i < ARRAY_LENGTH(accounts_cases); i++) {
		const struct accounts_case *row = &accounts_cases[i];
		bool is_iam_user = false;

		scratch_remove(path);
		if (row->bytes)
			scratch_write(host->root, "accounts", text_of(row->bytes), row->mode);
		CHECK(signin_is_iam_user(&records, TEXT("alice"), &is_iam_user) == row->status &&
			      is_iam_user == row->is_iam_user,
		      "local accounts: %s", row->label);
	}
	buffer_init(&large, 1 << 20);
	for (unsigned i = 0; i < 20000; i++)
		CHECK_REQUIRE(buffer_append_format(&large, "u%u:x:%u:%u\n", i, i, i) == STATUS_OK,
			      "append");
	CHECK_REQUIRE(buffer_append(&large, TEXT("alice:x:1:1\n")) == STATUS_OK, "append");
	for (size_t cut = 0; cut < 8; cut++) { /* the name across the end of a read */
		bool is_iam_user = true;

		scratch_write(host->root, "accounts", text_skip(buffer_text(&large), cut), 0644);
		CHECK(signin_is_iam_user(&records, TEXT("alice"), &is_iam_user) == STATUS_OK &&
			      !is_iam_user,
		      "local accounts: the last of many, moved by %zu", cut);
	}
	records.paths.local_accounts = NULL;
}

/* Opening */

static void break_nothing(const struct host *host)
{
	(void)host;
}

static void remove_snapshot(const struct host *host)
{
	char path[SCRATCH_PATH_SIZE];

	scratch_remove(scratch_path(path, host->state, "access.snapshot"));
}

static void open_snapshot_to_group(const struct host *host)
{
	people_publish(&everybody, host->state, 0620);
}

static void open_folder_to_all(const struct host *host)
{
	CHECK_REQUIRE(chmod(host->state, 0777) == 0, "chmod");
}

static void cut_snapshot(const struct host *host)
{
	AUTO_BUFFER bytes;

	buffer_init(&bytes, 1 << 20);
	CHECK_REQUIRE(scratch_read(host->state, "access.snapshot", &bytes), "read");
	scratch_write(host->state, "access.snapshot",
		      (struct text){ bytes.bytes, bytes.length / 2 }, 0600);
}

static void empty_snapshot(const struct host *host)
{
	scratch_write(host->state, "access.snapshot", TEXT(""), 0600);
}

static void link_snapshot(const struct host *host)
{
	char path[SCRATCH_PATH_SIZE], moved[SCRATCH_PATH_SIZE];

	scratch_path(path, host->state, "access.snapshot");
	CHECK_REQUIRE(rename(path, scratch_path(moved, host->state, "elsewhere")) == 0, "rename");
	CHECK_REQUIRE(symlink("elsewhere", path) == 0, "symlink");
}

static void misspell_config(const struct host *host)
{
	scratch_write(host->config, "iam.conf", TEXT("[mfa]\nmode = requird\n"), 0644);
}

static void open_config_to_all(const struct host *host)
{
	scratch_write(host->config, "iam.conf", TEXT("[access]\n"), 0666);
}

static void leave_out_account(const struct host *host)
{
	struct people people = everybody;

	people.lacks_account = true;
	people_publish(&people, host->state, 0600);
}

static const struct open_case {
	const char *label;
	void (*damage)(const struct host *host);
	enum signin_reason unusable;
	enum signin_reason account; /* of an account that is let in otherwise */
} open_cases[] = {
	{ "nothing", break_nothing, SIGNIN_REASON_NONE, SIGNIN_REASON_ALLOWED },
	{ "no snapshot", remove_snapshot, SIGNIN_REASON_SNAPSHOT, SIGNIN_REASON_SNAPSHOT },
	{ "a snapshot that its group may write", open_snapshot_to_group, SIGNIN_REASON_SNAPSHOT,
	  SIGNIN_REASON_SNAPSHOT },
	{ "a folder that all may write", open_folder_to_all, SIGNIN_REASON_SNAPSHOT,
	  SIGNIN_REASON_SNAPSHOT },
	{ "half a snapshot", cut_snapshot, SIGNIN_REASON_SNAPSHOT, SIGNIN_REASON_SNAPSHOT },
	{ "an empty snapshot", empty_snapshot, SIGNIN_REASON_SNAPSHOT, SIGNIN_REASON_SNAPSHOT },
	{ "a link in the snapshot's place", link_snapshot, SIGNIN_REASON_SNAPSHOT,
	  SIGNIN_REASON_SNAPSHOT },
	{ "a word in iam.conf", misspell_config, SIGNIN_REASON_CONFIG, SIGNIN_REASON_NONE },
	{ "an iam.conf that all may write", open_config_to_all, SIGNIN_REASON_CONFIG,
	  SIGNIN_REASON_NONE },
	{ "no settings of the account", leave_out_account, SIGNIN_REASON_NONE,
	  SIGNIN_REASON_SNAPSHOT },
};

static void test_opening(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_LENGTH(open_cases); i++) {
		const struct open_case *row = &open_cases[i];
		struct signin_request request = request_of("bob", "sshd", NOW);
		AUTO_SIGNIN_RECORDS records;
		struct complaint complaint = { .reason = "" };
		struct signin_answer answer;
		enum status status;
		bool is_iam_user = true;

		row->damage(host);
		status = signin_records_open(&records, &host->paths, &complaint);
		CHECK((status == STATUS_OK) == (row->unusable == SIGNIN_REASON_NONE) &&
			      records.unusable == row->unusable,
		      "opening: %s (%s: %s)", row->label, complaint.place, complaint.reason);
		CHECK((complaint.reason[0] != '\0') == (status != STATUS_OK),
		      "opening: %s is complained about", row->label);
		CHECK(signin_is_iam_user(&records, TEXT("root"), &is_iam_user) == STATUS_OK &&
			      !is_iam_user,
		      "opening: %s: root is not IAM's", row->label);
		if (row->account != SIGNIN_REASON_NONE) {
			status = signin_account(&records, &request, &answer);
			CHECK((status == STATUS_OK) == (row->account == SIGNIN_REASON_ALLOWED) ||
				      row->account == SIGNIN_REASON_NONE,
			      "opening: %s: the account phase agrees", row->label);
			if (row->unusable == SIGNIN_REASON_NONE)
				CHECK(answer.reason == row->account, "opening: %s: %s", row->label,
				      signin_reason_code(answer.reason));
			CHECK(signin_is_allowed(&answer) == (row->account == SIGNIN_REASON_ALLOWED),
			      "opening: %s: nobody is let in", row->label);
		}
		CHECK_REQUIRE(chmod(host->state, 0755) == 0, "chmod");
		remove_snapshot(host);
		people_publish(&everybody, host->state, 0600);
		scratch_write(host->root, "etc/iam.conf", text_of(host_config), 0644);
	}
}

int main(void)
{
	struct host host;

	host_make(&host);
	test_reasons();
	test_whose(&host);
	test_accounts(&host);
	test_opening(&host);
	return check_done();
}
