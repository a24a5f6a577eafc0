/*
 * common/tools/iamctl/terminal.h: questions and answers, without echo where they are secret.
 *
 * On a terminal, questions go to /dev/tty, whatever standard input and output are joined to. When
 * standard input is no terminal, answers are its lines and nothing is asked.
 */
#ifndef IAM_TOOLS_IAMCTL_TERMINAL_H
#define IAM_TOOLS_IAMCTL_TERMINAL_H

#include "base/complaint.h"
#include "base/secret.h"

struct terminal {
	int fd;
	bool is_terminal; /* somebody sits there and can be asked once more */
};

MUST_CHECK enum status terminal_open(struct terminal *out_terminal);
void terminal_close(struct terminal *terminal);

#define AUTO_TERMINAL CLEANUP(terminal_close) struct terminal

/* One line, without its end. Hidden: not shown while it is typed; the terminal is put back on every
   path, also before a signal ends or stops the program. STATUS_NOT_FOUND at the end of input,
   STATUS_BAD_INPUT for a line that is too long or holds a NUL (it is read to its end),
   STATUS_UNAVAILABLE when a signal came. */
MUST_CHECK enum status terminal_ask(const struct terminal *terminal, const char *question,
				    bool hidden, struct secret *out_line);

/* A sentence for the one who is asked; nothing when nobody is. */
void terminal_say(const struct terminal *terminal, const char *sentence);

#endif
