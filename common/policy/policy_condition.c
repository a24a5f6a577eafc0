#include "policy/policy_internal.h"

enum operator_type {
	TYPE_STRING,
	TYPE_STRING_FOLDED,
	TYPE_STRING_LIKE,
	TYPE_NUMERIC,
	TYPE_DATE,
	TYPE_BOOL,
	TYPE_BINARY,
	TYPE_ADDRESS,
	TYPE_ARN,
	TYPE_NULL,
};

/* What an order between request and policy value must be, one bit each. */
enum { ORDER_LESS = 1, ORDER_EQUAL = 2, ORDER_GREATER = 4 };

struct policy_operator {
	const char *name;
	enum operator_type type;
	unsigned orders;
	bool is_negated;
};

static const struct policy_operator operators[] = {
	{ "StringEquals", TYPE_STRING, ORDER_EQUAL, false },
	{ "StringNotEquals", TYPE_STRING, ORDER_EQUAL, true },
	{ "StringEqualsIgnoreCase", TYPE_STRING_FOLDED, ORDER_EQUAL, false },
	{ "StringNotEqualsIgnoreCase", TYPE_STRING_FOLDED, ORDER_EQUAL, true },
	{ "StringLike", TYPE_STRING_LIKE, ORDER_EQUAL, false },
	{ "StringNotLike", TYPE_STRING_LIKE, ORDER_EQUAL, true },
	{ "NumericEquals", TYPE_NUMERIC, ORDER_EQUAL, false },
	{ "NumericNotEquals", TYPE_NUMERIC, ORDER_EQUAL, true },
	{ "NumericLessThan", TYPE_NUMERIC, ORDER_LESS, false },
	{ "NumericLessThanEquals", TYPE_NUMERIC, ORDER_LESS | ORDER_EQUAL, false },
	{ "NumericGreaterThan", TYPE_NUMERIC, ORDER_GREATER, false },
	{ "NumericGreaterThanEquals", TYPE_NUMERIC, ORDER_GREATER | ORDER_EQUAL, false },
	{ "DateEquals", TYPE_DATE, ORDER_EQUAL, false },
	{ "DateNotEquals", TYPE_DATE, ORDER_EQUAL, true },
	{ "DateLessThan", TYPE_DATE, ORDER_LESS, false },
	{ "DateLessThanEquals", TYPE_DATE, ORDER_LESS | ORDER_EQUAL, false },
	{ "DateGreaterThan", TYPE_DATE, ORDER_GREATER, false },
	{ "DateGreaterThanEquals", TYPE_DATE, ORDER_GREATER | ORDER_EQUAL, false },
	{ "Bool", TYPE_BOOL, ORDER_EQUAL, false },
	{ "BinaryEquals", TYPE_BINARY, ORDER_EQUAL, false },
	{ "IpAddress", TYPE_ADDRESS, ORDER_EQUAL, false },
	{ "NotIpAddress", TYPE_ADDRESS, ORDER_EQUAL, true },
	{ "ArnEquals", TYPE_ARN, ORDER_EQUAL, false },
	{ "ArnLike", TYPE_ARN, ORDER_EQUAL, false },
	{ "ArnNotEquals", TYPE_ARN, ORDER_EQUAL, true },
	{ "ArnNotLike", TYPE_ARN, ORDER_EQUAL, true },
	{ "Null", TYPE_NULL, ORDER_EQUAL, false },
};

const struct policy_operator *policy_operator_find(struct text name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(operators); i++)
		if (text_is(name, operators[i].name))
			return &operators[i];
	return NULL;
}

bool policy_operator_takes_if_exists(const struct policy_operator *operation)
{
	return operation->type != TYPE_NULL;
}

bool policy_operator_takes_variables(const struct policy_operator *operation)
{
	return operation->type == TYPE_STRING || operation->type == TYPE_STRING_FOLDED ||
	       operation->type == TYPE_STRING_LIKE || operation->type == TYPE_ARN;
}

/* The request's side and the policy's side of one comparison. */
struct comparison {
	const struct policy_operator *operation;
	const struct policy_context *variables; /* NULL when the document expands none */
	struct text actual, expected;
};

static struct policy_pattern pattern_of(const struct comparison *comparison)
{
	enum operator_type type = comparison->operation->type;

	return (struct policy_pattern){
		.text = comparison->expected,
		.context = comparison->variables,
		.has_wildcards = type == TYPE_STRING_LIKE || type == TYPE_ARN,
		.ignores_case = type == TYPE_STRING_FOLDED,
	};
}

static enum policy_truth compare_string(const struct comparison *comparison)
{
	struct policy_pattern pattern = pattern_of(comparison);

	switch (policy_pattern_resolution(&pattern)) {
	case POLICY_RESOLVED:
		return policy_truth_of(policy_pattern_matches(&pattern, comparison->actual));
	case POLICY_UNRESOLVED_MANY: /* a negated operator on it has two readings on record */
		return comparison->operation->is_negated ? POLICY_UNKNOWN : POLICY_NO;
	case POLICY_UNRESOLVED:
	case POLICY_UNDETERMINED: /* the whole condition was answered before */
		break;
	}
	return POLICY_NO;
}

static enum policy_truth compare_order(const struct comparison *comparison, int order)
{
	unsigned bit = order < 0 ? ORDER_LESS : order > 0 ? ORDER_GREATER : ORDER_EQUAL;

	return policy_truth_of((comparison->operation->orders & bit) != 0);
}

/* A request that is no number, date, ... : a positive operator does not match; for a negated one
   the readings differ. */
static enum policy_truth compare_garbage(const struct comparison *comparison)
{
	return comparison->operation->is_negated ? POLICY_UNKNOWN : POLICY_NO;
}

static enum policy_truth compare_numeric(const struct comparison *comparison)
{
	struct policy_number actual, expected;

	if (!policy_number_parse(comparison->expected, &expected))
		return POLICY_UNKNOWN;
	if (!policy_number_parse(comparison->actual, &actual))
		return compare_garbage(comparison);
	return compare_order(comparison, policy_number_compare(&actual, &expected));
}

static enum policy_truth compare_date(const struct comparison *comparison)
{
	int64_t actual, expected;

	if (!policy_date_parse(comparison->expected, &expected))
		return POLICY_UNKNOWN;
	if (!policy_date_parse(comparison->actual, &actual))
		return compare_garbage(comparison);
	return compare_order(comparison, (actual > expected) - (actual < expected));
}

static bool is_true(struct text text)
{
	return text_equal_ignoring_case(text, TEXT("true"));
}

static enum policy_truth compare_bool(const struct comparison *comparison)
{
	/* The documentation contradicts itself on variables in Bool. */
	if (comparison->variables && text_starts_with(comparison->expected, TEXT("${")))
		return POLICY_UNKNOWN;
	return policy_truth_of(is_true(comparison->actual) == is_true(comparison->expected));
}

static enum policy_truth compare_address(const struct comparison *comparison)
{
	struct policy_network network;
	struct address address;

	if (!policy_network_parse(comparison->expected, &network))
		return POLICY_UNKNOWN;
	/* The caller has seen to it that the request's address can be read. */
	if (!policy_address_parse(comparison->actual, &address))
		return POLICY_NO;
	return policy_truth_of(policy_network_contains(&network, &address));
}

enum { ARN_TEXT_MAX = 4096, ARN_COLONS = 5 };

bool policy_arn_is_valid(struct text text)
{
	size_t colons = 0;

	for (size_t i = 0; i < text.length; i++)
		colons += text.bytes[i] == ':';
	return colons >= ARN_COLONS && text_starts_with(text, TEXT("arn:"));
}

/* The pattern's own first part may be a wildcard. */
static bool is_arn_pattern(struct text text)
{
	size_t colons = 0;

	for (size_t i = 0; i < text.length; i++)
		colons += text.bytes[i] == ':';
	return colons >= ARN_COLONS;
}

/* The piece of an ARN up to its next colon, or all the rest for the sixth. */
static struct text arn_piece(struct text *inout_rest, size_t index)
{
	struct text piece = *inout_rest;

	if (index < ARN_COLONS)
		(void)text_next_piece(inout_rest, ':', &piece); /* there are enough: counted */
	return piece;
}

static bool arn_matches(const struct comparison *comparison)
{
	struct text actual = comparison->actual, expected = comparison->expected;

	for (size_t i = 0; i <= ARN_COLONS; i++) {
		struct policy_pattern pattern = { .text = arn_piece(&expected, i),
						  .context = comparison->variables,
						  .has_wildcards = true };

		if (!policy_pattern_matches(&pattern, arn_piece(&actual, i)))
			return false;
	}
	return true;
}

static enum policy_truth compare_arn(const struct comparison *comparison)
{
	struct policy_pattern pattern = pattern_of(comparison);
	char buffer[ARN_TEXT_MAX];
	struct text expanded;

	if (!policy_arn_is_valid(comparison->actual))
		return POLICY_NO;
	switch (policy_pattern_resolution(&pattern)) {
	case POLICY_RESOLVED:
		break;
	case POLICY_UNRESOLVED:
	case POLICY_UNRESOLVED_MANY:
	case POLICY_UNDETERMINED:
		return compare_string(comparison);
	}
	if (is_arn_pattern(comparison->expected))
		return policy_truth_of(arn_matches(comparison));
	/* A variable may bring the colons; a pattern that is no ARN even so is an error in IAM,
	   which an Allow does not survive and a Deny does. */
	if (!policy_pattern_expand(&pattern, buffer, sizeof(buffer), &expanded) ||
	    !is_arn_pattern(expanded))
		return POLICY_UNKNOWN;
	return policy_truth_of(policy_pattern_matches(&pattern, comparison->actual));
}

static enum policy_truth compare(const struct comparison *comparison)
{
	switch (comparison->operation->type) {
	case TYPE_STRING:
	case TYPE_STRING_FOLDED:
	case TYPE_STRING_LIKE:
		return compare_string(comparison);
	case TYPE_NUMERIC:
		return compare_numeric(comparison);
	case TYPE_DATE:
		return compare_date(comparison);
	case TYPE_BOOL:
		return compare_bool(comparison);
	case TYPE_BINARY: /* base64 text, not what it decodes to */
		return policy_truth_of(text_equal(comparison->actual, comparison->expected));
	case TYPE_ADDRESS:
		return compare_address(comparison);
	case TYPE_ARN:
		return compare_arn(comparison);
	case TYPE_NULL:
		break;
	}
	return POLICY_UNKNOWN;
}

/* Can the operator read this request value at all? A negated operator on what is no address or no
   ARN does not match, in IAM and here. */
static bool is_unreadable_when_negated(const struct policy_operator *operation, struct text actual)
{
	struct address address;

	if (operation->type == TYPE_ADDRESS)
		return !policy_address_parse(actual, &address);
	if (operation->type == TYPE_ARN)
		return !policy_arn_is_valid(actual);
	return false;
}

/* One request value against all values of the policy: any of them, or, negated, none of them. */
static enum policy_truth match_value(const struct comparison *start,
				     const struct policy_condition *condition, struct text actual)
{
	struct comparison comparison = *start;
	enum policy_truth found = POLICY_NO;

	comparison.actual = actual;
	if (comparison.operation->is_negated &&
	    is_unreadable_when_negated(comparison.operation, actual))
		return POLICY_NO;
	for (size_t i = 0; i < condition->values.count && found != POLICY_YES; i++) {
		comparison.expected = condition->values.items[i];
		found = policy_or(found, compare(&comparison));
	}
	return comparison.operation->is_negated ? policy_not(found) : found;
}

static bool all_empty(const struct policy_key *key)
{
	for (size_t i = 0; i < key->count; i++)
		if (key->values[i].length > 0)
			return false;
	return true;
}

/* Null asks whether the key is there; with a set prefix nobody says what it asks. */
static enum policy_truth match_null(const struct policy_condition *condition,
				    const struct policy_key *key)
{
	enum policy_truth found = POLICY_NO;

	if (condition->set != POLICY_SET_NONE || (key && !key->is_unparsable && all_empty(key)))
		return POLICY_UNKNOWN;
	for (size_t i = 0; i < condition->values.count; i++)
		found = policy_or(found, policy_truth_of(is_true(condition->values.items[i]) ==
							 (key == NULL)));
	return found;
}

static enum policy_truth match_missing(const struct policy_condition *condition)
{
	switch (condition->set) {
	case POLICY_SET_ALL:
		return POLICY_YES;
	case POLICY_SET_ANY:
		return condition->if_exists ? POLICY_UNKNOWN : POLICY_NO;
	case POLICY_SET_NONE:
		break;
	}
	return policy_truth_of(condition->if_exists || condition->operation->is_negated);
}

static enum policy_truth match_set(const struct comparison *start,
				   const struct policy_condition *condition,
				   const struct policy_key *key)
{
	bool is_all = condition->set == POLICY_SET_ALL;
	enum policy_truth result = policy_truth_of(is_all);

	for (size_t i = 0; i < key->count; i++) {
		enum policy_truth one = match_value(start, condition, key->values[i]);

		result = is_all ? policy_and(result, one) : policy_or(result, one);
	}
	/* Nothing but empty strings: an empty set in the documentation, values elsewhere. */
	if (all_empty(key) && result != policy_truth_of(is_all))
		return POLICY_UNKNOWN;
	return result;
}

/* Does the condition ask for what nobody knows yet, by its key or in a variable? */
static bool is_undetermined(const struct policy_condition *condition,
			    const struct policy_context *variables,
			    const struct policy_context *context)
{
	if (policy_context_is_undetermined(context, condition->key))
		return true;
	for (size_t i = 0; i < condition->values.count; i++) {
		struct policy_pattern pattern = { .text = condition->values.items[i],
						  .context = variables };

		if (policy_pattern_resolution(&pattern) == POLICY_UNDETERMINED)
			return true;
	}
	return false;
}

enum policy_truth policy_match_condition(const struct policy_document *document,
					 const struct policy_statement *statement,
					 const struct policy_condition *condition,
					 const struct policy_context *context)
{
	const struct policy_operator *operation = condition->operation;
	const struct policy_key *key;
	struct comparison start = { .operation = operation };

	if (condition->key.length == 0)
		return POLICY_UNKNOWN; /* an operator with an empty map */
	if (document->is_2012 &&
	    (policy_operator_takes_variables(operation) || operation->type == TYPE_BOOL))
		start.variables = context;
	if (is_undetermined(condition, start.variables, context))
		return policy_truth_of(statement->is_deny == context->wants_certainty);
	key = policy_context_find(context, condition->key);
	if (operation->type == TYPE_NULL)
		return match_null(condition, key);
	if (!key || (key->is_many && key->count == 0 && !key->is_unparsable))
		return match_missing(condition);
	if (key->is_unparsable)
		return compare_garbage(&start);
	if (condition->set != POLICY_SET_NONE)
		return match_set(&start, condition, key);
	/* A scalar operator never matches a multivalued key, negated or not. */
	return key->is_many ? POLICY_NO : match_value(&start, condition, key->values[0]);
}

bool policy_condition_holds(const struct policy_document *document,
			    const struct policy_statement *statement,
			    const struct policy_condition *condition,
			    const struct policy_context *context)
{
	return policy_resolve(policy_match_condition(document, statement, condition, context),
			      statement->is_deny);
}

bool policy_operator_accepts_literal(const struct policy_operator *operation, struct text literal)
{
	struct policy_network network;
	struct policy_number number;

	switch (operation->type) {
	case TYPE_NUMERIC:
		return policy_number_parse(literal, &number);
	case TYPE_DATE:
		return policy_date_is_accepted(literal);
	case TYPE_ADDRESS:
		return policy_network_parse(literal, &network);
	case TYPE_STRING:
	case TYPE_STRING_FOLDED:
	case TYPE_STRING_LIKE:
	case TYPE_BOOL:
	case TYPE_BINARY:
	case TYPE_ARN:
	case TYPE_NULL:
		break;
	}
	return true;
}
