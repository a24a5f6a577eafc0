/*
 * common/credentials/credential_schema.h: the tables, their versions, the way from one to the next.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_SCHEMA_H
#define IAM_CREDENTIALS_CREDENTIAL_SCHEMA_H

#include "credentials/credential_database.h"
#include "credentials/credential_file.h"

enum {
	CREDENTIAL_SCHEMA_VERSION = 4,
	CREDENTIAL_APPLICATION_ID = 0x49414d31, /* "IAM1", in the file's header */
};

/* Brings the database to the version of this program, one process at a time. An empty one is filled
   when it may be made, and left for the import that makes it; else STATUS_NOT_FOUND, or
   STATUS_BAD_DATA where there was one. STATUS_BAD_DATA for a newer version and for a database of
   somebody else's; both are left alone. */
MUST_CHECK enum status credential_schema_prepare(struct credential_store *store, int folder_fd,
						 enum credential_purpose purpose,
						 struct complaint *out_complaint);

/* The same inside a transaction of the caller's, which has looked at what there is. */
MUST_CHECK enum status credential_schema_migrate(struct credential_store *store);

/* Every row against what this program allows beyond the schema: each rule that is broken, and by
   how many, one by one until tell returns false. */
MUST_CHECK enum status credential_schema_list_broken(struct credential_store *store,
						     bool (*tell)(void *context, const char *rule,
								  int64_t rows),
						     void *context);

/* STATUS_BAD_DATA with the first of them. */
MUST_CHECK enum status credential_schema_check_rows(struct credential_store *store,
						    struct complaint *out_complaint);

/* SQLite's own check of the file and of the schema's rules. */
MUST_CHECK enum status credential_schema_check_file(struct credential_store *store,
						    struct complaint *out_complaint);

/* Both. */
MUST_CHECK enum status credential_schema_verify(struct credential_store *store,
						struct complaint *out_complaint);

#endif
