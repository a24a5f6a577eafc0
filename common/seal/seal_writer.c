#include "seal/seal_format.h"

struct seal_writer {
	struct buffer header; /* without the start of the stream */
	struct seal_key body_key;
	unsigned slots;
	bool has_passphrase, has_kept_key;
	enum { WRITER_ADDING = 0, WRITER_PUSHING, WRITER_DONE } stage;
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char digest[SEAL_DIGEST_BYTES];
};

enum status seal_writer_new(struct seal_writer **out_writer)
{
	const struct seal_start start = { .magic = "" };
	enum status status = seal_prepare();
	AUTO_SEAL_WRITER *writer = NULL;

	if (status != STATUS_OK)
		return status;
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return STATUS_NO_MEMORY;
	buffer_init(&writer->header, SEAL_HEADER_MAX);
	crypto_secretstream_xchacha20poly1305_keygen(writer->body_key.bytes);
	/* Its place: what is in it is known in the end. */
	status = buffer_append(&writer->header,
			       (struct text){ (const char *)&start, sizeof(start) });
	if (status == STATUS_OK)
		*out_writer = TAKE_POINTER(writer);
	return status;
}

void seal_writer_free(struct seal_writer *writer)
{
	if (!writer)
		return;
	buffer_release(&writer->header);
	explicit_bzero(writer, sizeof(*writer));
	free(writer);
}

static enum status add_slot(struct seal_writer *writer, enum seal_slot_kind kind,
			    struct text content, struct text note)
{
	const struct seal_slot slot = { htole32((uint32_t)kind),
					htole32((uint32_t)(content.length + note.length)) };
	enum status status = STATUS_OK;

	if (writer->stage != WRITER_ADDING || writer->slots == SEAL_SLOTS_MAX)
		return STATUS_BAD_INPUT;
	/* Whole or not at all. */
	status = buffer_reserve(&writer->header, sizeof(slot) + content.length + note.length);
	if (status == STATUS_OK)
		status = buffer_append(&writer->header,
				       (struct text){ (const char *)&slot, sizeof(slot) });
	if (status == STATUS_OK)
		status = buffer_append(&writer->header, content);
	if (status == STATUS_OK)
		status = buffer_append(&writer->header, note);
	writer->slots += status == STATUS_OK;
	return status;
}

static void wrap(const struct seal_writer *writer, const struct seal_key *key,
		 struct seal_wrapped *out_wrapped)
{
	randombytes_buf(out_wrapped->nonce, sizeof(out_wrapped->nonce));
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		out_wrapped->key, NULL, writer->body_key.bytes, sizeof(writer->body_key.bytes),
		NULL, 0, NULL, out_wrapped->nonce, key->bytes); /* never fails */
}

enum status seal_add_passphrase(struct seal_writer *writer, struct text passphrase)
{
	struct seal_passphrase_slot slot = { .passes = htole32(SEAL_PASSES),
					     .memory_kib = htole32(SEAL_MEMORY_KIB) };
	AUTO_SEAL_KEY key = { 0 };
	enum status status;

	if (passphrase.length == 0 || writer->has_passphrase)
		return STATUS_BAD_INPUT;
	randombytes_buf(slot.salt, sizeof(slot.salt));
	status = seal_stretch(passphrase, &slot, &key);
	if (status != STATUS_OK)
		return status;
	wrap(writer, &key, &slot.wrapped);
	status = add_slot(writer, SEAL_SLOT_PASSPHRASE,
			  (struct text){ (const char *)&slot, sizeof(slot) }, TEXT(""));
	writer->has_passphrase = status == STATUS_OK;
	return status;
}

enum status seal_add_public_key(struct seal_writer *writer, const struct seal_key *public_key)
{
	struct seal_public_key_slot slot;

	if (crypto_box_seal(slot.box, writer->body_key.bytes, sizeof(writer->body_key.bytes),
			    public_key->bytes) != 0)
		return STATUS_BAD_INPUT;
	return add_slot(writer, SEAL_SLOT_PUBLIC_KEY,
			(struct text){ (const char *)&slot, sizeof(slot) }, TEXT(""));
}

enum status seal_add_kept_key(struct seal_writer *writer, const struct seal_key *key,
			      struct text note)
{
	struct seal_wrapped wrapped;
	enum status status;

	if (writer->has_kept_key || note.length > SEAL_NOTE_MAX)
		return STATUS_BAD_INPUT;
	wrap(writer, key, &wrapped);
	status = add_slot(writer, SEAL_SLOT_KEPT_KEY,
			  (struct text){ (const char *)&wrapped, sizeof(wrapped) }, note);
	writer->has_kept_key = status == STATUS_OK;
	return status;
}

static enum status finish_header(struct seal_writer *writer)
{
	struct seal_start start = { SEAL_MAGIC, htole32(SEAL_FORMAT), 0 };
	unsigned char stream_start[SEAL_STREAM_START];
	enum status status;

	if (crypto_secretstream_xchacha20poly1305_init_push(&writer->stream, stream_start,
							    writer->body_key.bytes) != 0)
		return STATUS_UNAVAILABLE;
	status = buffer_append(&writer->header,
			       (struct text){ (const char *)stream_start, sizeof(stream_start) });
	if (status != STATUS_OK)
		return status;
	start.header_bytes = htole32((uint32_t)writer->header.length);
	memcpy(writer->header.bytes, &start, sizeof(start));
	seal_digest(buffer_text(&writer->header), writer->digest);
	return STATUS_OK;
}

enum status seal_begin(struct seal_writer *writer, struct buffer *out_header)
{
	enum status status = STATUS_BAD_INPUT;

	if (writer->stage == WRITER_ADDING && writer->slots > 0)
		status = finish_header(writer);
	if (status == STATUS_OK)
		status = buffer_append(out_header, buffer_text(&writer->header));
	if (status == STATUS_OK)
		writer->stage = WRITER_PUSHING;
	return status;
}

enum status seal_push(struct seal_writer *writer, struct text piece, bool is_last,
		      struct buffer *out_sealed)
{
	unsigned char tag = is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
				    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
	size_t length = out_sealed->length;
	enum status status;

	if (writer->stage != WRITER_PUSHING || piece.length > SEAL_PIECE_BYTES ||
	    (piece.length < SEAL_PIECE_BYTES && !is_last))
		return STATUS_BAD_INPUT;
	status = buffer_append_zeros(out_sealed,
				     piece.length + crypto_secretstream_xchacha20poly1305_ABYTES);
	if (status != STATUS_OK)
		return status;
	(void)crypto_secretstream_xchacha20poly1305_push(
		&writer->stream, (unsigned char *)out_sealed->bytes + length, NULL,
		(const unsigned char *)piece.bytes, piece.length, writer->digest,
		sizeof(writer->digest), tag); /* never fails for pieces of this size */
	if (is_last)
		writer->stage = WRITER_DONE;
	return STATUS_OK;
}
