#include "sync/sync_internal.h"

static enum status make_room(struct sync_work *work)
{
	size_t capacity = work->record_capacity ? 2 * work->record_capacity : 1024;
	struct build_record *grown;

	if (work->record_count < work->record_capacity)
		return STATUS_OK;
	grown = reallocarray(work->records, capacity, sizeof(*grown));
	if (!grown)
		return STATUS_NO_MEMORY;
	work->records = grown;
	work->record_capacity = capacity;
	return STATUS_OK;
}

enum status record_add(struct sync_work *work, enum snapshot_map map, struct text key,
		       struct text value)
{
	struct build_record record = { .map = map };
	enum status status = make_room(work);

	if (status != STATUS_OK)
		return status;
	record.key = arena_text(&work->arena, key);
	record.value = arena_text(&work->arena, value);
	if (!record.key.bytes || !record.value.bytes)
		return STATUS_NO_MEMORY;
	work->records[work->record_count++] = record;
	return STATUS_OK;
}
