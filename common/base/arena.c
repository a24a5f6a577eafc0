#include "base/arena.h"

#include <stdalign.h>

enum {
	ARENA_BLOCK_FIRST = 4096,
	ARENA_BLOCK_LARGEST = 1 << 20,
};

struct arena_block {
	struct arena_block *older;
	size_t length, capacity;
	alignas(max_align_t) unsigned char bytes[];
};

void arena_release(struct arena *arena)
{
	while (arena->newest) {
		struct arena_block *block = arena->newest;

		arena->newest = block->older;
		free(block);
	}
	arena->used = 0;
}

/* Blocks double, so that a small document costs one page and a large one few calls. */
static size_t next_capacity(const struct arena *arena)
{
	size_t last = arena->newest ? arena->newest->capacity : ARENA_BLOCK_FIRST / 2;

	return last < ARENA_BLOCK_LARGEST / 2 ? last * 2 : ARENA_BLOCK_LARGEST;
}

static struct arena_block *add_block(struct arena *arena, size_t least)
{
	size_t capacity = next_capacity(arena), room = arena->maximum - arena->used;
	struct arena_block *block;

	if (room < sizeof(*block) || room - sizeof(*block) < least)
		return NULL;
	room -= sizeof(*block);
	if (capacity < least)
		capacity = least;
	if (capacity > room)
		capacity = room;
	block = malloc(sizeof(*block) + capacity);
	if (!block)
		return NULL;
	block->older = arena->newest;
	block->length = 0;
	block->capacity = capacity;
	arena->newest = block;
	arena->used += sizeof(*block) + capacity;
	return block;
}

static void *take(struct arena *arena, size_t bytes, size_t alignment)
{
	struct arena_block *block = arena->newest;
	size_t padding = block ? (alignment - block->length % alignment) % alignment : 0;
	void *taken;

	if (!block || padding > block->capacity - block->length ||
	    bytes > block->capacity - block->length - padding) {
		block = add_block(arena, bytes);
		padding = 0;
	}
	if (!block)
		return NULL;
	taken = block->bytes + block->length + padding;
	block->length += padding + bytes;
	return taken;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;
	void *taken;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	taken = take(arena, bytes, alignof(max_align_t));
	if (taken)
		memset(taken, 0, bytes);
	return taken;
}

struct text arena_text(struct arena *arena, struct text text)
{
	char *copy;

	if (text.length == SIZE_MAX)
		return (struct text){ NULL, 0 };
	copy = take(arena, text.length + 1, 1);
	if (!copy)
		return (struct text){ NULL, 0 };
	if (text.length > 0)
		memcpy(copy, text.bytes, text.length);
	copy[text.length] = '\0';
	return (struct text){ copy, text.length };
}
