#include "base/timestamp.h"
#include "fleet/fleet.h"
#include "json/json.h"
#include "json/json_write.h"

#define FIRST_LINE "iam-fleet 1\n"

static void write_pack(const struct fleet_pack *pack, size_t shard, struct json_writer *writer)
{
	json_write_object(writer, NULL);
	json_write_int(writer, "shard", (int64_t)shard);
	json_write_text(writer, "sha256", text_of(pack->digest));
	json_write_int(writer, "bytes", (int64_t)pack->bytes);
	json_write_text(writer, "content", text_of(pack->content));
	json_write_close(writer, '}');
}

static enum status write_body(const struct fleet_manifest *manifest, struct buffer *out_body)
{
	char created[TIMESTAMP_TEXT_SIZE], expires[TIMESTAMP_TEXT_SIZE];
	struct json_writer writer;

	json_write_begin(&writer, out_body, false);
	json_write_object(&writer, NULL);
	json_write_int(&writer, "generation", (int64_t)manifest->generation);
	json_write_text(&writer, "created", text_of(timestamp_format(manifest->created, created)));
	json_write_text(&writer, "expires", text_of(timestamp_format(manifest->expires, expires)));
	json_write_int(&writer, "shards", (int64_t)manifest->shard_count);
	json_write_array(&writer, "packs");
	for (size_t i = 0; i < manifest->shard_count; i++)
		if (manifest->packs[i].digest[0])
			write_pack(&manifest->packs[i], i, &writer);
	json_write_close(&writer, ']');
	json_write_close(&writer, '}');
	return json_write_end(&writer);
}

static bool is_shard_count(uint64_t count)
{
	return count > 0 && count <= FLEET_SHARDS_MAX && (count & (count - 1)) == 0;
}

enum status fleet_manifest_write(const struct fleet_manifest *manifest,
				 const struct seal_key *signers, size_t count,
				 struct buffer *out_file)
{
	AUTO_BUFFER body = { 0 };
	enum status status;

	if (manifest->generation == 0 || manifest->generation > INT64_MAX ||
	    !is_shard_count(manifest->shard_count))
		return STATUS_BAD_INPUT;
	buffer_init(&body, FLEET_MANIFEST_MAX);
	status = write_body(manifest, &body);
	if (status == STATUS_OK)
		status = signed_text_write(TEXT(FIRST_LINE), buffer_text(&body), signers, count,
					   out_file);
	return status;
}

static enum status read_number(const struct json *json, const char *name, uint64_t maximum,
			       uint64_t *out_number)
{
	const struct json_want want = { .name = name, .required = true };

	return json_want_uint(json, want, maximum, out_number, NULL);
}

static enum status read_digest(const struct json *json, const char *name,
			       char out_digest[DIGEST_SIZE])
{
	struct text digest = json_text(json_member(json, name));

	return digest_is_valid(digest) ? text_copy(digest, out_digest, DIGEST_SIZE)
				       : STATUS_BAD_INPUT;
}

static enum status read_pack(const struct json *json, struct fleet_manifest *manifest)
{
	struct fleet_pack pack = { .bytes = 0 };
	uint64_t shard = 0;
	enum status status = read_number(json, "shard", manifest->shard_count - 1, &shard);

	if (status == STATUS_OK)
		status = read_number(json, "bytes", FLEET_PACK_MAX, &pack.bytes);
	if (status == STATUS_OK)
		status = read_digest(json, "sha256", pack.digest);
	if (status == STATUS_OK)
		status = read_digest(json, "content", pack.content);
	if (status == STATUS_OK && manifest->packs[shard].digest[0]) /* twice */
		status = STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		manifest->packs[shard] = pack;
	return status;
}

static enum status read_packs(const struct json *json, struct arena *arena,
			      struct fleet_manifest *manifest)
{
	const struct json *packs = json_member(json, "packs");
	uint64_t shards = 0;
	enum status status = read_number(json, "shards", FLEET_SHARDS_MAX, &shards);

	if (status != STATUS_OK || !is_shard_count(shards) || json_kind(packs) != JSON_ARRAY)
		return status == STATUS_OK ? STATUS_BAD_INPUT : status;
	manifest->shard_count = (size_t)shards;
	manifest->packs = arena_take(arena, manifest->shard_count, sizeof(*manifest->packs));
	if (!manifest->packs)
		return STATUS_NO_MEMORY;
	for (const struct json *next = json_first(packs); next && status == STATUS_OK;
	     next = json_next(next))
		status = read_pack(next, manifest);
	return status;
}

static enum status read_body(const struct json *json, struct arena *arena,
			     struct fleet_manifest *out_manifest)
{
	struct fleet_manifest manifest = { .generation = 0 };
	enum status status = read_number(json, "generation", INT64_MAX, &manifest.generation);

	if (status == STATUS_OK && manifest.generation == 0)
		status = STATUS_BAD_INPUT;
	if (status == STATUS_OK)
		status =
			timestamp_parse(json_text(json_member(json, "created")), &manifest.created);
	if (status == STATUS_OK)
		status =
			timestamp_parse(json_text(json_member(json, "expires")), &manifest.expires);
	if (status == STATUS_OK)
		status = read_packs(json, arena, &manifest);
	if (status == STATUS_OK)
		*out_manifest = manifest;
	return status;
}

enum status fleet_manifest_read(struct text file, const struct seal_key *trusted, size_t count,
				struct arena *arena, struct fleet_manifest *out_manifest,
				struct complaint *out_complaint)
{
	AUTO_JSON *json = NULL;
	struct text body = TEXT("");
	enum status status =
		file.length > FLEET_MANIFEST_MAX
			? STATUS_BAD_INPUT
			: signed_text_read(file, TEXT(FIRST_LINE), trusted, count, &body);

	if (status == STATUS_BAD_DATA)
		return complain(out_complaint, status,
				"the manifest is not signed by a key that is trusted here");
	if (status == STATUS_OK)
		status = json_parse(body, FLEET_MANIFEST_MAX, &json, NULL);
	if (status == STATUS_OK)
		status = read_body(json, arena, out_manifest);
	if (status == STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK)
		return complain(out_complaint, status, "not a manifest of a fleet's credentials");
	return STATUS_OK;
}
