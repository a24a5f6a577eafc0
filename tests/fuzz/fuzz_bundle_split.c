/*
 * tests/fuzz/fuzz_bundle_split.c: any document cut into pieces: each is one that the way back
 * takes, and what comes of them is cut into the same pieces.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bundle/bundle.h"
#include "json/json.h"

enum { ARENA_MAX = 256 << 20, DOCUMENT_MAX = 32 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

struct cut {
	struct arena arena;
	struct text *pieces;
	size_t count;
};

static bool cut(struct cut *cut, struct text document)
{
	arena_init(&cut->arena, ARENA_MAX);
	return bundle_split(document, &cut->arena, &cut->pieces, &cut->count, NULL) == STATUS_OK;
}

/* False when it is too much, or says twice what the account is. */
static bool join(const struct cut *from, struct buffer *out_document)
{
	const struct bundle_manifest manifest = { .generation = 1, .created = 1, .expires = 2 };
	AUTO_BUNDLE_JOIN *join = NULL;

	if (bundle_join_new(&join) != STATUS_OK)
		return false;
	for (size_t i = 0; i < from->count; i++)
		if (bundle_join_add(join, from->pieces[i], NULL) != STATUS_OK)
			return false;
	return bundle_join_finish(join, &manifest, out_document) == STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text input = { (const char *)data, size };
	struct cut first = { .count = 0 }, second = { .count = 0 };
	AUTO_BUFFER document = { 0 };

	buffer_init(&document, DOCUMENT_MAX);
	if (cut(&first, input) && join(&first, &document)) {
		require(json_check(buffer_text(&document), DOCUMENT_MAX, NULL) == STATUS_OK,
			"pieces make a document");
		require(cut(&second, buffer_text(&document)) && second.count == first.count,
			"which is cut into as many");
		for (size_t i = 0; i < first.count; i++)
			require(text_equal(first.pieces[i], second.pieces[i]), "and the same");
	}
	arena_release(&first.arena);
	arena_release(&second.arena);
	return 0;
}
