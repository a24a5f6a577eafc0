/*
 * common/credentials/credential_check.h: everything that is wrong with a store, and what to do.
 *
 * Looks at the folder, the files, the file system, SQLite's own check, and every row, and goes on
 * where it can: an administrator wants to hear all of it at once. Tells no value of a row.
 */
#ifndef IAM_CREDENTIALS_CREDENTIAL_CHECK_H
#define IAM_CREDENTIALS_CREDENTIAL_CHECK_H

#include "credentials/credential_store.h"

enum {
	CREDENTIAL_PROBLEM_SIZE = 240,
	CREDENTIAL_SPACE_MIN = 1 << 20, /* bytes free, or a sign-in may find no room */
};

struct credential_finding {
	const char *file; /* its name in the folder; "" for the folder */
	char problem[CREDENTIAL_PROBLEM_SIZE];
	const char *advice;
	enum status status;
	int error; /* errno, for STATUS_SYSTEM */
};

struct credential_check {
	bool exists; /* a store, or what is left of one */
	unsigned findings;
	/* Of a store that could be opened: */
	int64_t schema, users, passwords, devices;
};

/* Each finding is told, those that matter most first. */
void credential_check(const char *folder, struct file_trust trust,
		      void (*tell)(void *context, const struct credential_finding *finding),
		      void *context, struct credential_check *out_check);

#endif
