/*
 * common/tools/iamctl/arguments.h: the command line, by getopt_long and the table of commands.
 */
#ifndef IAM_TOOLS_IAMCTL_ARGUMENTS_H
#define IAM_TOOLS_IAMCTL_ARGUMENTS_H

#include "tools/iamctl/command.h"

struct arguments {
	const struct command *command; /* NULL when only help or the version was asked for */
	const char *values[COMMAND_OPTIONS_MAX];
	struct command_repeat repeats[COMMAND_REPEATS_MAX];
	size_t repeat_count;
	const char *const *operands; /* in argv */
	size_t operand_count;
	const char *root; /* as given; NULL when not */
	bool is_json, wants_help, wants_version;
};

/* The options that stand before or after any command. */
const struct command_option *common_options(size_t *out_count);

/* EX_OK, or EX_USAGE having said what is wrong. argv is permuted. */
MUST_CHECK int arguments_parse(struct arguments *out_arguments, int argc, char **argv);

#endif
