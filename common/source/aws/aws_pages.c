#include "source/aws/aws_pages.h"

/* Where an element stands in its list's text. */
struct place {
	size_t start, length;
};

void aws_list_init(struct aws_list *list, const char *name, const char *id)
{
	*list = (struct aws_list){ .name = name, .id = id };
	buffer_init(&list->text, AWS_WALK_BYTES_MAX);
}

void aws_list_release(struct aws_list *list)
{
	buffer_release(&list->text);
	map_release(&list->seen);
	map_release(&list->names);
}

static enum status append(struct aws_list *list, struct text element)
{
	enum status status = list->count > 0 ? buffer_append(&list->text, TEXT(",")) : STATUS_OK;

	if (status == STATUS_OK)
		status = buffer_append(&list->text, element);
	list->count += status == STATUS_OK;
	return status;
}

/* Who was removed and made anew while the pages went by is there twice, with two ids. */
static enum status take_name(struct aws_list *list, struct arena *arena, struct text name)
{
	char *lower = arena_take(arena, name.length, 1);
	void *first = NULL;

	if (!lower)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < name.length; i++)
		lower[i] = (char)(name.bytes[i] >= 'A' && name.bytes[i] <= 'Z'
					  ? name.bytes[i] - 'A' + 'a'
					  : name.bytes[i]);
	if (map_add(&list->names, (struct text){ lower, name.length }, lower, &first) != STATUS_OK)
		return STATUS_NO_MEMORY;
	return first == lower ? STATUS_OK : STATUS_BAD_DATA;
}

/* STATUS_NOT_FOUND when it has not been seen before. */
static enum status compare_with_seen(struct aws_list *list, struct arena *arena,
				     const struct json *json, struct text element)
{
	struct text id = json_text(json_member(json, list->id));
	struct place *place;
	void *earlier = NULL;
	struct text kept;

	if (id.length == 0)
		return STATUS_BAD_INPUT;
	id = arena_text(arena, id);
	place = arena_take(arena, 1, sizeof(*place));
	if (!id.bytes || !place)
		return STATUS_NO_MEMORY;
	*place = (struct place){ list->text.length + (list->count > 0), element.length };
	if (map_add(&list->seen, id, place, &earlier) != STATUS_OK)
		return STATUS_NO_MEMORY;
	if (earlier == place)
		return STATUS_NOT_FOUND;
	place = earlier;
	kept = (struct text){ list->text.bytes + place->start, place->length };
	return text_equal(kept, element) ? STATUS_OK : STATUS_BAD_DATA;
}

enum status aws_list_add(struct aws_list *list, struct arena *arena, struct text element)
{
	AUTO_JSON *json = NULL;
	enum status status = STATUS_NOT_FOUND;

	if (list->id || list->look) {
		status = json_parse(element, AWS_XML_BYTES_MAX, &json, NULL);
		if (status != STATUS_OK)
			return status;
		status =
			list->id ? compare_with_seen(list, arena, json, element) : STATUS_NOT_FOUND;
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	status = list->unique ? take_name(list, arena, json_text(json_member(json, list->unique)))
			      : STATUS_OK;
	if (status == STATUS_OK)
		status = append(list, element);
	if (status == STATUS_OK && list->look)
		status = list->look(list->context, json);
	return status;
}

/* What a page says beside its lists. */
struct page {
	bool is_truncated;
	struct text marker; /* raw, between its quotes; empty when there is none */
};

static enum status take_elements(const struct aws_walk *walk, struct aws_list *list,
				 struct text value)
{
	struct json_pieces pieces;
	struct text name, element;
	enum status status = json_pieces_init(&pieces, value);

	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &element))
		status = aws_list_add(list, walk->arena, element);
	return status;
}

static enum status take_member(const struct aws_walk *walk, struct text name, struct text value,
			       struct page *page)
{
	if (text_is(name, "IsTruncated"))
		page->is_truncated = text_is(value, "true");
	else if (text_is(name, "Marker") && value.length >= 2)
		page->marker = (struct text){ value.bytes + 1, value.length - 2 };
	for (size_t i = 0; i < walk->list_count; i++)
		if (text_is(name, walk->lists[i].name))
			return take_elements(walk, &walk->lists[i], value);
	return STATUS_OK;
}

static enum status take_page(const struct aws_walk *walk, struct text document, struct page *page)
{
	struct json_pieces pieces;
	struct text name, value;
	enum status status = json_check(document, AWS_XML_BYTES_MAX, NULL);

	if (status == STATUS_OK)
		status = json_pieces_init(&pieces, document);
	while (status == STATUS_OK && json_pieces_next(&pieces, &name, &value))
		status = take_member(walk, name, value, page);
	return status;
}

/* The marker as it was before JSON: it comes from XML and may hold anything. */
static enum status decode_marker(struct text raw, struct buffer *out_marker)
{
	AUTO_JSON *json = NULL;
	AUTO_BUFFER quoted = { 0 };
	enum status status;

	buffer_init(&quoted, 4 * (size_t)AWS_MARKER_MAX);
	status = buffer_append_format(&quoted, "[\"%.*s\"]", TEXT_ARGUMENTS(raw));
	if (status == STATUS_OK)
		status = json_parse(buffer_text(&quoted), 4 * (size_t)AWS_MARKER_MAX, &json, NULL);
	out_marker->length = 0;
	return status == STATUS_OK ? buffer_append(out_marker, json_text(json_first(json)))
				   : status;
}

/* Round and round is no walk to an end. */
static enum status remember_marker(const struct aws_walk *walk, struct map *markers,
				   const struct buffer *marker)
{
	struct text kept = arena_text(walk->arena, buffer_text(marker));
	char *mine = arena_take(walk->arena, 1, 1);
	void *first = NULL;

	if (!kept.bytes || !mine || map_add(markers, kept, mine, &first) != STATUS_OK)
		return STATUS_NO_MEMORY;
	return first == mine ? STATUS_OK : STATUS_BAD_INPUT;
}

static enum status next_form(const struct aws_walk *walk, const struct buffer *marker,
			     struct buffer *out_form)
{
	enum status status = aws_form_begin(out_form, walk->action, walk->version);

	if (status == STATUS_OK)
		status = buffer_append(out_form, walk->parameters);
	if (status == STATUS_OK)
		status = buffer_append_format(out_form, "&MaxItems=%d", AWS_PAGE_ITEMS);
	if (status == STATUS_OK && marker->length > 0)
		status = aws_form_add(out_form, "Marker", buffer_text(marker));
	return status;
}

static enum status one_page(const struct aws_walk *walk, struct map *markers,
			    struct buffer *inout_marker, size_t *inout_bytes,
			    struct complaint *out_complaint)
{
	AUTO_BUFFER form = { 0 }, reply = { 0 };
	struct aws_request request = { .service = walk->service, .action = walk->action };
	struct page page = { .is_truncated = false, .marker = TEXT("") };
	enum status status = next_form(walk, inout_marker, &form);

	buffer_init(&reply, 2 * (size_t)AWS_XML_BYTES_MAX);
	request.body = buffer_text(&form);
	if (status == STATUS_OK)
		status = aws_call(walk->caller, &request, &reply, out_complaint);
	if (status != STATUS_OK)
		return status;
	*inout_bytes += reply.length;
	if (*inout_bytes > AWS_WALK_BYTES_MAX)
		return complain(out_complaint, STATUS_BAD_INPUT, "%s: more than %d bytes",
				walk->action, AWS_WALK_BYTES_MAX);
	status = take_page(walk, buffer_text(&reply), &page);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "%s: %s", walk->action,
				status == STATUS_BAD_DATA
					? "the account changed meanwhile: an element came "
					  "twice, and not alike"
					: "a page that is not what it should be");
	if (page.is_truncated != (page.marker.length > 0))
		return complain(out_complaint, STATUS_BAD_INPUT,
				"%s: a page that says there is more, and not where, or the reverse",
				walk->action);
	status = decode_marker(page.marker, inout_marker);
	if (status == STATUS_OK && inout_marker->length > 0)
		status = remember_marker(walk, markers, inout_marker);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "%s: a marker that leads nowhere new",
				walk->action);
	return STATUS_OK;
}

enum status aws_walk(const struct aws_walk *walk, struct complaint *out_complaint)
{
	AUTO_BUFFER marker = { 0 };
	AUTO_MAP markers = { 0 };
	enum status status = STATUS_OK;
	size_t bytes = 0, pages = 0;

	buffer_init(&marker, AWS_MARKER_MAX);
	do {
		if (++pages > AWS_PAGES_MAX)
			return complain(out_complaint, STATUS_BAD_INPUT, "%s: more than %d pages",
					walk->action, AWS_PAGES_MAX);
		status = one_page(walk, &markers, &marker, &bytes, out_complaint);
	} while (status == STATUS_OK && marker.length > 0);
	return status;
}
