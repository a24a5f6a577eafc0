/*
 * common/tools/iamctl/mfa_setting.h: whether a one-time code is asked for, and by which line of
 * iam.conf.
 */
#ifndef IAM_TOOLS_IAMCTL_MFA_SETTING_H
#define IAM_TOOLS_IAMCTL_MFA_SETTING_H

#include "signin/signin_mfa.h"
#include "tools/iamctl/output.h"

/* Of the whole host: the general mode, and every line that says something else. */
void mfa_setting_show_host(struct output *output, const struct config *config);

/* Of one user: where the service has no line, and for each that has one. */
void mfa_setting_show_user(struct output *output, const struct config *config,
			   const struct access_principal *principal);

/* Of one user and one service. */
void mfa_setting_show(struct output *output, const struct signin_mfa *setting);

#endif
