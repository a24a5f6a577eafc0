#include "raw_server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "../check.h"

static int listen_on(unsigned port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons((uint16_t)port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	CHECK_REQUIRE(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
			      bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
			      listen(fd, 16) == 0,
		      "a port to listen on");
	return fd;
}

static bool say(int fd, struct text bytes)
{
	while (bytes.length > 0) {
		ssize_t sent = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes = text_skip(bytes, (size_t)sent);
	}
	return true;
}

/* Up to the empty line behind the headers; there is no body in what tests ask. */
static void hear(int fd)
{
	char bytes[8192];
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < sizeof(bytes) && !memmem(bytes, length, "\r\n\r\n", 4)) {
		got = recv(fd, bytes + length, sizeof(bytes) - length, 0);
		length += got > 0 ? (size_t)got : 0;
	}
}

static void serve(int fd, const struct raw_answer *answer)
{
	const struct timespec pause = { .tv_sec = answer->pause_ms / 1000,
					.tv_nsec = (long)(answer->pause_ms % 1000) * 1000000 };
	char byte;

	hear(fd);
	if (!say(fd, answer->bytes))
		return;
	while (answer->repeated.length > 0) {
		nanosleep(&pause, NULL);
		if (!say(fd, answer->repeated))
			return;
	}
	if (answer->stays)
		(void)recv(fd, &byte, 1, 0);
}

void raw_server_start(struct raw_server *server, unsigned port, const struct raw_answer *answer)
{
	int listener = listen_on(port);

	server->port = port;
	fflush(stdout);
	server->pid = fork();
	CHECK_REQUIRE(server->pid >= 0, "fork");
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		for (;;) {
			int fd = accept(listener, NULL, NULL);

			if (fd < 0)
				_exit(1);
			serve(fd, answer);
			close(fd);
		}
	}
	close(listener);
}

void raw_server_stop(struct raw_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGTERM);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}
