#include "policy/policy_context.h"

const struct policy_key *policy_context_find(const struct policy_context *context, struct text name)
{
	for (size_t i = 0; i < context->count; i++)
		if (text_equal_ignoring_case(context->keys[i].name, name))
			return &context->keys[i];
	return NULL;
}

bool policy_context_is_undetermined(const struct policy_context *context, struct text name)
{
	if (policy_context_find(context, name))
		return false;
	for (size_t i = 0; i < context->undetermined_count; i++)
		if (text_equal_ignoring_case(context->undetermined[i], name))
			return true;
	return context->others_are_undetermined;
}

bool policy_context_is_sound(const struct policy_context *context)
{
	if (context->count > POLICY_CONTEXT_KEYS_MAX)
		return false;
	for (size_t i = 0; i < context->count; i++) {
		const struct policy_key *key = &context->keys[i];

		if (policy_context_find(context, key->name) != key)
			return false; /* an earlier one has the same name */
		if (key->is_unparsable)
			continue;
		if (key->count > POLICY_CONTEXT_VALUES_MAX || (!key->is_many && key->count != 1))
			return false;
	}
	return true;
}
