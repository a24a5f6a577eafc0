/*
 * common/tools/iamctl/records.h: what the commands read, opened with the failures already told.
 *
 * Each function returns EX_OK or the exit code to end with, having said why.
 */
#ifndef IAM_TOOLS_IAMCTL_RECORDS_H
#define IAM_TOOLS_IAMCTL_RECORDS_H

#include "config/config.h"
#include "credentials/credential_store.h"
#include "signin/signin_records.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_reader.h"
#include "tools/iamctl/command.h"

/* iam.conf; EX_CONFIG when it is wrong. Release the config in any case. */
MUST_CHECK int read_config(const struct invocation *invocation, struct config *out_config);

/* FOLDER/NAME in a buffer of PATH_MAX; returns the buffer. NAME_MAX bytes always have room. */
const char *path_below(const char *folder, const char *name, char *buffer);

/* The path of a snapshot, in a buffer of PATH_MAX; returns the buffer. */
const char *snapshot_path(const struct invocation *invocation, enum snapshot_kind kind,
			  char *buffer);

/* One of the two snapshots, its checksums compared; snapshot_close() in any case. */
MUST_CHECK int open_snapshot(const struct invocation *invocation, enum snapshot_kind kind,
			     struct snapshot *out_snapshot);

#define AUTO_SNAPSHOT CLEANUP(snapshot_close) struct snapshot

/* The credential store: created when create is set; *out_store stays NULL when it is absent and
   create is not set. */
MUST_CHECK int open_store(const struct invocation *invocation, bool create,
			  struct credential_store **out_store);

/* All that a decision needs, as PAM opens it; signin_records_close() in any case. */
MUST_CHECK int open_signin_records(const struct invocation *invocation,
				   struct signin_records *out_records);

/* An IAM user or role of this host and everything known of it. */
struct subject {
	struct arena arena; /* of the principal */
	struct snapshot access;
	struct access_principal principal;
	struct credential_store *store; /* NULL when there is none yet */
};

enum subject_need {
	SUBJECT_USER = 0,       /* the store when there is one */
	SUBJECT_USER_TO_CHANGE, /* the store, created when there is none */
	SUBJECT_ROLE,           /* no store: roles have no credentials */
};

/* Finds the operand NAME, a Unix name, among the users or the roles; EX_NOUSER when it is not
   there. Close in any case. */
MUST_CHECK int subject_open(const struct invocation *invocation, enum subject_need need,
			    struct subject *out_subject);

/* The same for another name than the operand. */
MUST_CHECK int subject_open_named(const struct invocation *invocation, const char *name,
				  enum subject_need need, struct subject *out_subject);

/* Another user in the place of the one that was opened, of whom what was read stays good. */
MUST_CHECK int subject_find_user(struct subject *subject, const char *name);
void subject_close(struct subject *subject);

/* EX_OK when the user's credentials are changed on this host, and are not a fleet's. */
MUST_CHECK int check_is_changed_here(const struct invocation *invocation,
				     const struct access_principal *principal);

#define AUTO_SUBJECT CLEANUP(subject_close) struct subject

#endif
