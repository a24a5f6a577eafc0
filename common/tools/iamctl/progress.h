/*
 * common/tools/iamctl/progress.h: one line on a terminal while work takes longer than a second.
 */
#ifndef IAM_TOOLS_IAMCTL_PROGRESS_H
#define IAM_TOOLS_IAMCTL_PROGRESS_H

#include "base/base.h"

struct progress {
	bool is_wanted, is_shown;
	int64_t started_ms, shown_ms; /* by the monotonic clock */
};

/* On standard error, when that is a terminal that can erase a line. */
void progress_init(struct progress *progress);

/* Fits the callback of sync_options; context is a struct progress. total is 0 when unknown. */
void progress_update(void *context, const char *stage, size_t done, size_t total);

/* Erases the line, if there is one. */
void progress_end(struct progress *progress);

#endif
