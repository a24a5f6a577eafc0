/*
 * common/tools/iamctl/help.h: what --help prints, made from the table of commands.
 */
#ifndef IAM_TOOLS_IAMCTL_HELP_H
#define IAM_TOOLS_IAMCTL_HELP_H

#include "tools/iamctl/command.h"

/* Of one command, or of all of them when command is NULL; as JSON the rows of the table. */
void help_print(struct output *output, const struct command *command);

#endif
