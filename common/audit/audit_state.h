/*
 * common/audit/audit_state.h: the file beside a log that says how far it has come.
 *
 * It is the lock of all who write, carries the chain over a rotation, and shows lines missing at
 * the end, which the lines that are left cannot. One record of fixed length, written in place: a
 * full disk has room for it.
 */
#ifndef IAM_AUDIT_AUDIT_STATE_H
#define IAM_AUDIT_AUDIT_STATE_H

#include "audit/audit_record.h"
#include "base/file.h"

#define AUDIT_STATE_SUFFIX ".state"

struct audit_state {
	struct audit_position position;
	uint64_t inode, size; /* of the log when its last line was written */
};

/* STATUS_NOT_FOUND for an empty file, STATUS_BAD_DATA for one that holds something else. */
MUST_CHECK enum status audit_state_read(int fd, struct audit_state *out_state);
MUST_CHECK enum status audit_state_write(int fd, const struct audit_state *state);

#endif
