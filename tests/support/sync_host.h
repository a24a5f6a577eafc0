/*
 * tests/support/sync_host.h: a host's tree below a scratch folder, and syncs that run on it.
 *
 * Directory documents are written from tables. Ids are numbers in them: 7 is AIDATEST000000000007.
 */
#ifndef IAM_TESTS_SYNC_HOST_H
#define IAM_TESTS_SYNC_HOST_H

#include "snapshot/snapshot_reader.h"
#include "sync/sync.h"

enum { HOST_NOW = 1790000000, HOST_DAY = 86400 };

struct host_entity {
	const char *name;
	unsigned id;
	unsigned created;   /* days since 2020; 0: not given */
	const char *groups; /* of a user: names with one blank between; of a role: its path */
	const char *tags;   /* "Key=Value" with "|" between */
	const char *more;   /* further members, as JSON, beginning with a comma */
};

/* Each table ends with a row without a name, or is NULL. */
struct host_document {
	const struct host_entity *users, *groups, *roles;
	const char *more; /* further members, as JSON, beginning with a comma */
	bool is_reversed; /* the tables from their end */
};

/* The tree's root; made by the first call. Everything in it is gone after each. */
const char *host_start(void);

void host_write(const char *name, const char *contents); /* "etc/iam/iam.conf" */
void host_remove(const char *name);
void host_document(const struct host_document *document);

struct host_run {
	bool dry_run, accept_shrink, strict;
	int64_t now; /* 0: HOST_NOW */
};

/* Runs sync; *out_result is to be released. */
enum status host_sync(struct host_run run, struct sync_result *out_result,
		      struct complaint *out_complaint);

/* Runs sync on this document, requires that it works, and forgets the result. */
void host_sync_users(const struct host_entity *users);
void host_sync_document(const struct host_document *document);

/* Opens a snapshot of the tree; the test ends when it cannot be. */
struct snapshot host_snapshot(enum snapshot_kind kind);

/* 0 when there is no such account or group. */
uint32_t host_uid(const char *name);
uint32_t host_gid(const char *name);

/* A user's record in a buffer of its own: "uid:gid:gecos:home:shell", "" when there is none. */
const char *host_user(const char *name);

/* A group's members with a blank between; "-" when there is no such group. */
const char *host_members(const char *name);

/* How many reports of the last host_sync have this code; and whether one holds the words. */
unsigned host_reports(const char *code);
bool host_reported(const char *code, const char *words);

/* The id that a row's number stands for, as "AIDA..."; a buffer of its own. */
const char *host_iam_id(const char *prefix, unsigned id);

#endif
