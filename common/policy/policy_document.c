#include "policy/policy_internal.h"
#include "json/json.h"

static enum status read_statements(struct policy_reader *reader, struct text value,
				   struct policy_document *document)
{
	struct json_pieces pieces;
	struct text name, piece;
	enum status status = STATUS_OK;
	size_t count;

	reader->is_single = policy_piece_is(value, '{');
	count = reader->is_single ? 1 : policy_piece_count(value);
	if (!reader->is_single && !policy_piece_is(value, '['))
		return policy_refuse(reader, "must be an object or a list of objects");
	if (count > POLICY_STATEMENTS_MAX)
		return policy_refuse(reader, "has too many entries");
	document->statements = arena_take(reader->arena, count, sizeof(*document->statements));
	if (!document->statements)
		return STATUS_NO_MEMORY;
	document->statement_count = count;
	if (reader->is_single)
		return policy_read_statement(reader, value, document->statements);
	status = json_pieces_init(&pieces, value);
	for (size_t i = 0; status == STATUS_OK && json_pieces_next(&pieces, &name, &piece); i++) {
		reader->statement = i;
		status = policy_read_statement(reader, piece, &document->statements[i]);
	}
	reader->element = NULL;
	return status;
}

static enum status refuse_at_top(struct complaint *complaint, const char *place, const char *reason)
{
	complaint_at(complaint, "%s", place);
	return complain(complaint, STATUS_BAD_INPUT, "%s", reason);
}

static enum status read_version(const struct policy_reader *reader, struct text value,
				struct policy_document *document)
{
	document->has_version = true;
	document->is_2012 = text_is(value, "\"2012-10-17\"");
	if (!document->is_2012 && !text_is(value, "\"2008-10-17\""))
		return refuse_at_top(reader->complaint, "Version",
				     "must be \"2012-10-17\" or \"2008-10-17\"");
	return STATUS_OK;
}

enum status policy_parse(struct text source, struct arena *arena,
			 struct policy_document *out_document, struct complaint *out_complaint)
{
	struct policy_document document = { .source = source };
	struct policy_reader reader = { .arena = arena, .complaint = out_complaint };
	enum status status = json_check(source, POLICY_BYTES_MAX, out_complaint);
	struct json_pieces pieces;
	struct text name, value;

	if (status != STATUS_OK)
		return status;
	if (json_pieces_init(&pieces, source) != STATUS_OK || pieces.kind != JSON_OBJECT)
		return refuse_at_top(out_complaint, "", "a policy is a JSON object");
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &value)) {
		if (policy_is_repeated(source, name))
			return refuse_at_top(out_complaint, "", "an element is given twice");
		if (text_is(name, "Version"))
			status = read_version(&reader, value, &document);
		else if (text_is(name, "Statement"))
			status = read_statements(&reader, value, &document);
		else if (!text_is(name, "Id"))
			return refuse_at_top(out_complaint, "",
					     "has an element that IAM does not know");
		else if (!policy_piece_is(value, '"'))
			return refuse_at_top(out_complaint, "Id", "must be a string");
	}
	if (status == STATUS_OK)
		*out_document = document;
	return status;
}
