#include "tools/iamctl/help.h"

#include "tools/iamctl/arguments.h"
#include "tools/iamctl/failure.h"

static void print_options(FILE *file, const struct command_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char left[64], letter[] = "-?, ";

		letter[1] = options[i].letter;
		(void)snprintf(left, sizeof(left), "%s--%s%s%s%s",
			       options[i].letter ? letter : "    ", options[i].name,
			       options[i].argument ? " " : "",
			       options[i].argument ? options[i].argument : "",
			       options[i].may_repeat ? " ..." : "");
		fprintf(file, "  %-28s %s\n", left, options[i].summary);
	}
}

static void print_common_options(FILE *file)
{
	size_t count;
	const struct command_option *options = common_options(&count);

	fputs("\nWith every command, before or behind it:\n", file);
	print_options(file, options, count);
}

static void print_command(FILE *file, const struct command *command)
{
	fprintf(file, "usage: iamctl [--root DIR] [--json] %s", command->name);
	for (size_t i = 0; i < command->option_count; i++)
		fprintf(file, " [--%s%s%s]%s", command->options[i].name,
			command->options[i].argument ? " " : "",
			command->options[i].argument ? command->options[i].argument : "",
			command->options[i].may_repeat ? "..." : "");
	fprintf(file, "%s%s\n\n%s\n", *command->operands ? " " : "", command->operands,
		command->summary);
	if (command->option_count > 0)
		fputc('\n', file);
	print_options(file, command->options, command->option_count);
	print_common_options(file);
}

static void print_overview(FILE *file)
{
	size_t count;
	const struct command *table = command_table(&count);

	fputs("usage: iamctl [--root DIR] [--json] COMMAND [OPTION...] [ARGUMENT...]\n\n"
	      "IAM users and groups of this host: fetch, look at, enrol.\n\n",
	      file);
	for (size_t i = 0; i < count; i++) {
		char left[64];

		(void)snprintf(left, sizeof(left), "%s %s", table[i].name, table[i].operands);
		fprintf(file, "  %-34s %s\n", left, table[i].summary);
	}
	print_common_options(file);
	fputs("\n'iamctl COMMAND --help' tells more of one, iamctl(8) all.\n", file);
}

static void write_options(struct output *output, const struct command *command)
{
	static const char *const columns[] = { "name", "argument", "may_repeat", "summary" };
	struct output_table table;

	output_table(&table, output, "options", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		for (size_t i = 0; i < command->option_count; i++) {
			const struct command_option *option = &command->options[i];

			output_table_row(&table, (struct cell[]){ cell_string(option->name),
								  cell_string(option->argument),
								  cell_flag(option->may_repeat),
								  cell_string(option->summary) });
		}
}

static void write_command(struct output *output, const struct command *command)
{
	output_object(output);
	output_field(output, "name", cell_string(command->name));
	output_field(output, "operands", cell_string(command->operands));
	output_field(output, "summary", cell_string(command->summary));
	write_options(output, command);
	output_close_object(output);
}

static void write_overview(struct output *output)
{
	size_t count;
	const struct command *table = command_table(&count);

	json_write_array(&output->writer, NULL);
	for (size_t i = 0; i < count; i++)
		write_command(output, &table[i]);
	json_write_close(&output->writer, ']');
}

void help_print(struct output *output, const struct command *command)
{
	if (output->is_json && command)
		write_command(output, command);
	else if (output->is_json)
		write_overview(output);
	else if (command)
		print_command(output->file, command);
	else
		print_overview(output->file);
}

/* "mfa enable" comes as two operands. */
int command_help(struct invocation *invocation)
{
	char name[64] = "";
	size_t count;
	const struct command *table = command_table(&count);

	if (invocation->operand_count == 0) {
		help_print(invocation->output, NULL);
		return EX_OK;
	}
	if (text_format(name, sizeof(name), "%s%s%s", invocation->operands[0],
			invocation->operand_count > 1 ? " " : "",
			invocation->operand_count > 1 ? invocation->operands[1] : "") == STATUS_OK)
		for (size_t i = 0; i < count; i++)
			if (strcmp(table[i].name, name) == 0) {
				help_print(invocation->output, &table[i]);
				return EX_OK;
			}
	return fail(EX_USAGE, invocation->operands[0], "unknown command; see 'iamctl --help'");
}
