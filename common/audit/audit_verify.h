/*
 * common/audit/audit_verify.h: is the audit log what was written?
 *
 * Follows the chain through all files and compares its end with the state beside the log. Lines
 * that are missing, changed, or in another order are found; so is an end that was cut off. Whoever
 * may write all of it, root, could make a chain anew: against that a digest that was noted
 * elsewhere helps, by the journal of another host for instance.
 */
#ifndef IAM_AUDIT_AUDIT_VERIFY_H
#define IAM_AUDIT_AUDIT_VERIFY_H

#include "audit/audit_reader.h"

enum audit_finding_kind {
	AUDIT_FINDING_DAMAGED = 0, /* a line that is none */
	AUDIT_FINDING_CHANGED,     /* a line that is not what was written */
	AUDIT_FINDING_MISSING,     /* lines from first to last */
	AUDIT_FINDING_MOVED,       /* a line behind one that came after it, or there twice */
	AUDIT_FINDING_NO_STATE,    /* whether the end is missing cannot be told */
	AUDIT_FINDING_UNKNOWN,     /* no line has the digest that one must have */
	AUDIT_FINDING_UNFINISHED,  /* no damage: a crash, or a full disk, while it was written */
	AUDIT_FINDING_KINDS,
};

struct audit_finding {
	enum audit_finding_kind kind;
	struct text path; /* empty: of the whole */
	unsigned line;
	uint64_t first, last; /* numbers in the chain; 0: not known */
};

/* "changed": for programs. */
const char *audit_finding_code(enum audit_finding_kind kind);

static inline bool audit_finding_is_damage(const struct audit_finding *finding)
{
	return finding->kind != AUDIT_FINDING_UNFINISHED;
}

struct audit_verification {
	const char *path;
	struct file_trust trust;
	struct text known; /* a digest that some line must have; empty: none */
	void (*tell)(void *context, const struct audit_finding *finding);
	void *context;
};

struct audit_summary {
	size_t files;
	uint64_t lines, first;
	struct audit_position last;
	unsigned findings; /* that are damage */
};

/* STATUS_OK when all could be read, whatever was found in it. STATUS_NOT_FOUND: there is no log. */
MUST_CHECK enum status audit_verify(const struct audit_verification *verification,
				    struct audit_summary *out_summary,
				    struct complaint *out_complaint);

#endif
