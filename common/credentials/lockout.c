#include "credentials/lockout.h"

struct lockout_state lockout_as_of(struct lockout_state state, int64_t now)
{
	if (state.last_failure > now)
		state.last_failure = now;
	return state;
}

int64_t lockout_until(const struct lockout_state *state, const struct lockout_rule *rule,
		      int64_t now)
{
	int64_t until;

	if (rule->failures == 0 || state->failures < rule->failures)
		return 0;
	if (__builtin_add_overflow(lockout_as_of(*state, now).last_failure, rule->seconds, &until))
		until = INT64_MAX;
	return until > now ? until : 0;
}

struct lockout_state lockout_after_failure(struct lockout_state state, int64_t now)
{
	if (state.failures < UINT32_MAX)
		state.failures++;
	state.last_failure = now;
	return state;
}
