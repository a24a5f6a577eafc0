/* Sealing: who can open what, and what is found out about bytes that are not as they were. */
#include "check.h"
#include "seal/seal.h"

enum { WHOLE_MAX = 1 << 20, PIECES = 3, LAST = 1000 };

static struct seal_key secrets[3], publics[3];

static void fill(char *bytes, size_t length, unsigned seed)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)((i * 7 + seed * 131 + i / 251) & 0xff);
}

/* A header and pieces, the last of them LAST bytes long. */
static void push_all(struct seal_writer *writer, struct buffer *out_header, struct buffer *out_body)
{
	static char piece[SEAL_PIECE_BYTES];

	buffer_init(out_header, SEAL_HEADER_MAX);
	buffer_init(out_body, WHOLE_MAX);
	CHECK_REQUIRE(seal_begin(writer, out_header) == STATUS_OK, "a header");
	for (unsigned i = 0; i < PIECES; i++) {
		bool is_last = i == PIECES - 1;

		fill(piece, sizeof(piece), i);
		CHECK_REQUIRE(seal_push(writer,
					(struct text){ piece, is_last ? LAST : sizeof(piece) },
					is_last, out_body) == STATUS_OK,
			      "a piece");
	}
}

/* Reads all pieces; the status of the first that is not good, or STATUS_OK when the last one was
   found where the body ends. */
static enum status pull_all(struct seal_reader *reader, struct text body, bool *out_is_same)
{
	static char expected[SEAL_PIECE_BYTES];
	bool is_last = false;

	*out_is_same = true;
	for (unsigned i = 0; !is_last; i++) {
		size_t length = body.length < SEAL_SEALED_BYTES ? body.length : SEAL_SEALED_BYTES;
		AUTO_SECRET_BUFFER piece = { 0 };
		enum status status;

		buffer_init(&piece, SEAL_PIECE_BYTES);
		status = seal_pull(reader, (struct text){ body.bytes, length }, &piece, &is_last);
		if (status != STATUS_OK)
			return status;
		fill(expected, sizeof(expected), i);
		*out_is_same =
			*out_is_same &&
			text_equal(buffer_text(&piece),
				   (struct text){ expected,
						  i == PIECES - 1 ? LAST : SEAL_PIECE_BYTES });
		body = text_skip(body, length);
	}
	return body.length == 0 ? STATUS_OK : STATUS_BAD_DATA;
}

static struct seal_reader *read_header(const struct buffer *header)
{
	struct seal_reader *reader = NULL;
	struct complaint complaint = { 0 };

	CHECK_REQUIRE(seal_reader_new(buffer_text(header), &reader, &complaint) == STATUS_OK,
		      complaint.reason);
	return reader;
}

static struct seal_writer *writer_for(size_t first, size_t count)
{
	struct seal_writer *writer = NULL;

	CHECK_REQUIRE(seal_writer_new(&writer) == STATUS_OK, "a writer");
	for (size_t i = first; i < first + count; i++)
		CHECK_REQUIRE(seal_add_public_key(writer, &publics[i]) == STATUS_OK, "a slot");
	return writer;
}

static void test_keys(void)
{
	char text[SEAL_KEY_TEXT_SIZE], secret[SEAL_KEY_TEXT_SIZE];
	struct seal_key again;
	unsigned accepted = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(secrets); i++)
		CHECK_REQUIRE(seal_key_pair_new(&secrets[i], &publics[i]) == STATUS_OK, "a pair");
	CHECK(memcmp(&secrets[0], &secrets[1], sizeof(again)) != 0, "no two pairs are the same");
	CHECK(seal_key_public_of(&secrets[0], &again) == STATUS_OK &&
		      memcmp(&again, &publics[0], sizeof(again)) == 0,
	      "the public half follows from the secret one");
	CHECK(seal_key_format(&publics[0], SEAL_PUBLIC_KEY, text) == STATUS_OK &&
		      strncmp(text, "iam-public-key:", 15) == 0 && strlen(text) == 63,
	      "as text: %s", text);
	CHECK(seal_key_parse(text_of(text), SEAL_PUBLIC_KEY, &again) == STATUS_OK &&
		      memcmp(&again, &publics[0], sizeof(again)) == 0,
	      "and back");
	CHECK(seal_key_format(&secrets[0], SEAL_SECRET_KEY, secret) == STATUS_OK &&
		      seal_key_parse(text_of(secret), SEAL_SECRET_KEY, &again) == STATUS_OK &&
		      memcmp(&again, &secrets[0], sizeof(again)) == 0,
	      "a secret one too");
	CHECK(seal_key_parse(text_of(secret), SEAL_PUBLIC_KEY, &again) == STATUS_BAD_INPUT,
	      "which is no public key");
	memcpy(secret, "iam-public-key:", 15);
	CHECK(seal_key_parse(text_of(secret), SEAL_PUBLIC_KEY, &again) == STATUS_BAD_INPUT,
	      "whatever it calls itself");
	for (size_t i = 0; i < strlen(text); i++) {
		text[i] ^= 1;
		accepted += seal_key_parse(text_of(text), SEAL_PUBLIC_KEY, &again) == STATUS_OK;
		text[i] ^= 1;
		accepted += seal_key_parse((struct text){ text, i }, SEAL_PUBLIC_KEY, &again) ==
			    STATUS_OK;
	}
	CHECK(accepted == 0, "a letter changed or the end cut off is noticed (%u were not)",
	      accepted);
}

static void test_several_keys(void)
{
	AUTO_SEAL_WRITER *writer = writer_for(0, 2);
	AUTO_BUFFER header, body;
	struct text note;

	push_all(writer, &header, &body);
	for (size_t i = 0; i < ARRAY_LENGTH(secrets); i++) {
		AUTO_SEAL_READER *reader = read_header(&header);
		enum status expected = i < 2 ? STATUS_OK : STATUS_NOT_FOUND;
		bool is_same = false;

		CHECK(seal_takes_secret_key(reader) && !seal_takes_passphrase(reader) &&
			      !seal_kept_key_note(reader, &note),
		      "reader %zu knows what it may be asked for", i);
		CHECK(pull_all(reader, buffer_text(&body), &is_same) == STATUS_BAD_INPUT,
		      "reader %zu has opened nothing yet", i);
		CHECK(seal_open_by_secret_key(reader, &secrets[i]) == expected,
		      "key %zu opens it or not", i);
		CHECK(i == 2 || (pull_all(reader, buffer_text(&body), &is_same) == STATUS_OK &&
				 is_same),
		      "key %zu: everything is there", i);
	}
	CHECK(!memmem(body.bytes, body.length, "\7\16\25\34", 4), "nothing of it can be seen");
}

static void test_passphrase(void)
{
	AUTO_SEAL_WRITER *writer = NULL;
	AUTO_SEAL_READER *reader = NULL;
	AUTO_BUFFER header, body;
	bool is_same = false;

	CHECK_REQUIRE(seal_writer_new(&writer) == STATUS_OK, "a writer");
	CHECK(seal_add_passphrase(writer, TEXT("")) == STATUS_BAD_INPUT, "no empty passphrase");
	CHECK(seal_add_passphrase(writer, TEXT("correct horse")) == STATUS_OK, "a passphrase");
	CHECK(seal_add_passphrase(writer, TEXT("another")) == STATUS_BAD_INPUT, "and no second");
	CHECK(seal_add_public_key(writer, &publics[0]) == STATUS_OK, "a key beside it");
	push_all(writer, &header, &body);
	reader = read_header(&header);
	CHECK(seal_takes_passphrase(reader) && seal_takes_secret_key(reader), "both ways are told");
	CHECK(seal_open_by_passphrase(reader, TEXT("correct house")) == STATUS_NOT_FOUND,
	      "another passphrase does not open it");
	CHECK(seal_open_by_passphrase(reader, TEXT("correct horse")) == STATUS_OK &&
		      pull_all(reader, buffer_text(&body), &is_same) == STATUS_OK && is_same,
	      "this one does");
}

static void test_kept_key(void)
{
	AUTO_SEAL_WRITER *writer = NULL;
	AUTO_SEAL_READER *reader = NULL;
	AUTO_BUFFER header, body, long_note;
	struct text note = TEXT("");
	bool is_same = false;

	buffer_init(&long_note, SEAL_NOTE_MAX + 1);
	CHECK_REQUIRE(seal_writer_new(&writer) == STATUS_OK &&
			      buffer_append_zeros(&long_note, SEAL_NOTE_MAX + 1) == STATUS_OK,
		      "a writer");
	CHECK(seal_add_kept_key(writer, &secrets[0], buffer_text(&long_note)) == STATUS_BAD_INPUT,
	      "a note has an end");
	CHECK(seal_add_kept_key(writer, &secrets[0], TEXT("below the stone")) == STATUS_OK,
	      "a key and where it is");
	CHECK(seal_add_kept_key(writer, &secrets[1], TEXT("")) == STATUS_BAD_INPUT, "and no other");
	push_all(writer, &header, &body);
	reader = read_header(&header);
	CHECK(seal_kept_key_note(reader, &note) && text_is(note, "below the stone"), "it is told");
	CHECK(seal_open_by_kept_key(reader, &secrets[1]) == STATUS_NOT_FOUND, "another key");
	CHECK(seal_open_by_kept_key(reader, &secrets[0]) == STATUS_OK &&
		      pull_all(reader, buffer_text(&body), &is_same) == STATUS_OK && is_same,
	      "that key");
}

static void test_misuse(void)
{
	static char piece[SEAL_PIECE_BYTES + 1];
	AUTO_SEAL_WRITER *writer = NULL;
	struct seal_key nowhere = { .bytes = { 0 } };
	AUTO_BUFFER out;

	buffer_init(&out, WHOLE_MAX);
	CHECK_REQUIRE(seal_writer_new(&writer) == STATUS_OK, "a writer");
	CHECK(seal_begin(writer, &out) == STATUS_BAD_INPUT, "sealed to nobody: refused");
	CHECK(seal_add_public_key(writer, &nowhere) == STATUS_BAD_INPUT,
	      "a key that everybody could open: refused");
	for (unsigned i = 0; i < SEAL_SLOTS_MAX; i++)
		CHECK_REQUIRE(seal_add_public_key(writer, &publics[0]) == STATUS_OK, "a slot");
	CHECK(seal_add_public_key(writer, &publics[1]) == STATUS_BAD_INPUT, "slots have an end");
	CHECK(seal_push(writer, TEXT(""), true, &out) == STATUS_BAD_INPUT && out.length == 0,
	      "no piece before the header");
	CHECK(seal_begin(writer, &out) == STATUS_OK && out.length < SEAL_HEADER_MAX, "begun");
	CHECK(seal_begin(writer, &out) == STATUS_BAD_INPUT &&
		      seal_add_public_key(writer, &publics[1]) == STATUS_BAD_INPUT,
	      "once");
	CHECK(seal_push(writer, (struct text){ piece, 5 }, false, &out) == STATUS_BAD_INPUT &&
		      seal_push(writer, (struct text){ piece, sizeof(piece) }, true, &out) ==
			      STATUS_BAD_INPUT,
	      "pieces have one size");
	CHECK(seal_push(writer, TEXT(""), true, &out) == STATUS_OK, "the last may be empty");
	CHECK(seal_push(writer, TEXT(""), true, &out) == STATUS_BAD_INPUT, "and is the last");
}

/* What a reader that may open says of a header and a body. */
static enum status verdict(struct text header, struct text body)
{
	AUTO_SEAL_READER *reader = NULL;
	struct complaint complaint = { 0 };
	bool is_same;
	enum status status = seal_reader_new(header, &reader, &complaint);

	if (status != STATUS_OK && complaint.reason[0] == '\0')
		return STATUS_OK; /* which the caller will not expect */
	if (status == STATUS_OK)
		status = seal_open_by_secret_key(reader, &secrets[0]);
	if (status == STATUS_OK)
		status = pull_all(reader, body, &is_same);
	return status;
}

/* Every bit of the header, and some of the body; every length. */
static void test_damage(void)
{
	AUTO_SEAL_WRITER *writer = writer_for(0, 2);
	unsigned unnoticed = 0, tried = 0;
	AUTO_BUFFER header, body;
	struct text whole;

	push_all(writer, &header, &body);
	whole = buffer_text(&body);
	CHECK(verdict(buffer_text(&header), whole) == STATUS_OK, "whole, it is good");
	for (size_t bit = 0; bit < header.length * 8; bit++, tried++) {
		header.bytes[bit / 8] ^= (char)(1 << bit % 8);
		unnoticed += verdict(buffer_text(&header), whole) == STATUS_OK;
		header.bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
	CHECK(unnoticed == 0 && tried > 1000, "every bit of the header counts (%u of %u do not)",
	      unnoticed, tried);
	for (size_t at = 0; at < body.length; at += 3001) {
		body.bytes[at] ^= 4;
		unnoticed += verdict(buffer_text(&header), whole) == STATUS_OK;
		body.bytes[at] ^= 4;
	}
	CHECK(unnoticed == 0, "and so does the body (%u)", unnoticed);
	for (size_t length = 0; length < header.length; length++)
		unnoticed +=
			verdict((struct text){ header.bytes, length }, whole) != STATUS_BAD_DATA;
	CHECK(unnoticed == 0, "a header cut off (%u unnoticed)", unnoticed);
	for (size_t length = 0; length < body.length; length += 97)
		unnoticed += verdict(buffer_text(&header), (struct text){ body.bytes, length }) !=
			     STATUS_BAD_DATA;
	unnoticed += verdict(buffer_text(&header),
			     (struct text){ body.bytes, 2 * SEAL_SEALED_BYTES }) != STATUS_BAD_DATA;
	CHECK(unnoticed == 0, "a body cut off, between pieces too (%u unnoticed)", unnoticed);
}

static void test_order(void)
{
	AUTO_SEAL_WRITER *writer = writer_for(0, 1), *other = writer_for(0, 1);
	AUTO_BUFFER header, body, other_header, other_body, mixed;

	push_all(writer, &header, &body);
	push_all(other, &other_header, &other_body);
	buffer_init(&mixed, WHOLE_MAX);
	CHECK_REQUIRE(buffer_append(&mixed, buffer_text(&body)) == STATUS_OK, "a copy");
	memcpy(mixed.bytes, body.bytes + SEAL_SEALED_BYTES, SEAL_SEALED_BYTES);
	memcpy(mixed.bytes + SEAL_SEALED_BYTES, body.bytes, SEAL_SEALED_BYTES);
	CHECK(verdict(buffer_text(&header), buffer_text(&mixed)) == STATUS_BAD_DATA,
	      "two pieces the wrong way round");
	memcpy(mixed.bytes, body.bytes, SEAL_SEALED_BYTES);
	CHECK(verdict(buffer_text(&header), buffer_text(&mixed)) == STATUS_BAD_DATA, "one twice");
	CHECK(verdict(buffer_text(&header), buffer_text(&other_body)) == STATUS_BAD_DATA,
	      "those of another seal to the same key");
	CHECK(buffer_append(&body, TEXT("more")) == STATUS_OK &&
		      verdict(buffer_text(&header), buffer_text(&body)) == STATUS_BAD_DATA,
	      "something behind the last");
}

/* Headers that nobody of ours wrote: said with the offset of a 32-bit number in a header with a
   passphrase and a key. */
static const struct hostile_case {
	const char *label;
	size_t offset;
	uint32_t number;
} hostile_cases[] = {
	{ "another format", 8, 2 },
	{ "a length beyond all", 12, UINT32_MAX },
	{ "a length of less than its start", 12, 15 },
	{ "another length", 12, 200 },
	{ "a slot of no kind", 16, 0 },
	{ "a slot of a kind unknown", 16, 4 },
	{ "a passphrase's slot that is too short", 20, 95 },
	{ "a slot that ends behind the header", 20, UINT32_MAX },
	{ "no pass", 24, 0 },
	{ "passes without end", 24, 17 },
	{ "4 TiB of memory", 28, UINT32_MAX },
	{ "a little more memory than may be", 28, (1 << 20) + 1 },
	{ "no memory", 28, 7 },
};

static void test_hostile_headers(void)
{
	AUTO_SEAL_WRITER *writer = NULL;
	AUTO_BUFFER header;

	buffer_init(&header, SEAL_HEADER_MAX);
	CHECK_REQUIRE(seal_writer_new(&writer) == STATUS_OK &&
			      seal_add_passphrase(writer, TEXT("x")) == STATUS_OK &&
			      seal_begin(writer, &header) == STATUS_OK,
		      "a header");
	for (size_t i = 0; i < ARRAY_LENGTH(hostile_cases); i++) {
		const struct hostile_case *row = &hostile_cases[i];
		struct seal_reader *reader = NULL;
		struct complaint complaint = { 0 };
		char kept[4], number[4];

		for (unsigned byte = 0; byte < 4; byte++)
			number[byte] = (char)(row->number >> 8 * byte & 0xff);
		memcpy(kept, header.bytes + row->offset, 4);
		memcpy(header.bytes + row->offset, number, 4);
		CHECK(seal_reader_new(buffer_text(&header), &reader, &complaint) ==
				      STATUS_BAD_DATA &&
			      !reader && complaint.reason[0],
		      "%s: %s", row->label, complaint.reason);
		memcpy(header.bytes + row->offset, kept, 4);
	}
}

int main(void)
{
	test_keys();
	test_several_keys();
	test_passphrase();
	test_kept_key();
	test_misuse();
	test_damage();
	test_order();
	test_hostile_headers();
	return check_done();
}
