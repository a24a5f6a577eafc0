#include "tools/iamctl/proof.h"

#include "tools/iamctl/proof_internal.h"

/* How far a statement came on its way through the questions; 0 was a step of another kind. */
static unsigned nearness_of(enum policy_miss miss)
{
	switch (miss) {
	case POLICY_MISS_ACTION:
		return 1;
	case POLICY_MISS_PRINCIPAL:
		return 2;
	case POLICY_MISS_RESOURCE:
		return 3;
	case POLICY_MISS_CONDITION:
		return 4;
	case POLICY_MISS_NONE: /* it applied, and was not enough: it delegates */
		break;
	}
	return 5;
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
	unsigned nearness = nearness_of(step->miss);

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
		output_field(output, "explanation", cell_string(signin_reason_text(reason)));
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
							  cell_string(PROOF_KNOWN_LATER) });
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

/* Those of the layers that could have allowed it; with equally near ones in both, all of them. */
static void show_nearest(const struct proof_view *view, const struct proof *proof,
			 enum policy_layer layer)
{
	bool is_either = layer == POLICY_LAYER_NONE;
	const struct proof_near *near[] = {
		&proof->layers[is_either ? POLICY_LAYER_IDENTITY : layer],
		&proof->layers[POLICY_LAYER_RESOURCE],
	};
	size_t count = is_either ? 2 : 1;
	unsigned nearest = near[0]->nearness;

	if (is_either && near[1]->nearness > nearest)
		nearest = near[1]->nearness;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; near[i]->nearness == nearest && j < near[i]->count; j++) {
			if (j == PROOF_NEAR_MAX) {
				output_say(view->output, TONE_PLAIN,
					   "\n... and %zu more that came as near",
					   near[i]->count - j);
				break;
			}
			proof_show_step(view, &near[i]->steps[j]);
		}
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
