/*
 * common/tools/iamctl/output.h: one description, two forms: a table for people, JSON for programs.
 *
 * Commands name each value once. For people, everything that may come from outside is printed by
 * visible(), so that no name can move a cursor; colours only on a terminal, never when
 * NO_COLOR is set.
 */
#ifndef IAM_TOOLS_IAMCTL_OUTPUT_H
#define IAM_TOOLS_IAMCTL_OUTPUT_H

#include <stdio.h>

#include "json/json_write.h"

enum { OUTPUT_COLUMNS_MAX = 10 };

struct output {
	FILE *file;
	bool is_json, has_colours;
	struct buffer buffer; /* JSON not yet in the file */
	struct json_writer writer;
};

void output_init(struct output *output, FILE *file, bool is_json);
void output_release(struct output *output);

/* Writes what is left and closes the file, because only then is it known to be written. Returns an
   exit code, having said what failed. */
MUST_CHECK int output_finish(struct output *output);

/* Writes what is there already, for a command that now waits for somebody. */
void output_flush(struct output *output);

/* A value. What is absent is "-" for people and null in JSON. */
enum cell_kind {
	CELL_NONE = 0,
	CELL_TEXT,
	CELL_NUMBER,
	CELL_TIME,
	CELL_SPAN,
	CELL_FLAG,
	CELL_LIST,
};

struct cell {
	enum cell_kind kind;
	struct text text;
	int64_t number; /* of CELL_LIST: how many items */
	const struct text *items;
};

/* Absent when empty. */
static inline struct cell cell_text(struct text text)
{
	return (struct cell){ .kind = text.length > 0 ? CELL_TEXT : CELL_NONE, .text = text };
}

static inline struct cell cell_string(const char *string)
{
	return cell_text(text_of(string));
}

static inline struct cell cell_number(int64_t number)
{
	return (struct cell){ .kind = CELL_NUMBER, .number = number };
}

/* Seconds since 1970; absent when 0. */
static inline struct cell cell_time(int64_t seconds)
{
	return (struct cell){ .kind = seconds ? CELL_TIME : CELL_NONE, .number = seconds };
}

/* A span of seconds: "2 h 5 min" for people. */
static inline struct cell cell_span(int64_t seconds)
{
	return (struct cell){ .kind = CELL_SPAN, .number = seconds };
}

/* "yes" and "no", true and false. */
static inline struct cell cell_flag(bool flag)
{
	return (struct cell){ .kind = CELL_FLAG, .number = flag };
}

/* Texts behind each other, an array in JSON. People see where a long list goes on, not its end. */
static inline struct cell cell_list(const struct text *items, size_t count)
{
	return (struct cell){ .kind = CELL_LIST, .items = items, .number = (int64_t)count };
}

/* An object: fields one below the other. Names are JSON's, "password_changed"; people read them
   with blanks. */
void output_object(struct output *output);
void output_field(struct output *output, const char *name, struct cell cell);

/* Several texts: an array in JSON; for people behind each other, or one a line. */
void output_list(struct output *output, const char *name, const struct text *items, size_t count);
void output_lines(struct output *output, const char *name, const struct text *items, size_t count);
void output_close_object(struct output *output);

/* JSON from a document, a policy: as it is in JSON, laid out for people. */
void output_document(struct output *output, const char *name, struct text document);

/* A sentence for people only, and its colour where there are any. */
enum output_tone { TONE_PLAIN = 0, TONE_GOOD, TONE_BAD };

void output_say(struct output *output, enum output_tone tone, const char *format, ...)
	PRINTF_LIKE(3, 4);

/*
 * A table, or an array of objects. Rows are given twice, first to measure the columns, then to be
 * printed, so that a million of them need no memory:
 *
 *	output_table(&table, output, NULL, columns, ARRAY_LENGTH(columns));
 *	while (output_table_pass(&table))
 *		for each row
 *			output_table_row(&table, cells);
 *
 * name is the member of the object around it, NULL at the top.
 */
struct output_table {
	struct output *output;
	const char *name;
	const char *const *columns;
	size_t column_count, row_count;
	size_t widths[OUTPUT_COLUMNS_MAX];
	bool are_numbers[OUTPUT_COLUMNS_MAX];
	enum { TABLE_NEW = 0, TABLE_MEASURING, TABLE_PRINTING } stage;
};

void output_table(struct output_table *table, struct output *output, const char *name,
		  const char *const *columns, size_t column_count);
bool output_table_pass(struct output_table *table);
void output_table_row(struct output_table *table, const struct cell *cells);

/* The same, but that JSON has a row of its own making. */
void output_table_row_of(struct output_table *table, const struct cell *cells,
			 const struct json *json);

#endif
