/*
 * tests/support/policy_fixture.h: questions to the policy engine, written as JSON.
 */
#ifndef IAM_TESTS_POLICY_FIXTURE_H
#define IAM_TESTS_POLICY_FIXTURE_H

#include "policy/policy.h"

/* Any member NULL when absent. Lists of documents are JSON arrays; a context is a JSON object whose
   strings are single values and whose arrays are multivalued keys. */
struct policy_question {
	const char *identity, *boundary, *session, *resource, *trust;
	const char *caller; /* ARN; a user of account 111122223333 when NULL */
	const char *caller_id;
	const char *account; /* of the resource */
	const char *action;  /* host:Login when NULL */
	const char *target;  /* resource; a host's ARN when NULL */
	const char *context; /* empty when NULL */
	bool is_narrowed;    /* statements about other actions were dropped before */
};

enum { POLICY_FIXTURE_INVALID = -1 };

/* The decision (enum policy_decision), or POLICY_FIXTURE_INVALID when a document cannot be parsed
   or the request is refused. The layer that decided goes to *out_layer unless that is NULL. */
int policy_fixture_ask(const struct policy_question *question, enum policy_layer *out_layer);

/* One condition, asked in an Allow and in a Deny: 1 when it holds in both, 0 when in neither, 2
   when only the Deny applies (a doubtful point), POLICY_FIXTURE_INVALID when it cannot be parsed,
   -2 for anything else. condition is the inside of a Condition object. */
int policy_fixture_condition(const char *condition, const char *context, const char *version);

#endif
