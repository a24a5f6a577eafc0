/*
 * tests/bench/support/measure.h: medians of repeats, tables, verdicts.
 *
 * Output is Markdown that reads well on a terminal too. Times are in nanoseconds.
 */
#ifndef IAM_BENCH_MEASURE_H
#define IAM_BENCH_MEASURE_H

#include "base/text.h"

enum {
	MEASURE_QUESTIONS_MAX = 16,
	TABLE_COLUMNS_MAX = 12,
	TABLE_ROWS_MAX = 16,
	TABLE_CELL_SIZE = 24,
};

/* Of the monotonic clock. */
double measure_now(void);

/* Sorts the values. */
double measure_median(double *values, size_t count);

/* Something to be timed: asks the question numbered round and returns something of the answer. */
struct measure_question {
	uint64_t (*ask)(const void *context, size_t round);
	const void *context;
	double median; /* the result: nanoseconds a round; 0 when it was not asked */
};

/* Asks all of them in turns, so that a busy moment of the machine hits all alike: a slow question
   a few times, a fast one many times. */
void measure(struct measure_question *questions, size_t count);

struct table {
	const char *columns[TABLE_COLUMNS_MAX];
	char cells[TABLE_ROWS_MAX][TABLE_COLUMNS_MAX][TABLE_CELL_SIZE];
	size_t column_count, row_count;
};

void table_init(struct table *table, const char *const *columns, size_t count);

/* A new row that begins with its name. */
void table_row(struct table *table, const char *name);

/* A cell of the last row; 0 becomes "-". */
void table_time(struct table *table, size_t column, double nanoseconds);
void table_number(struct table *table, size_t column, double number, const char *unit);
void table_print(const struct table *table);

/* "223 ns", "1.21 µs", "76.1 ms" */
const char *time_text(double nanoseconds, char buffer[TABLE_CELL_SIZE]);

/* One line: "- PASS what: actual (target: at most limit)". */
void verdict_at_most(const char *what, double actual, double limit, const char *unit);
void verdict_at_least(const char *what, double actual, double limit, const char *unit);

#endif
