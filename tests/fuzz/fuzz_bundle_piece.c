/*
 * tests/fuzz/fuzz_bundle_piece.c: any bytes as a packed file, and as a piece of a document. Never
 * more is unpacked than was said; what pieces make is JSON.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bundle/bundle.h"
#include "json/json.h"

enum { SAID_MAX = 1 << 16, DOCUMENT_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* The digest is right, as if a publisher had signed it. */
static void unpack(struct text packed, uint64_t said)
{
	struct bundle_file file = { .packed = packed.length, .bytes = said };
	AUTO_BUFFER bytes = { 0 };

	digest_of(packed, file.digest);
	buffer_init(&bytes, SAID_MAX);
	require((bundle_unpack(&file, packed, &bytes) == STATUS_OK ? said : 0) == bytes.length,
		"what was said, or nothing");
	file.digest[0] = file.digest[0] == 'a' ? 'b' : 'a';
	require(bundle_unpack(&file, packed, &bytes) == STATUS_BAD_DATA, "not by another digest");
}

/* The piece alone, and behind itself. */
static void join(struct text piece)
{
	const struct bundle_manifest manifest = { .generation = 1, .created = 1, .expires = 2 };
	AUTO_BUNDLE_JOIN *pieces = NULL;
	AUTO_BUFFER document = { 0 };

	buffer_init(&document, DOCUMENT_MAX);
	if (bundle_join_new(&pieces) != STATUS_OK ||
	    bundle_join_add(pieces, piece, NULL) != STATUS_OK)
		return;
	(void)!bundle_join_add(pieces, piece, NULL);
	require(bundle_join_finish(pieces, &manifest, &document) == STATUS_OK &&
			json_check(buffer_text(&document), DOCUMENT_MAX, NULL) == STATUS_OK,
		"pieces make a document");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text input = { (const char *)data, size };

	if (size >= 2)
		unpack(text_skip(input, 2), (uint64_t)data[0] << 8 | data[1]);
	join(input);
	return 0;
}
