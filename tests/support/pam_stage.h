/*
 * tests/support/pam_stage.h: the shipped pam_iam.so, called through libpam, on a host of its own.
 *
 * For tests that tests/module/run.sh runs: /etc, /var/lib/iam and /dev/log are theirs.
 */
#ifndef IAM_TESTS_PAM_STAGE_H
#define IAM_TESTS_PAM_STAGE_H

#include <security/pam_appl.h>

#include "signin_host.h"

#define STAGE_CONFIG "/etc/iam"
#define STAGE_STATE "/var/lib/iam"

enum { TALK_REPLIES_MAX = 12, TALK_TEXT_SIZE = 16384, STAGE_LOG_SIZE = 65536 };

/* What the application does when the module asks. */
enum talk_kind {
	TALK_ANSWERS = 0,
	TALK_FAILS,        /* PAM_CONV_ERR */
	TALK_ABORTS,       /* PAM_ABORT, as after an interrupt */
	TALK_NO_ARRAY,     /* PAM_SUCCESS, and no replies at all */
	TALK_NO_REPLIES,   /* PAM_SUCCESS, and each reply NULL */
	TALK_LAST_IS_NULL, /* all but the last */
	TALK_IS_MISSING,   /* there is no conversation function */
};

struct talk {
	enum talk_kind kind;
	const char *replies[TALK_REPLIES_MAX]; /* in the order of the questions; then "" */
	/* Where it is there, it has the first word: true with a reply, which may be NULL. */
	bool (*answer)(struct talk *talk, const char *prompt, const char **out_reply);
	/* what happened */
	unsigned calls, questions;                        /* calls that asked something */
	char asked[TALK_TEXT_SIZE], told[TALK_TEXT_SIZE]; /* one a line */
	bool echoed;
	unsigned delay; /* microseconds that a failure is to take */
};

struct stage_call {
	const char *service, *user; /* user NULL: PAM asks */
	const char *remote_host, *tty;
	const char *environment; /* of PAM: "SSH_AUTH_INFO_0=..." */
};

/* Listens at /dev/log, writes the local accounts, and resets. */
void stage_init(void);

/* A fresh snapshot, iam.conf and store. */
void stage_reset(void);

/* The people, with a snapshot that is as young as can be. */
struct people stage_people(void);

/* Writes /etc/pam.d/NAME; "pam_iam.so" in it becomes the path of the module under test. */
void stage_service(const char *name, const char *lines);

/* All four kinds of line, with these arguments. */
void stage_plain_service(const char *name, const char *arguments);

/* Ends the test when PAM cannot be started. */
pam_handle_t *stage_start(const struct stage_call *call, struct talk *talk);

/* One pam_authenticate from start to end. */
int stage_authenticate(const struct stage_call *call, struct talk *talk);
int stage_account(const struct stage_call *call, struct talk *talk);

/* The lines logged since the last call, newlines between; valid until the next. */
const char *stage_log(void);

/* Everything that was ever logged. */
const char *stage_whole_log(void);

/* Does the last piece of log read have it? */
bool stage_logged(const char *words);

/* A right code for the devices, now. */
const char *stage_code(void);

#endif
