/*
 * common/policy/policy_context.h: the request's condition keys and their values.
 */
#ifndef IAM_POLICY_POLICY_CONTEXT_H
#define IAM_POLICY_POLICY_CONTEXT_H

#include "base/text.h"

enum { POLICY_CONTEXT_KEYS_MAX = 1024, POLICY_CONTEXT_VALUES_MAX = 1024 };

struct policy_key {
	struct text name;   /* compared ignoring case, the part behind "/" too */
	bool is_many;       /* declared multivalued; a list of one is still a list */
	bool is_unparsable; /* neither text nor a list of text: no operator can read it */
	const struct text *values;
	size_t count; /* 1 unless is_many */
};

/* A key may be undetermined: nobody knows it yet, but somebody will who decides again. Then the
   answer is what could still come: an Allow that asks for it may apply, a Deny does not yet. For
   those who ask what is certain it is the other way round. */
struct policy_context {
	const struct policy_key *keys;
	size_t count;
	const struct text *undetermined;
	size_t undetermined_count;
	bool others_are_undetermined; /* every key that is not in keys */
	bool wants_certainty; /* is it allowed whatever the undetermined keys turn out to be */
};

/* NULL when absent. */
const struct policy_key *policy_context_find(const struct policy_context *context,
					     struct text name);

/* Not in keys, and not known to be absent either. */
bool policy_context_is_undetermined(const struct policy_context *context, struct text name);

/* No key twice (ignoring case), single values where single ones are declared, within the limits. */
bool policy_context_is_sound(const struct policy_context *context);

#endif
