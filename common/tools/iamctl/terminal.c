#include "tools/iamctl/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>

enum status terminal_open(struct terminal *out_terminal)
{
	*out_terminal = (struct terminal){ .fd = STDIN_FILENO };
	if (!isatty(STDIN_FILENO))
		return STATUS_OK;
	out_terminal->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	out_terminal->is_terminal = true;
	return out_terminal->fd < 0 ? STATUS_SYSTEM : STATUS_OK;
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->is_terminal)
		cleanup_close(&terminal->fd);
	terminal->fd = -1;
}

/* To the terminal; a failure shows itself when the answer is read. */
static void show(const struct terminal *terminal, const char *string)
{
	struct text rest = text_of(string);

	while (terminal->is_terminal && rest.length > 0) {
		ssize_t written = write(terminal->fd, rest.bytes, rest.length);

		if (written < 0 && errno != EINTR)
			return;
		rest = text_skip(rest, written > 0 ? (size_t)written : 0);
	}
}

void terminal_say(const struct terminal *terminal, const char *sentence)
{
	show(terminal, sentence);
	show(terminal, "\n");
}

/* Waits for input; the number of a signal when one of those held back came first. */
static int wait_for_input(int fd, int signal_fd)
{
	struct pollfd waiting[] = { { .fd = fd, .events = POLLIN },
				    { .fd = signal_fd, .events = POLLIN } };
	struct signalfd_siginfo info;

	while (poll(waiting, ARRAY_LENGTH(waiting), -1) < 0 && errno == EINTR)
		;
	if (waiting[1].revents != 0 && read(signal_fd, &info, sizeof(info)) == sizeof(info))
		return (int)info.ssi_signo;
	return 0;
}

/* Byte by byte, because what follows the line may be the answer to the next question. */
static enum status read_line(int fd, int signal_fd, int *out_signal, struct secret *out_line)
{
	enum status status = STATUS_OK;
	bool is_empty = true;
	char byte;

	secret_wipe(out_line);
	for (;;) {
		ssize_t got;

		*out_signal = signal_fd < 0 ? 0 : wait_for_input(fd, signal_fd);
		if (*out_signal != 0)
			return STATUS_UNAVAILABLE;
		got = read(fd, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return STATUS_SYSTEM;
		if (got == 0)
			return is_empty ? STATUS_NOT_FOUND : status;
		if (byte == '\n')
			return status;
		is_empty = false;
		if (byte == '\0' || out_line->length == SECRET_BYTES_MAX)
			status = STATUS_BAD_INPUT;
		else
			out_line->bytes[out_line->length++] = byte;
	}
}

/* Held back while the terminal is not as it was found, so that none leaves it like that. */
static void hold_signals(sigset_t *out_held, sigset_t *out_before)
{
	static const int held[] = { SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

	sigemptyset(out_held);
	for (size_t i = 0; i < ARRAY_LENGTH(held); i++)
		sigaddset(out_held, held[i]);
	(void)sigprocmask(SIG_BLOCK, out_held, out_before); /* cannot fail with these arguments */
}

static bool hide_input(int fd, struct termios *out_before)
{
	struct termios hidden;

	if (tcgetattr(fd, out_before) < 0)
		return false;
	hidden = *out_before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	while (tcsetattr(fd, TCSAFLUSH, &hidden) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

static void restore_input(int fd, const struct termios *before)
{
	int saved_errno = errno;

	while (tcsetattr(fd, TCSAFLUSH, before) < 0 && errno == EINTR)
		;
	errno = saved_errno;
}

static enum status ask_hidden_once(const struct terminal *terminal, const char *question,
				   int *out_signal, struct secret *out_line)
{
	sigset_t held, before_held;
	struct termios before;
	enum status status = STATUS_SYSTEM;

	*out_signal = 0;
	hold_signals(&held, &before_held);
	{
		AUTO_CLOSE int signal_fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);

		if (signal_fd >= 0 && hide_input(terminal->fd, &before)) {
			show(terminal, question);
			status = read_line(terminal->fd, signal_fd, out_signal, out_line);
			restore_input(terminal->fd, &before);
			show(terminal, "\n");
		}
	}
	/* The signal taken from the queue takes effect now, as it would have without us. */
	if (*out_signal != 0)
		(void)raise(*out_signal);
	(void)sigprocmask(SIG_SETMASK, &before_held, NULL);
	return status;
}

static enum status ask_hidden(const struct terminal *terminal, const char *question,
			      struct secret *out_line)
{
	enum status status;
	int signal_number;

	/* Stopped and continued: the question is asked anew. */
	do
		status = ask_hidden_once(terminal, question, &signal_number, out_line);
	while (signal_number == SIGTSTP);
	return status;
}

enum status terminal_ask(const struct terminal *terminal, const char *question, bool hidden,
			 struct secret *out_line)
{
	int signal_number;

	if (hidden && terminal->is_terminal)
		return ask_hidden(terminal, question, out_line);
	show(terminal, question);
	return read_line(terminal->fd, -1, &signal_number, out_line);
}
