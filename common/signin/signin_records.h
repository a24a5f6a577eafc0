/*
 * common/signin/signin_records.h: configuration, snapshot and store, opened and closed together.
 */
#ifndef IAM_SIGNIN_SIGNIN_RECORDS_H
#define IAM_SIGNIN_SIGNIN_RECORDS_H

#include "config/config.h"
#include "credentials/credential_store.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_reader.h"

struct signin_paths {
	const char *config_folder; /* "/etc/iam" */
	const char *state_folder;  /* "/var/lib/iam" */
	struct file_trust trust;
};

struct signin_records {
	struct config config;
	struct snapshot access;
	struct credential_store *store; /* opened on first need by those who need it */
	struct signin_paths paths;
};

/* STATUS_UNAVAILABLE when there is no snapshot yet. The complaint says which file and why. Release
   in any case. */
MUST_CHECK enum status signin_records_open(struct signin_records *out_records,
					   const struct signin_paths *paths,
					   struct complaint *out_complaint);
void signin_records_close(struct signin_records *records);

#define AUTO_SIGNIN_RECORDS CLEANUP(signin_records_close) struct signin_records

/* The principal of a Unix name, decoded into the arena; STATUS_NOT_FOUND when it is not IAM's. */
MUST_CHECK enum status signin_principal(const struct signin_records *records, struct text user,
					struct arena *arena,
					struct access_principal *out_principal);

#endif
