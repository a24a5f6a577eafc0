/*
 * common/access/host_facts.h: what the source says of the host, where iam.conf says nothing.
 *
 * The instance's ARN and tags, as a sync found them, become part of the configuration: whoever asks
 * for the host's ARN or tags need not know where they come from.
 */
#ifndef IAM_ACCESS_HOST_FACTS_H
#define IAM_ACCESS_HOST_FACTS_H

#include "config/config.h"
#include "directory/directory.h"
#include "snapshot/snapshot_reader.h"

/* iam.conf's own ARN stays, and so does each of its tags; texts are copied. */
MUST_CHECK enum status host_facts_apply(const struct iam_host *host, struct config *inout_config);

/* The same with what the snapshot has; STATUS_OK when it has nothing. */
MUST_CHECK enum status host_facts_read(const struct snapshot *access, struct config *inout_config);

#endif
