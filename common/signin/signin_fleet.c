#include "signin/signin_fleet.h"

#include "credentials/credential_fleet.h"
#include "signin/signin_internal.h"

/* How far this host's clock may be behind the publisher's. */
enum { CLOCK_TOLERANCE_SECONDS = 300 };

bool signin_is_in_groups(const struct access_principal *principal, const struct text *names,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < principal->group_count; k++)
			if (signin_group_is_called(&principal->groups[k], names[i]))
				return true;
	return false;
}

bool signin_is_fleets(const struct config *config, const struct access_principal *principal)
{
	return config->credentials != CONFIG_CREDENTIALS_NONE && !principal->is_role &&
	       !signin_is_in_groups(principal, config->local_users.words,
				    config->local_users.count);
}

/* A clock that was set back would make anything young. */
static bool is_stale(const struct credential_fleet *fleet, int64_t age_max, int64_t now)
{
	if (age_max == 0)
		return false;
	return fleet->created < 0 || fleet->created > now + CLOCK_TOLERANCE_SECONDS ||
	       now - fleet->created > age_max;
}

enum status signin_check_fleet(const struct signin_records *records, int64_t now,
			       struct signin_answer *answer)
{
	struct credential_fleet fleet = { .created = 0 };
	enum status status = STATUS_UNAVAILABLE;

	if (records->config.credentials == CONFIG_CREDENTIALS_NONE)
		return STATUS_OK;
	if (records->store)
		status = credential_fleet(records->store, &fleet);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	if (status == STATUS_NOT_FOUND ||
	    is_stale(&fleet, records->config.credentials_age_max, now))
		answer->reason = SIGNIN_REASON_FLEET_STALE;
	return STATUS_OK;
}

enum status signin_check_followed(const struct signin_records *records,
				  const struct access_principal *principal,
				  struct signin_answer *answer)
{
	enum credential_following following = CREDENTIAL_FOLLOWS_NOT;
	enum status status = STATUS_UNAVAILABLE;

	if (records->store)
		status = credential_following(records->store, principal->id, &following);
	if (status != STATUS_OK)
		return signin_fail(answer, status, SIGNIN_REASON_STORE);
	if (following == CREDENTIAL_FOLLOWS_NOT)
		answer->reason = SIGNIN_REASON_FLEET_STALE;
	return STATUS_OK;
}
