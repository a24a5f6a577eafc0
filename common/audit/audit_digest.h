/*
 * common/audit/audit_digest.h: what a line of the audit log is known by: its SHA-256, in hex.
 */
#ifndef IAM_AUDIT_AUDIT_DIGEST_H
#define IAM_AUDIT_AUDIT_DIGEST_H

#include "base/text.h"

enum { AUDIT_DIGEST_LENGTH = 64, AUDIT_DIGEST_SIZE };

/* What the first line of a log has for the digest of the line before it. */
#define AUDIT_DIGEST_OF_NOTHING "0000000000000000000000000000000000000000000000000000000000000000"

void audit_digest(struct text line, char out_digest[AUDIT_DIGEST_SIZE]);

/* 64 digits, the letters small. */
bool audit_digest_is_valid(struct text digest);

#endif
