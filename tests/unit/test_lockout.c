/* The lockout rules as tables: state, rule and now in, locked until out. */
#include "check.h"
#include "credentials/lockout.h"

static const struct until_case {
	const char *label;
	struct lockout_state state;
	struct lockout_rule rule;
	int64_t now, until;
} until_cases[] = {
	{ "no failure", { 0, 0 }, { 5, 900, 900 }, 1000, 0 },
	{ "one failure short", { 4, 1000 }, { 5, 900, 900 }, 1000, 0 },
	{ "the last failure allowed", { 5, 1000 }, { 5, 900, 900 }, 1000, 1900 },
	{ "the second before the end", { 5, 1000 }, { 5, 900, 900 }, 1899, 1900 },
	{ "the end itself", { 5, 1000 }, { 5, 900, 900 }, 1900, 0 },
	{ "long after", { 5, 1000 }, { 5, 900, 900 }, 100000, 0 },
	{ "one failure more", { 6, 2000 }, { 5, 900, 14400 }, 2001, 3800 },
	{ "two more", { 7, 2000 }, { 5, 900, 14400 }, 2001, 5600 },
	{ "four more", { 9, 2000 }, { 5, 900, 14400 }, 2001, 16400 },
	{ "five more, at the limit", { 10, 2000 }, { 5, 900, 14400 }, 2001, 16400 },
	{ "the limit is no power of two", { 7, 2000 }, { 5, 900, 2000 }, 2001, 4000 },
	{ "a limit below the first lock", { 9, 2000 }, { 5, 900, 60 }, 2001, 2900 },
	{ "a rule of one", { 1, 1000 }, { 1, 60, 60 }, 1000, 1060 },
	{ "never locks", { UINT32_MAX, 1000 }, { 0, 900, 900 }, 1000, 0 },
	{ "locks for no time", { 5, 1000 }, { 5, 0, 0 }, 1000, 0 },
	{ "for no time, many failures", { UINT32_MAX, 1000 }, { 5, 0, 900 }, 1000, 0 },
	{ "the clock was set back", { 5, 5000 }, { 5, 900, 900 }, 1000, 1900 },
	{ "the most failures", { UINT32_MAX, 1000 }, { UINT32_MAX, 900, 900 }, 1001, 1900 },
	{ "the end of time", { 5, INT64_MAX }, { 5, 900, 900 }, INT64_MAX - 1, INT64_MAX },
	{ "for as long as can be",
	  { UINT32_MAX, 10 },
	  { 5, 900, UINT32_MAX },
	  10,
	  10 + (int64_t)UINT32_MAX },
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
	struct lockout_rule rule = { 3, 100, 300 };
	struct lockout_state state = { 0 };

	for (int64_t now = 1; now <= 3; now++) {
		CHECK(lockout_until(&state, &rule, now) == 0, "not locked before failure %d",
		      (int)now);
		state = lockout_after_failure(state, now);
	}
	CHECK(lockout_until(&state, &rule, 3) == 103, "locked after the third");
	CHECK(lockout_until(&state, &rule, 103) == 0, "free again when the time is over");
	state = lockout_after_failure(state, 103);
	CHECK(lockout_until(&state, &rule, 103) == 303, "one more failure locks for twice as long");
	state = lockout_after_failure(state, 303);
	CHECK(lockout_until(&state, &rule, 303) == 603, "and the next for as long as ever it does");
}

static const struct lockout_address_rule four = { { 4, 100, 250 }, 10 };

/* What happens to one address, in the order of time. */
static const struct address_step {
	const char *label;
	int64_t now;
	bool fails;        /* else it is only looked at */
	uint32_t failures; /* left afterwards */
	int64_t until;
} address_steps[] = {
	{ "a first failure", 1000, true, 1, 0 },
	{ "is known for a while", 1009, false, 1, 0 },
	{ "and then forgotten", 1010, false, 0, 0 },
	{ "later ones begin at one", 2000, true, 1, 0 },
	{ "a second", 2000, true, 2, 0 },
	{ "a third", 2000, true, 3, 0 },
	{ "time forgets one by one", 2011, false, 2, 0 },
	{ "a part of that time is not lost", 2019, true, 3, 0 },
	{ "the one that locks", 2019, true, 4, 2119 },
	{ "nothing is forgotten meanwhile", 2118, false, 4, 2119 },
	{ "the end itself", 2119, false, 4, 0 },
	{ "whoever goes on is locked for longer", 2119, true, 5, 2319 },
	{ "up to a limit", 2319, true, 6, 2569 },
	{ "that stays", 2569, true, 7, 2819 },
	{ "whoever waits has some again", 2819 + 35, false, 3, 0 },
	{ "of which one is used up", 2819 + 35, true, 4, 2819 + 135 },
	{ "the clock is set back", 500, false, 4, 600 },
	{ "and further", 0, false, 4, 100 },
};

static void test_address(void)
{
	struct lockout_address_state state = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(address_steps); i++) {
		const struct address_step *row = &address_steps[i];

		if (row->fails)
			state = lockout_address_after_failure(state, &four, row->now);
		CHECK(lockout_address_failures(&state, &four, row->now) == row->failures,
		      "address: %s: %u failures", row->label,
		      lockout_address_failures(&state, &four, row->now));
		CHECK(lockout_address_until(&state, &four, row->now) == row->until,
		      "address: %s: until %lld", row->label,
		      (long long)lockout_address_until(&state, &four, row->now));
		CHECK(state.locked_until <= state.clear_at, "address: %s: locked while known",
		      row->label);
	}
}

static void test_address_extremes(void)
{
	static const struct lockout_address_rule never = { { 0, 100, 250 }, 10 };
	static const struct lockout_address_rule widest = { { UINT32_MAX, UINT32_MAX, UINT32_MAX },
							    UINT32_MAX };
	static const struct lockout_address_rule no_time = { { 1, 0, 0 }, 0 };
	struct lockout_address_state state = { 50, INT64_MAX, INT64_MAX };

	CHECK(lockout_address_until(&state, &never, 50) == 0, "0 failures: never locked");
	CHECK(lockout_address_until(&state, &widest, 50) == 50 + (int64_t)UINT32_MAX,
	      "a lock without end has the end that the rule says");
	state = lockout_address_after_failure(state, &widest, INT64_MAX - 1);
	CHECK(state.clear_at == INT64_MAX, "the end of time");
	state = (struct lockout_address_state){ INT64_MAX, INT64_MAX, INT64_MAX };
	CHECK(lockout_address_until(&state, &widest, 50) == 0, "nor a date in no time at all");
	state = lockout_address_after_failure((struct lockout_address_state){ 0 }, &no_time, 50);
	CHECK(lockout_address_until(&state, &no_time, 50) == 0 && state.clear_at == 51,
	      "a lock of no time, and a rule that would never forget");
	state = (struct lockout_address_state){ 0 };
	for (int64_t i = 0; i < 1000; i++)
		state = lockout_address_after_failure(state, &four, 1000 + i * 250);
	CHECK(lockout_address_failures(&state, &four, 1000 + 999 * 250) <= 4 + 32,
	      "what could never be forgotten is not remembered");
}

static const struct name_case {
	const char *remote_host, *name; /* NULL: none */
} name_cases[] = {
	{ "192.0.2.7", "192.0.2.7" },
	{ "::ffff:192.0.2.7", "192.0.2.7" },
	{ "::FFFF:c000:207", "192.0.2.7" },
	{ "127.0.0.1", "127.0.0.1" },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
	{ "2001:DB8:1:2::", "2001:db8:1:2::/64" },
	{ "2001:db8:1111:2222:ffff:ffff:ffff:ffff", "2001:db8:1111:2222::/64" },
	{ "::1", "::/64" },
	{ "fe80::1%eth0", "fe80::/64" },
	{ "fe80::2", "fe80::/64" },
	{ "", NULL },
	{ "%eth0", NULL },
	{ "localhost", NULL },
	{ "UNKNOWN", NULL },
	{ "192.0.2", NULL },
	{ "192.0.2.7:22", NULL },
	{ "192.0.2.7 ", NULL },
	{ "192.0.2.0/24", NULL },
	{ "[2001:db8::1]", NULL },
	{ "2001:db8::/64", NULL },
	{ "2001:db8:1:2:3:4:5:6:7", NULL },
	{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", NULL },
};

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(name_cases); i++) {
		const struct name_case *row = &name_cases[i];
		char name[LOCKOUT_ADDRESS_SIZE] = "";
		bool is_one = lockout_address_of(text_of(row->remote_host), name);

		CHECK(is_one == (row->name != NULL) &&
			      strcmp(name, row->name ? row->name : "") == 0,
		      "name of '%s': '%s'", row->remote_host, name);
	}
	CHECK(!lockout_address_of(TEXT("192.0.2.7\0"), (char[LOCKOUT_ADDRESS_SIZE]){ "" }),
	      "a NUL is part of no address");
}

int main(void)
{
	test_until();
	test_after_failure();
	test_as_of();
	test_locks_again();
	test_address();
	test_address_extremes();
	test_names();
	return check_done();
}
