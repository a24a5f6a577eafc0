/*
 * common/audit/audit_record.h: a line of the audit log, read back.
 *
 * A line is one event, as audit_event_write() writes it, with a last member of ours: "chain", its
 * number and the digest of the line before it. What is in a log is hostile: whoever reads it looks
 * for those who changed it.
 */
#ifndef IAM_AUDIT_AUDIT_RECORD_H
#define IAM_AUDIT_AUDIT_RECORD_H

#include "audit/audit_digest.h"
#include "audit/audit_event.h"
#include "base/complaint.h"
#include "json/json.h"

enum {
	AUDIT_LINE_MAX = AUDIT_EVENT_BYTES_MAX + 256, /* with the chain, without the line's end */
	AUDIT_SEQUENCE_MAX = 1LL << 53,               /* whole numbers are exact until there */
};

/* How far a log has come: its last line. All zero: there is none. */
struct audit_position {
	uint64_t sequence; /* from 1 */
	char digest[AUDIT_DIGEST_SIZE];
};

/* Views of the tree, which json_free() frees; empty where the line has nothing. */
struct audit_record {
	struct json *json;
	uint64_t sequence;
	struct text previous; /* digest of the line before */
	int64_t time;
	struct text event, source, user, target, address, agent, error_code, reason;
};

/* STATUS_BAD_INPUT for anything that is no line of ours. Release in any case. */
MUST_CHECK enum status audit_record_parse(struct text line, struct audit_record *out_record,
					  struct complaint *out_complaint);
void audit_record_release(struct audit_record *record);

#define AUTO_AUDIT_RECORD CLEANUP(audit_record_release) struct audit_record

/* The position behind a line. */
MUST_CHECK enum status audit_position_of(struct text line, struct audit_position *out_position);

/* Turns an event's object into a line that follows the position: the chain and the line's end. */
MUST_CHECK enum status audit_line_finish(const struct audit_position *before,
					 struct buffer *inout_json);

#endif
