/*
 * common/signin/signin_lines.h: a decision in the words of the system log.
 *
 * pam_iam and iam-self say the same of the same thing, so that one search finds both. Texts from
 * outside are made printable here; never a secret. Nothing is logged here: each line is told to
 * whoever does. pam_iam(8) describes them.
 */
#ifndef IAM_SIGNIN_SIGNIN_LINES_H
#define IAM_SIGNIN_SIGNIN_LINES_H

#include "signin/signin.h"

enum signin_line_weight {
	SIGNIN_LINE_INFO = 0,
	SIGNIN_LINE_NOTICE,
	SIGNIN_LINE_ERROR,
	SIGNIN_LINE_ALERT, /* somebody should be woken */
};

struct signin_lines {
	const struct signin_request *request;
	struct text actor;       /* whose factors were asked for: request->user, but for a role */
	const char *other_proof; /* what stood for a code where no device did; "" for none */
	void (*tell)(void *context, enum signin_line_weight weight, const char *line);
	void *context;
};

/* What became of a phase ("sign-in", "account"); was_proof: factors were compared in it. A status
   that is not STATUS_OK refuses, whatever the answer says. */
void signin_lines(const struct signin_lines *lines, const char *phase, bool was_proof,
		  enum status status, const struct signin_answer *answer);

#endif
