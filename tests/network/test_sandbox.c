/*
 * tests/network/test_sandbox.c: who it is that root reads a source by, what that process may do,
 * and what root believes of what it gave.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "check.h"
#include "source/source.h"
#include "support/bundle_site.h"
#include "support/raw_server.h"
#include "support/stand_in.h"
#include "support/web_server.h"

enum { WEB_PORT = 8080, RAW_PORT = 8090, ACCOUNT = 977, PATIENCE = 1000 };

#define GOOD "url = http://127.0.0.1:8080/\nkeys = %s"
#define SLOW "url = http://127.0.0.1:8090/\nkeys = %s"

static const char servers[] = "server { listen 127.0.0.1:8080; root " SITE_FOLDER "; }\n";

static void add_account(bool is_there)
{
	scratch_write("/etc", "passwd",
		      is_there ? TEXT("root:x:0:0:root:/root:/bin/sh\n"
				      "iam-sync:x:977:977::/:/usr/sbin/nologin\n")
			       : TEXT("root:x:0:0:root:/root:/bin/sh\n"),
		      0644);
}

static void read_proc(pid_t pid, const char *name, struct buffer *out_text)
{
	char path[SCRATCH_PATH_SIZE];

	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	buffer_init(out_text, 1 << 20);
	(void)scratch_read("/proc", path, out_text);
}

/* iamctl sync, from a server that never answers, and the process that asks it. */
struct slow_sync {
	pid_t parent, child;
	struct raw_server server;
};

static void slow_sync_start(struct slow_sync *slow)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	const struct raw_answer silence = { .bytes = TEXT(""), .stays = true };
	char program[SCRATCH_PATH_SIZE], tasks[64];

	raw_server_start(&slow->server, RAW_PORT, &silence);
	site_configure(SLOW, site_key(0));
	snprintf(program, sizeof(program), "%s/iamctl", getenv("IAM_TEST_BUILD"));
	fflush(stdout);
	slow->parent = fork();
	CHECK_REQUIRE(slow->parent >= 0, "fork");
	if (slow->parent == 0) {
		execl(program, program, "sync", NULL);
		_exit(127);
	}
	snprintf(tasks, sizeof(tasks), "task/%d/children", (int)slow->parent);
	slow->child = 0;
	for (int i = 0; i < PATIENCE && slow->child == 0; i++) {
		AUTO_BUFFER children = { 0 }, limits = { 0 };

		nanosleep(&moment, NULL);
		read_proc(slow->parent, tasks, &children);
		if (children.length == 0)
			continue;
		/* It has asked once it has a connection, which it makes when it is confined. */
		read_proc((pid_t)strtol(children.bytes, NULL, 10), "net/tcp", &limits);
		if (buffer_has(&limits, "0100007F:1F9A 01 "))
			slow->child = (pid_t)strtol(children.bytes, NULL, 10);
	}
	CHECK_REQUIRE(slow->child > 0, "a process that asks");
}

static int slow_sync_end(struct slow_sync *slow)
{
	int state = 0;

	CHECK_REQUIRE(waitpid(slow->parent, &state, 0) == slow->parent, "waitpid");
	raw_server_stop(&slow->server);
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

/* How many descriptors it has beyond the standard ones that lead to files of the host. */
static unsigned open_files(pid_t pid)
{
	char folder[64], path[SCRATCH_PATH_SIZE], target[SCRATCH_PATH_SIZE];
	const struct dirent *entry;
	unsigned count = 0;
	DIR *descriptors;

	snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)pid);
	descriptors = opendir(folder);
	CHECK_REQUIRE(descriptors, folder);
	while ((entry = readdir(descriptors))) {
		ssize_t length = readlink(scratch_path(path, folder, entry->d_name), target,
					  sizeof(target) - 1);

		target[length > 0 ? length : 0] = '\0';
		count += target[0] == '/' && strcmp(target, "/dev/null") != 0 &&
			 strcmp(target, SITE_CACHE) != 0 && !strstr(target, "memfd:");
	}
	closedir(descriptors);
	return count;
}

static void test_process(void)
{
	struct slow_sync slow;
	AUTO_BUFFER status = { 0 }, limits = { 0 };

	add_account(true);
	slow_sync_start(&slow);
	read_proc(slow.child, "status", &status);
	read_proc(slow.child, "limits", &limits);
	if (program_can_change_uid())
		CHECK(buffer_has(&status, "\nUid:\t977\t977\t977\t977\n") &&
			      buffer_has(&status, "\nGid:\t977\t977\t977\t977\n") &&
			      buffer_has(&status, "\nGroups:\t977 \n") &&
			      buffer_has(&status, "\nCapEff:\t0000000000000000\n") &&
			      buffer_has(&status, "\nCapPrm:\t0000000000000000\n"),
		      "who asks is iam-sync, in no other group, without a capability");
	CHECK(buffer_has(&status, "\nNoNewPrivs:\t1\n"), "and can become nobody else");
	CHECK(buffer_has(&limits, "Max core file size        0                    0 "),
	      "it leaves no core");
	CHECK(open_files(slow.child) == 0, "it has no file open but its own folder");
	kill(slow.child, SIGKILL);
	CHECK(slow_sync_end(&slow) == 69, "when it is killed, sync fails");
	add_account(false);
}

static void test_end(void)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	struct slow_sync slow;
	bool is_gone = false;

	slow_sync_start(&slow);
	kill(slow.parent, SIGKILL);
	CHECK(slow_sync_end(&slow) == 128 + SIGKILL, "sync was killed");
	for (int i = 0; i < PATIENCE && !is_gone; i++) {
		AUTO_BUFFER status = { 0 };

		nanosleep(&moment, NULL);
		read_proc(slow.child, "status", &status);
		is_gone = status.length == 0 || buffer_has(&status, "State:\tZ");
	}
	CHECK(is_gone, "then the other ends too");
}

static void test_folder(void)
{
	struct stat info = { .st_uid = 0 };

	site_configure(GOOD, site_key(0));
	add_account(true);
	site_check_fetched("a bundle");
	CHECK(stat(SITE_CACHE, &info) == 0 && (info.st_mode & 07777) == 02750 && info.st_gid == 0,
	      "what was fetched is nobody else's to see");
	if (program_can_change_uid())
		CHECK(info.st_uid == ACCOUNT, "and iam-sync's");
	CHECK(stat("/var/lib/iam/access.snapshot", &info) == 0 && info.st_uid == 0,
	      "the snapshots are root's");
	add_account(false);
	site_check_fetched("without the account, by nobody, in the same folder");
}

static enum status read_offline(const char *host, struct buffer *out_document,
				struct complaint *complaint)
{
	AUTO_CONFIG config = { 0 };
	const struct source_options options = { .root = "",
						.trust = FILE_OF_ROOT,
						.now = time(NULL),
						.is_offline = true,
						.host = text_of(host) };

	config_init(&config);
	CHECK_REQUIRE(config_read(&config, "/etc/iam", FILE_OF_ROOT, NULL) == STATUS_OK,
		      "iam.conf");
	buffer_init(out_document, SOURCE_BYTES_MAX);
	return source_read(&config, &options, out_document, NULL, complaint);
}

static const struct host_case {
	const char *host;
	enum status status;
} host_cases[] = {
	{ "", STATUS_OK },
	{ "{\"Arn\":\"arn:aws:ec2:eu-central-1:123456789012:instance/i-1\"}", STATUS_OK },
	{ "{},\"RoleDetailList\":[]", STATUS_BAD_INPUT },
	{ "[]", STATUS_BAD_INPUT },
	{ "{}}", STATUS_BAD_INPUT },
	{ "{", STATUS_BAD_INPUT },
};

/* The host's facts are its word; they become one member and nothing else. */
static void test_host_facts(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(host_cases); i++) {
		const struct host_case *row = &host_cases[i];
		struct complaint complaint = { .line = 0 };
		AUTO_BUFFER document = { 0 };

		CHECK(read_offline(row->host, &document, &complaint) == row->status,
		      "what it says of the host: %s (%s)", row->host, complaint.reason);
		CHECK(row->status != STATUS_OK ||
			      text_is(source_host_of(buffer_text(&document)), row->host),
		      "and what is taken over of it");
	}
}

static void check_not_believed(const char *label)
{
	struct complaint complaint = { .line = 0 };
	AUTO_BUFFER document = { 0 };

	CHECK(read_offline("", &document, &complaint) == STATUS_BAD_DATA && document.length == 0,
	      "not believed: %s (%s)", label, complaint.reason);
}

/* What it keeps is only believed as far as the publisher has signed it. */
static void test_signature(void)
{
	AUTO_BUFFER manifest_file = { 0 }, index = { 0 };
	struct bundle_manifest manifest;
	char path[SCRATCH_PATH_SIZE];

	buffer_init(&manifest_file, BUNDLE_MANIFEST_MAX);
	buffer_init(&index, BUNDLE_FILE_MAX);
	site_read_manifest(SITE_CACHE, &manifest);
	CHECK_REQUIRE(scratch_read(SITE_CACHE, "manifest", &manifest_file) &&
			      scratch_read(SITE_CACHE, manifest.index.digest, &index),
		      "what was fetched");
	site_write_manifest(SITE_CACHE, &manifest, 1);
	check_not_believed("a manifest that another key signed");
	scratch_write(SITE_CACHE, "manifest", TEXT("iam-bundle 1\n\n{}"), 0600);
	check_not_believed("one that nobody signed");
	scratch_remove(scratch_path(path, SITE_CACHE, "manifest"));
	CHECK_REQUIRE(symlink("/srv/publisher/manifest", path) == 0, "a link");
	check_not_believed("a link");
	scratch_remove(path);
	scratch_write(SITE_CACHE, "manifest", buffer_text(&manifest_file), 0600);
	index.bytes[index.length / 2] ^= 1;
	scratch_write(SITE_CACHE, manifest.index.digest, buffer_text(&index), 0600);
	check_not_believed("another index");
	scratch_remove(scratch_path(path, SITE_CACHE, manifest.index.digest));
	check_not_believed("no index");
	site_check_fetched("all of it is fetched again");
}

/* Files that only root may read are opened by root. */
static void test_root_file(void)
{
	AUTO_OUTCOME outcome = { .code = 0 };
	AUTO_BUFFER document = { 0 };

	iamctl_read_file("tests/data/iamctl/directory.json", &document);
	scratch_write("/etc/iam", "directory.json", buffer_text(&document), 0600);
	scratch_write("/etc/iam", "iam.conf", TEXT("[source]\ntype = file\n"), 0644);
	iamctl_run(&(struct program){ .arguments = { "sync", "--accept-shrink" } }, &outcome);
	CHECK(outcome.code == 0, "a directory document that only root may read");
	if (outcome.code != 0)
		iamctl_show(&outcome);
}

static void test_credentials(const char *path, const char *line)
{
	static const char key[] =
		"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
		"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
	AUTO_STAND_IN stand_in = { .pid = 0 };
	AUTO_OUTCOME outcome = { .code = 0 };
	char config[512];

	stand_in_start(&stand_in, "tests/network/account.json", NULL);
	snprintf(config, sizeof(config),
		 "[source]\ntype = aws\nregion = eu-central-1\nendpoint = %s\n%s", stand_in.url,
		 line);
	scratch_write("/etc/iam", "iam.conf", text_of(config), 0644);
	scratch_write("", path, text_of(key), 0600);
	iamctl_run(&(struct program){ .arguments = { "sync", "--accept-shrink" } }, &outcome);
	CHECK(outcome.code == 0, "a key of AWS's in %s that only root may read", path);
	if (outcome.code != 0)
		iamctl_show(&outcome);
}

int main(void)
{
	AUTO_WEB_SERVER server = { .pid = 0 };

	site_publish(SITE_FOLDER, (struct site_users){ 100, 0 }, 1);
	web_server_start(&server, "/srv/nginx", WEB_PORT, servers);
	test_process();
	test_end();
	test_folder();
	test_host_facts();
	test_signature();
	test_root_file();
	test_credentials("/etc/iam/aws", "credentials_file = /etc/iam/aws\n");
	test_credentials("/root/.aws/credentials", "");
	return check_done();
}
