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
#define CREDENTIAL_LOCK_FILE "credentials.lock"

/* Opens the folder; with create makes it, 0755, when only its last component is missing. */
MUST_CHECK enum status credential_folder_open(const char *folder, struct file_trust trust,
					      bool create, int *out_fd,
					      struct complaint *out_complaint);

/* The database, and what SQLite keeps beside it. */
extern const char *const CREDENTIAL_FILES[4];

/* What a store is opened for. */
enum credential_purpose {
	CREDENTIAL_TO_USE = 0,
	CREDENTIAL_TO_USE_AGAIN, /* there was one: that it is gone is damage */
	CREDENTIAL_TO_MAKE,      /* to use, and made when there is none */
	CREDENTIAL_TO_IMPORT,    /* made, and left without tables for an import to fill at once */
};

/* What is to be said where there is nothing; STATUS_OK when it may be made. */
enum status credential_file_missing(enum credential_purpose purpose,
				    struct complaint *out_complaint);

/* To use or to make, in a folder where there was a database, is to use again. Asked before the
   database is looked at: while it is being made, it is empty first and remembered last. */
MUST_CHECK enum status credential_file_purpose(int folder_fd,
					       enum credential_purpose *inout_purpose);

/* The database and the files SQLite keeps beside it are regular files of root's that nobody else
   may read. An empty database is made, 0600 whatever the umask, where it may be; an empty one is
   treated as none, because SQLite would remove its log. */
MUST_CHECK enum status credential_file_prepare(int folder_fd, struct file_trust trust,
					       enum credential_purpose purpose,
					       struct complaint *out_complaint);

/* The folder remembers that a database was made, in the file that is locked for it. Where this
   fails, a warning is missing that may never be needed; whoever opens the store next tries again.
 */
void credential_file_remember(int folder_fd);

#endif
