#include "policy/policy_internal.h"

/* One layer of documents, and what they said so far. */
struct tally {
	enum policy_layer layer;
	enum policy_kind kind;
	const struct policy_sources *sources;
	struct policy_step deny, allow;    /* source NULL: none */
	enum policy_principal_match match; /* of the strongest Allow */
};

static struct tally tally_of(enum policy_layer layer, enum policy_kind kind,
			     const struct policy_sources *sources)
{
	return (struct tally){ .layer = layer, .kind = kind, .sources = sources };
}

struct evaluation {
	const struct policy_request *request;
	const struct policy_trace *trace;
};

static bool conditions_hold(const struct policy_document *document,
			    const struct policy_statement *statement,
			    const struct policy_request *request,
			    const struct policy_condition **out_failed)
{
	for (size_t i = 0; i < statement->condition_count; i++) {
		const struct policy_condition *condition = &statement->conditions[i];

		if (!policy_condition_holds(document, statement, condition, request->context)) {
			*out_failed = condition;
			return false;
		}
	}
	return true;
}

/* Why the statement does not apply, cheapest questions first. */
static enum policy_miss find_miss(const struct tally *tally, const struct policy_document *document,
				  const struct policy_statement *statement,
				  const struct policy_request *request,
				  enum policy_principal_match *out_match,
				  const struct policy_condition **out_failed)
{
	bool is_deny = statement->is_deny;

	if (!policy_resolve(policy_match_action(statement, request->action), is_deny))
		return POLICY_MISS_ACTION;
	if (tally->kind != POLICY_IDENTITY) {
		*out_match = policy_match_principal(statement, tally->kind, &request->caller);
		if (*out_match == POLICY_PRINCIPAL_NONE)
			return POLICY_MISS_PRINCIPAL;
	}
	/* A trust policy is about its role alone; one that names a resource all the same must mean
	 * it. */
	if ((statement->has_resource || tally->kind != POLICY_TRUST) &&
	    !policy_resolve(policy_match_resource(document, statement, request), is_deny))
		return POLICY_MISS_RESOURCE;
	if (!conditions_hold(document, statement, request, out_failed))
		return POLICY_MISS_CONDITION;
	return POLICY_MISS_NONE;
}

static void weigh_statement(const struct evaluation *evaluation, struct tally *tally,
			    const struct policy_source *source, size_t index)
{
	const struct policy_statement *statement = &source->document->statements[index];
	enum policy_principal_match match = POLICY_PRINCIPAL_NONE;
	struct policy_step step = { .layer = tally->layer, .source = source, .statement = index };

	step.miss = find_miss(tally, source->document, statement, evaluation->request, &match,
			      &step.condition);
	if (evaluation->trace)
		evaluation->trace->step(evaluation->trace->context, &step);
	if (step.miss != POLICY_MISS_NONE)
		return;
	if (statement->is_deny) {
		if (!tally->deny.source)
			tally->deny = step;
	} else if (!tally->allow.source || match > tally->match) {
		tally->allow = step;
		tally->match = match;
	}
}

static void weigh(const struct evaluation *evaluation, struct tally *tally)
{
	for (size_t i = 0; i < tally->sources->count; i++) {
		const struct policy_source *source = &tally->sources->items[i];

		for (size_t index = 0; index < source->document->statement_count; index++)
			weigh_statement(evaluation, tally, source, index);
	}
}

enum { IDENTITY, BOUNDARY, SESSION, RESOURCE, TRUST, TALLIES };

/* The layer without an Allow among those that limit; POLICY_LAYER_NONE when all have one. */
static enum policy_layer find_limit(const struct policy_set_of_documents *set,
				    const struct tally tallies[TALLIES])
{
	if (set->has_boundary && !tallies[BOUNDARY].allow.source)
		return POLICY_LAYER_BOUNDARY;
	if (set->has_session && !tallies[SESSION].allow.source)
		return POLICY_LAYER_SESSION;
	return POLICY_LAYER_NONE;
}

static struct policy_verdict allow(const struct policy_step *step)
{
	return (struct policy_verdict){ .decision = POLICY_ALLOW, .step = *step };
}

static struct policy_verdict deny_for_lack_in(enum policy_layer layer)
{
	return (struct policy_verdict){ .decision = POLICY_IMPLICIT_DENY,
					.step = { .layer = layer } };
}

/* Identity policies and the host's own: either may allow, unless the caller is of another account,
   where both must. */
static struct policy_verdict decide(const struct policy_set_of_documents *set,
				    const struct tally tallies[TALLIES], bool is_same_account)
{
	const struct tally *identity = &tallies[IDENTITY], *resource = &tallies[RESOURCE];
	enum policy_layer limit = find_limit(set, tallies);

	if (is_same_account && resource->match == POLICY_PRINCIPAL_EXACT)
		return allow(&resource->allow);
	if (!is_same_account && !resource->allow.source)
		return deny_for_lack_in(POLICY_LAYER_RESOURCE);
	if (!identity->allow.source &&
	    (!is_same_account || resource->match < POLICY_PRINCIPAL_ROLE))
		return deny_for_lack_in(POLICY_LAYER_NONE);
	if (limit != POLICY_LAYER_NONE)
		return deny_for_lack_in(limit);
	return allow(identity->allow.source ? &identity->allow : &resource->allow);
}

/* sts:AssumeRole: the role's trust policy must allow, always. */
static struct policy_verdict decide_trust(const struct policy_set_of_documents *set,
					  const struct tally tallies[TALLIES], bool is_same_account)
{
	const struct tally *identity = &tallies[IDENTITY], *trust = &tallies[TRUST];
	enum policy_layer limit = find_limit(set, tallies);

	if (!trust->allow.source)
		return deny_for_lack_in(POLICY_LAYER_TRUST);
	if (is_same_account && trust->match == POLICY_PRINCIPAL_EXACT)
		return allow(&trust->allow);
	if (!identity->allow.source && (!is_same_account || trust->match < POLICY_PRINCIPAL_ROLE))
		return deny_for_lack_in(POLICY_LAYER_IDENTITY);
	if (limit != POLICY_LAYER_NONE)
		return deny_for_lack_in(limit);
	return allow(&trust->allow);
}

/* A service has no account and no policies of its own: what names it decides alone. */
static bool is_same_account(const struct policy_set_of_documents *set,
			    const struct policy_request *request)
{
	return set->resource_account.length == 0 || request->caller.account.length == 0 ||
	       text_equal(set->resource_account, request->caller.account);
}

enum status policy_evaluate(const struct policy_set_of_documents *set,
			    const struct policy_request *request, const struct policy_trace *trace,
			    struct policy_verdict *out_verdict)
{
	struct evaluation evaluation = { request, trace };
	struct tally tallies[TALLIES] = {
		[IDENTITY] = tally_of(POLICY_LAYER_IDENTITY, POLICY_IDENTITY, &set->identity),
		[BOUNDARY] = tally_of(POLICY_LAYER_BOUNDARY, POLICY_IDENTITY, &set->boundary),
		[SESSION] = tally_of(POLICY_LAYER_SESSION, POLICY_IDENTITY, &set->session),
		[RESOURCE] = tally_of(POLICY_LAYER_RESOURCE, POLICY_RESOURCE, &set->resource),
		[TRUST] = tally_of(POLICY_LAYER_TRUST, POLICY_TRUST, &set->trust),
	};

	*out_verdict = (struct policy_verdict){ .decision = POLICY_IMPLICIT_DENY };
	if (!policy_context_is_sound(request->context))
		return STATUS_BAD_INPUT;
	for (size_t i = 0; i < TALLIES; i++)
		weigh(&evaluation, &tallies[i]);
	for (size_t i = 0; i < TALLIES; i++) {
		if (!tallies[i].deny.source)
			continue;
		*out_verdict = (struct policy_verdict){ .decision = POLICY_EXPLICIT_DENY,
							.step = tallies[i].deny };
		return STATUS_OK;
	}
	if (set->trust.count > 0)
		*out_verdict = decide_trust(set, tallies, is_same_account(set, request));
	else
		*out_verdict = decide(set, tallies, is_same_account(set, request));
	return STATUS_OK;
}

const char *policy_decision_name(enum policy_decision decision)
{
	switch (decision) {
	case POLICY_ALLOW:
		return "Allowed";
	case POLICY_EXPLICIT_DENY:
		return "ExplicitlyDenied";
	case POLICY_IMPLICIT_DENY:
		break;
	}
	return "ImplicitlyDenied";
}

const char *policy_layer_name(enum policy_layer layer)
{
	switch (layer) {
	case POLICY_LAYER_IDENTITY:
		return "identity policies";
	case POLICY_LAYER_BOUNDARY:
		return "permissions boundary";
	case POLICY_LAYER_SESSION:
		return "session policy";
	case POLICY_LAYER_RESOURCE:
		return "host policy";
	case POLICY_LAYER_TRUST:
		return "trust policy";
	case POLICY_LAYER_NONE:
		break;
	}
	return "no policy";
}
