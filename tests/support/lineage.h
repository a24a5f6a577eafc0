/*
 * tests/support/lineage.h: processes as a test says they are.
 */
#ifndef IAM_TESTS_LINEAGE_H
#define IAM_TESTS_LINEAGE_H

#include "base/process.h"

#define LINEAGE_BOOT "11111111-2222-3333-4444-555555555555"

enum { LINEAGE_NO_AUDIT = -1 };

/* A process whose ancestors are the pids given, up to 0; each started at 100 times its pid. */
static inline struct process_lineage lineage_of(const char *boot, int audit, const int *pids)
{
	struct process_lineage lineage = { .audit_session =
						   audit < 0 ? UINT32_MAX : (uint32_t)audit };

	memcpy(lineage.boot_id, boot, sizeof(lineage.boot_id));
	for (; *pids != 0; pids++)
		lineage.ancestors[lineage.count++] =
			(struct process){ *pids, (uint64_t)*pids * 100 };
	return lineage;
}

#define LINEAGE(boot, audit, ...) lineage_of(boot, audit, (const int[]){ __VA_ARGS__, 0 })

#endif
