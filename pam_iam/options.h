/*
 * pam_iam/options.h: the module's arguments in pam.d.
 *
 * One table; pam_iam(8) lists the same. Knows neither PAM nor users. An unknown argument, or two
 * that say how the same thing is done, is an error: nothing is guessed.
 */
#ifndef IAM_PAM_OPTIONS_H
#define IAM_PAM_OPTIONS_H

#include "config/config.h"
#include "signin/signin.h"

enum options_mfa {
	OPTIONS_MFA_OF_CONFIG = 0,
	OPTIONS_MFA_REQUIRED,
	OPTIONS_MFA_ENROLLED,
	OPTIONS_MFA_OFF,
};

/* What becomes of a name that is not IAM's. */
enum options_unknown_user {
	OPTIONS_UNKNOWN_IGNORE = 0, /* the next module decides */
	OPTIONS_UNKNOWN_REFUSE,     /* the dialogue, the cost and the answer of a wrong password */
};

/* Passwords that an earlier module has asked for. */
enum options_first_pass {
	OPTIONS_PASS_ASK = 0,
	OPTIONS_PASS_TRY, /* taken when there is one */
	OPTIONS_PASS_USE, /* taken, never asked for */
};

struct options {
	enum signin_mode mode;
	enum options_mfa mfa;
	enum options_unknown_user unknown_user;
	enum options_first_pass first_pass;
	bool use_authtok; /* chauthtok: the new password is an earlier module's */
	bool debug;
};

/* STATUS_BAD_INPUT with the argument in the complaint; the options are then not to be used. */
MUST_CHECK enum status options_parse(int argc, const char *const *argv, struct options *out_options,
				     struct complaint *out_complaint);

/* mfa=, as a request has it. */
struct signin_mfa_argument options_mfa(const struct options *options);

/* The whole table, for the test of the manual; NULL behind the last. */
const char *options_argument(size_t index);

#endif
