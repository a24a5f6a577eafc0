#include "tools/iamctl/proof.h"

#include "tools/iamctl/proof_internal.h"

/* How far a statement came on its way through the questions. */
enum nearness {
	NEAR_NOTHING = 0, /* no statement at all */
	NEAR_EFFECT,      /* it is about something else */
	NEAR_ACTION,
	NEAR_PRINCIPAL,
	NEAR_RESOURCE,
	NEAR_ENOUGH, /* it applied, and was not enough: it delegates */
};

static enum nearness nearness_of(enum policy_miss miss)
{
	switch (miss) {
	case POLICY_MISS_ACTION:
		return NEAR_EFFECT;
	case POLICY_MISS_PRINCIPAL:
		return NEAR_ACTION;
	case POLICY_MISS_RESOURCE:
		return NEAR_PRINCIPAL;
	case POLICY_MISS_CONDITION:
		return NEAR_RESOURCE;
	case POLICY_MISS_NONE:
		break;
	}
	return NEAR_ENOUGH;
}

/* A document that comes by two ways, from the user and a group, is one. */
static bool is_kept(const struct proof_near *near, const struct policy_step *step)
{
	for (size_t i = 0; i < near->count && i < PROOF_NEAR_MAX; i++)
		if (near->steps[i].statement == step->statement &&
		    text_equal(near->steps[i].source->name, step->source->name))
			return true;
	return false;
}

static void note_step(void *context, const struct policy_step *step)
{
	struct proof *proof = context;
	struct proof_near *near = &proof->layers[step->layer];
	enum nearness nearness = nearness_of(step->miss);

	if (step->source->document->statements[step->statement].is_deny ||
	    nearness < near->nearness)
		return;
	if (nearness > near->nearness)
		*near = (struct proof_near){ .nearness = nearness };
	if (is_kept(near, step))
		return;
	if (near->count < PROOF_NEAR_MAX)
		near->steps[near->count] = *step;
	near->count++;
}

struct policy_trace proof_trace(struct proof *proof)
{
	return (struct policy_trace){ note_step, proof };
}

void proof_show_verdict(struct output *output, enum signin_reason reason)
{
	bool is_allowed = reason == SIGNIN_REASON_ALLOWED;

	if (output->is_json) {
		output_field(output, "allowed", cell_flag(is_allowed));
		output_field(output, "reason", cell_string(signin_reason_code(reason)));
		output_field(output, "explanation",
			     cell_string(is_allowed ? "" : signin_reason_text(reason)));
		return;
	}
	if (is_allowed)
		output_say(output, TONE_GOOD, "Allowed.");
	else
		output_say(output, TONE_BAD, "Denied: %s. %s", signin_reason_code(reason),
			   signin_reason_text(reason));
	output_say(output, TONE_PLAIN, "%s", "");
}

void proof_show_context(struct output *output, const struct policy_context *context)
{
	static const char *const columns[] = { "key", "values" };
	struct output_table table;

	output_table(&table, output, "context", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table)) {
		for (size_t i = 0; i < context->count; i++)
			output_table_row(&table,
					 (struct cell[]){ cell_text(context->keys[i].name),
							  proof_values(&context->keys[i]) });
		for (size_t i = 0; i < context->undetermined_count; i++)
			output_table_row(&table,
					 (struct cell[]){ cell_text(context->undetermined[i]),
							  proof_known_later() });
	}
}

/* What is missing, in a sentence; NULL when the verdict was reached otherwise. */
static const char *lack_in(enum policy_layer layer)
{
	switch (layer) {
	case POLICY_LAYER_NONE:
		return "neither a policy of the principal's nor the host's allows it";
	case POLICY_LAYER_IDENTITY:
		return "the trust policy leaves it to the principal's own policies, and none "
		       "allows it";
	case POLICY_LAYER_BOUNDARY:
		return "the permissions boundary does not allow it";
	case POLICY_LAYER_SESSION:
		return "the session policy does not allow it";
	case POLICY_LAYER_RESOURCE:
		return "the principal is of another account, and the host's policy does not allow "
		       "it";
	case POLICY_LAYER_TRUST:
		return "the role's trust policy does not allow it";
	}
	return NULL;
}

static void show_near(const struct proof_view *view, const struct proof_near *near)
{
	size_t shown = near->count < PROOF_NEAR_MAX ? near->count : PROOF_NEAR_MAX;

	for (size_t i = 0; i < shown; i++)
		proof_show_step(view, &near->steps[i]);
	if (near->count > shown)
		output_say(view->output, TONE_PLAIN, "\n... and %zu more that came as near",
			   near->count - shown);
}

/* Of each layer that could have allowed it. A statement about something else altogether is shown
   only where there is none that comes nearer. */
static void show_nearest(const struct proof_view *view, const struct proof *proof,
			 enum policy_layer layer)
{
	const struct proof_near *identity = &proof->layers[POLICY_LAYER_IDENTITY];
	const struct proof_near *resource = &proof->layers[POLICY_LAYER_RESOURCE];

	if (layer != POLICY_LAYER_NONE) {
		show_near(view, &proof->layers[layer]);
		return;
	}
	if (identity->nearness > NEAR_EFFECT || resource->nearness <= NEAR_EFFECT)
		show_near(view, identity);
	if (resource->nearness > NEAR_EFFECT || identity->nearness <= NEAR_EFFECT)
		show_near(view, resource);
}

static void show_statements(const struct proof_view *view, const struct proof *proof)
{
	const struct policy_verdict *verdict = &view->decision->verdict;
	struct json_writer *writer = &view->output->writer;

	if (view->output->is_json)
		json_write_array(writer, "statements");
	if (verdict->step.source)
		proof_show_step(view, &verdict->step);
	else
		show_nearest(view, proof, verdict->step.layer);
	if (view->output->is_json)
		json_write_close(writer, ']');
}

/* Or had something else the last word? */
static bool is_of_statements(enum signin_reason reason)
{
	return reason == SIGNIN_REASON_ALLOWED || reason == SIGNIN_REASON_NOT_AUTHORIZED ||
	       reason == SIGNIN_REASON_POLICY_DENIED;
}

void proof_show(struct output *output, const struct proof *proof,
		const struct signin_decision *decision, const struct access_principal *principal)
{
	const struct policy_verdict *verdict = &decision->verdict;
	struct proof_view view = { output, decision, principal };

	if (decision->reason == SIGNIN_REASON_POLICY_UNREADABLE ||
	    decision->reason == SIGNIN_REASON_HOST_POLICY) {
		output_field(output, "document", cell_string(decision->complaint.place));
		output_field(output, "wrong", cell_string(decision->complaint.reason));
		return;
	}
	if (!is_of_statements(decision->reason))
		return;
	output_field(output, "decision", cell_string(policy_decision_name(verdict->decision)));
	if (verdict->step.source)
		output_field(output, "decided_by",
			     cell_string(policy_layer_name(verdict->step.layer)));
	else
		output_field(output, "lacking", cell_string(lack_in(verdict->step.layer)));
	show_statements(&view, proof);
}
