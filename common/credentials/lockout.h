/*
 * common/credentials/lockout.h: attempts, rule and now in, locked until out. Pure.
 *
 * Two kinds of count. A user's failures in a row stay until something is proven. Those of an
 * address, behind which may be many people, fade with time and by nothing else: who has an account
 * of his own there gains nothing by it.
 */
#ifndef IAM_CREDENTIALS_LOCKOUT_H
#define IAM_CREDENTIALS_LOCKOUT_H

#include "base/text.h"

struct lockout_rule {
	uint32_t failures;    /* this many lock; 0: never */
	uint32_t seconds;     /* for so long after the last one, and twice as long for each more */
	uint32_t seconds_max; /* but no longer than this, or than seconds if that is more */
};

/* Failures rise only on a proven failure and fall only on a proven success or by unlock. */
struct lockout_state {
	uint32_t failures;
	int64_t last_failure; /* 0 when none */
};

/* The state with a last failure that lies in the future (the clock was set back since) moved to
   now. Whoever keeps the state keeps this, so that nobody is locked out for longer than the rule
   says. */
struct lockout_state lockout_as_of(struct lockout_state state, int64_t now);

/* Until when, or 0 when not locked at now; of the state as of now. */
int64_t lockout_until(const struct lockout_state *state, const struct lockout_rule *rule,
		      int64_t now);

/* The state after one more proven failure. */
struct lockout_state lockout_after_failure(struct lockout_state state, int64_t now);

struct lockout_address_rule {
	struct lockout_rule lock;
	uint32_t forget_seconds; /* after each of so many, one failure is forgotten; at least 1 */
};

/* The order of clear_at is that of the failures left at any one time, and needs no clock. */
struct lockout_address_state {
	int64_t last_failure; /* 0 when none */
	int64_t clear_at;     /* when the last one will be forgotten */
	int64_t locked_until; /* nothing is forgotten before; in the past when it is over */
};

/* As lockout_as_of: a last failure in the future moves to now, and the other times with it. Neither
   is further off than the rule can have put it. */
struct lockout_address_state lockout_address_as_of(struct lockout_address_state state,
						   const struct lockout_address_rule *rule,
						   int64_t now);

/* How many failures are not forgotten at now. */
uint32_t lockout_address_failures(const struct lockout_address_state *state,
				  const struct lockout_address_rule *rule, int64_t now);

/* Until when, or 0 when not locked at now. */
int64_t lockout_address_until(const struct lockout_address_state *state,
			      const struct lockout_address_rule *rule, int64_t now);

/* The state, which is not locked, after one more failure. */
struct lockout_address_state lockout_address_after_failure(struct lockout_address_state state,
							   const struct lockout_address_rule *rule,
							   int64_t now);

enum { LOCKOUT_ADDRESS_SIZE = 48 }; /* "2001:db8:1234:5678::/64" and its NUL */

/* By what name the failures from a remote host are counted: its IPv4 address, or the /64 of its
   IPv6 address, because whoever has one has the rest of those. False when it is no literal address,
   such as a name. */
bool lockout_address_of(struct text remote_host, char out_address[LOCKOUT_ADDRESS_SIZE]);

#endif
