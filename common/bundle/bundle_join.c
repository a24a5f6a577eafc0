#include "base/timestamp.h"
#include "bundle/bundle.h"
#include "bundle/bundle_members.h"
#include "json/json.h"

struct bundle_join {
	struct buffer values[BUNDLE_MEMBERS]; /* a list's elements with commas between them */
	bool is_there[BUNDLE_MEMBERS];
};

enum status bundle_join_new(struct bundle_join **out_join)
{
	struct bundle_join *join = calloc(1, sizeof(*join));

	if (!join)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < BUNDLE_MEMBERS; i++)
		buffer_init(&join->values[i], BUNDLE_DOCUMENT_MAX);
	*out_join = join;
	return STATUS_OK;
}

void bundle_join_free(struct bundle_join *join)
{
	if (!join)
		return;
	for (size_t i = 0; i < BUNDLE_MEMBERS; i++)
		buffer_release(&join->values[i]);
	free(join);
}

/* "[ a,b ]" without its brackets and the blanks inside of them: none is left of an empty list. */
static struct text elements_of(struct text list)
{
	static const struct text blanks = TEXT(" \t\r\n");
	struct text inside = { list.bytes + 1, list.length - 2 };

	while (inside.length > 0 && text_has_byte(blanks, inside.bytes[0]))
		inside = text_skip(inside, 1);
	while (inside.length > 0 && text_has_byte(blanks, inside.bytes[inside.length - 1]))
		inside.length--;
	return inside;
}

static enum status add(struct bundle_join *join, size_t i, struct text value)
{
	const bool is_list = bundle_members[i].key;
	struct text text = value;
	enum status status = STATUS_OK;

	if (is_list && (value.length < 2 || value.bytes[0] != '['))
		return STATUS_BAD_INPUT;
	if (!is_list && join->is_there[i]) /* two pieces say what the account is */
		return STATUS_BAD_INPUT;
	if (is_list)
		text = elements_of(value);
	if (join->values[i].length > 0 && text.length > 0)
		status = buffer_append(&join->values[i], TEXT(","));
	if (status == STATUS_OK)
		status = buffer_append(&join->values[i], text);
	join->is_there[i] = true;
	return status;
}

static enum status add_member(struct bundle_join *join, struct text name, struct text value)
{
	for (size_t i = 0; i < BUNDLE_MEMBERS; i++)
		if (text_is(name, bundle_members[i].name))
			return add(join, i, value);
	return STATUS_OK; /* of a later version: as the decoder ignores it */
}

enum status bundle_join_add(struct bundle_join *join, struct text piece,
			    struct complaint *out_complaint)
{
	struct json_pieces members;
	struct text name, value;
	enum status status = json_check(piece, BUNDLE_DOCUMENT_MAX, out_complaint);

	if (status == STATUS_OK)
		status = json_pieces_init(&members, piece);
	if (status == STATUS_OK && members.kind != JSON_OBJECT)
		status = STATUS_BAD_INPUT;
	while (status == STATUS_OK && json_pieces_next(&members, &name, &value))
		status = add_member(join, name, value);
	return status == STATUS_BAD_INPUT
		       ? complain(out_complaint, status, "a piece that is no part of a directory")
		       : status;
}

static enum status write_dates(const struct bundle_manifest *manifest, struct buffer *out)
{
	char created[TIMESTAMP_TEXT_SIZE], expires[TIMESTAMP_TEXT_SIZE];

	return buffer_append_format(out,
				    "\"Generation\":%llu,\"GeneratedAt\":\"%s\",\"Expires\":\"%s\"",
				    (unsigned long long)manifest->generation,
				    timestamp_format(manifest->created, created),
				    timestamp_format(manifest->expires, expires));
}

enum status bundle_join_finish(struct bundle_join *join, const struct bundle_manifest *manifest,
			       struct buffer *out_document)
{
	enum status status = buffer_append(out_document, TEXT("{"));
	const char *comma = manifest ? "," : "";

	if (status == STATUS_OK && manifest)
		status = write_dates(manifest, out_document);
	for (size_t i = 0; status == STATUS_OK && i < BUNDLE_MEMBERS; i++) {
		const struct bundle_member *member = &bundle_members[i];

		if (!join->is_there[i])
			continue;
		status = buffer_append_format(out_document, "%s\"%s\":%s", comma, member->name,
					      member->key ? "[" : "");
		comma = ",";
		if (status == STATUS_OK)
			status = buffer_append(out_document, buffer_text(&join->values[i]));
		if (status == STATUS_OK && member->key)
			status = buffer_append(out_document, TEXT("]"));
		buffer_release(&join->values[i]); /* a large one need not be there twice */
	}
	return status == STATUS_OK ? buffer_append(out_document, TEXT("}")) : status;
}
