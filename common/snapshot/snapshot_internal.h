/*
 * common/snapshot/snapshot_internal.h: how records are reached, for the files of this part.
 *
 * All inline, so that the name service module still links one object of common/.
 */
#ifndef IAM_SNAPSHOT_SNAPSHOT_INTERNAL_H
#define IAM_SNAPSHOT_SNAPSHOT_INTERNAL_H

#include "snapshot/snapshot_format.h"
#include "snapshot/snapshot_reader.h"

/* The one gate: size bytes at offset, or NULL when they are not all inside the file. */
static inline const unsigned char *snapshot_at(const struct snapshot *snapshot, uint64_t offset,
					       uint64_t size)
{
	if (offset > snapshot->size || size > snapshot->size - offset)
		return NULL;
	return snapshot->base + offset;
}

/* A map's place in a header that is all there. */
static inline const unsigned char *map_header_in(const unsigned char *header, unsigned map)
{
	return header + offsetof(struct snapshot_header, maps) +
	       (size_t)(map - 1) * sizeof(struct snapshot_map_header);
}

static inline const unsigned char *map_header(const struct snapshot *snapshot, unsigned map)
{
	const unsigned char *header = snapshot_at(snapshot, 0, sizeof(struct snapshot_header));

	return header ? map_header_in(header, map) : NULL;
}

/* The walk along the slots in which a key's record may stand. */
struct probe {
	const unsigned char *slots;
	uint32_t mask, seed;
	uint32_t tag, next, left;
};

static inline enum status probe_init(const struct snapshot *snapshot, unsigned map,
				     struct probe *out)
{
	const unsigned char *header = map_header(snapshot, map);
	uint32_t count;

	if (!header)
		return STATUS_BAD_DATA;
	count = LOAD_UINT32(header, snapshot_map_header, slot_count);
	if (count < SNAPSHOT_SLOTS_MIN || (count & (count - 1)) != 0)
		return STATUS_BAD_DATA;
	out->slots = snapshot_at(snapshot, LOAD_UINT32(header, snapshot_map_header, slots_offset),
				 (uint64_t)count * sizeof(struct snapshot_slot));
	if (!out->slots)
		return STATUS_BAD_DATA;
	out->mask = count - 1;
	out->seed = LOAD_UINT32(header, snapshot_map_header, seed);
	out->left = SNAPSHOT_PROBES_MAX;
	return STATUS_OK;
}

static inline enum status probe_name(const struct snapshot *snapshot, unsigned map,
				     struct text name, struct probe *out)
{
	enum status status = probe_init(snapshot, map, out);
	uint64_t hash;

	if (status != STATUS_OK)
		return status;
	hash = hash64(name, out->seed);
	out->next = (uint32_t)hash & out->mask;
	out->tag = (uint32_t)(hash >> 32);
	return STATUS_OK;
}

static inline enum status probe_number(const struct snapshot *snapshot, unsigned map,
				       uint32_t number, struct probe *out)
{
	enum status status = probe_init(snapshot, map, out);

	if (status != STATUS_OK)
		return status;
	out->next = (uint32_t)snapshot_number_hash(number, out->seed) & out->mask;
	out->tag = number;
	return STATUS_OK;
}

/* The offset of the next record that may be the one, or 0 when there is none. */
static inline uint32_t probe_next(struct probe *probe)
{
	while (probe->left > 0) {
		const unsigned char *slot =
			probe->slots + (size_t)probe->next * sizeof(struct snapshot_slot);
		uint32_t offset = LOAD_UINT32(slot, snapshot_slot, offset);

		if (offset == 0)
			return 0;
		probe->left--;
		probe->next = (probe->next + 1) & probe->mask;
		if (LOAD_UINT32(slot, snapshot_slot, tag) == probe->tag)
			return offset;
	}
	return 0;
}

/* The offset of the record at index of a map; STATUS_NOT_FOUND behind the last. */
static inline enum status table_offset(const struct snapshot *snapshot, unsigned map,
				       uint32_t index, uint32_t *out_offset)
{
	const unsigned char *header = map_header(snapshot, map), *entry;

	if (!header)
		return STATUS_BAD_DATA;
	if (index >= LOAD_UINT32(header, snapshot_map_header, count))
		return STATUS_NOT_FOUND;
	entry = snapshot_at(snapshot,
			    (uint64_t)LOAD_UINT32(header, snapshot_map_header, table_offset) +
				    (uint64_t)index * sizeof(uint32_t),
			    sizeof(uint32_t));
	if (!entry)
		return STATUS_BAD_DATA;
	*out_offset = load_uint32(entry);
	return STATUS_OK;
}

#endif
