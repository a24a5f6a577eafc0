/* What the records of SNAPSHOT_MAP_ASSIGNMENTS, which sync writes, say to others. */
#include "snapshot/access_record.h"
#include "json/json.h"

enum { ASSIGNMENT_BYTES_MAX = 4096 };

enum status access_first_seen(const struct snapshot *access, struct text id, int64_t *out_since)
{
	struct json_want want = { NULL, "created", true };
	struct complaint unread = { .reason = "" };
	AUTO_JSON *object = NULL;
	struct text record;
	uint64_t since = 0;
	enum status status = snapshot_find_record(access, SNAPSHOT_MAP_ASSIGNMENTS, id, &record);

	if (status == STATUS_OK)
		status = json_parse(record, ASSIGNMENT_BYTES_MAX, &object, &unread);
	if (status == STATUS_OK)
		status = json_want_uint(object, want, INT64_MAX / 1024, &since, &unread);
	if (status != STATUS_OK)
		return status == STATUS_BAD_INPUT ? STATUS_BAD_DATA : status;
	*out_since = (int64_t)since;
	return STATUS_OK;
}
