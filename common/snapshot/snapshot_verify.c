#include "snapshot/snapshot_verify_internal.h"

enum status snapshot_verify_checksums(const struct snapshot *snapshot,
				      struct complaint *out_complaint)
{
	const size_t size = sizeof(struct snapshot_header);
	const unsigned char *header = snapshot_at(snapshot, 0, size);

	if (!header)
		return complain(out_complaint, STATUS_BAD_DATA, "is cut short");
	if (LOAD_UINT64(header, snapshot_header, header_checksum) !=
	    snapshot_checksum(header, offsetof(struct snapshot_header, header_checksum)))
		return complain(out_complaint, STATUS_BAD_DATA, "the header is damaged");
	if (LOAD_UINT64(header, snapshot_header, body_checksum) !=
	    snapshot_checksum(header + size, snapshot->size - size))
		return complain(out_complaint, STATUS_BAD_DATA, "the records are damaged");
	return STATUS_OK;
}

enum status verify_refuse(const struct verifier *verifier, const char *what, uint64_t number)
{
	return complain(verifier->complaint, STATUS_BAD_DATA, "%s %llu", what,
			(unsigned long long)number);
}

static bool are_zero(const struct snapshot *snapshot, uint64_t start, uint64_t end)
{
	for (uint64_t offset = start; offset < end; offset++)
		if (snapshot->base[offset] != 0)
			return false;
	return true;
}

enum status verify_next(struct verifier *verifier, uint64_t offset, uint64_t size,
			uint64_t alignment)
{
	uint64_t expected = (verifier->end + alignment - 1) / alignment * alignment;

	if (offset != expected)
		return verify_refuse(verifier, "something stands out of place at offset", offset);
	if (!snapshot_at(verifier->snapshot, offset, size))
		return verify_refuse(verifier, "something reaches over the end at offset", offset);
	if (!are_zero(verifier->snapshot, verifier->end, offset))
		return verify_refuse(verifier, "a gap is not empty before offset", offset);
	verifier->end = offset + size;
	return STATUS_OK;
}

enum status verify_slots(struct verifier *verifier, unsigned map)
{
	const unsigned char *header = map_header_in(verifier->snapshot->base, map);
	uint64_t count = LOAD_UINT32(header, snapshot_map_header, count);
	uint64_t slots = LOAD_UINT32(header, snapshot_map_header, slot_count);

	/* The smallest power of two that leaves half of them empty. */
	if (slots > SNAPSHOT_SLOTS_MIN && slots / 4 >= count)
		return verify_refuse(verifier, "too many slots in map", map);
	if (LOAD_UINT32(header, snapshot_map_header, zero) != 0)
		return verify_refuse(verifier, "an unused field is not zero in map", map);
	return verify_next(verifier, LOAD_UINT32(header, snapshot_map_header, slots_offset),
			   slots * sizeof(struct snapshot_slot), SNAPSHOT_SECTION_ALIGNMENT);
}

enum status verify_table(struct verifier *verifier, unsigned map)
{
	const unsigned char *header = map_header_in(verifier->snapshot->base, map);

	return verify_next(verifier, LOAD_UINT32(header, snapshot_map_header, table_offset),
			   (uint64_t)LOAD_UINT32(header, snapshot_map_header, count) *
				   sizeof(uint32_t),
			   SNAPSHOT_SECTION_ALIGNMENT);
}

enum status verify_slots_used(const struct verifier *verifier, unsigned map)
{
	const unsigned char *header = map_header_in(verifier->snapshot->base, map);
	const unsigned char *slots =
		verifier->snapshot->base + LOAD_UINT32(header, snapshot_map_header, slots_offset);
	uint32_t slot_count = LOAD_UINT32(header, snapshot_map_header, slot_count), used = 0;

	for (uint32_t i = 0; i < slot_count; i++) {
		const unsigned char *slot = slots + (size_t)i * sizeof(struct snapshot_slot);

		if (LOAD_UINT32(slot, snapshot_slot, offset) != 0)
			used++;
		else if (LOAD_UINT32(slot, snapshot_slot, tag) != 0)
			return verify_refuse(verifier, "an unused slot is not empty in map", map);
	}
	if (used != LOAD_UINT32(header, snapshot_map_header, count))
		return verify_refuse(verifier, "slots lead to what is no record in map", map);
	return STATUS_OK;
}

static enum status check_header(const struct verifier *verifier)
{
	const unsigned char *header = verifier->snapshot->base;
	const unsigned maps = verifier->snapshot->kind == SNAPSHOT_DIRECTORY
				      ? SNAPSHOT_DIRECTORY_MAPS
				      : SNAPSHOT_ACCESS_MAPS;
	const size_t maps_end =
		offsetof(struct snapshot_header, maps) + maps * sizeof(struct snapshot_map_header);

	if (LOAD_UINT32(header, snapshot_header, zero) != 0 ||
	    !are_zero(verifier->snapshot, maps_end,
		      offsetof(struct snapshot_header, body_checksum)))
		return verify_refuse(verifier, "an unused field of the header is not zero, format",
				     SNAPSHOT_FORMAT);
	return STATUS_OK;
}

enum status snapshot_verify(const struct snapshot *snapshot, struct complaint *out_complaint)
{
	struct verifier verifier = { .snapshot = snapshot,
				     .complaint = out_complaint,
				     .end = sizeof(struct snapshot_header) };
	struct snapshot again;
	enum status status = snapshot_verify_checksums(snapshot, out_complaint);

	if (status != STATUS_OK)
		return status;
	if (snapshot_from_memory(&again, snapshot->base, snapshot->size, snapshot->kind) !=
	    STATUS_OK)
		return complain(out_complaint, STATUS_BAD_DATA,
				"the header is not that of a snapshot of this kind and format");
	status = check_header(&verifier);
	if (status == STATUS_OK)
		status = snapshot->kind == SNAPSHOT_DIRECTORY ? verify_directory(&verifier)
							      : verify_access(&verifier);
	if (status == STATUS_OK && verifier.end != snapshot->size)
		status =
			verify_refuse(&verifier, "something follows the end, offset", verifier.end);
	return status;
}
