/*
 * common/tools/sudo-iam/sudo_request.h: what sudo says of a command, as a sign-in request.
 *
 * sudo hands over lists of "name=value". What comes from the invoking user (arguments, environment)
 * is hostile; what comes from sudo itself (who, as whom, which file) is believed.
 */
#ifndef IAM_SUDO_REQUEST_H
#define IAM_SUDO_REQUEST_H

#include "base/arena.h"
#include "base/complaint.h"
#include "signin/signin_role.h"

enum {
	SUDO_ARGUMENTS_MAX = 16384, /* bytes of a command's arguments, with blanks between */
	SUDO_ARENA_MAX = 16 << 20,  /* a large group is read into buffers of up to 4 MiB */
};

struct sudo_lists {
	char *const *settings, *const *user_info, *const *environment; /* of plugin open */
	char *const *command_info, *const *arguments;                  /* of check */
};

/* The value of "name=" in a list; empty when it is not there. */
struct text sudo_value(char *const *list, const char *name);

/* Fills the request (user, service, tty, command) and the taking of a role. STATUS_BAD_INPUT, with
   the reason, when sudo says too little or the user too much. */
MUST_CHECK enum status sudo_request_read(const struct sudo_lists *lists, struct arena *arena,
					 struct signin_request *out_request,
					 struct signin_taking *out_taking,
					 struct complaint *out_complaint);

#endif
