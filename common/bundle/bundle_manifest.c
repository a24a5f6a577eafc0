#include "base/encoding.h"
#include "base/timestamp.h"
#include "bundle/bundle.h"
#include "json/json.h"
#include "json/json_write.h"

/* Signed with what follows, so that no other text that is signed with the key can be taken for a
   manifest. */
#define FIRST_LINE "iam-bundle 1\n"
#define SIGNED_BY "signed-by "

static enum status write_body(const struct bundle_manifest *manifest, struct buffer *out)
{
	char created[TIMESTAMP_TEXT_SIZE], expires[TIMESTAMP_TEXT_SIZE];
	struct json_writer writer;

	json_write_begin(&writer, out, false);
	json_write_object(&writer, NULL);
	json_write_int(&writer, "generation", (int64_t)manifest->generation);
	json_write_text(&writer, "created", text_of(timestamp_format(manifest->created, created)));
	json_write_text(&writer, "expires", text_of(timestamp_format(manifest->expires, expires)));
	json_write_int(&writer, "document_bytes", (int64_t)manifest->document_bytes);
	json_write_object(&writer, "index");
	json_write_text(&writer, "sha256", text_of(manifest->index.digest));
	json_write_int(&writer, "packed", (int64_t)manifest->index.packed);
	json_write_int(&writer, "bytes", (int64_t)manifest->index.bytes);
	json_write_close(&writer, '}');
	json_write_close(&writer, '}');
	return json_write_end(&writer);
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

enum status bundle_manifest_write(const struct bundle_manifest *manifest,
				  const struct seal_key *signers, size_t count,
				  struct buffer *out_file)
{
	AUTO_BUFFER body = { 0 };
	enum status status;

	if (count == 0 || count > BUNDLE_SIGNATURES_MAX || manifest->generation > INT64_MAX)
		return STATUS_BAD_INPUT;
	buffer_init(&body, BUNDLE_MANIFEST_MAX);
	status = buffer_append(&body, TEXT(FIRST_LINE));
	if (status == STATUS_OK)
		status = write_body(manifest, &body);
	if (status == STATUS_OK)
		status = buffer_append(out_file, TEXT(FIRST_LINE));
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = write_signature(&signers[i], buffer_text(&body), out_file);
	if (status == STATUS_OK)
		status = buffer_append(out_file, TEXT("\n"));
	if (status == STATUS_OK)
		status = buffer_append(out_file,
				       text_skip(buffer_text(&body), sizeof(FIRST_LINE) - 1));
	return status;
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

/* The bytes behind the signatures, once one of them is of a trusted key. */
static enum status check_signatures(struct text file, const struct seal_key *trusted, size_t count,
				    struct text *out_body)
{
	const char *body = memmem(file.bytes, file.length, "\n\n", 2);
	struct text rest = text_skip(file, sizeof(FIRST_LINE) - 1), line;
	AUTO_BUFFER signed_bytes = { 0 };
	enum status status, found = STATUS_BAD_DATA;
	size_t lines = 0;

	if (!text_starts_with(file, TEXT(FIRST_LINE)) || !body)
		return STATUS_BAD_INPUT;
	buffer_init(&signed_bytes, BUNDLE_MANIFEST_MAX);
	*out_body = text_skip(file, (size_t)(body + 2 - file.bytes));
	status = buffer_append(&signed_bytes, TEXT(FIRST_LINE));
	if (status == STATUS_OK)
		status = buffer_append(&signed_bytes, *out_body);
	while (status == STATUS_OK && text_next_piece(&rest, '\n', &line) && line.length > 0) {
		if (!text_starts_with(line, TEXT(SIGNED_BY)) || ++lines > BUNDLE_SIGNATURES_MAX)
			return STATUS_BAD_INPUT;
		status = check_line(line, buffer_text(&signed_bytes), trusted, count);
		if (status == STATUS_OK)
			found = STATUS_OK;
		else if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	return status == STATUS_OK ? found : status;
}

static enum status read_time(const struct json *json, const char *name, int64_t *out_time)
{
	return timestamp_parse(json_text(json_member(json, name)), out_time);
}

static enum status read_number(const struct json *json, const char *name, uint64_t maximum,
			       uint64_t *out_number)
{
	const struct json_want want = { .name = name, .required = true };

	return json_want_uint(json, want, maximum, out_number, NULL);
}

static enum status read_body(const struct json *json, struct bundle_manifest *out_manifest)
{
	const struct json *index = json_member(json, "index");
	struct text digest = json_text(json_member(index, "sha256"));
	struct bundle_manifest manifest = { .generation = 0 };
	enum status status = read_number(json, "generation", INT64_MAX, &manifest.generation);

	if (status == STATUS_OK)
		status = read_time(json, "created", &manifest.created);
	if (status == STATUS_OK)
		status = read_time(json, "expires", &manifest.expires);
	if (status == STATUS_OK)
		status = read_number(json, "document_bytes", BUNDLE_DOCUMENT_MAX,
				     &manifest.document_bytes);
	if (status == STATUS_OK)
		status = read_number(index, "packed", BUNDLE_FILE_MAX, &manifest.index.packed);
	if (status == STATUS_OK)
		status = read_number(index, "bytes", BUNDLE_FILE_MAX, &manifest.index.bytes);
	if (status == STATUS_OK && !digest_is_valid(digest))
		status = STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		status = text_copy(digest, manifest.index.digest, sizeof(manifest.index.digest));
	if (status == STATUS_OK)
		*out_manifest = manifest;
	return status;
}

enum status bundle_manifest_read(struct text file, const struct seal_key *trusted, size_t count,
				 struct bundle_manifest *out_manifest,
				 struct complaint *out_complaint)
{
	AUTO_JSON *json = NULL;
	struct text body = TEXT("");
	enum status status = file.length > BUNDLE_MANIFEST_MAX
				     ? STATUS_BAD_INPUT
				     : check_signatures(file, trusted, count, &body);

	if (status == STATUS_BAD_DATA)
		return complain(out_complaint, status,
				"the manifest is not signed by a key that is trusted here");
	if (status == STATUS_OK)
		status = json_parse(body, BUNDLE_MANIFEST_MAX, &json, NULL);
	if (status == STATUS_OK)
		status = read_body(json, out_manifest);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "not a manifest of a bundle");
	return STATUS_OK;
}
