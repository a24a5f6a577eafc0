/*
 * common/snapshot/snapshot_key.h: the lines of a user's SSH keys in directory.snapshot.
 *
 * A line is what sshd reads from AuthorizedKeysCommand: "TYPE BASE64 ID", and "verify-required "
 * before it for a security key that has to know who holds it (sshd(8), AUTHORIZED_KEYS FILE
 * FORMAT). No other option has a place in it.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_KEY_H
#define IAM_SNAPSHOT_SNAPSHOT_KEY_H

#include "base/text.h"

#define SNAPSHOT_KEY_VERIFIED "verify-required"

struct snapshot_key {
	bool verify_required;
	struct text type, blob, id; /* views of the line; the blob in base64 */
};

/* Cuts the first line off; false at the end, and for a line that is none of ours: then nothing
   that follows is one. */
bool snapshot_next_key(struct text *inout_lines, struct snapshot_key *out_key);

#endif
