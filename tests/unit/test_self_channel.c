/* Where a program may say a password to, how long it waits, and what it takes for an answer. */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "self/self_channel.h"
#include "support/program.h"
#include "support/scratch.h"

enum { SOON_MS = 50, LONG_MS = 20000 };

static char root[SCRATCH_PATH_SIZE];

static const struct self_message question = {
	.kind = SELF_ACCOUNT,
	.fields = { { "alice", 5 }, { "", 0 }, { "vlock", 5 } },
};

static bool bind_at(int fd, const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/" SELF_SOCKET, folder);
	(void)unlink(address.sun_path); /* of the row before */
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static int listen_at(const char *folder, int type, int backlog)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	CHECK_REQUIRE(fd >= 0 && bind_at(fd, folder) && listen(fd, backlog) == 0, "listen");
	return fd;
}

static enum status try_open(const char *folder, unsigned timeout_ms, struct self_channel *channel,
			    struct complaint *complaint)
{
	*complaint = (struct complaint){ .reason = "" };
	return self_channel_open(channel, folder, scratch_trust(), timeout_ms, complaint);
}

static void check_refused(const char *folder, enum status status, const char *reason,
			  const char *label)
{
	AUTO_SELF_CHANNEL channel = { .fd = -1 };
	struct complaint complaint;

	CHECK(try_open(folder, SOON_MS, &channel, &complaint) == status && channel.fd == -1,
	      "open: %s", label);
	CHECK(strstr(complaint.reason, reason) && strstr(complaint.place, SELF_SOCKET),
	      "open: %s: %s", label, complaint.reason);
}

static void test_refused_places(void)
{
	char folder[SCRATCH_PATH_SIZE], other[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE];
	int fd;

	scratch_path(folder, root, "run");
	check_refused(folder, STATUS_UNAVAILABLE, "does not exist", "no folder");
	check_refused("run", STATUS_BAD_INPUT, "root's alone", "no absolute path");
	scratch_write(root, "run/made", TEXT(""), 0644);
	check_refused(folder, STATUS_UNAVAILABLE, "no socket", "an empty folder");
	scratch_write(folder, SELF_SOCKET, TEXT(""), 0666);
	check_refused(folder, STATUS_BAD_DATA, "no socket of root's", "a file");
	scratch_remove(scratch_path(path, folder, SELF_SOCKET));
	fd = listen_at(folder, SOCK_STREAM, 1);
	check_refused(folder, STATUS_UNAVAILABLE, "nobody listens", "a socket of another kind");
	close(fd);
	check_refused(folder, STATUS_UNAVAILABLE, "nobody listens", "a socket left behind");

	fd = listen_at(folder, SOCK_SEQPACKET, 1);
	CHECK_REQUIRE(chmod(folder, 0777) == 0, "chmod");
	check_refused(folder, STATUS_BAD_DATA, "root's alone", "a folder that all may write");
	CHECK_REQUIRE(chmod(folder, 0775) == 0, "chmod");
	check_refused(folder, STATUS_BAD_DATA, "root's alone", "a folder that a group may write");
	CHECK_REQUIRE(chmod(folder, 0755) == 0, "chmod");
	CHECK_REQUIRE(symlink(folder, scratch_path(other, root, "link")) == 0, "symlink");
	check_refused(other, STATUS_BAD_DATA, "root's alone", "a folder that is a link");
	scratch_write(root, "real/made", TEXT(""), 0644);
	CHECK_REQUIRE(rename(scratch_path(path, folder, SELF_SOCKET),
			     scratch_path(other, root, "real/" SELF_SOCKET)) == 0 &&
			      symlink(other, path) == 0,
		      "symlink");
	check_refused(folder, STATUS_BAD_DATA, "no socket of root's", "a socket that is a link");
	CHECK_REQUIRE(unlink(path) == 0, "unlink");
	close(fd);
}

/* With root's folder, but neither the socket nor who listens root's. */
static void test_others(void)
{
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE];
	AUTO_SELF_CHANNEL channel = { .fd = -1 };
	struct complaint complaint;
	int pipe_fds[2];
	char byte;
	pid_t pid;

	scratch_path(folder, root, "run");
	if (!program_can_change_uid()) {
		puts("# left out: a socket of somebody else's needs root");
		return;
	}
	CHECK_REQUIRE(pipe(pipe_fds) == 0, "pipe");
	close(listen_at(folder, SOCK_SEQPACKET, 1));
	CHECK_REQUIRE(chown(scratch_path(path, folder, SELF_SOCKET), 4711, 0) == 0, "chown");
	check_refused(folder, STATUS_BAD_DATA, "no socket of root's",
		      "a socket of somebody else's");
	pid = fork();
	CHECK_REQUIRE(pid >= 0, "fork");
	if (pid == 0) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		bool is_ready = bind_at(fd, folder) && setuid(4711) == 0 && listen(fd, 1) == 0 &&
				write(pipe_fds[1], "", 1) == 1;

		while (is_ready)
			(void)pause();
		_exit(1);
	}
	CHECK_REQUIRE(read(pipe_fds[0], &byte, 1) == 1, "a listener");
	CHECK(try_open(folder, SOON_MS, &channel, &complaint) == STATUS_BAD_DATA &&
		      strstr(complaint.reason, "not root who listens"),
	      "open: somebody else who listens: %s", complaint.reason);
	CHECK_REQUIRE(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid, "waitpid");
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

/* A conversation with a listener that sends these bytes for an answer; NULL: nothing, "": goes. */
static const struct answer_case {
	const char *label;
	struct text bytes;
	size_t padding; /* so many bytes behind them */
	enum status status;
} answer_cases[] = {
	{ "an answer", { "iam-self-1\0answer\0allowed", 26 }, 0, STATUS_OK },
	{ "garbage", { "hello\n", 6 }, 0, STATUS_BAD_INPUT },
	{ "an answer and more", { "iam-self-1\0answer\0allowed", 26 }, 1, STATUS_BAD_INPUT },
	{ "a packet of 60 kB", { "iam-self-1\0answer\0allowed", 26 }, 60000, STATUS_BAD_INPUT },
	{ "nothing, and it goes", { "", 0 }, 0, STATUS_UNAVAILABLE },
	{ "nothing, and it stays", { NULL, 0 }, 0, STATUS_UNAVAILABLE },
};

static void test_answers(void)
{
	static char bytes[65536];
	char folder[SCRATCH_PATH_SIZE];
	int listener;

	listener = listen_at(scratch_path(folder, root, "run"), SOCK_SEQPACKET, 4);
	for (size_t i = 0; i < ARRAY_LENGTH(answer_cases); i++) {
		const struct answer_case *row = &answer_cases[i];
		AUTO_SELF_CHANNEL channel = { .fd = -1 };
		AUTO_SELF_PACKET packet = { .length = 0 };
		struct self_message message = { .kind = SELF_NOTHING };
		struct complaint complaint;
		pid_t pid;
		uid_t uid;
		char asked[SELF_MESSAGE_MAX];
		int fd;

		CHECK_REQUIRE(try_open(folder, row->bytes.bytes ? LONG_MS : SOON_MS, &channel,
				       &complaint) == STATUS_OK,
			      complaint.reason);
		fd = accept(listener, NULL, NULL);
		CHECK(fcntl(channel.fd, F_GETFD) == FD_CLOEXEC, "%s: no program inherits it",
		      row->label);
		CHECK(self_channel_peer(&channel, &pid, &uid) == STATUS_OK && pid == getpid() &&
			      uid == geteuid(),
		      "%s: who listens", row->label);
		CHECK(self_channel_send(&channel, &question) == STATUS_OK &&
			      recv(fd, asked, sizeof(asked), 0) ==
				      (ssize_t)sizeof("iam-self-1\0account\0alice\0\0vlock"),
		      "%s: the question arrives", row->label);
		if (row->bytes.length > 0) {
			memset(bytes, 0, sizeof(bytes));
			memcpy(bytes, row->bytes.bytes, row->bytes.length);
			CHECK_REQUIRE(send(fd, bytes, row->bytes.length + row->padding, 0) > 0,
				      "send");
		}
		if (row->bytes.bytes)
			close(fd);
		CHECK(self_channel_receive(&channel, &packet, &message) == row->status,
		      "%s: what becomes of it", row->label);
		CHECK((message.kind == SELF_ANSWER) == (row->status == STATUS_OK),
		      "%s: an answer, or none", row->label);
		if (!row->bytes.bytes)
			close(fd);
		/* SIGPIPE would end this test. */
		CHECK(self_channel_send(&channel, &question) == STATUS_UNAVAILABLE,
		      "%s: once it has gone, nothing is sent", row->label);
	}
	close(listener);
}

/* Nobody accepts, and the queue is full. */
static void test_queue(void)
{
	char folder[SCRATCH_PATH_SIZE];
	struct self_channel channels[8];
	struct complaint complaint;
	enum status status = STATUS_OK;
	size_t count = 0;
	int listener = listen_at(scratch_path(folder, root, "run"), SOCK_SEQPACKET, 1);

	while (status == STATUS_OK && count < ARRAY_LENGTH(channels))
		status = try_open(folder, SOON_MS, &channels[count++], &complaint);
	CHECK(status == STATUS_UNAVAILABLE && count > 1 && count < ARRAY_LENGTH(channels),
	      "a queue that is full is waited for, and then given up: %zu", count);
	while (count > 0)
		self_channel_close(&channels[--count]);
	close(listener);
}

static void test_take(void)
{
	struct self_channel channel = { .fd = -1 };
	int streams[2], packets[2], pipes[2], listener;
	char folder[SCRATCH_PATH_SIZE];

	CHECK_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, streams) == 0 &&
			      socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets) == 0 &&
			      pipe(pipes) == 0,
		      "descriptors");
	listener = listen_at(scratch_path(folder, root, "run"), SOCK_SEQPACKET, 1);
	CHECK(self_channel_take(&channel, streams[0], SOON_MS) == STATUS_BAD_INPUT &&
		      channel.fd == -1,
	      "take: no stream");
	CHECK(self_channel_take(&channel, pipes[0], SOON_MS) == STATUS_BAD_INPUT, "take: no pipe");
	CHECK(self_channel_take(&channel, -1, SOON_MS) == STATUS_BAD_INPUT, "take: nothing");
	CHECK(self_channel_take(&channel, listener, SOON_MS) == STATUS_BAD_INPUT,
	      "take: nothing that listens");
	CHECK(self_channel_take(&channel, packets[0], SOON_MS) == STATUS_OK &&
		      channel.fd == packets[0] && fcntl(packets[0], F_GETFL) & O_NONBLOCK,
	      "take: packets, and never waits");
	self_channel_close(&channel);
	CHECK(fcntl(packets[0], F_GETFD) < 0 && channel.fd == -1, "take: closed with the channel");
	self_channel_close(&channel);
	close(listener);
}

int main(void)
{
	scratch_make(root);
	test_refused_places();
	test_others();
	test_answers();
	test_queue();
	test_take();
	return check_done();
}
