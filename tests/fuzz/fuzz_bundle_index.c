/*
 * tests/fuzz/fuzz_bundle_index.c: any bytes as the index of a bundle. What is accepted names files
 * by digests alone, and is within the limits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bundle/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text index = { (const char *)data, size };
	struct bundle_file *files = NULL, *again = NULL;
	size_t count = 0, same = 0;
	AUTO_ARENA arena = { 0 };
	AUTO_BUFFER written = { 0 };
	uint64_t bytes = 0;

	arena_init(&arena, 64 << 20);
	if (bundle_index_read(index, &arena, &files, &count, NULL) != STATUS_OK)
		return 0;
	require(count > 0 && count <= BUNDLE_PIECES_MAX, "a number of pieces");
	for (size_t i = 0; i < count; i++) {
		require(digest_is_valid(text_of(files[i].digest)), "a digest");
		require(files[i].packed <= BUNDLE_FILE_MAX && files[i].bytes <= BUNDLE_FILE_MAX,
			"a file within the limit");
		bytes += files[i].bytes;
	}
	require(bytes <= BUNDLE_DOCUMENT_MAX, "a document within the limit");
	buffer_init(&written, 16 << 20);
	require(bundle_index_write(files, count, &written) == STATUS_OK &&
			bundle_index_read(buffer_text(&written), &arena, &again, &same, NULL) ==
				STATUS_OK &&
			same == count,
		"the same when it is written and read again");
	return 0;
}
