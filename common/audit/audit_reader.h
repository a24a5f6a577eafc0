/*
 * common/audit/audit_reader.h: the lines of a log and of what was rotated away of it, oldest first.
 *
 * PATH, PATH.* and PATH-*, compressed by gzip(1) or not, in the order of what is in them: how a
 * rotation names its files does not matter.
 */
#ifndef IAM_AUDIT_AUDIT_READER_H
#define IAM_AUDIT_AUDIT_READER_H

#include "audit/audit_record.h"
#include "base/arena.h"
#include "base/file.h"

enum { AUDIT_FILES_MAX = 4096 };

struct audit_file {
	struct text path;
	uint64_t first; /* number of its first line; UINT64_MAX: it has none */
};

struct audit_files {
	struct arena arena;
	struct audit_file *items;
	size_t count;
};

/* STATUS_NOT_FOUND when there is no log at all. Release in any case. */
MUST_CHECK enum status audit_files_find(const char *path, struct file_trust trust,
					struct audit_files *out_files,
					struct complaint *out_complaint);
void audit_files_release(struct audit_files *files);

#define AUTO_AUDIT_FILES CLEANUP(audit_files_release) struct audit_files

/* A line as it is, without its end. */
struct audit_line {
	struct text path;
	unsigned number;
	struct text bytes;
	bool has_end;     /* no: the file stops in it */
	bool is_too_long; /* bytes has its beginning */
};

/* Tells each line until tell returns anything but STATUS_OK, which is then returned. */
MUST_CHECK enum status audit_files_read(const struct audit_files *files, struct file_trust trust,
					enum status (*tell)(void *context,
							    const struct audit_line *line),
					void *context, struct complaint *out_complaint);

#endif
