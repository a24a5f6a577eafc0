/* A fleet's manifest and packs: what was signed is read, what was changed is not, and a pack opens
   for those it was sealed to. */
#include "check.h"
#include "fleet/fleet.h"

enum { PEOPLE = 4000, SHARDS = 8, ARENA_MAX = 1 << 20 };

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct seal_key signers[2], verifiers[2];

static void make_keys(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(signers); i++)
		CHECK_REQUIRE(signature_pair_new(&signers[i], &verifiers[i]) == STATUS_OK, "keys");
}

static void write_manifest(struct buffer *out_file)
{
	struct fleet_pack packs[SHARDS] = {
		[1] = { DIGEST, DIGEST, 11 }, [7] = { DIGEST, DIGEST, FLEET_PACK_MAX }
	};
	const struct fleet_manifest manifest = { 7, 1790000000, 1790086400, packs, SHARDS };

	buffer_init(out_file, FLEET_MANIFEST_MAX);
	CHECK_REQUIRE(fleet_manifest_write(&manifest, signers, 2, out_file) == STATUS_OK,
		      "a manifest");
}

static enum status read_manifest(struct text file, size_t key)
{
	struct fleet_manifest manifest = { .generation = 0 };
	AUTO_ARENA arena = { 0 };
	enum status status;

	arena_init(&arena, ARENA_MAX);
	status = fleet_manifest_read(file, &verifiers[key], 1, &arena, &manifest, NULL);
	if (status != STATUS_OK)
		CHECK(manifest.generation == 0, "nothing of a refused manifest is told");
	return status;
}

static void test_manifest(void)
{
	struct fleet_manifest manifest = { .generation = 0 };
	AUTO_ARENA arena = { 0 };
	AUTO_BUFFER file;

	arena_init(&arena, ARENA_MAX);
	write_manifest(&file);
	CHECK(fleet_manifest_read(buffer_text(&file), &verifiers[1], 1, &arena, &manifest, NULL) ==
			      STATUS_OK &&
		      manifest.generation == 7 && manifest.created == 1790000000 &&
		      manifest.expires == 1790086400 && manifest.shard_count == SHARDS,
	      "a manifest is read with either key");
	CHECK(strcmp(manifest.packs[7].digest, DIGEST) == 0 &&
		      manifest.packs[7].bytes == FLEET_PACK_MAX &&
		      strcmp(manifest.packs[1].content, DIGEST) == 0 &&
		      manifest.packs[0].digest[0] == '\0',
	      "with its packs, and with shards that nobody is in");
}

static void test_every_byte(void)
{
	AUTO_BUFFER file;
	unsigned believed = 0;

	write_manifest(&file);
	for (size_t i = 0; i < file.length; i++) {
		file.bytes[i] ^= 1;
		/* One of the two signatures may be broken: the other is enough. */
		believed += read_manifest(buffer_text(&file), 0) == STATUS_OK &&
			    read_manifest(buffer_text(&file), 1) == STATUS_OK;
		file.bytes[i] ^= 1;
	}
	CHECK(believed == 0, "no byte can be changed unseen by both keys (%u)", believed);
	for (size_t i = 0; i < file.length; i += 7)
		believed += read_manifest((struct text){ file.bytes, i }, 0) == STATUS_OK;
	CHECK(believed == 0, "nor the end be cut off");
}

/* Signed, and wrong all the same. */
static const struct body_case {
	const char *label, *body;
	enum status status;
} body_cases[] = {
	{ "good",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":1,\"packs\":[]}",
	  STATUS_OK },
	{ "no generation",
	  "{\"generation\":0,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":1,\"packs\":[]}",
	  STATUS_BAD_INPUT },
	{ "three shards",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":3,\"packs\":[]}",
	  STATUS_BAD_INPUT },
	{ "too many shards",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":8192,\"packs\":[]}",
	  STATUS_BAD_INPUT },
	{ "a shard beyond them",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":1,\"packs\":[{\"shard\":1,\"sha256\":\"" DIGEST
	  "\",\"content\":\"" DIGEST "\",\"bytes\":1}]}",
	  STATUS_BAD_INPUT },
	{ "a shard twice",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":1,\"packs\":[{\"shard\":0,\"sha256\":\"" DIGEST
	  "\",\"content\":\"" DIGEST "\",\"bytes\":1},{\"shard\":0,\"sha256\":\"" DIGEST
	  "\",\"content\":\"" DIGEST "\",\"bytes\":1}]}",
	  STATUS_BAD_INPUT },
	{ "a name that is a path",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":1,\"packs\":[{\"shard\":0,\"sha256\":"
	  "\"../../../../../../../../../../../../../../../../../etc/iam/iam.conf1234\","
	  "\"content\":\"" DIGEST "\",\"bytes\":1}]}",
	  STATUS_BAD_INPUT },
	{ "no date",
	  "{\"generation\":1,\"created\":\"soon\",\"expires\":\"2026-01-02T00:00:00Z\","
	  "\"shards\":1,\"packs\":[]}",
	  STATUS_BAD_INPUT },
	{ "no packs",
	  "{\"generation\":1,\"created\":\"2026-01-01T00:00:00Z\",\"expires\":"
	  "\"2026-01-02T00:00:00Z\",\"shards\":1}",
	  STATUS_BAD_INPUT },
	{ "no object", "7", STATUS_BAD_INPUT },
};

static void test_bodies(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(body_cases); i++) {
		const struct body_case *row = &body_cases[i];
		AUTO_BUFFER file = { 0 };

		buffer_init(&file, FLEET_MANIFEST_MAX);
		CHECK_REQUIRE(signed_text_write(TEXT("iam-fleet 1\n"), text_of(row->body), signers,
						1, &file) == STATUS_OK,
			      "a signature");
		CHECK(read_manifest(buffer_text(&file), 0) == row->status, "signed: %s",
		      row->label);
	}
}

/* A bundle's manifest that the same key has signed is no fleet's. */
static void test_other_texts(void)
{
	AUTO_BUFFER file = { 0 };

	buffer_init(&file, FLEET_MANIFEST_MAX);
	CHECK_REQUIRE(signed_text_write(TEXT("iam-bundle 1\n"), text_of(body_cases[0].body),
					signers, 1, &file) == STATUS_OK,
		      "a signature");
	CHECK(read_manifest(buffer_text(&file), 0) == STATUS_BAD_INPUT, "a bundle's is no fleet's");
	memcpy(file.bytes, "iam-fleet 1\n", 12);
	memmove(file.bytes + 12, file.bytes + 13, file.length - 13);
	file.length--;
	CHECK(read_manifest(buffer_text(&file), 0) == STATUS_BAD_DATA,
	      "and does not become one by its first line");
}

static void test_shards(void)
{
	unsigned counts[SHARDS] = { 0 }, least = PEOPLE;
	char id[32];

	/* printf AIDAEXAMPLEALICE00001 | sha256sum: af595413... */
	CHECK(fleet_shard_of(TEXT("AIDAEXAMPLEALICE00001"), 4096) == 0x413 &&
		      fleet_shard_of(TEXT("AIDAEXAMPLEALICE00001"), 1) == 0,
	      "a shard that anybody can work out");
	for (unsigned i = 0; i < PEOPLE; i++) {
		snprintf(id, sizeof(id), "AIDAEXAMPLE%010u", i);
		counts[fleet_shard_of(text_of(id), SHARDS)]++;
		CHECK_REQUIRE(fleet_shard_of(text_of(id), 2 * SHARDS) % SHARDS ==
				      fleet_shard_of(text_of(id), SHARDS),
			      "a shard that is cut in two");
	}
	for (size_t i = 0; i < SHARDS; i++)
		least = counts[i] < least ? counts[i] : least;
	CHECK(least > PEOPLE / SHARDS / 2, "people are spread over the shards (%u)", least);
}

static enum status open_pack(struct text pack, const struct seal_key *key, struct buffer *out_lines)
{
	buffer_init(out_lines, FLEET_LINES_MAX);
	return fleet_pack_open(pack, key, out_lines, NULL);
}

static void test_packs(void)
{
	struct seal_key secret[3], public_keys[3];
	AUTO_BUFFER pack = { 0 };
	unsigned opened = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(secret); i++)
		CHECK_REQUIRE(seal_key_pair_new(&secret[i], &public_keys[i]) == STATUS_OK, "keys");
	buffer_init(&pack, FLEET_PACK_MAX);
	CHECK_REQUIRE(fleet_pack_seal(TEXT("lines\n"), public_keys, 2, &pack) == STATUS_OK,
		      "a pack");
	for (size_t i = 0; i < ARRAY_LENGTH(secret); i++) {
		AUTO_SECRET_BUFFER lines;
		enum status status = open_pack(buffer_text(&pack), &secret[i], &lines);

		CHECK(i < 2 ? status == STATUS_OK && text_is(buffer_text(&lines), "lines\n")
			    : status == STATUS_NOT_FOUND && lines.length == 0,
		      "key %zu of two that it was sealed to", i + 1);
	}
	for (size_t i = 0; i < pack.length; i++) {
		AUTO_SECRET_BUFFER lines;

		pack.bytes[i] ^= 1;
		opened += open_pack(buffer_text(&pack), &secret[0], &lines) == STATUS_OK ||
			  lines.length > 0;
		pack.bytes[i] ^= 1;
	}
	CHECK(opened == 0, "with one of its bytes changed it opens for nobody (%u)", opened);
}

static void test_pack_limits(void)
{
	struct seal_key secret, keys[SEAL_SLOTS_MAX + 1];
	AUTO_BUFFER lines = { 0 }, pack = { 0 };

	CHECK_REQUIRE(seal_key_pair_new(&secret, &keys[0]) == STATUS_OK, "keys");
	for (size_t i = 1; i < ARRAY_LENGTH(keys); i++)
		keys[i] = keys[0];
	buffer_init(&lines, FLEET_LINES_MAX + 1);
	buffer_init(&pack, FLEET_PACK_MAX);
	CHECK_REQUIRE(buffer_append_zeros(&lines, FLEET_LINES_MAX) == STATUS_OK, "lines");
	CHECK(fleet_pack_seal(buffer_text(&lines), keys, SEAL_SLOTS_MAX, &pack) == STATUS_OK,
	      "the longest pack to the most keys has %zu bytes", pack.length);
	pack.length = 0;
	CHECK(fleet_pack_seal(buffer_text(&lines), keys, SEAL_SLOTS_MAX + 1, &pack) ==
			      STATUS_BAD_INPUT &&
		      fleet_pack_seal(buffer_text(&lines), keys, 0, &pack) == STATUS_BAD_INPUT,
	      "not to more, nor to none");
	CHECK_REQUIRE(buffer_append_zeros(&lines, 1) == STATUS_OK, "a byte");
	CHECK(fleet_pack_seal(buffer_text(&lines), keys, 1, &pack) == STATUS_BAD_INPUT,
	      "nor a longer one");
}

int main(void)
{
	make_keys();
	test_manifest();
	test_every_byte();
	test_bodies();
	test_other_texts();
	test_shards();
	test_packs();
	test_pack_limits();
	return check_done();
}
