/*
 * common/credentials/credential_fleet.h: the credentials of a host that follows a fleet's.
 *
 * One host publishes, the others take: of a user, whatever changed last. Counters, failures and
 * lockouts are each host's own and never go back. Knows neither where the fleet's credentials come
 * from nor whom the host admits: it is told.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_FLEET_H
#define IAM_CREDENTIALS_CREDENTIAL_FLEET_H

#include "credentials/credential_backup.h"

enum { CREDENTIAL_FLEET_SHARDS_MAX = 4096, CREDENTIAL_FLEET_DIGEST_SIZE = 65 };

/* What was taken last. */
struct credential_fleet {
	int64_t generation;
	int64_t created;   /* when the fleet's credentials were so */
	int64_t pulled_at; /* when they came to this host */
};

/* STATUS_NOT_FOUND when none ever was. */
MUST_CHECK enum status credential_fleet(struct credential_store *store,
					struct credential_fleet *out_fleet);

enum credential_following {
	CREDENTIAL_FOLLOWS_NOT = 0, /* the fleet was never asked for this user */
	CREDENTIAL_FOLLOWS_NOTHING, /* it was, and had nothing */
	CREDENTIAL_FOLLOWS,
};

MUST_CHECK enum status credential_following(struct credential_store *store, struct text user_id,
					    enum credential_following *out_following);

/* A part of the fleet's credentials as it was read: which bytes it was, and for whom it was asked,
   both as digests. */
struct credential_fleet_pack {
	size_t shard;
	char digest[CREDENTIAL_FLEET_DIGEST_SIZE];
	char asked[CREDENTIAL_FLEET_DIGEST_SIZE];
};

/* Was this very part taken already, for the same people? */
MUST_CHECK enum status credential_fleet_has(struct credential_store *store,
					    const struct credential_fleet_pack *pack,
					    bool *out_has);

struct credential_follow {
	struct credential_backup *backup; /* of CREDENTIAL_SCOPE_FLEET, ended, of people asked for
					     alone */
	const struct text *admitted;      /* everybody whose credentials are the fleet's here */
	size_t admitted_count;
	const struct text *asked; /* those of them whose parts are in the backup */
	size_t asked_count;
	const struct credential_fleet_pack *packs; /* the parts themselves */
	size_t pack_count;
	struct credential_fleet fleet;
};

struct credential_follow_outcome {
	int64_t taken;            /* users whose credentials were taken */
	int64_t removed;          /* users who had some and have none any more */
	int64_t counting_devices; /* among those taken */
};

/* In one transaction, or not at all. STATUS_BAD_DATA when the generation is older than the last
   one. Whoever followed and is not admitted, or is not in the fleet any more, loses what was
   taken. */
MUST_CHECK enum status credential_follow(struct credential_store *store,
					 const struct credential_follow *follow,
					 struct credential_follow_outcome *out_outcome,
					 struct complaint *out_complaint);

#endif
