/*
 * common/tools/iamctl/proof_internal.h: shared by proof.c and proof_statement.c alone.
 */
#ifndef IAM_TOOLS_IAMCTL_PROOF_INTERNAL_H
#define IAM_TOOLS_IAMCTL_PROOF_INTERNAL_H

#include "tools/iamctl/proof.h"

struct proof_view {
	struct output *output;
	const struct signin_decision *decision;
	const struct access_principal *principal;
};

/* One statement: where it stands, what it says, and what the request had for it. */
void proof_show_step(const struct proof_view *view, const struct policy_step *step);

/* Lists in any case. */
struct cell proof_values(const struct policy_key *key);
struct cell proof_known_later(void);

#endif
