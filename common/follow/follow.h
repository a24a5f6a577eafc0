/*
 * common/follow/follow.h: a host takes over what it may of a fleet's credentials.
 *
 * The manifest is believed when a key of iam.conf has signed it, it has not expired, and its
 * generation is none that went back; a pack when it is the one that the manifest names. Only packs
 * with people whom the host admits are read, and of them nobody else is kept. Any failure leaves
 * the store as it was. Knows neither policies nor PAM: who is admitted it is told.
 */
#ifndef IAM_FOLLOW_FOLLOW_H
#define IAM_FOLLOW_FOLLOW_H

#include "base/complaint.h"
#include "config/config.h"
#include "credentials/credential_store.h"
#include "seal/seal.h"

struct follow_options {
	const char *root; /* "" or the folder below which paths of the host are looked up */
	struct file_trust trust;
	int64_t now;
	const struct text *admitted; /* ids of those whose credentials are the fleet's here */
	size_t admitted_count;
	const struct seal_key *recipient_key; /* secret: what packs are opened with */
	/* As in struct source_options. */
	const char *(*variable)(const char *name);
	void (*tell)(void *context, const char *sentence);
	void *context;
};

struct follow_result {
	uint64_t generation;
	int64_t created;
	size_t admitted, packs, new_packs; /* packs that people admitted here are in; those read */
	int64_t taken, removed, counting_devices;
};

/* STATUS_UNAVAILABLE and STATUS_NOT_FOUND when it cannot be read, STATUS_BAD_DATA when it is not to
   be believed, STATUS_BAD_INPUT when iam.conf, or what was read, is wrong. */
MUST_CHECK enum status follow_run(const struct config *config, struct credential_store *store,
				  const struct follow_options *options,
				  struct follow_result *out_result,
				  struct complaint *out_complaint);

#endif
