#include "report/credential_report.h"

#include <stdlib.h>

#include "base/map.h"
#include "credentials/credential_recovery.h"
#include "credentials/login_session.h"
#include "credentials/permission_use.h"
#include "report/report_internal.h"
#include "snapshot/snapshot_key.h"

enum { REPORT_ARENA_MAX = 512 << 20, USER_ARENA_MAX = 64 << 20 };

struct report_user {
	struct text name; /* what the order is made by */
	struct text record;
};

/* The work of one report. */
struct report {
	const struct report_source *source;
	enum status (*tell)(void *context, const struct text *cells, size_t count);
	void *context;
	struct arena arena;
	struct map logins; /* user id to the time of the last one */
	enum status status;
	struct report_user *users;
	size_t user_count;
	struct report_cell *cells; /* of the row at hand */
};

static void report_release(struct report *report)
{
	map_release(&report->logins);
	arena_release(&report->arena);
}

static bool keep_login(struct report *report, const char *user_id, int64_t time)
{
	int64_t *kept = map_find(&report->logins, text_of(user_id));
	struct text id;

	if (kept) {
		*kept = time > *kept ? time : *kept;
		return true;
	}
	kept = arena_take(&report->arena, 1, sizeof(*kept));
	id = arena_text(&report->arena, text_of(user_id));
	if (!kept || !id.bytes) {
		report->status = STATUS_NO_MEMORY;
		return false;
	}
	*kept = time;
	report->status = map_add(&report->logins, id, kept, NULL);
	return report->status == STATUS_OK;
}

static bool keep_session(void *context, const struct login_session *session)
{
	return keep_login(context, session->user_id, session->started);
}

static bool keep_use(void *context, const struct permission_use *use)
{
	return strcmp(use->action, "host:Login") != 0 ||
	       keep_login(context, use->principal_id, use->last_used);
}

static enum status read_logins(struct report *report)
{
	struct credential_store *store = report->source->store;
	enum status status;

	if (!store)
		return STATUS_OK;
	status = login_session_list(store, keep_session, report);
	if (status == STATUS_OK && report->status == STATUS_OK)
		status = permission_use_list(store, keep_use, report);
	return status == STATUS_OK ? report->status : status;
}

static enum status read_store(struct report_row *row)
{
	struct credential_store *store = row->source->store;
	struct credential_recovery recovery = { .left = 0 };
	enum status status = STATUS_OK;

	if (!store)
		return STATUS_OK;
	status = credential_summary(store, row->principal->id, &row->summary);
	if (status == STATUS_OK && row->source->wants_host && row->summary.has_recovery_set)
		status = credential_recovery_state(store, row->principal->id, &recovery);
	row->recovery_left = recovery.left;
	return status;
}

static enum status count_keys(struct report_row *row)
{
	struct snapshot_user user;
	struct snapshot_key key;
	struct text lines = TEXT("");
	enum status status =
		snapshot_find_user(row->source->directory, row->principal->unix_name, &user);

	if (status == STATUS_OK)
		status = snapshot_keys(row->source->directory, &user, &lines);
	while (status == STATUS_OK && snapshot_next_key(&lines, &key))
		row->ssh_keys++;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status; /* two files of two syncs */
}

static enum status tell_user(struct report *report, const struct access_principal *principal)
{
	struct report_row row = { .source = report->source, .principal = principal };
	const int64_t *login = map_find(&report->logins, principal->id);
	struct text cells[REPORT_COLUMNS_MAX];
	enum status status = read_store(&row);

	if (status == STATUS_OK && report->source->wants_host)
		status = count_keys(&row);
	if (status != STATUS_OK)
		return status;
	row.last_login = login ? *login : 0;
	return report->tell(report->context, cells, report_user_cells(&row, report->cells, cells));
}

static enum status tell_root(struct report *report)
{
	struct text cells[REPORT_COLUMNS_MAX];

	return report->tell(report->context, cells,
			    report_root_cells(report->source, report->cells, cells));
}

/* Decoded twice, for its name and for its row, so that a large directory needs little memory. */
static enum status decode(struct text record, struct arena *arena,
			  struct access_principal *out_principal, struct complaint *out_complaint)
{
	arena_init(arena, USER_ARENA_MAX);
	return access_principal_decode_alone(record, arena, out_principal, out_complaint);
}

static enum status add_user(struct report *report, struct text record,
			    struct complaint *out_complaint)
{
	AUTO_ARENA arena = { 0 };
	struct access_principal principal;
	struct report_user *user = &report->users[report->user_count];
	enum status status = decode(record, &arena, &principal, out_complaint);

	if (status != STATUS_OK || principal.is_role)
		return status;
	user->record = record;
	user->name = arena_text(&report->arena, principal.iam_name);
	if (!user->name.bytes)
		return STATUS_NO_MEMORY;
	report->user_count++;
	return STATUS_OK;
}

static enum status list_users(struct report *report, struct complaint *out_complaint)
{
	const struct snapshot *access = report->source->access;
	enum status status = STATUS_OK;
	struct text key, record;
	uint32_t count = 0;

	while (status == STATUS_OK)
		status =
			snapshot_record_at(access, SNAPSHOT_MAP_PRINCIPALS, count++, &key, &record);
	report->users = arena_take(&report->arena, count, sizeof(*report->users));
	if (!report->users)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; status == STATUS_NOT_FOUND && i + 1 < count; i++) {
		if (snapshot_record_at(access, SNAPSHOT_MAP_PRINCIPALS, i, &key, &record) !=
		    STATUS_OK)
			return STATUS_BAD_DATA;
		if (add_user(report, record, out_complaint) != STATUS_OK)
			return complain(out_complaint, STATUS_BAD_DATA,
					"access.snapshot is damaged");
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static char folded(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static int compare_users(const void *left, const void *right)
{
	const struct text a = ((const struct report_user *)left)->name;
	const struct text b = ((const struct report_user *)right)->name;

	for (size_t i = 0; i < a.length && i < b.length; i++)
		if (folded(a.bytes[i]) != folded(b.bytes[i]))
			return (unsigned char)folded(a.bytes[i]) -
			       (unsigned char)folded(b.bytes[i]);
	return a.length < b.length ? -1 : a.length > b.length;
}

static enum status tell_users(struct report *report, struct complaint *out_complaint)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < report->user_count && status == STATUS_OK; i++) {
		AUTO_ARENA arena = { 0 };
		struct access_principal principal;

		status = decode(report->users[i].record, &arena, &principal, out_complaint);
		if (status == STATUS_OK)
			status = tell_user(report, &principal);
	}
	return status;
}

enum status credential_report(const struct report_source *source,
			      enum status (*tell)(void *context, const struct text *cells,
						  size_t count),
			      void *context, struct complaint *out_complaint)
{
	CLEANUP(report_release)
	struct report report = { .source = source, .tell = tell, .context = context };
	enum status status;

	arena_init(&report.arena, REPORT_ARENA_MAX);
	report.cells = arena_take(&report.arena, REPORT_COLUMNS_MAX, sizeof(*report.cells));
	if (!report.cells)
		return STATUS_NO_MEMORY;
	status = read_logins(&report);
	if (status == STATUS_OK)
		status = list_users(&report, out_complaint);
	if (status == STATUS_OK)
		status = tell_root(&report);
	if (status != STATUS_OK)
		return status;
	qsort(report.users, report.user_count, sizeof(*report.users), compare_users);
	return tell_users(&report, out_complaint);
}

/* Quotes around what a reader would cut in two, and doubled within. */
static enum status put_csv(struct text cell, struct buffer *out_csv)
{
	enum status status = STATUS_OK;
	struct text rest = cell, piece;
	bool is_first = true;

	if (!text_has_byte(cell, ',') && !text_has_byte(cell, '"') && !text_has_byte(cell, '\n') &&
	    !text_has_byte(cell, '\r'))
		return buffer_append(out_csv, cell);
	status = buffer_append(out_csv, TEXT("\""));
	while (status == STATUS_OK && text_next_piece(&rest, '"', &piece)) {
		if (!is_first)
			status = buffer_append(out_csv, TEXT("\"\""));
		is_first = false;
		if (status == STATUS_OK)
			status = buffer_append(out_csv, piece);
	}
	return status == STATUS_OK ? buffer_append(out_csv, TEXT("\"")) : status;
}

enum status report_csv_line(const struct text *cells, size_t count, struct buffer *out_csv)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		if (i > 0)
			status = buffer_append(out_csv, TEXT(","));
		if (status == STATUS_OK)
			status = put_csv(cells[i], out_csv);
	}
	return status;
}
