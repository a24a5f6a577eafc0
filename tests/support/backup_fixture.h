/*
 * tests/support/backup_fixture.h: exports of a store into memory, and back.
 */
#ifndef IAM_TESTS_BACKUP_FIXTURE_H
#define IAM_TESTS_BACKUP_FIXTURE_H

#include "credentials/credential_backup.h"

/* The lines of an export of everything; a failure ends the test. Release the buffer. */
void backup_fixture_export(const char *folder, struct buffer *out_lines);

/* The same of a scope, and of one user unless the id is empty. */
void backup_fixture_export_of(const char *folder, enum credential_scope scope, struct text user_id,
			      struct buffer *out_lines);

/* All lines into a new backup, up to its end; the first status that is not STATUS_OK. */
enum status backup_fixture_read(struct text lines, struct credential_backup **out_backup,
				struct credential_backup_facts *out_facts,
				struct complaint *out_complaint);

/* Reads, opens FOLDER to import and does it. */
enum status backup_fixture_import(const char *folder, struct text lines,
				  enum credential_import_mode mode, int64_t now,
				  struct credential_import_outcome *out_outcome,
				  struct complaint *out_complaint);

#endif
