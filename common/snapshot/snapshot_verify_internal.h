/*
 * common/snapshot/snapshot_verify_internal.h: what both kinds of file are checked with.
 *
 * The file must be exactly what the builder lays out: sections and records in one order, each at
 * the first place that its alignment allows, nothing but zeros between and nothing behind. So no
 * two records overlap, each byte is looked at a fixed number of times, and no file can make this
 * slow.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_VERIFY_INTERNAL_H
#define IAM_SNAPSHOT_SNAPSHOT_VERIFY_INTERNAL_H

#include "snapshot/snapshot_internal.h"
#include "snapshot/snapshot_verify.h"

struct verifier {
	const struct snapshot *snapshot;
	struct complaint *complaint;
	uint64_t end;                     /* of what was accounted for so far */
	uint64_t user_pairs, group_pairs; /* memberships as users and as groups tell them */
};

/* "WHAT NUMBER"; STATUS_BAD_DATA. */
enum status verify_refuse(const struct verifier *verifier, const char *what, uint64_t number);

/* Size bytes at offset come next. */
MUST_CHECK enum status verify_next(struct verifier *verifier, uint64_t offset, uint64_t size,
				   uint64_t alignment);
MUST_CHECK enum status verify_slots(struct verifier *verifier, unsigned map);
MUST_CHECK enum status verify_table(struct verifier *verifier, unsigned map);

/* As many slots are in use as there are records: with each record found, there are no others. */
MUST_CHECK enum status verify_slots_used(const struct verifier *verifier, unsigned map);

static inline uint32_t verify_count(const struct verifier *verifier, unsigned map)
{
	return LOAD_UINT32(map_header_in(verifier->snapshot->base, map), snapshot_map_header,
			   count);
}

/* Everything between the header and the end of the file. */
MUST_CHECK enum status verify_directory(struct verifier *verifier);
MUST_CHECK enum status verify_access(struct verifier *verifier);

#endif
