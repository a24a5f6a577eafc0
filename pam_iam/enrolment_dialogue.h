/*
 * pam_iam/enrolment_dialogue.h: a first MFA device, set up while its owner signs in.
 *
 * For a user who has proven everything else, has no device for the code that is required, and some
 * time left for having none.
 */
#ifndef IAM_PAM_ENROLMENT_DIALOGUE_H
#define IAM_PAM_ENROLMENT_DIALOGUE_H

#include "attempt.h"

/* The attempt's answer lets the user in. Afterwards it has the device and its code, when there is
   one now; it refuses when the dialogue was broken off. Who does without is told for how long. */
void enrolment_dialogue(struct attempt *attempt, const struct signin_factors *factors);

#endif
