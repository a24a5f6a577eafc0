/*
 * tests/unit/test_sync_attributes.c: shells, homes, GECOS fields and keys, as hostile as tags may
 * be.
 */
#include <stdio.h>

#include "base/timestamp.h"
#include "check.h"
#include "support/scratch.h"
#include "support/ssh_keys.h"
#include "support/sync_host.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X250 X50 X50 X50 X50 X50

static const struct {
	const char *what, *conf, *tags;
	const char *fields; /* "gecos:home:shell" */
	const char *code;   /* NULL: nothing to report */
} rows[] = {
	{ "no tags", "", NULL, "alice:/home/alice:/bin/bash", NULL },
	{ "defaults of iam.conf", "[names]\ndefault_shell = /bin/sh\nhome = /srv/%u/home/%u\n",
	  NULL, "alice:/srv/alice/home/alice:/bin/sh", NULL },
	{ "all tags", "", "UnixShell=/bin/zsh|UnixHomeDirectory=/h/a|UnixGecos=A. \\u00c4",
	  "A. \xc3\x84:/h/a:/bin/zsh", NULL },
	{ "a shell that is no path", "", "UnixShell=bash", "alice:/home/alice:/bin/bash",
	  "shell-tag-invalid" },
	{ "a shell with a colon", "", "UnixShell=/bin/sh:0", "alice:/home/alice:/bin/bash",
	  "shell-tag-invalid" },
	{ "a shell with a newline", "", "UnixShell=/bin/sh\\nroot::0:0",
	  "alice:/home/alice:/bin/bash", "shell-tag-invalid" },
	{ "a shell of 255 bytes", "", "UnixShell=/xxxx" X250, "alice:/home/alice:/xxxx" X250,
	  NULL },
	{ "an empty shell", "", "UnixShell=", "alice:/home/alice:/bin/bash", "shell-tag-invalid" },
	{ "a home with dots", "", "UnixHomeDirectory=/home/../root", "alice:/home/alice:/bin/bash",
	  "home-tag-invalid" },
	{ "a relative home", "", "UnixHomeDirectory=root", "alice:/home/alice:/bin/bash",
	  "home-tag-invalid" },
	{ "an empty home", "", "UnixHomeDirectory=", "alice:/home/alice:/bin/bash",
	  "home-tag-invalid" },
	{ "a home that looks like a template", "", "UnixHomeDirectory=/h/%u%s%n",
	  "alice:/h/%u%s%n:/bin/bash", NULL },
	{ "a home with a colon", "", "UnixHomeDirectory=/h:/bin/sh", "alice:/home/alice:/bin/bash",
	  "home-tag-invalid" },
	{ "a GECOS field with a colon", "", "UnixGecos=x:0:0", "alice:/home/alice:/bin/bash",
	  "gecos-tag-invalid" },
	{ "a GECOS field with a newline", "",
	  "UnixGecos=x\\nroot::0:0:", "alice:/home/alice:/bin/bash", "gecos-tag-invalid" },
	{ "an empty GECOS field", "", "UnixGecos=", ":/home/alice:/bin/bash", NULL },
	{ "tags in another spelling", "", "unixshell=/bin/zsh|UNIXUID=0",
	  "alice:/home/alice:/bin/bash", NULL },
};

static void test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct host_entity users[] = { { "alice", 1, 1, "", rows[i].tags, NULL },
					       { .name = NULL } };
		static const char *const codes[] = { "shell-tag-invalid", "home-tag-invalid",
						     "gecos-tag-invalid", "home-too-long" };
		unsigned reports = 0;
		const char *fields;

		(void)host_start();
		host_write("etc/iam/iam.conf", rows[i].conf);
		host_sync_users(users);
		fields = strchr(host_user("alice"), ':');
		fields = fields ? strchr(fields + 1, ':') : NULL;
		CHECK(fields && strcmp(fields + 1, rows[i].fields) == 0, "%s: %s", rows[i].what,
		      fields ? fields + 1 : "no account");
		for (size_t k = 0; k < ARRAY_LENGTH(codes); k++)
			reports += host_reports(codes[k]);
		CHECK(rows[i].code ? reports == 1 && host_reports(rows[i].code) == 1 : reports == 0,
		      "%s: report %s", rows[i].what, rows[i].code ? rows[i].code : "none");
	}
}

static void test_home_too_long(void)
{
	static const struct host_entity users[] = {
		{ "short", 1, 1, "", NULL, NULL },
		{ "thirty-two-bytes-are-a-long-name", 2, 2, "", NULL, NULL },
		{ .name = NULL },
	};

	static const struct {
		const char *conf;
		bool is_there;
	} limits[] = {
		{ "[names]\nhome = /" X50 X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxx/%u\n", true },
		{ "[names]\nhome = /" X50 X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxx/%u\n", false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		(void)host_start();
		host_write("etc/iam/iam.conf", limits[i].conf);
		host_sync_users(users);
		CHECK(host_uid("short") != 0, "a home that fits");
		CHECK((host_uid("thirty-two-bytes-are-a-long-name") != 0) == limits[i].is_there &&
			      host_reports("home-too-long") == !limits[i].is_there,
		      "a home of %zu bytes is %s", 255 + i,
		      limits[i].is_there ? "used" : "refused");
	}
}

static void test_keys(void)
{
	static const struct host_entity users[] = {
		{ "alice", 1, 1, "",
		  "SshKey1=ssh-ed25519 "
		  "AAAAC3NzaC1lZDI1NTE5AAAAIBp6QSwsP2qE5q9ZqYHJ2K7kGzY8m0Xv7uJvJ3b4b5c6",
		  NULL },
		{ "bob", 2, 2, "", NULL, NULL },
		{ "carol", 3, 3, "", "SshKey2=verify-required " KEY_SK_ED25519, NULL },
		{ "dave", 4, 4, "", "SshKey2=" KEY_SK_ED25519, NULL },
		{ .name = NULL },
	};
	struct snapshot snapshot;
	struct snapshot_user user;
	struct text keys;

	(void)host_start();
	host_sync_users(users);
	snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
	CHECK(snapshot_find_user(&snapshot, TEXT("alice"), &user) == STATUS_OK &&
		      snapshot_keys(&snapshot, &user, &keys) == STATUS_OK &&
		      text_is(keys, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBp6QSwsP2qE5q9ZqYHJ2K7kGz"
				    "Y8m0Xv7uJvJ3b4b5c6 SshKey1\n"),
	      "alice's key, a line with its id");
	CHECK(snapshot_find_user(&snapshot, TEXT("bob"), &user) == STATUS_OK &&
		      snapshot_keys(&snapshot, &user, &keys) == STATUS_OK && keys.length == 0,
	      "bob has none");
	CHECK(snapshot_find_user(&snapshot, TEXT("carol"), &user) == STATUS_OK &&
		      snapshot_keys(&snapshot, &user, &keys) == STATUS_OK &&
		      text_is(keys, "verify-required " KEY_SK_ED25519 " SshKey2\n"),
	      "what sshd is to insist on stands before carol's");
	CHECK(snapshot_find_user(&snapshot, TEXT("dave"), &user) == STATUS_OK &&
		      snapshot_keys(&snapshot, &user, &keys) == STATUS_OK &&
		      text_is(keys, KEY_SK_ED25519 " SshKey2\n"),
	      "and not before dave's");
	snapshot_close(&snapshot);
}

/* A bad key is one user's misfortune: everybody else has an account, and somebody hears of it. */
static void test_bad_key(void)
{
	static const struct host_entity users[] = {
		{ "alice", 1, 1, "", "SshKey1=junk", NULL },
		{ "bob", 2, 2, "", NULL, NULL },
		{ .name = NULL },
	};

	(void)host_start();
	host_sync_users(users);
	CHECK(host_uid("alice") != 0 && host_uid("bob") != 0, "both are there");
	CHECK(host_reports("document-warning") == 1 &&
		      host_reported("document-warning", "UserDetailList[0].Tags[0]: key SshKey1 of "
							"user 'alice' left out"),
	      "the key is reported, with its place");
}

#define KEY_BODY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBp6QSwsP2qE5q9ZqYHJ2K7kGzY8m0Xv7uJvJ3b4b5c6"

static const struct age_case {
	const char *label, *conf;
	int64_t age; /* since the upload, in seconds; 0: a key in a tag */
	bool is_offered;
	const char *code; /* NULL: nothing to report */
} age_cases[] = {
	{ "no limit", "", 4000LL * HOST_DAY, true, NULL },
	{ "young", "[ssh]\nkey_age_max = 90d\n", HOST_DAY, true, NULL },
	{ "uploaded by a clock that is ahead", "[ssh]\nkey_age_max = 90d\n", -5, true, NULL },
	{ "a second before the warning", "[ssh]\nkey_age_max = 90d\n", 75LL * HOST_DAY - 1, true,
	  NULL },
	{ "the warning begins", "[ssh]\nkey_age_max = 90d\n", 75LL * HOST_DAY, true,
	  "key-expires-soon" },
	{ "the last second", "[ssh]\nkey_age_max = 90d\n", 90LL * HOST_DAY - 1, true,
	  "key-expires-soon" },
	{ "too old", "[ssh]\nkey_age_max = 90d\n", 90LL * HOST_DAY, false, "key-too-old" },
	{ "without a date", "[ssh]\nkey_age_max = 90d\n", 0, true, "key-age-unknown" },
	{ "without a date or limit", "", 0, true, NULL },
};

static void test_key_ages(void)
{
	static const char *const codes[] = { "key-too-old", "key-expires-soon", "key-age-unknown" };

	for (size_t i = 0; i < ARRAY_LENGTH(age_cases); i++) {
		const struct age_case *row = &age_cases[i];
		const char *tags = row->age ? NULL : "SshKey1=" KEY_BODY;
		struct host_entity users[] = { { "alice", 1, 1, "", tags, NULL },
					       { .name = NULL } };
		char uploaded[TIMESTAMP_TEXT_SIZE], more[1024];
		struct snapshot snapshot;
		struct snapshot_user user;
		struct text keys = TEXT("");
		unsigned reports = 0;

		(void)snprintf(more, sizeof(more),
			       ",\"SSHPublicKeys\":[{\"UserName\":\"alice\",\"SSHPublicKeyId\":"
			       "\"APKAEXAMPLE000000001\",\"Status\":\"Active\","
			       "\"SSHPublicKeyBody\":\"" KEY_BODY "\",\"UploadDate\":\"%s\"}]",
			       timestamp_format(HOST_NOW - row->age, uploaded));
		(void)host_start();
		host_write("etc/iam/iam.conf", row->conf);
		host_sync_document(
			&(struct host_document){ .users = users, .more = row->age ? more : NULL });
		snapshot = host_snapshot(SNAPSHOT_DIRECTORY);
		CHECK(snapshot_find_user(&snapshot, TEXT("alice"), &user) == STATUS_OK &&
			      snapshot_keys(&snapshot, &user, &keys) == STATUS_OK &&
			      (keys.length > 0) == row->is_offered,
		      "key: %s: %s", row->label, row->is_offered ? "offered" : "left out");
		snapshot_close(&snapshot);
		for (size_t k = 0; k < ARRAY_LENGTH(codes); k++)
			reports += host_reports(codes[k]);
		CHECK(row->code ? reports == 1 && host_reported(row->code, "user alice: key ")
				: reports == 0,
		      "key: %s: report %s", row->label, row->code ? row->code : "none");
	}
}

int main(void)
{
	test_rows();
	test_home_too_long();
	test_keys();
	test_bad_key();
	test_key_ages();
	return check_done();
}
