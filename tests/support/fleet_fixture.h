/*
 * tests/support/fleet_fixture.h: what a host's store takes of another one's, without anything
 * between.
 */
#ifndef IAM_TESTS_FLEET_FIXTURE_H
#define IAM_TESTS_FLEET_FIXTURE_H

#include "credentials/credential_fleet.h"

enum { FLEET_FIXTURE_PEOPLE = 8 };

/* One pull: of the store in publisher by the one in follower. */
struct fleet_fixture_pull {
	const char *publisher, *follower;
	const char *admitted[FLEET_FIXTURE_PEOPLE]; /* ends at NULL */
	const char *asked[FLEET_FIXTURE_PEOPLE];    /* likewise; empty: all who are admitted */
	int64_t generation, now;
};

enum status fleet_fixture_pull(const struct fleet_fixture_pull *pull,
			       struct credential_follow_outcome *out_outcome,
			       struct complaint *out_complaint);

#endif
