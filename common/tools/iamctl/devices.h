/*
 * common/tools/iamctl/devices.h: the MFA devices of users on this host, as a table, and what is
 * beside them.
 */
#ifndef IAM_TOOLS_IAMCTL_DEVICES_H
#define IAM_TOOLS_IAMCTL_DEVICES_H

#include "tools/iamctl/records.h"

void devices_table(struct output_table *table, struct output *output, const char *name);

/* Says that a device is as right as it can be, and how far its clock is off. */
void devices_show_right(struct output *output, const char *user,
			const struct credential_device *device);

/* One device of a user. */
void devices_row(struct output_table *table, struct text user,
		 const struct credential_device *device);

/* The rows of one user; none when store is NULL. */
MUST_CHECK enum status devices_rows(struct output_table *table, struct credential_store *store,
				    const struct access_principal *principal);

/* How many recovery codes the user has left; zero when there are none, or store is NULL. */
MUST_CHECK enum status devices_recovery_left(struct credential_store *store,
					     const struct access_principal *principal,
					     unsigned *out_left);

#endif
