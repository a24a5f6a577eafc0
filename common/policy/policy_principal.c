#include "directory/arn.h"
#include "policy/policy_internal.h"

/* The last piece of "role/path/NAME" or the second of "assumed-role/NAME/SESSION". */
static struct text last_piece(struct text path)
{
	struct text piece = path;

	while (text_next_piece(&path, '/', &piece))
		;
	return piece;
}

/* Is the caller a session of this role? IAM leaves the path out of a session's ARN. */
static bool is_session_of(const struct arn *role, const struct arn *caller)
{
	struct text kind, name, rest = caller->resource;

	if (!text_is(role->service, "iam") || !text_is(caller->service, "sts") ||
	    !text_equal(role->account, caller->account) ||
	    !text_starts_with(role->resource, TEXT("role/")))
		return false;
	return text_next_piece(&rest, '/', &kind) && text_is(kind, "assumed-role") &&
	       text_next_piece(&rest, '/', &name) && rest.bytes &&
	       text_equal_ignoring_case(last_piece(role->resource), name);
}

static bool is_account(struct text value, struct text account)
{
	struct arn arn;

	if (account.length == 0)
		return false;
	if (text_equal(value, account))
		return true;
	return arn_split(value, &arn) == STATUS_OK && text_is(arn.service, "iam") &&
	       text_is(arn.resource, "root") && text_equal(arn.account, account);
}

static enum policy_principal_match match_aws(struct text value, enum policy_kind kind,
					     const struct policy_caller *caller)
{
	struct arn principal, asking;

	if (text_is(value, "*"))
		return kind == POLICY_TRUST ? POLICY_PRINCIPAL_ACCOUNT : POLICY_PRINCIPAL_ROLE;
	if (text_equal(value, caller->arn) ||
	    (caller->id.length > 0 && text_equal(value, caller->id)))
		return POLICY_PRINCIPAL_EXACT;
	if (arn_split(value, &principal) == STATUS_OK &&
	    arn_split(caller->arn, &asking) == STATUS_OK && is_session_of(&principal, &asking))
		return POLICY_PRINCIPAL_ROLE;
	return is_account(value, caller->account) ? POLICY_PRINCIPAL_ACCOUNT
						  : POLICY_PRINCIPAL_NONE;
}

enum policy_principal_match policy_match_principal(const struct policy_statement *statement,
						   enum policy_kind kind,
						   const struct policy_caller *caller)
{
	enum policy_principal_match strongest = POLICY_PRINCIPAL_NONE;

	if (!statement->has_principal)
		return POLICY_PRINCIPAL_NONE;
	for (size_t i = 0; i < statement->principal_count; i++) {
		const struct policy_principal *principal = &statement->principals[i];
		enum policy_principal_match match = POLICY_PRINCIPAL_NONE;

		if (principal->kind == POLICY_PRINCIPAL_AWS)
			match = match_aws(principal->value, kind, caller);
		else if (text_equal(principal->value, caller->arn))
			match = POLICY_PRINCIPAL_EXACT;
		if (match > strongest)
			strongest = match;
	}
	if (!statement->is_not_principal)
		return strongest;
	/* In an Allow it would admit everybody that was not thought of: it never matches there. */
	if (!statement->is_deny || strongest != POLICY_PRINCIPAL_NONE)
		return POLICY_PRINCIPAL_NONE;
	return POLICY_PRINCIPAL_EXACT;
}
