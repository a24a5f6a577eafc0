/*
 * common/follow/channel.h: where a host reads a fleet's credentials from: names in, bytes out.
 *
 * Nothing that comes out is believed: the manifest's signature and each pack's digest are looked at
 * by who reads. Private to this part.
 */
#ifndef IAM_FOLLOW_CHANNEL_H
#define IAM_FOLLOW_CHANNEL_H

#include "base/buffer.h"
#include "fleet/fleet.h"
#include "follow/follow.h"

struct channel {
	void *state; /* NULL when closed */
	/* Appended. STATUS_NOT_FOUND when it is not there, STATUS_UNAVAILABLE when it cannot be
	   reached, or this host may not read it. */
	enum status (*read_manifest)(void *state, struct buffer *out_bytes,
				     struct complaint *out_complaint);
	enum status (*read_pack)(void *state, size_t shard, const struct fleet_pack *pack,
				 struct buffer *out_bytes, struct complaint *out_complaint);
	/* A sentence for each kind of request that was made; may be NULL. */
	void (*tell)(void *state);
	void (*close)(void *state);
};

/* The one that iam.conf names. */
MUST_CHECK enum status channel_open(const struct config *config,
				    const struct follow_options *options,
				    struct channel *out_channel, struct complaint *out_complaint);

static inline void channel_close(struct channel *channel)
{
	if (channel->state)
		channel->close(channel->state);
	channel->state = NULL;
}

#define AUTO_CHANNEL CLEANUP(channel_close) struct channel

MUST_CHECK enum status channel_file_open(const struct config *config,
					 const struct follow_options *options,
					 struct channel *out_channel,
					 struct complaint *out_complaint);
MUST_CHECK enum status channel_https_open(const struct config *config,
					  const struct follow_options *options,
					  struct channel *out_channel,
					  struct complaint *out_complaint);

#define CHANNEL_MANIFEST "manifest"

#endif
