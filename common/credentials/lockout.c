#include "credentials/lockout.h"

#include <arpa/inet.h>

#include "base/address.h"

/* How many failures beyond those that lock are remembered of an address: more would not lock for
   longer, and would have to be forgotten one by one. */
enum { ADDRESS_FAILURES_BEYOND = 32, NETWORK_BYTES = 8 };

struct lockout_state lockout_as_of(struct lockout_state state, int64_t now)
{
	if (state.last_failure > now)
		state.last_failure = now;
	return state;
}

static int64_t add(int64_t left, int64_t right)
{
	int64_t sum;

	return __builtin_add_overflow(left, right, &sum) ? INT64_MAX : sum;
}

static int64_t multiply(int64_t left, int64_t right)
{
	int64_t product;

	return __builtin_mul_overflow(left, right, &product) ? INT64_MAX : product;
}

static uint32_t longest_lock(const struct lockout_rule *rule)
{
	return rule->seconds_max > rule->seconds ? rule->seconds_max : rule->seconds;
}

/* By so many failures, which are enough to lock. */
static uint32_t seconds_locked(const struct lockout_rule *rule, uint32_t failures)
{
	uint64_t seconds = rule->seconds, longest = longest_lock(rule);

	for (uint32_t more = failures - rule->failures; more > 0 && seconds > 0; more--) {
		seconds *= 2;
		if (seconds >= longest)
			return (uint32_t)longest;
	}
	return (uint32_t)seconds;
}

static bool is_enough(const struct lockout_rule *rule, uint32_t failures)
{
	return rule->failures > 0 && failures >= rule->failures;
}

int64_t lockout_until(const struct lockout_state *state, const struct lockout_rule *rule,
		      int64_t now)
{
	int64_t until;

	if (!is_enough(rule, state->failures))
		return 0;
	until = add(lockout_as_of(*state, now).last_failure, seconds_locked(rule, state->failures));
	return until > now ? until : 0;
}

struct lockout_state lockout_after_failure(struct lockout_state state, int64_t now)
{
	if (state.failures < UINT32_MAX)
		state.failures++;
	state.last_failure = now;
	return state;
}

static int64_t later(int64_t left, int64_t right)
{
	return left > right ? left : right;
}

static int64_t earlier(int64_t left, int64_t right)
{
	return left < right ? left : right;
}

static int64_t forget_seconds(const struct lockout_address_rule *rule)
{
	return later(rule->forget_seconds, 1);
}

struct lockout_address_state lockout_address_as_of(struct lockout_address_state state,
						   const struct lockout_address_rule *rule,
						   int64_t now)
{
	int64_t most = (int64_t)rule->lock.failures + ADDRESS_FAILURES_BEYOND;
	int64_t ahead = later(state.last_failure - now, 0);

	state.last_failure -= ahead;
	state.clear_at = later(state.clear_at - ahead, 0);
	state.locked_until = later(state.locked_until - ahead, 0);
	state.locked_until = earlier(state.locked_until, add(now, longest_lock(&rule->lock)));
	state.clear_at = earlier(state.clear_at, add(later(now, state.locked_until),
						     multiply(most, forget_seconds(rule))));
	return state;
}

uint32_t lockout_address_failures(const struct lockout_address_state *state,
				  const struct lockout_address_rule *rule, int64_t now)
{
	struct lockout_address_state present = lockout_address_as_of(*state, rule, now);
	int64_t left = present.clear_at - later(now, present.locked_until);

	if (left <= 0)
		return 0;
	return (uint32_t)((left - 1) / forget_seconds(rule) + 1);
}

int64_t lockout_address_until(const struct lockout_address_state *state,
			      const struct lockout_address_rule *rule, int64_t now)
{
	int64_t until = lockout_address_as_of(*state, rule, now).locked_until;

	return rule->lock.failures > 0 && until > now ? until : 0;
}

struct lockout_address_state lockout_address_after_failure(struct lockout_address_state state,
							   const struct lockout_address_rule *rule,
							   int64_t now)
{
	struct lockout_address_state next = lockout_address_as_of(state, rule, now);
	uint32_t failures, seconds;

	next.last_failure = now;
	next.locked_until = 0;
	next.clear_at = add(later(next.clear_at, now), forget_seconds(rule));
	failures = lockout_address_failures(&next, rule, now);
	if (!is_enough(&rule->lock, failures))
		return next;
	seconds = seconds_locked(&rule->lock, failures);
	next.locked_until = add(now, seconds);
	next.clear_at = add(next.clear_at, seconds);
	return lockout_address_as_of(next, rule, now);
}

/* An address of the link says by a zone on which; the guess is the same wherever it comes from. */
static struct text without_zone(struct text remote_host)
{
	struct text address = TEXT("");

	(void)text_next_piece(&remote_host, '%', &address);
	return address;
}

bool lockout_address_of(struct text remote_host, char out_address[LOCKOUT_ADDRESS_SIZE])
{
	char text[INET6_ADDRSTRLEN];
	struct address address;

	if (!address_parse(without_zone(remote_host), &address))
		return false;
	address = address_unmapped(&address);
	if (!address.is_v6)
		return inet_ntop(AF_INET, address.bytes, out_address, LOCKOUT_ADDRESS_SIZE) != NULL;
	memset(address.bytes + NETWORK_BYTES, 0, sizeof(address.bytes) - NETWORK_BYTES);
	return inet_ntop(AF_INET6, address.bytes, text, sizeof(text)) &&
	       text_format(out_address, LOCKOUT_ADDRESS_SIZE, "%s/64", text) == STATUS_OK;
}
