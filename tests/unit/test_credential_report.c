/* The report's pieces: lines of CSV, and what the host's files say of root. */
#include "check.h"
#include "report/credential_report.h"
#include "support/scratch.h"

static const struct csv_case {
	const char *cells[3], *line;
} csv_cases[] = {
	{ { "alice", "true", "N/A" }, "alice,true,N/A" },
	{ { "a,b", "c\"d", "" }, "\"a,b\",\"c\"\"d\"," },
	{ { "\"", "\n", "a\rb" }, "\"\"\"\",\"\n\",\"a\rb\"" },
	{ { "\"\"", "", "," }, "\"\"\"\"\"\",,\",\"" },
};

static void test_csv(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(csv_cases); i++) {
		struct text cells[3];
		AUTO_BUFFER line;

		for (size_t k = 0; k < ARRAY_LENGTH(cells); k++)
			cells[k] = text_of(csv_cases[i].cells[k]);
		buffer_init(&line, 1000);
		CHECK(report_csv_line(cells, ARRAY_LENGTH(cells), &line) == STATUS_OK &&
			      text_is(buffer_text(&line), csv_cases[i].line),
		      "a line: %s", buffer_text(&line).bytes);
	}
}

static void test_columns(void)
{
	static const char iam[] =
		"user,arn,user_creation_time,password_enabled,password_last_used,"
		"password_last_changed,password_next_rotation,mfa_active,access_key_1_active,"
		"access_key_1_last_rotated,access_key_1_last_used_date,"
		"access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,"
		"access_key_2_last_rotated,access_key_2_last_used_date,"
		"access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
		"cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
	const char *names[REPORT_COLUMNS_MAX];
	struct text cells[REPORT_COLUMNS_MAX];
	size_t count = credential_report_columns(false, names);
	AUTO_BUFFER line;

	buffer_init(&line, 4096);
	for (size_t i = 0; i < count; i++)
		cells[i] = text_of(names[i]);
	CHECK(count == 22 && report_csv_line(cells, count, &line) == STATUS_OK &&
		      text_is(buffer_text(&line), iam),
	      "IAM's columns in IAM's order: %s", line.bytes);
	CHECK(credential_report_columns(true, names) > count && strcmp(names[0], "user") == 0 &&
		      strcmp(names[count], "unix_name") == 0,
	      "and the host's behind them");
}

static const struct root_case {
	const char *label, *shadow, *keys; /* NULL: no such file */
	struct host_root facts;
} root_cases[] = {
	{ "a password and two keys",
	  "daemon:*:1:0:::::\nroot:$y$j9T$x:20000:0:99999:7:::\n",
	  "# a comment\n\nssh-ed25519 AAAA a\n  ssh-rsa AAAA b\n",
	  { true, true, 20000LL * 86400, 2, 0 } },
	{ "locked",
	  "root:!$y$j9T$x:20000:0:99999:7:::\n",
	  NULL,
	  { true, false, 20000LL * 86400, 0, 0 } },
	{ "none", "root:*:20000:0:99999:7:::\n", "", { true, false, 20000LL * 86400, 0, 0 } },
	{ "an empty one, which needs none",
	  "root::20000:0:99999:7:::\n",
	  NULL,
	  { true, true, 20000LL * 86400, 0, 0 } },
	{ "no day", "root:$y$x::0:::::\n", NULL, { true, true, 0, 0, 0 } },
	{ "another's line", "rooty:$y$x:1:0:::::\n", NULL, { false, false, 0, 0, 0 } },
	{ "half a line", "root:$y$x", NULL, { false, false, 0, 0, 0 } },
	{ "no files", NULL, NULL, { false, false, 0, 0, 0 } },
};

static void test_root(void)
{
	char root[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE];
	struct complaint complaint = { .reason = "" };
	struct host_root facts;

	scratch_make(root);
	for (size_t i = 0; i < ARRAY_LENGTH(root_cases); i++) {
		const struct root_case *row = &root_cases[i];
		const struct host_root *expected = &row->facts;

		scratch_remove(scratch_path(path, root, "etc"));
		scratch_remove(scratch_path(path, root, "root"));
		if (row->shadow)
			scratch_write(root, "etc/shadow", text_of(row->shadow), 0600);
		if (row->keys)
			scratch_write(root, "root/.ssh/authorized_keys", text_of(row->keys), 0600);
		CHECK(host_root_read(root, scratch_trust(), &facts, &complaint) == STATUS_OK,
		      "%s: %s", row->label, complaint.reason);
		CHECK(facts.is_known == expected->is_known &&
			      facts.has_password == expected->has_password &&
			      facts.password_changed == expected->password_changed &&
			      facts.ssh_keys == expected->ssh_keys && facts.last_login == 0,
		      "%s: password %d, %zu keys", row->label, facts.has_password, facts.ssh_keys);
	}
	scratch_write(root, "etc/shadow", TEXT("root:*:1:0:::::\n"), 0666);
	CHECK(host_root_read(root, scratch_trust(), &facts, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.place, "/etc/shadow"),
	      "a file that all may write is not believed");
}

int main(void)
{
	test_csv();
	test_columns();
	test_root();
	return check_done();
}
