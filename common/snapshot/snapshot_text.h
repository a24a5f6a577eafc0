/*
 * common/snapshot/snapshot_text.h: which text may stand in a snapshot, beside names.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_TEXT_H
#define IAM_SNAPSHOT_SNAPSHOT_TEXT_H

#include "base/text.h"

/* GECOS, home and shell: a field of a line in passwd(5), so no colon and no control characters. */
bool snapshot_field_is_valid(struct text field);

/* SSH keys: whole lines of printable text; empty when there are none. */
bool snapshot_keys_are_valid(struct text keys);

#endif
