/*
 * common/fleet/fleet.h: a fleet's credentials as files: sealed packs, and one signed manifest.
 *
 * A user is in the pack of one shard, by the digest of the id. A pack is lines of text, sealed to
 * the public keys of the hosts that may read it; the manifest names each by its digest, so who
 * trusts the manifest knows who made them: a seal says nothing of that. iam-fleet(5) describes the
 * files. Knows neither places nor what the lines say.
 */
#ifndef IAM_FLEET_FLEET_H
#define IAM_FLEET_FLEET_H

#include "base/arena.h"
#include "base/complaint.h"
#include "seal/signed_text.h"

enum {
	FLEET_MANIFEST_MAX = 2 << 20, /* bytes of the manifest's file */
	FLEET_SHARDS_MAX = 4096,
	FLEET_PACK_MAX = 64 << 10,  /* bytes of a pack */
	FLEET_LINES_MAX = 56 << 10, /* of what is sealed in it, with room for SEAL_SLOTS_MAX */
};

/* One shard: nobody is in it while the digest is "". */
struct fleet_pack {
	char digest[DIGEST_SIZE];
	char content[DIGEST_SIZE]; /* keyed, of lines and recipients: known to the publisher */
	uint64_t bytes;
};

struct fleet_manifest {
	uint64_t generation;
	int64_t created, expires;
	struct fleet_pack *packs; /* one for each shard */
	size_t shard_count;       /* a power of two */
};

/* Appended, signed by each of the keys. */
MUST_CHECK enum status fleet_manifest_write(const struct fleet_manifest *manifest,
					    const struct seal_key *signers, size_t count,
					    struct buffer *out_file);

/* Nothing behind the signatures is looked at before one of the trusted keys has signed it: else
   STATUS_BAD_DATA. STATUS_BAD_INPUT when it is no manifest of a format we know. */
MUST_CHECK enum status fleet_manifest_read(struct text file, const struct seal_key *trusted,
					   size_t count, struct arena *arena,
					   struct fleet_manifest *out_manifest,
					   struct complaint *out_complaint);

/* Which shard a user is in: the first four bytes of the id's SHA-256, as a number. */
size_t fleet_shard_of(struct text user_id, size_t shard_count);

/* Sealed to each recipient; STATUS_BAD_INPUT for none of them, too many, or too many lines. */
MUST_CHECK enum status fleet_pack_seal(struct text lines, const struct seal_key *recipients,
				       size_t count, struct buffer *out_pack);

/* STATUS_NOT_FOUND when it is not for this key. Use an AUTO_SECRET_BUFFER. */
MUST_CHECK enum status fleet_pack_open(struct text pack, const struct seal_key *secret_key,
				       struct buffer *out_lines, struct complaint *out_complaint);

#endif
