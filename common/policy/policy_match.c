#include "policy/policy_internal.h"

/* Actions: prefix and name ignore case, "*" and "?", never variables. */
static enum policy_truth match_one_action(struct text entry, struct text action)
{
	struct policy_pattern pattern = { .text = entry,
					  .has_wildcards = true,
					  .ignores_case = true };
	bool matches;

	if (text_is(entry, "*"))
		return POLICY_YES;
	matches = policy_pattern_matches(&pattern, action);
	/* "*:Name" is accepted by IAM, but what it covers is not documented. */
	if (matches && text_starts_with(entry, TEXT("*:")))
		return POLICY_UNKNOWN;
	return policy_truth_of(matches);
}

enum policy_truth policy_match_action(const struct policy_statement *statement, struct text action)
{
	enum policy_truth listed = POLICY_NO;

	if (!statement->has_action)
		return POLICY_NO;
	for (size_t i = 0; i < statement->actions.count; i++)
		listed = policy_or(listed, match_one_action(statement->actions.items[i], action));
	return statement->is_not_action ? policy_not(listed) : listed;
}

void policy_narrow(struct policy_document *inout_document, struct text action)
{
	struct policy_statement *statements = inout_document->statements;
	size_t kept = 0;

	for (size_t i = 0; i < inout_document->statement_count; i++)
		if (policy_resolve(policy_match_action(&statements[i], action),
				   statements[i].is_deny))
			statements[kept++] = statements[i];
	inout_document->statement_count = kept;
}

/* An ARN pattern in its parts. The sixth keeps the colons behind it. */
enum { ARN_PARTS = 6 };

struct arn_parts {
	struct text parts[ARN_PARTS];
	size_t count;
};

static struct arn_parts split_arn(struct text text)
{
	struct arn_parts arn = { .count = 0 };
	struct text piece;

	while (arn.count < ARN_PARTS - 1 && text_next_piece(&text, ':', &piece))
		arn.parts[arn.count++] = piece;
	if (text.bytes)
		arn.parts[arn.count++] = text;
	return arn;
}

static bool glob(struct text entry, const struct policy_context *context, struct text value)
{
	struct policy_pattern pattern = { .text = entry,
					  .context = context,
					  .has_wildcards = true };

	return policy_pattern_matches(&pattern, value);
}

/* Part by part; parts that the entry does not have are "*". */
static bool matches_by_parts(const struct arn_parts *entry, const struct policy_context *context,
			     const struct arn_parts *resource)
{
	if (resource->count < ARN_PARTS)
		return false;
	for (size_t i = 0; i < entry->count; i++) {
		/* Variables stand behind the fifth colon alone. */
		bool takes_variables = i == ARN_PARTS - 1;

		if (!glob(entry->parts[i], takes_variables ? context : NULL, resource->parts[i]))
			return false;
	}
	return true;
}

struct resource_question {
	const struct policy_context *variables; /* NULL when the document expands none */
	struct text resource;
	struct arn_parts parts;    /* of the resource */
	bool is_listed_to_exclude; /* NotResource */
	bool is_deny;
	bool wants_certainty;
};

static enum policy_resolution resolution_of(struct text entry, const struct policy_context *context)
{
	struct policy_pattern pattern = { .text = entry, .context = context };

	return policy_pattern_resolution(&pattern);
}

/* Does the entry list the resource? Where readings differ, the answer is unknown. */
static enum policy_truth match_one_resource(struct text entry,
					    const struct resource_question *question)
{
	struct arn_parts parts = split_arn(entry);
	bool by_parts, as_whole;

	if (text_is(entry, "*"))
		return POLICY_YES;
	switch (resolution_of(entry, question->variables)) {
	case POLICY_RESOLVED:
		break;
	case POLICY_UNDETERMINED: /* whatever leaves most allowed, or least */
		return policy_truth_of((question->is_deny == question->is_listed_to_exclude) !=
				       question->wants_certainty);
	case POLICY_UNRESOLVED:
	case POLICY_UNRESOLVED_MANY:
		return question->is_listed_to_exclude ? POLICY_UNKNOWN : POLICY_NO;
	}
	as_whole = glob(entry, question->variables, question->resource);
	/* A list-type action asks for "*": only what covers a literal "*" does. */
	if (text_is(question->resource, "*"))
		return policy_truth_of(as_whole);
	by_parts = matches_by_parts(&parts, question->variables, &question->parts);
	if (parts.count < ARN_PARTS && question->is_listed_to_exclude)
		return by_parts || as_whole ? POLICY_UNKNOWN : POLICY_NO;
	if (by_parts)
		return POLICY_YES;
	/* A "*" that runs past its part, or past the end of a short ARN: nobody says whether it
	 * may. */
	return as_whole ? POLICY_UNKNOWN : POLICY_NO;
}

enum policy_truth policy_match_resource(const struct policy_document *document,
					const struct policy_statement *statement,
					const struct policy_request *request)
{
	struct resource_question question = {
		.variables = document->is_2012 ? request->context : NULL,
		.resource = request->resource,
		.parts = split_arn(request->resource),
		.is_listed_to_exclude = statement->is_not_resource,
		.is_deny = statement->is_deny,
		.wants_certainty = request->context->wants_certainty,
	};
	enum policy_truth listed = POLICY_NO;

	for (size_t i = 0; i < statement->resources.count; i++)
		listed = policy_or(listed,
				   match_one_resource(statement->resources.items[i], &question));
	return statement->is_not_resource ? policy_not(listed) : listed;
}
