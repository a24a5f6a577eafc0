/*
 * common/tools/iamctl/command_mfa_own.h: mfa enable, list, disable and resync for users themselves.
 */
#ifndef IAM_TOOLS_IAMCTL_COMMAND_MFA_OWN_H
#define IAM_TOOLS_IAMCTL_COMMAND_MFA_OWN_H

#include "otp/otp.h"
#include "tools/iamctl/command.h"

int command_mfa_enable_own(const struct invocation *invocation,
			   const struct otp_settings *settings);
int command_mfa_list_own(const struct invocation *invocation);
int command_mfa_disable_own(const struct invocation *invocation, const char *device);
int command_mfa_resync_own(const struct invocation *invocation, const char *device);

#endif
