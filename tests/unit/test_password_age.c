/* How long a password is good for, and whether it was used before. */
#include "check.h"
#include "password/password_expiry.h"
#include "password/password_generate.h"
#include "password/password_hash.h"
#include "password/password_history.h"

enum { DAY = PASSWORD_DAY_SECONDS, CHANGED = 1000 * DAY };

static const struct iam_password_policy by_default = { .is_default = true };
static const struct iam_password_policy quarter = { .max_age_days = 90 };
static const struct iam_password_policy hard = { .max_age_days = 90, .hard_expiry = true };
static const struct iam_password_policy week = { .max_age_days = 7 };
static const struct iam_password_policy longest = { .max_age_days = 1095 };
static const struct iam_password_policy hard_never = { .hard_expiry = true };

static const struct age_case {
	const char *label;
	const struct iam_password_policy *policy;
	int64_t changed;
	bool is_temporary;
	int64_t now;
	enum password_standing standing;
	int64_t expires;
	uint32_t days_left;
} age_cases[] = {
	{ "AWS's default never expires", &by_default, CHANGED, false, CHANGED + 9999 * DAY,
	  PASSWORD_GOOD, 0, 0 },
	{ "where nothing expires, an unknown day is no matter", &by_default, 0, false, CHANGED,
	  PASSWORD_GOOD, 0, 0 },
	{ "nor is one in the future", &by_default, CHANGED + 1, false, CHANGED, PASSWORD_GOOD, 0,
	  0 },
	{ "HardExpiry without an age is nothing", &hard_never, CHANGED, false, CHANGED + 9999 * DAY,
	  PASSWORD_GOOD, 0, 0 },
	{ "new", &quarter, CHANGED, false, CHANGED, PASSWORD_GOOD, CHANGED + 90 * DAY, 90 },
	{ "a second before the warning", &quarter, CHANGED, false, CHANGED + 75 * DAY - 1,
	  PASSWORD_GOOD, CHANGED + 90 * DAY, 15 },
	{ "the warning begins 15 days before", &quarter, CHANGED, false, CHANGED + 75 * DAY,
	  PASSWORD_EXPIRES_SOON, CHANGED + 90 * DAY, 15 },
	{ "a second later", &quarter, CHANGED, false, CHANGED + 75 * DAY + 1, PASSWORD_EXPIRES_SOON,
	  CHANGED + 90 * DAY, 14 },
	{ "the last second", &quarter, CHANGED, false, CHANGED + 90 * DAY - 1,
	  PASSWORD_EXPIRES_SOON, CHANGED + 90 * DAY, 0 },
	{ "90 days to the second", &quarter, CHANGED, false, CHANGED + 90 * DAY, PASSWORD_EXPIRED,
	  CHANGED + 90 * DAY, 0 },
	{ "years after", &quarter, CHANGED, false, CHANGED + 9999 * DAY, PASSWORD_EXPIRED,
	  CHANGED + 90 * DAY, 0 },
	{ "hard: the last second", &hard, CHANGED, false, CHANGED + 90 * DAY - 1,
	  PASSWORD_EXPIRES_SOON, CHANGED + 90 * DAY, 0 },
	{ "hard: 90 days", &hard, CHANGED, false, CHANGED + 90 * DAY, PASSWORD_HARD_EXPIRED,
	  CHANGED + 90 * DAY, 0 },
	{ "a week is all warning", &week, CHANGED, false, CHANGED, PASSWORD_EXPIRES_SOON,
	  CHANGED + 7 * DAY, 7 },
	{ "the longest age", &longest, CHANGED, false, CHANGED + 1095 * DAY - 1,
	  PASSWORD_EXPIRES_SOON, CHANGED + 1095 * DAY, 0 },
	{ "its end", &longest, CHANGED, false, CHANGED + 1095 * DAY, PASSWORD_EXPIRED,
	  CHANGED + 1095 * DAY, 0 },
	{ "changed at no known time", &quarter, 0, false, CHANGED, PASSWORD_EXPIRED, 0, 0 },
	{ "before 1970", &quarter, -DAY, false, CHANGED, PASSWORD_EXPIRED, 0, 0 },
	{ "in the future", &quarter, CHANGED + 1, false, CHANGED, PASSWORD_EXPIRED, 0, 0 },
	{ "at the end of time", &quarter, INT64_MAX, false, CHANGED, PASSWORD_EXPIRED, 0, 0 },
	{ "a clock at the end of time", &quarter, INT64_MAX - 1, false, INT64_MAX, PASSWORD_EXPIRED,
	  0, 0 },
	{ "hard: changed at no known time", &hard, 0, false, CHANGED, PASSWORD_HARD_EXPIRED, 0, 0 },
	{ "temporary, nothing expires", &by_default, CHANGED, true, CHANGED, PASSWORD_TEMPORARY, 0,
	  0 },
	{ "temporary and new", &quarter, CHANGED, true, CHANGED, PASSWORD_TEMPORARY,
	  CHANGED + 90 * DAY, 90 },
	{ "temporary in the last days", &quarter, CHANGED, true, CHANGED + 89 * DAY,
	  PASSWORD_TEMPORARY, CHANGED + 90 * DAY, 1 },
	{ "temporary and expired", &quarter, CHANGED, true, CHANGED + 90 * DAY, PASSWORD_EXPIRED,
	  CHANGED + 90 * DAY, 0 },
	{ "temporary and hard expired", &hard, CHANGED, true, CHANGED + 90 * DAY,
	  PASSWORD_HARD_EXPIRED, CHANGED + 90 * DAY, 0 },
};

static void test_age(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(age_cases); i++) {
		const struct age_case *row = &age_cases[i];
		struct password_age age =
			password_age(row->policy, row->changed, row->is_temporary, row->now);

		CHECK(age.standing == row->standing && age.expires == row->expires &&
			      age.days_left == row->days_left,
		      "age: %s (%d, %lld, %u)", row->label, (int)age.standing,
		      (long long)age.expires, age.days_left);
		CHECK(password_must_change(age.standing) == (row->standing <= PASSWORD_TEMPORARY),
		      "age: %s: whether it must be changed", row->label);
	}
	CHECK(password_must_change((struct password_age){ 0 }.standing), "the zero is no good one");
}

struct steps {
	size_t calls, last_done, total;
};

static void count_step(void *context, size_t done, size_t total)
{
	struct steps *steps = context;

	steps->calls++;
	steps->last_done = done;
	steps->total = total;
}

static void test_history(void)
{
	char present[PASSWORD_HASH_SIZE], former[PASSWORD_HASH_SIZE];
	const char *hashes[] = { present, former, former }, *broken[] = { present, "$9$no$hash" };
	const char *empty[] = { present, "" };
	struct steps steps = { 0 };
	struct password_history_watch watch = { count_step, &steps };
	size_t at = 99;

	CHECK_REQUIRE(password_hash_new(TEXT("present"), present) == STATUS_OK &&
			      password_hash_new(TEXT("former"), former) == STATUS_OK,
		      "two hashes");
	CHECK(password_history_find(NULL, 0, TEXT("present"), NULL, &at) == STATUS_OK && at == 0,
	      "no history, not in it");
	CHECK(password_history_find(hashes, 3, TEXT("present"), NULL, &at) == STATUS_OK && at == 0,
	      "the present one");
	CHECK(password_history_find(hashes, 3, TEXT("former"), &watch, &at) == STATUS_OK && at == 1,
	      "the newest of the former ones");
	CHECK(steps.calls == 2 && steps.last_done == 1 && steps.total == 3,
	      "whoever waits is told at each step");
	CHECK(password_history_find(hashes, 3, TEXT("Former"), NULL, &at) == STATUS_OK && at == 3,
	      "another one");
	CHECK(password_history_find(hashes, 3, TEXT(""), NULL, &at) == STATUS_OK && at == 3,
	      "the empty one is nobody's");
	CHECK(password_history_find(broken, 2, TEXT("another"), NULL, &at) == STATUS_BAD_DATA,
	      "a hash that crypt does not know says nothing");
	CHECK(password_history_find(empty, 2, TEXT("another"), NULL, &at) == STATUS_BAD_DATA,
	      "nor does an empty one");
	CHECK(password_history_find(broken, 2, TEXT("present"), NULL, &at) == STATUS_OK && at == 0,
	      "though what was found before it was found");
}

static const struct iam_password_policy generated_policies[] = {
	{ .is_default = true, .minimum_length = 8 },
	{ .minimum_length = 6 },
	{ .minimum_length = 128,
	  .require_symbols = true,
	  .require_numbers = true,
	  .require_uppercase = true,
	  .require_lowercase = true },
	{ .minimum_length = 20,
	  .require_symbols = true,
	  .require_numbers = true,
	  .require_uppercase = true,
	  .require_lowercase = true },
};

static void test_generate(void)
{
	const struct password_owner owner = { TEXT("ann"), TEXT("ann") };
	const struct iam_password_policy endless = { .minimum_length = 129 };
	struct secret first = { .length = 0 }, second = { .length = 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(generated_policies); i++) {
		const struct iam_password_policy *policy = &generated_policies[i];
		bool is_good = true;

		for (int j = 0; j < 50; j++) {
			is_good = is_good &&
				  password_generate(policy, &owner, &first) == STATUS_OK &&
				  first.length >= PASSWORD_GENERATED_LENGTH &&
				  password_policy_check(policy, secret_text(&first), &owner) == 0;
			is_good = is_good && !strpbrk(first.bytes, "lIO01 '\"$`\\,;&|") &&
				  !strchr("23456789@%_+-", first.bytes[0]);
		}
		CHECK(is_good, "generate: policy %zu is kept, and nothing is hard to read", i);
		CHECK(password_generate(policy, &owner, &second) == STATUS_OK &&
			      strcmp(first.bytes, second.bytes) != 0,
		      "generate: policy %zu: another one each time", i);
	}
	CHECK(password_generate(&endless, &owner, &first) == STATUS_BAD_INPUT,
	      "generate: none is as long as that");
}

int main(void)
{
	test_generate();
	test_age();
	test_history();
	return check_done();
}
