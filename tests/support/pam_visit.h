/*
 * tests/support/pam_visit.h: what a program such as sshd, sudo or su does with PAM, in a process of
 * its own and under a real uid of its own, while whoever is inside does something else.
 */
#ifndef IAM_TESTS_PAM_VISIT_H
#define IAM_TESTS_PAM_VISIT_H

#include <sys/types.h>

#include "pam_stage.h"

enum visit_phase {
	VISIT_AUTH = 1,
	VISIT_ACCOUNT = 2,
	VISIT_OPEN = 4,
	VISIT_CLOSE = 8,
	VISIT_ALL = 15,
};

enum { VISIT_NOT_RUN = -1, VISIT_ENVIRONMENT_SIZE = 1024 };

struct visit {
	struct stage_call call;
	const char *invoker; /* PAM_RUSER */
	uid_t uid;           /* the real one; the effective one stays root's */
	unsigned phases;     /* run until one fails */
	const char *run_as;  /* PAM_USER for the session phases, as sudo has it; NULL: as before */
	bool is_divided;     /* auth and account in a process below, whose PAM environment alone
				comes back: sshd */
	void (*before_open)(struct visit *visit, pam_handle_t *pamh); /* in the process */
	void (*inside)(struct visit *visit);                          /* of the session */
	void (*afterwards)(struct visit *visit); /* in the process, when PAM has ended */
	struct talk talk;
	/* what happened */
	int auth, account, open, close;
	bool has_uid;      /* false: the kernel does not give it here, and nothing was done */
	bool user_is_kept; /* PAM_USER was never changed by the module */
	char environment[VISIT_ENVIRONMENT_SIZE]; /* of PAM, one a line, once the session is open */
};

/* Memory that processes share, freed with the program. */
void *visit_shared(size_t size);

/* In such memory. */
struct visit *visit_new(const char *service, const char *user, unsigned phases);

/* Goes through its phases; afterwards the log is read: stage_logged(). */
void visit_go(struct visit *visit);

#endif
