#include "signin/signin_decision.h"

#include "access/access_document.h"
#include "access/host_policy.h"
#include "directory/arn.h"
#include "directory/name.h"
#include "signin/signin_context.h"

enum { SESSION_NAME_MIN = 2, SESSION_NAME_MAX = 64, EXTERNAL_ID_MIN = 2, EXTERNAL_ID_MAX = 1224 };

void signin_decision_release(struct signin_decision *decision)
{
	arena_release(&decision->arena);
}

static void begin(struct signin_decision *decision, const char *action)
{
	*decision = (struct signin_decision){ .action = text_of(action) };
	arena_init(&decision->arena, SIGNIN_POLICIES_ARENA_MAX);
}

static bool has_text(struct text text, struct text wanted)
{
	for (; text.length >= wanted.length; text = text_skip(text, 1))
		if (text_equal_ignoring_case((struct text){ text.bytes, wanted.length }, wanted))
			return true;
	return false;
}

static bool asks_for_source(const struct policy_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		if (has_text(sources->items[i].document->source, TEXT("aws:SourceIp")) ||
		    text_has_byte(sources->items[i].document->source, '\\'))
			return true;
	return false;
}

/*
 * A remote user whose address cannot be read is refused when any document asks for addresses at
 * all: to leave the key out would undo each Deny outside certain networks. Escapes could spell the
 * key otherwise, so a document with one counts as asking.
 */
static bool is_source_missing(const struct signin_decision *decision)
{
	const struct policy_key *key =
		policy_context_find(&decision->context, TEXT("aws:SourceIp"));

	if (!key || !key->is_unparsable)
		return false;
	return asks_for_source(&decision->set.identity) ||
	       asks_for_source(&decision->set.boundary) ||
	       asks_for_source(&decision->set.resource) || asks_for_source(&decision->set.trust);
}

static enum signin_reason reason_of(enum policy_decision decision)
{
	switch (decision) {
	case POLICY_ALLOW:
		return SIGNIN_REASON_ALLOWED;
	case POLICY_EXPLICIT_DENY:
		return SIGNIN_REASON_POLICY_DENIED;
	case POLICY_IMPLICIT_DENY:
		break;
	}
	return SIGNIN_REASON_NOT_AUTHORIZED;
}

/* The documents and the context are there; what could not be read has the last word. */
enum status signin_evaluate(struct signin_decision *decision, const struct policy_trace *trace)
{
	struct policy_request request = { .caller = decision->caller,
					  .action = decision->action,
					  .resource = decision->resource,
					  .context = &decision->context };
	enum status status = policy_evaluate(&decision->set, &request, trace, &decision->verdict);

	if (status != STATUS_OK)
		return complain(&decision->complaint, status,
				"the request has a condition key twice");
	if (decision->reason != SIGNIN_REASON_NONE)
		return STATUS_OK;
	if (is_source_missing(decision))
		decision->reason = SIGNIN_REASON_SOURCE_UNREADABLE;
	else
		decision->reason = reason_of(decision->verdict.decision);
	return STATUS_OK;
}

/* The account a host belongs to: its ARN's, or the directory's. */
static enum status find_account(const struct signin_records *records,
				struct signin_decision *decision, struct text *out_account)
{
	struct access_account account;
	enum status status;

	*out_account = host_account(decision->resource, TEXT(""));
	if (out_account->length > 0)
		return STATUS_OK;
	status = signin_account_settings(records, &decision->arena, &account, &decision->complaint);
	if (status == STATUS_OK)
		*out_account = account.account_id;
	return status;
}

/* What is asked, and about what; resource NULL: this host. */
struct question {
	const char *action;
	const struct text *resource;
};

static enum status resource_of(const struct signin_records *records,
			       const struct question *question, struct signin_decision *decision)
{
	if (!question->resource)
		return host_arn(&records->config, &decision->arena, &decision->resource);
	decision->resource = *question->resource;
	return STATUS_OK;
}

static enum status decide(const struct signin_records *records,
			  const struct signin_request *request,
			  const struct access_principal *principal, const struct question *question,
			  const struct policy_trace *trace, struct signin_decision *out_decision)
{
	enum status status;

	begin(out_decision, question->action);
	if (*question->action ==
	    '\0') { /* of a service that iam.conf gives none: "*" must not cover it */
		out_decision->reason = SIGNIN_REASON_NOT_AUTHORIZED;
		return STATUS_OK;
	}
	if (principal->is_role && !request->acting.is_known) {
		out_decision->reason = SIGNIN_REASON_ROLE_NOT_ASSUMED;
		return STATUS_OK;
	}
	status = resource_of(records, question, out_decision);
	if (status == STATUS_OK)
		status = signin_caller(request, principal, &out_decision->arena,
				       &out_decision->caller);
	if (status == STATUS_OK)
		status = signin_context_build(records, request, principal, NULL, out_decision);
	if (status == STATUS_OK)
		status = signin_policies_load(records, principal, out_decision);
	if (status == STATUS_OK)
		status = find_account(records, out_decision, &out_decision->set.resource_account);
	return status == STATUS_OK ? signin_evaluate(out_decision, trace) : status;
}

enum status signin_decide(const struct signin_records *records,
			  const struct signin_request *request,
			  const struct access_principal *principal, const char *action,
			  const struct policy_trace *trace, struct signin_decision *out_decision)
{
	const struct question question = { .action = action };

	return decide(records, request, principal, &question, trace, out_decision);
}

enum status signin_decide_on(const struct signin_records *records,
			     const struct signin_request *request,
			     const struct access_principal *principal, const char *action,
			     struct text resource, const struct policy_trace *trace,
			     struct signin_decision *out_decision)
{
	const struct question question = { .action = action, .resource = &resource };

	return decide(records, request, principal, &question, trace, out_decision);
}

bool signin_is_session_name(struct text text)
{
	return text.length >= SESSION_NAME_MIN && iam_name_is_valid(text, SESSION_NAME_MAX);
}

bool signin_is_external_id(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		char byte = text.bytes[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
		    !(byte >= '0' && byte <= '9') && (byte == '\0' || !strchr("_+=,.@:/-", byte)))
			return false;
	}
	return text.length == 0 ||
	       (text.length >= EXTERNAL_ID_MIN && text.length <= EXTERNAL_ID_MAX);
}

/* IAM allows paths nearly every character, wildcards too. What they mean inside a request is read
   differently by different evaluators, so such a role is not taken. */
static bool is_plain_resource(struct text arn)
{
	size_t colons = 0;

	for (size_t i = 0; i < arn.length; i++) {
		colons += arn.bytes[i] == ':';
		if (arn.bytes[i] <= ' ' || arn.bytes[i] > '~' || strchr("*?${}", arn.bytes[i]))
			return false;
	}
	return colons == 5;
}

static bool is_sound(const struct signin_assumption *assumption)
{
	return assumption->role->is_role && is_plain_resource(assumption->role->arn) &&
	       signin_is_session_name(assumption->session_name) &&
	       signin_is_external_id(assumption->external_id) &&
	       (assumption->source_identity.length == 0 ||
		iam_name_is_valid(assumption->source_identity, SESSION_NAME_MAX));
}

/* The role's trust policy; one that cannot be read trusts nobody. */
static enum status load_trust(const struct access_principal *role, struct signin_decision *decision)
{
	struct policy_source *source = arena_take(&decision->arena, 1, sizeof(*source));
	struct policy_document *document = arena_take(&decision->arena, 1, sizeof(*document));
	enum status status;

	if (!source || !document)
		return STATUS_NO_MEMORY;
	status = access_document_read(role->trust_policy, POLICY_TRUST, &decision->arena, document,
				      &decision->complaint);
	if (status == STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK) {
		*document = (struct policy_document){ .source = TEXT("") };
		decision->reason = SIGNIN_REASON_POLICY_UNREADABLE;
	}
	*source = (struct policy_source){ role->arn, document };
	decision->set.trust = (struct policy_sources){ source, 1 };
	return STATUS_OK;
}

enum status signin_decide_assumption(const struct signin_records *records,
				     const struct signin_request *request,
				     const struct access_principal *principal,
				     const struct signin_assumption *assumption,
				     const struct policy_trace *trace,
				     struct signin_decision *out_decision)
{
	struct arn role;
	enum status status;

	begin(out_decision, "sts:AssumeRole");
	if (principal->is_role) { /* one role at a time: no chains on a host */
		out_decision->reason = SIGNIN_REASON_NOT_AUTHORIZED;
		return STATUS_OK;
	}
	if (!is_sound(assumption))
		return complain(&out_decision->complaint, STATUS_BAD_INPUT,
				"a session name or external id is not what STS accepts, or the "
				"role's path has "
				"wildcards");
	out_decision->resource = assumption->role->arn;
	if (arn_split(assumption->role->arn, &role) != STATUS_OK)
		return STATUS_BAD_DATA;
	status = signin_caller(request, principal, &out_decision->arena, &out_decision->caller);
	if (status == STATUS_OK)
		status =
			signin_context_build(records, request, principal, assumption, out_decision);
	if (status == STATUS_OK)
		status = signin_policies_load(records, principal, out_decision);
	if (status == STATUS_OK)
		status = load_trust(assumption->role, out_decision);
	/* The host's policy is about the host, not about its roles; its Deny holds all the same. */
	out_decision->set.resource_account = role.account;
	return status == STATUS_OK ? signin_evaluate(out_decision, trace) : status;
}

enum status signin_authorize(const struct signin_records *records,
			     const struct signin_request *request,
			     const struct access_principal *principal, const char *action,
			     struct signin_answer *answer)
{
	AUTO_SIGNIN_DECISION decision = { 0 };
	enum status status = signin_decide(records, request, principal, action, NULL, &decision);

	answer->complaint = decision.complaint;
	answer->reason = status == STATUS_OK ? decision.reason : SIGNIN_REASON_NONE;
	return status;
}
