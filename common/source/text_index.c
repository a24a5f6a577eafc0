#include "source/text_index.h"

#include "base/hash.h"

enum { SIZE_FIRST = 64, FOLDED_MAX = 256 };

void text_index_release(struct text_index *index)
{
	free(index->slots);
	*index = (struct text_index){ .ignores_case = index->ignores_case };
}

/* Only the start of a long key counts: the rest is told apart by comparing. */
static uint64_t hash_folded(struct text key)
{
	char folded[FOLDED_MAX];
	size_t length = key.length < sizeof(folded) ? key.length : sizeof(folded);

	for (size_t i = 0; i < length; i++) {
		char letter = key.bytes[i];

		folded[i] = letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
	}
	return hash64((struct text){ folded, length }, 0);
}

/* The slot that holds the key, or the free one where it would go. */
static struct text_index_slot *slot_of(const struct text_index *index, struct text key)
{
	uint64_t hash = index->ignores_case ? hash_folded(key) : hash64(key, 0);
	size_t at = (size_t)hash & (index->size - 1);

	for (;; at = (at + 1) & (index->size - 1)) {
		struct text_index_slot *slot = &index->slots[at];

		if (!slot->key)
			return slot;
		if (index->ignores_case ? text_equal_ignoring_case(*slot->key, key)
					: text_equal(*slot->key, key))
			return slot;
	}
}

static enum status grow(struct text_index *index)
{
	struct text_index grown = { .used = index->used, .ignores_case = index->ignores_case };

	grown.size = index->size > 0 ? index->size * 2 : SIZE_FIRST;
	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (!grown.slots)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < index->size; i++)
		if (index->slots[i].key)
			*slot_of(&grown, *index->slots[i].key) = index->slots[i];
	text_index_release(index);
	*index = grown;
	return STATUS_OK;
}

enum status text_index_add(struct text_index *index, const struct text *key, size_t *inout_value,
			   bool *out_is_new)
{
	struct text_index_slot *slot;

	if (index->used >= index->size / 2) {
		enum status status = grow(index);

		if (status != STATUS_OK)
			return status;
	}
	slot = slot_of(index, *key);
	*out_is_new = !slot->key;
	if (slot->key) {
		*inout_value = slot->value;
		return STATUS_OK;
	}
	*slot = (struct text_index_slot){ key, *inout_value };
	index->used++;
	return STATUS_OK;
}

bool text_index_find(const struct text_index *index, struct text key, size_t *out_value)
{
	const struct text_index_slot *slot = index->size > 0 ? slot_of(index, key) : NULL;

	if (!slot || !slot->key)
		return false;
	*out_value = slot->value;
	return true;
}
