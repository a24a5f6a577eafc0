/*
 * common/credentials/credential_file.h: the database as files. Private to this part.
 *
 * Everything is looked at by name inside a folder that only root may change, and never by opening:
 * closing a second descriptor of the database would drop the locks that another thread of this
 * process holds on it (fcntl(2), "Record locking").
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_FILE_H
#define IAM_CREDENTIALS_CREDENTIAL_FILE_H

#include "base/complaint.h"
#include "base/file.h"

#define CREDENTIAL_FILE "credentials.db"

/* Opens the folder; with create makes it, 0755, when only its last component is missing. */
MUST_CHECK enum status credential_folder_open(const char *folder, struct file_trust trust,
					      bool create, int *out_fd,
					      struct complaint *out_complaint);

/* The database and the files SQLite keeps beside it are regular files of root's that nobody else
   may read. With create an empty database is made, 0600 whatever the umask, when there is none. */
MUST_CHECK enum status credential_file_prepare(int folder_fd, struct file_trust trust, bool create,
					       struct complaint *out_complaint);

#endif
