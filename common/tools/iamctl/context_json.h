/*
 * common/tools/iamctl/context_json.h: a request's condition keys, written as a JSON object.
 */
#ifndef IAM_TOOLS_IAMCTL_CONTEXT_JSON_H
#define IAM_TOOLS_IAMCTL_CONTEXT_JSON_H

#include "base/arena.h"
#include "policy/policy_context.h"
#include "json/json.h"

/* A string is the value of a single-valued key, an array of strings those of a multivalued one;
   anything else is a value that no operator can read. object may be NULL: no keys. Keys and values
   are views of it. */
MUST_CHECK enum status context_from_json(const struct json *object, struct arena *arena,
					 struct policy_context *out_context);

#endif
