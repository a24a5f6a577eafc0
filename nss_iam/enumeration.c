/*
 * nss_iam/enumeration.c: the cursors, which the API makes state of the process.
 *
 * Two threads that call getpwent share one enumeration (POSIX), so a cursor per thread would be
 * wrong: a pool of workers would each see every user. glibc calls us under a lock of its own; ours
 * is for callers that load the module themselves. A child forked while another thread held it could
 * wait for ever, so nobody waits for more than a second, and what a holder that no longer exists
 * may have left half done is not touched.
 */
#include "enumeration.h"

#include <time.h>

#include "mapping.h"
#include "reply.h"

enum { LOCK_SECONDS = 1 };

static struct enumeration enumerations[] = {
	[ENUMERATION_PASSWD] = { .lock = PTHREAD_MUTEX_INITIALIZER },
	[ENUMERATION_GROUP] = { .lock = PTHREAD_MUTEX_INITIALIZER },
	[ENUMERATION_SHADOW] = { .lock = PTHREAD_MUTEX_INITIALIZER },
};

static bool lock_in_time(pthread_mutex_t *lock)
{
	struct timespec until = { 0 };

	if (pthread_mutex_trylock(lock) == 0)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LOCK_SECONDS;
	return pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until) == 0;
}

static enum status take(enum enumeration_of database, struct enumeration **out_held)
{
	if (!lock_in_time(&enumerations[database].lock)) {
		errno = EAGAIN;
		return STATUS_SYSTEM;
	}
	*out_held = &enumerations[database];
	return STATUS_OK;
}

void enumeration_unlock(struct enumeration **held)
{
	if (*held)
		pthread_mutex_unlock(&(*held)->lock);
}

static enum status open_at_first(struct enumeration *held)
{
	held->position = 0;
	return mapping_open(&held->snapshot);
}

enum status enumeration_lock(enum enumeration_of database, struct enumeration **out_held)
{
	enum status status = take(database, out_held);

	if (status != STATUS_OK || (*out_held)->snapshot.base)
		return status;
	return open_at_first(*out_held);
}

enum nss_status enumeration_begin(enum enumeration_of database)
{
	AUTO_ENUMERATION struct enumeration *held = NULL;
	enum status status = take(database, &held);

	if (status == STATUS_OK) {
		snapshot_close(&held->snapshot);
		status = open_at_first(held);
	}
	return nss_status_from(status, &errno);
}

enum nss_status enumeration_end(enum enumeration_of database)
{
	AUTO_ENUMERATION struct enumeration *held = NULL;
	enum status status = take(database, &held);

	if (status == STATUS_OK)
		snapshot_close(&held->snapshot);
	return nss_status_from(status, &errno);
}
