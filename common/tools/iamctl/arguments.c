#include "tools/iamctl/arguments.h"

#include <getopt.h>

#include "tools/iamctl/failure.h"

/* What getopt_long returns: beyond any letter. A command's own options follow by position. */
enum { OPTION_ROOT = 0x100, OPTION_JSON, OPTION_HELP, OPTION_VERSION, OPTION_OF_COMMAND };

static const struct command_option common[] = {
	{ "root", "DIR", "work on the tree below DIR: its configuration and its state", 'R',
	  false },
	{ "json", NULL, "print JSON instead of tables", 0, false },
	{ "help", NULL, "show what the command does and which options it has", 'h', false },
	{ "version", NULL, "show the version", 0, false },
};

const struct command_option *common_options(size_t *out_count)
{
	*out_count = ARRAY_LENGTH(common);
	return common;
}

/* The row a letter or a number above stands for, and that number; NULL when there is none. */
static const struct command_option *option_row(const struct command *command, int option,
					       int *out_number)
{
	for (size_t i = 0; i < ARRAY_LENGTH(common); i++) {
		*out_number = OPTION_ROOT + (int)i;
		if (option == *out_number || (option && option == common[i].letter))
			return &common[i];
	}
	for (size_t i = 0; command && i < command->option_count; i++) {
		*out_number = OPTION_OF_COMMAND + (int)i;
		if (option == *out_number || (option && option == command->options[i].letter))
			return &command->options[i];
	}
	return NULL;
}

static struct option option_of(const struct command_option *row, int value)
{
	return (struct option){ row->name, row->argument ? required_argument : no_argument, NULL,
				value };
}

struct option_list {
	struct option words[ARRAY_LENGTH(common) + COMMAND_OPTIONS_MAX + 1];
	char letters[2 + 2 * (ARRAY_LENGTH(common) + COMMAND_OPTIONS_MAX) + 1];
};

/* In the common part '+' stops at the first word, which is the command; behind it options and
   operands may be mixed. ':' makes a missing argument tell itself apart. */
static void list_letters(const struct command *command, char *out_letters)
{
	int number;

	if (!command)
		*out_letters++ = '+';
	*out_letters++ = ':';
	for (int letter = 'A'; letter <= 'z'; letter++) {
		const struct command_option *row = option_row(command, letter, &number);

		if (!row)
			continue;
		*out_letters++ = (char)letter;
		if (row->argument)
			*out_letters++ = ':';
	}
	*out_letters = '\0';
}

/* The common options, then those of the command, then the zero row that ends the list. */
static void list_options(const struct command *command, struct option_list *out_list)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(common); i++)
		out_list->words[count++] = option_of(&common[i], OPTION_ROOT + (int)i);
	for (size_t i = 0; command && i < command->option_count; i++)
		out_list->words[count++] =
			option_of(&command->options[i], OPTION_OF_COMMAND + (int)i);
	out_list->words[count] = (struct option){ 0 };
	list_letters(command, out_list->letters);
}

static const char *see_help(const struct command *command, char buffer[64])
{
	(void)snprintf(buffer, 64, "see 'iamctl %s%s--help'", command ? command->name : "",
		       command ? " " : "");
	return buffer;
}

/* getopt tells of a letter by optopt and of a word by its place only. */
static int refuse_option(const struct command *command, char **argv, bool needs_argument)
{
	bool is_letter = optopt > ' ' && optopt <= '~';
	char letter[] = { '-', (char)optopt, '\0' }, help[64];
	const char *given = is_letter ? letter : argv[optind - 1];

	if (needs_argument)
		return fail(EX_USAGE, given, "needs an argument; %s", see_help(command, help));
	if (optopt >= OPTION_ROOT)
		return fail(EX_USAGE, given, "takes no argument; %s", see_help(command, help));
	return fail(EX_USAGE, given, "unknown or ambiguous option; %s", see_help(command, help));
}

static int take_command_option(struct arguments *arguments, size_t index)
{
	const struct command_option *option = &arguments->command->options[index];

	arguments->values[index] = optarg ? optarg : "";
	if (!option->may_repeat)
		return EX_OK;
	if (arguments->repeat_count == COMMAND_REPEATS_MAX)
		return fail(EX_USAGE, option->name, "given too often: at most %d times",
			    COMMAND_REPEATS_MAX);
	arguments->repeats[arguments->repeat_count++] =
		(struct command_repeat){ option, arguments->values[index] };
	return EX_OK;
}

static int take_option(struct arguments *arguments, int option)
{
	int number;

	(void)option_row(arguments->command, option, &number); /* getopt found it, so it is there */
	switch (number) {
	case OPTION_ROOT:
		arguments->root = optarg;
		return EX_OK;
	case OPTION_JSON:
		arguments->is_json = true;
		return EX_OK;
	case OPTION_HELP:
		arguments->wants_help = true;
		return EX_OK;
	case OPTION_VERSION:
		arguments->wants_version = true;
		return EX_OK;
	default:
		return take_command_option(arguments, (size_t)(number - OPTION_OF_COMMAND));
	}
}

static int take_options(struct arguments *arguments, int argc, char **argv)
{
	struct option_list list;
	int option, code = EX_OK;

	list_options(arguments->command, &list);
	while (code == EX_OK &&
	       (option = getopt_long(argc, argv, list.letters, list.words, NULL)) != -1) {
		if (option == '?' || option == ':')
			return refuse_option(arguments->command, argv, option == ':');
		code = take_option(arguments, option);
	}
	return code;
}

/* How many words of the command line name the command: 0 when they do not. */
static int words_matching(const struct command *command, int argc, char **argv)
{
	struct text rest = text_of(command->name), word;
	int count = 0;

	while (text_next_piece(&rest, ' ', &word)) {
		if (count == argc || !text_is(word, argv[count]))
			return 0;
		count++;
	}
	return count;
}

static const struct command *find_command(int argc, char **argv, int *out_words)
{
	size_t count;
	const struct command *table = command_table(&count);

	for (size_t i = 0; i < count; i++) {
		*out_words = words_matching(&table[i], argc, argv);
		if (*out_words > 0)
			return &table[i];
	}
	return NULL;
}

/* The first of two words alone, "iamctl mfa": say which ones follow it. */
static int refuse_command(const char *word)
{
	char following[128] = "";
	size_t count, length = 0;
	const struct command *table = command_table(&count);

	for (size_t i = 0; i < count; i++) {
		struct text rest = text_of(table[i].name), first;

		if (!text_next_piece(&rest, ' ', &first) || !text_is(first, word) || !rest.bytes)
			continue;
		if (text_format(following + length, sizeof(following) - length, "%s%s",
				length > 0 ? ", " : "", rest.bytes) == STATUS_OK)
			length = strlen(following);
	}
	if (length > 0)
		return fail(EX_USAGE, word, "must be followed by one of: %s", following);
	return fail(EX_USAGE, word, "unknown command; see 'iamctl --help'");
}

static int take_operands(struct arguments *arguments, int argc, char **argv)
{
	const struct command *command = arguments->command;
	size_t count = (size_t)(argc - optind);
	char help[64];

	if (arguments->wants_help || arguments->wants_version)
		return EX_OK;
	if (count < command->operands_min)
		return fail(EX_USAGE, command->name, "needs %s; %s", command->operands,
			    see_help(command, help));
	if (count > command->operands_max)
		return fail(EX_USAGE, argv[optind + (int)command->operands_max],
			    "one argument too many for %s; %s", command->name,
			    see_help(command, help));
	arguments->operands = (const char *const *)(argv + optind);
	arguments->operand_count = count;
	return EX_OK;
}

int arguments_parse(struct arguments *out_arguments, int argc, char **argv)
{
	int code, words = 0, first;

	*out_arguments = (struct arguments){ 0 };
	opterr = 0;
	code = take_options(out_arguments, argc, argv);
	if (code != EX_OK || out_arguments->wants_version)
		return code;
	if (optind == argc)
		return out_arguments->wants_help
			       ? EX_OK
			       : fail(EX_USAGE, NULL, "needs a command; see 'iamctl --help'");
	first = optind;
	out_arguments->command = find_command(argc - first, argv + first, &words);
	if (!out_arguments->command)
		return refuse_command(argv[first]);
	/* The last word of the command stands in for the program's name. */
	argc -= first + words - 1;
	argv += first + words - 1;
	optind = 0;
	code = take_options(out_arguments, argc, argv);
	return code != EX_OK ? code : take_operands(out_arguments, argc, argv);
}
