#include <signal.h>
#include <stdio.h>

#include "base/timestamp.h"
#include "directory/name.h"
#include "signin/signin_decision.h"
#include "signin/signin_role.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum {
	ROLE_SECONDS_MAX = 12 * 3600, /* IAM API Reference, Role: MaxSessionDuration */
	SUDO_ARGUMENTS = 5,           /* before the command: sudo -u ROLE [-i] -- */
};

const struct command_option COMMAND_ASSUME_ROLE_OPTIONS[4] = {
	{ "duration", "TIME", "how long: 15m to 12h; 1h, or what the role allows", 0, false },
	{ "session-name", "NAME", "the name of the session; the user's IAM name", 0, false },
	{ "external-id", "ID", "what the role's trust policy asks for as sts:ExternalId", 0,
	  false },
	{ "login", NULL, "start the role's login shell, also for a command", 0, false },
};

/* Where packages put it; never where the user's PATH leads. */
static const char *const sudo_paths[] = { "/usr/bin/sudo", "/bin/sudo", "/usr/local/bin/sudo",
					  "/usr/sbin/sudo" };

/* In this environment sudo's plugin looks for them; without the option there must be none. */
static int set_variable(const char *name, const char *value)
{
	int failed = value ? setenv(name, value, 1) : unsetenv(name);

	return failed ? fail(EX_OSERR, name, "%s", strerror(errno)) : EX_OK;
}

static int set_duration(const struct invocation *invocation)
{
	const char *given = invocation_option(invocation, "duration");
	char seconds[16];
	uint32_t count;

	if (!given)
		return set_variable("IAM_ROLE_DURATION", NULL);
	if (duration_parse(text_of(given), SIGNIN_ROLE_SECONDS_MIN, ROLE_SECONDS_MAX, &count) !=
	    STATUS_OK)
		return fail(EX_USAGE, given, "--duration is a time from 15m to 12h");
	(void)snprintf(seconds, sizeof(seconds), "%u", count);
	return set_variable("IAM_ROLE_DURATION", seconds);
}

static int set_names(const struct invocation *invocation)
{
	const char *name = invocation_option(invocation, "session-name");
	const char *id = invocation_option(invocation, "external-id");
	int code;

	if (name && !signin_is_session_name(text_of(name)))
		return fail(EX_USAGE, name,
			    "--session-name is 2 to 64 letters, digits or any of +=,.@_-");
	if (id && (!*id || !signin_is_external_id(text_of(id))))
		return fail(EX_USAGE, id,
			    "--external-id is 2 to 1224 letters, digits or any of _+=,.@:/-");
	code = set_variable("IAM_ROLE_SESSION_NAME", name);
	return code == EX_OK ? set_variable("IAM_EXTERNAL_ID", id) : code;
}

/* Everybody may read which accounts are roles; whether this one may be taken, others decide. */
static int check_role(const struct invocation *invocation)
{
	const char *name = invocation_name(invocation);
	AUTO_SNAPSHOT directory = { 0 };
	struct snapshot_user role;
	enum status status;
	int code = open_snapshot(invocation, SNAPSHOT_DIRECTORY, &directory);

	if (code != EX_OK)
		return code;
	status = unix_name_is_valid(text_of(name))
			 ? snapshot_find_user(&directory, text_of(name), &role)
			 : STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !role.is_role))
		return fail(EX_NOUSER, name,
			    "not an IAM role of this host; 'iamctl role' lists them");
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, name);
}

/* sudo -u ROLE [-i] [-- COMMAND ...]; without a command its login shell. */
static const char **sudo_arguments(const struct invocation *invocation)
{
	size_t count = invocation->operand_count - 1, used = 0;
	const char **arguments = calloc(SUDO_ARGUMENTS + count + 1, sizeof(*arguments));

	if (!arguments)
		return NULL;
	arguments[used++] = "sudo";
	arguments[used++] = "-u";
	arguments[used++] = invocation_name(invocation);
	if (count == 0 || invocation_option(invocation, "login"))
		arguments[used++] = "-i";
	if (count > 0)
		arguments[used++] = "--";
	for (size_t i = 0; i < count; i++)
		arguments[used++] = invocation->operands[i + 1];
	return arguments;
}

/* Returns only when it failed. */
static int execute(const char **arguments)
{
	int error = ENOENT;

	/* What this program ignores, the command need not. */
	(void)signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < ARRAY_LENGTH(sudo_paths); i++) {
		/* execv changes none of them; its prototype is older than const. */
		execv(sudo_paths[i], (char **)(uintptr_t)arguments);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	if (error == ENOENT)
		return fail(EX_UNAVAILABLE, "sudo", "not installed; 'su - ROLE' takes a role too");
	return fail(EX_OSERR, "sudo", "%s", strerror(error));
}

int command_assume_role(struct invocation *invocation)
{
	AUTO_FREE const char **arguments = NULL;
	int code;

	if (*invocation->root)
		return fail(EX_USAGE, "--root", "roles are taken on this host only");
	code = set_duration(invocation);
	if (code == EX_OK)
		code = set_names(invocation);
	if (code == EX_OK)
		code = check_role(invocation);
	if (code != EX_OK)
		return code;
	arguments = sudo_arguments(invocation);
	return arguments ? execute(arguments) : fail_with(STATUS_NO_MEMORY, NULL, "sudo");
}
