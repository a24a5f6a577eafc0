#include "backup_fixture.h"

#include "../check.h"
#include "credential_fixture.h"
#include "scratch.h"

enum { LINES_MAX = 8 << 20, EXPORT_TIME = 5000000 };

static enum status keep_line(void *context, size_t part, struct text line)
{
	(void)part;
	return buffer_append(context, line);
}

void backup_fixture_export_of(const char *folder, enum credential_scope scope, struct text user_id,
			      struct buffer *out_lines)
{
	struct credential_store *store = fixture_open(folder);
	const struct credential_export wanted = {
		.scope = scope,
		.user_ids = user_id.length > 0 ? &user_id : NULL,
		.user_count = user_id.length > 0,
		.host = "web1",
		.now = EXPORT_TIME,
		.write = keep_line,
		.context = out_lines,
	};
	struct credential_backup_facts facts;
	struct complaint complaint = { .reason = "" };

	buffer_init(out_lines, LINES_MAX);
	CHECK_REQUIRE(credential_export(store, &wanted, &facts, &complaint) == STATUS_OK,
		      complaint.reason);
	credential_store_close(store);
}

void backup_fixture_export(const char *folder, struct buffer *out_lines)
{
	backup_fixture_export_of(folder, CREDENTIAL_SCOPE_ALL, TEXT(""), out_lines);
}

enum status backup_fixture_read(struct text lines, struct credential_backup **out_backup,
				struct credential_backup_facts *out_facts,
				struct complaint *out_complaint)
{
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	enum status status;
	struct text line;

	*out_complaint = (struct complaint){ .reason = "" };
	CHECK_REQUIRE(credential_backup_new(&backup) == STATUS_OK, "a backup");
	while (lines.length > 0 && text_next_piece(&lines, '\n', &line)) {
		status = credential_backup_add_line(backup, line, out_complaint);
		if (status != STATUS_OK)
			return status;
	}
	status = credential_backup_end(backup, out_facts, out_complaint);
	if (status == STATUS_OK)
		*out_backup = TAKE_POINTER(backup);
	return status;
}

enum status backup_fixture_import(const char *folder, struct text lines,
				  enum credential_import_mode mode, int64_t now,
				  struct credential_import_outcome *out_outcome,
				  struct complaint *out_complaint)
{
	AUTO_CREDENTIAL_BACKUP *backup = NULL;
	AUTO_CREDENTIAL_STORE *store = NULL;
	struct credential_backup_facts facts;
	enum status status = backup_fixture_read(lines, &backup, &facts, out_complaint);

	if (status == STATUS_OK)
		status = credential_store_open_to_import(folder, scratch_trust(), &store,
							 out_complaint);
	if (status == STATUS_OK)
		status = credential_import(store, backup, mode, now, out_outcome, out_complaint);
	return status;
}
