/*
 * common/tools/iam-authorized-keys: one user's SSH keys, for sshd's AuthorizedKeysCommand.
 *
 * Reads the public snapshot, needs libc alone and no privilege. sshd takes what a successful run
 * prints for the whole truth, so output that was cut is a failure. Nothing is read from the
 * environment, and no option parser is used that would read it.
 */
#include <stdio.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "snapshot/snapshot_reader.h"

#define PROGRAM "iam-authorized-keys"
#define SNAPSHOT_PATH IAM_STATE_FOLDER "/directory.snapshot"
#define AUTO_SNAPSHOT CLEANUP(snapshot_close)

static int fail(int code, const char *what, const char *why)
{
	(void)fprintf(stderr, PROGRAM ": %s: %s\n", what,
		      why); /* there is nowhere else to say it */
	return code;
}

static int usage(void)
{
	(void)fputs("usage: " PROGRAM " NAME\n", stderr);
	return EX_USAGE;
}

/* stdout is buffered: only closing it tells whether everything arrived. */
static int print(struct text text)
{
	size_t written = fwrite(text.bytes, 1, text.length, stdout);

	if (fclose(stdout) != 0 || written != text.length)
		return fail(EX_IOERR, "standard output", strerror(errno));
	return EX_OK;
}

static const char *snapshot_problem(enum status status)
{
	switch (status) {
	case STATUS_UNAVAILABLE:
		return "absent; has iamctl sync run?";
	case STATUS_BAD_DATA:
		return "damaged or not to be trusted; see iamctl verify";
	case STATUS_SYSTEM:
		return strerror(errno);
	case STATUS_NO_MEMORY:
		return "out of memory";
	case STATUS_OK:
	case STATUS_NOT_FOUND:
	case STATUS_NO_SPACE:
	case STATUS_BAD_INPUT:
		break;
	}
	return "cannot be read";
}

/* A role has no keys of its own: nobody signs in to it directly. */
static enum status find_keys(const struct snapshot *snapshot, struct text name,
			     struct text *out_lines)
{
	struct snapshot_user user;
	enum status status = snapshot_find_user(snapshot, name, &user);

	if (status != STATUS_OK)
		return status;
	if (user.is_role)
		return STATUS_NOT_FOUND;
	return snapshot_keys(snapshot, &user, out_lines);
}

static int print_keys_of(struct text name)
{
	AUTO_SNAPSHOT struct snapshot snapshot = { 0 };
	struct text lines = TEXT("");
	enum status status = snapshot_open(&snapshot, SNAPSHOT_PATH, SNAPSHOT_DIRECTORY, 0);

	if (status == STATUS_OK)
		status = find_keys(&snapshot, name, &lines);
	if (status == STATUS_OK)
		return print(lines);
	/* An account of the host's own: not ours to have keys for, and no error. */
	if (status == STATUS_NOT_FOUND || status == STATUS_BAD_INPUT)
		return EX_OK;
	return fail(EX_UNAVAILABLE, SNAPSHOT_PATH, snapshot_problem(status));
}

int main(int count, char **arguments)
{
	const char *name = count == 2 ? arguments[1] : "";

	if (strcmp(name, "--help") == 0)
		return print(TEXT("usage: " PROGRAM " NAME\n"
				  "Print the SSH public keys of the IAM user NAME, for sshd's\n"
				  "AuthorizedKeysCommand. See " PROGRAM "(8).\n"));
	if (strcmp(name, "--version") == 0)
		return print(TEXT(PROGRAM " " VERSION "\n"));
	if (count != 2 || *name == '-')
		return usage();
	return print_keys_of(text_of(name));
}
