/*
 * The last good snapshots: what changes are measured by, and where the numbers come from.
 */
#include <limits.h>

#include "snapshot/snapshot_verify.h"
#include "sync/sync_internal.h"
#include "json/json.h"

enum { SETTING_JSON_MAX = 4096 };

/* STATUS_NOT_FOUND when there is none, STATUS_BAD_DATA when it cannot be used. */
static enum status open_one(struct sync_work *work, const char *name, enum snapshot_kind kind,
			    struct snapshot *out_snapshot)
{
	char path[PATH_MAX];
	enum status status = text_format(path, sizeof(path), "%s/%s", work->state_path, name);

	if (status == STATUS_OK)
		status = snapshot_open(out_snapshot, path, kind, work->options->trust.owner);
	if (status == STATUS_UNAVAILABLE)
		return STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return status;
	status = snapshot_verify(out_snapshot, NULL);
	if (status != STATUS_OK)
		snapshot_close(out_snapshot);
	return status;
}

static enum status read_source_generation(struct sync_work *work)
{
	AUTO_JSON *json = NULL;
	struct json_place place = { NULL, "source", 0 };
	struct text value;
	enum status status = snapshot_find_record(&work->previous.access, SNAPSHOT_MAP_SETTINGS,
						  TEXT("source"), &value);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = json_parse(value, SETTING_JSON_MAX, &json, work->complaint);
	if (status != STATUS_OK)
		return status;
	return json_want_uint(json, (struct json_want){ &place, "generation", true }, UINT64_MAX,
			      &work->previous.source_generation, work->complaint);
}

/* Without the assignments, numbers of users who are gone could be given to others; that is for an
   administrator to decide. */
static enum status start_anew(struct sync_work *work, const char *name, const char *what)
{
	if (!work->options->accept_shrink)
		return complain(work->complaint, STATUS_BAD_DATA,
				"%s/%s is %s; without it, ids of former users could be given again "
				"(--accept-shrink starts anew)",
				work->state_path, name, what);
	return sync_report(work, REPORT_SNAPSHOT_DAMAGED, "%s was %s; ids were chosen anew", name,
			   what);
}

static enum status read_access(struct sync_work *work)
{
	struct previous *previous = &work->previous;
	enum status status = open_one(work, "access.snapshot", SNAPSHOT_ACCESS, &previous->access);

	if (status == STATUS_BAD_DATA)
		return start_anew(work, "access.snapshot", "damaged or not to be trusted");
	if (status == STATUS_NOT_FOUND && previous->has_directory)
		return start_anew(work, "access.snapshot", "missing");
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	previous->has_access = true;
	snapshot_facts(&previous->access, &previous->facts);
	return read_source_generation(work);
}

static enum status read_directory(struct sync_work *work)
{
	struct previous *previous = &work->previous;
	enum status status =
		open_one(work, "directory.snapshot", SNAPSHOT_DIRECTORY, &previous->directory);

	if (status == STATUS_BAD_DATA)
		return sync_report(
			work, REPORT_SNAPSHOT_DAMAGED,
			"directory.snapshot was damaged or not to be trusted; it was made "
			"anew");
	previous->has_directory = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status previous_read(struct sync_work *work)
{
	enum status status = STATUS_OK;

	if (work->state_fd < 0)
		return STATUS_OK;
	status = read_directory(work);
	return status == STATUS_OK ? read_access(work) : status;
}
