/*
 * common/base/csv.h: rows of a CSV file with names above its columns.
 *
 * As RFC 4180 has it, but a row is one line, no field holds a quote, and blanks around fields and
 * empty lines say nothing. Fields are views of the file.
 */
#ifndef IAM_BASE_CSV_H
#define IAM_BASE_CSV_H

#include "base/complaint.h"
#include "base/text.h"

enum { CSV_COLUMNS_MAX = 64, CSV_LINE_MAX = 4096 };

/* What a column is whose name is not among those that there may be. */
enum csv_others { CSV_OTHERS_REFUSED, CSV_OTHERS_SKIPPED };

struct csv {
	struct text rest;
	unsigned line;            /* of the row that was read last */
	const char *const *names; /* of the columns that there may be */
	size_t name_count;
	enum csv_others others;
	size_t columns[CSV_COLUMNS_MAX]; /* which of the names each is; SIZE_MAX: a skipped one */
	size_t column_count;
};

/* Reads the names; one twice is STATUS_BAD_INPUT, and so is another one where others are refused.
 */
MUST_CHECK enum status csv_open(struct csv *csv, struct text file, const char *const *names,
				size_t name_count, enum csv_others others,
				struct complaint *out_complaint);

bool csv_has(const struct csv *csv, size_t name);

/* The fields by their names' numbers, those of absent columns empty. STATUS_NOT_FOUND behind the
   last row; STATUS_BAD_INPUT with the line for one that has too many fields or too few: the row
   behind it may be read all the same. */
MUST_CHECK enum status csv_next_row(struct csv *csv, struct text *out_fields,
				    struct complaint *out_complaint);

#endif
