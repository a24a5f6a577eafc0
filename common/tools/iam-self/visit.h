/*
 * common/tools/iam-self/visit.h: one connection: who is at the other end, and what is wanted.
 *
 * The uid is the kernel's word, the rest is the visitor's and hostile. One request is answered, and
 * the connection ends.
 */
#ifndef IAM_TOOLS_IAM_SELF_VISIT_H
#define IAM_TOOLS_IAM_SELF_VISIT_H

#include "self/self_channel.h"
#include "signin/signin_audit.h"

enum {
	VISIT_REQUEST_MS = 10000,   /* until the request is there, and until an answer is taken */
	VISIT_DECIDE_MS = 30000,    /* a store that is busy, a password that is hashed */
	VISIT_DIALOGUE_MS = 300000, /* while somebody scans, types, and waits for the second code */
	VISIT_OWN_MAX = 4,          /* connections of one user at once */
};

struct visit {
	struct self_channel channel;
	struct self_packet packet;
	struct self_message asked; /* views of the packet */
	pid_t pid;
	uid_t uid;
	int slot_fd; /* holds one of the user's places; -1: none */
	struct signin_records records;
	struct signin_place place;
	struct signin_request request;
};

/* Reads who is there and what is wanted. Any status but STATUS_OK: it is not answered. End in any
   case. */
MUST_CHECK enum status visit_begin(struct visit *out_visit, int fd);
void visit_end(struct visit *visit);

#define AUTO_VISIT CLEANUP(visit_end) struct visit

/* The last word. That nobody takes it is no failure of ours. */
void visit_answer(struct visit *visit, enum signin_reason reason);

/* To the audit log, which may have to have it, so that an answer that allows may come to refuse;
   and to the system log, facility authpriv, in the words of pam_iam(8) and with the visitor's uid
   and pid. Never a secret. */
void visit_log_decision(struct visit *visit, enum signin_act act, const char *phase,
			enum status status, struct signin_answer *inout_answer);
void visit_log_device(struct visit *visit, enum signin_act act, const char *device);

#endif
