/* The log: chained lines, whole ones, by one writer at a time, in files that are root's alone. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/audit_record.h"
#include "check.h"
#include "support/audit_fixture.h"

enum { WRITERS = 8, LINES = 50 };

static struct audit_fixture fixture;

static void read_log(struct buffer *out_bytes)
{
	buffer_init(out_bytes, 1 << 24);
	CHECK_REQUIRE(scratch_read(fixture.folder, "audit.jsonl", out_bytes), "the log");
}

static mode_t mode_of(const char *name)
{
	char path[SCRATCH_PATH_SIZE];
	struct stat info;

	CHECK_REQUIRE(stat(scratch_path(path, fixture.folder, name), &info) == 0, name);
	return info.st_mode & 07777;
}

static void test_first_lines(void)
{
	mode_t before = umask(0777);
	AUTO_BUFFER log;
	char digest[AUDIT_DIGEST_SIZE], link[128];
	struct text rest, first, second;

	audit_fixture_fill(&fixture, 1, 2);
	(void)umask(before);
	read_log(&log);
	rest = buffer_text(&log);
	CHECK_REQUIRE(text_next_piece(&rest, '\n', &first) && text_next_piece(&rest, '\n', &second),
		      "two lines");
	CHECK(rest.length == 0 && log.bytes[log.length - 1] == '\n', "and no third");
	CHECK(memmem(first.bytes, first.length,
		     ",\"chain\":{\"sequence\":1,\"previous\":\"" AUDIT_DIGEST_OF_NOTHING "\"}}",
		     50 + AUDIT_DIGEST_LENGTH - 16),
	      "the first follows nothing");
	audit_digest(first, digest);
	(void)snprintf(link, sizeof(link), "\"sequence\":2,\"previous\":\"%s\"}}", digest);
	CHECK(strstr(log.bytes, link), "the second follows the first");
	CHECK(mode_of("audit.jsonl") == 0640, "its group may read, whatever the umask says");
	CHECK((mode_of("audit.jsonl.state") & 077) == 0, "the state is its owner's");
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0, "whole");
}

/* Each writer is a process, as logins are. */
static void test_many_writers(void)
{
	unsigned failed = 0;

	audit_fixture_clear(&fixture);
	for (unsigned i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		CHECK_REQUIRE(child >= 0, "a process");
		if (child > 0)
			continue;
		for (unsigned line = 0; line < LINES; line++) {
			struct complaint complaint = { .reason = "" };

			if (audit_fixture_write(&fixture, i * LINES + line, &complaint) !=
			    STATUS_OK)
				_exit(1);
		}
		_exit(0);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		int code = 1;

		(void)wait(&code);
		failed += code != 0;
	}
	CHECK(failed == 0, "nobody waited in vain");
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0 &&
		      audit_fixture_lines() == WRITERS * LINES,
	      "%llu lines, one chain", (unsigned long long)audit_fixture_lines());
}

static void append(const char *bytes)
{
	AUTO_BUFFER log;

	read_log(&log);
	CHECK_REQUIRE(buffer_append(&log, text_of(bytes)) == STATUS_OK, "more");
	scratch_write(fixture.folder, "audit.jsonl", buffer_text(&log), 0640);
}

/* A crash in the middle of a line, and one between a line and the state. */
static void test_crashes(void)
{
	AUTO_BUFFER state;

	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, 3);
	append("{\"eventVersion\":\"1.0");
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "unfinished") == 0,
	      "half a line is no damage: %s", audit_fixture_verify(&fixture, NULL));
	audit_fixture_fill(&fixture, 4, 2);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "unfinished") == 0 &&
		      audit_fixture_lines() == 5,
	      "and the chain goes on behind it: %s", audit_fixture_verify(&fixture, NULL));
	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, 2);
	buffer_init(&state, 4096);
	CHECK_REQUIRE(scratch_read(fixture.folder, "audit.jsonl.state", &state), "the state");
	audit_fixture_fill(&fixture, 3, 1);
	scratch_write(fixture.folder, "audit.jsonl.state", buffer_text(&state), 0600);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0, "a state that is behind");
	audit_fixture_fill(&fixture, 4, 1);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0 && audit_fixture_lines() == 4,
	      "catches up: %s", audit_fixture_verify(&fixture, NULL));
}

static void rename_log(const char *name)
{
	char to[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(rename(fixture.path, scratch_path(to, fixture.folder, name)) == 0, name);
}

static void test_rotation(void)
{
	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, 3);
	rename_log("audit.jsonl-20260101");
	audit_fixture_fill(&fixture, 4, 3);
	rename_log("audit.jsonl.1");
	scratch_write(fixture.folder, "audit.jsonl", TEXT(""), 0640); /* logrotate's create */
	audit_fixture_fill(&fixture, 7, 3);
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0 && audit_fixture_lines() == 9,
	      "one chain over three files: %s", audit_fixture_verify(&fixture, NULL));
	rename_log("audit.jsonl.0");
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0, "the newest rotated away");
}

static void make_link(void)
{
	scratch_remove(fixture.path);
	CHECK_REQUIRE(symlink("elsewhere", fixture.path) == 0, "a link");
}

static void make_fifo(void)
{
	scratch_remove(fixture.path);
	CHECK_REQUIRE(mkfifo(fixture.path, 0600) == 0, "a fifo");
}

static void open_log_to_all(void)
{
	CHECK_REQUIRE(chmod(fixture.path, 0666) == 0, "chmod");
}

static void open_folder_to_group(void)
{
	CHECK_REQUIRE(chmod(fixture.folder, 0775) == 0, "chmod");
}

static void replace_folder(void)
{
	scratch_remove(fixture.folder);
	CHECK_REQUIRE(symlink("/tmp", fixture.folder) == 0, "a link");
}

static const struct {
	const char *label;
	void (*prepare)(void);
} hostile_cases[] = {
	{ "a link in its place", make_link },
	{ "a fifo in its place", make_fifo },
	{ "a log that all may write", open_log_to_all },
	{ "a folder that its group may write", open_folder_to_group },
	{ "a link in the folder's place", replace_folder },
};

static void test_hostile(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(hostile_cases); i++) {
		struct complaint complaint = { .reason = "" };

		audit_fixture_clear(&fixture);
		audit_fixture_fill(&fixture, 1, 1);
		hostile_cases[i].prepare();
		CHECK(audit_fixture_write(&fixture, 2, &complaint) == STATUS_BAD_DATA &&
			      complaint.reason[0] && strcmp(complaint.place, fixture.path) == 0,
		      "%s: %s", hostile_cases[i].label, complaint.reason);
		(void)unlink(fixture.folder);
	}
}

static int make_journal(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CHECK_REQUIRE(text_copy(text_of(path), address.sun_path, sizeof(address.sun_path)) ==
				      STATUS_OK &&
			      fd >= 0 &&
			      bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0,
		      "a journal");
	return fd;
}

static void test_journal(void)
{
	char path[SCRATCH_PATH_SIZE], datagram[32768] = "", digest[128];
	struct audit_fixture told = fixture;
	ssize_t length;
	int fd;

	audit_fixture_clear(&fixture);
	audit_fixture_fill(&fixture, 1, 1);
	fd = make_journal(scratch_path(path, fixture.folder, "journal"));
	told.sink.journal = path;
	audit_fixture_fill(&told, 2, 1);
	length = recv(fd, datagram, sizeof(datagram) - 1, 0);
	CHECK(length > 0 &&
		      strncmp(datagram, "MESSAGE=HostLogin succeeded: user=alice reason=allowed\n",
			      54) == 0,
	      "a message for people: %s", datagram);
	CHECK(strstr(datagram, "\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=iam-audit\n") &&
		      strstr(datagram, "\nIAM_EVENT_NAME=HostLogin\n") &&
		      strstr(datagram, "\nIAM_USER=alice\n") &&
		      strstr(datagram, "\nIAM_REASON=allowed\n") &&
		      !strstr(datagram, "IAM_ERROR_CODE"),
	      "fields to search by");
	(void)audit_fixture_verify(&fixture, NULL);
	(void)snprintf(digest, sizeof(digest), "\nIAM_AUDIT_DIGEST=%s\n", audit_fixture_digest());
	CHECK(strstr(datagram, digest) && strstr(datagram, "\nIAM_AUDIT={\"eventVersion\""),
	      "the line, and its digest");
	CHECK_REQUIRE(close(fd) == 0, "close");
	audit_fixture_fill(&told, 3, 1); /* nobody listens */
	CHECK(strcmp(audit_fixture_verify(&fixture, NULL), "") == 0, "goes on without a journal");
}

int main(void)
{
	audit_fixture_make(&fixture);
	test_first_lines();
	test_many_writers();
	test_crashes();
	test_rotation();
	test_hostile();
	test_journal();
	return check_done();
}
