#include "credentials/session_place.h"

static unsigned distance_to(const struct process_lineage *lineage, int64_t audit, int64_t pid,
			    int64_t start)
{
	for (size_t i = 0; i < lineage->count; i++)
		if (lineage->ancestors[i].pid == pid &&
		    lineage->ancestors[i].start == (uint64_t)start)
			return (unsigned)i;
	if (lineage->audit_session != UINT32_MAX && audit == lineage->audit_session)
		return PLACE_AUDIT;
	return PLACE_NOWHERE;
}

enum status session_process_read(sqlite3_stmt *row, int boot_column,
				 struct session_process *out_process)
{
	int64_t pid = sqlite3_column_int64(row, 2);

	if (pid < 1 || pid > INT32_MAX ||
	    text_copy(column_text(row, boot_column), out_process->boot_id,
		      sizeof(out_process->boot_id)) != STATUS_OK)
		return STATUS_BAD_DATA;
	out_process->process =
		(struct process){ (pid_t)pid, (uint64_t)sqlite3_column_int64(row, 3) };
	return STATUS_OK;
}

bool session_place_is_nearer(const struct process_lineage *lineage, sqlite3_stmt *row,
			     struct session_place *inout_best)
{
	struct session_place place = {
		.number = sqlite3_column_int64(row, 0),
		.distance = distance_to(lineage, sqlite3_column_int64(row, 1),
					sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3)),
	};

	if (place.distance >= inout_best->distance)
		return false;
	*inout_best = place;
	return true;
}

enum status session_texts_read(sqlite3_stmt *row, const struct session_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_copy(column_text(row, PLACE_COLUMNS + (int)i), texts[i].target,
			      texts[i].size) != STATUS_OK)
			return STATUS_BAD_DATA;
	return STATUS_OK;
}
