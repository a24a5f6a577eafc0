/*
 * common/source/ssh_key.h: is one line of text an OpenSSH public key, and nothing else?
 *
 * What passes may stand in the answer to sshd: a known type, a blob of that type and strength, no
 * second line, and no option but one, which asks more of the key.
 */
#ifndef IAM_SOURCE_SSH_KEY_H
#define IAM_SOURCE_SSH_KEY_H

#include "base/buffer.h"
#include "base/complaint.h"

enum { SSH_RSA_BITS_MIN = 2048, SSH_RSA_BITS_MAX = 16384 };

/* "TYPE BASE64 [COMMENT]", maybe with a line end behind it (RFC 4253 section 6.6, RFC 5656, RFC
   8709, OpenSSH PROTOCOL.u2f). out_body is "TYPE BASE64"; it is emptied first. Of security keys
   alone "verify-required " may stand before the type: sshd is then to insist that the key has made
   sure who holds it. STATUS_BAD_INPUT with the reason. */
MUST_CHECK enum status ssh_key_parse(struct text line, struct buffer *out_body,
				     bool *out_verify_required, struct complaint *out_complaint);

#endif
