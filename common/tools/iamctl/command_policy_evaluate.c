#include "directory/arn.h"
#include "policy/policy.h"
#include "tools/iamctl/command.h"
#include "tools/iamctl/context_json.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/input.h"
#include "tools/iamctl/visible.h"

enum {
	LINE_BYTES_MAX = 16 << 20,
	QUESTION_ARENA_MAX = 256 << 20,
	DOCUMENTS_MAX = 10000,
	NAME_BYTES_MAX = 8192, /* of an action, a resource, a principal */
};

/* One line: what was asked. Everything points into the line or the arena. */
struct question {
	struct arena arena;
	struct json *request;
	struct policy_set_of_documents set;
	struct policy_context context;
	struct policy_request asked;
	struct text kind;
	bool has_trust;
	struct complaint complaint;
};

static void question_release(struct question *question)
{
	json_free(question->request);
	arena_release(&question->arena);
}

#define AUTO_QUESTION CLEANUP(question_release) struct question

static enum status refuse(struct question *question, const char *place, const char *reason)
{
	complaint_at(&question->complaint, "%s", place);
	return complain(&question->complaint, STATUS_BAD_INPUT, "%s", reason);
}

/* A document stands there as it is, or as a string that holds its text. */
static enum status document_text(struct question *question, struct text piece, const char *place,
				 struct text *out_source)
{
	AUTO_JSON *json = NULL;
	enum status status;

	*out_source = piece;
	if (piece.length == 0 || piece.bytes[0] != '"')
		return STATUS_OK;
	status = json_parse_piece(piece, NULL, &json, NULL);
	if (status != STATUS_OK)
		return status == STATUS_NO_MEMORY ? status
						  : refuse(question, place, "is not a document");
	*out_source = arena_text(&question->arena, json_text(json));
	return out_source->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status read_document(struct question *question, struct text piece, const char *place,
				 struct policy_source *out_source)
{
	struct policy_document *document = arena_take(&question->arena, 1, sizeof(*document));
	struct text source;
	enum status status;

	if (!document)
		return STATUS_NO_MEMORY;
	status = document_text(question, piece, place, &source);
	if (status != STATUS_OK)
		return status;
	status = policy_parse(source, &question->arena, document, &question->complaint);
	if (status == STATUS_BAD_INPUT) { /* where in the line, then where in the document */
		struct complaint inner = question->complaint;

		complaint_at(&question->complaint, "%s%s%s", place, *inner.place ? "." : "",
			     inner.place);
	}
	*out_source = (struct policy_source){ text_of(""), document };
	return status;
}

static enum status read_documents(struct question *question, struct text list, const char *name,
				  struct policy_sources *out_sources)
{
	struct json_pieces pieces;
	struct text key, piece;
	struct policy_source *items;
	size_t count = 0;
	enum status status = STATUS_OK;

	if (list.bytes[0] != '[' || json_pieces_init(&pieces, list) != STATUS_OK)
		return refuse(question, name, "must be a list of policies");
	while (json_pieces_next(&pieces, &key, &piece))
		count++;
	if (count > DOCUMENTS_MAX)
		return refuse(question, name, "has too many entries");
	items = arena_take(&question->arena, count, sizeof(*items));
	if (!items || json_pieces_init(&pieces, list) != STATUS_OK)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; status == STATUS_OK && json_pieces_next(&pieces, &key, &piece); i++) {
		char place[64];

		(void)snprintf(place, sizeof(place), "%s[%zu]", name, i);
		status = read_document(question, piece, place, &items[i]);
	}
	*out_sources = (struct policy_sources){ items, count };
	return status;
}

static enum status read_policies(struct question *question, struct text value)
{
	return read_documents(question, value, "policies", &question->set.identity);
}

static enum status read_boundary(struct question *question, struct text value)
{
	question->set.has_boundary = true;
	return read_documents(question, value, "boundary", &question->set.boundary);
}

static enum status read_session(struct question *question, struct text value)
{
	question->set.has_session = true;
	return read_documents(question, value, "session", &question->set.session);
}

static enum status read_trust(struct question *question, struct text value)
{
	struct policy_source *source = arena_take(&question->arena, 1, sizeof(*source));

	if (!source)
		return STATUS_NO_MEMORY;
	question->has_trust = true;
	question->set.trust = (struct policy_sources){ source, 1 };
	return read_document(question, value, "trust", source);
}

static enum status read_request(struct question *question, struct text value)
{
	struct json_place place = { .name = "request" };

	if (value.bytes[0] != '{')
		return refuse(question, "request", "must be an object");
	return json_parse_piece(value, &place, &question->request, &question->complaint);
}

static enum status read_kind(struct question *question, struct text value)
{
	question->kind = value; /* with its quotes */
	if (!text_is(value, "\"principal-match\""))
		return refuse(question, "kind", "must be \"principal-match\"");
	return STATUS_OK;
}

/* Members that are not here say nothing to us. */
static const struct member {
	const char *name;
	enum status (*read)(struct question *question, struct text value);
} members[] = {
	{ "policies", read_policies }, { "boundary", read_boundary }, { "session", read_session },
	{ "trust", read_trust },       { "request", read_request },   { "kind", read_kind },
};

static const struct member *find_member(struct text name, size_t *out_index)
{
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (text_is(name, members[i].name)) {
			*out_index = i;
			return &members[i];
		}
	return NULL;
}

static enum status read_members(struct question *question, struct text line)
{
	bool are_given[ARRAY_LENGTH(members)] = { false };
	struct json_pieces pieces;
	struct text name, value;
	size_t index = 0;
	enum status status = json_check(line, LINE_BYTES_MAX, &question->complaint);

	question->complaint.line = 0; /* of the only line there is */
	if (status != STATUS_OK)
		return status;
	if (json_pieces_init(&pieces, line) != STATUS_OK || pieces.kind != JSON_OBJECT)
		return refuse(question, "", "must be a JSON object");
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &value)) {
		const struct member *member = find_member(name, &index);

		if (!member || text_is(value, "null"))
			continue;
		if (are_given[index])
			return refuse(question, member->name, "is given twice");
		are_given[index] = true;
		status = member->read(question, value);
	}
	return status;
}

static enum status take_text(struct question *question, const char *name, bool required,
			     struct text *out_text)
{
	static const struct json_place place = { .name = "request" };

	return json_want_text(question->request, (struct json_want){ &place, name, required },
			      NAME_BYTES_MAX, out_text, &question->complaint);
}

static enum status take_context(struct question *question)
{
	static const struct json_place place = { .name = "request" };
	const struct json *object = NULL;
	enum status status =
		json_want_kind(question->request, (struct json_want){ &place, "context", false },
			       JSON_OBJECT, &object, &question->complaint);

	if (status == STATUS_OK)
		status = context_from_json(object, &question->arena, &question->context);
	question->asked.context = &question->context;
	return status;
}

/* The request's own members, once all documents are known. */
static enum status take_request(struct question *question)
{
	struct policy_request *asked = &question->asked;
	struct arn arn;
	enum status status;

	if (!question->request)
		return refuse(question, "request", "is missing");
	if (question->kind.length > 0 && !question->has_trust)
		return refuse(question, "trust", "is missing");
	asked->action = question->has_trust ? TEXT("sts:AssumeRole") : TEXT("");
	status = take_text(question, "principal", question->has_trust, &asked->caller.arn);
	if (arn_split(asked->caller.arn, &arn) == STATUS_OK)
		asked->caller.account = arn.account;
	if (status != STATUS_OK || question->kind.length > 0)
		return status;
	status = take_text(question, "action", !question->has_trust, &asked->action);
	if (status == STATUS_OK)
		status = take_text(question, "resource", true, &asked->resource);
	if (status == STATUS_OK)
		status = take_context(question);
	if (question->has_trust && arn_split(asked->resource, &arn) == STATUS_OK)
		question->set.resource_account = arn.account;
	return status;
}

/* How the strongest statement's Principal fits. */
static const char *match_name(const struct question *question)
{
	static const char *const names[] = { [POLICY_PRINCIPAL_NONE] = "NoMatch",
					     [POLICY_PRINCIPAL_ACCOUNT] = "AccountLevelMatch",
					     [POLICY_PRINCIPAL_ROLE] = "SessionRoleMatch",
					     [POLICY_PRINCIPAL_EXACT] = "Match" };
	const struct policy_document *trust = question->set.trust.items[0].document;
	enum policy_principal_match strongest = POLICY_PRINCIPAL_NONE;

	for (size_t i = 0; i < trust->statement_count; i++) {
		enum policy_principal_match match = policy_match_principal(
			&trust->statements[i], POLICY_TRUST, &question->asked.caller);

		if (match > strongest)
			strongest = match;
	}
	return names[strongest];
}

static enum status answer_line(struct question *question, struct text line, const char **out_answer)
{
	struct policy_verdict verdict;
	enum status status;

	arena_init(&question->arena, QUESTION_ARENA_MAX);
	status = read_members(question, line);
	if (status == STATUS_OK)
		status = take_request(question);
	if (status != STATUS_OK)
		return status;
	if (question->kind.length > 0) {
		*out_answer = match_name(question);
		return STATUS_OK;
	}
	if (policy_evaluate(&question->set, &question->asked, NULL, &verdict) != STATUS_OK)
		return refuse(question, "request.context",
			      "has a key twice, too many keys or too many values");
	*out_answer = policy_decision_name(verdict.decision);
	return STATUS_OK;
}

static void print_answer(const struct output *output, const char *answer,
			 const struct complaint *complaint)
{
	char place[sizeof(complaint->place) * 4], reason[sizeof(complaint->reason) * 4];

	if (answer) {
		fprintf(output->file, "%s\n", answer);
		return;
	}
	fprintf(output->file, "Invalid: %s%s%s\n",
		visible(text_of(complaint->place), place, sizeof(place)),
		complaint->place[0] ? ": " : "",
		visible(text_of(complaint->reason), reason, sizeof(reason)));
}

static void show_answer(struct output_table *table, const char *answer,
			const struct complaint *complaint)
{
	if (!table->output->is_json) {
		print_answer(table->output, answer, complaint);
		return;
	}
	output_table_row(table, (struct cell[]){ cell_string(answer ? answer : "Invalid"),
						 cell_string(answer ? "" : complaint->place),
						 cell_string(answer ? "" : complaint->reason) });
}

static void flush(void *context)
{
	fflush(context);
}

/* One answer for each line, whatever is in it; only what stops all of it ends the walk. */
static enum status answer_all(struct output_table *table)
{
	AUTO_INPUT_LINES lines = { 0 };
	enum status status = STATUS_OK;

	input_lines_init(&lines, STDIN_FILENO, LINE_BYTES_MAX);
	lines.before_read = flush;
	lines.context = table->output->file;
	while (status == STATUS_OK) {
		AUTO_QUESTION question = { .request = NULL };
		const char *answer = NULL;
		struct text line;

		status = input_next_line(&lines, &line);
		if (status == STATUS_OK)
			status = answer_line(&question, line, &answer);
		else if (status == STATUS_BAD_INPUT)
			(void)complain(&question.complaint, status, "longer than %d bytes",
				       LINE_BYTES_MAX);
		if (status == STATUS_OK || status == STATUS_BAD_INPUT) {
			show_answer(table, answer, &question.complaint);
			status = STATUS_OK;
		}
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int command_policy_evaluate(struct invocation *invocation)
{
	static const char *const columns[] = { "answer", "place", "reason" };
	struct output_table table;
	enum status status = STATUS_OK;

	output_table(&table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	/* Answers for people are lines, each as soon as it is known, and no table. */
	if (!invocation->output->is_json)
		status = answer_all(&table);
	else
		while (output_table_pass(&table))
			status = answer_all(&table);
	return status == STATUS_OK ? EX_OK : fail_with(status, NULL, "standard input");
}
