#include "tools/iamctl/sealed_file.h"

#include "tools/iamctl/failure.h"
#include "tools/iamctl/private_file.h"

static int write_sealed(struct sealed_output *output)
{
	int code = write_whole(output->fd, buffer_text(&output->sealed), output->name);

	output->sealed.length = 0;
	return code;
}

int sealed_output_begin(struct sealed_output *output, int fd, const char *name,
			struct seal_writer *writer)
{
	enum status status;

	*output = (struct sealed_output){ .fd = fd, .name = name, .writer = writer };
	buffer_init(&output->piece, SEAL_PIECE_BYTES);
	buffer_init(&output->sealed, SEAL_HEADER_MAX + SEAL_SEALED_BYTES);
	status = seal_begin(writer, &output->sealed);
	return status == STATUS_OK ? write_sealed(output) : fail_with(status, NULL, name);
}

static int push(struct sealed_output *output, bool is_last)
{
	enum status status =
		seal_push(output->writer, buffer_text(&output->piece), is_last, &output->sealed);

	output->piece.length = 0;
	return status == STATUS_OK ? write_sealed(output) : fail_with(status, NULL, output->name);
}

/* A full piece waits for what follows it: the last one may be full too. */
enum status sealed_output_append(struct sealed_output *output, struct text bytes)
{
	while (bytes.length > 0 && output->code == EX_OK) {
		size_t room = SEAL_PIECE_BYTES - output->piece.length;
		struct text part = { bytes.bytes, bytes.length < room ? bytes.length : room };
		enum status status = STATUS_OK;

		if (room == 0) {
			output->code = push(output, false);
			continue;
		}
		status = buffer_append(&output->piece, part);
		if (status != STATUS_OK)
			output->code = fail_with(status, NULL, output->name);
		bytes = text_skip(bytes, part.length);
	}
	return output->code == EX_OK ? STATUS_OK : STATUS_UNAVAILABLE;
}

int sealed_output_end(struct sealed_output *output)
{
	return push(output, true);
}

void sealed_output_release(struct sealed_output *output)
{
	buffer_wipe_and_release(&output->piece);
	buffer_release(&output->sealed);
}

/* Up to size bytes, fewer only at the end. */
static int fill(struct sealed_input *input, size_t size)
{
	while (input->sealed.length < size) {
		char piece[8192];
		size_t wanted = size - input->sealed.length;
		ssize_t got =
			read(input->fd, piece, wanted < sizeof(piece) ? wanted : sizeof(piece));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_with(STATUS_SYSTEM, NULL, input->name);
		if (got == 0)
			return EX_OK;
		if (buffer_append(&input->sealed, (struct text){ piece, (size_t)got }) != STATUS_OK)
			return fail_with(STATUS_NO_MEMORY, NULL, input->name);
	}
	return EX_OK;
}

int sealed_input_begin(struct sealed_input *input, int fd, const char *name, size_t line_max)
{
	struct complaint complaint = { .reason = "" };
	enum status status;
	size_t length = 0;
	int code;

	*input = (struct sealed_input){ .fd = fd, .name = name, .line_max = line_max };
	buffer_init(&input->sealed, SEAL_HEADER_MAX + SEAL_SEALED_BYTES);
	buffer_init(&input->lines, line_max + SEAL_PIECE_BYTES);
	code = fill(input, SEAL_START_BYTES);
	if (code != EX_OK)
		return code;
	status = seal_header_length(buffer_text(&input->sealed), &length, &complaint);
	if (status == STATUS_OK)
		code = fill(input, length);
	if (code != EX_OK)
		return code;
	if (status == STATUS_OK)
		status = seal_reader_new(buffer_text(&input->sealed), &input->reader, &complaint);
	input->sealed.length = 0;
	return status == STATUS_OK ? EX_OK : fail_with(status, &complaint, name);
}

/* Nothing may follow the last piece. */
static int check_end(struct sealed_input *input)
{
	int code = fill(input, 1);

	if (code == EX_OK && input->sealed.length > 0)
		return fail(EX_DATAERR, input->name, "something follows its end");
	return code;
}

static int pull(struct sealed_input *input)
{
	int code = fill(input, SEAL_SEALED_BYTES);
	enum status status;

	if (code != EX_OK)
		return code;
	status = seal_pull(input->reader, buffer_text(&input->sealed), &input->lines,
			   &input->is_last);
	input->sealed.length = 0;
	if (status == STATUS_BAD_DATA)
		return fail(EX_DATAERR, input->name, "damaged, or its end is missing");
	if (status != STATUS_OK)
		return fail_with(status, NULL, input->name);
	return input->is_last ? check_end(input) : EX_OK;
}

/* What was given out makes room, and leaves nothing behind. */
static void drop_used(struct sealed_input *input)
{
	struct buffer *lines = &input->lines;
	size_t rest = lines->length - input->next;

	if (input->next == 0)
		return;
	memmove(lines->bytes, lines->bytes + input->next, rest);
	explicit_bzero(lines->bytes + rest, input->next);
	lines->length = rest;
	input->next = 0;
}

int sealed_input_next_line(struct sealed_input *input, bool *out_is_there, struct text *out_line)
{
	for (;;) {
		struct text rest = text_skip(buffer_text(&input->lines), input->next);
		const char *end = rest.length > 0 ? memchr(rest.bytes, '\n', rest.length) : NULL;
		int code;

		*out_is_there = end != NULL;
		if (end) {
			*out_line = (struct text){ rest.bytes, (size_t)(end - rest.bytes) };
			input->next += out_line->length + 1;
			return EX_OK;
		}
		if (input->is_last)
			return rest.length == 0
				       ? EX_OK
				       : fail(EX_DATAERR, input->name, "its last line has no end");
		if (rest.length > input->line_max)
			return fail(EX_DATAERR, input->name, "a line is longer than %zu bytes",
				    input->line_max);
		drop_used(input);
		code = pull(input);
		if (code != EX_OK)
			return code;
	}
}

void sealed_input_release(struct sealed_input *input)
{
	seal_reader_free(input->reader);
	buffer_release(&input->sealed);
	buffer_wipe_and_release(&input->lines);
}
