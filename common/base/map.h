/*
 * common/base/map.h: what belongs to a key, found without a walk.
 *
 * Keys and values are borrowed. A random seed for each map, so that nobody who chooses the keys can
 * choose their places; the order of a map is never looked at.
 */
#ifndef IAM_BASE_MAP_H
#define IAM_BASE_MAP_H

#include "base/cleanup.h"
#include "base/text.h"

struct map_slot {
	uint64_t hash;
	struct text key;
	void *value; /* NULL in a free slot */
};

struct map {
	struct map_slot *slots;
	size_t capacity, count; /* a power of two, at most half full */
	uint64_t seed;
};

/* Safe on a zeroed map, which is empty and grows by itself. */
void map_release(struct map *map);

#define AUTO_MAP CLEANUP(map_release) struct map

/* NULL when there is none. */
void *map_find(const struct map *map, struct text key);

/* value is not NULL. When the key is there already, its value stays and is the one returned in
   out_value (which may be NULL); compare it with yours to know. */
MUST_CHECK enum status map_add(struct map *map, struct text key, void *value, void **out_value);

/* A number's bytes as a key; the number must live as long as the map. */
static inline struct text map_number(const uint32_t *number)
{
	return (struct text){ (const char *)number, sizeof(*number) };
}

#endif
