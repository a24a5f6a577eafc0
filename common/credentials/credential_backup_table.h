/*
 * common/credentials/credential_backup_table.h: what of the store goes into a backup. Private to
 * this part.
 *
 * A column of the schema is here, or on the list of test_credential_backup.c of those that are not
 * part of a backup.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_BACKUP_TABLE_H
#define IAM_CREDENTIALS_CREDENTIAL_BACKUP_TABLE_H

#include "credentials/credential_backup.h"
#include "credentials/credential_database.h"

enum { BACKUP_COLUMNS_MAX = 16 };

/* Beyond it not every reader of JSON has whole numbers. */
#define BACKUP_NUMBER_MAX (INT64_C(1) << 53)

enum backup_kind {
	BACKUP_TEXT = 1,
	BACKUP_NUMBER,
	BACKUP_BYTES, /* in base64 */
};

struct backup_column {
	const char *name;
	enum backup_kind kind;
};

struct backup_table {
	const char *name;
	const char *order;
	/* How many of the columns are part of each scope but CREDENTIAL_SCOPE_ALL. The first one
	   says whose row it is. */
	size_t scoped_columns[CREDENTIAL_SCOPES];
	struct backup_column columns[BACKUP_COLUMNS_MAX]; /* the last one has no name */
};

/* In an order in which each row comes after those it refers to. */
extern const struct backup_table BACKUP_TABLES[];
extern const size_t BACKUP_TABLE_COUNT;

/* How many columns of a table are part of the scope. */
size_t backup_column_count(const struct backup_table *table, enum credential_scope scope);

/* Their names, with commas between them. */
MUST_CHECK enum status backup_append_columns(const struct backup_table *table, size_t count,
					     struct buffer *out_sql);

#define BACKUP_FORMAT_NAME "iam-credentials"

/* "all", "devices", "fleet"; in the first line. */
extern const char *const BACKUP_SCOPES[CREDENTIAL_SCOPES];

/* An empty store that is gone when it is closed. */
MUST_CHECK enum status credential_store_open_in_memory(struct credential_store **out_store);

/* What is counted in a store that holds a backup. */
MUST_CHECK enum status backup_count(struct credential_store *store,
				    struct credential_backup_facts *inout_facts);

/* Where the rows are. */
struct credential_store *backup_rows(struct credential_backup *backup);
const struct credential_backup_facts *backup_facts(const struct credential_backup *backup);

#endif
