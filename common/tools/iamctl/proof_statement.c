#include <stdio.h>

#include "tools/iamctl/proof_internal.h"

enum { SHOWN_BYTES_MAX = 16 << 20, EXPANDED_MAX = 1024, ORIGINS_MAX = 32 };

/* How the document came to the principal, for people who know it by that; there may be several
   ways. */
static void show_origins(const struct proof_view *view, const struct policy_step *step)
{
	const struct access_principal *principal = view->principal;
	struct text origins[ORIGINS_MAX];
	size_t count = 0;

	for (size_t i = 0; step->layer == POLICY_LAYER_IDENTITY && i < principal->policy_count &&
			   count < ORIGINS_MAX;
	     i++)
		if (text_equal(principal->policies[i].key, step->source->name))
			origins[count++] = principal->policies[i].from;
	if (count == 0)
		origins[count++] = step->layer == POLICY_LAYER_IDENTITY
					   ? TEXT("the command line")
					   : text_of(policy_layer_name(step->layer));
	output_list(view->output, "from", origins, count);
}

static const char *miss_name(enum policy_miss miss)
{
	switch (miss) {
	case POLICY_MISS_NONE:
		return "it only delegates to the principal's own policies";
	case POLICY_MISS_PRINCIPAL:
		return "principal";
	case POLICY_MISS_ACTION:
		return "action";
	case POLICY_MISS_RESOURCE:
		return "resource";
	case POLICY_MISS_CONDITION:
		return "condition";
	}
	return "";
}

struct cell proof_values(const struct policy_key *key)
{
	static const struct text unreadable[] = { TEXT("(not readable)") };

	return key->is_unparsable ? cell_list(unreadable, 1) : cell_list(key->values, key->count);
}

struct cell proof_known_later(void)
{
	static const struct text known_later[] = { TEXT("(known to sudo's plugin alone)") };

	return cell_list(known_later, 1);
}

static struct cell actual_values(const struct policy_context *context, struct text name)
{
	const struct policy_key *key = policy_context_find(context, name);

	if (key)
		return proof_values(key);
	return policy_context_is_undetermined(context, name) ? proof_known_later()
							     : (struct cell){ 0 };
}

/* "${aws:username} = alice" where a variable has a value. */
static struct text with_value(const struct proof_view *view, const struct policy_document *document,
			      struct text written, struct arena *arena)
{
	char expanded[EXPANDED_MAX], shown[2 * EXPANDED_MAX];
	struct text value;

	if (!policy_expand(document, written, &view->decision->context, expanded, sizeof(expanded),
			   &value) ||
	    text_format(shown, sizeof(shown), "%.*s = %.*s", TEXT_ARGUMENTS(written),
			TEXT_ARGUMENTS(value)) != STATUS_OK)
		return written;
	value = arena_text(arena, text_of(shown));
	return value.bytes ? value : written;
}

static struct cell expected_values(const struct proof_view *view,
				   const struct policy_document *document,
				   const struct policy_list *list, struct arena *arena)
{
	struct text *items = arena_take(arena, list->count, sizeof(*items));

	if (!items)
		return cell_list(list->items, list->count);
	for (size_t i = 0; i < list->count; i++)
		items[i] = with_value(view, document, list->items[i], arena);
	return cell_list(items, list->count);
}

/* The questions before the conditions, in the order in which they are asked. */
enum question { QUESTION_ACTION, QUESTION_PRINCIPAL, QUESTION_RESOURCE };

/* Nobody asks behind the first miss. */
static struct cell holds(const struct policy_step *step, enum question question)
{
	static const enum policy_miss misses[] = {
		[QUESTION_ACTION] = POLICY_MISS_ACTION,
		[QUESTION_PRINCIPAL] = POLICY_MISS_PRINCIPAL,
		[QUESTION_RESOURCE] = POLICY_MISS_RESOURCE,
	};

	for (size_t i = 0; i < question; i++)
		if (step->miss == misses[i])
			return (struct cell){ 0 };
	return cell_flag(step->miss != misses[question]);
}

struct comparison {
	const struct proof_view *view;
	const struct policy_step *step;
	const struct policy_statement *statement;
	struct output_table *table;
	struct arena *arena;
};

static void compare(const struct comparison *comparison, const char *element, struct cell expected,
		    struct text actual, enum question question)
{
	output_table_row(comparison->table,
			 (struct cell[]){ cell_string(element), (struct cell){ 0 }, expected,
					  cell_list(&actual, 1),
					  holds(comparison->step, question) });
}

static void compare_principal(const struct comparison *comparison)
{
	const struct policy_statement *statement = comparison->statement;
	struct text *items =
		arena_take(comparison->arena, statement->principal_count, sizeof(*items));
	size_t count = items ? statement->principal_count : 0;

	for (size_t i = 0; i < count; i++)
		items[i] = statement->principals[i].value;
	compare(comparison, statement->is_not_principal ? "NotPrincipal" : "Principal",
		cell_list(items, count), comparison->view->decision->caller.arn,
		QUESTION_PRINCIPAL);
}

static void compare_conditions(const struct comparison *comparison)
{
	const struct policy_statement *statement = comparison->statement;
	const struct policy_document *document = comparison->step->source->document;
	const struct policy_context *context = &comparison->view->decision->context;

	for (size_t i = 0; i < statement->condition_count; i++) {
		const struct policy_condition *condition = &statement->conditions[i];
		bool does_hold = policy_condition_holds(document, statement, condition, context);

		output_table_row(
			comparison->table,
			(struct cell[]){
				cell_text(condition->operator_name), cell_text(condition->key),
				expected_values(comparison->view, document, &condition->values,
						comparison->arena),
				actual_values(context, condition->key), cell_flag(does_hold) });
	}
}

/* Once for each pass of the table. */
static void compare_all(const struct comparison *comparison)
{
	const struct policy_statement *statement = comparison->statement;
	const struct policy_document *document = comparison->step->source->document;
	const struct proof_view *view = comparison->view;

	compare(comparison, statement->is_not_action ? "NotAction" : "Action",
		cell_list(statement->actions.items, statement->actions.count),
		view->decision->action, QUESTION_ACTION);
	if (statement->has_principal)
		compare_principal(comparison);
	if (statement->has_resource)
		compare(comparison, statement->is_not_resource ? "NotResource" : "Resource",
			expected_values(view, document, &statement->resources, comparison->arena),
			view->decision->resource, QUESTION_RESOURCE);
	compare_conditions(comparison);
}

static void show_comparison(const struct proof_view *view, const struct policy_step *step,
			    const struct policy_statement *statement)
{
	static const char *const columns[] = { "element", "key", "expected", "actual", "holds" };
	struct output_table table;
	AUTO_ARENA arena = { 0 };
	struct comparison comparison = { view, step, statement, &table, &arena };

	arena_init(&arena, SHOWN_BYTES_MAX);
	output_table(&table, view->output, "comparison", columns, ARRAY_LENGTH(columns));
	while (output_table_pass(&table))
		compare_all(&comparison);
}

/* The lists of iam.conf are written as a document that nobody has: it has no lines. */
static void show_place(struct output *output, const struct policy_step *step)
{
	bool has_lines = !text_is(step->source->name, "iam.conf");
	unsigned line, column;
	char place[64];

	(void)snprintf(place, sizeof(place), "Statement[%zu]", step->statement);
	policy_locate(step->source->document->source, place, &line, &column);
	output_field(output, "statement_number", cell_number((int64_t)step->statement + 1));
	output_field(output, "line", has_lines ? cell_number(line) : (struct cell){ 0 });
	output_field(output, "column", has_lines ? cell_number(column) : (struct cell){ 0 });
}

void proof_show_step(const struct proof_view *view, const struct policy_step *step)
{
	const struct policy_statement *statement =
		&step->source->document->statements[step->statement];
	struct output *output = view->output;
	bool decided = view->decision->verdict.step.source != NULL;

	if (!output->is_json)
		fputc('\n', output->file);
	output_object(output);
	output_field(output, "document", cell_text(step->source->name));
	show_origins(view, step);
	show_place(output, step);
	output_field(output, "sid", cell_text(statement->sid));
	output_field(output, "effect", cell_string(statement->is_deny ? "Deny" : "Allow"));
	if (!decided || output->is_json)
		output_field(output, "missed", cell_string(decided ? "" : miss_name(step->miss)));
	output_document(output, "statement", statement->source);
	show_comparison(view, step, statement);
	output_close_object(output);
}
