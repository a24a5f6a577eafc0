/*
 * common/signin/signin_records.h: configuration, snapshot and store, opened and closed together.
 */
#ifndef IAM_SIGNIN_SIGNIN_RECORDS_H
#define IAM_SIGNIN_SIGNIN_RECORDS_H

#include "config/config.h"
#include "credentials/credential_store.h"
#include "signin/signin_reason.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_reader.h"

enum {
	SIGNIN_ARENA_MAX = 8 * ACCESS_RECORD_BYTES_MAX, /* one principal and the account, decoded */
	SIGNIN_ACCOUNTS_FILE_MAX = 16 << 20,            /* of the host's own accounts */
};

struct signin_paths {
	const char *config_folder; /* "/etc/iam" */
	const char *state_folder;  /* "/var/lib/iam" */
	struct file_trust trust;
	const char *local_accounts; /* "/etc/passwd"; NULL: not looked at */
};

struct signin_records {
	struct config config;
	struct snapshot access;
	struct credential_store *store; /* NULL until signin_records_open_store */
	struct signin_paths paths;
	enum signin_reason unusable; /* why opening failed: config, snapshot, system; else none */
};

/* Opens configuration and snapshot. STATUS_UNAVAILABLE when there is no snapshot yet. The complaint
   says which file and why; what could be opened stays open. Release in any case. */
MUST_CHECK enum status signin_records_open(struct signin_records *out_records,
					   const struct signin_paths *paths,
					   struct complaint *out_complaint);
void signin_records_close(struct signin_records *records);

/* For those who need it: an absent store is made, empty. */
MUST_CHECK enum status signin_records_open_store(struct signin_records *records,
						 struct complaint *out_complaint);

#define AUTO_SIGNIN_RECORDS CLEANUP(signin_records_close) struct signin_records

/* What iam.conf says of failed attempts. */
struct credential_lockout signin_lockout_rules(const struct config *config);

/* What the snapshot says of the account; a snapshot that says nothing is STATUS_BAD_DATA. */
MUST_CHECK enum status signin_account_settings(const struct signin_records *records,
					       struct arena *arena,
					       struct access_account *out_account,
					       struct complaint *out_complaint);

/* The principal of a Unix name, decoded into the arena; STATUS_NOT_FOUND when it is not IAM's. */
MUST_CHECK enum status signin_principal(const struct signin_records *records, struct text user,
					struct arena *arena,
					struct access_principal *out_principal);

#endif
