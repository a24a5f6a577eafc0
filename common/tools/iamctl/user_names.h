/*
 * common/tools/iamctl/user_names.h: names of users for their ids, by which the store knows them.
 */
#ifndef IAM_TOOLS_IAMCTL_USER_NAMES_H
#define IAM_TOOLS_IAMCTL_USER_NAMES_H

#include "base/arena.h"
#include "base/map.h"
#include "snapshot/snapshot_reader.h"
#include "tools/iamctl/command.h"

struct user_names {
	struct arena arena;
	struct map names; /* id to struct text */
};

/* Of all users and roles of the snapshot; what cannot be read of them is a failure. Release in any
   case. */
MUST_CHECK enum status user_names_of(const struct snapshot *access, struct user_names *out_names);

/* The same of this host's snapshot. Returns EX_OK or the exit code to end with, having said why;
   without a snapshot there are no names. Release in any case. */
MUST_CHECK int user_names_read(const struct invocation *invocation, struct user_names *out_names);
void user_names_release(struct user_names *names);

/* The id itself when nobody has it any more. */
struct text user_names_find(const struct user_names *names, struct text user_id);

#endif
