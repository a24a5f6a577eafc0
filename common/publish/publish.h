/*
 * common/publish/publish.h: a directory document as a signed bundle, in a folder or a bucket.
 *
 * Pieces first, the manifest last and in one step, so that whoever fetches meanwhile gets the old
 * bundle or the new one. The files of the bundle before stay until the next time.
 */
#ifndef IAM_PUBLISH_PUBLISH_H
#define IAM_PUBLISH_PUBLISH_H

#include "bundle/bundle.h"
#include "config/config.h"
#include "source/source.h"

struct publish_options {
	struct source_options source;
	const char *to; /* as place_open() has it */
	const struct seal_key *signers;
	size_t signer_count;
	uint32_t valid_seconds; /* from now until hosts refuse it */
	int64_t now;
};

struct publish_result {
	uint64_t generation;
	bool changed; /* false: the same document, and new dates */
	size_t users, pieces, new_files, removed_files;
	uint64_t document_bytes, new_bytes; /* of the files that were written */
};

/* The document is what source_read() gave. No host takes another bundle than the one before unless
   it is STATUS_OK. */
MUST_CHECK enum status publish_run(const struct config *config,
				   const struct publish_options *options, struct text document,
				   struct publish_result *out_result,
				   struct complaint *out_complaint);

#endif
