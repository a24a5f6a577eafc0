#include "base/map.h"

#include "base/hash.h"
#include "base/secret.h"

enum { MAP_CAPACITY_FIRST = 64 };

void map_release(struct map *map)
{
	free(map->slots);
	*map = (struct map){ NULL, 0, 0, 0 };
}

/* The slot that holds the key, or the free one where it would go. */
static struct map_slot *find_slot(const struct map *map, struct text key, uint64_t hash)
{
	for (uint64_t at = hash;; at++) {
		struct map_slot *slot = &map->slots[at & (map->capacity - 1)];

		if (!slot->value || (slot->hash == hash && text_equal(slot->key, key)))
			return slot;
	}
}

void *map_find(const struct map *map, struct text key)
{
	return map->count ? find_slot(map, key, hash64(key, map->seed))->value : NULL;
}

static enum status map_grow(struct map *map)
{
	struct map grown = { .count = map->count, .seed = map->seed };
	enum status status = STATUS_OK;

	if (map->capacity == 0)
		status = secret_random(&grown.seed, sizeof(grown.seed));
	if (status != STATUS_OK)
		return status;
	grown.capacity = map->capacity ? map->capacity * 2 : MAP_CAPACITY_FIRST;
	grown.slots = calloc(grown.capacity, sizeof(*grown.slots));
	if (!grown.slots)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < map->capacity; i++) {
		const struct map_slot *slot = &map->slots[i];

		if (slot->value)
			*find_slot(&grown, slot->key, slot->hash) = *slot;
	}
	map_release(map);
	*map = grown;
	return STATUS_OK;
}

enum status map_add(struct map *map, struct text key, void *value, void **out_value)
{
	enum status status = map->count < map->capacity / 2 ? STATUS_OK : map_grow(map);
	struct map_slot *slot;
	uint64_t hash;

	if (status != STATUS_OK)
		return status;
	hash = hash64(key, map->seed);
	slot = find_slot(map, key, hash);
	if (!slot->value) {
		*slot = (struct map_slot){ hash, key, value };
		map->count++;
	}
	if (out_value)
		*out_value = slot->value;
	return STATUS_OK;
}
