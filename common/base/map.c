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
	size_t capacity = map->capacity ? map->capacity * 2 : MAP_CAPACITY_FIRST;
	const struct map old = *map;
	enum status status = STATUS_OK;
	struct map_slot *slots;

	if (map->capacity == 0)
		status = secret_random(&map->seed, sizeof(map->seed));
	if (status != STATUS_OK)
		return status;
	slots = calloc(capacity, sizeof(*slots));
	if (!slots)
		return STATUS_NO_MEMORY;
	map->slots = slots;
	map->capacity = capacity;
	for (size_t i = 0; i < old.capacity; i++) {
		const struct map_slot *slot = &old.slots[i];

		if (slot->value)
			*find_slot(map, slot->key, slot->hash) = *slot;
	}
	free(old.slots);
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
