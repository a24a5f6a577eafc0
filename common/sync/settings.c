/*
 * What access.snapshot says of the account as a whole.
 */
#include "sync/sync_internal.h"
#include "json/json_write.h"

enum { SETTING_JSON_MAX = 64 << 10 };

struct access_account settings_account(const struct sync_work *work)
{
	const struct iam_directory *directory = &work->directory;

	return (struct access_account){ .account_id = directory->account_id,
					.account_alias = directory->account_alias,
					.password_policy = directory->password_policy,
					.generated_at = directory->generated_at,
					.expires = directory->expires };
}

static enum status write_account(struct sync_work *work)
{
	struct access_account account = settings_account(work);
	AUTO_BUFFER json = { 0 };
	enum status status;

	buffer_init(&json, SETTING_JSON_MAX);
	status = access_account_encode(&account, &json);
	if (status != STATUS_OK)
		return status;
	return record_add(work, SNAPSHOT_MAP_SETTINGS, TEXT("account"), buffer_text(&json));
}

/* The document's own generation, by which the next sync knows an older one. */
static enum status write_source(struct sync_work *work)
{
	struct json_writer writer;
	AUTO_BUFFER json = { 0 };
	enum status status;

	buffer_init(&json, SETTING_JSON_MAX);
	json_write_begin(&writer, &json, false);
	json_write_object(&writer, NULL);
	json_write_int(&writer, "generation", (int64_t)work->directory.generation);
	json_write_close(&writer, '}');
	status = json_write_end(&writer);
	if (status != STATUS_OK)
		return status;
	return record_add(work, SNAPSHOT_MAP_SETTINGS, TEXT("source"), buffer_text(&json));
}

/* Nothing when the source says nothing of the host. */
static enum status write_host(struct sync_work *work)
{
	AUTO_BUFFER json = { 0 };
	enum status status;

	if (work->directory.host.arn.length == 0)
		return STATUS_OK;
	buffer_init(&json, ACCESS_RECORD_BYTES_MAX);
	status = access_host_encode(&work->directory.host, &json);
	if (status != STATUS_OK)
		return status;
	return record_add(work, SNAPSHOT_MAP_SETTINGS, TEXT("host"), buffer_text(&json));
}

enum status settings_write(struct sync_work *work)
{
	enum status status = write_account(work);

	if (status == STATUS_OK)
		status = write_host(work);

	if (status == STATUS_OK)
		status = write_source(work);
	if (status == STATUS_OK)
		status = ledger_write(work);
	return status == STATUS_OK ? sync_reports_write(work) : status;
}
