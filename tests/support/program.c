#include "program.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../check.h"

/* The three streams as this side has them; -1 when closed. */
struct streams {
	int input, output, errors;
};

static void take_stream(int fd, int as)
{
	if (fd != as && (dup2(fd, as) != as || close(fd) < 0))
		_exit(125);
}

static void execute(const struct program *program)
{
	const char *arguments[PROGRAM_ARGUMENTS_MAX + 2] = { program->path };
	const char *environment[9] = { "PATH=/usr/bin:/bin" };

	for (size_t i = 0; program->arguments[i]; i++)
		arguments[i + 1] = program->arguments[i];
	for (size_t i = 0; i < 7 && program->environment[i]; i++)
		environment[i + 1] = program->environment[i];
	if (program->output_path)
		take_stream(open(program->output_path, O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
	if (program->closed_fd > 0)
		close(program->closed_fd);
	if (program->uid != 0 &&
	    (setgroups(0, NULL) < 0 || setgid(program->uid) < 0 || setuid(program->uid) < 0))
		_exit(125);
	/* What the test was started with, such as without a terminal, is not the program's. */
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGQUIT, SIG_DFL);
	/* execve takes what it does not change as changeable. */
	execve(program->path, (char **)(uintptr_t)arguments, (char **)(uintptr_t)environment);
	_exit(126);
}

static pid_t start_on_terminal(const struct program *program, struct streams *out_streams)
{
	int terminal;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);

	if (child == 0)
		execute(program);
	CHECK_REQUIRE(child > 0, "forkpty");
	*out_streams = (struct streams){ terminal, terminal, -1 };
	return child;
}

static pid_t start_on_pipes(const struct program *program, struct streams *out_streams)
{
	int input[2], output[2], errors[2];
	pid_t child;

	CHECK_REQUIRE(pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0 &&
			      pipe2(errors, O_CLOEXEC) == 0,
		      "pipe2");
	if (program->reader_is_gone) {
		close(output[0]);
		output[0] = -1;
	}
	child = fork();
	if (child == 0) {
		take_stream(input[0], STDIN_FILENO);
		take_stream(output[1], STDOUT_FILENO);
		take_stream(errors[1], STDERR_FILENO);
		execute(program);
	}
	CHECK_REQUIRE(child > 0, "fork");
	close(input[0]);
	close(output[1]);
	close(errors[1]);
	*out_streams = (struct streams){ input[1], output[0], errors[0] };
	return child;
}

/* False at the end: a pipe without writers, a terminal whose other side is gone. */
static bool read_some(int fd, struct buffer *buffer)
{
	char chunk[4096];
	ssize_t got = read(fd, chunk, sizeof(chunk));

	if (got < 0 && errno == EINTR)
		return true;
	if (got <= 0)
		return false;
	CHECK_REQUIRE(buffer_append(buffer, (struct text){ chunk, (size_t)got }) == STATUS_OK,
		      "too much output");
	return true;
}

static void close_input(struct streams *streams)
{
	if (streams->input >= 0 && streams->input != streams->output)
		close(streams->input);
	streams->input = -1;
}

static void close_output(struct streams *streams, int *fd)
{
	if (streams->input == *fd)
		streams->input = -1;
	close(*fd);
	*fd = -1;
}

/* Gives what there is to give; the program may have gone without reading it. */
static void give_input(const struct program *program, struct streams *streams,
		       struct outcome *outcome, struct buffer *input)
{
	bool is_last = true;
	struct text rest;

	if (streams->input < 0)
		return;
	if (program->answer)
		is_last = program->answer(program->context, buffer_text(&outcome->output), input);
	rest = buffer_text(input);
	while (rest.length > 0) {
		ssize_t written = write(streams->input, rest.bytes, rest.length);

		if (written <= 0)
			break;
		rest = text_skip(rest, (size_t)written);
	}
	buffer_release(input);
	if (is_last)
		close_input(streams);
}

static void attend(const struct program *program, struct streams *streams, struct outcome *outcome)
{
	struct buffer input;

	buffer_init(&input, PROGRAM_OUTPUT_MAX);
	if (program->input)
		CHECK_REQUIRE(buffer_append(&input, text_of(program->input)) == STATUS_OK, "input");
	give_input(program, streams, outcome, &input);
	while (streams->output >= 0 || streams->errors >= 0) {
		struct pollfd waiting[] = { { .fd = streams->output, .events = POLLIN },
					    { .fd = streams->errors, .events = POLLIN } };

		CHECK_REQUIRE(poll(waiting, 2, 60000) > 0, "the program hangs");
		if (waiting[0].revents && !read_some(streams->output, &outcome->output))
			close_output(streams, &streams->output);
		if (waiting[1].revents && !read_some(streams->errors, &outcome->errors))
			close_output(streams, &streams->errors);
		if (streams->output >= 0)
			give_input(program, streams, outcome, &input);
	}
	close_input(streams);
	buffer_release(&input);
}

void program_run(const struct program *program, struct outcome *out_outcome)
{
	struct streams streams;
	pid_t child;
	int state;

	buffer_init(&out_outcome->output, PROGRAM_OUTPUT_MAX);
	buffer_init(&out_outcome->errors, PROGRAM_OUTPUT_MAX);
	(void)signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	child = program->on_terminal ? start_on_terminal(program, &streams)
				     : start_on_pipes(program, &streams);
	attend(program, &streams, out_outcome);
	CHECK_REQUIRE(waitpid(child, &state, 0) == child, "waitpid");
	out_outcome->code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

void outcome_release(struct outcome *outcome)
{
	buffer_release(&outcome->output);
	buffer_release(&outcome->errors);
}

bool buffer_has(const struct buffer *buffer, const char *text)
{
	return buffer->length > 0 &&
	       memmem(buffer->bytes, buffer->length, text, strlen(text)) != NULL;
}

bool program_can_change_uid(void)
{
	AUTO_CLOSE int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	char map[128] = "";
	unsigned long length = 0;
	char *last;

	if (fd < 0 || read(fd, map, sizeof(map) - 1) <= 0)
		return false;
	last = strrchr(map, ' ');
	if (last)
		length = strtoul(last + 1, NULL, 10);
	return geteuid() == 0 && length > 65534;
}
