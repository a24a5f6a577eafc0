/*
 * tests/support/enrolment_stage.h: the stage of pam_stage.h with bob on it, who has a password, no
 * device, and came to this host an hour ago.
 */
#ifndef IAM_TESTS_ENROLMENT_STAGE_H
#define IAM_TESTS_ENROLMENT_STAGE_H

#include "../check.h"
#include "pam_stage.h"

#define BOB_ID "AIDAEXAMPLEBOB000001"

/* An iam.conf with seven days of grace, on a host called web1. */
extern const char enrolment_config[];

/* Everything fresh; policies are of "login", "login-mfa", "sudo-mfa" and "enrol". */
void enrolment_reset(const char *policies, const char *config, const char *arguments);

/* The seed as it was told last, in an URI. */
bool enrolment_seed(const struct talk *talk, struct buffer *out_seed);

/* Its code, steps away from now. */
const char *enrolment_code(const struct talk *talk, int steps, char out_code[OTP_CODE_SIZE]);

/* For talk.answer: as somebody who has scanned it, the codes of the step before and of this one. */
bool enrolment_answer(struct talk *talk, const char *prompt, const char **out_reply);

/* How many devices bob has, and the name of the first; "" when there is none. */
size_t enrolment_devices(char out_name[CREDENTIAL_DEVICE_NAME_MAX + 1]);

#endif
