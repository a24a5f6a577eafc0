/*
 * common/source/text_index.h: finds by name or id what a document lists.
 *
 * Lives while a document is decoded. Keys are borrowed: each stands in the thing it names.
 */
#ifndef IAM_SOURCE_TEXT_INDEX_H
#define IAM_SOURCE_TEXT_INDEX_H

#include "base/cleanup.h"
#include "base/text.h"

struct text_index_slot {
	const struct text *key; /* NULL when free */
	size_t value;
};

struct text_index {
	struct text_index_slot *slots;
	size_t size, used; /* size is 0 or a power of two, at least twice used */
	bool ignores_case; /* ASCII letters are the same in either case */
};

void text_index_release(struct text_index *index);

/* When the key is there already, *out_is_new is false and *inout_value becomes its value. */
MUST_CHECK enum status text_index_add(struct text_index *index, const struct text *key,
				      size_t *inout_value, bool *out_is_new);

bool text_index_find(const struct text_index *index, struct text key, size_t *out_value);

#define AUTO_TEXT_INDEX CLEANUP(text_index_release) struct text_index

#endif
