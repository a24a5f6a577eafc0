/*
 * common/self/self_channel.h: the socket between a user's own process and iam-self(8).
 *
 * Packets, so that a message arrives whole or not at all. Every wait ends with the channel's
 * deadline. Does nothing to the process that it is a guest of: no signal, no inherited descriptor,
 * no blocking socket. Knows what a message is, and nobody's account.
 */
#ifndef IAM_SELF_SELF_CHANNEL_H
#define IAM_SELF_SELF_CHANNEL_H

#include "base/complaint.h"
#include "base/file.h"
#include "self/self_message.h"

#define SELF_SOCKET "self.sock" /* in IAM_RUN_FOLDER */

struct self_channel {
	int fd;           /* -1 when closed */
	int64_t deadline; /* by the clock that nobody sets */
};

/*
 * To the program that listens at FOLDER/self.sock. Neither the folder nor one above it may be
 * anybody's but root's (or trust.owner's) to write, or a link; the socket and its other end must be
 * root's too, so a password is told to nobody else. STATUS_UNAVAILABLE when nobody listens, or not
 * in time; STATUS_BAD_DATA when it is not to be trusted.
 */
MUST_CHECK enum status self_channel_open(struct self_channel *out_channel, const char *folder,
					 struct file_trust trust, unsigned timeout_ms,
					 struct complaint *out_complaint);

/* Takes a descriptor that is connected already. STATUS_BAD_INPUT when it is not to packets of this
   host; it is then still the caller's. */
MUST_CHECK enum status self_channel_take(struct self_channel *out_channel, int fd,
					 unsigned timeout_ms);

void self_channel_close(struct self_channel *channel);

#define AUTO_SELF_CHANNEL CLEANUP(self_channel_close) struct self_channel

/* From now on: so long may everything else take. */
void self_channel_allow(struct self_channel *channel, unsigned timeout_ms);

/* STATUS_UNAVAILABLE when the other end is gone, or the time is up. */
MUST_CHECK enum status self_channel_send(struct self_channel *channel,
					 const struct self_message *message);

/* The next message, whose fields are views of the packet. STATUS_UNAVAILABLE when the other end is
   gone, or the time is up; STATUS_BAD_INPUT when it is none. */
MUST_CHECK enum status self_channel_receive(struct self_channel *channel,
					    struct self_packet *out_packet,
					    struct self_message *out_message);

/* Who is at the other end, as the kernel knows it: as connected, or as listening. */
MUST_CHECK enum status self_channel_peer(const struct self_channel *channel, pid_t *out_pid,
					 uid_t *out_uid);

#endif
