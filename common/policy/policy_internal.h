/*
 * common/policy/policy_internal.h: what the files of this part share.
 */
#ifndef IAM_POLICY_POLICY_INTERNAL_H
#define IAM_POLICY_POLICY_INTERNAL_H

#include "base/address.h"
#include "policy/policy.h"

/* Ordered, so that AND is the smaller of two and OR the larger. */
enum policy_truth { POLICY_NO = 0, POLICY_UNKNOWN = 1, POLICY_YES = 2 };

static inline enum policy_truth policy_and(enum policy_truth left, enum policy_truth right)
{
	return left < right ? left : right;
}

static inline enum policy_truth policy_or(enum policy_truth left, enum policy_truth right)
{
	return left > right ? left : right;
}

static inline enum policy_truth policy_not(enum policy_truth truth)
{
	return truth == POLICY_UNKNOWN ? POLICY_UNKNOWN
	       : truth == POLICY_YES   ? POLICY_NO
				       : POLICY_YES;
}

static inline enum policy_truth policy_truth_of(bool known)
{
	return known ? POLICY_YES : POLICY_NO;
}

/* What an unknown means: no to an Allow, yes to a Deny. */
static inline bool policy_resolve(enum policy_truth truth, bool is_deny)
{
	return truth == POLICY_YES || (truth == POLICY_UNKNOWN && is_deny);
}

/* Text of a policy with its wildcards and variables, matched as it is read; see policy_pattern.c.
 */
struct policy_pattern {
	struct text text;
	const struct policy_context *context; /* NULL: "${" is ordinary text */
	bool has_wildcards;                   /* false: "*" and "?" are ordinary text */
	bool ignores_case; /* Unicode's simple lower case, as far as documents go */
};

enum policy_resolution {
	POLICY_RESOLVED = 0,
	POLICY_UNRESOLVED,      /* a variable has neither value nor default */
	POLICY_UNRESOLVED_MANY, /* a variable names a multivalued key */
	POLICY_UNDETERMINED,    /* a variable names a key that nobody knows yet */
};

enum policy_resolution policy_pattern_resolution(const struct policy_pattern *pattern);

/* The whole value; an unresolved pattern matches nothing. Time grows with the product of both
   lengths at worst, without recursion. */
bool policy_pattern_matches(const struct policy_pattern *pattern, struct text value);

/* The characters of a resolved pattern, for values that are parsed after expansion. False when they
   do not fit. */
bool policy_pattern_expand(const struct policy_pattern *pattern, char *buffer, size_t size,
			   struct text *out_text);

enum policy_truth policy_match_action(const struct policy_statement *statement, struct text action);
enum policy_truth policy_match_resource(const struct policy_document *document,
					const struct policy_statement *statement,
					const struct policy_request *request);

/* Typed values; false when the text is not one. */
enum { POLICY_NUMBER_DIGITS_MAX = 400, POLICY_NUMBER_EXPONENT_MAX = 400 };

struct policy_number {
	bool is_negative;
	int exponent; /* the value is 0.DIGITS x 10^exponent; zero has no digits */
	size_t count;
	char digits[POLICY_NUMBER_DIGITS_MAX];
};

bool policy_number_parse(struct text text, struct policy_number *out_number);
int policy_number_compare(const struct policy_number *left, const struct policy_number *right);

/* Milliseconds since 1970; ISO 8601 (W3C profile) or epoch seconds. */
bool policy_date_parse(struct text text, int64_t *out_milliseconds);
/* What IAM accepts as a date when a policy is created, which is more than it understands. */
bool policy_date_is_accepted(struct text text);

struct policy_network {
	struct address address;
	unsigned prefix;
};

/* An IPv4 address inside IPv6 (::ffff:a.b.c.d) is an IPv4 address. */
bool policy_address_parse(struct text text, struct address *out_address);
/* IPv4 host bits are dropped; IPv6 ones make it no network. */
bool policy_network_parse(struct text text, struct policy_network *out_network);
bool policy_network_contains(const struct policy_network *network, const struct address *address);

/* Six parts or more between colons, the first "arn". */
bool policy_arn_is_valid(struct text text);

/* Reading a document: where a complaint belongs. */
struct policy_reader {
	struct arena *arena;
	struct complaint *complaint;
	const char *element; /* of the statement, for complaints; NULL outside */
	size_t statement;
	bool is_single; /* Statement is one object, not a list */
};

enum status policy_refuse(const struct policy_reader *reader, const char *reason);
MUST_CHECK enum status policy_read_statement(struct policy_reader *reader, struct text value,
					     struct policy_statement *statement);
/* Does a piece of checked JSON begin so? */
bool policy_piece_is(struct text piece, char first);
/* The array of count items, or a larger one, with room for one more; NULL when there is no memory.
   To grow costs less than to walk a document twice. */
void *policy_make_room(struct arena *arena, void *items, size_t count, size_t size);

/* What stands before the colon of an action, sorted for bsearch(3). */
extern const char *const POLICY_SERVICES[];
extern const size_t POLICY_SERVICE_COUNT;

/* Conditions. */
const struct policy_operator *policy_operator_find(struct text name);
bool policy_operator_takes_if_exists(const struct policy_operator *operation);
/* Is a literal of this operator's type well-formed enough to be stored? */
bool policy_operator_accepts_literal(const struct policy_operator *operation, struct text literal);
bool policy_operator_takes_variables(const struct policy_operator *operation);

enum policy_truth policy_match_condition(const struct policy_document *document,
					 const struct policy_statement *statement,
					 const struct policy_condition *condition,
					 const struct policy_context *context);

#endif
