#include "tools/iamctl/input.h"

#include <fcntl.h>

#include "base/file.h"
#include "tools/iamctl/failure.h"

enum { READ_BYTES = 64 << 10 };

int input_read(const char *path, size_t bytes_max, struct buffer *out_bytes)
{
	bool is_standard = strcmp(path, "-") == 0;
	AUTO_CLOSE int opened = is_standard ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int fd = is_standard ? STDIN_FILENO : opened;
	enum status status = fd < 0 ? STATUS_SYSTEM : STATUS_OK;

	buffer_init(out_bytes, bytes_max);
	if (status == STATUS_OK)
		status = file_read_all(fd, out_bytes);
	if (status == STATUS_OK)
		return EX_OK;
	if (is_standard)
		path = "standard input";
	if (status == STATUS_BAD_INPUT)
		return fail(EX_DATAERR, path, "larger than %zu bytes", bytes_max);
	return fail_with(status, NULL, path);
}

void input_lines_init(struct input_lines *lines, int fd, size_t line_max)
{
	*lines = (struct input_lines){ .fd = fd, .line_max = line_max };
	buffer_init(&lines->bytes, line_max + READ_BYTES);
}

void input_lines_release(struct input_lines *lines)
{
	buffer_release(&lines->bytes);
}

/* The bytes that were given out make room; what follows them is read. */
static enum status read_more(struct input_lines *lines)
{
	struct buffer *bytes = &lines->bytes;
	char chunk[READ_BYTES];
	ssize_t count;

	if (lines->next > 0) {
		memmove(bytes->bytes, bytes->bytes + lines->next, bytes->length - lines->next);
		bytes->length -= lines->next;
		lines->next = 0;
	}
	if (lines->before_read)
		lines->before_read(lines->context);
	do
		count = read(lines->fd, chunk, sizeof(chunk));
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return STATUS_SYSTEM;
	lines->is_over = count == 0;
	return buffer_append(bytes, (struct text){ chunk, (size_t)count });
}

static struct text unread(const struct input_lines *lines)
{
	return text_skip(buffer_text(&lines->bytes), lines->next);
}

/* Drops all up to the end of a line that is too long. */
static enum status pass_over(struct input_lines *lines)
{
	enum status status = STATUS_OK;

	for (;;) {
		struct text rest = unread(lines);
		const char *end = rest.length ? memchr(rest.bytes, '\n', rest.length) : NULL;

		lines->next += end ? (size_t)(end - rest.bytes) + 1 : rest.length;
		if (end || lines->is_over)
			return STATUS_BAD_INPUT;
		status = read_more(lines);
		if (status != STATUS_OK)
			return status;
	}
}

enum status input_next_line(struct input_lines *lines, struct text *out_line)
{
	size_t seen = 0; /* without an end of line */

	for (;;) {
		struct text rest = unread(lines);
		const char *end = rest.length > seen
					  ? memchr(rest.bytes + seen, '\n', rest.length - seen)
					  : NULL;
		size_t length = end ? (size_t)(end - rest.bytes) : rest.length;
		enum status status;

		if (length > lines->line_max)
			return pass_over(lines);
		if (end || (lines->is_over && length > 0)) {
			*out_line = (struct text){ rest.bytes, length };
			lines->next += length + (end != NULL);
			return STATUS_OK;
		}
		if (lines->is_over)
			return STATUS_NOT_FOUND;
		seen = length;
		status = read_more(lines);
		if (status != STATUS_OK)
			return status;
	}
}
