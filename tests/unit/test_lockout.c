/* The lockout rule as a table: state, rule and now in, locked until out. */
#include "check.h"
#include "credentials/lockout.h"

static const struct until_case {
	const char *label;
	struct lockout_state state;
	struct lockout_rule rule;
	int64_t now, until;
} until_cases[] = {
	{ "no failure", { 0, 0 }, { 5, 900 }, 1000, 0 },
	{ "one failure short", { 4, 1000 }, { 5, 900 }, 1000, 0 },
	{ "the last failure allowed", { 5, 1000 }, { 5, 900 }, 1000, 1900 },
	{ "the second before the end", { 5, 1000 }, { 5, 900 }, 1899, 1900 },
	{ "the end itself", { 5, 1000 }, { 5, 900 }, 1900, 0 },
	{ "long after", { 5, 1000 }, { 5, 900 }, 100000, 0 },
	{ "more failures than the rule", { 6, 2000 }, { 5, 900 }, 2001, 2900 },
	{ "a rule of one", { 1, 1000 }, { 1, 60 }, 1000, 1060 },
	{ "never locks", { UINT32_MAX, 1000 }, { 0, 900 }, 1000, 0 },
	{ "locks for no time", { 5, 1000 }, { 5, 0 }, 1000, 0 },
	{ "the clock was set back", { 5, 5000 }, { 5, 900 }, 1000, 1900 },
	{ "the most failures", { UINT32_MAX, 1000 }, { UINT32_MAX, 900 }, 1001, 1900 },
	{ "the end of time", { 5, INT64_MAX }, { 5, 900 }, INT64_MAX - 1, INT64_MAX },
	{ "for as long as can be", { 5, 10 }, { 5, UINT32_MAX }, 10, 10 + (int64_t)UINT32_MAX },
};

static void test_until(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(until_cases); i++) {
		const struct until_case *row = &until_cases[i];

		CHECK(lockout_until(&row->state, &row->rule, row->now) == row->until, "until: %s",
		      row->label);
	}
}

static void test_after_failure(void)
{
	struct lockout_state state = lockout_after_failure((struct lockout_state){ 0 }, 77);

	CHECK(state.failures == 1 && state.last_failure == 77, "the first failure");
	state = lockout_after_failure(state, 88);
	CHECK(state.failures == 2 && state.last_failure == 88, "the second failure");
	state = lockout_after_failure((struct lockout_state){ UINT32_MAX, 1 }, 99);
	CHECK(state.failures == UINT32_MAX && state.last_failure == 99,
	      "failures do not begin again at zero");
}

static void test_as_of(void)
{
	struct lockout_state past = lockout_as_of((struct lockout_state){ 3, 50 }, 60);
	struct lockout_state future = lockout_as_of((struct lockout_state){ 3, 70 }, 60);

	CHECK(past.failures == 3 && past.last_failure == 50, "a failure in the past stays");
	CHECK(future.failures == 3 && future.last_failure == 60, "one in the future moves to now");
}

/* After a lockout has passed, one more failure locks at once: the count does not begin again. */
static void test_locks_again(void)
{
	struct lockout_rule rule = { 3, 100 };
	struct lockout_state state = { 0 };

	for (int64_t now = 1; now <= 3; now++) {
		CHECK(lockout_until(&state, &rule, now) == 0, "not locked before failure %d",
		      (int)now);
		state = lockout_after_failure(state, now);
	}
	CHECK(lockout_until(&state, &rule, 3) == 103, "locked after the third");
	CHECK(lockout_until(&state, &rule, 103) == 0, "free again when the time is over");
	state = lockout_after_failure(state, 103);
	CHECK(lockout_until(&state, &rule, 103) == 203, "one more failure locks at once");
}

int main(void)
{
	test_until();
	test_after_failure();
	test_as_of();
	test_locks_again();
	return check_done();
}
