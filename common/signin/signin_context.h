/*
 * common/signin/signin_context.h: a request as the policy language sees it.
 */
#ifndef IAM_SIGNIN_SIGNIN_CONTEXT_H
#define IAM_SIGNIN_SIGNIN_CONTEXT_H

#include "signin/signin_decision.h"

/* Fills decision->context, whose texts live in the decision's arena or in the arguments;
   decision->caller is set. assumption is NULL but for sts:AssumeRole. */
MUST_CHECK enum status signin_context_build(const struct signin_records *records,
					    const struct signin_request *request,
					    const struct access_principal *principal,
					    const struct signin_assumption *assumption,
					    struct signin_decision *decision);

/* Who acts: the user, or the role's session. */
MUST_CHECK enum status signin_caller(const struct signin_request *request,
				     const struct access_principal *principal, struct arena *arena,
				     struct policy_caller *out_caller);

/* Fills decision->set with what applies to the principal: its policies and boundary, the host's,
   and the lists of groups in iam.conf. STATUS_OK with decision->reason set when one of them cannot
   be read and may deny. */
MUST_CHECK enum status signin_policies_load(const struct signin_records *records,
					    const struct access_principal *principal,
					    struct signin_decision *decision);

/* Evaluates what a decision holds: documents, context, caller, action and resource. A reason that
   is there already, because something could not be read, stays. */
MUST_CHECK enum status signin_evaluate(struct signin_decision *decision,
				       const struct policy_trace *trace);

/* One document of the snapshot as it is, or why not. */
MUST_CHECK enum status signin_policy_load(const struct signin_records *records, struct text key,
					  struct signin_decision *decision,
					  struct policy_document *out_document);

#endif
