#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "tools/iamctl/failure.h"
#include "tools/iamctl/private_file.h"
#include "tools/iamctl/seal_keys.h"

/* Never where PATH leads. */
static const char PROGRAM[] = "/usr/bin/systemd-creds";

enum {
	PATIENCE_MS = 60000, /* a TPM takes seconds */
	PAUSE_MS = 10,
	ERRORS_MAX = 4096,
};

/* The program at work: what it is given and what it says. */
struct helper {
	char verb[16];
	pid_t pid; /* 0 when there is none */
	int input, output, errors;
	struct buffer said, complained;
};

static void helper_end(struct helper *helper)
{
	cleanup_close(&helper->input);
	cleanup_close(&helper->output);
	cleanup_close(&helper->errors);
	if (helper->pid > 0) {
		(void)kill(helper->pid, SIGKILL);
		(void)waitpid(helper->pid, NULL, 0);
	}
	buffer_wipe_and_release(&helper->said);
	buffer_release(&helper->complained);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Its ends of three pipes become its standard streams; it inherits nothing else, and no word of the
   environment. */
static int spawn_with(struct helper *helper, const int ends[3])
{
	char *const arguments[] = { (char[]){ "systemd-creds" },
				    helper->verb,
				    (char[]){ "--name=iam-credentials" },
				    (char[]){ "-" },
				    (char[]){ "-" },
				    NULL };
	char *const environment[] = { (char[]){ "PATH=/usr/bin:/bin" }, (char[]){ "LC_ALL=C" },
				      NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	for (int i = 0; i < 3 && !error; i++)
		error = posix_spawn_file_actions_adddup2(&actions, ends[i], i);
	(void)sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(&attributes, &signals);
	(void)sigaddset(&signals, SIGPIPE);
	(void)posix_spawnattr_setsigdefault(&attributes, &signals);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!error)
		error = posix_spawn(&helper->pid, PROGRAM, &actions, &attributes, arguments,
				    environment);
	if (error)
		helper->pid = 0;
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

struct pipe_pair {
	int ends[2];
};

static void pipe_close(struct pipe_pair *pipe)
{
	cleanup_close(&pipe->ends[0]);
	cleanup_close(&pipe->ends[1]);
}

#define AUTO_PIPE CLEANUP(pipe_close) struct pipe_pair

static int helper_start(struct helper *helper)
{
	AUTO_PIPE input = { { -1, -1 } }, output = { { -1, -1 } }, errors = { { -1, -1 } };
	int error;

	if (pipe2(input.ends, O_CLOEXEC) < 0 || pipe2(output.ends, O_CLOEXEC) < 0 ||
	    pipe2(errors.ends, O_CLOEXEC) < 0)
		return fail_with(STATUS_SYSTEM, NULL, PROGRAM);
	error = spawn_with(helper, (const int[]){ input.ends[0], output.ends[1], errors.ends[1] });
	if (error == ENOENT)
		return fail(EX_UNAVAILABLE, PROGRAM,
			    "is not on this host; systemd has it since version 250. Seal to a "
			    "passphrase or to a public key instead");
	if (error)
		return fail(EX_UNAVAILABLE, PROGRAM, "%s", strerror(error));
	helper->input = TAKE_FD(input.ends[1]);
	helper->output = TAKE_FD(output.ends[0]);
	helper->errors = TAKE_FD(errors.ends[0]);
	return EX_OK;
}

/* False when the pipe is at its end. */
static bool take_piece(int fd, struct buffer *buffer, bool *inout_is_too_much)
{
	char piece[4096];
	ssize_t got = read(fd, piece, sizeof(piece));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if (got > 0 && buffer_append(buffer, (struct text){ piece, (size_t)got }) != STATUS_OK)
		*inout_is_too_much = true;
	explicit_bzero(piece, sizeof(piece));
	return got > 0;
}

/* Until both pipes are closed, the time is up, or it says more than there is to say. */
static bool helper_listen(struct helper *helper, int64_t deadline)
{
	struct pollfd waiting[] = { { .fd = helper->output, .events = POLLIN },
				    { .fd = helper->errors, .events = POLLIN } };
	struct buffer *buffers[] = { &helper->said, &helper->complained };
	bool is_too_much = false;

	while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
		int64_t left = deadline - milliseconds();

		if (left <= 0 || is_too_much)
			return false;
		if (poll(waiting, ARRAY_LENGTH(waiting), (int)left) < 0)
			continue; /* by a signal */
		for (size_t i = 0; i < ARRAY_LENGTH(waiting); i++)
			if (waiting[i].fd >= 0 && waiting[i].revents != 0 &&
			    !take_piece(waiting[i].fd, buffers[i], &is_too_much))
				waiting[i].fd = -1;
	}
	return !is_too_much;
}

/* Its exit status, -1 when it did not come to one in time. */
static int helper_wait(struct helper *helper, int64_t deadline)
{
	struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };

	for (;;) {
		int status = 0;
		pid_t ended = waitpid(helper->pid, &status, WNOHANG);

		if (ended == helper->pid) {
			helper->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		if (milliseconds() >= deadline)
			return -1;
		(void)nanosleep(&pause, NULL);
	}
}

/* Its last line tells why. */
static int tell_why(const struct helper *helper, int exit_status)
{
	struct text rest = text_trim(buffer_text(&helper->complained)), line, last = TEXT("");

	if (exit_status < 0)
		return fail(EX_UNAVAILABLE, PROGRAM, "did not come to an end, or said too much");
	while (rest.length > 0 && text_next_piece(&rest, '\n', &line))
		if (text_trim(line).length > 0)
			last = text_trim(line);
	return fail(EX_UNAVAILABLE, PROGRAM, "failed with exit status %d: %.*s", exit_status,
		    TEXT_ARGUMENTS(last));
}

/* What it is given is less than a pipe holds, so that it is written before anything is read. */
static int run(const char *verb, struct text input, size_t output_max, struct buffer *out_output)
{
	CLEANUP(helper_end)
	struct helper helper = { .input = -1, .output = -1, .errors = -1 };
	int64_t deadline = milliseconds() + PATIENCE_MS;
	int code, exit_status = -1;

	buffer_init(&helper.said, output_max);
	buffer_init(&helper.complained, ERRORS_MAX);
	(void)snprintf(helper.verb, sizeof(helper.verb), "%s", verb);
	code = helper_start(&helper);
	if (code != EX_OK)
		return code;
	/* One that ends without reading says why. */
	while (input.length > 0) {
		ssize_t written = write(helper.input, input.bytes, input.length);

		if (written < 0 && errno != EINTR)
			break;
		input = text_skip(input, written > 0 ? (size_t)written : 0);
	}
	cleanup_close(&helper.input);
	helper.input = -1;
	if (helper_listen(&helper, deadline))
		exit_status = helper_wait(&helper, deadline);
	if (exit_status != 0)
		return tell_why(&helper, exit_status);
	return buffer_append(out_output, buffer_text(&helper.said)) == STATUS_OK ? EX_OK
										 : EX_SOFTWARE;
}

int host_key_new(struct seal_key *out_key, struct buffer *out_note)
{
	enum status status = secret_random(out_key->bytes, sizeof(out_key->bytes));

	buffer_init(out_note, SEAL_NOTE_MAX);
	if (status != STATUS_OK)
		return fail_with(status, NULL, PROGRAM);
	return run("encrypt", (struct text){ (const char *)out_key->bytes, sizeof(out_key->bytes) },
		   SEAL_NOTE_MAX, out_note);
}

int host_key_find(struct text note, struct seal_key *out_key)
{
	AUTO_SECRET_BUFFER key = { 0 };
	int code;

	buffer_init(&key, sizeof(out_key->bytes) + 1);
	code = run("decrypt", note, sizeof(out_key->bytes) + 1, &key);
	if (code != EX_OK)
		return code;
	if (key.length != sizeof(out_key->bytes))
		return fail(EX_DATAERR, PROGRAM, "gave something else than a key");
	memcpy(out_key->bytes, key.bytes, sizeof(out_key->bytes));
	return EX_OK;
}
