#include "tools/iamctl/output_internal.h"

enum { JSON_FLUSH_BYTES = 64 << 10 };

void output_table(struct output_table *table, struct output *output, const char *name,
		  const char *const *columns, size_t column_count)
{
	*table = (struct output_table){
		.output = output, .name = name, .columns = columns, .column_count = column_count
	};
	for (size_t i = 0; i < column_count; i++)
		table->widths[i] = strlen(columns[i]);
}

/* Numbers stand to the right; nothing is padded at the end of a line. */
static void print_cell(const struct output_table *table, size_t column, const char *words)
{
	size_t length = strlen(words), width = table->widths[column];
	bool is_last = column + 1 == table->column_count;

	if (table->are_numbers[column])
		output_padding(table->output, length, width);
	fputs(words, table->output->file);
	if (!table->are_numbers[column] && !is_last)
		output_padding(table->output, length, width);
	fputs(is_last ? "\n" : "  ", table->output->file);
}

static void print_head(const struct output_table *table)
{
	FILE *file = table->output->file;

	if (table->name)
		output_heading(table->output, table->name, table->row_count == 0);
	if (table->name && table->row_count == 0)
		return;
	for (size_t i = 0; i < table->column_count; i++) {
		char words[64];

		(void)snprintf(words, sizeof(words), "%s", table->columns[i]);
		for (char *letter = words; *letter; letter++)
			if (*letter >= 'a' && *letter <= 'z')
				*letter = (char)(*letter - 'a' + 'A');
			else if (*letter == '_')
				*letter = ' ';
		if (table->output->has_colours)
			fputs("\033[1m", file);
		print_cell(table, i, words);
		if (table->output->has_colours)
			fputs("\033[0m", file);
	}
}

bool output_table_pass(struct output_table *table)
{
	struct json_writer *writer = &table->output->writer;

	if (table->stage == TABLE_PRINTING) {
		if (table->output->is_json)
			json_write_close(writer, ']');
		return false;
	}
	if (table->output->is_json) {
		json_write_array(writer, table->name);
		table->stage = TABLE_PRINTING;
		return true;
	}
	if (table->stage == TABLE_MEASURING)
		print_head(table);
	table->stage++;
	return true;
}

static void drain_if_long(struct output *output)
{
	if (output->buffer.length > JSON_FLUSH_BYTES)
		output_drain(output);
}

static void write_json_row(struct output_table *table, const struct cell *cells)
{
	struct output *output = table->output;

	json_write_object(&output->writer, NULL);
	for (size_t i = 0; i < table->column_count; i++)
		output_cell_json(&output->writer, table->columns[i], &cells[i]);
	json_write_close(&output->writer, '}');
	drain_if_long(output);
}

void output_table_row(struct output_table *table, const struct cell *cells)
{
	bool is_measuring = table->stage == TABLE_MEASURING;
	char buffer[OUTPUT_CELL_SIZE];

	if (table->output->is_json) {
		write_json_row(table, cells);
		return;
	}
	table->row_count += is_measuring;
	for (size_t i = 0; i < table->column_count; i++) {
		const char *words = output_cell_words(&cells[i], buffer);

		if (!is_measuring) {
			print_cell(table, i, words);
			continue;
		}
		if (strlen(words) > table->widths[i])
			table->widths[i] = strlen(words);
		if (cells[i].kind == CELL_NUMBER)
			table->are_numbers[i] = true;
	}
}

void output_table_row_of(struct output_table *table, const struct cell *cells,
			 const struct json *json)
{
	if (!table->output->is_json) {
		output_table_row(table, cells);
		return;
	}
	json_write_value(&table->output->writer, NULL, json);
	drain_if_long(table->output);
}
