#include "signin/signin_grace.h"

struct signin_grace signin_grace_of(const struct config *config, const struct snapshot *access,
				    const struct access_principal *principal, int64_t now)
{
	int64_t length = config->mfa_grace, since = 0;
	struct signin_grace grace = { .is_running = false };

	if (length == 0 || principal->is_role ||
	    access_first_seen(access, principal->id, &since) != STATUS_OK || since <= 0 ||
	    since > now || now - since >= length)
		return grace;
	grace.is_running = true;
	grace.until = since + length;
	grace.days_left =
		(uint32_t)((grace.until - now + PASSWORD_DAY_SECONDS - 1) / PASSWORD_DAY_SECONDS);
	return grace;
}
