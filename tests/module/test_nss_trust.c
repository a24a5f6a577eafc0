/*
 * Which files are answered from, and how soon a change is noticed.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utime.h>

#include "check.h"
#include "nss_clock.h"
#include "support/nss_module.h"

static struct nss_module nss;

struct answer {
	enum nss_status status;
	int error;
};

/* One after the other, and the same answer from all, or else RETURN, which none of them gives. */
static struct answer ask_all(void)
{
	static char buffer[4096];
	struct answer answers[8] = { 0 };
	struct passwd passwd;
	struct group group;
	struct spwd shadow;
	long start = 0, size = 0;
	gid_t *gids = NULL;
	size_t last = ARRAY_LENGTH(answers) - 1;

#define ASK(index, function, ...) \
	answers[index].status = nss.function(__VA_ARGS__, &answers[index].error)
	ASK(0, getpwnam_r, "alice", &passwd, buffer, sizeof(buffer));
	ASK(1, getpwuid_r, NSS_ID + 1, &passwd, buffer, sizeof(buffer));
	ASK(2, getgrnam_r, "devs", &group, buffer, sizeof(buffer));
	ASK(3, getgrgid_r, NSS_DEVS, &group, buffer, sizeof(buffer));
	ASK(4, getspnam_r, "alice", &shadow, buffer, sizeof(buffer));
	ASK(5, initgroups_dyn, "alice", NSS_ID + 1, &start, &size, &gids, 0);
	ASK(6, getpwent_r, &passwd, buffer, sizeof(buffer));
	ASK(7, getgrent_r, &group, buffer, sizeof(buffer));
#undef ASK
	free(gids);
	(void)nss.endpwent();
	(void)nss.endgrent();
	for (size_t i = 0; i < last; i++) {
		if (answers[i].status != answers[last].status ||
		    answers[i].error != answers[last].error)
			return (struct answer){ NSS_STATUS_RETURN, (int)i };
	}
	return answers[last];
}

static bool is_answered(void)
{
	struct answer answer = ask_all();

	return answer.status == NSS_STATUS_SUCCESS && answer.error == 0;
}

static bool is_refused(int error)
{
	struct answer answer = ask_all();

	return answer.status == NSS_STATUS_UNAVAIL && answer.error == error;
}

static void replace_by(const char *path)
{
	CHECK_REQUIRE(rename(path, NSS_SNAPSHOT) == 0, path);
}

static const char other[] = IAM_STATE_FOLDER "/other";

static void publish_other(void)
{
	nss_publish(nss_small());
	CHECK_REQUIRE(rename(NSS_SNAPSHOT, other) == 0, other);
}

static bool by_link(void)
{
	publish_other();
	CHECK_REQUIRE(symlink(other, IAM_STATE_FOLDER "/link") == 0, "a symbolic link");
	replace_by(IAM_STATE_FOLDER "/link");
	return true;
}

static bool by_folder(void)
{
	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0 && mkdir(NSS_SNAPSHOT, 0755) == 0, "a folder");
	return true;
}

static bool by_fifo(void)
{
	CHECK_REQUIRE(mkfifo(IAM_STATE_FOLDER "/fifo", 0644) == 0, "a fifo");
	replace_by(IAM_STATE_FOLDER "/fifo");
	return true;
}

static bool by_mode(mode_t mode)
{
	publish_other();
	CHECK_REQUIRE(chmod(other, mode) == 0, "chmod");
	replace_by(other);
	return true;
}

static bool group_writable(void)
{
	return by_mode(0664);
}

static bool world_writable(void)
{
	return by_mode(0646);
}

static bool by_owner(void)
{
	publish_other();
	if (chown(other, 1000, 0) != 0)
		return false; /* a namespace that maps root alone */
	replace_by(other);
	return true;
}

static bool by_mode_in_place(void)
{
	CHECK_REQUIRE(chmod(NSS_SNAPSHOT, 0664) == 0, "chmod");
	return true;
}

static bool by_owner_in_place(void)
{
	return chown(NSS_SNAPSHOT, 1000, 0) == 0;
}

static bool by_nothing(void)
{
	CHECK_REQUIRE(unlink(NSS_SNAPSHOT) == 0, "unlink");
	return true;
}

static bool by_empty(void)
{
	nss_publish_bytes(TEXT(""));
	return true;
}

static bool by_text(void)
{
	nss_publish_bytes(TEXT("root::0:0:root:/root:/bin/sh\n"));
	return true;
}

static bool by_half(void)
{
	AUTO_BUFFER bytes = nss_snapshot_bytes(nss_small());

	nss_publish_bytes((struct text){ bytes.bytes, bytes.length / 2 });
	return true;
}

static bool by_longer(void)
{
	AUTO_BUFFER bytes = nss_snapshot_bytes(nss_small());

	CHECK_REQUIRE(buffer_append(&bytes, TEXT("x")) == STATUS_OK, "one byte more");
	nss_publish_bytes(buffer_text(&bytes));
	return true;
}

static bool by_access_snapshot(void)
{
	struct build_input input = { .generation = 1, .id_minimum = 1000 };
	struct buffer bytes;

	buffer_init(&bytes, SNAPSHOT_BYTES_MAX);
	CHECK_REQUIRE(snapshot_build(&input, SNAPSHOT_ACCESS, &bytes, NULL) == STATUS_OK,
		      "an access snapshot");
	nss_publish_bytes(buffer_text(&bytes));
	buffer_release(&bytes);
	return true;
}

static bool by_other_format(void)
{
	AUTO_BUFFER bytes = nss_snapshot_bytes(nss_small());

	bytes.bytes[8]++; /* the format's number */
	nss_publish_bytes(buffer_text(&bytes));
	return true;
}

static const struct {
	const char *label;
	bool (*spoil)(void); /* false: cannot be made here */
	int error;
} files[] = {
	{ "absent", by_nothing, ENOENT },
	{ "a symbolic link to a good one", by_link, EIO },
	{ "a folder", by_folder, EIO },
	{ "a fifo", by_fifo, EIO },
	{ "group-writable", group_writable, EIO },
	{ "writable by others", world_writable, EIO },
	{ "a user's", by_owner, EIO },
	{ "made group-writable after it was mapped", by_mode_in_place, EIO },
	{ "given away after it was mapped", by_owner_in_place, EIO },
	{ "empty", by_empty, EIO },
	{ "text", by_text, EIO },
	{ "cut in half", by_half, EIO },
	{ "one byte longer", by_longer, EIO },
	{ "the access snapshot", by_access_snapshot, EIO },
	{ "of another format", by_other_format, EIO },
};

static void test_files(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		nss_publish(nss_small());
		clock_advance();
		CHECK(is_answered(), "%s: a good file is answered from", files[i].label);
		if (!files[i].spoil()) {
			printf("# left out: %s needs root\n", files[i].label);
			continue;
		}
		clock_advance();
		CHECK(is_refused(files[i].error) && is_refused(files[i].error),
		      "%s: UNAVAIL, and not from the old mapping", files[i].label);
		(void)rmdir(NSS_SNAPSHOT);
		nss_publish(nss_small());
		CHECK(is_answered(), "%s: the next good file is answered from at once",
		      files[i].label);
	}
}

/* Cut off in place, which no tool of ours does, after another thread has mapped the whole. */
static void test_length(void)
{
	struct stat info;

	nss_publish(nss_small());
	clock_advance();
	CHECK_REQUIRE(is_answered() && stat(NSS_SNAPSHOT, &info) == 0, "a good file");
	CHECK_REQUIRE(truncate(NSS_SNAPSHOT, info.st_size - 1) == 0, "truncate");
	clock_advance();
	CHECK(is_refused(EIO), "cut by a byte in place: UNAVAIL");
}

static enum nss_status find(const char *name)
{
	char buffer[1024];
	struct passwd passwd;
	int error;

	return nss.getpwnam_r(name, &passwd, buffer, sizeof(buffer), &error);
}

static void test_freshness(void)
{
	nss_publish(nss_small());
	clock_advance();
	CHECK(find("alice") == NSS_STATUS_SUCCESS && find("member000") == NSS_STATUS_NOTFOUND,
	      "the first snapshot");
	nss_publish(nss_crowded());
	CHECK(find("member000") == NSS_STATUS_NOTFOUND,
	      "within a second the file is not looked at again");
	clock_advance();
	CHECK(find("member000") == NSS_STATUS_SUCCESS, "after a second the new one is seen");
	nss_publish(nss_small());
	clock_seconds -= 500; /* as for a process that was restored on another machine */
	CHECK(find("member000") == NSS_STATUS_NOTFOUND, "a clock that went back is no obstacle");
	CHECK_REQUIRE(utime(NSS_SNAPSHOT, &(struct utimbuf){ 1, 1 }) == 0, "utime");
	clock_advance();
	CHECK(find("alice") == NSS_STATUS_SUCCESS, "another time stamp: mapped again");
}

/* All of the process's descriptors are in use. */
static void test_no_descriptors(void)
{
	struct rlimit few = { 64, 64 };
	int fds[64], count = 0, error = 0;
	char buffer[1024];
	struct passwd passwd;

	nss_publish(nss_small());
	clock_advance();
	CHECK_REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0, "setrlimit");
	while (count < (int)ARRAY_LENGTH(fds) && (fds[count] = dup(0)) >= 0)
		count++;
	CHECK_REQUIRE(errno == EMFILE, "all descriptors");
	CHECK(nss.getpwnam_r("alice", &passwd, buffer, sizeof(buffer), &error) ==
			      NSS_STATUS_TRYAGAIN &&
		      error == EMFILE,
	      "no descriptor left: TRYAGAIN and EMFILE");
	while (count > 0)
		(void)close(fds[--count]);
	CHECK(find("alice") == NSS_STATUS_SUCCESS, "with one, it is answered");
	CHECK((count = dup(0)) >= 0 && count < 16, "no descriptor is kept");
	(void)close(count);
}

static int look_up_as_nobody(void)
{
	struct answer answer;

	if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
		return 77;
	answer = ask_all();
	/* all but shadow, which is refused to nobody with the same words */
	return answer.status == NSS_STATUS_UNAVAIL && answer.error == EACCES ? 0 : 1;
}

/* A folder that only root may search, by an administrator's mistake. */
static void test_unsearchable_folder(void)
{
	pid_t child;
	int code;

	nss_publish(nss_small());
	clock_advance();
	CHECK_REQUIRE(chmod(IAM_STATE_FOLDER, 0700) == 0, IAM_STATE_FOLDER);
	child = fork();
	if (child == 0)
		_exit(look_up_as_nobody());
	CHECK_REQUIRE(child > 0 && waitpid(child, &code, 0) == child, "a child");
	CHECK_REQUIRE(chmod(IAM_STATE_FOLDER, 0755) == 0, IAM_STATE_FOLDER);
	if (WIFEXITED(code) && WEXITSTATUS(code) == 77) {
		printf("# left out: becoming nobody needs root\n");
		return;
	}
	CHECK(code == 0, "a folder that may not be searched: UNAVAIL and EACCES (code %x)", code);
}

int main(void)
{
	nss_module_load(&nss);
	test_files();
	test_length();
	test_freshness();
	test_unsearchable_folder();
	test_no_descriptors();
	return check_done();
}
