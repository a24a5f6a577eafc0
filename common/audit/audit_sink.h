/*
 * common/audit/audit_sink.h: where events go: the log of this host, and its journal.
 *
 * The log only grows: whole lines, appended under a lock that is taken and given back in one call,
 * so that no fork carries it along. Each line has the digest of the one before it. A line that
 * could not be written whole is taken away again; one that a crash cut is ended, and counts for
 * nothing.
 */
#ifndef IAM_AUDIT_AUDIT_SINK_H
#define IAM_AUDIT_AUDIT_SINK_H

#include "audit/audit_event.h"
#include "base/complaint.h"
#include "base/file.h"

struct audit_sink {
	const char *path; /* of the log; the folder is made where only it is missing */
	struct file_trust trust;
	bool is_durable;     /* on disk before it returns */
	const char *journal; /* socket of systemd's journal; NULL: not told */
};

#define AUDIT_JOURNAL "/run/systemd/journal/socket"

/* Identifies the event and writes it. The journal is told also when the log cannot be written; that
   it cannot be told is no failure. */
MUST_CHECK enum status audit_sink_write(const struct audit_sink *sink, struct audit_event *event,
					struct complaint *out_complaint);

#endif
