/*
 * tests/fuzz/fuzz_fleet.c: any bytes as a fleet's manifest, as the signed body of one, and as a
 * pack.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fleet/fleet.h"

enum { LIMIT = 1 << 18, ARENA_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void check(const struct fleet_manifest *manifest)
{
	require(manifest->generation > 0, "a generation");
	require(manifest->shard_count > 0 && manifest->shard_count <= FLEET_SHARDS_MAX &&
			(manifest->shard_count & (manifest->shard_count - 1)) == 0,
		"a number of shards");
	for (size_t i = 0; i < manifest->shard_count; i++) {
		const struct fleet_pack *pack = &manifest->packs[i];

		require(!pack->digest[0] || (digest_is_valid(text_of(pack->digest)) &&
					     digest_is_valid(text_of(pack->content)) &&
					     pack->bytes <= FLEET_PACK_MAX),
			"a name that is no path");
	}
}

static enum status read_manifest(struct text file, const struct seal_key *verifier)
{
	struct fleet_manifest manifest = { .generation = 0 };
	struct complaint complaint = { .line = 0 };
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, ARENA_MAX);
	status = fleet_manifest_read(file, verifier, 1, &arena, &manifest, &complaint);
	if (status == STATUS_OK)
		check(&manifest);
	else
		require(complaint.reason[0] != '\0', "a refusal has a reason");
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = { (const char *)data, size };
	struct seal_key key = { .bytes = { 1, 2, 3, 4, 5, 6, 7, 8 } }, verifier;
	AUTO_SECRET_BUFFER lines = { 0 };
	AUTO_BUFFER file = { 0 };

	if (size > LIMIT || signature_verifier_of(&key, &verifier) != STATUS_OK)
		return 0;
	require(read_manifest(whole, &verifier) != STATUS_OK, "nothing unsigned is believed");
	buffer_init(&file, FLEET_MANIFEST_MAX);
	if (signed_text_write(TEXT("iam-fleet 1\n"), whole, &key, 1, &file) == STATUS_OK)
		(void)read_manifest(buffer_text(&file), &verifier);
	buffer_init(&lines, FLEET_LINES_MAX);
	require(fleet_pack_open(whole, &key, &lines, NULL) == STATUS_OK || lines.length == 0,
		"nothing is given that was not proven");
	return 0;
}
