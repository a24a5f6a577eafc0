/*
 * tests/fuzz/fuzz_snapshot.c: arbitrary bytes as a snapshot, asked for everything.
 *
 * Once as they are, once with the few header fields set that would keep a damaged file from being
 * opened at all. Checksums are left wrong: the name service does not look at them either.
 */
#include "../support/snapshot_walk.h"
#include "snapshot/snapshot_format.h"
#include "snapshot/snapshot_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What passed may not fail afterwards. */
static void check_verified(const struct snapshot *snapshot)
{
	struct snapshot_user user;
	enum status status;

	for (uint32_t i = 0; (status = snapshot_user_at(snapshot, i, &user)) == STATUS_OK; i++)
		;
	if (snapshot->kind == SNAPSHOT_DIRECTORY && status != STATUS_NOT_FOUND)
		__builtin_trap();
}

static void ask(const unsigned char *bytes, size_t size, enum snapshot_kind kind)
{
	struct complaint complaint;
	struct snapshot snapshot;

	if (snapshot_from_memory(&snapshot, bytes, size, kind) != STATUS_OK)
		return;
	if (walk_all(&snapshot).broken > 0)
		__builtin_trap();
	if (snapshot_verify(&snapshot, &complaint) == STATUS_OK)
		check_verified(&snapshot);
	snapshot_close(&snapshot);
}

static void put(unsigned char *bytes, size_t offset, uint64_t value, size_t width)
{
	value = htole64(value);
	memcpy(bytes + offset, &value, width);
}

static void repair(unsigned char *bytes, size_t size)
{
	memcpy(bytes, SNAPSHOT_MAGIC, sizeof(SNAPSHOT_MAGIC) - 1);
	put(bytes, offsetof(struct snapshot_header, format), SNAPSHOT_FORMAT, 4);
	put(bytes, offsetof(struct snapshot_header, header_size), sizeof(struct snapshot_header),
	    4);
	put(bytes, offsetof(struct snapshot_header, file_size), size, 8);
	put(bytes, offsetof(struct snapshot_header, header_checksum),
	    snapshot_checksum(bytes, offsetof(struct snapshot_header, header_checksum)), 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *copy;

	ask(data, size, SNAPSHOT_DIRECTORY);
	ask(data, size, SNAPSHOT_ACCESS);
	if (size < sizeof(struct snapshot_header) || !(copy = malloc(size)))
		return 0;
	memcpy(copy, data, size);
	for (int kind = SNAPSHOT_DIRECTORY; kind <= SNAPSHOT_ACCESS; kind++) {
		put(copy, offsetof(struct snapshot_header, kind), (uint64_t)kind, 4);
		put(copy, offsetof(struct snapshot_header, body_checksum),
		    snapshot_checksum(copy + sizeof(struct snapshot_header),
				      size - sizeof(struct snapshot_header)),
		    8);
		repair(copy, size);
		ask(copy, size, (enum snapshot_kind)kind);
	}
	free(copy);
	return 0;
}
