/*
 * common/credentials/credential_device.h: rows of the device table. Private to this part.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_DEVICE_H
#define IAM_CREDENTIALS_CREDENTIAL_DEVICE_H

#include "credentials/credential_database.h"

struct device_row {
	int64_t number;
	struct credential_device device;
	struct text seed; /* a view of SQLite's memory, good until the next row */
	int64_t tries, tries_span;
};

/* All devices of ?1, in the order they were enabled, for device_row_read. */
extern const char DEVICES_OF_USER[];

/* STATUS_NOT_FOUND after the last one; STATUS_BAD_DATA when a field is out of its range. */
MUST_CHECK enum status device_row_read(struct credential_store *store, sqlite3_stmt *statement,
				       struct device_row *out_row);

#endif
