/*
 * common/tools/iamctl/command.h: what a subcommand is, and what it is given.
 *
 * A command is a row of the table in iamctl.c and a section of iamctl(8). It asks the parts of
 * common/ and shows what they answer; it decides nothing that PAM would decide too.
 */
#ifndef IAM_TOOLS_IAMCTL_COMMAND_H
#define IAM_TOOLS_IAMCTL_COMMAND_H

#include <limits.h>

#include "base/file.h"
#include "tools/iamctl/output.h"

enum {
	COMMAND_OPTIONS_MAX = 8,
	COMMAND_OPERANDS_MAX = 2,
	COMMAND_NEEDS_ATTENTION = 1, /* the exit code of status, beside those of sysexits.h */
};

struct command_option {
	const char *name;
	const char *argument; /* what follows it; NULL when nothing does */
	const char *summary;
	char letter; /* its short form; 0 when it has none */
};

struct invocation;

struct command {
	const char *name; /* one word or two: "mfa enable" */
	int (*run)(struct invocation *invocation);
	const char *operands; /* "NAME", "[NAME]"; "" when there are none */
	size_t operands_min, operands_max;
	const char *summary;
	const struct command_option *options;
	size_t option_count;
};

/* One run of one command, as the command line has it. */
struct invocation {
	const struct command *command;
	const char *values[COMMAND_OPTIONS_MAX]; /* by option: its argument, "" or NULL */
	const char *operands[COMMAND_OPERANDS_MAX];
	size_t operand_count;
	const char *root; /* "" or the tree to work on, without a slash at its end */
	struct file_trust trust;
	char config_folder[PATH_MAX], state_folder[PATH_MAX];
	int64_t now;
	struct output *output;
};

/* The argument of an option of the command's own ("" for one that takes none), NULL when not given.
 */
const char *invocation_option(const struct invocation *invocation, const char *name);

/* The first operand, NULL when there is none. */
static inline const char *invocation_name(const struct invocation *invocation)
{
	return invocation->operand_count > 0 ? invocation->operands[0] : NULL;
}

/* Each returns an exit code of sysexits.h, having said on standard error what went wrong. */
int command_sync(struct invocation *invocation);
int command_status(struct invocation *invocation);
int command_verify(struct invocation *invocation);
int command_user(struct invocation *invocation);
int command_group(struct invocation *invocation);
int command_role(struct invocation *invocation);
int command_passwd(struct invocation *invocation);
int command_mfa_enable(struct invocation *invocation);
int command_mfa_list(struct invocation *invocation);
int command_mfa_disable(struct invocation *invocation);
int command_unlock(struct invocation *invocation);
int command_help(struct invocation *invocation);

/* The table, for help and for finding: count rows. */
const struct command *command_table(size_t *out_count);

/* The options of a command, for its row. */
extern const struct command_option COMMAND_SYNC_OPTIONS[3];
extern const struct command_option COMMAND_MFA_ENABLE_OPTIONS[4];

#endif
