/*
 * common/tools/iamctl/signer.h: a key to sign with, in a file of its own.
 */
#ifndef IAM_TOOLS_IAMCTL_SIGNER_H
#define IAM_TOOLS_IAMCTL_SIGNER_H

#include "base/base.h"
#include "seal/seal.h"

/* EX_OK, or the exit code to end with, having said why: the file must be one that only its owner,
   who runs this, may read. */
MUST_CHECK int signer_read(const char *path, struct seal_key *out_key);

#endif
