/*
 * common/tools/iamctl/signer.h: a key to sign with, in a file of its own.
 */
#ifndef IAM_TOOLS_IAMCTL_SIGNER_H
#define IAM_TOOLS_IAMCTL_SIGNER_H

#include "config/config.h"
#include "seal/signed_text.h"
#include "tools/iamctl/command.h"

/* EX_OK, or the exit code to end with, having said why: the file must be one that only its owner,
   who runs this, may read. */
MUST_CHECK int signer_read(const char *path, struct seal_key *out_key);

/* Those of the files that --key names; wipe them. */
struct signers {
	struct seal_key keys[SIGNED_TEXT_SIGNATURES_MAX];
	size_t count;
};

void signers_wipe(struct signers *signers);

#define AUTO_SIGNERS CLEANUP(signers_wipe) struct signers

/* Those of the command line, or else those of the list of files. EX_OK, or the exit code having
   said why. */
MUST_CHECK int signers_read(const struct invocation *invocation,
			    const struct config_list *otherwise, struct signers *out_signers);

#endif
