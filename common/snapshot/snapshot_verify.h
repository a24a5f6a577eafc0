/*
 * common/snapshot/snapshot_verify.h: every record of a snapshot, checked.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_VERIFY_H
#define IAM_SNAPSHOT_SNAPSHOT_VERIFY_H

#include "base/complaint.h"
#include "snapshot/snapshot_reader.h"

/* Checksums of header and body: what the PAM side asks before it trusts a decision to the file. */
MUST_CHECK enum status snapshot_verify_checksums(const struct snapshot *snapshot,
						 struct complaint *out_complaint);

/* The checksums and then everything: indexes find each record and nothing else, names are valid and
   unique, ids in range and unique, members exist. */
MUST_CHECK enum status snapshot_verify(const struct snapshot *snapshot,
				       struct complaint *out_complaint);

#endif
