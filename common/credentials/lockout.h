/*
 * common/credentials/lockout.h: attempts, rule and now in, locked until out. Pure.
 */
#ifndef IAM_CREDENTIALS_LOCKOUT_H
#define IAM_CREDENTIALS_LOCKOUT_H

#include "base/base.h"

struct lockout_rule {
	uint32_t failures; /* this many in a row lock; 0: never */
	uint32_t seconds;  /* for so long after the last one */
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

#endif
