#include "sudo_request.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>

#include "base/file.h"
#include "base/timestamp.h"

enum {
	USER_BUFFER_SIZE = 16384,
	GROUP_BUFFER_FIRST = 16384,
	GROUP_BUFFER_MAX = 4 << 20,
	ROLE_SECONDS_MAX = 12 * 3600,
};

struct text sudo_value(char *const *list, const char *name)
{
	struct text wanted = text_of(name);

	for (; list && *list; list++) {
		struct text entry = text_of(*list);

		if (text_starts_with(entry, wanted) && entry.length > wanted.length &&
		    entry.bytes[wanted.length] == '=')
			return text_skip(entry, wanted.length + 1);
	}
	return TEXT("");
}

/* The run-as user by number: what was typed after -u may be a number, another spelling, or nothing.
 */
static enum status read_run_as_user(const struct sudo_lists *lists, struct arena *arena,
				    struct text *out_name)
{
	char *buffer = arena_take(arena, USER_BUFFER_SIZE, 1);
	struct passwd entry, *found = NULL;
	uint32_t uid;

	if (!buffer)
		return STATUS_NO_MEMORY;
	if (text_parse_uint32(sudo_value(lists->command_info, "runas_uid"), 0, UINT32_MAX, &uid) !=
	    STATUS_OK)
		return STATUS_BAD_INPUT;
	if (getpwuid_r(uid, &entry, buffer, USER_BUFFER_SIZE, &found) != 0 || !found)
		return STATUS_BAD_INPUT; /* a number without an account is nobody */
	*out_name = text_of(found->pw_name);
	return STATUS_OK;
}

/* A group's entry has all its members in it, so its size is not known before. */
static enum status find_group_name(gid_t gid, struct arena *arena, struct text *out_name)
{
	struct group entry, *found = NULL;
	int error = ERANGE;

	for (size_t size = GROUP_BUFFER_FIRST; error == ERANGE && size <= GROUP_BUFFER_MAX;
	     size *= 2) {
		char *buffer = arena_take(arena, size, 1);

		if (!buffer)
			return STATUS_NO_MEMORY;
		error = getgrgid_r(gid, &entry, buffer, size, &found);
	}
	if (error != 0 || !found)
		return STATUS_BAD_INPUT;
	*out_name = text_of(found->gr_name);
	return STATUS_OK;
}

/* Only when the user asked for a group: else it is the run-as user's own. */
static enum status read_run_as_group(const struct sudo_lists *lists, struct arena *arena,
				     struct text *out_name)
{
	uint32_t gid;

	*out_name = TEXT("");
	if (sudo_value(lists->settings, "runas_group").length == 0)
		return STATUS_OK;
	if (text_parse_uint32(sudo_value(lists->command_info, "runas_gid"), 0, UINT32_MAX, &gid) !=
	    STATUS_OK)
		return STATUS_BAD_INPUT;
	return find_group_name(gid, arena, out_name);
}

/* Is everything that the path goes through root's, links too? Then nobody can turn it elsewhere
   between our look and sudo's. */
static bool is_out_of_reach(const char *path)
{
	char prefix[PATH_MAX];
	struct stat info;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct text piece = { path, slash == path ? 1 : (size_t)(slash - path) };

		if (text_copy(piece, prefix, sizeof(prefix)) != STATUS_OK ||
		    lstat(prefix, &info) < 0 || info.st_uid != 0)
			return false;
		if (!S_ISLNK(info.st_mode) && (info.st_mode & (S_IWGRP | S_IWOTH)))
			return false;
	}
	return lstat(path, &info) == 0 && info.st_uid == 0;
}

/* The file's real name where that is safe to say; otherwise the path as sudo will execute it, which
   matches no policy about a file of the system's. */
static enum status read_path(const struct sudo_lists *lists, struct arena *arena,
			     struct text *out_path)
{
	struct text path = sudo_value(lists->command_info, "command");
	AUTO_FREE char *real = NULL;

	if (path.length == 0 || path.bytes[0] != '/')
		return STATUS_BAD_INPUT;
	if (is_out_of_reach(path.bytes))
		real = realpath(path.bytes, NULL);
	*out_path = arena_text(arena, real && is_out_of_reach(real) ? text_of(real) : path);
	return out_path->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The arguments behind the command, or the files behind sudoedit's editor and its "--". */
static char *const *first_argument(const struct sudo_lists *lists, bool is_edit)
{
	char *const *argument = lists->arguments;

	if (!argument || !*argument)
		return argument;
	argument++;
	while (is_edit && *argument && strcmp(*argument, "--") != 0)
		argument++;
	return is_edit && *argument ? argument + 1 : argument;
}

static enum status read_arguments(const struct sudo_lists *lists, bool is_edit, struct arena *arena,
				  struct text *out_arguments)
{
	AUTO_BUFFER joined = { 0 };
	enum status status = STATUS_OK;

	buffer_init(&joined, SUDO_ARGUMENTS_MAX);
	for (char *const *argument = first_argument(lists, is_edit);
	     argument && *argument && status == STATUS_OK; argument++) {
		if (joined.length > 0)
			status = buffer_append(&joined, TEXT(" "));
		if (status == STATUS_OK)
			status = buffer_append(&joined, text_of(*argument));
	}
	if (status != STATUS_OK)
		return status;
	*out_arguments = arena_text(arena, buffer_text(&joined));
	return out_arguments->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status read_command(const struct sudo_lists *lists, struct arena *arena,
				struct signin_command *command, struct complaint *out_complaint)
{
	bool is_edit = text_is(sudo_value(lists->command_info, "sudoedit"), "true");
	enum status status = read_run_as_user(lists, arena, &command->run_as_user);

	if (status == STATUS_OK)
		status = read_run_as_group(lists, arena, &command->run_as_group);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "the run-as user or group is not known");
	command->path = TEXT("sudoedit");
	if (!is_edit)
		status = read_path(lists, arena, &command->path);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "sudo names no command");
	status = read_arguments(lists, is_edit, arena, &command->arguments);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "the arguments are longer than %d bytes",
				SUDO_ARGUMENTS_MAX);
	command->is_known = true;
	return STATUS_OK;
}

/* What `iamctl assume-role` asks for, and anybody may: it only ever makes a session shorter or
   names it. */
static enum status read_taking(const struct sudo_lists *lists, struct signin_taking *out_taking,
			       struct complaint *out_complaint)
{
	struct text seconds = sudo_value(lists->environment, "IAM_ROLE_DURATION");
	struct signin_taking taking = {
		.session_name = sudo_value(lists->environment, "IAM_ROLE_SESSION_NAME"),
		.external_id = sudo_value(lists->environment, "IAM_EXTERNAL_ID"),
	};

	if (seconds.length > 0 && text_parse_uint32(seconds, SIGNIN_ROLE_SECONDS_MIN,
						    ROLE_SECONDS_MAX, &taking.seconds) != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT,
				"IAM_ROLE_DURATION is no number of seconds from %d to %d",
				SIGNIN_ROLE_SECONDS_MIN, ROLE_SECONDS_MAX);
	*out_taking = taking;
	return STATUS_OK;
}

enum status sudo_request_read(const struct sudo_lists *lists, struct arena *arena,
			      struct signin_request *out_request, struct signin_taking *out_taking,
			      struct complaint *out_complaint)
{
	struct signin_request request = {
		.user = sudo_value(lists->user_info, "user"),
		.service = text_is(sudo_value(lists->settings, "login_shell"), "true")
				   ? TEXT("sudo-i")
				   : TEXT("sudo"),
		.tty = sudo_value(lists->user_info, "tty"),
		.now = timestamp_now(),
	};
	enum status status;

	if (request.user.length == 0)
		return complain(out_complaint, STATUS_BAD_INPUT, "sudo names no user");
	status = read_command(lists, arena, &request.command, out_complaint);
	if (status == STATUS_OK)
		status = read_taking(lists, out_taking, out_complaint);
	if (status == STATUS_OK)
		*out_request = request;
	return status;
}
