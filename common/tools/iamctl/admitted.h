/*
 * common/tools/iamctl/admitted.h: users of this host, by what it is to do with their credentials.
 */
#ifndef IAM_TOOLS_IAMCTL_ADMITTED_H
#define IAM_TOOLS_IAMCTL_ADMITTED_H

#include "signin/signin_records.h"
#include "tools/iamctl/command.h"

struct admitted {
	struct arena arena;
	struct text *ids; /* each user once */
	size_t count;
};

/* Who could sign in or use sudo here, in whatever circumstances, and whose credentials are the
   fleet's. A host's policy that cannot be read admits nobody for now, and is a failure: nothing is
   to be thrown away for it. EX_OK, or the exit code having said why. Release in any case. */
MUST_CHECK int admitted_read(const struct invocation *invocation,
			     const struct signin_records *records, struct admitted *out_admitted);

/* The users who are members of one of these groups. */
MUST_CHECK int members_read(const struct invocation *invocation,
			    const struct signin_records *records, const struct text *groups,
			    size_t group_count, struct admitted *out_members);

void admitted_release(struct admitted *admitted);

#define AUTO_ADMITTED CLEANUP(admitted_release) struct admitted

#endif
