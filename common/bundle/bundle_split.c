#include "base/hash.h"
#include "bundle/bundle.h"
#include "bundle/bundle_members.h"
#include "json/json.h"

/* Part of what makes the same content the same pieces: it must never change. */
enum { SEED = 0 };

struct element {
	size_t member; /* of bundle_members */
	size_t bucket;
	struct text key, text; /* in the arena */
};

struct split {
	struct arena *arena;
	struct element *elements;
	size_t count, capacity;
	size_t buckets;
	struct complaint *complaint;
};

/* A power of two, so that a document that grows past a limit cuts each piece in two. */
static size_t buckets_for(size_t bytes)
{
	size_t buckets = 1;

	while (buckets < BUNDLE_PIECES_MAX / 2 && bytes / buckets > BUNDLE_PIECE_TARGET)
		buckets *= 2;
	return buckets;
}

static enum status add(struct split *split, const struct element *element)
{
	if (split->count == split->capacity) {
		size_t capacity = split->capacity ? 2 * split->capacity : 1024;
		struct element *longer = reallocarray(split->elements, capacity, sizeof(*longer));

		if (!longer)
			return STATUS_NO_MEMORY;
		split->elements = longer;
		split->capacity = capacity;
	}
	split->elements[split->count++] = *element;
	return STATUS_OK;
}

/* Without blanks, so that a document that was written for people is the same as one that was not.
 */
static enum status add_value(struct split *split, size_t member, struct text value)
{
	AUTO_JSON *json = NULL;
	AUTO_BUFFER compact = { 0 };
	const char *key = bundle_members[member].key;
	struct element element = { .member = member, .key = TEXT("") };
	enum status status = json_parse(value, BUNDLE_FILE_MAX, &json, split->complaint);

	buffer_init(&compact, BUNDLE_FILE_MAX);
	if (status == STATUS_OK)
		status = json_print(json, &compact);
	if (status != STATUS_OK)
		return status;
	if (key)
		element.key = arena_text(split->arena, json_text(json_member(json, key)));
	element.text = arena_text(split->arena, buffer_text(&compact));
	if (!element.key.bytes || !element.text.bytes)
		return STATUS_NO_MEMORY;
	/* Single values are a piece of their own: bucket 0. */
	if (key)
		element.bucket = 1 + hash64(element.key, SEED) % split->buckets;
	return add(split, &element);
}

static enum status add_list(struct split *split, size_t member, struct text list)
{
	struct json_pieces pieces;
	struct text name, value;
	enum status status = json_pieces_init(&pieces, list);

	if (status == STATUS_OK && pieces.kind != JSON_ARRAY)
		status = STATUS_BAD_INPUT;
	if (status != STATUS_OK)
		return complain(split->complaint, status, "%s is no list",
				bundle_members[member].name);
	/* An empty list is not the same as none: nobody has a login profile, or nothing is known of
	   them. So each is named in the piece of single values. */
	status = add(split,
		     &(struct element){ .member = member, .key = TEXT(""), .text = TEXT("") });
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &value))
		status = add_value(split, member, value);
	return status;
}

static enum status add_member(struct split *split, struct text name, struct text value)
{
	for (size_t i = 0; i < BUNDLE_MEMBERS; i++) {
		if (!text_is(name, bundle_members[i].name) || text_is(value, "null"))
			continue;
		return bundle_members[i].key ? add_list(split, i, value)
					     : add_value(split, i, value);
	}
	return STATUS_OK;
}

static int compare(const void *left, const void *right)
{
	const struct element *a = left, *b = right;
	int order;

	if (a->bucket != b->bucket)
		return a->bucket < b->bucket ? -1 : 1;
	if (a->member != b->member)
		return a->member < b->member ? -1 : 1;
	order = text_compare(a->key, b->key);
	return order ? order : text_compare(a->text, b->text);
}

/* The elements from *inout_next on that share a bucket, as one document. */
static enum status write_piece(const struct split *split, size_t *inout_next, struct buffer *out)
{
	const struct element *elements = split->elements;
	const size_t bucket = elements[*inout_next].bucket;
	size_t i = *inout_next;
	enum status status = buffer_append(out, TEXT("{"));

	for (; status == STATUS_OK && i < split->count && elements[i].bucket == bucket; i++) {
		const struct bundle_member *member = &bundle_members[elements[i].member];
		bool is_first = i == *inout_next || elements[i].member != elements[i - 1].member;
		bool is_last = i + 1 == split->count || elements[i + 1].bucket != bucket ||
			       elements[i + 1].member != elements[i].member;

		if (i > *inout_next)
			status = buffer_append(out, TEXT(","));
		if (status == STATUS_OK && is_first)
			status = buffer_append_format(out, "\"%s\":%s", member->name,
						      member->key ? "[" : "");
		if (status == STATUS_OK)
			status = buffer_append(out, elements[i].text);
		if (status == STATUS_OK && is_last && member->key)
			status = buffer_append(out, TEXT("]"));
	}
	*inout_next = i;
	return status == STATUS_OK ? buffer_append(out, TEXT("}")) : status;
}

static enum status write_pieces(const struct split *split, struct text **out_pieces,
				size_t *out_count)
{
	struct text *pieces = arena_take(split->arena, split->buckets + 1, sizeof(*pieces));
	AUTO_BUFFER piece = { 0 };
	enum status status = pieces ? STATUS_OK : STATUS_NO_MEMORY;
	size_t count = 0, next = 0;

	buffer_init(&piece, BUNDLE_FILE_MAX);
	while (status == STATUS_OK && next < split->count) {
		piece.length = 0;
		status = write_piece(split, &next, &piece);
		if (status == STATUS_OK)
			pieces[count] = arena_text(split->arena, buffer_text(&piece));
		if (status == STATUS_OK && !pieces[count++].bytes)
			status = STATUS_NO_MEMORY;
	}
	if (status != STATUS_OK)
		return status;
	*out_pieces = pieces;
	*out_count = count;
	return STATUS_OK;
}

enum status bundle_split(struct text document, struct arena *arena, struct text **out_pieces,
			 size_t *out_count, struct complaint *out_complaint)
{
	struct split split = { .arena = arena,
			       .buckets = buckets_for(document.length),
			       .complaint = out_complaint };
	struct json_pieces members;
	struct text name, value;
	enum status status = json_check(document, BUNDLE_DOCUMENT_MAX, out_complaint);

	if (status == STATUS_OK)
		status = json_pieces_init(&members, document);
	if (status == STATUS_OK && members.kind != JSON_OBJECT)
		status = complain(out_complaint, STATUS_BAD_INPUT, "must be an object");
	while (status == STATUS_OK && json_pieces_next(&members, &name, &value))
		status = add_member(&split, name, value);
	if (status == STATUS_OK && split.count > 0)
		qsort(split.elements, split.count, sizeof(*split.elements), compare);
	if (status == STATUS_OK)
		status = write_pieces(&split, out_pieces, out_count);
	free(split.elements);
	return status;
}
