/*
 * common/tools/iamctl/audit_log.h: where the audit log of the host, or of a tree, is.
 */
#ifndef IAM_TOOLS_IAMCTL_AUDIT_LOG_H
#define IAM_TOOLS_IAMCTL_AUDIT_LOG_H

#include "audit/audit_reader.h"
#include "tools/iamctl/command.h"

/* Into a buffer of PATH_MAX; returns EX_OK or the exit code to end with, having said why. */
MUST_CHECK int audit_log_find(const struct invocation *invocation, char *out_path);

#endif
