/*
 * common/base/arena.h: memory that dies together, with a maximum.
 *
 * Everything decoded from one document lives in one arena, so that code holds no free() at all.
 */
#ifndef IAM_BASE_ARENA_H
#define IAM_BASE_ARENA_H

#include "base/cleanup.h"
#include "base/text.h"

struct arena_block;

struct arena {
	struct arena_block *newest;
	size_t used, maximum; /* bytes taken from the heap so far, and how many may be */
};

static inline void arena_init(struct arena *arena, size_t maximum)
{
	*arena = (struct arena){ .maximum = maximum };
}

/* Frees everything taken; safe on a zeroed struct. */
void arena_release(struct arena *arena);

/* Zeroed memory for count things of size bytes, aligned for anything; NULL when the heap or the
   maximum is exhausted. A count of 0 gives a valid pointer to nothing. */
MUST_CHECK void *arena_take(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy inside the arena; bytes is NULL when there is no memory. */
MUST_CHECK struct text arena_text(struct arena *arena, struct text text);

#define AUTO_ARENA CLEANUP(arena_release) struct arena

#endif
