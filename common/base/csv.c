#include "base/csv.h"

static enum status refuse(const struct csv *csv, struct complaint *out_complaint,
			  const char *reason)
{
	if (out_complaint)
		out_complaint->line = csv->line;
	return complain(out_complaint, STATUS_BAD_INPUT, "%s", reason);
}

/* The next line that is not empty, without its end. */
static enum status next_line(struct csv *csv, struct text *out_line,
			     struct complaint *out_complaint)
{
	struct text line;

	while (text_next_piece(&csv->rest, '\n', &line)) {
		csv->line++;
		if (line.length > CSV_LINE_MAX)
			return refuse(csv, out_complaint, "the line is too long");
		if (line.length > 0 && line.bytes[line.length - 1] == '\r')
			line.length--;
		if (memchr(line.bytes ? line.bytes : "", '\0', line.length))
			return refuse(csv, out_complaint, "a NUL byte");
		*out_line = text_trim(line);
		if (out_line->length > 0)
			return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

/* STATUS_NOT_FOUND behind the last. */
static enum status next_field(struct text *inout_rest, struct text *out_field)
{
	struct text before = *inout_rest, quoted;

	if (!text_next_piece(inout_rest, ',', out_field))
		return STATUS_NOT_FOUND;
	*out_field = text_trim(*out_field);
	if (!text_starts_with(*out_field, TEXT("\"")))
		return text_has_byte(*out_field, '"') ? STATUS_BAD_INPUT : STATUS_OK;
	/* A comma in quotes ends nothing. */
	quoted = text_skip(before, (size_t)(out_field->bytes - before.bytes) + 1);
	if (!text_next_piece(&quoted, '"', out_field) || !quoted.bytes)
		return STATUS_BAD_INPUT;
	quoted = text_trim(quoted);
	if (quoted.length > 0 && quoted.bytes[0] != ',')
		return STATUS_BAD_INPUT;
	*inout_rest = quoted.length > 0 ? text_skip(quoted, 1) : (struct text){ NULL, 0 };
	return STATUS_OK;
}

/* Where a file has no names, its first line has a seed: none of it is repeated. */
static enum status add_column(struct csv *csv, struct text name, struct complaint *out_complaint)
{
	if (csv->column_count == CSV_COLUMNS_MAX)
		return refuse(csv, out_complaint, "too many columns");
	for (size_t i = 0; i < csv->name_count; i++) {
		if (!text_is(name, csv->names[i]))
			continue;
		if (csv_has(csv, i))
			return refuse(csv, out_complaint, "a column is there twice");
		csv->columns[csv->column_count++] = i;
		return STATUS_OK;
	}
	if (csv->others == CSV_OTHERS_SKIPPED) {
		csv->columns[csv->column_count++] = SIZE_MAX;
		return STATUS_OK;
	}
	if (out_complaint)
		out_complaint->line = csv->line;
	return complain(out_complaint, STATUS_BAD_INPUT,
			"the first line has to name the columns; its field %zu is none that is "
			"known",
			csv->column_count + 1);
}

enum status csv_open(struct csv *csv, struct text file, const char *const *names, size_t name_count,
		     enum csv_others others, struct complaint *out_complaint)
{
	const struct text mark = TEXT("\xef\xbb\xbf"); /* of spreadsheets */
	struct text line, name;
	enum status status;

	*csv = (struct csv){
		.rest = file, .names = names, .name_count = name_count, .others = others
	};
	if (text_starts_with(file, mark))
		csv->rest = text_skip(file, mark.length);
	status = next_line(csv, &line, out_complaint);
	if (status == STATUS_NOT_FOUND)
		return refuse(csv, out_complaint, "there is no line with the names of columns");
	while (status == STATUS_OK) {
		status = next_field(&line, &name);
		if (status == STATUS_NOT_FOUND)
			return STATUS_OK;
		if (status != STATUS_OK)
			return refuse(csv, out_complaint, "a quote where none belongs");
		status = add_column(csv, name, out_complaint);
	}
	return status;
}

bool csv_has(const struct csv *csv, size_t name)
{
	for (size_t i = 0; i < csv->column_count; i++)
		if (csv->columns[i] == name)
			return true;
	return false;
}

enum status csv_next_row(struct csv *csv, struct text *out_fields, struct complaint *out_complaint)
{
	struct text line, field;
	size_t column = 0;
	enum status status = next_line(csv, &line, out_complaint);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < csv->name_count; i++)
		out_fields[i] = TEXT("");
	while ((status = next_field(&line, &field)) == STATUS_OK) {
		if (column == csv->column_count)
			return refuse(csv, out_complaint, "more fields than columns");
		if (csv->columns[column] != SIZE_MAX)
			out_fields[csv->columns[column]] = field;
		column++;
	}
	if (status != STATUS_NOT_FOUND)
		return refuse(csv, out_complaint, "a quote where none belongs");
	if (column < csv->column_count)
		return refuse(csv, out_complaint, "fewer fields than columns");
	return STATUS_OK;
}
