/*
 * common/credentials/credential_fleet_step.h: what following does with SQL. Private to this part.
 *
 * The store is "main"; what the fleet has of those who were asked for is attached as "backup", in
 * memory, and may be changed at will. backup.admitted and backup.asked have ids, backup.import one
 * row: now.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_FLEET_STEP_H
#define IAM_CREDENTIALS_CREDENTIAL_FLEET_STEP_H

#include "credentials/credential_fleet.h"

struct fleet_step {
	const char *sql;   /* NULL: nothing but the count */
	const char *count; /* asked for first; NULL: nothing is counted */
	size_t counted;    /* where that goes in the outcome */
};

extern const struct fleet_step FLEET_STEPS[];
extern const size_t FLEET_STEP_COUNT;

#endif
