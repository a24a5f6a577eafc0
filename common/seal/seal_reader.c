#include "seal/seal_format.h"

struct seal_reader {
	struct buffer header;
	struct text passphrase,
		kept_key; /* the contents of these slots; empty when there is none */
	struct text public_keys[SEAL_SLOTS_MAX];
	size_t public_key_count;
	enum { READER_CLOSED = 0, READER_OPEN, READER_DONE } stage;
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char digest[SEAL_DIGEST_BYTES];
};

enum status seal_header_length(struct text start, size_t *out_length,
			       struct complaint *out_complaint)
{
	struct seal_start header;
	size_t length;

	if (start.length < sizeof(header) || memcmp(start.bytes, SEAL_MAGIC, 8) != 0)
		return complain(out_complaint, STATUS_BAD_DATA, "not a sealed file");
	memcpy(&header, start.bytes, sizeof(header));
	if (le32toh(header.format) != SEAL_FORMAT)
		return complain(out_complaint, STATUS_BAD_DATA,
				"sealed in format %u, and this program knows %d",
				(unsigned)le32toh(header.format), SEAL_FORMAT);
	length = le32toh(header.header_bytes);
	if (length < sizeof(header) + SEAL_STREAM_START || length > SEAL_HEADER_MAX)
		return complain(out_complaint, STATUS_BAD_DATA, "the header has a length of %zu",
				length);
	*out_length = length;
	return STATUS_OK;
}

static enum status take_passphrase(struct seal_reader *reader, struct text content,
				   struct complaint *out_complaint)
{
	struct seal_passphrase_slot slot;
	uint32_t passes, memory;

	if (content.length != sizeof(slot) || reader->passphrase.length > 0)
		return complain(out_complaint, STATUS_BAD_DATA,
				"a slot for a passphrase is not as it should be");
	memcpy(&slot, content.bytes, sizeof(slot));
	passes = le32toh(slot.passes);
	memory = le32toh(slot.memory_kib);
	if (passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || passes > SEAL_PASSES_MAX ||
	    memory < crypto_pwhash_argon2id_MEMLIMIT_MIN / 1024 || memory > SEAL_MEMORY_KIB_MAX)
		return complain(out_complaint, STATUS_BAD_DATA,
				"the passphrase is to cost %u passes over %u KiB, and at most %d "
				"over %d are done",
				(unsigned)passes, (unsigned)memory, SEAL_PASSES_MAX,
				SEAL_MEMORY_KIB_MAX);
	reader->passphrase = content;
	return STATUS_OK;
}

static enum status take_slot(struct seal_reader *reader, uint32_t kind, struct text content,
			     struct complaint *out_complaint)
{
	switch (kind) {
	case SEAL_SLOT_PASSPHRASE:
		return take_passphrase(reader, content, out_complaint);
	case SEAL_SLOT_PUBLIC_KEY:
		if (content.length != sizeof(struct seal_public_key_slot))
			break;
		reader->public_keys[reader->public_key_count++] = content;
		return STATUS_OK;
	case SEAL_SLOT_KEPT_KEY:
		if (content.length < sizeof(struct seal_wrapped) ||
		    content.length > sizeof(struct seal_wrapped) + SEAL_NOTE_MAX ||
		    reader->kept_key.length > 0)
			break;
		reader->kept_key = content;
		return STATUS_OK;
	default:
		break;
	}
	return complain(out_complaint, STATUS_BAD_DATA, "a slot of kind %u is not as it should be",
			(unsigned)kind);
}

static enum status take_slots(struct seal_reader *reader, struct text slots,
			      struct complaint *out_complaint)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; slots.length > 0 && status == STATUS_OK; i++) {
		struct seal_slot slot = { 0 };
		struct text content = text_skip(slots, sizeof(slot));

		if (slots.length >= sizeof(slot))
			memcpy(&slot, slots.bytes, sizeof(slot));
		if (slots.length < sizeof(slot) || le32toh(slot.bytes) > content.length ||
		    i == SEAL_SLOTS_MAX)
			return complain(out_complaint, STATUS_BAD_DATA,
					"the slots of the header are not as they should be");
		slots = text_skip(content, le32toh(slot.bytes));
		content.length = le32toh(slot.bytes);
		status = take_slot(reader, le32toh(slot.kind), content, out_complaint);
	}
	return status;
}

enum status seal_reader_new(struct text header, struct seal_reader **out_reader,
			    struct complaint *out_complaint)
{
	AUTO_SEAL_READER *reader = NULL;
	size_t length = 0;
	enum status status = seal_header_length(header, &length, out_complaint);

	if (status == STATUS_OK && length != header.length)
		return complain(out_complaint, STATUS_BAD_DATA, "the header is cut");
	if (status == STATUS_OK)
		status = seal_prepare();
	if (status != STATUS_OK)
		return status;
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return STATUS_NO_MEMORY;
	buffer_init(&reader->header, SEAL_HEADER_MAX);
	status = buffer_append(&reader->header, header);
	if (status == STATUS_OK)
		status = take_slots(reader,
				    (struct text){ reader->header.bytes + SEAL_START_BYTES,
						   length - SEAL_START_BYTES - SEAL_STREAM_START },
				    out_complaint);
	if (status != STATUS_OK)
		return status;
	seal_digest(header, reader->digest);
	*out_reader = TAKE_POINTER(reader);
	return STATUS_OK;
}

void seal_reader_free(struct seal_reader *reader)
{
	if (!reader)
		return;
	buffer_release(&reader->header);
	explicit_bzero(reader, sizeof(*reader));
	free(reader);
}

bool seal_takes_passphrase(const struct seal_reader *reader)
{
	return reader->passphrase.length > 0;
}

bool seal_takes_secret_key(const struct seal_reader *reader)
{
	return reader->public_key_count > 0;
}

bool seal_kept_key_note(const struct seal_reader *reader, struct text *out_note)
{
	if (reader->kept_key.length == 0)
		return false;
	*out_note = text_skip(reader->kept_key, sizeof(struct seal_wrapped));
	return true;
}

static enum status start_stream(struct seal_reader *reader, const struct seal_key *body_key)
{
	const unsigned char *start = (const unsigned char *)reader->header.bytes +
				     reader->header.length - SEAL_STREAM_START;

	if (crypto_secretstream_xchacha20poly1305_init_pull(&reader->stream, start,
							    body_key->bytes) != 0)
		return STATUS_BAD_DATA;
	reader->stage = READER_OPEN;
	return STATUS_OK;
}

static enum status unwrap(struct seal_reader *reader, const struct seal_wrapped *wrapped,
			  const struct seal_key *key)
{
	AUTO_SEAL_KEY body_key = { 0 };

	if (crypto_aead_xchacha20poly1305_ietf_decrypt(body_key.bytes, NULL, NULL, wrapped->key,
						       sizeof(wrapped->key), NULL, 0,
						       wrapped->nonce, key->bytes) != 0)
		return STATUS_NOT_FOUND;
	return start_stream(reader, &body_key);
}

enum status seal_open_by_passphrase(struct seal_reader *reader, struct text passphrase)
{
	struct seal_passphrase_slot slot;
	AUTO_SEAL_KEY key = { 0 };
	enum status status;

	if (reader->passphrase.length != sizeof(slot))
		return STATUS_NOT_FOUND;
	memcpy(&slot, reader->passphrase.bytes, sizeof(slot));
	status = seal_stretch(passphrase, &slot, &key);
	return status == STATUS_OK ? unwrap(reader, &slot.wrapped, &key) : status;
}

enum status seal_open_by_kept_key(struct seal_reader *reader, const struct seal_key *key)
{
	struct seal_wrapped wrapped;

	if (reader->kept_key.length < sizeof(wrapped))
		return STATUS_NOT_FOUND;
	memcpy(&wrapped, reader->kept_key.bytes, sizeof(wrapped));
	return unwrap(reader, &wrapped, key);
}

/* No slot says whose it is. */
enum status seal_open_by_secret_key(struct seal_reader *reader, const struct seal_key *secret_key)
{
	struct seal_key public_key;
	AUTO_SEAL_KEY body_key = { 0 };
	enum status status = seal_key_public_of(secret_key, &public_key);

	for (size_t i = 0; i < reader->public_key_count && status == STATUS_OK; i++) {
		struct text box = reader->public_keys[i];

		if (crypto_box_seal_open(body_key.bytes, (const unsigned char *)box.bytes,
					 box.length, public_key.bytes, secret_key->bytes) == 0)
			return start_stream(reader, &body_key);
	}
	return status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

enum status seal_pull(struct seal_reader *reader, struct text sealed, struct buffer *out_piece,
		      bool *out_is_last)
{
	size_t before = out_piece->length, added;
	unsigned char tag = 0;
	enum status status;

	if (reader->stage == READER_CLOSED)
		return STATUS_BAD_INPUT;
	if (reader->stage == READER_DONE || sealed.length > SEAL_SEALED_BYTES ||
	    sealed.length < crypto_secretstream_xchacha20poly1305_ABYTES)
		return STATUS_BAD_DATA;
	added = sealed.length - crypto_secretstream_xchacha20poly1305_ABYTES;
	status = buffer_append_zeros(out_piece, added);
	if (status != STATUS_OK)
		return status;
	if (crypto_secretstream_xchacha20poly1305_pull(
		    &reader->stream, (unsigned char *)out_piece->bytes + before, NULL, &tag,
		    (const unsigned char *)sealed.bytes, sealed.length, reader->digest,
		    sizeof(reader->digest)) != 0 ||
	    (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL &&
	     sealed.length != SEAL_SEALED_BYTES)) {
		out_piece->length = before;
		return STATUS_BAD_DATA;
	}
	*out_is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	if (*out_is_last)
		reader->stage = READER_DONE;
	return STATUS_OK;
}
