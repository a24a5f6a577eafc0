/*
 * pam_iam/own.h: the phases for a program that does not run as root, through iam-self(8).
 *
 * A screen locker cannot read the store, and may not; root's program at the other end of a socket
 * decides about the account of the user whose process this is. Whatever goes wrong on the way
 * denies.
 */
#ifndef IAM_PAM_OWN_H
#define IAM_PAM_OWN_H

#include "attempt.h"

/* Is this process not the host's root, be it that it is only a user namespace's? *out_trust then
   says whom root's files belong to as it sees them. */
bool own_is_needed(struct file_trust *out_trust);

/* What is to be asked for, by the host's configuration and the module's arguments, of which
   factors=password counts as none. False with the answer filled when it cannot be told. */
MUST_CHECK bool own_factors(struct attempt *attempt, struct signin_factors *out_factors);

/* Leaves its answer in the attempt, and for own_admit() what the account phase will say. */
void own_verify(struct attempt *attempt, const struct signin_factors *factors,
		const struct secret *password, const struct secret *code);

/* Leaves its answer in the attempt. */
void own_admit(struct attempt *attempt);

#endif
