/*
 * common/tools/iamctl/simulation.h: a request that nobody made. Shared by the files of 'iamctl
 * simulate' alone.
 */
#ifndef IAM_TOOLS_IAMCTL_SIMULATION_H
#define IAM_TOOLS_IAMCTL_SIMULATION_H

#include "signin/signin_context.h"
#include "tools/iamctl/proof.h"
#include "tools/iamctl/records.h"

struct simulation {
	const struct invocation *invocation;
	struct signin_records records;
	struct arena arena; /* of principals */
	struct access_principal principal;
	struct text given_arn;        /* empty: that of the principal's record counts */
	bool is_foreign;              /* not in the snapshot: an ARN and no policies */
	struct access_principal role; /* to take, for sts:AssumeRole */
	bool has_role;
	struct signin_request request;
	struct json *context; /* of --context-file */
	struct signin_decision decision;
	struct proof proof;
};

/* Each returns EX_OK or the exit code, having said why. */

/* --principal: a name of this host, or the ARN of a user, a role or a role's session. */
MUST_CHECK int simulation_find_principal(struct simulation *simulation);

/* The role of the ARN; not one of this host's: has_role stays false. */
MUST_CHECK int simulation_find_role(struct simulation *simulation, struct text arn);

/* The request's own keys, then those of --context-file, then those of --context: the later take the
   place of the earlier. */
MUST_CHECK int simulation_build_context(struct simulation *simulation);

/* The value of host:Service that was given, which says more of the request than itself. */
MUST_CHECK int simulation_read_context(struct simulation *simulation);

#endif
