/*
 * Whether access.snapshot says anything new. What changes with every sync counts for nothing here:
 * the reports, and the dates of the document.
 */
#include "sync/sync_internal.h"

enum { ACCOUNT_JSON_MAX = 64 << 10 };

/* The new account setting, with the old one's dates. */
static enum status account_is_new(struct sync_work *work, struct text old, bool *out_is_new)
{
	struct access_account account = settings_account(work), before;
	AUTO_BUFFER json = { 0 };
	enum status status = access_account_decode(old, &work->arena, &before, NULL);

	buffer_init(&json, ACCOUNT_JSON_MAX);
	*out_is_new = true;
	if (status == STATUS_BAD_INPUT || status == STATUS_BAD_DATA)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	account.generated_at = before.generated_at;
	account.expires = before.expires;
	status = access_account_encode(&account, &json);
	*out_is_new = !text_equal(buffer_text(&json), old);
	return status;
}

static bool changes_always(const struct build_record *record)
{
	return record->map == SNAPSHOT_MAP_SETTINGS && text_is(record->key, "reports");
}

static enum status record_is_new(struct sync_work *work, const struct build_record *record,
				 bool *out_is_new)
{
	struct text old;
	enum status status =
		snapshot_find_record(&work->previous.access, record->map, record->key, &old);

	*out_is_new = status == STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (record->map == SNAPSHOT_MAP_SETTINGS && text_is(record->key, "account"))
		return account_is_new(work, old, out_is_new);
	*out_is_new = !changes_always(record) && !text_equal(old, record->value);
	return STATUS_OK;
}

static size_t count_old_records(const struct snapshot *access)
{
	struct text key, value;
	size_t count = 0;

	for (unsigned map = SNAPSHOT_MAP_PRINCIPALS; map <= SNAPSHOT_MAP_ASSIGNMENTS; map++)
		for (uint32_t i = 0; snapshot_record_at(access, (enum snapshot_map)map, i, &key,
							&value) == STATUS_OK;
		     i++)
			count++;
	return count;
}

enum status access_changes_find(struct sync_work *work)
{
	enum status status = STATUS_OK;

	work->has_changed = !work->previous.has_access || !work->previous.has_directory ||
			    count_old_records(&work->previous.access) != work->record_count;
	for (size_t i = 0; status == STATUS_OK && !work->has_changed && i < work->record_count; i++)
		status = record_is_new(work, &work->records[i], &work->has_changed);
	return status;
}
