/*
 * common/publish/publish_credentials.h: this host's credentials, for the hosts that follow it.
 *
 * Sealed to the hosts' public keys and signed by this one's. Packs first, the manifest last and in
 * one step; packs whose content and recipients are as they were stay as they are. iam-fleet(5)
 * describes the files.
 */
#ifndef IAM_PUBLISH_PUBLISH_CREDENTIALS_H
#define IAM_PUBLISH_PUBLISH_CREDENTIALS_H

#include "config/config.h"
#include "credentials/credential_store.h"
#include "fleet/fleet.h"
#include "source/source.h"

struct publish_credentials_options {
	struct source_options source;
	const char *to;                 /* as place_open() has it */
	const struct seal_key *signers; /* the first one also tells what has changed */
	size_t signer_count;
	const struct seal_key *recipients;
	size_t recipient_count;
	const struct text *user_ids; /* who; NULL: everybody */
	size_t user_count;
	uint32_t valid_seconds; /* from now until hosts refuse it */
	int64_t now;
};

struct publish_credentials_result {
	uint64_t generation;
	bool changed; /* false: the same credentials, and new dates */
	int64_t users, devices;
	int64_t counting_devices; /* whose codes other hosts do not see used */
	size_t shards, packs, new_packs, removed_files;
};

/* Nothing that hosts can believe has changed unless it is STATUS_OK. */
MUST_CHECK enum status publish_credentials(const struct config *config,
					   struct credential_store *store,
					   const struct publish_credentials_options *options,
					   struct publish_credentials_result *out_result,
					   struct complaint *out_complaint);

#endif
