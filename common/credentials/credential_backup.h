/*
 * common/credentials/credential_backup.h: the content of a store as lines of JSON, and back.
 *
 * What a host keeps for longer than a boot, but for the number of attempts that count against
 * nobody. An export is of one moment. An import is looked at as a whole, in a store of its own in
 * memory that has the same schema, before one transaction changes the store of the host. It never
 * makes a code good again that was used, nor ends a lockout that is newer than the backup. Knows
 * nothing of files and of how lines are kept secret. iam-credentials(5) describes the lines.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_BACKUP_H
#define IAM_CREDENTIALS_CREDENTIAL_BACKUP_H

#include "credentials/credential_store.h"

enum {
	CREDENTIAL_BACKUP_FORMAT = 1,
	CREDENTIAL_BACKUP_SCHEMA_MIN = 4, /* of the first one that was ever exported */
	CREDENTIAL_BACKUP_LINE_MAX = 16 << 10,
	CREDENTIAL_BACKUP_BYTES_MAX = 1 << 30, /* of all lines of an import */
	CREDENTIAL_BACKUP_HOST_SIZE = 256,
};

enum credential_scope {
	CREDENTIAL_SCOPE_ALL = 0,
	CREDENTIAL_SCOPE_DEVICES, /* and nothing else of their users but the ids */
	/* What other hosts may follow: neither failures, nor what is one host's own. For
	   credential_follow() alone. */
	CREDENTIAL_SCOPE_FLEET,
	CREDENTIAL_SCOPES,
};

/* What a backup says of itself, and what is in it. */
struct credential_backup_facts {
	enum credential_scope scope;
	bool is_of_everybody; /* otherwise of some users of the host */
	char host[CREDENTIAL_BACKUP_HOST_SIZE];
	int64_t made;
	int64_t users, passwords, devices;
	int64_t counting_devices; /* of the devices, those that count instead of following the time
				   */
};

struct credential_export {
	enum credential_scope scope;
	const struct text *user_ids; /* who; NULL: everybody */
	size_t user_count;
	const char *host; /* at most CREDENTIAL_BACKUP_HOST_SIZE - 1 bytes of it are told */
	int64_t now;
	/* Cut into so many, each whole in itself: a user's rows go to that of part_of(), below the
	   number of parts. 0: into one. */
	size_t parts;
	size_t (*part_of)(void *context, struct text user_id);
	/* Takes one line with its end; what it does not return as STATUS_OK ends the export. A line
	   holds secrets. */
	enum status (*write)(void *context, size_t part, struct text line);
	void *context;
};

/* Nothing is written of a store that is damaged: STATUS_BAD_DATA. The store is not held while the
   lines are written. */
MUST_CHECK enum status credential_export(struct credential_store *store,
					 const struct credential_export *export,
					 struct credential_backup_facts *out_facts,
					 struct complaint *out_complaint);

/* An export as it is read. */
struct credential_backup;

MUST_CHECK enum status credential_backup_new(struct credential_backup **out_backup);
void credential_backup_free(struct credential_backup *backup);

static inline void credential_backup_cleanup(struct credential_backup **backup)
{
	credential_backup_free(*backup);
}

#define AUTO_CREDENTIAL_BACKUP CLEANUP(credential_backup_cleanup) struct credential_backup

/* For exports of CREDENTIAL_SCOPE_FLEET, before the first line: none, one or several may follow
   each other, and rows of users who are not wanted are looked at for their form alone. */
void credential_backup_keep(struct credential_backup *backup,
			    bool (*is_wanted)(void *context, struct text user_id), void *context);

/* The next line, without its end; STATUS_BAD_INPUT when it is not as it should be. */
MUST_CHECK enum status credential_backup_add_line(struct credential_backup *backup,
						  struct text line,
						  struct complaint *out_complaint);

/* After the last line: STATUS_BAD_INPUT when lines are missing, or break together a rule that none
   of them breaks alone. */
MUST_CHECK enum status credential_backup_end(struct credential_backup *backup,
					     struct credential_backup_facts *out_facts,
					     struct complaint *out_complaint);

/* credential_store_open() for an import: it may make a store where there was one, and one that it
   makes is nothing yet, to anybody, until something is imported. */
MUST_CHECK enum status credential_store_open_to_import(const char *folder, struct file_trust trust,
						       struct credential_store **out_store,
						       struct complaint *out_complaint);

enum credential_import_mode {
	CREDENTIAL_IMPORT_FIRST = 0, /* into an empty store: else STATUS_SYSTEM, EEXIST */
	/* What is in both and differs is as the newer of the two, the store's when neither is;
	   what is in one of them alone is there. */
	CREDENTIAL_IMPORT_MERGE,
	/* Whoever the backup is about is as in the backup. */
	CREDENTIAL_IMPORT_REPLACE,
};

/* What was taken from the backup. */
struct credential_import_outcome {
	int64_t passwords, devices;
	/* Of those devices that count instead of following the time: codes that they have shown
	   since the backup was made are good until a newer one is used. */
	int64_t counting_devices;
	int64_t removed_users; /* of the store, who are not in the backup */
};

/* A backup that credential_backup_end() accepted, and that is no fleet's. All of it or nothing. */
MUST_CHECK enum status credential_import(struct credential_store *store,
					 struct credential_backup *backup,
					 enum credential_import_mode mode, int64_t now,
					 struct credential_import_outcome *out_outcome,
					 struct complaint *out_complaint);

#endif
