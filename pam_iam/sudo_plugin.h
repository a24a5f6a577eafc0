/*
 * pam_iam/sudo_plugin.h: will sudo's approval plugin decide again?
 */
#ifndef IAM_PAM_SUDO_PLUGIN_H
#define IAM_PAM_SUDO_PLUGIN_H

#include "base/base.h"

/* /etc/sudo.conf names it, and this process, which is sudo's, has it loaded: other programs call
   themselves "sudo" to PAM, and ask nobody. */
bool sudo_plugin_will_decide(void);

#endif
