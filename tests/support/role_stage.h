/*
 * tests/support/role_stage.h: the stage of pam_visit.h with a role on it, which alice may take.
 *
 * deploy trusts alice when she gave a code, and may use sudo; other trusts anybody whose policies
 * allow it. alice has PERSON_PASSWORD and a device, bob BOB_PASSWORD and none; the role has
 * ROLE_PASSWORD, which is worth nothing.
 */
#ifndef IAM_TESTS_ROLE_STAGE_H
#define IAM_TESTS_ROLE_STAGE_H

#include "pam_visit.h"

#define BOB_PASSWORD "Bob's horse 8"
#define ROLE_PASSWORD "Role horse 9"

/* Fresh people, store, configuration and services (su, su-l, sudo, sshd, cron, login). */
void role_stage_reset(void);

uid_t role_stage_uid(const char *name);

/* Resets; false where the kernel gives this process no uid but its own. */
bool role_stage_can_be_somebody(void);

/* su run by the invoker, with alice's password and code to give. */
struct visit *role_stage_su(const char *user, const char *invoker, uid_t uid, unsigned phases);

#endif
