/*
 * common/tools/iamctl/sandbox.h: root reads a source by a process that is not root.
 *
 * Whatever the network says is heard by a child that has given up root for good, holds no
 * descriptor but those it needs, and can write nothing but what it keeps from one time to the next.
 * What it hands back is bytes. Of a signed bundle root believes the signature alone: it puts
 * together what the child has fetched, and nothing that the child could say of it would count.
 * Other documents the child decodes before root does, since what is decoded cannot be handed over
 * without trusting it. Whoever is not root reads in this process, as ever.
 */
#ifndef IAM_TOOLS_IAMCTL_SANDBOX_H
#define IAM_TOOLS_IAMCTL_SANDBOX_H

#include "source/source.h"

/* The account that the child runs as, where /etc/passwd has it; nobody otherwise. */
#define SANDBOX_USER "iam-sync"

enum {
	SANDBOX_FILES_MAX = 8,
	/* Beside [source] timeout: decoding, and what libraries do by themselves. */
	SANDBOX_SECONDS_MORE = 600,
};

/* As source_read(), without its origin; context is not used. */
MUST_CHECK enum status sandbox_read(void *context, const struct config *config,
				    const struct source_options *options,
				    struct buffer *out_document, struct complaint *out_complaint);

#endif
