/*
 * access.snapshot: five maps, each with its slots, its table and its records; and that principals
 * and groups can be decoded, each principal under its name and each of its groups there.
 */
#include "directory/name.h"
#include "snapshot/access_record.h"
#include "snapshot/snapshot_verify_internal.h"

enum { DECODED_BYTES_MAX = 8 * ACCESS_RECORD_BYTES_MAX };

static bool key_is_valid(unsigned map, struct text key)
{
	if (map == SNAPSHOT_MAP_PRINCIPALS)
		return unix_name_is_valid(key);
	if (map == SNAPSHOT_MAP_GROUPS)
		return iam_id_is_valid(key);
	return key.length > 0 && strlen(key.bytes) == key.length;
}

static enum status check_principal(struct verifier *verifier, struct text key, struct text value,
				   struct arena *arena)
{
	struct access_principal principal;
	struct text group = TEXT("");
	size_t size = value.length;
	enum status status =
		access_principal_decode_alone(value, arena, &principal, verifier->complaint);

	if (status == STATUS_OK && !text_equal(principal.unix_name, key))
		status = complain(verifier->complaint, STATUS_BAD_DATA,
				  "the record of %s is that of %s", key.bytes,
				  principal.unix_name.bytes);
	for (size_t i = 0; status == STATUS_OK && i < principal.group_count; i++) {
		status = access_group_find(verifier->snapshot, principal.groups[i].id, &group,
					   verifier->complaint);
		size += group.length;
	}
	if (status == STATUS_OK && size > ACCESS_RECORD_BYTES_MAX)
		status = complain(verifier->complaint, STATUS_BAD_DATA,
				  "the records of %s and its groups exceed %d bytes", key.bytes,
				  ACCESS_RECORD_BYTES_MAX);
	return status;
}

/* What has a value of a known shape. */
static enum status check_value(struct verifier *verifier, unsigned map, struct text key,
			       struct text value)
{
	AUTO_ARENA arena = { 0 };
	struct access_group group;
	enum status status = STATUS_OK;

	arena_init(&arena, DECODED_BYTES_MAX);
	if (map == SNAPSHOT_MAP_PRINCIPALS)
		status = check_principal(verifier, key, value, &arena);
	else if (map == SNAPSHOT_MAP_GROUPS)
		status = access_group_decode(key, value, &arena, &group, verifier->complaint);
	/* The file is at fault, not whoever asks. */
	return status == STATUS_BAD_INPUT ? STATUS_BAD_DATA : status;
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
	return check_value(verifier, map, key, value);
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
	for (unsigned map = 1; status == STATUS_OK && map <= SNAPSHOT_ACCESS_MAPS; map++)
		status = check_map(verifier, map);
	return status;
}
