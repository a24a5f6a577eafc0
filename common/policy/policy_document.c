#include "policy/policy_internal.h"
#include "json/json.h"

static enum status add_statement(struct policy_reader *reader, struct text piece,
				 struct policy_document *document)
{
	size_t count = document->statement_count;

	if (count == POLICY_STATEMENTS_MAX)
		return policy_refuse(reader, "has too many entries");
	document->statements = policy_make_room(reader->arena, document->statements, count,
						sizeof(*document->statements));
	if (!document->statements)
		return STATUS_NO_MEMORY;
	reader->statement = count;
	document->statement_count++;
	return policy_read_statement(reader, piece, &document->statements[count]);
}

static enum status read_statements(struct policy_reader *reader, struct text value,
				   struct policy_document *document)
{
	struct json_pieces pieces;
	struct text name, piece;
	enum status status;

	reader->is_single = policy_piece_is(value, '{');
	if (reader->is_single)
		return add_statement(reader, value, document);
	if (!policy_piece_is(value, '['))
		return policy_refuse(reader, "must be an object or a list of objects");
	status = json_pieces_init(&pieces, value);
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &piece)) {
		reader->element = NULL;
		status = add_statement(reader, piece, document);
	}
	return status;
}

static enum status refuse_at_top(struct complaint *complaint, const char *place, const char *reason)
{
	complaint_at(complaint, "%s", place);
	return complain(complaint, STATUS_BAD_INPUT, "%s", reason);
}

static enum status read_version(struct policy_reader *reader, struct text value,
				struct policy_document *document)
{
	document->has_version = true;
	document->is_2012 = text_is(value, "\"2012-10-17\"");
	if (!document->is_2012 && !text_is(value, "\"2008-10-17\""))
		return refuse_at_top(reader->complaint, "Version",
				     "must be \"2012-10-17\" or \"2008-10-17\"");
	return STATUS_OK;
}

static enum status read_id(struct policy_reader *reader, struct text value,
			   struct policy_document *document)
{
	(void)document; /* it means nothing */
	if (!policy_piece_is(value, '"'))
		return refuse_at_top(reader->complaint, "Id", "must be a string");
	return STATUS_OK;
}

static const struct {
	const char *name;
	enum status (*read)(struct policy_reader *reader, struct text value,
			    struct policy_document *document);
} elements[] = {
	{ "Version", read_version },
	{ "Id", read_id },
	{ "Statement", read_statements },
};

static enum status read_elements(struct policy_reader *reader, struct json_pieces *pieces,
				 struct policy_document *document)
{
	bool is_seen[ARRAY_LENGTH(elements)] = { false };
	struct text name, value;

	while (json_pieces_next(pieces, &name, &value)) {
		size_t row = 0;
		enum status status;

		while (row < ARRAY_LENGTH(elements) && !text_is(name, elements[row].name))
			row++;
		if (row == ARRAY_LENGTH(elements))
			return refuse_at_top(reader->complaint, "",
					     "has an element that IAM does not know");
		if (is_seen[row])
			return refuse_at_top(reader->complaint, "", "an element is given twice");
		is_seen[row] = true;
		status = elements[row].read(reader, value, document);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status policy_parse(struct text source, struct arena *arena,
			 struct policy_document *out_document, struct complaint *out_complaint)
{
	struct policy_document document = { .source = source };
	struct policy_reader reader = { .arena = arena, .complaint = out_complaint };
	enum status status = json_check(source, POLICY_BYTES_MAX, out_complaint);
	struct json_pieces pieces;

	if (status != STATUS_OK)
		return status;
	if (json_pieces_init(&pieces, source) != STATUS_OK || pieces.kind != JSON_OBJECT)
		return refuse_at_top(out_complaint, "", "a policy is a JSON object");
	status = read_elements(&reader, &pieces, &document);
	if (status == STATUS_OK)
		*out_document = document;
	return status;
}
