/*
 * common/tools/iamctl/input.h: files named on the command line, and standard input by lines.
 *
 * They are the caller's own: unlike the files of the host they need not be root's.
 */
#ifndef IAM_TOOLS_IAMCTL_INPUT_H
#define IAM_TOOLS_IAMCTL_INPUT_H

#include "base/buffer.h"

/* All of a file, "-" being standard input. Returns EX_OK or the exit code, having said why. Release
   the buffer in any case. */
MUST_CHECK int input_read(const char *path, size_t bytes_max, struct buffer *out_bytes);

/* Lines of a descriptor, each a view until the next call. */
struct input_lines {
	int fd;
	struct buffer bytes;
	size_t next; /* where the next line begins */
	size_t line_max;
	bool is_over;                       /* nothing more to read */
	void (*before_read)(void *context); /* whoever waits for answers gets them first */
	void *context;
};

void input_lines_init(struct input_lines *lines, int fd, size_t line_max);
void input_lines_release(struct input_lines *lines);

#define AUTO_INPUT_LINES CLEANUP(input_lines_release) struct input_lines

/* Without its end. STATUS_NOT_FOUND behind the last; STATUS_BAD_INPUT for one longer than line_max,
   which is passed over. */
MUST_CHECK enum status input_next_line(struct input_lines *lines, struct text *out_line);

#endif
