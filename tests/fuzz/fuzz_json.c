/*
 * tests/fuzz/fuzz_json.c: any bytes as JSON. What is accepted is the same when it is taken apart
 * in pieces, and when it is written and read again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/json_write.h"

enum { LIMIT = 1 << 20, WRITTEN_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* As many pieces as children, each of the child's kind and each good JSON by itself. */
static void check_pieces(struct text document, const struct json *json)
{
	const struct json *child = json_first(json);
	struct text name, value;
	struct json_pieces pieces;
	bool is_container = json_kind(json) == JSON_ARRAY || json_kind(json) == JSON_OBJECT;

	require((json_pieces_init(&pieces, document) == STATUS_OK) == is_container, "a container");
	if (!is_container)
		return;
	while (json_pieces_next(&pieces, &name, &value)) {
		AUTO_JSON *piece = NULL;

		require(child != NULL, "no more pieces than children");
		require(json_check(value, LIMIT, NULL) == STATUS_OK, "a piece is JSON");
		require(json_parse_piece(value, NULL, &piece, NULL) == STATUS_OK, "and parses");
		require(json_kind(piece) == json_kind(child), "to what the child is");
		child = json_next(child);
	}
	require(child == NULL, "no fewer either");
}

static void check_print(const struct json *json)
{
	AUTO_JSON *again = NULL;
	AUTO_BUFFER first, second;

	buffer_init(&first, WRITTEN_MAX);
	buffer_init(&second, WRITTEN_MAX);
	require(json_print(json, &first) == STATUS_OK, "what was read can be written");
	require(json_parse(buffer_text(&first), WRITTEN_MAX, &again, NULL) == STATUS_OK,
		"and be read again");
	require(json_print(again, &second) == STATUS_OK &&
			text_equal(buffer_text(&first), buffer_text(&second)),
		"and says the same");
}

/* Text that was not checked gives pieces of some sort, all inside of it, and an end. */
static void walk_unchecked(struct text document)
{
	struct json_pieces pieces;
	struct text name, value;
	size_t steps = 0;

	if (json_pieces_init(&pieces, document) != STATUS_OK)
		return;
	while (json_pieces_next(&pieces, &name, &value) && steps <= document.length) {
		require(value.length <= document.length, "a piece inside");
		steps++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text document = { (const char *)data, size };
	struct complaint complaint = { .line = 0 };
	AUTO_JSON *json = NULL;
	enum status checked, parsed;

	if (size > LIMIT)
		return 0;
	walk_unchecked(document);
	checked = json_check(document, LIMIT, &complaint);
	parsed = json_parse(document, LIMIT, &json, &complaint);
	require(checked == STATUS_OK || parsed == checked, "parsing checks");
	if (checked != STATUS_OK)
		require(complaint.reason[0] != '\0', "a refusal has a reason");
	if (parsed != STATUS_OK)
		return 0;
	check_pieces(document, json);
	check_print(json);
	return 0;
}
