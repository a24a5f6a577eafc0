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
	COMMAND_OPTIONS_MAX = 10,
	COMMAND_REPEATS_MAX = 256, /* arguments of options that may be given more than once */
	/* Exit codes beside those of sysexits.h: of status, and of those that decide. */
	COMMAND_NEEDS_ATTENTION = 1,
	COMMAND_DENIED = 1,
};

#define COMMAND_OPERANDS_ANY SIZE_MAX

struct command_option {
	const char *name;
	const char *argument; /* what follows it; NULL when nothing does */
	const char *summary;
	char letter; /* its short form; 0 when it has none */
	bool may_repeat;
};

/* One argument of an option that may be given more than once. */
struct command_repeat {
	const struct command_option *option;
	const char *value;
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
	const char *values[COMMAND_OPTIONS_MAX]; /* by option: its last argument, "" or NULL */
	const struct command_repeat *repeats;    /* in the order of the command line */
	size_t repeat_count;
	const char *const *operands; /* NULL behind the last */
	size_t operand_count;
	const char *root; /* "" or the tree to work on, without a slash at its end */
	struct file_trust trust;
	char config_folder[PATH_MAX], state_folder[PATH_MAX], accounts_file[PATH_MAX];
	int64_t now;
	struct output *output;
};

/* The argument of an option of the command's own ("" for one that takes none), NULL when not given.
 */
const char *invocation_option(const struct invocation *invocation, const char *name);

/* The arguments of an option that may be given more than once, one by one; *inout_at begins at 0.
   NULL behind the last. */
const char *invocation_next_value(const struct invocation *invocation, const char *name,
				  size_t *inout_at);

/* The first operand, NULL when there is none. */
static inline const char *invocation_name(const struct invocation *invocation)
{
	return invocation->operand_count > 0 ? invocation->operands[0] : NULL;
}

/* Each returns an exit code of sysexits.h, having said on standard error what went wrong. */
int command_sync(struct invocation *invocation);
int command_publish(struct invocation *invocation);
int command_keygen(struct invocation *invocation);
int command_status(struct invocation *invocation);
int command_verify(struct invocation *invocation);
int command_user(struct invocation *invocation);
int command_group(struct invocation *invocation);
int command_role(struct invocation *invocation);
int command_access(struct invocation *invocation);
int command_last_used(struct invocation *invocation);
int command_why(struct invocation *invocation);
int command_simulate(struct invocation *invocation);
int command_policy_validate(struct invocation *invocation);
int command_policy_evaluate(struct invocation *invocation);
int command_sessions(struct invocation *invocation);
int command_assume_role(struct invocation *invocation);
int command_passwd(struct invocation *invocation);
int command_mfa_enable(struct invocation *invocation);
int command_mfa_list(struct invocation *invocation);
int command_mfa_import(struct invocation *invocation);
int command_mfa_resync(struct invocation *invocation);
int command_mfa_disable(struct invocation *invocation);
int command_mfa_recovery_codes(struct invocation *invocation);
int command_break_glass_create(struct invocation *invocation);
int command_break_glass_list(struct invocation *invocation);
int command_break_glass_revoke(struct invocation *invocation);
int command_lockouts(struct invocation *invocation);
int command_credentials_export(struct invocation *invocation);
int command_credentials_import(struct invocation *invocation);
int command_credentials_publish(struct invocation *invocation);
int command_credentials_pull(struct invocation *invocation);
int command_credentials_check(struct invocation *invocation);
int command_credentials_keygen(struct invocation *invocation);
int command_credentials_forget(struct invocation *invocation);
int command_unlock(struct invocation *invocation);
int command_credential_report(struct invocation *invocation);
int command_audit(struct invocation *invocation);
int command_audit_verify(struct invocation *invocation);
int command_help(struct invocation *invocation);

/* The table, for help and for finding: count rows. */
const struct command *command_table(size_t *out_count);

/* The options of a command, for its row. */
extern const struct command_option COMMAND_SYNC_OPTIONS[4];
extern const struct command_option COMMAND_PUBLISH_OPTIONS[4];
extern const struct command_option COMMAND_MFA_ENABLE_OPTIONS[4];
extern const struct command_option COMMAND_MFA_IMPORT_OPTIONS[7];
extern const struct command_option COMMAND_MFA_RECOVERY_OPTIONS[2];
extern const struct command_option COMMAND_BREAK_GLASS_OPTIONS[3];
extern const struct command_option COMMAND_PASSWD_OPTIONS[3];
extern const struct command_option COMMAND_CREDENTIAL_REPORT_OPTIONS[1];
extern const struct command_option COMMAND_AUDIT_OPTIONS[5];
extern const struct command_option COMMAND_AUDIT_VERIFY_OPTIONS[1];
extern const struct command_option COMMAND_WHY_OPTIONS[5];
extern const struct command_option COMMAND_SIMULATE_OPTIONS[8];
extern const struct command_option COMMAND_POLICY_VALIDATE_OPTIONS[2];
extern const struct command_option COMMAND_SESSIONS_OPTIONS[1];
extern const struct command_option COMMAND_ASSUME_ROLE_OPTIONS[4];
extern const struct command_option COMMAND_LOCKOUTS_OPTIONS[1];
extern const struct command_option COMMAND_UNLOCK_OPTIONS[1];
extern const struct command_option COMMAND_CREDENTIALS_EXPORT_OPTIONS[8];
extern const struct command_option COMMAND_CREDENTIALS_IMPORT_OPTIONS[7];
extern const struct command_option COMMAND_CREDENTIALS_FORGET_OPTIONS[2];
extern const struct command_option COMMAND_CREDENTIALS_PUBLISH_OPTIONS[6];
extern const struct command_option COMMAND_CREDENTIALS_PULL_OPTIONS[1];

#endif
