/* access.snapshot: four maps, each with its slots, its table and its records. */
#include "directory/name.h"
#include "snapshot/snapshot_verify_internal.h"

static bool key_is_valid(unsigned map, struct text key)
{
	return key.length > 0 && strlen(key.bytes) == key.length &&
	       (map != SNAPSHOT_MAP_PRINCIPALS || unix_name_is_valid(key));
}

static enum status check_record(struct verifier *verifier, unsigned map, uint32_t index,
				struct text *inout_previous)
{
	const struct snapshot *snapshot = verifier->snapshot;
	struct text key, value, found;
	uint64_t offset;
	enum status status = snapshot_record_at(snapshot, map, index, &key, &value);

	if (status != STATUS_OK)
		return verify_refuse(verifier, "damaged: record", index);
	offset = (uint64_t)(key.bytes - (const char *)snapshot->base) -
		 sizeof(struct snapshot_map_record);
	status = verify_next(verifier, offset,
			     sizeof(struct snapshot_map_record) + key.length + value.length + 2,
			     SNAPSHOT_ALIGNMENT);
	if (status != STATUS_OK)
		return status;
	if (!key_is_valid(map, key) || strlen(value.bytes) != value.length)
		return verify_refuse(verifier, "text that is not allowed in record", index);
	if (index > 0 && text_compare(*inout_previous, key) >= 0)
		return verify_refuse(verifier, "out of order: record", index);
	if (snapshot_find_record(snapshot, map, key, &found) != STATUS_OK ||
	    found.bytes != value.bytes)
		return verify_refuse(verifier, "not found by its key: record", index);
	*inout_previous = key;
	return STATUS_OK;
}

static enum status check_map(struct verifier *verifier, unsigned map)
{
	struct text previous = { NULL, 0 };
	enum status status = verify_slots(verifier, map);

	if (status == STATUS_OK)
		status = verify_table(verifier, map);
	for (uint32_t i = 0; status == STATUS_OK && i < verify_count(verifier, map); i++)
		status = check_record(verifier, map, i, &previous);
	return status == STATUS_OK ? verify_slots_used(verifier, map) : status;
}

enum status verify_access(struct verifier *verifier)
{
	enum status status = STATUS_OK;

	if (LOAD_UINT32(verifier->snapshot->base, snapshot_header, private_groups) != 0)
		return verify_refuse(verifier, "there can be no groups in a file of kind",
				     SNAPSHOT_ACCESS);
	for (unsigned map = 1; status == STATUS_OK && map <= SNAPSHOT_MAPS; map++)
		status = check_map(verifier, map);
	return status;
}
