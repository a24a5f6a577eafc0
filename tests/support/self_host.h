/*
 * tests/support/self_host.h: the socket of iam-self(8), with the shipped program behind it or with
 * something worse, and callers that are not root.
 *
 * For tests that tests/module/run.sh runs, as root: /run/iam is theirs.
 */
#ifndef IAM_TESTS_SELF_HOST_H
#define IAM_TESTS_SELF_HOST_H

#include <sys/types.h>

#include "base/text.h"

enum self_listener {
	SELF_LISTENER_REAL = 0, /* starts iam-self for each connection, as systemd does */
	SELF_LISTENER_TALKS,    /* answers everything with the same bytes */
	SELF_LISTENER_GOES,     /* closes every connection at once */
};

/* Listens at /run/iam/self.sock, made anew; the listener before it ends. bytes are of
   SELF_LISTENER_TALKS. Ends the test when that cannot be done. */
void self_host_listen(enum self_listener listener, struct text bytes);

/* Ends the listener; the socket stays behind. */
void self_host_stop(void);

/* Runs in a child with that uid and no groups; memory that it is to change for the test must be
   shared. Its exit code. */
int self_host_run_as(uid_t uid, int (*run)(void *context), void *context);

/* Zeroed memory that children share with the test. */
void *self_host_share(size_t size);

#endif
