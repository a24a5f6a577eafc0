#include "tools/iamctl/output_internal.h"

#include <stdarg.h>

#include "base/timestamp.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/visible.h"

enum {
	JSON_BYTES_MAX = 64 << 20, /* between two flushes: one object with all its lists */
	LABEL_WIDTH = 21,
	LIST_WIDTH = 64, /* of a list in a table; one item may be longer */
};

static bool may_colour(FILE *file)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(file)) && !(refused && *refused) && terminal && *terminal &&
	       strcmp(terminal, "dumb") != 0;
}

void output_init(struct output *output, FILE *file, bool is_json)
{
	*output = (struct output){ .file = file, .is_json = is_json };
	output->has_colours = !is_json && may_colour(file);
	buffer_init(&output->buffer, JSON_BYTES_MAX);
	json_write_begin(&output->writer, &output->buffer, true);
}

void output_release(struct output *output)
{
	buffer_wipe_and_release(&output->buffer);
}

void output_drain(struct output *output)
{
	if (output->buffer.length > 0)
		fwrite(output->buffer.bytes, 1, output->buffer.length, output->file);
	output->buffer.length = 0;
}

void output_flush(struct output *output)
{
	output_drain(output);
	if (output->is_json)
		fputc('\n', output->file);
	fflush(output->file);
}

int output_finish(struct output *output)
{
	bool has_json = output->buffer.length > 0;
	enum status status = json_write_end(&output->writer);
	bool failed;

	if (status != STATUS_OK)
		return fail_with(status, NULL, "standard output");
	output_drain(output);
	if (has_json)
		fputc('\n', output->file);
	failed = ferror(output->file) != 0;
	if (fclose(output->file) != 0)
		failed = true;
	if (!failed)
		return EX_OK;
	/* Who closed a pipe knows that. */
	return errno == EPIPE ? EX_IOERR : fail(EX_IOERR, "standard output", "%s", strerror(errno));
}

/* In its two largest units; the rest says nothing to people. */
static void span_words(int64_t seconds, char buffer[OUTPUT_CELL_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	const char *sign = seconds < 0 ? "-" : "";
	size_t unit = 0;
	long long large, small;

	seconds = seconds < 0 ? -seconds : seconds;
	while (unit + 1 < ARRAY_LENGTH(units) && seconds < units[unit].seconds)
		unit++;
	large = seconds / units[unit].seconds;
	if (unit + 1 == ARRAY_LENGTH(units)) {
		(void)snprintf(buffer, OUTPUT_CELL_SIZE, "%s%lld s", sign, large);
		return;
	}
	small = seconds % units[unit].seconds / units[unit + 1].seconds;
	(void)snprintf(buffer, OUTPUT_CELL_SIZE, "%s%lld %s %lld %s", sign, large, units[unit].name,
		       small, units[unit + 1].name);
}

/* Cut between items, so that what is shown of each is all of it. */
static const char *list_words(const struct cell *cell, char buffer[OUTPUT_CELL_SIZE])
{
	size_t used = 0;

	for (int64_t i = 0; i < cell->number; i++) {
		char item[OUTPUT_CELL_SIZE];
		const char *words = visible(cell->items[i], item, sizeof(item));

		if (i > 0 && used + strlen(words) > LIST_WIDTH) {
			(void)snprintf(buffer + used, OUTPUT_CELL_SIZE - used, ", ... (%lld)",
				       (long long)cell->number);
			return buffer;
		}
		(void)snprintf(buffer + used, OUTPUT_CELL_SIZE - used, "%s%s", i > 0 ? ", " : "",
			       words);
		used = strlen(buffer);
	}
	return used > 0 ? buffer : "-";
}

const char *output_cell_words(const struct cell *cell, char buffer[OUTPUT_CELL_SIZE])
{
	switch (cell->kind) {
	case CELL_NONE:
		return "-";
	case CELL_TEXT:
		return visible(cell->text, buffer, OUTPUT_CELL_SIZE);
	case CELL_NUMBER:
		(void)snprintf(buffer, OUTPUT_CELL_SIZE, "%lld", (long long)cell->number);
		return buffer;
	case CELL_TIME:
		return timestamp_format(cell->number, buffer);
	case CELL_SPAN:
		span_words(cell->number, buffer);
		return buffer;
	case CELL_FLAG:
		return cell->number ? "yes" : "no";
	case CELL_LIST:
		return list_words(cell, buffer);
	}
	return "-";
}

static void write_json_list(struct json_writer *writer, const char *name, const struct text *items,
			    size_t count)
{
	json_write_array(writer, name);
	for (size_t i = 0; i < count; i++)
		json_write_text(writer, NULL, items[i]);
	json_write_close(writer, ']');
}

void output_cell_json(struct json_writer *writer, const char *name, const struct cell *cell)
{
	char time[TIMESTAMP_TEXT_SIZE];

	switch (cell->kind) {
	case CELL_NONE:
		json_write_null(writer, name);
		return;
	case CELL_TEXT:
		json_write_text(writer, name, cell->text);
		return;
	case CELL_NUMBER:
	case CELL_SPAN:
		json_write_int(writer, name, cell->number);
		return;
	case CELL_TIME:
		json_write_text(writer, name, text_of(timestamp_format(cell->number, time)));
		return;
	case CELL_FLAG:
		json_write_bool(writer, name, cell->number != 0);
		return;
	case CELL_LIST:
		write_json_list(writer, name, cell->items, (size_t)cell->number);
		return;
	}
}

void output_object(struct output *output)
{
	if (output->is_json)
		json_write_object(&output->writer, NULL);
}

void output_close_object(struct output *output)
{
	if (output->is_json)
		json_write_close(&output->writer, '}');
}

void output_padding(struct output *output, size_t printed, size_t width)
{
	for (; printed < width; printed++)
		fputc(' ', output->file);
}

/* "password_changed" as "password changed:". */
static void print_title(struct output *output, const char *name)
{
	for (const char *letter = name; *letter; letter++)
		fputc(*letter == '_' ? ' ' : *letter, output->file);
	fputc(':', output->file);
}

/* A title with its value behind it. */
static void print_label(struct output *output, const char *name)
{
	size_t width = strlen(name) + 1;

	print_title(output, name);
	output_padding(output, width, width < LABEL_WIDTH ? LABEL_WIDTH : width + 1);
}

void output_heading(struct output *output, const char *name, bool is_empty)
{
	fputc('\n', output->file);
	if (is_empty)
		print_label(output, name);
	else
		print_title(output, name);
	fputs(is_empty ? "-\n" : "\n", output->file);
}

void output_field(struct output *output, const char *name, struct cell cell)
{
	char buffer[OUTPUT_CELL_SIZE];

	if (output->is_json) {
		output_cell_json(&output->writer, name, &cell);
		return;
	}
	print_label(output, name);
	fprintf(output->file, "%s\n", output_cell_words(&cell, buffer));
}

void output_list(struct output *output, const char *name, const struct text *items, size_t count)
{
	char buffer[OUTPUT_CELL_SIZE];

	if (output->is_json) {
		write_json_list(&output->writer, name, items, count);
		return;
	}
	print_label(output, name);
	for (size_t i = 0; i < count; i++)
		fprintf(output->file, "%s%s", i > 0 ? ", " : "",
			visible(items[i], buffer, sizeof(buffer)));
	fputs(count == 0 ? "-\n" : "\n", output->file);
}

void output_lines(struct output *output, const char *name, const struct text *items, size_t count)
{
	char buffer[OUTPUT_CELL_SIZE];

	if (output->is_json) {
		write_json_list(&output->writer, name, items, count);
		return;
	}
	output_heading(output, name, count == 0);
	for (size_t i = 0; i < count; i++)
		fprintf(output->file, "%s\n", visible(items[i], buffer, sizeof(buffer)));
}

/* Laid out anew, so that one line of JSON from a document can be read. */
static enum status lay_out(const struct json *value, struct buffer *out_text)
{
	struct json_writer writer;

	json_write_begin(&writer, out_text, true);
	json_write_value(&writer, NULL, value);
	return json_write_end(&writer);
}

static void print_document(struct output *output, const struct json *value)
{
	AUTO_BUFFER text = { 0 };
	struct text rest, line;
	char buffer[OUTPUT_CELL_SIZE];

	buffer_init(&text, JSON_BYTES_MAX);
	if (lay_out(value, &text) != STATUS_OK) {
		fputs("out of memory\n", output->file);
		return;
	}
	rest = buffer_text(&text);
	while (text_next_piece(&rest, '\n', &line))
		fprintf(output->file, "%s\n", visible(line, buffer, sizeof(buffer)));
}

void output_document(struct output *output, const char *name, struct text document)
{
	AUTO_JSON *value = NULL;

	if (json_parse(document, JSON_BYTES_MAX, &value, NULL) != STATUS_OK) {
		output_field(output, name, cell_text(document));
		return;
	}
	if (output->is_json) {
		json_write_value(&output->writer, name, value);
		return;
	}
	output_heading(output, name, false);
	print_document(output, value);
}

void output_say(struct output *output, enum output_tone tone, const char *format, ...)
{
	static const char *const starts[] = { "", "\033[32m", "\033[1;31m" };
	bool coloured = output->has_colours && tone != TONE_PLAIN;
	va_list arguments;

	if (output->is_json)
		return;
	if (coloured)
		fputs(starts[tone], output->file);
	va_start(arguments, format);
	vfprintf(output->file, format, arguments);
	va_end(arguments);
	if (coloured)
		fputs("\033[0m", output->file);
	fputc('\n', output->file);
}
