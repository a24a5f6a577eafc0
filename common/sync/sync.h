/*
 * common/sync/sync.h: a directory in, two snapshots published, or nothing changed.
 *
 * Guard, ids, compile, verify, replace. Keeps the last good snapshot on any doubt.
 */
#ifndef IAM_SYNC_SYNC_H
#define IAM_SYNC_SYNC_H

#include "base/buffer.h"
#include "base/complaint.h"
#include "config/config.h"
#include "source/source.h"

struct sync_options {
	const char *root; /* "" or the tree to work on */
	struct file_trust trust;
	bool dry_run;       /* say what would change, change nothing */
	bool accept_shrink; /* the guard was overruled by the administrator */
	bool strict;        /* a policy that cannot be read, or is missing, ends the run */
	int64_t now;
	/* Told of each stage with done and total (0 when unknown); may be NULL. */
	void (*progress)(void *context, const char *stage, size_t done, size_t total);
	void *progress_context;
	/* As source_read(), by another process; NULL: this one reads. */
	enum status (*read)(void *context, const struct config *config,
			    const struct source_options *options, struct buffer *out_document,
			    struct complaint *out_complaint);
	void *read_context;
	/* As in source_options. */
	const char *(*variable)(const char *name);
	void (*tell)(void *context, const char *sentence);
	void *tell_context;
};

/* What was refused or noteworthy: a name, an id, a collision; one stable code and one sentence. */
struct sync_report {
	const char *code; /* "name-reserved", "id-collision", ... */
	char text[256];
};

struct sync_result {
	struct arena arena;
	uint64_t generation;
	size_t users, groups, roles;
	size_t users_added, users_removed, users_changed;
	size_t groups_added, groups_removed, groups_changed;
	bool published; /* false: nothing had changed, or a dry run */
	struct sync_report *reports;
	size_t report_count;
	struct text *changes; /* dry run and verbose: a line each, "+ user alice 1879048200" */
	size_t change_count;
};

void sync_result_release(struct sync_result *result);

#define AUTO_SYNC_RESULT CLEANUP(sync_result_release) struct sync_result

/* Reads iam.conf itself. Out-parameters are whole on STATUS_OK; the caller releases in any case. */
MUST_CHECK enum status sync_run(const struct sync_options *options, struct sync_result *out_result,
				struct complaint *out_complaint);

#endif
