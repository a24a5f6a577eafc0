/*
 * common/base/complaint.h: where an input is wrong, and why, for a human.
 *
 * Parsers fill one beside the status; only the edge prints it. The wording is fixed, with names of
 * ours in it; never a secret, and text from outside only after text_printable().
 */
#ifndef IAM_BASE_COMPLAINT_H
#define IAM_BASE_COMPLAINT_H

#include "base/base.h"
#include "base/status.h"

struct complaint {
	char place[200]; /* "UserDetailList[3].Tags[1].Key", "/etc/iam/iam.conf"; may be empty */
	unsigned line;   /* 0 when a line number says nothing */
	unsigned column; /* in bytes from 1; 0 when only the line is known */
	char reason[240];
};

/* Fills the reason, cut to fit, and returns status, so that a parser can end with it. complaint may
   be NULL. Place and line are left to the caller that knows them. */
enum status complain(struct complaint *complaint, enum status status, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Fills the place, cut to fit. */
void complaint_at(struct complaint *complaint, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
