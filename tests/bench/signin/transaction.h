/*
 * tests/bench/signin/transaction.h: what one PAM transaction costs, told by bench_transaction.
 *
 * That program stands for sshd: a process with nothing in it but PAM. Preparing (a code, a store)
 * is done by the one who asks, outside of what is timed.
 */
#ifndef IAM_BENCH_TRANSACTION_H
#define IAM_BENCH_TRANSACTION_H

#include "base/text.h"

enum transaction_kind {
	TRANSACTION_HASH = 0,     /* no PAM: one crypt(3) of the password; service is the hash */
	TRANSACTION_AUTHENTICATE, /* pam_start, pam_authenticate, pam_end */
	TRANSACTION_ACCOUNT,      /* pam_start, pam_acct_mgmt, pam_end */
	TRANSACTION_CHANGE,       /* pam_start, pam_chauthtok, pam_end; code is the new password */
};

/* Words without blanks. */
struct transaction {
	enum transaction_kind kind;
	const char *service, *user, *remote_host, *password, *code;
};

/* In nanoseconds. */
struct transaction_cost {
	int result;    /* PAM_SUCCESS */
	double wall;   /* from pam_start to pam_end */
	double phase;  /* the one call between them */
	double cpu;    /* of the process, its system calls too */
	double synced; /* the part of wall that fsync and fdatasync took */
	double syncs;  /* how often they were called */
};

enum { TRANSACTION_LINE_SIZE = 512 };

struct transaction_process;

/* Ends the program when it cannot be started, or says anything but a cost. */
struct transaction_process *transaction_start(const char *program);
struct transaction_cost transaction_run(struct transaction_process *process,
					const struct transaction *transaction);

/* The two halves of it, for many processes at once. */
void transaction_ask(struct transaction_process *process, const struct transaction *transaction);
struct transaction_cost transaction_answer(struct transaction_process *process);

void transaction_stop(struct transaction_process *process);

#endif
