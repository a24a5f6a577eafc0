/*
 * nss_iam/mapping.c: one mapping of the snapshot for each thread.
 *
 * Thread-specific data, not a __thread variable: that would take from the small static TLS area,
 * and the module fails to load where others have used it up, or be allocated by the dynamic linker
 * at the first lookup, which ends the process when memory is short. A page of its own costs one
 * system call per thread and can be refused.
 */
#include "mapping.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#define SNAPSHOT_PATH IAM_STATE_FOLDER "/directory.snapshot"

enum { NANOSECONDS = 1000000000, CHECK_INTERVAL = NANOSECONDS };

struct kept {
	struct snapshot snapshot;
	int64_t checked; /* when the file was last looked at, in nanoseconds of the coarse clock */
};

/* Written once, before the first use of the key. Without a key (a process may have 1,024), every
   call opens the file anew. */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_exists;

static void kept_free(void *pointer)
{
	struct kept *kept = pointer;

	snapshot_close(&kept->snapshot);
	munmap(kept, sizeof(*kept));
}

static void key_create(void)
{
	key_exists = pthread_key_create(&key, kept_free) == 0;
}

static struct kept *kept_new(void)
{
	int saved_errno = errno;
	struct kept *kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (kept == MAP_FAILED) {
		errno = saved_errno;
		return NULL;
	}
	if (pthread_setspecific(key, kept) != 0) {
		munmap(kept, sizeof(*kept));
		return NULL;
	}
	return kept;
}

static struct kept *kept_of_this_thread(void)
{
	struct kept *kept;

	if (pthread_once(&key_once, key_create) != 0 || !key_exists)
		return NULL;
	kept = pthread_getspecific(key);
	return kept ? kept : kept_new();
}

/* The coarse clock is read without a system call. */
static int64_t coarse_now(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec;
}

/* The same file, and still one to be trusted. A mapped inode is not given to another file. */
static bool is_published_as(const struct stat *info, const struct snapshot *snapshot)
{
	return info->st_dev == snapshot->device && info->st_ino == snapshot->inode &&
	       (uintmax_t)info->st_size == snapshot->size &&
	       info->st_mtim.tv_sec == snapshot->modified_seconds &&
	       info->st_mtim.tv_nsec == snapshot->modified_nanoseconds && info->st_uid == 0 &&
	       S_ISREG(info->st_mode) && !(info->st_mode & (S_IWGRP | S_IWOTH));
}

/* When the file is gone, damaged or not to be trusted, the old mapping goes too: an administrator
   who takes a snapshot away wants no more answers from it. */
static enum status kept_refresh(struct kept *kept)
{
	int saved_errno = errno;
	struct stat info;

	if (kept->snapshot.base) {
		if (lstat(SNAPSHOT_PATH, &info) == 0 && is_published_as(&info, &kept->snapshot))
			return STATUS_OK;
		errno = saved_errno;
		snapshot_close(&kept->snapshot);
	}
	return mapping_open(&kept->snapshot);
}

enum status mapping_take(struct mapping *out_mapping)
{
	struct kept *kept = kept_of_this_thread();

	if (!kept) {
		out_mapping->snapshot = &out_mapping->once;
		return mapping_open(&out_mapping->once);
	}

	int64_t now = coarse_now();

	/* Unsigned: a clock that went back (a process restored elsewhere) is a reason to look, too.
	 */
	if (!kept->snapshot.base || (uint64_t)(now - kept->checked) >= CHECK_INTERVAL) {
		enum status status = kept_refresh(kept);

		if (status != STATUS_OK)
			return status;
		kept->checked = now;
	}
	out_mapping->snapshot = &kept->snapshot;
	return STATUS_OK;
}

void mapping_release(struct mapping *mapping)
{
	if (mapping->once.base)
		snapshot_close(&mapping->once);
}

/* A thread cancelled in open(2) or close(2) would leave a descriptor, a mapping, or the lock of an
   enumeration behind. */
enum status mapping_open(struct snapshot *out_snapshot)
{
	int saved_errno = errno, cancel_state, ignored;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	enum status status = snapshot_open(out_snapshot, SNAPSHOT_PATH, SNAPSHOT_DIRECTORY, 0);
	pthread_setcancelstate(cancel_state, &ignored);
	if (status != STATUS_SYSTEM)
		errno = saved_errno;
	return status;
}
