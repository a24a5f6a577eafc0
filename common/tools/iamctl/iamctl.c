/*
 * common/tools/iamctl/iamctl.c: the table of commands, and main.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/prctl.h>

#include "base/timestamp.h"
#include "tools/iamctl/arguments.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/help.h"
#include "tools/iamctl/log.h"

static const struct command commands[] = {
	{ "sync", command_sync, "", 0, 0, "fetch the directory and publish it on this host",
	  COMMAND_SYNC_OPTIONS, ARRAY_LENGTH(COMMAND_SYNC_OPTIONS) },
	{ "publish", command_publish, "", 0, 0,
	  "make a signed bundle of the directory, for other hosts", COMMAND_PUBLISH_OPTIONS,
	  ARRAY_LENGTH(COMMAND_PUBLISH_OPTIONS) },
	{ "keygen", command_keygen, "FILE", 1, 1, "make a key to sign bundles with", NULL, 0 },
	{ "status", command_status, "", 0, 0, "show how old and how well the snapshot is", NULL,
	  0 },
	{ "verify", command_verify, "", 0, 0, "check every record of snapshots and credentials",
	  NULL, 0 },
	{ "user", command_user, "[NAME]", 0, 1, "list the users, or show everything of one", NULL,
	  0 },
	{ "group", command_group, "[NAME]", 0, 1, "list the groups, or show one with its members",
	  NULL, 0 },
	{ "role", command_role, "[NAME]", 0, 1, "list the roles of this host, or show one", NULL,
	  0 },
	{ "access", command_access, "[NAME]", 0, 1,
	  "show who may sign in, use sudo and take roles on this host", NULL, 0 },
	{ "last-used", command_last_used, "[NAME]", 0, 1,
	  "show which permissions were used on this host, and when", NULL, 0 },
	{ "why", command_why, "USER SERVICE", 2, 2,
	  "show how IAM's policies decide on a user and a PAM service, and why",
	  COMMAND_WHY_OPTIONS, ARRAY_LENGTH(COMMAND_WHY_OPTIONS) },
	{ "simulate", command_simulate, "", 0, 0,
	  "decide on any principal, action and resource, with policies to try out",
	  COMMAND_SIMULATE_OPTIONS, ARRAY_LENGTH(COMMAND_SIMULATE_OPTIONS) },
	{ "policy validate", command_policy_validate, "FILE ...", 1, COMMAND_OPERANDS_ANY,
	  "check policy documents", COMMAND_POLICY_VALIDATE_OPTIONS,
	  ARRAY_LENGTH(COMMAND_POLICY_VALIDATE_OPTIONS) },
	{ "policy evaluate", command_policy_evaluate, "", 0, 0,
	  "decide requests from standard input, one JSON object a line", NULL, 0 },
	{ "sessions", command_sessions, "", 0, 0, "list the sessions of roles and of users",
	  COMMAND_SESSIONS_OPTIONS, ARRAY_LENGTH(COMMAND_SESSIONS_OPTIONS) },
	{ "assume-role", command_assume_role, "ROLE [-- COMMAND ...]", 1, COMMAND_OPERANDS_ANY,
	  "take a role, by sudo", COMMAND_ASSUME_ROLE_OPTIONS,
	  ARRAY_LENGTH(COMMAND_ASSUME_ROLE_OPTIONS) },
	{ "passwd", command_passwd, "NAME", 1, 1, "set the password of a user",
	  COMMAND_PASSWD_OPTIONS, ARRAY_LENGTH(COMMAND_PASSWD_OPTIONS) },
	{ "mfa enable", command_mfa_enable, "[NAME]", 0, 1,
	  "give a user, or yourself, a new MFA device", COMMAND_MFA_ENABLE_OPTIONS,
	  ARRAY_LENGTH(COMMAND_MFA_ENABLE_OPTIONS) },
	{ "mfa import", command_mfa_import, "[NAME]", 0, 1,
	  "give users the hardware tokens of a PSKC or CSV file", COMMAND_MFA_IMPORT_OPTIONS,
	  ARRAY_LENGTH(COMMAND_MFA_IMPORT_OPTIONS) },
	{ "mfa list", command_mfa_list, "[NAME]", 0, 1,
	  "list MFA devices, of all users, of one, or your own", NULL, 0 },
	{ "mfa resync", command_mfa_resync, "[NAME] DEVICE", 1, 2,
	  "set an MFA device right by two consecutive codes", NULL, 0 },
	{ "mfa disable", command_mfa_disable, "[NAME] DEVICE", 1, 2,
	  "take an MFA device from a user, or your own", NULL, 0 },
	{ "mfa recovery-codes", command_mfa_recovery_codes, "NAME", 1, 1,
	  "give a user ten new recovery codes", COMMAND_MFA_RECOVERY_OPTIONS,
	  ARRAY_LENGTH(COMMAND_MFA_RECOVERY_OPTIONS) },
	{ "break-glass create", command_break_glass_create, "", 0, 0,
	  "make codes that let users in while the directory is out of date",
	  COMMAND_BREAK_GLASS_OPTIONS, ARRAY_LENGTH(COMMAND_BREAK_GLASS_OPTIONS) },
	{ "break-glass list", command_break_glass_list, "[NAME]", 0, 1,
	  "list break-glass codes, of all users or of one", NULL, 0 },
	{ "break-glass revoke", command_break_glass_revoke, "CODE ...", 1, COMMAND_OPERANDS_ANY,
	  "take break-glass codes away", NULL, 0 },
	{ "lockouts", command_lockouts, "", 0, 0,
	  "list the users and addresses that are locked out", COMMAND_LOCKOUTS_OPTIONS,
	  ARRAY_LENGTH(COMMAND_LOCKOUTS_OPTIONS) },
	{ "unlock", command_unlock, "[NAME]", 0, 1, "forget the failed attempts of a user",
	  COMMAND_UNLOCK_OPTIONS, ARRAY_LENGTH(COMMAND_UNLOCK_OPTIONS) },
	{ "credentials export", command_credentials_export, "[FILE]", 0, 1,
	  "make a sealed backup of the credentials", COMMAND_CREDENTIALS_EXPORT_OPTIONS,
	  ARRAY_LENGTH(COMMAND_CREDENTIALS_EXPORT_OPTIONS) },
	{ "credentials import", command_credentials_import, "FILE", 1, 1,
	  "put a backup of the credentials back", COMMAND_CREDENTIALS_IMPORT_OPTIONS,
	  ARRAY_LENGTH(COMMAND_CREDENTIALS_IMPORT_OPTIONS) },
	{ "credentials publish", command_credentials_publish, "", 0, 0,
	  "give this host's credentials to the hosts that follow it",
	  COMMAND_CREDENTIALS_PUBLISH_OPTIONS, ARRAY_LENGTH(COMMAND_CREDENTIALS_PUBLISH_OPTIONS) },
	{ "credentials pull", command_credentials_pull, "", 0, 0,
	  "take over a fleet's credentials, as iam.conf says", COMMAND_CREDENTIALS_PULL_OPTIONS,
	  ARRAY_LENGTH(COMMAND_CREDENTIALS_PULL_OPTIONS) },
	{ "credentials check", command_credentials_check, "", 0, 0,
	  "look for damage to the credentials, and say what to do", NULL, 0 },
	{ "credentials keygen", command_credentials_keygen, "FILE", 1, 1,
	  "make a key to seal backups to", NULL, 0 },
	{ "credentials forget", command_credentials_forget, "[NAME]", 0, 1,
	  "remove what is stored of a user, or of those who left",
	  COMMAND_CREDENTIALS_FORGET_OPTIONS, ARRAY_LENGTH(COMMAND_CREDENTIALS_FORGET_OPTIONS) },
	{ "credential-report", command_credential_report, "", 0, 0,
	  "show the state of all users' credentials, as IAM's report does",
	  COMMAND_CREDENTIAL_REPORT_OPTIONS, ARRAY_LENGTH(COMMAND_CREDENTIAL_REPORT_OPTIONS) },
	{ "audit verify", command_audit_verify, "", 0, 0,
	  "look for lines of the audit log that are missing or were changed",
	  COMMAND_AUDIT_VERIFY_OPTIONS, ARRAY_LENGTH(COMMAND_AUDIT_VERIFY_OPTIONS) },
	{ "audit", command_audit, "", 0, 0, "show what was decided and changed on this host",
	  COMMAND_AUDIT_OPTIONS, ARRAY_LENGTH(COMMAND_AUDIT_OPTIONS) },
	{ "help", command_help, "[COMMAND]", 0, 2, "show what a command does", NULL, 0 },
};

const struct command *command_table(size_t *out_count)
{
	*out_count = ARRAY_LENGTH(commands);
	return commands;
}

const char *invocation_option(const struct invocation *invocation, const char *name)
{
	for (size_t i = 0; i < invocation->command->option_count; i++)
		if (strcmp(invocation->command->options[i].name, name) == 0)
			return invocation->values[i];
	return NULL;
}

const char *invocation_next_value(const struct invocation *invocation, const char *name,
				  size_t *inout_at)
{
	while (*inout_at < invocation->repeat_count) {
		const struct command_repeat *repeat = &invocation->repeats[(*inout_at)++];

		if (strcmp(repeat->option->name, name) == 0)
			return repeat->value;
	}
	return NULL;
}

/* Started with a standard descriptor closed, a file opened later could take its number and what is
   meant for people would be written into it. Opened for the other direction, so that using it
   fails. */
static bool guard_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags) != fd)
			return false;
	}
	return true;
}

/* Everything below the tree belongs to the caller: what others could have put there is not
   trusted. Links in DIR itself are resolved, because below it none is followed. */
static int enter_tree(struct invocation *invocation, const char *given, char root[PATH_MAX])
{
	if (!realpath(given, root))
		return fail(EX_NOINPUT, given, "%s", strerror(errno));
	if (strcmp(root, "/") == 0)
		root[0] = '\0';
	invocation->root = root;
	invocation->trust.owner = geteuid();
	return EX_OK;
}

/* With room behind them for the name of any file. */
static int find_folders(struct invocation *invocation)
{
	if (strlen(invocation->root) + NAME_MAX < PATH_MAX - NAME_MAX &&
	    text_format(invocation->config_folder, PATH_MAX, "%s%s", invocation->root,
			IAM_CONFIG_FOLDER) == STATUS_OK &&
	    text_format(invocation->state_folder, PATH_MAX, "%s%s", invocation->root,
			IAM_STATE_FOLDER) == STATUS_OK &&
	    text_format(invocation->accounts_file, PATH_MAX, "%s/etc/passwd", invocation->root) ==
		    STATUS_OK)
		return EX_OK;
	return fail(EX_USAGE, "--root", "the path is too long");
}

static int run(const struct arguments *arguments, struct output *output)
{
	struct invocation invocation = {
		.command = arguments->command,
		.operand_count = arguments->operand_count,
		.root = "",
		.trust = FILE_OF_ROOT,
		.now = timestamp_now(),
	};
	char root[PATH_MAX];
	int code;

	memcpy(invocation.values, arguments->values, sizeof(invocation.values));
	invocation.repeats = arguments->repeats;
	invocation.repeat_count = arguments->repeat_count;
	invocation.operands = arguments->operands;
	if (arguments->root) {
		code = enter_tree(&invocation, arguments->root, root);
		if (code != EX_OK)
			return code;
	}
	code = find_folders(&invocation);
	if (code != EX_OK)
		return code;
	invocation.output = output;
	return log_finish(invocation.command->run(&invocation));
}

static int answer(const struct arguments *arguments, struct output *output)
{
	if (arguments->wants_version) {
		fprintf(output->file, "iamctl %s\n", VERSION);
		return EX_OK;
	}
	if (arguments->wants_help) {
		help_print(output, arguments->command);
		return EX_OK;
	}
	return run(arguments, output);
}

/* Passwords and seeds pass through. The leak checker of a sanitized build attaches to the process,
   which this would forbid. */
static void keep_out_of_core_dumps(void)
{
#ifndef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 0); /* cannot fail with this argument */
#endif
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct output output;
	int code, written;

	if (!guard_standard_descriptors())
		return EX_OSERR;
	keep_out_of_core_dumps();
	/* A reader that went away is a write error, not a silent end half way through a change. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* Only to know whether the terminal shows UTF-8; nothing else depends on the locale. */
	(void)setlocale(LC_CTYPE, "");
	code = arguments_parse(&arguments, argc, argv);
	if (code != EX_OK)
		return code;
	output_init(&output, stdout, arguments.is_json);
	code = answer(&arguments, &output);
	written = output_finish(&output);
	output_release(&output);
	return code != EX_OK ? code : written;
}
