/*
 * common/credentials/credential_import_step.h: what an import does with SQL. Private to this part.
 *
 * The store is "main"; the backup is attached to it as "backup", in memory, and may be changed at
 * will. What is true of every import comes first; then a merge goes from row to row, and a
 * replacement takes the rows of the backup whole. backup.import has one row: now, everybody.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_IMPORT_STEP_H
#define IAM_CREDENTIALS_CREDENTIAL_IMPORT_STEP_H

#include "credentials/credential_backup_table.h"

struct import_step {
	unsigned modes, scopes; /* a bit for each in which it is taken */
	const char *sql;        /* NULL: nothing but the count */
	const char *count;      /* asked for first; NULL: nothing is counted */
	size_t counted;         /* where that goes in the outcome */
	const char *reason;     /* not NULL: the import is refused when there are any */
};

extern const struct import_step IMPORT_STEPS[];
extern const size_t IMPORT_STEP_COUNT;

#endif
