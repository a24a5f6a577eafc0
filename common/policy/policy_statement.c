#include "policy/policy_internal.h"
#include "json/json.h"

/*
 * Documents are read in pieces of their own text, which json_check has passed: most strings need no
 * copy, and numbers keep the spelling that a double would lose.
 */

enum {
	CONDITIONS_MAX = 1000,
	ROOM_FIRST = 4, /* a power of two */
};

enum status policy_refuse(const struct policy_reader *reader, const char *reason)
{
	if (!reader->element)
		complaint_at(reader->complaint, "Statement");
	else if (reader->is_single)
		complaint_at(reader->complaint, "Statement.%s", reader->element);
	else
		complaint_at(reader->complaint, "Statement[%zu].%s", reader->statement,
			     reader->element);
	return complain(reader->complaint, STATUS_BAD_INPUT, "%s", reason);
}

bool policy_piece_is(struct text piece, char first)
{
	return piece.length > 0 && piece.bytes[0] == first;
}

/* A JSON string's value: a view of the source, or a copy when it has escapes. */
static enum status read_string(const struct policy_reader *reader, struct text piece,
			       struct text *out_text)
{
	AUTO_JSON *json = NULL;
	enum status status;

	if (!policy_piece_is(piece, '"'))
		return policy_refuse(reader, "must be a string");
	if (!text_has_byte(piece, '\\')) {
		*out_text = (struct text){ piece.bytes + 1, piece.length - 2 };
		return STATUS_OK;
	}
	status = json_parse(piece, POLICY_BYTES_MAX, &json, NULL);
	if (status != STATUS_OK)
		return status == STATUS_NO_MEMORY ? status
						  : policy_refuse(reader, "must be a string");
	*out_text = arena_text(reader->arena, json_text(json));
	return out_text->bytes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Strings, and the numbers and booleans that IAM takes without quotes. */
static enum status read_scalar(const struct policy_reader *reader, struct text piece,
			       struct text *out_text)
{
	if (policy_piece_is(piece, '{') || policy_piece_is(piece, '[') ||
	    policy_piece_is(piece, 'n'))
		return policy_refuse(reader, "must be a string or a list of strings");
	if (policy_piece_is(piece, '"'))
		return read_string(reader, piece, out_text);
	*out_text = piece;
	return STATUS_OK;
}

void *policy_make_room(struct arena *arena, void *items, size_t count, size_t size)
{
	bool is_full = count == 0 || (count >= ROOM_FIRST && (count & (count - 1)) == 0);
	void *grown;

	if (!is_full)
		return items;
	grown = arena_take(arena, count == 0 ? ROOM_FIRST : 2 * count, size);
	if (grown && count > 0)
		memcpy(grown, items, count * size);
	return grown;
}

enum list_rule { LIST_OF_STRINGS, LIST_OF_SCALARS, LIST_WITH_NULLS };

static enum status read_item(const struct policy_reader *reader, struct text piece,
			     enum list_rule rule, struct policy_list *list)
{
	struct text *item = &list->items[list->count];
	enum status status;

	if (rule == LIST_WITH_NULLS && text_is(piece, "null"))
		return STATUS_OK; /* accepted by IAM, and no entry */
	status = rule == LIST_OF_SCALARS ? read_scalar(reader, piece, item)
					 : read_string(reader, piece, item);
	list->count += status == STATUS_OK;
	return status;
}

static enum status add_item(const struct policy_reader *reader, struct text piece,
			    enum list_rule rule, struct policy_list *list)
{
	if (list->count == POLICY_LIST_MAX)
		return policy_refuse(reader, "has too many entries");
	list->items =
		policy_make_room(reader->arena, list->items, list->count, sizeof(*list->items));
	return list->items ? read_item(reader, piece, rule, list) : STATUS_NO_MEMORY;
}

/* One value or a list of them. */
static enum status read_list(const struct policy_reader *reader, struct text value,
			     enum list_rule rule, struct policy_list *out_list)
{
	struct policy_list list = { .count = 0 };
	struct json_pieces pieces;
	struct text name, piece;
	enum status status;

	if (!policy_piece_is(value, '[')) {
		status = add_item(reader, value, rule, &list);
	} else {
		status = json_pieces_init(&pieces, value);
		while (status == STATUS_OK && json_pieces_next(&pieces, &name, &piece))
			status = add_item(reader, piece, rule, &list);
	}
	if (status == STATUS_OK)
		*out_list = list;
	return status;
}

static enum status read_sid(const struct policy_reader *reader, struct text value,
			    struct policy_statement *statement)
{
	return read_string(reader, value, &statement->sid);
}

static enum status read_effect(const struct policy_reader *reader, struct text value,
			       struct policy_statement *statement)
{
	struct text effect;
	enum status status = read_string(reader, value, &effect);

	if (status != STATUS_OK)
		return status;
	statement->is_deny = text_is(effect, "Deny");
	if (!statement->is_deny && !text_is(effect, "Allow"))
		return policy_refuse(reader, "must be Allow or Deny");
	return STATUS_OK;
}

static enum status read_actions(const struct policy_reader *reader, struct text value,
				struct policy_statement *statement)
{
	if (statement->has_action)
		return policy_refuse(reader, "Action and NotAction exclude each other");
	statement->has_action = true;
	return read_list(reader, value, LIST_OF_STRINGS, &statement->actions);
}

static enum status read_not_actions(const struct policy_reader *reader, struct text value,
				    struct policy_statement *statement)
{
	enum status status = read_actions(reader, value, statement);

	statement->is_not_action = true;
	return status;
}

static enum status read_resources(const struct policy_reader *reader, struct text value,
				  struct policy_statement *statement)
{
	if (statement->has_resource)
		return policy_refuse(reader, "Resource and NotResource exclude each other");
	statement->has_resource = true;
	return read_list(reader, value, LIST_WITH_NULLS, &statement->resources);
}

static enum status read_not_resources(const struct policy_reader *reader, struct text value,
				      struct policy_statement *statement)
{
	enum status status = read_resources(reader, value, statement);

	statement->is_not_resource = true;
	return status;
}

static const struct {
	const char *name;
	enum policy_principal_kind kind;
} principal_kinds[] = {
	{ "AWS", POLICY_PRINCIPAL_AWS },
	{ "Service", POLICY_PRINCIPAL_SERVICE },
	{ "Federated", POLICY_PRINCIPAL_FEDERATED },
	{ "CanonicalUser", POLICY_PRINCIPAL_CANONICAL },
};

/* The entries of one kind, behind those read before. */
static enum status add_principals(const struct policy_reader *reader,
				  enum policy_principal_kind kind, struct text value,
				  struct policy_statement *statement)
{
	struct policy_list list = { .count = 0 };
	enum status status = read_list(reader, value, LIST_OF_STRINGS, &list);

	for (size_t i = 0; i < list.count && status == STATUS_OK; i++) {
		size_t count = statement->principal_count;

		statement->principals = policy_make_room(reader->arena, statement->principals,
							 count, sizeof(*statement->principals));
		if (!statement->principals)
			return STATUS_NO_MEMORY;
		statement->principals[count] =
			(struct policy_principal){ .kind = kind, .value = list.items[i] };
		statement->principal_count++;
	}
	return status;
}

static enum status read_principal_kinds(const struct policy_reader *reader, struct text value,
					struct policy_statement *statement)
{
	bool is_seen[ARRAY_LENGTH(principal_kinds)] = { false };
	struct json_pieces pieces;
	struct text name, piece;
	enum status status = STATUS_OK;

	if (!policy_piece_is(value, '{') || json_pieces_init(&pieces, value) != STATUS_OK)
		return policy_refuse(reader, "must be an object or \"*\"");
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &piece)) {
		size_t row = 0;

		while (row < ARRAY_LENGTH(principal_kinds) &&
		       !text_is(name, principal_kinds[row].name))
			row++;
		if (row == ARRAY_LENGTH(principal_kinds))
			return policy_refuse(reader,
					     "knows AWS, Service, Federated and CanonicalUser");
		if (is_seen[row])
			return policy_refuse(reader, "names a kind of principal twice");
		is_seen[row] = true;
		status = add_principals(reader, principal_kinds[row].kind, piece, statement);
	}
	return status;
}

static enum status read_principal(const struct policy_reader *reader, struct text value,
				  struct policy_statement *statement)
{
	struct text everyone;
	enum status status;

	if (statement->has_principal)
		return policy_refuse(reader, "Principal and NotPrincipal exclude each other");
	statement->has_principal = true;
	if (!policy_piece_is(value, '"'))
		return read_principal_kinds(reader, value, statement);
	status = read_string(reader, value, &everyone);
	if (status == STATUS_OK && !text_is(everyone, "*"))
		return policy_refuse(reader, "must be an object or \"*\"");
	return status == STATUS_OK ? add_principals(reader, POLICY_PRINCIPAL_AWS, value, statement)
				   : status;
}

static enum status read_not_principal(const struct policy_reader *reader, struct text value,
				      struct policy_statement *statement)
{
	enum status status = read_principal(reader, value, statement);

	statement->is_not_principal = true;
	return status;
}

/* "ForAnyValue:StringLikeIfExists" in its parts. */
static enum status read_operator(const struct policy_reader *reader,
				 struct policy_condition *out_condition)
{
	struct text base = out_condition->operator_name, suffix = TEXT("IfExists");

	if (text_starts_with(base, TEXT("ForAllValues:"))) {
		out_condition->set = POLICY_SET_ALL;
		base = text_skip(base, sizeof("ForAllValues:") - 1);
	} else if (text_starts_with(base, TEXT("ForAnyValue:"))) {
		out_condition->set = POLICY_SET_ANY;
		base = text_skip(base, sizeof("ForAnyValue:") - 1);
	}
	out_condition->operation = policy_operator_find(base);
	if (out_condition->operation)
		return STATUS_OK;
	if (base.length <= suffix.length ||
	    !text_equal(text_skip(base, base.length - suffix.length), suffix))
		return policy_refuse(reader, "has an unknown operator");
	base.length -= suffix.length;
	out_condition->if_exists = true;
	out_condition->operation = policy_operator_find(base);
	if (!out_condition->operation || !policy_operator_takes_if_exists(out_condition->operation))
		return policy_refuse(reader, "has an unknown operator");
	return STATUS_OK;
}

static enum status add_condition(const struct policy_reader *reader,
				 const struct policy_condition *condition,
				 struct policy_statement *statement)
{
	size_t count = statement->condition_count;

	if (count == CONDITIONS_MAX)
		return policy_refuse(reader, "has too many conditions");
	statement->conditions = policy_make_room(reader->arena, statement->conditions, count,
						 sizeof(*statement->conditions));
	if (!statement->conditions)
		return STATUS_NO_MEMORY;
	statement->conditions[count] = *condition;
	statement->condition_count++;
	return STATUS_OK;
}

/* name is raw, between its quotes; first is the operator's first row. */
static enum status read_key(const struct policy_reader *reader, struct text name, struct text value,
			    struct policy_condition condition, size_t first,
			    struct policy_statement *statement)
{
	enum status status;

	if (name.length == 0)
		return policy_refuse(reader, "has a condition key without a name");
	status = read_string(reader, (struct text){ name.bytes - 1, name.length + 2 },
			     &condition.key);
	if (status != STATUS_OK)
		return status;
	for (size_t i = first; i < statement->condition_count; i++)
		if (text_equal(statement->conditions[i].key, condition.key))
			return policy_refuse(reader, "names a condition key twice");
	status = read_list(reader, value, LIST_OF_SCALARS, &condition.values);
	return status == STATUS_OK ? add_condition(reader, &condition, statement) : status;
}

/* One row for each key of an operator, or one without a key. */
static enum status read_keys(const struct policy_reader *reader, struct text operator_name,
			     struct text value, struct policy_statement *statement)
{
	struct policy_condition condition = { .operator_name = operator_name };
	size_t first = statement->condition_count;
	struct json_pieces pieces;
	struct text name, piece;
	enum status status = STATUS_OK;

	if (!policy_piece_is(value, '{') || json_pieces_init(&pieces, value) != STATUS_OK)
		return policy_refuse(reader, "must hold an object for each operator");
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &piece)) {
		if (!condition.operation)
			status = read_operator(reader, &condition);
		if (status == STATUS_OK)
			status = read_key(reader, name, piece, condition, first, statement);
	}
	if (status == STATUS_OK && statement->condition_count == first)
		/* whatever its name: IAM looks at it no further */
		status = add_condition(reader, &condition, statement);
	return status;
}

static enum status read_conditions(const struct policy_reader *reader, struct text value,
				   struct policy_statement *statement)
{
	struct json_pieces pieces;
	struct text name, piece;
	enum status status = STATUS_OK;

	if (!policy_piece_is(value, '{') || json_pieces_init(&pieces, value) != STATUS_OK)
		return policy_refuse(reader, "must be an object");
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &piece)) {
		for (size_t i = 0; i < statement->condition_count; i++)
			if (text_equal(statement->conditions[i].operator_name, name))
				return policy_refuse(reader, "names an operator twice");
		status = read_keys(reader, name, piece, statement);
	}
	return status;
}

static const struct {
	const char *name;
	enum status (*read)(const struct policy_reader *reader, struct text value,
			    struct policy_statement *statement);
} elements[] = {
	{ "Sid", read_sid },
	{ "Effect", read_effect },
	{ "Principal", read_principal },
	{ "NotPrincipal", read_not_principal },
	{ "Action", read_actions },
	{ "NotAction", read_not_actions },
	{ "Resource", read_resources },
	{ "NotResource", read_not_resources },
	{ "Condition", read_conditions },
};

enum status policy_read_statement(struct policy_reader *reader, struct text value,
				  struct policy_statement *statement)
{
	bool is_seen[ARRAY_LENGTH(elements)] = { false };
	struct json_pieces pieces;
	struct text name, piece;
	bool has_effect = false;

	reader->element = "Effect";
	statement->source = value;
	if (!policy_piece_is(value, '{') || json_pieces_init(&pieces, value) != STATUS_OK) {
		reader->element = NULL;
		return policy_refuse(reader, "must be an object or a list of objects");
	}
	while (json_pieces_next(&pieces, &name, &piece)) {
		size_t row = 0;
		enum status status;

		while (row < ARRAY_LENGTH(elements) && !text_is(name, elements[row].name))
			row++;
		if (row == ARRAY_LENGTH(elements)) {
			reader->element = NULL;
			return policy_refuse(reader, "has an element that IAM does not know");
		}
		reader->element = elements[row].name;
		if (is_seen[row])
			return policy_refuse(reader, "is given twice");
		is_seen[row] = true;
		status = elements[row].read(reader, piece, statement);
		if (status != STATUS_OK)
			return status;
		has_effect |= text_is(name, "Effect");
	}
	reader->element = "Effect";
	return has_effect ? STATUS_OK : policy_refuse(reader, "is missing");
}
