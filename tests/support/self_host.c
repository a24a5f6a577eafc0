#include "self_host.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "scratch.h"

#define FOLDER "/run/iam"
#define SOCKET_PATH FOLDER "/self.sock"

static pid_t listener_pid;

static _Noreturn void become_helper(int connection)
{
	const char *build = getenv("IAM_TEST_BUILD");
	char path[SCRATCH_PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/iam-self", build ? build : "");
	if (dup2(connection, STDIN_FILENO) < 0)
		_exit(126);
	execl(path, path, (char *)NULL);
	_exit(127);
}

static _Noreturn void serve(int fd, enum self_listener listener, struct text bytes)
{
	char asked[4096];

	for (;;) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (connection < 0)
			_exit(1);
		if (listener == SELF_LISTENER_TALKS &&
		    recv(connection, asked, sizeof(asked), 0) > 0)
			(void)!send(connection, bytes.bytes, bytes.length, MSG_NOSIGNAL);
		if (listener == SELF_LISTENER_REAL && fork() == 0)
			become_helper(connection);
		close(connection);
	}
}

void self_host_stop(void)
{
	if (listener_pid <= 0)
		return;
	CHECK_REQUIRE(kill(listener_pid, SIGKILL) == 0 &&
			      waitpid(listener_pid, NULL, 0) == listener_pid,
		      "the listener's end");
	listener_pid = 0;
}

void self_host_listen(enum self_listener listener, struct text bytes)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	self_host_stop();
	(void)mkdir(FOLDER, 0755); /* from before */
	(void)unlink(SOCKET_PATH);
	CHECK_REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			      chmod(SOCKET_PATH, 0666) == 0 && listen(fd, 16) == 0,
		      "listen at " SOCKET_PATH);
	listener_pid = fork();
	CHECK_REQUIRE(listener_pid >= 0, "fork");
	if (listener_pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* with the test */
		(void)signal(SIGCHLD, SIG_IGN);         /* nobody waits for helpers */
		serve(fd, listener, bytes);
	}
	close(fd);
}

int self_host_run_as(uid_t uid, int (*run)(void *context), void *context)
{
	pid_t pid;
	int status = 0;

	fflush(stdout);
	pid = fork();
	CHECK_REQUIRE(pid >= 0, "fork");
	if (pid == 0) {
		if (uid != 0 && (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0))
			_exit(125);
		_exit(run(context));
	}
	CHECK_REQUIRE(waitpid(pid, &status, 0) == pid, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void *self_host_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK_REQUIRE(memory != MAP_FAILED, "mmap");
	return memory;
}
