/* The maps of access.snapshot: apart from the reader, because the name service never asks them. */
#include "snapshot/snapshot_internal.h"

static enum status record_load(const struct snapshot *snapshot, uint32_t offset,
			       struct text *out_key, struct text *out_value)
{
	const unsigned char *record =
		snapshot_at(snapshot, offset, sizeof(struct snapshot_map_record));
	uint64_t size;
	size_t checked = offsetof(struct snapshot_map_record, key_length);
	struct text key, value;

	if (!record)
		return STATUS_BAD_DATA;
	key.length = LOAD_UINT32(record, snapshot_map_record, key_length);
	value.length = LOAD_UINT32(record, snapshot_map_record, value_length);
	if (key.length > SNAPSHOT_KEY_MAX || value.length > SNAPSHOT_VALUE_MAX)
		return STATUS_BAD_DATA;
	size = sizeof(struct snapshot_map_record) + key.length + value.length + 2;
	if (!snapshot_at(snapshot, offset, size) ||
	    LOAD_UINT64(record, snapshot_map_record, checksum) !=
		    snapshot_checksum(record + checked, size - checked))
		return STATUS_BAD_DATA;
	key.bytes = (const char *)record + sizeof(struct snapshot_map_record);
	value.bytes = key.bytes + key.length + 1;
	if (key.bytes[key.length] != '\0' || value.bytes[value.length] != '\0')
		return STATUS_BAD_DATA;
	*out_key = key;
	*out_value = value;
	return STATUS_OK;
}

static bool map_is_known(const struct snapshot *snapshot, enum snapshot_map map)
{
	return snapshot->kind == SNAPSHOT_ACCESS && map >= SNAPSHOT_MAP_PRINCIPALS &&
	       map <= SNAPSHOT_MAP_ASSIGNMENTS;
}

enum status snapshot_find_record(const struct snapshot *snapshot, enum snapshot_map map,
				 struct text key, struct text *out_value)
{
	struct text found, value;
	enum status status;
	struct probe probe;
	uint32_t offset;

	if (!map_is_known(snapshot, map))
		return STATUS_BAD_DATA;
	status = probe_name(snapshot, map, key, &probe);
	while (status == STATUS_OK && (offset = probe_next(&probe)) != 0) {
		status = record_load(snapshot, offset, &found, &value);
		if (status == STATUS_OK && text_equal(found, key)) {
			*out_value = value;
			return STATUS_OK;
		}
	}
	return status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

enum status snapshot_record_at(const struct snapshot *snapshot, enum snapshot_map map,
			       uint32_t index, struct text *out_key, struct text *out_value)
{
	enum status status;
	uint32_t offset;

	if (!map_is_known(snapshot, map))
		return STATUS_BAD_DATA;
	status = table_offset(snapshot, map, index, &offset);
	return status == STATUS_OK ? record_load(snapshot, offset, out_key, out_value) : status;
}
