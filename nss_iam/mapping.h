/*
 * nss_iam/mapping.h: the directory snapshot, as this thread sees it now.
 *
 * Each thread keeps a mapping of its own, so lookups take no lock and share no state, and a child
 * forked at any moment finds nothing half done. A newer file is looked for at most once a second;
 * between two looks a lookup makes no system call.
 */
#ifndef IAM_NSS_MAPPING_H
#define IAM_NSS_MAPPING_H

#include "base/cleanup.h"
#include "snapshot/snapshot_reader.h"

struct mapping {
	const struct snapshot *snapshot;
	struct snapshot once; /* opened for this call alone, where a thread can keep nothing */
};

/* Start from a zeroed struct with AUTO_MAPPING. The snapshot is good until the scope ends. */
MUST_CHECK enum status mapping_take(struct mapping *out_mapping);
void mapping_release(struct mapping *mapping);

#define AUTO_MAPPING CLEANUP(mapping_release)

/* Opens the published snapshot, for the caller to keep and close. errno is left alone, except by
   STATUS_SYSTEM. Never a point of thread cancellation. */
MUST_CHECK enum status mapping_open(struct snapshot *out_snapshot);

#endif
