/*
 * common/tools/iamctl/principal.h: what users and roles have in common, shown.
 */
#ifndef IAM_TOOLS_IAMCTL_PRINCIPAL_H
#define IAM_TOOLS_IAMCTL_PRINCIPAL_H

#include "snapshot/access_record.h"
#include "tools/iamctl/command.h"

/* Names and ids in both worlds, and the account as getpwnam(3) gives it. */
MUST_CHECK int principal_show_account(const struct invocation *invocation,
				      const struct access_principal *principal);

void principal_show_policies(struct output *output, const struct access_principal *principal);
void principal_show_tags(struct output *output, const struct access_principal *principal);

#endif
