/* Asking systemd for a scope where it cannot answer: nobody waits for longer than was said. What
   happens where it can, tests/system/booted/role_scope.sh shows. */
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../pam_iam/role_scope.h"
#include "base/cleanup.h"
#include "check.h"

#ifdef IAM_WITH_SYSTEMD

#define BUS "/tmp/bus"

/* Somebody at the other end of the bus. */
static const struct peer {
	const char *label;
	bool listens, accepts;
	const char *says;
	const char *reason; /* how the complaint begins */
} peers[] = {
	{ "nobody", false, false, NULL, "D-Bus: No such file or directory" },
	{ "one who never answers", true, false, NULL, "D-Bus: Connection timed out" },
	{ "one who hangs up", true, true, "", "D-Bus: " },
	{ "one who refuses", true, true, "REJECTED EXTERNAL\r\n", "D-Bus: " },
	{ "one who talks at random", true, true, "\x01\x02\x03HTTP/1.0 200 OK\r\n\r\n", "D-Bus: " },
	{ "one who agrees and says no more", true, true,
	  "DATA\r\nOK 00112233445566778899aabbccddeeff\r\nAGREE_UNIX_FD\r\n", "D-Bus: " },
};

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	CHECK_REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			      listen(fd, 1) == 0,
		      "a socket");
	return fd;
}

/* Says its words, and stays until the other end goes, unless it has none. */
static void be(const struct peer *peer, int listener)
{
	AUTO_CLOSE int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char heard[256];

	if (fd < 0 || write(fd, peer->says, strlen(peer->says)) < 1)
		return;
	while (read(fd, heard, sizeof(heard)) > 0)
		;
}

static void test_peer(const struct peer *peer)
{
	const struct role_scope scope = { .name = "iam-role-deploy-1.scope",
					  .description = "Session of role deploy",
					  .seconds = 900,
					  .bus = "unix:path=" BUS,
					  .patience_ms = 300 };
	struct complaint complaint = { .reason = "" };
	AUTO_CLOSE int listener = peer->listens ? listen_at(BUS) : -1;
	pid_t child = -1;
	enum status status;

	(void)fflush(stdout);
	if (peer->accepts)
		child = fork();
	if (child == 0) {
		be(peer, listener);
		_exit(0);
	}
	status = role_scope_enter(&scope, &complaint);
	CHECK(status == STATUS_UNAVAILABLE, "%s: no scope: %s", peer->label, status_text(status));
	CHECK(strncmp(complaint.reason, peer->reason, strlen(peer->reason)) == 0, "%s: why: %s",
	      peer->label, complaint.reason);
	if (child > 0)
		(void)waitpid(child, NULL, 0);
	(void)unlink(BUS);
}

static void test_peers(void)
{
	CHECK_REQUIRE(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/system", 0755) == 0,
		      "/run/systemd/system");
	for (size_t i = 0; i < ARRAY_LENGTH(peers); i++)
		test_peer(&peers[i]);
}

#endif

int main(void)
{
	const struct role_scope scope = { .name = "iam-role-deploy-1.scope", .bus = "unix:path=/" };
	struct complaint complaint = { .reason = "" };

	CHECK(role_scope_enter(&scope, &complaint) == STATUS_NOT_FOUND && complaint.reason[0],
	      "without systemd: none, and that is no failure: %s", complaint.reason);
#ifdef IAM_WITH_SYSTEMD
	test_peers();
#endif
	return check_done();
}
