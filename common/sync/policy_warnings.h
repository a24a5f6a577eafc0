/*
 * common/sync/policy_warnings.h: what a person should look at in a policy.
 */
#ifndef IAM_SYNC_POLICY_WARNINGS_H
#define IAM_SYNC_POLICY_WARNINGS_H

#include "policy/policy.h"

/* How many there are, and the first. Of a policy that names neither actions of hosts nor the taking
   of roles, only services that are not known, since "hots:Login" is such a policy: an account has
   many that are about something else. */
size_t policy_warnings_find(const struct policy_document *document, enum policy_kind kind,
			    struct complaint *out_first);

#endif
