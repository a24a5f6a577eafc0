#include "snapshot/snapshot_image.h"

#include <stdarg.h>
#include <stdio.h>

enum { SEEDS_MAX = 256 };

enum status image_refuse(const struct image *image, const char *what, struct text name,
			 const char *format, ...)
{
	char reason[160], printable[64];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return complain(image->complaint, STATUS_BAD_INPUT, "%s \"%s\": %s", what,
			text_printable(name, printable, sizeof(printable)), reason);
}

static int compare_entries(const void *left, const void *right)
{
	const struct image_entry *a = left, *b = right;

	return text_compare(a->name, b->name);
}

enum status image_sort(const struct image *image, const char *what, struct image_entry *entries,
		       size_t count)
{
	if (count > 1)
		qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 1; i < count; i++)
		if (text_equal(entries[i - 1].name, entries[i].name))
			return image_refuse(image, what, entries[i].name, "is there twice");
	return STATUS_OK;
}

uint32_t image_place(struct image *image, uint64_t size, uint64_t alignment)
{
	uint64_t offset = (image->planned + alignment - 1) / alignment * alignment;

	/* Stands still once it is too much, so that no sum of sizes can wrap. */
	if (image->planned > SNAPSHOT_FILE_MAX || size > SNAPSHOT_FILE_MAX) {
		image->planned = (uint64_t)SNAPSHOT_FILE_MAX + 1;
		return 0;
	}
	image->planned = offset + size;
	return (uint32_t)offset;
}

void image_place_slots(struct image *image, unsigned map, size_t count)
{
	struct image_map *placed = &image->maps[map - 1];
	uint64_t slots = SNAPSHOT_SLOTS_MIN;

	while (slots / 2 < count && slots <= SNAPSHOT_FILE_MAX)
		slots *= 2;
	placed->count = (uint32_t)count;
	placed->slot_count = (uint32_t)slots;
	placed->slots_offset = image_place(image, slots * sizeof(struct snapshot_slot),
					   SNAPSHOT_SECTION_ALIGNMENT);
}

void image_place_table(struct image *image, unsigned map)
{
	struct image_map *placed = &image->maps[map - 1];

	placed->table_offset = image_place(image, (uint64_t)placed->count * sizeof(uint32_t),
					   SNAPSHOT_SECTION_ALIGNMENT);
}

enum status image_begin(struct image *image, struct buffer *out_bytes)
{
	size_t before = out_bytes->length;
	enum status status = image->planned > SNAPSHOT_FILE_MAX
				     ? STATUS_BAD_INPUT
				     : buffer_append_zeros(out_bytes, image->planned);

	if (status == STATUS_BAD_INPUT)
		return complain(image->complaint, status,
				"all of it together is more than a snapshot can hold");
	if (status != STATUS_OK)
		return complain(image->complaint, status, "no memory for %llu bytes",
				(unsigned long long)image->planned);
	image->bytes = (unsigned char *)out_bytes->bytes + before;
	return STATUS_OK;
}

void image_fill_table(struct image *image, unsigned map, const struct image_entry *entries)
{
	const struct image_map *placed = &image->maps[map - 1];

	for (uint32_t i = 0; i < placed->count; i++)
		store_uint32(image->bytes + placed->table_offset + sizeof(uint32_t) * i,
			     entries[i].offset);
}

static struct snapshot_slot slot_read(const unsigned char *slot)
{
	return (struct snapshot_slot){ LOAD_UINT32(slot, snapshot_slot, tag),
				       LOAD_UINT32(slot, snapshot_slot, offset) };
}

enum insertion { INSERTED, TOO_FAR, NUMBER_TAKEN };

static enum insertion insert(struct image *image, const struct image_map *map,
			     enum image_order order, const struct image_entry *entry)
{
	uint64_t hash = order == IMAGE_BY_NAME ? hash64(entry->name, map->seed)
					       : snapshot_number_hash(entry->number, map->seed);
	uint32_t tag = order == IMAGE_BY_NAME ? (uint32_t)(hash >> 32) : entry->number;
	uint32_t mask = map->slot_count - 1, next = (uint32_t)hash & mask;

	for (int probes = 0; probes < SNAPSHOT_PROBES_MAX; probes++, next = (next + 1) & mask) {
		unsigned char *slot =
			image->bytes + map->slots_offset + sizeof(struct snapshot_slot) * next;
		struct snapshot_slot found = slot_read(slot);

		if (found.offset == 0) {
			STORE_UINT32(slot, snapshot_slot, tag, tag);
			STORE_UINT32(slot, snapshot_slot, offset, entry->offset);
			return INSERTED;
		}
		if (order == IMAGE_BY_NUMBER && found.tag == tag)
			return NUMBER_TAKEN;
	}
	return TOO_FAR;
}

static enum status refuse_number(const struct image *image, const char *what,
				 const struct image_entry *entries, size_t taken)
{
	char other[64];
	size_t i = 0;

	while (entries[i].number != entries[taken].number)
		i++;
	return image_refuse(image, what, entries[taken].name, "has the number of \"%s\", %u",
			    text_printable(entries[i].name, other, sizeof(other)),
			    entries[taken].number);
}

enum status image_fill_slots(struct image *image, unsigned map, const char *what,
			     enum image_order order, const struct image_entry *entries)
{
	struct image_map *placed = &image->maps[map - 1];

	for (placed->seed = 0; placed->seed < SEEDS_MAX; placed->seed++) {
		enum insertion result = INSERTED;
		uint32_t i;

		for (i = 0; i < placed->count && result == INSERTED; i++)
			result = insert(image, placed, order, &entries[i]);
		if (result == INSERTED)
			return STATUS_OK;
		if (result == NUMBER_TAKEN)
			return refuse_number(image, what, entries, i - 1);
		memset(image->bytes + placed->slots_offset, 0,
		       (size_t)placed->slot_count * sizeof(struct snapshot_slot));
	}
	return complain(image->complaint, STATUS_BAD_INPUT,
			"the names or numbers of each %s collide whatever the seed", what);
}

static void fill_maps(struct image *image)
{
	for (unsigned i = 0; i < SNAPSHOT_MAPS; i++) {
		const struct image_map *map = &image->maps[i];
		unsigned char *header = image->bytes + offsetof(struct snapshot_header, maps) +
					i * sizeof(struct snapshot_map_header);

		STORE_UINT32(header, snapshot_map_header, count, map->count);
		STORE_UINT32(header, snapshot_map_header, table_offset, map->table_offset);
		STORE_UINT32(header, snapshot_map_header, slot_count, map->slot_count);
		STORE_UINT32(header, snapshot_map_header, slots_offset, map->slots_offset);
		STORE_UINT32(header, snapshot_map_header, seed, map->seed);
	}
}

void image_view(struct image *image, struct snapshot *out_view)
{
	STORE_UINT32(image->bytes, snapshot_header, id_minimum, image->input->id_minimum);
	fill_maps(image);
	*out_view = (struct snapshot){ .base = image->bytes,
				       .size = image->planned,
				       .kind = image->kind };
}

void image_finish(struct image *image)
{
	unsigned char *header = image->bytes;
	size_t header_size = sizeof(struct snapshot_header);

	memcpy(header, SNAPSHOT_MAGIC, sizeof(SNAPSHOT_MAGIC) - 1);
	STORE_UINT32(header, snapshot_header, format, SNAPSHOT_FORMAT);
	STORE_UINT32(header, snapshot_header, kind, image->kind);
	STORE_UINT32(header, snapshot_header, header_size, header_size);
	STORE_UINT32(header, snapshot_header, id_minimum, image->input->id_minimum);
	STORE_UINT64(header, snapshot_header, file_size, image->planned);
	STORE_UINT64(header, snapshot_header, generation, image->input->generation);
	STORE_UINT64(header, snapshot_header, created, image->input->created);
	STORE_UINT32(header, snapshot_header, private_groups, image->private_groups);
	fill_maps(image);
	STORE_UINT64(header, snapshot_header, body_checksum,
		     snapshot_checksum(header + header_size, image->planned - header_size));
	STORE_UINT64(header, snapshot_header, header_checksum,
		     snapshot_checksum(header, offsetof(struct snapshot_header, header_checksum)));
}
