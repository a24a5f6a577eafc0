/*
 * common/tools/iamctl/tags.h: KEY=VALUE on the command line.
 */
#ifndef IAM_TOOLS_IAMCTL_TAGS_H
#define IAM_TOOLS_IAMCTL_TAGS_H

#include "snapshot/access_record.h"
#include "tools/iamctl/command.h"

/* Cuts at the first "="; EX_USAGE, having said so, when there is none or nothing before it. */
MUST_CHECK int pair_split(const char *option, const char *given, struct text *out_key,
			  struct text *out_value);

/* The principal with the tags of --tag: each in the place of one with the same key, as condition
   keys compare, or behind the others. */
MUST_CHECK int tags_replace(const struct invocation *invocation, struct arena *arena,
			    struct access_principal *principal);

#endif
