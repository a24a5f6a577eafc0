#include "web_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "../check.h"

enum { CONFIG_MAX = 16 << 10, LOG_MAX = 64 << 20, PATIENCE_MS = 10000 };

/* One process, which is root of its namespace and stays it; nothing of the machine's own. */
static const char frame[] =
	"daemon off;\n"
	"master_process off;\n"
	"user root root;\n"
	"pid nginx.pid;\n"
	"error_log error.log;\n"
	"events { worker_connections 4096; }\n"
	"http {\n"
	"log_format line '$status $request_method $uri $body_bytes_sent $bytes_sent';\n"
	"access_log access.log line;\n"
	"client_body_temp_path body;\n"
	"proxy_temp_path proxy;\n"
	"fastcgi_temp_path fastcgi;\n"
	"uwsgi_temp_path uwsgi;\n"
	"scgi_temp_path scgi;\n"
	"%s}\n";

bool web_server_answers(unsigned port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons((uint16_t)port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

static void run(const char *folder)
{
	AUTO_CLOSE int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execlp("nginx", "nginx", "-p", folder, "-c", "nginx.conf", "-e", "error.log", NULL);
	_exit(127);
}

void web_server_start(struct web_server *server, const char *folder, unsigned port,
		      const char *servers)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	char config[CONFIG_MAX];

	CHECK_REQUIRE(text_copy(text_of(folder), server->folder, sizeof(server->folder)) ==
				      STATUS_OK &&
			      text_format(config, sizeof(config), frame, servers) == STATUS_OK,
		      "a configuration of nginx");
	scratch_write(folder, "nginx.conf", text_of(config), 0644);
	fflush(stdout);
	server->pid = fork();
	CHECK_REQUIRE(server->pid >= 0, "fork");
	if (server->pid == 0)
		run(folder);
	for (int i = 0; i < PATIENCE_MS / 10 && !web_server_answers(port); i++) {
		CHECK_REQUIRE(waitpid(server->pid, NULL, WNOHANG) == 0, "nginx runs");
		nanosleep(&moment, NULL);
	}
	CHECK_REQUIRE(web_server_answers(port), "nginx listens");
}

void web_server_stop(struct web_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGTERM);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

static void take_log(const struct web_server *server, struct buffer *out_log)
{
	char path[SCRATCH_PATH_SIZE];

	buffer_init(out_log, LOG_MAX);
	CHECK_REQUIRE(scratch_read(server->folder, "access.log", out_log), "the log of nginx");
	CHECK_REQUIRE(truncate(scratch_path(path, server->folder, "access.log"), 0) == 0,
		      "a new log");
}

unsigned web_server_requests(const struct web_server *server, const char *words)
{
	AUTO_BUFFER log = { 0 };
	struct text rest, line;
	unsigned count = 0;

	take_log(server, &log);
	rest = buffer_text(&log);
	while (text_next_piece(&rest, '\n', &line))
		count += line.length > 0 &&
			 memmem(line.bytes, line.length, words, strlen(words)) != NULL;
	return count;
}

struct web_traffic web_server_traffic(const struct web_server *server)
{
	struct web_traffic traffic = { .requests = 0 };
	AUTO_BUFFER log = { 0 };
	struct text rest, line;

	take_log(server, &log);
	rest = buffer_text(&log);
	while (text_next_piece(&rest, '\n', &line)) {
		const char *blank = line.length > 0 ? memrchr(line.bytes, ' ', line.length) : NULL;

		if (!blank)
			continue;
		traffic.requests++;
		traffic.bytes += strtoull(blank + 1, NULL, 10);
	}
	return traffic;
}
