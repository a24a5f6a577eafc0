/* access.snapshot: five maps of text to text. */
#include "directory/name.h"
#include "snapshot/snapshot_image.h"

_Static_assert(SNAPSHOT_MAP_PRINCIPALS == 1 &&
		       (int)SNAPSHOT_MAP_ASSIGNMENTS == (int)SNAPSHOT_ACCESS_MAPS,
	       "each map of the interface has a place in the header");

static enum status check_record(const struct image *image, const struct build_record *record)
{
	if (record->map < SNAPSHOT_MAP_PRINCIPALS || record->map > SNAPSHOT_MAP_ASSIGNMENTS)
		return image_refuse(image, "record", record->key, "in a map that does not exist");
	if (record->key.length == 0 || record->key.length > SNAPSHOT_KEY_MAX)
		return image_refuse(image, "record", record->key, "a key has 1 to %d bytes",
				    SNAPSHOT_KEY_MAX);
	if (record->value.length > SNAPSHOT_VALUE_MAX)
		return image_refuse(image, "record", record->key, "the value is over %d bytes",
				    SNAPSHOT_VALUE_MAX);
	if (text_has_byte(record->key, '\0') || text_has_byte(record->value, '\0'))
		return image_refuse(image, "record", record->key, "holds a NUL");
	if (record->map == SNAPSHOT_MAP_PRINCIPALS && !unix_name_is_valid(record->key))
		return image_refuse(image, "principal", record->key, "is no Unix name");
	if (record->map == SNAPSHOT_MAP_GROUPS && !iam_id_is_valid(record->key))
		return image_refuse(image, "group", record->key, "is no unique id of IAM's");
	return STATUS_OK;
}

/* The map's records, in the order of their keys. */
static enum status collect(struct image *image, enum snapshot_map map, struct image_entry *entries,
			   size_t *out_count)
{
	size_t count = 0;

	for (size_t i = 0; i < image->input->record_count; i++) {
		const struct build_record *record = &image->input->records[i];

		if (record->map == map)
			entries[count++] =
				(struct image_entry){ .name = record->key, .source = record };
	}
	*out_count = count;
	return image_sort(image, "record", entries, count);
}

static void place_records(struct image *image, struct image_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct build_record *record = entries[i].source;

		entries[i].offset =
			image_place(image,
				    sizeof(struct snapshot_map_record) + record->key.length +
					    record->value.length + 2,
				    SNAPSHOT_ALIGNMENT);
	}
}

static void fill_record(unsigned char *bytes, const struct build_record *record)
{
	const size_t checked = offsetof(struct snapshot_map_record, key_length);
	unsigned char *key = bytes + sizeof(struct snapshot_map_record);
	unsigned char *value = store_text(key, record->key);
	unsigned char *end = store_text(value, record->value);

	STORE_UINT32(bytes, snapshot_map_record, key_length, record->key.length);
	STORE_UINT32(bytes, snapshot_map_record, value_length, record->value.length);
	STORE_UINT64(bytes, snapshot_map_record, checksum,
		     snapshot_checksum(bytes + checked, (size_t)(end - bytes) - checked));
}

static enum status fill_map(struct image *image, enum snapshot_map map,
			    const struct image_entry *entries)
{
	image_fill_table(image, map, entries);
	for (uint32_t i = 0; i < image->maps[map - 1].count; i++)
		fill_record(image->bytes + entries[i].offset, entries[i].source);
	return image_fill_slots(image, map, "record", IMAGE_BY_NAME, entries);
}

/* all has room for every record; the maps' entries stand in it one behind the other. */
static enum status place_maps(struct image *image, struct image_entry *all)
{
	enum status status = STATUS_OK;

	for (unsigned map = 1; status == STATUS_OK && map <= SNAPSHOT_ACCESS_MAPS; map++) {
		size_t count;

		status = collect(image, map, all, &count);
		image_place_slots(image, map, count);
		image_place_table(image, map);
		place_records(image, all, count);
		all += count;
	}
	return status;
}

static enum status fill_maps(struct image *image, const struct image_entry *all)
{
	enum status status = STATUS_OK;

	for (unsigned map = 1; status == STATUS_OK && map <= SNAPSHOT_ACCESS_MAPS; map++) {
		status = fill_map(image, map, all);
		all += image->maps[map - 1].count;
	}
	return status;
}

enum status snapshot_build_access(struct image *image, struct buffer *out_bytes)
{
	struct image_entry *entries = calloc(image->input->record_count + 1, sizeof(*entries));
	enum status status = entries ? STATUS_OK : STATUS_NO_MEMORY;

	for (size_t i = 0; status == STATUS_OK && i < image->input->record_count; i++)
		status = check_record(image, &image->input->records[i]);
	if (status == STATUS_OK)
		status = place_maps(image, entries);
	if (status == STATUS_OK)
		status = image_begin(image, out_bytes);
	if (status == STATUS_OK)
		status = fill_maps(image, entries);
	if (status == STATUS_OK)
		image_finish(image);
	free(entries);
	return status;
}
