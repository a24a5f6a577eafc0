/*
 * common/source/bundle_store.h: what a host keeps of the last bundle, so that it fetches only what
 * changed.
 *
 * The folder of source_open_folder(). Nothing in it is believed: the manifest's signature and the
 * digest of each file are looked at whenever they are read, so a damaged one is fetched again.
 */
#ifndef IAM_SOURCE_BUNDLE_STORE_H
#define IAM_SOURCE_BUNDLE_STORE_H

#include "base/file.h"
#include "base/map.h"
#include "bundle/bundle.h"

struct bundle_store {
	int folder_fd; /* whoever opened it closes it */
};

/* A file of the folder, appended. STATUS_NOT_FOUND for one that is not there, or not readable. */
MUST_CHECK enum status bundle_store_read(const struct bundle_store *store, const char *name,
					 size_t bytes_max, struct buffer *out_bytes);

/* Whole or not at all while the machine runs. Not forced to the disk: what a crash leaves of it has
   another digest. */
MUST_CHECK enum status bundle_store_write(const struct bundle_store *store, const char *name,
					  struct text bytes);

/* Removes every file named by a digest that is not a key of the map. */
void bundle_store_prune(const struct bundle_store *store, const struct map *kept);

#endif
