/*
 * common/tools/iamctl/proof.h: why a decision came out as it did, as a person reads it.
 *
 * The statement that decided, or, where nothing allowed, those that came nearest and what they
 * missed; each beside what the request had.
 */
#ifndef IAM_TOOLS_IAMCTL_PROOF_H
#define IAM_TOOLS_IAMCTL_PROOF_H

#include "signin/signin_decision.h"
#include "tools/iamctl/output.h"

enum { PROOF_NEAR_MAX = 5, PROOF_LAYERS = POLICY_LAYER_TRUST + 1 };

/* Those Allows of one layer that came nearest, all equally near. */
struct proof_near {
	unsigned nearness; /* see proof.c */
	size_t count;      /* more than PROOF_NEAR_MAX when some were not kept */
	struct policy_step steps[PROOF_NEAR_MAX];
};

struct proof {
	struct proof_near layers[PROOF_LAYERS];
};

/* Give this to an evaluation; begin with a zeroed proof. */
struct policy_trace proof_trace(struct proof *proof);

/* "Denied: policy-denied" with its sentence; in JSON members allowed, reason and explanation. */
void proof_show_verdict(struct output *output, enum signin_reason reason);

/* The rest, as members of the object that is open. Of the principal only its policies are looked
   at. */
void proof_show(struct output *output, const struct proof *proof,
		const struct signin_decision *decision, const struct access_principal *principal);

/* Every condition key of the request. */
void proof_show_context(struct output *output, const struct policy_context *context);

#endif
