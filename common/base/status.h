/*
 * common/base/status.h: the one error type below the edges.
 *
 * Each border (PAM, NSS, exit codes) turns it into its own codes in one exhaustive switch, so a new
 * value does not compile until every border has an answer.
 */
#ifndef IAM_BASE_STATUS_H
#define IAM_BASE_STATUS_H

#include "base/base.h"

enum status {
	STATUS_OK = 0,
	STATUS_NOT_FOUND, /* the thing asked for does not exist */
	STATUS_NO_SPACE,  /* the caller's buffer is too small */
	STATUS_NO_MEMORY,
	STATUS_BAD_INPUT,   /* text from outside broke its grammar or a limit */
	STATUS_BAD_DATA,    /* a file of ours failed its own checks, or is not to be trusted */
	STATUS_UNAVAILABLE, /* absent, locked or offline: later may work */
	STATUS_SYSTEM,      /* a system call failed, errno tells why */
};

/* A few words for people, never NULL; static, not to be freed. */
const char *status_text(enum status status);

#endif
