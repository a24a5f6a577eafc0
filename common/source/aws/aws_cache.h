/*
 * common/source/aws/aws_cache.h: answers that cannot change, kept from one sync to the next.
 *
 * An SSH key of one id and upload date, a version of a policy: asked for once. A small file below
 * the state folder, of root's; one that is damaged is asked for again, for nothing in it is needed.
 */
#ifndef IAM_SOURCE_AWS_AWS_CACHE_H
#define IAM_SOURCE_AWS_AWS_CACHE_H

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"

enum {
	AWS_CACHE_BYTES_MAX = 256 << 20,
	AWS_CACHE_NAME_MAX = 64,
	AWS_CACHE_KEY_MAX = 512,
};

struct aws_cache {
	struct arena arena;
	struct map old, used; /* key to answer: what was read, what this run needed */
	struct aws_cached *first;
	bool is_changed;
};

/* What was kept under the name in the folder; nothing when there is none, or it is no good. A
   folder_fd of -1 is a cache that forgets. */
MUST_CHECK enum status aws_cache_load(struct aws_cache *cache, int folder_fd, const char *name);
void aws_cache_release(struct aws_cache *cache);

#define AUTO_AWS_CACHE CLEANUP(aws_cache_release) struct aws_cache

/* The answer under a key, which is then kept; false when it must be asked for. The text lives as
   long as the cache. */
bool aws_cache_find(struct aws_cache *cache, struct text key, struct text *out_answer);

/* One that was asked for; neither has a line's end. */
MUST_CHECK enum status aws_cache_add(struct aws_cache *cache, struct text key, struct text answer);

/* Replaces the file by what this run needed, if that is anything new. */
MUST_CHECK enum status aws_cache_save(struct aws_cache *cache, int folder_fd, const char *name);

#endif
