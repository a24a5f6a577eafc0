/*
 * common/sync/names.h: who has which Unix name.
 */
#ifndef IAM_SYNC_NAMES_H
#define IAM_SYNC_NAMES_H

#include "base/text.h"

struct sync_work;

/* A name of the host's own; the text lives as long as the run. */
MUST_CHECK enum status names_claim_local(struct sync_work *work, struct text name);

#endif
