#include "base/timestamp.h"
#include "bundle/bundle.h"
#include "json/json.h"
#include "json/json_write.h"

#define FIRST_LINE "iam-bundle 1\n"

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

enum status bundle_manifest_write(const struct bundle_manifest *manifest,
				  const struct seal_key *signers, size_t count,
				  struct buffer *out_file)
{
	AUTO_BUFFER body = { 0 };
	enum status status;

	if (count > BUNDLE_SIGNATURES_MAX || manifest->generation > INT64_MAX)
		return STATUS_BAD_INPUT;
	buffer_init(&body, BUNDLE_MANIFEST_MAX);
	status = write_body(manifest, &body);
	if (status == STATUS_OK)
		status = signed_text_write(TEXT(FIRST_LINE), buffer_text(&body), signers, count,
					   out_file);
	return status;
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
	enum status status =
		file.length > BUNDLE_MANIFEST_MAX
			? STATUS_BAD_INPUT
			: signed_text_read(file, TEXT(FIRST_LINE), trusted, count, &body);

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
