#include "measure.h"

#include <stdio.h>
#include <time.h>

enum {
	REPEATS = 9,
	REPEATS_OF_SLOW = 3,
	NANOSECONDS_OF_REPEAT = 15000000,
	NANOSECONDS_OF_SLOW = 20000000, /* a question that takes as long is asked once a repeat */
	ROUNDS_MAX = 200000,
};

double measure_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare_doubles(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

double measure_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static volatile uint64_t sink, zero;

/* Nanoseconds a round; the rounds go on where the last repeat stopped. Each question depends on the
   answer before it, as in a program that does something with it: otherwise the processor overlaps
   the cache misses of several, which it would do for nobody else. */
static double time_rounds(const struct measure_question *question, size_t first, size_t rounds)
{
	double start = measure_now();
	uint64_t sum = 0, mask = zero;

	for (size_t round = first; round < first + rounds; round++)
		sum += question->ask(question->context, round + (sum & mask));
	sink += sum;
	return (measure_now() - start) / (double)rounds;
}

static size_t rounds_for(const struct measure_question *question)
{
	double once = time_rounds(question, 0, 1); /* also warms up */
	size_t rounds;

	if (once > NANOSECONDS_OF_SLOW)
		return 1;
	once = time_rounds(question, 1, once > 1000000 ? 2 : 64);
	rounds = (size_t)(NANOSECONDS_OF_REPEAT / once) + 1;
	return rounds < ROUNDS_MAX ? rounds : ROUNDS_MAX;
}

void measure(struct measure_question *questions, size_t count)
{
	double values[MEASURE_QUESTIONS_MAX][REPEATS];
	size_t rounds[MEASURE_QUESTIONS_MAX], repeats[MEASURE_QUESTIONS_MAX] = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (!questions[i].ask)
			continue;
		rounds[i] = rounds_for(&questions[i]);
		repeats[i] = rounds[i] == 1 ? REPEATS_OF_SLOW : REPEATS;
	}
	for (size_t repeat = 0; repeat < REPEATS; repeat++)
		for (size_t i = 0; i < count; i++)
			if (repeat < repeats[i])
				values[i][repeat] = time_rounds(
					&questions[i], 100 + repeat * rounds[i], rounds[i]);
	for (size_t i = 0; i < count; i++)
		questions[i].median = repeats[i] ? measure_median(values[i], repeats[i]) : 0;
}

/* Three digits that count. */
static int digits_behind_point(double number)
{
	return number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
}

const char *time_text(double nanoseconds, char buffer[TABLE_CELL_SIZE])
{
	static const char *const units[] = { "ns", "µs", "ms", "s" };
	size_t unit = 0;

	while (nanoseconds >= 999.5 && unit + 1 < ARRAY_LENGTH(units)) {
		nanoseconds /= 1000;
		unit++;
	}
	(void)snprintf(buffer, TABLE_CELL_SIZE, "%.*f %s", digits_behind_point(nanoseconds),
		       nanoseconds, units[unit]);
	return buffer;
}

void table_init(struct table *table, const char *const *columns, size_t count)
{
	*table = (struct table){ .column_count = count };
	for (size_t i = 0; i < count; i++)
		table->columns[i] = columns[i];
}

void table_row(struct table *table, const char *name)
{
	(void)snprintf(table->cells[table->row_count++][0], TABLE_CELL_SIZE, "%s", name);
	for (size_t i = 1; i < table->column_count; i++)
		table_time(table, i, 0);
}

static char *last_cell(struct table *table, size_t column)
{
	return table->cells[table->row_count - 1][column];
}

void table_time(struct table *table, size_t column, double nanoseconds)
{
	if (nanoseconds > 0)
		(void)time_text(nanoseconds, last_cell(table, column));
	else
		(void)snprintf(last_cell(table, column), TABLE_CELL_SIZE, "-");
}

void table_number(struct table *table, size_t column, double number, const char *unit)
{
	(void)snprintf(last_cell(table, column), TABLE_CELL_SIZE, "%.0f%s%s", number,
		       *unit ? " " : "", unit);
}

/* In characters: the micro sign has two bytes. */
static int width(const char *cell)
{
	int count = 0;

	for (; *cell; cell++)
		count += ((unsigned char)*cell & 0xc0) != 0x80;
	return count;
}

static void print_line(const struct table *table, const char *const *cells, const int *widths)
{
	for (size_t i = 0; i < table->column_count; i++)
		printf("| %s%*s ", cells[i], widths[i] - width(cells[i]), "");
	printf("|\n");
}

void table_print(const struct table *table)
{
	static const char dashes[] = "----------------------------------------";
	int widths[TABLE_COLUMNS_MAX];
	const char *cells[TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->column_count; i++) {
		widths[i] = width(table->columns[i]);
		for (size_t row = 0; row < table->row_count; row++)
			if (width(table->cells[row][i]) > widths[i])
				widths[i] = width(table->cells[row][i]);
	}
	print_line(table, table->columns, widths);
	for (size_t i = 0; i < table->column_count; i++)
		printf("|%.*s%s", widths[i] + (i ? 1 : 2), dashes, i ? ":" : "");
	printf("|\n");
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t i = 0; i < table->column_count; i++)
			cells[i] = table->cells[row][i];
		print_line(table, cells, widths);
	}
	printf("\n");
	(void)fflush(stdout);
}

static void verdict(bool passed, const char *what, double actual, const char *bound, double limit,
		    const char *unit)
{
	printf("- %s %s: %.*f%s (target: %s %.*f%s)\n", passed ? "PASS" : "OVER", what,
	       actual < 10 ? 2 : 0, actual, unit, bound, limit < 10 ? 1 : 0, limit, unit);
	(void)fflush(stdout);
}

void verdict_at_most(const char *what, double actual, double limit, const char *unit)
{
	verdict(actual <= limit, what, actual, "at most", limit, unit);
}

void verdict_at_least(const char *what, double actual, double limit, const char *unit)
{
	verdict(actual >= limit, what, actual, "at least", limit, unit);
}
