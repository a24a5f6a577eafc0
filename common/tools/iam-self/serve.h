/*
 * common/tools/iam-self/serve.h: a request of each kind, answered.
 *
 * The visitor has been let through the gate: request.user is the visitor's own account, and records
 * are open, the store too but for serve_account(). Whoever has not proven anything is not told why
 * it was refused, as with PAM.
 */
#ifndef IAM_TOOLS_IAM_SELF_SERVE_H
#define IAM_TOOLS_IAM_SELF_SERVE_H

#include "visit.h"

void serve_factors(struct visit *visit);
void serve_verify(struct visit *visit);
void serve_account(struct visit *visit);
void serve_devices(struct visit *visit);
void serve_enable(struct visit *visit);
void serve_disable(struct visit *visit);
void serve_resync(struct visit *visit);

/* Compares the factors, and logs it. False: refused, and answered so. */
bool serve_authenticate(struct visit *visit, const struct signin_factors *factors,
			struct text password, struct text code, struct signin_answer *out_answer);

#endif
