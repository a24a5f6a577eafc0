#include "password/password_expiry.h"

static enum password_standing expired(const struct iam_password_policy *policy)
{
	return policy->hard_expiry ? PASSWORD_HARD_EXPIRED : PASSWORD_EXPIRED;
}

/* Far enough from the ends of int64_t for sums with an age. */
static bool is_known(int64_t changed, int64_t now)
{
	return changed > 0 && changed <= now && now < INT64_MAX / 2;
}

struct password_age password_age(const struct iam_password_policy *policy, int64_t changed,
				 bool is_temporary, int64_t now)
{
	struct password_age age = { .standing = is_temporary ? PASSWORD_TEMPORARY : PASSWORD_GOOD };

	if (policy->max_age_days == 0)
		return age;
	if (!is_known(changed, now))
		return (struct password_age){ .standing = expired(policy) };
	age.expires = changed + (int64_t)policy->max_age_days * PASSWORD_DAY_SECONDS;
	if (age.expires <= now) {
		age.standing = expired(policy);
		return age;
	}
	age.days_left = (uint32_t)((age.expires - now) / PASSWORD_DAY_SECONDS);
	if (age.standing == PASSWORD_GOOD && age.expires - now <= PASSWORD_WARNING_SECONDS)
		age.standing = PASSWORD_EXPIRES_SOON;
	return age;
}
