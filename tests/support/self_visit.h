/*
 * tests/support/self_visit.h: a program of a user's that goes through PAM, as a screen locker does.
 *
 * For tests that tests/module/run.sh runs, as root. The program is a child with the user's uid.
 */
#ifndef IAM_TESTS_SELF_VISIT_H
#define IAM_TESTS_SELF_VISIT_H

#include "pam_stage.h"

#define SELF_VISIT_CODE "\1" /* a reply: the right code, put in when the program runs */

enum { SELF_VISIT_NOT_CALLED = -1 };

struct self_visit {
	const char *arguments, *user; /* of the module; of PAM */
	const char *replies[2];
	bool account_alone, changes_password;
	/* what happened */
	int auth, account, credentials, opened, closed, password;
	int descriptors; /* more open at the end than at the beginning */
	bool signals_are_as_before;
	char asked[TALK_TEXT_SIZE], told[TALK_TEXT_SIZE], log[STAGE_LOG_SIZE];
};

/* Shared with the programs; set by self_visit_init(). */
extern struct self_visit *self_visit;

/* After stage_init(). */
void self_visit_init(void);

/* The people again, where everybody may read who there is. */
void self_visit_reset(void);

/* What *self_visit wants, by a program of who's, "root" among them. False: the program was changed
   by it. */
bool self_visit_run(const char *who);

/* Does a line of the program ("pam_iam", "iam-self") give this reason, or accept? NULL: there is no
   line of it. */
bool self_visit_logged(const char *program, const char *reason);

#endif
