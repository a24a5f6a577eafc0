/*
 * tests/fuzz/fuzz_seal.c: any bytes as a sealed file, opened with the key of the corpus, and as a
 * key in letters.
 *
 * Passphrases are not tried: they cost a second by intent, and their limits are looked at before.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "seal/seal.h"

enum { LIMIT = 1 << 18 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void pull_all(struct seal_reader *reader, struct text body)
{
	bool is_last = false;

	while (!is_last) {
		size_t length = body.length < SEAL_SEALED_BYTES ? body.length : SEAL_SEALED_BYTES;
		AUTO_SECRET_BUFFER piece = { 0 };

		buffer_init(&piece, SEAL_PIECE_BYTES);
		if (seal_pull(reader, (struct text){ body.bytes, length }, &piece, &is_last) !=
		    STATUS_OK) {
			require(piece.length == 0, "nothing is given that was not proven");
			return;
		}
		require(is_last || piece.length == SEAL_PIECE_BYTES, "the size of a piece");
		body = text_skip(body, length);
	}
}

static void try_key(struct text text)
{
	char again[SEAL_KEY_TEXT_SIZE];
	AUTO_SEAL_KEY key = { 0 };

	for (unsigned kind = SEAL_PUBLIC_KEY; kind <= SEAL_SECRET_KEY; kind++)
		if (seal_key_parse(text, (enum seal_key_kind)kind, &key) == STATUS_OK)
			require(seal_key_format(&key, (enum seal_key_kind)kind, again) ==
						STATUS_OK &&
					text_is(text, again),
				"a key has one spelling");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = { (const char *)data, size }, note;
	struct seal_key key = { .bytes = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct complaint complaint = { .line = 0 };
	AUTO_SEAL_READER *reader = NULL;
	size_t length = 0;
	enum status status;

	if (size > LIMIT)
		return 0;
	try_key(whole);
	status = seal_header_length(whole, &length, &complaint);
	if (status == STATUS_OK && length <= size)
		status = seal_reader_new((struct text){ whole.bytes, length }, &reader, &complaint);
	if (status != STATUS_OK)
		require(complaint.reason[0] != '\0', "a refusal has a reason");
	if (!reader)
		return 0;
	if (seal_kept_key_note(reader, &note))
		require(note.length <= SEAL_NOTE_MAX, "a note has an end");
	if (seal_open_by_secret_key(reader, &key) == STATUS_OK ||
	    seal_open_by_kept_key(reader, &key) == STATUS_OK)
		pull_all(reader, text_skip(whole, length));
	return 0;
}
