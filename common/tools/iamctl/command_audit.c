#include "base/timestamp.h"
#include "tools/iamctl/audit_log.h"
#include "tools/iamctl/failure.h"
#include "tools/iamctl/records.h"

enum { AGO_MAX = 100 * 366 * 24 * 3600U, AGO_MIN = 1 };

const struct command_option COMMAND_AUDIT_OPTIONS[5] = {
	{ "user", "NAME", "what this user did, or what was done to this user", 'u', false },
	{ "event", "NAME", "events of this name", 'e', false },
	{ "since", "TIME", "from then on: 2026-01-02T03:04:05Z, 2026-01-02, or 2h ago", 0, false },
	{ "until", "TIME", "before then", 0, false },
	{ "denied", NULL, "only what was refused, or failed", 'd', false },
};

struct listing {
	struct invocation *invocation;
	struct text user, event; /* empty: any */
	int64_t since, until;
	bool only_denied;
	struct output_table table;
	unsigned unreadable; /* lines */
};

int audit_log_find(const struct invocation *invocation, char *out_path)
{
	AUTO_CONFIG config = { 0 };
	int code = read_config(invocation, &config);

	if (code != EX_OK)
		return code;
	if (text_format(out_path, PATH_MAX, "%s%.*s", invocation->root,
			TEXT_ARGUMENTS(config.audit_path)) != STATUS_OK)
		return fail(EX_USAGE, "--root", "the path is too long");
	return EX_OK;
}

/* A point of time, a day, or so long ago. */
static int read_time(const struct invocation *invocation, const char *option, int64_t *inout_time)
{
	const char *given = invocation_option(invocation, option);
	char day[TIMESTAMP_TEXT_SIZE];
	uint32_t ago;

	if (!given)
		return EX_OK;
	if (timestamp_parse(text_of(given), inout_time) == STATUS_OK)
		return EX_OK;
	if (duration_parse(text_of(given), AGO_MIN, AGO_MAX, &ago) == STATUS_OK) {
		*inout_time = invocation->now - ago;
		return EX_OK;
	}
	if (text_format(day, sizeof(day), "%sT00:00:00Z", given) == STATUS_OK &&
	    timestamp_parse(text_of(day), inout_time) == STATUS_OK)
		return EX_OK;
	return fail(EX_USAGE, given,
		    "not a time such as 2026-01-02T03:04:05Z, 2026-01-02, 2h or 7d");
}

/* ann@example.com is ann here. */
static bool is_name(struct text name, struct text wanted)
{
	struct text rest = name, start = name;

	(void)text_next_piece(&rest, '@', &start);
	return text_equal_ignoring_case(name, wanted) || text_equal_ignoring_case(start, wanted);
}

static bool is_wanted(const struct listing *listing, const struct audit_record *record)
{
	if (record->time < listing->since || record->time >= listing->until)
		return false;
	if (listing->only_denied && record->error_code.length == 0)
		return false;
	if (listing->event.length > 0 && !text_equal_ignoring_case(record->event, listing->event))
		return false;
	return listing->user.length == 0 || is_name(record->user, listing->user) ||
	       is_name(record->target, listing->user);
}

static enum status show_line(void *context, const struct audit_line *line)
{
	struct listing *listing = context;
	AUTO_AUDIT_RECORD record = { .json = NULL };
	struct complaint complaint = { .reason = "" };
	enum status status = line->is_too_long
				     ? STATUS_BAD_INPUT
				     : audit_record_parse(line->bytes, &record, &complaint);

	if (status == STATUS_NO_MEMORY)
		return status;
	listing->unreadable += status != STATUS_OK;
	if (status != STATUS_OK || !is_wanted(listing, &record))
		return STATUS_OK;
	output_table_row_of(
		&listing->table,
		(struct cell[]){ cell_time(record.time), cell_text(record.user),
				 cell_text(record.event), cell_text(record.target),
				 cell_text(record.agent), cell_text(record.address),
				 cell_string(record.error_code.length > 0 ? "failed" : "ok"),
				 cell_text(record.reason) },
		record.json);
	return STATUS_OK;
}

static int read_wishes(struct listing *listing)
{
	const struct invocation *invocation = listing->invocation;
	int code;

	listing->user = text_of(invocation_option(invocation, "user"));
	listing->event = text_of(invocation_option(invocation, "event"));
	listing->only_denied = invocation_option(invocation, "denied") != NULL;
	code = read_time(invocation, "since", &listing->since);
	return code == EX_OK ? read_time(invocation, "until", &listing->until) : code;
}

int command_audit(struct invocation *invocation)
{
	static const char *const columns[] = { "time",    "user",    "event",  "target",
					       "service", "address", "result", "reason" };
	struct listing listing = { .invocation = invocation, .until = INT64_MAX };
	AUTO_AUDIT_FILES files = { .count = 0 };
	struct complaint complaint = { .reason = "" };
	char path[PATH_MAX];
	enum status status = STATUS_OK;
	int code = read_wishes(&listing);

	if (code == EX_OK)
		code = audit_log_find(invocation, path);
	if (code != EX_OK)
		return code;
	status = audit_files_find(path, invocation->trust, &files, &complaint);
	output_table(&listing.table, invocation->output, NULL, columns, ARRAY_LENGTH(columns));
	while (status == STATUS_OK && output_table_pass(&listing.table)) {
		listing.unreadable = 0;
		status = audit_files_read(&files, invocation->trust, show_line, &listing,
					  &complaint);
	}
	if (status != STATUS_OK)
		return fail_with(status, &complaint, path);
	if (listing.unreadable > 0)
		return fail(EX_DATAERR, path, "%u lines cannot be read; see 'iamctl audit verify'",
			    listing.unreadable);
	return EX_OK;
}
