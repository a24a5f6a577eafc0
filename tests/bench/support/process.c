#include "process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../check.h"
#include "measure.h"

enum { ARGUMENTS_MAX = 12 };

static void read_output(int fd, char *output, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, output + length, size - 1 - length)) > 0)
		length += (size_t)got;
	output[length] = '\0';
	close(fd);
}

void process_run(const char *const *arguments, bool wants_output, struct process_cost *out_cost)
{
	char *copies[ARGUMENTS_MAX] = { NULL };
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	double start;
	int ends[2];
	pid_t child;

	for (size_t i = 0; arguments[i]; i++) {
		CHECK_REQUIRE(i + 1 < ARGUMENTS_MAX, "few arguments");
		copies[i] = strdup(arguments[i]);
	}
	CHECK_REQUIRE(pipe2(ends, O_CLOEXEC) == 0, "pipe");
	posix_spawn_file_actions_init(&actions);
	if (wants_output)
		posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	start = measure_now();
	CHECK_REQUIRE(posix_spawn(&child, arguments[0], &actions, NULL, copies, environ) == 0,
		      arguments[0]);
	close(ends[1]);
	if (wants_output)
		read_output(ends[0], out_cost->output, sizeof(out_cost->output));
	else
		close(ends[0]);
	CHECK_REQUIRE(wait4(child, &out_cost->status, 0, &usage) == child, "wait4");
	out_cost->nanoseconds = measure_now() - start;
	out_cost->kibibytes_max = usage.ru_maxrss;
	posix_spawn_file_actions_destroy(&actions);
	for (size_t i = 0; copies[i]; i++)
		free(copies[i]);
}
