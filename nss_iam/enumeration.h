/*
 * nss_iam/enumeration.h: the cursors of getpwent, getgrent and getspent.
 *
 * A cursor has its own mapping: one enumeration sees one snapshot from beginning to end, and a
 * lookup in the middle of it disturbs nothing.
 */
#ifndef IAM_NSS_ENUMERATION_H
#define IAM_NSS_ENUMERATION_H

#include <nss.h>
#include <pthread.h>

#include "base/cleanup.h"
#include "snapshot/snapshot_reader.h"

enum enumeration_of { ENUMERATION_PASSWD, ENUMERATION_GROUP, ENUMERATION_SHADOW };

struct enumeration {
	pthread_mutex_t lock;
	struct snapshot snapshot; /* closed: the next entry is the first */
	uint32_t position; /* of the next entry; a caller steps it past one it has given out */
};

/* What setXXent and endXXent do. */
enum nss_status enumeration_begin(enum enumeration_of database);
enum nss_status enumeration_end(enum enumeration_of database);

/* The cursor, locked, with an open snapshot. *out_held starts as NULL, with AUTO_ENUMERATION. */
MUST_CHECK enum status enumeration_lock(enum enumeration_of database,
					struct enumeration **out_held);
void enumeration_unlock(struct enumeration **held);

#define AUTO_ENUMERATION CLEANUP(enumeration_unlock)

#endif
