#include "seal/signed_text.h"

#include "base/encoding.h"

#define SIGNED_BY "signed-by "

/* What is signed: the first line, and the body. */
static enum status signed_bytes_of(struct text first_line, struct text body,
				   struct buffer *out_bytes)
{
	enum status status;

	buffer_init(out_bytes, first_line.length + body.length);
	status = buffer_append(out_bytes, first_line);
	return status == STATUS_OK ? buffer_append(out_bytes, body) : status;
}

static enum status write_signature(const struct seal_key *signer, struct text signed_bytes,
				   struct buffer *out_file)
{
	unsigned char signature[SIGNATURE_BYTES];
	char name[SEAL_KEY_TEXT_SIZE];
	struct seal_key verifier;
	enum status status = signature_verifier_of(signer, &verifier);

	if (status == STATUS_OK)
		status = seal_key_format(&verifier, SEAL_VERIFY_KEY, name);
	if (status == STATUS_OK)
		status = signature_make(signer, signed_bytes, signature);
	if (status == STATUS_OK)
		status = buffer_append_format(out_file, SIGNED_BY "%s ", name);
	if (status == STATUS_OK)
		status = base64_encode((struct text){ (const char *)signature, sizeof(signature) },
				       out_file);
	return status == STATUS_OK ? buffer_append(out_file, TEXT("\n")) : status;
}

enum status signed_text_write(struct text first_line, struct text body,
			      const struct seal_key *signers, size_t count, struct buffer *out_file)
{
	AUTO_BUFFER signed_bytes = { 0 };
	enum status status;

	if (count == 0 || count > SIGNED_TEXT_SIGNATURES_MAX)
		return STATUS_BAD_INPUT;
	status = signed_bytes_of(first_line, body, &signed_bytes);
	if (status == STATUS_OK)
		status = buffer_append(out_file, first_line);
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = write_signature(&signers[i], buffer_text(&signed_bytes), out_file);
	if (status == STATUS_OK)
		status = buffer_append(out_file, TEXT("\n"));
	return status == STATUS_OK ? buffer_append(out_file, body) : status;
}

/* STATUS_NOT_FOUND: of a key that is not trusted, or no signature of these bytes. */
static enum status check_line(struct text line, struct text signed_bytes,
			      const struct seal_key *trusted, size_t count)
{
	AUTO_BUFFER signature = { 0 };
	struct seal_key verifier;
	struct text rest = text_skip(line, sizeof(SIGNED_BY) - 1), name;
	enum status status;

	buffer_init(&signature, SIGNATURE_BYTES);
	if (!text_next_piece(&rest, ' ', &name) || !rest.bytes)
		return STATUS_BAD_INPUT;
	status = seal_key_parse(name, SEAL_VERIFY_KEY, &verifier);
	if (status == STATUS_OK)
		status = base64_decode(rest, &signature);
	if (status == STATUS_OK && signature.length != SIGNATURE_BYTES)
		status = STATUS_BAD_INPUT;
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		if (memcmp(trusted[i].bytes, verifier.bytes, SEAL_KEY_BYTES) == 0)
			return signature_check(&trusted[i], signed_bytes,
					       (const unsigned char *)signature.bytes);
	return status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

static enum status check_lines(struct text lines, struct text signed_bytes,
			       const struct seal_key *trusted, size_t count)
{
	enum status found = STATUS_BAD_DATA;
	struct text line;

	for (size_t i = 0; text_next_piece(&lines, '\n', &line) && line.length > 0; i++) {
		enum status status = STATUS_BAD_INPUT;

		if (text_starts_with(line, TEXT(SIGNED_BY)) && i < SIGNED_TEXT_SIGNATURES_MAX)
			status = check_line(line, signed_bytes, trusted, count);
		if (status == STATUS_OK)
			found = STATUS_OK;
		else if (status != STATUS_NOT_FOUND)
			return status;
	}
	return found;
}

enum status signed_text_read(struct text file, struct text first_line,
			     const struct seal_key *trusted, size_t count, struct text *out_body)
{
	const char *end = memmem(file.bytes, file.length, "\n\n", 2);
	AUTO_BUFFER signed_bytes = { 0 };
	struct text body;
	enum status status;

	if (!text_starts_with(file, first_line) || !end)
		return STATUS_BAD_INPUT;
	body = text_skip(file, (size_t)(end + 2 - file.bytes));
	status = signed_bytes_of(first_line, body, &signed_bytes);
	if (status == STATUS_OK)
		status = check_lines(text_skip(file, first_line.length), buffer_text(&signed_bytes),
				     trusted, count);
	if (status == STATUS_OK)
		*out_body = body;
	return status;
}
